"""Tables of rates as people write them: three forms, one direction, every mistake at once."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack.quotes import series_of
from pledgetrack.sheets import parse_sheet

LONG = "day,base,quote,rate\n2024-01-05,EUR,USD,1.0921\n2024-01-05,GBP,EUR,1.16\n"
ONE_SIDED = "date,currency,rate\n2024-01-05,USD,1.0921\n2024-01-05,GBP,0.86\n"
WIDE = "date,USD,GBP,\n2024-01-05,1.0921,N/A,\n2024-01-04,1.0953,,\n"
FED = {
    "Australia": "AUD", "Brazil": "BRL", "Canada": "CAD", "China": "CNY", "Denmark": "DKK",
    "Euro": "EUR", "Hong Kong": "HKD", "India": "INR", "Japan": "JPY", "Malaysia": "MYR",
    "Mexico": "MXN", "New Zealand": "NZD", "Norway": "NOK", "Singapore": "SGD",
    "South Africa": "ZAR", "South Korea": "KRW", "Sweden": "SEK", "Switzerland": "CHF",
    "Taiwan": "TWD", "Thailand": "THB", "Venezuela": None,
}  # fmt: skip


def written(folder: Path, text: str) -> Path:
    """A file with a table of rates."""
    path = folder / "rates.csv"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str, **options: Any) -> list[str]:
    """What is wrong with a table."""
    with pytest.raises(pt.InvalidRatesError) as caught:
        pt.Rates.read_csv(written(folder, text), **options)
    return [str(problem) for problem in caught.value.problems]


def test_rows_may_state_each_its_direction(tmp_path: Path) -> None:
    """EUR to USD and GBP to EUR are rates through the euro, whichever side it stands on."""
    rates = pt.Rates.read_csv(written(tmp_path, LONG))
    assert rates.base == "EUR"
    assert rates.rate("GBP", "USD", "2024-01-05").value == Fraction("1.16") * Fraction("1.0921")


def test_one_currency_may_be_common_to_all_rates(tmp_path: Path) -> None:
    """What the caller says is the direction: the base, or the quote, and exceptions by name."""
    path = written(tmp_path, ONE_SIDED)
    based = pt.Rates.read_csv(path, base="EUR")
    assert based.rate("EUR", "GBP", "2024-01-05").value == Fraction("0.86")
    quoted = pt.Rates.read_csv(path, quote="EUR")
    assert quoted.rate("GBP", "EUR", "2024-01-05").value == Fraction("0.86")
    mixed = pt.Rates.read_csv(path, base="EUR", inverse="GBP")
    assert mixed.rate("GBP", "EUR", "2024-01-05").value == Fraction("0.86")
    assert mixed.rate("EUR", "USD", "2024-01-05").value == Fraction("1.0921")


def test_a_column_for_each_currency_is_read(tmp_path: Path) -> None:
    """Empty cells and N/A say that there was no rate; nothing is carried over them."""
    rates = pt.Rates.read_csv(written(tmp_path, WIDE), base="EUR")
    assert rates.series["GBP"] == {dt.date(2024, 1, 5): None, dt.date(2024, 1, 4): None}
    assert rates.rate("EUR", "USD", "2024-01-06").value == Fraction("1.0921")
    with pytest.raises(pt.MissingRateError):
        rates.rate("EUR", "GBP", "2024-01-05")
    assert repr(rates) == "Rates(EUR with GBP, USD, 2024-01-04 to 2024-01-05; rates.csv)"


@pytest.mark.parametrize("text", [ONE_SIDED, WIDE])
def test_a_direction_that_is_not_stated_is_refused(tmp_path: Path, text: str) -> None:
    """It is never guessed, and the message says both ways out."""
    (found,) = problems(tmp_path, text)
    assert "which way round are these rates? pass base='EUR'" in found
    assert "quote='EUR'" in found


def test_a_direction_stated_twice_is_refused(tmp_path: Path) -> None:
    """Both sides, or a side where the rows have their own."""
    with pytest.raises(pt.UnitError, match="not both"):
        pt.Rates.read_csv(written(tmp_path, WIDE), base="EUR", quote="USD")
    for options in ({"base": "EUR"}, {"quote": "USD"}, {"inverse": ["GBP"]}):
        (found,) = problems(tmp_path, LONG, **options)
        assert "each row names its base and quote" in found


def test_every_mistake_is_named_with_its_line(tmp_path: Path) -> None:
    """Zero, negative, words, floats in another notation, days, currencies, conflicts: at once."""
    text = (
        "day,base,quote,rate\n"
        "2024-01-02,EUR,USD,0\n"
        "2024-01-03,EUR,USD,-1.2\n"
        "2024-01-04,EUR,USD,1e3\n"
        "04/01/2024,EUR,USD,1.2\n"
        "2024-01-05,EUR,UDS,1.2\n"
        "2024-01-08,EUR,USD,1.2\n"
        "2024-01-08,EUR,USD,1.3\n"
        "2024-01-08,USD,EUR,0.9\n"
        "2024-01-09,EUR,EUR,1.1\n"
        "2024-01-10,EUR,USD,nan\n"
    )
    found = problems(tmp_path, text)
    lines = [problem.split(": ")[0] for problem in found]
    assert sorted(lines) == sorted(f"rates.csv:{line}" for line in (2, 3, 4, 5, 6, 8, 9, 10, 11))
    assert any("another rate of USD for 2024-01-08 than in line 7" in problem for problem in found)


def test_a_mistaken_day_does_not_hide_the_mistakes_below_it(tmp_path: Path) -> None:
    """Each row of a wide table is looked at; where all are wrong, nothing else is said."""
    found = problems(tmp_path, "date,USD\n04/01/2024,1.2\n2024-01-05,0\n", base="EUR")
    assert [problem.split(": ")[0] for problem in found] == ["rates.csv:2", "rates.csv:3"]


def test_a_rate_told_twice_is_one(tmp_path: Path) -> None:
    """The same row again, or its exact inverse, says nothing else."""
    text = "day,base,quote,rate\n" + "2024-01-05,EUR,USD,1.25\n" * 2 + "2024-01-05,USD,EUR,0.8\n"
    rates = pt.Rates.read_csv(written(tmp_path, text))
    assert rates.rate("EUR", "USD", "2024-01-05").value == Fraction(5, 4)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("date,USD\n", "has no rates"),
        ("USD,EUR\n1,2\n", "no column 'day' or 'date'"),
        ("date,base,rate\n2024-01-05,EUR,1\n", "rates come in columns"),
        ("date,USD,USD\n2024-01-05,1,1\n", "2 columns 'USD'"),
        ("date,USD\n2024-01-05,1,2\n", "has 3 cells, and the header 2"),
        ("date,Dollar\n2024-01-05,1\n", "write its ISO 4217 code"),
        ("date,USD\n2024-01-05,1\n2024-01-05,1.1\n", "another rate of USD"),
        ("date,EUR\n2024-01-05,2\n", "one EUR is not 2 EUR"),
        ('date,USD\n2024-01-05,"1\n', "is no CSV"),
    ],
)
def test_a_table_that_is_none_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """The message says what is wrong with it."""
    assert any(words in found for found in problems(tmp_path, text, base="EUR"))


def test_a_turned_currency_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Else a slip of the pen would leave a rate the wrong way round."""
    (found,) = problems(tmp_path, ONE_SIDED, base="EUR", inverse=["GBP", "AUD"])
    assert "inverse names AUD, of which there is no rate" in found


