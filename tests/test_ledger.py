"""Ledger: an immutable value, its selections, its tables and its faces."""

from __future__ import annotations

import datetime as dt
import pickle
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import pledgetrack as pt

DAY = "2024-08-01"
AMOUNTS = ["proposed", "pledged", "committed", "delivered"]
TOTALS = ["unit", *AMOUNTS, "outstanding", "overdue", "commitments", "bound"]
STATUS = [
    "commitment", "party", "status", "unit", "target", "delivered", "share", "start", "end",
    "days_left", "reported", "original_target", "original_end", "source", "reason",
]  # fmt: skip
STATUSES = [
    "rejected", "withdrawn", "expired", "alleged", "proposed", "fulfilled", "fulfilled late",
    "stalled", "overdue", "in progress", "nothing delivered", "nothing reported",
]  # fmt: skip
MOVEMENTS = [
    "commitment", "party", "recipient", "channel", "unit", "measure", "number", "bound",
    "low", "high", "on", "since", "until", "known", "announced", "start", "end",
    "horizon", "event", "source", "part", "instead", "whole", "whole_announced",
]  # fmt: skip


def promise(name: str = "aid", **fields: Any) -> pt.Commitment:
    """A commitment of 100 USD by Mexico, unless told otherwise."""
    return pt.Commitment(
        **{
            "id": name,
            "party": "Mexico",
            "announced": "2024-01-15",
            "stage": "pledged",
            "target": {"number": 100, "unit": "USD"},
            **fields,
        }
    )


def ids(ledger: pt.Ledger) -> list[str]:
    """The ids of a ledger's commitments."""
    return [commitment.id for commitment in ledger]


# --- a value --------------------------------------------------------------------------------------


def test_a_ledger_counts_and_iterates_its_commitments(seeds: pt.Ledger) -> None:
    """Its length, its iteration and its tuple are of commitments, by id."""
    assert len(seeds) == len(seeds.commitments) == 19
    assert tuple(seeds) == seeds.commitments
    assert ids(seeds) == sorted(ids(seeds))
    assert len(pt.Ledger()) == 0


def test_a_ledger_holds_tuples_of_records(seeds: pt.Ledger) -> None:
    """Each kind of record under its name."""
    for records, kind in (
        (seeds.commitments, pt.Commitment),
        (seeds.events, pt.Event),
        (seeds.sources, pt.Source),
        (seeds.parties, pt.Party),
    ):
        assert isinstance(records, tuple)
        assert {type(record) for record in records} == {kind}


def test_a_ledger_is_indexed_by_id(seeds: pt.Ledger) -> None:
    """What comes out is the typed record."""
    record = seeds["mx-border-infrastructure"]
    assert isinstance(record, pt.Commitment)
    assert record.targets[0] == pt.Quantity(number=1_500_000_000, unit="USD")
    assert "mx-border-infrastructure" in seeds
    assert record in seeds
    assert "mx-border" not in seeds


def test_an_unknown_id_names_the_nearest(seeds: pt.Ledger) -> None:
    """A slip in an id is answered with the id that was meant."""
    with pytest.raises(KeyError, match="did you mean 'us-h2b-visas'") as caught:
        seeds["us-h2b-visa"]
    assert isinstance(caught.value, pt.UnknownNameError)
    assert caught.value.name == "us-h2b-visa"
    assert set(caught.value.choices) == set(ids(seeds))


@pytest.mark.parametrize("name", [0, None, ["us-h2b-visas"], slice(2)])
def test_a_ledger_is_not_indexed_by_anything_else(seeds: pt.Ledger, name: Any) -> None:
    """A number or a list is no id."""
    with pytest.raises(pt.UnknownNameError, match="unknown commitment"):
        seeds[name]


def test_equal_records_make_equal_ledgers() -> None:
    """In whatever order they came, and with one hash."""
    one = pt.Ledger([promise("a"), promise("b")])
    two = pt.Ledger(iter([promise("b"), promise("a")]))
    assert one == two
    assert hash(one) == hash(two)
    assert len({one, two}) == 1
    assert one != pt.Ledger([promise("a")])
    assert one != pt.Ledger([promise("a"), promise("b", stage="committed")])
    assert one != "ledger"


