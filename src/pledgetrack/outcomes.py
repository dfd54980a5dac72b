"""Outcomes: how promises were rated, and the share of kept ones, with its denominator stated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal, get_args

import pandas as pd

from pledgetrack import frames
from pledgetrack.balances import by_commitment, in_order
from pledgetrack.choice import label_of
from pledgetrack.errors import unknown
from pledgetrack.frames import Numbers
from pledgetrack.kin import Kin
from pledgetrack.ledger import Ledger
from pledgetrack.models import Commitment, Event, Outcome
from pledgetrack.quantity import ratio

Superseded = Literal["leave out", "count"]
Of = Literal["promises", "rated"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
TAG = "superseded"
"""The tag of a promise in whose place another one stands."""
_KEYS = ("party", "recipient", "channel", "announced", "commitment")


def outcomes(
    ledger: Ledger,
    by: str | Iterable[str] = (),
    *,
    superseded: Superseded = "leave out",
    of: Of = "promises",
    as_of: object = None,
    known_by: object = None,
    numbers: Numbers = "decimal",
) -> pd.DataFrame:
    """How many promises were kept, broken and so on as of a day, and the share of kept ones.

    A row per group: ``promises`` announced by the day, ``rated`` ones, a column for each outcome
    (the last rating counts), ``superseded`` ones, and ``share_kept``, missing where nothing is
    rated. The share is of all promises, rated or not, or of the rated ones with ``of="rated"``.
    Those with the tag ``superseded`` are in no other column unless ``superseded="count"``. The
    caption names the denominator. Alleged promises, repetitions and linked records do not count.

    >>> import pledgetrack as pt
    >>> said = {"party": "A. Mayor", "announced": "2022-05-01", "stage": "pledged"}
    >>> ledger = pt.Ledger(
    ...     [pt.Commitment(id=name, **said) for name in ("bridge", "school", "tax")],
    ...     [pt.Event(commitment="bridge", kind="rated", on="2024-05-01", outcome="kept")],
    ... )
    >>> table = outcomes(ledger, by="party", as_of="2024-12-31")
    >>> table[["party", "promises", "rated", "kept", "broken", "share_kept"]]
          party  promises  rated  kept  broken                      share_kept
    0  A. Mayor         3      1     1       0  0.3333333333333333333333333333
    >>> table.attrs["caption"]
    'as of 2024-12-31; share kept of all promises, rated or not; superseded ones left out: 0; ...'
    """
    if superseded not in get_args(Superseded):
        raise unknown("way with superseded promises", superseded, get_args(Superseded))
    if of not in get_args(Of):
        raise unknown("denominator", of, get_args(Of))
    day = frames.today(as_of)
    known = ledger if known_by is None else ledger.cut(known_by=known_by)
    keys = [by] if isinstance(by, str) else list(by)
    columns = [_column(key, ledger) for key in keys]
    groups: dict[tuple[str, ...], _Counts] = {}
    for commitment, outcome in _rated(known, day):
        labels = tuple(label_of(commitment, column) for column in columns)
        counts = groups.setdefault(labels, _Counts())
        counts.add(outcome, TAG in commitment.tags, superseded)
    made = pd.DataFrame(
        {key: [labels[at] for labels in sorted(groups)] for at, key in enumerate(keys)},
        dtype=object,
    )
    found = [groups[labels] for labels in sorted(groups)]
    made = made.reindex(range(len(found)))
    for name in ("promises", "rated", *OUTCOMES, "superseded"):
        made[name] = pd.array([counts.of(name) for counts in found], dtype="int64")
    made["share_kept"] = frames.amounts([counts.share(of) for counts in found], numbers)
    return _told(made, known, day, superseded=superseded, of=of, known_by=known_by)


def _told(
    made: pd.DataFrame,
    ledger: Ledger,
    day: dt.date,
    *,
    superseded: Superseded,
    of: Of,
    known_by: object,
) -> pd.DataFrame:
    """The table, with what its caption says."""
    what = "all promises, rated or not" if of == "promises" else "rated promises"
    taken = "left out" if superseded == "leave out" else "counted"
    number = int(made["superseded"].sum())
    made.attrs.update(
        as_of=str(day),
        denominator=f"{what}; superseded ones {taken}: {number}",
        caption=f"as of {day}; share kept of {what}; superseded ones {taken}: {number}",
    )
    frames.told(made, known_by)
    if ledger.sources_to:
        made.attrs["sources_to"] = str(ledger.sources_to)
        made.attrs["caption"] += f"; sources to {ledger.sources_to}"
    return made


def _column(key: str, ledger: Ledger) -> str:
    """The key under which a commitment has a label once and for all."""
    tags = sorted({f"tag_{name}" for commitment in ledger for name in commitment.tags})
    for name in (key, f"tag_{key}"):
        if name in _KEYS or name in tags:
            return name
    raise unknown("key", key, (*_KEYS, *tags))


class _Counts:
    """The promises of one group."""

    def __init__(self) -> None:
        self.counted: dict[str, int] = {}

    def add(self, outcome: str | None, is_superseded: bool, way: Superseded) -> None:
        names = ["superseded"] if is_superseded else []
        if not is_superseded or way == "count":
            names += ["promises", *(["rated", outcome] if outcome else [])]
        for name in names:
            self.counted[name] = self.counted.get(name, 0) + 1

    def of(self, name: str) -> int:
        return self.counted.get(name, 0)

    def share(self, of: Of) -> Decimal | None:
        """The share of kept ones; missing where nothing is rated."""
        if not self.of("rated"):
            return None
        return ratio(Decimal(self.of("kept")), Decimal(self.of(of)))


def _rated(ledger: Ledger, day: dt.date) -> Iterable[tuple[Commitment, str | None]]:
    """Each promise that counts as of a day, and its outcome by then."""
    kin = Kin(ledger.commitments)
    happened = by_commitment(event for event in ledger.events if event.on <= day)
    for commitment in ledger.commitments:
        events = in_order(commitment, happened.get(commitment.id, ()))
        if commitment.announced > day or kin.aside(commitment.id, day):
            continue
        if commitment.stage != "alleged" or _is_firmer(events):
            ratings = [event.outcome for event in events if event.outcome]
            yield commitment, ratings[-1] if ratings else None


def _is_firmer(events: Sequence[Event]) -> bool:
    return any(event.kind in ("pledged", "committed") for event in events)
