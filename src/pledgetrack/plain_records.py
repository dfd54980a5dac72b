"""Records to columns of what they hold, for the records that are plain.

Reading a record is most of the work of counting it, so each is read once, only for what counts, and
what repeats (names, units, kinds, citations) is known by its number from then on.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from itertools import repeat
from operator import attrgetter, is_not, itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel

from pledgetrack.columns import (
    BOUNDS,
    DIGITS,
    EXACT,
    KINDS,
    MICRO,
    NO_DAY,
    REVISED,
    Amounts,
    Cited,
    Coded,
    Codes,
    Happenings,
    Mask,
    Promises,
)
from pledgetrack.models import EVENT_KINDS, STAGES, Citation, Commitment, Event
from pledgetrack.movements import NUMBER, cite, label
from pledgetrack.quantity import Quantity

_PROMISE = ("id", "parties", "recipients", "channels", "targets", "horizon", "announced", "stage",
            "tags", "known", "citations", "part_of", "repeats", "same_as")  # fmt: skip
_EVENT = ("commitment", "kind", "on", "quantity", "known", "citations")
_BLOCK = 4_096

_BOUND = {bound: at for at, bound in enumerate(BOUNDS)}
_KIND: dict[str, int] = dict.fromkeys(EVENT_KINDS, -1) | {k: at for at, k in enumerate(KINDS)}
_STAGE: dict[str, int] = {stage: at for at, stage in enumerate(STAGES)}
_WIDEST = 10**DIGITS * MICRO

Kin = list[tuple[int, str]]
"""The places of some commitments, each with the id of another one that it names."""


def promises(commitments: Sequence[Commitment]) -> tuple[Promises, Kin]:
    """The commitments as columns, and whom they name; ``plain`` are those held whole by them."""
    count = len(commitments)
    columns = _fields(commitments, _PROMISE)
    ids, parties, recipients, channels, targets, horizons, announced, stage, tags = columns[:9]
    known, citations, *kin = columns[9:]
    target, plain = _amounts(*_alone(targets))
    plain &= (target.number >= 0) & (_numbers(map(len, targets), count) < 2)
    windows, stated = _stated(horizons)
    start, end = _fields(windows, ("start", "end"))
    made = Promises(
        plain=plain,
        id=pa.array(ids, pa.string()),
        parties=_coded(parties),
        recipients=_coded(recipients),
        channels=_coded(channels),
        target=target,
        stated=stated,
        start=_spread(_days(start), stated, NO_DAY),
        end=_spread(_days(end), stated, NO_DAY),
        announced=_days(announced),
        stage=_numbers(map(_STAGE.__getitem__, stage), count),
        known=_days(known),
        tags=_coded([*map(tuple, map(dict.items, tags))]),
        cited=_cited(citations),
    )
    named = [(at, names[at]) for names in kin for at in np.flatnonzero(_there(names)).tolist()]
    return made, named


def happenings(events: Sequence[Event]) -> Happenings:
    """The events as columns; ``plain`` says which of them these columns hold whole."""
    commitment, kinds, on, quantities, known, citations = _fields(events, _EVENT)
    kind = _numbers(map(_KIND.__getitem__, kinds), len(events))
    quantity, plain = _amounts(*_stated(quantities))
    plain &= kind >= 0
    # No other kind of event that is plain says more than its amount.
    revised = np.flatnonzero(kind == REVISED)
    for values in _fields([events[at] for at in revised.tolist()], ("restated", "horizon")):
        plain[revised] &= ~_there(values)
    return Happenings(
        plain=plain,
        commitment=pa.array(commitment, pa.string()),
        kind=kind,
        on=_days(on),
        known=_days(known),
        quantity=quantity,
        cited=_cited(citations),
    )


def _fields(records: Sequence[BaseModel], names: Sequence[str]) -> list[list[Any]]:
    """Fields of records as lists, read from where pydantic keeps them.

    Asking each record for each attribute takes three times as long. A block of records is read
    while the processor still has it at hand.
    """
    columns: list[list[Any]] = [[] for _ in names]
    held, get = attrgetter("__dict__"), itemgetter(*names)
    for start in range(0, len(records), _BLOCK):
        flat: list[Any] = []
        deque(map(flat.extend, map(get, map(held, records[start : start + _BLOCK]))), maxlen=0)
        for at, column in enumerate(columns):
            column.extend(flat[at :: len(names)])
    return columns


def _numbers(values: Iterable[int], count: int) -> Codes:
    return np.fromiter(values, np.int32, count)


def _stated(values: list[Any]) -> tuple[list[Any], Mask]:
    """The values that there are, and which they are."""
    made = [value for value in values if value is not None]
    return made, np.ones(len(made), bool) if len(made) == len(values) else _there(values)


def _alone(held: list[tuple[Any, ...]]) -> tuple[list[Any], Mask]:
    """The values that stand alone, and which they are."""
    try:
        return [value for (value,) in held], np.ones(len(held), bool)
    except ValueError:
        alone = _numbers(map(len, held), len(held)) == 1
        return [values[0] for values in held if len(values) == 1], alone


def _there(values: list[Any]) -> Mask:
    """Which values there are."""
    return np.fromiter(map(is_not, values, repeat(None)), bool, len(values))


def _spread(values: Any, rows: Mask, missing: Any) -> Any:
    """Values of some rows, and of the others what stands for none."""
    if len(values) == len(rows):
        return values
    made = np.full(len(rows), missing, values.dtype)
    made[rows] = values
    return made


class _Known(dict[Any, int]):
    """The numbers of values, given as they appear."""

    def __missing__(self, value: Any) -> int:
        self[value] = made = len(self)
        return made


def _coded(values: Collection[Any]) -> Coded:
    known = _Known()
    codes = _numbers(map(known.__getitem__, values), len(values))
    return Coded(codes, list(known))


def _days(days: list[dt.date | None]) -> Codes:
    if days.count(None) == len(days):
        return np.full(len(days), NO_DAY, np.int32)
    made: Codes = pa.array(days, pa.date32()).cast(pa.int32()).fill_null(NO_DAY).to_numpy()
    return made


def _amounts(stated: list[Quantity], there: Mask) -> tuple[Amounts, Mask]:
    """Quantities of some rows as columns, and which rows these hold whole."""
    numbers, units, bounds = _fields(stated, ("number", "unit", "bound"))
    lanes = np.frombuffer(pa.array(numbers, NUMBER).buffers()[1], np.int64)
    number, above = lanes[0::2][: len(stated)], lanes[1::2][: len(stated)]
    plain = (above == number >> 63) & (number > -_WIDEST) & (number < _WIDEST)
    bound = _numbers(map(_BOUND.__getitem__, bounds), len(stated))
    # Only what is not exact has an upper end or a margin.
    inexact = np.flatnonzero(bound != EXACT)
    for values in _fields([stated[at] for at in inexact.tolist()], ("most", "margin")):
        plain[inexact] &= ~_there(values)
    unit = _coded(units)
    made = Amounts(
        _spread(np.where(plain, number, 0), there, 0),
        Coded(_spread(unit.codes, there, -1), unit.values),
        _spread(bound, there, EXACT),
    )
    return made, _spread(plain, there, True)


def _cited(held: list[tuple[Citation, ...]]) -> Cited:
    single, alone = _alone(held)
    sources, places = _fields(single, ("source", "place"))
    source, place = _coded(sources), _coded(places)
    # What is cited again is put into words once.
    pairs = pa.array(source.codes * np.int64(len(place.values)) + place.codes).dictionary_encode()
    which = np.divmod(pairs.dictionary.to_numpy(), max(len(place.values), 1))
    first, rest = (
        pa.array(values, pa.string()).take(pa.array(codes))
        for values, codes in zip((source.values, place.values), which, strict=True)
    )
    joined = pc.binary_join_element_wise(first, rest, ", ")
    others = [] if alone.all() else [several for several in held if len(several) != 1]
    labels = [*source.values, *(label([one.source for one in several]) for several in others)]
    told = pa.concat_arrays(
        [pc.coalesce(joined, first), pa.array([cite(several) for several in others], pa.string())]
    ).dictionary_encode()
    codes = np.empty((2, len(held)), np.int32)
    codes[:, alone] = source.codes, pairs.indices.to_numpy()
    last = np.arange(len(others))
    codes[:, ~alone] = len(source.values) + last, len(first) + last
    return Cited(
        Coded(codes[0], labels).mapped(lambda name: name),
        pa.DictionaryArray.from_arrays(told.indices.take(pa.array(codes[1])), told.dictionary),
        set(),
    )
