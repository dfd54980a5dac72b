"""Spreading: balances over the days of their horizons, from Arrow columns in memory, by codes.

What each commitment has in a cell is cut at the boundaries of periods some commitments at a time,
so that the pieces of all of them are never there together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from pledgetrack import codes, frames
from pledgetrack.bars import progress
from pledgetrack.calendar import Periods, first_ordinals, numbers_of
from pledgetrack.cell_rows import CellRows
from pledgetrack.codes import NEVER, Key
from pledgetrack.frames import Numbers, Where
from pledgetrack.movements import MEASURES
from pledgetrack.pairs import Pairs, bit_of, said
from pledgetrack.periods import Windows
from pledgetrack.quantity import BOUNDS, DECIMAL_PLACES
from pledgetrack.tally import Tally, add_up
from pledgetrack.units import minor_digits

MOST_PLACES = 1 << 22
"""Cells and periods that are held at once; where there may be more, an engine groups."""
_TOGETHER = 1 << 15
_SPREAD = tuple(name for name in MEASURES if name != "delivered")
_DAY_ONE = np.int32(dt.date(1970, 1, 1).toordinal())
_NEEDED = ("commitment", "bound", "on", "start", "announced", "end", "horizon")


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
    spread = tuple(name for name in _SPREAD if name in columns)
    pairs = Pairs(
        rows.table,
        partial(_slot, spread),
        len(spread) + 2,
        ["end", "start", "announced"],
        wide=False,
        loops=rows.loops,
    )
    delivered: list[tuple[Any, ...]] = []
    arrives = np.array([*(word == "delivered" for word in rows.measures), False])
    for some in rows.read(day):
        cells, measure = some.cells, some.places - some.cells * rows.width
        pairs.add(some.chunk, some.rows, cells, some.values, some.gone)
        mine = np.flatnonzero(arrives[measure])
        if len(mine):
            chosen = some.rows[mine]
            on = codes.days(codes.array(some.chunk, "on"))[chosen]
            # Rows that name no commitment have the place that ``pairs`` gives them.
            name, bound = (
                codes.indices(codes.array(some.chunk, column), missing)[chosen]
                for column, missing in (
                    ("commitment", pairs.names - 1), ("bound", len(pairs.bounds) - 1)
                )
            )  # fmt: skip
            # There are fewer cells than rows, and few bounds.
            small = cells[mine].astype(np.int32), bound.astype(np.int8)
            delivered.append((small[0], name, on, some.values[mine], small[1]))
    if not pairs.close():
        return None
    return _Spreading(rows, pairs, keys, cut, spread).frame(delivered, columns, numbers)


def _slot(spread: Sequence[str], measure: str | None) -> int:
    """The place of a measure: what is asked for and spread, deliveries, and the rest."""
    if measure == "delivered":
        return len(spread)
    return spread.index(measure) if measure in spread else len(spread) + 1


class _Spreading:
    """The sums of each cell and period."""

    def __init__(
        self, rows: CellRows, pairs: Pairs, keys: Sequence[str], cut: Periods, spread: Sequence[str]
    ) -> None:
        self.rows, self.pairs, self.keys, self.cut, self.spread = rows, pairs, keys, cut, spread
        heads, cells = [*rows.heads], rows.labels(np.arange(rows.count))
        self.horizon = cells[heads.index("horizon")]
        self.labels = rows.heads["horizon"].labels
        words = rows.heads["unit"].labels
        self.digits = np.array([minor_digits(word) for word in words])[cells[-1]]
        kept = [at for at, name in enumerate(heads) if name in (*keys, "unit")]
        self.names = [heads[at] for at in kept]
        self.sizes = [rows.sizes[at] for at in kept]
        numbers = np.ravel_multi_index([cells[at] for at in kept], self.sizes)
        self.cell_at, cell = codes.numbered(numbers, self.sizes)
        there = pairs.cell >= 0
        self.cell = cell.astype(np.int32).take(pairs.cell, mode="clip")
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

    def frame(
        self, delivered: list[tuple[Any, ...]], columns: Sequence[str], numbers: Numbers
    ) -> pd.DataFrame | None:
        """The cells that there are, in order, as a table."""
        dated = np.flatnonzero(self.is_dated)
        low, high = (
            numbers_of(self.cut, days).astype(np.int32) for days in (self.first, self.last)
        )
        spans = [_span(low.take(dated)), _span(high.take(dated))] if len(dated) else []
        spans += [numbers_of(self.cut, _span(on) + _DAY_ONE) for _, _, on, _, _ in delivered]
        self.least = int(min((first for first, _ in spans), default=0))
        self.periods = int(max((last for _, last in spans), default=-1)) - self.least + 1
        self.width = self.periods + len(self.labels)
        self.low, self.high = low, high
        self.boundaries = first_ordinals(
            self.cut, np.arange(self.least + 1, self.least + self.periods + 1)
        )
        size = len(self.cell_at) * self.width
        if size > MOST_PLACES:
            return None
        asked = [name for name in MEASURES if name in columns]
        self.tallies = {name: Tally(size, wide=False) for name in asked}
        self.commitments = self._number(dated, low, high).astype(np.int64)
        for slot, name in enumerate(self.spread):
            mine = dated.take(np.flatnonzero(self.pairs.counts(slot).take(dated) > 0))
            self.tallies[name].count += self._number(mine, low, high)
        self.loose = np.zeros(size, dtype=np.int64)
        with progress("periods", total=len(dated), unit="commitment") as seen:
            # A loop holds no pieces.
            together = _TOGETHER << 3 if self.rows.loops else _TOGETHER
            for start in range(0, len(dated), together):
                some = dated[start : start + together]
                self._spread(some)
                seen(len(some))
        self._place(np.flatnonzero(self.is_open))
        self._deliver(delivered, low, high)
        if "bound" in columns:
            self._loosen()
        if not all(tally.is_exact for tally in self.tallies.values()):
            return None
        return self._table(columns, numbers)

    def _windows(self, pairs: Any) -> tuple[Windows, Any]:
        """The windows of some commitments, and the place of each piece."""
        windows = Windows.of(self.first[pairs], self.last[pairs], self.cut)
        cell = self.cell.take(pairs) * self.width - self.least
        return windows, cell.take(windows.row) + windows.period

    def _spread(self, pairs: Any) -> None:
        if self.rows.loops:
            self._spread_by(self.rows.loops, pairs)
            return
        windows, at = self._windows(pairs)
        for slot, name in enumerate(self.spread):
            # What a commitment lacks is 0 in each of its windows.
            amounts = self.pairs.sums(slot).take(pairs)
            smallest = _smallest(amounts, self.digits.take(self.pairs.cell.take(pairs)))
            parts = windows.split(amounts // smallest) * smallest.take(windows.row)
            self.tallies[name].add(at, parts, counted=False)

    def _spread_by(self, loops: Any, pairs: Any) -> None:
        """The same by a compiled loop."""
        for slot, name in enumerate(self.spread):
            amounts, tally = self.pairs.sums(slot), self.tallies[name]
            ends = loops.spread(
                pairs, amounts, self.pairs.cell, 10 ** (DECIMAL_PLACES - self.digits), self.cell,
                self.first, self.last, self.low, self.high, self.boundaries, self.least,
                self.width, tally.sums,
            )  # fmt: skip
            tally.saw(*ends)

    def _number(self, pairs: Any, low: Any, high: Any) -> Any:
        """How many of some commitments are in each cell and period: where each comes and goes."""
        made = np.zeros(len(self.cell_at) * self.width + 1, dtype=np.int32)
        first = self.cell.take(pairs) * self.width - self.least
        np.add.at(made, first + low.take(pairs), np.int32(1))
        np.add.at(made, first + high.take(pairs) + 1, np.int32(-1))
        return np.cumsum(made[:-1], dtype=np.int32)

    def _place(self, pairs: Any) -> None:
        """Commitments without a last day are in the row of their horizon."""
        at = self._undated(pairs)
        np.add.at(self.commitments, at, 1)
        for slot, name in enumerate(self.spread):
            there = self.pairs.counts(slot)[pairs] > 0
            self.tallies[name].add(at[there], self.pairs.sums(slot)[pairs][there])

    def _deliver(self, delivered: list[tuple[Any, ...]], low: Any, high: Any) -> None:
        """What arrived is in the period of its day, in the window of its commitment or not."""
        outside, loose = [], []
        for cells, name, on, values, bound in delivered:
            place = self.pairs.places(cells.astype(np.int64), name)
            period = numbers_of(self.cut, on + _DAY_ONE)
            at = self.cell.take(place) * self.width + period - self.least
            if "delivered" in self.tallies:
                self.tallies["delivered"].add(at, values)
            inside = self.is_dated.take(place)
            inside &= (low.take(place) <= period) & (period <= high.take(place))
            mine = np.flatnonzero(~inside)
            outside.append((place.take(mine), period.take(mine), at.take(mine)))
            mine = np.flatnonzero(self.pairs.is_loose.take(bound))
            facts = (at, place, on, values, bound)
            loose.append(tuple(column.take(mine) for column in facts))
        if delivered:
            place, period, at = codes.joined(outside)
            _, one = np.unique(place * self.periods + period - self.least, return_index=True)
            np.add.at(self.commitments, at[one], 1)
            self._loosen_deliveries(*codes.joined(loose))

    def _undated(self, pairs: Any) -> Any:
        horizon = self.horizon[self.pairs.cell[pairs]]
        return self.cell[pairs] * self.width + self.periods + horizon

    def _loosen(self) -> None:
        """Say of the cells of a balance that is not exact how."""
        for pairs, measure, bound in self.pairs.loose_kinds():
            if measure in _SPREAD:
                bit = bit_of(measure, bound)
                dated = pairs[self.is_dated[pairs]]
                for start in range(0, len(dated), _TOGETHER):
                    self.loose[self._windows(dated[start : start + _TOGETHER])[1]] |= bit
                self.loose[self._undated(pairs[self.is_open[pairs]])] |= bit

    def _loosen_deliveries(self, at: Any, place: Any, on: Any, values: Any, bound: Any) -> None:
        for code, word in enumerate(self.pairs.bounds):
            if not self.pairs.is_loose[code]:
                continue
            mine = np.flatnonzero(bound == code)
            facts = place[mine] << 32 | on[mine].astype(np.int64) + (1 << 31)
            _, one, same = np.unique(facts, return_index=True, return_inverse=True)
            stands = add_up(values[mine], same, len(one)) != 0
            known: Any = word
            self.loose[at[mine][one][stands]] |= bit_of("delivered", known)

    def _table(self, columns: Sequence[str], numbers: Numbers) -> pd.DataFrame:
        found = np.flatnonzero(self.commitments)
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
                tally = self.tallies[name]
                listed = codes.amounts(tally.sums[found], tally.count[found] > 0, DECIMAL_PLACES)
                made[name] = frames.column_of_amounts(listed, numbers)
            elif name == "commitments":
                made[name] = self.commitments[found]
            else:
                made[name] = frames.words(said(self.loose[found]))
        return pd.DataFrame(made)


def _span(numbers: Any) -> Any:
    """The first and the last of some numbers."""
    return np.array([numbers.min(), numbers.max()])


def _smallest(amounts: Any, digits: Any) -> Any:
    """The smallest part of each amount: that of its unit, or its own where it is finer."""
    smallest = 10 ** (DECIMAL_PLACES - digits)
    if not (amounts % smallest).any():
        return smallest
    own = sum(amounts % 10**places != 0 for places in range(1, DECIMAL_PLACES + 1))
    return 10 ** (DECIMAL_PLACES - np.maximum(own, digits))


def _ranked(key: Key, name: str, code: Any) -> tuple[Any, Sequence[str]]:
    rank, labels = key.order(name)
    return rank[code], labels
