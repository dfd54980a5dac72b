"""The same totals and status on every engine, from one fixture."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given

import pledgetrack as pt
from examples import times
from pledgetrack import strategies as pts

Engine = Callable[[pd.DataFrame], Any]


def plain_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    """Objects and strings, as a frame from somewhere else would have them."""
    made = {name: pd.Series(list(frame[name]), dtype=object) for name in frame}
    plain = pd.DataFrame(made)
    return plain.where(plain.notna(), None)


ENGINES: dict[str, Engine] = {
    "pandas": lambda frame: frame,
    "pandas objects": plain_pandas,
    "pyarrow": pa.table,
    "polars": pl.DataFrame,
    "polars lazy": lambda frame: pl.DataFrame(frame).lazy(),
    "duckdb": lambda frame: duckdb.sql("select * from frame"),  # noqa: ARG005  # SQL names it
}

BYS: list[list[str]] = [[], ["party", "horizon"], ["due"], ["status"], ["source"], ["announced"]]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    return ENGINES[request.param]


@pytest.mark.parametrize("by", BYS, ids=str)
def test_totals_of_the_seeds_are_the_same_everywhere(
    engine: Engine, by: list[str], seeds: pt.Ledger
) -> None:
    """A movements frame gives the ledger's own totals on any engine."""
    expected = seeds.totals(by=by, as_of="2023-12-31")
    found = pt.totals(engine(seeds.movements()), by=by, as_of="2023-12-31")
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize("per", ["year", "fiscal year", "quarter", "month"])
def test_periods_of_the_seeds_are_the_same_everywhere(
    engine: Engine, per: str, seeds: pt.Ledger
) -> None:
    """Splitting over periods gives the ledger's own figures on any engine."""
    options: dict[str, Any] = {"per": per, "calendar": "US", "as_of": "2023-12-31"}
    expected = seeds.totals(by=["party", "status"], **options)
    found = pt.totals(engine(seeds.movements()), by=["party", "status"], **options)
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize("day", ["2022-03-01", "2022-07-31", "2023-12-07", "2024-07-12"])
def test_status_and_summary_of_the_seeds_are_the_same_everywhere(
    engine: Engine, day: str, seeds: pt.Ledger
) -> None:
    """Status and summary come from movements alone, on any engine."""
    frame = engine(seeds.movements())
    pd.testing.assert_frame_equal(pt.status(frame, as_of=day), seeds.status(as_of=day))
    expected = seeds.summary(by="party", as_of=day)
    pd.testing.assert_frame_equal(pt.summary(frame, by="party", as_of=day), expected)


@times(1 / 5)
@given(pts.ledgers(max_commitments=5), pts.days())
def test_random_ledgers_are_the_same_everywhere(ledger: pt.Ledger, day: dt.date) -> None:
    """Null keys, missing groups, refunds and moved horizons: one answer on every engine."""
    frame = ledger.movements()
    expected = [
        ledger.totals(by=["party", "status"], as_of=day),
        ledger.totals(by=["channel", "due"], per="quarter", calendar="US", as_of=day),
        ledger.status(as_of=day),
    ]
    for name, convert in ENGINES.items():
        if name == "pandas objects" and frame.empty:
            continue  # columns of objects without a value have no type to read
        found = [
            pt.totals(convert(frame), by=["party", "status"], as_of=day),
            pt.totals(
                convert(frame), by=["channel", "due"], per="quarter", calendar="US", as_of=day
            ),
            pt.status(convert(frame), as_of=day),
        ]
        for one, other in zip(found, expected, strict=True):
            pd.testing.assert_frame_equal(one, other, obj=name)


KEYS = ("commitment", "party", "unit", "measure", "bound", "horizon", "event", "part", "instead")
DAYS = ("on", "since", "until", "known", "announced", "start", "end")
NUMBERS = ("number", "low", "high")


