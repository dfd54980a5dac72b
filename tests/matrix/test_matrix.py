"""One test for every engine: the same ledgers, the same totals and status, or the same error.

``PLEDGETRACK_ENGINES="duckdb,pyspark,postgres"`` names the engines that must be there; others are
skipped where they are not installed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import homes
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack import strategies as pts

REQUIRED = [name for name in os.environ.get("PLEDGETRACK_ENGINES", "").split(",") if name]
DAY = dt.date(2024, 6, 1)
Asked = dict[str, Any]

TOTALS: dict[str, Asked] = {
    "everything": {},
    "keys": {"by": ["party", "horizon"], "bounds": "range"},
    "other keys": {"by": ["channel", "due", "announced"], "include_repeats": True},
    "measures": {"by": "party", "columns": ["pledged", "delivered"]},
    "overdue alone": {"by": ["horizon"], "columns": ["overdue", "bound"]},
    "status": {"by": ["status"]},
    "source": {"by": ["source", "recipient"]},
    "chosen": {"by": "party", "where": {"channel": None}},
    "nothing": {"by": "party", "where": {"party": "nobody of that name"}},
    "quarters": {"by": ["party"], "per": "quarter"},
    "fiscal years": {"by": ["channel", "due"], "per": "fiscal year", "calendar": "US",
                     "bounds": "range"},
}  # fmt: skip


@pytest.fixture(scope="module", params=homes.NAMES)
def engine(request: pytest.FixtureRequest) -> Iterator[homes.Engine]:
    """Each engine in turn, running."""
    name = request.param
    lacking = homes.missing(name)
    if lacking and name in REQUIRED:
        pytest.fail(f"{name} is required, but {lacking}")
    if lacking:
        pytest.skip(lacking)
    with homes.home(name) as running:
        yield running


def drawn() -> pt.Ledger:
    """A random ledger, the same each time, joined of several, with the seeds."""
    made: list[pt.Ledger] = []
    parts = st.tuples(*(pts.ledgers(prefix=f"{at}-", max_commitments=6) for at in "abcd"))

    @settings(
        max_examples=8,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(parts)
    def draw(several: tuple[pt.Ledger, ...]) -> None:
        # Two of them may tell of one source differently.
        with contextlib.suppress(pt.PledgetrackError):
            made.append(sum(several, pt.load_seeds()))

    draw()
    return max(made, key=lambda ledger: len(ledger.movements()))


LEDGERS = {"drawn": drawn(), "empty": pt.Ledger()}


def answer(function: Any, frame: Any, **asked: Any) -> pd.DataFrame | tuple[type, str]:
    """The table, or the kind of error and what it says."""
    try:
        made: pd.DataFrame = function(frame, **asked)
    except pt.PledgetrackError as error:
        return type(error), str(error)
    return made


def same(found: Any, wanted: Any) -> None:
    """Tables are equal to the last digit, errors to the last word."""
    if isinstance(wanted, pd.DataFrame) and isinstance(found, pd.DataFrame):
        pd.testing.assert_frame_equal(found, wanted)
        assert [list(map(str, row)) for row in found.itertuples()] == [
            list(map(str, row)) for row in wanted.itertuples()
        ]
    else:
        assert type(found) is type(wanted), found
        assert found == wanted


@pytest.mark.parametrize("name", LEDGERS)
def test_ledgers_are_the_same_on_every_engine(engine: homes.Engine, name: str) -> None:
    """Null keys, empty groups, groups without an amount, refunds: one answer wherever rows are."""
    ledger = LEDGERS[name]
    frame = engine(pa.table(ledger).take(_shuffled(len(ledger.movements()))))
    for asked in TOTALS.values():
        wanted = answer(pt.totals, ledger.movements(), as_of=DAY, **asked)
        same(answer(pt.totals, frame, as_of=DAY, **asked), wanted)
    wanted = answer(pt.status, ledger.movements(), as_of=DAY)
    same(answer(pt.status, frame, as_of=DAY), wanted)
    wanted = answer(pt.summary, ledger.movements(), by="party", as_of=DAY)
    same(answer(pt.summary, frame, by="party", as_of=DAY), wanted)
    late = answer(pt.totals, ledger.movements(), as_of=DAY, known_by="1990-01-01")
    same(answer(pt.totals, frame, as_of=DAY, known_by="1990-01-01"), late)


def _shuffled(count: int) -> pa.Array:
    """Rows in another order: every seventh first."""
    return pa.array(sorted(range(count), key=lambda at: (at * 7 % 11, -at)), pa.int64())


def written(numbers: list[Decimal | None], kind: pa.DataType, **columns: list[Any]) -> pa.Table:
    """Rows written by hand, one commitment a number."""
    count = len(numbers)
    rows = {
        "commitment": [f"c{at}" for at in range(count)], "party": ["A"] * count,
        "unit": ["USD"] * count, "measure": ["pledged"] * count, "bound": ["exact"] * count,
        "on": [dt.date(2024, 1, 1)] * count, "since": [dt.date(2024, 1, 1)] * count,
        "until": [None] * count, "announced": [dt.date(2024, 1, 1)] * count,
        "start": [dt.date(2024, 1, 1)] * count, "end": [dt.date(2026, 12, 30)] * count,
        "horizon": ["medium"] * count, "event": ["pledged"] * count, "source": [None] * count,
    } | columns  # fmt: skip
    dates = ("on", "since", "until", "announced", "start", "end")
    made = {
        name: pa.array(values[:count], pa.date32() if name in dates else pa.string())
        for name, values in rows.items()
    }
    return pa.table(made | {"number": pa.array(numbers, kind)})


LIMIT = Decimal("9999999999999999999999.999999")
FINE = Decimal("0.000001")


def of_parties(**numbers: list[Decimal | None]) -> pa.Table:
    """Rows of several parties, told apart by what is odd about their numbers."""
    flat = [(name, number) for name, some in numbers.items() for number in some]
    units = ["USD", "JPY", "KWD", "CLF"]
    return written(
        [number for _, number in flat],
        pa.decimal128(28, 6),
        party=[None if name == "nobody" else name for name, _ in flat],
        unit=[units[at % 4] if "minor" in name else "USD" for at, (name, _) in enumerate(flat)],
    )


EDGES: dict[str, pa.Table] = {
    "limits": of_parties(
        at_the_limit=[LIMIT] * 2000 + [-FINE],
        below_zero=[-LIMIT, FINE, Decimal(-3)],
        past_18_digits=[Decimal("90000000000000000.01")] * 99,
        minor_digits=[Decimal(1001), Decimal("1.001"), Decimal("1.0001"), Decimal("0.000001")] * 3,
        finer_than_the_minor_unit=[Decimal("100.5"), Decimal("0.0001"), Decimal("0.000003")],
        without_an_amount=[None, None],
        nobody=[Decimal("0.1"), Decimal("0.2"), None],
    ),
    "past 38 digits": written([Decimal(9 * 10**37)] * 2, pa.decimal128(38, 0)),
    "past 22 digits": written([Decimal(10**22)] * 9, pa.decimal128(38, 0)),
    "wide, but not large": written([Decimal(10**21)] * 9, pa.decimal128(38, 6)),
    "whole numbers": written([2**62, 2**62, -1], pa.int64()),  # type: ignore[list-item]
    "floats": written([0.1, 0.2], pa.float64()),  # type: ignore[list-item]
    "no unit": written([Decimal(1)], pa.decimal128(28, 6)).drop_columns(["unit"]),
}


@pytest.mark.parametrize("edge", EDGES)
def test_the_edges_are_the_same_on_every_engine(engine: homes.Engine, edge: str) -> None:
    """Amounts at every limit: the right total or one error, never a wrapped or rounded number."""
    table = EDGES[edge]
    frame = engine(table)
    for asked in ({"by": "party"}, {"by": "party", "per": "month"}):
        found = answer(pt.totals, frame, as_of=DAY, **asked)
        same(found, answer(pt.totals, table, as_of=DAY, **asked))
        if isinstance(found, pd.DataFrame):
            # Against whole numbers, not only against one another.
            for unit, numbers in found.groupby("unit")["pledged"]:
                units = table.column("unit").to_pylist()
                exact = [
                    number
                    for number, of in zip(table.column("number").to_pylist(), units, strict=True)
                    if of == unit and number is not None
                ]
                assert _sum(numbers) == _sum(exact)
    same(answer(pt.status, frame, as_of=DAY), answer(pt.status, table, as_of=DAY))


def _sum(numbers: Any) -> int:
    """A sum in millionths, as whole numbers, which neither wrap nor round."""
    return sum(int(Decimal(number).scaleb(6, _WIDE)) for number in numbers if number is not None)


_WIDE = decimal.Context(prec=80)
