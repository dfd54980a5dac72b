"""What may happen to one promise, course by course: laws that need no oracle but arithmetic."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from examples import times
from pledgetrack import strategies as pts

FIRST, END = dt.date(2024, 1, 15), dt.date(2024, 12, 31)
DAYS = pts.days(FIRST, dt.date(2025, 6, 30))
AMOUNTS = pts.amounts("USD", least=1, most=10**6)


def book(number: Decimal, *events: pt.Event) -> pt.Ledger:
    """A pledge of so many USD until the end of 2024, and what happened to it."""
    promise = pt.Commitment(
        id="aid", party="A", announced=FIRST, stage="pledged", horizon={"end": END},
        target={"number": number, "unit": "USD"},
    )  # fmt: skip
    return pt.Ledger([promise], events)


def event(kind: str, on: dt.date, number: Decimal | None = None, **fields: Any) -> pt.Event:
    """An event of the pledge."""
    quantity = None if number is None else {"number": number, "unit": "USD"}
    return pt.Event(commitment="aid", kind=kind, on=on, quantity=quantity, **fields)


def figures(ledger: pt.Ledger, day: dt.date, **options: Any) -> tuple[Any, ...]:
    """Pledged, delivered, outstanding and the status as of a day."""
    row = ledger.totals(as_of=day, **options).to_dict("records")[0]
    status = ledger.status(as_of=day, **options)["status"][0]
    return row["pledged"], row["delivered"], row["outstanding"], status


def later(day: dt.date, days: int = 1) -> dt.date:
    """So many days later."""
    return day + dt.timedelta(days=days)


@given(AMOUNTS, AMOUNTS, AMOUNTS, DAYS, st.booleans())
def test_a_promise_revised_below_what_arrived_is_fulfilled_and_over_delivered(
    number: Decimal, arrived: Decimal, to: Decimal, day: dt.date, by: bool
) -> None:
    """By an amount or restated: pledged is what it says now, outstanding may fall below 0."""
    first = event("delivered", FIRST, arrived)
    if by:
        revised = event("revised", day, to - number)
    else:
        revised = event("revised", day, restated={"number": to, "unit": "USD"})
    pledged, delivered, outstanding, status = figures(book(number, first, revised), day)
    assert (pledged, delivered, outstanding) == (to, arrived, to - arrived)
    late = "overdue" if day > END else "in progress"
    assert status == ("fulfilled" if arrived >= to else late)


@given(AMOUNTS, pts.days(FIRST, END), DAYS)
def test_a_moved_horizon_makes_overdue_and_undoes_it(
    number: Decimal, moved: dt.date, end: dt.date
) -> None:
    """Judged by the horizon as it stands on the day; the original end stays beside it."""
    ledger = book(number, event("revised", moved, horizon={"end": end}))
    for day in (max(moved, end), later(max(moved, end))):
        row = ledger.status(as_of=day).to_dict("records")[0]
        assert row["end"] == end
        assert row["original_end"] == END
        assert row["status"] == ("overdue" if day > end else "nothing reported")
        overdue = ledger.totals(as_of=day)["overdue"][0]
        assert overdue == (number if day > end else None)


@given(AMOUNTS, st.sampled_from(["rejected", "withdrawn", "expired"]), DAYS, st.integers(1, 300))
def test_what_is_reopened_stands_as_before(
    number: Decimal, kind: str, day: dt.date, days: int
) -> None:
    """Taken back on one day, there again on another; both days are changes that cancel out."""
    again = later(day, days)
    ledger = book(number, event(kind, day), event("reopened", again))
    assert figures(ledger, later(again, -1)) == (0, None, 0, kind)
    assert figures(ledger, again) == figures(book(number), again)
    news = ledger.changes(since=later(day, -1) if day > FIRST else day, until=again)
    moved = [number for number in news["pledged"] if number is not None]
    assert sum(moved) == (0 if day > FIRST else number)


@given(AMOUNTS, pts.days(FIRST, dt.date(2024, 6, 1)), st.integers(1, 200))
def test_what_is_suspended_is_stalled_until_it_is_resumed(
    number: Decimal, day: dt.date, days: int
) -> None:
    """No amount moves."""
    resumed = later(day, days)
    ledger = book(number, event("suspended", day), event("resumed", resumed))
    assert figures(ledger, later(resumed, -1)) == (number, None, number, "stalled")
    assert figures(ledger, resumed) == (number, None, number, "nothing reported")


@given(AMOUNTS, AMOUNTS, AMOUNTS, pts.days(FIRST, dt.date(2024, 6, 1)), st.integers(1, 200))
def test_a_refund_reopens_a_fulfilled_promise(
    number: Decimal, more: Decimal, back: Decimal, day: dt.date, days: int
) -> None:
    """Unless more than enough had arrived."""
    refunded = later(day, days)
    arrived = number + more
    ledger = book(number, event("delivered", day, arrived), event("delivered", refunded, -back))
    assert figures(ledger, later(refunded, -1)) == (number, arrived, -more, "fulfilled")
    left = arrived - back
    kept = left >= number
    status = "fulfilled" if kept else "in progress" if left > 0 else "nothing delivered"
    assert figures(ledger, refunded) == (number, left, number - left, status)
    news = ledger.changes(since=later(refunded, -1), until=refunded)
    expected = ["refunded"] if kept else ["refunded", "status"]
    assert list(news["change"]) == expected


@times(2)
@given(
    AMOUNTS,
    st.lists(st.tuples(DAYS, st.integers(0, 300), AMOUNTS), max_size=4),
    st.tuples(DAYS, st.integers(0, 300)),
    DAYS,
    DAYS,
)
def test_deliveries_and_a_withdrawal_known_in_another_order(
    number: Decimal, deliveries: list[Any], end: tuple[dt.date, int], day: dt.date, known: dt.date
) -> None:
    """What arrived of a withdrawn promise stands, before it or after it, once it is known."""
    withdrawn = event("withdrawn", end[0], known=later(*end))
    arrived = [event("delivered", on, n, known=later(on, late)) for on, late, n in deliveries]
    ledger = book(number, withdrawn, *arrived)
    told = [e for e in arrived if e.on <= day and e.known <= known]
    total = sum((e.quantity.number for e in told), Decimal(0))
    is_over = withdrawn.on <= day and later(*end) <= known
    standing = min(number, total) if is_over else number
    pledged, delivered, outstanding, status = figures(ledger, day, known_by=known)
    assert (pledged, delivered) == (standing, total if told else None)
    assert outstanding == (standing - total if standing else 0)
    if is_over and total < number and not told:
        assert status == "withdrawn"
    if not is_over and total >= number:
        assert status.startswith("fulfilled")


# --- worked by hand -------------------------------------------------------------------------------


def pledge(name: str, number: int = 100, on: str = "2024-01-15", **fields: Any) -> pt.Commitment:
    """A pledge of so many USD until the end of 2024, unless told otherwise."""
    given = {"party": "A", "stage": "pledged", "horizon": {"end": END}} | fields
    return pt.Commitment(id=name, announced=on, target={"number": number, "unit": "USD"}, **given)


def fact(name: str, kind: str, on: str, number: int | None = None, **fields: Any) -> pt.Event:
    """What happened to one of them."""
    quantity = None if number is None else {"number": number, "unit": "USD"}
    return pt.Event(commitment=name, kind=kind, on=on, quantity=quantity, **fields)


PART = pledge("part", 30, "2024-02-01", part_of="aid")
ENDED_AND_BACK = pt.Ledger(
    [pledge("aid"), PART],
    [fact("part", "delivered", "2024-03-01", 10), fact("aid", "withdrawn", "2024-04-01"),
     fact("aid", "reopened", "2024-05-01")],
)  # fmt: skip
LATE_REFUND = pt.Ledger(
    [pledge("aid")],
    [fact("aid", "delivered", "2024-06-01", 100),
     fact("aid", "delivered", "2024-09-01", -40, known="2025-02-01")],
)  # fmt: skip
LATE_WITHDRAWAL = pt.Ledger(
    [pledge("aid")],
    [fact("aid", "withdrawn", "2024-03-01", known="2024-09-01"),
     fact("aid", "delivered", "2024-04-01", 20)],
)  # fmt: skip
OVER_DELIVERED_PART = pt.Ledger(
    [pledge("aid"), PART], [fact("part", "delivered", "2024-03-01", 50)]
)
OLD_IN_A_PACKAGE = pt.Ledger(
    [pledge("old", 40, "2024-01-10"), pledge("aid"),
     pledge("again", 40, repeats="old", part_of="aid")],
    [fact("old", "delivered", "2024-02-01", 15)],
)  # fmt: skip
MOVED_AND_BACK = pt.Ledger(
    [pledge("aid")],
    [fact("aid", "revised", "2024-06-01", horizon={"end": "2025-06-30"}),
     fact("aid", "revised", "2024-09-01", horizon={"end": END}, known="2025-02-01")],
)  # fmt: skip
LINKED = pt.link(
    pt.Ledger([pledge("a:1"), pledge("b:1", 99, "2024-02-01")],
              [fact("a:1", "delivered", "2024-03-01", 40),
               fact("b:1", "delivered", "2024-03-02", 41)]),
    {"a:1": "b:1"}, keep="b",
)  # fmt: skip
WITHDRAWN_PART = pt.Ledger(
    [pledge("aid"), PART],
    [fact("part", "delivered", "2024-03-01", 10), fact("part", "withdrawn", "2024-04-01"),
     fact("aid", "revised", "2024-05-01", -50)],
)  # fmt: skip


@pytest.mark.parametrize(
    ("ledger", "day", "known", "expected", "status"),
    [
        # Pledged, delivered, outstanding and overdue of all together; the status of each.
        (ENDED_AND_BACK, "2024-03-31", None, (100, 10, 90, None), ["in progress", "in progress"]),
        (ENDED_AND_BACK, "2024-04-30", None, (10, 10, 0, None), ["withdrawn", "withdrawn"]),
        (ENDED_AND_BACK, "2024-05-01", None, (100, 10, 90, None), ["in progress", "in progress"]),
        (LATE_REFUND, "2025-03-01", "2025-01-31", (100, 100, 0, 0), ["fulfilled"]),
        (LATE_REFUND, "2025-03-01", "2025-02-01", (100, 60, 40, 40), ["overdue"]),
        (LATE_WITHDRAWAL, "2024-05-01", "2024-08-31", (100, 20, 80, None), ["in progress"]),
        (LATE_WITHDRAWAL, "2024-05-01", "2024-09-01", (20, 20, 0, None), ["withdrawn"]),
        (OVER_DELIVERED_PART, "2025-01-01", None, (100, 50, 50, 50), ["overdue", "fulfilled"]),
        (OLD_IN_A_PACKAGE, "2024-01-14", None, (40, None, 40, None), ["nothing reported"]),
        (OLD_IN_A_PACKAGE, "2024-02-01", None, (100, 15, 85, None),
         ["nothing reported", "in progress", "in progress"]),
        (MOVED_AND_BACK, "2025-03-01", "2025-01-31", (100, None, 100, None), ["nothing reported"]),
        (MOVED_AND_BACK, "2025-03-01", "2025-02-01", (100, None, 100, 100), ["overdue"]),
        (LINKED, "2024-01-31", None, (100, None, 100, None), ["nothing reported"]),
        (LINKED, "2024-03-02", None, (99, 41, 58, None), ["in progress", "in progress"]),
        (WITHDRAWN_PART, "2024-04-01", None, (100, 10, 90, None), ["in progress", "withdrawn"]),
        (WITHDRAWN_PART, "2024-05-01", None, (50, 10, 40, None), ["in progress", "withdrawn"]),
    ],
)  # fmt: skip
def test_what_totals_and_statuses_say_by_hand(
    ledger: pt.Ledger, day: str, known: str | None, expected: tuple[Any, ...], status: list[str]
) -> None:
    """Of parts, repeats, links, refunds and ends, as of a day and as known by one."""
    (row,) = ledger.totals(as_of=day, known_by=known).to_dict("records")
    columns = ("pledged", "delivered", "outstanding", "overdue")
    assert tuple(row[name] for name in columns) == expected
    assert list(ledger.status(as_of=day, known_by=known)["status"]) == status
    last = ledger.timeline(freq="quarter", as_of=day, known_by=known).iloc[-1]
    assert tuple(last[name] for name in columns) == expected


def test_what_became_known_late_is_told_between_two_days_of_knowledge() -> None:
    """The refund makes an old fulfilment overdue, and a delivery told late undoes an overdue."""
    table = pt.changes(
        LATE_REFUND.cut(known_by="2025-01-31"), LATE_REFUND.cut(known_by="2025-02-01"),
        until="2025-03-01",
    )  # fmt: skip
    assert list(table["change"]) == ["refunded", "status"]
    assert (table["delivered"][0], table["before"][1], table["after"][1]) == (
        -40, "fulfilled", "overdue",
    )  # fmt: skip
    news = ENDED_AND_BACK.changes(since="2024-03-31", until="2024-05-01")
    moved = [number for number in news["pledged"] if number is not None]
    assert sum(moved) == 0
    assert "status" not in set(news["change"])
