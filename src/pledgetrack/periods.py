"""``per=``: balances spread over the days of their horizons, period by period."""

from __future__ import annotations

import datetime as dt
import decimal
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import narwhals as nw
import numpy as np

from pledgetrack import frames
from pledgetrack.bars import watched
from pledgetrack.calendar import NOT_STATED, Periods, first_ordinals, numbers_of, prefix
from pledgetrack.cells import (
    KIND,
    Cell,
    Sums,
    bounded,
    by_commitment,
    cell_of,
    endless,
    ends_missing,
    labelled,
    measure_of,
    with_ends,
    with_missing_ends,
)
from pledgetrack.frames import Where, records
from pledgetrack.movements import MEASURES
from pledgetrack.quantity import EXACT, tidy
from pledgetrack.units import minor_digits

_SPREAD = tuple(name for name in MEASURES if name != "delivered")


def digits_of(number: Decimal, unit: str) -> int:
    """The decimal places in which an amount is split: the unit's, or its own where finer.

    >>> digits_of(Decimal("10.00"), "USD"), digits_of(Decimal("2.5"), "hospital")
    (2, 1)
    """
    return max(minor_digits(unit), -int(tidy(number).as_tuple().exponent))


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of many commitments cut at period boundaries: one entry for each piece.

    ``row`` says whose piece it is, ``period`` is the period's number, ``gone`` are the days of the
    window that are gone at its end, ``days`` is the length of the window. ``first`` has the first
    piece of each row; the others follow it.
    """

    row: Any
    period: Any
    gone: Any
    days: Any
    first: Any

    @classmethod
    def cut(cls, starts: Sequence[dt.date], ends: Sequence[dt.date], periods: Periods) -> Windows:
        """Cut windows, both ends inclusive, at the boundaries of periods."""
        first = np.array([day.toordinal() for day in starts], dtype=np.int64)
        last = np.array([day.toordinal() for day in ends], dtype=np.int64)
        return cls.of(first, last, periods)

    @classmethod
    def of(cls, first: Any, last: Any, periods: Periods) -> Windows:
        """The same of arrays of ordinals."""
        low, high = numbers_of(periods, first), numbers_of(periods, last)
        pieces = high - low + 1
        row = np.repeat(np.arange(len(first)), pieces)
        since = np.cumsum(pieces) - pieces
        period = np.arange(len(row)) + (low - since).take(row)
        least, most = (int(low.min()), int(high.max())) if len(first) else (0, 0)
        ends = first_ordinals(periods, np.arange(least + 1, most + 2))
        days = last - first + 1
        length = days.take(row)
        gone = np.minimum(ends.take(period - least) - first.take(row), length)
        return cls(row, period, gone, length, since)

    def split(self, amounts: Any) -> Any:
        """The part of each amount, a whole number of smallest parts, that falls on each piece."""
        if not isinstance(amounts, np.ndarray):
            fits = all(abs(amount) < 2**62 for amount in amounts)
            amounts = np.array(amounts, dtype=np.int64 if fits else object)
        arrived = prefix(amounts.take(self.row), self.gone, self.days)
        parts = np.diff(arrived, prepend=arrived[:1])
        parts[self.first] = arrived[self.first]
        return parts


def split(
    number: Decimal,
    unit: str,
    start: dt.date,
    end: dt.date,
    periods: Periods,
) -> dict[str, Decimal]:
    """One amount over its window, by period.

    >>> visas = split(Decimal(20000), "refugee", dt.date(2022, 10, 1), dt.date(2024, 9, 30),
    ...               Periods.of("fiscal year", "US"))
    >>> {label: int(part) for label, part in visas.items()}
    {'FY2023': 9986, 'FY2024': 10014}
    """
    digits = digits_of(number, unit)
    windows = Windows.cut([start], [end], periods)
    parts = windows.split([to_minor(number, digits)])
    return {
        periods.label(int(period)): from_minor(int(part), digits)
        for period, part in zip(windows.period, parts, strict=True)
    }


def to_minor(number: Decimal, digits: int) -> int:
    """An amount as a whole number of its smallest parts."""
    return int(EXACT.scaleb(number, digits))


def from_minor(parts: int, digits: int) -> Decimal:
    """The amount that a number of smallest parts makes."""
    return tidy(EXACT.scaleb(Decimal(parts), -digits))


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
    rows, per_commitment = by_commitment(
        lazy, keys, day, where, latest=("start", "announced"), carry=("horizon",), ranged=ranged
    )
    shown = with_ends(_SPREAD, ranged=ranged)
    held = records(per_commitment)
    heads = [cell_of(keys, row) for row in held]
    fixed = [at for at, key in enumerate(keys) if key != "status"]
    same = frames.balance_keys(rows.collect_schema().names())

    def identity(row: dict[str, Any]) -> tuple[str, ...]:
        return (*(row[f"key_{at}"] for at in fixed), *(row[name] for name in same))

    index = {identity(row): at for at, row in enumerate(held)}
    cells: dict[Cell, Sums] = defaultdict(Sums)

    def cell(at: int, period: str) -> Sums:
        return cells[(*heads[at][:-1], period, heads[at][-1])]

    dated = [at for at, row in enumerate(held) if row["end"] is not None and row["n_other"]]
    starts = [opening(held[at]) for at in dated]
    ends = [held[at]["end"] for at in dated]
    windows = Windows.cut(starts, ends, cut)
    members: dict[int, set[str]] = defaultdict(set)
    pieces: dict[int, list[Sums]] = defaultdict(list)
    with decimal.localcontext(EXACT):
        for row, period in zip(windows.row, windows.period, strict=True):
            made = cell(dated[row], cut.label(int(period)))
            members[id(made)].add(held[dated[row]]["commitment"])
            pieces[dated[row]].append(made)
        for at, row in enumerate(held):
            if row["n_other"] and row["end"] is None:
                made = cell(at, row["horizon"] or NOT_STATED)
                members[id(made)].add(row["commitment"])
                pieces[at].append(made)
                for name in (name for name in shown if row[f"n_m_{measure_of(name)}"]):
                    _add(made, name, row[f"m_{name}"] or Decimal(0))
        for name in shown:
            _spread(name, held, dated, windows, pieces)
        loose = bounded(rows, per_commitment, keys, same[1:])
        loose += endless(rows, per_commitment, keys, same[1:]) if ranged else []
        for row in loose:
            if row["measure"] != "delivered":
                _loosen(pieces[index[identity(row)]], row)
        for row in _deliveries(rows, keys):
            place = index.get(identity(row))
            if place is None:
                continue
            period = cut.number(row["on"])
            made = cell(place, cut.label(period))
            _add(made, "delivered", row["number"])
            _loosen([made] if row["number"] else (), row)
            members[id(made)].add(row["commitment"])
        for row in _deliveries(with_missing_ends(rows), keys, KIND) if ranged else ():
            place = index.get(identity(row))
            if place is not None:
                made = cell(place, cut.label(cut.number(row["on"])))
                _add(made, "delivered_low", row["low"] or Decimal(0))
                _add(made, "delivered_high", row["high"] or Decimal(0))
                made.endless.update(ends_missing(row) if row["number"] else ())
    for made in cells.values():
        made.commitments = len(members[id(made)])
    return dict(cells)


def opening(row: dict[str, Any]) -> dt.date:
    """The first day of a window: the horizon's, else that of the announcement."""
    end: dt.date = row["end"]
    start: dt.date = row["start"] or row["announced"] or end
    return min(start, end)


