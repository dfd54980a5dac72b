"""The records: what each takes, what each refuses, and how each shows itself."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

import pledgetrack as pt
from pledgetrack import strategies as pts
from pledgetrack.fields import FrozenDict
from pledgetrack.models import ENDINGS, EVENT_KINDS, STAGES

FIVE_USD = {"number": 5, "unit": "USD"}


def promise(**fields: Any) -> pt.Commitment:
    """A commitment with what is required, and what a test is about."""
    base: dict[str, Any] = {"id": "x", "announced": "2024-03-15", "stage": "pledged"}
    if not {"party", "parties"} & fields.keys():
        base["party"] = "Mexico"
    return pt.Commitment(**{**base, **fields})


def event(kind: str, **fields: Any) -> pt.Event:
    """An event with what is required, and what a test is about."""
    return pt.Event(**{"commitment": "x", "kind": kind, "on": "2024-04-15", **fields})


RECORDS: list[BaseModel] = [
    pt.Party(name="United States", aliases=("U.S.", "USA"), kind="10", reference="US-GOV"),
    pt.Source(id="s", title="Budget", url="https://example.org", published="2024-03-06"),
    pt.Citation(source="s", place="¶4"),
    promise(
        parties=["Mexico", "United States"], recipients=["A", "B"], channel="UNHCR",
        targets=[{"number": "1.5", "unit": "USD"}, {"number": 3, "unit": "visa", "bound": "about"}],
        horizon={"start": "2024-04", "end": "2025-03", "wording": "within a year"},
        announced="2024-03", condition="if", tags={"b": "2", "a": "1"}, known="2024-04-02",
        citation={"source": "s", "place": "p. 1"}, note="n",
    ),
    event("revised", restated=FIVE_USD, horizon={"end": "2026-01-01"}, on="2024-05", note="n"),
    event("rated", outcome="kept", known="2024-05-01", citation={"source": "s"}),
]  # fmt: skip
NAMES = [f"{type(record).__name__}-{at}" for at, record in enumerate(RECORDS)]


@pytest.fixture(params=RECORDS, ids=NAMES)
def record(request: pytest.FixtureRequest) -> Any:
    """One record of each kind."""
    return request.param


# --- values ---------------------------------------------------------------------------------------


def test_records_are_frozen(record: BaseModel) -> None:
    """No field of a record can be set."""
    for name in type(record).model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(record, name, None)


def test_records_can_be_hashed_copied_and_pickled(record: BaseModel) -> None:
    """A record is a value: it can be a key, and its copies are equal to it."""
    for other in (
        copy.copy(record),
        copy.deepcopy(record),
        pickle.loads(pickle.dumps(record)),  # noqa: S301 our own bytes
        record.model_copy(deep=True),
    ):
        assert other == record
        assert {record, other} == {record}


def test_records_survive_json_and_dictionaries(record: BaseModel) -> None:
    """What is written is read back equal, month-only days and bounds included."""
    kind = type(record)
    assert kind.model_validate_json(record.model_dump_json()) == record
    assert kind.model_validate(record.model_dump()) == record
    assert kind.model_validate_json(record.model_dump_json(exclude_defaults=True)) == record


def test_records_refuse_fields_that_they_do_not_know(record: BaseModel) -> None:
    """A slip in a field's name is named, and the value is not dropped."""
    with pytest.raises(ValidationError) as caught:
        type(record).model_validate({**record.model_dump(), "colour": "red"})
    assert [error["loc"] for error in caught.value.errors()] == [("colour",)]


@given(pts.commitments().flatmap(lambda one: st.tuples(st.just(one), pts.events(one))))
def test_drawn_records_survive_json(pair: tuple[pt.Commitment, pt.Event]) -> None:
    """Round trips are identities for whatever the strategies can draw."""
    for record in pair:
        other = type(record).model_validate_json(record.model_dump_json())
        assert other == record
        assert hash(other) == hash(record)


def test_tags_of_a_record_cannot_change() -> None:
    """A dictionary inside a frozen record is frozen too, by way of copies as well."""
    made = promise(tags={"topic": "border"})
    for one in (made, copy.deepcopy(made), pickle.loads(pickle.dumps(made)), promise()):  # noqa: S301
        assert type(one.tags) is FrozenDict
        with pytest.raises(TypeError, match="cannot change"):
            one.tags["topic"] = "rail"


