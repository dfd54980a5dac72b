"""Exchange rates: their direction, their days, cross rates, and the table of the central bank."""

from __future__ import annotations

import csv
import datetime as dt
import importlib.util
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
import pledgetrack as pt
from pledgetrack import strategies as pts
from pledgetrack.rates import round_half_even
from pledgetrack.units import is_currency, minor_digits

MONEY = st.sampled_from([unit for unit in pts.UNITS if is_currency(unit)])
IS_LONG = settings.default.max_examples >= 1000


# --- laws -----------------------------------------------------------------------------------------


@given(pts.rates(), MONEY, MONEY, pts.days())
def test_there_and_back_is_the_identity_before_rounding(
    rates: pt.Rates, unit: str, into: str, day: dt.date
) -> None:
    """One rate is the inverse of the other, exactly."""
    assert rates.rate(unit, into, day).value * rates.rate(into, unit, day).value == 1
    assert rates.rate(unit, into, day).value == oracle.rate(rates, unit, into, day)


@given(pts.rates(), MONEY, MONEY, MONEY, pts.days())
def test_cross_rates_are_consistent(
    rates: pt.Rates, one: str, other: str, third: str, day: dt.date
) -> None:
    """Through a third currency the rate is the same."""
    through = rates.rate(one, third, day).value * rates.rate(third, other, day).value
    assert through == rates.rate(one, other, day).value


@given(pts.rates(), st.data(), MONEY, MONEY, pts.days())
def test_there_and_back_after_rounding_is_near(
    rates: pt.Rates, data: st.DataObject, unit: str, into: str, day: dt.date
) -> None:
    """At most half a target unit times the rate back, and half a source unit, away."""
    quantity = pt.Quantity(number=data.draw(pts.amounts(unit)), unit=unit)
    there = rates.convert(quantity, into, on=day)
    back = rates.convert(there, unit, on=day)
    half = [Fraction(1, 2 * 10 ** minor_digits(code)) for code in (into, unit)]
    allowed = half[0] * rates.rate(into, unit, day).value + half[1]
    assert abs(Fraction(back.number) - Fraction(quantity.number)) <= allowed
    exact = Fraction(quantity.number) * rates.rate(unit, into, day).value
    assert there.number == oracle.half_even(exact, minor_digits(into)) or unit == into


@given(pts.rates(), MONEY, pts.days())
def test_a_currency_is_worth_itself(rates: pt.Rates, unit: str, day: dt.date) -> None:
    """No rate is looked up, and nothing is rounded."""
    assert rates.rate(unit, unit, day) == (1, None, None)
    fine = pt.Quantity(number="0.123456", unit=unit)
    assert rates.convert(fine, unit, on=day) == fine


@given(st.fractions(), st.integers(0, 6))
def test_rounding_is_half_even_and_once(number: Fraction, digits: int) -> None:
    """Whatever the number, it is the nearest one, and of two the even one."""
    assert round_half_even(number, digits) == oracle.half_even(number, digits)
    tie = Fraction(2 * round(number * 10**digits) + 1, 2 * 10**digits)
    assert int(round_half_even(tie, digits).scaleb(digits)) % 2 == 0


def test_a_rate_is_never_the_wrong_way_round() -> None:
    """One dollar is 150 yen, so 150 yen are one dollar."""
    rates = pt.Rates.fixed({"JPY": 150}, per="USD")
    assert rates.convert(pt.Quantity(number=1, unit="USD"), "JPY").number == 150
    assert rates.convert(pt.Quantity(number=150, unit="JPY"), "USD").number == 1


