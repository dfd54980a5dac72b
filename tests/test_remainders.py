"""What is left of wholes whose parts are not exact, beside all that is neither."""

from __future__ import annotations

import datetime as dt
from typing import Any
from unittest import mock

import duckdb
import narwhals as nw
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import general_way
import pledgetrack as pt
from pledgetrack import remainders
from pledgetrack import strategies as pts
from pledgetrack.cells import labelled

DAY = dt.date(2024, 6, 1)


def promise(name: str, number: int, bound: str = "about", **fields: Any) -> pt.Commitment:
    """A pledge in dollars."""
    target = {"number": number, "unit": "USD", "bound": bound}
    given_ = {"announced": "2024-01-01", "stage": "pledged", "target": target, **fields}
    return pt.Commitment(id=name, party="AB"[number % 2], **given_)


def family(name: str) -> list[pt.Commitment]:
    """A fund and what one part shows of it, both about so much."""
    return [promise(f"{name} fund", 100), promise(f"{name} part", 30, part_of=f"{name} fund")]


@pytest.mark.parametrize("asked", [{}, {"by": ["party", "status"]}, {"bounds": "range"}], ids=str)
def test_only_wholes_and_parts_leave_the_engine(leaving: list[int], asked: dict[str, Any]) -> None:
    """Other promises that are not exact are added up where they are."""
    others = [promise(f"c{at}", 1 + at, ("about", "at least")[at % 2]) for at in range(200)]
    exact = [promise("e", 50, "exact"), promise("f", 20, "exact", part_of="e")]
    ledger = pt.Ledger([*others, *exact, *family("a"), *family("b")])
    frame = duckdb.connect().from_arrow(pa.table(ledger))
    leaving.clear()
    found = pt.totals(frame, as_of=DAY, **asked)
    assert 4 in leaving
    assert max(leaving) < 20
    pd.testing.assert_frame_equal(found, ledger.totals(as_of=DAY, **asked))


@pytest.mark.parametrize("bounds", ["words", "range"])
def test_a_whole_that_is_all_carved_out_is_exactly_nothing(bounds: Any) -> None:
    """The end that its part lacks makes no other amount of what it had."""
    ledger = pt.Ledger([
        promise("fund", 40, "up to"), promise("part", 40, "at least", part_of="fund"),
    ])  # fmt: skip
    table = ledger.totals("commitment", as_of=DAY, bounds=bounds).set_index("commitment")
    assert table["pledged"].to_dict() == {"fund": 0, "part": 40}
    assert "pledged" not in table["bound"]["fund"]
    assert "pledged at least" in table["bound"]["part"]


@given(
    pts.ledgers(),
    pts.families(),
    st.sampled_from([{}, {"bounds": "range"}, {"where": {"status": "in progress"}}]),
    general_way.BY,
    pts.days(),
)
def test_it_does_not_matter_what_leaves_the_engine(
    ledger: pt.Ledger, more: pt.Ledger, asked: dict[str, Any], by: list[str], day: dt.date
) -> None:
    """Totals are those of all commitments looked at one by one."""
    named = [one.id for one in ledger.commitments]
    if not {*named} & {one.id for one in more.commitments}:
        ledger += more
    ledger += pt.Ledger(family("surely"))
    table = pa.table(ledger)
    options: dict[str, Any] = {"by": by, "as_of": max(day, DAY), **asked}

    def all_of(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        return rows.select(*labelled(["commitment"])).unique()

    with mock.patch.object(remainders, "_with_their_parts", all_of):
        expected = pt.totals(table, **options)
    pd.testing.assert_frame_equal(pt.totals(table, **options), expected)


@pytest.mark.parametrize(
    ("whole", "part", "withdrawn"),
    [(100, {"number": 10, "most": 12}, 10),
     (100, {"number": 10, "bound": "about", "margin": 2}, 10),
     (100, {"number": 10, "most": 12}, "9.99"), (2, {"number": 0, "most": 1}, None),
     (0, {"number": 0, "most": 1}, None)],
)  # fmt: skip
def test_a_part_of_nothing_that_may_be_more_leaves_its_whole_as_exact_as_it_is(
    whole: int, part: dict[str, Any], withdrawn: Any
) -> None:
    """In a row that holds both; by itself each says what it may be."""
    made = [
        pt.Commitment(id=name, party="A", announced="2024-01-01", stage="pledged",
                      target={"unit": "USD", **said}, part_of=of, horizon={"end": "2024-06-30"})
        for name, said, of in (("whole", {"number": whole}, None), ("part", part, "whole"))
    ]  # fmt: skip
    events = [] if withdrawn is None else [
        pt.Event(commitment="part", kind="withdrawn", on="2024-02-01", quantity=f"{withdrawn} USD")
    ]  # fmt: skip
    ledger = pt.Ledger(made, events)
    options = {"as_of": "2024-12-31", "bounds": "range"}
    (row,) = ledger.totals(**options).to_dict("records")
    assert (row["pledged_low"], row["pledged"], row["pledged_high"]) == (whole,) * 3
    assert row["bound"] == ""
    by_name = ledger.totals(by="commitment", **options).set_index("commitment")
    assert by_name.loc["part", "pledged_high"] > by_name.loc["part", "pledged"]
    assert by_name.loc["whole", "pledged_high"] == by_name.loc["whole", "pledged"]


def test_what_is_overdue_of_a_part_that_is_all_of_its_whole_is_as_exact() -> None:
    """Of 2 that are "at least" 2 for a part exactly 2 are missing."""
    made = [
        pt.Commitment(id=name, party="A", announced="2024-01-01", stage="pledged",
                      target={"number": 2, "unit": "USD", "bound": bound}, part_of=of,
                      horizon={"end": "2024-03-01"})
        for name, bound, of in (("whole", "exact", None), ("part", "at least", "whole"))
    ]  # fmt: skip
    (row,) = pt.Ledger(made).totals(as_of="2024-03-02").to_dict("records")
    assert (row["outstanding"], row["overdue"], row["bound"]) == (2, 2, "")
