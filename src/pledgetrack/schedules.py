"""Schedules: budgets and planned disbursements by period, beside what is promised, never in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from pledgetrack import frames
from pledgetrack.calendar import NOT_STATED, FiscalCalendar, Periods, fiscal_calendar
from pledgetrack.errors import unknown
from pledgetrack.frames import Numbers
from pledgetrack.periods import split
from pledgetrack.quantity import EXACT

KEYS = ("party", "recipient", "commitment", "start", "source")
"""What ``by`` takes; kind and unit are always keys."""


@dataclass(frozen=True, slots=True)
class Planned:
    """An amount that somebody plans to spend in a window of days, both ends included.

    ``kind`` is "budget" or "planned disbursement"; ``commitment`` is the id of the promise that it
    plans, whether or not the ledger holds it.
    """

    kind: str
    commitment: str
    party: str
    recipient: str | None
    unit: str
    number: Decimal
    start: dt.date
    end: dt.date
    source: str
    citation: str


def schedule(
    planned: Iterable[Planned],
    by: str | Iterable[str] = (),
    *,
    per: str | None = None,
    calendar: str | FiscalCalendar | None = None,
    numbers: Numbers = "decimal",
) -> pd.DataFrame:
    """Exact sums of what is planned: a row per kind, group, period and unit.

    ``by`` takes party, recipient, commitment, source, and start, the first day of a window.
    ``per`` ("year", "fiscal year", "quarter", "month") spreads each amount over the days of its
    window: the parts add up to it to the last minor unit. ``records`` counts the plans in a row.

    >>> plan = Planned("budget", "iati:X-1", "A", None, "EUR", Decimal(100), dt.date(2024, 10, 1),
    ...                dt.date(2025, 3, 31), "file", "file, line 7")
    >>> schedule([plan], per="year")
         kind period unit planned  records
    0  budget   2024  EUR   50.55        1
    1  budget   2025  EUR   49.45        1
    """
    keys = (by,) if isinstance(by, str) else tuple(by)
    for key in keys:
        if key not in KEYS:
            raise unknown("key", key, KEYS)
    if calendar is not None:
        fiscal_calendar(calendar)
    periods = None if per is None else Periods.of(per, calendar)
    sums: dict[tuple[str, ...], Decimal] = {}
    counts: dict[tuple[str, ...], int] = {}
    for plan in planned:
        head = (plan.kind, *(str(getattr(plan, key) or NOT_STATED) for key in keys))
        parts = {"": plan.number} if periods is None else split(
            plan.number, plan.unit, plan.start, plan.end, periods
        )  # fmt: skip
        for period, number in parts.items():
            cell = (*head, *([period] if periods else ()), plan.unit)
            sums[cell] = EXACT.add(sums.get(cell, Decimal(0)), number)
            counts[cell] = counts.get(cell, 0) + 1
    names = ("kind", *keys, *(["period"] if periods else ()), "unit")
    return _table(sums, counts, names, periods, numbers)


def _table(
    sums: dict[tuple[str, ...], Decimal],
    counts: dict[tuple[str, ...], int],
    names: Sequence[str],
    periods: Periods | None,
    numbers: Numbers,
) -> pd.DataFrame:
    orders = [frames.sort_key(name) for name in names]
    ordered = sorted(
        sums, key=lambda cell: [order(label) for order, label in zip(orders, cell, strict=True)]
    )
    made: dict[str, Any] = {
        name: frames.words(cell[at] for cell in ordered) for at, name in enumerate(names)
    }
    made["planned"] = frames.amounts([sums[cell] for cell in ordered], numbers)
    made["records"] = pd.array([counts[cell] for cell in ordered], dtype="int64")
    result = pd.DataFrame(made)
    result.attrs["caption"] = "budgets and planned disbursements"
    if periods and periods.calendar:
        result.attrs["calendar"] = str(periods.calendar)
        result.attrs["fiscal_years"] = periods.calendar.code
        result.attrs["caption"] += f"; fiscal years {periods.calendar}"
    return result
