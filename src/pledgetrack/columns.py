"""Cells of text to columns of what records hold, for the rows that are plain.

A row is plain where every cell is written as ``pt.write`` writes it and holds what the rules of the
records allow: then its columns are what the record would say. All other rows, the mistaken ones
among them, are for pydantic, one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.int64]
Value = TypeVar("Value")

MICRO = 1_000_000
"""Amounts are counted in millionths here, so that they are integers."""
DIGITS = 11
"""So many digits before the decimal point are plain: sums of 64 such amounts fit 64 bits."""
NO_DAY = np.int32(2**31 - 1)
ENCODED = frozenset(
    {"record", "parties", "recipients", "channels", "tags", "announced", "stage", "known", "kind",
     "on", "period_start"}
)  # fmt: skip
"""The columns whose cells repeat, and so are better read once each."""

BOUNDS = ("about", "at least", "exact", "up to")
EXACT = BOUNDS.index("exact")
KINDS = ("pledged", "committed", "delivered", "revised", "rejected", "withdrawn", "expired")
"""The kinds of event that are plain, in the order in which they count on one day."""
PLEDGED, COMMITTED, DELIVERED, REVISED = range(4)


@dataclass(slots=True)
class Coded:
    """A column of few values: a code for each row, below 0 where there is none."""

    codes: Codes
    values: list[Any]

    def take(self, rows: npt.NDArray[Any]) -> Coded:
        """Some of the rows."""
        return Coded(self.codes[rows], self.values)

    def mapped(self, meaning: Callable[[Any], Any]) -> Coded:
        """The values in another form, the same ones once; None is no value."""
        known: dict[Any, int] = {}
        to = np.full(len(self.values) + 1, -1, np.int32)
        for at, value in enumerate(self.values):
            made = meaning(value)
            if made is not None:
                to[at] = known.setdefault(made, len(known))
        return Coded(to[self.codes], list(known))

    def array(self) -> pa.DictionaryArray:
        """The column in Arrow, its values as text in the order in which they appear."""
        seen = pc.unique(pa.array(self.codes)).to_numpy(zero_copy_only=False)
        seen = seen[seen >= 0]
        to = np.full(len(self.values) + 1, -1, np.int32)
        to[seen] = np.arange(len(seen), dtype=np.int32)
        codes = to[self.codes]
        values = pa.array([self.values[at] for at in seen], pa.string())
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), values)


@dataclass(slots=True)
class Amounts:
    """A column of quantities: millionths, unit, bound; a unit below 0 where there is none."""

    number: Numbers
    unit: Coded
    bound: Codes

    def take(self, rows: npt.NDArray[Any]) -> Amounts:
        """Some of the rows."""
        return Amounts(self.number[rows], self.unit.take(rows), self.bound[rows])


@dataclass(slots=True)
class Cited:
    """A column of citations: the label of their sources, and all of them as text."""

    source: Coded
    told: pa.Array
    sources: set[str]

    def take(self, rows: npt.NDArray[Any]) -> Cited:
        """Some of the rows."""
        return Cited(self.source.take(rows), self.told.take(pa.array(rows)), self.sources)


@dataclass(slots=True)
class Promises:
    """The plain commitments among some rows."""

    plain: Mask
    id: pa.Array
    parties: Coded
    recipients: Coded
    channels: Coded
    target: Amounts
    stated: Mask  # whether there is a horizon
    start: Codes
    end: Codes
    announced: Codes
    stage: Codes
    known: Codes
    tags: Coded
    cited: Cited

    def take(self, rows: npt.NDArray[Any]) -> Promises:
        """Some of the rows."""
        return Promises(**_taken(self, rows))


@dataclass(slots=True)
class Happenings:
    """The plain events among some rows."""

    plain: Mask
    commitment: pa.Array
    kind: Codes
    on: Codes
    known: Codes
    quantity: Amounts
    cited: Cited

    def take(self, rows: npt.NDArray[Any]) -> Happenings:
        """Some of the rows."""
        return Happenings(**_taken(self, rows))


def _taken(columns: Any, rows: npt.NDArray[Any]) -> dict[str, Any]:
    """Some rows of each column."""
    held = {name: getattr(columns, name) for name in columns.__slots__}
    count = len(columns.plain)
    if len(rows) == count and (rows == np.arange(count)).all():
        return held
    made = {}
    for name, column in held.items():
        if isinstance(column, np.ndarray):
            made[name] = column[rows]
        else:
            made[name] = column.take(pa.array(rows) if isinstance(column, pa.Array) else rows)
    return made
