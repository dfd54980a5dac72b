"""Movements with all that decides a status: suspensions, withdrawals, completions, reopenings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.movements import (
    FIRST_YEAR,
    PARTIES,
    UNITS,
    codes,
    dates,
    days_of,
    decimals,
    names,
)

STATUS_EVENTS = (
    "pledged", "committed", "delivered", "suspended", "withdrawn", "completed", "resumed",
    "reopened",
)  # fmt: skip


def courses(count: int, seed: int = 11) -> pa.Table:
    """So many commitments with five events each: deliveries, and what else decides a status."""
    random = np.random.default_rng(seed)
    size = count * 6
    announced = random.integers(days_of(FIRST_YEAR), days_of(FIRST_YEAR + 6), count)
    end = announced + random.integers(200, 1500, count)
    later = np.sort(random.integers(1, 900, (5, count)), axis=0)
    on = np.stack([announced, *(announced + more for more in later)], axis=1)
    pledged = random.integers(10**4, 10**10, count)
    parts = [(pledged * random.random(count) * 0.55).astype(np.int64) for _ in range(4)]
    event = np.tile([0, 1, 2, 2, 2, 2], (count, 1))
    event[:, 4] = random.choice([2, 3, 4, 5], count, p=[0.7, 0.1, 0.1, 0.1])
    event[:, 5] = random.choice([2, 6, 7], count, p=[0.8, 0.1, 0.1])
    number = np.stack([pledged, pledged // 2, *parts], axis=1)
    # Half of what is withdrawn is all that was left.
    left = np.maximum(pledged - parts[0] - parts[1], 0)
    taken = np.where(random.random(count) < 0.5, left, left // 2)
    number[:, 4] = np.where(event[:, 4] == 4, -taken, number[:, 4])
    event, number, on = event.reshape(-1), number.reshape(-1), on.reshape(-1)
    states = np.isin(event, [0, 1, 2, 4])
    each = np.repeat(np.arange(count), 6)
    unit = np.where(states, random.integers(0, UNITS, count)[each], UNITS)
    measure = np.array([1, 2, 3, -1, 1, -1, -1, -1])[event]
    columns: dict[str, Any] = {
        "commitment": codes(each, names("c", count)),
        "party": codes(random.integers(0, PARTIES, count)[each], names("Party ", PARTIES)),
        "unit": codes(unit, [*(f"thing {at}" for at in range(UNITS)), "action"]),
        "measure": codes(measure, ["proposed", "pledged", "committed", "delivered"]),
        "number": pc.if_else(pa.array(states), decimals(number), None),
        "on": dates(on),
        "since": dates(on),
        "until": pa.nulls(size, pa.date32()),
        "announced": dates(announced[each]),
        "start": dates(announced[each]),
        "end": dates(end[each]),
        "horizon": codes(np.where(end - announced > 365, 1, 0)[each], ["short", "medium"]),
        "event": codes(event, STATUS_EVENTS),
        "source": codes(random.integers(0, 40, count)[each], names("source-", 40)),
    }
    return pa.table(columns)
