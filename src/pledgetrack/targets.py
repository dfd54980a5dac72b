"""The one rule that gives every balance of a target.

Per target: promised, taken back, ended, pledged part, committed part, delivered.

    standing  = promised - taken back; once ended, at most what was delivered; never below 0
    pledged   = min(pledged part, standing)      committed = min(committed part, pledged)
    remaining = standing - pledged, which is alleged or proposed as the announcement was

A balance has a stated number, and the two ends that its bound implies; the rule decides by the
number, and the ends go with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from pledgetrack.quantity import Bound, Ends, Quantity, combine, flip

ZERO = Decimal(0)


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
        """The finite ends; nothing has no end beyond them."""
        none = None if self.number else ZERO
        low = none if self.low is None or self.low.is_infinite() else self.low
        high = none if self.high is None or self.high.is_infinite() else self.high
        return low, high

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing, and may be nothing."""
        return not self.number and self.ends == (ZERO, ZERO)

    @property
    def told(self) -> Balance:
        """The balance with its finite ends, as a row tells them."""
        low, high = self.ends
        return self._replace(low=low, high=high)

    @property
    def kind(self) -> tuple[Bound, bool, bool]:
        """How it is inexact: balances of one kind add up as numbers."""
        low, high = self.ends
        return self.bound, low is None, high is None


NOTHING = Balance(ZERO)


@dataclass(slots=True)
class Target:
    """The amounts of one target of a commitment."""

    promised: Balance
    remaining: str
    # A part of None is the whole, whatever the whole becomes.
    pledged_part: Balance | None
    committed_part: Balance | None
    taken: Balance = NOTHING
    delivered: Balance = NOTHING
    of_parts: Balance = NOTHING  # what was delivered of its parts
    ended: bool = False

    @property
    def standing(self) -> Balance:
        """What is promised and not taken back."""
        left = less(self.promised, self.taken)
        if not self.ended:
            return left
        return min(left, max(self.arrived, NOTHING, key=number_of), key=number_of)

    @property
    def arrived(self) -> Balance:
        """What was delivered, of its parts too."""
        return plus(self.delivered, self.of_parts) if self.of_parts != NOTHING else self.delivered

    @property
    def pledged(self) -> Balance:
        """What of it is pledged."""
        return _part(self.pledged_part, self.standing)

    @property
    def committed(self) -> Balance:
        """What of that is committed."""
        return _part(self.committed_part, self.pledged)

    def balances(self) -> dict[str, Balance]:
        """Every balance by its measure."""
        standing, pledged = self.standing, self.pledged
        # Where all that stands is pledged, nothing remains, however large that may be.
        whole = pledged.number == standing.number and not pledged.is_nothing
        return {
            self.remaining: NOTHING if whole else less(standing, pledged),
            "pledged": pledged,
            "committed": self.committed,
            "delivered": self.delivered,
        }

    @property
    def main(self) -> str:
        """The measure that shows a fact which changed nothing."""
        return self.remaining if self.pledged_part == NOTHING else "pledged"


def number_of(balance: Balance) -> Decimal:
    """The number of a balance, to compare it by."""
    return balance[0]


def _part(part: Balance | None, whole: Balance) -> Balance:
    if part is None or part.number > whole.number:
        return whole
    if part.is_nothing:
        return part  # nothing of it is firm, however large the whole may be
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
    if balance.is_nothing or more.is_nothing:
        return more if balance.is_nothing else balance
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
    if other.is_nothing:
        return balance
    low = None if balance.low is None or other.high is None else balance.low - other.high
    high = None if balance.high is None or other.low is None else balance.high - other.low
    return Balance(
        max(balance.number - other.number, ZERO),
        combine({balance.bound, flip(other.bound)}),
        None if low is None else max(low, ZERO),
        None if high is None else max(high, ZERO),
    )


def at_most(balance: Balance, there: Balance) -> Balance:
    """A balance, or all there is where that is less."""
    if balance.number <= there.number:
        return balance
    return there._replace(bound=balance.bound)


def steps(was: Balance, after: Balance) -> list[Balance]:
    """The changes that lead from one balance to another, none where they are the same.

    >>> steps(Balance(Decimal(10), "exact", Decimal(10), Decimal(10)), NOTHING)
    [Balance(number=Decimal('-10'), bound='exact', low=Decimal('-10'), high=Decimal('-10'))]
    """
    if was == after:
        return []
    if was.kind == after.kind or was.is_nothing:
        made = [Balance(after.number - was.number, after.bound, *_apart(was.ends, after.ends))]
    else:
        # The balance is now of another exactness: out with the old, in with the new.
        gone = Balance(-was.number, was.bound, *_apart(was.ends, NOTHING.ends))
        made = [gone, Balance(after.number, after.bound, *after.ends)]
    return [step for step in made if step.number or step.low or step.high]


def _apart(was: Ends, after: Ends) -> Ends:
    low, high = (
        None if old is None or new is None else new - old
        for old, new in zip(was, after, strict=True)
    )
    return low, high