def test_a_ledger_does_not_change() -> None:
    """Neither it nor its records can be assigned to."""
    ledger = pt.Ledger([promise(tags={"topic": "aid"})])
    with pytest.raises(AttributeError):
        ledger.commitments = ()  # type: ignore[misc]
    with pytest.raises(ValueError, match="frozen"):
        ledger["aid"].stage = "committed"  # type: ignore[misc]
    with pytest.raises(TypeError, match="cannot change"):
        ledger["aid"].tags["topic"] = "other"
    with pytest.raises(TypeError):
        ledger["aid"] = promise()  # type: ignore[index]


def test_a_ledger_can_be_pickled(seeds: pt.Ledger) -> None:
    """As it must to travel to another process."""
    seeds.totals(as_of=DAY)
    assert pickle.loads(pickle.dumps(seeds)) == seeds  # noqa: S301  # our own bytes


def test_a_table_is_the_callers_to_change(seeds: pt.Ledger) -> None:
    """What is done to a result does not reach the next one."""
    first = seeds.totals(by="party", as_of=DAY)
    kept = first.copy(deep=True)
    first.loc[:, "pledged"] = None
    first["extra"] = 1
    first.attrs["caption"] = "changed"
    again = seeds.totals(by="party", as_of=DAY)
    pd.testing.assert_frame_equal(again, kept)
    assert again.attrs == kept.attrs


# --- joining --------------------------------------------------------------------------------------


def test_adding_ledgers_joins_their_records() -> None:
    """Identical parties and sources merge; order does not matter."""
    party, source = pt.Party(name="Mexico", alias="México"), pt.Source(id="plan")
    one = pt.Ledger([promise("a")], sources=[source], parties=[party])
    two = pt.Ledger([promise("b", party="México")], sources=[source], parties=[party])
    both = one + two
    assert ids(both) == ["a", "b"]
    assert both.sources == (source,)
    assert both.parties == (party,)
    assert both == two + one
    assert both + pt.Ledger() == both
    assert ids(one) == ["a"]


def test_a_name_of_one_ledger_is_resolved_by_the_other() -> None:
    """The aliases of either hold in the sum."""
    one = pt.Ledger([promise("a", party="USA")])
    two = pt.Ledger(parties=[pt.Party(name="United States", alias="USA")])
    assert (one + two)["a"].parties == ("United States",)


def test_adding_a_commitment_twice_is_an_error(seeds: pt.Ledger) -> None:
    """Nothing is counted twice."""
    with pytest.raises(pt.InvalidLedgerError) as caught:
        seeds + seeds
    assert {problem.message[:22] for problem in caught.value.problems} == {"a repeated id (2 times"}
    assert len(caught.value.problems) == 19


def test_adding_conflicting_records_is_an_error() -> None:
    """Two that say different things of one party or source."""
    one = pt.Ledger(sources=[pt.Source(id="plan", title="A")])
    two = pt.Ledger(sources=[pt.Source(id="plan", title="B")])
    with pytest.raises(pt.InvalidLedgerError, match="conflicts with another source"):
        one + two
    one = pt.Ledger(parties=[pt.Party(name="USA", alias="U.S.")])
    two = pt.Ledger(parties=[pt.Party(name="United States", alias="U.S.")])
    with pytest.raises(pt.InvalidLedgerError, match="conflicts with another record"):
        one + two


def test_only_ledgers_are_added(seeds: pt.Ledger) -> None:
    """A list is no ledger."""
    with pytest.raises(TypeError):
        seeds + (promise(),)  # type: ignore[operator]  # noqa: RUF005  # the sum is the point


def test_ledgers_chosen_in_two_ways_are_not_added(seeds: pt.Ledger) -> None:
    """The tables of their sum would show neither choice."""
    with pytest.raises(pt.PledgetrackError, match="join them first, then filter"):
        seeds.filter(unit="USD") + pt.Ledger([promise()])
    dollars = seeds.filter(unit="USD") + pt.Ledger([promise()]).filter(unit="USD")
    assert "aid" in dollars


# --- selections -----------------------------------------------------------------------------------


