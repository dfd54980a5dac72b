"""Some of a ledger's records: by their labels, by who takes part, by what had become known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from pledgetrack import frames
from pledgetrack.assemble import Names, Records
from pledgetrack.balances import by_commitment
from pledgetrack.calendar import HORIZON_CLASSES, NOT_STATED
from pledgetrack.errors import unknown
from pledgetrack.frames import KEYS
from pledgetrack.kin import Kin
from pledgetrack.models import Commitment
from pledgetrack.movements import label
from pledgetrack.units import ACTION, check_unit

Labels = dict[str, tuple[str, ...]]
OF_ROWS = ("unit", "horizon", "due", "source")
"""The keys that belong to single movements; a commitment has the others once and for all."""


def labels(records: Records, names: Names, wanted: dict[str, Any]) -> Labels:
    """Labels as asked for, in the spelling of the tables."""
    tags = [f"tag_{name}" for name in records.tags]
    made = {}
    for key, value in wanted.items():
        name = key if key in KEYS else frames.column_of(key, tags)
        values = [value] if isinstance(value, (str, int, type(None))) else list(value)
        texts = [NOT_STATED if text is None else str(text) for text in values]
        if key in ("due", "announced"):
            texts = [text.zfill(4) if text.isdigit() else text for text in texts]
        if key in ("party", "recipient", "channel"):
            texts = [names.resolve_label(text) for text in texts]
        if key == "unit":
            texts = [text if text in (ACTION, NOT_STATED) else check_unit(text) for text in texts]
        if key == "horizon":
            for text in texts:
                if text not in HORIZON_CLASSES:
                    raise unknown("horizon", text, HORIZON_CLASSES)
        made[name] = tuple(texts)
    return made


def label_of(commitment: Commitment, key: str) -> str:
    """The label of a commitment under a key that it has once and for all."""
    if key.startswith("tag_"):
        return commitment.tags.get(key.removeprefix("tag_"), NOT_STATED)
    made = {
        "party": label(commitment.parties),
        "recipient": label(commitment.recipients),
        "channel": label(commitment.channels),
        "announced": f"{commitment.announced.year:04d}",
        "commitment": commitment.id,
    }[key]
    return made or NOT_STATED


def involving(records: Records, names: Names, parties: str | Iterable[str]) -> set[str]:
    """The commitments that one of the parties made, alone or jointly."""
    wanted = [parties] if isinstance(parties, str) else list(parties)
    members = {names.resolve(name) for name in wanted}
    return {c.id for c in records.commitments if members & set(c.parties)}


def narrow(where: Labels, key: str, values: Collection[str]) -> None:
    """Choose some labels of a key, among those chosen before."""
    where[key] = tuple(sorted({*values} & {*where.get(key, values)}))


def only(records: Records, kept: Collection[str]) -> Records:
    """Some commitments, by id, and what happened to them; their kin as context."""
    family = Kin(records.commitments).family(kept)
    return replace(_some(records, family), context=frozenset(family.difference(kept)))


def _some(records: Records, kept: Collection[str]) -> Records:
    """The records without other commitments."""
    return replace(
        records,
        commitments=tuple(c for c in records.commitments if c.id in kept),
        events=tuple(event for event in records.events if event.commitment in kept),
        context=records.context.intersection(kept),
    )


def _left(records: Records, kept: Collection[str]) -> Records:
    """The records without other commitments, and without context that none left needs."""
    left = _some(records, kept)
    shown = [c.id for c in left.commitments if c.id not in left.context]
    return only(left, shown) if left.context else left


def together(one: Records, other: Records) -> tuple[Records, Records]:
    """Two choices of one ledger without the context that the other one shows."""
    mine, theirs = _facts(one), _facts(other)
    same = {name for name in mine if mine[name] == theirs.get(name)}
    # What is the same in both is needed once; what differs stays, as a repeated id.
    known = {commitment.id for commitment in one.commitments}
    spared = same & one.context - other.context
    left = _some(one, known - spared)
    known = {commitment.id for commitment in other.commitments}
    return left, _some(other, known - (same & other.context - spared))


def _facts(records: Records) -> dict[str, tuple[object, ...]]:
    happened = by_commitment(records.events)
    return {c.id: (c, happened.get(c.id)) for c in records.commitments}


def happened(records: Records, day: dt.date) -> Records:
    """What had been announced and had happened at the end of a day."""
    left = _left(records, {c.id for c in records.commitments if c.announced <= day})
    return replace(left, events=tuple(event for event in left.events if event.on <= day))


def known(records: Records, day: dt.date) -> Records:
    """What had become known at the end of a day, whatever it speaks of.

    A commitment, and all that happened to it, is known from the day on which the commitment is. A
    source published later goes, unless something left cites it.
    """
    left = _left(records, {c.id for c in records.commitments if (c.known or c.announced) <= day})
    left = replace(left, events=tuple(e for e in left.events if (e.known or e.on) <= day))
    citations = [record.citations for record in left.commitments]
    citations += [record.citations for record in left.events]
    cited = {citation.source for some in citations for citation in some}
    sources = tuple(
        source
        for source in left.sources
        if source.id in cited or source.published is None or source.published <= day
    )
    return replace(left, sources=sources)
