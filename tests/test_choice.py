"""Some of the records: what had happened, and what had become known, by a day."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import pledgetrack as pt

PLEDGE = pt.Commitment(
    id="aid", party="A", announced="2024-01-15", stage="pledged", citation={"source": "speech"},
    target={"number": 100, "unit": "USD"}, horizon={"end": "2024-12-31"},
)  # fmt: skip
SOURCES = [
    pt.Source(id="speech", published="2024-01-15"),
    pt.Source(id="audit", published="2025-03-01"),
]


def event(kind: str, on: str, number: int | None = None, **fields: Any) -> pt.Event:
    """An event of the pledge."""
    quantity = None if number is None else {"number": number, "unit": "USD"}
    return pt.Event(commitment="aid", kind=kind, on=on, quantity=quantity, **fields)


LEDGER = pt.Ledger(
    [PLEDGE],
    [
        event("withdrawn", "2024-06-01"),
        event("delivered", "2024-05-01", 30, known="2024-09-01"),
        event("delivered", "2024-07-01", 5, known="2024-08-01", citation={"source": "audit"}),
    ],
    SOURCES,
)


@pytest.mark.parametrize(
    ("known_by", "pledged", "delivered"),
    [("2024-05-31", 100, None), ("2024-06-01", 0, None), ("2024-08-01", 5, 5),
     ("2024-09-01", 35, 35)],
)  # fmt: skip
def test_deliveries_known_after_a_withdrawal_count_from_then(
    known_by: str, pledged: int, delivered: int | None
) -> None:
    """What arrived of an ended commitment stands, once it is known; in whatever order."""
    row = LEDGER.totals(as_of="2024-12-31", known_by=known_by).to_dict("records")[0]
    assert (row["pledged"], row["delivered"]) == (pledged, delivered)


def test_a_result_says_by_when_its_facts_were_known() -> None:
    """In its attributes and its caption, and the sources reach no further than was known."""
    table = LEDGER.totals(as_of="2024-12-31", known_by="2024-07-01")
    assert table.attrs["known_by"] == "2024-07-01"
    assert table.attrs["caption"] == (
        "as of 2024-12-31; known by 2024-07-01; sources to 2024-01-15"
    )
    assert "known_by" not in LEDGER.totals(as_of="2024-12-31").attrs


def test_a_source_published_later_stays_where_something_known_cites_it() -> None:
    """A citation never points to nothing."""
    assert [s.id for s in LEDGER.cut(known_by="2024-07-31").sources] == ["speech"]
    assert [s.id for s in LEDGER.cut(known_by="2024-08-01").sources] == ["audit", "speech"]


def test_an_event_is_known_with_its_commitment_at_the_earliest() -> None:
    """Nothing can be told of a promise that nobody knew of."""
    promise = PLEDGE.model_copy(update={"known": PLEDGE.announced.replace(month=9)})
    arrived = event("delivered", "2024-02-01", 30)
    ledger = pt.Ledger([promise], [arrived], SOURCES)
    assert len(ledger.totals(as_of="2024-12-31", known_by="2024-09-14")) == 0
    assert list(ledger.totals(as_of="2024-12-31", known_by="2024-09-15")["delivered"]) == [30]


def test_filter_by_status_judges_what_was_known() -> None:
    """The withdrawal of June was unknown in May."""
    day = {"as_of": "2024-12-31"}
    assert len(LEDGER.filter(status="withdrawn", **day, known_by="2024-05-31")) == 0
    assert len(LEDGER.filter(status="withdrawn", **day, known_by="2024-06-01")) == 1


def test_cut_asks_for_a_day() -> None:
    """A cut at nothing is refused."""
    with pytest.raises(pt.DayError, match="pass a day, known_by= or both"):
        LEDGER.cut()


@pytest.mark.parametrize("table", [pt.totals, pt.summary, pt.status])
def test_a_frame_with_later_knowledge_is_refused(table: Any) -> None:
    """Leaving its rows out one by one would be wrong: 65 of the withdrawal would be missing."""
    rows = LEDGER.movements()
    with pytest.raises(pt.FrameError, match=r"known_by='2024-08-31'\)") as caught:
        table(rows, as_of="2024-12-31", known_by="2024-08-31")
    assert caught.value.columns == ("known",)
    made = table(rows, as_of="2024-12-31", known_by="2024-09-01")
    assert made.attrs["caption"] == "as of 2024-12-31; known by 2024-09-01"
    with pytest.raises(pt.FrameError, match="no column 'known'"):
        table(rows.drop(columns="known"), as_of="2024-12-31", known_by="2024-09-01")


def test_known_by_takes_days_and_nothing_else() -> None:
    """A slip is refused as everywhere."""
    with pytest.raises(pt.DayError, match="YYYY-MM-DD"):
        LEDGER.totals(as_of="2024-12-31", known_by="last week")


def test_what_was_known_is_counted_anew() -> None:
    """A revision known late changes what the withdrawal before took."""
    raised = event("revised", "2024-05-01", 20, known="2024-10-01")
    ledger = pt.Ledger([PLEDGE], [raised, event("withdrawn", "2024-06-01", 110)], SOURCES)
    then = ledger.movements(known_by="2024-06-30")
    assert list(then["number"]) == [Decimal(100), Decimal(-100)]
    assert list(ledger.movements()["number"]) == [Decimal(100), Decimal(20), Decimal(-110)]


# --- what a choice needs of the rest --------------------------------------------------------------


def of_fund(name: str, number: int, **fields: Any) -> pt.Commitment:
    """A pledge of so many USD that is a part of the fund, unless a test says otherwise."""
    given: dict[str, Any] = {
        "party": "A", "announced": "2024-02-01", "stage": "pledged",
        "target": {"number": number, "unit": "USD"}, "part_of": "fund",
    }  # fmt: skip
    return pt.Commitment(id=name, **{**given, **fields})


FAMILY = pt.Ledger(
    [
        of_fund("fund", 100, part_of=None, announced="2024-01-01", recipient="all"),
        of_fund("north", 30, recipient="North"),
        of_fund("south", 20, recipient="South"),
        of_fund("again", 100, part_of=None, repeats="fund", recipient="all"),
        of_fund("alone", 7, part_of=None),
    ]
)


def test_a_choice_shows_what_the_whole_ledger_shows() -> None:
    """The kin of what is chosen still count, though they are not in the choice."""
    north = FAMILY.filter(recipient="North")
    assert ([one.id for one in north], len(north), "fund" in north) == (["north"], 1, False)
    assert north.events == ()
    assert not north.is_whole
    assert set(north.movements()["commitment"]) == {"north"}
    assert set(north.check()["commitment"]) <= {"north"}
    assert list(FAMILY.filter(commitment="fund").totals(as_of="2024-12-31")["pledged"]) == [50]
    again = FAMILY.filter(commitment="again")
    assert list(again.status(as_of="2024-12-31")["reason"]) == ["repeats 'fund'"]
    assert FAMILY.filter(commitment="alone").is_whole


def test_choices_of_one_ledger_can_be_joined() -> None:
    """What one leaves out and the other shows is shown; the order does not matter."""
    north, fund = FAMILY.filter(commitment="north"), FAMILY.filter(commitment="fund")
    both = north + fund
    assert both == fund + north
    assert [one.id for one in both] == ["fund", "north"]
    assert list(both.totals(as_of="2024-12-31")["pledged"]) == [80]
    rest = FAMILY.filter(commitment=["south", "again", "alone"])
    assert both + rest == FAMILY
    assert (both + rest).is_whole
    assert north.filter(party="A") == north
    assert north.cut("2024-01-15") == FAMILY.cut("2024-01-15").filter(commitment="north")


def test_a_choice_without_its_kin_is_not_written(tmp_path: Path) -> None:
    """A file would not have the rest, and its totals would be others."""
    with pytest.raises(pt.PledgetrackError, match="leaves out what a chosen promise is a part of"):
        pt.write(FAMILY.filter(commitment="north"), tmp_path / "a.json")
    pt.write(FAMILY.filter(commitment="alone"), tmp_path / "a.json")


def test_a_chosen_part_is_converted_at_the_rate_of_its_whole() -> None:
    """The whole is not in the choice, and its day is still that of the rate."""
    rates = pt.Rates.from_frame(
        pd.DataFrame({"day": ["2024-01-01", "2024-02-01"], "EUR": ["0.5", "0.8"]}),
        base="USD", max_gap=400, source="two days",
    )  # fmt: skip
    options: dict[str, Any] = {"into": "EUR", "rates": rates, "as_of": "2024-12-31"}
    whole = FAMILY.totals(by="commitment", **options)
    assert dict(zip(whole["commitment"], whole["pledged"], strict=True)) == {
        "alone": Decimal("5.6"), "fund": 25, "north": 15, "south": 10,
    }  # fmt: skip
    assert list(FAMILY.filter(commitment="north").totals(**options)["pledged"]) == [15]
