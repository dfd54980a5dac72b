"""The rows of the table: a file each, or a file for rows that share their input.

A module here has ``ROWS``, a list of ``measure.Row``; the table keeps the order of ``ORDER``.
"""

from __future__ import annotations

from importlib import import_module

from benchmarks.measure import Row

ORDER = (
    "totals", "parquet", "status", "status_lines", "periods", "records", "csv_ledger", "iati",
    "imports",
)  # fmt: skip


def rows() -> list[Row]:
    """Every row, in the order of the table."""
    found: list[Row] = []
    for name in ORDER:
        found += import_module(f"benchmarks.rows.{name}").ROWS
    return found
