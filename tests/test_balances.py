"""The one rule that gives every balance: short courses of facts, and what they come to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack import strategies as pts
from pledgetrack.balances import Course, Row, day_of, in_order, rank
from pledgetrack.models import EVENT_KINDS
from pledgetrack.targets import Balance

TWO = [{"number": 100, "unit": "USD"}, {"number": 26, "unit": "project"}]


def promise(stage: str = "pledged", number: object = 100, **fields: Any) -> pt.Commitment:
    """A promise of so many USD on the first day of 2024."""
    base = {"announced": "2024-01-01", "targets": [{"number": number, "unit": "USD"}]}
    return pt.Commitment(id="x", party="A", stage=stage, **{**base, **fields})


def event(kind: str, number: object = None, on: str = "2024-02-01", **fields: Any) -> pt.Event:
    """An event of the promise, of so many USD or without a quantity."""
    bound = fields.pop("bound", "exact")
    if number is not None:
        fields["quantity"] = {"number": number, "unit": "USD", "bound": bound}
    return pt.Event(commitment="x", kind=kind, on=on, **fields)


def wording(happened: pt.Event) -> str | None:
    """The words of an event's amount."""
    return happened.quantity and happened.quantity.wording


def to(number: object, on: str = "2024-02-01", **fields: Any) -> pt.Event:
    """A revision to so many USD."""
    return event("revised", on=on, restated={"number": number, "unit": "USD"}, **fields)


def daily(*facts: tuple[str, object]) -> list[pt.Event]:
    """Events on one day after another; "to" is a revision to an amount."""
    days = [f"2024-02-{at:02d}" for at in range(1, len(facts) + 1)]
    return [
        to(number, day) if kind == "to" else event(kind, number, day)
        for (kind, number), day in zip(facts, days, strict=True)
    ]


def balances(rows: Iterable[Row], unit: str = "USD") -> dict[str, Decimal]:
    """What the rows of a unit add up to, without the balances that are 0."""
    found: dict[str, Decimal] = {}
    for row in rows:
        if row.unit == unit and row.measure and row.number is not None:
            found[row.measure] = found.get(row.measure, Decimal(0)) + row.number
    return {measure: number for measure, number in found.items() if number}


Facts = list[tuple[str, object]]

