"""The ledger that a reader hands over: the records that stand together, and what became of all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pledgetrack.account import AccountBuilder
from pledgetrack.assemble import assemble, faults
from pledgetrack.errors import InvalidLedgerError
from pledgetrack.intake import OnReject, check_on_reject
from pledgetrack.ledger import Ledger
from pledgetrack.models import Commitment, Event, Party, Source
from pledgetrack.schedules import Planned

Rows = Mapping[int, Collection[int]]
"""The rows of the account that a record was made of, by the ``id()`` of the object."""


def ledger_of(
    commitments: Iterable[Commitment],
    events: Iterable[Event],
    *,
    sources: Iterable[Source] = (),
    parties: Iterable[Party] = (),
    account: AccountBuilder,
    rows: Rows,
    on_reject: OnReject,
    planned: Iterable[Planned] = (),
) -> Ledger:
    """The ledger of the records that a reader found, with its account.

    ``rows`` says of which records of the file each commitment and event was made. What breaks a
    rule between records rejects those rows, with the reason; all that was made of a rejected row
    leaves with it, and an event leaves with its commitment. With ``on_reject="raise"`` every
    reject is raised in one ``InvalidLedgerError``. Parties and sources must not conflict: a reader
    merges its own. ``planned`` is what the file plans beside its promises.
    """
    check_on_reject(on_reject)
    commitments, events = list(commitments), list(events)
    sources, parties = list(sources), list(parties)
    while True:
        try:
            made = assemble(commitments, events, sources, parties)
            break
        except InvalidLedgerError:
            found = faults(commitments, events, sources, parties)
        stray = [problem for record, problem in found if not rows.get(id(record))]
        if stray:
            raise InvalidLedgerError([*account.problems(), *stray])
        for record, problem in found:
            for row in rows[id(record)]:
                account.revise(row, "rejected", problem.message)
        commitments, events = _left(commitments, events, account, rows)
    rejects = account.problems()
    if rejects and on_reject == "raise":
        raise InvalidLedgerError(rejects)
    return Ledger._of(made, {}, account.build(), tuple(planned))


def _left(
    commitments: list[Commitment], events: list[Event], account: AccountBuilder, rows: Rows
) -> tuple[list[Commitment], list[Event]]:
    """The records of which no row was rejected, nor their commitment."""

    def stands(record: Any) -> bool:
        return all(account.outcome(row) != "rejected" for row in rows.get(id(record), ()))

    while True:
        gone = {c.id for c in commitments if not stands(c)}
        kept = [c for c in commitments if stands(c)]
        # Of two commitments with one id the other one may still be there.
        gone -= {c.id for c in kept}
        for event in events:
            if event.commitment in gone and stands(event):
                for row in rows.get(id(event), ()):
                    account.revise(
                        row, "rejected", f"its commitment {event.commitment!r} was rejected"
                    )
        left = [event for event in events if stands(event) and event.commitment not in gone]
        if len(kept) == len(commitments) and len(left) == len(events):
            return kept, left
        commitments, events = kept, left
