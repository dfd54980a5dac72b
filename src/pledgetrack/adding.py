"""Adding up: the measures of Arrow columns in memory, by their dictionary codes, exactly.

A row's labels are small numbers, so its cell is one too, and a chunk of rows is added to every cell
in a few passes. Amounts are added as whole numbers in lanes of 32 bits, which cannot wrap.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import repeat
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pledgetrack import frames
from pledgetrack.calendar import NOT_STATED
from pledgetrack.frames import Numbers, Where
from pledgetrack.models import STAGES
from pledgetrack.movements import ELSEWHERE, MEASURES
from pledgetrack.quantity import EXACT

CHUNK = 1 << 17
"""Rows that are looked at together: few enough to stay in the processor's cache."""
MOST_CELLS = 1 << 20
"""Cells that are held at once; where there may be more, an engine groups."""
MOST_ROWS = 1 << 31
"""As many numbers of 32 bits add up to less than 63 bits."""

_OTHER, _DROPPED = len(MEASURES), len(MEASURES) + 1
_SLOTS = len(MEASURES) + 2
_LOW_HALF = 0xFFFFFFFF


@dataclass(frozen=True)
class Key:
    """The labels of a key in order, and of each value of a column which label it has.

    Days are read by their distance from ``first``; those that are missing, as ``rest`` says.
    """

    column: str
    labels: Sequence[str]
    ranks: Any
    first: int | None = None
    rest: Key | None = None

    def codes(self, chunk: pa.Table) -> Any:
        """Which label each row has."""
        column = _array(chunk, self.column)
        if self.first is None:
            return self.ranks[_indices(column, len(self.ranks) - 1)]
        days = _days(column)
        if not column.null_count:
            return self.ranks[days - self.first]
        there = _validity(column)
        codes = self.ranks[np.where(there, days - self.first, 0)]
        return np.where(there, codes, self.rest.codes(chunk) if self.rest else self.ranks[-1])


def can_add(lazy: nw.LazyFrame[Any], keys: Sequence[str], where: Where | None) -> bool:
    """Whether these rows are Arrow columns in memory, whose labels are read row by row."""
    if lazy.implementation is not nw.Implementation.PYARROW:
        return False
    table = lazy.to_native()
    number = table.schema.field("number").type
    return (
        isinstance(table, pa.Table)
        and pa.types.is_decimal128(number)
        and table.num_rows < MOST_ROWS
        and "status" not in (*keys, *(where or {}))
    )


def measures(
    lazy: nw.LazyFrame[Any],
    keys: Sequence[str],
    day: dt.date,
    where: Where | None,
    *,
    columns: Sequence[str],
    numbers: Numbers,
) -> pd.DataFrame | None:
    """The measures of every cell as a table; None where there may be too many cells to hold."""
    table = lazy.to_native()
    frames.need(table.column_names, (*frames.columns_for(keys, table.column_names), "unit"))
    for name in where or {}:
        frames.need(table.column_names, frames.columns_for([name], table.column_names))
    table = _coded(table, (*keys, *(where or {}), "unit", "measure", "event"))
    known = {name: _key(name, table) for name in (*keys, "unit", *(where or {}))}
    heads = [known[name] for name in (*keys, "unit")]
    sizes = [len(head.labels) for head in heads]
    count = int(np.prod(sizes, dtype=object))
    if count > MOST_CELLS:
        return None
    sums = _Sums(count)
    chosen = {name: _chosen(known[name], name, labels) for name, labels in (where or {}).items()}
    slots = _slots(table)
    for chunk in _chunks(table):
        keep = _counting(chunk, day)
        for name, wanted in chosen.items():
            keep &= wanted[known[name].codes(chunk)]
        cells: Any = np.int64(0)
        for head, size in zip(heads, sizes, strict=True):
            cells = cells * size + head.codes(chunk)
        sums.add(cells, slots[_indices(_array(chunk, "measure"), len(slots) - 1)], keep, chunk)
    found = np.flatnonzero(sums.there[:, : _OTHER + 1].any(axis=1))
    made: dict[str, Any] = {}
    places = np.unravel_index(found, sizes)
    for name, head, place in zip((*keys, "unit"), heads, places, strict=True):
        words = pa.array(head.labels, pa.large_string()).take(pa.array(place))
        made[name] = pd.array(words.to_numpy(zero_copy_only=False), dtype="str")
    scale = table.schema.field("number").type.scale
    for name in columns:
        made[name] = sums.column(found, MEASURES.index(name), scale, numbers)
    return pd.DataFrame(made)


