"""Check: every finding, with a ledger of a few lines that shows it."""

from __future__ import annotations

from typing import Any

import pytest

import pledgetrack as pt

CITED = {"citation": {"source": "plan", "place": "p. 1"}}


def promise(**fields: Any) -> pt.Commitment:
    """100 USD, pledged on 2024-01-15, unless told otherwise."""
    given = {
        "id": "aid",
        "party": "Mexico",
        "announced": "2024-01-15",
        "stage": "pledged",
        "target": {"number": "100", "unit": "USD"},
        **CITED,
        **fields,
    }
    return pt.Commitment(**{name: value for name, value in given.items() if value is not None})


def event(kind: str, on: str = "2024-02-01", number: str | None = None, **fields: Any) -> pt.Event:
    """An event of that commitment, in USD unless told otherwise."""
    unit = fields.pop("unit", "USD")
    if number is not None:
        fields["quantity"] = {"number": number, "unit": unit}
    given = {name: value for name, value in (CITED | fields).items() if value is not None}
    return pt.Event(commitment="aid", kind=kind, on=on, **given)


def findings(commitment: pt.Commitment, *events: pt.Event) -> list[tuple[str, str]]:
    """Severity and words of all that check finds."""
    ledger = pt.Ledger([commitment], events, [pt.Source(id="plan")])
    table = ledger.check()
    assert set(table["commitment"]) <= {"aid"}
    return list(zip(table["severity"], table["finding"], strict=True))


ACTION = {"target": None}

