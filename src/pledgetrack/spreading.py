"""Spreading: balances over the days of their horizons, from Arrow columns in memory, by codes.

What each commitment has in a cell is cut at the boundaries of periods some commitments at a time,
so that the pieces of all of them are never there together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pledgetrack import codes, fast, frames
from pledgetrack.bars import progress
from pledgetrack.calendar import Periods, first_ordinals
from pledgetrack.cell_rows import CellRows, Some
from pledgetrack.codes import NEVER, Key
from pledgetrack.frames import Numbers, Where
from pledgetrack.movements import MEASURES
from pledgetrack.pairs import Pairs, bit_of, said
from pledgetrack.periods import Windows
from pledgetrack.quantity import BOUNDS, DECIMAL_PLACES
from pledgetrack.tally import Tally
from pledgetrack.units import minor_digits

MOST_PLACES = 1 << 22
"""Cells and periods that are held at once; where there may be more, an engine groups."""
_TOGETHER = 1 << 15
_SPREAD = tuple(name for name in MEASURES if name != "delivered")
_DAY_ONE = np.int32(dt.date(1970, 1, 1).toordinal())
_NEEDED = ("commitment", "bound", "low", "high", "on", "start", "announced", "end", "horizon")


def periods_in_memory(
    lazy: nw.LazyFrame[Any],
    keys: Sequence[str],
    day: dt.date,
    cut: Periods,
    where: Where | None,
    *,
    columns: Sequence[str],
    numbers: Numbers,
) -> pd.DataFrame | None:
    """Totals by period: the keys, the period, the unit, and the columns that are asked for.

    None where the rows are not in memory, for converted amounts, for sums past 64 bits, and where
    there may be more cells than are held at once.
    """
    frames.need(lazy.collect_schema().names(), ("on", "start", "announced", "horizon"))
    inner = keys if "horizon" in keys else (*keys, "horizon")
    rows = CellRows.of(lazy, inner, day, where, _NEEDED, passed_on=False)
    if rows is None or not {*codes.words(rows.table, "bound")} <= {*BOUNDS}:
        return None
    if rows.table.schema.field("number").type.scale != DECIMAL_PLACES:
        return None
    cells = _Cells(rows, keys, cut)
    if cells.size > MOST_PLACES:
        return None
    spread = partial(_spread, cells=cells, day=day, columns=columns)
    parts, made = rows.apart(cells.size), None
    with progress("periods", total=rows.table.num_rows, unit="row") as seen:
        for part, sums in zip(
            parts, fast.each(spread, parts, in_threads=rows.loops is not None), strict=True
        ):
            if sums is None:
                return None
            made = sums if made is None else made.plus(sums)
            seen(part.table.num_rows)
    if made is None or not all(tally.is_exact for tally in made.tallies.values()):
        return None
    return cells.frame(made, columns, numbers)


class _Cells:
    """The cells of a result without periods, and the periods that there may be."""

    def __init__(self, rows: CellRows, keys: Sequence[str], cut: Periods) -> None:
        self.rows, self.keys, self.cut = rows, keys, cut
        heads, cells = [*rows.heads], rows.labels(np.arange(rows.count))
        self.horizon = cells[heads.index("horizon")]
        self.labels = rows.heads["horizon"].labels
        words = rows.heads["unit"].labels
        digits = np.array([minor_digits(word) for word in words], dtype=np.int64)[cells[-1]]
        self.smallest = 10 ** (DECIMAL_PLACES - digits)
        kept = [at for at, name in enumerate(heads) if name in (*keys, "unit")]
        self.names = [heads[at] for at in kept]
        self.sizes = [rows.sizes[at] for at in kept]
        numbers = np.ravel_multi_index([cells[at] for at in kept], self.sizes)
        self.cell_at, cell = codes.numbered(numbers, self.sizes)
        self.cell = cell.astype(np.int32)
        self.least, self.periods = _periods(rows.table, cut)
        # The last day of each period, and one day more.
        self.boundaries = first_ordinals(cut, np.arange(self.periods) + self.least + 1)
        self.first_day = int(first_ordinals(cut, np.array([self.least]))[0])
        lengths = np.diff(self.boundaries, prepend=self.first_day)
        self.period_of = np.repeat(np.arange(self.periods, dtype=np.int32), lengths) + self.least
        self.width = self.periods + len(self.labels)
        self.size = len(self.cell_at) * self.width

    def periods_of(self, days: Any) -> Any:
        """The period of each day; of one that is in none of these, any."""
        return self.period_of.take(days - self.first_day, mode="clip")

    def frame(self, sums: _Sums, columns: Sequence[str], numbers: Numbers) -> pd.DataFrame:
        """The cells that there are, in order, as a table."""
        found = np.flatnonzero(sums.commitments)
        numbers_, period = self.cell_at[found // self.width], found % self.width
        codes_ = dict(zip(self.names, np.unravel_index(numbers_, self.sizes), strict=True))
        said_ = [self.cut.label(self.least + at) for at in range(self.periods)]
        heads: dict[str, tuple[Any, Sequence[str]]] = {}
        for name in self.keys:
            heads[name] = _ranked(self.rows.heads[name], name, codes_[name])
        heads["period"] = _ranked(Key("", [*said_, *self.labels]), "period", period)
        heads["unit"] = _ranked(self.rows.heads["unit"], "unit", codes_["unit"])
        order = np.lexsort([rank for rank, _ in heads.values()][::-1])
        made: dict[str, Any] = {
            name: codes.text(labels, rank[order]) for name, (rank, labels) in heads.items()
        }
        found = found[order]
        for name in columns:
            if name in MEASURES:
                tally = sums.tallies[name]
                listed = codes.amounts(tally.sums[found], tally.count[found] > 0, DECIMAL_PLACES)
                made[name] = frames.column_of_amounts(listed, numbers)
            elif name == "commitments":
                made[name] = sums.commitments[found]
            else:
                made[name] = frames.words(said(sums.loose[found]))
        return pd.DataFrame(made)


def _periods(table: pa.Table, cut: Periods) -> tuple[int, int]:
    """The first period that any row may be in, and how many there are up to the last."""
    ends = [pc.min_max(table.column(name)) for name in ("start", "announced", "end", "on")]
    days = [end.as_py() for one in ends for end in one.values() if end.is_valid]
    low, high = (cut.number(end(days, default=dt.date(1970, 1, 1))) for end in (min, max))
    return low, high - low + 1


@dataclass
class _Sums:
    """For each cell and period the sums, how many commitments, and a bit for what is not exact."""

    tallies: dict[str, Tally]
    commitments: Any
    loose: Any

    def plus(self, other: _Sums) -> _Sums:
        """Both together, of which no commitment is in both."""
        for name, tally in self.tallies.items():
            tally.plus(other.tallies[name])
        self.commitments += other.commitments
        self.loose |= other.loose
        return self


def _spread(rows: CellRows, *, cells: _Cells, day: dt.date, columns: Sequence[str]) -> _Sums | None:
    """What some commitments are by cell and period; None where a balance may pass 64 bits."""
    spread = tuple(name for name in _SPREAD if name in columns)
    pairs = Pairs(
        rows.table,
        partial(_slot, spread),
        len(spread) + 2,
        ["end", "start", "announced"],
        wide=False,
        loops=rows.loops,
    )
    arrives = np.array([*(word == "delivered" for word in rows.measures), False])
    delivered = []
    for some in rows.read(day):
        pairs.add(some.chunk, some.rows, some.cells, some.values, some.gone)
        found = _arrivals(some, pairs, arrives, rows)
        if len(found.name):
            delivered.append(found)
    if not pairs.close():
        return None
    return _Spreading(cells, pairs, spread).sums(delivered, columns)


class _Delivered(NamedTuple):
    """Deliveries: cell, commitment, day and amount of each."""

    cell: Any
    name: Any
    on: Any
    value: Any

    def take(self, rows: Any) -> _Delivered:
        """Some of them."""
        return _Delivered(*(column.take(rows) for column in self))


def _arrivals(some: Some, pairs: Pairs, arrives: Any, rows: CellRows) -> _Delivered:
    """What was delivered, of some rows."""
    on = codes.days(codes.array(some.chunk, "on"))
    # Rows that name no commitment have the place that ``pairs`` gives them.
    name = pairs.named(some.chunk)
    if rows.loops and some.gone is None and some.values.dtype != object:
        kinds = (np.int32, np.int32, np.int32, np.int64)
        into = [np.empty(len(some.rows), kind) for kind in kinds]
        count = rows.loops.arrivals(
            *(column.astype(np.int32, copy=False) for column in some[1:4]), some.values,
            rows.width, arrives, name, on, *into,
        )  # fmt: skip
        return _Delivered(*(column[:count] for column in into))
    mine = np.flatnonzero(arrives[some.places - some.cells * rows.width])
    chosen = some.rows[mine]
    # There are fewer cells than rows.
    cells = some.cells[mine].astype(np.int32)
    return _Delivered(cells, name[chosen], on[chosen], some.values[mine])


def _slot(spread: Sequence[str], measure: str | None) -> int:
    """The place of a measure: what is asked for and spread, deliveries, and the rest."""
    if measure == "delivered":
        return len(spread)
    return spread.index(measure) if measure in spread else len(spread) + 1


class _Spreading:
    """Some commitments, and the sums of what they are in each cell and period."""

    def __init__(self, cells: _Cells, pairs: Pairs, spread: Sequence[str]) -> None:
        self.cells, self.pairs, self.spread = cells, pairs, spread
        self.width, self.least = cells.width, cells.least
        there = pairs.cell >= 0
        self.cell = cells.cell.take(pairs.cell, mode="clip")
        other = sum(pairs.counts(slot) for slot in (*range(len(spread)), len(spread) + 1)) > 0
        end = pairs.days["end"]
        self.is_dated = there & other & (end != NEVER)
        self.is_open = there & other & (end == NEVER)
        start = pairs.days["start"]
        start = codes.either(start != NEVER, start, pairs.days["announced"])
        # What has no last day is not spread; any day will do.
        end = codes.either(end != NEVER, end, np.int32(0))
        start = codes.either(start != NEVER, start, end)
        self.first, self.last = np.minimum(start, end) + _DAY_ONE, end + _DAY_ONE
        self.low, self.high = map(cells.periods_of, (self.first, self.last))

    def sums(self, delivered: Sequence[_Delivered], columns: Sequence[str]) -> _Sums:
        """All of them."""
        dated = np.flatnonzero(self.is_dated)
        asked = [name for name in MEASURES if name in columns]
        self.tallies = {name: Tally(self.cells.size, wide=False) for name in asked}
        self.commitments = self._number(dated).astype(np.int64)
        for slot, name in enumerate(self.spread):
            mine = dated.take(np.flatnonzero(self.pairs.counts(slot).take(dated) > 0))
            self.tallies[name].count += self._number(mine)
        self.loose = np.zeros(self.cells.size, dtype=np.int64)
        self._spread(dated)
        self._place(np.flatnonzero(self.is_open))
        self._deliver(delivered)
        if "bound" in columns:
            self._loosen()
        return _Sums(self.tallies, self.commitments, self.loose)

    def _windows(self, pairs: Any) -> tuple[Windows, Any]:
        """The windows of some commitments, and the place of each piece."""
        windows = Windows.of(self.first[pairs], self.last[pairs], self.cells.cut)
        cell = self.cell.take(pairs) * self.width - self.least
        return windows, cell.take(windows.row) + windows.period

    def _spread(self, pairs: Any) -> None:
        if loops := self.cells.rows.loops:
            self._spread_by(loops, pairs)
            return
        for start in range(0, len(pairs), _TOGETHER):
            some = pairs[start : start + _TOGETHER]
            windows, at = self._windows(some)
            smallest_of = self.cells.smallest.take(self.pairs.cell.take(some))
            for slot, name in enumerate(self.spread):
                # What a commitment lacks is 0 in each of its windows.
                amounts = self.pairs.sums(slot).take(some)
                smallest = _smallest(amounts, smallest_of)
                parts = windows.split(amounts // smallest) * smallest.take(windows.row)
                self.tallies[name].add(at, parts, counted=False)

    def _spread_by(self, loops: Any, pairs: Any) -> None:
        """The same by a compiled loop."""
        cells = self.cells
        for slot, name in enumerate(self.spread):
            ends = loops.spread(
                pairs, self.pairs.sums(slot), self.pairs.cell, cells.smallest, self.cell,
                self.first, self.last, self.low, self.high, cells.boundaries, self.least,
                self.width, self.tallies[name].sums,
            )  # fmt: skip
            self.tallies[name].saw(*ends)

    def _number(self, pairs: Any) -> Any:
        """How many of some commitments are in each cell and period: where each comes and goes."""
        made = np.zeros(self.cells.size + 1, dtype=np.int32)
        if loops := self.cells.rows.loops:
            loops.span(pairs, self.cell, self.low, self.high, self.least, self.width, made)
            return np.cumsum(made[:-1], dtype=np.int32)
        first = self.cell.take(pairs) * self.width - self.least
        np.add.at(made, first + self.low.take(pairs), np.int32(1))
        np.add.at(made, first + self.high.take(pairs) + 1, np.int32(-1))
        return np.cumsum(made[:-1], dtype=np.int32)

    def _place(self, pairs: Any) -> None:
        """Commitments without a last day are in the row of their horizon."""
        at = self._undated(pairs)
        np.add.at(self.commitments, at, 1)
        for slot, name in enumerate(self.spread):
            there = self.pairs.counts(slot)[pairs] > 0
            self.tallies[name].add(at[there], self.pairs.sums(slot)[pairs][there])

    def _deliver(self, delivered: Sequence[_Delivered]) -> None:
        """What arrived is in the period of its day, in the window of its commitment or not."""
        outside = [self._places(parted) for some in delivered for parted in self._outside(some)]
        if outside:
            place, period, at = codes.joined(outside)
            _, one = np.unique(place * self.cells.periods + period - self.least, return_index=True)
            np.add.at(self.commitments, at[one], 1)

    def _places(self, some: _Delivered) -> tuple[Any, Any, Any]:
        """The place of the balance of each delivery, its period, and its place in the result."""
        place = self.pairs.places(some.cell.astype(np.int64), some.name)
        return place, *self._on_days(place, some.on)

    def _on_days(self, place: Any, on: Any) -> tuple[Any, Any]:
        """The periods of some days, and what arrived of balances then: its place in the result."""
        period = self.cells.periods_of(on + _DAY_ONE)
        return period, self.cell.take(place) * self.width + period - self.least

    def _outside(self, some: _Delivered) -> Iterator[_Delivered]:
        """Add deliveries, and part from them those outside the windows of their commitments."""
        loops = self.cells.rows.loops
        if loops and some.value.dtype != object:
            odd, outside = self._outside_by(loops, some)
            yield outside
            some = some.take(odd)
        place, period, at = self._places(some)
        if "delivered" in self.tallies:
            self.tallies["delivered"].add(at, some.value)
        inside = self.is_dated.take(place)
        inside &= (self.low.take(place) <= period) & (period <= self.high.take(place))
        yield some.take(np.flatnonzero(~inside))

    def _outside_by(self, loops: Any, some: _Delivered) -> tuple[Any, _Delivered]:
        """The same by a compiled loop, but for those away from the home of their commitment."""
        cells, tally = self.cells, self.tallies.get("delivered", Tally(0, wide=False))
        outside, odd = (np.empty(len(some.name), dtype=np.int32) for _ in range(2))
        counts = loops.deliver(
            *some, self.pairs.cell, self.cell, self.is_dated, self.low, self.high,
            cells.first_day - int(_DAY_ONE), cells.period_of, self.least, self.width,
            tally.sums, tally.count, outside, odd,
        )  # fmt: skip
        tally.saw(*counts[2:])
        return odd[: counts[1]], some.take(outside[: counts[0]])

    def _undated(self, pairs: Any) -> Any:
        horizon = self.cells.horizon[self.pairs.cell[pairs]]
        return self.cell[pairs] * self.width + self.cells.periods + horizon

    def _loosen(self) -> None:
        """Say of the cells of a balance that is not exact how."""
        for pairs, measure, bound in self.pairs.loose_kinds():
            if measure in _SPREAD:
                bit = bit_of(measure, bound)
                dated = pairs[self.is_dated[pairs]]
                for start in range(0, len(dated), _TOGETHER):
                    self.loose[self._windows(dated[start : start + _TOGETHER])[1]] |= bit
                self.loose[self._undated(pairs[self.is_open[pairs]])] |= bit
        for place, on, bound in self.pairs.loose_deliveries():
            _, at = self._on_days(place, on)
            self.loose[at] |= bit_of("delivered", bound)


def _smallest(amounts: Any, of_units: Any) -> Any:
    """The smallest part of each amount: that of its unit, or its own where it is finer."""
    if not (amounts % of_units).any():
        return of_units
    own = sum(amounts % 10**places != 0 for places in range(1, DECIMAL_PLACES + 1))
    return np.minimum(10 ** (DECIMAL_PLACES - own), of_units)


def _ranked(key: Key, name: str, code: Any) -> tuple[Any, Sequence[str]]:
    rank, labels = key.order(name)
    return rank[code], labels
