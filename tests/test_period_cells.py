"""Totals by period where the rows are: cells come back, and they are those of memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest import mock

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from examples import times
from general_way import totals_by_engine
from pledgetrack import strategies as pts
from pledgetrack.status import STATUSES

DAY = dt.date(2024, 6, 1)
by_engine = partial(totals_by_engine, "periods_in_memory")
CELLS = "pledgetrack.period_cells"


def promises(count: int, number: str = "1000.01") -> pt.Ledger:
    """Promises of two parties over years that overlap, some inexact, each with a delivery."""
    commitments, events = [], []
    for at in range(count):
        start = dt.date(2020 + at % 3, 1 + at % 12, 1 + at % 28)
        bound = "about" if at % 5 == 0 else "exact"
        commitments.append(pt.Commitment(
            id=f"c{at}", party="AB"[at % 2], announced=start, stage="pledged",
            target={"number": number, "unit": "USD", "bound": bound},
            horizon={"end": start + dt.timedelta(days=100 + at * 7 % 900)},
        ))  # fmt: skip
        events.append(pt.Event(commitment=f"c{at}", kind="delivered", on=start,
                               quantity={"number": 1 + at, "unit": "USD"}))  # fmt: skip
    return pt.Ledger(commitments, events)


def in_duckdb(ledger: pt.Ledger) -> Any:
    """The movements in DuckDB."""
    return duckdb.connect().from_arrow(pa.table(ledger))


def in_polars(ledger: pt.Ledger) -> Any:
    """The movements in Polars, which plans in a fraction of the time."""
    made: Any = pl.from_arrow(pa.table(ledger))
    return made.lazy()


@pytest.mark.parametrize(("asked", "on_engine"), [
    ({"per": "year"}, in_duckdb), ({"per": "year"}, in_polars),
    ({"per": "quarter", "bounds": "range"}, in_polars),
    ({"per": "year", "by": ["status"]}, in_polars),
    ({"per": "year", "where": {"status": "overdue"}}, in_polars),
    ({"by": ["status", "party"]}, in_duckdb), ({"by": ["status", "party"]}, in_polars),
    ({"by": "party", "where": {"status": ["overdue", "in progress"]}}, in_polars),
    ({}, in_polars),
], ids=lambda it: getattr(it, "__name__", str(it)))  # fmt: skip
def test_cells_leave_the_engine_and_commitments_do_not(
    leaving: list[int], asked: dict[str, Any], on_engine: Callable[[pt.Ledger], Any]
) -> None:
    """With ten times the commitments no query brings back more rows."""
    most = []
    for count in (120, 1200):
        frame = on_engine(promises(count))
        leaving.clear()
        table = pt.totals(frame, as_of=DAY, **asked)
        assert table["commitments"].max() > count / 20
        assert leaving
        most.append(max(leaving))
    assert most[1] <= most[0] + 8  # some cells only ten times as many promises reach
    assert most[1] < 120


def test_a_summary_is_counted_where_the_rows_are(leaving: list[int]) -> None:
    """Statuses too: what comes back is a row for each party and status."""
    frame = in_duckdb(promises(1200))
    leaving.clear()
    pt.summary(frame, by="party", as_of=DAY)
    assert max(leaving) <= 2 * len(STATUSES)


def test_what_engines_cannot_split_comes_back_alone(leaving: list[int]) -> None:
    """Amounts that are too fine, too large, or beyond the periods that an engine is asked for."""
    odd = [
        pt.Commitment(id=name, party="A", announced="2024-01-01", stage="pledged",
                      target={"number": number, "unit": "USD"}, horizon={"end": end})
        for name, number, end in (("fine", "0.001", "2025-12-31"), ("huge", 10**17, "2025-12-31"),
                                  ("far", 7, "9999-12-31"))
    ]  # fmt: skip
    ledger = promises(300) + pt.Ledger(odd)
    frame, options = in_polars(ledger), {"per": "year", "as_of": DAY}
    leaving.clear()
    with mock.patch(f"{CELLS}.MOST_PERIODS", 20):
        found = pt.totals(frame, **options)
    assert 3 in leaving
    assert max(leaving) < 100
    pd.testing.assert_frame_equal(found, ledger.totals(**options))


@times(1 / 2)
@given(st.one_of(pts.ledgers(), pts.families()), st.sampled_from(("year", "quarter")), pts.days(),
       st.integers(1, 40), st.integers(9, 60))  # fmt: skip
def test_no_limit_makes_a_difference(
    ledger: pt.Ledger, per: str, day: dt.date, most: int, together: int
) -> None:
    """However many periods an engine is asked for at once, and in all."""
    table = pa.table(ledger.movements())
    options: dict[str, Any] = {"by": ["party", "status"], "per": per, "as_of": day}
    whole = {bounds: by_engine_of(table, bounds, **options) for bounds in ("words", "range")}
    pd.testing.assert_frame_equal(whole["words"], pt.totals(table, **options))
    with (
        mock.patch(f"{CELLS}.MOST_PERIODS", most),
        mock.patch(f"{CELLS}._TOGETHER_IN_MEMORY", together),
    ):
        for bounds, expected in whole.items():
            pd.testing.assert_frame_equal(by_engine_of(table, bounds, **options), expected)


def by_engine_of(table: pa.Table, bounds: str, **options: Any) -> pd.DataFrame:
    """By period as every engine does it; with the ends of bounds there is no other way."""
    if bounds == "words":
        return by_engine(table, **options)
    return pt.totals(table, bounds="range", **options)


@times(2)
@given(pts.ledgers(), pts.days())
def test_amounts_without_a_window_are_not_split(ledger: pt.Ledger, day: dt.date) -> None:
    """What has no last day stands whole in the row of its horizon, and all rows add up."""
    table = pa.table(ledger.movements())
    parts = pt.totals(table, by="commitment", per="year", bounds="range", as_of=day)
    whole = pt.totals(table, by="commitment", bounds="range", as_of=day)
    for name in ("proposed", "pledged", "committed"):
        added = parts.groupby(["commitment", "unit"])[name].agg(lambda some: sum(some.dropna()))
        expected = whole.set_index(["commitment", "unit"])[name].fillna(0)
        assert dict(added) == dict(expected)


@pytest.mark.parametrize("scale", [9, 19, 20, 21, 30])
def test_numbers_of_any_scale_are_split_the_same(scale: int) -> None:
    """What an engine cannot compare with rounded numbers comes back one by one."""
    ledger = promises(20, "2.01")
    table = pa.table(ledger)
    at = table.column_names.index("number")
    fine = table.set_column(at, "number", table["number"].cast(pa.decimal128(38, scale)))
    options: dict[str, Any] = {"by": "party", "per": "quarter", "as_of": DAY}
    expected = pt.totals(table, **options)
    found = pt.totals(duckdb.connect().from_arrow(fine), **options)
    pd.testing.assert_frame_equal(found, expected)