def test_a_record_does_not_share_what_it_was_made_from() -> None:
    """Changing the lists and dictionaries that were passed changes no record."""
    parties, tags = ["Mexico"], {"topic": "border"}
    made = promise(parties=parties, tags=tags)
    parties.append("Peru")
    tags["topic"] = "rail"
    assert (made.parties, made.tags) == (("Mexico",), {"topic": "border"})


# --- forms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("singular", "plural", "value"),
    [
        ("party", "parties", "Mexico"),
        ("recipient", "recipients", "UNHCR"),
        ("channel", "channels", "UNHCR"),
        ("target", "targets", FIVE_USD),
        ("citation", "citations", {"source": "s"}),
    ],
)
def test_a_field_of_several_values_takes_one(singular: str, plural: str, value: Any) -> None:
    """One value may stand alone, under either name of the field."""
    listed = getattr(promise(**{plural: [value]}), plural)
    assert len(listed) == 1
    assert getattr(promise(**{singular: value}), plural) == listed
    assert getattr(promise(**{plural: value}), plural) == listed
    assert getattr(promise(**{plural: listed[0]}), plural) == listed


@pytest.mark.parametrize("singular", ["party", "recipient", "channel", "target", "citation"])
def test_both_forms_of_a_field_are_refused(singular: str) -> None:
    """Which of two would be meant is not guessed."""
    plural = {"party": "parties"}.get(singular, singular + "s")
    with pytest.raises(ValidationError, match=f"both '{singular}' and '{plural}' are given; keep"):
        promise(**{singular: "A", plural: ["B"]})


def test_parties_and_events_take_one_value_too() -> None:
    """An alias and a citation may stand alone."""
    assert pt.Party(name="Mexico", alias="México").aliases == ("México",)
    assert event("completed", citation={"source": "s"}).citations == (pt.Citation(source="s"),)
    with pytest.raises(ValidationError, match="both 'alias' and 'aliases' are given"):
        pt.Party(name="Mexico", alias="México", aliases=["MX"])


def test_a_form_is_not_changed_in_the_callers_hands() -> None:
    """Reading a dictionary leaves it as it was."""
    fields = {"id": "x", "party": "Mexico", "announced": "2024-03", "stage": "pledged"}
    before = dict(fields)
    pt.Commitment.model_validate(fields)
    assert fields == before


def test_names_are_sorted_and_each_is_given_once() -> None:
    """The order in which joint parties are written does not matter."""
    assert promise(parties=["Peru", "Mexico"]) == promise(parties=["Mexico", "Peru"])
    for field in ("parties", "recipients", "channels"):
        with pytest.raises(ValidationError, match="a name is given twice"):
            promise(**{field: ["Mexico", " Mexico "]})


@pytest.mark.parametrize("day", ["2024-02-10", dt.date(2024, 2, 10)])
def test_a_full_day_is_taken_as_it_is(day: object) -> None:
    """Its precision is the day."""
    made = promise(announced=day)
    assert made.announced == made.announced_from == dt.date(2024, 2, 10)
    assert made.announced_precision == "day"


def test_a_month_counts_from_its_last_day() -> None:
    """The precision says that only the month is known, and the first day is kept at hand."""
    made, happened = promise(announced="2024-02"), event("completed", on="2024-04")
    assert (made.announced, made.announced_precision) == (dt.date(2024, 2, 29), "month")
    assert made.announced_from == dt.date(2024, 2, 1)
    assert (happened.on, happened.on_precision) == (dt.date(2024, 4, 30), "month")
    assert happened.on_from == dt.date(2024, 4, 1)


def test_a_day_with_the_precision_of_a_month_is_the_months_last() -> None:
    """A file that writes day and precision apart means the same."""
    assert promise(announced="2024-02-10", announced_precision="month") == promise(
        announced="2024-02"
    )
    assert event("completed", on="2024-04-02", on_precision="month") == event(
        "completed", on="2024-04"
    )


def test_a_report_covers_a_period_from_its_first_day() -> None:
    """A month as the start of a period is its first day."""
    made = event("delivered", quantity=FIVE_USD, period_start="2024-04")
    assert made.period_start == dt.date(2024, 4, 1)


def test_what_is_not_stated_is_empty() -> None:
    """A minimal record claims nothing."""
    made = promise()
    assert (made.targets, made.recipients, made.channels, made.citations) == ((), (), (), ())
    assert (made.horizon, made.condition, made.known, made.title, made.note) == (None,) * 5
    assert made.tags == {}


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_taken(stage: str) -> None:
    """From alleged to committed."""
    assert promise(stage=stage).stage == stage


