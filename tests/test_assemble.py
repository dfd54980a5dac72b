"""Records that stand together: one name for each party, and every mistake at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack import strategies as pts
from pledgetrack.assemble import Names, assemble, describe, fold
from pledgetrack.balances import order
from pledgetrack.errors import InvalidLedgerError, Problem

US = pt.Party(name="United States", aliases=("U.S.", "USA"))


def promise(name: str = "x", party: str | Sequence[str] = "Mexico", **fields: Any) -> pt.Commitment:
    """A pledge of 100 USD on 2024-03-15, but for what a test is about."""
    target = {"number": 100, "unit": "USD"}
    base = {"announced": "2024-03-15", "stage": "pledged", "targets": [target]}
    return pt.Commitment(id=name, parties=party, **{**base, **fields})


def event(
    kind: str = "withdrawn", on: str = "2024-04-15", name: str = "x", **fields: Any
) -> pt.Event:
    """An event of a commitment."""
    return pt.Event(commitment=name, kind=kind, on=on, **fields)


def restated(number: int, on: str = "2024-04-15", **fields: Any) -> pt.Event:
    """A revision to so many USD."""
    return event("revised", on, restated={"number": number, "unit": "USD", **fields})


def mistakes(*records: Any) -> list[str]:
    """What is wrong with records together, as text without the head line."""
    kinds = (pt.Commitment, pt.Event, pt.Source, pt.Party)
    with pytest.raises(InvalidLedgerError) as caught:
        assemble(*([one for one in records if isinstance(one, kind)] for kind in kinds))
    return [str(problem) for problem in caught.value.problems]


# --- parties --------------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", ["USA", "usa", "U.S.", " united  states ", "United States"])
@pytest.mark.parametrize("field", ["parties", "recipients", "channels"])
def test_every_spelling_of_a_party_becomes_its_name(field: str, spelling: str) -> None:
    """Aliases hold everywhere: who promises, who receives, who carries out."""
    fields = {"party": "Peru", field: spelling} if field != "parties" else {"party": spelling}
    records = assemble([promise(**fields)], parties=[US])
    assert getattr(records.commitments[0], field) == ("United States",)


def test_two_spellings_of_one_party_are_one_joint_party() -> None:
    """A promise of "USA and U.S." is a promise of one, sorted among the others by its name."""
    records = assemble([promise(party=["USA", "U.S.", "Peru"])], parties=[US])
    assert records.commitments[0].parties == ("Peru", "United States")


def test_a_spelling_that_is_no_alias_is_another_party() -> None:
    """Names are not guessed from their looks."""
    records = assemble([promise(party="United States of America")], parties=[US])
    assert records.commitments[0].parties == ("United States of America",)


def test_parties_that_are_only_mentioned_are_added() -> None:
    """Whoever promises, receives or carries out is a party, without a record of its own."""
    made = promise(party=["Mexico", "USA"], recipient="Peru", channel="UNHCR")
    records = assemble([made], parties=[US])
    assert [party.name for party in records.parties] == ["Mexico", "Peru", "UNHCR", "United States"]
    assert US in records.parties


def test_capitals_do_not_make_another_party() -> None:
    """Two promises of "Mexico" and "mexico" are promises of one party, declared or not."""
    records = assemble([promise("a", "Mexico"), promise("b", "mexico")])
    assert len(records.parties) == 1
    assert records.commitments[0].parties == records.commitments[1].parties


def test_identical_parties_and_sources_merge() -> None:
    """Two files that say the same say it once."""
    source = pt.Source(id="s", title="Budget")
    records = assemble([], [], [source, source.model_copy()], [US, US.model_copy()])
    assert (records.sources, records.parties) == ((source,), (US,))


def test_a_party_that_is_only_a_name_gives_way_to_one_that_says_more() -> None:
    """A bare name, even an alias of it, adds nothing to a record with aliases."""
    for bare in ("United States", "usa"):
        for parties in ([pt.Party(name=bare), US], [US, pt.Party(name=bare)]):
            assert assemble(parties=parties).parties == (US,)


@pytest.mark.parametrize(
    "other",
    [
        pt.Party(name="United States", kind="government"),
        pt.Party(name="united states", aliases=("U.S.", "USA")),
        pt.Party(name="United Airlines", aliases=("usa",)),
        pt.Party(name="USA", kind="government"),
    ],
)
def test_conflicting_parties_are_a_mistake(other: pt.Party) -> None:
    """One spelling belongs to one record, whichever comes first."""
    for pair in ((US, other), (other, US)):
        found = mistakes(*pair)
        assert len(found) == 1
        assert "conflicts with another record of the same spelling" in found[0]


def test_conflicting_sources_are_a_mistake() -> None:
    """An id stands for one document."""
    assert mistakes(pt.Source(id="s"), pt.Source(id="s", title="Budget")) == [
        "source 's': conflicts with another source of that id"
    ]


def test_names_resolve_the_label_of_a_group() -> None:
    """A joint label may be written with any spellings in any order."""
    names = Names.of([US, pt.Party(name="A + B", aliases=("AB",))])
    assert names.resolve_label("USA + Mexico") == "Mexico + United States"
    assert names.resolve_label("United States + Mexico + usa") == "Mexico + United States"
    assert names.resolve_label("a + b") == names.resolve_label("AB") == "A + B"
    assert names.resolve("Peru") == "Peru"


@pytest.mark.parametrize(
    ("name", "folded"), [(" United\u00a0 States ", "united states"), ("Ü", "ü")]
)
def test_spellings_are_compared_without_capitals_and_blanks(name: str, folded: str) -> None:
    """What looks the same to a reader is the same name."""
    assert fold(name) == folded


# --- commitments and sources ----------------------------------------------------------------------


def test_a_repeated_id_is_a_mistake() -> None:
    """Nothing is counted twice, even where both records are alike."""
    found = mistakes(promise(), promise(), promise("y"))
    assert found == ["commitment 'x': a repeated id (2 times); each commitment has its own"]


def test_an_unknown_source_is_a_mistake() -> None:
    """A citation names a source of the ledger; the message lists those there are."""
    cited = {"citation": {"source": "nope"}}
    assert mistakes(promise(**cited), event(**cited), pt.Source(id="s")) == [
        "commitment 'x': unknown source 'nope' (sources: 's')",
        "event 'withdrawn' of 'x' on 2024-04-15: unknown source 'nope' (sources: 's')",
    ]
    assert "(sources: none)" in mistakes(promise(**cited))[0]


def test_an_event_needs_its_commitment() -> None:
    """An event of nothing is a mistake, and the nearest id is suggested."""
    found = mistakes(promise("mx-border"), event(name="mx-boarder"))
    assert found == [
        "event 'withdrawn' of 'mx-boarder' on 2024-04-15: no commitment 'mx-boarder'; "
        "did you mean 'mx-border'?"
    ]


# --- days -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("announced", "on"),
    [
        ("2024-03-15", "2024-03-14"),
        ("2024-03-15", "2024-02"),
        ("2024-03", "2024-02-29"),
        ("2024-03", "2024-02"),
    ],
)
def test_an_event_before_its_announcement_is_a_mistake(announced: str, on: str) -> None:
    """What cannot have been after the announcement is refused."""
    found = mistakes(promise(announced=announced), event(on=on))
    assert len(found) == 1
    assert "before the announcement of the commitment on 2024-03-" in found[0]


@pytest.mark.parametrize(
    ("announced", "on"),
    [
        ("2024-03-15", "2024-03-15"),
        ("2024-03-15", "2024-03"),
        ("2024-03", "2024-03-01"),
        ("2024-03", "2024-03"),
    ],
)
def test_an_event_that_may_have_been_after_the_announcement_is_taken(
    announced: str, on: str
) -> None:
    """A day known only to the month contradicts nothing within the month."""
    assert len(assemble([promise(announced=announced)], [event(on=on)]).events) == 1


# --- units and restatements -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pledged", "committed", "withdrawn", "rejected", "expired"])
def test_an_event_in_a_unit_that_is_no_target_is_a_mistake(kind: str) -> None:
    """What is promised in a new unit is a new commitment."""
    found = mistakes(promise(), event(kind, quantity={"number": 1, "unit": "EUR"}))
    assert "'EUR' is no target of the commitment (targets: USD); what is promised" in found[0]


@pytest.mark.parametrize("form", ["quantity", "restated"])
def test_a_revision_adds_no_unit(form: str) -> None:
    """Neither by an amount nor to one, and an action has no target to revise."""
    revised = event("revised", **{form: {"number": 1, "unit": "EUR"}})
    assert "'EUR' is no target of the commitment (targets: USD)" in mistakes(promise(), revised)[0]
    action = promise(targets=[])
    assert "(targets: none, it is an action)" in mistakes(action, revised)[0]


def test_a_delivery_may_be_in_another_unit() -> None:
    """It is shown without a share, so it is no mistake of the records."""
    came = event("delivered", quantity={"number": 1, "unit": "EUR"})
    assert assemble([promise()], [came]).events == (came,)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (restated(50), restated(60)),
        (restated(50), restated(50, bound="at least")),
        (
            event("revised", horizon={"end": "2025-01-01"}),
            event("revised", horizon={"end": "2026-01-01"}),
        ),
        (
            event("revised", horizon={"end": "2025-01-01"}),
            event("revised", horizon={"start": "2024-01-01", "end": "2025-01-01"}),
        ),
    ],
)
def test_two_restatements_of_one_day_that_differ_are_a_mistake(
    one: pt.Event, two: pt.Event
) -> None:
    """Which of them holds at the day's end cannot be told."""
    found = mistakes(promise(), one, two)
    assert len(found) == 1
    assert "conflicting restatements on 2024-04-15" in found[0]


