"""Balances of commitments in memory spread over fiscal years, against a loop over each of them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
from dateutil.relativedelta import relativedelta

import pledgetrack as pt
from benchmarks.measure import OURS, Row, Side
from benchmarks.movements import in_pieces, movements
from pledgetrack.movements import SCHEMA
from pledgetrack.units import minor_digits

DAY = dt.date(2030, 1, 1)
"""A day as of which all is announced: of 1 M commitments, in more than 6 M cells."""
LONGEST = 4000
_YEAR = relativedelta(years=1)
_KEYS = ("party", "period", "unit")
_NEEDED = ("commitment", "party", "unit", "measure", "number", "bound", "on", "since", "until",
           "announced", "start", "end", "horizon", "event")  # fmt: skip
_READ = ("commitment", "party", "unit", "number", "start", "end", "horizon")


def ours(table: pa.Table) -> pd.DataFrame:
    """What is pledged by party and fiscal year."""
    return pt.totals(table, by="party", per="fiscal year", calendar="US", columns="pledged",
                     as_of=DAY)  # fmt: skip


def pledges(table: pa.Table) -> list[dict[str, Any]]:
    """The pledges that count on the day, as records: one of each commitment in this data."""
    since, until = table.column("since").to_numpy(), table.column("until").to_pandas()
    day = pd.Timestamp(DAY)
    keep = (since <= day.to_numpy()) & ~(until <= DAY).fillna(value=False).to_numpy()
    keep &= table.column("measure").to_pandas().to_numpy() == "pledged"
    rows: list[dict[str, Any]] = table.select(_READ).filter(pa.array(keep)).to_pylist()
    return rows


def in_a_loop(rows: list[dict[str, Any]]) -> dict[tuple[str, str, str], Decimal]:
    """Each amount cut at the first of October, each prefix rounded once to the minor unit."""
    sums: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        party, unit, number, end = row["party"], row["unit"], row["number"], row["end"]
        if end is None:
            sums[party, row["horizon"], unit] += number
            continue
        start = min(row["start"], end)
        # In the digits of the unit, or of the amount where that is finer.
        own = -int(number.normalize().as_tuple().exponent)
        days, part = (end - start).days + 1, Decimal(1).scaleb(-max(minor_digits(unit), own))
        year = start.year + (start.month >= 10)
        before, boundary = Decimal(0), dt.date(year, 10, 1)
        while True:
            done = min((boundary - start).days, days)
            after = (number * done / days).quantize(part, "ROUND_HALF_UP")
            sums[party, f"FY{year}", unit] += after - before
            if done == days:
                break
            before, boundary, year = after, boundary + _YEAR, year + 1
    return dict(sums)


def _rows(cells: list[tuple[str, str, str, Decimal]]) -> pa.Table:
    names = (*_KEYS, "pledged")
    columns = dict(zip(names, map(list, zip(*sorted(cells), strict=True)), strict=True))
    kind = SCHEMA.field("number").type
    return pa.table({
        name: pa.array(column, kind if name == "pledged" else pa.string())
        for name, column in columns.items()
    })  # fmt: skip


def _ours_read(table: pd.DataFrame) -> pa.Table:
    there = table[table["pledged"].notna()]
    return _rows([*there[[*_KEYS, "pledged"]].itertuples(index=False, name=None)])


def _sides(size: int) -> Mapping[str, Side]:
    table = movements(size, longest=LONGEST)
    given = pledges(table) if size <= 1_000_000 else []
    return {
        OURS: Side(lambda: ours(table), _ours_read),
        "Decimal and dateutil, in a loop": Side(
            lambda: in_a_loop(given),
            lambda found: _rows([(*key, number) for key, number in found.items()]),
        ),
    }


def _large_sides(size: int) -> Mapping[str, Side]:
    table = in_pieces(size, _NEEDED, pieces=20, longest=LONGEST)
    return {OURS: Side(lambda: ours(table))}


ROWS = [
    Row(
        "per",
        'totals with `per="fiscal year"`, 1 M commitments',
        _sides,
        size=4_000_000,
        quick=40_000,
        goals={"Decimal and dateutil, in a loop": 300},
        tenth=frozenset({"Decimal and dateutil, in a loop"}),
        growth=(10**4, 10**5, 10**6, 10**7),
        memory=200,
        rounds=3,
    ),
    Row(
        "per-large",
        'totals with `per="fiscal year"`, 10 M commitments',
        _large_sides,
        size=40_000_000,
        quick=40_000,
        goals={},
        memory=200,
        rounds=3,
        named=True,
    ),
]