def test_the_last_day_of_the_calendar_is_a_day(tmp_path: Path) -> None:
    """It holds on no other."""
    rates = pt.Rates.read_csv(written(tmp_path, "date,USD\n9999-12-31,1.5\n"), base="EUR")
    with pytest.raises(pt.MissingRateError):
        rates.rate("USD", "EUR", "2024-01-05")


def test_rates_without_a_common_currency_are_refused(tmp_path: Path) -> None:
    """Cross rates go through one base."""
    text = "day,base,quote,rate\n2024-01-05,EUR,USD,1.1\n2024-01-05,GBP,JPY,180\n"
    (found,) = problems(tmp_path, text)
    assert found.startswith("rates.csv:3: GBP and JPY have no currency in common")


def test_a_file_that_cannot_be_read_is_an_error_of_the_tree(tmp_path: Path) -> None:
    """No file, a folder, bytes that are no text."""
    for path in (tmp_path / "none.csv", tmp_path, 5):
        with pytest.raises(pt.FileFormatError):
            pt.Rates.read_csv(path, base="EUR")
    (tmp_path / "rates.csv").write_bytes(b"date,USD\n2024-01-05,\xff\n")
    with pytest.raises(pt.InvalidRatesError, match="UTF-8"):
        pt.Rates.read_csv(tmp_path / "rates.csv", base="EUR")


