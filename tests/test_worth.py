"""Worth: running balances rounded once, and what is taken off leaving at the average."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgetrack.worth import (
    Change,
    half_even,
    running,
    running_end,
    worth_of_days,
    worth_of_family,
)

NUMBERS = st.integers(-9, 9)
PRICES = st.fractions(Fraction(1, 9), 9, max_denominator=9)
SCALES = st.sampled_from([Fraction(1), Fraction(1, 100), Fraction(10)])


@st.composite
def balances(draw: Any) -> tuple[list[int], list[tuple[int, int]], list[Fraction]]:
    """Changes of a balance: how much, on which days, and the price of each day."""
    days = sorted(draw(st.lists(st.integers(1, 4), min_size=1, max_size=8)))
    prices = draw(st.lists(PRICES, min_size=4, max_size=4))
    numbers = draw(st.lists(NUMBERS, min_size=len(days), max_size=len(days)))
    return numbers, [(day, day) for day in days], [prices[day - 1] for day in days]


@given(st.integers(), st.integers(1, 50))
def test_halves_go_to_the_even_whole_number(numerator: int, denominator: int) -> None:
    """As Python rounds fractions, below zero too."""
    assert half_even(numerator, denominator) == round(Fraction(numerator, denominator))


@given(st.lists(st.none() | NUMBERS, min_size=1, max_size=8), st.data(), SCALES)
def test_a_running_balance_is_rounded_once(
    values: list[int | None], data: st.DataObject, scale: Fraction
) -> None:
    """After each amount the rounded ones add up to the balance rounded; none stays none."""
    size = len(values)
    one = data.draw(PRICES)
    prices = data.draw(st.just([one] * size) | st.lists(PRICES, min_size=size, max_size=size))
    made = running(values, prices, scale)
    assert [number is None for number in made] == [value is None for value in values]
    for count in range(1, size + 1):
        if values[count - 1] is not None:
            exact = sum((values[at] or 0) * prices[at] * scale for at in range(count))
            before = sum((values[at] or 0) * prices[at] * scale for at in range(count - 1))
            assert made[count - 1] == round(exact) - round(before)


@given(balances())
def test_what_is_taken_off_leaves_at_the_average(
    drawn: tuple[list[int], list[tuple[int, int]], list[Fraction]],
) -> None:
    """What adds comes at the price of its day, and what goes beyond nothing is worth that, too."""
    numbers, days, prices = drawn
    each = worth_of_days(numbers, days, prices)
    assert len(each) == len(numbers)
    balance, value = 0, Fraction(0)
    for day in sorted(set(days)):
        today = [at for at, on in enumerate(days) if on == day]
        change, price = sum(numbers[at] for at in today), prices[today[0]]
        (worth,) = {each[at] for at in today}
        after = value + worth * change
        if balance * change >= 0:
            assert worth == price
        elif abs(change) <= abs(balance):
            assert after * balance == value * (balance + change)
        else:
            assert after == (balance + change) * price
        balance, value = balance + change, after


@given(balances(), st.data(), SCALES)
def test_an_end_of_a_balance_is_where_the_number_is_when_they_are_one(
    drawn: tuple[list[int], list[tuple[int, int]], list[Fraction]],
    data: st.DataObject,
    scale: Fraction,
) -> None:
    """How far they are apart is a balance of its own, at the prices of its own changes."""
    numbers, days, prices = drawn
    apart = data.draw(st.lists(NUMBERS, min_size=len(numbers), max_size=len(numbers)))
    ends = [number + more for number, more in zip(numbers, apart, strict=True)]
    made = running_end(ends, numbers, days, prices, scale)
    gaps = worth_of_days(apart, days, prices)
    for count in range(1, len(numbers) + 1):
        value = sum(
            (numbers[at] * prices[at] + apart[at] * gaps[at]) * scale for at in range(count)
        )
        assert sum(number or 0 for number in made[:count]) == round(value)
    assert running_end(numbers, numbers, days, prices, scale) == running(numbers, prices, scale)


@pytest.mark.parametrize(
    ("gives", "shows", "whole", "part"),
    [
        (-300, 300, 2, 2),
        # What a part shows beyond what its whole gives comes at the price of the day.
        (-300, 500, 2, Fraction(12, 5)),
        (-300, 100, 2, 2),
        (-100, 300, 2, Fraction(8, 3)),
        (-300, 0, 2, 0),
        (0, 300, 0, 3),
        # Where both lose, or both gain, neither comes from the other.
        (-100, -50, 2, 3),
        (100, 50, 3, 3),
    ],
)
def test_what_a_part_shows_comes_from_its_whole_as_far_as_that_gives_it(
    gives: int, shows: int, whole: Fraction, part: Fraction
) -> None:
    """At the average of the whole."""
    never = 9
    rows = [
        Change("whole", None, 1, never, 1, 300, Fraction(2)),
        Change("whole", "part", 2, never, 2, gives, Fraction(3)),
        Change("part", None, 2, never, 2, shows, Fraction(3)),
    ]
    first, given_, shown = worth_of_family(rows)
    assert (first, given_ * gives, shown * shows) == (2, whole * gives, part * shows)
