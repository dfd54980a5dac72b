"""DuckDB over a folder of Parquet that is larger than what it may hold in memory."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import homes
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import pledgetrack as pt
from pledgetrack.movements import MEASURES, SCHEMA

LIMIT = 128 * 2**20
DAY = dt.date(2024, 6, 1)


def part(at: int, rows: int = 250_000) -> pa.Table:
    """Movements of promises that are all different: a pledge and a delivery of each."""
    chance = np.random.default_rng(at)
    each = np.arange(rows) // 2
    days = pa.array(chance.integers(17_000, 19_800, rows).astype(np.int32)).cast(pa.date32())
    number = pa.array(chance.integers(1, 10**12, rows)).cast(pa.decimal128(28, 0))
    names = pa.array([f"a promise of which the name is long, number {at}-{one}" for one in each])
    columns: dict[str, Any] = {
        "commitment": names,
        "party": pa.array(chance.integers(0, 50, rows)).cast(pa.string()),
        "unit": pa.array(np.where(chance.random(rows) < 0.5, "USD", "EUR")),
        "measure": pa.array(np.where(np.arange(rows) % 2, "delivered", "pledged")),
        "event": pa.array(np.where(np.arange(rows) % 2, "delivered", "pledged")),
        "number": number.cast(SCHEMA.field("number").type), "bound": pa.array(["exact"] * rows),
        "on": days, "since": days, "announced": days, "start": days,
        "end": pa.array(chance.integers(19_000, 21_000, rows).astype(np.int32)).cast(pa.date32()),
        "citation": pa.array([f"report {page}" for page in chance.integers(0, 10**15, rows)]),
    }  # fmt: skip
    for field in SCHEMA:
        if field.name not in columns:
            kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
            columns[field.name] = pa.nulls(rows, kind)
    return pa.table(columns).select(SCHEMA.names)


def test_totals_of_a_folder_larger_than_memory_are_exact(tmp_path: Path) -> None:
    """The four measures, all columns, and periods are those of adding up in memory."""
    if lacking := homes.missing("duckdb"):
        pytest.skip(lacking)
    import duckdb

    for at in range(6):
        pq.write_table(
            part(at), tmp_path / f"{at}.parquet", use_dictionary=False, compression="none"
        )
    assert sum(file.stat().st_size for file in tmp_path.glob("*.parquet")) > LIMIT
    spill = tmp_path / "spill"
    connection = duckdb.connect(config={
        "memory_limit": f"{LIMIT}B", "temp_directory": str(spill), "threads": 1,
        "preserve_insertion_order": False,
    })  # fmt: skip
    rows = connection.sql(f"from '{tmp_path}/*.parquet'")
    options: tuple[dict[str, Any], ...] = ({"columns": MEASURES}, {}, {"per": "year"})
    for some in options:
        asked: dict[str, Any] = {"by": "party", "as_of": DAY, **some}
        pd.testing.assert_frame_equal(pt.totals(rows, **asked), pt.totals(tmp_path, **asked))