FOUND: dict[str, tuple[pt.Commitment, list[pt.Event], str, str]] = {
    # A figure is not what a record says.
    "more withdrawn than there was": (
        promise(), [event("withdrawn", number="100.01")], "error",
        "withdrawn on 2024-02-01: 100.01 USD is more than there is; 100 counted",
    ),
    "more withdrawn than was left": (
        promise(), [event("withdrawn", "2024-02-01", "60"), event("rejected", "2024-03-01", "60")],
        "error", "rejected on 2024-03-01: 60 USD is more than there is; 40 counted",
    ),
    "more pledged than was proposed": (
        promise(stage="proposed"), [event("pledged", number="1500")], "error",
        "pledged on 2024-02-01: 1,500 USD is more than there is; 100 counted",
    ),
    "more committed than was there": (
        promise(), [event("committed", number="101")], "error",
        "committed on 2024-02-01: 101 USD is more than there is; 100 counted",
    ),
    "revised to below zero": (
        promise(), [event("revised", number="-101")], "error",
        "revised on 2024-02-01: 101 USD is more than there is; 100 counted",
    ),
    "more refunded than had arrived": (
        promise(),
        [event("delivered", "2024-02-01", "10"), event("delivered", "2024-03-01", "-11")], "error",
        "delivered on 2024-03-01: brings what was delivered to -1 USD",
    ),
    # Something is odd.
    "a commitment without a citation": (promise(citation=None), [], "warning", "no citation"),
    "an event without a citation": (
        promise(), [event("suspended", citation=None)], "warning",
        "suspended on 2024-02-01: no citation",
    ),
    "a target of nothing": (
        promise(target={"number": "0", "unit": "USD"}), [], "warning", "a target of 0 USD",
    ),
    "due before it was announced": (
        promise(horizon={"end": "2023-12-31"}), [], "warning",
        "due on 2023-12-31, before it was announced on 2024-01-15",
    ),
    "an event recorded twice": (
        promise(), [event("delivered", number="5")] * 2, "warning",
        "recorded 2 times: event 'delivered' of 'aid' on 2024-02-01",
    ),
    "a unit that looks like a slip": (
        promise(target={"number": "5", "unit": "station"}),
        [event("delivered", number="2", unit="stations")], "warning",
        "2 delivered in 'stations', which is no target; is it 'station'?",
    ),
    "a unit that is no target": (
        promise(), [event("delivered", number="2", unit="visa")], "warning",
        "2 delivered in 'visa', which is no target; no share",
    ),
    "delivered without a pledge": (
        promise(stage="proposed"), [event("delivered", number="2")], "warning",
        "something was delivered, but the promise is only proposed",
    ),
    "delivered of what is alleged": (
        promise(stage="alleged"), [event("delivered", number="2")], "warning",
        "something was delivered, but the promise is only alleged",
    ),
    "more delivered than promised": (
        promise(), [event("delivered", number="1000"), event("revised", "2024-03-01", "50")],
        "note",
        "1,000 USD delivered, more than the 150 promised",
    ),
    "more delivered than what it was restated to": (
        promise(target={"number": "100", "unit": "USD", "bound": "up to"}),
        [event("revised", restated={"number": "120", "unit": "USD"}),
         event("delivered", "2024-03-01", "121")], "note",
        "121 USD delivered, more than the 120 promised",
    ),
    "completed without delivery": (
        promise(), [event("completed")], "warning",
        "completed on 2024-02-01: the target in USD was not seen delivered",
    ),
    "ended twice": (
        promise(), [event("withdrawn"), event("expired", "2024-03-01")], "warning",
        "expired on 2024-03-01: the commitment had ended before",
    ),
    "delivered after the end": (
        promise(), [event("withdrawn"), event("delivered", "2024-03-01", "5")], "warning",
        "delivered on 2024-03-01: the commitment had ended before",
    ),
    "completed after the end": (
        promise(**ACTION), [event("withdrawn"), event("completed", "2024-03-01")], "warning",
        "completed on 2024-03-01: the commitment had ended before",
    ),
    "revised after the end": (
        promise(), [event("withdrawn"), event("revised", "2024-03-01", "5")], "warning",
        "revised on 2024-03-01: revises a commitment that has ended",
    ),
    "restated after a part was taken back": (
        promise(),
        [event("withdrawn", number="30"),
         event("revised", "2024-03-01", restated={"number": "200", "unit": "USD"})], "warning",
        "revised on 2024-03-01: restates a target of which 30 USD were taken back; "
        "they stay taken back",
    ),
    "reopened without an end": (
        promise(), [event("reopened")], "warning",
        "reopened on 2024-02-01: there was nothing to reopen",
    ),
    "suspended twice": (
        promise(), [event("suspended"), event("suspended", "2024-03-01")], "warning",
        "suspended on 2024-03-01: it was suspended already",
    ),
    "resumed without a suspension": (
        promise(), [event("resumed")], "warning", "resumed on 2024-02-01: it was not suspended",
    ),
    # Something is worth knowing.
    "delivered of an action": (
        promise(**ACTION), [event("delivered", number="1300", unit="visa")], "note",
        "1,300 delivered in 'visa', which is no target; no share",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FOUND)
def test_check_finds(case: str) -> None:
    """Each oddity is found once, with its severity, the day and the amount."""
    commitment, events, severity, words = FOUND[case]
    assert findings(commitment, *events) == [(severity, words)]


def test_a_refund_in_a_unit_that_is_no_target_is_two_findings() -> None:
    """Nothing had arrived in that unit, and nothing of it was promised."""
    assert findings(promise(), event("delivered", number="-1", unit="visa")) == [
        ("error", "delivered on 2024-02-01: brings what was delivered to -1 visa"),
        ("warning", "-1 delivered in 'visa', which is no target; no share"),
    ]


CLEAN: dict[str, tuple[pt.Commitment, list[pt.Event]]] = {
    "a promise": (promise(), []),
    "an action done": (promise(**ACTION), [event("completed")]),
    "all delivered": (promise(), [event("delivered", number="100"), event("completed")]),
    "more delivered than at least so much": (
        promise(target={"number": "100", "unit": "USD", "bound": "at least"}),
        [event("delivered", number="150")],
    ),
    "delivered of what was once promised": (
        promise(), [event("delivered", number="100"), event("revised", "2024-03-01", "-50")],
    ),
    "as much as a revision added": (
        promise(), [event("revised", number="50"), event("delivered", "2024-03-01", "150")],
    ),
    "as much as the range has": (
        promise(target={"number": "100", "unit": "USD", "most": "150"}),
        [event("delivered", number="150")],
    ),
    "a refund": (
        promise(),
        [event("delivered", "2024-02-01", "10"), event("delivered", "2024-03-01", "-10")],
    ),
    "all withdrawn": (promise(), [event("withdrawn", number="100")]),
    "reopened": (
        promise(),
        [event("withdrawn"), event("reopened", "2024-03-01"),
         event("delivered", "2024-04-01", "5")],
    ),
    "suspended and resumed": (
        promise(), [event("suspended"), event("resumed", "2024-03-01"),
                    event("suspended", "2024-04-01"), event("resumed", "2024-05-01")],
    ),
    "made firmer and delivered": (
        promise(stage="proposed"),
        [event("pledged"), event("committed", "2024-03-01"), event("delivered", "2024-04-01", "5")],
    ),
    "equal reports of two days": (
        promise(), [event("delivered", "2024-02-01", "5"), event("delivered", "2024-02-02", "5")],
    ),
    "revised and moved": (
        promise(horizon={"end": "2024-12-31"}),
        [event("revised", "2024-03-01", "-50", horizon={"end": "2025-12-31"})],
    ),
    "due within the month of its announcement": (
        promise(announced="2024-01", horizon={"end": "2024-01-05"}), [],
    ),
    "rated": (promise(), [event("rated", outcome="kept")]),
}  # fmt: skip


@pytest.mark.parametrize("case", CLEAN)
def test_check_finds_nothing_in_a_clean_ledger(case: str) -> None:
    """What is allowed and usual is no finding."""
    commitment, events = CLEAN[case]
    assert findings(commitment, *events) == []


def test_an_empty_ledger_has_no_findings() -> None:
    """Nothing recorded is nothing odd, and the columns are there."""
    table = pt.Ledger().check()
    assert (len(table), list(table)) == (0, ["severity", "commitment", "finding"])


def test_findings_are_a_table_with_the_gravest_first() -> None:
    """Errors, then warnings, then notes; within each by commitment."""
    ids = ("b", "a")
    promises = [promise(id=name, citation=None, party=f"Party {name}") for name in ids]
    actions = [promise(id=f"{name}-action", **ACTION) for name in ids]
    events = [
        pt.Event(
            commitment=name, kind="withdrawn", on="2024-02-01", **CITED,
            quantity={"number": "200", "unit": "USD"},
        )
        for name in ids
    ] + [
        pt.Event(
            commitment=f"{name}-action", kind="delivered", on="2024-02-01", **CITED,
            quantity={"number": "200", "unit": "visa"},
        )
        for name in ids
    ]  # fmt: skip
    table = pt.Ledger([*promises, *actions], events, [pt.Source(id="plan")]).check()
    assert list(table) == ["severity", "commitment", "finding"]
    assert list(table["severity"]) == ["error"] * 2 + ["warning"] * 2 + ["note"] * 2
    assert list(table["commitment"]) == ["a", "b", "a", "b", "a-action", "b-action"]
    assert list(table.index) == list(range(6))


def test_two_spellings_of_one_party_are_found() -> None:
    """A slip of the pen splits a party's total in two."""
    ledger = pt.Ledger(
        [promise(party="United States"), promise(id="b", party="Untied States")],
        sources=[pt.Source(id="plan")],
    )
    row = ledger.check().iloc[0]
    assert row["severity"] == "warning"
    assert "'Untied States' is spelled much like 'United States'" in row["finding"]


@pytest.mark.parametrize(
    ("one", "other"), [("Niger", "Nigeria"), ("North Korea", "South Korea"), ("Iran", "Iraq")]
)
def test_other_parties_are_not_taken_for_one(one: str, other: str) -> None:
    """Names that are alike and mean two parties are left in peace."""
    ledger = pt.Ledger(
        [promise(party=one), promise(id="b", party=other)], sources=[pt.Source(id="plan")]
    )
    assert len(ledger.check()) == 0


def test_findings_of_the_chosen_commitments_are_shown() -> None:
    """After a choice, check speaks of what was chosen."""
    ledger = pt.Ledger(
        [promise(citation=None), promise(id="b", citation=None)], sources=[pt.Source(id="plan")]
    )
    assert list(ledger.filter(commitment="b").check()["commitment"]) == ["b"]


def test_taking_back_what_was_delivered_is_found() -> None:
    """Withdrawing 80 of 100 after 30 arrived leaves less standing than arrived."""
    found = findings(promise(), event("delivered", number="30"), event("withdrawn", number="80"))
    words = "withdrawn on 2024-02-01: leaves 20 USD standing, less than the 30 delivered"
    assert ("warning", words) in found


def test_a_completion_is_judged_by_the_target_as_it_stands() -> None:
    """40 of 100 are enough once 60 were taken off."""
    less = event("revised", number="-60")
    done = event("completed", on="2024-04-01")
    found = findings(promise(), less, event("delivered", "2024-03-01", "40"), done)
    assert not [words for _, words in found if "seen delivered" in words]
