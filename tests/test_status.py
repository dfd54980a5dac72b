"""Fulfilment as of a day: every line of the table, and what stands beside the status."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
import polars as pl
import pytest

import pledgetrack as pt
from pledgetrack.status import COLUMNS, STATUSES


def promise(**fields: Any) -> pt.Commitment:
    """100 USD, announced on 2024-01-15, due by the end of 2024."""
    made: dict[str, Any] = {
        "id": "c",
        "party": "A",
        "announced": "2024-01-15",
        "stage": "pledged",
        "target": {"number": 100, "unit": "USD"},
        "horizon": {"end": "2024-12-31"},
    }
    made |= fields
    return pt.Commitment(**{name: value for name, value in made.items() if value is not None})


def event(kind: str, on: str, number: object = None, unit: str = "USD", **fields: Any) -> pt.Event:
    """Something that happens to it."""
    if number is not None:
        fields["quantity"] = {"number": number, "unit": unit}
    return pt.Event(commitment="c", kind=kind, on=on, **fields)


def status_of(day: str, commitment: pt.Commitment, *events: pt.Event) -> str:
    """The one status of the commitment, by codes and by an engine."""
    ledger = pt.Ledger([commitment], events)
    (found,) = set(ledger.status(as_of=day)["status"])
    (asked,) = set(pt.status(pl.from_pandas(ledger.movements()), as_of=day)["status"])
    assert asked == found
    return str(found)


TWO = {"target": None, "targets": [{"number": 100, "unit": "USD"}, {"number": 2, "unit": "school"}]}
ACTION = {"target": None}


@pytest.mark.parametrize(
    ("fields", "events", "expected"),
    [
        ({}, [], "nothing reported"),
        ({}, [event("delivered", "2024-02-01", 0)], "nothing delivered"),
        ({}, [event("delivered", "2024-02-01", 30)], "in progress"),
        ({}, [event("delivered", "2024-02-01", 30), event("delivered", "2024-03-01", -30)],
         "nothing delivered"),
        ({}, [event("delivered", "2024-02-01", 100)], "fulfilled"),
        ({}, [event("delivered", "2024-02-01", 130)], "fulfilled"),
        ({}, [event("delivered", "2024-02-01", 100), event("delivered", "2024-03-01", -1)],
         "in progress"),
        ({}, [event("suspended", "2024-02-01")], "stalled"),
        ({}, [event("suspended", "2024-02-01"), event("resumed", "2024-02-01")],
         "nothing reported"),
        ({}, [event("withdrawn", "2024-02-01")], "withdrawn"),
        ({}, [event("withdrawn", "2024-02-01", 100)], "withdrawn"),
        ({}, [event("withdrawn", "2024-02-01", 60)], "nothing reported"),
        ({}, [event("withdrawn", "2024-02-01", 60), event("expired", "2024-03-01", 40)], "expired"),
        ({}, [event("delivered", "2024-02-01", 40), event("withdrawn", "2024-03-01", 60)],
         "withdrawn"),
        ({}, [event("withdrawn", "2024-02-01", 60), event("delivered", "2024-03-01", 40)],
         "fulfilled"),
        ({}, [event("delivered", "2024-02-01", 100), event("withdrawn", "2024-03-01")],
         "fulfilled"),
        ({}, [event("withdrawn", "2024-03-01"), event("delivered", "2024-03-01", 100)],
         "fulfilled"),
        ({}, [event("rejected", "2024-02-01"), event("reopened", "2024-03-01")],
         "nothing reported"),
        ({}, [event("reopened", "2024-02-01"), event("rejected", "2024-02-01")], "rejected"),
        ({}, [event("withdrawn", "2024-02-01"), event("rejected", "2024-03-01")], "withdrawn"),
        ({}, [event("rated", "2024-02-01", outcome="broken")], "nothing reported"),
        ({}, [event("completed", "2024-02-01")], "fulfilled"),
        ({"stage": "alleged"}, [], "alleged"),
        ({"stage": "alleged"}, [event("pledged", "2024-02-01")], "nothing reported"),
        ({"stage": "proposed"}, [event("delivered", "2024-02-01", 100)], "proposed"),
        ({"stage": "proposed"}, [event("pledged", "2024-02-01", 1)], "nothing reported"),
        ({"stage": "proposed"}, [event("rejected", "2024-02-01")], "rejected"),
        (TWO, [event("delivered", "2024-02-01", 100)], "in progress"),
        (TWO, [event("delivered", "2024-02-01", 100),
               event("delivered", "2024-02-01", 2, "school")],
         "fulfilled"),
        (TWO, [event("delivered", "2024-02-01", 100),
               event("withdrawn", "2024-02-01", 2, "school")],
         "withdrawn"),
        (TWO, [event("withdrawn", "2024-02-01", 100)], "nothing reported"),
        (ACTION, [], "nothing reported"),
        (ACTION, [event("completed", "2024-02-01")], "fulfilled"),
        (ACTION, [event("completed", "2024-02-01"), event("withdrawn", "2024-02-01")], "fulfilled"),
        (ACTION, [event("completed", "2024-02-01"), event("withdrawn", "2024-01-31")], "withdrawn"),
        (ACTION, [event("completed", "2024-02-01"), event("reopened", "2024-03-01")],
         "nothing reported"),
        (ACTION, [event("rejected", "2024-02-01")], "rejected"),
        (ACTION, [event("withdrawn", "2024-02-01"), event("rejected", "2024-03-01")], "withdrawn"),
        (ACTION, [event("delivered", "2024-02-01", 5, "school")], "in progress"),
        ({}, [event("revised", "2024-02-01", restated={"number": 0, "unit": "USD"})],
         "nothing reported"),
    ],
)  # fmt: skip
def test_the_first_line_that_holds(
    fields: dict[str, Any], events: list[pt.Event], expected: str
) -> None:
    """Before the horizon's end, each course has the status of the first line that holds."""
    assert status_of("2024-06-01", promise(**fields), *events) == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], "overdue"),
        ([event("delivered", "2024-06-01", 99)], "overdue"),
        ([event("delivered", "2024-12-31", 100)], "fulfilled"),
        ([event("delivered", "2025-01-01", 100)], "fulfilled late"),
        ([event("delivered", "2024-06-01", 100), event("delivered", "2025-01-05", -1),
          event("delivered", "2025-01-06", 1)], "fulfilled"),
        ([event("suspended", "2024-06-01")], "stalled"),
        ([event("completed", "2025-01-01")], "fulfilled late"),
        ([event("revised", "2024-06-01", horizon={"end": "2025-12-31"})], "nothing reported"),
        ([event("revised", "2025-01-15", horizon={"end": "2025-12-31"}),
          event("delivered", "2025-01-20", 100)], "fulfilled"),
        ([event("delivered", "2024-06-01", 100), event("revised", "2025-01-05", 50),
          event("delivered", "2025-01-10", 50)], "fulfilled late"),
        ([event("revised", "2024-06-01", horizon={"wording": "open"})], "nothing reported"),
    ],
)  # fmt: skip
def test_after_the_end_of_the_horizon(events: list[pt.Event], expected: str) -> None:
    """Late is judged by the target and the horizon as they stand on the day of the table."""
    assert status_of("2025-02-01", promise(), *events) == expected