@pytest.mark.parametrize("face", ["frame", "ledger"])
@pytest.mark.parametrize("name", ["seeds", "a conversion", "nothing"])
def test_movements_are_an_arrow_stream(seeds: pt.Ledger, name: str, face: str) -> None:
    """Keys are dictionaries of text, days date32, numbers decimal128(28, 6); nothing is an object.

    So they are in every ledger, one without rows or with a key that no row has among them.
    """
    ledger = {"nothing": pt.Ledger(), "a conversion": seeds.filter(unit="USD")}.get(name, seeds)
    options: dict[str, Any] = (
        {"into": "EUR", "rates": pt.Rates.fixed({"USD": "1.1"}, per="EUR")}
        if name == "a conversion"
        else {}
    )
    frame = ledger.movements(**options)
    stream = frame if face == "frame" else ledger
    schema = pa.RecordBatchReader.from_stream(stream).schema
    for key in KEYS:
        assert pa.types.is_dictionary(schema.field(key).type), key
        kind = schema.field(key).type.value_type
        assert pa.types.is_string(kind) or pa.types.is_large_string(kind), key
    assert {schema.field(day).type for day in DAYS} == {pa.date32()}
    assert {schema.field(number).type for number in NUMBERS} == {pa.decimal128(28, 6)}
    assert len(pl.DataFrame(stream)) == len(frame)
    shown = duckdb.sql("select * from stream")
    types = dict(zip(shown.columns, map(str, shown.types), strict=True))
    assert {types[name] for name in KEYS} == {"VARCHAR"}
    assert {types[name] for name in DAYS} == {"DATE"}
    assert {types[name] for name in NUMBERS} == {"DECIMAL(28,6)"}
    assert len(shown.fetchall()) == len(frame)


def test_an_engine_adds_up_the_ledger_to_the_last_digit(seeds: pt.Ledger) -> None:
    """SQL and expressions on the ledger itself give the figures that its totals give."""
    day = dt.date(2023, 12, 31)
    wanted = {
        (row["party"], row["unit"]): row["pledged"]
        for row in seeds.totals(by="party", as_of=day).to_dict("records")
        if row["pledged"] is not None
    }
    told = duckdb.sql(
        "select party, unit, sum(number) from seeds where measure = 'pledged' and since <= "
        "date '2023-12-31' and (until is null or until > date '2023-12-31') group by all"
    ).fetchall()
    assert {(party, unit): number for party, unit, number in told} == wanted
    counted = pl.DataFrame(seeds).filter(
        pl.col("measure") == "pledged",
        pl.col("since") <= day,
        pl.col("until").is_null() | (pl.col("until") > day),
    )
    sums = counted.group_by("party", "unit").agg(pl.col("number").sum())
    assert {(party, unit): number for party, unit, number in sums.iter_rows()} == wanted


def test_the_stream_of_a_choice_is_what_the_choice_shows(seeds: pt.Ledger) -> None:
    """A ledger that was narrowed hands over the rows of its movements."""
    chosen = seeds.filter(unit="USD", party="Mexico")
    assert pa.table(chosen).to_pylist() == pa.table(chosen.movements()).to_pylist()
    assert len(pl.DataFrame(chosen)) == len(chosen.movements()) > 0


def rows(numbers: list[Any], **columns: Any) -> dict[str, list[Any]]:
    """The columns of a frame written by hand: one commitment a number."""
    count = len(numbers)
    day = dt.date(2024, 1, 1)
    made: dict[str, Any] = {
        "commitment": [f"c{at}" for at in range(count)],
        "party": ["A"] * count,
        "unit": ["USD"] * count,
        "measure": ["pledged"] * count,
        "number": numbers,
        "bound": ["exact"] * count,
        "since": [day] * count,
        "until": [None] * count,
        "end": [None] * count,
        "event": ["pledged"] * count,
    }
    return made | columns


def test_a_frame_written_by_hand_is_totalled() -> None:
    """Objects in a pandas frame are enough: the columns that a table needs, and no more."""
    frame = pd.DataFrame(rows([Decimal("0.10"), Decimal("0.20")]))
    assert list(pt.totals(frame, by="party", as_of="2024-06-01")["pledged"]) == [Decimal("0.3")]


def test_whole_numbers_are_totalled() -> None:
    """Integers are exact, so they are taken."""
    frame = pl.DataFrame(rows([1, 2]))
    assert list(pt.totals(frame, as_of="2024-06-01")["pledged"]) == [3]


def test_days_with_a_midnight_are_days() -> None:
    """Timestamps at midnight are what many files hold for days."""
    stamps = pd.to_datetime(["2024-01-01", "2024-03-01"])
    frame = pd.DataFrame(rows([Decimal(1), Decimal(2)], since=stamps))
    assert list(pt.totals(frame, as_of="2024-02-01")["pledged"]) == [1]