def test_a_party_is_the_exact_group(seeds: pt.Ledger) -> None:
    """party= leaves out what was promised jointly; involving= keeps it."""
    alone = seeds.filter(party="Mexico")
    assert {commitment.parties for commitment in alone} == {("Mexico",)}
    involving = seeds.filter(involving="Mexico")
    assert {"Mexico" in commitment.parties for commitment in involving} == {True}
    assert set(ids(involving)) - set(ids(alone)) == {
        c.id for c in seeds if "Mexico" in c.parties and len(c.parties) > 1
    }
    assert len(involving) > len(alone) > 0


@pytest.mark.parametrize(
    "name", ["United States", "U.S.", "USA", "usa", "United States of America", " united  states "]
)
def test_every_spelling_of_a_party_is_one(seeds: pt.Ledger, name: str) -> None:
    """In filter, involving and explain alike."""
    assert seeds.filter(party=name) == seeds.filter(party="United States")
    assert seeds.filter(involving=name) == seeds.filter(involving="United States")
    assert len(seeds.filter(party=name)) == 10
    found = seeds.explain(party=name, as_of=DAY)
    pd.testing.assert_frame_equal(found, seeds.explain(party="United States", as_of=DAY))


@pytest.mark.parametrize(
    "label", ["Mexico + United States", "United States + Mexico", "USA + México", "mexico + u.s."]
)
def test_a_joint_label_is_found_in_any_order_and_spelling(seeds: pt.Ledger, label: str) -> None:
    """Who stands first means nothing."""
    joint = seeds.filter(party=label)
    assert {commitment.parties for commitment in joint} == {("Mexico", "United States")}
    assert len(seeds.explain(party=label, as_of=DAY)) == len(joint)


def test_recipients_and_channels_are_labels_too(seeds: pt.Ledger) -> None:
    """Several recipients are one group; a missing one is not stated."""
    assert ids(seeds.filter(recipient="Haiti + Central America")) == ["us-h2b-visas"]
    assert set(ids(seeds.filter(recipient=None))) == {c.id for c in seeds if not c.recipients}
    assert seeds.filter(recipient=None) == seeds.filter(recipient="not stated")
    channelled = {c.id for c in seeds if c.channels}
    assert set(ids(seeds.filter(channel=None))) == set(ids(seeds)) - channelled
    assert channelled


def test_a_unit_is_chosen_in_the_tables(seeds: pt.Ledger) -> None:
    """Commitments with that unit are kept whole; tables show that unit alone."""
    dollars = seeds.filter(unit="USD")
    assert "us-ports-of-entry" in dollars
    assert len(dollars["us-ports-of-entry"].targets) == 2
    for table in (
        dollars.totals(as_of=DAY),
        dollars.totals(as_of=DAY, per="year"),
        dollars.status(as_of=DAY),
        dollars.summary(as_of=DAY),
        dollars.explain(as_of=DAY),
        dollars.movements(),
    ):
        assert set(table["unit"]) == {"USD"}
    assert len(seeds.filter(unit="action")) > 0


def test_choices_that_exclude_each_other_leave_nothing(seeds: pt.Ledger) -> None:
    """An empty choice is an empty ledger and an empty table, not an accident."""
    dollars = seeds.filter(unit="USD")
    for nothing in (dollars.filter(unit="refugee"), seeds.filter(unit=[]), seeds.filter(due=[])):
        assert len(nothing) == 0
        assert len(nothing.totals(by="party", as_of=DAY)) == 0
        assert len(nothing.status(as_of=DAY)) == 0
        assert len(nothing.movements()) == 0
    assert len(dollars.explain(unit="refugee", as_of=DAY)) == 0
    assert len(pt.totals(seeds.movements(), as_of=DAY, where={"unit": []})) == 0


