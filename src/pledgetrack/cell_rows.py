"""The rows of a table in memory, each with the number of its cell in a result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa

from pledgetrack import codes, fast, frames
from pledgetrack.codes import Key
from pledgetrack.frames import Where
from pledgetrack.judging import Judging
from pledgetrack.members import PASSED_ON
from pledgetrack.movements import ELSEWHERE
from pledgetrack.status import NEEDED as STATUS_NEEDED
from pledgetrack.status import STATUSES, decided

MOST_CELLS = 1 << 20
"""Cells that are held at once; where there may be more, those that there are get numbers."""
_MOST_NUMBERS = 1 << 62


class Some(NamedTuple):
    """The rows of a chunk that count: cell, place and amount, and which have none if any may.

    A place is a measure of a cell; behind the measures is one for rows without an amount.
    """

    chunk: pa.Table
    rows: Any
    cells: Any
    places: Any
    values: Any
    gone: Any


class CellRows:
    """The rows that count as of a day, under the labels of some keys and the unit.

    ``heads`` are the keys and the unit, ``count`` is how many cells there may be, ``width`` how
    many places each has.
    """

    def __init__(
        self, table: pa.Table, heads: dict[str, Key], chosen: list[tuple[Key, Any]],
        *, passed_on: bool,
    ) -> None:  # fmt: skip
        self.table, self.heads, self.chosen = table, heads, chosen
        self.sizes = [len(head.labels) for head in heads.values()]
        self.count = int(np.prod(self.sizes, dtype=object))
        self.measures = codes.words_and_none(table, "measure")
        self.width = len(self.measures) + (table.column("number").null_count > 0)
        self._known: Any = None
        self._numbered: Any = None
        self._is_large = self.count > MOST_CELLS
        self.loops: Any = None if self._is_large else fast.loops(table.num_rows)
        if self._is_large:
            every = [self._cells(chunk) for chunk in codes.chunks(table)]
            every.append(np.zeros(0, dtype=np.int64))
            self._numbered, self._known = pd.factorize(np.concatenate(every))
            self.count = len(self._known)
        elsewhere = {*ELSEWHERE} - ({PASSED_ON} if passed_on else set())
        self._drops = np.array([word in elsewhere for word in self.measures])

    @classmethod
    def of(
        cls, lazy: nw.LazyFrame[Any], keys: Sequence[str], day: dt.date, where: Where | None,
        more: Iterable[str], *, passed_on: bool,
    ) -> CellRows | None:  # fmt: skip
        """Of a frame in memory, as recorded, with ``more`` columns where they are there.

        None where the rows are not in memory, were converted, or cannot be numbered.
        """
        table = codes.table_of(lazy)
        if table is None or frames.STATED_UNIT in table.column_names:
            return None
        names = table.column_names
        read = [*codes.read_for(keys, where, names), *(name for name in more if name in names)]
        known: dict[str, Key] = {}
        if "status" in (*keys, *(where or {})):
            frames.need(names, STATUS_NEEDED)
            judging = Judging.of(lazy, day)
            if judging is None:
                return None
            if "status" in (where or {}):
                frames.check_status((where or {})["status"], STATUSES)
            known["status"] = Key(
                "commitment", STATUSES, known=decided(judging, day), ordered=STATUSES
            )
            read.append("commitment")
        table = codes.coded(table, [*read, "unit", "measure", "event", "since", "until", "number"])
        for name in (*keys, "unit", *(where or {})):
            known.setdefault(name, codes.key(name, table) if name != "status" else known["status"])
        heads = {name: known[name] for name in (*keys, "unit")}
        if np.prod([len(head.labels) for head in heads.values()], dtype=object) >= _MOST_NUMBERS:
            return None
        chosen = [(known[n], known[n].chosen(n, wanted)) for n, wanted in (where or {}).items()]
        return cls(table, heads, chosen, passed_on=passed_on)

    def _cells(self, chunk: pa.Table) -> Any:
        kind = np.int64 if self._is_large else np.int32
        cells: Any = kind(0)
        for head, size in zip(self.heads.values(), self.sizes, strict=True):
            cells = cells * kind(size) + head.codes(chunk).astype(kind, copy=False)
        return cells

    def read(self, day: dt.date) -> Iterator[Some]:
        """The rows, some at a time."""
        if self.loops is None:
            yield from self._read(self.table, day)
            return
        odd = []
        size = min(codes.CHUNK * fast.TIMES, self.table.num_rows)
        into = [np.empty(size, kind) for kind in (np.int32, np.int32, np.int32, np.int64, np.int32)]
        for chunk in codes.chunks(self.table, fast.TIMES):
            some, rest = self._plain(chunk, codes.day_number(day), into)
            if len(rest):
                # Of the whole table they would be taken from a copy.
                odd.append(chunk.take(pa.array(rest)))
            yield some
        if odd:
            yield from self._read(pa.concat_tables(odd), day)

    def parts(self) -> list[CellRows]:
        """The same rows in as many parts as may be read side by side."""
        count = self.table.num_rows
        if self.loops is None:
            return [self]
        size = -(-count // fast.THREADS)
        return [self._of(self.table.slice(start, size)) for start in range(0, count, size)]

    def apart(self, places: int) -> list[CellRows]:
        """The same rows in parts with commitments of their own, if they come one after the other.

        Of each part there will be so many numbers.
        """
        if self._is_large:
            return [self]
        return [*map(self._of, codes.apart(self.table, "commitment", max(codes.PART, places)))]

    def _of(self, table: pa.Table) -> CellRows:
        made = copy(self)
        made.table = table
        return made

    def _plain(self, chunk: pa.Table, day: int, into: list[Any]) -> tuple[Some, Any]:
        """The plain rows of a chunk by a compiled loop, and which are not.

        They are put into columns that the next chunk takes again.
        """
        cells = np.zeros(len(chunk), dtype=np.int32)
        for head, size in zip(self.heads.values(), self.sizes, strict=True):
            self.loops.place(
                cells, size, head.codes(chunk, self.loops).astype(np.int32, copy=False)
            )
        chosen = np.ones(len(chunk) if self.chosen else 0, dtype=bool)
        for one, wanted in self.chosen:
            chosen &= wanted[one.codes(chunk, self.loops)]
        number, announces = codes.array(chunk, "number"), codes.announcing(chunk)
        kept, rest = self.loops.select(
            day, *codes.dated(chunk, "since"), *codes.dated(chunk, "until"),
            codes.halves(number), *codes.bits(number),
            codes.read(chunk, "event", len(announces) - 1), announces,
            codes.read(chunk, "measure", len(self.measures) - 1), self._drops,
            chosen, cells, self.width, *into,
        )  # fmt: skip
        rows, cells, places, values = (column[:kept] for column in into[:-1])
        return Some(chunk, rows, cells, places, values, None), into[-1][:rest]

    def _read(self, table: pa.Table, day: dt.date) -> Iterator[Some]:
        at = 0
        for chunk in codes.chunks(table):
            keep = codes.counting(chunk, day)
            for one, wanted in self.chosen:
                keep &= wanted[one.codes(chunk)]
            measure = codes.read(chunk, "measure", len(self.measures) - 1)
            if self._drops.any():
                keep &= ~self._drops[measure]
            number = codes.array(chunk, "number")
            gone = ~codes.validity(number) if number.null_count else None
            if gone is not None:
                measure = np.where(gone, self.width - 1, measure)
            if self._numbered is None:
                cells = self._cells(chunk)
            else:
                cells = self._numbered[at : at + len(chunk)]
                at += len(chunk)
            rows = np.flatnonzero(keep)
            cells = cells.take(rows).astype(np.int64)
            places = cells * self.width + measure.take(rows)
            values = codes.whole_numbers(number).take(rows)
            if gone is not None:
                gone = gone[rows]
                values[gone] = 0
            yield Some(chunk, rows, cells, places, values, gone)

    def labels(self, cells: Any) -> list[Any]:
        """The code of each key, and of the unit, of some cells."""
        numbers = cells if self._known is None else self._known[cells]
        return [*np.unravel_index(numbers, self.sizes)]

    def in_order(self, codes_: Sequence[Any]) -> tuple[Any, dict[str, Any]]:
        """How to put cells with these codes in order, and the columns of their labels."""
        ranks, words = [], []
        for (name, head), code in zip(self.heads.items(), codes_, strict=True):
            rank, labels = head.order(name)
            ranks.append(rank[code])
            words.append(labels)
        order = np.lexsort(ranks[::-1])
        made = zip(self.heads, words, ranks, strict=True)
        return order, {name: codes.text(labels, rank[order]) for name, labels, rank in made}
