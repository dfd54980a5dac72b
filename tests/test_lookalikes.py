"""Lookalikes: candidates for a link, found in one walk through a ledger."""

from __future__ import annotations

import datetime as dt
import itertools
import time
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack import strategies as pts
from pledgetrack.lookalikes import COMPARED, Pair, lookalikes

ONE: dict[str, Any] = {
    "party": "Norway", "announced": "2024-01-15", "stage": "pledged", "citation": {"source": "a"},
    "target": {"number": 1000, "unit": "NOK"},
}  # fmt: skip
OTHER = {**ONE, "citation": {"source": "b"}}


def found(**fields: Any) -> int:
    """How many pairs a promise makes with another that differs in some fields."""
    given = {key: value for key, value in {**OTHER, **fields}.items() if value is not None}
    pair = [pt.Commitment(id="one", **ONE), pt.Commitment(id="two", **given)]
    assert lookalikes(pair) == lookalikes(reversed(pair))
    return len(lookalikes(pair)[0])


WELL = {"number": 5, "unit": "well"}


def nok(number: object) -> dict[str, object]:
    """An amount of money."""
    return {"number": number, "unit": "NOK"}


@pytest.mark.parametrize(
    "fields",
    [{}, {"announced": "2024-04-14"}, {"announced": "2023-10-17"}, {"citation": None},
     {"target": nok(990)}, {"target": nok("1010.10")}, {"stage": "committed", "recipient": "Peru"},
     {"target": None, "targets": [WELL, nok(1000)]}],
)  # fmt: skip
def test_a_promise_that_looks_alike_is_found(fields: dict[str, Any]) -> None:
    """Same parties and unit, within 1 percent of the larger, within 90 days."""
    assert found(**fields) == 1


@pytest.mark.parametrize(
    "fields",
    [{"announced": "2024-04-15"}, {"party": "Sweden"},
     {"party": None, "parties": ["Norway", "Sweden"]}, {"target": nok("989.99")},
     {"target": nok("1010.11")}, {"target": {"number": 1000, "unit": "SEK"}}, {"target": None},
     {"citation": {"source": "a"}}, {"part_of": "one"}, {"repeats": "one"}, {"same_as": "one"}],
)  # fmt: skip
def test_others_are_not(fields: dict[str, Any]) -> None:
    """Neither what differs more, nor what one source says twice, nor kin."""
    assert found(**fields) == 0


def test_check_proposes_and_links_nothing() -> None:
    """A note on the later record; totals are as they were."""
    ledger = pt.Ledger(
        [pt.Commitment(id="iati:1", **ONE),
         pt.Commitment(id="fts:2", **{**OTHER, "announced": "2024-02-01"})],
        sources=[pt.Source(id="a"), pt.Source(id="b")],
    )  # fmt: skip
    (row,) = ledger.check().to_dict("records")
    assert (row["severity"], row["commitment"]) == ("note", "fts:2")
    assert row["finding"] == (
        "may be the same promise as 'iati:1': same parties, about the same amount of NOK, "
        "announced 17 days apart; pt.link makes them count once"
    )
    assert list(ledger.totals(as_of="2024-12-31")["pledged"]) == [2000]
    linked = pt.link(ledger, {"iati:1": "fts:2"}, keep="iati")
    assert "may be the same" not in " ".join(linked.check()["finding"])


def test_near_sizes_of_one_source_hide_nothing() -> None:
    """One source has 505 and 509, the other 501, which is near 505 alone; order does not matter."""
    book = [
        pt.Commitment(id=f"{source}:{number}", **{**ONE, "citation": {"source": source},
                      "target": nok(number)})
        for source, number in (("iati", 505), ("iati", 509), ("fts", 501))
    ]  # fmt: skip
    expected = {frozenset(("iati:505", "fts:501"))}
    for order in itertools.permutations(book):
        assert named(lookalikes(order)[0]) == expected


def test_of_three_equal_records_every_pair_is_proposed() -> None:
    """Two in one source, one in another: which of the two it is, a person decides."""
    book = [
        pt.Commitment(id=name, **{**ONE, "citation": {"source": name[0]}})
        for name in ("a1", "a2", "b1", "c1")
    ]
    pairs, crowded = lookalikes(book)
    assert named(pairs) == {
        frozenset(pair)
        for pair in (("a1", "b1"), ("a2", "b1"), ("a1", "c1"), ("a2", "c1"), ("b1", "c1"))
    }
    assert crowded == []