# --- refused commitments --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"id": ""}, "an empty text; leave the field out where nothing is stated"),
        ({"id": 7}, "valid string"),
        ({"title": "a\x00b"}, "unprintable character"),
        ({"parties": []}, "at least 1 item"),
        ({"party": ""}, "an empty text"),
        ({"party": 5}, "parties"),
        ({"announced": "12 July 2022"}, "'12 July 2022' is no day; write it as YYYY-MM-DD"),
        ({"announced": "2024-13"}, "'2024-13' is not in the calendar"),
        ({"announced": "2024-02-30"}, "'2024-02-30' is not in the calendar"),
        ({"announced": dt.datetime(2024, 1, 1, 9)}, "is a moment, not a day"),  # noqa: DTZ001
        ({"announced_precision": "year"}, "'day' or 'month'"),
        ({"stage": "firm"}, "'alleged', 'proposed', 'pledged' or 'committed'"),
        ({"stage": "Pledged"}, "'alleged', 'proposed', 'pledged' or 'committed'"),
        ({"target": {"number": -1, "unit": "USD"}}, "a target below zero: -1 USD"),
        (
            {"targets": [FIVE_USD, {"number": 6, "unit": "USD"}]},
            "two targets in USD; a commitment has one in each unit",
        ),
        (
            {"targets": [{"number": 1, "unit": "H-2B visa"}, {"number": 2, "unit": "H-2B  visa"}]},
            "two targets in H-2B visa",
        ),
        ({"target": {"number": 1.5, "unit": "USD"}}, "pass it as text or Decimal"),
        ({"target": {"number": 1, "unit": "USX"}}, "unknown currency code 'USX'"),
        ({"target": {"number": 1, "unit": "action"}}, "leave the target out"),
        ({"horizon": {"start": "2025-01-01", "end": "2024-01-01"}}, "is before the start"),
        ({"horizon": {}}, "leave it out where none is stated"),
        ({"known": "2024-03-14"}, "known on 2024-03-14, before it was announced on 2024-03-15"),
        ({"announced": "2024-03", "known": "2024-02-29"}, "before it was announced"),
        ({"known": "2024-04"}, "'2024-04' is no day"),
        ({"tags": {"topic": 1}}, "valid string"),
        ({"tags": {"": "rail"}}, "an empty text"),
        ({"tags": ["rail"]}, "valid dictionary"),
        ({"citation": {"place": "p. 1"}}, "source"),
        ({"citation": {"source": "s", "page": "1"}}, "page"),
        ({"recipient": None}, "recipients"),
    ],
)
def test_a_commitment_is_refused(fields: dict[str, Any], says: str) -> None:
    """Each mistake is told in words that say what to do or what is wrong."""
    with pytest.raises(ValidationError, match=re.escape(says)):
        promise(**fields)


@pytest.mark.parametrize("field", ["id", "party", "announced", "stage"])
def test_a_commitment_needs_its_four_fields(field: str) -> None:
    """Without id, party, day or stage there is no promise to record."""
    fields = {"id": "x", "party": "Mexico", "announced": "2024-03-15", "stage": "pledged"}
    del fields[field]
    with pytest.raises(ValidationError, match={"party": "parties"}.get(field, field)) as caught:
        pt.Commitment(**fields)
    assert caught.value.error_count() == 1


def test_all_wrong_fields_are_told_at_once() -> None:
    """One reading of the message mends the whole record."""
    with pytest.raises(ValidationError) as caught:
        promise(
            id="", stage="firm", known="soon", target={"number": 1, "unit": "USX"}, colour="red"
        )
    places = {error["loc"][0] for error in caught.value.errors()}
    assert places == {"id", "stage", "known", "targets", "colour"}


def test_a_commitment_may_be_known_within_its_month() -> None:
    """A day known only to the month does not contradict a report from inside it."""
    assert promise(announced="2024-03", known="2024-03-02").known == dt.date(2024, 3, 2)


# --- refused events -------------------------------------------------------------------------------

QUANTIFIED = ("pledged", "committed", "delivered", "revised", *ENDINGS)


@pytest.mark.parametrize("kind", EVENT_KINDS)
def test_only_events_of_amounts_take_a_quantity(kind: str) -> None:
    """Reopened, suspended, resumed, completed and rated have none."""
    fields = {"outcome": "kept"} if kind == "rated" else {}
    if kind in QUANTIFIED:
        assert event(kind, quantity=FIVE_USD, **fields).quantity == pt.Quantity(**FIVE_USD)
    else:
        with pytest.raises(ValidationError, match=f"a '{kind}' event has no quantity"):
            event(kind, quantity=FIVE_USD, **fields)


