"""Movements frames in, results out: any engine that narwhals knows, and pandas for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Literal

import narwhals as nw
import pandas as pd
import pyarrow as pa

from pledgetrack import arrow
from pledgetrack.calendar import HORIZON_CLASSES, NOT_STATED, OPEN, as_day
from pledgetrack.errors import FrameError, PledgetrackError, UnknownNameError, shown, unknown
from pledgetrack.members import PASSED_ON
from pledgetrack.models import STAGES
from pledgetrack.movements import AMOUNTS, ELSEWHERE, MEASURES
from pledgetrack.quantity import DECIMAL_PLACES, EXACT, INTEGER_DIGITS, tidy
from pledgetrack.scan import is_path, scan
from pledgetrack.units import ACTION, is_currency

Numbers = Literal["decimal", "float"]
Bounds = Literal["words", "range"]
_DATES = ("on", "since", "until", "known", "announced", "start", "end", "whole_announced")
KEYS = (
    "party", "recipient", "channel", "unit", "horizon", "due",
    "announced", "status", "source", "commitment",
)  # fmt: skip
"""What ``by`` and ``where`` take, beside tags."""

STATED_UNIT = "stated_unit"
"""One more key of converted movements: the unit in which a row was recorded."""

RANGES = tuple(f"{name}_{end}" for name in MEASURES for end in ("low", "high"))
TAKEN = (
    "period", *MEASURES, *RANGES, "headline", "outstanding", "overdue", "commitments", "bound",
    "share",
)  # fmt: skip
# What a key is read from, where that is not the column of its name.
_READ_FROM = {"due": ("end", "horizon"), "status": ()}
COUNT = nw.lit(1, dtype=nw.Int64)
_NOT_COUNTED = nw.lit(0, dtype=nw.Int64)
ZERO = nw.lit(Decimal(0))
"""What amounts are compared with: beside a whole number, decimals of many places have no room."""


def today(day: object) -> dt.date:
    """The day that ``as_of`` names; None is today."""
    # A ledger's days have no time zone, so the reader's own today is meant.
    return dt.date.today() if day is None else as_day(day)  # noqa: DTZ011


def enter(frame: Any, columns: Iterable[str] = ()) -> nw.LazyFrame[Any]:
    """A movements frame of any engine, or the path of a data set, with its columns checked.

    pandas frames become Arrow tables: objects and categories are slow or wrong elsewhere.
    """
    if isinstance(frame, nw.LazyFrame):
        return frame
    if is_path(frame):
        frame = scan(frame)
    if isinstance(frame, pd.DataFrame):
        try:
            frame = pa.Table.from_pandas(frame, preserve_index=False)
        except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
            raise FrameError(f"this is no movements frame: {error}") from error
    if isinstance(frame, pa.Table):
        need(frame.column_names, columns)
        frame = arrow.uniform(frame)
    try:
        lazy = nw.from_native(frame).lazy()
    except TypeError as error:
        raise FrameError(
            f"{type(frame).__name__!r} is no frame; pass pandas, PyArrow, Polars or DuckDB"
        ) from error
    with _of_engine("read"):
        schema = lazy.collect_schema()
    need(schema, columns)
    casts = []
    for name in _DATES:
        kind = schema.get(name, nw.Date())
        if isinstance(kind, (nw.Datetime, nw.Unknown)) or kind == nw.Object():
            casts.append(nw.col(name).cast(nw.Date))
        elif kind != nw.Date():
            if not _all_null(lazy, name):
                raise FrameError(
                    f"column {name!r} holds {kind}, not dates; cast it to dates", columns=(name,)
                )
            casts.append(nw.lit(None, dtype=nw.Date).alias(name))
    lazy = lazy.with_columns(*casts) if casts else lazy
    numbers = [name for name in AMOUNTS if name in schema]
    made: nw.LazyFrame[Any] = lazy
    for name in numbers:
        made = _with_numbers(made, name, schema[name])
    return made


def _all_null(lazy: nw.LazyFrame[Any], name: str) -> bool:
    count = lazy.select(nw.col(name).count().alias("count"))
    return not collect(count).column("count")[0].as_py()


def _with_numbers(lazy: nw.LazyFrame[Any], name: str, kind: Any) -> nw.LazyFrame[Any]:
    """Make sure that the numbers are exact and that no sum of them can wrap."""
    number = nw.col(name)
    if isinstance(kind, nw.Decimal):
        scale = kind.scale or 0
        if (kind.precision or 38) - scale <= INTEGER_DIGITS and scale <= DECIMAL_PLACES:
            return lazy
        # Engines wrap past 38 digits in silence, or fail on what others add up, so amounts have
        # one size on all of them. What is finer than an amount keeps its digits.
        ends = lazy.select(number.max().alias("top"), number.min().alias("low"), rows=nw.len())
        found = records(ends)[0]
        largest = max(Decimal(found[end] or 0).copy_abs() for end in ("top", "low"))
        is_fine = scale > DECIMAL_PLACES
        most = EXACT.multiply(largest, int(found["rows"])) if is_fine else largest
        if most.adjusted() + 1 > (38 - scale if is_fine else INTEGER_DIGITS):
            raise FrameError(
                f"a sum of these numbers could pass 38 digits; cast the column {name!r} to "
                f"decimal({INTEGER_DIGITS + DECIMAL_PLACES}, {DECIMAL_PLACES})",
                columns=(name,),
            )
        size = nw.Decimal(INTEGER_DIGITS + DECIMAL_PLACES, DECIMAL_PLACES)
        return lazy if is_fine else lazy.with_columns(number.cast(size))
    if kind.is_integer():
        return lazy.with_columns(
            number.cast(nw.Decimal(INTEGER_DIGITS + DECIMAL_PLACES, DECIMAL_PLACES))
        )
    if _all_null(lazy, name):
        return lazy.with_columns(nw.lit(None, dtype=nw.Decimal(28, 6)).alias(name))
    raise FrameError(
        f"column {name!r} holds {kind}, which is not exact; cast it to a decimal",
        columns=(name,),
    )


def records(lazy: nw.LazyFrame[Any]) -> list[dict[str, Any]]:
    """Run a query on its engine and take the result as dictionaries, for small results."""
    table = collect(lazy)
    with _of_engine("total"):  # a day may be none of Python's
        return list(table.to_pylist())


def collect(lazy: nw.LazyFrame[Any]) -> pa.Table:
    """Run a query on its engine and take the result as an Arrow table."""
    with _of_engine("total"):
        return lazy.collect(backend="pyarrow").to_native()


@contextmanager
def _of_engine(doing: str) -> Iterator[None]:
    """Say in the engine's words what it could not do: each engine has errors of its own."""
    try:
        yield
    except (PledgetrackError, MemoryError):
        raise
    except Exception as error:
        raise FrameError(f"the engine could not {doing} this frame: {error}") from error


