"""Status of commitments in memory as of a day, against the same lines by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

import pledgetrack as pt
from benchmarks.measure import OURS, Row, Side
from benchmarks.movements import DAY, in_pieces, movements
from pledgetrack.status import NEEDED

_READ = ("commitment", "measure", "number", "on", "since", "until", "end")


def ours(table: pa.Table) -> pd.DataFrame:
    """The status and the days left of every commitment."""
    return pt.status(table, as_of=DAY, columns=["status", "days_left"])


def coded(table: pa.Table) -> pa.Table:
    """The columns that the query reads, commitments as whole numbers."""
    indices = [chunk.indices for chunk in table.column("commitment").chunks]
    return table.select(_READ).set_column(0, "commitment", pa.chunked_array(indices))


def read(found: pa.Table) -> pa.Table:
    """How many commitments have each status and so many days left, to compare."""
    found = found.select(["status", "days_left"]).cast(
        pa.schema([("status", pa.string()), ("days_left", pa.int64())])
    )
    counted = found.group_by(["status", "days_left"]).aggregate([([], "count_all")])
    return counted.sort_by([("status", "ascending"), ("days_left", "ascending")])


def polars_status(frame: pl.DataFrame) -> pl.DataFrame:
    """The lines that this data can reach: pledged in time, late, overdue, under way, silent."""
    number, measure = pl.col("number"), pl.col("measure")
    arrived = measure == "delivered"
    target, delivered = pl.col("target"), pl.col("delivered")
    due = pl.col("end").is_not_null()
    return (
        frame.lazy()
        .filter(pl.col("since") <= DAY, pl.col("until").is_null() | (pl.col("until") > DAY))
        .group_by("commitment")
        .agg(
            number.filter(measure == "pledged").sum().alias("target"),
            number.filter(arrived).sum().alias("delivered"),
            arrived.sum().alias("reports"),
            number.filter(arrived & (pl.col("on") <= pl.col("end"))).sum().alias("by_end"),
            pl.col("end").max(),
            measure.is_in(["pledged", "committed"]).any().alias("firm"),
        )
        .select(
            "commitment",
            pl.when(~pl.col("firm")).then(pl.lit("alleged"))
            .when((target > 0) & (delivered >= target))
            .then(
                pl.when(~due | (pl.col("by_end") >= target))
                .then(pl.lit("fulfilled"))
                .otherwise(pl.lit("fulfilled late"))
            )
            .when(due & (pl.col("end") < DAY)).then(pl.lit("overdue"))
            .when(delivered > 0).then(pl.lit("in progress"))
            .when(pl.col("reports") > 0).then(pl.lit("nothing delivered"))
            .otherwise(pl.lit("nothing reported"))
            .alias("status"),
            (pl.col("end") - pl.lit(DAY)).dt.total_days().alias("days_left"),
        )
        .collect()
    )  # fmt: skip


def duckdb_status(connection: Any) -> pa.Table:
    """The same in SQL."""
    return connection.sql(
        f"""SELECT commitment,
                   CASE WHEN NOT firm THEN 'alleged'
                        WHEN target > 0 AND delivered >= target
                        THEN CASE WHEN "end" IS NULL OR by_end >= target THEN 'fulfilled'
                                  ELSE 'fulfilled late' END
                        WHEN "end" < DATE '{DAY}' THEN 'overdue'
                        WHEN delivered > 0 THEN 'in progress'
                        WHEN delivered IS NOT NULL THEN 'nothing delivered'
                        ELSE 'nothing reported' END AS status,
                   "end" - DATE '{DAY}' AS days_left
            FROM (SELECT commitment,
                         sum(number) FILTER (measure = 'pledged') AS target,
                         sum(number) FILTER (measure = 'delivered') AS delivered,
                         sum(number) FILTER (measure = 'delivered' AND "on" <= "end") AS by_end,
                         max("end") AS "end",
                         bool_or(measure IN ('pledged', 'committed')) AS firm
                  FROM movements
                  WHERE since <= DATE '{DAY}' AND (until IS NULL OR until > DATE '{DAY}')
                  GROUP BY commitment)"""  # noqa: S608  # our own words
    ).to_arrow_table()


def _ours_read(table: pd.DataFrame) -> pa.Table:
    return read(pa.Table.from_pandas(table, preserve_index=False))


def _sides(size: int) -> Mapping[str, Side]:
    return _compared(movements(size, deliveries=4))


def _large_sides(size: int) -> Mapping[str, Side]:
    return _compared(in_pieces(size, NEEDED, deliveries=4))


def _compared(table: pa.Table) -> Mapping[str, Side]:
    held = pl.from_arrow(coded(table))
    connection = duckdb.connect()
    connection.register("given", coded(table))
    words = "'pledged', 'committed', 'delivered', 'proposed'"
    connection.sql(f"CREATE TYPE measures AS ENUM ({words})")
    chosen = "* REPLACE (measure::measures AS measure)"
    connection.sql(f"CREATE TABLE movements AS SELECT {chosen} FROM given")  # noqa: S608  # ours
    connection.unregister("given")
    return {
        OURS: Side(lambda: ours(table), _ours_read),
        "Polars": Side(lambda: polars_status(held), lambda found: read(found.to_arrow())),
        "DuckDB": Side(lambda: duckdb_status(connection), read),
    }


ROWS = [
    Row(
        "status",
        "status as of a day, 1 M commitments",
        _sides,
        size=6_000_000,
        quick=60_000,
        goals={"Polars": 1, "DuckDB": 1},
        growth=(10**4, 10**5, 10**6, 10**7),
        rounds=3,
    ),
    Row(
        "status-large",
        "status as of a day, 10 M commitments",
        _large_sides,
        size=60_000_000,
        quick=60_000,
        goals={"Polars": 1, "DuckDB": 1},
        memory=8_000,
        rounds=3,
        named=True,
    ),
]
