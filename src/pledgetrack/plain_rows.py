"""Movements of plain records: what was counted column by column, as rows in Arrow columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pledgetrack.calendar import HORIZON_CLASSES
from pledgetrack.columns import (
    BOUNDS,
    KINDS,
    NO_DAY,
    Coded,
    Codes,
    Happenings,
    Mask,
    Numbers,
    Promises,
    by_appearance,
)
from pledgetrack.models import STAGES
from pledgetrack.movements import CITATION, NUMBER, SCHEMA
from pledgetrack.plain import MEASURES, Changes, recoded

_NAMES = list(dict.fromkeys((*STAGES, *KINDS)))
_OF_KIND = np.array([_NAMES.index(kind) for kind in KINDS], np.int32)

Columns = dict[str, Callable[[], pa.Array]]
"""Columns by name, each made when it is asked for."""

_ZERO = pa.scalar(0, NUMBER)


@dataclass(frozen=True, slots=True)
class Plain:
    """Plain records, the units that they have in order, and the labels of who takes part."""

    promised: Promises
    happened: Happenings
    units: Sequence[str]
    labels: Mapping[str, Coded]


@dataclass(frozen=True, slots=True)
class Others:
    """Rows of records, and for each row before which of the promises it goes."""

    rows: pa.Table
    before: Numbers


def columns_of(
    made: Changes, records: Plain, tags: Iterable[str], shown: Mask, others: Others | None = None
) -> Columns:
    """The rows of the commitments that are shown, and those of others, as movements."""
    promised, happened, units = records.promised, records.happened, records.units
    of = np.concatenate(made.of)
    order = np.argsort((of.astype(np.int64) << 34) | np.concatenate(made.nth), kind="stable")
    order = order[shown[of[order]]]
    of, event = of[order], np.concatenate(made.event)[order]
    unit, measure = np.concatenate(made.unit)[order], np.concatenate(made.measure)[order]
    number, bound = np.concatenate(made.number)[order], np.concatenate(made.bound)[order]
    told, amount = event < 0, measure >= 0  # told by the announcement; an amount is stated

    def fact(promised: Codes, happened: Codes) -> Codes:
        return np.where(told, promised[of], np.append(happened, 0)[event])

    def known() -> Codes:
        day = fact(promised.known, happened.known)
        return np.where(day == NO_DAY, fact(promised.announced, happened.on), day)

    def loose(*words: str) -> Mask:
        """Whether an end is open for what has one of these bounds; of nothing there is no more."""
        found: Mask = np.isin(bound, [BOUNDS.index(word) for word in words])
        found &= number != 0
        return found

    mine, theirs = promised.cited, happened.cited
    sources = sorted({*mine.source.values, *theirs.source.values})
    rows = _Rows(of, others)
    words, days, numbers = rows.words, rows.days, rows.numbers
    return {
        "commitment": lambda: rows.texts("commitment", of, promised.id),
        **{name: partial(words, name, coded, of) for name, coded in records.labels.items()},
        "unit": lambda: words("unit", Coded(np.where(unit < 0, len(units) - 1, unit), list(units))),
        "measure": lambda: words("measure", Coded(measure, list(MEASURES))),
        "number": lambda: numbers("number", number, amount),
        "bound": lambda: words("bound", Coded(np.where(amount, bound, -1), list(BOUNDS))),
        "low": lambda: numbers("low", np.where(loose("up to"), 0, number),
                               amount & ~loose("about")),
        "high": lambda: numbers("high", number, amount & ~loose("about", "at least")),
        "on": lambda: days("on", fact(promised.announced, happened.on)),
        "since": lambda: days("since", fact(promised.announced, happened.on)),
        "known": lambda: days("known", known()),
        "announced": lambda: days("announced", promised.announced[of]),
        "start": lambda: days("start", promised.start[of]),
        "end": lambda: days("end", promised.end[of]),
        "horizon": lambda: words("horizon", Coded(_classes(promised), list(HORIZON_CLASSES)), of),
        "event": lambda: words(
            "event", Coded(fact(promised.stage, _OF_KIND[happened.kind]), _NAMES)),
        "source": lambda: words("source", Coded(
            fact(recoded(mine.source, sources), recoded(theirs.source, sources)), sources)),
        **{f"tag_{name}": partial(words, f"tag_{name}", promised.tags.mapped(_tag(name)), of)
           for name in tags},
        CITATION: lambda: rows.texts(CITATION, *_told(mine.told, theirs.told, fact)),
        **{name: partial(rows.nothing, name)
           for name in ("until", "part", "instead", "whole", "whole_announced")},
    }  # fmt: skip


def together(pieces: Sequence[Columns]) -> pa.Table:
    """Rows of disjoint commitments one after the other, as movements in one piece of memory.

    Column by column, so that only one of them is held twice.
    """
    names = [*SCHEMA.names, *(name for name in pieces[0] if name not in SCHEMA.names)]
    made: dict[str, pa.Array] = {}
    empty: dict[pa.DataType, pa.Array] = {}
    for name in names:
        parts = [piece.pop(name)() for piece in pieces]
        column = pa.chunked_array(parts)
        if column.null_count == len(column):
            # What says nothing is in memory once.
            if column.type not in empty:
                empty[column.type] = pa.nulls(len(column), column.type)
            made[name] = empty[column.type]
        elif len(parts) == 1:
            made[name] = parts[0]
        elif name == "commitment":
            made[name] = _behind_each_other(parts)
        else:
            made[name] = column.unify_dictionaries().combine_chunks()
    return pa.table(made)


def _behind_each_other(parts: Sequence[pa.DictionaryArray]) -> pa.DictionaryArray:
    """Columns that have no value in common, and none that is missing, as one."""
    starts = np.cumsum([0, *(len(part.dictionary) for part in parts)])
    codes = [part.indices.to_numpy() + start for part, start in zip(parts, starts, strict=False)]
    return pa.DictionaryArray.from_arrays(
        pa.array(np.concatenate(codes).astype(np.int32)),
        pa.concat_arrays([part.dictionary for part in parts]),
    )


class _Rows:
    """Columns of rows with those of others in their places."""

    def __init__(self, of: Codes, others: Others | None) -> None:
        self._plain = self.count = len(of)
        self.others = others if others and others.rows.num_rows else None
        if self.others:
            before = self.others.before
            self.theirs = np.searchsorted(of, before) + np.arange(len(before))
            self.count += len(before)
            self.mine = np.ones(self.count, bool)
            self.mine[self.theirs] = False

    def _other(self, name: str) -> Any:
        return self.others and self.others.rows.column(name).combine_chunks()

    def _with(self, values: npt.NDArray[Any], others: npt.NDArray[Any]) -> Any:
        made = np.empty((self.count, *values.shape[1:]), values.dtype)
        made[self.mine], made[self.theirs] = values, others
        return made

    def words(
        self, name: str, coded: Coded, rows: npt.NDArray[Any] | None = None
    ) -> pa.DictionaryArray:
        """A column of few values, of these rows where it does not have a row for each."""
        codes = coded.codes if rows is None else coded.codes[rows]
        return self.texts(name, codes, pa.array(coded.values, pa.string()))

    def texts(self, name: str, codes: Codes, values: pa.Array) -> pa.DictionaryArray:
        """A column of many values, those of its rows in the order in which they appear."""
        held = self._other(name)
        if held is not None:
            both = pa.concat_arrays([values, held.dictionary]).dictionary_encode()
            to = np.append(both.indices.to_numpy(), -1).astype(np.int32)
            theirs = pc.fill_null(held.indices, -1 - len(values)).to_numpy() + len(values)
            codes, values = self._with(to[codes], to[theirs]), both.dictionary
        codes, seen = by_appearance(codes, len(values))
        return pa.DictionaryArray.from_arrays(codes, values.take(pa.array(seen)))

    def days(self, name: str, days: Codes) -> pa.Array:
        """A column of days."""
        held = self._other(name)
        if held is not None:
            days = self._with(days, pc.fill_null(held.cast(pa.int32()), NO_DAY).to_numpy())
        missing = days == NO_DAY
        made = pa.array(days, pa.int32(), mask=missing if missing.any() else None)
        return made.view(pa.date32())

    def numbers(self, name: str, number: Numbers, there: Mask) -> pa.Array:
        """Millionths as exact decimals."""
        wide = np.empty((len(number), 2), np.int64)
        wide[:, 0], wide[:, 1] = number, number >> 63
        held = self._other(name)
        if held is not None:
            theirs = pc.fill_null(held, _ZERO)
            lanes = np.frombuffer(theirs.buffers()[1], np.int64).reshape(-1, 2)
            wide = self._with(wide, lanes[theirs.offset :][: len(theirs)])
            there = self._with(there, held.is_valid().to_numpy(zero_copy_only=False))
        missing = None if there.all() else np.packbits(there, bitorder="little").tobytes()
        valid = None if missing is None else pa.py_buffer(missing)
        return pa.Array.from_buffers(NUMBER, len(wide), [valid, pa.py_buffer(wide)])

    def nothing(self, name: str) -> pa.Array:
        """A column that says nothing of plain records."""
        kind, held = SCHEMA.field(name).type, self._other(name)
        if held is None or held.null_count == len(held):
            return pa.nulls(self.count, kind)
        if kind == pa.date32():
            return self.days(name, np.full(self._plain, NO_DAY))
        return self.texts(name, np.full(self._plain, -1, np.int32), pa.array([], pa.string()))


def _tag(name: str) -> Callable[[Sequence[tuple[str, str]]], str | None]:
    return lambda said: dict(said).get(name)


def _told(
    mine: pa.DictionaryArray,
    theirs: pa.DictionaryArray,
    fact: Callable[[Codes, Codes], Codes],
) -> tuple[Codes, pa.Array]:
    """The citations of facts as codes and texts."""
    both = pa.concat_arrays([mine, theirs])
    codes = pc.fill_null(both.indices, -1).to_numpy()
    return fact(codes[: len(mine)], codes[len(mine) :]), both.dictionary


def _classes(promised: Promises) -> Codes:
    """The class of each horizon; an anniversary of February 29 is the last of the month."""
    open_, not_stated = HORIZON_CLASSES.index("open"), HORIZON_CLASSES.index("not stated")
    announced, end = (_ymd(days) for days in (promised.announced, promised.end))
    made = np.full(len(announced), 2)
    for place, years in ((1, 5), (0, 1)):
        made[end <= announced + years * 10_000] = place
    made[promised.end == NO_DAY] = open_
    made[~promised.stated] = not_stated
    return made.astype(np.int32)


def _ymd(days: Codes) -> Numbers:
    """Days as numbers such as 20240801."""
    day = np.where(days == NO_DAY, 0, days).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    year = month.astype("datetime64[Y]")
    parts = (year.astype(np.int64) + 1970) * 10_000 + (month - year).astype(np.int64) * 100 + 100
    made: Numbers = parts + (day - month).astype(np.int64) + 1
    return made
