"""Doubles: what is odd about parts, repetitions and links, and which records may be one promise."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from pledgetrack.assemble import Records
from pledgetrack.balances import Course, Finding, day_of
from pledgetrack.errors import closest
from pledgetrack.kin import Kin
from pledgetrack.lookalikes import COMPARED, alike, lookalikes
from pledgetrack.models import STAGES, Commitment, Event
from pledgetrack.movements import label
from pledgetrack.units import is_currency

_LAST = dt.date.max


def doubles(records: Records) -> Iterator[Finding]:
    """What a person should know of records that count within others, or instead of them."""
    kin = Kin(records.commitments)
    events: dict[str, list[Event]] = defaultdict(list)
    for event in records.events:
        events[event.commitment].append(event)
    for name, one in kin.by_id.items():
        yield from (Finding("warning", name, text) for text in _absent(one, kin))
        if one.part_of in kin.by_id:
            yield from (Finding("warning", name, text) for text in _other_units(one, kin))
        first = _first(one, kin)
        if first:
            for severity, text in _set_aside(one, first, events):
                yield Finding(severity, name, text)
    yield from _candidates(records)


def _absent(one: Commitment, kin: Kin) -> Iterator[str]:
    """Records that are named and are not there."""
    for words, other in (
        ("a part of", one.part_of), ("a repetition of", one.repeats), ("the same as", one.same_as),
    ):  # fmt: skip
        if other and other not in kin.by_id:
            near = closest(other, kin.by_id)
            hint = f"; is it {near[0]!r}?" if near else ""
            yield f"{words} {other!r}, which is not there, so it counts by itself{hint}"


def _other_units(part: Commitment, kin: Kin) -> Iterator[str]:
    """Money of a part that its whole has in other currencies only, and where it counts."""
    wholes: list[Commitment] = []
    at = kin.whole(part.id, _LAST)
    while at:
        wholes.append(kin.by_id[at])
        at = kin.whole(at, _LAST)
    for target in part.targets:
        unit = target.unit
        has = [{target.unit for target in whole.targets} for whole in wholes]
        money = sorted(filter(is_currency, has[0])) if has else []
        if not money or unit in has[0] or not is_currency(unit):
            continue
        words = f"a part in {unit} of {wholes[0].id!r}, which is in {' and '.join(money)}; it is "
        above = next((w.id for w, units in zip(wholes, has, strict=True) if unit in units), None)
        yield words + (
            f"counted as a part of {above!r}, the nearest whole above that is in {unit}"
            if above
            else "counted beside its whole"
        )


# --- what counts in no total ----------------------------------------------------------------------


def _first(one: Commitment, kin: Kin) -> Commitment | None:
    """The record at the end of the chain that counts instead of one."""
    at = one
    while (other := at.repeats or at.same_as) in kin.by_id:
        at = kin.by_id[str(other)]
    return None if at is one else at


def _set_aside(
    one: Commitment, first: Commitment, events: Mapping[str, Sequence[Event]]
) -> Iterator[tuple[str, str]]:
    """What is lost with a record that counts in no total, as it differs from the one that counts.

    ``first`` is the last of a chain of such records, whose figures are those in the totals.
    """
    does, named = ("repeats", one.repeats) if one.repeats else ("is the same as", one.same_as)
    yield "note", f"counts in no total: it {does} {named!r}"
    mine, theirs = events.get(one.id, ()), events.get(first.id, ())
    if one.repeats and any(event.kind == "delivered" for event in mine):
        yield "warning", f"its deliveries are in no total; record them of {first.id!r}"
    if one.parties != first.parties:
        who, others = label(one.parties), label(first.parties)
        yield "warning", f"{does} {first.id!r}, but is by {who!r}, and that by {others!r}"
    has = [target.unit for target in first.targets]
    for target in one.targets:
        if target.unit not in has:
            what = f"has no {target.unit}, only {' and '.join(has)}" if has else "is an action"
            yield "warning", f"its {target} are in no total: {first.id!r}, which counts, {what}"
    yield from (("note", text) for text in _amounts(one, first, theirs))
    yield from (("warning", text) for text in _firmness(one, first, mine, theirs))


def _amounts(one: Commitment, first: Commitment, theirs: Sequence[Event]) -> Iterator[str]:
    """Targets that are not about as large as what then stood of the promise that counts."""
    day = max(one.announced, first.announced)
    standing = _reached(first, [event for event in theirs if day_of(event, first) <= day]).standing
    for target in one.targets:
        there = standing.get(target.unit)
        if there is None or alike(target.number, there):
            continue
        size = "more" if target.number > there else "less"
        do = (
            "record what changed as a 'revised' event of it"
            if one.repeats
            else ("where these are right, let this one count instead")
        )
        yield (
            f"its {target.number:,f} {target.unit} are {size} than the {there:,f} that stood of "
            f"{first.id!r} on {day}, which count; {do}"
        )


def _firmness(
    one: Commitment, first: Commitment, mine: Sequence[Event], theirs: Sequence[Event]
) -> Iterator[str]:
    """What is pledged or committed of a record, and of the one that counts is not yet."""
    says, counts = _reached(one, mine), _reached(first, theirs)
    told = False
    for unit, standing in counts.standing.items():
        for stage in ("committed", "pledged"):
            more, less = says.firm[stage].get(unit), counts.firm[stage][unit]
            if more is not None and less < min(more, standing) and not alike(less, more):
                told = True
                yield (
                    f"{stage} here are {more:,f} {unit}, which no total shows: of {first.id!r}, "
                    f"which counts, {less:,f} of {standing:,f} {unit} are; record a {stage!r} "
                    "event of it"
                )
                break
    if told or (one.targets and first.targets and counts.stage != "alleged"):
        return
    if says.stage == "proposed" and counts.stage == "alleged":
        yield (
            f"proposed, but {first.id!r}, which counts, is only alleged, and no total shows that; "
            f"let {first.id!r} repeat this one"
        )
    elif STAGES.index(says.stage) > max(STAGES.index(counts.stage), STAGES.index("proposed")):
        yield (
            f"{says.stage}, which no total shows: {first.id!r}, which counts, is only "
            f"{counts.stage}; record a {says.stage!r} event of it"
        )


class _Reached(NamedTuple):
    """How firm a commitment became, and how much of it stands, is pledged and is committed."""

    stage: str
    standing: dict[str, Decimal]
    firm: dict[str, dict[str, Decimal]]


def _reached(commitment: Commitment, events: Sequence[Event]) -> _Reached:
    course = Course(commitment, events)
    course.rows()
    kinds = [commitment.stage, *(event.kind for event in events if event.kind in STAGES)]
    targets = course.targets.items()
    return _Reached(
        max(kinds, key=STAGES.index),
        {unit: target.standing.number for unit, target in targets},
        {
            "pledged": {unit: target.pledged.number for unit, target in targets},
            "committed": {unit: target.committed.number for unit, target in targets},
        },
    )


# --- what may be one promise ----------------------------------------------------------------------


def _candidates(records: Records) -> Iterator[Finding]:
    """Records from different sources that may be one promise."""
    pairs, crowded = lookalikes(records.commitments)
    for one, other, unit in pairs:
        days = (other.announced - one.announced).days
        yield Finding(
            "note",
            other.id,
            f"may be the same promise as {one.id!r}: same parties, about the same amount of "
            f"{unit}, announced {days} day{'s' * (days != 1)} apart; pt.link makes them count once",
        )
    for name in crowded:
        yield Finding(
            "note",
            name,
            f"more than {COMPARED} earlier records from other sources are near it in amount and "
            "day; only the nearest of each source were compared to it",
        )