def test_other_headings_and_names_are_told(tmp_path: Path) -> None:
    """``columns`` and ``codes`` name them; what is named wrongly is refused."""
    text = "When,Country,Exchange rate\n2024-01-05,Japan,144.6\n2024-01-05,Atlantis,7\n"
    columns = {"day": "When", "currency": "Country", "rate": "Exchange rate"}
    path = written(tmp_path, text)
    codes = {"Japan": "JPY", "Atlantis": None}
    rates = pt.Rates.read_csv(path, base="USD", columns=columns, codes=codes, source="Fed")
    assert repr(rates) == "Rates(USD with JPY, 2024-01-05 to 2024-01-05; Fed)"
    (found,) = problems(tmp_path, text, base="USD", columns=columns, codes={"Japan": "JPY"})
    assert "'Atlantis' is no currency" in found
    assert "codes={'Atlantis': ...}" in found
    (found,) = problems(tmp_path, text, base="USD", columns={"day": "Wen"})
    assert "did you mean 'When'?" in found
    (found,) = problems(tmp_path, text, base="USD", columns={"days": "When"})
    assert "unknown column 'days'" in found


def test_annual_averages_of_the_federal_reserve_are_read(data: Path, ecb: pt.Rates) -> None:
    """Names of countries, and averages that stand on the first day of their year.

    That all of them are what one dollar is worth is seen beside the central bank's own averages.
    """
    rates = pt.Rates.read_csv(
        data / "fx/fed-annual-mixed-direction.csv",
        base="USD",
        columns={"currency": "Country", "rate": "Exchange rate"},
        codes=FED,
        max_gap=365,
    )
    for year in (2010, 2019, 2025):
        days = [day for day in ecb.series["USD"] if day.year == year]
        for code in rates.currencies:
            if code in ("TWD", "USD"):
                continue
            mine = [ecb.rate("USD", code, day).value for day in days]
            average = sum(mine) / len(mine)
            stated = rates.rate("USD", code, f"{year}-07-01")
            assert stated.day == dt.date(year, 1, 1)
            assert abs(stated.value / average - 1) < Fraction(3, 100), code


FRAMES: dict[str, Any] = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "pyarrow": pa.table,
    "duckdb": lambda columns: duckdb.connect().from_arrow(pa.table(columns)),
}


@pytest.mark.parametrize("engine", FRAMES)
def test_frames_of_any_engine_are_read(engine: str) -> None:
    """Text, Decimals and integers; days as days or text; missing cells."""
    day = dt.date(2024, 1, 5)
    wide = FRAMES[engine](
        {"date": [day, dt.date(2024, 1, 8)], "USD": [Decimal("1.0921"), Decimal("1.1")],
         "JPY": [158, None]}
    )  # fmt: skip
    if engine == "pandas":
        wide["JPY"] = wide["JPY"].astype("Int64")
    rates = pt.Rates.from_frame(wide, base="EUR")
    assert rates.rate("USD", "JPY", day).value == Fraction("158") / Fraction("1.0921")
    with pytest.raises(pt.MissingRateError):
        rates.rate("USD", "JPY", "2024-01-08")
    long = FRAMES[engine](
        {"day": ["2024-01-05"], "base": ["USD"], "quote": ["MXN"], "rate": ["16.94"]}
    )
    assert pt.Rates.from_frame(long).rate("USD", "MXN", day).value == Fraction("16.94")


