"""Totals added up by codes are those of the engines, on everything."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from decimal import Decimal
from functools import partial
from unittest import mock

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from examples import times
from general_way import BY, DAYS, KEYS, TOTALS, by_loops, few, tables, totals_by_engine
from pledgetrack import cell_rows, codes, tally
from pledgetrack import strategies as pts
from pledgetrack.movements import MEASURES, NUMBER

by_engine = partial(totals_by_engine, "totals_in_memory")


@given(pts.ledgers(), BY, pts.days(), st.data())
def test_by_codes_nothing_is_otherwise(
    ledger: pt.Ledger, by: list[str], day: dt.date, data: st.DataObject
) -> None:
    """Whatever the keys, the day and the choice: each row, figure and word is the engine's."""
    table = pa.table(ledger.movements())
    whole = by_engine(table, by, as_of=day)
    where = None
    if len(whole) and by:
        row = data.draw(st.sampled_from(whole.to_dict("records")))
        where = {name: row[name] for name in [*by, "unit"]}
        whole = by_engine(table, by, as_of=day, where=where)
    made = pt.totals(table, by, as_of=day, where=where)
    pd.testing.assert_frame_equal(made, whole)
    assert made.attrs == whole.attrs
    # Few cells at once, and sums that could wrap, are the same.
    with mock.patch.object(cell_rows, "MOST_CELLS", 1), mock.patch.object(tally, "SAFE", 1):
        again = pt.totals(table, by, as_of=day, where=where)
    pd.testing.assert_frame_equal(again, whole)
    with by_loops():
        pd.testing.assert_frame_equal(pt.totals(table, by, as_of=day, where=where), whole)
    columns = data.draw(st.sampled_from([MEASURES, ["bound", "pledged"], ["commitments"]]))
    some = pt.totals(table, by, as_of=day, where=where, columns=columns)
    pd.testing.assert_frame_equal(
        by_engine(table, by, as_of=day, where=where, columns=columns), some
    )
    pd.testing.assert_frame_equal(some, whole[list(some)])
    assert {*some} == {*by, "unit", *columns}
    with by_loops(chunk=2):
        again = pt.totals(table, by, as_of=day, where=where, columns=columns)
    pd.testing.assert_frame_equal(again, some)


@pytest.mark.parametrize("key", KEYS)
@times(1 / 2)
@given(pts.ledgers(), pts.days())
def test_each_key_has_the_labels_that_engines_give_it(
    key: str, ledger: pt.Ledger, day: dt.date
) -> None:
    """Years by codes among them, which are counted from the first day that there is."""
    table = pa.table(ledger.movements())
    pd.testing.assert_frame_equal(
        pt.totals(table, key, as_of=day), by_engine(table, key, as_of=day)
    )


def test_rows_whose_event_is_not_stated_are_no_parts() -> None:
    """In the loops as by an engine: what is not there is no code of another."""
    rows = pt.load_seeds().movements()
    table = pa.table(
        rows.assign(event=rows["event"].astype(object).where(rows.index % 2 == 0, None))
    )
    expected = by_engine(table, "party", as_of="2024-08-01")
    for chunk in (3, 1000):
        with by_loops(chunk):
            made = pt.totals(table, "party", as_of="2024-08-01")
        pd.testing.assert_frame_equal(made, expected)


@given(tables(), st.sampled_from([(), ("party",), ("commitment",), ("party", "commitment")]),
       st.sampled_from(DAYS[:3]), st.integers(1, 20))  # fmt: skip
def test_rows_of_any_kind_are_added_as_engines_add_them(
    table: pa.Table, by: tuple[str, ...], day: dt.date, chunk: int
) -> None:
    """Also where a commitment is in several cells and chunks, in any mixture of bounds."""
    expected = by_engine(table, by, as_of=day)
    with few(chunk):
        pd.testing.assert_frame_equal(pt.totals(table, by, as_of=day), expected)
    with by_loops(chunk):
        pd.testing.assert_frame_equal(pt.totals(table, by, as_of=day), expected)


@given(pts.ledgers(), BY, pts.days())
def test_codes_suffice_but_for_parts_that_are_not_exact(
    ledger: pt.Ledger, by: list[str], day: dt.date
) -> None:
    """What is in memory is not left to an engine."""
    told = [one.quantity or one.restated for one in ledger.events]
    amounts = [*(target for one in ledger.commitments for target in one.targets), *told]
    if any(amount is not None and amount.bound != "exact" for amount in amounts):
        return
    with mock.patch.object(TOTALS, "cells_of", side_effect=AssertionError):
        pt.totals(pa.table(ledger.movements()), by, as_of=day)


@given(st.lists(st.integers(-(10**28) + 1, 10**28 - 1), min_size=1, max_size=40))
def test_no_sum_wraps(parts: list[int]) -> None:
    """Amounts of every size that a movement holds add up to the last digit."""
    day = dt.date(2024, 1, 1)
    numbers = [Decimal(part).scaleb(-6, codes.EXACT) for part in parts]
    count = len(parts)
    table = pa.table({
        "commitment": ["x"] * count, "unit": ["USD"] * count, "measure": ["pledged"] * count,
        "number": pa.array(numbers, NUMBER), "bound": ["exact"] * count,
        "since": [day] * count, "until": pa.nulls(count, pa.date32()), "end": [day] * count,
        "event": ["pledged"] * count,
    })  # fmt: skip
    expected = Decimal(sum(parts)).scaleb(-6, codes.EXACT)
    for way in (nullcontext(), by_loops(chunk=3)):
        with way:
            made = pt.totals(table, as_of=day)
        assert made["pledged"].tolist() == [expected]
        assert made["outstanding"].tolist() == [max(expected, Decimal(0))]


@pytest.mark.parametrize("rows", [codes.CHUNK + at for at in (-1, 0, 1, codes.CHUNK)])
def test_every_row_of_every_chunk_counts_once(rows: int) -> None:
    """Where a chunk ends makes no difference."""
    day = dt.date(2024, 1, 1)
    key = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["USD"]))
    word = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["pledged"]))
    table = pa.table({
        "commitment": key, "unit": key, "measure": word, "bound": word, "event": word,
        "number": pa.array([Decimal("0.01")] * rows, NUMBER), "since": pa.array([day] * rows),
        "until": pa.nulls(rows, pa.date32()), "end": pa.nulls(rows, pa.date32()),
    })  # fmt: skip
    for way in (nullcontext(), by_loops(chunk=codes.CHUNK)):
        with way:
            made = pt.totals(table, as_of=day, columns=["pledged"])
        assert made["pledged"].tolist() == [Decimal(rows) / 100]


def test_a_status_that_there_is_not_is_refused() -> None:
    """Rather than chosen, which would leave nothing."""
    table = pa.table(pt.load_seeds().movements())
    for by in ([], ["status"]):
        with pytest.raises(pt.UnknownNameError, match="did you mean 'overdue'"):
            pt.totals(table, by, where={"status": "overdu"}, as_of="2024-01-01")


def test_columns_are_shown_in_their_own_order() -> None:
    """Columns come as totals show them, and an unknown one is refused with the choices."""
    ledger = pt.load_seeds()
    made = ledger.totals(as_of="2024-08-01", columns=["bound", "pledged"])
    assert list(made) == ["unit", "pledged", "bound"]
    with pytest.raises(pt.UnknownNameError, match="'pledge'") as caught:
        ledger.totals(as_of="2024-08-01", columns="pledge")
    assert "pledged" in caught.value.choices
