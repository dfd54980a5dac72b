"""Cells: what arrived, as it is judged at the rates of each event."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

import oracle
import pledgetrack as pt
from pledgetrack import strategies as pts
from pledgetrack.units import minor_digits

SWING = pt.Rates(
    "USD", {"GBP": {dt.date(2024, 1, 1): Decimal(1), dt.date(2024, 6, 1): Decimal("0.5")}},
    "a swing", max_gap=1000,
)  # fmt: skip
OPTIONS: dict[str, Any] = {"into": "USD", "rates": SWING, "rate_day": "event"}
PLEDGE = pt.Commitment(
    id="aid", party="A", announced="2024-01-15", stage="pledged", horizon={"end": "2024-12-31"},
    target={"number": 100, "unit": "GBP"},
)  # fmt: skip


def delivery(number: object, name: str = "aid", on: str = "2024-07-01") -> pt.Event:
    """Delivered when a pound was worth twice as much."""
    quantity = {"number": number, "unit": "GBP"}
    return pt.Event(commitment=name, kind="delivered", on=on, quantity=quantity)


@pytest.mark.parametrize(
    ("number", "overdue", "share"), [(60, 40, "0.6"), (100, 0, "1"), (130, 0, "1.3")]
)
def test_what_is_missing_is_judged_as_recorded(number: int, overdue: int, share: str) -> None:
    """60 of 100 GBP leave 40 % missing, whatever the 60 were worth on their day."""
    ledger = pt.Ledger([PLEDGE], [delivery(number)])
    table = ledger.summary(as_of="2025-01-01", **OPTIONS)
    (row,) = table.to_dict("records")
    assert (row["pledged"], row["delivered"]) == (100, 2 * number)
    assert (row["outstanding"], row["overdue"]) == (100 - 2 * number, overdue)
    assert row["share"] == Decimal(share) == ledger.status(as_of="2025-01-01")["share"][0]
    counts = ledger.explain(table, 0, measure="overdue", rates=SWING)["counts"]
    assert sum(counts) == overdue
    line = ledger.timeline(freq="year", as_of="2025-01-01", **OPTIONS)
    assert list(line["overdue"]) == [None, overdue]


def test_what_a_part_passes_on_is_judged_as_recorded_too() -> None:
    """130 of its 100 GBP, so the whole lacks 70 of its 100."""
    whole = PLEDGE.model_copy(
        update={"id": "fund", "targets": (pt.Quantity(number=200, unit="GBP"),)}
    )
    part = PLEDGE.model_copy(update={"part_of": "fund"})
    ledger = pt.Ledger([whole, part], [delivery(130)])
    table = ledger.summary(by="commitment", as_of="2025-01-01", **OPTIONS)
    assert list(table["overdue"]) == [0, 70]
    assert [str(share) for share in table["share"]] == ["1", "0.3"]


def test_a_report_on_the_way_rounds_as_a_running_balance() -> None:
    """What the rows of an explanation count adds up to the figure, to the cent."""
    third = pt.Rates(
        "USD", {"GBP": {dt.date(2024, 1, 1): Decimal(3), dt.date(2024, 6, 1): Decimal(7)}},
        "thirds", max_gap=1000,
    )  # fmt: skip
    ledger = pt.Ledger([PLEDGE], [delivery(1), delivery(1, on="2024-08-01"), delivery(2)])
    options = {**OPTIONS, "rates": third}
    table = ledger.totals(as_of="2025-01-01", **options)
    assert list(table["overdue"]) == [Decimal("32.00")]
    rows = ledger.explain(table, 0, measure="overdue", rates=third)
    assert sum(rows["counts"]) == Decimal("32.00")


@given(pts.ledgers(), pts.days(), pts.rates())
def test_overdue_is_what_is_missing_as_recorded_at_the_worth_of_what_is_pledged(
    ledger: pt.Ledger, day: dt.date, rates: pt.Rates
) -> None:
    """Of each commitment by itself, in the rows of the converted movements."""
    options: dict[str, Any] = {"into": "USD", "rates": rates, "rate_day": "event"}
    rows = oracle.counting(ledger.movements(**options), day)
    for cell in ledger.totals(by=["commitment", "stated_unit"], as_of=day, **options).to_dict(
        "records"
    ):
        mine = [
            row for row in rows
            if (row["commitment"], row["stated_unit"]) == (cell["commitment"], cell["stated_unit"])
        ]  # fmt: skip
        expected = oracle.overdue_as_recorded(mine, day, minor_digits(cell["unit"]))
        assert cell["overdue"] == expected, Fraction(cell["overdue"] or 0)
