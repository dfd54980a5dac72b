"""Changes: what a reader of an older ledger and of a newer one must see."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import oracle
import pledgetrack as pt
from examples import times
from pledgetrack import strategies as pts

MEASURES = ("proposed", "pledged", "committed", "delivered")
SOURCES = [pt.Source(id="speech"), pt.Source(id="audit")]
PLEDGE = pt.Commitment(
    id="aid", party="A", announced="2024-01-15", stage="pledged", citation={"source": "speech"},
    target={"number": 100, "unit": "USD"}, horizon={"end": "2024-12-31"},
)  # fmt: skip


def event(kind: str, on: str, number: object = None, **fields: Any) -> pt.Event:
    """An event of the pledge, of so many USD or without a quantity."""
    quantity = None if number is None else {"number": number, "unit": "USD"}
    return pt.Event(commitment="aid", kind=kind, on=on, quantity=quantity, **fields)


def ledger(*events: pt.Event, pledge: pt.Commitment = PLEDGE) -> pt.Ledger:
    """The pledge and what happened to it."""
    return pt.Ledger([pledge], events, SOURCES)


def shown(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Each change: its word, the amounts that moved, before and after."""
    plain = table.astype(object).where(table.notna(), None)
    return [
        (
            row["change"],
            {name: row[name] for name in MEASURES if row[name] is not None},
            row["before"],
            row["after"],
        )
        for row in plain.to_dict("records")
    ]


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        (event("delivered", "2024-03-01", 30),
         [("delivered", {"delivered": 30}, None, None),
          ("status", {}, "nothing reported", "in progress")]),
        (event("delivered", "2024-03-01", 0),
         [("delivered", {"delivered": 0}, None, None),
          ("status", {}, "nothing reported", "nothing delivered")]),
        (event("delivered", "2024-03-01", -5),
         [("refunded", {"delivered": -5}, None, None),
          ("status", {}, "nothing reported", "nothing delivered")]),
        (event("committed", "2024-03-01", 60), [("committed", {"committed": 60}, None, None)]),
        (event("revised", "2024-03-01", 20), [("revised up", {"pledged": 20}, None, None)]),
        (event("revised", "2024-03-01", -20), [("revised down", {"pledged": -20}, None, None)]),
        (event("revised", "2024-03-01", restated={"number": 70, "unit": "USD"}),
         [("revised down", {"pledged": -30}, None, None)]),
        (event("revised", "2024-03-01", restated={"number": 100, "unit": "USD"}),
         [("revised", {"pledged": 0}, None, None)]),
        (event("revised", "2024-03-01", horizon={"end": "2025-06-30"}),
         [("horizon moved", {}, "until 2024-12-31", "until 2025-06-30")]),
        (event("withdrawn", "2024-03-01"),
         [("withdrawn", {"pledged": -100}, None, None),
          ("status", {}, "nothing reported", "withdrawn")]),
        (event("rejected", "2024-03-01", 40), [("rejected", {"pledged": -40}, None, None)]),
        (event("expired", "2024-03-01"),
         [("expired", {"pledged": -100}, None, None),
          ("status", {}, "nothing reported", "expired")]),
        (event("suspended", "2024-03-01"),
         [("suspended", {}, None, None), ("status", {}, "nothing reported", "stalled")]),
        (event("completed", "2024-03-01"),
         [("completed", {}, None, None), ("status", {}, "nothing reported", "fulfilled")]),
        (event("rated", "2024-03-01", outcome="broken"), [("rated", {}, None, "broken")]),
    ],
    ids=lambda value: value.kind if isinstance(value, pt.Event) else "",
)  # fmt: skip
def test_each_fact_is_a_change(happened: pt.Event, expected: list[Any]) -> None:
    """By its own word, with what it moved; and the status where that moved too."""
    table = ledger(happened).changes(since="2024-02-29", until="2024-03-01")
    assert shown(table) == expected
    assert list(table["commitment"]) == ["aid"] * len(expected)
    assert table["on"][0] == dt.date(2024, 3, 1)


