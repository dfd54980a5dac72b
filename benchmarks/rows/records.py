"""Records to movements: a ledger of many promises beside the laws in plain Python."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from types import SimpleNamespace
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

import pledgetrack as pt
from benchmarks.measure import OURS, Row, Side
from pledgetrack.intake import uncollected
from pledgetrack.record_columns import movements_of
from tests import oracle

_BEGIN = dt.date(2015, 1, 1)
_BLOCK = 10_000
_UNITS = ("USD", "EUR", "MXN", "GBP", "JPY", "vaccine dose", "H-2B visa")
_KINDS, _WEIGHTS = ("delivered", "committed", "withdrawn", "revised"), (90, 5, 2, 3)
_KEYS = ("commitment", "unit", "measure", "on")

Record = TypeVar("Record", pt.Commitment, pt.Event)
Records = tuple[list[pt.Commitment], list[pt.Event]]


@cache
def _block() -> Records:
    """So many different promises, each with two events; one in a hundred is not exact."""
    chance = random.Random(7)  # noqa: S311  # no secret
    promised, happened = [], []

    def amount(unit: str) -> dict[str, str]:
        made = {"number": f"{chance.randrange(1, 10**11) / 100:.2f}", "unit": unit}
        return made | ({"bound": "at least"} if chance.random() < 0.01 else {})

    def cited() -> list[dict[str, str]]:
        return [{"source": "report", "place": f"p. {chance.randrange(400)}"}]

    for at in range(_BLOCK):
        unit, day = chance.choice(_UNITS), _BEGIN + dt.timedelta(chance.randrange(3000))
        promised.append(pt.Commitment(
            id=f"{at:04d}", title=f"Promise number {at}", party=f"Party {chance.randrange(200)}",
            recipient=f"Country {chance.randrange(150)}", target=amount(unit), announced=day,
            stage=chance.choice(("pledged", "committed", "proposed")), citations=cited(),
            tags={"sector": f"sector {chance.randrange(30)}"},
            horizon={"start": day, "end": day + dt.timedelta(chance.randrange(1, 3000))},
        ))  # fmt: skip
        for _ in range(2):
            kind = chance.choices(_KINDS, _WEIGHTS)[0]
            happened.append(pt.Event(
                commitment=f"{at:04d}", kind=kind, citations=cited(),
                on=day + dt.timedelta(chance.randrange(2500)),
                quantity=amount(unit) if kind in ("delivered", "revised") else None,
            ))  # fmt: skip
    return promised, happened


def _again(one: Record, **changed: str) -> Record:
    """A copy of a record, made ten times as fast as pydantic makes it."""
    made = type(one).__new__(type(one))
    object.__setattr__(made, "__dict__", vars(one) | changed)
    for slot in ("fields_set", "extra", "private"):
        name = f"__pydantic_{slot}__"
        object.__setattr__(made, name, getattr(one, name))
    return made


def records(count: int) -> Records:
    """So many promises: blocks that differ in the ids alone."""
    promised, happened = _block()
    made: Records = [], []
    with uncollected():
        for start in range(0, count, _BLOCK):
            size = min(_BLOCK, count - start)
            block = f"{start // _BLOCK:03d}-"
            made[0].extend(one.model_copy(update={"id": block + one.id}) for one in promised[:size])
            made[1].extend(
                _again(one, commitment=block + one.commitment) for one in happened[: 2 * size]
            )
    return made


def by_the_laws(held: Records) -> list[tuple[str, str, str, dt.date, Decimal]]:
    """What each day changes of each balance, promise by promise, as the oracle has it.

    The oracle looks at every promise on every day; here it is asked about one at a time, so that
    it takes no more than its own work.
    """
    happened: dict[str, list[pt.Event]] = {}
    for event in held[1]:
        happened.setdefault(event.commitment, []).append(event)
    found = []
    for one in held[0]:
        events = happened.get(one.id, [])
        alone = SimpleNamespace(commitments=(one,), events=tuple(events))
        was: dict[tuple[str, str], Decimal] = {}
        for day in sorted({one.announced, *(event.on for event in events)}):
            now = oracle.balances(alone, one, day)
            for unit, measure in sorted(was.keys() | now.keys()):
                step = now.get((unit, measure), 0) - was.get((unit, measure), Decimal(0))
                if step:
                    found.append((one.id, unit, measure, day, step))
            was = now
    return found


def _changes(rows: Sequence[tuple[str, str, str, dt.date, Decimal]]) -> pa.Table:
    columns: list[Any] = [*zip(*rows, strict=True)]
    number = pa.array(columns.pop(), pa.decimal128(38, 6))
    made = pa.table({**dict(zip(_KEYS, columns, strict=True)), "number": number})
    return made.sort_by([(key, "ascending") for key in _KEYS])


def _by_day(table: pa.Table) -> pa.Table:
    """Our rows, added up by day as the oracle has them."""
    keys = {name: table.column(name).cast(pa.string()) for name in _KEYS[:3]}
    number = table.column("number").cast(pa.decimal128(38, 6))
    plain = pa.table({**keys, "on": table.column("on"), "number": number})
    added = plain.group_by(list(_KEYS)).aggregate([("number", "sum")])
    added = added.filter(pc.not_equal(added.column("number_sum"), Decimal(0)))
    return (
        added.select([*_KEYS, "number_sum"])
        .rename_columns([*_KEYS, "number"])
        .sort_by([(key, "ascending") for key in _KEYS])
    )


def _sides(size: int) -> Mapping[str, Side]:
    held = records(size)
    return {
        OURS: Side(lambda: movements_of(*held)[0], _by_day),
        "the plain oracle": Side(lambda: by_the_laws(held), _changes),
    }


ROWS = [
    Row("records", "records to movements, two events a promise", _sides, 1_000_000, 5_000,
        {"the plain oracle": 20}, rounds=2, growth=(3_000, 10_000, 30_000, 300_000),
        tenth=frozenset({"the plain oracle"})),
]  # fmt: skip