def _loosen(pieces: Sequence[Sums], row: dict[str, Any]) -> None:
    """Say of some cells that a balance in them is not exact, or lacks an end."""
    for made in pieces:
        if "no_low" in row:
            made.endless.update(ends_missing(row))
        if row["bound"] not in (None, "exact"):
            made.bounds[row["measure"]].add(row["bound"])


def _add(made: Sums, name: str, number: Decimal) -> None:
    made.numbers[name] = made.numbers.get(name, Decimal(0)) + number


def _spread(
    name: str,
    held: Sequence[dict[str, Any]],
    dated: Sequence[int],
    windows: Windows,
    pieces: dict[int, list[Sums]],
) -> None:
    """Split one measure of every commitment over its pieces."""
    amounts, digits = [], []
    for at in dated:
        row = held[at]
        number = row[f"m_{name}"] or Decimal(0) if row[f"n_m_{measure_of(name)}"] else None
        places = 0 if number is None else digits_of(number, row["unit"])
        digits.append(None if number is None else places)
        amounts.append(0 if number is None else to_minor(number, places))
    parts = windows.split(amounts)
    place = np.arange(len(windows.row)) - np.searchsorted(windows.row, windows.row)
    pieces_of = zip(windows.row, place, parts, strict=True)
    for row, nth, part in watched(pieces_of, name, total=len(place), unit="period"):
        places_ = digits[row]
        if places_ is not None:
            _add(pieces[dated[row]][nth], name, from_minor(int(part), places_))


def _deliveries(
    rows: nw.LazyFrame[Any], keys: Sequence[str], kind: Sequence[str] = ("bound",)
) -> list[dict[str, Any]]:
    same = [f"key_{at}" for at in range(len(keys))]
    same += frames.balance_keys(rows.collect_schema().names())
    numbers = ["number", *(("low", "high") if "no_low" in kind else ())]
    delivered = (
        rows.filter((nw.col("measure") == "delivered") & ~nw.col("number").is_null())
        .group_by(*same, "on", *kind)
        .agg(nw.col(*numbers).sum())
        .with_columns(*labelled(same), nw.col("bound").cast(nw.String))
    )
    return [{**row, "measure": "delivered"} for row in records(delivered)]
