"""The status of commitments with five events each, as of a day."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

import pledgetrack as pt
from benchmarks.courses import STATUS_EVENTS, courses
from benchmarks.measure import OURS, Row, Side
from benchmarks.movements import DAY

COLUMNS = ("status", "end", "reported")
_READ = ("commitment", "measure", "number", "on", "since", "until", "end", "event")
_CODE = {name: at for at, name in enumerate(STATUS_EVENTS)}
_PLEDGED, _DELIVERED = 1, 3


# --- ours -----------------------------------------------------------------------------------------


def ours(table: pa.Table) -> pd.DataFrame:
    """The status of each commitment, its end, and the day of its last report."""
    return pt.status(table, as_of=DAY, columns=COLUMNS)


def ours_read(found: pd.DataFrame) -> pa.Table:
    """Our result, a row for each commitment."""
    stated = found[found["unit"] != "action"]
    made = pa.Table.from_pandas(stated[["commitment", *COLUMNS]], preserve_index=False)
    return made.set_column(0, "commitment", made.column("commitment").cast(pa.string()))


# --- by hand --------------------------------------------------------------------------------------


def coded(table: pa.Table) -> pa.Table:
    """The columns that the query reads, words as codes, amounts as whole hundredths."""
    columns = {}
    for name in _READ:
        column = table.column(name).combine_chunks()
        if pa.types.is_dictionary(column.type):
            column = column.indices
        elif name == "number":
            column = (
                pc.multiply(column, pa.scalar(Decimal(100)))
                .cast(pa.decimal128(38, 0))
                .cast(pa.int64())
            )
        columns[name] = column
    return pa.table(columns)


def polars_status(frame: pl.DataFrame) -> pl.DataFrame:
    """The rule of the status for commitments with one target each, in Polars."""
    event, number, on = pl.col("event"), pl.col("number"), pl.col("on")
    pledged, delivered = pl.col("measure") == _PLEDGED, pl.col("measure") == _DELIVERED
    current = frame.filter(
        pl.col("since") <= DAY, pl.col("until").is_null() | (pl.col("until") > DAY)
    )
    base = current.group_by("commitment").agg(
        number.filter(pledged).sum().alias("target"),
        number.filter(delivered).sum().alias("delivered"),
        number.filter(delivered & (on <= pl.col("end"))).sum().alias("by_end"),
        delivered.sum().alias("n_delivered"),
        *(
            on.filter(event == _CODE[name]).max().alias(name)
            for name in ("suspended", "resumed", "reopened")
        ),
        on.filter(event.is_in([_CODE["delivered"], _CODE["completed"]])).max().alias("reported"),
        pl.col("end").max(),
    )
    rare = (
        current.filter(event.is_in([_CODE["withdrawn"], _CODE["completed"]]))
        .join(base.select("commitment", "reopened"), on="commitment")
        .filter(pl.col("reopened").is_null() | (on >= pl.col("reopened")))
        .group_by("commitment")
        .agg(
            on.filter(event == _CODE["completed"]).min().alias("completed"),
            on.filter((event == _CODE["withdrawn"]) & (number < 0)).max().alias("took"),
        )
    )
    left = (
        current.join(rare.filter(pl.col("took").is_not_null()), on="commitment")
        .filter(on <= pl.col("took"))
        .group_by("commitment")
        .agg(
            number.filter(pledged).sum().alias("then"),
            number.filter(delivered).sum().alias("arrived"),
        )
        .select("commitment", ((pl.col("then") > 0) & (pl.col("arrived") < pl.col("then")))
                .alias("left"))
    )  # fmt: skip
    stands = pl.col("target") > 0
    reached = stands & (pl.col("delivered") >= pl.col("target"))
    in_time = stands & (pl.col("by_end") >= pl.col("target"))
    done = pl.col("completed").is_not_null()
    suspended, resumed = pl.col("suspended"), pl.col("resumed")
    return (
        base.join(rare, on="commitment", how="left")
        .join(left, on="commitment", how="left")
        .select(
            "commitment",
            pl.when(pl.col("took").is_not_null() & ~pl.col("left") & (~stands | reached))
            .then(pl.lit("withdrawn"))
            .when(in_time | (done & (pl.col("completed") <= pl.col("end"))))
            .then(pl.lit("fulfilled"))
            .when(reached | done)
            .then(pl.lit("fulfilled late"))
            .when(suspended.is_not_null() & (resumed.is_null() | (suspended > resumed)))
            .then(pl.lit("stalled"))
            .when(pl.col("end") < DAY)
            .then(pl.lit("overdue"))
            .when(pl.col("delivered") > 0)
            .then(pl.lit("in progress"))
            .when(pl.col("n_delivered") > 0)
            .then(pl.lit("nothing delivered"))
            .otherwise(pl.lit("nothing reported"))
            .alias("status"),
            "end",
            "reported",
        )
    )


def _sql(code: str) -> str:
    return str(_CODE[code])


SQL = f"""
WITH current AS MATERIALIZED (
  SELECT * FROM movements WHERE since <= DATE '{DAY}' AND (until IS NULL OR until > DATE '{DAY}')
), base AS MATERIALIZED (
  SELECT commitment,
    coalesce(sum(number) FILTER (measure = {_PLEDGED}), 0) AS target,
    coalesce(sum(number) FILTER (measure = {_DELIVERED}), 0) AS delivered,
    coalesce(sum(number) FILTER (measure = {_DELIVERED} AND "on" <= "end"), 0) AS by_end,
    count(*) FILTER (measure = {_DELIVERED}) AS n_delivered,
    max("on") FILTER (event = {_sql("suspended")}) AS suspended,
    max("on") FILTER (event = {_sql("resumed")}) AS resumed,
    max("on") FILTER (event = {_sql("reopened")}) AS reopened,
    max("on") FILTER (event IN ({_sql("delivered")}, {_sql("completed")})) AS reported,
    max("end") AS "end"
  FROM current GROUP BY commitment
), rare AS MATERIALIZED (
  SELECT commitment,
    min("on") FILTER (event = {_sql("completed")}) AS completed,
    max("on") FILTER (event = {_sql("withdrawn")} AND number < 0) AS took
  FROM current JOIN base USING (commitment)
  WHERE event IN ({_sql("withdrawn")}, {_sql("completed")})
    AND (reopened IS NULL OR "on" >= reopened)
  GROUP BY commitment
), remaining AS (
  SELECT commitment, sum(number) FILTER (measure = {_PLEDGED}) AS promised,
    coalesce(sum(number) FILTER (measure = {_DELIVERED}), 0) AS arrived
  FROM current JOIN rare USING (commitment)
  WHERE took IS NOT NULL AND "on" <= took GROUP BY commitment
)
SELECT commitment,
  CASE WHEN took IS NOT NULL AND NOT (promised > 0 AND arrived < promised)
         AND (target <= 0 OR delivered >= target) THEN 'withdrawn'
       WHEN (target > 0 AND by_end >= target) OR completed <= "end" THEN 'fulfilled'
       WHEN (target > 0 AND delivered >= target) OR completed IS NOT NULL THEN 'fulfilled late'
       WHEN suspended IS NOT NULL AND (resumed IS NULL OR suspended > resumed) THEN 'stalled'
       WHEN "end" < DATE '{DAY}' THEN 'overdue'
       WHEN delivered > 0 THEN 'in progress'
       WHEN n_delivered > 0 THEN 'nothing delivered'
       ELSE 'nothing reported' END AS status,
  "end", reported