def test_months_that_both_count_from_the_announcement_conflict() -> None:
    """Two restatements clash on the day from which they count, not on the day that they state."""
    march = promise(announced="2024-03")
    found = mistakes(march, restated(50, "2024-03-10"), restated(60, "2024-03-20"))
    assert "conflicting restatements on 2024-03-31 (USD): 50 USD and 60 USD" in found[0]


@pytest.mark.parametrize(
    "events",
    [
        [restated(50), restated(50)],
        [restated(50), restated(60, "2024-04-16")],
        [restated(50), event("revised", quantity={"number": 5, "unit": "USD"})],
        [restated(50), event("revised", restated={"number": 6, "unit": "visa"})],
        [
            event("revised", horizon={"end": "2025-01-01", "wording": "by New Year"}),
            event("revised", horizon={"end": "2025-01-01"}),
        ],
    ],
)
def test_restatements_that_agree_or_differ_in_day_or_target_are_taken(
    events: list[pt.Event],
) -> None:
    """Only one target on one day can be stated twice."""
    both = promise(targets=[{"number": 100, "unit": "USD"}, {"number": 5, "unit": "visa"}])
    assert len(assemble([both], events).events) == 2


# --- all together ---------------------------------------------------------------------------------


def test_every_mistake_is_told_at_once_with_its_place() -> None:
    """Mistakes that a reader found come first, then those between the records, none missing."""
    records = {
        "commitment": promise(citation={"source": "nope"}),
        "again": promise(party="Peru"),
        "early": event(on="2024-01-01"),
        "lost": event(name="y"),
        "unit": event(quantity={"number": 1, "unit": "EUR"}, on="2024-05-01"),
        "fifty": restated(50),
        "sixty": restated(60),
        "source": pt.Source(id="s"),
        "other source": pt.Source(id="s", title="t"),
        "party": US,
        "other party": pt.Party(name="USA", kind="government"),
    }
    places = {id(record): ("a.toml", line) for line, record in enumerate(records.values(), 1)}
    kinds = (pt.Commitment, pt.Event, pt.Source, pt.Party)
    with pytest.raises(InvalidLedgerError) as caught:
        assemble(
            *([one for one in records.values() if isinstance(one, kind)] for kind in kinds),
            places=places,
            problems=[Problem("no such field", file="a.toml", line=99)],
        )
    problems = caught.value.problems
    assert str(problems[0]) == "a.toml:99: no such field"
    said = {(problem.line, problem.message.split(" ")[0]) for problem in problems[1:]}
    # Of two parties with one spelling either may be named.
    assert said - {(10, "conflicts"), (11, "conflicts")} == {
        (1, "unknown"), (2, "a"), (3, "before"), (4, "no"), (5, "'EUR'"), (7, "conflicting"),
        (9, "conflicts"),
    }  # fmt: skip
    assert len(said) == 8
    assert len(problems) == 9
    assert "9 mistakes in the records" in str(caught.value)
    assert isinstance(caught.value, pt.PledgetrackError)