@pytest.mark.parametrize(
    ("labels", "expected"),
    [({"horizon": "medium"}, {"mx-border-infrastructure", "us-refugee-resettlement"}),
     ({"due": 2024}, {"mx-border-infrastructure", "us-refugee-resettlement",
                      "us-senate-negotiations"}),
     ({"due": ["2024"], "party": "Mexico"}, {"mx-border-infrastructure"}),
     ({"horizon": "open", "party": "Mexico + United States"}, {"joint-border-modernization"}),
     ({"topic": "diplomacy"}, {"us-mission-to-mexico", "mx-us-cuba-dialogue"}),
     ({"tag_topic": "diplomacy"}, {"us-mission-to-mexico", "mx-us-cuba-dialogue"}),
     ({"progress": "under way"}, {"us-anti-smuggling-operation", "us-senate-negotiations"}),
     ({"commitment": ["us-h2b-visas", "us-ports-of-entry"]},
      {"us-h2b-visas", "us-ports-of-entry"}),
     ({"unit": ["refugee", "H-2B visa"]}, {"us-h2b-visas", "us-refugee-resettlement"}),
     ({"unit": " H-2B  visa"}, {"us-h2b-visas"}),
     ({"party": "Atlantis"}, set()),
     ({"commitment": []}, set())],
)  # fmt: skip
def test_filter_keeps_what_has_the_labels(
    seeds: pt.Ledger, labels: dict[str, Any], expected: set[str]
) -> None:
    """Keys are those of totals; several labels of one key are alternatives."""
    assert set(ids(seeds.filter(**labels))) == expected


def test_labels_that_are_not_stated_are_none(seeds: pt.Ledger) -> None:
    """None and "not stated" choose what a source left out."""
    for key, missing in (
        ("horizon", lambda c: c.horizon is None),
        ("due", lambda c: c.horizon is None),
        ("progress", lambda c: "progress" not in c.tags),
        ("recipient", lambda c: not c.recipients),
    ):
        wanted = {c.id for c in seeds if missing(c)}
        assert set(ids(seeds.filter(**{key: None}))) == wanted, key
        assert set(ids(seeds.filter(**{key: "not stated"}))) == wanted, key
        assert set(ids(seeds.filter(**{key: [None]}))) == wanted, key
    assert set(seeds.filter(horizon=None).totals(by="horizon", as_of=DAY)["horizon"]) == {
        "not stated"
    }


def test_the_year_of_the_announcement_is_a_label(seeds: pt.Ledger) -> None:
    """As a number or as text."""
    of_2022 = {c.id for c in seeds if c.announced.year == 2022}
    assert set(ids(seeds.filter(announced=2022))) == of_2022
    assert set(ids(seeds.filter(announced="2022"))) == of_2022
    assert seeds.filter(announced=["2022", 2023]) == seeds


def test_a_status_is_chosen_as_of_a_day(seeds: pt.Ledger) -> None:
    """Mexico's pledge is overdue from 2024-07-12 on."""
    assert ids(seeds.filter(status="overdue", unit="USD", as_of="2024-07-11")) == []
    later = seeds.filter(status="overdue", unit="USD", as_of="2024-07-12")
    assert ids(later) == ["mx-border-infrastructure"]
    both = seeds.filter(status=["rejected", "alleged"], as_of=DAY)
    assert set(both.status(as_of=DAY)["status"]) == {"rejected", "alleged"}


def test_an_unknown_status_is_refused(seeds: pt.Ledger) -> None:
    """A slip is not answered with an empty ledger."""
    with pytest.raises(pt.UnknownNameError, match="did you mean 'overdue'"):
        seeds.filter(status="overdu", as_of=DAY)


def test_choices_add_up(seeds: pt.Ledger) -> None:
    """One filter after another is both."""
    twice = seeds.filter(party="United States").filter(unit="USD")
    assert twice == seeds.filter(unit="USD").filter(party="United States")
    assert twice == seeds.filter(party="United States", unit="USD")


def test_a_choice_gives_the_rows_of_the_whole(seeds: pt.Ledger) -> None:
    """Totals of a choice are the rows that totals of all show for it."""
    whole = seeds.totals(by=["party", "horizon"], as_of=DAY)
    for key, label in (("party", "United States"), ("unit", "USD"), ("horizon", "medium")):
        chosen = seeds.filter(**{key: label}).totals(by=["party", "horizon"], as_of=DAY)
        expected = whole[whole[key] == label].reset_index(drop=True)
        pd.testing.assert_frame_equal(chosen, expected)


