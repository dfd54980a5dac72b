"""Records to movements by way of columns, where records are plain.

Reading what a record holds takes a fraction of the time that counting it by itself takes, so many
records become columns first. What is not plain (inexact changes, several targets, wholes and parts,
all that is a finding) is counted record by record, and the rows of both are one table.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pledgetrack import plain, plain_rows
from pledgetrack.balances import Finding, by_commitment
from pledgetrack.columns import Happenings, Mask, Numbers, Promises
from pledgetrack.intake import uncollected
from pledgetrack.models import Commitment, Event
from pledgetrack.movements import label, movements
from pledgetrack.plain_records import Kin, happenings, promises

FEW = 1_000
"""So many records and fewer are counted one by one: columns have a cost of their own."""

_commitment = attrgetter("commitment")


def movements_of(
    commitments: Sequence[Commitment], events: Sequence[Event], tags: Iterable[str] = ()
) -> tuple[pa.Table, list[Finding]]:
    """The movements of commitments, which come in the order of their ids, and what is odd.

    Columns, rows and findings are those of ``movements``.

    >>> promise = Commitment(id="aid", party="A", announced="2024-01-01", stage="pledged",
    ...                      target={"number": 100, "unit": "USD"})
    >>> rows, findings = movements_of([promise], [])
    >>> rows.select(["commitment", "measure", "number"]).to_pylist()
    [{'commitment': 'aid', 'measure': 'pledged', 'number': Decimal('100.000000')}]
    """
    with uncollected():
        if len(commitments) + len(events) <= FEW:
            return movements(commitments, by_commitment(events), tags)
        return by_columns(commitments, events, tags)


def by_columns(
    commitments: Sequence[Commitment],
    events: Sequence[Event],
    tags: Iterable[str] = (),
    *,
    size: int = 32_768,
) -> tuple[pa.Table, list[Finding]]:
    """The same, by way of columns however few records there are; so many promises at a time."""
    try:
        pieces = deque(_pieces(commitments, events, size))
    except KeyError:  # the events do not come in the order of their commitments
        events = sorted(events, key=_commitment)
        pieces = deque(_pieces(commitments, events, size))
    _note_kin(pieces)
    said = {name for piece in pieces for held in piece.promised.tags.values for name, _ in held}
    tags = sorted({*tags, *said})
    kept: list[int] = []
    rest: list[int] = []
    for piece in pieces:
        piece.count()
        kept += (piece.first + np.flatnonzero(piece.hard)).tolist()
        rest += (piece.first_event + np.flatnonzero(piece.hard[piece.of])).tolist()
    by_record = [commitments[place] for place in kept]
    counted, findings = movements(by_record, by_commitment(events[at] for at in rest), tags)
    if len(kept) == len(commitments):
        return counted, findings
    column = counted.column("commitment").combine_chunks()
    ids = pa.array([commitment.id for commitment in by_record], pa.string())
    places = np.array(kept, np.int64)[pc.index_in(column.dictionary, ids).to_numpy()]
    places = places[column.indices.to_numpy()]
    columns = []
    while pieces:
        piece = pieces.popleft()
        start, end = np.searchsorted(places, (piece.first, piece.first + size)).tolist()
        others = plain_rows.Others(
            counted.slice(start, end - start), places[start:end] - piece.first
        )
        columns.append(piece.rows(tags, others))
    return plain_rows.together(columns), findings


@dataclass
class _Piece:
    """Some commitments and their events as columns, and which are to be counted as records."""

    first: int
    first_event: int
    promised: Promises
    happened: Happenings
    of: Numbers
    named: Kin
    hard: Mask
    units: list[str] = field(init=False)
    changes: plain.Changes = field(init=False)

    def count(self) -> None:
        """Count the plain ones; the others are told in ``hard``."""
        promised, happened, of, hard = self.promised, self.happened, self.of, self.hard
        hard[of[~happened.plain]] = True
        self.units = plain.units_of(promised, happened)
        # Nothing is counted here of a commitment with one record that is not plain.
        facts = plain.facts_of(happened, np.where(hard[of], -1, of), self.units)
        self.changes, more = plain.changes(promised, facts, self.units)
        hard |= more

    def rows(self, tags: Sequence[str], others: plain_rows.Others) -> plain_rows.Columns:
        """The rows of the plain ones, and those of others."""
        promised = self.promised
        labels = {
            "party": promised.parties.mapped(label),
            "recipient": promised.recipients.mapped(label),
            "channel": promised.channels.mapped(label),
        }
        records = plain_rows.Plain(promised, self.happened, self.units, labels)
        return plain_rows.columns_of(self.changes, records, tags, ~self.hard, others)


def _pieces(
    commitments: Sequence[Commitment], events: Sequence[Event], size: int
) -> Iterator[_Piece]:
    """The records so many promises at a time; ``KeyError`` where an event is not beside its own."""
    first = 0
    for start in range(0, len(commitments), size):
        mine = commitments[start : start + size]
        last = len(events)
        if start + size < len(commitments):
            last = bisect_right(events, mine[-1].id, first, key=_commitment)
        promised, named = promises(mine)
        happened = happenings(events[first:last])
        of = pc.index_in(happened.commitment, value_set=promised.id)
        if of.null_count:
            raise KeyError(happened.commitment[pc.index(of.is_null(), value=True).as_py()].as_py())
        hard = ~promised.plain
        yield _Piece(start, first, promised, happened, of.to_numpy(), named, hard)
        first = last


def _note_kin(pieces: Sequence[_Piece]) -> None:
    """What records say of each other is counted among records."""
    named = [name for piece in pieces for _, name in piece.named]
    if not named:
        return
    names = pa.array(named, pa.string())
    for piece in pieces:
        piece.hard[[at for at, _ in piece.named]] = True
        piece.hard |= pc.is_in(piece.promised.id, names).to_numpy(zero_copy_only=False)