def test_a_status_for_every_line() -> None:
    """The examples above cover all of the table."""
    marks = [
        *test_the_first_line_that_holds.pytestmark,
        *test_after_the_end_of_the_horizon.pytestmark,
    ]
    assert {row[-1] for mark in marks for row in mark.args[1]} == set(STATUSES)


def test_what_is_not_announced_is_not_in_the_table() -> None:
    """The day before the announcement there is nothing, on the day there is a row."""
    ledger = pt.Ledger([promise()])
    assert ledger.status(as_of="2024-01-14").empty
    assert len(ledger.status(as_of="2024-01-15")) == 1
    assert list(ledger.status(as_of="2024-01-14")) == list(COLUMNS)


def test_moved_goalposts_stand_beside_the_original() -> None:
    """The target and the end as they stand, and as they were announced."""
    ledger = pt.Ledger(
        [promise()],
        [
            event("revised", "2024-05-01", -40, horizon={"end": "2025-06-30"}),
            event("delivered", "2024-06-01", 15),
        ],
    )
    (row,) = ledger.status(as_of="2024-07-01").to_dict("records")
    assert (row["target"], row["original_target"]) == (60, 100)
    assert (row["end"], row["original_end"]) == (dt.date(2025, 6, 30), dt.date(2024, 12, 31))
    assert row["share"] == Decimal("0.25")
    assert row["days_left"] == 364
    (before,) = ledger.status(as_of="2024-04-30").to_dict("records")
    assert (before["target"], before["end"]) == (100, dt.date(2024, 12, 31))


