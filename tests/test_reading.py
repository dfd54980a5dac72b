"""Phrases in hand-written ledgers: read as they are stated, kept as they are worded."""

from __future__ import annotations

from pathlib import Path

import pytest

import pledgetrack as pt
from pledgetrack.models import Phrases
from pledgetrack.reading import phrases_of

LEDGER = """
[phrases]
dollar = "USD"
calendar = "US"

[[commitment]]
id = "border"
party = "Mexico"
target = "$1.5 billion"
horizon = "over the next two years"
announced = 2022-07-12
stage = "pledged"

[[commitment]]
id = "refugees"
party = "United States"
targets = ["20,000 refugees", "between 10 and 20 million USD"]
horizon = "FY 2023 and 2024"
announced = "2022-06"
stage = "pledged"

[[event]]
commitment = "border"
kind = "delivered"
on = 2023-05-02
quantity = "over $20m"

[[event]]
commitment = "border"
kind = "revised"
on = 2024-01-10
restated = "$1.6 billion"
horizon = "by the end of next year"
"""


def ledger_of(tmp_path: Path, text: str) -> pt.Ledger:
    """The ledger of a hand-written file."""
    file = tmp_path / "ledger.toml"
    file.write_text(text, encoding="utf-8")
    return pt.read(file)


def mistakes(tmp_path: Path, text: str) -> list[str]:
    """The mistakes in a hand-written file, without its path."""
    with pytest.raises(pt.InvalidLedgerError) as caught:
        ledger_of(tmp_path, text)
    return [str(problem).replace(f"{tmp_path}/", "") for problem in caught.value.problems]


def test_phrases_of_a_file_are_read_and_kept_as_wording(tmp_path: Path) -> None:
    """Targets, quantities and horizons, each from the day of its own record."""
    ledger = ledger_of(tmp_path, LEDGER)
    border, refugees = ledger["border"], ledger["refugees"]
    assert border.targets == (pt.Quantity(number=1_500_000_000, unit="USD"),)
    assert border.targets[0].wording == "$1.5 billion"
    assert str(border.horizon) == "2022-07-12 to 2024-07-11"
    assert border.horizon
    assert border.horizon.wording == "over the next two years"
    assert [str(target) for target in refugees.targets] == [
        "20,000 refugees",
        "between 10,000,000 and 20,000,000 USD",
    ]
    assert str(refugees.horizon) == "2022-10-01 to 2024-09-30"
    delivered, revised = ledger.events
    assert str(delivered.quantity) == "at least 20,000,000 USD"
    assert str(revised.restated) == "1,600,000,000 USD"
    assert str(revised.horizon) == "until 2025-12-31"


@pytest.mark.parametrize("form", [".json", ".csv", ".parquet"])
def test_wordings_and_ranges_come_back_from_every_form(tmp_path: Path, form: str) -> None:
    """Nothing that was read from a phrase is lost in a written file."""
    ledger = ledger_of(tmp_path, LEDGER)
    back = pt.read(pt.write(ledger, tmp_path / f"written{form}"))
    for kind in ("commitments", "events"):
        mine, theirs = getattr(ledger, kind), getattr(back, kind)
        assert [one.model_dump() for one in mine] == [one.model_dump() for one in theirs]


def test_a_refused_phrase_is_a_mistake_of_its_record(tmp_path: Path) -> None:
    """With file, line and record, beside the other mistakes of the same record."""
    text = LEDGER.replace('dollar = "USD"', "").replace('stage = "pledged"', 'stage = "vowed"', 1)
    found = mistakes(tmp_path, text)
    assert any(
        one.startswith("ledger.toml:6: commitment 'border': targets.0: '$1.5 billion' does not say")
        for one in found
    )
    assert any("commitment 'border': stage" in one for one in found)
    assert any("quantity: 'over $20m' does not say" in one for one in found)


