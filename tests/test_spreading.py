"""Totals by period read by codes are those of the engines, on everything."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from decimal import Decimal
from functools import partial
from typing import Any
from unittest import mock

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from general_way import BY, DAYS, TOTALS, by_loops, few, tables, totals_by_engine, with_one_each
from pledgetrack import strategies as pts
from pledgetrack import tally

CUTS = st.fixed_dictionaries(
    {"per": st.sampled_from(("year", "fiscal year", "quarter", "month"))},
    optional={"calendar": st.sampled_from(("US", "4:starting"))},
)


by_engine = partial(totals_by_engine, "periods_in_memory")


@given(st.one_of(pts.ledgers(), pts.families()), BY, CUTS, pts.days(), st.data())
def test_by_codes_nothing_is_otherwise(
    ledger: pt.Ledger, by: list[str], cut: dict[str, Any], day: dt.date, data: st.DataObject
) -> None:
    """Whatever the keys, the periods, the day and the choice: each cell is the engine's."""
    if cut["per"] == "fiscal year":
        cut.setdefault("calendar", "US")
    table = pa.table(ledger.movements())
    options = {**cut, "as_of": day}
    whole = by_engine(table, by, **options)
    if len(whole) and by and data.draw(st.booleans()):
        row = data.draw(st.sampled_from(whole.to_dict("records")))
        options["where"] = {name: row[name] for name in [*by, "unit"]}
        whole = by_engine(table, by, **options)
    with mock.patch.object(TOTALS, "cells_of", side_effect=AssertionError):
        made = pt.totals(table, by, **options)
    pd.testing.assert_frame_equal(made, whole)
    assert made.attrs == whole.attrs
    with few(3), mock.patch("pledgetrack.spreading._TOGETHER", 2):
        pd.testing.assert_frame_equal(pt.totals(table, by, **options), whole)
    with by_loops():
        pd.testing.assert_frame_equal(pt.totals(table, by, **options), whole)
    with mock.patch.object(tally, "SAFE", 1):
        pd.testing.assert_frame_equal(pt.totals(table, by, **options), whole)


HORIZONS = ("open", "not stated", None)
SOME_DAYS = ("since", "until", "on", "start", "announced", "end")


def spreadable(table: pa.Table) -> pa.Table:
    """The rows that say when; what arrives is an amount, and a commitment has one horizon."""
    arrives = pc.fill_null(pc.equal(table["measure"], "delivered"), False)
    said = pc.or_(pc.is_valid(table["number"]), pc.invert(arrives))
    return with_one_each(table.filter(pc.and_(said, pc.is_valid(table["on"]))), ("horizon",))


@given(tables(SOME_DAYS, horizon=HORIZONS), st.sampled_from([(), ("party",), ("commitment",),
       ("horizon",), ("party", "commitment")]), st.sampled_from(("year", "month")),
       st.sampled_from(DAYS[:3]), st.integers(1, 20))  # fmt: skip
def test_rows_of_any_kind_are_spread_as_engines_spread_them(
    table: pa.Table, by: tuple[str, ...], per: str, day: dt.date, chunk: int
) -> None:
    """Also where a commitment is in several cells and chunks, or a row names none."""
    table = spreadable(table)
    expected = by_engine(table, by, per=per, as_of=day)
    with few(chunk), mock.patch("pledgetrack.spreading._TOGETHER", 2):
        pd.testing.assert_frame_equal(pt.totals(table, by, per=per, as_of=day), expected)
    with by_loops(chunk):
        pd.testing.assert_frame_equal(pt.totals(table, by, per=per, as_of=day), expected)


