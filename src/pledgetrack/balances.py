"""The one rule that gives every balance, and the rows that each fact changes.

Per target: promised, taken back, ended, pledged part, committed part, delivered.

    standing  = promised - taken back; once ended, at most what was delivered; never below 0
    pledged   = min(pledged part, standing)      committed = min(committed part, pledged)
    remaining = standing - pledged, which is alleged or proposed as the announcement was

A row is a balance after a fact minus the balance before it.
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from pledgetrack.models import Citation, Commitment, Event
from pledgetrack.quantity import EXACT, Bound, Quantity, combine
from pledgetrack.units import ACTION

ZERO = Decimal(0)

# On one day facts happen in this order, whatever order they were recorded in.
_RESTATED, _REVISED = 1, 4
_RANK = {
    "pledged": 2,
    "committed": 3,
    "delivered": 5,
    "reopened": 6,
    "withdrawn": 7,
    "rejected": 7,
    "expired": 7,
    "suspended": 8,
    "resumed": 9,
    "completed": 10,
    "rated": 11,
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
        (quantity.unit, -quantity.number, quantity.bound) if quantity else ("", ZERO, ""),
        event.on,
        event.known or event.on,
        str(event.horizon or ""),
        event.outcome or "",
    )
    # The rest is compared as text only between events that are otherwise alike.
    return (day, rank(event), event.kind, *words, repr(event.citations), event.note or "")


@dataclass(slots=True)
class _Target:
    promised: Decimal
    bound: Bound
    remaining: str
    pledged_part: Decimal | None
    committed_part: Decimal | None
    taken: Decimal = ZERO
    delivered: Decimal = ZERO
    ended: bool = False

    @property
    def standing(self) -> Decimal:
        left = max(self.promised - self.taken, ZERO)
        return min(left, max(self.delivered, ZERO)) if self.ended else left

    # A part of None is the whole, whatever the whole becomes.
    @property
    def pledged(self) -> Decimal:
        part, standing = self.pledged_part, self.standing
        return standing if part is None else min(part, standing)

    @property
    def committed(self) -> Decimal:
        part, pledged = self.committed_part, self.pledged
        return pledged if part is None else min(part, pledged)

    def balances(self) -> dict[str, Decimal]:
        pledged = self.pledged
        return {
            self.remaining: self.standing - pledged,
            "pledged": pledged,
            "committed": self.committed,
            "delivered": self.delivered,
        }

    @property
    def main(self) -> str:
        """The measure that shows a fact which changed nothing."""
        return self.remaining if self.pledged_part == 0 else "pledged"


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
        firm = None if stage in ("pledged", "committed") else ZERO
        self.targets = {
            target.unit: _Target(
                promised=target.number,
                bound=target.bound,
                remaining="alleged" if stage == "alleged" else "proposed",
                pledged_part=firm,
                committed_part=None if stage == "committed" else ZERO,
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
        return rows

    def _announcement(self) -> Iterator[Row]:
        commitment = self.commitment
        day = commitment.announced
        base = (commitment.stage, day, day, commitment.known or day, commitment.citations)
        if not self.targets:
            yield Row(ACTION, None, None, None, *base)
        for unit, target in self.targets.items():
            yield Row(unit, commitment.stage, target.promised, target.bound, *base)
            if commitment.stage == "committed":
                yield Row(unit, "pledged", target.promised, target.bound, *base)

    def _event(self, event: Event) -> Iterator[Row]:
        day = day_of(event, self.commitment)
        base = (event.kind, event.on, day, event.known or event.on, event.citations)
        quantity = event.quantity or event.restated
        if event.kind == "delivered" and quantity is not None and quantity.unit not in self.targets:
            total = self.others.get(quantity.unit, ZERO) + quantity.number
            self.others[quantity.unit] = total
            self._below_zero(event, total, quantity.unit)
            yield Row(quantity.unit, "delivered", quantity.number, quantity.bound, *base)
            return
        before = {unit: (target.bound, target.balances()) for unit, target in self.targets.items()}
        self._apply(event)
        changed = False
        for unit, (bound, balances) in before.items():
            target = self.targets[unit]
            for measure, after in target.balances().items():
                was = balances[measure]
                if measure == "delivered" and quantity is not None:
                    steps = [(after - was, quantity.bound)]
                elif bound == target.bound or not was or not after:
                    steps = [(after - was, target.bound if after else bound)]
                else:
                    # The balance is now of another exactness: out with the old, in with the new.
                    steps = [(-was, bound), (after, target.bound)]
                for number, exactness in steps:
                    if number:
                        changed = True
                        yield Row(unit, measure, number, exactness, *base)
        if not changed and quantity is not None:
            target = self.targets[quantity.unit]
            measure = {"delivered": "delivered", "committed": "committed"}.get(
                event.kind, target.main
            )
            yield Row(quantity.unit, measure, ZERO, quantity.bound, *base)
        elif not changed:
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
                    target.taken, target.ended = ZERO, False
            case _:
                pass

    def _deliver(self, event: Event, target: _Target, quantity: Quantity | None) -> None:
        if quantity is not None:
            target.delivered += quantity.number
            self._below_zero(event, target.delivered, quantity.unit)

    def _below_zero(self, event: Event, delivered: Decimal, unit: str) -> None:
        if delivered < 0:
            self._note("error", event, f"brings what was delivered to {delivered:,f} {unit}")

    def _take_back(self, event: Event, target: _Target, quantity: Quantity | None) -> None:
        if quantity is None:
            target.ended = True
            return
        standing = target.standing
        if quantity.number > standing:
            self._beyond(event, quantity.number, quantity.unit, standing)
        target.taken += min(quantity.number, standing)

    def _revised(self, event: Event) -> None:
        stated = event.quantity or event.restated
        if stated is None:
            return
        target = self.targets[stated.unit]
        if target.ended:
            self._note("warning", event, "revises a commitment that has ended")
        if event.restated:
            if target.taken:
                self._note(
                    "warning",
                    event,
                    f"restates a target of which {target.taken:,f} {stated.unit} were taken back; "
                    "they stay taken back",
                )
            self._revise(target, stated.number, stated.bound)
            return
        left = target.promised - target.taken
        if left + stated.number < 0:
            self._beyond(event, -stated.number, stated.unit, left)
        number = max(target.promised + stated.number, target.taken)
        self._revise(target, number, combine({target.bound, stated.bound}))

    def _firm(self, event: Event, target: _Target, quantity: Quantity | None) -> None:
        part: Decimal | None = None
        if quantity is not None:
            now = target.pledged if event.kind == "pledged" else target.committed
            left = target.standing - now
            if quantity.number > left:
                self._beyond(event, quantity.number, quantity.unit, left)
            part = now + min(quantity.number, left)
        if event.kind == "committed":
            target.committed_part = _larger(target.committed_part, part)
        target.pledged_part = _larger(target.pledged_part, part)

    def _revise(self, target: _Target, promised: Decimal, bound: Bound) -> None:
        # A part that covered the whole moves with it.
        standing = target.standing
        if standing and target.pledged == standing:
            target.pledged_part = None
        if standing and target.committed == standing:
            target.committed_part = None
        target.promised, target.bound = promised, bound

    def _beyond(self, event: Event, number: Decimal, unit: str, there: Decimal) -> None:
        self._note("error", event, f"{number:,f} {unit} is more than there is; {there:,f} counted")

    def _note(self, severity: str, event: Event, finding: str) -> None:
        words = f"{event.kind} on {event.on}: {finding}"
        self.findings.append(Finding(severity, self.commitment.id, words))


def _larger(part: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if part is None or other is None else max(part, other)