def test_what_is_reopened_resumed_and_firmer_is_a_change() -> None:
    """A course of events, seen in two steps."""
    proposal = PLEDGE.model_copy(update={"stage": "proposed"})
    course = ledger(
        event("rejected", "2024-02-01"), event("reopened", "2024-03-01"),
        event("pledged", "2024-04-01", 80), event("suspended", "2024-05-01"),
        event("resumed", "2024-06-01"), pledge=proposal,
    )  # fmt: skip
    first = course.changes(since="2024-02-01", until="2024-03-31")
    assert shown(first) == [
        ("reopened", {"proposed": 100}, None, None), ("status", {}, "rejected", "proposed"),
    ]  # fmt: skip
    then = course.changes(since="2024-03-31", until="2024-07-01")
    assert shown(then) == [
        ("pledged", {"proposed": -80, "pledged": 80}, None, None), ("suspended", {}, None, None),
        ("resumed", {}, None, None), ("status", {}, "proposed", "nothing reported"),
    ]  # fmt: skip


def test_a_new_promise_comes_with_its_status_and_a_dropped_one_goes_with_it() -> None:
    """Last month's file and today's: with amounts and the citation of the announcement."""
    old, new = ledger(event("delivered", "2024-02-01", 30)), pt.Ledger(sources=SOURCES)
    gone = pt.changes(old, new, until="2024-06-01")
    assert shown(gone) == [("dropped", {"pledged": -100, "delivered": -30}, "in progress", None)]
    come = pt.changes(new, old, until="2024-06-01")
    assert shown(come) == [
        ("new", {"pledged": 100}, None, "in progress"),
        ("delivered", {"delivered": 30}, None, None),
    ]
    assert come["citation"][0] == "speech"


def test_facts_of_one_kind_day_and_place_are_told_together() -> None:
    """Two instalments in one report are one line, with their sum."""
    table = ledger(
        event("delivered", "2024-03-01", 30), event("delivered", "2024-03-01", 5)
    ).changes(since="2024-02-01", until="2024-03-01")
    assert shown(table)[0] == ("delivered", {"delivered": 35}, None, None)
    assert list(table["change"]) == ["delivered", "status"]


TO = {"number": 70, "unit": "USD"}
AGAIN = {"number": 100, "unit": "USD"}
ROUGHLY = {"number": 30, "unit": "USD", "bound": "at least"}


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        ([event("delivered", "2024-03-01", 30), event("delivered", "2024-03-01", -5)],
         [("delivered", {"delivered": 30}, None, None),
          ("refunded", {"delivered": -5}, None, None)]),
        ([event("delivered", "2024-03-01", n) for n in (30, -5, 12, -1, 0)],
         [("delivered", {"delivered": 42}, None, None),
          ("refunded", {"delivered": -6}, None, None)]),
        ([event("revised", "2024-03-01", 20), event("revised", "2024-03-01", -50)],
         [("revised up", {"pledged": 20}, None, None),
          ("revised down", {"pledged": -50}, None, None)]),
        ([event("revised", "2024-03-01", 20), event("revised", "2024-03-01", -20)],
         [("revised up", {"pledged": 20}, None, None),
          ("revised down", {"pledged": -20}, None, None)]),
        ([event("revised", "2024-03-01", restated=TO), event("revised", "2024-03-01", 50)],
         [("revised up", {"pledged": 50}, None, None),
          ("revised down", {"pledged": -30}, None, None)]),
        ([event("revised", "2024-03-01", restated=AGAIN), event("revised", "2024-03-01", -50)],
         [("revised", {"pledged": 0}, None, None),
          ("revised down", {"pledged": -50}, None, None)]),
        ([event("revised", "2024-03-01", 20),
          event("revised", "2024-03-01", horizon={"end": "2025-06-30"})],
         [("horizon moved", {}, "until 2024-12-31", "until 2025-06-30"),
          ("revised up", {"pledged": 20}, None, None)]),
        ([pt.Event(commitment="aid", kind="revised", on="2024-03-01", quantity=ROUGHLY),
          event("revised", "2024-03-01", -50)],
         [("revised up", {"pledged": 30}, None, None),
          ("revised down", {"pledged": -50}, None, None)]),
    ],
)  # fmt: skip
def test_what_goes_up_and_what_goes_down_are_rows_apart(
    happened: list[pt.Event], expected: list[Any]
) -> None:
    """On one day, in one place: each with its own amounts, and the movements behind it."""
    book = ledger(*happened)
    table = book.changes(since="2024-02-01", until="2024-03-01")
    told = [row for row in shown(table) if row[0] != "status"]
    assert sorted(told, key=str) == sorted(expected, key=str)
    for at, row in enumerate(table.to_dict("records")):
        for name in MEASURES:
            counts = [c for c in book.explain(table, at, measure=name)["counts"] if c is not None]
            assert row[name] == (sum(counts) if counts else None) or row["change"] == "status"


