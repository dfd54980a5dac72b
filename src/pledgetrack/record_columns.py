"""Records to movements by way of columns, where records are plain.

Reading what a record holds takes a fraction of the time that counting it by itself takes, so many
records become columns first. What is not plain (inexact changes, several targets, wholes and parts,
all that is a finding) is counted record by record, and the rows of both are one table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import repeat
from operator import is_, itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel

from pledgetrack import plain, plain_rows
from pledgetrack.balances import Finding
from pledgetrack.columns import (
    BOUNDS,
    DIGITS,
    EXACT,
    KINDS,
    MICRO,
    NO_DAY,
    Amounts,
    Cited,
    Coded,
    Codes,
    Happenings,
    Mask,
    Numbers,
    Promises,
)
from pledgetrack.intake import uncollected
from pledgetrack.models import STAGES, Citation, Commitment, Event
from pledgetrack.movements import NUMBER, cite, label, movements
from pledgetrack.quantity import Quantity

FEW = 1_000
"""So many records and fewer are counted one by one: columns have a cost of their own."""

Fields = dict[str, list[Any]]
"""The values of fields of some records, by name."""

_OF_PROMISE = ("id", "parties", "recipients", "channels", "targets", "horizon", "announced",
               "stage", "tags", "known", "citations")  # fmt: skip
_OF_EVENT = ("commitment", "kind", "on", "quantity", "restated", "horizon", "outcome", "known",
             "citations")  # fmt: skip
_OF_QUANTITY = ("number", "unit", "bound", "most", "margin")
_OF_CITATION = ("source", "place")
_BLOCK = 2_048

_BOUND = {bound: at for at, bound in enumerate(BOUNDS)}
_KIND: dict[str, int] = {kind: at for at, kind in enumerate(KINDS)}
_STAGE: dict[str, int] = {stage: at for at, stage in enumerate(STAGES)}
_WIDEST = 10**DIGITS * MICRO


def movements_of(
    commitments: Sequence[Commitment], events: Sequence[Event], tags: Iterable[str] = ()
) -> tuple[pa.Table, list[Finding]]:
    """The movements of commitments in the order of their ids, and what is odd about them.

    Columns, rows and findings are those of ``movements``.

    >>> promise = Commitment(id="aid", party="A", announced="2024-01-01", stage="pledged",
    ...                      target={"number": 100, "unit": "USD"})
    >>> rows, findings = movements_of([promise], [])
    >>> rows.select(["commitment", "measure", "number"]).to_pylist()
    [{'commitment': 'aid', 'measure': 'pledged', 'number': Decimal('100.000000')}]
    """
    with uncollected():
        if len(commitments) + len(events) <= FEW:
            return movements(commitments, _by_commitment(events), tags)
        return by_columns(commitments, events, tags)


def by_columns(
    commitments: Sequence[Commitment],
    events: Sequence[Event],
    tags: Iterable[str] = (),
    *,
    piece: int = 50_000,
) -> tuple[pa.Table, list[Finding]]:
    """The same, by way of columns however few records there are; so many promises at a time."""
    every = fields_of(commitments, ("id", "part_of", "repeats", "same_as", "tags"))
    tags = sorted({*tags, *(name for held in every["tags"] for name in held)})
    at = {name: place for place, name in enumerate(every["id"])}
    of = np.fromiter((at[event.commitment] for event in events), np.int64, len(events))
    if (of[1:] < of[:-1]).any():
        order = np.argsort(of, kind="stable")
        of, events = of[order], [events[place] for place in order.tolist()]
    hard = np.zeros(len(commitments), bool)
    for name in ("part_of", "repeats", "same_as"):
        # What records say of each other is counted among records.
        for place in np.flatnonzero(~_missing(every[name], len(commitments))).tolist():
            hard[[place, at.get(every[name][place], place)]] = True
    tables = []
    for start in range(0, len(commitments), piece):
        end = min(start + piece, len(commitments))
        first, last = np.searchsorted(of, (start, end)).tolist()
        mine, theirs = commitments[start:end], events[first:last]
        tables.append(_piece(mine, theirs, of[first:last] - start, tags, hard[start:end]))
    kept = [commitments[place] for place in np.flatnonzero(hard).tolist()]
    rest = [events[place] for place in np.flatnonzero(hard[of]).tolist()]
    counted, findings = movements(kept, _by_commitment(rest), tags)
    if hard.all():
        return counted, findings
    table = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    return plain_rows.joined(table, counted), findings


def _piece(
    commitments: Sequence[Commitment],
    events: Sequence[Event],
    of: Numbers,
    tags: Sequence[str],
    hard: Mask,
) -> pa.Table:
    """The rows of the plain ones among some commitments; others are told in ``hard``."""
    promised = promises_of(fields_of(commitments, _OF_PROMISE))
    happened = happenings_of(fields_of(events, _OF_EVENT))
    hard |= ~promised.plain
    hard[of[~happened.plain]] = True
    units = plain.units_of(promised, happened)
    # Nothing is counted here of a commitment with one record that is not plain.
    facts = plain.facts_of(happened, np.where(hard[of], -1, of), units)
    changes, more = plain.changes(promised, facts, units)
    hard |= more
    labels = {
        "party": promised.parties.mapped(label),
        "recipient": promised.recipients.mapped(label),
        "channel": promised.channels.mapped(label),
    }
    records = plain_rows.Plain(promised, happened, units, labels)
    return plain_rows.table_of(changes, records, tags, ~hard)


def _by_commitment(events: Iterable[Event]) -> dict[str, list[Event]]:
    happened: dict[str, list[Event]] = {}
    for event in events:
        happened.setdefault(event.commitment, []).append(event)
    return happened


def promises_of(field: Fields) -> Promises:
    """The commitments as columns; ``plain`` says which of them these columns hold whole."""
    count = len(field["id"])
    targets = field["targets"]
    counts = np.fromiter(map(len, targets), np.int64, count)
    target, fine = _amounts([held[0] if held else None for held in targets])
    horizons = field["horizon"]
    return Promises(
        plain=fine & (counts < 2) & (target.number >= 0),
        id=pa.array(field["id"], pa.string()),
        parties=_coded(field["parties"]),
        recipients=_coded(field["recipients"]),
        channels=_coded(field["channels"]),
        target=target,
        stated=~_missing(horizons, count),
        start=_days([horizon.start if horizon else None for horizon in horizons]),
        end=_days([horizon.end if horizon else None for horizon in horizons]),
        announced=_days(field["announced"]),
        stage=np.fromiter(map(_STAGE.__getitem__, field["stage"]), np.int32, count),
        known=_days(field["known"]),
        tags=_coded(tuple(held.items()) for held in field["tags"]),
        cited=_cited(field["citations"]),
    )


def happenings_of(field: Fields) -> Happenings:
    """The events as columns; ``plain`` says which of them these columns hold whole."""
    count = len(field["kind"])
    kind = np.array([_KIND.get(kind, -1) for kind in field["kind"]], np.int32)
    quantity, fine = _amounts(field["quantity"])
    for name in ("restated", "horizon", "outcome"):
        fine &= _missing(field[name], count)
    return Happenings(
        plain=fine & (kind >= 0),
        commitment=pa.array(field["commitment"], pa.string()),
        kind=kind,
        on=_days(field["on"]),
        known=_days(field["known"]),
        quantity=quantity,
        cited=_cited(field["citations"]),
    )


def fields_of(records: Sequence[BaseModel], names: Sequence[str]) -> Fields:
    """Fields of records as lists, read from where pydantic keeps them.

    Asking each record for each attribute takes three times as long. A block of records is read
    while the processor still has it at hand.
    """
    columns: list[list[Any]] = [[] for _ in names]
    get = itemgetter(*names)
    for start in range(0, len(records), _BLOCK):
        held = map(get, map(vars, records[start : start + _BLOCK]))
        for column, values in zip(columns, zip(*held, strict=True), strict=True):
            column.extend(values)
    return dict(zip(names, columns, strict=True))


def _coded(values: Iterable[Any]) -> Coded:
    known: dict[Any, int] = {}
    codes = [known.setdefault(value, len(known)) for value in values]
    return Coded(np.array(codes, np.int32), list(known))


def _days(days: Sequence[dt.date | None]) -> Codes:
    made: Codes = pa.array(days, pa.date32()).cast(pa.int32()).fill_null(NO_DAY).to_numpy()
    return made


def _amounts(quantities: Sequence[Quantity | None]) -> tuple[Amounts, Mask]:
    """Quantities as columns, and which of them these hold whole."""
    count = len(quantities)
    there = ~_missing(quantities, count)
    field = fields_of([held for held in quantities if held is not None], _OF_QUANTITY)
    lanes = np.frombuffer(pa.array(field["number"], NUMBER).buffers()[1], np.int64)
    number, above = lanes[0::2][: there.sum()], lanes[1::2][: there.sum()]
    whole = (above == number >> 63) & (number > -_WIDEST) & (number < _WIDEST)
    for name in ("most", "margin"):
        whole &= _missing(field[name], len(whole))
    unit = _coded(field["unit"])
    numbers, fine = np.zeros(count, np.int64), np.ones(count, bool)
    units, bounds = np.full(count, -1, np.int32), np.full(count, EXACT, np.int32)
    numbers[there], fine[there], units[there] = np.where(whole, number, 0), whole, unit.codes
    bounds[there] = np.fromiter(map(_BOUND.__getitem__, field["bound"]), np.int32, len(whole))
    return Amounts(numbers, Coded(units, unit.values), bounds), fine


def _cited(held: Sequence[tuple[Citation, ...]]) -> Cited:
    alone = np.fromiter(map(len, held), np.int64, len(held)) == 1
    field = fields_of([one[0] for one in held if len(one) == 1], _OF_CITATION)
    others = [one for one in held if len(one) != 1]
    sources = field["source"]
    single = pa.array(sources, pa.string())
    joined = pc.binary_join_element_wise(single, pa.array(field["place"], pa.string()), ", ")
    told = pc.coalesce(joined, single)
    if not others:
        return Cited(_coded(sources), told, set())
    # First the records with one citation, then the others: back to the order of the records.
    order = np.where(alone, np.cumsum(alone), len(single) + np.cumsum(~alone)) - 1
    labels = _coded([*sources, *(label([one.source for one in several]) for several in others)])
    told = pa.concat_arrays([told, pa.array([cite(several) for several in others], pa.string())])
    return Cited(labels.mapped(lambda name: name).take(order), told.take(pa.array(order)), set())


def _missing(values: Iterable[Any], count: int) -> Mask:
    return np.fromiter(map(is_, values, repeat(None)), bool, count)