class _Sums:
    """A sum for each cell and measure, in lanes, and whether anything is there."""

    def __init__(self, cells: int) -> None:
        self.there = np.zeros((cells, _SLOTS), dtype=bool)
        self.lanes = [np.zeros((cells, _SLOTS), dtype=np.int64) for _ in range(2)]
        self.wide: Any = None

    def add(self, cells: Any, slots: Any, keep: Any, chunk: pa.Table) -> None:
        """Add the numbers of rows to their cells."""
        number = _array(chunk, "number")
        halves = np.frombuffer(number.buffers()[1], dtype=np.int64)
        halves = halves[2 * number.offset : 2 * (number.offset + len(number))]
        low, high = halves[::2], halves[1::2]
        if number.null_count:
            there = _validity(number)
            slots = np.where(there | (slots == _DROPPED), slots, _OTHER)
            low, high = np.where(there, low, 0), np.where(there, high, 0)
        at = cells * _SLOTS + np.where(keep, slots, _DROPPED)
        self.there.reshape(-1)[at] = True
        upper = low >> 32
        if not np.array_equal(high, low >> 63):
            upper &= _LOW_HALF
            if self.wide is None:
                self.wide = np.zeros_like(self.lanes[0])
            np.add.at(self.wide.reshape(-1), at, high)
        np.add.at(self.lanes[0].reshape(-1), at, low & _LOW_HALF)
        np.add.at(self.lanes[1].reshape(-1), at, upper)

    def column(self, cells: Any, slot: int, scale: int, numbers: Numbers) -> Any:
        """The sums of a measure as a column, missing where nothing is there."""
        low, high = (lane[cells, slot] for lane in self.lanes)
        if self.wide is None and np.all(np.abs(high) < 1 << 30):
            whole = (high << 32) + low
        else:
            wide = np.zeros_like(low) if self.wide is None else self.wide[cells, slot]
            low, high, wide = (lane.astype(object) for lane in (low, high, wide))
            whole = (wide << 64) + (high << 32) + low
        made = np.full(len(cells), None, dtype=object)
        there = np.flatnonzero(self.there[cells, slot])
        made[there] = _decimals(whole[there], scale)
        return frames.column_of_amounts(made.tolist(), numbers)


