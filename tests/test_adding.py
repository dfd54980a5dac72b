"""The measures added up by codes are those of the engines, on everything."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import narwhals as nw
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack import adding, frames
from pledgetrack import strategies as pts
from pledgetrack.movements import MEASURES, NUMBER

KEYS = ("party", "recipient", "channel", "horizon", "due", "announced", "source", "commitment")
BY = st.lists(st.sampled_from(KEYS), unique=True, max_size=2)


@settings(max_examples=60)
@given(pts.ledgers(), BY, pts.days(), st.data())
def test_measures_alone_are_those_of_the_whole_table(
    ledger: pt.Ledger, by: list[str], day: dt.date, data: st.DataObject
) -> None:
    """Whatever the keys, the day and the choice, adding by codes changes no figure and no row."""
    table = pa.table(ledger.movements())
    whole = pt.totals(table, by, as_of=day)
    where = None
    if len(whole) and by:
        row = data.draw(st.sampled_from(whole.to_dict("records")))
        where = {name: row[name] for name in [*by, "unit"]}
        whole = pt.totals(table, by, as_of=day, where=where)
    assert adding.can_add(frames.enter(table), by, where)
    made = pt.totals(table, by, as_of=day, where=where, columns=MEASURES)
    pd.testing.assert_frame_equal(made, whole[[*by, "unit", *MEASURES]])
    assert made.attrs == whole.attrs


@given(st.lists(st.integers(-(10**28) + 1, 10**28 - 1), min_size=1, max_size=40))
def test_no_sum_wraps(parts: list[int]) -> None:
    """Amounts of every size that a movement holds add up to the last digit."""
    day = dt.date(2024, 1, 1)
    numbers = [Decimal(part).scaleb(-6, adding.EXACT) for part in parts]
    count = len(parts)
    table = pa.table({
        "commitment": ["x"] * count, "unit": ["USD"] * count, "measure": ["pledged"] * count,
        "number": pa.array(numbers, NUMBER), "bound": ["exact"] * count,
        "since": [day] * count, "until": pa.nulls(count, pa.date32()), "end": [day] * count,
        "event": ["pledged"] * count,
    })  # fmt: skip
    made = pt.totals(table, as_of=day, columns="pledged")
    expected = Decimal(sum(parts)).scaleb(-6, adding.EXACT)
    assert made["pledged"].tolist() == [expected]


@pytest.mark.parametrize("rows", [adding.CHUNK - 1, adding.CHUNK, adding.CHUNK + 1])
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
    made = pt.totals(table, as_of=day, columns=["pledged"])
    assert made["pledged"].tolist() == [Decimal(rows) / 100]


def test_more_cells_than_fit_are_grouped_by_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The result is the same where there may be too many cells to hold."""
    table = pa.table(pt.load_seeds().movements())
    made = pt.totals(table, "party", as_of="2024-08-01", columns=MEASURES)
    monkeypatch.setattr(adding, "MOST_CELLS", 1)
    again = pt.totals(table, "party", as_of="2024-08-01", columns=MEASURES)
    pd.testing.assert_frame_equal(made, again)


def test_columns_are_shown_in_their_own_order() -> None:
    """Columns come as totals show them, and an unknown one is refused with the choices."""
    ledger = pt.load_seeds()
    made = ledger.totals(as_of="2024-08-01", columns=["bound", "pledged"])
    assert list(made) == ["unit", "pledged", "bound"]
    with pytest.raises(pt.UnknownNameError, match="'pledge'") as caught:
        ledger.totals(as_of="2024-08-01", columns="pledge")
    assert "pledged" in caught.value.choices
    assert adding.can_add(nw.from_native(pa.table(ledger.movements())).lazy(), (), None)
