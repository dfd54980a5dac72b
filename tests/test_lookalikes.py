"""Lookalikes: candidates for a link, found in one walk through a ledger."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given

import pledgetrack as pt
from pledgetrack import strategies as pts
from pledgetrack.lookalikes import lookalikes

ONE: dict[str, Any] = {
    "party": "Norway", "announced": "2024-01-15", "stage": "pledged", "citation": {"source": "a"},
    "target": {"number": 1000, "unit": "NOK"},
}  # fmt: skip
OTHER = {**ONE, "citation": {"source": "b"}}


def found(**fields: Any) -> int:
    """How many pairs a promise makes with another that differs in some fields."""
    given = {key: value for key, value in {**OTHER, **fields}.items() if value is not None}
    pair = [pt.Commitment(id="one", **ONE), pt.Commitment(id="two", **given)]
    assert [*lookalikes(pair)] == [*lookalikes(reversed(pair))]
    return len([*lookalikes(pair)])


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


def test_many_that_look_alike_take_no_square_of_time() -> None:
    """Three thousand promises of one amount on one day, each from a source of its own."""
    many = [
        pt.Commitment(id=f"p{at}", **{**ONE, "citation": {"source": str(at)}})
        for at in range(3_000)
    ]
    start = time.perf_counter()
    assert len([*lookalikes(many)]) < 17 * len(many)
    assert time.perf_counter() - start < 10


@given(pts.ledgers(max_commitments=6))
def test_every_candidate_keeps_the_rule(ledger: pt.Ledger) -> None:
    """Of whatever is drawn."""
    related = {
        frozenset((one.id, other))
        for one in ledger
        for other in (one.part_of, one.repeats, one.same_as)
        if other
    }
    for one, other, unit in lookalikes(ledger):
        numbers = sorted(t.number for c in (one, other) for t in c.targets if t.unit == unit)
        assert (numbers[1] - numbers[0]) * 100 <= numbers[1]
        assert one.parties == other.parties
        assert 0 <= (other.announced - one.announced).days <= 90
        assert frozenset((one.id, other.id)) not in related
