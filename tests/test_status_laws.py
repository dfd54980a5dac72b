"""A status table beside the records: every column of every row, found again in plain Python."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

import oracle
import pledgetrack as pt
from examples import times
from pledgetrack import strategies as pts
from pledgetrack.quantity import ratio

WHY = {"repeated": "repeats", "linked": "the same as"}


def together(names: Any) -> str | None:
    """Several names as one label."""
    return " + ".join(sorted(set(names))) or None


def horizon(ledger: pt.Ledger, one: pt.Commitment, day: dt.date) -> pt.Horizon | None:
    """The horizon of a commitment as it stands on a day."""
    moved = [
        (oracle.happens(event, one), event.horizon)
        for event in oracle.all_records(ledger)[1]
        if event.commitment == one.id and event.horizon and oracle.happens(event, one) <= day
    ]
    return max(moved, key=lambda move: move[0])[1] if moved else one.horizon


def last_report(
    ledger: pt.Ledger, one: pt.Commitment, unit: str, day: dt.date
) -> tuple[dt.date | None, str | None]:
    """Day and sources of the last delivery in a unit, or completion, told by a day."""
    told = [
        event for event in oracle.reports(ledger, one, day)
        if unit in (event.quantity.unit, "action")
    ]  # fmt: skip
    told += [
        event for event in oracle.all_records(ledger)[1]
        if event.commitment == one.id and event.kind == "completed"
        and oracle.happens(event, one) <= day
    ]  # fmt: skip
    last = max((event.on for event in told), default=None)
    cited = [together(c.source for c in e.citations) for e in told if e.on == last]
    return last, together(filter(None, cited))


def expected(ledger: pt.Ledger, one: pt.Commitment, day: dt.date) -> list[dict[str, Any]]:
    """The rows of a commitment, from the records alone."""
    now = oracle.state(ledger, one, day)
    if now is None:
        return []
    _, aside = oracle.relations(oracle.all_records(ledger)[0], day)
    why, instead = aside.get(one.id, ("", ""))
    stands = horizon(ledger, one, day)
    end = stands and stands.end
    arrived = oracle.by_unit(oracle.reports(ledger, one, day))
    announced = {target.unit: target.number for target in one.targets}
    made = []
    for unit in {*announced, *arrived} | (set() if announced else {"action"}):
        target = now.targets[unit].standing() if unit in announced else None
        reported, source = last_report(ledger, one, unit, day)
        made.append({
            "commitment": one.id, "party": together(one.parties),
            "status": oracle.status(ledger, one, day), "unit": unit, "target": target,
            "delivered": arrived.get(unit), "share": ratio(arrived.get(unit), target),
            "start": stands and stands.start, "end": end,
            "days_left": (end - day).days if end else None, "reported": reported,
            "original_target": announced.get(unit),
            "original_end": one.horizon and one.horizon.end, "source": source,
            "reason": f"{WHY[why]} {instead!r}" if why else None,
        })  # fmt: skip
    return made


@times(2)
@given(st.one_of(pts.ledgers(), pts.families()), pts.days())
def test_every_column_of_a_status_says_what_the_records_do(ledger: pt.Ledger, day: dt.date) -> None:
    """Each promise announced by then, a row for each target and for what else arrived of it."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in ledger.status(as_of=day).to_dict("records"):
        said = {name: None if pd.isna(value) else value for name, value in row.items()}
        found[row["commitment"], row["unit"]] = {
            name: value.date() if isinstance(value, dt.datetime) else value
            for name, value in said.items()
        }
    rows = [row for one in ledger.commitments for row in expected(ledger, one, day)]
    assert len(found) == len(rows)
    for row in rows:
        assert found[row["commitment"], row["unit"]] == row
        assert isinstance(row["target"], Decimal | None)
