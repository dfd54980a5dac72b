"""Windows cut at the boundaries of periods, and amounts split over the pieces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from pledgetrack.calendar import Periods, first_ordinals, numbers_of, prefix
from pledgetrack.quantity import EXACT, tidy
from pledgetrack.units import minor_digits


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


def opening(row: dict[str, Any]) -> dt.date:
    """The first day of a window: the horizon's, else that of the announcement."""
    end: dt.date = row["end"]
    start: dt.date = row["start"] or row["announced"] or end
    return min(start, end)
