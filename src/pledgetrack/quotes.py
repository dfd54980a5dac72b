"""Quotes: how people write tables of exchange rates, and which way round these are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from pledgetrack.calendar import as_day
from pledgetrack.errors import UnitError
from pledgetrack.sheets import MISSING, Sheet, currency, positive

Series = Mapping[dt.date | None, Decimal | Fraction | None]
"""What one unit of the base is worth in a currency, by day; None where a table says: none.

What holds on every day stands under None.
"""

_COLUMNS = ("day", "date", "base", "quote", "currency", "rate")


class _Quote(NamedTuple):
    """One unit of the base is worth so much of the quote; None where a table says: none."""

    row: int
    on: dt.date
    base: str
    quote: str
    value: Decimal | None


def series_of(
    sheet: Sheet,
    *,
    base: str | None = None,
    quote: str | None = None,
    inverse: Iterable[str] = (),
    columns: Mapping[str, str] | None = None,
    codes: Mapping[str, str | None] | None = None,
) -> tuple[str, dict[str, Series]]:
    r"""The base of a sheet of rates, and what one unit of it is worth in each currency by day.

    >>> from pledgetrack.sheets import parse_sheet
    >>> sheet = parse_sheet(b"day,base,quote,rate\n2024-01-05,AUD,USD,0.5\n", "rates.csv")
    >>> series_of(sheet)
    ('AUD', {'USD': {datetime.date(2024, 1, 5): Decimal('0.5')}})
    """
    found = sheet.columns(columns, _COLUMNS)
    dated = found.get("day", found.get("date"))
    if dated is None:
        raise sheet.stop("there is no column 'day' or 'date'; pass columns={'day': ...}")
    stated = _direction(base, quote, inverse)
    name = _namer(sheet, sheet.by_name("codes", codes, "{'Japan': 'JPY'}"))
    named = [key for key in ("base", "quote", "currency") if key in found]
    if "rate" in found and named == ["base", "quote"]:
        if stated != _Direction(None, False, frozenset()):
            raise sheet.stop("each row names its base and quote; leave out base, quote and inverse")
        pivot, quotes = None, list(_rows(sheet, dated, found, name))
    elif ("rate" in found and named == ["currency"]) or ("rate" not in found and not named):
        pivot = stated.common
        if pivot is None:
            raise sheet.stop(
                "which way round are these rates? pass base='EUR' where a rate is what one EUR is "
                "worth in the other currency, or quote='EUR' where it is what one unit of the "
                "other currency is worth in EUR"
            )
        cells = (
            _columns(sheet, dated, name) if not named else _currencies(sheet, dated, found, name)
        )
        quotes = [_turned(cell, stated) for cell in cells]
        for code in sorted(stated.inverse - {code for quote in quotes for code in quote[2:4]}):
            sheet.note(f"inverse names {code}, of which there is no rate")
    else:
        raise sheet.stop(
            "rates come in columns day, base, quote, rate; or day, currency, rate; or day and a "
            f"column for each currency (here are: {', '.join(sheet.header)[:200]})"
        )
    if not quotes and not sheet.problems:
        sheet.note("has no rates")
    pivot = pivot or _common(sheet, quotes)
    series = _by_currency(sheet, quotes, pivot)
    sheet.refuse()
    return pivot, series


class _Direction(NamedTuple):
    """The currency that all rates have in common, whether it is the quote, and the exceptions."""

    common: str | None
    is_quote: bool
    inverse: frozenset[str]


def _direction(base: str | None, quote: str | None, inverse: Iterable[str]) -> _Direction:
    if base is not None and quote is not None:
        raise UnitError(
            "pass base or quote, not both; the other one is the currency of each rate", unit=quote
        )
    stated = base if base is not None else quote
    turned = [inverse] if isinstance(inverse, str) else inverse
    if not isinstance(turned, Iterable):
        raise UnitError(f"inverse is {inverse!r:.40}, not a list of currencies", unit=inverse)
    return _Direction(
        None if stated is None else currency(stated),
        quote is not None,
        frozenset(currency(code) for code in turned),
    )


def _namer(
    sheet: Sheet, codes: Mapping[str, str | None]
) -> Callable[[Any, int | None], str | None]:
    """A function for the currency of a name: None where it is left out, or noted as none."""
    known = {name: None if code is None else currency(code) for name, code in codes.items()}

    def name(cell: Any, row: int | None) -> str | None:
        text = str(cell)
        if text not in known:
            try:
                known[text] = currency(text)
            except UnitError as error:
                # Once is enough: a name stands in many rows.
                known[text] = None
                sheet.note(f"{error}, or pass codes={{{text[:40]!r}: ...}}", row)
        return known[text]

    return name


def _rows(
    sheet: Sheet, dated: int, found: dict[str, int], name: Callable[[Any, int | None], str | None]
) -> Iterator[_Quote]:
    """One rate in each row, with its base and its quote."""
    for row, cells in sheet.rows:
        base, quote = (name(cells[found[key]], row) for key in ("base", "quote"))
        if base is None or quote is None:
            continue
        on = sheet.tried(as_day, cells[dated], row)
        if on is not None:
            yield from (
                _Quote(row, on, base, quote, v) for v in _value(sheet, row, cells[found["rate"]])
            )


_Cell = tuple[int, dt.date, str, Decimal | None]


def _currencies(
    sheet: Sheet, dated: int, found: dict[str, int], name: Callable[[Any, int | None], str | None]
) -> Iterator[_Cell]:
    """One rate in each row, with its currency."""
    for row, cells in sheet.rows:
        code = name(cells[found["currency"]], row)
        if code is None:
            continue
        on = sheet.tried(as_day, cells[dated], row)
        if on is not None:
            yield from ((row, on, code, v) for v in _value(sheet, row, cells[found["rate"]]))


def _columns(
    sheet: Sheet, dated: int, name: Callable[[Any, int | None], str | None]
) -> Iterator[_Cell]:
    """A rate in each cell, under the currency of its column."""
    titles = [(at, name(title, None)) for at, title in enumerate(sheet.header) if at != dated]
    for row, cells in sheet.rows:
        on = sheet.tried(as_day, cells[dated], row)
        if on is None:
            continue
        for at, code in titles:
            if code is not None:
                yield from ((row, on, code, value) for value in _value(sheet, row, cells[at]))


def _value(sheet: Sheet, row: int, cell: Any) -> Iterator[Decimal | None]:
    """The rate of a cell, None where it says that there is none, nothing where it is a mistake."""
    if isinstance(cell, str) and cell in MISSING:
        yield None
        return
    value = sheet.tried(positive, cell, row)
    if value is not None:
        yield value


def _turned(cell: _Cell, stated: _Direction) -> _Quote:
    """The quote of a cell, the way round that the caller says."""
    row, on, code, value = cell
    other = stated.common or ""
    if stated.is_quote != (code in stated.inverse):
        return _Quote(row, on, code, other, value)
    return _Quote(row, on, other, code, value)


def _common(sheet: Sheet, quotes: list[_Quote]) -> str:
    """The currency that all rates have in common, through which cross rates go."""
    shared: set[str] = set()
    for at, quote in enumerate(quotes):
        pair = {quote.base, quote.quote}
        shared = shared & pair if at else pair
        if not shared:
            sheet.note(
                f"{quote.base} and {quote.quote} have no currency in common with the rates above; "
                "put rates with another base into another table",
                quote.row,
            )
            return quote.base
    if not quotes:
        return ""
    return quotes[0].base if quotes[0].base in shared else quotes[0].quote


def _by_currency(sheet: Sheet, quotes: list[_Quote], pivot: str) -> dict[str, Series]:
    series: dict[str, dict[dt.date | None, Decimal | Fraction | None]] = {}
    rows: dict[tuple[str, dt.date], int] = {}
    for row, on, base, quote, value in quotes:
        code = quote if base == pivot else base
        if code == pivot:
            if value not in (None, 1):
                sheet.note(f"one {pivot} is not {value} {pivot}", row)
            continue
        made = 1 / Fraction(value) if quote == pivot and value is not None else value
        known = series.setdefault(code, {})
        if on in known and known[on] != made:
            first = rows[code, on]
            sheet.note(f"another rate of {code} for {on} than in {sheet.row_word} {first}", row)
        elif on not in known:
            known[on] = made
            rows[code, on] = row
    return dict(series)
