"""Doubles: what check says of parts, repetitions and links, case by case."""

from __future__ import annotations

from typing import Any

import pytest

import pledgetrack as pt

SOURCES = [pt.Source(id="plan")]
CITED: dict[str, Any] = {"citation": {"source": "plan"}}
FIRST, LATER = "2024-01-15", "2024-03-01"


def promise(name: str, target: str | None = "100 USD", **fields: Any) -> pt.Commitment:
    """100 USD, pledged on 2024-01-15, unless told otherwise."""
    given = {"party": "A", "announced": FIRST, "stage": "pledged", "target": target, **CITED}
    given = {key: value for key, value in (given | fields).items() if value is not None}
    return pt.Commitment(id=name, **given)


def event(name: str, kind: str, on: str = "2024-02-01", **fields: Any) -> pt.Event:
    """An event that is cited."""
    return pt.Event(commitment=name, kind=kind, on=on, **CITED, **fields)


def findings(
    commitments: list[pt.Commitment], *events: pt.Event, severity: str = "warning"
) -> list[tuple[str, str]]:
    """What check finds, of one severity."""
    table = pt.Ledger(commitments, events, SOURCES).check()
    some = table[table["severity"] == severity]
    return list(zip(some["commitment"], some["finding"], strict=True))


def again(**fields: Any) -> pt.Commitment:
    """The promise announced again."""
    return promise("again", **({"announced": LATER, "repeats": "first"} | fields))


PROPOSED = promise("first", stage="proposed")
ACTION = promise("first", None, stage="proposed")


@pytest.mark.parametrize(
    ("first", "other", "events", "expected"),
    [
        (PROPOSED, again(), [],
         ["pledged here are 100 USD, which no total shows: of 'first', which counts, 0 of 100 USD "
          "are; record a 'pledged' event of it"]),
        (PROPOSED, again(), [event("first", "pledged", quantity="40 USD")],
         ["pledged here are 100 USD, which no total shows: of 'first', which counts, 40 of 100 "
          "USD are; record a 'pledged' event of it"]),
        (promise("first"), again(stage="committed"), [],
         ["committed here are 100 USD, which no total shows: of 'first', which counts, 0 of 100 "
          "USD are; record a 'committed' event of it"]),
        (promise("first"), again(), [event("again", "committed", "2024-04-01")],
         ["committed here are 100 USD, which no total shows: of 'first', which counts, 0 of 100 "
          "USD are; record a 'committed' event of it"]),
        (PROPOSED, again(repeats=None, same_as="first"), [],
         ["pledged here are 100 USD, which no total shows: of 'first', which counts, 0 of 100 USD "
          "are; record a 'pledged' event of it"]),
        (ACTION, again(target=None), [],
         ["pledged, which no total shows: 'first', which counts, is only proposed; record a "
          "'pledged' event of it"]),
        (promise("first", stage="alleged"), again(stage="proposed"), [],
         ["proposed, but 'first', which counts, is only alleged, and no total shows that; let "
          "'first' repeat this one"]),
        # What is as firm, or has nothing left to become firmer, is no finding.
        (promise("first"), again(), [], []),
        (PROPOSED, again(), [event("first", "pledged")], []),
        (PROPOSED, again(), [event("first", "withdrawn")], []),
        (promise("first"), again(stage="proposed"), [], []),
        (ACTION, again(target=None, stage="proposed"), [], []),
        (promise("first", stage="alleged"), again(stage="alleged"), [], []),
    ],
)  # fmt: skip
def test_a_firmer_repetition_is_told_and_what_to_do(
    first: pt.Commitment, other: pt.Commitment, events: list[pt.Event], expected: list[str]
) -> None:
    """Else what is pledged would be in no column, without a word."""
    assert findings([first, other], *events) == [("again", text) for text in expected]


def test_following_that_advice_makes_the_total_right() -> None:
    """The event of the first promise is what the totals show."""
    without = pt.Ledger([PROPOSED, again()], (), SOURCES)
    assert list(without.totals(as_of="2024-12-31")["pledged"]) == [None]
    told = pt.Ledger([PROPOSED, again()], [event("first", "pledged", LATER)], SOURCES)
    assert list(told.totals(as_of="2024-12-31")["pledged"]) == [100]
    assert findings([PROPOSED, again()], event("first", "pledged", LATER)) == []


REVISED = "record what changed as a 'revised' event of it"
OTHERWISE = "where these are right, let this one count instead"


@pytest.mark.parametrize(
    ("fields", "events", "expected"),
    [
        ({"target": "150 USD"}, [],
         "its 150 USD are more than the 100 that stood of 'first' on 2024-03-01, which count; "
         + REVISED),
        ({"target": "98.99 USD"}, [],
         "its 98.99 USD are less than the 100 that stood of 'first' on 2024-03-01, which count; "
         + REVISED),
        ({"target": "150 USD", "repeats": None, "same_as": "first"}, [],
         "its 150 USD are more than the 100 that stood of 'first' on 2024-03-01, which count; "
         + OTHERWISE),
        ({}, [event("first", "withdrawn")],
         "its 100 USD are more than the 0 that stood of 'first' on 2024-03-01, which count; "
         + REVISED),
        ({"target": "99 USD"}, [], None),
        ({"target": "101.01 USD"}, [], None),
        ({"target": "150 USD"}, [event("first", "revised", quantity="50 USD")], None),
        ({"target": "150 USD"}, [event("first", "revised", LATER, quantity="50 USD")], None),
        ({}, [event("first", "revised", "2024-04-01", quantity="50 USD")], None),
    ],
)  # fmt: skip
def test_another_amount_is_noted(
    fields: dict[str, Any], events: list[pt.Event], expected: str | None
) -> None:
    """By more than 1 percent of what stood of the first promise when it was announced again."""
    found = findings([promise("first"), again(**fields)], *events, severity="note")
    texts = [text for name, text in found if not text.startswith("counts in no total")]
    assert texts == ([expected] if expected else [])


