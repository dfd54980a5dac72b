"""The money of a ledger as IATI tells it: what is pledged, committed and delivered, day by day.

Everything comes from the movements, so that parts, repetitions and what is taken back count in a
file as they count in a table.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

import pyarrow as pa

from pledgetrack.balances import RETURNED
from pledgetrack.models import ENDINGS
from pledgetrack.quantity import EXACT, tidy
from pledgetrack.units import is_currency

PLEDGE, COMMITMENT, DISBURSEMENT = "12", "2", "3"
"""Codes of the transactions that are written."""

_ZERO = Decimal(0)
_MEASURES = ("pledged", "committed", "delivered")
# The order of a day, as far as it decides in which state a promise is at its end.
_RANK: dict[str, int] = {
    "reopened": 0, RETURNED: 0, "rejected": 1, "withdrawn": 1, "expired": 1, "suspended": 2,
    "resumed": 3,
}  # fmt: skip


class _Row(NamedTuple):
    """What is needed of a movement."""

    commitment: str
    unit: str
    measure: str | None
    number: Decimal | None
    since: dt.date
    until: dt.date | None
    on: dt.date
    announced: dt.date
    event: str
    known: dt.date
    source: str | None
    start: dt.date | None
    end: dt.date | None

    def days(self) -> list[tuple[dt.date, int]]:
        """The days on which it begins and ceases to count."""
        ceases = [] if self.until is None else [(self.until, -1)]
        return [(self.since, 1), *ceases]


class Transaction(NamedTuple):
    """A transaction to write; they sort as they are written."""

    day: dt.date
    code: str
    unit: str
    number: Decimal


@dataclass(slots=True)
class Flow:
    """The money of one currency: how much more, or less, on each day."""

    pledged: dict[dt.date, Decimal] = field(default_factory=dict)
    committed: dict[dt.date, Decimal] = field(default_factory=dict)
    delivered: list[tuple[dt.date, Decimal]] = field(default_factory=list)

    def take(self, other: Flow) -> None:
        """Add the money of another."""
        for mine, theirs in ((self.pledged, other.pledged), (self.committed, other.committed)):
            for day, number in theirs.items():
                mine[day] = EXACT.add(mine.get(day, _ZERO), number)
        self.delivered += other.delivered


@dataclass(slots=True)
class Money:
    """The money of a commitment, and the state in which its facts leave it."""

    flows: dict[str, Flow] = field(default_factory=dict)
    start: dt.date | None = None
    end: dt.date | None = None
    ended: dt.date | None = None
    suspended: dt.date | None = None


def money_of(table: pa.Table) -> dict[str, Money]:
    """The money of each commitment that has some, from its movements."""
    found: dict[str, Money] = defaultdict(Money)
    delivered: dict[tuple[str, str], dict[dt.date, Counter[Any]]] = {}
    states: dict[str, set[tuple[dt.date, int, str]]] = defaultdict(set)
    horizons: dict[str, tuple[dt.date | None, dt.date | None]] = {}
    for row in _rows(table):
        if row.until is None:
            horizons[row.commitment] = row.start, row.end
        if row.event in _RANK:
            day = max(row.on, row.announced)
            states[row.commitment].add((day, _RANK[row.event], row.event))
        if row.number is None or row.measure not in _MEASURES or not is_currency(row.unit):
            continue
        flow = found[row.commitment].flows.setdefault(row.unit, Flow())
        for day, sign in row.days():
            if row.measure == "delivered":
                # A row that goes on under another key closes and opens again: nothing happened.
                days = delivered.setdefault((row.commitment, row.unit), {})
                fact = row.number, row.on, row.event, row.known, row.source
                days.setdefault(day, Counter())[fact] += sign
            else:
                steps = flow.pledged if row.measure == "pledged" else flow.committed
                steps[day] = EXACT.add(steps.get(day, _ZERO), row.number * sign)
    for (name, unit), by_day in delivered.items():
        for day, facts in by_day.items():
            found[name].flows[unit].delivered += _happened(day, facts)
    for name, money in found.items():
        money.start, money.end = horizons.get(name, (None, None))
        _settle(money, sorted(states[name]))
    return dict(found)


def _rows(table: pa.Table) -> Iterator[_Row]:
    for batch in table.select(_Row._fields).to_batches(max_chunksize=1 << 14):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield _Row(*values)


def _settle(money: Money, facts: Iterable[tuple[dt.date, int, str]]) -> None:
    for day, _, event in facts:
        if event in ENDINGS:
            money.ended = day
        elif event in ("suspended", "resumed"):
            money.suspended = day if event == "suspended" else None
        else:
            money.ended = None


def _happened(day: dt.date, counted: Counter[Any]) -> Iterator[tuple[dt.date, Decimal]]:
    for (number, *_), times in counted.items():
        for _ in range(abs(times)):
            yield day, tidy(number if times > 0 else -number)


# --- transactions ---------------------------------------------------------------------------------


def transactions_of(flows: Mapping[str, Flow]) -> list[Transaction]:
    """The transactions of a cell: money of one giver, for the same recipients and sectors.

    What is pledged is written where it is ever more than what is committed: a reader takes a
    commitment as one of what was pledged. An amount that is 0 throughout is told once.
    """
    committed = {unit: flow.committed for unit, flow in flows.items() if flow.committed}
    pledged = {
        unit: flow.pledged
        for unit, flow in flows.items()
        if flow.pledged
        and (not flow.committed or _changes(flow.pledged) != _changes(flow.committed))
    }
    arrived = {day for flow in flows.values() for day, _ in flow.delivered}
    made = [
        Transaction(day, DISBURSEMENT, unit, number)
        for unit, flow in flows.items()
        for day, number in flow.delivered
    ]
    made += _steps(COMMITMENT, committed, arrived)
    made += _steps(PLEDGE, pledged, set() if committed else arrived)
    return sorted(made)


def _changes(steps: Mapping[dt.date, Decimal]) -> dict[dt.date, Decimal]:
    return {day: tidy(number) for day, number in steps.items() if number}


def _steps(
    code: str, by_unit: Mapping[str, Mapping[dt.date, Decimal]], others: Iterable[dt.date]
) -> Iterator[Transaction]:
    if not by_unit:
        return
    # What is read of them begins on their first day, in all currencies.
    first = min([*others, *(day for steps in by_unit.values() for day in steps)])
    for unit, steps in by_unit.items():
        for day, number in (_changes(steps) or {first: _ZERO}).items():
            yield Transaction(day, code, unit, number)


# --- what the amounts say of the state ------------------------------------------------------------


def is_closed(cells: Iterable[Mapping[str, Flow]]) -> bool:
    """Whether all that is pledged has arrived, and something is pledged."""
    some = False
    for flow in (flow for flows in cells for flow in flows.values()):
        pledged = sum(flow.pledged.values(), _ZERO)
        if pledged > sum((number for _, number in flow.delivered), _ZERO):
            return False
        some = some or pledged > 0
    return some


def is_over(cells: Iterable[Mapping[str, Flow]], day: dt.date) -> bool:
    """Whether nothing undelivered stands at the end of a day, nor on any later one.

    Where something is only pledged beside commitments, a reader could not tell what of it arrived.
    """
    for flows in cells:
        mixed = any(flow.committed for flow in flows.values())
        for flow in flows.values():
            days = {day, *flow.pledged, *flow.committed, *(on for on, _ in flow.delivered)}
            for at in sorted(on for on in days if on >= day):
                pledged, committed = _upto(flow.pledged, at), _upto(flow.committed, at)
                arrived = sum((number for on, number in flow.delivered if on <= at), _ZERO)
                if pledged > max(arrived, _ZERO) or (mixed and pledged != committed):
                    return False
    return True


def drops_on(cells: Iterable[Mapping[str, Flow]], day: dt.date) -> bool:
    """Whether less is pledged at the end of a day than before it."""
    return any(flow.pledged.get(day, _ZERO) < 0 for flows in cells for flow in flows.values())


def says_itself(flow: Flow, day: dt.date) -> bool:
    """Whether the end on a day leaves what arrived by then, and nothing happens later.

    The state of the activity says so itself, and who reads it takes the rest back: a promise that
    was withdrawn is not one that was revised to what arrived, which would be fulfilled.
    """
    arrived = sum((number for _, number in flow.delivered), _ZERO)
    days = [*_changes(flow.pledged), *_changes(flow.committed), *(on for on, _ in flow.delivered)]
    return max(days) <= day and _upto(flow.pledged, day) == max(arrived, _ZERO)


def _upto(steps: Mapping[dt.date, Decimal], day: dt.date) -> Decimal:
    return sum((number for on, number in steps.items() if on <= day), _ZERO)
