"""Comparison: one commitment as an older view and a newer one know it, change by change."""

from __future__ import annotations

import datetime as dt
import decimal
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from pledgetrack import frames
from pledgetrack.balances import in_order
from pledgetrack.calendar import NOT_STATED
from pledgetrack.members import OF_PARTS
from pledgetrack.models import Citation, Commitment, Event
from pledgetrack.movements import MEASURES, cite, label
from pledgetrack.quantity import EXACT

Signed = tuple[int, dict[str, Any]]
"""A movement that is counted newly (1), or no longer (-1)."""

Fact = tuple[str, dt.date, dt.date, str | None]
"""What the movements of a fact share: kind, day, the day it became known, citations as text."""

COLUMNS = (
    "commitment", "party", "change", "unit", *MEASURES, "before", "after", "on", "known",
    "citation",
)  # fmt: skip
_STANDING = ("alleged", "proposed", "pledged")


class Side(NamedTuple):
    """One commitment in a view."""

    commitment: Commitment | None = None
    events: tuple[Event, ...] = ()
    status: str | None = None


@dataclass(frozen=True)
class Change:
    """One change, and the movements that it rests on."""

    commitment: str
    party: str
    change: str
    unit: str | None
    before: str | None
    after: str | None
    on: dt.date | None
    known: dt.date | None
    citation: str | None
    rows: tuple[Signed, ...] = field(default=(), compare=False, repr=False)

    def amount(self, measure: str) -> Decimal | None:
        """By how much a measure changed; missing where no movement says so."""
        numbers = [s * r["number"] for s, r in self.rows if r["measure"] == measure]
        with decimal.localcontext(EXACT):
            return sum(numbers, Decimal(0)) if numbers else None

    def cells(self) -> dict[str, Any]:
        """The row of the table."""
        return {n: self.amount(n) if n in MEASURES else getattr(self, n) for n in COLUMNS}


def _fact(record: Commitment | Event) -> Fact:
    """The fact of a record, as its movements tell it."""
    if isinstance(record, Commitment):
        day = record.announced
        return (record.stage, day, record.known or day, cite(record.citations))
    return (record.kind, record.on, record.known or record.on, cite(record.citations))


