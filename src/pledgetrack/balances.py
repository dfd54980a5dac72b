"""The one rule that gives every balance, and the rows that each fact changes.

Per target: promised, taken back, ended, pledged part, committed part, delivered.

    standing  = promised - taken back; once ended, at most what was delivered; never below 0
    pledged   = min(pledged part, standing)      committed = min(committed part, pledged)
    remaining = standing - pledged, which is alleged or proposed as the announcement was

A row is a balance after a fact minus the balance before it. A balance has a stated number, and the
two ends that its bound implies; the rule decides by the number, and the ends go with it.
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from pledgetrack.models import Citation, Commitment, Event
from pledgetrack.quantity import ENDLESS, EXACT, Bound, Ends, Quantity, combine, flip
from pledgetrack.units import ACTION

ZERO = Decimal(0)

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


class Finding(NamedTuple):
    """Something in the records that a person should look at."""

    severity: str
    commitment: str
    finding: str


def day_of(event: Event, commitment: Commitment) -> dt.date:
    """The day from which an event counts: its own, but not before the announcement."""
    return max(event.on, commitment.announced)


def rank(event: Event) -> int:
    """The place of an event among those of its day."""
    if event.kind == "revised":
        return _REVISED if event.quantity else _RESTATED
    return _RANK[event.kind]


def in_order(commitment: Commitment, events: Iterable[Event]) -> list[Event]:
    """The events of a commitment in the order in which they count."""
    return sorted(events, key=lambda event: order(event, day_of(event, commitment)))


def order(event: Event, day: dt.date) -> tuple[object, ...]:
    """A sort key that depends on nothing but what the event says."""
    quantity = event.quantity or event.restated
    words = (
        # More comes before less, so that a day's ups and downs are not cut at zero on the way.
        (quantity.unit, quantity.number.copy_negate(), quantity.bound, quantity.margin or ZERO)
        if quantity
        else ("", ZERO, "", ZERO),
        event.on,
        event.known or event.on,
        repr(event.horizon or ""),
        event.outcome or "",
        str(event.period_start or ""),
        (event.on_precision, event.on_basis or "", event.on_stated or ""),
    )
    # The rest is compared as text only between events that are otherwise alike.
    return (day, rank(event), event.kind, *words, repr(event.citations), event.note or "")


class Balance(NamedTuple):
    """A number, how far it is exact, and the ends that it may have.

    An end is infinite where there is no end, and None where nothing is said.
    """

    number: Decimal
    bound: Bound = "exact"
    low: Decimal | None = ZERO
    high: Decimal | None = ZERO

    @classmethod
    def of(cls, quantity: Quantity) -> Balance:
        """What a quantity brings to a balance: "at least 30" taken off leaves less, not more."""
        bound = quantity.bound if quantity.number >= 0 else flip(quantity.bound)
        return cls(quantity.number, bound, *quantity.ends)

    @property
    def ends(self) -> Ends:
        """The finite ends; of nothing there is no more and no less."""
        if not self.number:
            return ZERO, ZERO
        low, high = self.low, self.high
        return (None if low == -ENDLESS else low), (None if high == ENDLESS else high)

    @property
    def kind(self) -> tuple[Bound, bool, bool]:
        """How it is inexact: balances of one kind add up as numbers."""
        low, high = self.ends
        return self.bound, low is None, high is None


NOTHING = Balance(ZERO)


@dataclass(slots=True)
class _Target:
    promised: Balance
    remaining: str
    # A part of None is the whole, whatever the whole becomes.
    pledged_part: Balance | None
    committed_part: Balance | None
    taken: Balance = NOTHING
    delivered: Balance = NOTHING
    ended: bool = False

    @property
    def standing(self) -> Balance:
        left = less(self.promised, self.taken)
        return (
            min(left, max(self.delivered, NOTHING, key=_number), key=_number)
            if self.ended
            else left
        )

    @property
    def pledged(self) -> Balance:
        return _part(self.pledged_part, self.standing)

    @property
    def committed(self) -> Balance:
        return _part(self.committed_part, self.pledged)

    def balances(self) -> dict[str, Balance]:
        """Every balance by its measure."""
        standing, pledged = self.standing, self.pledged
        return {
            self.remaining: less(standing, pledged),
            "pledged": pledged,
            "committed": self.committed,
            "delivered": self.delivered,
        }

    @property
    def main(self) -> str:
        """The measure that shows a fact which changed nothing."""
        return self.remaining if self.pledged_part == NOTHING else "pledged"


def _number(balance: Balance) -> Decimal:
    return balance[0]


def _part(part: Balance | None, whole: Balance) -> Balance:
    if part is None or part.number > whole.number:
        return whole
    return part if part.number < whole.number else _either(part, whole)


def _either(one: Balance, other: Balance) -> Balance:
    """Two balances of one number, with the ends of both."""
    lows, highs = (one.low, other.low), (one.high, other.high)
    return Balance(
        one.number,
        combine({one.bound, other.bound}),
        None if None in lows else min(low for low in lows if low is not None),
        None if None in highs else max(high for high in highs if high is not None),
    )


def plus(balance: Balance, more: Balance) -> Balance:
    """A balance with more of something, as exact as both allow.

    >>> more = Balance.of(Quantity(number=-20, unit="USD"))
    >>> plus(Balance.of(Quantity(number=100, unit="USD", bound="at least")), more)
    Balance(number=Decimal('80'), bound='at least', low=Decimal('80'), high=Decimal('Infinity'))
    """
    if not balance.number or not more.number:
        return balance if balance.number else more
    return Balance(
        balance.number + more.number,
        combine({balance.bound, more.bound}),
        None if balance.low is None or more.low is None else balance.low + more.low,
        None if balance.high is None or more.high is None else balance.high + more.high,
    )


def less(balance: Balance, other: Balance) -> Balance:
    """What is left of a balance, never below 0; subtraction flips a bound.

    >>> taken = Balance.of(Quantity(number=40, unit="USD", bound="at least"))
    >>> less(Balance.of(Quantity(number=100, unit="USD")), taken)
    Balance(number=Decimal('60'), bound='up to', low=Decimal('0'), high=Decimal('60'))
    """
    if not other.number:
        return balance
    low = None if balance.low is None or other.high is None else balance.low - other.high
    high = None if balance.high is None or other.low is None else balance.high - other.low
    return Balance(
        max(balance.number - other.number, ZERO),
        combine({balance.bound, flip(other.bound)}),
        None if low is None else max(low, ZERO),
        None if high is None else max(high, ZERO),
    )


def _at_most(balance: Balance, there: Balance) -> Balance:
    """A balance, or all there is where that is less."""
    if balance.number <= there.number:
        return balance
    return there._replace(bound=balance.bound)


class Course:
    """The balances of one commitment as its facts come in, and what is odd about them.

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
            target.unit: _Target(
                promised=Balance.of(target),
                remaining="alleged" if stage == "alleged" else "proposed",
                pledged_part=firm,
                committed_part=None if stage == "committed" else NOTHING,
            )
            for target in commitment.targets
        }
        self.others: dict[str, Decimal] = {}

    def rows(self) -> list[Row]:
        """Every row, in order; ``findings`` are there afterwards."""
        with decimal.localcontext(EXACT):
            rows = list(self._announcement())
            self.announcing = len(rows)
            for event in self.events:
                rows.extend(self._event(event))
            self._short()
        return rows

    def _announcement(self) -> Iterator[Row]:
        commitment = self.commitment
        day = commitment.announced
        base = (commitment.stage, day, day, commitment.known or day, commitment.citations)
        if not self.targets:
            yield Row(ACTION, None, None, None, *base)
        for unit, target in self.targets.items():
            number, bound, *_ = target.promised
            yield Row(unit, commitment.stage, number, bound, *base, *target.promised.ends)
            if commitment.stage == "committed":
                yield Row(unit, "pledged", number, bound, *base, *target.promised.ends)

    def _event(self, event: Event) -> Iterator[Row]:
        day = day_of(event, self.commitment)
        base = (event.kind, event.on, day, event.known or event.on, event.citations)
        quantity = event.quantity or event.restated
        if event.kind == "delivered" and quantity is not None and quantity.unit not in self.targets:
            total = self.others.get(quantity.unit, ZERO) + quantity.number
            self.others[quantity.unit] = total
            self._below_zero(event, total, quantity.unit)
            number, bound, *_ = told = Balance.of(quantity)
            yield Row(quantity.unit, "delivered", number, bound, *base, *told.ends)
            return
        before = {unit: target.balances() for unit, target in self.targets.items()}
        self._apply(event)
        changed = False
        for unit, balances in before.items():
            for measure, after in self.targets[unit].balances().items():
                for step in _steps(measure, balances[measure], after, quantity):
                    changed = True
                    number, bound, *ends = step
                    yield Row(unit, measure, number, bound, *base, *ends)
        if changed:
            return
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
            case "withdrawn" | "rejected" | "expired":
                for target in chosen:
                    self._take_back(event, target, quantity)
            case "reopened":
                for target in every:
                    target.taken, target.ended = NOTHING, False
            case _:
                pass

    def _deliver(self, event: Event, target: _Target, quantity: Quantity | None) -> None:
        if quantity is not None:
            target.delivered = plus(target.delivered, Balance.of(quantity))
            self._below_zero(event, target.delivered[0], quantity.unit)

    def _below_zero(self, event: Event, delivered: Decimal, unit: str) -> None:
        if delivered < 0:
            self._note("error", event, f"brings what was delivered to {delivered:,f} {unit}")

    def _take_back(self, event: Event, target: _Target, quantity: Quantity | None) -> None:
        if quantity is None:
            target.ended = True
            return
        there = target.standing
        standing = there.number
        if quantity.number > standing:
            self._beyond(event, quantity.number, quantity.unit, standing)
        target.taken = plus(target.taken, _at_most(Balance.of(quantity), there))
        left, delivered = target.standing[0], target.delivered[0]
        if left < delivered <= standing:
            words = (
                f"leaves {left:,f} {quantity.unit} standing, less than the {delivered:,f} delivered"
            )
            self._note("warning", event, words)

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
        least = min(target.promised, target.taken, key=_number)
        revised = plus(target.promised, Balance.of(stated))
        if revised.number < least.number:
            revised = least._replace(bound=revised.bound)
        low, high = (end and max(end, ZERO) for end in (revised.low, revised.high))
        self._revise(target, revised._replace(low=low, high=high))

    def _firm(self, event: Event, target: _Target, quantity: Quantity | None) -> None:
        part: Balance | None = None
        if quantity is not None:
            now = target.pledged if event.kind == "pledged" else target.committed
            left = less(target.standing, now)
            if quantity.number > left.number:
                self._beyond(event, quantity.number, quantity.unit, left.number)
            part = plus(now, _at_most(Balance.of(quantity), left))
        if event.kind == "committed":
            target.committed_part = _larger(target.committed_part, part)
        target.pledged_part = _larger(target.pledged_part, part)

    def _revise(self, target: _Target, promised: Balance) -> None:
        # A part that covered the whole moves with it.
        target.pledged_part = _moving(target.pledged_part, target.promised)
        target.committed_part = _moving(target.committed_part, target.promised)
        target.promised = promised

    def _short(self) -> None:
        """A completion of targets that nobody saw delivered."""
        done = [event for event in self.events if event.kind == "completed"]
        short = [u for u, t in self.targets.items() if t.delivered[0] < t.standing[0]]
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
    return None if part is None or other is None else max(part, other, key=_number)


def _steps(measure: str, was: Balance, after: Balance, quantity: Quantity | None) -> list[Balance]:
    """The changes that lead from one balance to another."""
    if was == after:
        return []
    if measure == "delivered" and quantity is not None:
        told = Balance.of(quantity)
        steps = [Balance(after.number - was.number, told.bound, *told.ends)]
    elif was.kind == after.kind or not was.number or not after.number:
        bound = after.bound if after.number else was.bound
        steps = [Balance(after.number - was.number, bound, *_apart(was.ends, after.ends))]
    else:
        # The balance is now of another exactness: out with the old, in with the new.
        gone = Balance(-was.number, was.bound, *_apart(was.ends, NOTHING.ends))
        steps = [gone, Balance(after.number, after.bound, *after.ends)]
    return [step for step in steps if step.number or step.low or step.high]


def _apart(was: Ends, after: Ends) -> Ends:
    low, high = (
        None if old is None or new is None else new - old
        for old, new in zip(was, after, strict=True)
    )
    return low, high
