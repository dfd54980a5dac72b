"""Codes: Arrow columns in memory as small numbers, chunk by chunk, for kernels of whole numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from operator import mul
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pledgetrack import arrow, fast, frames
from pledgetrack.frames import Where
from pledgetrack.models import STAGES
from pledgetrack.movements import AMOUNTS
from pledgetrack.quantity import EXACT

CHUNK = 1 << 16
"""Rows that are looked at together: few enough to stay in the processor's cache."""
PART = 1 << 19
"""Rows of commitments that are looked at together: few enough to hold little, and to be quick."""
MOST_ROWS = 1 << 31
MOST_PLACES = 18
"""Ten to the power of so many has 64 bits."""

NEVER = np.int32(-(2**31))
"""A day before all others, where there is none."""
_WIDTH = 2048
"""How many halves are looked at side by side; even."""
_CODED = pa.dictionary(pa.int32(), pa.string())
_EPOCH = dt.date(1970, 1, 1).toordinal()


def table_of(lazy: nw.LazyFrame[Any]) -> pa.Table | None:
    """The rows of a frame, where they are Arrow columns in memory with decimals."""
    if lazy.implementation is not nw.Implementation.PYARROW:
        return None
    table = lazy.to_native()
    if not isinstance(table, pa.Table) or table.num_rows >= MOST_ROWS:
        return None
    kinds = [table.schema.field(name).type for name in AMOUNTS if name in table.column_names]
    are_small = (pa.types.is_decimal128(kind) and kind.scale <= MOST_PLACES for kind in kinds)
    return table if all(are_small) else None


def coded(table: pa.Table, names: Iterable[str]) -> pa.Table:
    """Some columns of a table, text among them as codes of one dictionary each."""
    made = {}
    for name in dict.fromkeys(names):
        column = table.column(name)
        kind = column.type
        if not (pa.types.is_date(kind) or pa.types.is_decimal(kind)):
            if not pa.types.is_dictionary(kind):
                column = column.cast(pa.string()).dictionary_encode()
            elif kind != _CODED:
                column = column.cast(_CODED)
            if column.num_chunks == 1 and not _is_distinct(column.chunk(0).dictionary):
                column = column.cast(pa.string()).dictionary_encode()
        made[name] = column
    return arrow.unified(pa.table(made))


def _is_distinct(dictionary: pa.Array) -> bool:
    """Whether no word has two codes."""
    if are_sorted(dictionary):
        return True
    return bool(pc.count_distinct(dictionary).as_py() == len(dictionary))


def are_sorted(words: pa.Array) -> bool:
    """Whether each of some words comes after the one before it."""
    return pc.all(pc.less(words[:-1], words[1:])).as_py() is not False


def ranks(words: pa.Array) -> Any:
    """The place of each of some words in their order."""
    made = np.empty(len(words), dtype=np.int64)
    made[pc.sort_indices(words).to_numpy()] = np.arange(len(words))
    return made


def chunks(table: pa.Table, times: int = 1) -> Iterator[pa.Table]:
    """The rows of a table, some at a time, or so many times as many."""
    size = CHUNK * times
    for start in range(0, table.num_rows, size):
        yield table.slice(start, size)


def array(chunk: pa.Table, name: str) -> pa.Array:
    """A column as one array."""
    column = chunk.column(name)
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def words(table: pa.Table, name: str) -> list[str | None]:
    """The words that the codes of a column stand for."""
    there = table.column(name).chunks
    found: list[str | None] = there[0].dictionary.to_pylist() if there else []
    return found


def words_and_none(table: pa.Table, name: str) -> list[str | None]:
    """The same, and None behind them where a row has none."""
    found = words(table, name)
    return [*found, None] if not found or table.column(name).null_count else found


def ends(table: pa.Table, name: str) -> tuple[int, int]:
    """The least and the largest code that a row has; with none, 0 and -1."""
    every = [chunk.indices for chunk in table.column(name).chunks]
    found = pc.min_max(pa.chunked_array(every, pa.int32()))
    low, high = found["min"].as_py(), found["max"].as_py()
    return (0, -1) if low is None else (low, high)