def as_of_day(lazy: nw.LazyFrame[Any], day: dt.date) -> nw.LazyFrame[Any]:
    """The rows that count as of a day."""
    on = nw.lit(day, dtype=nw.Date)
    until = nw.col("until")
    return lazy.filter((nw.col("since") <= on) & (until.is_null() | (until > on)))


def known(lazy: nw.LazyFrame[Any], known_by: object) -> nw.LazyFrame[Any]:
    """The frame, where all of it was known by a day; else that is refused.

    Rows cannot be left out one by one: what a withdrawal took depends on the facts before it, and
    a moved horizon has closed the rows of every other fact.
    """
    if known_by is None:
        return lazy
    day = as_day(known_by)
    need(lazy.collect_schema().names(), ("known",))
    last = records(lazy.select(nw.col("known").max().alias("last")))[0]["last"]
    if last is not None and last > day:
        raise FrameError(
            f"this frame holds facts that became known up to {last}, and what was known by {day} "
            f"counts otherwise; make the frame with ledger.movements(known_by={str(day)!r}), or "
            f"ask the ledger",
            columns=("known",),
        )
    return lazy


def as_stated(lazy: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The rows as they were recorded, whatever they were converted into.

    Fulfilment is judged on these, so that no exchange rate changes a status.
    """
    names = lazy.collect_schema().names()
    if STATED_UNIT not in names:
        return lazy
    return lazy.with_columns(
        *(nw.col(f"stated_{name}").alias(name) for name in AMOUNTS if f"stated_{name}" in names),
        nw.col(STATED_UNIT).alias("unit"),
    )


def balance_keys(schema: Iterable[str]) -> tuple[str, ...]:
    """What tells the balances of a cell apart: commitment, unit, and the unit before conversion."""
    return ("unit", "commitment", *((STATED_UNIT,) if STATED_UNIT in tuple(schema) else ()))


def countable(lazy: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Without the facts that state no amount, but with the actions announced."""
    return lazy.filter(~nw.col("number").is_null() | nw.col("event").is_in(STAGES))


def counting(lazy: nw.LazyFrame[Any], *, passed_on: bool = False) -> nw.LazyFrame[Any]:
    """Without what counts elsewhere: with its parts, or with the record that counts instead.

    ``passed_on`` keeps what parts passed on to their wholes, for what is outstanding of either.
    """
    measure = nw.col("measure")
    elsewhere = [name for name in ELSEWHERE if not passed_on or name != PASSED_ON]
    return lazy.filter(measure.is_null() | ~measure.is_in(elsewhere))


def when(condition: nw.Expr, value: nw.Expr, name: str) -> list[nw.Expr]:
    """Two columns to add up: a value where a condition holds, and how often it is there."""
    there = condition & ~value.is_null()
    return [
        nw.when(condition).then(value).alias(name),
        nw.when(there).then(COUNT).otherwise(_NOT_COUNTED).alias(f"n_{name}"),
    ]


def among(column: nw.Expr, values: Sequence[str]) -> nw.Expr:
    """Whether a column has one of some values; with none to have, never."""
    # Arrow cannot tell the type of an empty list of values.
    return column.is_in(values) if values else column.is_null() & ~column.is_null()


def flag(condition: nw.Expr, name: str) -> nw.Expr:
    """A column of 1 where a condition holds, else 0, to add up."""
    return nw.when(condition).then(COUNT).otherwise(_NOT_COUNTED).alias(name)


def ordinal(day: nw.Expr) -> nw.Expr:
    """The proleptic ordinal of a day: engines differ in how they take days from days."""
    years = day.dt.year().cast(nw.Int64) - 1
    leaps = years // 4 - years // 100 + years // 400
    return years * 365 + leaps + day.dt.ordinal_day().cast(nw.Int64)


# --- keys -----------------------------------------------------------------------------------------


def check_keys(by: str | Iterable[str], schema: Iterable[str]) -> tuple[str, ...]:
    """The keys that ``by`` names, in order."""
    given: Any = by
    several = isinstance(given, Iterable) and not isinstance(given, str)
    keys = () if given is None else tuple(given) if several else (given,)
    for key in keys:
        column_of(key, schema)
        if keys.count(key) > 1:
            raise UnknownNameError(f"repeated key {key!r}; give it once", name=key)
    return keys


def column_of(key: str, schema: Iterable[str]) -> str:
    """The column of a key: its own, or that of a tag."""
    schema = tuple(schema)
    if key in KEYS or (key == STATED_UNIT and key in schema):
        return key
    tags = [name for name in schema if name.startswith("tag_")]
    for name in (key, f"tag_{key}") if isinstance(key, str) else ():
        # A tag called "pledged" would take the place of the column.
        if name in tags and key not in TAKEN:
            return name
    raise unknown("key", key, (*KEYS, *tags))


def columns_for(keys: Iterable[str], schema: Iterable[str]) -> list[str]:
    """The columns of a movements frame that keys are read from."""
    read: list[str] = []
    for key in keys:
        read.extend(_READ_FROM.get(key, (column_of(key, schema),)))
    return read


def key_columns(keys: Sequence[str], schema: Iterable[str]) -> list[nw.Expr]:
    """Expressions for the columns ``key_0``, ``key_1`` ... that the engine groups by."""
    found = []
    for at, key in enumerate(keys):
        if key == "due":
            year = nw.col("end").dt.year().cast(nw.String)
            expr = (
                nw.when(~nw.col("end").is_null())
                .then(year)
                .otherwise(nw.col("horizon").cast(nw.String))
            )
        elif key == "announced":
            expr = nw.col("announced").dt.year().cast(nw.String)
        else:
            expr = nw.col(column_of(key, schema))
        found.append(expr.alias(f"key_{at}"))
    return found


def key_label(key: str, value: str | None) -> str:
    """The label of a key's value; a missing one is visible."""
    if value is None:
        return NOT_STATED
    return value.zfill(4) if key in ("due", "announced") and value.isdigit() else value


def check_status(wanted: object, statuses: Sequence[str]) -> list[str]:
    """The statuses that a choice names."""
    names = _labels(wanted)
    for name in names:
        if name not in statuses:
            raise unknown("status", name, statuses)
    return names


Where = Mapping[str, "str | Sequence[str] | None"]


def choose(
    lazy: nw.LazyFrame[Any], where: Where | None, *, with_facts: bool = False
) -> nw.LazyFrame[Any]:
    """Only the rows whose keys have these labels.

    ``with_facts`` keeps the facts that state no amount (suspended, completed ...): they have the
    unit "action" whatever the commitment's own, and the status is read from them.
    """
    facts = nw.col("number").is_null() & ~nw.col("event").is_in(STAGES)
    for key, wanted in (where or {}).items():
        schema = lazy.collect_schema().names()
        need(schema, columns_for([key], schema))
        values = _labels(wanted)
        if key in ("due", "announced"):
            values = [value.lstrip("0") if value.isdigit() else value for value in values]
        lazy = lazy.with_columns(key_columns([key], schema)[0].alias("where"))
        column = nw.col("where").cast(nw.String)
        match = among(column, values)
        if NOT_STATED in values:
            match = match | column.is_null()
        lazy = lazy.filter(match | facts if with_facts else match).drop("where")
    return lazy


def _labels(wanted: object) -> list[str]:
    if wanted is None:
        return [NOT_STATED]
    values = (
        list(wanted) if isinstance(wanted, Iterable) and not isinstance(wanted, str) else [wanted]
    )
    return [NOT_STATED if value is None else _text(value) for value in values]


def _text(value: object) -> str:
    try:
        return str(value)
    except (ValueError, RecursionError):  # more digits than Python writes, lists without end
        return shown(value)


def labels_of(key: str, wanted: object) -> list[str]:
    """The labels that a choice names, as a result shows them."""
    values = _labels(wanted)
    if key in ("due", "announced"):
        values = [value.lstrip("0") if value.isdigit() else value for value in values]
    return [key_label(key, value) for value in values]


def need(schema: Iterable[str], columns: Iterable[str]) -> None:
    """Refuse a frame that lacks columns."""
    missing = tuple(name for name in columns if name not in tuple(schema))
    if missing:
        raise FrameError(
            f"the frame has no column {', '.join(map(repr, missing))}; movements have them",
            columns=missing,
        )


def face(table: pa.Table) -> pd.DataFrame:
    """Movements as pandas shows them: keys as categories, all else in Arrow columns.

    A key that is missing in every row is a category of text too, not one of nothing, so that the
    columns have the same types in every engine and in every ledger.
    """
    made: pd.DataFrame = table.to_pandas(
        types_mapper=lambda kind: None if pa.types.is_dictionary(kind) else pd.ArrowDtype(kind)
    )
    for name in made.select_dtypes("category"):
        if made[name].cat.categories.empty:
            made[name] = made[name].cat.set_categories(pd.Index([], dtype="str"))
    return made


# --- results --------------------------------------------------------------------------------------


def sort_key(key: str, order: Sequence[str] = ()) -> Callable[[str], tuple[object, ...]]:
    """How people expect the labels of a key in order."""
    if key in ("unit", STATED_UNIT):
        return lambda unit: (unit == ACTION, not is_currency(unit), unit.casefold(), unit)
    ranks = {name: at for at, name in enumerate(order)}
    if key == "horizon":
        ranks = {name: at for at, name in enumerate(HORIZON_CLASSES)}
    elif not order:
        ranks = {OPEN: 1, NOT_STATED: 2}
        return lambda value: (ranks.get(value, 0), value)
    return lambda value: (ranks.get(value, len(ranks)), value)


def asked(
    columns: str | Iterable[str] | None, known: Sequence[str], always: Sequence[str] = ()
) -> list[str]:
    """The columns that were asked for, in the order in which a result shows them; else all."""
    if columns is None:
        return [*known]
    wanted = {columns} if isinstance(columns, str) else {*columns}
    for name in wanted:
        if name not in known:
            raise unknown("column", name, known)
    return [name for name in known if name in {*wanted, *always}]


def dated(result: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """The result, saying of which day it is."""
    result.attrs.update(as_of=str(day), caption=f"as of {day}")
    return result


def told(result: pd.DataFrame, known_by: object) -> pd.DataFrame:
    """The result, saying by which day its facts were known, where that was asked."""
    if known_by is not None:
        known = as_day(known_by)
        result.attrs["known_by"] = str(known)
        result.attrs["caption"] += f"; known by {known}"
    return result


def amounts(values: Iterable[Decimal | None], numbers: Numbers) -> Any:
    """A column of amounts: Decimals with None for missing, or floats for plotting."""
    return column_of_amounts([None if v is None else tidy(v) for v in values], numbers)


def column_of_amounts(values: Any, numbers: Numbers) -> Any:
    """A column of amounts that are tidy, from a list or an array of them."""
    if numbers == "float":
        return pd.array([None if v is None else float(v) for v in values], dtype="float64")
    if numbers != "decimal":
        raise unknown("kind of numbers", numbers, ("decimal", "float"))
    return pd.Series(values, dtype=object)


def is_missing(cell: Any) -> bool:
    """Whether a cell of a result is missing, whichever way its column says so.

    >>> is_missing(None), is_missing(pd.NA), is_missing(0), is_missing(["a"])
    (True, True, False, False)
    """
    return cell is None or (pd.api.types.is_scalar(cell) and bool(pd.isna(cell)))


def or_none(cell: Any) -> Any:
    """The cell of a result, None where it is missing."""
    return None if is_missing(cell) else cell


def ranged(bounds: str) -> bool:
    """Whether the ends of bounds were asked for."""
    if bounds not in ("words", "range"):
        raise unknown("kind of bounds", bounds, ("words", "range"))
    return bounds == "range"


def days(values: Iterable[dt.date | None]) -> Any:
    """A column of days, missing ones allowed, that compares with dates."""
    return pd.Series(list(values), dtype=pd.ArrowDtype(pa.date32()))


def words(values: Iterable[str | None]) -> Any:
    """A column of text."""
    return pd.array(list(values), dtype="str")
