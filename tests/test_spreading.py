"""Totals by period read by codes are those of the engines, on everything."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any
from unittest import mock

import pandas as pd
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import pledgetrack as pt
from general_way import BY, totals_by_engine
from pledgetrack import codes
from pledgetrack import strategies as pts

CUTS = st.fixed_dictionaries(
    {"per": st.sampled_from(("year", "fiscal year", "quarter", "month"))},
    optional={"calendar": st.sampled_from(("US", "4:starting"))},
)


by_engine = partial(totals_by_engine, "periods_in_memory")


@settings(max_examples=60)
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
    made = pt.totals(table, by, **options)
    pd.testing.assert_frame_equal(made, whole)
    assert made.attrs == whole.attrs
    with mock.patch.object(codes, "CHUNK", 3), mock.patch("pledgetrack.spreading._TOGETHER", 2):
        pd.testing.assert_frame_equal(pt.totals(table, by, **options), whole)
    with mock.patch.object(codes, "SAFE", 1):
        pd.testing.assert_frame_equal(pt.totals(table, by, **options), whole)
