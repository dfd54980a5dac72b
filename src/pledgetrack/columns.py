"""Plain commitments and events as columns: codes, whole numbers and days in place of records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.int64]

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
        codes, seen = by_appearance(self.codes, len(self.values))
        values = pa.array([self.values[at] for at in seen], pa.string())
        return pa.DictionaryArray.from_arrays(codes, values)


def by_appearance(codes: Codes, count: int) -> tuple[pa.Array, Codes]:
    """Codes of so many values numbered anew as they appear, and which value each new one is."""
    seen: Codes = pc.unique(pa.array(codes)).to_numpy(zero_copy_only=False)
    seen = seen[seen >= 0]
    to = np.full(count + 1, -1, np.int32)
    to[seen] = np.arange(len(seen), dtype=np.int32)
    made = to[codes]
    missing = made < 0
    return pa.array(made, mask=missing if missing.any() else None), seen


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
    told: pa.DictionaryArray
    sources: set[str]

    def take(self, rows: npt.NDArray[Any]) -> Cited:
        """Some of the rows."""
        return Cited(self.source.take(rows), self.told.take(pa.array(rows)), self.sources)


@dataclass(slots=True)
class _Records:
    """The plain records among some rows."""

    plain: Mask

    def take(self, rows: npt.NDArray[Any]) -> Self:
        """Some of the rows."""
        count = len(self.plain)
        if len(rows) == count and (rows == np.arange(count)).all():
            return self
        made = {}
        for name in (field.name for field in fields(self)):
            column = getattr(self, name)
            if isinstance(column, np.ndarray):
                made[name] = column[rows]
            else:
                made[name] = column.take(pa.array(rows) if isinstance(column, pa.Array) else rows)
        return type(self)(**made)


@dataclass(slots=True)
class Promises(_Records):
    """The plain commitments among some rows."""

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


@dataclass(slots=True)
class Happenings(_Records):
    """The plain events among some rows."""

    commitment: pa.Array
    kind: Codes
    on: Codes
    known: Codes
    quantity: Amounts
    cited: Cited
