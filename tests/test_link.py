"""Link: the same promise from two sources counts once, and nothing is linked unasked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack import strategies as pts

LATE = "2024-12-31"
FORMS = ("a.json", "a.csv", "a.parquet", "folder")


def record(name: str, number: object = 100, on: str = "2024-01-15", **fields: Any) -> pt.Commitment:
    """A pledge of so many USD by Norway."""
    given = {"party": "Norway", "stage": "pledged", "target": {"number": number, "unit": "USD"}}
    return pt.Commitment(id=name, announced=on, **{**given, **fields})


def delivered(name: str, number: object, on: str = "2024-03-01") -> pt.Event:
    """So many USD arrived."""
    return pt.Event(
        commitment=name, kind="delivered", on=on, quantity={"number": number, "unit": "USD"}
    )


def both() -> pt.Ledger:
    """One promise in two sources, with deliveries reported on both sides."""
    return pt.Ledger(
        [record("iati:XM-1"), record("fts:12345", 99, "2024-02-01")],
        [delivered("iati:XM-1", 40), delivered("fts:12345", 41)],
    )


@pytest.mark.parametrize(
    ("keep", "counts", "left", "amounts"),
    [("iati", "iati:XM-1", "fts:12345", (100, 40)), ("fts", "fts:12345", "iati:XM-1", (99, 41)),
     ("keys", "iati:XM-1", "fts:12345", (100, 40)), ("values", "fts:12345", "iati:XM-1", (99, 41))],
)  # fmt: skip
def test_one_of_the_two_counts(keep: str, counts: str, left: str, amounts: tuple[int, int]) -> None:
    """With its own deliveries alone; the other stays visible with the reason."""
    ledger = pt.link(both(), {"iati:XM-1": "fts:12345"}, keep=keep)
    (row,) = ledger.totals(as_of=LATE, include_repeats=True).to_dict("records")
    assert (row["pledged"], row["delivered"], row["commitments"]) == (*amounts, 1)
    assert row["headline"] == amounts[0]
    assert (ledger[left].same_as, ledger[counts].same_as) == (counts, None)
    table = ledger.status(as_of=LATE).set_index("commitment")
    assert table["reason"][left] == f"the same as {counts!r}"
    assert table["status"][left] == "in progress"
    found = {(row.commitment, row.finding) for row in ledger.check().itertuples()}
    assert (left, f"counts in no total: it is the same as {counts!r}") in found


def test_the_ledger_that_was_given_is_as_it_was() -> None:
    """A ledger is a value; linking again changes nothing more."""
    ledger = both()
    linked = pt.link(ledger, {"iati:XM-1": "fts:12345"}, keep="iati")
    assert ledger == both()
    assert linked != ledger
    assert pt.link(linked, {"iati:XM-1": "fts:12345"}, keep="iati") == linked
    assert pt.link(ledger, {}, keep="iati") == ledger


@pytest.mark.parametrize("form", FORMS)
def test_links_and_parts_survive_every_form(tmp_path: Path, form: str) -> None:
    """What counts instead is written with the record."""
    ledger = pt.link(both(), {"iati:XM-1": "fts:12345"}, keep="iati") + pt.Ledger(
        [record("part", 5, part_of="iati:XM-1"), record("again", repeats="iati:XM-1")]
    )
    back = pt.read(pt.write(ledger, tmp_path / form))
    assert back == ledger
    assert hash(back) == hash(ledger)
    assert back.movements().equals(ledger.movements())


def test_the_three_fields_are_written_by_hand(tmp_path: Path) -> None:
    """In TOML, as any other field."""
    text = "\n".join(
        f'[[commitment]]\nid = "{name}"\nparty = "A"\nannounced = 2024-01-01\nstage = "pledged"\n'
        f'target = {{ number = {number}, unit = "USD" }}\n{more}\n'
        for name, number, more in (
            ("fund", 100, ""), ("north", 30, 'part_of = "fund"'),
            ("again", 100, 'repeats = "fund"'), ("twin", 30, 'same_as = "north"'),
        )
    )  # fmt: skip
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    ledger = pt.read(tmp_path / "a.toml")
    assert list(ledger.totals(as_of=LATE)["pledged"]) == [100]
    assert list(ledger.totals(as_of=LATE, include_repeats=True)["headline"]) == [200]


def test_unknown_ids_are_refused_with_near_ones() -> None:
    """The error lists what there is."""
    with pytest.raises(pt.UnknownNameError, match="did you mean 'fts:12345'") as caught:
        pt.link(both(), {"iati:XM-1": "fts:12346"}, keep="iati")
    assert caught.value.choices == ("fts:12345", "iati:XM-1")


@pytest.mark.parametrize(
    ("pairs", "keep", "message", "choices"),
    [
        ({"iati:XM-1": "iati:XM-2"}, "iati", "both ids begin with 'iati:'", ("keys", "values")),
        ({"iati:XM-1": "fts:12345"}, "oecd", "neither id begins with 'oecd:'",
         ("fts", "iati", "keys", "values")),
        ({"iati:XM-1": "iati:XM-1"}, "iati", "linked to itself", ()),
        ({"iati:XM-1": "fts:12345", "iati:XM-2": "fts:12345"}, "iati",
         "'fts:12345' is linked to both 'iati:XM-1' and 'iati:XM-2'", ("iati:XM-1", "iati:XM-2")),
        ({"iati:XM-1": "fts:old"}, "iati", "'fts:old' is linked to 'iati:XM-2' already",
         ("iati:XM-2",)),
        ({"iati:XM-2": "fts:old"}, "fts", "so it cannot count instead", ("iati:XM-2",)),
        ({"iati:XM-1": "fts:again"}, "iati", "'fts:again' repeats 'fts:12345'",
         ("fts:12345", "fts:again")),
        ([("iati:XM-1", "fts:12345")], "iati", "is no mapping", ()),
    ],
)  # fmt: skip
def test_what_leaves_open_which_one_counts_is_refused(
    pairs: Any, keep: str, message: str, choices: tuple[str, ...]
) -> None:
    """With the choices there are."""
    more = pt.Ledger([
        record("iati:XM-2", 7), record("fts:old", 7, same_as="iati:XM-2"),
        record("fts:again", repeats="fts:12345"),
    ])  # fmt: skip
    with pytest.raises(pt.LinkError) as caught:
        pt.link(both() + more, pairs, keep=keep)
    assert message in str(caught.value)
    assert caught.value.choices == choices


@pytest.mark.parametrize("options", [{}, {"keep": None}])
def test_which_one_counts_must_be_said(options: dict[str, Any]) -> None:
    """Without keep= the message names what it takes, and nothing else."""
    with pytest.raises(pt.LinkError) as caught:
        pt.link(both(), {"iati:XM-1": "fts:12345"}, **options)
    assert str(caught.value) == (
        "which of 'iati:XM-1' and 'fts:12345' counts? pass keep= one of "
        "'fts', 'iati', 'keys', 'values'"
    )


def test_several_records_may_be_the_same_as_one() -> None:
    """And links make chains, at the end of which one counts."""
    ledger = both() + pt.Ledger([record("iati:XM-2"), record("oecd:9", 101)])
    linked = pt.link(ledger, {"iati:XM-1": "fts:12345", "iati:XM-2": "fts:12345"}, keep="fts")
    assert list(linked.totals(as_of=LATE)["pledged"]) == [200]
    chained = pt.link(linked, {"oecd:9": "fts:12345"}, keep="oecd")
    assert list(chained.totals(as_of=LATE)["pledged"]) == [101]


def test_a_record_that_takes_the_place_of_a_part_is_a_part() -> None:
    """Else its amount would be in the whole and beside it."""
    ledger = pt.Ledger(
        [record("iati:XM-1"), record("iati:XM-1-a", 30, part_of="iati:XM-1"), record("fts:7", 31)]
    )
    linked = pt.link(ledger, {"iati:XM-1-a": "fts:7"}, keep="fts")
    assert list(linked.totals(as_of=LATE)["pledged"]) == [100]
    table = linked.totals(by="commitment", as_of=LATE)
    assert dict(zip(table["commitment"], table["pledged"], strict=True)) == {
        "fts:7": 31, "iati:XM-1": 69,
    }  # fmt: skip


def test_the_parts_of_a_record_that_is_set_aside_are_set_aside() -> None:
    """Deliveries reported on them are not added either."""
    ledger = both() + pt.Ledger(
        [record("fts:a", 50, "2024-02-01", part_of="fts:12345")], [delivered("fts:a", 20)]
    )
    linked = pt.link(ledger, {"iati:XM-1": "fts:12345"}, keep="iati")
    (row,) = linked.totals(as_of=LATE).to_dict("records")
    assert (row["pledged"], row["delivered"]) == (100, 40)
    table = linked.status(as_of=LATE).set_index("commitment")
    assert table["reason"]["fts:a"] == "the same as 'iati:XM-1'"


def test_a_link_counts_from_the_day_on_which_both_are_announced() -> None:
    """Until then there is one record only."""
    linked = pt.link(both(), {"iati:XM-1": "fts:12345"}, keep="fts")
    assert [list(linked.totals(as_of=day)["pledged"]) for day in ("2024-01-31", "2024-02-01")] == [
        [100], [99],
    ]  # fmt: skip


@given(pts.ledgers(), pts.commitments("fts:1"), st.data(), pts.days())
def test_a_record_that_is_linked_away_adds_nothing(
    ledger: pt.Ledger, other: pt.Commitment, data: st.DataObject, day: dt.date
) -> None:
    """Every total is that of the ledger without it, but for what it makes the other a part of."""
    if not len(ledger):
        return
    kept = data.draw(st.sampled_from(ledger.commitments))
    happened = data.draw(st.lists(pts.events(other), max_size=3).filter(unconflicting))
    joined = pt.Ledger(
        [*ledger.commitments, other], [*ledger.events, *happened], ledger.sources, ledger.parties
    )
    linked = pt.link(joined, {kept.id: other.id}, keep="keys")
    day = max(day, kept.announced, other.announced)
    for by in ([], ["party"], ["commitment"], ["source"]):
        pd.testing.assert_frame_equal(
            linked.totals(by=by, as_of=day), ledger.totals(by=by, as_of=day)
        )
    assert linked.status(as_of=day).set_index("commitment")["reason"][[other.id]].notna().all()


def unconflicting(events: list[pt.Event]) -> bool:
    """Whether no two events restate the same."""
    return sum(1 for event in events if event.restated or event.horizon) < 2


def test_what_is_no_ledger_is_refused_in_words() -> None:
    """With the library's own error."""
    with pytest.raises(pt.LinkError, match="3 is no ledger"):
        pt.link(3, {}, keep="iati")  # type: ignore[arg-type]
