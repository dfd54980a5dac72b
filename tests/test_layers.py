"""Layers: how a whole and its parts are one, and what a part takes of its whole."""

from __future__ import annotations

from decimal import Decimal
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

import oracle
from pledgetrack.layers import added, taken, together, total, within, without

AMOUNTS = st.integers(0, 50).map(Decimal) | st.just(Decimal(0))
LAYERS = st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)


@given(LAYERS, st.lists(LAYERS, max_size=3))
def test_a_whole_and_its_parts_stand_for_what_the_whole_does(
    whole: tuple[Decimal, ...], parts: list[tuple[Decimal, ...]]
) -> None:
    """As firm as the firmer of both says, by the oracle too."""
    sums = (Decimal(0),) * 4
    for part in parts:
        sums = added(sums, part)
    both = together(whole, sums)
    assert list(both) == oracle.together(list(whole), [list(part) for part in parts])
    assert total(both) == total(whole)
    assert min(both) >= 0
    for mine, ours in zip(accumulate(whole), accumulate(both), strict=True):
        assert ours >= mine


@given(LAYERS, LAYERS)
def test_what_a_part_shows_always_finds_its_amount_in_the_whole(
    whole: tuple[Decimal, ...], part: tuple[Decimal, ...]
) -> None:
    """Nothing is made and nothing is lost: it takes as much as it shows, and never below 0."""
    shows = within(part, together(whole, part))
    takes = taken(shows, whole)
    assert total(takes) == total(shows)
    assert min(takes) >= 0
    assert min(without(whole, takes)) >= 0
    # It takes the place of nothing that is firmer.
    for its, of_whole in zip(accumulate(shows), accumulate(takes), strict=True):
        assert of_whole <= its
