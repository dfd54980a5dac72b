"""Link: the same promise, recorded from two sources, counts once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pledgetrack.assemble import assemble
from pledgetrack.errors import LinkError, shown, unknown
from pledgetrack.ledger import Ledger
from pledgetrack.models import Commitment

SIDES = ("keys", "values")
"""What ``keep`` takes beside the beginning of an id: the side of the mapping."""


def link(ledger: Ledger, pairs: Mapping[str, str], *, keep: str | None = None) -> Ledger:
    """The ledger with pairs of records that are the same promise, of which one counts.

    ``pairs`` maps the id of one record to the id of the other. ``keep`` says which of the two
    counts: the one whose id begins with that text and a colon; or, where ids have no such
    beginning, ``"keys"`` or ``"values"`` of the mapping. The other stays in the ledger, with the
    field ``same_as``; it and what was delivered of it are in no total. Raises ``UnknownNameError``
    for an id that is not there, ``LinkError`` for pairs that leave open which one counts. Records
    of other parties, units or amounts may be linked; ``ledger.check()`` then says what is lost.

    >>> import pledgetrack as pt
    >>> fields = {"party": "Norway", "stage": "pledged", "target": {"number": 100, "unit": "NOK"}}
    >>> ledger = Ledger([
    ...     Commitment(id="iati:XM-1", announced="2024-01-15", **fields),
    ...     Commitment(id="fts:12345", announced="2024-02-01", **fields),
    ... ])
    >>> linked = pt.link(ledger, {"iati:XM-1": "fts:12345"}, keep="iati")
    >>> int(ledger.totals(as_of="2024-12-31").pledged[0])
    200
    >>> int(linked.totals(as_of="2024-12-31").pledged[0])
    100
    >>> linked.status(as_of="2024-12-31").reason[0]
    "the same as 'iati:XM-1'"
    """
    if not isinstance(ledger, Ledger):
        raise LinkError(f"{shown(ledger)} is no ledger", pair=None)
    if not isinstance(pairs, Mapping):
        raise LinkError(f"{shown(pairs)} is no mapping of one id to the other", pair=None)
    aside: dict[str, str] = {}
    for one, other in pairs.items():
        for name in (one, other):
            if name not in ledger:
                raise unknown("commitment", name, (c.id for c in ledger))
        counts, left = _kept(one, other, keep)
        if aside.setdefault(left, counts) != counts:
            raise LinkError(
                f"{left!r} is linked to both {aside[left]!r} and {counts!r}; keep one of them",
                pair=(one, other),
                choices=(aside[left], counts),
            )
        _check(ledger[left], ledger[counts], (one, other))
    records = ledger._records
    made = assemble(
        (_aside(commitment, aside) for commitment in records.commitments),
        records.events,
        records.sources,
        records.parties,
        tags=records.tags,
    )
    return Ledger._of(
        replace(made, context=records.context), ledger._where, ledger._account, ledger._planned
    )


def _kept(one: str, other: str, keep: str | None) -> tuple[str, str]:
    """The record that counts, and the one that is set aside."""
    if one == other:
        raise LinkError(f"{one!r} is linked to itself", pair=(one, other))
    with_it = [name for name in (one, other) if name.startswith(f"{keep}:")]
    if len(with_it) == 1:
        return with_it[0], other if with_it[0] == one else one
    if not with_it and keep in SIDES:
        return (one, other) if keep == "keys" else (other, one)
    which = "both ids begin" if with_it else "neither id begins"
    # Where nothing was said there is nothing to find in the ids.
    why = "" if keep is None else f" {which} with {f'{keep}:'!r};"
    begins = tuple(sorted({name.split(":")[0] for name in (one, other) if ":" in name}))
    choices = (*(begins if len(begins) == 2 else ()), *SIDES)
    raise LinkError(
        f"which of {one!r} and {other!r} counts?{why} pass keep= one of "
        f"{', '.join(map(repr, choices))}",
        pair=(one, other),
        choices=choices,
    )


def _check(left: Commitment, counts: Commitment, pair: tuple[str, str]) -> None:
    """Refuse to set aside what is set aside for another one."""
    if counts.same_as == left.id:
        raise LinkError(
            f"{counts.id!r} is set aside for {left.id!r} already, so it cannot count instead of it",
            pair=pair,
            choices=(left.id,),
        )
    if left.same_as and left.same_as != counts.id:
        raise LinkError(
            f"{left.id!r} is linked to {left.same_as!r} already; link that one to {counts.id!r}",
            pair=pair,
            choices=(left.same_as,),
        )
    if left.repeats:
        raise LinkError(
            f"{left.id!r} repeats {left.repeats!r}; link that one, or keep {left.id!r}",
            pair=pair,
            choices=(left.repeats, left.id),
        )


def _aside(commitment: Commitment, aside: Mapping[str, str]) -> Commitment:
    counts = aside.get(commitment.id)
    return commitment.model_copy(update={"same_as": counts}) if counts else commitment
