"""Exact sums of whole numbers by place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

SAFE = 1 << 62
"""Sums of 64 bits that stay below this cannot wrap, nor can the difference of two of them."""


class Tally:
    """Sums of whole numbers by place, and how many there are of each.

    Sums of 64 bits are kept as long as none can have wrapped (``is_exact``, to be asked at the
    end); else all is added again with Python's own whole numbers (``wide``).
    """

    def __init__(self, places: int, *, wide: bool, loops: Any = None) -> None:
        self.wide, self.loops = wide, loops
        self.sums: Any = np.zeros(places, dtype=object if wide else np.int64)
        # There are fewer than MOST_ROWS.
        self.count: Any = np.zeros(places, dtype=np.int32)
        self.most = 0
        """The largest that was added, of those of 64 bits."""

    def add(self, at: Any, values: Any, *, counted: bool = True) -> None:
        """Add each value to its place; what is not ``counted`` here counts already."""
        if not len(at):
            return
        if self.wide:
            values = values.astype(object)
        else:
            if values.dtype == object:
                self.most = SAFE
                return
            if self.loops and counted and at.dtype == np.int32:
                self.saw(*self.loops.add(self.sums, self.count, at, values))
                return
            self.saw(values.min(), values.max())
        np.add.at(self.sums, at, values)
        if counted:
            np.add.at(self.count, at, np.ones(len(at), dtype=np.int32))

    def saw(self, least: Any, most: Any) -> None:
        """Note the least and the largest of what was added."""
        self.most = max(self.most, -int(least), int(most))

    def extend(self, places: int) -> None:
        """Make room for more places."""
        self.sums = np.concatenate([self.sums, np.zeros(places, dtype=self.sums.dtype)])
        self.count = np.concatenate([self.count, np.zeros(places, dtype=np.int32)])

    def plus(self, other: Tally) -> Tally:
        """This one, with what was added to another of the same places."""
        self.sums += other.sums
        self.count += other.count
        self.most = max(self.most, other.most)
        return self

    @property
    def is_exact(self) -> bool:
        """Whether no sum can have wrapped."""
        return self.most * int(self.count.max(initial=1)) < SAFE


def added(columns: Sequence[Any]) -> Any:
    """The exact sum of several columns, number by number.

    >>> added([np.array([2**62, 1]), np.array([2**62, 1])]).tolist()
    [9223372036854775808, 2]
    """
    if len(columns) > 1:
        ends = [end for one in columns for end in (one.min(initial=0), one.max(initial=0))]
        if sum(abs(int(end)) for end in ends) >= SAFE:
            columns = [one.astype(object) for one in columns]
    return sum(columns[1:], start=columns[0])


def add_up(values: Any, at: Any, places: int) -> Any:
    """The exact sum of some values for each place.

    >>> add_up(np.array([2**61, 2**61, 2**61]), np.array([0, 0, 1]), 3).tolist()
    [4611686018427387904, 2305843009213693952, 0]
    """
    for wide in (values.dtype == object, True):
        tally = Tally(places, wide=wide)
        tally.add(at, values)
        if tally.is_exact:
            break
    return tally.sums
