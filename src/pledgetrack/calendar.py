"""Days, fiscal calendars, periods, and the formula that splits an amount over days."""

from __future__ import annotations

import calendar as _months
import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from dateutil.relativedelta import relativedelta

from pledgetrack.errors import CalendarError, DayError, shown, unknown

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CODE = re.compile(r"([0-9]{1,2}):([a-z]+)")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")

Precision = Literal["day", "month"]
Class = Literal["short", "medium", "long", "open", "not stated"]
HORIZON_CLASSES: tuple[Class, ...] = ("short", "medium", "long", "open", "not stated")
OPEN, NOT_STATED = "open", "not stated"


def as_day(value: object) -> dt.date:
    """The day that a value names: a date, a midnight, or text like ``2024-08-01``.

    >>> as_day("2024-08-01"), as_day(dt.date(2024, 8, 1))
    (datetime.date(2024, 8, 1), datetime.date(2024, 8, 1))
    >>> as_day("01/08/2024")
    Traceback (most recent call last):
    pledgetrack.errors.DayError: '01/08/2024' is no day; write it as YYYY-MM-DD
    """
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[D]").item()
    if isinstance(value, dt.datetime) and value == value:  # noqa: PLR0124  # NaT equals nothing
        if value.tzinfo is not None or value.time() != dt.time():
            raise DayError(f"{value} is a moment, not a day; pass its date", value=value)
        return value.date()
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise DayError(f"{value!r} is not in the calendar", value=value) from None
    as_month(value)  # a month that is not in the calendar is told so
    raise DayError(f"{shown(value)} is no day; write it as YYYY-MM-DD", value=value)


def as_month(value: object) -> tuple[dt.date, dt.date] | None:
    """The first and last day of a month written as ``2022-04``; None for anything else.

    >>> as_month("2022-04")
    (datetime.date(2022, 4, 1), datetime.date(2022, 4, 30))
    """
    if not (isinstance(value, str) and _MONTH.fullmatch(value)):
        return None
    year, month = int(value[:4]), int(value[5:])
    if not (1 <= year <= 9999 and 1 <= month <= 12):
        raise DayError(f"{value!r} is not in the calendar", value=value)
    return month_of(dt.date(year, month, 1))


def month_of(day: dt.date) -> tuple[dt.date, dt.date]:
    """The first and last day of the month of a day."""
    last = _months.monthrange(day.year, day.month)[1]
    return day.replace(day=1), day.replace(day=last)


def horizon_class(announced: dt.date, end: dt.date | None, *, stated: bool) -> Class:
    """How far ahead a promise reaches, from its announcement to its last day.

    Short is up to one year, medium over one and up to five, long over five.

    >>> horizon_class(dt.date(2022, 7, 12), dt.date(2024, 7, 11), stated=True)
    'medium'
    """
    if not stated:
        return "not stated"
    if end is None:
        return "open"
    reaches: tuple[tuple[int, Class], ...] = ((1, "short"), (5, "medium"))
    for years, name in reaches:
        # Past the year 9999 there is no anniversary to pass.
        if announced.year + years > 9999 or end <= announced + relativedelta(years=years):
            return name
    return "long"


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """A fiscal year: its first month, and which calendar year names it.

    >>> FiscalCalendar(first_month=10, named_by="ending").year(dt.date(2022, 10, 1))
    2023
    >>> FiscalCalendar(first_month=4, named_by="starting").year(dt.date(2023, 3, 31))
    2022
    """

    first_month: int
    named_by: Literal["starting", "ending"] = "ending"
    name: str | None = None

    def __post_init__(self) -> None:
        if type(self.first_month) is not int or self.first_month not in range(1, 13):
            raise CalendarError(f"first month {self.first_month!r} is not one of 1 to 12")
        if self.named_by not in ("starting", "ending"):
            raise CalendarError(
                f"named_by {self.named_by!r} is neither 'starting' nor 'ending'",
                choices=("starting", "ending"),
            )

    def year(self, day: dt.date) -> int:
        """The number of the fiscal year that a day falls in."""
        return self.label_year(day.year if day.month >= self.first_month else day.year - 1)

    def label_year(self, starting: int) -> int:
        """The number of the fiscal year that starts in a calendar year."""
        return starting + (self.named_by == "ending" and self.first_month > 1)

    @property
    def code(self) -> str:
        """First month and naming as ``calendar=`` takes them: "4:starting"."""
        return f"{self.first_month}:{self.named_by}"

    def __str__(self) -> str:
        rule = f"from {_months.month_name[self.first_month]}, named by the {self.named_by} year"
        return f"{self.name} ({rule})" if self.name else rule


# 31 U.S.C. 1102: the fiscal year of the Treasury begins on 1 October, ends on 30 September.
CALENDARS = {"US": FiscalCalendar(10, "ending", "US")}


