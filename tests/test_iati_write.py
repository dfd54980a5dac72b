"""Ledgers written as IATI: what is read back is the same money, and the file is valid."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from lxml import etree

import pledgetrack as pt
from iati_files import activity, budget, iati, org, transaction
from pledgetrack import strategies
from pledgetrack.units import is_currency
from test_iati_laws import Drawn, drawn, written

DAY = dt.date(2024, 6, 30)
MEASURES = ("pledged", "committed", "delivered")
AMOUNTS = settings(suppress_health_check=list(HealthCheck))


@cache
def schema(data: Path) -> etree.XMLSchema:
    """The schema of the standard."""
    return etree.XMLSchema(etree.parse(data / "iati/xsd/2.03/iati-activities-schema.xsd"))


def has_money(ledger: pt.Ledger) -> bool:
    """Whether there is money that is at least pledged, or delivered."""
    rows = ledger.movements()
    return any(
        measure in MEASURES and is_currency(unit)
        for unit, measure in zip(rows["unit"], rows["measure"], strict=True)
    )


def money(ledger: pt.Ledger, day: dt.date, *keys: str) -> dict[tuple[str, ...], Decimal]:
    """What is pledged, committed and delivered in money that is not 0."""
    table = ledger.totals(by=["party", *keys], as_of=day)
    return {
        (*(row[key] for key in ("party", *keys)), row["unit"], measure): row[measure]
        for row in table.to_dict("records")
        for measure in MEASURES
        if is_currency(row["unit"]) and row[measure]
    }


def there_and_back(ledger: pt.Ledger, folder: Path, **options: Any) -> tuple[pt.Ledger, bytes]:
    """What is read of what was written, and the file."""
    path = folder / "aid.xml"
    pt.write_iati(ledger, path, **options)
    return pt.read_iati(path), path.read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the files of drawn ledgers."""
    return tmp_path_factory.mktemp("iati")


@given(ledger=strategies.ledgers(), day=strategies.days())
def test_what_is_read_back_is_the_same_money(ledger: pt.Ledger, day: dt.date, folder: Path) -> None:
    """By party and currency, as of any day."""
    assume(has_money(ledger))
    again, _ = there_and_back(ledger, folder)
    for at in (day, dt.date(2035, 1, 1)):
        assert money(again, at) == money(ledger, at)


@given(ledger=strategies.ledgers())
def test_writing_what_was_read_of_it_changes_nothing(ledger: pt.Ledger, folder: Path) -> None:
    """The second file is the first one, byte for byte."""
    assume(has_money(ledger))
    again, first = there_and_back(ledger, folder)
    assert there_and_back(again, folder)[1] == first


@given(activities=st.lists(drawn(), min_size=1, max_size=3))
def test_activities_that_were_read_are_written_as_they_were(
    activities: list[Drawn], folder: Path
) -> None:
    """Identifiers, ids, recipients and schedules come back, and the same file."""
    ledger = pt.read_iati(written(activities))
    assume(has_money(ledger))
    again, first = there_and_back(ledger, folder)
    day = dt.date(2035, 1, 1)
    assert money(again, day, "recipient", "tag_activity") == money(
        ledger, day, "recipient", "tag_activity"
    )
    assert {one.id for one in again} <= {one.id for one in ledger} | {
        f"{one.id} (pledged)" for one in ledger
    }
    keys = ["kind", "commitment", "unit", "planned", "records"]
    plans = [one.schedule("commitment")[keys] for one in (ledger, again)]
    assert plans[0].equals(plans[1])
    assert there_and_back(again, folder)[1] == first


@given(ledger=strategies.ledgers())
def test_every_file_is_valid(ledger: pt.Ledger, folder: Path, data: Path) -> None:
    """By the schema of 2.03."""
    assume(has_money(ledger))
    _, file = there_and_back(ledger, folder)
    schema(data).assertValid(etree.parse(io.BytesIO(file)))