def _decimals(whole: Any, scale: int) -> Any:
    """Whole numbers of the smallest part as decimals, tidy: as few digits as each needs."""
    made = np.empty(len(whole), dtype=object)
    left = np.arange(len(whole))
    for digits in range(scale + 1):
        unit = 10 ** (scale - digits)
        fits = np.asarray(whole[left] % unit == 0, dtype=bool)
        at, left = left[fits], left[~fits]
        numbers = map(Decimal, (whole[at] // unit).tolist())
        made[at] = [*map(EXACT.scaleb, numbers, repeat(Decimal(-digits)))] if digits else [*numbers]
        if not len(left):
            break
    return made


# --- keys -----------------------------------------------------------------------------------------


def _coded(table: pa.Table, keys: Sequence[str]) -> pa.Table:
    """The table with text columns as codes."""
    names = {*frames.columns_for([key for key in keys if key not in ("measure", "event")],
                                 table.column_names), "measure", "event"}  # fmt: skip
    for name in names:
        at = table.column_names.index(name)
        column = table.column(at)
        kind = column.type
        if pa.types.is_date(kind):
            continue
        if not pa.types.is_dictionary(kind):
            column = column.cast(pa.string()).dictionary_encode()
        elif kind != pa.dictionary(pa.int32(), pa.string()):
            column = column.cast(pa.dictionary(pa.int32(), pa.string()))
        table = table.set_column(at, name, column)
    return table.unify_dictionaries()


def _key(name: str, table: pa.Table) -> Key:
    if name in ("due", "announced"):
        return _years(name, table)
    column = frames.column_of(name, table.column_names)
    words = _words(table, column)
    return _ranked(name, column, [*(frames.key_label(name, word) for word in words), NOT_STATED])


def _ranked(name: str, column: str, labels: Sequence[str], first: int | None = None) -> Key:
    order = sorted(set(labels), key=frames.sort_key(name))
    ranks = {label: at for at, label in enumerate(order)}
    return Key(column, order, np.array([ranks[label] for label in labels], dtype=np.int64), first)


def _years(name: str, table: pa.Table) -> Key:
    """A key that is the year of a day, and the horizon's class where no last day is."""
    column = "end" if name == "due" else "announced"
    ends = pc.min_max(table.column(column).cast(pa.int32()))
    low, high = ends["min"].as_py(), ends["max"].as_py()
    days = range(low, high + 1) if low is not None else range(1)
    years = np.array(days, dtype="datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
    words = _words(table, "horizon") if name == "due" else []
    rest = [*(frames.key_label(name, word) for word in words), NOT_STATED]
    labels = [frames.key_label(name, str(year)) for year in years.tolist()]
    made = _ranked(name, column, [*labels, *rest], days[0])
    if name == "due":
        ranks = made.ranks[len(labels) :]
        return Key(column, made.labels, made.ranks, days[0], Key("horizon", made.labels, ranks))
    return made


def _chosen(key: Key, name: str, wanted: Any) -> Any:
    """Which labels of a key are chosen."""
    return np.array([label in set(frames.labels_of(name, wanted)) for label in key.labels])


def _words(table: pa.Table, name: str) -> list[str | None]:
    chunks = table.column(name).chunks
    words: list[str | None] = chunks[0].dictionary.to_pylist() if chunks else []
    return words


# --- rows -----------------------------------------------------------------------------------------


def _chunks(table: pa.Table) -> Iterator[pa.Table]:
    for start in range(0, table.num_rows, CHUNK):
        yield table.slice(start, CHUNK)


def _array(chunk: pa.Table, name: str) -> pa.Array:
    column = chunk.column(name)
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _slots(table: pa.Table) -> Any:
    """For each word of the measure, and for none, where a row of it is added."""
    slots: Mapping[str | None, int] = {name: at for at, name in enumerate(MEASURES)}
    return np.array([
        slots.get(word, _DROPPED if word in ELSEWHERE else _OTHER)
        for word in (*_words(table, "measure"), None)
    ])  # fmt: skip


def _counting(chunk: pa.Table, day: dt.date) -> Any:
    """Which rows count as of a day: what states an amount, or announces an action."""
    at = day.toordinal() - dt.date(1970, 1, 1).toordinal()
    since, until = _array(chunk, "since"), _array(chunk, "until")
    keep = _days(since) <= at
    if since.null_count:
        keep &= _validity(since)
    keep &= (_days(until) > at) if not until.null_count else (
        (_days(until) > at) | ~_validity(until)
    )  # fmt: skip
    number = _array(chunk, "number")
    if number.null_count:
        words = _words(chunk, "event")
        announces = np.array([*(word in STAGES for word in words), False])
        keep &= _validity(number) | announces[_indices(_array(chunk, "event"), len(words))]
    return keep


def _days(column: pa.Array) -> Any:
    """Days since 1970; what stands at a missing one says nothing."""
    buffer = column.buffers()[1]
    if buffer is None:
        return np.zeros(len(column), dtype=np.int32)
    return np.frombuffer(buffer, dtype=np.int32)[column.offset : column.offset + len(column)]


def _indices(column: pa.Array, missing: int) -> Any:
    indices = column.indices
    return (indices.fill_null(missing) if indices.null_count else indices).to_numpy()


def _validity(column: pa.Array) -> Any:
    return pc.is_valid(column).to_numpy(zero_copy_only=False)