def test_other_parties_and_units_are_told_by_name() -> None:
    """A link across them is allowed, and what it takes out of the totals is said."""
    other = promise("twin", party="B", target=None, targets=["100 EUR", "5 hospitals"])
    ledger = pt.link(
        pt.Ledger([promise("first"), other], (), SOURCES), {"first": "twin"}, keep="keys"
    )
    table = ledger.check()
    assert list(table[table["severity"] == "warning"]["finding"]) == [
        "is the same as 'first', but is by 'B', and that by 'A'",
        "its 100 EUR are in no total: 'first', which counts, has no EUR, only USD",
        "its 5 hospitals are in no total: 'first', which counts, has no hospital, only USD",
    ]
    assert findings([promise("first", None), again(party="B")]) == [
        ("again", "its 100 USD are in no total: 'first', which counts, is an action"),
        ("again", "repeats 'first', but is by 'B', and that by 'A'"),
    ]


def test_the_record_at_the_end_of_a_chain_is_the_one_that_counts() -> None:
    """Of three announcements the first alone is in the totals."""
    third = promise("third", announced="2024-05-01", repeats="again", target="150 USD")
    chain = [PROPOSED, again(stage="proposed"), third]
    pledged = event("third", "delivered", "2024-06-01", quantity="10 USD")
    assert findings(chain, pledged) == [
        ("third", "its deliveries are in no total; record them of 'first'"),
        ("third", "pledged here are 150 USD, which no total shows: of 'first', which counts, 0 of "
                  "100 USD are; record a 'pledged' event of it"),
    ]  # fmt: skip
    assert [text for name, text in findings(chain, severity="note") if name == "third"] == [
        "counts in no total: it repeats 'again'",
        "its 150 USD are more than the 100 that stood of 'first' on 2024-05-01, which count; "
        + REVISED,
    ]


def test_a_part_in_another_currency_is_told_where_it_counts() -> None:
    """Beside its whole, or within the nearest whole above that has its currency."""
    top = promise("top", "100 EUR")
    middle = promise("middle", "50 USD", part_of="top")
    leaf = promise("leaf", "10 EUR", part_of="middle")
    assert findings([top, middle, leaf]) == [
        ("leaf", "a part in EUR of 'middle', which is in USD; it is counted as a part of 'top', "
                 "the nearest whole above that is in EUR"),
        ("middle", "a part in USD of 'top', which is in EUR; it is counted beside its whole"),
    ]  # fmt: skip
    ledger = pt.Ledger([top, middle, leaf], (), SOURCES)
    table = ledger.totals(by="commitment", as_of="2024-12-31")
    assert [tuple(row) for row in table[["commitment", "unit", "pledged"]].to_numpy()] == [
        ("leaf", "EUR", 10), ("middle", "USD", 50), ("top", "EUR", 90),
    ]  # fmt: skip
    again_in_euros = promise("again", "100 EUR", announced=LATER, repeats="top")
    assert findings([top, again_in_euros, promise("south", "5 EUR", part_of="again")]) == []


@pytest.mark.parametrize(
    ("commitments", "expected"),
    [
        ([promise("fund"), promise("again", announced="2024-02-01", repeats="fund"),
          promise("p", "60 USD", part_of="fund"),
          promise("q", "60 USD", announced=LATER, part_of="again")],
         ("fund", "its parts add up to 120 USD, more than the 100 that stand of it; no more is "
                  "counted; 'q' is a part of 'again', which repeats 'fund'")),
        ([promise("fund"), promise("p", "60 USD", part_of="fund"), promise("x", "70 USD"),
          promise("y", "60 USD", announced="2024-02-01", same_as="x", part_of="fund")],
         ("fund", "its parts add up to 130 USD, more than the 100 that stand of it; no more is "
                  "counted; 'x' counts instead of 'y', a part of 'fund'")),
        ([promise("fund"), promise("action", None, part_of="fund"),
          promise("p", "60 USD", announced="2024-02-01", part_of="fund"),
          promise("q", "60 USD", announced=LATER, part_of="action")],
         ("fund", "its parts add up to 120 USD, more than the 100 that stand of it; no more is "
                  "counted; 'q' is a part of 'action', which is a part of 'fund'")),
    ],
)  # fmt: skip
def test_parts_that_came_by_others_are_named_where_they_are_too_much(
    commitments: list[pt.Commitment], expected: tuple[str, str]
) -> None:
    """A finding on the whole says through which records the parts are its parts."""
    assert findings(commitments, severity="error") == [expected]