COURSES: dict[str, tuple[str, Facts, dict[str, int]]] = {
    # Announcements.
    "an alleged promise": ("alleged", [], {"alleged": 100}),
    "a proposal": ("proposed", [], {"proposed": 100}),
    "a pledge": ("pledged", [], {"pledged": 100}),
    "a commitment is a pledge too": ("committed", [], {"pledged": 100, "committed": 100}),
    # Firming up.
    "a part is pledged": ("proposed", [("pledged", 40)], {"proposed": 60, "pledged": 40}),
    "parts add up": (
        "proposed", [("pledged", 40), ("pledged", 25)], {"proposed": 35, "pledged": 65},
    ),
    "all of it is pledged": ("proposed", [("pledged", 40), ("pledged", None)], {"pledged": 100}),
    "an allegation is confirmed in part": (
        "alleged", [("pledged", 40)], {"alleged": 60, "pledged": 40},
    ),
    "a part is committed": ("pledged", [("committed", 30)], {"pledged": 100, "committed": 30}),
    "committing raises the pledge": (
        "proposed", [("committed", 30)], {"proposed": 70, "pledged": 30, "committed": 30},
    ),
    "committing beyond the pledge raises it": (
        "proposed", [("pledged", 20), ("committed", 30)],
        {"proposed": 70, "pledged": 30, "committed": 30},
    ),
    "committing within the pledge leaves it": (
        "proposed", [("pledged", 50), ("committed", 30)],
        {"proposed": 50, "pledged": 50, "committed": 30},
    ),
    "all of it is committed": (
        "alleged", [("committed", None)], {"pledged": 100, "committed": 100},
    ),
    "pledging again changes nothing": ("pledged", [("pledged", None)], {"pledged": 100}),
    # Revisions.
    "revised up": ("pledged", [("revised", 20)], {"pledged": 120}),
    "revised down": ("pledged", [("revised", -20)], {"pledged": 80}),
    "revised to": ("pledged", [("to", 70)], {"pledged": 70}),
    "revised to nothing and back": ("pledged", [("to", 0), ("to", 70)], {"pledged": 70}),
    "a whole part moves with a revision": (
        "proposed", [("pledged", 100), ("revised", 50)], {"pledged": 150},
    ),
    "a whole commitment moves with a revision": (
        "pledged", [("committed", 100), ("to", 150)], {"pledged": 150, "committed": 150},
    ),
    "a part stays when the whole moves": (
        "proposed", [("pledged", 40), ("revised", 50)], {"proposed": 110, "pledged": 40},
    ),
    "a part is cut with the whole": ("proposed", [("pledged", 40), ("to", 30)], {"pledged": 30}),
    "a revision below what was delivered": (
        "pledged", [("delivered", 90), ("to", 60)], {"pledged": 60, "delivered": 90},
    ),
    "a proposal is raised": ("proposed", [("revised", 50)], {"proposed": 150}),
    "an allegation is restated": ("alleged", [("to", 5)], {"alleged": 5}),
    # Deliveries.
    "delivery raises no other column": (
        "pledged", [("delivered", 30), ("delivered", 20)], {"pledged": 100, "delivered": 50},
    ),
    "a refund": (
        "pledged", [("delivered", 30), ("delivered", -10)], {"pledged": 100, "delivered": 20},
    ),
    "more arrives than was promised": (
        "pledged", [("delivered", 130)], {"pledged": 100, "delivered": 130},
    ),
    "a proposal delivers": ("proposed", [("delivered", 30)], {"proposed": 100, "delivered": 30}),
    # Taking back.
    "withdrawn": ("pledged", [("withdrawn", None)], {}),
    "rejected": ("proposed", [("rejected", None)], {}),
    "expired": ("committed", [("expired", None)], {}),
    "withdrawn in part": ("pledged", [("withdrawn", 30)], {"pledged": 70}),
    "withdrawn in parts": ("pledged", [("withdrawn", 30), ("rejected", 20)], {"pledged": 50}),
    "the proposed part goes first": (
        "proposed", [("pledged", 40), ("withdrawn", 50)], {"proposed": 10, "pledged": 40},
    ),
    "then the pledged part": (
        "proposed", [("pledged", 40), ("withdrawn", 80)], {"pledged": 20},
    ),
    "then the committed part": (
        "pledged", [("committed", 30), ("withdrawn", 80)], {"pledged": 20, "committed": 20},
    ),
    "what was delivered stands when it ends": (
        "pledged", [("delivered", 30), ("withdrawn", None)], {"pledged": 30, "delivered": 30},
    ),
    "what arrives after the end stands": (
        "pledged", [("withdrawn", None), ("delivered", 30)], {"pledged": 30, "delivered": 30},
    ),
    "what arrives after the end stands up to the promise": (
        "committed", [("expired", None), ("delivered", 130)],
        {"pledged": 100, "committed": 100, "delivered": 130},
    ),
    "a refund after the end stands no more": (
        "pledged", [("delivered", 30), ("expired", None), ("delivered", -10)],
        {"pledged": 20, "delivered": 20},
    ),
    "what arrives of an ended proposal is proposed": (
        "proposed", [("rejected", None), ("delivered", 30)], {"proposed": 30, "delivered": 30},
    ),
    "taken back and revised": (
        "pledged", [("withdrawn", 30), ("revised", 50)], {"pledged": 120},
    ),
    "what was taken back stays so when restated": (
        "pledged", [("withdrawn", 30), ("to", 200)], {"pledged": 170},
    ),
    # Reopening.
    "reopened": ("pledged", [("withdrawn", None), ("reopened", None)], {"pledged": 100}),
    "reopened after a part": ("pledged", [("withdrawn", 30), ("reopened", None)], {"pledged": 100}),
    "reopened after both": (
        "committed", [("withdrawn", 30), ("expired", None), ("reopened", None)],
        {"pledged": 100, "committed": 100},
    ),
    "reopened with its parts": (
        "proposed", [("pledged", 40), ("rejected", None), ("reopened", None)],
        {"proposed": 60, "pledged": 40},
    ),
    # What is no amount.
    "suspended and resumed": (
        "pledged", [("suspended", None), ("resumed", None)], {"pledged": 100},
    ),
    "completed": ("pledged", [("completed", None)], {"pledged": 100}),
}  # fmt: skip


