"""Totals of movements in memory, by party, unit and year due, as of a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

import pledgetrack as pt
from benchmarks.measure import OURS, Row, Side
from benchmarks.movements import DAY, movements
from pledgetrack.movements import MEASURES, SCHEMA

KEYS = ("party", "unit", "due")
_WORDS = ("party", "unit", "measure", "horizon")
_DAYS = ("since", "until", "end")


# --- ours -----------------------------------------------------------------------------------------


def four_measures(table: pa.Table) -> pd.DataFrame:
    """The four measures, without what is costly beside them."""
    return pt.totals(table, by=["party", "due"], as_of=DAY, columns=MEASURES)


def everything(table: pa.Table) -> pd.DataFrame:
    """Every column that totals have."""
    return pt.totals(table, by=["party", "due"], as_of=DAY)


def by_measure(table: pd.DataFrame) -> pa.Table:
    """A result as one row for each amount that is there."""
    long = table.melt(id_vars=list(KEYS), value_vars=list(MEASURES), var_name="measure",
                      value_name="number").dropna()  # fmt: skip
    return in_order(pa.Table.from_pandas(long, preserve_index=False), "measure")


def in_order(table: pa.Table, *more: str) -> pa.Table:
    """A table with its rows in the order of the keys, words as text, numbers as decimals."""
    keys = [*KEYS, *more]
    columns = {name: pc.cast(table.column(name), pa.string()) for name in keys}
    for name in table.column_names:
        if name not in columns:
            column = table.column(name)
            is_decimal = pa.types.is_decimal(column.type)
            columns[name] = column.cast(SCHEMA.field("number").type) if is_decimal else column
    return pa.table(columns).sort_by([(name, "ascending") for name in keys])


# --- by hand --------------------------------------------------------------------------------------


def in_pandas(table: pa.Table, number: Callable[[pa.Table], Any]) -> pd.DataFrame:
    """The columns that the query reads, keys as categories, days as pandas has them."""
    columns: dict[str, Any] = {name: table.column(name).to_pandas() for name in _WORDS}
    for name in _DAYS:
        columns[name] = table.column(name).cast(pa.timestamp("s")).to_pandas()
    return pd.DataFrame({**columns, "number": number(table)})


def pandas_sums(frame: pd.DataFrame) -> pd.DataFrame:
    """What a notebook says."""
    day = pd.Timestamp(DAY)
    rows = frame[(frame["since"] <= day) & (frame["until"].isna() | (frame["until"] > day))]
    due = rows["end"].dt.year
    due = due.where(due.notna(), rows["horizon"].map({"open": -1}).astype(float))
    keys = [rows["party"], rows["unit"], due.rename("due"), rows["measure"]]
    return rows["number"].groupby(keys, observed=True).sum().reset_index()


def pandas_read(found: pd.DataFrame) -> pa.Table:
    """The result of pandas to compare: its years are floats, "open" is -1."""
    due = ["open" if year < 0 else str(int(year)) for year in found["due"]]
    return in_order(pa.Table.from_pandas(found.assign(due=due), preserve_index=False), "measure")


_DUE = pl.coalesce(pl.col("end").dt.year().cast(pl.String), pl.col("horizon").cast(pl.String))


def polars_sums(frame: pl.DataFrame) -> pl.DataFrame:
    """The same query in Polars."""
    return (
        frame.lazy()
        .filter(
            pl.col("since") <= DAY, pl.col("until").is_null() | (pl.col("until") > DAY)
        )
        .group_by(
            "party", "unit", pl.col("end").dt.year().alias("year"), "horizon", "measure"
        )
        .agg(pl.col("number").sum())
        .group_by(
            "party", "unit",
            pl.coalesce(pl.col("year").cast(pl.String), pl.col("horizon").cast(pl.String))
            .alias("due"),
            "measure",
        )
        .agg(pl.col("number").sum())
        .collect()
    )  # fmt: skip


_COUNTING = f"since <= DATE '{DAY}' AND (until IS NULL OR until > DATE '{DAY}')"
_SQL_DUE = 'coalesce(year("end")::VARCHAR, horizon::VARCHAR)'


def duckdb_sums(connection: Any) -> pa.Table:
    """The same query in SQL; the year becomes text only in the small result."""
    return connection.sql(
        f"""SELECT party, unit, coalesce(year::VARCHAR, open::VARCHAR) AS due, measure,
                   sum(number) AS number
            FROM (SELECT party, unit, year("end") AS year,
                         CASE WHEN "end" IS NULL THEN horizon END AS open, measure,
                         sum(number) AS number
                  FROM movements WHERE {_COUNTING} GROUP BY ALL)
            GROUP BY ALL"""  # noqa: S608  # our own words
    ).to_arrow_table()


def duckdb_of(table: pa.Table, columns: tuple[str, ...]) -> Any:
    """A DuckDB table in memory with keys as enumerations."""
    connection = duckdb.connect()
    connection.register("given", table.select(columns))
    chosen = []
    for name in columns:
        kind = table.schema.field(name).type
        chosen.append(f'"{name}"')
        if pa.types.is_dictionary(kind) and name != "commitment":
            words = table.column(name).chunk(0).dictionary.to_pylist()
            connection.sql(f"CREATE TYPE {name}_words AS ENUM ({str(words)[1:-1]})")
            chosen[-1] = f'"{name}"::{name}_words AS "{name}"'
    connection.sql(f"CREATE TABLE movements AS SELECT {', '.join(chosen)} FROM given")  # noqa: S608
    connection.unregister("given")
    return connection


# --- the rows -------------------------------------------------------------------------------------

_READ = (*_WORDS, *_DAYS, "number")


def _four(size: int) -> Mapping[str, Side]:
    table = movements(size)
    return {
        OURS: Side(lambda: four_measures(table), by_measure),
        "pandas, object Decimals": _lazily(
            lambda: in_pandas(table, lambda t: t.column("number").to_pandas()),
            pandas_sums, pandas_read,
        ),
        "pandas, float64": _lazily(
            lambda: in_pandas(table, lambda t: t.column("number").cast(pa.float64()).to_pandas()),
            pandas_sums, pandas_read, tolerance=1e-9,
        ),
        "Polars": _lazily(
            lambda: pl.from_arrow(table.select(_READ)), polars_sums,
            lambda found: in_order(found.to_arrow(), "measure"),
        ),
        "DuckDB": _lazily(
            lambda: duckdb_of(table, _READ), duckdb_sums,
            lambda found: in_order(found, "measure"),
        ),
    }  # fmt: skip


def _lazily(
    make: Callable[[], Any],
    query: Callable[[Any], Any],
    read: Callable[[Any], pa.Table],
    tolerance: float = 0.0,
) -> Side:
    """A side whose own form of the input is made now, outside the clock."""
    held = make()
    return Side(lambda: query(held), read, tolerance)


def _full_read(table: pd.DataFrame) -> pa.Table:
    made = table[[*KEYS, "outstanding", "overdue", "commitments", "bound"]]
    made = made.assign(loose=made["bound"].str.contains("at least"))
    kinds = {name: SCHEMA.field("number").type for name in ("outstanding", "overdue")}
    arrow = pa.Table.from_pandas(made.drop(columns="bound"), preserve_index=False)
    for name, kind in kinds.items():
        at = arrow.column_names.index(name)
        arrow = arrow.set_column(at, name, arrow.column(name).cast(kind))
    return in_order(arrow)


def polars_everything(frame: pl.DataFrame) -> pl.DataFrame:
    """Balances of each commitment, then of each cell."""
    number, measure = pl.col("number"), pl.col("measure")
    pledged, delivered = pl.col("pledged"), pl.col("delivered")
    counted = pl.col("n_pledged") > 0
    missing = counted & (pl.col("end") < DAY) & (pledged > delivered)
    loose = (pl.col("bound") != "exact").cast(pl.Int32)
    return (
        frame.lazy()
        .filter(
            pl.col("since") <= DAY, pl.col("until").is_null() | (pl.col("until") > DAY)
        )
        .group_by("party", "unit", pl.col("end").dt.year().alias("year"), "horizon", "commitment")
        .agg(
            *(number.filter(measure == name).sum().alias(name) for name in MEASURES),
            *(number.filter(measure == name).len().alias(f"n_{name}") for name in MEASURES),
            loose.max().alias("loose"), pl.col("end").max(),
        )
        .group_by(
            "party", "unit",
            pl.coalesce(pl.col("year").cast(pl.String), pl.col("horizon").cast(pl.String))
            .alias("due"),
        )
        .agg(
            *(pl.col(name).sum() for name in MEASURES),
            *(pl.col(f"n_{name}").sum() for name in MEASURES),
            (pledged - delivered).filter(counted).sum().alias("outstanding"),
            (pledged - delivered).filter(missing).sum().alias("overdue"),
            (counted & (pl.col("end") < DAY)).sum().alias("n_due"),
            counted.sum().alias("n_counted"),
            pl.len().cast(pl.Int64).alias("commitments"), pl.col("loose").max(),
        )
        .with_columns(
            pl.when(pl.col("n_due") > 0).then("overdue").alias("overdue"),
            pl.when(pl.col("n_counted") > 0).then("outstanding").alias("outstanding"),
            pl.col("loose") > 0,
        )
        .collect()
    )  # fmt: skip


def duckdb_everything(connection: Any) -> pa.Table:
    """The same in SQL."""
    sums = ", ".join(f"sum(number) FILTER (measure = '{name}') AS {name}" for name in MEASURES)
    totals = ", ".join(f"sum({name}) AS {name}" for name in MEASURES)
    owed = "pledged - coalesce(delivered, 0)"
    return connection.sql(
        f"""SELECT party, unit, coalesce(year::VARCHAR, horizon::VARCHAR) AS due, {totals},
                   sum({owed}) AS outstanding,
                   CASE WHEN count(*) FILTER (pledged IS NOT NULL AND "end" < DATE '{DAY}') > 0
                        THEN coalesce(sum({owed}) FILTER ("end" < DATE '{DAY}' AND {owed} > 0), 0)
                        END AS overdue,
                   count(*) AS commitments, bool_or(loose) AS loose
            FROM (SELECT party, unit, year("end") AS year, horizon, commitment, {sums},
                         max("end") AS "end", bool_or(bound <> 'exact') AS loose
                  FROM movements WHERE {_COUNTING} GROUP BY ALL)
            GROUP BY ALL"""  # noqa: S608  # our own words
    ).to_arrow_table()


def _everything(size: int) -> Mapping[str, Side]:
    table = movements(size)
    at = table.column_names.index("commitment")
    # By hand one holds codes rather than names.
    coded = table.set_column(at, "commitment", pa.chunked_array([
        chunk.indices for chunk in table.column("commitment").chunks
    ])).select([*_READ, "commitment", "bound"])  # fmt: skip
    names = ("party", "unit", "due", "outstanding", "overdue", "commitments", "loose")
    return {
        OURS: Side(lambda: everything(table), _full_read),
        "Polars": _lazily(
            lambda: pl.from_arrow(coded), polars_everything,
            lambda found: in_order(found.to_arrow().select(names)),
        ),
        "DuckDB": _lazily(
            lambda: duckdb_of(coded, tuple(coded.column_names)), duckdb_everything,
            lambda found: in_order(found.select(names)),
        ),
    }  # fmt: skip


ROWS = [
    Row(
        "totals",
        "totals: the four measures",
        _four,
        size=10_000_000,
        quick=100_000,
        goals={"pandas, object Decimals": 35, "pandas, float64": 1, "Polars": 1, "DuckDB": 1},
        memory=64,
        growth=(10**4, 10**5, 10**6, 10**7),
    ),
    Row(
        "totals-all",
        "totals with `commitments`, `outstanding`, `overdue`, `bound`",
        _everything,
        size=10_000_000,
        quick=100_000,
        goals={"Polars": 1, "DuckDB": 1},
        growth=(10**4, 10**5, 10**6, 10**7),
        rounds=3,
    ),
]
