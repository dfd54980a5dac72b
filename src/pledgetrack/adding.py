"""Adding up: every column of totals from Arrow columns in memory, by their codes, exactly.

A row's labels are small numbers, so its cell is one too, and a chunk of rows is added to every cell
in a few passes. What is judged for each commitment (outstanding, overdue, which balances are not
exact) is added up for each commitment first. Amounts are whole numbers of millionths.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from pledgetrack import codes, fast, frames
from pledgetrack.cell_rows import CellRows
from pledgetrack.cells import ARRIVED
from pledgetrack.codes import NEVER
from pledgetrack.frames import Numbers, Where
from pledgetrack.movements import MEASURES
from pledgetrack.pairs import JUDGED, Pairs, bit_of, said
from pledgetrack.quantity import BOUNDS, Bound, flip
from pledgetrack.tally import Tally, add_up, added

_PLEDGED, _ARRIVED, _REST = range(3)


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
    is_whole = "source" not in (*keys, *(where or {}))
    judged = not set(columns) <= set(MEASURES)
    more = ("commitment", "bound", "low", "high", "end", "part") if judged else ()
    rows = CellRows.of(lazy, keys, day, where, more, passed_on=is_whole)
    if rows is None or (judged and not {*codes.words(rows.table, "bound")} <= {*BOUNDS}):
        return None
    parts = rows.apart(rows.count * rows.width) if judged else rows.parts()
    for wide in (False, True):
        add = partial(_added, day=day, wide=wide, judged=judged, is_whole=is_whole)
        made = reduce(_Part.plus, fast.each(add, parts, in_threads=rows.loops is not None))
        if made.is_exact and made.tally.is_exact:
            break
    if judged and made.judged is None:
        return None
    return _frame(rows, made.tally, made.judged, columns, numbers)


class _Part(NamedTuple):
    """What some rows add up to, and what their commitments say, if that was asked and is known."""

    tally: Tally
    judged: Judged | None
    is_exact: bool = True

    def plus(self, other: _Part) -> _Part:
        """Both together."""
        one, two = self.judged, other.judged
        judged = None if one is None or two is None else one.plus(two)
        return _Part(self.tally.plus(other.tally), judged, self.is_exact and other.is_exact)


def _added(rows: CellRows, *, day: dt.date, wide: bool, judged: bool, is_whole: bool) -> _Part:
    tally = Tally(rows.count * rows.width, wide=wide, loops=rows.loops)
    if not judged:
        for some in rows.read(day):
            tally.add(some.places, some.values)
        return _Part(tally, None)
    pairs = Pairs(rows.table, _slot, 3, ["end"], wide=wide, loops=rows.loops)
    for some in rows.read(day):
        tally.add(some.places, some.values)
        pairs.add(some.chunk, some.rows, some.cells, some.values, some.gone)
    if not pairs.close():
        return _Part(tally, None, is_exact=False)
    return _Part(tally, judge(pairs, rows.count, day, is_whole=is_whole))


def _slot(measure: str | None) -> int:
    return _PLEDGED if measure == "pledged" else _ARRIVED if measure in ARRIVED else _REST


def _frame(
    rows: CellRows, tally: Tally, judged: Judged | None, columns: Sequence[str], numbers: Numbers
) -> pd.DataFrame:
    """The cells that there are, in order, as a table."""
    there, sums = (column.reshape(-1, rows.width) for column in (tally.count, tally.sums))
    found = np.flatnonzero(there.any(axis=1))
    order, made = rows.in_order(rows.labels(found))
    found = found[order]
    scale = rows.table.schema.field("number").type.scale

    def amounts(whole: Any, is_there: Any) -> Any:
        listed = codes.amounts(whole, is_there, scale)
        return frames.column_of_amounts(listed, numbers)

    for name in columns:
        if name in MEASURES:
            # A measure that no row has is missing in every cell.
            at = rows.measures.index(name) if name in rows.measures else -1
            made[name] = amounts(sums[found, at], (there[found, at] > 0) & (at >= 0))
        elif judged is not None:
            if name in JUDGED:
                made[name] = amounts(judged.sums[name][found], judged.are_there[name][found])
            elif name == "commitments":
                made[name] = judged.commitments[found]
            else:
                made[name] = frames.words(said(judged.loose[found]))
    return pd.DataFrame(made)


@dataclass
class Judged:
    """What is known of each cell from the commitments in it."""

    sums: dict[str, Any]
    are_there: dict[str, Any]
    commitments: Any
    # For each cell which columns are not exact, a bit for each.
    loose: Any

    def plus(self, other: Judged) -> Judged:
        """What commitments say of which some were judged here, and the others there."""
        return Judged(
            {name: added([one, other.sums[name]]) for name, one in self.sums.items()},
            {name: one | other.are_there[name] for name, one in self.are_there.items()},
            self.commitments + other.commitments,
            self.loose | other.loose,
        )


def judge(pairs: Pairs, cells: int, day: dt.date, *, is_whole: bool) -> Judged | None:
    """What each commitment says of its cell.

    None where a whole and a part that shows in it are not exact: there more than sums is needed.
    """
    pledged, arrived, ends = pairs.sums(_PLEDGED), pairs.sums(_ARRIVED), pairs.days["end"]
    stated = pairs.counts(_PLEDGED) > 0
    full = pledged
    if any(len(part[0]) for part in pairs.parts):
        cell, name, values, slots = codes.joined(pairs.parts)
        if pairs.has_parts and pairs.has_loose(name):
            return None
        place, mine = pairs.places(cell, name), slots == _PLEDGED
        full = pledged - add_up(values[mine], place[mine], len(pairs.cell))
    counted = stated & (full > 0)
    due = stated & (ends != NEVER) & (ends < codes.day_number(day))
    missing = counted & due & (pledged > arrived)
    left = pledged - arrived
    sums = {}
    for name, flags in zip(JUDGED, (counted, missing), strict=True):
        at = np.flatnonzero(flags)
        sums[name] = add_up(left.take(at), pairs.cell.take(at), cells)

    def number(flags: Any) -> Any:
        return np.bincount(pairs.cell.take(np.flatnonzero(flags)), minlength=cells)

    are_there = {"outstanding": number(stated) > 0, "overdue": number(due) > 0}
    commitments = number(sum(pairs.counts(slot) for slot in range(pairs.width)) > 0)
    loose = np.zeros(cells, dtype=np.int64)
    # Of a pledge of 0 that may be more something may be outstanding.
    of_flags = {"counted": counted, "missing": missing, "may owe": stated & (full >= 0)}
    for place, measure, bound in pairs.loose_kinds():
        for name, flags, turned in _columns(measure, bound):
            if flags is None or is_whole:
                mine = place if flags is None else place[of_flags[flags][place]]
                loose[pairs.cell[mine]] |= bit_of(name, turned)
    return Judged(sums, are_there, commitments, loose)


def _columns(measure: str | None, bound: Bound) -> Iterator[tuple[str, str | None, Bound]]:
    """The columns that a loose balance makes loose, by which flag of its commitment, and how."""
    if measure in MEASURES:
        yield measure, None, bound
    if measure == "pledged" or measure in ARRIVED:
        turned = flip(bound) if measure in ARRIVED else bound
        yield "outstanding", "may owe" if measure == "pledged" else "counted", turned
        yield "overdue", "missing", turned