FROM base LEFT JOIN rare USING (commitment) LEFT JOIN remaining USING (commitment)
"""  # noqa: S608  # our own words
"""The same in DuckDB."""


def duckdb_of(table: pa.Table) -> Any:
    """A DuckDB table in memory."""
    connection = duckdb.connect()
    connection.register("given", table)
    connection.sql("CREATE TABLE movements AS SELECT * FROM given")
    connection.unregister("given")
    return connection


def by_hand_read(found: pa.Table, names: pa.Array) -> pa.Table:
    """A result by hand with the names of its commitments, in their order."""
    found = found.sort_by("commitment")
    columns = {name: found.column(name).cast(pa.date32()) for name in ("end", "reported")}
    return pa.table({
        "commitment": names.take(found.column("commitment").combine_chunks()),
        "status": found.column("status").cast(pa.large_string()),
        **columns,
    })  # fmt: skip


def _status(size: int) -> Mapping[str, Side]:
    table = courses(size)
    names = table.column("commitment").chunk(0).dictionary
    by_hand = coded(table)
    frame, connection = pl.from_arrow(by_hand), duckdb_of(by_hand)
    return {
        OURS: Side(lambda: ours(table), ours_read),
        "Polars": Side(
            lambda: polars_status(frame), lambda found: by_hand_read(found.to_arrow(), names)
        ),
        "DuckDB": Side(
            lambda: connection.sql(SQL).to_arrow_table(), lambda found: by_hand_read(found, names)
        ),
    }


ROWS = [
    Row(
        "status-lines",
        "status, every line that events decide",
        _status,
        size=1_000_000,
        quick=10_000,
        goals={"Polars": 1, "DuckDB": 1},
        rounds=3,
    ),
]
