"""Results as every engine makes them, to hold what is read by codes against."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from unittest import mock

import pandas as pd
import pyarrow as pa
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack import codes, fast
from pledgetrack.movements import NUMBER

KEYS = (
    "party", "recipient", "channel", "horizon", "due", "announced", "source", "commitment",
    "status",
)  # fmt: skip
BY = st.lists(st.sampled_from(KEYS), unique=True, max_size=2)
TOTALS = importlib.import_module("pledgetrack.totals")


def totals_by_engine(passed_by: str, table: pa.Table, *given: Any, **named: Any) -> pd.DataFrame:
    """Totals without the function that reads them by codes."""
    with mock.patch.object(TOTALS, passed_by, return_value=None) as passed:
        made = pt.totals(table, *given, **named)
    assert passed.called
    return made


@contextmanager
def few(chunk: int) -> Iterator[None]:
    """Read a few rows and commitments at a time."""
    with (
        mock.patch.object(codes, "CHUNK", chunk),
        mock.patch.object(codes, "PART", chunk),
    ):
        yield


@contextmanager
def by_loops(chunk: int = 5) -> Iterator[None]:
    """Read all by compiled loops, a few rows and commitments at a time, two side by side."""
    with (
        mock.patch.object(fast, "FROM", 0),
        mock.patch.object(fast, "THREADS", 2),
        few(chunk),
    ):
        assert fast.loops(1) is not None
        yield


WORDS = {
    "commitment": ("a", "b", "c", None), "unit": ("USD", "visa"), "party": ("A", "B", None),
    "measure": ("pledged", "delivered", "delivered", "committed", "passed on", "repeated pledged",
                None),
    "bound": ("exact", "at least", "up to", "about", None),
    "event": ("pledged", "delivered", "part", "completed"), "part": ("b", None),
}  # fmt: skip
DAYS = [dt.date(2024, 1, 1), dt.date(2024, 6, 1), dt.date(2025, 1, 1), None]
ROW_NUMBERS = st.one_of(
    st.none(), st.integers(-5, 5).map(Decimal), st.sampled_from([Decimal(10**21), Decimal("0.01")])
)


@st.composite
def tables(draw: Any, days: tuple[str, ...] = ("since", "until", "end"), **words: Any) -> pa.Table:
    """Rows that no ledger makes: commitments in several cells, and amounts of every size.

    Most count on each of the days. Each column has some of its words, so that a few rows do, too.
    """
    count = draw(st.integers(0, 14))

    def column(values: Any) -> list[Any]:
        return draw(st.lists(values, min_size=count, max_size=count))

    made = {}
    for name, every in (WORDS | words).items():
        some = draw(st.lists(st.sampled_from(every), min_size=1, max_size=len(every)))
        made[name] = pa.array(column(st.sampled_from(some)), pa.string()).dictionary_encode()
    for name in days:
        more = DAYS + {"since": DAYS[:1] * 8, "until": [None] * 8}.get(name, [])
        made[name] = pa.array(column(st.sampled_from(more)), pa.date32())
    return pa.table(made | {"number": pa.array(column(ROW_NUMBERS), NUMBER)})


def with_one_each(table: pa.Table, names: tuple[str, ...]) -> pa.Table:
    """The rows, each with what the first of its commitment says in some columns."""
    for name in names:
        first: dict[str | None, Any] = {}
        for row in table.select(["commitment", name]).to_pylist():
            first.setdefault(row["commitment"], row[name])
        said = [first[one] for one in table["commitment"].to_pylist()]
        kind = table.schema.field(name).type
        made = pa.array(said, kind.value_type if pa.types.is_dictionary(kind) else kind)
        made = made.dictionary_encode() if pa.types.is_dictionary(kind) else made
        table = table.set_column(table.column_names.index(name), name, made)
    return table
