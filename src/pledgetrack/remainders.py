"""Remainders: how far off what is left of a whole is, when its parts are not exact.

What a part takes off its whole is as inexact as the part. In a cell that holds both, the two are
one amount, and what is not known of one is not known of the other in the same way: there the
part's share is taken back under the name of the part, with the part's own ends, and both cancel.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

import narwhals as nw

from pledgetrack import frames
from pledgetrack.cells import (
    ARRIVED,
    INEXACT,
    Cell,
    Sums,
    cell_of,
    judged_by,
    labelled,
    of_parts,
    with_missing_ends,
)
from pledgetrack.members import PART, PASSED_ON
from pledgetrack.movements import AMOUNTS, MEASURES
from pledgetrack.quantity import Bound, flip

ZERO = Decimal(0)
PROMISED = ("proposed", "pledged", "committed")
_JUDGED = (
    ("may_owe", "outstanding", ("pledged",)),
    ("is_counted", "outstanding", ARRIVED),
    ("is_missing", "overdue", ("pledged", *ARRIVED)),
)
"""Which balances make what is judged of a commitment inexact, by the flag that they need."""
Record = dict[str, Any]
Identity = tuple[str, ...]
_Name = TypeVar("_Name", bound=tuple[Any, ...])


def has_any(rows: nw.LazyFrame[Any]) -> bool:
    """Whether parts take something off a whole, and either is not exact."""
    if "part" not in rows.collect_schema().names():
        return False
    return bool(frames.records(_wholes(rows).select(count=nw.len()))[0]["count"])


def _wholes(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The wholes that parts take something off, where either is not exact."""
    taken = of_parts(("part",))
    flags = rows.with_columns(frames.flag(taken, "taken"), frames.flag(INEXACT, "inexact"))
    wholes = flags.group_by("commitment").agg(nw.col("taken", "inexact").sum())
    return wholes.filter((nw.col("taken") > 0) & (nw.col("inexact") > 0))


