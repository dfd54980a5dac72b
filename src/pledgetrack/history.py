"""Changes: what a reader of an older ledger and of a newer one must see, fact by fact.

Each change rests on movements: those that the newer view counts and the older one does not, and
those that it counts no longer. What they add up to is newer balance less older balance.
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, Unpack

import pandas as pd
import pyarrow as pa

from pledgetrack import frames
from pledgetrack.balances import day_of, in_order
from pledgetrack.calendar import NOT_STATED, as_day
from pledgetrack.convert import Converting, described, told_of
from pledgetrack.errors import DayError, PledgetrackError
from pledgetrack.families import OF_PARTS
from pledgetrack.frames import Numbers, Where
from pledgetrack.models import Citation, Commitment, Event
from pledgetrack.movements import MEASURES, cite, label
from pledgetrack.quantity import EXACT
from pledgetrack.status import statuses

Signed = tuple[int, dict[str, Any]]
"""A movement that is counted newly (1), or no longer (-1)."""

COLUMNS = (
    "commitment", "party", "change", "unit", *MEASURES, "before", "after", "on", "known",
    "citation",
)  # fmt: skip
_STANDING = ("alleged", "proposed", "pledged")
# What a movement tells of its fact; the others say where it stands and when it counts.
_TELLS = (
    "commitment", "unit", "measure", "number", "bound", "low", "high", "on", "known", "event",
    "source", "citation", "part", "instead", "stated_number", "stated_unit",
)  # fmt: skip


@dataclass(frozen=True)
class View:
    """A ledger as of a day: its records, its movements, and what of them is chosen."""

    promised: tuple[Commitment, ...]
    happened: tuple[Event, ...]
    rows: pa.Table
    day: dt.date
    where: Where | None = None

    def counted(self) -> list[dict[str, Any]]:
        """The movements that count on the day."""
        lazy = frames.as_of_day(frames.enter(self.rows), self.day)
        rows = frames.choose(lazy, self.where, with_facts=True)
        return list(frames.collect(rows).to_pylist())

    def commitments(self) -> dict[str, Commitment]:
        """The commitments announced by the day."""
        return {c.id: c for c in self.promised if c.announced <= self.day}

    def events(self) -> dict[str, list[Event]]:
        """What had happened to each commitment by the day."""
        promised = self.commitments()
        made: dict[str, list[Event]] = defaultdict(list)
        for event in self.happened:
            commitment = promised.get(event.commitment)
            if commitment and day_of(event, commitment) <= self.day:
                made[event.commitment].append(event)
        return made

    def sides(self) -> dict[str, _Side]:
        """What the view knows of each commitment."""
        table = statuses(frames.enter(self.rows), self.day)
        judged = {row["commitment"]: row["status"] for row in table.to_pylist()}
        events = self.events()
        return {
            name: _Side(commitment, tuple(events.get(name, ())), judged.get(name))
            for name, commitment in self.commitments().items()
        }


class _Side(NamedTuple):
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


def changes(
    old: Any,
    new: Any,
    *,
    since: object = None,
    until: object = None,
    numbers: Numbers = "decimal",
    **converting: Unpack[Converting],
) -> pd.DataFrame:
    """What a reader of an older ledger and of a newer one must see: a row per change and unit.

    The older ledger is looked at as of ``since``, the newer as of ``until``: today unless told, and
    both on one day where only ``until`` is. ``change`` is "new", "pledged", "committed",
    "delivered", "refunded", "revised up", "revised down", "horizon moved", "withdrawn", "rejected",
    "expired", "reopened", "suspended", "resumed", "completed", "rated"; "status" with the status
    ``before`` and ``after``; and of the records themselves "corrected", "dropped", "fact dropped"
    and "recounted" (the fact is the same and counts otherwise, because of another).

    ``proposed``, ``pledged``, ``committed`` and ``delivered`` say by how much the change moved the
    totals: newer less older balance of each commitment is what its rows add up to. For what became
    known between two days compare ``ledger.cut(known_by=...)`` of both.

    >>> import pledgetrack as pt
    >>> ledger = pt.load_seeds()
    >>> len(pt.changes(ledger, ledger))
    0
    """
    found, start, end, told = find_changes(old, new, since=since, until=until, **converting)
    made = frames.dated(_table(found, numbers), end)
    made.attrs.update(since=str(start), caption=f"from {start} to {end}")
    return described(made, told)


def find_changes(
    old: Any, new: Any, *, since: object, until: object, **converting: Unpack[Converting]
) -> tuple[list[Change], dt.date, dt.date, dict[str, str]]:
    """Every change from one ledger to another, the two days, and how amounts were converted."""
    end = frames.today(until)
    start = end if since is None else as_day(since)
    if start > end:
        raise DayError(f"since {start} is after until {end}; exchange them", value=since)
    for ledger in (old, new):
        if not hasattr(ledger, "_view"):
            raise PledgetrackError(f"{type(ledger).__name__!r} is no ledger; read it with pt.read")
    if old._where != new._where:
        raise PledgetrackError(
            "two ledgers filtered by other units, horizons or sources cannot be compared; "
            "filter both alike"
        )
    one: View = old._view(start, **converting)
    other: View = new._view(end, **converting)
    was, now = one.sides(), other.sides()
    moved = _moved(one.counted(), other.counted())
    found: list[Change] = []
    for name in sorted({*was, *now}):
        sides = was.get(name, _Side()), now.get(name, _Side())
        found.extend(_Comparison(*sides, moved.get(name, {})).changes())
    return found, start, end, told_of(other.rows)


def _table(found: Sequence[Change], numbers: Numbers) -> pd.DataFrame:
    """Changes as a table, in the order in which they were found."""
    rows = [change.cells() for change in found]
    made: dict[str, Any] = {}
    for name in COLUMNS:
        values = [row[name] for row in rows]
        if name in MEASURES:
            made[name] = frames.amounts(values, numbers)
        elif name in ("on", "known"):
            made[name] = frames.days(values)
        else:
            made[name] = frames.words(values)
    return pd.DataFrame(made)


def _moved(
    old: Iterable[dict[str, Any]], new: Iterable[dict[str, Any]]
) -> dict[str, dict[tuple[Any, ...], list[Signed]]]:
    """The movements that one side counts and the other does not, by commitment and fact."""
    sides: dict[tuple[Any, ...], tuple[list[dict[str, Any]], list[dict[str, Any]]]]
    sides = defaultdict(lambda: ([], []))
    for at, rows in enumerate((old, new)):
        for row in rows:
            identity = tuple(row.get(name) for name in _TELLS)
            sides[identity][at].append(row)
    made: dict[str, dict[tuple[Any, ...], list[Signed]]] = defaultdict(lambda: defaultdict(list))
    for left, right in sides.values():
        for sign, rows, beyond in ((-1, left, len(right)), (1, right, len(left))):
            for row in rows[beyond:]:
                fact = (row["event"], row["on"], row["known"], row["citation"])
                made[row["commitment"]][fact].append((sign, row))
    return made


def _fact(record: Commitment | Event) -> tuple[Any, ...]:
    """The fact of a record, as its movements tell it."""
    if isinstance(record, Commitment):
        day = record.announced
        return (record.stage, day, record.known or day, cite(record.citations))
    return (record.kind, record.on, record.known or record.on, cite(record.citations))


class _Comparison:
    """One commitment in two views."""

    def __init__(
        self, was: _Side, now: _Side, moved: Mapping[tuple[Any, ...], list[Signed]]
    ) -> None:
        self.was, self.now = was.commitment, now.commitment
        self.events_was, self.events_now = was.events, now.events
        self.status = (was.status, now.status)
        self.moved = dict(moved)
        self.told: set[tuple[Any, ...]] = set()
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

    def _take(self, fact: tuple[Any, ...]) -> list[Signed]:
        """The movements of a fact, which no other change is given."""
        self.told.add(fact)
        rows: list[Signed] = self.moved.pop(fact, [])
        return rows

    def _told(
        self,
        change: str,
        rows: Iterable[Signed],
        fact: tuple[Any, ...] | None,
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
        for event in in_order(self.commitment, gone):
            if event not in pairs:
                fact = _fact(event)
                yield from self._told("fact dropped", self._take(fact), fact, (_words(event), None))
        corrections = {new: old for old, new in pairs.items()}
        for event in in_order(self.commitment, added):
            fact = _fact(event)
            old = corrections.get(event)
            # Two facts of one kind, day and place are told together.
            again = fact in self.told
            rows = self._take(fact)
            if old is not None:
                rows = [*rows, *self._take(_fact(old))]
                yield from self._told("corrected", rows, fact, _differing(old, event))
            elif event.kind == "revised":
                yield from self._revised(event, rows, again=again)
            elif event.kind == "rated":
                yield from self._told("rated", rows, fact, (self._rating(event), event.outcome))
            elif rows or not again:
                refund = any(row["measure"] == "delivered" and row["number"] < 0
                             for _, row in rows if row["number"] is not None)  # fmt: skip
                word = "refunded" if event.kind == "delivered" and refund else event.kind
                yield from self._told(word, rows, fact)

    def _revised(self, event: Event, rows: list[Signed], *, again: bool) -> Iterator[Change]:
        fact = _fact(event)
        if (event.quantity or event.restated) and (rows or not again):
            # Facts of one day and place may revise several units, each in its own direction.
            by_unit: dict[str, list[Signed]] = defaultdict(list)
            for sign, row in rows:
                by_unit[row["unit"]].append((sign, row))
            for mine in by_unit.values() or [[]]:
                with decimal.localcontext(EXACT):
                    change = sum(s * r["number"] for s, r in mine if r["measure"] in _STANDING)
                if not change and event.quantity:
                    change = event.quantity.number
                word = "revised up" if change > 0 else "revised down" if change < 0 else "revised"
                yield from self._told(word, mine, fact)
            rows = []
        if event.horizon:
            before = self.commitment.horizon
            for other in in_order(self.commitment, self.events_now):
                if other == event:
                    break
                before = other.horizon or before
            words = (str(before or NOT_STATED), str(event.horizon))
            yield from self._told("horizon moved", rows, fact, words)

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
            parts = {row.get("part") for _, row in rows} - {None}
            if parts:
                words = (None, " + ".join(sorted(parts)))
                arrived = all(row["measure"] == OF_PARTS for _, row in rows)
                yield from self._told(OF_PARTS if arrived else "part", rows, fact, words)
            else:
                told = f"{fact[0]} on {fact[1]}"
                yield from self._told("recounted", rows, fact, (told, told))


def _pairs(gone: Sequence[Event], added: Sequence[Event]) -> dict[Event, Event]:
    """The events that were corrected: of one kind, and alike in their day or in their amount."""
    made: dict[Event, Event] = {}
    left = list(added)
    alike = (
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