class Comparison:
    """One commitment in two views."""

    def __init__(self, was: Side, now: Side, moved: Mapping[Fact, list[Signed]]) -> None:
        self.was, self.now = was.commitment, now.commitment
        self.events_was, self.events_now = was.events, now.events
        self.status = (was.status, now.status)
        self.moved = dict(moved)
        happened = Counter(was.events) | Counter(now.events)
        self.count = Counter(_fact(event) for event in happened.elements())
        (self.commitment,) = [c for c in (self.now, self.was) if c is not None][:1]

    def changes(self) -> Iterator[Change]:
        """The changes of the commitment, in the order in which people read them."""
        if self.now is None:
            rows = [row for rows in self.moved.values() for row in rows]
            yield from self._told("dropped", rows, _fact(self.commitment), self.status)
            return
        if self.was is None:
            fact = _fact(self.now)
            yield from self._told("new", self._take(fact), fact, self.status)
        elif self.was != self.now:
            facts = {_fact(self.was), _fact(self.now)}
            rows = [row for fact in facts for row in self._take(fact)]
            words = _differing(self.was, self.now)
            yield from self._told("corrected", rows, _fact(self.now), words)
        yield from self._events()
        yield from self._rest()
        if self.was is not None and self.status[0] != self.status[1]:
            yield from self._told("status", (), None, self.status)

    def _take(self, fact: Fact, event: Event | None = None) -> list[Signed]:
        """The movements of a fact, which no other change is given.

        Of several events on one day and in one place an event takes its own: a refund is no
        delivery. What arrived of parts there is told by itself.
        """
        rows = self.moved.pop(fact, [])
        alone = self.count[fact] < 2
        taken: list[Signed] = []
        left: list[Signed] = []
        for (sign, row), way in zip(rows, _ways(rows), strict=True):
            own = row.get("part") is None and (alone or not event or _belongs(event, row, way))
            (taken if own else left).append((sign, row))
        if left:
            self.moved[fact] = left
        return taken

    def _told(
        self,
        change: str,
        rows: Iterable[Signed],
        fact: Fact | None,
        words: tuple[str | None, str | None] = (None, None),
    ) -> Iterator[Change]:
        """A change, a row for each unit that it moves."""
        by_unit: dict[str | None, list[Signed]] = defaultdict(list)
        for sign, row in rows:
            by_unit[row["unit"] if row["number"] is not None else None].append((sign, row))
        _, on, known, citation = fact or (None, None, None, None)
        if len(by_unit) > 1:
            by_unit.pop(None, None)
        unit_order = frames.sort_key("unit")
        for unit in sorted(by_unit, key=lambda unit: unit_order(unit or "")) or [None]:
            yield Change(
                self.commitment.id, label(self.commitment.parties) or NOT_STATED, change, unit,
                *words, on, known, citation, tuple(by_unit[unit]),
            )  # fmt: skip

    def _events(self) -> Iterator[Change]:
        added = list((Counter(self.events_now) - Counter(self.events_was)).elements())
        gone = list((Counter(self.events_was) - Counter(self.events_now)).elements())
        pairs = _pairs(gone, added)
        # What was corrected takes its movements first, before another event of its day and place.
        corrected = {
            new: (old, [*self._take(_fact(new), new), *self._take(_fact(old), old)])
            for old, new in pairs.items()
        }
        dropped: dict[tuple[Any, ...], list[Event]] = defaultdict(list)
        for event in in_order(self.commitment, gone):
            if event not in pairs:
                dropped[_fact(event), _unit(event), _way(event)].append(event)
        for (fact, *_), events in dropped.items():
            words = "; ".join(map(_words, events))
            rows = self._take(fact, events[0])
            yield from self._told("fact dropped", rows, fact, (words, None))
        told: set[tuple[Fact, str | None]] = set()
        for event in in_order(self.commitment, added):
            fact = _fact(event)
            if event in corrected:
                old, rows = corrected[event]
                told.add((fact, _unit(event)))
                yield from self._told("corrected", rows, fact, _differing(old, event))
                continue
            rows = self._take(fact, event)
            # Events of one kind, way, day and place are told together.
            news = bool(rows) or (fact, _unit(event)) not in told
            told.add((fact, _unit(event)))
            if event.kind == "revised":
                yield from self._revised(event, rows, news=news)
            elif event.kind == "rated":
                yield from self._told("rated", rows, fact, (self._rating(event), event.outcome))
            elif news:
                refund = event.kind == "delivered" and _way(event) < 0
                yield from self._told("refunded" if refund else event.kind, rows, fact)

    def _revised(self, event: Event, rows: list[Signed], *, news: bool) -> Iterator[Change]:
        fact = _fact(event)
        blank = [(sign, row) for sign, row in rows if row["number"] is None]
        if (event.quantity or event.restated) and news:
            moved = [(sign, row) for sign, row in rows if row["number"] is not None]
            # A target that is stated anew and one that is revised by an amount go each its way.
            by_way: dict[int, list[Signed]] = defaultdict(list)
            for signed, way in zip(moved, _ways(moved), strict=True):
                by_way[way if event.restated and self.count[fact] > 1 else 0].append(signed)
            if len(by_way) > 1 and 0 in by_way:
                by_way[max(by_way)] += by_way.pop(0)
            for mine in by_way.values() or [[]]:
                way = _way(event)
                if event.restated:
                    with decimal.localcontext(EXACT):
                        way = sum(s * r["number"] for s, r in mine if r["measure"] in _STANDING)
                word = "revised up" if way > 0 else "revised down" if way < 0 else "revised"
                yield from self._told(word, mine, fact)
        if event.horizon:
            before = self.commitment.horizon
            for other in in_order(self.commitment, self.events_now):
                if other == event:
                    break
                before = other.horizon or before
            words = (str(before or NOT_STATED), str(event.horizon))
            yield from self._told("horizon moved", blank, fact, words)

    def _rating(self, event: Event) -> str | None:
        """How the commitment was rated before."""
        before = None
        for other in in_order(self.commitment, self.events_now):
            if other == event:
                break
            before = other.outcome or before
        return before

    def _rest(self) -> Iterator[Change]:
        """Movements of facts that both know: other facts make them count otherwise."""
        for fact in sorted(self.moved, key=lambda fact: (fact[1], fact[2], str(fact))):
            rows = self.moved[fact]
            parts = {row["part"] for _, row in rows if row.get("part")}
            if parts and not _are_repriced(rows):
                words = (None, " + ".join(sorted(parts)))
                arrived = all(row["measure"] == OF_PARTS for _, row in rows)
                yield from self._told(OF_PARTS if arrived else "part", rows, fact, words)
            else:
                told = f"{fact[0]} on {fact[1]}"
                yield from self._told("recounted", rows, fact, (told, told))


