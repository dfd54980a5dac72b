"""What cells state: names, amounts, days, years and currencies, as people type them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack.formats.table_amounts import amount_in, currency_in, decimal_sign
from pledgetrack.formats.table_cells import CellError, text_of, unmarked
from pledgetrack.formats.table_days import day_in, excel_day, is_day_first, year_in, years_in
from pledgetrack.strategies import amounts, days


@given(amounts(), st.sampled_from([",", " ", "'", "\u00a0", "\u202f", ""]), st.booleans())
def test_a_number_is_read_whatever_its_separators(number: Decimal, group: str, minus: bool) -> None:
    """Also with the signs of the other half of the world."""
    signed = -number if minus else number
    text = f"{signed:,f}"
    assert amount_in(text.replace(",", group)).number == signed
    swapped = text.translate(str.maketrans(",.", ".,"))
    assert amount_in(swapped, ",").number == signed


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5-", "-5"), ("(5)", "-5"), ("( 1,200.00 )", "-1200"), ("\u22125", "-5"), ("-$5", "-5"),
        ("$(5)", "-5"), ("($5)*", "-5"), ("+7", "7"), (".5", "0.5"), ("1.", "1"),
        ("1,200.-", "1200"), ("Rs. 1,200", "1200"),
        ("1,200.--", "1200"),
        ("1e+06", "1000000"),
        ("1.5E-2", "0.015"), ("12,34,567", "1234567"), ("1,200 (a)", "1200"), ("1,200 1/", "1200"),
        ("1,200²", "1200"), ("1,200 †‡", "1200"), ("1,200 (12)", "1200"), ("5 000 kr", "5000"),
    ],
)  # fmt: skip
def test_numbers_as_people_type_them(text: str, number: str) -> None:
    """Signs, parentheses, marks of footnotes, scientific notation."""
    assert amount_in(text).number == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["3-4", "--5", "1/2", "1,2,3", "1.2.3", "1 2", "12%", "5 per cent", "abc", "2020-01-01", "€",
     "(5", "1" * 99, "NaN", "Infinity", True, Decimal("Infinity"), dt.date(2024, 1, 1)],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: Any) -> None:
    """With the cell quoted."""
    with pytest.raises(CellError):
        amount_in(text)


def test_names_lose_marks_and_stray_spaces() -> None:
    """And nothing else."""
    for text in ("Norway*", "Norway ²", "Norway (a)", "Norway [1]", "Norway 1/", "Norway (iv)"):
        assert unmarked(text) == "Norway"
    for text in ("Norway (NO)", "Group of 7", "Peru (Lima)", "A/B", "*", "(a)"):
        assert unmarked(text) == text
    assert text_of("\ufeff a\u200b\n b\u00a0") == "a b"


FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d %B %Y", "%d-%b-%Y", "%B %d, %Y", "%b %d %Y",
         "%A, %B %d, %Y", "%Y-%m-%dT00:00:00", "%Y-%m-%d 23:59:59")  # fmt: skip


@given(days(), st.sampled_from(FORMS))
def test_days_that_can_be_read_in_one_way(day: dt.date, form: str) -> None:
    """Need no statement."""
    for day_first in (True, False):
        assert day_in(day.strftime(form), day_first=day_first) == day.isoformat()


@given(days(), st.sampled_from("/.-"))
def test_days_in_numbers_are_read_as_stated(day: dt.date, sign: str) -> None:
    """The day first, or the month."""
    assert day_in(day.strftime(f"%d{sign}%m{sign}%Y"), day_first=True) == day.isoformat()
    assert day_in(day.strftime(f"%m{sign}%d{sign}%Y"), day_first=False) == day.isoformat()
    short = day.strftime(f"%d{sign}%m{sign}%y")
    assert day_in(short, day_first=True, century=2000) == day.isoformat()
    with pytest.raises(CellError, match="two digits"):
        day_in(short)


@given(st.lists(days(), min_size=1), st.booleans())
def test_a_column_of_days_is_read_right_or_refused(drawn: list[dt.date], day_first: bool) -> None:
    """Never in the wrong order."""
    form = "%d/%m/%Y" if day_first else "%m/%d/%Y"
    cells = [(at, day.strftime(form)) for at, day in enumerate(drawn)]
    try:
        found = is_day_first("Day", cells, "file")
    except pt.TableError:
        assert all(day.day <= 12 for day in drawn)
        return
    assert [day_in(text, day_first=found) for _, text in cells] == [d.isoformat() for d in drawn]


@given(st.lists(amounts(), min_size=1), st.booleans())
def test_a_column_of_numbers_is_read_right_or_refused(drawn: list[Decimal], swap: bool) -> None:
    """Never with the other sign."""
    texts = [f"{number:,f}" for number in drawn]
    if swap:
        texts = [text.translate(str.maketrans(",.", ".,")) for text in texts]
    try:
        sign = decimal_sign("Amount", list(enumerate(texts)), "file")
    except pt.TableError:
        return
    assert [amount_in(text, sign).number for text in texts] == drawn


def test_months_years_and_days_of_excel() -> None:
    """A month is one; a year is no day, unless it is read as its end."""
    assert day_in("Mar 2021") == day_in("2021-03") == "2021-03"
    assert (year_in("2021"), year_in(2021)) == (2021, 2021)
    assert excel_day(43831) == "2020-01-01"
    for text in ("2021", "43831", "Q1 2020", "31/31/2020", "2021-02-30", "soon"):
        with pytest.raises(CellError):
            day_in(text)
    for wrong in ("60", "x", "-1"):
        with pytest.raises(CellError):
            excel_day(wrong)
    with pytest.raises(CellError):
        year_in("21")


@pytest.mark.parametrize(
    ("text", "calendar", "window"),
    [
        ("2021", None, ("2021-01-01", "2021-12-31")),
        ("2021-2023", None, ("2021-01-01", "2023-12-31")),
        ("2021 to 2023*", None, ("2021-01-01", "2023-12-31")),
        ("2021 and 2022", None, ("2021-01-01", "2022-12-31")),
        ("FY2021", pt.FiscalCalendar(10), ("2020-10-01", "2021-09-30")),
        ("2021", pt.FiscalCalendar(10), ("2020-10-01", "2021-09-30")),
        ("2021/22", pt.FiscalCalendar(4, "starting"), ("2021-04-01", "2022-03-31")),
        ("2021-22", pt.FiscalCalendar(7), ("2021-07-01", "2022-06-30")),
        ("2021-2023", pt.FiscalCalendar(7), ("2020-07-01", "2023-06-30")),
    ],
)
def test_years_and_their_ranges(
    text: str, calendar: pt.FiscalCalendar | None, window: tuple[str, str]
) -> None:
    """Calendar years, or those of the fiscal calendar that is stated."""
    assert tuple(map(str, years_in(text, calendar))) == window


@pytest.mark.parametrize("text", ["FY2021", "2021/22", "2021-22", "2023-2021", "21", "2021 and 25"])
def test_years_that_are_not_sure_are_refused(text: str) -> None:
    """Without a calendar a fiscal year has no days."""
    with pytest.raises(CellError):
        years_in(text)


def test_currencies_by_code_name_and_sign() -> None:
    """What may be several is refused, naming them."""
    known = {"usd": "USD", "AUD ": "AUD", "Euros": "EUR", "US dollars": "USD", "€": "EUR",
             "£": "GBP", "US$": "USD", "$ USD": "USD", "USD $": "USD", "SDR": "XDR"}  # fmt: skip
    for text, code in known.items():
        assert currency_in(text) == code
    for text in ("$", "kr", "dollars", "bananas", "million USD"):
        with pytest.raises(CellError):
            currency_in(text)
    assert currency_in("$", "AUD") == "AUD"
