"""Records counted by way of columns give the movements that records give one by one."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from examples import times
from pledgetrack import record_columns
from pledgetrack import strategies as pts
from pledgetrack.movements import movements
from pledgetrack.record_columns import by_columns

few = times(1 / 2)


def one_by_one(ledger: pt.Ledger) -> Any:
    """The movements of a ledger, record by record."""
    happened: dict[str, list[pt.Event]] = {}
    for event in ledger.events:
        happened.setdefault(event.commitment, []).append(event)
    return movements(ledger.commitments, happened)


def same(ledger: pt.Ledger) -> None:
    """Rows, their order, dictionaries and types are the same, and so are the findings."""
    (made, odd), (expected, expected_odd) = (
        by_columns(ledger.commitments, ledger.events[::-1], size=2),
        one_by_one(ledger),
    )
    assert made.schema == expected.schema
    assert made.equals(expected)
    for column in made.column_names:
        mine, other = (table.column(column).combine_chunks() for table in (made, expected))
        if hasattr(mine, "dictionary"):
            assert mine.dictionary.equals(other.dictionary)
    assert odd == expected_odd


def alone(ledger: pt.Ledger) -> pt.Ledger:
    """The ledger with one target a promise and no kin, so that more of it is plain."""
    bare = {"part_of": None, "repeats": None, "same_as": None}
    promised = {
        one.id: one.model_copy(update={**bare, "targets": one.targets[:1]})
        for one in ledger.commitments
    }
    happened = [
        event for event in ledger.events
        if not event.restated
        and (not event.quantity or event.kind == "delivered"
             or event.quantity.unit in [t.unit for t in promised[event.commitment].targets])
    ]  # fmt: skip
    return pt.Ledger(promised.values(), happened, ledger.sources, ledger.parties)


@few
@given(ledger=pts.ledgers(), plainer=st.booleans())
def test_columns_give_the_rows_that_records_give(ledger: pt.Ledger, plainer: bool) -> None:
    """Values, order, dictionaries and findings are equal on every ledger."""
    same(alone(ledger) if plainer else ledger)


COURSES = st.lists(
    st.tuples(
        st.sampled_from(("pledged", "committed", "delivered", "revised", "withdrawn", "expired")),
        st.integers(0, 3),
        st.sampled_from(("0", "0.000001", "40", "99999999999.999999", "100000000000")),
        st.sampled_from(("exact", "exact", "at least", "about")),
        st.sampled_from((None, "2024-03-01")),
        st.booleans(),
    ),
    max_size=5,
)


@few
@given(
    courses=st.lists(COURSES, min_size=1, max_size=4),
    stage=st.sampled_from(("proposed", "pledged")),
)
def test_dense_courses_are_the_same(courses: Sequence[Any], stage: Any) -> None:
    """Facts of one day that differ in little, and amounts at the edge of what columns hold."""
    promised, happened = [], []
    for at, course in enumerate(courses):
        name = f"promise {at}"
        promised.append(
            pt.Commitment(id=name, party="A", announced="2024-01-01", stage=stage,
                          target={"number": 100, "unit": "USD"})
        )  # fmt: skip
        for kind, day, number, bound, known, stated in course:
            needs = kind in ("delivered", "revised") or stated
            quantity = {"number": number, "unit": "USD", "bound": bound} if needs else None
            happened.append(
                pt.Event(commitment=name, kind=kind, on=f"2024-02-0{day + 1}", known=known,
                         quantity=quantity)
            )  # fmt: skip
    same(pt.Ledger(promised, happened))


CITATIONS = st.lists(
    st.sampled_from(
        (("A, p. 1", None), ("A", "p. 1"), ("A", None), ("B", "p. 1; A, p. 1"), ("A", "p. 1; B"))
    ).map(lambda said: {"source": said[0], "place": said[1]}),
    max_size=3,
)


@few
@given(cited=st.lists(CITATIONS, min_size=5, max_size=9))
def test_citations_of_the_same_words_are_one(cited: Sequence[Any]) -> None:
    """Citations that read alike are one value, whichever sources and places they are made of."""
    sources = [pt.Source(id=name) for name in ("A", "B", "A, p. 1")]
    promised = [
        pt.Commitment(id=f"p{at}", party="A", announced="2024-01", stage="pledged", citations=said)
        for at, said in enumerate(cited)
    ]
    happened = [
        pt.Event(commitment=f"p{at}", kind="delivered", on="2024-02", citations=said,
                 quantity={"number": 1, "unit": "USD"})
        for at, said in enumerate(reversed(cited))
    ]  # fmt: skip
    same(pt.Ledger(promised, happened, sources))


def test_records_of_others_go_between_the_rows_of_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted by record stands in its place, in every piece, whoever names it."""
    promised = [
        pt.Commitment(id=f"p{at}", party=f"party {at % 3}", announced="2024-01", stage="pledged",
                      part_of={7: "p0", 4: "p5"}.get(at), tags={f"tag {at % 2}": f"{at}"},
                      target={"number": {0: 100, 2: 10**21}.get(at, at), "unit": "USD"})
        for at in range(9)
    ]  # fmt: skip
    happened = [
        pt.Event(commitment=one.id, kind="delivered", on="2024-02",
                 quantity={"number": "0.5", "unit": "EUR" if one.id == "p8" else "USD"})
        for one in promised
    ]  # fmt: skip
    seen = []

    def counted(commitments: Any, *rest: Any) -> Any:
        seen.append([one.id for one in commitments])
        return movements(commitments, *rest)

    monkeypatch.setattr(record_columns, "movements", counted)
    same(pt.Ledger(promised, happened))
    assert seen == [["p0", "p2", "p4", "p5", "p7"]]


def test_plain_records_are_counted_in_columns_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of plain records none is counted by itself, so that the way by columns is really taken."""
    promised = [
        pt.Commitment(id=f"p{at:04}", party="A", announced="2024-01", stage="pledged",
                      target={"number": at, "unit": "USD", "bound": "at least"})
        for at in range(record_columns.FEW)
    ]  # fmt: skip
    happened = [
        pt.Event(commitment=one.id, kind="delivered", on="2024-02",
                 quantity={"number": "0.5", "unit": "USD"})
        for one in promised
    ]  # fmt: skip
    seen = []

    def counted(commitments: Any, events: Any, tags: Any = ()) -> Any:
        seen.append(len(commitments))
        return movements(commitments, events, tags)

    monkeypatch.setattr(record_columns, "movements", counted)
    assert len(pt.Ledger(promised, happened).movements()) == 2 * record_columns.FEW
    assert seen == [0]


@pytest.mark.parametrize("collecting", [True, False])
def test_the_collector_is_as_it_was_afterwards(
    monkeypatch: pytest.MonkeyPatch, collecting: bool
) -> None:
    """Garbage is not collected while records are counted; afterwards all is as before."""
    seen = []

    def counted(*_: Any) -> Any:
        seen.append(gc.isenabled())
        raise pt.AmountError("too large", value=1)

    monkeypatch.setattr(record_columns, "movements", counted)
    was = gc.isenabled()
    (gc.enable if collecting else gc.disable)()
    try:
        with pytest.raises(pt.AmountError):
            record_columns.movements_of([], [])
        assert gc.isenabled() is collecting
    finally:
        (gc.enable if was else gc.disable)()
    assert seen == [False]