def test_bounds_go_with_a_converted_quantity() -> None:
    """At least one dollar is at least 150 yen."""
    rates = pt.Rates.fixed({"JPY": 150}, per="USD")
    made = rates.convert(pt.Quantity(number=1, unit="USD", bound="at least"), "JPY")
    assert str(made) == "at least 150 JPY"
    near = pt.Quantity(number=10, unit="USD", bound="about", margin=1)
    assert rates.convert(near, "JPY").margin == 150
    # A margin is never rounded to nothing, nor beyond the number.
    fine = pt.Quantity(number=100, unit="JPY", bound="about", margin="0.5")
    assert str(rates.convert(fine, "USD")) == "about 0.67 USD ± 0.01"
    wide = pt.Quantity(number=10, most=20, unit="USD")
    assert str(rates.convert(wide, "JPY")) == "between 1,500 and 3,000 JPY"
    narrow = pt.Quantity(number=100, most="100.1", unit="JPY")
    assert str(rates.convert(narrow, "USD")) == "between 0.67 and 0.68 USD"
    none = pt.Quantity(number=0, unit="JPY", bound="about")
    assert str(rates.convert(none, "USD")) == "about 0 USD"


# --- the table of the European Central Bank -------------------------------------------------------


def test_the_figure_of_the_central_bank_is_met(ecb: pt.Rates) -> None:
    """100 GBP are 156.95 USD on 20 November 2014."""
    made = ecb.convert(pt.Quantity(number=100, unit="GBP"), "USD", on="2014-11-20")
    assert made == pt.Quantity(number="156.95", unit="USD")
    rate = ecb.rate("GBP", "USD", "2014-11-20")
    assert round_half_even(rate.value, 10) == Decimal("1.5695331080")
    assert rate.day == dt.date(2014, 11, 20)
    assert rate.source
    assert rate.source.startswith("ECB reference rates to ")


def test_the_file_of_the_central_bank_is_read(ecb: pt.Rates, data: Path) -> None:
    """Newest first, N/A, a comma at the end of each line: as the bank writes it."""
    rates = pt.Rates.read_csv(data / "fx/eurofxref-hist.csv", base="EUR")
    assert rates.base == "EUR"
    assert rates.source == "eurofxref-hist.csv"
    assert rates.series == ecb.series


def test_every_pair_and_day_of_the_central_bank_is_right(data: Path) -> None:
    """Every currency pair on the days of the table, beside ten lines of their own.

    By default every 97th day; with ``--hypothesis-profile long`` all of them.
    """
    path = data / "fx/eurofxref-hist.csv"
    rates = pt.Rates.read_csv(path, base="EUR")
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    count = 0
    with localcontext() as context:
        context.prec = 60
        for row in rows[:: 1 if IS_LONG else 97]:
            day = dt.date.fromisoformat(row[0])
            worth = {"EUR": Decimal(1)}
            worth |= {c: Decimal(v) for c, v in zip(header[1:], row[1:], strict=True)
                      if c and v != "N/A"}  # fmt: skip
            for one, base in worth.items():
                for other, quote in worth.items():
                    cents = (100 * quote / base).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
                    value = rates.rate(one, other, day).value
                    assert value.numerator * base == quote * value.denominator, (one, other, day)
                    assert round_half_even(100 * value, 2) == cents, (one, other, day)
                    count += 1
            for missing in set(header[1:-1]) - set(worth):
                with pytest.raises(pt.MissingRateError):
                    rates.rate(missing, "EUR", day)
    assert count > (6_000_000 if IS_LONG else 60_000)


@pytest.mark.parametrize(
    ("unit", "day", "of"),
    [
        ("USD", "2014-11-22", "2014-11-21"),  # a Saturday
        ("USD", "2014-04-21", "2014-04-17"),  # Easter Monday, after Good Friday
        ("EEK", "2011-01-02", "2010-12-31"),  # the weekend after its last day
    ],
)
def test_days_without_rates_take_the_last_ones_before(
    ecb: pt.Rates, unit: str, day: str, of: str
) -> None:
    """The day of the rate says which were taken."""
    assert ecb.rate(unit, "EUR", day) == ecb.rate(unit, "EUR", of)
    assert str(ecb.rate(unit, "EUR", day).day) == of


