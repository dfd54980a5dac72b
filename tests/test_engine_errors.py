"""What an engine cannot do is told in its own words, as an error of the library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pytest

import pledgetrack as pt


def in_duckdb(rows: pa.Table) -> duckdb.DuckDBPyConnection:
    """A connection with the movements as its table."""
    held = duckdb.connect()
    held.register("rows", rows)
    held.execute("create table movements as from rows")
    return held


def dropped(rows: pa.Table, _: Path) -> Any:
    """A relation whose table is no longer there."""
    held = in_duckdb(rows)
    relation = held.table("movements")
    held.execute("drop table movements")
    return relation


def closed(rows: pa.Table, _: Path) -> Any:
    """A relation whose connection is closed."""
    held = in_duckdb(rows)
    relation = held.table("movements")
    held.close()
    return relation


def failing(rows: pa.Table, _: Path) -> Any:
    """A query that fails when it runs, and not before."""
    words = "case when error('it broke') then unit else unit end"
    return in_duckdb(rows).sql(f"select * replace ({words} as unit) from movements")  # noqa: S608


def missing(_: pa.Table, folder: Path) -> Any:
    """A Polars query of a file that is not there."""
    return pl.scan_parquet(folder / "nothing.parquet")


def raising(rows: pa.Table, _: Path) -> Any:
    """A Polars query with a function of the user's that raises."""

    def broken(_: pl.Series) -> pl.Series:
        raise RuntimeError("it broke")

    units = pl.col("unit").map_batches(broken, return_dtype=pl.String)
    return pl.DataFrame(rows).lazy().with_columns(units)


BROKEN = {
    dropped: "Table with name movements does not exist",
    closed: "Connection has already been closed",
    failing: "it broke",
    missing: "nothing.parquet",
    raising: "it broke",
}
CALLS: dict[str, Callable[[Any], Any]] = {
    "totals": lambda frame: pt.totals(frame, by="party", as_of="2024-01-01"),
    "periods": lambda frame: pt.totals(frame, per="year", as_of="2024-01-01"),
    "status": lambda frame: pt.status(frame, as_of="2024-01-01"),
    "summary": lambda frame: pt.summary(frame, as_of="2024-01-01"),
    "timeline": lambda frame: pt.timeline(frame, as_of="2024-01-01"),
    "converted": lambda frame: pt.totals(
        frame, into="USD", rates=pt.Rates.ecb(), as_of="2024-01-01"
    ),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("make", BROKEN, ids=lambda make: make.__name__)
def test_an_engine_that_fails_says_so_in_its_words(
    make: Callable[[pa.Table, Path], Any], call: str, seeds: pt.Ledger, tmp_path: Path
) -> None:
    """No error of an engine gets past the library's own, which holds the engine's words."""
    rows = pa.table(seeds)
    text = [c.cast(pa.string()) if pa.types.is_dictionary(c.type) else c for c in rows.columns]
    frame = make(pa.table(text, names=rows.column_names), tmp_path)
    with pytest.raises(pt.FrameError, match="the engine could not") as caught:
        CALLS[call](frame)
    assert BROKEN[make] in str(caught.value)
    assert caught.value.__cause__ is not None
