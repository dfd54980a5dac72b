"""Price indices: amounts in the prices of one year, as an option of conversion."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import oracle
import pledgetrack as pt
from pledgetrack import strategies as pts
from pledgetrack.units import is_currency, minor_digits

INTO = st.sampled_from([unit for unit in pts.UNITS if is_currency(unit)])
FIXED = pt.Rates.fixed({"GBP": "0.5"}, per="USD", source="a contract")


def read(folder: Path, text: str, **options: Any) -> pt.Deflators:
    """Deflators from a file with this text."""
    path = folder / "prices.csv"
    path.write_text(text, encoding="utf-8")
    return pt.Deflators.read_csv(path, **({"base_year": 2020} | options))


def promise(**fields: Any) -> pt.Commitment:
    """A pledge of 100 GBP by Norway in 2014."""
    given = {"id": "aid", "party": "Norway", "announced": "2014-11-20", "stage": "pledged"}
    return pt.Commitment(**(given | {"target": {"number": 100, "unit": "GBP"}} | fields))


ARRIVED = pt.Event(
    commitment="aid", kind="delivered", on="2016-05-02", quantity={"number": 50, "unit": "GBP"}
)
CURRENCIES = (
    "year,currency,index\n2014,USD,80\n2016,USD,90\n2020,USD,100\n2014,GBP,50\n2020,GBP,100\n"
)


@given(pts.ledgers(), pts.rates(), pts.deflators(), INTO, pts.days())
def test_constant_prices_are_rounded_once(
    ledger: pt.Ledger, rates: pt.Rates, deflators: pt.Deflators, into: str, day: dt.date
) -> None:
    """A balance times its rate times the change of prices, rounded half even, once."""
    made = ledger.movements(into=into, rates=rates, deflators=deflators)
    found: dict[tuple, Decimal] = {}
    for row in oracle.counting(made, day):
        if row["number"] is not None:
            key = (row["commitment"], row["stated_unit"], row["measure"], row["part"])
            found[key] = found.get(key, Decimal(0)) + row["number"]
    for key, mine in oracle.streams(oracle.counting(ledger.movements(), day)).items():
        balance = Fraction(sum(row["number"] for row in mine))
        if is_currency(key[1]):
            announced = oracle.rate_day(ledger, key[0], day)
            index = deflators.index
            change = Fraction(index[into, deflators.base_year]) / index_of(index, into, announced)
            worth = balance * oracle.rate(rates, key[1], into, announced) * change
            assert found[key] == oracle.half_even(worth, minor_digits(into))
        else:
            assert found[key] == balance


def index_of(index: Any, into: str, day: dt.date) -> Fraction:
    """The index of the year of a day."""
    return Fraction(index[into, day.year])


def test_indices_of_currencies_are_those_of_the_target(tmp_path: Path) -> None:
    """100 GBP of 2014 were 200 USD, which are 250 in the prices of 2020."""
    prices = read(tmp_path, CURRENCIES)
    ledger = pt.Ledger([promise()], [ARRIVED])
    options: dict[str, Any] = {"into": "USD", "rates": FIXED, "deflators": prices}
    (row,) = ledger.totals(**options).to_dict("records")
    assert (row["pledged"], row["delivered"]) == (250, 125)
    # At the day of each event, the year is that of the event.
    (row,) = ledger.totals(rate_day="event", **options).to_dict("records")
    assert (row["pledged"], row["delivered"]) == (250, Decimal("111.11"))
    # At one fixed day, exchange rates move no prices: those of the pound do.
    (row,) = ledger.totals(rate_day="2020-06-30", **options).to_dict("records")
    assert (row["pledged"], row["delivered"]) == (400, 200)


def test_indices_of_countries_are_those_of_the_party(tmp_path: Path) -> None:
    """As in the deflators of the OECD, which are for each donor."""
    prices = read(tmp_path, "year,country,index\n2014,Norway,88\n2020,Norway,110\n")
    ledger = pt.Ledger([promise()])
    table = ledger.totals(into="USD", rates=FIXED, deflators=prices)
    assert list(table["pledged"]) == [250]
    other = pt.Ledger([promise(party="Peru")])
    with pytest.raises(pt.MissingDeflatorError, match="'Peru' for 2014") as caught:
        other.totals(into="USD", rates=FIXED, deflators=prices)
    assert (caught.value.key, caught.value.year, caught.value.years) == ("Peru", 2014, ())


def test_a_promise_of_nobody_has_no_prices(tmp_path: Path) -> None:
    """It has those that are named for what is not stated, or it is said of what there are none."""
    rows = pt.Ledger([promise()]).movements().assign(party=None)
    options: dict[str, Any] = {"into": "USD", "rates": FIXED}
    prices = read(tmp_path, "year,country,index\n2014,not stated,88\n2020,not stated,110\n")
    assert list(pt.totals(rows, deflators=prices, **options)["pledged"]) == [250]
    prices = read(tmp_path, "year,country,index\n2014,Norway,88\n2020,Norway,110\n")
    with pytest.raises(pt.MissingDeflatorError, match="'not stated' for 2014"):
        pt.totals(rows, deflators=prices, **options)


def test_amounts_in_the_target_are_deflated_too(tmp_path: Path) -> None:
    """No rate is needed for them, and they are rounded to the minor unit."""
    prices = read(tmp_path, CURRENCIES)
    ledger = pt.Ledger([promise(target={"number": "0.333333", "unit": "USD"})])
    assert list(ledger.totals(into="USD", deflators=prices)["pledged"]) == [Decimal("0.42")]


def test_result_and_rows_name_the_prices(tmp_path: Path) -> None:
    """The caption names the year and the file; each row its factor."""
    prices = read(tmp_path, CURRENCIES)
    ledger = pt.Ledger([promise()])
    options: dict[str, Any] = {"into": "USD", "rates": FIXED, "deflators": prices}
    table = ledger.totals(**options)
    assert "in prices of 2020, prices.csv" in table.attrs["caption"]
    assert (table.attrs["prices_of"], table.attrs["deflators"]) == ("2020", "prices.csv")
    again = pt.totals(ledger.movements(**options))
    told = ("into", "rates", "prices_of", "deflators")
    assert [again.attrs[name] for name in told] == [table.attrs[name] for name in told]
    (row,) = ledger.movements(**options).to_dict("records")
    assert row["stated_number"] * row["rate"] * row["deflator"] == row["number"] == 250


def test_a_missing_year_is_named_or_kept(tmp_path: Path) -> None:
    """Nothing is deflated by a year that is not there."""
    prices = read(tmp_path, CURRENCIES)
    ledger = pt.Ledger([promise(announced="2015-01-05")])
    options: dict[str, Any] = {"into": "USD", "rates": FIXED, "deflators": prices}
    with pytest.raises(pt.MissingDeflatorError, match="'USD' for 2015") as caught:
        ledger.totals(**options)
    assert caught.value.years == (2014, 2016, 2020)
    kept = ledger.totals(on_missing="keep", **options)
    assert list(kept["unit"]) == ["GBP"]
    assert kept.attrs["not_converted"] == "GBP"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("year,index\n2020,1\n", "deflators come in columns"),
        ("year,currency,country,index\n2020,USD,Peru,1\n", "deflators come in columns"),
        ("year,currency,index\n2020,USD,0\n", "not above 0"),
        ("year,currency,index\n20,USD,1\n", "'20' is no year"),
        ("year,currency,index\n2020,dollar,1\n", "ISO 4217"),
        ("year,country,index\n2020,,1\n", "the country is missing"),
        ("year,currency,index\n2020,USD,1\n2020,USD,2\n", "another index of USD for 2020"),
        ("year,currency,index\n2019,USD,1\n", "no index of the base year 2020"),
    ],
)
def test_mistaken_tables_are_refused(tmp_path: Path, text: str, words: str) -> None:
    """Each mistake with its file, and its line where it has one."""
    with pytest.raises(pt.InvalidRatesError, match=words) as caught:
        read(tmp_path, text)
    assert all(problem.file == "prices.csv" for problem in caught.value.problems)


def test_other_headings_are_told(tmp_path: Path) -> None:
    """``columns`` names them; the base year is a year."""
    text = "TIME,Donor,Deflator\n2020,Norway,100\n"
    columns = {"year": "TIME", "country": "Donor", "index": "Deflator"}
    assert repr(read(tmp_path, text, columns=columns)) == (
        "Deflators(prices of 2020, Norway; prices.csv)"
    )
    for wrong in ("2020", 2020.0, True, None):
        with pytest.raises(pt.InvalidRatesError, match="base_year"):
            read(tmp_path, text, columns=columns, base_year=wrong)


def test_money_of_the_target_without_an_index_is_never_kept_beside_constant_prices() -> None:
    """Dollars of 2019 would be added to dollars in prices of 2021."""
    prices = pt.Deflators(
        {("USD", 2020): Decimal(100), ("USD", 2021): Decimal(200)}, 2021, "currency", "prices"
    )
    old, new = (
        pt.Commitment(id=day, party="P", announced=day, stage="pledged", target="100 USD")
        for day in ("2019-01-01", "2020-01-01")
    )
    ledger = pt.Ledger([old, new])
    with pytest.raises(pt.PledgetrackError, match="2019"):
        ledger.totals(into="USD", deflators=prices, on_missing="keep", as_of="2023-01-01")


INDEX = {("Mexico", 2014): Decimal(80), ("Mexico", 2020): Decimal(100)}


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"index": {("Mexico", 2020): Decimal(0)}}, pt.AmountError, "Mexico for 2020: Decimal"),
        ({"index": {("Mexico", 2020): 1.5}}, pt.AmountError, "1.5 is no exact price index"),
        ({"index": {("Mexico", 2020): Decimal("NaN")}}, pt.AmountError, "no exact price index"),
        ({"index": [1]}, pt.AmountError, r"the price indices are '\[1\]', not by name and year"),
        ({"index": {"Mexico": Decimal(1)}}, pt.DayError, "'Mexico' names no price index"),
        ({"base_year": "2020"}, pt.DayError, "base_year is '2020', not a year"),
        ({"base_year": True}, pt.DayError, "base_year is True, not a year"),
        ({"by": "party"}, pt.UnknownNameError, "unknown kind of price index 'party'"),
    ],
)
def test_indices_of_another_shape_are_refused(
    changes: dict[str, Any], error: type[Exception], words: str
) -> None:
    """Whatever is passed, with what to pass."""
    given: dict[str, Any] = {"index": INDEX, "base_year": 2020, "by": "country", "source": "s"}
    with pytest.raises(error, match=words):
        pt.Deflators(**(given | changes))


def test_joint_parties_are_named_where_countries_have_indices() -> None:
    """No one country's prices are those of both; an index of the joint name is taken."""
    joint = promise().model_copy(update={"parties": ("Mexico", "United States")})
    ledger = pt.Ledger([joint])
    options: dict[str, Any] = {"into": "USD", "rates": FIXED}
    prices = pt.Deflators(INDEX, 2020, "country", "prices.csv")
    with pytest.raises(
        pt.MissingDeflatorError, match=r"'Mexico \+ United States' are joint parties"
    ) as caught:
        ledger.totals(deflators=prices, **options)
    assert caught.value.key == "Mexico + United States"
    both = {("Mexico + United States", year): value for (_, year), value in INDEX.items()}
    prices = pt.Deflators({**INDEX, **both}, 2020, "country", "prices.csv")
    assert list(ledger.totals(deflators=prices, **options)["pledged"]) == [250]


