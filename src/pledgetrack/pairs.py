"""Pairs: what is added up for each commitment in each cell of a result, by codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from pledgetrack import codes
from pledgetrack.cells import Sums
from pledgetrack.codes import NEVER
from pledgetrack.members import PART
from pledgetrack.movements import AMOUNTS, MEASURES
from pledgetrack.quantity import BOUNDS, Bound
from pledgetrack.tally import Tally, add_up

JUDGED = ("outstanding", "overdue")
"""The columns that are judged for each commitment as a whole."""
_BOUNDED = (*MEASURES, *JUDGED)


def bit_of(name: str, bound: Bound) -> int:
    """A bit that says that a column of a cell is not exact, and how."""
    return 1 << (_BOUNDED.index(name) * len(BOUNDS) + BOUNDS.index(bound))


def said(bits: Any) -> Iterator[str]:
    """What is not exact of some cells, in words."""
    kinds, at = np.unique(bits, return_inverse=True)
    told = [_said(int(kind)) for kind in kinds]
    return (told[kind] for kind in at)


def _said(bits: int) -> str:
    made = Sums()
    for name in _BOUNDED:
        for bound in BOUNDS:
            if bits & bit_of(name, bound):
                made.bounds[name].add(bound)
    return made.bound()


class Pairs:
    """The balances of each commitment in each cell, in a slot for each kind of measure.

    A commitment is mostly in one cell, its home, and then has the place of its code. What of it is
    in another is set aside, and has a place behind those. Codes count from the least that the table
    has, the ``first``. ``days`` are columns of which the last day is kept.
    """

    def __init__(
        self, table: pa.Table, slot_of: Callable[[str | None], int], width: int,
        days: Sequence[str], *, wide: bool, loops: Any = None,
    ) -> None:  # fmt: skip
        self.wide, self.width, self.loops = wide, width, loops
        # One more for rows that name no commitment.
        self.first, last = codes.ends(table, "commitment")
        self.names = last - self.first + 2
        self.cell: Any = np.full(self.names, -1, dtype=np.int64)
        self.tally = Tally(self.names * width, wide=wide)
        self.days: dict[str, Any] = {name: np.full(self.names, NEVER) for name in days}
        self.away: list[tuple[Any, ...]] = []
        self.known: Any = np.zeros(0, dtype=np.int64)
        self.loose: list[tuple[Any, ...]] = []
        self.parts: list[tuple[Any, ...]] = []
        self.has_parts = "part" in table.column_names
        self.measures = (*codes.words(table, "measure"), None)
        self.slots = np.array([slot_of(word) for word in self.measures])
        self.bounds = (*codes.words(table, "bound"), None)
        self.judged_by = [name for name in AMOUNTS if name in table.column_names]
        self.has_days = "on" in table.column_names
        self.is_loose = np.array([word is not None and word != "exact" for word in self.bounds])
        self.is_part = np.array([word == PART for word in (*codes.words(table, "event"), None)])

    def add(self, chunk: pa.Table, rows: Any, cells: Any, values: Any, gone: Any) -> None:
        """Add rows of a chunk, of which cells and values are known, and which have no value."""
        if self.loops and gone is None and values.dtype != object and not self.wide:
            odd = self._add_plain(chunk, rows, cells, values)
            rows, values = rows.take(odd), values.take(odd)
            cells = cells.take(odd).astype(np.int64)
        if not len(rows):
            return

        def read(name: str, missing: int) -> Any:
            return codes.read(chunk, name, missing).take(rows)

        name = self.named(chunk).take(rows)
        measure = read("measure", len(self.measures) - 1)
        bound = read("bound", len(self.bounds) - 1)
        slots = self.slots.take(measure)
        if gone is not None:
            slots[gone] = self.width - 1
        days = [codes.days_or_never(codes.array(chunk, day), rows) for day in self.days]
        loose = np.flatnonzero(self.is_loose.take(bound))
        if len(loose):
            said_ = (column.take(loose) for column in (cells, name, measure, bound))
            at = pa.array(rows.take(loose))
            on = codes.days(codes.array(chunk, "on").take(at)) if self.has_days else at
            ends = (self._end(chunk, end, at) for end in self.judged_by[1:])
            self.loose.append((*said_, on, values.take(loose), *ends))
        if self.is_part.any():
            taken = self.is_part[read("event", len(self.is_part) - 1)]
            if self.has_parts:
                taken &= codes.validity(codes.array(chunk, "part"))[rows]
            at = np.flatnonzero(taken)
            self.parts.append((cells[at], name[at], values[at], slots[at]))
        away = codes.elsewhere(self.cell, name, cells)
        columns = (name, values, slots, *days)
        if away.any():
            at, rest = np.flatnonzero(away), np.flatnonzero(~away)
            self.away.append((cells.take(at), *(column.take(at) for column in columns)))
            columns = tuple(column.take(rest) for column in columns)
        self._add(*columns)

    def named(self, chunk: pa.Table) -> Any:
        """The commitment of each row, the last one where there is none."""
        column = codes.array(chunk, "commitment")
        found = codes.indices(column, self.first + self.names - 1)
        return found - np.int32(self.first) if self.first else found

    def _add_plain(self, chunk: pa.Table, rows: Any, cells: Any, values: Any) -> Any:
        """Add the plain rows of some by a compiled loop; which are not."""
        read = partial(codes.read, chunk)
        odd = np.empty(len(rows), dtype=np.int32)
        dated: list[Any] = []
        ends: list[Any] = []
        for name in ("end", "start", "announced"):
            is_kept = name in self.days
            dated += codes.dated(chunk, name if is_kept else "end")
            ends.append(self.days[name] if is_kept else np.zeros(0, dtype=np.int32))
        rest, *spread = self.loops.pair(
            rows, cells, values, self.named(chunk),
            read("measure", len(self.measures) - 1), self.slots,
            read("bound", len(self.bounds) - 1), self.is_loose,
            read("event", len(self.is_part) - 1), self.is_part,
            *dated, self.width, self.cell, self.tally.sums, self.tally.count, *ends, odd,
        )  # fmt: skip
        self.tally.saw(*spread)
        return odd[:rest]

    def _end(self, chunk: pa.Table, name: str, rows: Any) -> Any:
        """An end of the amounts of some rows, 0 where there is none."""
        column = codes.array(chunk, name).take(rows)
        return np.where(codes.validity(column), codes.whole_numbers(column), 0)

    def _add(self, place: Any, values: Any, slots: Any, *days: Any) -> None:
        self.tally.add(place * self.width + slots, values)
        for name, found in zip(self.days, days, strict=True):
            np.maximum.at(self.days[name], place, found)

    def close(self) -> bool:
        """Give what was set aside its places; whether no sum can have wrapped."""
        if self.away:
            cells, name, *columns = codes.joined(self.away)
            self.known, at = np.unique(cells * self.names + name, return_inverse=True)
            self.tally.extend(len(self.known) * self.width)
            self.cell = np.concatenate([self.cell, self.known // self.names])
            for one, found in self.days.items():
                self.days[one] = np.concatenate([found, np.full(len(self.known), NEVER)])
            self._add(self.names + at, *columns)
        return self.tally.is_exact

    def sums(self, slot: int) -> Any:
        """The balances of a slot."""
        return self.tally.sums[slot :: self.width]

    def counts(self, slot: int) -> Any:
        """How many rows each balance of a slot has."""
        return self.tally.count[slot :: self.width]

    def places(self, cells: Any, names: Any) -> Any:
        """Where the balance of a commitment in a cell is kept."""
        if not len(self.known):
            return names.astype(np.int64)
        found = np.searchsorted(self.known, cells * self.names + names)
        return np.where(self.cell[names] == cells, names, self.names + found)

    def loose_kinds(self) -> Iterator[tuple[Any, str | None, Any]]:
        """The places whose balance of a measure is there and not exact, by measure and bound."""
        if not self.loose:
            return
        cells, name, measure, bound, _, *judged = codes.joined(self.loose)
        place, width = self.places(cells, name), len(self.bounds)
        kinds = len(self.measures) * width
        kind, at = np.unique(place * kinds + measure * width + bound, return_inverse=True)
        kind = kind[_are_there(judged, at, len(kind))]
        for one in np.unique(kind % kinds):
            mine = kind[kind % kinds == one] // kinds
            yield mine, self.measures[one // width], self.bounds[one % width]

    def loose_deliveries(self) -> Iterator[tuple[Any, Any, Any]]:
        """The places and days of what arrived, is there and is not exact, by bound."""
        if not self.loose:
            return
        cells, name, measure, bound, on, *judged = codes.joined(self.loose)
        came = np.array([word == "delivered" for word in self.measures])[measure]
        for code in np.flatnonzero(self.is_loose):
            mine = np.flatnonzero(came & (bound == code))
            place, day = self.places(cells[mine], name[mine]), on[mine].astype(np.int64)
            _, one, at = np.unique(
                place << 32 | day + (1 << 31), return_index=True, return_inverse=True
            )
            one = one[_are_there([column[mine] for column in judged], at, len(one))]
            yield place[one], on[mine][one], self.bounds[code]

    def has_loose(self, names: Any) -> bool:
        """Whether any of some commitments has an amount that is not exact."""
        loose = np.zeros(self.names, dtype=bool)
        for part in self.loose:
            loose[part[1]] = True
        return bool(loose[names].any())


def _are_there(judged: Sequence[Any], at: Any, size: int) -> Any:
    """Which balances are there: what takes back as much as there was, ends and all, is not."""
    return sum(add_up(column, at, size) != 0 for column in judged) > 0