@pytest.mark.parametrize(("stage", "facts", "expected"), COURSES.values(), ids=COURSES)
def test_a_course_comes_to_its_balances(stage: str, facts: Facts, expected: dict[str, int]) -> None:
    """The rows of each course add up to the balances of the rule, and nothing is odd about it."""
    course = Course(promise(stage), daily(*facts))
    assert balances(course.rows()) == expected
    assert [finding for finding in course.findings if finding.severity == "error"] == []


BEYOND: dict[str, tuple[str, Facts, dict[str, int], str]] = {
    "pledged beyond the whole": (
        "proposed", [("pledged", 140)], {"pledged": 100},
        "pledged on 2024-02-01: 140 USD is more than there is; 100 counted",
    ),
    "pledged beyond the rest": (
        "proposed", [("pledged", 70), ("pledged", 40)], {"pledged": 100},
        "pledged on 2024-02-02: 40 USD is more than there is; 30 counted",
    ),
    "pledged what is a pledge": (
        "pledged", [("pledged", 10)], {"pledged": 100},
        "pledged on 2024-02-01: 10 USD is more than there is; 0 counted",
    ),
    "committed beyond the whole": (
        "pledged", [("committed", 1000)], {"pledged": 100, "committed": 100},
        "committed on 2024-02-01: 1,000 USD is more than there is; 100 counted",
    ),
    "withdrawn beyond the whole": (
        "pledged", [("withdrawn", 140)], {},
        "withdrawn on 2024-02-01: 140 USD is more than there is; 100 counted",
    ),
    "withdrawn beyond the rest": (
        "pledged", [("withdrawn", 70), ("expired", 40)], {},
        "expired on 2024-02-02: 40 USD is more than there is; 30 counted",
    ),
    "cut beyond the whole": (
        "pledged", [("revised", -140)], {},
        "revised on 2024-02-01: 140 USD is more than there is; 100 counted",
    ),
    "cut beyond what was taken back": (
        "pledged", [("withdrawn", 70), ("revised", -40)], {},
        "revised on 2024-02-02: 40 USD is more than there is; 30 counted",
    ),
    "firmed up after the end": (
        "proposed", [("rejected", None), ("pledged", 10)], {},
        "pledged on 2024-02-02: 10 USD is more than there is; 0 counted",
    ),
    "refunded more than came": (
        "pledged", [("delivered", 10), ("delivered", -30)], {"pledged": 100, "delivered": -20},
        "delivered on 2024-02-02: brings what was delivered to -20 USD",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("stage", "facts", "expected", "finding"), BEYOND.values(), ids=BEYOND)
def test_more_than_there_is_counts_as_what_there_is(
    stage: str, facts: Facts, expected: dict[str, int], finding: str
) -> None:
    """The excess is not counted, and an error names the event, the amount and what counted."""
    course = Course(promise(stage), daily(*facts))
    assert balances(course.rows()) == expected
    assert [tuple(found) for found in course.findings] == [("error", "x", finding)]


def test_what_was_counted_beyond_comes_back_as_counted() -> None:
    """After a cut below nothing a rise starts from nothing, and reopening gives back the whole."""
    cut = Course(promise(), daily(("revised", -140), ("revised", 50)))
    assert balances(cut.rows()) == {"pledged": 50}
    back = Course(promise(), daily(("withdrawn", 140), ("reopened", None)))
    assert balances(back.rows()) == {"pledged": 100}


@pytest.mark.parametrize(
    ("facts", "finding"),
    [
        ([("withdrawn", None), ("to", 50)], "revises a commitment that has ended"),
        ([("withdrawn", 30), ("to", 200)], "30 USD were taken back; they stay taken back"),
    ],
)
def test_a_revision_of_what_was_taken_back_is_a_finding(facts: Facts, finding: str) -> None:
    """It is counted as recorded, and a warning says how."""
    course = Course(promise(), daily(*facts))
    course.rows()
    assert [found.severity for found in course.findings] == ["warning"]
    assert finding in course.findings[0].finding


def test_each_target_has_its_own_balances() -> None:
    """An amount touches the target of its unit; an end without one touches all."""
    both = promise(targets=TWO)
    came = pt.Event(
        commitment="x", kind="delivered", on="2024-02-01", quantity={"number": 5, "unit": "project"}
    )
    rows = Course(both, [came, event("withdrawn", 30, "2024-02-02")]).rows()
    assert balances(rows) == {"pledged": 70}
    assert balances(rows, "project") == {"pledged": 26, "delivered": 5}
    ended = Course(both, [came, event("expired", on="2024-02-02")]).rows()
    assert balances(ended) == {}
    assert balances(ended, "project") == {"pledged": 5, "delivered": 5}


def test_firming_without_a_quantity_firms_every_target() -> None:
    """All of it means all targets."""
    both = promise("proposed", targets=TWO)
    rows = Course(both, [event("committed")]).rows()
    assert balances(rows) == {"pledged": 100, "committed": 100}
    assert balances(rows, "project") == {"pledged": 26, "committed": 26}


def test_a_delivery_in_a_unit_that_is_no_target_is_delivered() -> None:
    """It has its own balance, changes no target, and a refund beyond it is a finding."""
    others = [
        pt.Event(
            commitment="x", kind="delivered", on=on, quantity={"number": number, "unit": "EUR"}
        )
        for on, number in (("2024-02-01", 5), ("2024-02-02", -7))
    ]
    course = Course(promise(), others)
    rows = course.rows()
    assert balances(rows) == {"pledged": 100}
    assert balances(rows, "EUR") == {"delivered": -2}
    assert [found.finding for found in course.findings] == [
        "delivered on 2024-02-02: brings what was delivered to -2 EUR"
    ]


# --- rows -----------------------------------------------------------------------------------------


def test_a_row_is_a_balance_after_minus_the_balance_before() -> None:
    """One fact may move an amount from measure to measure."""
    rows = Course(promise("proposed"), [event("committed", 30, known="2024-03-01")]).rows()
    assert [(row.measure, row.number, row.kind) for row in rows] == [
        ("proposed", 100, "proposed"),
        ("proposed", -30, "committed"),
        ("pledged", 30, "committed"),
        ("committed", 30, "committed"),
    ]
    assert {row.known for row in rows[1:]} == {dt.date(2024, 3, 1)}
    assert rows[0].known == dt.date(2024, 1, 1)


@pytest.mark.parametrize(
    ("stage", "last", "measure"),
    [
        ("pledged", event("delivered", 0), "delivered"),
        ("committed", event("committed", 5), "committed"),
        ("pledged", event("withdrawn", 0), "pledged"),
        ("proposed", event("withdrawn", 0), "proposed"),
        ("proposed", event("pledged", 0), "proposed"),
        ("pledged", to(100), "pledged"),
        ("alleged", event("revised", 0), "alleged"),
    ],
)
def test_an_amount_that_changes_nothing_is_a_row_of_zero(
    stage: str, last: pt.Event, measure: str
) -> None:
    """A report of 0 differs from no report: the fact leaves its row."""
    row = Course(promise(stage), [last]).rows()[-1]
    assert (row.measure, row.number, row.unit, row.kind) == (measure, 0, "USD", last.kind)


@pytest.mark.parametrize("kind", ["suspended", "resumed", "completed", "reopened"])
def test_a_fact_without_an_amount_is_a_row_without_a_number(kind: str) -> None:
    """It has the unit "action" and its kind, and no measure."""
    row = Course(promise(), [event(kind)]).rows()[-1]
    assert (row.unit, row.measure, row.number, row.bound, row.kind) == (
        "action", None, None, None, kind,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["pledged", "committed"])
def test_firming_again_makes_no_action_of_a_promise(kind: str) -> None:
    """A promise of money that is confirmed once more is no second row under "action"."""
    ledger = pt.Ledger([promise("committed")], [event(kind)])
    assert list(ledger.totals(as_of="2024-12-31")["unit"]) == ["USD"]
    assert list(ledger.status(as_of="2024-12-31")["unit"]) == ["USD"]


def test_an_action_is_a_row_without_a_number() -> None:
    """Its stage stands in the event of the row."""
    rows = Course(promise("proposed", targets=[]), []).rows()
    assert [(row.unit, row.measure, row.number, row.kind) for row in rows] == [
        ("action", None, None, "proposed")
    ]


# --- bounds ---------------------------------------------------------------------------------------


def bounds(course: Course) -> dict[tuple[str, str], Decimal]:
    """What the rows add up to by measure and bound, without the sums that are 0."""
    found: dict[tuple[str, str], Decimal] = {}
    for row in course.rows():
        if row.measure and row.bound and row.number is not None:
            key = (row.measure, row.bound)
            found[key] = found.get(key, Decimal(0)) + row.number
    return {key: number for key, number in found.items() if number}


def loose(stage: str = "pledged", bound: str = "at least") -> pt.Commitment:
    """A promise of at least 100 USD."""
    return promise(stage, targets=[{"number": 100, "unit": "USD", "bound": bound}])


@pytest.mark.parametrize(
    ("commitment", "events", "expected"),
    [
        (loose(), [event("delivered", 30)],
         {("pledged", "at least"): 100, ("delivered", "exact"): 30}),
        (promise(), [event("delivered", 30, bound="about")],
         {("pledged", "exact"): 100, ("delivered", "about"): 30}),
        (loose(), [to(70)], {("pledged", "exact"): 70}),
        (loose(), [to(100)], {("pledged", "exact"): 100}),
        (loose(), [event("revised", 20)], {("pledged", "at least"): 120}),
        (promise(), [event("revised", 20, bound="up to")], {("pledged", "up to"): 120}),
        (loose(), [event("revised", 20, bound="up to")], {("pledged", "about"): 120}),
        (promise(), [event("revised", -20, bound="at least")], {("pledged", "up to"): 80}),
        (loose("proposed"), [event("pledged", 40)],
         {("proposed", "at least"): 60, ("pledged", "exact"): 40}),
        (loose(), [event("withdrawn")], {}),
        (loose(), [event("withdrawn"), event("reopened", on="2024-03-01")],
         {("pledged", "at least"): 100}),
    ],
)  # fmt: skip
def test_bounds_go_with_the_balances(
    commitment: pt.Commitment, events: list[pt.Event], expected: dict[tuple[str, str], int]
) -> None:
    """A balance is as exact as its target, and a restated one as exact as it was restated."""
    assert bounds(Course(commitment, events)) == expected


def test_a_loose_withdrawal_leaves_a_loose_rest() -> None:
    """Where at least 10 of 100 were taken back, up to 90 stand (law 9: subtraction flips)."""
    ledger = pt.Ledger([promise()], [event("withdrawn", 10, bound="at least")])
    row = ledger.totals(as_of="2024-12-31").iloc[0]
    assert row["pledged"] == 90
    assert "pledged up to" in row["bound"]


def test_a_loose_part_stays_loose() -> None:
    """Where at least 40 of 100 became a pledge, the pledge is not exactly 40 (law 9)."""
    ledger = pt.Ledger([promise("proposed")], [event("pledged", 40, bound="at least")])
    row = ledger.totals(as_of="2024-12-31").iloc[0]
    assert (row["proposed"], row["pledged"]) == (60, 40)
    assert "pledged at least" in row["bound"]


def test_a_report_in_other_words_is_its_own_row() -> None:
    """After 10 exactly, "at least 5" more is told as such; what came before stays as it was."""
    facts = [event("delivered", 10), event("delivered", 5, "2024-02-02", bound="at least")]
    rows = [row for row in Course(promise(), facts).rows() if row.measure == "delivered"]
    assert [(row.number, row.bound) for row in rows] == [(10, "exact"), (5, "at least")]


def test_a_report_of_0_is_no_finding() -> None:
    """Nothing was delivered, and nothing was taken back beyond that."""
    course = Course(promise(), [event("delivered", 0)])
    assert [row.number for row in course.rows()][1:] == [0]
    assert course.findings == []


@pytest.mark.parametrize(("arrived", "findings"), [(99, 1), (100, 0), (101, 0)])
def test_a_completion_of_what_was_all_seen_delivered_is_no_finding(
    arrived: int, findings: int
) -> None:
    """Only where less was seen delivered than stands."""
    course = Course(promise(), [event("delivered", arrived), event("completed", on="2024-03-01")])
    course.rows()
    assert len(course.findings) == findings


def test_nothing_has_no_end_beyond_it() -> None:
    """Of nothing there is no more and no less, whatever the words that led there."""
    balance = Balance(Decimal(0), "at least", Decimal(0), Decimal("Infinity"))
    assert balance.ends == (0, 0)
    assert balance.is_nothing


# --- order ----------------------------------------------------------------------------------------

ORDER = (
    "restated", "pledged", "committed", "revised", "delivered", "reopened", "withdrawn",
    "suspended", "resumed", "completed", "rated",
)  # fmt: skip


def of_kind(word: str) -> pt.Event:
    """An event of a kind; "restated" is the revision to an amount."""
    if word == "restated":
        return to(70)
    fields = {"outcome": "kept"} if word == "rated" else {}
    return event(word, 5 if word in ("revised", "delivered") else None, **fields)


@pytest.mark.parametrize("stage", ["alleged", "proposed"])
def test_what_is_left_of_an_inexact_promise_is_no_firmer_than_the_promise(stage: str) -> None:
    """Of "up to 100" less all of it there may be something left, of which nothing is pledged."""
    target = {"number": 100, "unit": "USD", "bound": "up to"}
    one = promise(stage, targets=[target])
    gone = event("rejected", 101)
    assert {row.measure for row in Course(one, [gone]).rows()} == {stage}
    # The promise stands for something in another unit, so its stage is its status.
    other = promise(stage, targets=[target, {"number": 1, "unit": "well"}])
    ledger = pt.Ledger([other], [gone, event("delivered", 0, "2024-01-02")])
    assert list(ledger.status(as_of="2024-12-31")["status"]) == [stage, stage]


@given(st.permutations(ORDER))
def test_facts_of_one_day_have_one_order(words: list[str]) -> None:
    """Whatever order they were recorded in, they count in the order of the rule."""
    ordered = in_order(promise(), [of_kind(word) for word in words])
    assert ordered == [of_kind(word) for word in ORDER]


def test_the_order_does_not_hang_on_the_callers_precision() -> None:
    """A notebook with three digits of precision still tells 1,231 from 1,232."""
    one, two = event("delivered", 1231), event("delivered", 1232)
    with localcontext() as context:
        context.prec = 3
        assert in_order(promise(), [one, two]) == in_order(promise(), [two, one]) == [two, one]


@pytest.mark.parametrize(
    "fields",
    [
        {"on_basis": "inferred"},
        {"on_stated": "early in February"},
        {"period_start": "2024-01-01"},
        {"known": "2024-03-01"},
        {"note": "a correction"},
        {"bound": "about"},
        {"citations": [{"source": "report"}]},
        {"known": "2024-02-01"},
    ],
)
def test_events_that_differ_have_each_their_place(fields: dict[str, Any]) -> None:
    """Whatever they differ in, so that the order of the record settles nothing."""
    one, two = event("delivered", 10), event("delivered", 10, **fields)
    assert in_order(promise(), [one, two]) == in_order(promise(), [two, one])


def test_events_cited_otherwise_or_in_other_words_have_each_their_place() -> None:
    """A source with a comma is not a source and a place, and wordings settle what is equal."""
    whole, place = ({"source": "a, b"}, {"source": "a", "place": "b"})
    one, two = (event("delivered", 10, citations=[cited]) for cited in (whole, place))
    assert in_order(promise(), [one, two]) == in_order(promise(), [two, one])
    words = [{"number": 10, "unit": "USD", "wording": word} for word in ("ten dollars", "$10")]
    one, two = (event("delivered", quantity=amount) for amount in words)
    first, second = (in_order(promise(), listed) for listed in ([one, two], [two, one]))
    assert list(map(wording, first)) == list(map(wording, second)) == ["$10", "ten dollars"]


WORDS = st.none() | st.text("09AZaz", min_size=1, max_size=3)
NUMBERS = st.none() | st.integers(1, 9).map(Decimal)
FEBRUARY = st.dates(dt.date(2024, 2, 1), dt.date(2024, 2, 28))


def of_amount(**fields: Any) -> pt.Event:
    """A delivery of 10 USD, or of an amount that says something else."""
    return event("delivered", quantity={"number": 10, "unit": "USD", **fields})


@pytest.mark.parametrize(
    ("values", "made"),
    [
        (st.integers(1, 20), lambda value: of_amount(number=-value)),
        (st.sampled_from(["EUR", "USD", "well"]), lambda value: of_amount(unit=value)),
        (st.sampled_from(["about", "at least", "exact"]), lambda value: of_amount(bound=value)),
        (NUMBERS, lambda value: of_amount(bound="about", margin=value)),
        (NUMBERS, lambda value: of_amount(bound="at least", most=value and value + 10)),
        (WORDS, lambda value: of_amount(wording=value)),
        (FEBRUARY, lambda value: event("delivered", 10, on=value.isoformat(), known="2024-03-01")),
        (FEBRUARY, lambda value: event("delivered", 10, known=value)),
        (
            st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2024, 2, 1)),
            lambda value: event("delivered", 10, period_start=value),
        ),
        (
            st.none() | FEBRUARY,
            lambda value: to(10, horizon=value and {"start": value, "end": "2024-12-31"}),
        ),
        (NUMBERS, lambda value: event("withdrawn", value and 10 - value)),
        (
            st.sampled_from(["EUR", "USD", "well"]),
            lambda value: event("revised", restated={"number": 10, "unit": value}),
        ),
        (
            st.sampled_from(["broken", "compromise", "kept"]),
            lambda value: event("rated", outcome=value),
        ),
        (WORDS, lambda value: event("delivered", 10, on_basis=value)),
        (WORDS, lambda value: event("delivered", 10, on_stated=value)),
        (WORDS, lambda value: event("delivered", 10, note=value)),
        (WORDS, lambda value: cited(value, "p. 1")),
        (WORDS, lambda value: cited("report", value)),
    ],
)
@given(data=st.data())
def test_events_alike_but_for_one_thing_come_in_its_order(
    values: Any, made: Any, data: st.DataObject
) -> None:
    """More before less, words and days as they are sorted, and what is not told before what is."""
    pair = data.draw(st.lists(values, min_size=2, max_size=2, unique=True))
    first, second = map(made, sorted(pair, key=lambda value: (value is not None, value)))
    whole = promise(announced="2024-02")  # all of that month counts from one day
    for listed in ([first, second], [second, first]):
        assert in_order(whole, listed)[0] is first