def _with_their_parts(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """These wholes and the parts that take something off them, by name."""
    name = labelled(["commitment"])
    wholes = _wholes(rows).select(*name)
    taken = rows.filter(of_parts(("part",))).select(*name, nw.col("part").cast(nw.String))
    parts = taken.join(wholes, on="commitment", how="semi").select(
        nw.col("part").alias("commitment")
    )
    return nw.concat([wholes, parts]).unique()


class _Kind(NamedTuple):
    """Of which measure a balance is, and how it is inexact."""

    measure: str
    bound: Bound
    no_low: bool
    no_high: bool


class Remainders:
    """The inexact balances of wholes and their parts, in the cells of a result.

    ``others`` are the inexact rows of all that is neither: an engine adds those up.
    """

    def __init__(
        self, rows: nw.LazyFrame[Any], per_commitment: nw.LazyFrame[Any], keys: Sequence[str]
    ) -> None:
        self.keys = keys
        names = rows.collect_schema().names()
        self.same = frames.balance_keys(names)
        self.fixed = [f"key_{at}" for at, key in enumerate(keys) if key != "status"]
        family = _with_their_parts(rows)
        mine = frames.collect(per_commitment.join(family, on="commitment", how="semi"))
        self.balances = {self._identity(row): row for row in mine.to_pylist()}
        loose = _loose(rows, names).with_columns(*labelled(["commitment"]))
        self.others = loose.join(family, on="commitment", how="anti")
        self.loose = self._loose(loose.join(family, on="commitment", how="semi"), names)

    def _identity(self, row: Record, name: str | None = None) -> Identity:
        """What tells a balance apart: its labels, and whose it is."""
        same = [name if name and key == "commitment" else row[key] for key in self.same]
        return (*(row[key] for key in self.fixed), *same)

    def _loose(self, loose: nw.LazyFrame[Any], names: Sequence[str]) -> list[Record]:
        """The inexact rows of each balance, with the part that they are taken off for."""
        of = nw.when(nw.col("event") == PART).then(nw.col("part").cast(nw.String))
        loose = loose.with_columns(of.alias("of"))
        judged = judged_by(names)
        keys = [*self.fixed, *self.same]
        sums = list(dict.fromkeys((*judged, *AMOUNTS)))
        made = (
            loose.group_by(*keys, "of", "measure", "bound", "no_low", "no_high")
            .agg(nw.col(*sums).sum())
            .with_columns(*labelled(keys), nw.col("measure", "bound").cast(nw.String))
        )
        found = frames.collect(made).to_pylist()
        for row in found:
            row["judged"] = [row[name] or ZERO for name in judged]
        return [row for row in found if self._identity(row) in self.balances]

    def _part(self, row: Record) -> Record | None:
        """The part that a row is taken off for, where it stands in the same cell."""
        if row["of"] is None:
            return None
        whole = self.balances[self._identity(row)]
        part = self.balances.get(self._identity(row, row["of"]))
        if part is None or cell_of(self.keys, part) != cell_of(self.keys, whole):
            return None
        name = row["measure"]
        return part if name == PASSED_ON or part[f"n_m_{name}"] else None

    def _sums(self, flag: str | None = None) -> dict[tuple[Identity, _Kind], list[Decimal]]:
        """What each kind of the balances adds up to, by itself or among those with a flag."""
        sums: dict[tuple[Identity, _Kind], list[Decimal]] = {}
        for row in self.loose:
            holder, part = self.balances[self._identity(row)], self._part(row)
            number, *ends = row["judged"]
            kind = _Kind(row["measure"], row["bound"], row["no_low"] > 0, row["no_high"] > 0)
            # Of what is 0 nothing is overdue, whatever is of the other.
            if part is not None and (
                flag is None or all(one[flag] or not one["m_pledged"] for one in (holder, part))
            ):
                holder = part
                if kind.measure != PASSED_ON:
                    kind = _Kind(kind.measure, flip(kind.bound), kind.no_high, kind.no_low)
                    ends.reverse()
            if flag is None or holder[flag]:
                _add(sums, (self._identity(holder), kind), [number, *ends])
        return sums

    def _bounds(self, flag: str | None = None) -> Iterator[tuple[Cell, str, Bound]]:
        """The cell, measure and bound of what is there, whichever ends it lacks."""
        sums: dict[tuple[Identity, str, Bound], list[Decimal]] = {}
        for (identity, kind), judged in self._sums(flag).items():
            _add(sums, (identity, kind.measure, kind.bound), judged)
        for (identity, measure, bound), judged in sums.items():
            if any(judged):
                yield cell_of(self.keys, self.balances[identity]), measure, bound

    def loosen(self, cells: dict[Cell, Sums], *, whole: bool) -> None:
        """Say of the cells what in them is not exact, and which ends are missing."""
        for (identity, kind), judged in self._sums().items():
            if any(judged) and kind.measure in MEASURES:
                made = cells[cell_of(self.keys, self.balances[identity])]
                no_low = kind.no_low and not (kind.measure in PROMISED and kind.bound == "up to")
                made.endless |= {f"{kind.measure}_low"} if no_low else set()
                made.endless |= {f"{kind.measure}_high"} if kind.no_high else set()
        for cell, measure, bound in self._bounds():
            if measure in MEASURES:
                cells[cell].bounds[measure].add(bound)
        for flag, name, measures in _JUDGED:
            for cell, measure, bound in self._bounds(flag) if whole else ():
                if measure in measures:
                    cells[cell].bounds[name].add(flip(bound) if measure in ARRIVED else bound)

    def move_ends(self, cells: dict[Cell, Sums]) -> None:
        """Take back beside a part its own ends; what is left of a whole is never below 0."""
        taken: defaultdict[tuple[Identity, str], list[Record]] = defaultdict(list)
        for row in self.loose:
            if row["of"] is not None and row["measure"] in PROMISED:
                taken[self._identity(row), row["measure"]].append(row)
        for (identity, measure), rows in taken.items():
            holder = self.balances[identity]
            low, number = holder[f"m_{measure}_low"] or ZERO, holder[f"m_{measure}"] or ZERO
            made, open_ = cells[cell_of(self.keys, holder)].numbers, ZERO
            for row in rows:
                mine = (row["low"] or ZERO, row["high"] or ZERO)
                if self._part(row) is None:
                    open_ += row["number"] if row["no_low"] and row["bound"] == "up to" else ZERO
                    continue
                low, number = low - mine[0], number - row["number"]
                made[f"{measure}_low"] += mine[1] - mine[0]
                made[f"{measure}_high"] += mine[0] - mine[1]
            if is_lifted(low, number, open_):
                made[f"{measure}_low"] -= low


def _add(sums: dict[_Name, list[Decimal]], name: _Name, more: list[Decimal]) -> None:
    """Add an amount and its ends to those under a name."""
    there = sums.get(name, [ZERO] * len(more))
    sums[name] = [one + other for one, other in zip(there, more, strict=True)]


def _loose(rows: nw.LazyFrame[Any], names: Sequence[str]) -> nw.LazyFrame[Any]:
    """The rows that are not exact, and what parts took off their wholes."""
    ranged = "low" in names and "high" in names
    rows = (
        with_missing_ends(rows)
        if ranged
        else rows.with_columns(
            *(nw.lit(0).alias(name) for name in ("no_low", "no_high", "low", "high"))
        )
    )
    return rows.filter(
        nw.col("measure").is_in((*MEASURES, PASSED_ON))
        & (INEXACT | of_parts(names) | (nw.col("no_low") > 0) | (nw.col("no_high") > 0))
    )


def is_lifted(low: Decimal, number: Decimal, open_: Decimal) -> bool:
    """Whether the low end of what is left of a whole is 0.

    It is where it were below 0, and where it had none: less "at least 30", anything may be left.
    """
    return number >= 0 and (low < 0 or bool(open_))