@pytest.mark.parametrize("kind", [kind for kind in EVENT_KINDS if kind != "revised"])
@pytest.mark.parametrize("field", ["restated", "horizon"])
def test_only_a_revision_restates_or_moves_the_horizon(kind: str, field: str) -> None:
    """What else looks like it is two facts, and so two events."""
    fields: dict[str, Any] = {"rated": {"outcome": "kept"}, "delivered": {"quantity": FIVE_USD}}
    value = FIVE_USD if field == "restated" else {"end": "2026-01-01"}
    with pytest.raises(ValidationError, match="only a 'revised' event restates a target or moves"):
        event(kind, **fields.get(kind, {}), **{field: value})


@pytest.mark.parametrize("kind", [kind for kind in EVENT_KINDS if kind != "rated"])
def test_only_a_rating_has_an_outcome(kind: str) -> None:
    """A person's judgement is never read out of another fact."""
    fields = {"quantity": FIVE_USD} if kind in ("delivered", "revised") else {}
    with pytest.raises(ValidationError, match="a 'rated' event has an outcome, and no other event"):
        event(kind, outcome="kept", **fields)


@pytest.mark.parametrize("kind", ["pledged", "committed", *ENDINGS])
def test_an_amount_below_zero_is_refused(kind: str) -> None:
    """Less firm, or given back, are other kinds of event."""
    with pytest.raises(ValidationError, match=f"a '{kind}' event below zero: -1 USD"):
        event(kind, quantity={"number": -1, "unit": "USD"})


@pytest.mark.parametrize("kind", ["delivered", "revised"])
def test_refunds_and_cuts_are_below_zero(kind: str) -> None:
    """A delivery may come back, and a revision may go down."""
    made = event(kind, quantity={"number": -1, "unit": "USD"})
    assert made.quantity is not None
    assert made.quantity.number == -1


@pytest.mark.parametrize(
    ("kind", "fields", "says"),
    [
        ("delivered", {}, "needs a quantity; for an action use 'completed'"),
        ("revised", {}, "needs a quantity (by how much), 'restated' (to what) or a new horizon"),
        (
            "revised",
            {"quantity": FIVE_USD, "restated": FIVE_USD},
            "has a quantity or 'restated', not both",
        ),
        ("revised", {"restated": {"number": -1, "unit": "USD"}}, "restated below zero: -1 USD"),
        ("revised", {"horizon": {}}, "leave it out where none is stated"),
        ("rated", {}, "a 'rated' event has an outcome"),
        ("rated", {"outcome": "good"}, "'kept', 'compromise', 'broken' or 'uncheckable'"),
        ("paid", {}, "Input should be 'pledged', 'committed', 'delivered'"),
        ("completed", {"on": "2024-4-1"}, "'2024-4-1' is no day; write it as YYYY-MM-DD"),
        ("completed", {"on": "2024-00"}, "'2024-00' is not in the calendar"),
        ("completed", {"commitment": " "}, "an empty text"),
        (
            "completed",
            {"known": "2024-04-14"},
            "known on 2024-04-14, before it happened on 2024-04-15",
        ),
        ("completed", {"on": "2024-04", "known": "2024-03-31"}, "before it happened"),
        (
            "delivered",
            {"quantity": FIVE_USD, "period_start": "2024-04-16"},
            "the period starts on 2024-04-16, after 2024-04-15",
        ),
        ("delivered", {"quantity": {"number": "1e3", "unit": "USD"}}, "is no plain number"),
        ("delivered", {"quantity": 5}, "quantity"),
    ],
)
def test_an_event_is_refused(kind: str, fields: dict[str, Any], says: str) -> None:
    """Each mistake is told in words that say what to do or what is wrong."""
    with pytest.raises(ValidationError, match=re.escape(says)):
        event(kind, **fields)


@pytest.mark.parametrize("field", ["commitment", "kind", "on"])
def test_an_event_needs_its_three_fields(field: str) -> None:
    """Without commitment, kind or day nothing happened to anything."""
    fields = {"commitment": "x", "kind": "completed", "on": "2024-04-15"}
    del fields[field]
    with pytest.raises(ValidationError, match=field) as caught:
        pt.Event(**fields)
    assert caught.value.error_count() == 1


