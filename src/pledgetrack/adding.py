"""Adding up: every column of totals from Arrow columns in memory, by their codes, exactly.

A row's labels are small numbers, so its cell is one too, and a chunk of rows is added to every cell
in a few passes. What is judged for each commitment (outstanding, overdue, which balances are not
exact) is added up for each commitment first. Amounts are whole numbers of millionths.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa

from pledgetrack import codes, frames
from pledgetrack.cells import ARRIVED, Sums
from pledgetrack.codes import Key, Tally, add_up
from pledgetrack.frames import Numbers, Where
from pledgetrack.judging import Judging
from pledgetrack.members import PART, PASSED_ON
from pledgetrack.movements import ELSEWHERE, MEASURES
from pledgetrack.quantity import BOUNDS, Bound, flip
from pledgetrack.status import NEEDED as STATUS_NEEDED
from pledgetrack.status import STATUSES, decided

JUDGED = ("outstanding", "overdue")
"""The columns that are judged for each commitment as a whole."""
MOST_CELLS = 1 << 20
"""Cells that are held at once; where there may be more, those that there are get numbers."""

_MOST_NUMBERS = 1 << 62
_PLEDGED, _ARRIVED, _REST = range(3)
_NEVER = np.int32(-(2**31))


def totals_in_memory(
    lazy: nw.LazyFrame[Any],
    keys: Sequence[str],
    day: dt.date,
    where: Where | None,
    *,
    columns: Sequence[str],
    numbers: Numbers,
) -> pd.DataFrame | None:
    """Totals by codes: the keys, the unit, and of the other columns those that are asked for.

    None where the rows are not in memory, and for what is read from more than codes: converted
    amounts, and wholes with parts of which one is not exact.
    """
    table = codes.table_of(lazy)
    if table is None or frames.STATED_UNIT in table.column_names:
        return None
    status: Key | None = None
    if "status" in (*keys, *(where or {})):
        frames.need(table.column_names, STATUS_NEEDED)
        judging = Judging.of(lazy, day)
        if judging is None:
            return None
        status = Key("commitment", STATUSES, known=decided(judging, day))
    cuts = "source" in keys or "source" in (where or {})
    asked = _Asked.of(columns, cuts=cuts)
    for wide in (False, True):
        added = _Adding.of(table, keys, where, asked, status, wide=wide)
        if added is None:
            return None
        for chunk in codes.chunks(added.table):
            added.add(chunk, day)
        if not added.is_exact:
            continue
        judged = added.pairs.judged(day) if added.pairs else None
        if added.pairs and judged is None:
            return None
        return added.frame(judged, columns, numbers)
    raise AssertionError("sums of Python's whole numbers are exact")


@dataclass(frozen=True)
class _Asked:
    """What is added up: with what parts passed on, and each commitment by itself."""

    passed_on: bool
    pairs: bool

    @classmethod
    def of(cls, columns: Sequence[str], *, cuts: bool) -> _Asked:
        return cls(passed_on=not cuts, pairs=not set(columns) <= set(MEASURES))


class _Adding:
    """The sums of each cell and measure, and with ``pairs`` of each commitment in each cell."""

    def __init__(
        self, table: pa.Table, heads: dict[str, Key], chosen: list[tuple[Key, Any]],
        asked: _Asked, *, wide: bool,
    ) -> None:  # fmt: skip
        self.table, self.heads, self.chosen = table, heads, chosen
        self.sizes = [len(head.labels) for head in heads.values()]
        count = int(np.prod(self.sizes, dtype=object))
        # More cells than can be held: those that there are, numbered.
        self.known: Any = None
        self.numbered: Any = None
        self.is_large = count > MOST_CELLS
        if self.is_large:
            every = [self._cells(chunk) for chunk in codes.chunks(table)]
            self.numbered, self.known = pd.factorize(
                np.concatenate([np.zeros(0, np.int64), *every])
            )
            count = len(self.known)
        self.at = 0
        elsewhere = {*ELSEWHERE} - ({PASSED_ON} if asked.passed_on else set())
        self.measures = (*codes.words(table, "measure"), None)
        self.drops = np.array([word in elsewhere for word in self.measures])
        # Beside the measures a place for rows without a number.
        self.width = len(self.measures) + 1
        self.tally = Tally(count * self.width, wide=wide)
        self.pairs = (
            _Pairs(table, count, wide=wide, cuts=not asked.passed_on) if asked.pairs else None
        )

    @classmethod
    def of(
        cls, table: pa.Table, keys: Sequence[str], where: Where | None, asked: _Asked,
        status: Key | None, *, wide: bool,
    ) -> _Adding | None:  # fmt: skip
        """Of a table as it is; None where cells cannot be numbered."""
        read = [*codes.read_for(keys, where, table.column_names), "unit", "measure", "event"]
        read += ["commitment"] if status else []
        more = ["commitment", "bound", "end"] if asked.pairs else []
        more += ["part"] if asked.pairs and "part" in table.column_names else []
        table = codes.coded(table, [*read, *more, "since", "until", "number"])
        if asked.pairs and not {*codes.words(table, "bound")} <= {*BOUNDS}:
            return None
        if "status" in (where or {}):
            frames.check_status((where or {})["status"], STATUSES)
        known = {
            name: codes.key(name, table) if status is None or name != "status" else status
            for name in (*keys, "unit", *(where or {}))
        }
        heads = {name: known[name] for name in (*keys, "unit")}
        if np.prod([len(head.labels) for head in heads.values()], dtype=object) >= _MOST_NUMBERS:
            return None
        chosen = [(known[n], known[n].chosen(n, wanted)) for n, wanted in (where or {}).items()]
        return cls(table, heads, chosen, asked, wide=wide)

    def _cells(self, chunk: pa.Table) -> Any:
        kind = np.int64 if self.is_large else np.int32
        cells: Any = kind(0)
        for head, size in zip(self.heads.values(), self.sizes, strict=True):
            cells = cells * kind(size) + head.codes(chunk).astype(kind, copy=False)
        return cells

    def add(self, chunk: pa.Table, day: dt.date) -> None:
        """Add the rows of a chunk that count."""
        keep = codes.counting(chunk, day)
        for one, wanted in self.chosen:
            keep &= wanted[one.codes(chunk)]
        measure = codes.indices(codes.array(chunk, "measure"), len(self.measures) - 1)
        if self.drops.any():
            keep &= ~self.drops[measure]
        if self.numbered is None:
            cells = self._cells(chunk)
        else:
            cells = self.numbered[self.at : self.at + len(chunk)]
            self.at += len(chunk)
        rows = np.flatnonzero(keep)
        number = codes.array(chunk, "number")
        values = codes.whole_numbers(number)[rows]
        cells, measure = cells[rows].astype(np.int64), measure[rows]
        places = cells * self.width + measure
        gone = ~codes.validity(number)[rows] if number.null_count else None
        if gone is not None:
            values[gone] = 0
            places[gone] = cells[gone] * self.width + self.width - 1
        self.tally.add(places, values)
        if self.pairs:
            self.pairs.add(chunk, rows, cells, values, gone)

    @property
    def is_exact(self) -> bool:
        """Whether no sum can have wrapped."""
        return self.tally.is_exact and (self.pairs is None or self.pairs.is_exact)

    def _column_of(self, measure: str) -> int | None:
        return self.measures.index(measure) if measure in self.measures else None

    def frame(
        self, judged: _Judged | None, columns: Sequence[str], numbers: Numbers
    ) -> pd.DataFrame:
        """The cells that there are, in order, as a table."""
        there = self.tally.count.reshape(-1, self.width)
        sums = self.tally.sums.reshape(-1, self.width)
        found = np.flatnonzero(there.any(axis=1))
        numbered = found if self.known is None else self.known[found]
        places = np.unravel_index(numbered, self.sizes)
        orders = [
            head.order(name, STATUSES if name == "status" else ())
            for name, head in self.heads.items()
        ]
        ranks = [rank[place] for (rank, _), place in zip(orders, places, strict=True)]
        by_rank = np.lexsort(ranks[::-1])
        found = found[by_rank]
        made: dict[str, Any] = {}
        for name, (_, labels), rank in zip(self.heads, orders, ranks, strict=True):
            made[name] = codes.text(labels, rank[by_rank])
        scale = self.table.schema.field("number").type.scale
        for name in columns:
            if name in MEASURES:
                at = self._column_of(name)
                # A measure that no row has is missing in every cell.
                there_ = np.zeros(len(found), bool) if at is None else there[found, at] > 0
                made[name] = _amounts(sums[found, at or 0], there_, scale, numbers)
            elif judged is not None and name in JUDGED:
                is_there = judged.is_due if name == "overdue" else judged.is_pledged
                made[name] = _amounts(judged.sums[name][found], is_there[found], scale, numbers)
            elif judged is not None and name == "commitments":
                made[name] = judged.commitments[found]
            elif judged is not None:
                made[name] = frames.words(judged.words(found))
        return pd.DataFrame(made)


def _amounts(whole: Any, there: Any, scale: int, numbers: Numbers) -> Any:
    return frames.column_of_amounts(codes.amounts(whole, there, scale), numbers)


# --- each commitment in each cell -----------------------------------------------------------------


@dataclass
class _Judged:
    """What is known of each cell from the commitments in it."""

    sums: dict[str, Any]
    is_pledged: Any
    is_due: Any
    commitments: Any
    # For each cell which bounds its columns have, a bit for each.
    loose: Any

    def words(self, cells: Any) -> Iterator[str]:
        """What is not exact of some cells, in words."""
        kinds, at = np.unique(self.loose[cells], return_inverse=True)
        said = [_said(int(kind)) for kind in kinds]
        return (said[kind] for kind in at)


_BOUNDED = (*MEASURES, *JUDGED)


def _bit(name: str, bound: Bound) -> int:
    return 1 << (_BOUNDED.index(name) * len(BOUNDS) + BOUNDS.index(bound))


def _said(bits: int) -> str:
    made = Sums()
    for name in _BOUNDED:
        for bound in BOUNDS:
            if bits & _bit(name, bound):
                made.bounds[name].add(bound)
    return made.bound()


class _Pairs:
    """The balances of each commitment in each cell.

    A commitment is mostly in one cell, its home, and then has the place of its code. What of it is
    in another is set aside, and has a place behind those.
    """

    def __init__(self, table: pa.Table, cells: int, *, wide: bool, cuts: bool) -> None:
        self.wide, self.cells, self.cuts = wide, cells, cuts
        self.names_parts = "part" in table.column_names
        # One more for rows that name no commitment.
        self.names = codes.distinct(table, "commitment") + 1
        self.home = np.full(self.names, -1, dtype=np.int64)
        self.tally = Tally(self.names * 3, wide=wide)
        self.end = np.full(self.names, _NEVER)
        self.strays: list[tuple[Any, ...]] = []
        self.loose: list[tuple[Any, ...]] = []
        self.parts: list[tuple[Any, ...]] = []
        measures = (*codes.words(table, "measure"), None)
        self.measures = measures
        self.slots = np.array([
            _PLEDGED if word == "pledged" else _ARRIVED if word in ARRIVED else _REST
            for word in measures
        ])  # fmt: skip
        self.bounds = (*codes.words(table, "bound"), None)
        self.is_loose = np.array([word is not None and word != "exact" for word in self.bounds])
        self.is_part = np.array([word == PART for word in (*codes.words(table, "event"), None)])

    def add(self, chunk: pa.Table, rows: Any, cells: Any, values: Any, gone: Any) -> None:
        """Add rows of a chunk, of which cells and values are known, and which have no value."""

        def read(name: str, missing: int) -> Any:
            return codes.indices(codes.array(chunk, name), missing)[rows]

        name = read("commitment", self.names - 1)
        measure = read("measure", len(self.measures) - 1)
        bound = read("bound", len(self.bounds) - 1)
        slots = self.slots[measure]
        if gone is not None:
            slots[gone] = _REST
        ends = codes.array(chunk, "end")
        end = codes.days(ends)[rows]
        if ends.null_count:
            end = np.where(codes.validity(ends)[rows], end, _NEVER)
        loose = np.flatnonzero(self.is_loose[bound])
        if len(loose):
            self.loose.append(
                (cells[loose], name[loose], values[loose], measure[loose], bound[loose])
            )
        if self.is_part.any():
            taken = self.is_part[read("event", len(self.is_part) - 1)]
            if self.names_parts:
                taken &= codes.validity(codes.array(chunk, "part"))[rows]
            at = np.flatnonzero(taken)
            self.parts.append((cells[at], name[at], values[at], slots[at]))
        home = self.home[name]
        fresh = home < 0
        if fresh.any():
            self.home[name[fresh]] = cells[fresh]
            home = self.home[name]
        away = home != cells
        if away.any():
            self.strays.append((cells[away], name[away], values[away], slots[away], end[away]))
            here = ~away
            name, values, slots, end = name[here], values[here], slots[here], end[here]
        self.tally.add(name * 3 + slots, values)
        np.maximum.at(self.end, name, end)

    @property
    def is_exact(self) -> bool:
        """Whether no sum can have wrapped."""
        return self.tally.is_exact

    def judged(self, day: dt.date) -> _Judged | None:
        """What each commitment says of its cell; None where that is read from more than this."""
        strays = _Strays(self)
        sums, count = self.tally.sums, self.tally.count
        cells, ends = self.home, self.end
        if strays.count:
            sums = np.concatenate([sums, strays.sums])
            count = np.concatenate([count, strays.tally.count])
            cells, ends = np.concatenate([cells, strays.cells]), np.concatenate([ends, strays.end])
        pledged, arrived = sums[_PLEDGED::3], sums[_ARRIVED::3]
        stated = count[_PLEDGED::3] > 0
        full = pledged
        if any(len(part[0]) for part in self.parts):
            cell, name, values, slots = codes.joined(self.parts)
            if self.names_parts and self._is_loose(name):
                return None
            place, of_pledge = strays.places(cell, name), slots == _PLEDGED
            full = pledged - add_up(values[of_pledge], place[of_pledge], len(cells))
        counted = stated & (full > 0)
        due = stated & (ends != _NEVER) & (ends < codes.day_number(day))
        missing = counted & due & (pledged > arrived)
        left = pledged - arrived
        made = {
            name: add_up(left[flags], cells[flags], self.cells)
            for name, flags in zip(JUDGED, (counted, missing), strict=True)
        }
        is_pledged, is_due = (np.zeros(self.cells, dtype=bool) for _ in range(2))
        is_pledged[cells[stated]] = is_due[cells[due]] = True
        there = cells[count.reshape(-1, 3).any(axis=1)]
        commitments = np.bincount(there, minlength=self.cells)
        loose = self._loose(strays, cells, counted, missing)
        return _Judged(made, is_pledged, is_due, commitments, loose)

    def _is_loose(self, name: Any) -> bool:
        """Whether any of some commitments has an amount that is not exact."""
        loose = np.zeros(self.names, dtype=bool)
        for part in self.loose:
            loose[part[1]] = True
        return bool(loose[name].any())

    def _loose(self, strays: _Strays, cells: Any, counted: Any, missing: Any) -> Any:
        """Which columns of each cell are not exact, and how, as bits."""
        bits = np.zeros(self.cells, dtype=np.int64)
        if not self.loose:
            return bits
        cell, name, values, measure, bound = codes.joined(self.loose)
        place = strays.places(cell, name)
        kinds = len(self.measures) * len(self.bounds)
        kind, at = np.unique(
            place * kinds + measure * len(self.bounds) + bound, return_inverse=True
        )
        # What takes back as much as there was is exact again.
        kind = kind[add_up(values, at, len(kind)) != 0]
        place, of = kind // kinds, kind % kinds
        for one in np.unique(of):
            measure_ = self.measures[one // len(self.bounds)]
            bound_ = self.bounds[one % len(self.bounds)]
            mine = place[of == one]
            for name_, flags, turned in _columns(measure_, bound_):
                if flags is None or not self.cuts:
                    where = mine if flags is None else mine[(counted, missing)[flags][mine]]
                    bits[cells[where]] |= _bit(name_, turned)
        return bits


def _columns(measure: str | None, bound: Any) -> Iterator[tuple[str, int | None, Bound]]:
    """The columns that a loose balance makes loose, by which flag of its commitment, and how."""
    if measure in MEASURES:
        yield measure, None, bound
    if measure == "pledged" or measure in ARRIVED:
        turned = flip(bound) if measure in ARRIVED else bound
        yield from ((name, flag, turned) for flag, name in enumerate(JUDGED))


class _Strays:
    """The balances of commitments in cells that are not their home, behind those that are."""

    def __init__(self, pairs: _Pairs) -> None:
        self.pairs = pairs
        self.known: Any = np.zeros(0, dtype=np.int64)
        self.count = 0
        if not pairs.strays:
            return
        cell, name, values, slots, end = codes.joined(pairs.strays)
        self.known, at = np.unique(cell * pairs.names + name, return_inverse=True)
        self.count = len(self.known)
        self.cells = self.known // pairs.names
        for wide in (pairs.wide, True):
            self.tally = Tally(self.count * 3, wide=wide)
            self.tally.add(at * 3 + slots, values)
            if self.tally.is_exact:
                break
        self.sums = self.tally.sums
        self.end = np.full(self.count, _NEVER)
        np.maximum.at(self.end, at, end)

    def places(self, cells: Any, names: Any) -> Any:
        """Where the balance of a commitment in a cell is kept."""
        if not self.count:
            return names.astype(np.int64)
        found = np.searchsorted(self.known, cells * self.pairs.names + names)
        at_home = self.pairs.home[names] == cells
        return np.where(at_home, names, self.pairs.names + found)
