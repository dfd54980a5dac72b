"""Movements in a Parquet file: read and totalled in one go, against DuckDB on the same file."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import pledgetrack as pt
from benchmarks.measure import OURS, Row, Side
from benchmarks.movements import DAY, movements
from benchmarks.rows.totals import KEYS, by_measure, duckdb_sums, in_order
from pledgetrack.movements import MEASURES

# The files are there as long as the process that measures.
_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []


def _written(size: int) -> Path:
    folder = tempfile.TemporaryDirectory()
    _FOLDERS.append(folder)
    path = Path(folder.name) / "movements.parquet"
    pq.write_table(movements(size), path)
    return path


def ours(path: Path) -> pd.DataFrame:
    """The file as it stands."""
    return pt.totals(path, by=[key for key in KEYS if key != "unit"], as_of=DAY, columns=MEASURES)


def by_duckdb(path: Path) -> pa.Table:
    """The same query in a connection that knows nothing of the file yet."""
    with duckdb.connect() as connection:
        connection.read_parquet(str(path)).create_view("movements")
        return duckdb_sums(connection)


def _sides(size: int) -> Mapping[str, Any]:
    path = _written(size)
    return {
        OURS: Side(lambda: ours(path), by_measure),
        "DuckDB": Side(lambda: by_duckdb(path), lambda found: in_order(found, "measure")),
    }


ROWS = [
    Row(
        "parquet",
        "Parquet movements: cold read and totals",
        _sides,
        size=10_000_000,
        quick=100_000,
        # At most 1.3 times its time.
        goals={"DuckDB": round(1 / 1.3, 2)},
        growth=(10**4, 10**5, 10**6, 10**7),
    ),
]
