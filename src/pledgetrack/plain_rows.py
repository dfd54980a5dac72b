"""Movements of plain records: what was counted column by column, as rows in Arrow columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

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
_OF_KIND = np.array([_NAMES.index(kind) for kind in KINDS])


@dataclass(frozen=True, slots=True)
class Plain:
    """Plain records, the units that they have in order, and the labels of who takes part."""

    promised: Promises
    happened: Happenings
    units: Sequence[str]
    labels: Mapping[str, Coded]


def table_of(made: Changes, records: Plain, tags: Iterable[str], shown: Mask) -> pa.Table:
    """The rows of the commitments that are shown, as movements."""
    promised, happened, units = records.promised, records.happened, records.units
    of = np.concatenate(made.of)
    order = np.argsort((of.astype(np.int64) << 34) | np.concatenate(made.nth), kind="stable")
    order = order[shown[of[order]]]
    of, event = of[order], np.concatenate(made.event)[order]
    told = event < 0  # by the announcement
    unit, measure = np.concatenate(made.unit)[order], np.concatenate(made.measure)[order]
    unit = np.where(unit < 0, len(units) - 1, unit).astype(np.int32)
    number, bound = np.concatenate(made.number)[order], np.concatenate(made.bound)[order]
    amount = measure >= 0
    announced = promised.announced[of]
    on = np.where(told, announced, np.append(happened.on, 0)[event])
    known = np.where(told, promised.known[of], np.append(happened.known, 0)[event])
    known = np.where(known == NO_DAY, on, known)
    kind = np.where(told, promised.stage[of], np.append(_OF_KIND[happened.kind], 0)[event])
    low, high, none_low, none_high = _ends(number, bound)
    nothing = pa.nulls(len(of), pa.string()).dictionary_encode()
    source, citation = _cited(promised, happened, of, event)
    places = (np.cumsum(shown) - 1).astype(np.int32)
    columns = {
        "commitment": pa.DictionaryArray.from_arrays(
            pa.array(places[of]), promised.id.filter(pa.array(shown))
        ),
        **{name: coded.take(of).array() for name, coded in records.labels.items()},
        "unit": Coded(unit, list(units)).array(),
        "measure": Coded(measure, list(MEASURES)).array(),
        "number": _decimals(number, amount),
        "bound": Coded(np.where(amount, bound, -1).astype(np.int32), list(BOUNDS)).array(),
        "low": _decimals(low, amount & ~none_low),
        "high": _decimals(high, amount & ~none_high),
        "on": _dates(on),
        "since": _dates(on),
        "until": pa.nulls(len(of), pa.date32()),
        "known": _dates(known),
        "announced": _dates(announced),
        "start": _dates(promised.start[of]),
        "end": _dates(promised.end[of]),
        "horizon": Coded(_classes(promised)[of], list(HORIZON_CLASSES)).array(),
        "event": Coded(kind.astype(np.int32), _NAMES).array(),
        "source": source,
        "part": nothing,
        "instead": nothing,
        "whole": nothing,
        "whole_announced": pa.nulls(len(of), pa.date32()),
    }
    for name in tags:
        columns[f"tag_{name}"] = promised.tags.mapped(_tag(name)).take(of).array()
    columns[CITATION] = citation
    return pa.table(columns).select([*SCHEMA.names, *(n for n in columns if n not in SCHEMA.names)])


def _tag(name: str) -> Callable[[Sequence[tuple[str, str]]], str | None]:
    return lambda said: dict(said).get(name)


def joined(rows: pa.Table, more: pa.Table) -> pa.Table:
    """Rows from columns and those of records, in the order of the commitments."""
    if not more.num_rows:
        return rows
    columns = rows.column("commitment").combine_chunks(), more.column("commitment").combine_chunks()
    # Both are in order, so the place of an id among all of them is where its rows go.
    ids = pa.concat_arrays([column.dictionary for column in columns])
    rank = np.empty(len(ids), np.int64)
    rank[pc.sort_indices(ids).to_numpy()] = np.arange(len(ids))
    start = len(columns[0].dictionary)
    codes = [columns[0].indices.to_numpy(), columns[1].indices.to_numpy() + start]
    order = pa.array(np.argsort(rank[np.concatenate(codes)], kind="stable"))
    table = pa.concat_tables([rows, more]).unify_dictionaries().combine_chunks()
    return in_order_of_appearance(table.take(order))


def in_order_of_appearance(table: pa.Table) -> pa.Table:
    """The table with the values of its dictionaries in the order in which they appear."""
    columns = []
    for column in table.columns:
        made = column.combine_chunks()
        if pa.types.is_dictionary(made.type):
            known = pc.fill_null(made.indices, -1).to_numpy()
            codes, seen = by_appearance(known, len(made.dictionary))
            made = pa.DictionaryArray.from_arrays(codes, made.dictionary.take(pa.array(seen)))
        columns.append(made)
    return pa.table(columns, names=table.column_names)


def _cited(
    promised: Promises, happened: Happenings, of: Codes, event: npt.NDArray[np.int64]
) -> tuple[pa.Array, pa.Array]:
    mine, theirs = promised.cited, happened.cited
    rows = pa.array(np.where(event < 0, of, event + len(promised.announced)))
    told = pa.concat_arrays([mine.told, theirs.told]).take(rows).dictionary_encode()
    values = sorted({*mine.source.values, *theirs.source.values})
    codes = np.concatenate([recoded(mine.source, values), recoded(theirs.source, values)])
    return Coded(codes[rows.to_numpy()], values).array(), told


def _ends(number: Numbers, bound: Codes) -> tuple[Numbers, Numbers, Mask, Mask]:
    """The ends that bounds imply, and where there is none."""
    at_least, up_to, about = (bound == BOUNDS.index(n) for n in ("at least", "up to", "about"))
    some = number != 0
    return np.where(up_to, 0, number), number, some & about, some & (about | at_least)


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


def _dates(days: Codes) -> pa.Array:
    return pa.array(days.astype(np.int32), pa.int32(), mask=days == NO_DAY).cast(pa.date32())


def _decimals(number: Numbers, there: Mask) -> pa.Array:
    """Millionths as exact decimals."""
    wide = np.empty((len(number), 2), np.int64)
    wide[:, 0], wide[:, 1] = number, number >> 63
    valid = None if there.all() else pa.py_buffer(np.packbits(there, bitorder="little").tobytes())
    return pa.Array.from_buffers(NUMBER, len(number), [valid, pa.py_buffer(wide)])