def apart(table: pa.Table, name: str, rows: int) -> list[pa.Table]:
    """A table in parts of about so many rows, of which no two have a word in common.

    One part, where the words do not come in the order of their codes.
    """
    if table.num_rows <= rows or table.column(name).null_count:
        return [table]
    cuts, before = [0], np.int32(-1)
    for start, chunk in zip(range(0, table.num_rows, CHUNK), chunks(table), strict=True):
        found = read(chunk, name)
        if found[0] < before or (found[1:] < found[:-1]).any():
            return [table]
        if cuts[-1] + rows < start + len(found):
            begins = start + np.flatnonzero(np.diff(found, prepend=before))
            while (at := np.searchsorted(begins, cuts[-1] + rows)) < len(begins):
                cuts.append(int(begins[at]))
        before = found[-1]
    ends = [*cuts[1:], table.num_rows]
    return [table.slice(low, high - low) for low, high in zip(cuts, ends, strict=True)]


def distinct(table: pa.Table, name: str) -> int:
    """How many codes a column has."""
    there = table.column(name).chunks
    return len(there[0].dictionary) if there else 0


def days(column: pa.Array) -> Any:
    """Days since 1970; what stands at a missing one says nothing."""
    buffer = column.buffers()[1]
    if buffer is None:
        return np.zeros(len(column), dtype=np.int32)
    return np.frombuffer(buffer, dtype=np.int32)[column.offset : column.offset + len(column)]


def days_or_never(column: pa.Array, rows: Any) -> Any:
    """The days of some rows, ``NEVER`` where there is none."""
    found = days(column).take(rows)
    return either(validity(column).take(rows), found, NEVER) if column.null_count else found


def either(flags: Any, one: Any, other: Any) -> Any:
    """Whole numbers of one kind, by a flag for each, as ``np.where`` gives them; one is an array.

    No processor has to guess what flag comes next: many times faster where none can. What wraps on
    the way wraps back.

    >>> either(np.array([True, False]), np.array([-128, -128], dtype=np.int8), np.int8(127))
    array([-128,  127], dtype=int8)
    """
    return one if one is other else other + flags * (one - other)


def day_number(day: dt.date) -> int:
    """A day as a column of days holds it.

    >>> day_number(dt.date(1970, 1, 2))
    1
    """
    return day.toordinal() - _EPOCH


def indices(column: pa.Array, missing: int) -> Any:
    """The codes of a column, with one of their own for those that are missing."""
    found = column.indices
    return (found.fill_null(missing) if found.null_count else found).to_numpy()


def read(chunk: pa.Table, name: str, missing: int = -1) -> Any:
    """The codes of a column of a chunk, with one of their own for those that are missing."""
    return indices(array(chunk, name), missing)


def dated(chunk: pa.Table, name: str) -> tuple[Any, Any, int]:
    """The days of a column, and which of them are there, as ``bits`` says it."""
    column = array(chunk, name)
    return days(column), *bits(column)


