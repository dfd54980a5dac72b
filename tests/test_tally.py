"""Tallies: sums that are exact, or say that they are not."""

from __future__ import annotations

from functools import reduce

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pledgetrack.tally import SAFE, Tally, add_up

INT64 = st.one_of(
    st.integers(-5, 5), st.integers(-(2**63) + 1, 2**63 - 1),
    st.sampled_from([2**61, 2**62 - 1, 2**62, -(2**61), -(2**62) + 1]),
)  # fmt: skip


@given(st.lists(st.lists(st.tuples(st.integers(0, 3), INT64), max_size=4), max_size=3))
def test_a_tally_is_exact_or_says_that_it_is_not(some: list[list[tuple[int, int]]]) -> None:
    """As long as no sum could pass 62 bits it is kept in 64; Python's own numbers always are."""
    narrow, wide = (Tally(2, wide=wide) for wide in (False, True))
    for tally in (narrow, wide):
        tally.extend(2)
        for part in some:
            at, values = (np.array([one[n] for one in part], dtype=np.int64) for n in (0, 1))
            tally.add(at, values)
    every = [one for part in some for one in part]
    sums, count = [0] * 4, [0] * 4
    for at, value in every:
        sums[at] += value
        count[at] += 1
    assert wide.is_exact
    assert wide.sums.tolist() == sums
    assert wide.count.tolist() == narrow.count.tolist() == count
    most = max((abs(value) for _, value in every), default=0)
    assert narrow.is_exact == (most * max(count) < SAFE)
    assert not narrow.is_exact or narrow.sums.tolist() == sums
    assert add_up(*(np.array([one[n] for one in every], dtype=np.int64) for n in (1, 0)), 4
                        ).tolist() == sums  # fmt: skip


def test_a_tally_of_64_bits_takes_no_more() -> None:
    """Numbers past them are not added in part: all is added again with Python's own."""
    tally = Tally(1, wide=False)
    tally.add(np.array([0]), np.array([2**70], dtype=object))
    assert not tally.is_exact
    assert add_up(np.array([2**70, 1], dtype=object), np.array([0, 0]), 1).tolist() == [2**70 + 1]


@given(st.lists(st.lists(st.tuples(st.integers(0, 3), INT64), max_size=4), min_size=1, max_size=3))
def test_tallies_side_by_side_are_one(some: list[list[tuple[int, int]]]) -> None:
    """What was added to several is as if it had been added to one."""
    made = []
    for part in some:
        made.append(Tally(4, wide=False))
        at, values = (np.array([one[n] for one in part], dtype=np.int64) for n in (0, 1))
        made[-1].add(at, values)
    every = [one for part in some for one in part]
    whole = Tally(4, wide=False)
    whole.add(*(np.array([one[n] for one in every], dtype=np.int64) for n in (0, 1)))
    both = reduce(Tally.plus, made)
    assert both.is_exact == whole.is_exact
    assert both.count.tolist() == whole.count.tolist()
    assert not both.is_exact or both.sums.tolist() == whole.sums.tolist()