def test_filter_without_labels_is_the_ledger(seeds: pt.Ledger) -> None:
    """Nothing chosen, nothing left out."""
    assert seeds.filter() == seeds


def test_a_cut_ledger_is_that_of_the_day(seeds: pt.Ledger) -> None:
    """No commitment announced later, no event of later, and the same tables as of that day."""
    cut = seeds.cut("2023-12-06")
    assert {c.announced <= dt.date(2023, 12, 6) for c in cut} == {True}
    assert not [event for event in cut.events if event.kind == "rejected"]
    for day in ("2023-12-06", "2030-01-01"):
        assert "rejected" not in set(cut.status(as_of=day)["status"])
    for table in ("totals", "status", "summary", "explain"):
        pd.testing.assert_frame_equal(
            getattr(cut, table)(as_of="2023-12-06"), getattr(seeds, table)(as_of="2023-12-06")
        )
    assert seeds.cut("9999-12-31") == seeds
    assert len(seeds.cut(dt.date(2000, 1, 1))) == 0


def test_sources_to_is_the_last_day_that_is_known_of() -> None:
    """A source, an announcement, an event, or the day on which one became known."""
    assert pt.Ledger().sources_to is None
    aid = promise()
    assert pt.Ledger([aid]).sources_to == dt.date(2024, 1, 15)
    event = pt.Event(commitment="aid", kind="suspended", on="2024-02-01")
    assert pt.Ledger([aid], [event]).sources_to == dt.date(2024, 2, 1)
    known = pt.Event(commitment="aid", kind="suspended", on="2024-02-01", known="2024-03-01")
    assert pt.Ledger([aid], [known]).sources_to == dt.date(2024, 3, 1)
    source = pt.Source(id="plan", published="2025-01-01")
    assert pt.Ledger([aid], [known], [source]).sources_to == dt.date(2025, 1, 1)


# --- keys and days --------------------------------------------------------------------------------

TABLES: dict[str, Callable[..., pd.DataFrame]] = {
    "totals": pt.Ledger.totals,
    "status": pt.Ledger.status,
    "summary": pt.Ledger.summary,
    "explain": pt.Ledger.explain,
}
each_table = pytest.mark.parametrize("table", TABLES)


@each_table
def test_a_result_says_its_day_and_how_far_sources_reach(seeds: pt.Ledger, table: str) -> None:
    """In attrs, as text, and in the caption."""
    made = TABLES[table](seeds, as_of=DAY)
    assert made.attrs["as_of"] == DAY
    assert made.attrs["sources_to"] == "2023-12-22"
    assert made.attrs["caption"] == "as of 2024-08-01; sources to 2023-12-22"
    assert all(isinstance(value, str) for value in made.attrs.values())


@each_table
def test_no_day_is_today(seeds: pt.Ledger, table: str) -> None:
    """And the result says which day that was."""
    before = dt.date.today()  # noqa: DTZ011  # the reader's own today is meant
    said = {TABLES[table](seeds).attrs["as_of"], TABLES[table](seeds, as_of=None).attrs["as_of"]}
    assert said <= {str(before), str(dt.date.today())}  # noqa: DTZ011


@each_table
@pytest.mark.parametrize(
    "day",
    [dt.date(2024, 8, 1), "2024-08-01", pd.Timestamp("2024-08-01"),
     dt.datetime(2024, 8, 1)],  # noqa: DTZ001  # a ledger's days have no time zone
)  # fmt: skip
def test_a_day_may_be_a_date_text_or_timestamp(seeds: pt.Ledger, table: str, day: object) -> None:
    """All of them name the same day."""
    made = TABLES[table](seeds, as_of=day)
    pd.testing.assert_frame_equal(made, TABLES[table](seeds, as_of=DAY))
    assert made.attrs["as_of"] == DAY