def test_a_horizon_moved_on_the_day_of_the_announcement_keeps_the_original() -> None:
    """Both stand on one day; the announced end is not lost."""
    ledger = pt.Ledger([promise()], [event("revised", "2024-01-15", horizon={"end": "2026-01-01"})])
    (row,) = ledger.status(as_of="2024-01-15").to_dict("records")
    assert (row["end"], row["original_end"]) == (dt.date(2026, 1, 1), dt.date(2024, 12, 31))
    assert (row["target"], row["original_target"]) == (100, 100)


def test_the_last_report_is_that_of_the_row() -> None:
    """A delivery of schools says nothing about the money; a completion speaks of both."""
    known = [pt.Source(id="s1"), pt.Source(id="s2")]
    events = [
        event("delivered", "2024-02-01", 10, citation={"source": "s1"}),
        event("delivered", "2024-05-01", 1, "school", citation={"source": "s2"}),
    ]
    ledger = pt.Ledger([promise(**TWO)], events, known)
    rows = ledger.status(as_of="2024-06-01").set_index("unit")
    assert rows.loc["USD", "reported"] == dt.date(2024, 2, 1)
    assert rows.loc["USD", "source"] == "s1"
    assert rows.loc["school", "source"] == "s2"
    done = event("completed", "2024-05-20", citation={"source": "s1"})
    rows = pt.Ledger([promise(**TWO)], [*events, done], known).status(as_of="2024-06-01")
    assert set(rows["reported"]) == {dt.date(2024, 5, 20)}


def test_silence_has_no_last_report() -> None:
    """Neither a revision nor a rating is a report of what arrived."""
    events = [event("revised", "2024-02-01", 10), event("rated", "2024-03-01", outcome="kept")]
    (row,) = pt.Ledger([promise()], events).status(as_of="2024-06-01").to_dict("records")
    assert pd.isna(row["reported"])
    assert pd.isna(row["source"])


def test_a_report_before_a_month_only_announcement_counts_from_it() -> None:
    """A fact of 10 April of a promise of "April" is there on the 30th."""
    ledger = pt.Ledger([promise(announced="2024-04")], [event("delivered", "2024-04-10", 100)])
    assert ledger.status(as_of="2024-04-29").empty
    (row,) = ledger.status(as_of="2024-04-30").to_dict("records")
    assert (row["status"], row["reported"]) == ("fulfilled", dt.date(2024, 4, 10))


def test_the_share_is_the_same_whatever_the_callers_precision() -> None:
    """The library divides with its own context."""
    import decimal

    ledger = pt.Ledger([promise(target={"number": 3, "unit": "USD"})],
                       [event("delivered", "2024-02-01", 1)])  # fmt: skip
    with decimal.localcontext() as context:
        context.prec = 3
        (row,) = ledger.status(as_of="2024-06-01").to_dict("records")
    assert row["share"] == Decimal("0.3333333333333333333333333333")
