"""The days and years that cells state, as people type them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pledgetrack.calendar import FiscalCalendar
from pledgetrack.formats.table_cells import decided, refusal, text_of, unmarked
from pledgetrack.stated_days import Given, month_names
from pledgetrack.vocabulary import fold

NO_DAYS = ("0000-00-00", "0001-01-01", "1900-01-00", "1900-01-01", "1899-12-30", "1899-12-31",
           "9999-12-31")  # fmt: skip
"""The days by which programs say that there is none."""

_TIME = r"(?:[T ][0-9:.]+(?: ?[AaPp]\.?[Mm]\.?)? ?(?:Z|[+-][0-9:]+)?)?"
_ISO = re.compile(rf"([0-9]{{4}})[-/.]([0-9]{{1,2}})[-/.]([0-9]{{1,2}}){_TIME}")
_DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_YEAR_MONTH = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})")
_NUMERIC = re.compile(rf"([0-9]{{1,2}})([-/. ])([0-9]{{1,2}})\2([0-9]{{4}}|[0-9]{{2}}){_TIME}")
_MONTH = r"(?P<month>[^\W\d_]+)\.?"
_NAMED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th|er|\.)?[ -]*(?:of |de )?{_MONTH},?[ -]*(?:de )?"
        r"(?P<year>[0-9]{4}|[0-9]{2})",
        rf"{_MONTH} *(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,? +(?P<year>[0-9]{{4}})",
        rf"{_MONTH},?[ -]*(?P<year>[0-9]{{4}})",
    )
)
_WEEKDAY = re.compile(r"^[^\W\d_]{3,10}, (?=.*[0-9])", re.IGNORECASE)


def day_in(cell: Any, *, day_first: bool = True, century: int | None = None) -> str:
    """The day that a cell states as ``YYYY-MM-DD``, or the month as ``YYYY-MM``.

    >>> day_in("November 5, 2015"), day_in("03/04/2020"), day_in("Mar-2021")
    ('2015-11-05', '2020-04-03', '2021-03')
    >>> day_in("5-Nov-15", century=2000)
    '2015-11-05'
    """
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, bool) or not isinstance(cell, (str, int, Decimal)):
        raise refusal(text_of(cell), "is no day")
    return _day_in(text_of(cell), day_first, century)


@lru_cache(maxsize=65536)
def _day_in(text: str, day_first: bool, century: int | None) -> str:
    if found := _ISO.fullmatch(text) or _DIGITS.fullmatch(text):
        return _day(text, *map(int, found.groups()))
    if found := _NUMERIC.fullmatch(text):
        one, two, year = int(found[1]), int(found[3]), _year(text, found[4], century)
        return _day(text, year, *((two, one) if day_first else (one, two)))
    if found := _YEAR_MONTH.fullmatch(text):
        return _day(text, int(found[1]), int(found[2]), 1)[:7]
    bare = _WEEKDAY.sub("", text)
    for pattern in _NAMED:
        if found := pattern.fullmatch(bare):
            month = month_names().get(fold(found["month"]))
            if month is None:
                continue
            year = _year(text, found["year"], century)
            if "day" not in pattern.groupindex:
                return f"{year:04d}-{month:02d}"
            return _day(text, year, month, int(found["day"]))
    if re.fullmatch(r"[12][0-9]{3}", text):
        raise refusal(text, 'is a year, no day; read it with "year end" or "year start"')
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", text):
        raise refusal(text, 'is no day; a number of days since 1900 is read with "excel day"')
    raise refusal(text, "is no day that is read; write it as YYYY-MM-DD")


def _year(text: str, digits: str, century: int | None) -> int:
    if len(digits) == 4:
        return int(digits)
    if century is None:
        raise refusal(text, "has a year of two digits; state century=2000 or century=1900")
    return century + int(digits)


def _day(text: str, year: int, month: int, day: int) -> str:
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        if f"{year:04d}-{month:02d}-{day:02d}" in NO_DAYS:
            return f"{year:04d}-{month:02d}-{day:02d}"
        raise refusal(text, "is not in the calendar") from None


def is_day_first(
    column: str,
    cells: Iterable[tuple[int, Any]],
    where: str,
    *,
    stated: bool | None = None,
    century: int | None = None,
) -> bool:
    """Whether a column writes the day before the month: stated, or as its cells show."""
    if stated is not None:
        return bool(stated)
    found = decided(
        (True, False),
        cells,
        lambda text, first: _day_in(text, first, century),
        column=column,
        where=where,
        shown=lambda text, first: f"{_day_in(text, first, century)} (day_first={first})",
    )
    return found is not False


def year_in(cell: Any) -> int:
    """The year that a cell states.

    >>> year_in("2021"), year_in(Decimal("2021.0"))
    (2021, 2021)
    """
    text = text_of(cell)
    found = re.fullmatch(r"([12][0-9]{3})(?:\.0+)?", text)
    if not found:
        raise refusal(text, "is no year")
    return int(found[1])


def excel_day(cell: Any) -> str:
    """The day of a number of days as Excel counts them.

    >>> excel_day("43831"), excel_day(Decimal("43831.5"))
    ('2020-01-01', '2020-01-01')
    """
    text = text_of(cell)
    if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]+)?", text) or not 61 <= Decimal(text) < 2958466:
        raise refusal(text, "is no number of days since 1900")
    return (dt.date(1899, 12, 30) + dt.timedelta(days=int(Decimal(text)))).isoformat()


# --- years ----------------------------------------------------------------------------------------

_YEARS = re.compile(
    r"(?P<fiscal>FY|fiscal years?)?\s*(?P<one>[12][0-9]{3})(?:\.0+)?"
    r"(?:\s*(?P<link>-|–|—|/|to|until|and)\s*(?:FY)?\s*(?P<other>[12][0-9]{3}|[0-9]{2}))?",
    re.IGNORECASE,
)


def years_in(cell: Any, calendar: FiscalCalendar | None = None) -> tuple[dt.date, dt.date]:
    """The first and the last day of the year, years or fiscal year that a cell states.

    With a fiscal calendar every year is one of its years.

    >>> [str(day) for day in years_in("2021-2023")]
    ['2021-01-01', '2023-12-31']
    >>> [str(day) for day in years_in("2021/22", FiscalCalendar(first_month=7))]
    ['2021-07-01', '2022-06-30']
    """
    text = text_of(cell)
    found = _YEARS.fullmatch(unmarked(text))
    if not found:
        raise refusal(text, "is no year and no range of years; write 2021 or 2021-2023")
    one, other = int(found["one"]), found["other"]
    short = other is not None and (len(other) == 2 or found["link"] == "/")
    if calendar is None and (short or found["fiscal"]):
        raise refusal(text, "may be a fiscal year; state calendar=, or write 2021-2023")
    if other and found["link"].casefold() == "and" and int(other) != one + 1:
        raise refusal(text, "names two years apart; write a row for each")
    if calendar is None:
        last = int(other) if other else one
        first_day, last_day = dt.date(one, 1, 1), dt.date(last, 12, 31)
    else:
        given = Given(text, None, calendar)
        starts_one = one - (calendar.label_year(2000) - 2000)
        if short:
            follows = int(other) % 100 == (one + 1) % 100
            if not follows or calendar.first_month == 1:
                raise refusal(text, "is no fiscal year of the calendar; write 2021-2023")
            starts_one = one
        first_day, last_day = given.months(starts_one, calendar.first_month, 12)
        if other and not short:
            last_day = given.fiscal_year(int(other))[1]
    if last_day < first_day:
        raise refusal(text, "ends before it begins")
    return first_day, last_day