def test_floats_in_a_frame_are_refused() -> None:
    """A float is not exact; the error names the rows and what to do."""
    frame = pd.DataFrame({"date": ["2024-01-05", "2024-01-08"], "USD": [1.0921, None]})
    with pytest.raises(pt.InvalidRatesError, match="float, which is not exact") as caught:
        pt.Rates.from_frame(frame, base="EUR")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.record) == ("the frame", None, "row 1")
    with pytest.raises(pt.FrameError):
        pt.Rates.from_frame([1, 2], base="EUR")
    twice = pd.DataFrame([["2024-01-05", "1", "2"]], columns=["date", "USD", "USD"])
    with pytest.raises(pt.InvalidRatesError, match="2 columns 'USD'"):
        pt.Rates.from_frame(twice, base="EUR")
    odd = pd.DataFrame({"day": ["2024-01-05"], "currency": [["USD"]], "rate": ["1"]})
    with pytest.raises(pt.InvalidRatesError, match="no currency"):
        pt.Rates.from_frame(odd, base="EUR")


@st.composite
def stated(draw: Any) -> tuple[str, dict[str, Any], dict[str, dict[dt.date, Fraction | None]]]:
    """Rates of the euro in any of the three forms: the table, its options, and what it states."""
    codes = draw(st.permutations(["CHF", "GBP", "USD"]))[: draw(st.integers(2, 3))]
    days = draw(st.lists(st.dates(dt.date(2024, 1, 1)), min_size=1, max_size=3, unique=True))
    cells = st.one_of(
        st.decimals("0.001", 1000, places=3).map(str), st.sampled_from(["", "N/A", "0.250", "4"])
    )
    table = {(day, code): draw(cells) for day in days for code in codes}
    form = draw(st.sampled_from(["rows", "currencies", "columns"]))
    is_quote = draw(st.booleans())
    one_way = st.sets(st.sampled_from(codes))
    inverse = draw(one_way)
    expected: dict[str, dict[dt.date, Fraction | None]] = {code: {} for code in codes}
    lines = {
        "rows": ["day,base,quote,rate"],
        "currencies": ["date,currency,rate"],
        "columns": [",".join(["day", *codes])],
    }[form]
    for day in days:
        if form == "columns":
            lines.append(",".join([str(day), *(table[day, code] for code in codes)]))
        turned = (
            draw(one_way) if form == "rows" else {c for c in codes if is_quote != (c in inverse)}
        )
        for code in codes:
            cell = table[day, code]
            pair = f"{code},EUR" if code in turned else f"EUR,{code}"
            if form != "columns":
                lines.append(f"{day},{pair if form == 'rows' else code},{cell}")
            value = None if cell in ("", "N/A") else Fraction(cell)
            expected[code][day] = 1 / value if value and code in turned else value
    options = {"quote" if is_quote else "base": "EUR", "inverse": inverse}
    return "\n".join(lines), {} if form == "rows" else options, expected


@given(stated())
def test_a_table_of_any_form_states_each_rate_one_way_round(
    drawn: tuple[str, dict[str, Any], dict[str, dict[dt.date, Fraction | None]]],
) -> None:
    """What one euro is worth, exactly, whichever side the euro stands on; None where it says so."""
    text, options, expected = drawn
    base, series = series_of(parse_sheet(text.encode(), "rates.csv"), **options)
    assert base == "EUR"
    assert series == expected