@each_table
@pytest.mark.parametrize(
    "day",
    ["01/08/2024", "2024-8-1", "2024-08", "20240801", "", "2024-02-30", 20240801, 2024.5, True,
     ["2024-08-01"], pd.NaT, float("nan"), pd.Timestamp("2024-08-01 12:00"),
     pd.Timestamp("2024-08-01", tz="UTC"), dt.datetime(2024, 8, 1, tzinfo=dt.UTC)],
)  # fmt: skip
def test_anything_else_is_no_day(seeds: pt.Ledger, table: str, day: object) -> None:
    """A moment, a number or another spelling is refused, not guessed at."""
    with pytest.raises(pt.DayError):
        TABLES[table](seeds, as_of=day)


@each_table
@pytest.mark.parametrize("day", [dt.date.min, dt.date.max])
def test_the_first_and_last_day_of_the_calendar_are_days(
    seeds: pt.Ledger, table: str, day: dt.date
) -> None:
    """Before everything the tables are empty; after everything they are full."""
    assert (len(TABLES[table](seeds, as_of=day)) > 0) == (day == dt.date.max)


@pytest.mark.parametrize("table", [pt.Ledger.totals, pt.Ledger.summary])
def test_by_is_a_text_or_several(seeds: pt.Ledger, table: Callable[..., pd.DataFrame]) -> None:
    """One key may stand alone; a list, a tuple or an iterator is several."""
    one = table(seeds, by="party", as_of=DAY)
    for by in (["party"], ("party",), iter(["party"])):
        pd.testing.assert_frame_equal(table(seeds, by=by, as_of=DAY), one)
    pd.testing.assert_frame_equal(table(seeds, as_of=DAY), table(seeds, by=[], as_of=DAY))


@pytest.mark.parametrize("table", [pt.Ledger.totals, pt.Ledger.summary])
@pytest.mark.parametrize("by", ["partei", ["party", "horizont"], "", "number", "tag_frob", 5])
def test_an_unknown_key_is_refused_with_the_choices(
    seeds: pt.Ledger, table: Callable[..., pd.DataFrame], by: Any
) -> None:
    """The choices are the keys and the ledger's own tags."""
    by = [by] if isinstance(by, int) else by
    with pytest.raises(pt.UnknownNameError, match="unknown key") as caught:
        table(seeds, by=by, as_of=DAY)
    assert set(caught.value.choices) == {
        "party", "recipient", "channel", "unit", "horizon", "due", "announced", "status",
        "source", "commitment", "tag_law", "tag_progress", "tag_topic",
    }  # fmt: skip


@pytest.mark.parametrize("by", [["party", "party"], ["unit", "party", "unit"]])
def test_a_repeated_key_is_refused(seeds: pt.Ledger, by: list[str]) -> None:
    """Two columns of one name are nobody's wish."""
    with pytest.raises(pt.UnknownNameError, match="repeated key"):
        seeds.totals(by=by, as_of=DAY)
    with pytest.raises(pt.UnknownNameError, match="repeated key"):
        seeds.summary(by=by, as_of=DAY)


def test_unknown_labels_of_filter_are_refused(seeds: pt.Ledger) -> None:
    """A key that is none, with the nearest one."""
    with pytest.raises(pt.UnknownNameError, match="did you mean 'party'") as caught:
        seeds.filter(partei="Mexico")
    assert "tag_topic" in caught.value.choices


def test_unknown_periods_and_numbers_are_refused(seeds: pt.Ledger) -> None:
    """With the words that are known."""
    with pytest.raises(pt.UnknownNameError, match="unknown period 'week'") as caught:
        seeds.totals(per="week", as_of=DAY)
    assert caught.value.choices == ("year", "fiscal year", "quarter", "month")
    for table in (seeds.totals, seeds.status, seeds.summary):
        with pytest.raises(pt.UnknownNameError, match="unknown kind of numbers 'int'"):
            table(as_of=DAY, numbers="int")  # type: ignore[operator]


# --- columns --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "keys"),
    [([], []), ("party", ["party"]), (["party", "horizon"], ["party", "horizon"]),
     (["horizon", "party"], ["horizon", "party"]), ("unit", []), (["unit", "due"], ["due"]),
     (["topic"], ["topic"]), (["tag_topic"], ["tag_topic"]), (["status"], ["status"]),
     (["commitment", "announced"], ["commitment", "announced"])],
)  # fmt: skip
def test_totals_have_the_documented_columns(
    seeds: pt.Ledger, by: list[str], keys: list[str]
) -> None:
    """Keys as asked for, the unit, the amounts, the count, the bound."""
    table = seeds.totals(by=by, as_of=DAY)
    assert list(table) == [*keys, *TOTALS]
    assert isinstance(table.index, pd.RangeIndex)


