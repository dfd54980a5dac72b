"""Records to movements: one signed row per fact, in Arrow columns.

A row counts as of day d when ``since <= d < until``. Where a horizon moves, or the outermost whole
that a commitment is a part of changes, the commitment's rows are closed on that day and repeated
under the new key, so that a filter is all that a table needs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa

from pledgetrack.balances import Finding, day_of
from pledgetrack.bars import watched
from pledgetrack.calendar import horizon_class
from pledgetrack.errors import AmountError
from pledgetrack.families import accounts
from pledgetrack.horizon import Horizon
from pledgetrack.kin import REASONS, REPEATED, Aside
from pledgetrack.members import OF_PARTS, PASSED_ON, Account
from pledgetrack.models import Citation, Commitment, Event
from pledgetrack.quantity import DECIMAL_PLACES, INTEGER_DIGITS
from pledgetrack.units import ACTION

MEASURES = ("proposed", "pledged", "committed", "delivered")
"""The measures that totals show; ``alleged`` is one more that none shows."""
AMOUNTS = ("number", "low", "high")
"""The columns of an amount and of its ends."""


def forms(measure: str) -> tuple[str, ...]:
    """A measure as it is named where it counts, and where another record counts instead.

    >>> forms("pledged")
    ('pledged', 'repeated pledged', 'linked pledged')
    """
    return (measure, *(aside(measure, reason) for reason in REASONS))


def aside(measure: str | None, reason: str) -> str:
    """The measure of what is set aside for a reason, which no total shows."""
    return f"{reason} {measure or ACTION}"


ELSEWHERE = (
    OF_PARTS,
    PASSED_ON,
    *(
        aside(measure, reason)
        for measure in (*MEASURES, "alleged", ACTION, OF_PARTS, PASSED_ON)
        for reason in REASONS
    ),
)
"""The measures of what counts elsewhere: with a part, or with another record."""
AGAIN = aside("pledged", REPEATED)
"""The measure of pledges that were announced again."""

_KEY = pa.dictionary(pa.int32(), pa.string())
NUMBER = pa.decimal128(INTEGER_DIGITS + DECIMAL_PLACES, DECIMAL_PLACES)
SCHEMA = pa.schema(
    [
        ("commitment", _KEY),
        ("party", _KEY),
        ("recipient", _KEY),
        ("channel", _KEY),
        ("unit", _KEY),
        ("measure", _KEY),
        ("number", NUMBER),
        ("bound", _KEY),
        ("low", NUMBER),
        ("high", NUMBER),
        ("on", pa.date32()),
        ("since", pa.date32()),
        ("until", pa.date32()),
        ("known", pa.date32()),
        ("announced", pa.date32()),
        ("start", pa.date32()),
        ("end", pa.date32()),
        ("horizon", _KEY),
        ("event", _KEY),
        ("source", _KEY),
        ("part", _KEY),
        ("instead", _KEY),
        ("whole", _KEY),
        ("whole_announced", pa.date32()),
    ]
)
CITATION = "citation"
"""One more column, for people: the citations of the fact as text."""


def label(names: Sequence[str]) -> str | None:
    """The one group that several names make, sorted.

    >>> label(["United States", "Mexico"])
    'Mexico + United States'
    """
    return " + ".join(sorted(set(names))) or None


_Held = TypeVar("_Held")


class Phase(NamedTuple):
    """From a day on: the horizon of a commitment, why it is set aside, and its outermost whole."""

    since: dt.date
    horizon: Horizon | None
    aside: Aside | None = None
    whole: str | None = None


def phases(
    commitment: Commitment,
    events: Iterable[Event],
    asides: Sequence[tuple[dt.date, Aside | None]] = (),
    wholes: Sequence[tuple[dt.date, str | None]] = (),
) -> list[Phase]:
    """The times between which nothing changes that is a key of every row of a commitment."""
    found: list[tuple[dt.date, Horizon | None]] = [(commitment.announced, commitment.horizon)]
    found += [(day_of(event, commitment), event.horizon) for event in events if event.horizon]
    horizons = found[:1]
    for day, horizon in found[1:]:
        now = horizons[-1][1]
        if now is None or (now.start, now.end) != (horizon and (horizon.start, horizon.end)):
            horizons.append((day, horizon))
    others = {day for day, _ in (*asides, *wholes)} - {day for day, _ in horizons}
    kept = [*horizons, *((day, _latest(horizons, day)) for day in others)]
    return [
        Phase(day, horizon, _latest(asides, day), _latest(wholes, day))
        for day, horizon in sorted(kept, key=lambda phase: phase[0])
    ]


def _latest(found: Sequence[tuple[dt.date, _Held]], day: dt.date) -> _Held | None:
    """What holds on a day, of what began on days in order."""
    return next((value for since, value in reversed(found) if since <= day), None)


def movements(
    commitments: Iterable[Commitment],
    events: Mapping[str, Sequence[Event]],
    tags: Iterable[str] = (),
) -> tuple[pa.Table, list[Finding]]:
    """The movements of commitments and of their events, and what is odd about them.

    Columns as in ``SCHEMA``, then ``tag_NAME`` for each tag in use, then ``citation``.
    """
    commitments = tuple(commitments)
    tags = sorted({*tags, *(name for commitment in commitments for name in commitment.tags)})
    columns: list[list[Any]] = [[] for _ in SCHEMA]
    tag_columns: list[list[str | None]] = [[] for _ in tags]
    citations: list[str | None] = []
    findings: list[Finding] = []
    counted = accounts(commitments, events)
    announced = {commitment.id: commitment.announced for commitment in commitments}
    for commitment in watched(commitments, "movements", unit="commitment"):
        account = counted[commitment.id]
        findings.extend(_findings(commitment, account))
        who = (
            commitment.id,
            label(commitment.parties),
            label(commitment.recipients),
            label(commitment.channels),
        )
        keys = phases(commitment, account.events, account.asides, account.wholes)
        shown = [_key(commitment, phase.horizon) for phase in keys]
        values = [commitment.tags.get(name) for name in tags]
        for at, row in enumerate(account.rows):
            number = row.number
            if any(n and n.adjusted() >= INTEGER_DIGITS for n in (number, row.low, row.high)):
                raise AmountError(
                    f"commitment {commitment.id!r}: {number:.6e} {row.unit} has too many digits "
                    f"for a movement, which holds {INTEGER_DIGITS} before the decimal point",
                    value=number,
                )
            source = label([citation.source for citation in row.citations])
            told = cite(row.citations)
            # An announcement belongs to the first horizon, even when that moves the same day.
            first = 0
            if at >= account.announcing:
                first = max(i for i, phase in enumerate(keys) if phase.since <= row.day)
            for nth in range(first, len(keys)):
                phase = keys[nth]
                since = max(row.day, phase.since)
                until = keys[nth + 1].since if nth + 1 < len(keys) else None
                why, whole = phase.aside, phase.whole
                measure = aside(row.measure, why.why) if why else row.measure
                record = (
                    *who, row.unit, measure, number, row.bound, row.low, row.high,
                    row.on, since, until, row.known, commitment.announced, *shown[nth],
                    row.kind, source, row.part, why and why.instead,
                    whole, whole and announced[whole],
                )  # fmt: skip
                for column, value in zip(columns, record, strict=True):
                    column.append(value)
                for column, value in zip(tag_columns, values, strict=True):
                    column.append(value)
                citations.append(told)
    arrays = [_array(values, field.type) for values, field in zip(columns, SCHEMA, strict=True)]
    arrays += [_array(values, _KEY) for values in tag_columns]
    arrays.append(_array(citations, _KEY))
    names = [*SCHEMA.names, *(f"tag_{name}" for name in tags), CITATION]
    return pa.table(arrays, names=names), findings


def _findings(commitment: Commitment, account: Account) -> Iterator[Finding]:
    yield from account.findings
    for words in account.too_large:
        # A ledger refuses it; one that is cut by what was known may hold it.
        yield Finding("error", commitment.id, f"{words}; no more is counted")


def _key(
    commitment: Commitment, horizon: Horizon | None
) -> tuple[dt.date | None, dt.date | None, str]:
    start, end = (horizon.start, horizon.end) if horizon else (None, None)
    return start, end, horizon_class(commitment.announced, end, stated=horizon is not None)


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return pa.array(values, pa.string()).dictionary_encode()
    return pa.array(values, kind)


def cite(citations: Sequence[Citation]) -> str | None:
    """Citations as one text.

    >>> cite([Citation(source="A", place="¶4"), Citation(source="A", place="¶6")])
    'A, ¶4; A, ¶6'
    """
    return "; ".join(str(citation) for citation in citations) or None
