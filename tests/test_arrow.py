"""Arrow tables from elsewhere: what cannot be movements is refused before anything is computed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from unittest import mock

import pandas as pd
import pyarrow as pa
import pytest

import pledgetrack as pt
from general_way import by_loops
from pledgetrack import arrow
from pledgetrack.movements import SCHEMA

DAY = "2024-01-01"
ASKED: dict[str, Callable[[Any], pd.DataFrame]] = {
    "totals": lambda frame: pt.totals(frame, by="party", as_of=DAY),
    "four measures": lambda frame: pt.totals(frame, "due", columns="pledged", as_of=DAY),
    "periods": lambda frame: pt.totals(frame, per="year", as_of=DAY),
    "ranges": lambda frame: pt.totals(frame, bounds="range", as_of=DAY),
    "summary": lambda frame: pt.summary(frame, as_of=DAY),
    "choice": lambda frame: pt.totals(frame, where={"unit": "USD"}, as_of=DAY),
    "status": lambda frame: pt.status(frame, as_of=DAY),
    "timeline": lambda frame: pt.timeline(frame, as_of=DAY),
    "converted": lambda frame: pt.totals(
        frame, into="EUR", rates=pt.Rates.ecb(), on_missing="keep", as_of=DAY
    ),
}


@pytest.fixture(params=ASKED)
def ask(request: pytest.FixtureRequest) -> Callable[[Any], pd.DataFrame]:
    """Each thing that is asked of movements."""
    return ASKED[request.param]


@pytest.fixture(scope="module")
def table() -> pa.Table:
    """The movements of the shipped ledger."""
    return pa.table(pt.load_seeds())


def with_column(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    """The table with another column in the place of one."""
    return table.set_column(table.column_names.index(name), name, values)


def with_code(table: pa.Table, name: str, code: int) -> pa.Table:
    """The table with another code in its first row."""
    column = table.column(name).combine_chunks()
    codes = [code, *column.indices.to_pylist()[1:]]
    made = pa.DictionaryArray.from_arrays(
        pa.array(codes, pa.int32()), column.dictionary, safe=False
    )
    return with_column(table, name, made)


@pytest.mark.parametrize("code", [-1, -(2**31), 10**3, 10**8])
@pytest.mark.parametrize("name", ["party", "commitment", "unit", "measure", "event", "bound"])
def test_codes_that_stand_for_no_word_are_refused(table: pa.Table, name: str, code: int) -> None:
    """Read as they stand they would name another party, or lie beyond the memory of the words."""
    frame = with_code(table, name, code)
    for ask in (*ASKED.values(), lambda frame: pt.totals(frame, by=name, as_of=DAY)):
        with pytest.raises(pt.FrameError, match=f"'{name}' has codes that stand for no word"):
            ask(frame)
    with by_loops(), pytest.raises(pt.FrameError, match="codes that stand for no word"):
        pt.totals(frame, by="party", columns="pledged", as_of=DAY)


@pytest.mark.parametrize("day", [-(2**31), -719163, 2932897, 2**31 - 1])
@pytest.mark.parametrize("name", ["since", "until", "on", "announced", "start", "end"])
def test_days_of_no_year_from_1_to_9999_are_refused(
    table: pa.Table, name: str, day: int, ask: Callable[[Any], pd.DataFrame]
) -> None:
    """One in a column of thousands would make a list of every day between."""
    days = [day, *table.column(name).cast(pa.int32()).to_pylist()[1:]]
    frame = with_column(table, name, pa.array(days, pa.int32()).cast(pa.date32()))
    with pytest.raises(pt.FrameError, match=f"'{name}' has days that are in no year"):
        ask(frame)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("name", ["on", "announced", "end"])
def test_the_first_and_the_last_day_are_days(table: pa.Table, name: str, day: str) -> None:
    """Whatever is asked of them."""
    days = [dt.date.fromisoformat(day), *table.column(name).to_pylist()[1:]]
    frame = with_column(table, name, pa.array(days, pa.date32()))
    for what in ("totals", "four measures", "periods", "status", "summary"):
        ASKED[what](frame)


LENGTH = len(pa.table(pt.load_seeds()))
REFUSED: dict[str, tuple[str, Any, str]] = {
    "lists": ("party", pa.array([["a"]] * LENGTH), "'party' holds list<.*>, not text"),
    "bytes": ("party", pa.array([b"\xff"] * LENGTH), "'party' holds binary, not text"),
    "coded bytes": (
        "unit", pa.array([b"\xff"] * LENGTH).dictionary_encode(), "'unit' holds .*, not text",
    ),
    "no UTF-8": (
        "unit",
        pa.array([b"\xff\xfe"] * LENGTH).view(pa.string()),
        "'unit' holds text that is no UTF-8",
    ),
    "floats": ("channel", pa.array([1.5] * LENGTH), "'channel' holds double, not text"),
    "times": ("since", pa.array([dt.time(1)] * LENGTH), "'since' holds Time, not dates"),
    "periods": (
        "since",
        pa.Array.from_pandas(pd.Series(pd.period_range("2024-01-01", periods=LENGTH))),
        "'since' holds .*period.*, not dates",
    ),
    "too long": (
        "number", pa.array([Decimal(10) ** 50] * LENGTH, pa.decimal256(60, 3)),
        "more than 38 digits",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_columns_of_another_kind_are_refused(
    table: pa.Table, what: str, ask: Callable[[Any], pd.DataFrame]
) -> None:
    """By name, with what they hold."""
    name, values, told = REFUSED[what]
    with pytest.raises(pt.FrameError, match=told):
        ask(with_column(table, name, values))


def test_a_column_that_is_there_twice_is_refused(
    table: pa.Table, ask: Callable[[Any], pd.DataFrame]
) -> None:
    """Nobody can say which of them is meant."""
    twice = pa.table([*table.columns, table["party"]], names=[*table.column_names, "party"])
    with pytest.raises(pt.FrameError, match="'party' twice"):
        ask(twice)


def test_whole_numbers_that_pandas_cannot_hand_over_are_refused(seeds: pt.Ledger) -> None:
    """They do not fit into 64 bits."""
    frame = seeds.movements().assign(number=pd.Series([10**30] * LENGTH, dtype=object))
    with pytest.raises(pt.FrameError, match="no movements frame"):
        pt.totals(frame)


@pytest.mark.parametrize("kind", [pa.decimal32(9, 2), pa.decimal64(18, 2), pa.decimal256(60, 2)])
def test_decimals_of_every_width_are_exact(
    table: pa.Table, kind: pa.DataType, ask: Callable[[Any], pd.DataFrame]
) -> None:
    """They are read as those of 128 bits."""
    values = [None if number is None else Decimal("1.25") for number in table["number"].to_pylist()]
    frame, same = (
        with_column(table, "number", pa.array(values, kind))
        for kind in (kind, pa.decimal128(28, 2))
    )
    pd.testing.assert_frame_equal(ask(frame), ask(same))


def test_keys_that_are_whole_numbers_or_flags_are_read_as_text(table: pa.Table) -> None:
    """As on every engine."""
    frame = with_column(table, "party", pa.array([3] * LENGTH))
    assert set(pt.totals(frame, by="party", as_of=DAY)["party"]) == {"3"}
    frame = with_column(table, "channel", pa.array([True] * LENGTH))
    assert set(pt.totals(frame, by="channel", as_of=DAY)["channel"]) == {"true"}


def test_a_tag_may_be_a_number(table: pa.Table, ask: Callable[[Any], pd.DataFrame]) -> None:
    """Nobody has to ask by it."""
    ask(table.append_column("tag_score", pa.array([1.5] * LENGTH)))


def test_a_table_is_looked_through_once(table: pa.Table) -> None:
    """It does not change, and ten million rows take their time."""
    made = arrow.uniform(table.slice(0))
    with mock.patch.object(arrow, "_uniform", side_effect=AssertionError):
        assert arrow.uniform(made) is made
    assert made.schema.field("party").type == SCHEMA.field("party").type