def test_what_arrived_of_a_part_is_told_beside_what_arrived_of_its_whole() -> None:
    """One report names both: the whole has a row of its own delivery, and one of its part's."""
    part = PLEDGE.model_copy(update={"id": "north", "part_of": "aid",
                                     "targets": (pt.Quantity(number=40, unit="USD"),)})  # fmt: skip
    arrived = event("delivered", "2024-03-01", 30)
    book = pt.Ledger(
        [PLEDGE, part], [arrived, arrived.model_copy(update={"commitment": "north"})], SOURCES
    )
    table = book.changes(since="2024-02-01", until="2024-03-01")
    assert [row for row, name in zip(shown(table), table["commitment"], strict=True)
            if name == "aid" and row[0] != "status"] == [
        ("delivered", {"delivered": 30}, None, None), ("part delivered", {}, None, "north"),
    ]  # fmt: skip
    assert list(book.explain(table, 0)["measure"]) == ["delivered"]


def test_of_two_facts_of_a_day_one_is_corrected_and_one_is_dropped() -> None:
    """Each takes its own amounts with it."""
    old = ledger(event("delivered", "2024-03-01", 30), event("delivered", "2024-03-01", -5))
    new = ledger(event("delivered", "2024-03-01", 35))
    assert shown(pt.changes(old, new, until="2024-06-01")) == [
        ("fact dropped", {"delivered": 5}, "delivered -5 USD on 2024-03-01", None),
        ("corrected", {"delivered": 5}, "quantity: 30 USD", "quantity: 35 USD"),
    ]
    back = pt.changes(new, old, until="2024-06-01")
    assert shown(back) == [
        ("corrected", {"delivered": -5}, "quantity: 35 USD", "quantity: 30 USD"),
        ("refunded", {"delivered": -5}, None, None),
    ]
    gone = pt.changes(old, ledger(), until="2024-06-01")
    assert shown(gone)[:2] == [
        ("fact dropped", {"delivered": -30}, "delivered 30 USD on 2024-03-01", None),
        ("fact dropped", {"delivered": 5}, "delivered -5 USD on 2024-03-01", None),
    ]


def test_time_alone_changes_a_status() -> None:
    """Overdue on silence is a change without a fact."""
    table = ledger().changes(since="2024-12-31", until="2025-01-01")
    assert shown(table) == [("status", {}, "nothing reported", "overdue")]
    assert table["on"].isna().all()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (event("delivered", "2024-03-01", 30), event("delivered", "2024-03-01", 35),
         [("corrected", {"delivered": 5}, "quantity: 30 USD", "quantity: 35 USD")]),
        (event("delivered", "2024-03-01", 30), event("delivered", "2024-03-02", 30),
         [("corrected", {"delivered": 0}, "on: 2024-03-01", "on: 2024-03-02")]),
        (event("delivered", "2024-03-01", 30),
         event("delivered", "2024-03-01", 30, citation={"source": "audit"}),
         [("corrected", {"delivered": 0}, "citations: not stated", "citations: audit")]),
        (event("rated", "2024-03-01", outcome="kept"),
         event("rated", "2024-03-01", outcome="broken"),
         [("corrected", {}, "outcome: kept", "outcome: broken")]),
        (event("delivered", "2024-03-01", 30), event("withdrawn", "2024-03-05", 10),
         [("fact dropped", {"delivered": -30}, "delivered 30 USD on 2024-03-01", None),
          ("withdrawn", {"pledged": -10}, None, None),
          ("status", {}, "in progress", "nothing reported")]),
    ],
)  # fmt: skip
def test_a_corrected_fact_is_told_from_a_dropped_one(
    old: pt.Event, new: pt.Event, expected: list[Any]
) -> None:
    """Of one kind, on one day or of one amount: it is the same fact, told otherwise."""
    assert shown(pt.changes(ledger(old), ledger(new), until="2024-06-01")) == expected


