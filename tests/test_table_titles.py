"""What titles say of money: the currency, and whether amounts are in thousands or millions."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from examples import times
from pledgetrack.formats.table_specs import SCALES
from pledgetrack.formats.table_titles import money_of
from pledgetrack.vocabulary import PLAIN_CODES

SCALED = {
    "thousands": (
        "EUR thousand", "£000s", "€000", "Amount (€ 000)", "US$ '000", "€\u2019000", "k€", "kEUR",
        "Montant (k€)", "T€", "TEUR", "Betrag in Tsd. €", "Montant (en milliers d'euros)",
        "Miles de euros", "in thousands of US$", "amount_usd_k",
    ),
    "millions": (
        "USD million", "EUR mn", "Mio. €", "€m", "Amount (€m)", "Budget £m", "USD m", "US$m",
        "Amount, EUR m", "M€", "Importe (millones EUR)", "millones de euros", "mUSD", "$m", "USDm",
        "EURm", "MUSD", "M EUR", "C$ million", "Amount CHF in Mio", "Total (USD, m)",
        "amountUSDMillions", "XOF millions", "€ million (2018 prices)",
    ),
    "billions": ("£bn", "Mrd. Euro", "Md€", "Mds €", "Pledge $ (bn)", "miles de millones de euros"),
    "lakhs": ("INR lakh", "₹ lakhs"),
    "crores": ("INR crore", "₹ crore", "Rs crore", "Rs. Cr"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("title", "scale"), [(title, scale) for scale, titles in SCALED.items() for title in titles]
)
def test_a_scale_is_read_as_people_write_it(title: str, scale: str) -> None:
    """In words, in letters beside a currency, glued to it or not."""
    assert money_of(title).scale == scale


@pytest.mark.parametrize(
    ("title", "unit"),
    [("Amount (USD)", "USD"), ("Betrag in EUR", "EUR"), ("€", "EUR"), ("Budget (£m)", "GBP"),
     ("TEUR", "EUR"), ("amount_usd", "USD"), ("Amount in US dollars", "USD"), ("$m", None),
     ("USD/EUR", None), ("Medium", None), ("TOP priority", None), ("MARS", None),
     ("Constant 2021 USD", "USD")],
)  # fmt: skip
def test_a_currency_is_read_where_there_is_one(title: str, unit: str | None) -> None:
    """By its code or sign; a sign of several, and two currencies, tell none."""
    assert money_of(title).unit == unit


@pytest.mark.parametrize("title", ["Amount (€ t)", "1000 EUR", "EUR mil", "Amount (M FCFA)", "(k)",
                                   "Amount in EUR (1,000)", "billones EUR", "€x"])  # fmt: skip
def test_what_may_be_a_scale_is_asked_for(title: str) -> None:
    """None is guessed, and the draft does not pass over it."""
    assert (money_of(title).scale, money_of(title).is_doubtful) == (None, True)
    table = io.StringIO(f'Donor,"{title}",Date\nNorway,100,2024-01-05\n')
    todo = pt.inspect_table(table).todo
    assert any("state its scale" in line and title in line for line in todo)


@pytest.mark.parametrize("title", ["Amount (USD)", "Value", "Budget 2024", "USD equivalent",
                                   "Km of road", "Amount in EUR", "Grants to date"])  # fmt: skip
def test_an_ordinary_title_asks_nothing(title: str) -> None:
    """Neither a scale nor a doubt."""
    assert money_of(title)[1:3] == (None, False)


@times(4)
@given(st.sampled_from(sorted(PLAIN_CODES)),
       st.sampled_from([("k", "thousands"), ("m", "millions"), ("bn", "billions"),
                        ("million", "millions"), ("'000", "thousands")]),
       st.sampled_from(["{0}{1}", "{0} {1}", "{1} {0}", "Amount ({0} {1})", "{1}{0}"]))  # fmt: skip
def test_a_scale_beside_any_code_is_read_or_asked_for(
    code: str, scale: tuple[str, str], form: str
) -> None:
    """It is never passed over in silence."""
    found = money_of(form.format(code, scale[0]))
    assert found.unit == code
    assert found.scale == scale[1] or found.is_doubtful


def test_the_draft_reads_what_the_title_says() -> None:
    """In the amounts that come out."""
    table = "Donor;Budget (€m);Date\nNorway;100;2024-01-05\n"
    mapping = pt.inspect_table(io.StringIO(table)).mapping
    made = pt.read_table(io.StringIO(table), mapping).totals(as_of="2024-12-31")
    assert made[["unit", "pledged"]].values.tolist() == [["EUR", 100_000_000]]
    assert {*SCALED} <= {*SCALES}


TITLED = 'Donor,"{}",Date\nA,2,2024-01-05\n'


def read(title: str, said: object, **options: str) -> list[list[object]]:
    """The unit and sum of a table whose amounts stand under a title."""
    mapping = {
        "columns": {"party": "Donor", "announced": "Date", "target": said},
        "constants": {"unit": "USD", "stage": "pledged"}, **options,
    }  # fmt: skip
    ledger = pt.read_table(io.StringIO(TITLED.format(title)), mapping)
    return ledger.totals(as_of="2024-12-31")[["unit", "pledged"]].values.tolist()


@pytest.mark.parametrize("title", ["Amount (EUR)", "TEUR", "€m", "Pledges £"])
def test_a_title_in_another_currency_than_the_mapping_is_refused(title: str) -> None:
    """Units never mix; a column that is named by its number is what the mapping says."""
    with pytest.raises(pt.TableError, match="and the mapping says USD"):
        read(title, title, scale="units")
    assert read(title, 2, scale="units") == [["USD", 2]]


@pytest.mark.parametrize(
    ("title", "power"), [("Amount (USD million)", 6), ("US$m", 6), ("Amount (thousands)", 3)]
)
def test_a_scale_of_the_title_is_stated_by_the_mapping(title: str, power: int) -> None:
    """Else amounts would be a thousand times too small; what is stated is believed."""
    with pytest.raises(
        pt.TableError, match="the mapping states no scale; state scale = "
    ) as caught:
        read(title, title)
    assert caught.value.column == title
    scale = "millions" if power == 6 else "thousands"
    assert read(title, title, scale=scale) == [["USD", 2 * 10**power]]
    assert read(title, {"column": title, "scale": scale}) == [["USD", 2 * 10**power]]
    assert read(title, title, scale="units") == [["USD", 2]]


def test_a_line_above_the_table_says_what_the_title_does_not() -> None:
    """As the draft of a mapping takes it; a title is nearer, and a number is what is meant."""
    above = "Pledges in EUR thousands,,\n" + TITLED
    mapping: dict[str, Any] = {
        "columns": {"party": "Donor", "announced": "Date", "target": "Amount"},
        "constants": {"unit": "USD", "stage": "pledged"},
    }  # fmt: skip
    with pytest.raises(pt.TableError, match="EUR by a line above the table, and the mapping says"):
        pt.read_table(io.StringIO(above.format("Amount")), mapping)
    mapping["constants"]["unit"] = "EUR"
    with pytest.raises(pt.TableError, match="thousands by a line above the table"):
        pt.read_table(io.StringIO(above.format("Amount")), mapping)
    mapping["scale"] = "thousands"
    made = pt.read_table(io.StringIO(above.format("Amount")), mapping).totals(as_of="2024-12-31")
    assert made[["unit", "pledged"]].values.tolist() == [["EUR", 2000]]
    drafted = pt.inspect_table(io.StringIO(above.format("Amount"))).mapping
    made = pt.read_table(io.StringIO(above.format("Amount")), drafted).totals(as_of="2024-12-31")
    assert made[["unit", "pledged"]].values.tolist() == [["EUR", 2000]]
    mapping |= {"columns": {**mapping["columns"], "target": "Amount (USD million)"}, "scale": None}
    mapping["constants"]["unit"] = "USD"
    with pytest.raises(pt.TableError, match="millions by the title"):
        pt.read_table(io.StringIO(above.format("Amount (USD million)")), mapping)