@pytest.mark.parametrize(
    ("unit", "day", "nearest"),
    [
        ("EEK", "2011-01-03", ["2010-12-31"]),  # past the end: the table says N/A that day
        ("ISK", "2012-05-02", ["2008-12-09", "2018-02-01"]),  # in a hole
        ("MXN", "2007-12-31", ["2008-01-02"]),  # before its start
        ("USD", "1998-12-31", ["1999-01-04"]),  # before the table
        ("USD", "2036-01-01", None),  # past the table
        ("AFN", "2014-11-20", []),  # not in the table
        ("DEM", "1999-06-01", []),
    ],
)
def test_where_there_is_no_rate_the_nearest_days_are_told(
    ecb: pt.Rates, unit: str, day: str, nearest: list[str] | None
) -> None:
    """The error carries currency, day and the nearest days, from either side of a pair."""
    for pair in ((unit, "EUR"), ("EUR", unit)):
        with pytest.raises(pt.MissingRateError, match=unit) as caught:
            ecb.rate(*pair, day)
        error = caught.value
        assert (str(error.day), error.missing) == (day, ((error.currency, error.day),))
        if nearest is not None:
            assert error.currency == unit
            assert [str(one) for one in error.nearest] == nearest
    assert unit in ecb.currencies or not nearest


def test_max_gap_is_how_long_a_rate_is_carried(ecb: pt.Rates) -> None:
    """Easter closes for four days; past the table, a rate is as old as the gap allows."""
    short = pt.Rates(ecb.base, ecb.series, ecb.source, max_gap=2)
    assert short.rate("USD", "EUR", "2014-11-23").day == dt.date(2014, 11, 21)
    with pytest.raises(pt.MissingRateError):
        short.rate("USD", "EUR", "2014-04-21")
    last = max(ecb.series["USD"])
    assert ecb.rate("USD", "EUR", last + dt.timedelta(days=7)).day == last
    with pytest.raises(pt.MissingRateError):
        ecb.rate("USD", "EUR", last + dt.timedelta(days=8))
    for wrong in (-1, 1.5, True, "7"):
        with pytest.raises(pt.AmountError, match="max_gap"):
            pt.Rates("EUR", {}, "x", wrong)  # type: ignore[arg-type]


def test_the_extra_is_named_where_the_rates_are_not_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The error says what to install."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(pt.MissingExtraError, match=r"pledgetrack\[rates\]") as caught:
        pt.Rates.ecb()
    assert caught.value.extra == "rates"


# --- fixed rates ----------------------------------------------------------------------------------


def test_the_rates_of_a_contract_hold_on_every_day() -> None:
    """A day may be given, and is not needed."""
    rates = pt.Rates.fixed({"AUD": "1.52067", "USD": 1}, per="USD", source="contract")
    for on in (None, "1900-01-01", dt.date(2100, 1, 1)):
        assert rates.rate("AUD", "USD", on) == (Fraction(100000, 152067), None, "contract")
    assert repr(rates) == "Rates(USD with AUD, fixed; contract)"
    assert pt.Rates.fixed({"AUD": 2}, per="USD").source == "fixed rates"


def test_a_withdrawn_currency_converts_at_its_legal_rate() -> None:
    """The mark has a fixed rate to the euro by law, where someone states it."""
    rates = pt.Rates.fixed({"DEM": "1.95583"}, per="EUR", source="Regulation (EC) No 2866/98")
    made = rates.convert(pt.Quantity(number=100, unit="DEM"), "EUR")
    assert made == pt.Quantity(number="51.13", unit="EUR")


def test_mistaken_fixed_rates_are_all_named() -> None:
    """Each mistake at once."""
    wrong = {"AUD": 0, "GBP": 0.8, "xyz": "1", "CAD": "-1", "JPY": "1e3", "USD": "2"}
    with pytest.raises(pt.InvalidRatesError) as caught:
        pt.Rates.fixed(wrong, per="USD")
    assert len(caught.value.problems) == 6
    assert all(problem.file == "fixed rates" for problem in caught.value.problems)
    with pytest.raises(pt.UnitError):
        pt.Rates.fixed({"AUD": 1}, per="dollar")


def test_a_dated_rate_needs_a_day(ecb: pt.Rates) -> None:
    """Without one there is no rate to choose."""
    with pytest.raises(pt.MissingRateError, match="needs a day"):
        ecb.rate("USD", "EUR")