def test_a_crowd_is_told_and_does_not_hide_a_source() -> None:
    """Beyond so many neighbours only the nearest of each source are compared, and check says so."""
    many = [
        pt.Commitment(id=f"a{at:02}", **{**ONE, "citation": {"source": "a"}}) for at in range(20)
    ]
    few = [pt.Commitment(id=f"{name}00", **{**ONE, "citation": {"source": name}}) for name in "bc"]
    pairs, crowded = lookalikes([*many, *few])
    assert crowded == ["b00", "c00"]
    assert frozenset(("b00", "c00")) in named(pairs)
    assert len(pairs) == 2 * COMPARED
    ledger = pt.Ledger([*many, *few], sources=[pt.Source(id=name) for name in "abc"])
    words = f"more than {COMPARED} earlier records from other sources are near it in amount and day"
    assert [text for text in ledger.check()["finding"] if text.startswith(words)] == [
        f"{words}; only the nearest of each source were compared to it"
    ] * 2


def test_records_of_many_sources_at_once_are_told_where_some_were_forgotten() -> None:
    """A ledger may cite each record from two places; those of one publisher are no candidates."""
    many = [
        pt.Commitment(id=f"a{at:03}", **{**ONE, "citation": [
            {"source": "a"}, {"source": f"page {at}"}]})
        for at in range(200)
    ]  # fmt: skip
    pairs, crowded = lookalikes(many)
    assert pairs == []
    assert len(crowded) == 200 - 10 * COMPARED


def test_many_that_look_alike_take_no_square_of_time() -> None:
    """Three thousand promises of one amount on one day, each from a source of its own."""
    many = [
        pt.Commitment(id=f"p{at}", **{**ONE, "citation": {"source": str(at)}})
        for at in range(3_000)
    ]
    start = time.perf_counter()
    assert len(lookalikes(many)[0]) <= COMPARED * len(many)
    assert time.perf_counter() - start < 10


def named(pairs: Iterable[Pair]) -> set[frozenset[str]]:
    """Pairs by their ids."""
    return {frozenset((one.id, other.id)) for one, other, _ in pairs}


def by_the_rule(commitments: Sequence[pt.Commitment]) -> set[frozenset[str]]:
    """Every pair, each compared to each, as the rule has it in words."""
    kin = {one.id: {one.id} for one in commitments}
    for one in commitments:
        for other in (one.part_of, one.repeats, one.same_as):
            if other in kin:
                both = kin[one.id] | kin[other]
                for name in both:
                    kin[name] = both
    found = set()
    for one, other in itertools.combinations(commitments, 2):
        cited = [{citation.source for citation in c.citations} for c in (one, other)]
        sizes = [{t.unit: t.number for t in c.targets if t.number} for c in (one, other)]
        near = any(
            abs(sizes[0][unit] - sizes[1][unit]) * 100 <= max(sizes[0][unit], sizes[1][unit])
            for unit in sizes[0].keys() & sizes[1].keys()
        )
        days = abs((one.announced - other.announced).days)
        apart = not cited[0] & cited[1] and other.id not in kin[one.id]
        if near and apart and one.parties == other.parties and days <= 90:
            found.add(frozenset((one.id, other.id)))
    return found


@st.composite
def crowds(draw: Any) -> list[pt.Commitment]:
    """Promises of which many look alike: few parties, sources, amounts and days."""
    number = st.sampled_from([1000, 1005, 1010, "1010.10", "1010.11", 990, "989.99", 500, 0])
    made: list[pt.Commitment] = []
    for at in range(draw(st.integers(2, 12))):
        fields: dict[str, Any] = {
            "parties": draw(st.sampled_from([("Norway",), ("Norway", "Peru")])),
            "announced": dt.date(2024, 1, 1) + dt.timedelta(draw(st.sampled_from([0, 0, 50, 91]))),
            "targets": [nok(draw(number)), *draw(st.sampled_from([[], [WELL]]))],
            "citations": [{"source": s} for s in draw(st.sets(st.sampled_from("abc"), max_size=2))],
        }
        if made and not draw(st.integers(0, 4)):
            relation = draw(st.sampled_from(["part_of", "repeats", "same_as"]))
            fields[relation] = draw(st.sampled_from(made)).id
        made.append(pt.Commitment(id=f"p{at}", stage="pledged", **fields))
    return made


@given(crowds())
def test_every_pair_that_the_rule_names_is_proposed(commitments: list[pt.Commitment]) -> None:
    """And no other, beside a plain comparison of each with each."""
    pairs, crowded = lookalikes(commitments)
    assert named(pairs) == by_the_rule(commitments)
    assert len(named(pairs)) == len(pairs)
    assert all(one.announced <= other.announced for one, other, _ in pairs)
    assert crowded == []


@given(pts.ledgers(max_commitments=6))
def test_every_candidate_of_a_ledger_keeps_the_rule(ledger: pt.Ledger) -> None:
    """Of whatever is drawn."""
    assert named(lookalikes(ledger)[0]) == by_the_rule(ledger.commitments)
