"""Movements of any size, made as the columns that a ledger holds: seeded, and exact.

Each commitment is one party's promise of one unit, with the rows that its facts make: what is
pledged, what of it is committed, what was delivered, in the order of a ledger.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pledgetrack.movements import SCHEMA

DAY = dt.date(2024, 8, 1)
"""The day as of which the benchmarks ask."""

PARTIES, UNITS, YEARS = 200, 30, 10
FIRST_YEAR = 2018
# Real codes, so that amounts have the digits of their currency.
_UNITS = ("USD EUR GBP JPY CHF CAD AUD NOK SEK DKK CNY INR BRL MXN ZAR KRW TRY PLN CZK HUF "
          "ILS NZD SGD THB visa refugee hospital school vaccine tractor").split()  # fmt: skip
_EPOCH = dt.date(1970, 1, 1).toordinal()
_KEYS = ("recipient", "channel", "source")


def days_of(year: int) -> int:
    """The first day of a year as a column of dates holds it."""
    return dt.date(year, 1, 1).toordinal() - _EPOCH


def codes(values: Any, words: Any) -> pa.DictionaryArray:
    """Codes with their words as a dictionary column; a code below 0 is missing."""
    indices = pa.array(np.asarray(values, dtype=np.int32), mask=np.asarray(values) < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))


def names(prefix: str, count: int) -> pa.Array:
    """Names with a number: "c0000001" ..., in their order."""
    numbers = pc.utf8_lpad(pc.cast(pa.array(np.arange(count)), pa.string()), 8, "0")
    return pc.binary_join_element_wise(prefix, numbers, "")


def dates(values: Any, missing: Any = None) -> pa.Array:
    """Days as a column of dates."""
    return pa.array(np.asarray(values, dtype=np.int32), mask=missing).cast(pa.date32())


def decimals(hundredths: Any) -> pa.Array:
    """Hundredths as the numbers of movements, made without rounding."""
    wide = np.empty((len(hundredths), 2), dtype=np.int64)
    wide[:, 0] = np.asarray(hundredths, dtype=np.int64) * 10_000
    wide[:, 1] = wide[:, 0] >> 63
    kind = SCHEMA.field("number").type
    return pa.Array.from_buffers(kind, len(hundredths), [None, pa.py_buffer(wide)])


def movements(
    rows: int, seed: int = 7, deliveries: int = 2, longest: int | None = None
) -> pa.Table:
    """About so many movements, of 200 parties, 30 units and 10 years.

    Each commitment has a row for what is pledged, one for what of it is committed, and deliveries.
    With ``longest`` its horizon has up to so many days, beyond the 10 years too.
    """
    random = np.random.default_rng(seed)
    width = 2 + deliveries
    count = max(rows // width, 1)
    party = random.integers(0, PARTIES, count)
    unit = random.integers(0, UNITS, count)
    announced = random.integers(days_of(FIRST_YEAR), days_of(FIRST_YEAR + YEARS), count)
    end = announced + random.integers(30, longest or 1500, count)
    if longest is None:
        end = np.minimum(end, days_of(FIRST_YEAR + YEARS) - 1)
    end = np.maximum(end, days_of(FIRST_YEAR))
    is_open = random.random(count) < 0.02
    pledged = random.integers(100, 10**10, count)
    is_currency = unit < 24
    pledged = np.where(is_currency, pledged, pledged // 10**6 * 100 + 100)
    share = random.random((width - 1, count))
    amounts = [
        pledged,
        (pledged * share[0]).astype(np.int64) // 100 * 100,
        *(
            (pledged * share[at] * 1.2 / deliveries).astype(np.int64) // 100 * 100
            for at in range(1, deliveries)
        ),
        (pledged * share[-1] * 1.2 / deliveries).astype(np.int64) // 100 * 100 + is_currency * 37,
    ]
    later = np.sort(random.integers(1, 900, (width - 1, count)), axis=0)
    on = [announced, *(announced + days for days in later)]
    measure = np.tile([1, 2, *[3] * deliveries], count)
    event = np.tile([0, 1, *[2] * deliveries], count)
    size = count * width
    each = np.repeat(np.arange(count), width)
    at = np.stack(on, axis=1).reshape(-1)
    number = decimals(np.stack(amounts, axis=1).reshape(-1))
    loose = np.where(random.random(count) < 0.05, 1, 0)[each]
    columns: dict[str, Any] = {
        "commitment": codes(each, names("c", count)),
        "party": codes(party[each], names("Party ", PARTIES)),
        "recipient": codes(random.integers(0, 150, count)[each], names("Recipient ", 150)),
        "channel": codes(random.integers(-1, 12, count)[each], names("Channel ", 12)),
        "unit": codes(unit[each], _UNITS),
        "measure": codes(measure, ["proposed", "pledged", "committed", "delivered"]),
        "number": number,
        "bound": codes(np.where(measure == 1, loose, 0), ["exact", "at least"]),
        "low": number,
        # "At least" has no upper end.
        "high": pc.if_else(pa.array((measure == 1) & (loose == 1)), None, number),
        "on": dates(at),
        "since": dates(at),
        # A row in fifty was closed later, when a horizon moved.
        "until": dates(at + 400, random.random(size) > 0.02),
        "known": dates(at),
        "announced": dates(announced[each]),
        "start": dates(announced[each]),
        "end": dates(end[each], is_open[each]),
        "horizon": codes(
            np.where(is_open, 3, np.where(end - announced > 365, 1, 0))[each],
            ["short", "medium", "long", "open"],
        ),
        "event": codes(event, ["pledged", "committed", "delivered"]),
        "source": codes(random.integers(0, 40, count)[each], names("source-", 40)),
    }
    for field in SCHEMA:
        if field.name not in columns:
            columns[field.name] = pa.nulls(size, field.type)
    return pa.table({field.name: columns[field.name] for field in SCHEMA}, schema=SCHEMA)


def in_pieces(
    rows: int, columns: Sequence[str], pieces: int = 10, deliveries: int = 2, **more: Any
) -> pa.Table:
    """Some columns of so many movements, made a few at a time, for there is not room for all."""
    made, ids = [], names("c", rows // (2 + deliveries))
    for at in range(pieces):
        piece = movements(rows // pieces, seed=at, deliveries=deliveries, **more).select(columns)
        own = pc.add(piece.column("commitment").chunk(0).indices, at * (len(ids) // pieces))
        column = pa.DictionaryArray.from_arrays(own.cast(pa.int32()), ids)
        made.append(piece.set_column(columns.index("commitment"), "commitment", column))
    return pa.concat_tables(made)