def test_totals_per_period_have_the_key_period(seeds: pt.Ledger) -> None:
    """What would be cut through a commitment is absent."""
    table = seeds.totals(by=["party"], per="year", as_of=DAY)
    assert list(table) == ["party", "period", "unit", *AMOUNTS, "commitments", "bound"]
    table = seeds.totals(by="source", as_of=DAY)
    assert list(table) == ["source", "unit", *AMOUNTS, "commitments", "bound"]


def test_status_has_the_documented_columns(seeds: pt.Ledger) -> None:
    """A row per commitment and target, in this order."""
    table = seeds.status(as_of=DAY)
    assert list(table) == STATUS
    assert isinstance(table.index, pd.RangeIndex)


def test_summary_has_the_documented_columns(seeds: pt.Ledger) -> None:
    """Totals, share, and a count for every status there is."""
    counts = [f"status_{name.replace(' ', '_')}" for name in STATUSES]
    table = seeds.summary(by="party", as_of=DAY)
    assert list(table) == ["party", *TOTALS, "share", *counts]
    assert isinstance(table.index, pd.RangeIndex)
    assert list(table[counts].sum(axis=1)) == list(table["commitments"])


def test_movements_have_the_documented_columns(seeds: pt.Ledger) -> None:
    """Then a column for each tag."""
    tags = ["tag_law", "tag_progress", "tag_topic"]
    assert list(seeds.movements()) == [*MOVEMENTS, *tags]
    assert list(pt.Ledger().movements()) == MOVEMENTS


def test_an_empty_ledger_has_empty_tables() -> None:
    """The columns are there, and the day is said."""
    empty = pt.Ledger()
    for table, columns in (
        (empty.totals(as_of=DAY), TOTALS),
        (empty.totals(by="party", as_of=DAY), ["party", *TOTALS]),
        (empty.status(as_of=DAY), STATUS),
        (empty.explain(as_of=DAY), [*MOVEMENTS, "citation"]),
        (empty.totals(per="year", as_of=DAY), ["period", "unit", *AMOUNTS, "commitments", "bound"]),
    ):
        assert (len(table), list(table)) == (0, columns)
        assert table.attrs["caption"] == "as of 2024-08-01"
    assert list(empty.summary(as_of=DAY))[: len(TOTALS)] == TOTALS


@pytest.mark.parametrize("name", ["pledged", "unit", "period", "bound", "commitments", "party"])
def test_a_tag_may_have_the_name_of_a_column(name: str) -> None:
    """Under its full name it is a key beside the column."""
    ledger = pt.Ledger([promise(tags={name: "yes"})])
    table = ledger.totals(by=f"tag_{name}", as_of=DAY)
    assert list(table) == [f"tag_{name}", *TOTALS]
    assert table[f"tag_{name}"][0] == "yes"
    assert (table["unit"][0], table["pledged"][0]) == ("USD", 100)
    assert len(ledger.filter(**{f"tag_{name}": "yes"})) == 1


@pytest.mark.parametrize("name", ["pledged", "bound", "commitments", "share", "period"])
def test_a_tag_never_takes_the_place_of_a_column(name: str) -> None:
    """Where the short name of a tag is that of a column, neither is lost."""
    ledger = pt.Ledger([promise(tags={name: "yes"})])
    try:
        table = ledger.summary(by=name, as_of=DAY)
        split = ledger.totals(by=name, per="year", as_of=DAY)
    except pt.PledgetrackError as error:
        assert f"tag_{name}" in str(error)  # noqa: PT017  # a refusal that names the way out
    else:
        assert "yes" in set(table.iloc[0].astype(str))
        assert "yes" in set(split.iloc[0].astype(str))
        assert table["pledged"].iloc[-1] == 100


# --- faces ----------------------------------------------------------------------------------------