def test_an_average_of_several_prices_is_of_no_one_deflator() -> None:
    """Where one price applies rate and deflator stand apart; else the rate is of both."""
    rates = pt.Rates("USD", {"GBP": {dt.date(2014, 11, 20): Decimal("0.5"),
                                     dt.date(2016, 5, 2): Decimal("0.25")}}, "s")  # fmt: skip
    prices = pt.Deflators(
        {("USD", 2014): Decimal(80), ("USD", 2016): Decimal(50), ("USD", 2020): Decimal(100)},
        2020, "currency", "prices.csv",
    )  # fmt: skip
    back = ARRIVED.model_copy(update={"kind": "withdrawn"})
    rows = pt.Ledger([promise()], [back]).movements(
        into="USD", rates=rates, deflators=prices, rate_day="event"
    )
    (first, last) = oracle.plain(rows)
    assert (first["rate"], first["deflator"]) == (2, Decimal("1.25"))
    assert (last["number"], last["rate"], last["deflator"]) == (-125, Decimal("2.5"), None)
    assert last["rate_day"] is None


@pytest.mark.parametrize("what", ["rates", "deflators"])
def test_what_is_no_table_is_refused_by_its_name(what: str) -> None:
    """An option that holds something else."""
    options: dict[str, Any] = {"into": "USD", what: "prices.csv"}
    with pytest.raises(pt.UnknownNameError, match=f"unknown {what} 'prices.csv'"):
        pt.Ledger([promise()]).totals(**options)