def test_what_arrives_of_two_on_one_day_is_as_exact_as_each() -> None:
    """Where both are about, each row says so; of what is taken back whole nothing is loose."""
    promises = [pt.Commitment(id=name, party="A", announced="2024-01-01", stage="pledged",
                              target={"number": 9, "unit": "USD"}, horizon={"end": "2024-12-31"})
                for name in ("a", "b", "c")]  # fmt: skip
    events = [pt.Event(commitment=name, kind="delivered", on="2024-06-01",
                       quantity={"number": number, "unit": "USD", "bound": "about"})
              for name, number in (("a", 5), ("b", 5), ("c", 5), ("c", -5))]  # fmt: skip
    table = pa.table(pt.Ledger(promises, events).movements())
    for function in (pt.totals, by_engine):
        made = function(table, "commitment", per="year", as_of="2025-01-01")
        assert list(made["delivered"]) == [5, 5, 0]
        assert list(made["bound"]) == ["delivered about", "delivered about", ""]


def test_all_that_something_arrives_of_outside_their_windows_count_there() -> None:
    """In a period of a cell each is one, however many there are and whatever came before."""
    promises = [pt.Commitment(id=f"p{at}", party="A", announced="2020-01-01", stage="pledged",
                              target={"number": 9, "unit": "USD"}, horizon={"end": "2020-12-31"})
                for at in range(5)]  # fmt: skip
    events = [pt.Event(commitment=one.id, kind="delivered", on=f"{year}-06-01",
                       quantity={"number": 1, "unit": "USD"})
              for one in promises for year in (2020, 2021, 2022, 2022)]  # fmt: skip
    table = pa.table(pt.Ledger(promises, events).movements())
    for function in (pt.totals, by_engine):
        made = function(table, (), per="year", as_of="2023-01-01")
        assert list(made["delivered"]) == [5, 5, 10]
        assert list(made["commitments"]) == [5, 5, 5]


@pytest.mark.parametrize(
    ("number", "unit", "part"),
    [
        ("0.005", "USD", "0.001"),
        ("2.5", "hospital", "0.5"),
        ("0.000005", "JPY", "0.000001"),
        ("0.0005", "KWD", "0.0001"),
        ("50", "visa", "10"),
    ],
)
def test_amounts_are_split_in_digits_of_their_own(number: str, unit: str, part: str) -> None:
    """Those of the unit, or as many as the amount has, whatever stands beside it."""
    promises = [
        pt.Commitment(id=name, party=name, announced="2023-01-01", stage="pledged",
                      target={"number": amount, "unit": unit}, horizon={"end": "2027-12-31"})
        for name, amount in (("Some", number), ("Other", 1826))
    ]  # fmt: skip
    table = pa.table(pt.Ledger(promises))
    options: dict[str, Any] = {"by": "party", "per": "year", "as_of": "2024-06-01"}
    with by_loops():
        looped = pt.totals(table, **options)
    for found in (looped, pt.totals(table, **options), by_engine(table, **options)):
        parts = found.groupby("party")["pledged"].agg(list)
        assert parts["Some"] == [Decimal(part)] * 5
        assert parts["Other"] == [365, 366, 365, 365, 365]


@pytest.mark.parametrize("order", [1, -1])
def test_what_is_not_exact_of_some_rows_is_not_exact_of_all(order: int) -> None:
    """Whichever of the commitments of a cell are looked at together, and in which order."""
    bounds = ["about", "exact", "exact"][::order]
    promises = [
        pt.Commitment(id=f"c{at}", party="A", announced="2023-01-01", stage="pledged",
                      target={"number": 100, "unit": "USD", "bound": bound},
                      horizon={"end": "2024-12-31"})
        for at, bound in enumerate(bounds)
    ]  # fmt: skip
    events = [
        pt.Event(commitment=one.id, kind="delivered", on=f"2023-0{month}-01",
                 quantity={"number": 1, "unit": "USD"})
        for one in promises for month in range(1, 7)
    ]  # fmt: skip
    table = pa.table(pt.Ledger(promises, events))
    for way in (few(2), by_loops(2), nullcontext()):
        with way:
            found = pt.totals(table, per="year", as_of="2023-12-31")
        assert found["bound"].tolist() == ["pledged about"] * 2
        assert found["commitments"].tolist() == [3, 3]