def test_a_corrected_promise_says_what_was_corrected() -> None:
    """Every field that differs, and what it moved."""
    fields = {"targets": (pt.Quantity(number=120, unit="USD"),), "title": "Aid", "tags": {"a": "b"}}
    new = PLEDGE.model_copy(update=fields)
    table = pt.changes(ledger(), ledger(pledge=new), until="2024-06-01")
    assert shown(table) == [
        ("corrected", {"pledged": 20}, "title: not stated; targets: 100 USD; tags: not stated",
         "title: Aid; targets: 120 USD; tags: a = b"),
    ]  # fmt: skip


def test_a_late_fact_may_make_another_count_otherwise() -> None:
    """The raise was known late: the withdrawal of 110 took 100 then, and 110 now."""
    raised = event("revised", "2024-02-01", 20, known="2024-09-01")
    whole = ledger(raised, event("withdrawn", "2024-03-01", 110))
    options: dict[str, Any] = {"until": "2024-12-01"}
    table = pt.changes(
        whole.cut(known_by="2024-06-01"), whole.cut(known_by="2024-09-01"), **options
    )
    assert shown(table)[:2] == [
        ("revised up", {"pledged": 20}, None, None),
        ("recounted", {"pledged": -10}, "withdrawn on 2024-03-01", "withdrawn on 2024-03-01"),
    ]
    assert shown(table)[2:] == [("status", {}, "withdrawn", "nothing reported")]


def test_a_rating_shows_the_one_before() -> None:
    """In the order of their days."""
    rated = ledger(
        event("rated", "2024-03-01", outcome="kept"), event("rated", "2024-05-01", outcome="broken")
    )
    assert shown(rated.changes(since="2024-04-01", until="2024-06-01")) == [
        ("rated", {}, "kept", "broken")
    ]


def test_known_by_holds_for_both_days() -> None:
    """What was unknown is no change."""
    whole = ledger(event("delivered", "2024-03-01", 30, known="2024-09-01"))
    days = {"since": "2024-02-01", "until": "2024-06-01"}
    assert len(whole.changes(**days, known_by="2024-08-31")) == 0
    table = whole.changes(**days, known_by="2024-09-01")
    assert shown(table)[0] == ("delivered", {"delivered": 30}, None, None)
    assert table.attrs["known_by"] == "2024-09-01"
    assert table.attrs["caption"].startswith("from 2024-02-01 to 2024-06-01; known by 2024-09-01")


def test_slips_are_refused() -> None:
    """Days the wrong way round, no ledger, other choices."""
    with pytest.raises(pt.DayError, match="since 2024-06-01 is after until 2024-01-01"):
        ledger().changes(since="2024-06-01", until="2024-01-01")
    with pytest.raises(pt.PledgetrackError, match="'dict' is no ledger"):
        pt.changes({}, ledger())
    with pytest.raises(pt.PledgetrackError, match="filter both alike"):
        pt.changes(ledger(), ledger().filter(unit="USD"))


@pytest.mark.parametrize("options", [{}, {"since": None}, {"until": "2024-06-01"}])
def test_changes_of_one_ledger_need_a_day_to_start_from(options: dict[str, Any]) -> None:
    """No empty table, as if nothing had changed."""
    with pytest.raises(pt.DayError, match=r"changes since when\? pass since=.*pt\.changes"):
        ledger().changes(**options)


@pytest.mark.parametrize(
    "since", ["movements", "totals", "status", "summary", "timeline", "changes"]
)
def test_an_option_that_a_table_has_not_is_refused_by_name(since: str) -> None:
    """Whatever it is called: with the options that there are."""
    for name in ("frob", "day", "until", "as_at"):
        if (since, name) == ("changes", "until"):
            continue
        with pytest.raises(pt.UnknownNameError, match=f"unknown option '{name}'") as caught:
            getattr(ledger(), since)(**{name: "2024-01-01"})
        assert {"known_by", "into", "rates"} < set(caught.value.choices)
    with pytest.raises(pt.UnknownNameError, match="unknown option 'day'"):
        pt.changes(ledger(), ledger(), day="2024-01-01")  # type: ignore[call-arg]


def test_known_by_counts_of_two_ledgers_what_was_known() -> None:
    """Both are cut by that day."""
    new = ledger(event("delivered", "2024-03-01", 30, known="2024-09-01"))
    days = {"since": "2024-01-31", "until": "2024-12-01"}
    assert len(pt.changes(ledger(), new, known_by="2024-08-31", **days)) == 0
    table = pt.changes(ledger(), new, known_by="2024-09-01", **days)
    assert shown(table)[0] == ("delivered", {"delivered": 30}, None, None)
    assert table.attrs["known_by"] == "2024-09-01"