def fiscal_calendar(value: str | FiscalCalendar | None) -> FiscalCalendar:
    """The fiscal calendar that a name stands for.

    >>> print(fiscal_calendar("US"))
    US (from October, named by the ending year)
    >>> print(fiscal_calendar("4:starting"))
    from April, named by the starting year
    """
    if isinstance(value, FiscalCalendar):
        return value
    if value is None:
        raise CalendarError(
            "fiscal year start unknown; pass calendar='US' or "
            "calendar=pt.FiscalCalendar(first_month=4, named_by='starting')",
            choices=tuple(CALENDARS),
        )
    stated = _CODE.fullmatch(value) if isinstance(value, str) else None
    if stated:
        return FiscalCalendar(int(stated[1]), stated[2])  # type: ignore[arg-type]  # checked there
    if not isinstance(value, str) or value not in CALENDARS:
        raise CalendarError(
            f"unknown fiscal calendar {shown(value, 200)}; pass one of {', '.join(CALENDARS)}, its "
            "first month and naming, such as '4:starting', or "
            "pt.FiscalCalendar(first_month=..., named_by='starting' or 'ending')",
            choices=tuple(CALENDARS),
        )
    return CALENDARS[value]


PERIODS = ("year", "fiscal year", "quarter", "month")


@dataclass(frozen=True, slots=True)
class Periods:
    """Periods of equal months, numbered without a gap, so that they can be computed with.

    >>> quarters = Periods.of("quarter", "US")
    >>> number = quarters.number(dt.date(2022, 10, 1))
    >>> quarters.label(number), quarters.first_day(number)
    ('FY2023-Q1', datetime.date(2022, 10, 1))
    """

    months: int
    shift: int
    calendar: FiscalCalendar | None

    @classmethod
    def of(cls, per: str, calendar: str | FiscalCalendar | None = None) -> Periods:
        """The periods that ``per`` names; quarters follow the calendar where one is given."""
        if per not in PERIODS:
            raise unknown("period", per, PERIODS)
        fiscal = None
        if per == "fiscal year" or calendar is not None:
            fiscal = fiscal_calendar(calendar)
        if per in ("year", "month"):
            fiscal = None
        months = {"year": 12, "fiscal year": 12, "quarter": 3, "month": 1}[per]
        return cls(months, fiscal.first_month - 1 if fiscal else 0, fiscal)

    def number(self, day: dt.date) -> int:
        """The number of the period that a day falls in."""
        return (day.year * 12 + day.month - 1 - self.shift) // self.months

    def first_day(self, number: int) -> dt.date:
        """The first day of a period."""
        month = number * self.months + self.shift
        return dt.date(month // 12, month % 12 + 1, 1)

    def label(self, number: int) -> str:
        """The name of a period as people write it; names of one kind sort in time."""
        month = number * self.months + self.shift
        if self.calendar is None:
            year, rest = divmod(month, 12)
            if self.months == 12:
                return f"{year:04d}"
            return (
                f"{year:04d}-{rest + 1:02d}" if self.months == 1 else f"{year:04d}-Q{rest // 3 + 1}"
            )
        year, rest = divmod(month - self.shift, 12)
        label = f"FY{self.calendar.label_year(year):04d}"
        return label if self.months == 12 else f"{label}-Q{rest // 3 + 1}"


def numbers_of(periods: Periods, ordinals: Any) -> Any:
    """The period numbers of an array of proleptic ordinals."""
    if not len(ordinals):
        return np.zeros(0, dtype=np.int64)
    first, last = ordinals.min(), ordinals.max()
    # Days that come again and again are looked up.
    again = last - first < len(ordinals)
    days = np.arange(first, last + 1) if again else ordinals
    months = (days - _EPOCH).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    numbers = (months + 1970 * 12 - periods.shift) // periods.months
    return numbers.take(ordinals - first) if again else numbers


def first_ordinals(periods: Periods, numbers: Any) -> Any:
    """The proleptic ordinals of the first days of an array of period numbers."""
    months = (numbers * periods.months + periods.shift - 1970 * 12).astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64) + _EPOCH


_EPOCH = dt.date(1970, 1, 1).toordinal()


def prefix(amount: Any, done: Any, days: Any) -> Any:
    """The part of ``amount`` that falls on the first ``done`` of ``days`` days.

    Amounts are whole numbers of the smallest part (cents, visas). Each prefix is the exact share
    rounded once, half away from zero, so the parts between any boundaries add up to the amount
    ("cumulative rounding"). Works on integers and on numpy arrays of int64 or of objects.

    >>> [prefix(100, done, 3) for done in (0, 1, 2, 3)], prefix(-100, 1, 3)
    ([0, 33, 67, 100], -33)
    """
    size = abs(amount)
    whole = size // days
    rest = size - whole * days
    part = whole * done + _rounded(rest, done, days)
    return (
        np.where(amount < 0, -part, part)
        if isinstance(part, np.ndarray)
        else (-part if amount < 0 else part)
    )


def _rounded(rest: Any, done: Any, days: Any) -> Any:
    """``rest * done / days``, rounded half up, of a rest below ``days``.

    A double of ``twice + 0.5`` is exact below 2**51, and its quotient so near that it passes no
    whole number: the half keeps it off them. A product is quicker than a division. Windows of less
    than 2**25 days have no more.
    """
    twice = 2 * rest * done + days
    is_array = isinstance(twice, np.ndarray) and twice.dtype != object
    if not is_array or twice.max(initial=0) >= 1 << 51:
        return twice // (2 * days)
    return np.floor((twice + 0.5) * (0.5 / days)).astype(np.int64)