def _are_repriced(rows: Iterable[Signed]) -> bool:
    """Whether the same amounts are only converted otherwise, because of another outermost whole."""
    sums: Counter[tuple[Any, ...]] = Counter()
    for sign, row in rows:
        stated = row.get("stated_number", row["number"])
        sums[row["measure"], row["part"], row.get("stated_unit"), stated] += sign
    return not any(sums.values())


def _ways(rows: Sequence[Signed]) -> list[int]:
    """Which way each movement goes: up 1, down -1, neither 0.

    A balance that became exact otherwise is out with the old and in with the new: both go the way
    of the two together.
    """
    made: list[int] = []
    last: dict[tuple[Any, ...], int] = {}
    for at, (sign, row) in enumerate(rows):
        number = _stated(row)
        made.append(_sign(number))
        # A delivery is a row of its own; what stands is one balance after another.
        before = last.get((sign, row["unit"], row["measure"]))
        if before is not None and made[before] < 0 < made[at] and row["measure"] != "delivered":
            old = rows[before][1]
            if _inexact(old) != _inexact(row):
                made[before] = made[at] = _sign(EXACT.add(_stated(old), number))
        last[sign, row["unit"], row["measure"]] = at
    return made


def _stated(row: Mapping[str, Any]) -> Decimal:
    """The number of a movement as recorded: a small amount may be converted to nothing."""
    number = row.get("stated_number")
    number = row["number"] if number is None else number
    return Decimal(0) if number is None else number


def _inexact(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["bound"], row["low"] is None, row["high"] is None


def _sign(number: Decimal) -> int:
    return (number > 0) - (number < 0)


def _way(event: Event) -> int:
    """Which way the quantity of an event goes; 0 where it is not stated."""
    return _sign(event.quantity.number) if event.quantity else 0


def _belongs(event: Event, row: Mapping[str, Any], way: int) -> bool:
    """Whether a movement is of this event, and not of another of its kind, day and place."""
    if event.kind not in ("delivered", "revised"):
        return True
    if row["number"] is None:
        return event.horizon is not None
    unit = row.get("stated_unit") or row["unit"]
    return unit == _unit(event) and (event.restated is not None or way in (_way(event), 0))


def _pairs(gone: Sequence[Event], added: Sequence[Event]) -> dict[Event, Event]:
    """The events that were corrected: of one kind, and alike in their day or in their amount."""
    made: dict[Event, Event] = {}
    left = list(added)
    alike = (
        lambda one: (one.kind, one.on, _unit(one), _way(one)),
        lambda one: (one.kind, one.on, _unit(one)),
        lambda one: (one.kind, one.quantity, one.restated, one.horizon, one.outcome),
    )
    for same in alike:
        for event in gone:
            match = next((o for o in left if event not in made and same(o) == same(event)), None)
            if match is not None:
                made[event] = match
                left.remove(match)
    return made


def _unit(event: Event) -> str | None:
    quantity = event.quantity or event.restated
    return quantity.unit if quantity else None


def _words(event: Event) -> str:
    """An event in a few words."""
    what = f" {event.quantity}" if event.quantity else ""
    what += f" to {event.restated}" if event.restated else ""
    what += f" to {event.horizon}" if event.horizon else ""
    what += f" {event.outcome}" if event.outcome else ""
    return f"{event.kind}{what} on {event.on}"


def _differing(old: Commitment | Event, new: Commitment | Event) -> tuple[str, str]:
    """What two records of one fact say otherwise, in words."""
    names = [n for n in type(new).model_fields if getattr(old, n) != getattr(new, n)]
    before, after = (
        "; ".join(f"{name.replace('_', ' ')}: {_said(getattr(record, name))}" for name in names)
        for record in (old, new)
    )
    return before, after


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} = {item}" for name, item in value.items()) or NOT_STATED
    if isinstance(value, tuple):
        if all(isinstance(item, Citation) for item in value):
            return cite(value) or NOT_STATED
        return ", ".join(map(str, value)) or NOT_STATED
    return NOT_STATED if value is None else str(value)