def test_a_day_of_knowledge_that_is_told_comes_before_one_that_is_not() -> None:
    """Of two events that are alike otherwise."""
    told, untold = event("delivered", 10, known="2024-02-01"), event("delivered", 10)
    for listed in ([told, untold], [untold, told]):
        assert in_order(promise(), listed)[0] is told


def cited(source: str | None, place: str | None) -> pt.Event:
    """A delivery of 10 USD on the word of a source, or of none."""
    told = [{"source": source, "place": place}] if source else []
    return event("delivered", 10, citations=told)


def test_every_kind_of_event_has_its_place() -> None:
    """No kind is without a rank; of several endings on a day the first in order takes it all."""
    words = [kind for kind in EVENT_KINDS if kind != "revised"] + ["restated", "revised"]
    ranks = {word: rank(of_kind(word)) for word in words}
    assert ranks["rejected"] < ranks["withdrawn"] < ranks["expired"]
    assert len(set(ranks.values())) == len(words)
    assert rank(event("revised", horizon={"end": "2025-01-01"})) == ranks["restated"]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([("withdrawn", None), ("delivered", 30)], {"pledged": 30, "delivered": 30}),
        ([("withdrawn", None), ("reopened", None)], {}),
        ([("revised", 50), ("to", 10)], {"pledged": 60}),
        ([("revised", -50), ("revised", 50)], {"pledged": 100}),
        ([("revised", -150), ("revised", 60)], {"pledged": 10}),
        ([("withdrawn", 100), ("revised", 50)], {"pledged": 50}),
    ],
)
def test_the_days_end_is_what_counts(facts: Facts, expected: dict[str, int]) -> None:
    """Facts of one day come to the same balances in any order, and none is beyond on the way."""
    events = [to(number) if kind == "to" else event(kind, number) for kind, number in facts]
    for order in (events, events[::-1]):
        course = Course(promise(), order)
        assert balances(course.rows()) == expected
        assert course.findings == []


