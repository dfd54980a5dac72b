"""What the cells of a table state: names, amounts of money, days, as people type them.

A column is read in one way. Whether a comma is a decimal sign, and whether 03/04/2020 is in March
or in April, is decided by the cells of the column that can be read in one way only; where none
decides, the column is refused with an example.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeVar

from pledgetrack.calendar import FiscalCalendar
from pledgetrack.errors import TableError, UnitError
from pledgetrack.grids import Formula
from pledgetrack.render import clip
from pledgetrack.stated_days import Given, month_names
from pledgetrack.units import is_currency
from pledgetrack.vocabulary import SIGNS, codes_of_dollar, codes_of_word, fold, money_names

DecimalSign = Literal[".", ","]
_T = TypeVar("_T")

NIL = ("", "-", "–", "—", "n/a", "n.a.", "#n/a", "null", ".", "..", "...", "…", "not given",
       "not available", "not applicable", "not reported", "not specified")  # fmt: skip
"""The cells that say that nothing is stated, whatever their capitals."""

NO_DAYS = ("0000-00-00", "0001-01-01", "1900-01-00", "1900-01-01", "1899-12-30", "1899-12-31",
           "9999-12-31")  # fmt: skip
"""The days by which programs say that there is none."""

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u2060\ufeff\u00ad"))
_MARKS = (
    r"(?:\s*(?:[*†‡§¹²³⁰⁴-⁹ᵃ-ᵉ]+|\((?:[a-z]|[ivx]{1,4}|[0-9]{1,2})\)|\[(?:[a-z]|[0-9]{1,2})\])"
    r"|\s[a-z0-9]{1,2}/)"
)
_MARK = re.compile(f"{_MARKS}+$", re.IGNORECASE)
_ONE_MARK = re.compile(f"{_MARKS}$", re.IGNORECASE)


def text_of(cell: Any) -> str:
    r"""The text of a cell on one line, without stray and invisible spaces.

    >>> text_of(" United\u00a0Kingdom "), text_of(None), text_of(Decimal("1E+3"))
    ('United Kingdom', '', '1000')
    """
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    text = cell if isinstance(cell, str) else str(cell)
    if not text.isascii():
        text = text.translate(_INVISIBLE)
    return " ".join(text.split())


def unmarked(text: str) -> str:
    """A text without the footnote marks at its end.

    >>> unmarked("Norway*"), unmarked("1,200 (a)"), unmarked("Chad²"), unmarked("Peru 1/")
    ('Norway', '1,200', 'Chad', 'Peru')
    """
    last = text[-1:]
    if last.isascii() and last not in "*)]/":
        return text
    return _MARK.sub("", text) or text


class CellError(ValueError):
    """A cell that is not read: what is wrong with it, and what to do."""


def _refusal(text: str, what: str) -> CellError:
    return CellError(f"{clip(text, 40)!r} {what}")


# --- numbers --------------------------------------------------------------------------------------


class Amount(NamedTuple):
    """A number, and the currency written beside it, where there is one."""

    number: Decimal
    currency: str


_COMMON = {
    ".": re.compile(r"-?(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]+)?"),
    ",": re.compile(r"-?(?:[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,[0-9]+)?"),
}
_NUMBERS: dict[str, re.Pattern[str]] = {
    sign: re.compile(
        rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?P<group>[{group} '’])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*"
        rf"|[1-9][0-9]?(?:{group}[0-9]{{2}})+{group}[0-9]{{3}})?"
        rf"(?:[{sign}][0-9]*)?(?:[eE][+-]?[0-9]{{1,2}})?"
    )
    for sign, group in ((".", ","), (",", r"\."))
}
_SIGNED = re.compile(
    r"(?P<before>[^0-9.,]*)(?P<core>[0-9.,][0-9.,'’ ]*(?:[eE][+-]?[0-9]{1,2})?)(?P<after>[^0-9.,]*)"
)
_MINUS = re.compile(r"[-−–]")
_MOST_DIGITS = 80
_SHARE = re.compile(r"%|‰|\bper ?cent\b|\bpct\b", re.IGNORECASE)


def amount_in(cell: Any, decimal: DecimalSign = ".") -> Amount:
    """The amount that a cell states; ``decimal`` is the sign before its decimals.

    A minus may stand before, behind, or as parentheses around the number.

    >>> amount_in("1,200.50 (a)").number, amount_in("(1.200,5)", ",").number
    (Decimal('1200.50'), Decimal('-1200.5'))
    >>> amount_in("€ 12-")
    Amount(number=Decimal('-12'), currency='€')
    >>> amount_in("12%")
    Traceback (most recent call last):
    pledgetrack.table_cells.CellError: '12%' is a share, no amount; ...
    """
    if isinstance(cell, (int, Decimal)) and not isinstance(cell, bool):
        number = Decimal(cell)
        if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
            raise _refusal(str(cell), "is no amount")
        return Amount(number, "")
    if isinstance(cell, Formula):
        what = "is a formula without a value; open the file in a spreadsheet program and save it"
        raise _refusal(cell, what)
    if not isinstance(cell, str):
        raise _refusal(text_of(cell), "is no number; name the column of the amounts")
    return _read_amount(text_of(cell), decimal)


def _read_amount(text: str, decimal: DecimalSign) -> Amount:
    # What most cells are needs no look at marks, signs and currencies.
    if len(text) < _MOST_DIGITS and _COMMON[decimal].fullmatch(text):
        plain = text.replace(",", "") if decimal == "." else text.replace(".", "").replace(",", ".")
        return Amount(Decimal(plain), "")
    return _amount_in(text, decimal)


@lru_cache(maxsize=65536)
def _amount_in(text: str, decimal: DecimalSign) -> Amount:
    if len(text) > _MOST_DIGITS:
        raise _refusal(text, "is no number; write digits alone")
    if _SHARE.search(text):
        raise _refusal(text, "is a share, no amount; name a column of amounts")
    bare = _MINUS.sub("-", text)
    while (shorter := _ONE_MARK.sub("", bare)) != bare and any(map(str.isdigit, shorter)):
        bare = shorter
    inner = re.sub(r"^([^()]*)\(([^()]*)\)([^()]*)$", r"\1\2\3", bare)
    found = _SIGNED.fullmatch(inner.strip())
    before, core, after = (found[at].strip() for at in (1, 2, 3)) if found else ("", "", "")
    beside = f"{before} {after}"
    minus = beside.count("-") + (inner != bare)
    if minus > 1 or not any(map(str.isdigit, core)):
        what = "is no number; write one, or leave the cell empty where none is stated"
        raise _refusal(text, what)
    if not _NUMBERS[decimal].fullmatch(core):
        what = (
            f"is no number with the decimal sign {decimal!r}; correct the cell, or state decimal="
        )
        raise _refusal(text, what)
    group = "," if decimal == "." else "."
    number = Decimal(re.sub(f"[{group} '’]", "", core).replace(",", "."))
    currency = re.sub("[-+]", " ", beside).strip()
    return Amount(-number if minus else number, currency)


def decimal_sign(
    column: str, cells: Iterable[tuple[int, Any]], where: str, stated: str | None = None
) -> DecimalSign:
    """The sign before the decimals in a column: stated, or the one that its cells show.

    Cells are given with the number of their row. Refuses a column whose cells can be read in two
    ways, and one whose cells show both signs.
    """
    if stated is not None:
        if stated not in (".", ","):
            raise TableError(f"decimal={stated!r} is neither '.' nor ','", choices=(".", ","))
        return "." if stated == "." else ","
    signs: tuple[DecimalSign, ...] = (".", ",")
    return _decided(
        signs, cells, lambda text, sign: _read_amount(text, sign).number,
        column=column, where=where,
        shown=lambda text, sign: f"{_read_amount(text, sign).number:f} (decimal={sign!r})",
    ) or "."  # fmt: skip


def _decided(
    choices: tuple[_T, ...],
    cells: Iterable[tuple[int, Any]],
    read: Callable[[str, Any], Any],
    *,
    column: str,
    where: str,
    shown: Callable[[str, Any], str],
) -> _T | None:
    """The one of two ways of reading that the cells of a column allow; None where both agree."""
    only: dict[Any, tuple[int, str]] = {}
    either: tuple[int, str] | None = None
    for row, cell in cells:
        if not isinstance(cell, str) or isinstance(cell, Formula):
            continue
        text = text_of(cell)
        if text.isdigit():
            continue
        readings = {}
        # Once a cell has decided, the others need only be readable in that way.
        for choice in sorted(choices, key=lambda choice: choice not in only):
            try:
                readings[choice] = read(text, choice)
            except CellError:
                continue
            if choice in only and len(only) == 1:
                break
        if len(readings) == 1 and not (only.keys() & readings.keys()):
            only.setdefault(next(iter(readings)), (row, text))
        elif len(readings) == 2 and either is None and len(set(readings.values())) > 1:
            either = (row, text)
    if len(only) > 1:
        examples = tuple(text for _, text in only.values())
        said = " and ".join(f"{text!r} (row {row})" for row, text in only.values())
        ways = " or ".join(
            shown(only[choice][1], choice).rpartition("(")[2][:-1] for choice in choices
        )
        raise TableError(
            f"{where}: column {column!r} is written in two ways: {said}; correct it, or state "
            f"{ways}",
            column=column, examples=examples,
        )  # fmt: skip
    if only:
        found: _T = next(iter(only))
        return found
    if either:
        row, text = either
        ways = " or ".join(shown(text, choice) for choice in choices)
        raise TableError(
            f"{where}: {text!r} in column {column!r} (row {row}) may be {ways}; state which, for "
            "no cell of the column decides it",
            column=column, examples=(text,),
        )  # fmt: skip
    return None


# --- days -----------------------------------------------------------------------------------------

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
        raise _refusal(text_of(cell), "is no day")
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
        raise _refusal(text, 'is a year, no day; read it with "year end" or "year start"')
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", text):
        raise _refusal(text, 'is no day; a number of days since 1900 is read with "excel day"')
    raise _refusal(text, "is no day that is read; write it as YYYY-MM-DD")


def _year(text: str, digits: str, century: int | None) -> int:
    if len(digits) == 4:
        return int(digits)
    if century is None:
        raise _refusal(text, "has a year of two digits; state century=2000 or century=1900")
    return century + int(digits)


def _day(text: str, year: int, month: int, day: int) -> str:
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        if f"{year:04d}-{month:02d}-{day:02d}" in NO_DAYS:
            return f"{year:04d}-{month:02d}-{day:02d}"
        raise _refusal(text, "is not in the calendar") from None


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
    found = _decided(
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
        raise _refusal(text, "is no year")
    return int(found[1])


def excel_day(cell: Any) -> str:
    """The day of a number of days as Excel counts them.

    >>> excel_day("43831"), excel_day(Decimal("43831.5"))
    ('2020-01-01', '2020-01-01')
    """
    text = text_of(cell)
    if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]+)?", text) or not 61 <= Decimal(text) < 2958466:
        raise _refusal(text, "is no number of days since 1900")
    return (dt.date(1899, 12, 30) + dt.timedelta(days=int(Decimal(text)))).isoformat()


# --- currencies -----------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def currency_in(text: str, dollar: str | None = None) -> str:
    """The currency that a code, a name or a sign stands for.

    >>> currency_in("EUR"), currency_in("US dollars"), currency_in("€"), currency_in("$", "CAD")
    ('EUR', 'USD', 'EUR', 'CAD')
    >>> currency_in("$")
    Traceback (most recent call last):
    pledgetrack.table_cells.CellError: '$' may be USD, CAD, AUD, MXN, ...; state dollar=
    """
    name = text_of(text).strip(".:()[] ")
    if is_currency(name):
        return name
    plain = fold(name)
    signs = {fold(sign): codes for sign, codes in SIGNS.items()} | {"$": codes_of_dollar()}
    codes = codes_of_word(name) or signs.get(plain) or money_names("en").get(tuple(plain.split()))
    if not codes and (found := re.fullmatch(r"(\S+) ([A-Za-z]{3})|([A-Za-z]{3}) ?(\S+)", name)):
        # "$ USD", "USD $": a code beside its own sign.
        code, sign = (found[2], found[1]) if found[2] else (found[3], found[4])
        if codes_of_word(code) and codes_of_word(code)[0] in signs.get(fold(sign), ()):
            codes = codes_of_word(code)
    if not codes:
        raise _refusal(name, "is no currency; write its ISO 4217 code, or map it with a lookup")
    if len(codes) == 1:
        return codes[0]
    if dollar is not None and dollar in codes:
        return dollar
    shown = ", ".join(codes[:4]) + (", ..." if len(codes) > 4 else "")
    hint = "state dollar=" if "USD" in codes else "write its ISO 4217 code, or map it with a lookup"
    raise _refusal(name, f"may be {shown}; {hint}")


def currency_of(text: str, dollar: str | None = None) -> str | None:
    """The currency that a text stands for, or None."""
    try:
        return currency_in(text, dollar)
    except (CellError, UnitError):
        return None


def stated(cells: Iterable[Any], nil: frozenset[str]) -> Iterator[tuple[int, Any]]:
    """The cells that state something, each with its place."""
    for at, cell in enumerate(cells):
        if not is_nil(cell, nil):
            yield at, cell


def is_nil(cell: Any, nil: frozenset[str]) -> bool:
    """Whether a cell says that nothing is stated.

    >>> is_nil(" Not given ", frozenset(NIL)), is_nil("0", frozenset(NIL))
    (True, False)
    """
    if cell is None:
        return True
    if type(cell) is not str:
        return False
    if len(cell) > 40:
        return False
    text = text_of(cell)
    return not text or text.casefold() in nil


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
        raise _refusal(text, "is no year and no range of years; write 2021 or 2021-2023")
    one, other = int(found["one"]), found["other"]
    short = other is not None and (len(other) == 2 or found["link"] == "/")
    if calendar is None and (short or found["fiscal"]):
        raise _refusal(text, "may be a fiscal year; state calendar=, or write 2021-2023")
    if other and found["link"].casefold() == "and" and int(other) != one + 1:
        raise _refusal(text, "names two years apart; write a row for each")
    if calendar is None:
        last = int(other) if other else one
        first_day, last_day = dt.date(one, 1, 1), dt.date(last, 12, 31)
    else:
        given = Given(text, None, calendar)
        starts_one = one - (calendar.label_year(2000) - 2000)
        if short:
            follows = int(other) % 100 == (one + 1) % 100
            if not follows or calendar.first_month == 1:
                raise _refusal(text, "is no fiscal year of the calendar; write 2021-2023")
            starts_one = one
        first_day, last_day = given.months(starts_one, calendar.first_month, 12)
        if other and not short:
            last_day = given.fiscal_year(int(other))[1]
    if last_day < first_day:
        raise _refusal(text, "ends before it begins")
    return first_day, last_day
