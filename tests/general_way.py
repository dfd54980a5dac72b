"""Results as every engine makes them, to hold what is read by codes against."""

from __future__ import annotations

import importlib
from typing import Any
from unittest import mock

import pandas as pd
import pyarrow as pa
from hypothesis import strategies as st

import pledgetrack as pt

BY = st.lists(
    st.sampled_from((
        "party", "recipient", "channel", "horizon", "due", "announced", "source", "commitment",
        "status",
    )), unique=True, max_size=2,
)  # fmt: skip
TOTALS = importlib.import_module("pledgetrack.totals")


def totals_by_engine(passed_by: str, table: pa.Table, *given: Any, **named: Any) -> pd.DataFrame:
    """Totals without the function that reads them by codes."""
    with mock.patch.object(TOTALS, passed_by, return_value=None) as passed:
        made = pt.totals(table, *given, **named)
    assert passed.called
    return made
