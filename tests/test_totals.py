"""Totals and summary by example: what is counted where, and what is absent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from unittest import mock

import pandas as pd
import pyarrow as pa
import pytest

import pledgetrack as pt
from pledgetrack import codes

SOURCES = [pt.Source(id="plan"), pt.Source(id="report")]


def promise(name: str = "c", **fields: Any) -> pt.Commitment:
    """100 USD, announced on 2024-01-15, due by the end of 2024."""
    made: dict[str, Any] = {
        "id": name,
        "party": "A",
        "announced": "2024-01-15",
        "stage": "pledged",
        "target": {"number": 100, "unit": "USD"},
        "horizon": {"end": "2024-12-31"},
        "citation": {"source": "plan"},
    }
    return pt.Commitment(**(made | fields))


def delivered(number: object, on: str = "2024-06-01", name: str = "c", **fields: Any) -> pt.Event:
    """A delivery that another source reports."""
    bound = fields.pop("bound", "exact")
    quantity = {"number": number, "unit": fields.pop("unit", "USD"), "bound": bound}
    return pt.Event(
        commitment=name, kind="delivered", on=on, quantity=quantity, citation={"source": "report"},
        **fields,
    )  # fmt: skip


def one(table: pd.DataFrame) -> dict[str, Any]:
    """The only row of a table."""
    (row,) = table.to_dict("records")
    return row


def test_more_than_promised_is_below_zero_and_never_netted_in_overdue() -> None:
    """One gave 30 too much, one is 100 short: 70 are outstanding, 100 overdue."""
    ledger = pt.Ledger([promise("a"), promise("b")], [delivered(130, name="a")], SOURCES)
    row = one(ledger.totals(as_of="2025-01-01"))
    assert (row["outstanding"], row["overdue"]) == (70, 100)


def test_an_unreported_delivery_takes_nothing_off() -> None:
    """Silence is not 0 in the column delivered, and leaves the whole outstanding."""
    row = one(pt.Ledger([promise()], [], SOURCES).totals(as_of="2024-12-31"))
    assert (row["delivered"], row["outstanding"], row["overdue"]) == (None, 100, None)


def test_what_is_only_proposed_is_neither_outstanding_nor_overdue() -> None:
    """A delivery on a proposal is shown, and measured against nothing."""
    ledger = pt.Ledger([promise(stage="proposed")], [delivered(10)], SOURCES)
    row = one(ledger.summary(as_of="2025-06-01"))
    assert (row["proposed"], row["pledged"], row["delivered"]) == (100, None, 10)
    assert (row["outstanding"], row["overdue"], row["share"]) == (None, None, None)


def test_an_alleged_amount_is_in_no_column() -> None:
    """The commitment is counted, its amount is not."""
    row = one(pt.Ledger([promise(stage="alleged")], [], SOURCES).totals(as_of="2024-06-01"))
    assert [row[name] for name in ("proposed", "pledged", "committed", "delivered")] == [None] * 4
    assert row["commitments"] == 1


def test_what_was_withdrawn_leaves_nothing_outstanding() -> None:
    """0 where a movement exists, not missing; and no share of 0."""
    gone = pt.Event(commitment="c", kind="withdrawn", on="2024-03-01")
    row = one(pt.Ledger([promise()], [gone], SOURCES).summary(as_of="2025-06-01"))
    assert (row["pledged"], row["outstanding"], row["overdue"], row["share"]) == (0, 0, 0, None)


def test_a_ratio_with_a_withdrawn_pledge_needs_its_zero_masked() -> None:
    """0/0 has no value: the share is missing, and masking gives the same by hand."""
    gone = pt.Event(commitment="b", kind="withdrawn", on="2024-03-01")
    ledger = pt.Ledger([promise("a"), promise("b")], [gone, delivered(25, name="a")], SOURCES)
    table = ledger.summary(by="commitment", as_of="2024-12-31")
    ratio = table["delivered"] / table["pledged"].mask(table["pledged"] == 0)
    assert list(ratio.dropna()) == list(table["share"].dropna()) == [Decimal("0.25")]


@pytest.mark.parametrize("way", ["by", "filter", "where"])
def test_a_choice_of_sources_cuts_through_commitments(way: str) -> None:
    """Promise and delivery rest on different sources, so nothing can be told outstanding."""
    ledger = pt.Ledger([promise()], [delivered(100)], SOURCES)
    table = {
        "by": lambda: ledger.totals(by="source", as_of="2025-06-01"),
        "filter": lambda: ledger.filter(source="plan").summary(as_of="2025-06-01"),
        "where": lambda: pt.totals(ledger.movements(), where={"source": "plan"}),
    }[way]()
    assert not {"outstanding", "overdue", "share"} & set(table)
    assert 100 in set(table["pledged"])


def test_a_tag_is_a_key_even_where_no_commitment_left_has_it() -> None:
    """After a cut or a filter the key is still known, with its visible label."""
    tagged = promise("b", announced="2024-05-01", party="B", tags={"law": "act"})
    ledger = pt.Ledger([promise("a"), tagged], [], SOURCES)
    for part in (ledger.cut("2024-02-01"), ledger.filter(party="A")):
        assert one(part.totals(by="law", as_of="2024-06-01"))["law"] == "not stated"
    assert list(ledger.totals(by="tag_law", as_of="2024-06-01")["tag_law"]) == ["act", "not stated"]


@pytest.mark.parametrize(
    ("events", "bound"),
    [
        ([delivered(30, bound="at least")], "delivered at least, outstanding up to"),
        ([delivered(50), delivered(-30, bound="at least")],
         "delivered up to, outstanding at least"),
        ([delivered(30, bound="up to"), delivered(1, bound="at least")],
         "delivered about, outstanding about"),
        ([delivered(5, unit="school", bound="about")], ""),
    ],
)  # fmt: skip
def test_bounds_in_words(events: list[pt.Event], bound: str) -> None:
    """What is taken off flips a bound, whether from a promise or from a delivery."""
    table = pt.Ledger([promise()], events, SOURCES).totals(as_of="2024-12-31")
    assert list(table[table["unit"] == "USD"]["bound"]) == [bound]


def test_horizon_classes_run_from_the_announcement() -> None:
    """One year to the day is short, a day more is medium; five years likewise."""
    ends = {"2025-01-15": "short", "2025-01-16": "medium", "2029-01-15": "medium",
            "2029-01-16": "long"}  # fmt: skip
    promises = [promise(end, horizon={"end": end}) for end in ends]
    promises += [promise("open", horizon={"start": "2024-01-15"}), promise("none", horizon=None)]
    table = pt.Ledger(promises, [], SOURCES).totals(
        by=["commitment", "horizon"], as_of="2024-06-01"
    )
    found = dict(zip(table["commitment"], table["horizon"], strict=True))
    assert found == ends | {"open": "open", "none": "not stated"}
    order = pt.Ledger(promises, [], SOURCES).totals(by="horizon", as_of="2024-06-01")["horizon"]
    assert list(order) == ["short", "medium", "long", "open", "not stated"]


def test_deliveries_fall_in_the_period_of_their_own_day() -> None:
    """What was promised is spread, what arrived is not."""
    ledger = pt.Ledger([promise(horizon={"start": "2024-01-01", "end": "2024-12-31"})],
                       [delivered(7, "2024-05-05"), delivered(8, "2025-02-02")],
                       SOURCES)  # fmt: skip
    table = ledger.totals(per="quarter", as_of="2025-06-01").set_index("period")
    assert table["delivered"].dropna().to_dict() == {"2024-Q2": 7, "2025-Q1": 8}
    assert table["pledged"].dropna().to_dict() == {
        "2024-Q1": Decimal("24.86"), "2024-Q2": Decimal("24.87"), "2024-Q3": Decimal("25.13"),
        "2024-Q4": Decimal("25.14"),
    }  # fmt: skip
    assert list(table["commitments"]) == [1] * 5


def test_without_a_start_the_window_opens_on_the_announcement() -> None:
    """100 days from 15 January to 23 April: 17 of them in January."""
    ledger = pt.Ledger([promise(horizon={"end": "2024-04-23"})], [], SOURCES)
    months = ledger.totals(per="month", as_of="2024-06-01")
    assert list(months["period"]) == ["2024-01", "2024-02", "2024-03", "2024-04"]
    assert list(months["pledged"]) == [17, 29, 31, 23]


def test_things_counted_split_in_whole_units_unless_the_target_has_decimals() -> None:
    """Three visas over two years are 1 and 2; 2.5 hospitals have a decimal."""
    window = {"start": "2024-01-15", "end": "2026-01-13"}
    promises = [
        promise("visas", target={"number": 3, "unit": "visa"}, horizon=window),
        promise("half", target={"number": "2.5", "unit": "hospital"}, horizon=window),
    ]
    table = pt.Ledger(promises, [], SOURCES).totals(per="year", as_of="2024-06-01")
    visas = table[table["unit"] == "visa"]["pledged"]
    halves = table[table["unit"] == "hospital"]["pledged"]
    assert sum(visas) == 3
    assert all(part == int(part) for part in visas)
    assert sum(halves) == Decimal("2.5")


def test_a_fiscal_year_needs_a_calendar() -> None:
    """The refusal names both ways out."""
    with pytest.raises(pt.CalendarError, match="calendar='US'") as caught:
        pt.Ledger([promise()], [], SOURCES).totals(per="fiscal year")
    assert caught.value.choices == ("US",)


@pytest.mark.parametrize(
    ("first", "naming", "label"),
    [(10, "ending", "FY2024"), (10, "starting", "FY2023"), (4, "starting", "FY2023"),
     (4, "ending", "FY2024"), (1, "ending", "FY2024"), (1, "starting", "FY2024")],
)  # fmt: skip
def test_fiscal_years_are_named_as_asked(first: int, naming: Any, label: str) -> None:
    """15 January 2024 to 31 March falls in one fiscal year, by whatever name."""
    calendar = pt.FiscalCalendar(first, naming)
    ledger = pt.Ledger([promise(horizon={"end": "2024-03-31"})], [], SOURCES)
    table = ledger.totals(per="fiscal year", calendar=calendar, as_of="2024-06-01")
    assert list(table["period"]) == [label]
    assert table.attrs["calendar"] == str(calendar)


def test_equal_keys_and_unknown_ones_are_refused() -> None:
    """An unknown key names the choices and the nearest."""
    ledger = pt.Ledger([promise()], [], SOURCES)
    with pytest.raises(pt.UnknownNameError, match="did you mean 'party'") as caught:
        ledger.totals(by="partey")
    assert "recipient" in caught.value.choices
    with pytest.raises(pt.UnknownNameError, match="repeated"):
        ledger.totals(by=["party", "party"])
    with pytest.raises(pt.UnknownNameError, match="unknown key 3"):
        ledger.totals(by=3)  # type: ignore[arg-type]


def test_an_empty_ledger_has_empty_tables_with_all_columns() -> None:
    """Nothing recorded is no error."""
    empty = pt.Ledger()
    for table in (empty.totals(by="party"), empty.summary(), empty.status(), empty.explain(),
                  empty.check(), empty.totals(per="year"), empty.movements()):  # fmt: skip
        assert table.empty
        assert len(table.columns)


@pytest.mark.parametrize("options", [{"by": "source"}, {"where": {"source": "s"}}])
@pytest.mark.parametrize("in_memory", [True, False])
def test_what_is_told_by_source_says_nothing_of_what_is_outstanding(
    options: dict[str, Any], in_memory: bool
) -> None:
    """Nor how exact that would be: of a promise a source tells a part."""
    aid = promise("aid", target={"number": 5, "unit": "USD", "bound": "at least"},
                  citation={"source": "s"})  # fmt: skip
    table = pa.table(pt.Ledger([aid], sources=[pt.Source(id="s")]).movements())
    with mock.patch.object(codes, "table_of", codes.table_of if in_memory else lambda _: None):
        made = pt.totals(table, as_of="2035-01-01", **options)
    assert "outstanding" not in made
    assert list(made["bound"]) == ["pledged at least"]
