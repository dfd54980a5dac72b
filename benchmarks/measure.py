"""Measure: interleaved rounds of several sides, their peak memory, and whether they agree."""

from __future__ import annotations

import ctypes
import gc
import math
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from pledgetrack import fast

OURS = "pledgetrack"
"""The name of our side in every row."""

MEGABYTE = 1024 * 1024


class SidesDifferError(Exception):
    """Two sides of a row gave different results."""


@dataclass(frozen=True)
class Side:
    """One way to do the work: ``run`` is timed, ``read`` makes what it gave comparable.

    ``read`` gives an Arrow table with its rows in order; None where there is nothing to compare.
    A side with a tolerance (of floats) is compared within it, the others exactly.
    """

    run: Callable[[], Any]
    read: Callable[[Any], pa.Table] | None = None
    tolerance: float = 0.0


@dataclass(frozen=True)
class Row:
    """A row of the table: a work, its size, who else does it, and what is asked of the ratio.

    ``sides(size)`` prepares the input and gives the sides by name, ``OURS`` among them. ``goals``
    maps an opponent to the least ratio its time / our time. Sides named in ``tenth`` run on a tenth
    of the size (in the full run), and their time counts tenfold. ``memory`` is what our side may
    add to the peak, in MB. ``growth`` are the sizes at which the growth of our side is measured.
    A row that is ``named`` takes more than the others, and runs only where it is named.
    """

    name: str
    work: str
    sides: Callable[[int], Mapping[str, Side]]
    size: int
    quick: int
    goals: Mapping[str, float]
    tenth: frozenset[str] = frozenset()
    memory: float | None = None
    growth: Sequence[int] = ()
    rounds: int = 5
    named: bool = False


@dataclass
class Measured:
    """What one side of a row took: seconds (the median round), and megabytes at the peak."""

    seconds: float
    megabytes: float | None
    tenth: bool = False


@dataclass
class Result:
    """What a run of a row found."""

    name: str
    work: str
    size: int
    sides: dict[str, Measured] = field(default_factory=dict)
    goals: dict[str, float] = field(default_factory=dict)
    memory: float | None = None
    exponent: float | None = None

    def ratio(self, other: str) -> float:
        """How many times as long another side takes."""
        return self.sides[other].seconds / self.sides[OURS].seconds


def measure(row: Row, *, quick: bool) -> Result:
    """Run a row: every side once for its memory and its result, then in interleaved rounds."""
    fast.loops(fast.FROM)  # there before the clock, as the libraries of the others are
    size = row.quick if quick else row.size
    result = Result(row.name, row.work, size, goals=dict(row.goals), memory=row.memory)
    tenth = row.tenth if not quick else frozenset()
    whole = dict(row.sides(size))
    _agree(row, {name: side for name, side in whole.items() if name not in tenth}, result)
    if tenth:
        small = dict(row.sides(size // 10))
        _agree(row, {n: s for n, s in small.items() if n in tenth or n == OURS}, None)
        whole = {name: small[name] if name in tenth else side for name, side in whole.items()}
    taken: dict[str, list[float]] = {name: [] for name in whole}
    for at in range(1 if quick else row.rounds):
        for name, side in whole.items():
            # A slow opponent needs no more than a few rounds.
            if at and sum(taken[name]) > 10:
                continue
            taken[name].append(timed(side.run))
    for name, seconds in taken.items():
        factor = 10 if name in tenth else 1
        known = result.sides.get(name)
        result.sides[name] = Measured(
            statistics.median(seconds) * factor, known and known.megabytes, name in tenth
        )
    del whole
    if row.growth:
        result.exponent = growth(row, row.growth[:3] if quick else row.growth)
    return result


def timed(run: Callable[[], Any]) -> float:
    """The seconds that a call takes; what it gives is dropped outside the clock."""
    gc.collect()
    start = time.perf_counter()
    made = run()
    seconds = time.perf_counter() - start
    del made
    return seconds


def _agree(row: Row, sides: Mapping[str, Side], result: Result | None) -> None:
    """Run every side once, note its peak memory, and compare with ours."""
    ours: pa.Table | None = None
    for name in (OURS, *(name for name in sides if name != OURS)):
        side = sides[name]
        made, megabytes = with_peak(side.run)
        if result is not None:
            result.sides[name] = Measured(math.nan, megabytes)
        table = side.read(made) if side.read else None
        del made
        if name == OURS:
            ours = table
        elif table is not None and ours is not None:
            compare(ours, table, side.tolerance, f"{row.name}: {OURS} and {name}")


def growth(row: Row, sizes: Sequence[int]) -> float:
    """The exponent of our time in the size: the slope of the two on logarithmic axes."""
    seconds = []
    for size in sizes:
        run = row.sides(size)[OURS].run
        run()
        seconds.append(statistics.median(timed(run) for _ in range(3)))
    return slope(sizes, seconds)


def slope(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """The steepest growth between two neighbouring sizes of at least a hundredth of a second.

    What takes less says more about fixed costs than about growth.
    """
    pairs = list(zip(sizes, seconds, strict=True))
    steep = [
        math.log(after[1] / before[1]) / math.log(after[0] / before[0])
        for before, after in zip(pairs, pairs[1:], strict=False)
        if before[1] >= 0.01 or after is pairs[-1]
    ]
    return max(steep)


# --- agreement ------------------------------------------------------------------------------------


def compare(ours: pa.Table, theirs: pa.Table, tolerance: float, what: str) -> None:
    """Refuse results that differ; floats may by a tolerance, relative to the larger."""
    if ours.num_rows != theirs.num_rows:
        raise SidesDifferError(f"{what} differ: {ours.num_rows} rows and {theirs.num_rows}")
    for name in theirs.column_names:
        mine, other = ours.column(name), theirs.column(name)
        if pa.types.is_floating(other.type):
            pairs = zip(mine.cast(pa.float64()).to_pylist(), other.to_pylist(), strict=True)
            same = all(_near(one, two, tolerance) for one, two in pairs)
        else:
            kind = pa.string() if pa.types.is_dictionary(mine.type) else mine.type
            same = mine.cast(kind).combine_chunks().equals(other.cast(kind).combine_chunks())
        if not same:
            raise SidesDifferError(f"{what} differ in the column {name!r}")


def _near(one: float | None, two: float | None, tolerance: float) -> bool:
    if one is None or two is None or two != two:  # noqa: PLR0124  # NaT and NaN equal nothing
        return one is None and (two is None or two != two)  # noqa: PLR0124
    return abs(one - two) <= tolerance * max(abs(one), abs(two), 1.0)


# --- memory ---------------------------------------------------------------------------------------


def with_peak(run: Callable[[], Any]) -> tuple[Any, float | None]:
    """What a call gives, and by how many megabytes the process grew at most; None off Linux."""
    settle()
    if not sys.platform.startswith("linux"):
        return run(), None
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from now on
    before = _status("VmRSS")
    made = run()
    return made, (_status("VmHWM") - before) / 1024


def settle() -> None:
    """Give unused memory back, so that what comes is seen."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).malloc_trim(0)


def _status(name: str) -> int:
    """A line of the process status, in kB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return int(value.split()[0])
    raise LookupError(name)
