"""Prefixes as engines compute them are those of whole numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import duckdb
import narwhals as nw
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgetrack import strategies as pts
from pledgetrack.calendar import PERIODS, Periods, prefix
from pledgetrack.frames import collect, ordinal
from pledgetrack.periods import from_minor
from pledgetrack.prefixes import LARGEST, Prefixes, number_on, with_windows

HOMES: dict[str, Callable[[pa.Table], Any]] = {
    "pyarrow": lambda table: table,
    "polars": lambda table: pl.DataFrame(table).lazy(),
    "duckdb": lambda table: duckdb.connect().from_arrow(table),
}
MOST = int(LARGEST) - 1
DIGITS = {"USD": 2, "JPY": 0, "visa": 0, "KWD": 3}
ALL_DAYS = st.one_of(
    pts.days(),
    st.dates(),
    st.sampled_from([dt.date.min, dt.date.max, dt.date(2000, 2, 29), dt.date(1900, 2, 28)]),
)


def rows_in(name: str, table: pa.Table) -> nw.LazyFrame[Any]:
    """A table on an engine."""
    return nw.from_native(HOMES[name](table)).lazy()


@pytest.mark.parametrize("home", HOMES)
@given(data=st.data())
def test_days_and_periods_have_the_numbers_of_the_calendar(home: str, data: st.DataObject) -> None:
    """From the first day there is to the last, leap years and centuries among them."""
    days = data.draw(st.lists(ALL_DAYS, min_size=1, max_size=8))
    periods = Periods.of(data.draw(st.sampled_from(PERIODS)), data.draw(pts.calendars()))
    day = nw.col("day")
    found = collect(
        rows_in(
            home, pa.table({"at": range(len(days)), "day": pa.array(days, pa.date32())})
        ).select("at", ordinal(day).alias("ordinal"), number_on(periods, day).alias("number"))
    ).sort_by("at")
    assert found["ordinal"].to_pylist() == [day.toordinal() for day in days]
    assert found["number"].to_pylist() == [periods.number(day) for day in days]


def balances(rows: list[tuple[str, Decimal | None, list[dt.date]]]) -> pa.Table:
    """A balance for each unit, amount and window."""
    return pa.table({
        "at": pa.array([str(at) for at in range(len(rows))]),
        "unit": [unit for unit, _, _ in rows],
        "m_pledged": pa.array([number for _, number, _ in rows], pa.decimal128(38, 6)),
        "start": pa.array([start for _, _, (start, _) in rows], pa.date32()),
        "announced": pa.nulls(len(rows), pa.date32()),
        "end": pa.array([end for _, _, (_, end) in rows], pa.date32()),
    })  # fmt: skip


AMOUNTS = st.one_of(
    st.integers(-MOST, MOST),
    st.sampled_from([0, 1, -1, MOST, -MOST, MOST - 1]),
    st.integers(-(10**4), 10**4),
)
WINDOWS = st.lists(ALL_DAYS, min_size=2, max_size=2).map(sorted)


@pytest.mark.parametrize("home", HOMES)
@given(data=st.data())
def test_what_falls_before_a_boundary_is_what_whole_numbers_say(
    home: str, data: st.DataObject
) -> None:
    """Up to the largest amount that is split in doubles, of either sign, over any window."""
    drawn = data.draw(
        st.lists(st.tuples(st.sampled_from([*DIGITS]), AMOUNTS, WINDOWS), min_size=1, max_size=6)
    )
    boundaries = data.draw(st.lists(ALL_DAYS, min_size=1, max_size=4))
    rows = [(unit, from_minor(parts, DIGITS[unit]), days) for unit, parts, days in drawn]
    prefixes = Prefixes(["pledged"], DIGITS, 6)
    windows = with_windows(rows_in(home, balances(rows)), Periods.of("year"))
    here = prefixes.with_parts(windows, ~nw.col("end").is_null())
    ends = [day.toordinal() for day in boundaries]
    found = collect(prefixes.sums(here, ["at"], ends)).to_pylist()
    assert len(found) == len(rows)
    for row in found:
        _, parts, (first, last) = drawn[int(row["at"])]
        days = (last - first).days + 1
        assert row["elsewhere"] == 0
        assert [row[f"pledged_{at}"] for at in range(len(ends))] == [
            prefix(parts, min(max(end - first.toordinal(), 0), days), days) for end in ends
        ]


@pytest.mark.parametrize("home", HOMES)
def test_what_doubles_do_not_hold_is_elsewhere(home: str) -> None:
    """Amounts that are too large, or finer than their unit; a missing one is 0."""
    days = [dt.date(2024, 1, 1), dt.date(2024, 1, 3)]
    rows = {
        "largest": ("USD", Decimal(MOST).scaleb(-2), 0),
        "too large": ("USD", Decimal(MOST + 1).scaleb(-2), 1),
        "far too large": ("JPY", Decimal(10**22 - 1), 1),
        "to the cent": ("USD", Decimal("-0.01"), 0),
        "finer": ("USD", Decimal("0.001"), 1),
        "fine and large": ("USD", Decimal("9000000000000.000001"), 1),
        "fils": ("KWD", Decimal("0.001"), 0),
        "half a yen": ("JPY", Decimal("-0.5"), 1),
        "half a visa": ("visa", Decimal("0.5"), 1),
        "missing": ("visa", None, 0),
    }
    table = balances([(unit, number, days) for unit, number, _ in rows.values()])
    prefixes = Prefixes(["pledged"], {unit for unit, _, _ in rows.values()}, 6)
    windows = with_windows(rows_in(home, table), Periods.of("year"))
    here = prefixes.with_parts(windows, ~nw.col("end").is_null())
    found = collect(prefixes.sums(here, ["at"], [days[1].toordinal() + 1])).to_pylist()
    said = {[*rows][int(row["at"])]: row for row in found}
    assert {name: row["elsewhere"] for name, row in said.items()} == {
        name: elsewhere for name, (_, _, elsewhere) in rows.items()
    }
    arrived = {name: int(row["pledged_0"]) for name, row in said.items()}
    assert arrived == dict.fromkeys(rows, 0) | {"largest": MOST, "to the cent": -1, "fils": 1}