def test_a_ledger_shows_itself_in_a_line(seeds: pt.Ledger) -> None:
    """How much it holds, and how far its sources reach."""
    assert repr(seeds).startswith("Ledger(19 commitments, 5 events, 2 sources, ")
    assert repr(seeds).endswith("; sources to 2023-12-22)")
    assert repr(pt.Ledger([promise()])) == (
        "Ledger(1 commitment, 0 events, 0 sources, 1 party; sources to 2024-01-15)"
    )
    assert repr(pt.Ledger()) == "Ledger(0 commitments, 0 events, 0 sources, 0 parties)"
    assert "; unit USD;" in repr(seeds.filter(unit="USD"))


def test_a_ledger_shows_itself_as_a_table_in_a_notebook(seeds: pt.Ledger) -> None:
    """By party as of today, with separators, and missing amounts as empty cells."""
    html = seeds._repr_html_()
    assert html.startswith("<table><caption>Ledger(19 commitments")
    assert "as of " in html
    cells = re.findall(r"<td [^>]*>([^<]*)</td>", html)
    at = cells.index("Mexico")
    amounts = ["", "1,500,000,000", "", "", "1,500,000,000", "1,500,000,000"]
    assert cells[at : at + 9] == ["Mexico", "USD", *amounts, "1"]
    assert "None" not in html


def test_records_show_themselves_as_tables(seeds: pt.Ledger) -> None:
    """A commitment, an event, a source and a party, each with the fields that are set."""
    html = seeds["mx-border-infrastructure"]._repr_html_()
    assert html.startswith("<table>")
    assert "1,500,000,000 USD" in html
    assert "<td>condition</td>" not in html
    for record in (seeds.events[0], seeds.sources[0], seeds.parties[0]):
        assert record._repr_html_().startswith("<table>")


def test_no_text_of_a_ledger_becomes_markup() -> None:
    """A party named like a script is shown and does nothing."""
    evil = '<script>alert(1)</script> & "friends"'
    source = pt.Source(id=evil, title=evil)
    commitment = promise(
        evil, party=evil, title=evil, recipient=evil, note=evil, condition=evil,
        tags={evil: evil}, target={"number": 5, "unit": f"thing {evil}"},
        horizon={"wording": evil}, citation={"source": evil, "place": evil},
    )  # fmt: skip
    event = pt.Event(
        commitment=evil, kind="delivered", on="2024-02-01", note=evil,
        quantity={"number": 1, "unit": f"thing {evil}"}, citation={"source": evil},
    )  # fmt: skip
    ledger = pt.Ledger([commitment], [event], [source], [pt.Party(name=evil, note=evil)])
    chosen = ledger.filter(unit=f"thing {evil}")
    for shown in (ledger, chosen, commitment, event, source, ledger.parties[0]):
        html = shown._repr_html_()
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in html
        assert "<script" not in html


def test_movements_of_a_choice_keep_the_facts_without_an_amount() -> None:
    """A suspension has the unit "action", and still says why a promise of dollars is stalled."""
    halted = pt.Event(commitment="aid", kind="suspended", on="2024-06-01")
    chosen = pt.Ledger([promise()], [halted]).filter(unit="USD")
    (expected,) = set(chosen.status(as_of="2024-07-01")["status"])
    (found,) = set(pt.status(chosen.movements(), as_of="2024-07-01")["status"])
    assert found == expected == "stalled"
    assert list(pt.totals(chosen.movements())["unit"]) == ["USD"]


@pytest.mark.parametrize("status", ["fulfilled late", "stalled"])
def test_a_status_that_nothing_has_gives_an_empty_table(seeds: pt.Ledger, status: str) -> None:
    """Whichever way it is asked for."""
    assert seeds.explain(status=status, as_of="2024-08-01").empty
    assert pt.totals(seeds.movements(), where={"status": status}, as_of="2024-08-01").empty
    assert pt.totals(seeds.movements(), where={"status": []}, as_of="2024-08-01").empty
    assert pt.Ledger().explain(status=status).empty


def test_ledgers_can_be_summed(seeds: pt.Ledger) -> None:
    """As any values that add."""
    other = pt.Ledger([promise()])
    assert sum([seeds, other]) == seeds + other
