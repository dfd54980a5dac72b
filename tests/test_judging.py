"""Status read by codes is that of the engines, on everything."""

from __future__ import annotations

import datetime as dt
from typing import Any
from unittest import mock

import pandas as pd
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack import codes, frames, judging
from pledgetrack import strategies as pts
from pledgetrack.status import statuses

KEYS = ("party", "recipient", "channel", "horizon", "due", "announced", "source", "unit", "status")


def by_engine(table: pa.Table, **asked: Any) -> pd.DataFrame:
    """Status as every engine makes it."""
    with mock.patch.object(judging.Judging, "of", return_value=None) as passed_by:
        made = pt.status(table, **asked)
    assert passed_by.called
    return made


@settings(max_examples=60)
@given(pts.ledgers(), pts.days(), st.data())
def test_by_codes_nothing_is_otherwise(
    ledger: pt.Ledger, day: dt.date, data: st.DataObject
) -> None:
    """Whatever the day and the choice: each row, figure, day and word is the engine's."""
    table = pa.table(ledger.movements())
    whole = by_engine(table, as_of=day)
    pd.testing.assert_frame_equal(pt.status(table, as_of=day), whole)
    assert pt.status(table, as_of=day).attrs == whole.attrs
    with mock.patch.object(codes, "SAFE", 1):
        pd.testing.assert_frame_equal(pt.status(table, as_of=day), whole)
    columns = data.draw(st.lists(st.sampled_from([*whole]), unique=True))
    some = pt.status(table, columns=columns, as_of=day)
    wanted = [name for name in whole if name in {"commitment", "unit", *columns}]
    pd.testing.assert_frame_equal(some, whole[wanted])
    key = data.draw(st.sampled_from(KEYS))
    row = data.draw(st.sampled_from(whole.to_dict("records"))) if len(whole) else {}
    where = {key: row.get(key, "nobody" if key != "status" else "overdue")}
    chosen = by_engine(table, as_of=day, where=where)
    pd.testing.assert_frame_equal(pt.status(table, as_of=day, where=where), chosen)


@given(pts.ledgers(), pts.days())
def test_the_status_of_each_commitment_is_the_engines(ledger: pt.Ledger, day: dt.date) -> None:
    """What totals by status are grouped by."""
    lazy = frames.enter(pa.table(ledger.movements()))
    made = statuses(lazy, day).sort_by("commitment")
    with mock.patch.object(judging.Judging, "of", return_value=None):
        assert made.equals(statuses(lazy, day).sort_by("commitment").cast(made.schema))