def test_a_bad_day_is_not_reported_a_second_time_by_its_horizon(tmp_path: Path) -> None:
    """The field of the day says what is wrong; a phrase that needs no day is still read."""
    text = LEDGER.replace("announced = 2022-07-12", 'announced = "soon"').replace(
        "over the next two years", "in 2024"
    )
    assert mistakes(tmp_path, text) == [
        "ledger.toml:6: commitment 'border': announced: 'soon' is no day; write it as YYYY-MM-DD"
    ]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('[phrases]\ndolar = "USD"', "unknown field 'dolar'; did you mean 'dollar'?"),
        ('[phrases]\ndollar = "$"', "dollar='$' is no ISO 4217 code"),
        ("[phrases]\ndollar = 5", "dollar=5 is no ISO 4217 code"),
        ('[phrases]\nlocale = "pt"', "unknown locale 'pt'"),
        ("[phrases]\nlocale = 5", "unknown locale 5"),
        ('[phrases]\ncalendar = "Mars"', "unknown fiscal calendar 'Mars'"),
        ("[phrases]\ncalendar = 5", "unknown fiscal calendar 5"),
        ("[phrases]\ncalendar = { first_month = 13 }", "first month 13 is not one of 1 to 12"),
        ("[phrases]\ncalendar = { named_by = 'ending' }", "first_month"),
        ("[phrases]\ncalendar = { month = 4 }", "unknown field of calendar 'month'"),
        ('phrases = "USD"', "write it as a table"),
        ('[[phrases]]\ndollar = "USD"', "write it as a table"),
    ],
)
def test_a_wrong_table_of_phrases_is_a_mistake_of_the_file(
    tmp_path: Path, table: str, message: str
) -> None:
    """Whatever is wrong with it, in one line."""
    body = LEDGER.replace('[phrases]\ndollar = "USD"\ncalendar = "US"', table)
    (found,) = mistakes(tmp_path, body)
    assert found.startswith("ledger.toml")
    assert "[phrases]: " in found
    assert message in found


def test_a_calendar_may_be_written_out(tmp_path: Path) -> None:
    """Its first month and its naming."""
    written = 'calendar = { first_month = 4, named_by = "starting" }'
    ledger = ledger_of(tmp_path, LEDGER.replace('calendar = "US"', written))
    assert str(ledger["refugees"].horizon) == "2023-04-01 to 2025-03-31"
    assert phrases_of({"calendar": {"first_month": 4}}).calendar == pt.FiscalCalendar(4)


def test_phrases_of_one_file_do_not_reach_another(tmp_path: Path) -> None:
    """Each file says how its own phrases are read."""
    (tmp_path / "a.toml").write_text(LEDGER, encoding="utf-8")
    other = LEDGER.split("[[commitment]]")[1].replace("border", "other")
    (tmp_path / "b.toml").write_text(f"[[commitment]]{other}", encoding="utf-8")
    with pytest.raises(pt.InvalidLedgerError, match=r"b\.toml:1: commitment 'other'.*whose money"):
        pt.read(tmp_path)


def test_records_made_by_hand_take_phrases_too() -> None:
    """With the words of the phrase kept; what a phrase leaves open comes from the context."""
    fields = {"id": "x", "party": "A", "announced": "2022-04", "stage": "pledged",
              "target": "$3.4bn", "horizon": "within 18 months"}  # fmt: skip
    made = pt.Commitment.model_validate(fields, context=Phrases(dollar="CAD"))
    assert made.targets == (pt.Quantity(number=3_400_000_000, unit="CAD"),)
    # What is known only to the month counts from the month's last day.
    assert str(made.horizon) == "2022-04-30 to 2023-10-29"
    with pytest.raises(ValueError, match="whose money it is"):
        pt.Commitment(**fields)  # type: ignore[arg-type]  # phrases for records
    event = pt.Event(commitment="x", kind="revised", on="2023-12-21", horizon="by January 8")  # type: ignore[arg-type]
    assert str(event.horizon) == "until 2024-01-08"
