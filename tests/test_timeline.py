"""Timeline: the totals at the end of each period."""

from __future__ import annotations

import datetime as dt
import importlib
from decimal import Decimal
from typing import Any
from unittest import mock

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from examples import times
from pledgetrack import strategies as pts
from pledgetrack.calendar import Periods
from test_engines import ENGINES

TIMELINE = importlib.import_module("pledgetrack.timeline")
PLEDGE = pt.Commitment(
    id="aid", party="A", announced="2024-01-15", stage="pledged",
    target={"number": 100, "unit": "USD"}, horizon={"end": "2024-06-15"},
)  # fmt: skip


def event(kind: str, on: str, number: object = None, **fields: Any) -> pt.Event:
    """An event of the pledge."""
    quantity = None if number is None else {"number": number, "unit": "USD"}
    return pt.Event(commitment="aid", kind=kind, on=on, quantity=quantity, **fields)


LEDGER = pt.Ledger(
    [PLEDGE],
    [event("delivered", "2024-03-31", 30), event("delivered", "2024-04-01", 20),
     event("committed", "2024-05-02", 60)],
)  # fmt: skip


def same(timeline: pd.DataFrame, expected: pd.DataFrame, day: dt.date) -> None:
    """Whether the rows of a timeline of a day are a table of totals."""
    mine = timeline[timeline["on"] == day].drop(columns=["period", "on"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, expected)


@times(2)
@given(
    st.one_of(pts.ledgers(), pts.families()),
    st.sampled_from([[], ["party"], ["horizon"], ["due", "source"], ["commitment"], ["status"]]),
    st.sampled_from(["quarter", "year"]),
    st.none() | pts.calendars(),
    pts.days(),
    st.data(),
)
def test_each_row_is_totals_as_of_its_day(
    ledger: pt.Ledger, by: list[str], freq: str, calendar: Any, day: dt.date, data: st.DataObject
) -> None:
    """The last row and every other one, in whatever key and calendar, with both ends of bounds."""
    known = data.draw(st.none() | pts.days())
    options: dict[str, Any] = {"known_by": known, "bounds": "range"}
    # Under the key status days are judged by themselves, which takes its time.
    since = day - dt.timedelta(days=1000) if by == ["status"] else None
    table = ledger.timeline(by, freq=freq, since=since, as_of=day, calendar=calendar, **options)
    days = sorted(set(table["on"]))
    # The days between are drawn, for each costs a table.
    for one in {day, *(data.draw(st.sampled_from(days)) for _ in range(min(2, len(days))))}:
        same(table, ledger.totals(by, as_of=one, **options), one)
    periods = Periods.of("fiscal year" if freq == "year" and calendar else freq, calendar)
    for label, one in zip(table["period"], table["on"], strict=True):
        number = periods.number(one)
        assert label == periods.label(number)
        assert one == min(day, periods.first_day(number + 1) - dt.timedelta(days=1))


def test_days_are_judged_only_where_something_turned() -> None:
    """The pledge, what arrives, what is committed, and the day after its end, of 24 months."""
    with mock.patch.object(TIMELINE, "cells_of", wraps=TIMELINE.cells_of) as judged:
        table = LEDGER.timeline("status", as_of="2025-12-31")
    # Something arrives in March and April, more is committed in May, the last day is in June.
    assert [call.args[2].month for call in judged.call_args_list] == [1, 3, 4, 5, 6]
    for one in table["on"]:
        same(table, LEDGER.totals("status", as_of=one), one)


@given(pts.ledgers(), pts.days(), st.sampled_from(["announced", "event"]))
def test_a_converted_timeline_is_converted_totals(
    ledger: pt.Ledger, day: dt.date, rate_day: str
) -> None:
    """Amounts are converted before they are added up, and judged as recorded."""
    rates = pt.Rates.fixed({"EUR": "0.93", "JPY": "151.7", "KWD": "0.3", "DEM": "1.7"}, per="USD")
    options: dict[str, Any] = {"into": "USD", "rates": rates, "rate_day": rate_day}
    table = ledger.timeline("party", freq="year", as_of=day, **options)
    same(table, ledger.totals("party", as_of=day, **options), day)
    assert table.attrs["into"] == "USD"


def test_amounts_are_those_at_the_end_of_each_month() -> None:
    """A fact of the last day counts in its month; the last row is of the day asked for."""
    table = LEDGER.timeline(as_of="2024-07-10")
    assert list(table["period"]) == [f"2024-{month:02d}" for month in range(1, 8)]
    assert list(table["on"])[-2:] == [dt.date(2024, 6, 30), dt.date(2024, 7, 10)]
    assert list(table["pledged"]) == [100] * 7
    assert list(table["committed"]) == [None] * 4 + [60] * 3
    assert list(table["delivered"]) == [None, None, 30, 50, 50, 50, 50]
    assert list(table["outstanding"]) == [100, 100, 70, 50, 50, 50, 50]
    assert list(table["overdue"]) == [None] * 5 + [50, 50]
    assert all(isinstance(number, Decimal) for number in table["pledged"])


def test_a_fiscal_calendar_makes_fiscal_years_and_quarters() -> None:
    """A calendar that is given is never passed over."""
    table = LEDGER.timeline(freq="year", calendar="US", as_of="2024-11-01")
    assert list(table["period"]) == ["FY2024", "FY2025"]
    assert table.attrs["calendar"].startswith("US")
    assert list(LEDGER.timeline(freq="quarter", calendar="US", as_of="2024-02-01")["period"]) == [
        "FY2024-Q2"
    ]
    assert list(LEDGER.timeline(freq="year", as_of="2024-11-01")["period"]) == ["2024"]


def test_since_begins_the_rows_and_cuts_nothing() -> None:
    """What was before counts in the first row."""
    table = LEDGER.timeline(since="2024-04-20", as_of="2024-05-31")
    assert list(table["period"]) == ["2024-04", "2024-05"]
    assert list(table["delivered"]) == [50, 50]
    early = LEDGER.timeline(since="2023-11-20", as_of="2024-01-31")
    assert list(early["period"]) == ["2024-01"]  # nothing was recorded before


@pytest.mark.parametrize("day", ["2024-01-14", "2020-01-01"])
def test_before_the_first_fact_there_is_no_row(day: str) -> None:
    """The columns stay."""
    table = LEDGER.timeline("party", as_of=day)
    assert len(table) == 0
    assert list(table)[:4] == ["party", "period", "on", "unit"]
    assert len(pt.Ledger().timeline(as_of=day)) == 0


def test_a_moved_horizon_leaves_its_old_row() -> None:
    """Under the key of its horizon the promise moves from one row to another."""
    moved = event("revised", "2024-04-10", horizon={"end": "2026-06-15"})
    ledger = pt.Ledger([PLEDGE], [*LEDGER.events, moved])
    table = ledger.timeline("horizon", as_of="2024-05-31")
    assert list(zip(table["horizon"], table["period"], strict=True)) == [
        ("short", "2024-01"), ("short", "2024-02"), ("short", "2024-03"),
        ("medium", "2024-04"), ("medium", "2024-05"),
    ]  # fmt: skip


def test_a_choice_of_units_holds() -> None:
    """As in totals."""
    visas = pt.Commitment(
        id="v", party="A", announced="2024-01-01", stage="pledged",
        target={"number": 5, "unit": "visa"},
    )  # fmt: skip
    ledger = pt.Ledger([PLEDGE, visas], LEDGER.events).filter(unit="visa")
    assert set(ledger.timeline(as_of="2024-03-01")["unit"]) == {"visa"}


@pytest.mark.parametrize("name", ENGINES)
def test_a_timeline_is_the_same_on_every_engine(name: str, seeds: pt.Ledger) -> None:
    """From a movements frame alone."""
    for by in (["party", "due"], ["status"]):
        options: dict[str, Any] = {"freq": "quarter", "as_of": "2024-08-01", "calendar": "US"}
        options["since"] = "2024-03-01"
        expected = seeds.timeline(by, **options)
        found = pt.timeline(ENGINES[name](seeds.movements()), by, **options)
        pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"freq": "week"}, "unknown frequency 'week'"), ({"by": "period"}, "unknown key 'period'"),
     ({"freq": "fiscal year"}, "fiscal year start unknown"), ({"since": "soon"}, "YYYY-MM-DD"),
     ({"bounds": "both"}, "unknown kind of bounds")],
)  # fmt: skip
def test_slips_are_refused(options: dict[str, Any], message: str) -> None:
    """With what to do."""
    with pytest.raises(pt.PledgetrackError, match=message):
        LEDGER.timeline(as_of="2024-05-31", **options)


def test_what_parts_took_still_counts_as_pledged_for_what_is_outstanding() -> None:
    """The last row is the totals, also where the parts leave nothing of their whole."""
    fields = {"party": "A", "stage": "pledged"}
    whole = pt.Commitment(id="w", announced="2024-01-01", target="100 USD", **fields)
    parts = [
        pt.Commitment(id=name, announced="2024-02-01", target=size, part_of="w", **fields)
        for name, size in (("p", "60 USD"), ("q", "40 USD"))
    ]
    paid = pt.Event(commitment="w", kind="delivered", on="2024-03-01", quantity="100 USD")
    ledger = pt.Ledger([whole, *parts], [paid])
    totals = ledger.totals(as_of="2024-12-31")
    assert list(totals["outstanding"]) == [0]
    assert list(ledger.timeline(freq="year", as_of="2024-12-31")["outstanding"]) == [0]
    assert ledger.explain(totals, 0, measure="outstanding")["counts"].sum() == 0