def test_floats_are_refused() -> None:
    """A float is not exact, and the error names the column."""
    with pytest.raises(pt.FrameError, match="not exact") as caught:
        pt.totals(pd.DataFrame(rows([0.1, 0.2])))
    assert caught.value.columns == ("number",)


def test_missing_columns_are_named() -> None:
    """A frame that is no movements frame is refused with what it lacks."""
    frame = pd.DataFrame(rows([Decimal(1)])).drop(columns=["until", "unit"])
    with pytest.raises(pt.FrameError) as caught:
        pt.totals(frame)
    assert set(caught.value.columns) == {"until", "unit"}


def test_what_is_no_frame_is_refused() -> None:
    """A list is no frame."""
    with pytest.raises(pt.FrameError):
        pt.totals([1, 2, 3])


@pytest.mark.parametrize("engine_name", ["pyarrow", "polars", "duckdb"])
def test_a_sum_that_could_wrap_is_refused(engine_name: str) -> None:
    """Past 38 digits some engines wrap in silence, so the largest possible sum is measured."""
    table = pa.table(rows([Decimal(9 * 10**37)] * 2), schema=None)
    table = table.set_column(
        table.column_names.index("until"), "until", pa.array([None, None], pa.date32())
    )
    frame = {"pyarrow": table, "polars": pl.from_arrow(table)}.get(
        engine_name, duckdb.connect().from_arrow(table)
    )
    with pytest.raises(pt.FrameError, match="38 digits"):
        pt.totals(frame)


def test_large_decimals_that_cannot_wrap_are_totalled() -> None:
    """Polars gives Decimals of Python 38 digits; what they hold is small enough."""
    frame = pl.DataFrame(rows([Decimal("1.5"), Decimal("2.25")]))
    assert list(pt.totals(frame, as_of="2024-06-01")["pledged"]) == [Decimal("3.75")]


def test_the_largest_amounts_add_up_exactly() -> None:
    """Sums past 28 and past 18 digits keep every digit."""
    top = Decimal("9999999999999999999999.999999")
    promises = [
        pt.Commitment(
            id=f"c{at}",
            party="A",
            announced="2024-01-01",
            stage="pledged",
            target={"number": top, "unit": "USD"},
            horizon={"start": "2024-01-01", "end": "2026-12-31"},
        )
        for at in range(1000)
    ]
    ledger = pt.Ledger(promises)
    assert list(ledger.totals(as_of="2024-06-01")["pledged"]) == [
        Decimal("9999999999999999999999999.999000")
    ]
    parts = ledger.totals(per="month", as_of="2024-06-01")["pledged"]
    total = sum(Fraction(part) for part in parts)
    assert total == Fraction("9999999999999999999999999.999")


@pytest.mark.parametrize("places", [19, 20, 30])
def test_the_finest_decimals_are_read_in_every_way(engine: Engine, places: int) -> None:
    """As many places as 38 digits have: none is lost, and no comparison runs out of room."""
    dated = {"per": "year", "where": {"unit": "USD"}}
    ways: list[dict[str, Any]] = [{}, {"by": ["status"]}, dated, {"bounds": "range"}]
    frame = pa.table(pt.load_seeds().movements())
    fine = Decimal(1) + Decimal(1).scaleb(-places)
    for name in ("number", "low", "high"):
        column = frame.column(name)
        made = [None if number is None else fine for number in column.to_pylist()]
        at = frame.column_names.index(name)
        frame = frame.set_column(at, name, pa.array(made, pa.decimal128(38, places)))
    rows = [row for row in frame.to_pylist() if row["since"] <= dt.date(2024, 1, 1)]
    pledged = [row for row in rows if (row["measure"], row["unit"]) == ("pledged", "USD")]
    for way in ways:
        table = pt.totals(engine(frame.to_pandas()), as_of="2024-01-01", **way)
        found = table[table["unit"] == "USD"]["pledged"].dropna()
        with localcontext() as context:
            context.prec = 60
            assert sum(found) == len(pledged) * fine
    status = pt.status(engine(frame.to_pandas()), as_of="2024-01-01")
    assert fine in set(status["target"])
