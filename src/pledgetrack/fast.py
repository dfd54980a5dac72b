"""The compiled loops, where numba is installed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

FROM = 1 << 20
"""So many rows are worth the half second that the loops need to be there."""

TIMES = 4
"""A loop takes so many times the rows that numpy takes at once."""
THREADS = min(os.cpu_count() or 1, 4)

_T = TypeVar("_T")
_U = TypeVar("_U")


def loops(rows: int) -> Any:
    """The compiled loops; None where numba is not installed, and for fewer rows than pay."""
    return _compiled() if rows >= max(FROM, 1) else None


@cache
def _compiled() -> Any:
    try:
        from pledgetrack import compiled
    except ImportError:  # not installed, or not made for the numpy that is
        return None
    return compiled


def each(function: Callable[[_T], _U], items: Sequence[_T], *, in_threads: bool) -> Iterator[_U]:
    """What a function gives for each item, in order; several side by side where that pays.

    >>> [*each(str, [1, 2], in_threads=True)]
    ['1', '2']
    """
    if not in_threads or len(items) == 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(THREADS) as threads:
        yield from threads.map(function, items)