@pytest.mark.parametrize("wrong", [0, Decimal(0), Decimal(-1), 1.5, Decimal("NaN"), "1"])
def test_rates_made_by_hand_are_exact_and_above_0(wrong: object) -> None:
    """Neither zero, nor less, nor a float, nor infinite."""
    with pytest.raises(pt.AmountError, match="no exact rate above 0"):
        pt.Rates("EUR", {"USD": {dt.date(2024, 1, 5): wrong}}, "x")  # type: ignore[dict-item]


def test_a_quantity_too_large_after_conversion_is_refused() -> None:
    """A quantity holds 22 digits before the point."""
    rates = pt.Rates.fixed({"JPY": 150}, per="USD")
    with pytest.raises(pt.AmountError, match="too many digits"):
        rates.convert(pt.Quantity(number=10**21, unit="USD"), "JPY")
    tenfold = pt.Rates.fixed({"JPY": 10}, per="USD")
    with pytest.raises(pt.AmountError, match="too many digits"):
        tenfold.convert(pt.Quantity(number=10**21, unit="USD"), "JPY")
    most = pt.Quantity(number=10**21 - 1, unit="USD")
    assert tenfold.convert(most, "JPY").number == 10**22 - 10


def test_both_ends_of_a_range_are_converted() -> None:
    """Between one and two dollars are between 150 and 300 yen."""
    rates = pt.Rates.fixed({"JPY": 150}, per="USD")
    stated = pt.Quantity(number=1, unit="USD", most=2)
    assert rates.convert(stated, "JPY") == pt.Quantity(number=150, unit="JPY", most=300)


def test_both_legs_of_a_cross_rate_are_of_one_day() -> None:
    """The last day that has both, so that a reader finds the rate where the result says."""
    table = pd.DataFrame(
        {
            "day": ["2020-01-01", "2020-01-02", "2020-01-01"],
            "base": ["EUR"] * 3,
            "quote": ["USD", "USD", "GBP"],
            "rate": ["1", "2", "1"],
        }
    )
    rate = pt.Rates.from_frame(table).rate("GBP", "USD", "2020-01-02")
    assert (rate.value, str(rate.day)) == (1, "2020-01-01")


ONE = Decimal(1)
DAYS = pd.DataFrame({"day": ["2024-01-05"], "USD": ["1.1"]})


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: pt.Rates("EUR", {"USD": None}, "s"), pt.AmountError, "rates of 'USD' are 'None'"),
        (lambda: pt.Rates("EUR", None, "s"), pt.AmountError, "the rates are 'None', not by"),
        (lambda: pt.Rates("euro", {}, "s"), pt.UnitError, "'euro'"),
        (lambda: pt.Rates("EUR", {"dollar": {}}, "s"), pt.UnitError, "'dollar'"),
        (lambda: pt.Rates("EUR", {"USD": {"2020": ONE}}, "s"), pt.DayError, "'2020' is no day of"),
        (lambda: pt.Rates("EUR", {"USD": {None: 1.5}}, "s"), pt.AmountError, "no exact rate"),
        (lambda: pt.Rates.fixed([1], per="USD"), pt.AmountError, r"the rates are '\[1\]', not by"),
        (lambda: pt.Rates.fixed({"AUD": float("nan")}, per="USD"), pt.InvalidRatesError, "nan is"),
        (lambda: pt.Rates.fixed({}, per=None), pt.UnitError, "None is no currency"),
        (lambda: pt.Rates.from_frame(DAYS, base="EUR", codes=["USD"]), pt.InvalidRatesError,
         r"codes is \"\['USD'\]\", not by name, such as {'Japan': 'JPY'}"),
        (lambda: pt.Rates.from_frame(DAYS, base="EUR", columns=["day"]), pt.InvalidRatesError,
         "columns is "),
        (lambda: pt.Rates.from_frame(DAYS, base="EUR", inverse=3), pt.UnitError,
         "inverse is 3, not a list of currencies"),
        (lambda: pt.Rates.fixed({}, per="USD").convert(5, into="USD"), pt.AmountError, "'5' is no"),
    ],
)  # fmt: skip
def test_rates_of_another_shape_are_refused(make: Any, error: type[Exception], words: str) -> None:
    """Whatever is passed, with what to pass."""
    with pytest.raises(error, match=words):
        make()
