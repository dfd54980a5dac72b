"""``per=`` on any engine: balances over the days of their horizons, added up where they are.

What comes back is as many rows as there are cells and periods. How many commitments are in a period
is told by where they come and go; what falls before each boundary is added up, and the differences
are the parts.
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import narwhals as nw
import numpy as np

from pledgetrack import frames
from pledgetrack.bars import progress, watched
from pledgetrack.calendar import Periods, first_ordinals
from pledgetrack.cells import (
    KIND,
    Cell,
    Sums,
    by_commitment,
    cell_of,
    ends_missing,
    inexact,
    is_there,
    judged_by,
    labelled,
    measure_of,
    standing,
    with_ends,
    without_ends,
)
from pledgetrack.frames import Where, flag, records
from pledgetrack.movements import AMOUNTS, MEASURES
from pledgetrack.periods import Windows, digits_of, from_minor, to_minor
from pledgetrack.prefixes import MOST_PLACES, Prefixes, number_on, with_windows
from pledgetrack.quantity import DECIMAL_PLACES, EXACT
from pledgetrack.units import minor_digits

MOST_PERIODS = 600
"""Periods whose boundaries an engine is asked for. What reaches beyond is split in the process."""
_TOGETHER = 240
"""Sums in one query. An engine that makes columns whole has room for fewer."""
_TOGETHER_IN_MEMORY = 60
_IN_MEMORY = (nw.Implementation.PYARROW, nw.Implementation.POLARS)
_SPREAD = tuple(name for name in MEASURES if name != "delivered")
Record = dict[str, Any]


def period_cells(
    lazy: nw.LazyFrame[Any],
    keys: Sequence[str],
    day: dt.date,
    cut: Periods,
    where: Where | None,
    *,
    ranged: bool = False,
) -> dict[Cell, Sums]:
    """Every cell by period: balances over the days of their horizons, deliveries on their day."""
    frames.need(lazy.collect_schema().names(), ("on", "start", "announced", "horizon"))
    rows, balances = by_commitment(
        lazy, keys, day, where, latest=("start", "announced"), carry=("horizon",), ranged=ranged
    )
    balances = with_windows(balances.with_columns(*labelled(["horizon"])), cut)
    spreading = _Spreading(rows, balances, keys, cut, ranged=ranged)
    with decimal.localcontext(EXACT):
        spreading.place()
        spreading.spread(cut.number(day))
        spreading.deliver()
        spreading.loosen()
    return dict(spreading.cells)


class _Spreading:
    """The sums of each cell and period."""

    def __init__(
        self, rows: nw.LazyFrame[Any], balances: nw.LazyFrame[Any], keys: Sequence[str],
        cut: Periods, *, ranged: bool,
    ) -> None:  # fmt: skip
        self.rows, self.balances, self.keys, self.cut = rows, balances, keys, cut
        self.ranged = ranged
        self.shown = with_ends(_SPREAD, ranged=ranged)
        self.counts = [f"n_m_{name}" for name in _SPREAD]
        self.amounts = [f"m_{name}" for name in self.shown]
        self.groups = [*(f"key_{at}" for at in range(len(keys))), "unit"]
        fixed = [f"key_{at}" for at, key in enumerate(keys) if key != "status"]
        self.names = rows.collect_schema().names()
        # What tells windows apart, and the status with them.
        self.same = [*fixed, "unit", "commitment", "horizon"]
        self.windows = balances
        if frames.STATED_UNIT in self.names:
            # A commitment with targets in two units is one, also where both were converted.
            sums = nw.col("n_other", *self.counts, *self.amounts).sum()
            same = balances.group_by(*self.groups, "commitment", "horizon")
            self.windows = same.agg(sums, nw.col("opens").min(), nw.col("closes").max())
        self.cells: dict[Cell, Sums] = defaultdict(Sums)
        self.reach: tuple[int, int] | None = None

    def _cell(self, row: Record, period: str) -> Sums:
        *labels, unit = cell_of(self.keys, row)
        return self.cells[(*labels, period, unit)]

    def _in(self, row: Record) -> Sums:
        return self._cell(row, self.cut.label(int(row["period"])))

    def place(self) -> None:
        """The commitments of each cell and period, and what has no last day, by its horizon."""
        other = self.windows.filter(nw.col("n_other") > 0).with_columns(
            nw.lit(1, dtype=nw.Int64).alias("commitments"),
            *(flag(nw.col(name) > 0, name) for name in self.counts),
        )
        for made, row in self._there(other, (), ["commitments", *self.counts], self.amounts):
            made.commitments += int(row["commitments"])
            for name in self.shown:
                if row[f"n_m_{measure_of(name)}"]:
                    _add(made, name, row[f"m_{name}"] or Decimal(0))

    def _there(
        self,
        windows: nw.LazyFrame[Any],
        kind: Sequence[str],
        counts: Sequence[str],
        amounts: Sequence[str] = (),
    ) -> Iterator[tuple[Sums, Record]]:
        """What is there in each period of each cell: what came until then, less what went.

        What has no last day is in the row of its horizon, and there alone it has amounts.
        """
        groups, is_open = [*self.groups, *kind], nw.col("closes").is_null()
        comes = windows.with_columns(
            nw.when(is_open).then(nw.col("horizon")).alias("open"),
            *(nw.when(is_open).then(nw.col(name)).alias(name) for name in amounts),
        )
        came = comes.group_by(*groups, "opens", "open").agg(nw.col(*counts, *amounts).sum())
        # In two queries: a union of both would have the engine hold the balances twice.
        went = windows.filter(~is_open).group_by(*groups, "closes").agg(nw.col(*counts).sum())
        changes: dict[tuple[Any, ...], dict[int, Record]] = defaultdict(dict)
        for row in records(came):
            if row["opens"] is None:
                yield self._cell(row, row["open"]), row
            else:
                changes[tuple(row[name] for name in groups)][int(row["opens"])] = row
        goes: dict[tuple[Any, ...], dict[int, Record]] = defaultdict(dict)
        for row in records(went):
            goes[tuple(row[name] for name in groups)][int(row["closes"])] = row
        for group, opened in changes.items():
            closed, there = goes[group], dict.fromkeys(counts, 0)
            row = {**dict(zip(groups, group, strict=True)), **dict.fromkeys(amounts)}
            for period in range(min(opened), max(closed) + 1):
                for name in counts:
                    there[name] += int(opened[period][name]) if period in opened else 0
                if there[counts[0]]:
                    least, most = self.reach or (period, period)
                    self.reach = min(least, period), max(most, period)
                    yield self._cell(row, self.cut.label(period)), {**row, **there}
                for name in counts:
                    there[name] -= int(closed[period][name]) if period in closed else 0

    def spread(self, today: int) -> None:
        """What was promised, over the periods of each window."""
        if self.reach is None:
            return
        first, last = _around(today, *self.reach)
        schema = self.rows.collect_schema()
        numbers: list[Any] = [schema[name] for name in AMOUNTS if name in schema]
        places = max(DECIMAL_PLACES, *(kind.scale for kind in numbers))
        dated = self.balances.filter(~nw.col("closes").is_null() & (nw.col("n_other") > 0))
        if places > MOST_PLACES:
            self._spread_here(dated)
            return
        prefixes = Prefixes(self.shown, {cell[-1] for cell in self.cells}, places)
        inside = (nw.col("opens") >= first) & (nw.col("closes") <= last)
        balances = prefixes.with_parts(dated, inside)
        in_memory = balances.implementation in _IN_MEMORY
        together = (_TOGETHER_IN_MEMORY if in_memory else _TOGETHER) // len(self.shown)
        before: dict[tuple[Cell, str], int] = defaultdict(int)
        elsewhere = 0
        with progress("spreading", total=last - first + 1, unit="period") as seen:
            for start in range(first, last + 1, together):
                periods = np.arange(start, min(start + together, last + 1))
                ends = first_ordinals(self.cut, periods + 1).tolist()
                for row in records(prefixes.sums(balances, self.groups, ends)):
                    elsewhere += int(row["elsewhere"])
                    self._differences(row, periods.tolist(), before)
                seen(len(periods))
        if elsewhere:
            self._spread_here(balances.filter(~nw.col("is_here")))

    def _differences(
        self, row: Record, periods: Sequence[int], before: dict[tuple[Cell, str], int]
    ) -> None:
        """Add the parts of a row of prefixes to the cells of its periods."""
        digits, cell = minor_digits(row["unit"]), cell_of(self.keys, row)
        for name in self.shown:
            for at, period in enumerate(periods):
                arrived = int(row[f"{name}_{at}"])
                part = arrived - before[cell, name]
                before[cell, name] = arrived
                if part:
                    _add(self._cell(row, self.cut.label(period)), name, from_minor(part, digits))

    def _spread_here(self, balances: nw.LazyFrame[Any]) -> None:
        """The same of balances that come back one by one: what engines cannot split exactly."""
        held = records(balances.select(*self.groups, "first", "end", *self.amounts))
        firsts, ends = ([row[name] for row in held] for name in ("first", "end"))
        windows = Windows.cut(firsts, ends, self.cut)
        for name in self.shown:
            numbers = [row[f"m_{name}"] or Decimal(0) for row in held]
            digits = [digits_of(n, row["unit"]) for n, row in zip(numbers, held, strict=True)]
            parts = windows.split([*map(to_minor, numbers, digits)])
            pieces = zip(windows.row, windows.period, parts, strict=True)
            for at, period, part in watched(pieces, name, total=len(parts), unit="period"):
                if part:
                    made = self._cell(held[at], self.cut.label(int(period)))
                    _add(made, name, from_minor(int(part), digits[at]))

    def deliver(self) -> None:
        """What arrived, in the period of its day, in the window of its commitment or not."""
        numbers = ["number", *(("low", "high") if self.ranged else ())]
        came = _arrived(self.rows, self.cut).group_by(*self.same, "period")
        arrived = self._beside_windows(came.agg(nw.col(*numbers).sum()))
        in_window = (nw.col("opens") <= nw.col("period")) & (nw.col("period") <= nw.col("closes"))
        new = ~(nw.col("n_other") > 0) | nw.col("closes").is_null() | ~in_window
        arrived = arrived.with_columns(flag(new, "commitments"))
        sums = arrived.group_by(*self.groups, "period").agg(nw.col("commitments", *numbers).sum())
        for row in records(sums):
            made = self._in(row)
            made.commitments += int(row["commitments"])
            _add(made, "delivered", row["number"])
            for end in numbers[1:]:
                _add(made, f"delivered_{end}", row[end] or Decimal(0))

    def _beside_windows(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Rows beside the windows of their commitments, and under a status where it is a key."""
        rest = [name for name in self.groups if name not in self.same]
        windows = self.windows.select(*self.same, *rest, "n_other", "opens", "closes")
        return frame.with_columns(*labelled(self.same)).join(windows, on=self.same, how="inner")

    def loosen(self) -> None:
        """Say of the cells what in them is not exact, and which ends are missing."""
        self._loosen(inexact(self.rows), ["bound"])
        if self.ranged:
            self._loosen(without_ends(self.rows), [*KIND])

    def _loosen(self, loose: nw.LazyFrame[Any], kind: list[str]) -> None:
        """The same of one kind of rows: of balances that are there, and of what came on a day."""
        promised = loose.filter(nw.col("measure").is_in(_SPREAD))
        stands = self._beside_windows(standing(promised, self.keys, [*kind, "horizon"]))
        stands = stands.with_columns(nw.lit(1, dtype=nw.Int64).alias("count"))
        for made, row in self._there(stands, ["measure", *kind], ["count"]):
            _tell(made, row)
        same = dict.fromkeys((*self.same, *frames.balance_keys(self.names)))
        judged = judged_by(self.names)
        days = (
            _arrived(loose, self.cut)
            .group_by(*same, "on", "period", *kind)
            .agg(nw.col(*judged).sum())
            .filter(is_there(judged))
            .with_columns(nw.col("bound").cast(nw.String))
        )
        came = self._beside_windows(days).select(*self.groups, "period", *kind).unique()
        for row in records(came):
            _tell(self._in(row), {**row, "measure": "delivered"})


def _arrived(rows: nw.LazyFrame[Any], cut: Periods) -> nw.LazyFrame[Any]:
    """The rows that say what arrived, with the period of their day."""
    arrived = rows.filter((nw.col("measure") == "delivered") & ~nw.col("number").is_null())
    return arrived.with_columns(number_on(cut, nw.col("on")).alias("period"))


def _around(today: int, least: int, most: int) -> tuple[int, int]:
    """The periods from the least to the most, or where these are too many, those around today.

    >>> _around(2024 * 12, 1990 * 12, 9999 * 12)
    (23988, 24587)
    """
    first = max(least, min(today - MOST_PERIODS // 2, most - MOST_PERIODS + 1))
    return first, min(most, first + MOST_PERIODS - 1)


def _tell(made: Sums, row: Record) -> None:
    """Say of a cell that a balance in it is not exact, or lacks an end."""
    if "no_low" in row:
        made.endless.update(ends_missing(row))
    if row["bound"] not in (None, "exact"):
        made.bounds[row["measure"]].add(row["bound"])


def _add(made: Sums, name: str, number: Decimal) -> None:
    made.numbers[name] = made.numbers.get(name, Decimal(0)) + number
