"""Worth: what the changes of balances are worth where each day has its own price.

What adds to a balance comes at the price of its day, what is taken off leaves at the average of
what is there. A part is a piece of what was promised before, so what it takes from its whole, or
returns to it, moves at what it is worth to the one that gives it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from itertools import groupby
from typing import NamedTuple

from pledgetrack.errors import FrameError


def running(
    values: Sequence[int | None], prices: Sequence[Fraction], scale: Fraction
) -> list[int | None]:
    """The rounded balance after each amount less the rounded balance before it.

    >>> running([1, 1, 1], [Fraction(1, 3)] * 3, Fraction(10))       # 3.33, 6.67, 10
    [3, 4, 3]
    """
    each = prices[0] * scale
    if len(set(prices)) == 1:
        # One price for all: whole numbers are enough, and a good deal faster.
        made: list[int | None] = []
        balance = before = 0
        for value in values:
            balance += value or 0
            after = half_even(balance * each.numerator, each.denominator)
            made.append(None if value is None else after - before)
            before = after
        return made
    worth = [price * scale * (value or 0) for value, price in zip(values, prices, strict=True)]
    return _stepped(values, worth)


def running_end(
    ends: Sequence[int | None],
    numbers: Sequence[int],
    days: Sequence[tuple[int, int]],
    prices: Sequence[Fraction],
    scale: Fraction,
) -> list[int | None]:
    """An end of a balance as ``running`` has its number, from which it lies as far as recorded.

    How far the two are apart is a balance of its own, worth nothing where they are one: what was
    "up to 5" at one price and is exactly 5 at another has its ends where the number is.

    >>> days, prices = [(1, 1), (2, 2)], [Fraction(2), Fraction(3)]
    >>> running([5, 2], prices, Fraction(1)), running_end([0, 7], [5, 2], days, prices, Fraction(1))
    ([10, 6], [0, 16])
    """
    apart = [(end or 0) - number for end, number in zip(ends, numbers, strict=True)]
    each = zip(numbers, prices, apart, worth_of_days(apart, days, prices), strict=True)
    worth = [scale * (number * price + gap * other) for number, price, gap, other in each]
    return _stepped(ends, worth)


def _stepped(values: Sequence[int | None], worth: Sequence[Fraction]) -> list[int | None]:
    made: list[int | None] = []
    total, before = Fraction(0), 0
    for value, change in zip(values, worth, strict=True):
        total += change
        after = half_even(total.numerator, total.denominator)
        made.append(None if value is None else after - before)
        before = after
    return made


def half_even(numerator: int, denominator: int) -> int:
    """The nearest whole number; of two as near, the even one."""
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1))


def worth_of_days(
    numbers: Sequence[int], days: Sequence[tuple[int, int]], prices: Sequence[Fraction]
) -> list[Fraction]:
    """What one unit of each change of a balance is worth, where each day has its own price.

    What adds to the balance comes at the price of its day; what is taken off leaves at the
    average of what is there, so that a balance that is 0 is worth 0.

    >>> days = [(1, 1), (2, 2)]
    >>> worth_of_days([100, -40], days, [Fraction(2), Fraction(3)])
    [Fraction(2, 1), Fraction(2, 1)]
    """
    made: list[Fraction] = []
    balance, value = 0, Fraction(0)
    for _, group in groupby(zip(days, numbers, prices, strict=True), key=lambda row: row[0]):
        today = list(group)
        change, price = sum(number for _, number, _ in today), today[0][2]
        each = price
        if balance * change < 0:
            # What goes beyond nothing is worth the price of the day.
            beyond = abs(change) > abs(balance)
            each = (price * (balance + change) - value) / change if beyond else value / balance
        made += [each] * len(today)
        balance, value = balance + change, value + each * change
    return made


# --- families -------------------------------------------------------------------------------------


class Change(NamedTuple):
    """A row of a family in one measure: how much more a member has, or less for a part of it."""

    member: str
    part: str | None
    since: int
    until: int
    day: int
    number: int
    price: Fraction


_Stream = tuple[str, str | None]


@dataclass(slots=True)
class _Pool:
    """What a member shows, and what that is worth."""

    number: int = 0
    value: Fraction = Fraction(0)

    def add(self, number: int, value: Fraction) -> None:
        self.number, self.value = self.number + number, self.value + value

    def leave(self, number: int, price: Fraction) -> Fraction:
        """Take so much off at the average; what goes beyond nothing is worth the price."""
        there = min(max(self.number, 0), number)
        value = price * (number - there)
        value += self.value * there / self.number if there else 0
        self.add(-number, -value)
        return value


def worth_of_family(rows: Sequence[Change]) -> list[Fraction]:
    """What one unit of each row is worth, of a whole and its parts in one unit and measure.

    Day by day first what is added, at the price of the day; then what returns from parts to their
    wholes, the innermost part first; then what is taken off and what parts take, the outermost
    whole first. One that joins with a past brings all of it on that day.

    >>> never, two, three = 9, Fraction(2), Fraction(3)
    >>> whole = Change("whole", None, 1, never, 1, 300, two)
    >>> taken = Change("whole", "part", 2, never, 2, -300, three)
    >>> part = Change("part", None, 2, never, 2, 300, three)
    >>> worth_of_family([whole, taken, part])
    [Fraction(2, 1), Fraction(2, 1), Fraction(2, 1)]
    """
    return _Family(rows).worth()


class _Family:
    """The members of a family, and what they are worth as the days go by."""

    def __init__(self, rows: Sequence[Change]) -> None:
        self.rows = rows
        self.rank = _ranks(rows)
        self.pools: defaultdict[str, _Pool] = defaultdict(_Pool)
        joined = _joined(rows)
        # The day on which each row began to count, whatever closed and repeated it since.
        self.counted = [max(row.day, joined[row.member, row.until]) for row in rows]
        self.changes: defaultdict[int, defaultdict[_Stream, int]]
        self.changes = defaultdict(lambda: defaultdict(int))
        self.new: defaultdict[tuple[int, _Stream], list[Change]] = defaultdict(list)
        for row, day in zip(rows, self.counted, strict=True):
            if row.since < row.until:
                stream = (row.member, row.part)
                self.changes[row.since][stream] += row.number
                self.changes[row.until][stream] -= row.number
                if row.since == day:
                    self.new[day, stream].append(row)

    def worth(self) -> list[Fraction]:
        """What one unit of each row is worth."""
        each: dict[tuple[int, _Stream], Fraction] = {}
        for day in sorted(self.changes):
            numbers = {stream: number for stream, number in self.changes[day].items() if number}
            for stream, value in self._day(day, numbers).items():
                each[day, stream] = value / numbers[stream]
        # What came and went on one day is worth nothing together: all of it has one price.
        return [
            each.setdefault((day, (row.member, row.part)), row.price)
            for row, day in zip(self.rows, self.counted, strict=True)
        ]

    def _price(self, day: int, stream: _Stream) -> Fraction:
        """What one unit is worth that is new to a stream on a day."""
        rows = sorted(self.new[day, stream], key=lambda row: row.day)
        numbers, prices = [row.number for row in rows], [row.price for row in rows]
        if not sum(numbers):
            return prices[-1] if prices else Fraction(0)
        each = worth_of_days(numbers, [(day, row.day) for row in rows], prices)
        value = sum(number * price for number, price in zip(numbers, each, strict=True))
        return Fraction(value) / sum(numbers)

    def _day(self, day: int, numbers: dict[_Stream, int]) -> dict[_Stream, Fraction]:
        """By how much each stream changes in value on a day."""
        price = {stream: self._price(day, stream) for stream in numbers}
        own = {name: number for (name, part), number in numbers.items() if part is None}
        moves: list[tuple[str, str, int]] = []
        rest: list[tuple[_Stream, int]] = []
        for (whole, part), number in sorted(numbers.items(), key=str):
            if part is None:
                continue
            # What a part shows newly comes from its whole as far as that gives it; the rest of
            # either is its own: more that is promised, or what stands in another measure now.
            there = own.get(part, 0)
            moved = min(there, -number, key=abs) if there * -number > 0 else 0
            own[part] = there - moved
            moves.append((whole, part, moved))
            rest.append(((whole, part), number + moved))
        rest += [((name, None), number) for name, number in own.items()]
        values: dict[_Stream, Fraction] = dict.fromkeys(numbers, Fraction(0))
        for stream, number in rest:
            if number > 0:
                self.pools[stream[0]].add(number, number * price[stream])
                values[stream] += number * price[stream]
        for whole, part, moved in sorted(moves, key=lambda move: -self.rank[move[1]]):
            if moved < 0:
                value = self.pools[part].leave(-moved, price[part, None])
                self.pools[whole].add(-moved, value)
                values[part, None] -= value
                values[whole, part] += value
        leaving: list[tuple[_Stream, str | None, int]]
        leaving = [(stream, None, -number) for stream, number in rest if number < 0]
        leaving += [((whole, part), part, moved) for whole, part, moved in moves if moved > 0]
        for stream, taker, number in sorted(leaving, key=lambda one: self.rank[one[0][0]]):
            value = self.pools[stream[0]].leave(number, price[stream])
            values[stream] -= value
            if taker is not None:
                self.pools[taker].add(number, value)
                values[taker, None] += value
        return values


def _ranks(rows: Sequence[Change]) -> dict[str, int]:
    """The members in order, a whole before its parts."""
    above: dict[str, set[str]] = {row.member: set() for row in rows}
    for row in rows:
        if row.part is not None:
            above.setdefault(row.part, set()).add(row.member)
    try:
        return {name: at for at, name in enumerate(TopologicalSorter(above).static_order())}
    except CycleError as error:
        ring = " -> ".join(map(repr, error.args[1]))
        raise FrameError(f"the rows make parts of each other: {ring}", columns=("part",)) from None


def _joined(rows: Sequence[Change]) -> dict[tuple[str, int], int]:
    """For each member and end of its rows the day on which it came, to stay until that end.

    Where rows are closed and repeated on a day it goes on as before.
    """
    first: dict[tuple[str, int], int] = {}
    for row in rows:
        key = (row.member, row.until)
        first[key] = min(row.since, first.get(key, row.since))
    came: dict[tuple[str, int], int] = {}
    for member, until in sorted(first):
        since = first[member, until]
        came[member, until] = came.get((member, since), since)
    return came