def test_an_event_may_be_known_within_its_month() -> None:
    """A day known only to the month does not contradict a report from inside it."""
    assert event("completed", on="2024-04", known="2024-04-02").known == dt.date(2024, 4, 2)


# --- refused parties and sources ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "fields", "says"),
    [
        (pt.Party, {}, "name"),
        (pt.Party, {"name": " "}, "an empty text"),
        (pt.Party, {"name": "A", "aliases": ["B", "B"]}, "a name is given twice"),
        (pt.Party, {"name": "A", "aliases": 5}, "aliases"),
        (pt.Source, {}, "id"),
        (pt.Source, {"id": "s", "published": "2024"}, "'2024' is no day"),
        (pt.Citation, {"place": "p. 1"}, "source"),
        (pt.Citation, {"source": ""}, "an empty text"),
    ],
)
def test_other_records_are_refused(
    model: type[BaseModel], fields: dict[str, Any], says: str
) -> None:
    """Parties, sources and citations need their names."""
    with pytest.raises(ValidationError, match=says):
        model(**fields)


# --- faces ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (pt.Party(name="Mexico"), "Party('Mexico')"),
        (pt.Party(name="Mexico", alias="México"), "Party('Mexico', also México)"),
        (pt.Source(id="s"), "Source('s')"),
        (
            pt.Source(id="s", title="Budget", published="2024-03-06"),
            "Source('s', 'Budget', 2024-03-06)",
        ),
        (pt.Citation(source="s"), "s"),
        (pt.Citation(source="s", place="¶4"), "s, ¶4"),
        (promise(), "Commitment('x': Mexico, pledged an action, 2024-03-15)"),
        (
            promise(
                parties=["United States", "Mexico"],
                targets=[FIVE_USD, {"number": 3, "unit": "visa", "bound": "up to"}],
                horizon={"end": "2025-01-01"},
            ),
            "Commitment('x': Mexico + United States, pledged 5 USD and up to 3 visas, 2024-03-15, "
            "until 2025-01-01)",
        ),
        (event("completed"), "Event('x': completed, 2024-04-15)"),
        (event("rated", outcome="kept"), "Event('x': rated kept, 2024-04-15)"),
        (
            event("revised", restated=FIVE_USD, horizon={"end": "2026-01-01"}),
            "Event('x': revised to 5 USD to until 2026-01-01, 2024-04-15)",
        ),
    ],
)
def test_a_record_reads_as_a_few_words(record: BaseModel, text: str) -> None:
    """In a terminal it is one line, and printing it says the same."""
    assert repr(record) == str(record) == text


def test_a_record_in_a_notebook_shows_what_is_set() -> None:
    """Every field with a value has a row, and empty ones have none."""
    made = promise(
        target=FIVE_USD, tags={"topic": "rail"}, citation={"source": "s", "place": "¶4"},
        horizon={"end": "2025-01-01", "wording": "by New Year"},
    )._repr_html_()  # fmt: skip
    for words in ("Mexico", "5 USD", "topic = rail", "s, ¶4", "until 2025-01-01 (by New Year)"):
        assert f">{words}</td>" in made
    assert "recipients" not in made
    assert "note" not in made


EVIL = "<script>alert('x')</script><img src=x onerror=\"y\">&"


@pytest.mark.parametrize(
    "record",
    [
        pt.Party(name=EVIL, alias="<b>", note=EVIL),
        pt.Source(id=EVIL, title=EVIL, url="javascript:alert(1)"),
        pt.Citation(source=EVIL, place=EVIL),
        promise(
            id=EVIL, party=EVIL, tags={EVIL: EVIL}, citation={"source": EVIL}, note=EVIL,
            target={"number": 1, "unit": "x<script>"}, horizon={"wording": EVIL},
        ),
        event("completed", commitment=EVIL, note=EVIL, citation={"source": EVIL, "place": EVIL}),
    ],
    ids=lambda record: type(record).__name__,
)  # fmt: skip
def test_a_record_in_a_notebook_is_escaped(record: Any) -> None:
    """Whatever a record says, the only tags are those of the table: no script, no link."""
    html = record._repr_html_().replace(' style="text-align:left"', "")
    tags = set(re.findall(r"<[^>]*>", html))
    names = ("table", "thead", "tbody", "tr", "th", "td")
    assert tags == {f"<{mark}{name}>" for name in names for mark in ("", "/")}