def test_changes_have_their_columns_even_where_there_is_none() -> None:
    """An empty table is a table."""
    table = pt.changes(ledger(), ledger())
    assert list(table) == [
        "commitment", "party", "change", "unit", *MEASURES, "before", "after", "on", "known",
        "citation",
    ]  # fmt: skip
    assert len(table) == 0


# --- laws -----------------------------------------------------------------------------------------


def amounts(table: pd.DataFrame) -> dict[tuple[str, str, str], Decimal]:
    """What the changes add up to, by commitment, unit and measure."""
    made: dict[tuple[str, str, str], Decimal] = {}
    for row in table.to_dict("records"):
        for name in MEASURES:
            if row[name] is not None:
                key = (row["commitment"], row["unit"], name)
                made[key] = made.get(key, Decimal(0)) + row[name]
    return {key: number for key, number in made.items() if number}


def status_changes(table: pd.DataFrame) -> dict[str, tuple[Any, Any]]:
    """The status of each commitment before and after, where it changed; None is not there."""
    told = table[table["change"].isin(["status", "new", "dropped"])]
    plain = told.astype(object).where(told.notna(), None)
    return {row["commitment"]: (row["before"], row["after"]) for row in plain.to_dict("records")}


@st.composite
def revised_ledgers(draw: Any) -> list[pt.Ledger]:
    """Three files of one ledger, of which each has lost, gained and corrected records."""
    whole = draw(pts.ledgers(max_commitments=3, max_events=4))
    made = []
    for _ in range(3):
        promised = []
        for commitment in draw(st.sets(st.sampled_from(whole.commitments))) if len(whole) else ():
            fields = draw(st.sampled_from([{}, {}, {"title": "Aid"}, {"note": "checked"}]))
            promised.append(commitment.model_copy(update=fields))
        names = {commitment.id for commitment in promised}
        happened = []
        for one in whole.events:
            if one.commitment in names and draw(st.integers(0, 4)):
                note = draw(st.sampled_from([None, None, "as printed"]))
                happened.append(one.model_copy(update={"note": note}))
        made.append(pt.Ledger(promised, happened, whole.sources, whole.parties))
    return made


@given(revised_ledgers(), st.lists(pts.days(), min_size=3, max_size=3).map(sorted))
def test_changes_compose(files: list[pt.Ledger], days: list[dt.date]) -> None:
    """From a to b and from b to c: amounts add up to those from a to c, and statuses chain.

    For each commitment, unit and measure the changes add up to newer less older balance; the
    status after the first changes is the status before the second.
    """
    a, b, c = files
    first = pt.changes(a, b, since=days[0], until=days[1])
    second = pt.changes(b, c, since=days[1], until=days[2])
    both = pt.changes(a, c, since=days[0], until=days[2])
    total = amounts(first)
    for key, number in amounts(second).items():
        total[key] = total.get(key, Decimal(0)) + number
    assert {key: number for key, number in total.items() if number} == amounts(both)
    chained = {}
    one, two = status_changes(first), status_changes(second)
    for name in {*one, *two}:
        if name in one and name in two:
            assert one[name][1] == two[name][0]
        chained[name] = (one.get(name, two.get(name))[0], two.get(name, one.get(name))[1])
    assert {n: pair for n, pair in chained.items() if pair[0] != pair[1]} == status_changes(both)


@given(revised_ledgers(), st.lists(pts.days(), min_size=2, max_size=2).map(sorted))
def test_changes_are_newer_less_older_balances(files: list[pt.Ledger], days: list[dt.date]) -> None:
    """Beside the oracle: every balance, every status; and nothing where the views are equal."""
    old, new, _ = files
    table = pt.changes(old, new, since=days[0], until=days[1])
    expected: dict[tuple[str, str, str], Decimal] = {}
    status: dict[str, list[Any]] = {}
    for at, (book, day, sign) in enumerate(((old, days[0], -1), (new, days[1], 1))):
        for commitment in book.commitments:
            for (unit, name), number in oracle.balances(book, commitment, day).items():
                if name in MEASURES:
                    key = (commitment.id, unit, name)
                    expected[key] = expected.get(key, Decimal(0)) + sign * number
            pair = status.setdefault(commitment.id, [None, None])
            pair[at] = oracle.status(book, commitment, day)
    assert amounts(table) == {key: number for key, number in expected.items() if number}
    moved = {name: tuple(pair) for name, pair in status.items() if pair[0] != pair[1]}
    assert status_changes(table) == moved
    cuts = old.cut(days[0]), new.cut(days[1])
    equal = cuts[0].commitments == cuts[1].commitments and cuts[0].events == cuts[1].events
    if equal and not moved:
        assert len(table) == 0
    if not equal:
        assert len(table) > 0
    assert len(pt.changes(old, old, until=days[1])) == 0


