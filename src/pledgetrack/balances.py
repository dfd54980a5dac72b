"""The rows of a commitment: each is a balance after a fact minus the balance before it."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from pledgetrack.models import Citation, Commitment, Event, EventKind
from pledgetrack.quantity import EXACT, Bound, Quantity
from pledgetrack.targets import (
    NOTHING,
    ZERO,
    Balance,
    Target,
    at_most,
    less,
    number_of,
    plus,
    steps,
)
from pledgetrack.units import ACTION

RETURNED = "returned"
"""The fact of a part whose whole stands again."""

# On one day facts happen in this order, whatever order they were recorded in.
_RESTATED, _REVISED = 1, 4
_RANK = {
    "pledged": 2,
    "committed": 3,
    "delivered": 5,
    "reopened": 6,
    "rejected": 7,
    "withdrawn": 8,
    "expired": 9,
    "suspended": 10,
    "resumed": 11,
    "completed": 12,
    "rated": 13,
}


class Row(NamedTuple):
    """One signed change of one balance; a fact without an amount has no measure and no number."""

    unit: str
    measure: str | None
    number: Decimal | None
    bound: Bound | None
    kind: str
    on: dt.date
    day: dt.date
    known: dt.date
    citations: tuple[Citation, ...]
    low: Decimal | None = None
    high: Decimal | None = None
    part: str | None = None


class Cause(NamedTuple):
    """The fact that a row comes from: its kind, its day, the day it counts from, its sources."""

    kind: str
    on: dt.date
    day: dt.date
    known: dt.date
    citations: tuple[Citation, ...]


class Finding(NamedTuple):
    """Something in the records that a person should look at."""

    severity: str
    commitment: str
    finding: str


def day_of(event: Event, commitment: Commitment) -> dt.date:
    """The day from which an event counts: its own, but not before the announcement."""
    return max(event.on, commitment.announced)


def cause(event: Event, commitment: Commitment) -> Cause:
    """An event as the cause of rows."""
    day = day_of(event, commitment)
    return Cause(event.kind, event.on, day, event.known or event.on, event.citations)


def row(unit: str, measure: str, step: Balance, base: Cause, part: str | None = None) -> Row:
    """The row of a change of a balance."""
    return Row(unit, measure, step.number, step.bound, *base, step.low, step.high, part)


def rank(event: Event) -> int:
    """The place of an event among those of its day."""
    if event.kind == "revised":
        return _REVISED if event.quantity else _RESTATED
    return _RANK[event.kind]


def by_commitment(events: Iterable[Event]) -> dict[str, list[Event]]:
    """The events of each commitment by its id, in the order in which they come."""
    made: dict[str, list[Event]] = {}
    for event in events:
        made.setdefault(event.commitment, []).append(event)
    return made


def in_order(commitment: Commitment, events: Iterable[Event]) -> list[Event]:
    """The events of a commitment in the order in which they count."""
    return sorted(events, key=lambda event: order(event, day_of(event, commitment)))


def order(event: Event, day: dt.date) -> tuple[object, ...]:
    """A sort key that depends on nothing but what the event says."""
    quantity = event.quantity or event.restated
    # More comes before less, so that a day's ups and downs are not cut at zero on the way.
    amount = quantity and (
        quantity.unit,
        quantity.number.copy_negate(),
        quantity.bound,
        quantity.margin or ZERO,
        quantity.most or ZERO,
    )
    words = (
        amount or (),
        event.on,
        event.known or event.on,
        repr(event.horizon or ""),
        event.outcome,  # which each event of its kind has, and none of another
        str(event.period_start or ""),
        (event.on_precision, event.on_basis or "", event.on_stated or ""),
    )
    # The rest is compared as text only between events that are otherwise alike.
    cited = [(citation.source, citation.place or "") for citation in event.citations]
    # A day that is told and the same one that is not are two things that were written.
    told = (event.known is None, (quantity.wording if quantity else None) or "")
    return (day, rank(event), event.kind, *words, cited, event.note or "", told)


class Course:
    """The balances of one commitment as its facts come in, and what is odd about them.

    By itself it is ``rows()``; the parts of a whole are counted together with it, fact by fact.

    >>> from pledgetrack.models import Commitment, Event
    >>> promise = Commitment(id="x", party="A", announced="2024-01-01", stage="proposed",
    ...                      target={"number": 100, "unit": "USD"})
    >>> firmer = Event(commitment="x", kind="pledged", on="2024-02-01",
    ...                quantity={"number": 40, "unit": "USD"})
    >>> for row in Course(promise, [firmer]).rows():
    ...     print(row.on, row.kind, row.measure, row.number)
    2024-01-01 proposed proposed 100
    2024-02-01 pledged proposed -40
    2024-02-01 pledged pledged 40
    """

    def __init__(self, commitment: Commitment, events: Sequence[Event]) -> None:
        self.commitment = commitment
        self.events = in_order(commitment, events) if events else []
        self.findings: list[Finding] = []
        self.announcing = 0  # how many of the rows are the announcement's
        stage = commitment.stage
        firm = None if stage in ("pledged", "committed") else NOTHING
        self.targets = {
            target.unit: Target(
                promised=Balance.of(target),
                remaining="alleged" if stage == "alleged" else "proposed",
                pledged_part=firm,
                committed_part=None if stage == "committed" else NOTHING,
            )
            for target in commitment.targets
        }
        self.others: dict[str, Decimal] = {}
        self.ended: EventKind | None = None
        self.emptied: EventKind | None = None  # taken back bit by bit until nothing was left
        self.swept: EventKind | None = None  # ended with its whole

    def rows(self) -> list[Row]:
        """Every row, in order; ``findings`` are there afterwards."""
        with decimal.localcontext(EXACT):
            rows = self.announce()
            for event in self.events:
                rows.extend(self.happen(event))
            self.close()
        return rows

    @property
    def over(self) -> EventKind | None:
        """How the whole promise was taken back, if it was."""
        return self.swept or self.ended or self.emptied

    def announce(self) -> list[Row]:
        """The rows of the announcement."""
        commitment = self.commitment
        day = commitment.announced
        base = Cause(commitment.stage, day, day, commitment.known or day, commitment.citations)
        rows = [] if self.targets else [Row(ACTION, None, None, None, *base)]
        for unit, target in self.targets.items():
            rows.append(row(unit, commitment.stage, target.promised.told, base))
            if commitment.stage == "committed":
                rows.append(row(unit, "pledged", target.promised.told, base))
        self.announcing = len(rows)
        return rows

    def happen(self, event: Event) -> list[Row]:
        """The rows of an event."""
        base = cause(event, self.commitment)
        quantity = event.quantity or event.restated
        if event.kind == "delivered" and quantity is not None and quantity.unit not in self.targets:
            total = self.others.get(quantity.unit, ZERO) + quantity.number
            self.others[quantity.unit] = total
            self._below_zero(event, total, quantity.unit)
            return [row(quantity.unit, "delivered", Balance.of(quantity).told, base)]
        before = self._balances()
        self._apply(event)
        rows = self._changes(before, base, quantity) or list(self._unchanged(event, base))
        if event.kind == "reopened" and self.swept:
            # It stands again, but its whole does not.
            rows += self._end(ended=True, base=base._replace(kind=self.swept))
        return rows

    def arrive(self, unit: str, more: Balance, base: Cause) -> list[Row]:
        """The rows of a delivery of one of its parts: what arrives of what has ended stands."""
        before = self._balances()
        if unit in self.targets:
            target = self.targets[unit]
            target.of_parts = plus(target.of_parts, more)
        return self._changes(before, base)

    def sweep(self, how: EventKind | None, base: Cause) -> list[Row]:
        """The rows of the end of its whole; with ``how`` None, of its whole's standing again."""
        self.swept = how
        if how:
            return self._end(ended=True, base=base._replace(kind=how))
        again = base._replace(kind=RETURNED)
        rows = self._end(ended=False, base=again) or [Row(ACTION, None, None, None, *again)]
        if self.ended:
            rows += self._end(ended=True, base=base._replace(kind=self.ended))
        return rows

    def _end(self, *, ended: bool, base: Cause) -> list[Row]:
        if not self.targets:
            return [Row(ACTION, None, None, None, *base)]
        before = self._balances()
        for target in self.targets.values():
            target.ended = ended
        return self._changes(before, base)

    def _balances(self) -> dict[str, dict[str, Balance]]:
        return {unit: target.balances() for unit, target in self.targets.items()}

    def _changes(
        self, before: dict[str, dict[str, Balance]], base: Cause, quantity: Quantity | None = None
    ) -> list[Row]:
        """The rows that lead from the balances before to those of now."""
        rows = []
        for unit, balances in before.items():
            for measure, after in self.targets[unit].balances().items():
                was = balances[measure]
                made = steps(was, after)
                if made and measure == "delivered" and quantity is not None:
                    made = [Balance.of(quantity).told]
                rows += [row(unit, measure, step, base) for step in made]
        return rows

    def _unchanged(self, event: Event, base: Cause) -> Iterator[Row]:
        """The rows of an event that changed no balance."""
        quantity = event.quantity or event.restated
        units = [quantity.unit] if quantity is not None else []
        if event.kind in ("pledged", "committed") and not units:
            units = list(self.targets)
        for unit in units:
            measure = (
                event.kind if event.kind in ("delivered", "committed") else self.targets[unit].main
            )
            bound = quantity.bound if quantity else "exact"
            yield Row(unit, measure, ZERO, bound, *base, ZERO, ZERO)
        if not units:
            yield Row(ACTION, None, None, None, *base)

    def _apply(self, event: Event) -> None:
        quantity = event.quantity
        every = list(self.targets.values())
        chosen = [self.targets[quantity.unit]] if quantity else every
        match event.kind:
            case "pledged" | "committed":
                for target in chosen:
                    self._firm(event, target, quantity)
            case "delivered":
                for target in chosen:
                    self._deliver(event, target, quantity)
            case "revised":
                self._revised(event)
                if self._undelivered():
                    self.emptied = None
            case "withdrawn" | "rejected" | "expired":
                took = [self._take_back(event, target, quantity) for target in chosen]
                if quantity is None:
                    self.ended = self.ended or event.kind
                elif any(took) and not self._undelivered():
                    self.emptied = event.kind
            case "reopened":
                self.ended = self.emptied = None
                for target in every:
                    target.taken, target.ended = NOTHING, False
            case _:
                pass

    def _undelivered(self) -> bool:
        """Whether something stands that has not arrived."""
        return any(t.standing[0] > max(t.arrived[0], ZERO) for t in self.targets.values())

    def _deliver(self, event: Event, target: Target, quantity: Quantity | None) -> None:
        if quantity is not None:
            target.delivered = plus(target.delivered, Balance.of(quantity))
            self._below_zero(event, target.delivered[0], quantity.unit)

    def _below_zero(self, event: Event, delivered: Decimal, unit: str) -> None:
        if delivered < 0:
            self._note("error", event, f"brings what was delivered to {delivered:,f} {unit}")

    def _take_back(self, event: Event, target: Target, quantity: Quantity | None) -> bool:
        """Whether that took something."""
        if quantity is None:
            target.ended = True
            return True
        there = target.standing
        standing = there.number
        if quantity.number > standing:
            self._beyond(event, quantity.number, quantity.unit, standing)
        target.taken = plus(target.taken, at_most(Balance.of(quantity), there))
        left, delivered = target.standing[0], target.arrived[0]
        if left < delivered <= standing:
            words = (
                f"leaves {left:,f} {quantity.unit} standing, less than the {delivered:,f} delivered"
            )
            self._note("warning", event, words)
        return bool(min(quantity.number, standing))

    def _revised(self, event: Event) -> None:
        stated = event.quantity or event.restated
        if stated is None:
            return
        target = self.targets[stated.unit]
        if target.ended:
            self._note("warning", event, "revises a commitment that has ended")
        if event.restated:
            if target.taken[0]:
                taken = f"{target.taken[0]:,f} {stated.unit}"
                self._note(
                    "warning",
                    event,
                    f"restates a target of which {taken} were taken back; they stay taken back",
                )
            self._revise(target, Balance.of(stated))
            return
        left = target.promised[0] - target.taken[0]
        if left + stated.number < 0:
            self._beyond(event, -stated.number, stated.unit, max(left, ZERO))
        least = min(target.promised, target.taken, key=number_of)
        revised = plus(target.promised, Balance.of(stated))
        if revised.number < least.number:
            revised = least._replace(bound=revised.bound)
        low, high = (end and max(end, ZERO) for end in (revised.low, revised.high))
        self._revise(target, revised._replace(low=low, high=high))

    def _firm(self, event: Event, target: Target, quantity: Quantity | None) -> None:
        part: Balance | None = None
        if quantity is not None:
            now = target.pledged if event.kind == "pledged" else target.committed
            left = less(target.standing, now)
            if quantity.number > left.number:
                self._beyond(event, quantity.number, quantity.unit, left.number)
            part = plus(now, at_most(Balance.of(quantity), left))
        if event.kind == "committed":
            target.committed_part = _larger(target.committed_part, part)
        target.pledged_part = _larger(target.pledged_part, part)

    def _revise(self, target: Target, promised: Balance) -> None:
        # A part that covered the whole moves with it.
        target.pledged_part = _moving(target.pledged_part, target.promised)
        target.committed_part = _moving(target.committed_part, target.promised)
        target.promised = promised

    def close(self) -> None:
        """Look back: a completion of targets that nobody saw delivered is a finding."""
        done = [event for event in self.events if event.kind == "completed"]
        short = [u for u, t in self.targets.items() if t.arrived[0] < t.standing[0]]
        if done and short:
            self._note("warning", done[-1], f"the target in {short[0]} was not seen delivered")

    def _beyond(self, event: Event, number: Decimal, unit: str, there: Decimal) -> None:
        self._note("error", event, f"{number:,f} {unit} is more than there is; {there:,f} counted")

    def _note(self, severity: str, event: Event, finding: str) -> None:
        words = f"{event.kind} on {event.on}: {finding}"
        self.findings.append(Finding(severity, self.commitment.id, words))


def _moving(part: Balance | None, promised: Balance) -> Balance | None:
    covers = part is None or (promised[0] > 0 and part[0] >= promised[0])
    return None if covers else part


def _larger(part: Balance | None, other: Balance | None) -> Balance | None:
    return None if part is None or other is None else max(part, other, key=number_of)
