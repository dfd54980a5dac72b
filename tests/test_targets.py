"""The amounts of one target: what is firm of it, and how exact that is."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pledgetrack.quantity import Quantity
from pledgetrack.targets import NOTHING, Balance, Target, less, plus, steps


def about(number: int, margin: int | None = None) -> Balance:
    """So many dollars, exactly or give or take a margin."""
    bound = "about" if margin else "exact"
    return Balance.of(Quantity(number=number, unit="USD", bound=bound, margin=margin))


@pytest.mark.parametrize(
    ("part", "pledged"),
    [
        (about(60, 5), (60, 55, 65)),
        (about(100), (100, 90, 110)),
        (about(100, 20), (100, 80, 120)),
        (about(101), (100, 90, 110)),
        (NOTHING, (0, 0, 0)),
        (None, (100, 90, 110)),
    ],
)
def test_what_is_firm_is_a_part_or_all_there_is(
    part: Balance | None, pledged: tuple[int, int, int]
) -> None:
    """Of a part as large as the whole no more is known than of either."""
    target = Target(about(100, 10), "proposed", part, None)
    assert (target.pledged.number, *target.pledged.ends) == pledged
    assert (target.pledged.bound == "exact") == (part == NOTHING)


@pytest.mark.parametrize("was", [NOTHING, about(5), about(5, 1), about(7, 2)])
@pytest.mark.parametrize("after", [NOTHING, about(5), about(6, 1), about(7, 2)])
def test_steps_lead_from_one_balance_to_another(was: Balance, after: Balance) -> None:
    """Kind by kind they add up to what is there now; the same needs none."""
    made = steps(was, after)
    assert bool(made) == (was != after)
    for bound in ("exact", "about"):
        number = sum((step.number for step in made if step.bound == bound), Decimal(0))
        now, before = (one.number if one.bound == bound else 0 for one in (after, was))
        assert number == now - before


def test_less_and_more_of_nothing_is_what_there_was() -> None:
    """Whatever that is."""
    for balance in (about(5), about(5, 1)):
        assert plus(balance, NOTHING) == plus(NOTHING, balance) == less(balance, NOTHING) == balance