def test_a_month_only_event_counts_from_the_announcement_at_the_earliest() -> None:
    """A fact dated before its announcement by a month-only day waits for it."""
    march = promise(announced="2024-03")
    early = event("delivered", 5, "2024-03-04")
    late = event("delivered", 5, "2024-04")
    assert day_of(early, march) == dt.date(2024, 3, 31)
    assert day_of(late, march) == dt.date(2024, 4, 30)
    rows = Course(march, [late, early]).rows()
    assert [(row.on.day, row.day.day) for row in rows] == [(31, 31), (4, 31), (30, 30)]


# --- properties -----------------------------------------------------------------------------------

TARGETED = pts.commitments().filter(lambda one: one.targets)
DRAWN = TARGETED.flatmap(lambda one: st.tuples(st.just(one), st.lists(pts.events(one), max_size=6)))


@given(DRAWN)
def test_measures_nest_after_every_fact(drawn: tuple[pt.Commitment, list[pt.Event]]) -> None:
    """Committed is within pledged, and no part is below zero, at the end of any course."""
    commitment, events = drawn
    for count in range(len(events) + 1):
        rows = Course(commitment, in_order(commitment, events)[:count]).rows()
        for target in commitment.targets:
            now = balances(rows, target.unit)
            assert 0 <= now.get("committed", 0) <= now.get("pledged", 0)
            assert now.get("proposed", 0) >= 0
            assert now.get("alleged", 0) >= 0


@given(DRAWN, st.randoms(use_true_random=False))
def test_the_order_of_recording_never_matters(
    drawn: tuple[pt.Commitment, list[pt.Event]], random: Any
) -> None:
    """Shuffled events give the same rows in the same order, and the same findings."""
    commitment, events = drawn
    mixed = list(events)
    random.shuffle(mixed)
    one, two = Course(commitment, events), Course(commitment, mixed)
    assert one.rows() == two.rows()
    assert one.findings == two.findings


@given(DRAWN)
def test_every_fact_leaves_a_row(drawn: tuple[pt.Commitment, list[pt.Event]]) -> None:
    """Nothing that was recorded is without a movement of its day and kind."""
    commitment, events = drawn
    rows = {(row.kind, row.on) for row in Course(commitment, events).rows()}
    assert {(one.kind, one.on) for one in events} <= rows