def bits(column: pa.Array) -> tuple[Any, int]:
    """Which rows of a column of a chunk hold something: a bit each, and where they begin."""
    if not column.null_count:
        return np.full(len(column) // 8 + 1, 255, dtype=np.uint8), 0
    buffer = column.buffers()[0]
    if buffer is None:
        return np.packbits(validity(column), bitorder="little"), 0
    return np.frombuffer(buffer, dtype=np.uint8), column.offset


def validity(column: pa.Array) -> Any:
    """Which rows of a column hold something."""
    buffer = column.buffers()[0]
    if not column.null_count:
        return np.ones(len(column), dtype=bool)
    if buffer is None or pa.types.is_null(column.type):
        return pc.is_valid(column).to_numpy(zero_copy_only=False)
    first, bit = divmod(column.offset, 8)
    bits = np.frombuffer(buffer, dtype=np.uint8)[first : first + (bit + len(column) + 7) // 8]
    return np.unpackbits(bits, count=bit + len(column), bitorder="little")[bit:].view(bool)


def whole_numbers(column: pa.Array) -> Any:
    """Decimals as whole numbers of their smallest part; where one is missing, it says nothing.

    They have 64 bits where all fit, and are Python's own where one does not.

    >>> whole_numbers(pa.array([Decimal("1.5"), Decimal("-0.01")], pa.decimal128(28, 2)))
    array([150,  -1])
    """
    both = halves(column)
    low, high = both[::2], both[1::2]
    if _are_small(both) or np.array_equal(high, low >> 63):
        return low
    return (high.astype(object) << 64) + low.view(np.uint64).astype(object)


def halves(column: pa.Array) -> Any:
    """Decimals as they are held: each in two halves of 64 bits, the low one first."""
    both = np.frombuffer(column.buffers()[1], dtype=np.int64)
    return both[2 * column.offset : 2 * (column.offset + len(column))]


def _are_small(halves: Any) -> bool:
    """Whether none of some numbers, in two halves each, is negative or needs the second half."""
    even = len(halves) - len(halves) % _WIDTH
    bits = [np.bitwise_or.reduce(halves[:even].reshape(-1, _WIDTH), axis=0), halves[even:]]
    low, high = (np.bitwise_or.reduce(np.concatenate([b[at::2] for b in bits])) for at in (0, 1))
    return bool(low >= 0 and high == 0)


def decimals(whole: Any, scale: int) -> Any:
    """Whole numbers of the smallest part as decimals, tidy: as few digits as each needs."""
    digits = np.zeros(len(whole), dtype=np.intp)
    left = np.arange(len(whole))
    for fewer in range(scale, 0, -1):
        left = left[np.asarray(whole[left] % 10**fewer != 0, dtype=bool)]
        if not len(left):
            break
        digits[left] += 1
    units = np.array([10 ** (scale - some) for some in range(scale + 1)], dtype=whole.dtype)
    ones = np.array([Decimal(1).scaleb(-some) for some in range(scale + 1)], dtype=object)
    parts = (whole // units.take(digits)).tolist()
    with localcontext(EXACT):
        # Times a power of ten is quicker than a decimal of each, and then that.
        made = map(mul, ones.take(digits).tolist(), parts)
        return np.fromiter(made, dtype=object, count=len(parts))


def amounts(whole: Any, there: Any, scale: int) -> Any:
    """Amounts as decimals, None where there is none."""
    made = np.full(len(whole), None, dtype=object)
    at = np.flatnonzero(there)
    made[at] = decimals(whole[at], scale)
    return made


def text(words: Sequence[str | None], at: Any) -> Any:
    """A column of text: for each row a word by its code, missing where the code is below 0."""
    return text_column(taken(pa.array([*words], pa.large_string()), at))


def taken(words: pa.Array, at: Any) -> pa.ChunkedArray:
    """Words by their codes, missing where the code is below 0."""
    is_long = len(at) >= fast.FROM
    parts = np.array_split(at, fast.THREADS) if is_long else [at]

    def take(part: Any) -> pa.Array:
        gone = part < 0
        return words.take(pa.array(part, mask=gone if gone.any() else None))

    return pa.chunked_array(fast.each(take, parts, in_threads=is_long), words.type)


def text_column(words: pa.Array | pa.ChunkedArray) -> Any:
    """A column of text as pandas has it."""
    kind: Any = pd.api.types.pandas_dtype("str")
    return kind.__from_arrow__(words)


# --- places ---------------------------------------------------------------------------------------


def numbered(codes_: Any, sizes: Sequence[int]) -> tuple[Any, Any]:
    """The codes that there are, and for each its number among them."""
    size = int(np.prod(sizes, dtype=object))
    if size > 1 << 24:
        return np.unique(codes_, return_inverse=True)
    there = np.zeros(size, dtype=bool)
    there[codes_] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[codes_]


def elsewhere(home: Any, name: Any, mine: Any) -> Any:
    """Which rows are not at the home of their name; a name that has none (-1) is given one."""
    found = home.take(name)
    fresh = np.flatnonzero(found < 0)
    if len(fresh):
        home[name.take(fresh)] = mine.take(fresh)
        found = home.take(name)
    return found != mine


def joined(parts: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Columns in parts as columns."""
    return [np.concatenate(columns) for columns in zip(*parts, strict=True)]


# --- keys -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Key:
    """The labels of a key, and which of them each row has.

    A row has the code of its word, and the last one where it has none. Of a key that is the year of
    a day, ``years`` has the code of each day since ``first``; where the day is missing, that of the
    word of ``rest``. Where something is known of each word, ``known`` has the code. ``same`` gives
    codes of one label the first of them, where there are several. ``ordered`` are labels that have
    an order of their own. Where each row has a word there is no last label.
    """

    column: str
    labels: Sequence[str]
    first: int = 0
    years: Any = None
    rest: str | None = None
    same: Any = None
    known: Any = None
    ordered: Sequence[str] = ()

    def codes(self, chunk: pa.Table, loops: Any = None) -> Any:
        """Which label each row has."""
        codes = self._codes(chunk, loops)
        return codes if self.same is None else self.same[codes]

    def _codes(self, chunk: pa.Table, loops: Any) -> Any:
        column = array(chunk, self.column)
        if self.known is not None:
            return self.known[indices(column, -1)]
        if self.years is None:
            return indices(column, len(self.labels) - 1)
        if loops:
            return self._years_by(loops, chunk)
        at = np.subtract(days(column), self.first, dtype=np.int64)
        codes = np.take(self.years, at, mode="clip")
        if not column.null_count:
            return codes
        gone = np.flatnonzero(~validity(column))
        first, rest = self._rest(chunk)
        codes[gone] = first + rest[gone] if len(rest) else first
        return codes

    def _years_by(self, loops: Any, chunk: pa.Table) -> Any:
        """The same by a compiled loop."""
        made = np.empty(len(chunk), dtype=np.int32)
        loops.years(made, *dated(chunk, self.column), self.first, self.years, *self._rest(chunk))
        return made

    def _rest(self, chunk: pa.Table) -> tuple[int, Any]:
        """The code of rows without a day: of the first word beside the years, and which word."""
        if self.rest is None:
            return len(self.labels) - 1, np.zeros(0, dtype=np.int32)
        names = len(words(chunk, self.rest))
        return len(self.labels) - 1 - names, read(chunk, self.rest, names)

    def chosen(self, name: str, wanted: Any) -> Any:
        """Which labels a choice names."""
        names = set(frames.labels_of(name, wanted))
        return np.array([label in names for label in self.labels])

    def order(self, name: str) -> tuple[Any, list[str]]:
        """The rank of each code among the labels in order, and these."""
        order = sorted(set(self.labels), key=frames.sort_key(name, self.ordered))
        ranks = {label: at for at, label in enumerate(order)}
        return np.array([ranks[label] for label in self.labels], dtype=np.int64), order


def key(name: str, table: pa.Table) -> Key:
    """The labels of a key in a coded table."""
    if name == "due":
        return _years(name, "end", table, "horizon")
    if name == "announced":
        return _years(name, "announced", table, None)
    column = frames.column_of(name, table.column_names)
    return _key(name, column, words_and_none(table, column))


def _key(name: str, column: str, named: Iterable[str | None], **days: Any) -> Key:
    labels = [frames.key_label(name, word) for word in named]
    first = {label: at for at, label in reversed([*enumerate(labels)])}
    if len(first) == len(labels):
        return Key(column, labels, **days)
    return Key(column, labels, same=np.array([first[label] for label in labels]), **days)


def _years(name: str, column: str, table: pa.Table, rest: str | None) -> Key:
    ends = pc.min_max(table.column(column).cast(pa.int32()))
    low, high = ends["min"].as_py(), ends["max"].as_py()
    every = range(low, high + 1) if low is not None else range(1)
    years = np.array(every, dtype="datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    labels = [str(year) for year in range(int(years[0]), int(years[-1]) + 1)]
    others = [*(words(table, rest) if rest else ()), None]
    codes = (years - years[0]).astype(np.int32)
    return _key(name, column, (*labels, *others), first=every[0], years=codes, rest=rest)


# --- rows -----------------------------------------------------------------------------------------


def current(chunk: pa.Table, day: int) -> Any:
    """Which rows count as of a day."""
    since, until = array(chunk, "since"), array(chunk, "until")
    keep = days(since) <= day
    if since.null_count:
        keep &= validity(since)
    later = days(until) > day
    if until.null_count:
        later |= ~validity(until)
    keep &= later
    return keep


def counting(chunk: pa.Table, day: dt.date) -> Any:
    """Which of them say something: what states an amount, or announces an action."""
    keep = current(chunk, day_number(day))
    number = array(chunk, "number")
    if number.null_count:
        announces = announcing(chunk)
        keep &= validity(number) | announces[read(chunk, "event", len(announces) - 1)]
    return keep


def announcing(chunk: pa.Table) -> Any:
    """Which of the codes of its events are those of announcements."""
    return np.array([*(word in STAGES for word in words(chunk, "event")), False])


def read_for(keys: Iterable[str], where: Where | None, names: Sequence[str]) -> list[str]:
    """The columns that keys and a choice are read from; they must be there."""
    frames.need(names, frames.columns_for(keys, names))
    for one in where or {}:
        frames.need(names, frames.columns_for([one], names))
    return frames.columns_for([*keys, *(where or {})], names)