def test_a_mistake_found_by_a_reader_is_enough() -> None:
    """Records that are right by themselves make no ledger of half a file."""
    with pytest.raises(InvalidLedgerError, match="1 mistake in the records"):
        assemble([promise()], problems=[Problem("no such field")])


def test_a_ledger_refuses_what_does_not_stand_together() -> None:
    """Records made by hand are checked as those of a file are, and so are two ledgers joined."""
    with pytest.raises(InvalidLedgerError, match="no commitment 'y'"):
        pt.Ledger([promise()], [event(name="y")])
    with pytest.raises(InvalidLedgerError, match="a repeated id"):
        pt.Ledger([promise()]) + pt.Ledger([promise(party="Peru")])


def test_joining_resolves_names_of_both() -> None:
    """A spelling in one ledger becomes the name that the other declares."""
    joined = pt.Ledger([promise(party="USA")]) + pt.Ledger(parties=[US])
    assert joined["x"].parties == ("United States",)
    assert joined.parties == (US,)


def test_an_event_is_described_in_a_few_words() -> None:
    """Kind, commitment and day are enough to find it in a file."""
    assert describe(event()) == "event 'withdrawn' of 'x' on 2024-04-15"


@given(pts.ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_records_never_matters(ledger: pt.Ledger, random: Any) -> None:
    """Records in any order make the same ledger, and a ledger's own records make it again."""
    shuffled = []
    for records in (ledger.commitments, ledger.events, ledger.sources, ledger.parties):
        mixed = list(records)
        random.shuffle(mixed)
        shuffled.append(mixed)
    assert pt.Ledger(*shuffled) == ledger


@pytest.mark.parametrize("collecting", [True, False])
@pytest.mark.parametrize("times", [1, 2])
def test_the_collector_rests_while_records_are_put_together(collecting: bool, times: int) -> None:
    """Then it is as it was, also where the records do not stand together."""
    seen = []

    def records() -> Iterator[pt.Commitment]:
        for _ in range(times):
            seen.append(gc.isenabled())
            yield promise()

    was = gc.isenabled()
    (gc.enable if collecting else gc.disable)()
    try:
        with pytest.raises(InvalidLedgerError) if times > 1 else nullcontext():
            assemble(records())
        assert gc.isenabled() is collecting
    finally:
        (gc.enable if was else gc.disable)()
    assert seen == [False] * times


@given(ledger=pts.ledgers(), chance=st.randoms())
def test_events_come_in_one_order_whatever_order_they_came_in(
    ledger: pt.Ledger, chance: Any
) -> None:
    """By commitment and day, and those of one day by all that they say."""
    events = list(ledger.events)
    expected = sorted(events, key=lambda one: (one.commitment, *order(one, one.on)))
    chance.shuffle(events)
    found = assemble(ledger.commitments, events, ledger.sources, ledger.parties).events
    assert found == tuple(expected)