@times(2)
@given(pts.ledgers(max_commitments=2), pts.days())
def test_deliveries_and_refunds_are_told_as_they_were_recorded(
    book: pt.Ledger, day: dt.date
) -> None:
    """Whatever else happened on their day, in their place: each sum is that of its own records.

    Nor does a revision up show an amount that goes down, or one down an amount that goes up.
    """
    table = pt.changes(pt.Ledger((), (), book.sources, book.parties), book, until=day)
    expected: dict[tuple[Any, ...], Decimal] = {}
    for one in book.events:
        commitment = book[one.commitment]
        if one.kind == "delivered" and one.quantity and commitment.announced <= day >= one.on:
            word = "refunded" if one.quantity.number < 0 else "delivered"
            place = "; ".join(map(str, one.citations))
            key = (one.commitment, word, one.quantity.unit, one.on, one.known or one.on, place)
            expected[key] = expected.get(key, Decimal(0)) + one.quantity.number
    found: dict[tuple[Any, ...], Decimal] = {}
    for row in table.astype(object).where(table.notna(), None).to_dict("records"):
        if row["change"] in ("delivered", "refunded") and row["delivered"] is not None:
            key = tuple(row[n] for n in ("commitment", "change", "unit", "on", "known"))
            key = (*key, row["citation"] or "")
            assert key not in found
            found[key] = row["delivered"]
        if row["change"] in ("revised up", "revised down"):
            ups = 1 if row["change"] == "revised up" else -1
            assert all(ups * row[n] >= 0 for n in MEASURES if row[n] is not None)
    shown = {key for key in expected if reason(book, key[0], day) is None}
    assert found == {key: expected[key] for key in shown}


def reason(book: pt.Ledger, name: str, day: dt.date) -> object:
    """Why a commitment counts in no total, if so."""
    table = book.status(as_of=day).set_index("commitment")
    value = table["reason"][name] if name in table.index else None
    value = value.iloc[0] if isinstance(value, pd.Series) else value
    return None if pd.isna(value) else value


@given(pts.ledgers(), st.lists(pts.days(), min_size=2, max_size=2).map(sorted), st.data())
def test_changes_of_a_choice_are_changes_of_its_totals(
    book: pt.Ledger, days: list[dt.date], data: st.DataObject
) -> None:
    """After filter, the changes are those of the figures that are left, whatever was chosen."""
    key = data.draw(st.sampled_from(["unit", "horizon", "source", "due"]))
    labels = sorted(set(book.totals(by=key, as_of=days[1])[key]))
    if not labels:
        return
    some = book.filter(**{key: data.draw(st.sampled_from(labels))})
    expected: dict[tuple[str, str, str], Decimal] = {}
    for day, sign in ((days[0], -1), (days[1], 1)):
        for row in some.totals(by="commitment", as_of=day).to_dict("records"):
            for name in MEASURES:
                if row[name] is not None:
                    cell = (row["commitment"], row["unit"], name)
                    expected[cell] = expected.get(cell, Decimal(0)) + sign * row[name]
    found = amounts(some.changes(since=days[0], until=days[1]))
    assert found == {cell: number for cell, number in expected.items() if number}


def test_revisions_of_two_units_on_one_day_go_each_its_way() -> None:
    """Dollars up and euros down are never added."""
    promise = pt.Commitment(
        id="a", party="P", announced="2020-01-01", stage="pledged", targets=["10 USD", "10 EUR"]
    )
    revised = [
        pt.Event(commitment="a", kind="revised", on="2020-02-01", quantity=quantity)
        for quantity in ("30 USD", "-10 EUR")
    ]
    made = pt.Ledger([promise], revised).changes(since="2020-01-15", until="2020-12-31")
    assert list(zip(made["change"], made["unit"], made["pledged"], strict=True)) == [
        ("revised down", "EUR", -10),
        ("revised up", "USD", 30),
    ]
