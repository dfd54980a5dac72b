"""Status read by codes is that of the engines, on everything."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from unittest import mock

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from general_way import DAYS, by_loops, tables, with_one_each
from pledgetrack import codes, compiled, frames, judging, tally
from pledgetrack import strategies as pts
from pledgetrack.movements import NUMBER
from pledgetrack.status import COLUMNS, STATUSES, statuses

KEYS = ("party", "recipient", "channel", "horizon", "due", "announced", "source", "unit", "status")


def by_engine(table: pa.Table, **asked: Any) -> pd.DataFrame:
    """Status as every engine makes it."""
    with mock.patch.object(judging.Judging, "of", return_value=None) as passed_by:
        made = pt.status(table, **asked)
    assert passed_by.called
    return made


def by_loop(table: pa.Table, chunk: int = 5, **asked: Any) -> pd.DataFrame:
    """Status by the compiled loop: each column but the one for which it is not taken."""
    columns = [name for name in COLUMNS if name != "original_target"]
    with by_loops(chunk), mock.patch.object(compiled, "judge", wraps=compiled.judge) as judge:
        made = pt.status(table, columns=columns, **asked)
    assert judge.called or not len(table)
    return made


@given(pts.ledgers(), pts.days(), st.data())
def test_by_codes_nothing_is_otherwise(
    ledger: pt.Ledger, day: dt.date, data: st.DataObject
) -> None:
    """Whatever the day and the choice: each row, figure, day and word is the engine's."""
    table = pa.table(ledger.movements())
    whole = by_engine(table, as_of=day)
    with mock.patch("pledgetrack.status.statuses", side_effect=AssertionError):
        made = pt.status(table, as_of=day)
    pd.testing.assert_frame_equal(made, whole)
    assert made.attrs == whole.attrs
    with mock.patch.object(tally, "SAFE", 1):
        pd.testing.assert_frame_equal(pt.status(table, as_of=day), whole)
    looped = whole.drop(columns="original_target")
    pd.testing.assert_frame_equal(by_loop(table, as_of=day), looped)
    columns = data.draw(st.lists(st.sampled_from([*whole]), unique=True))
    some = pt.status(table, columns=columns, as_of=day)
    wanted = [name for name in whole if name in {"commitment", "unit", *columns}]
    pd.testing.assert_frame_equal(some, whole[wanted])
    key = data.draw(st.sampled_from(KEYS))
    row = data.draw(st.sampled_from(whole.to_dict("records"))) if len(whole) else {}
    where = {key: row.get(key, "nobody" if key != "status" else "overdue")}
    chosen = by_engine(table, as_of=day, where=where)
    pd.testing.assert_frame_equal(pt.status(table, as_of=day, where=where), chosen)


@given(pts.ledgers(), pts.days())
def test_the_status_of_each_commitment_is_the_engines(ledger: pt.Ledger, day: dt.date) -> None:
    """What totals by status are grouped by."""
    lazy = frames.enter(pa.table(ledger.movements()))
    made = frames.collect(statuses(lazy, day)).sort_by("commitment")
    with mock.patch.object(judging.Judging, "of", return_value=None):
        whole = frames.collect(statuses(lazy, day)).sort_by("commitment")
        assert made.equals(whole.cast(made.schema))


@given(st.one_of(pts.ledgers(), pts.families()), pts.days(), st.integers(1, 7), st.data())
def test_no_chunk_and_no_order_makes_a_difference(
    ledger: pt.Ledger, day: dt.date, size: int, data: st.DataObject
) -> None:
    """Rows of one commitment in several chunks, in any order, are rows of one commitment."""
    table = pa.table(ledger.movements())
    whole = by_engine(table, as_of=day)
    with mock.patch.object(codes, "CHUNK", size):
        pd.testing.assert_frame_equal(pt.status(table, as_of=day), whole)
    shuffled = table.take(pa.array(data.draw(st.permutations(range(len(table)))), pa.int64()))
    pd.testing.assert_frame_equal(pt.status(shuffled, as_of=day), whole)
    looped = whole.drop(columns="original_target")
    pd.testing.assert_frame_equal(by_loop(shuffled, size, as_of=day), looped)


def test_a_report_on_an_action_is_its_last_wherever_its_rows_are() -> None:
    """What is delivered of a promise without an amount is reported of the action too."""
    promise = pt.Commitment(id="a", party="A", announced="2024-01-01", stage="pledged")
    event = pt.Event(commitment="a", kind="delivered", on="2024-02-01",
                     quantity={"number": 7, "unit": "USD"})  # fmt: skip
    table = pa.table(pt.Ledger([promise], [event]).movements())
    for size in (1, 100):
        with mock.patch.object(codes, "CHUNK", size):
            found = pt.status(table, as_of="2024-03-01")
        assert dict(zip(found["unit"], found["reported"], strict=True)) == {
            "USD": dt.date(2024, 2, 1), "action": dt.date(2024, 2, 1)
        }  # fmt: skip


@pytest.mark.parametrize("order", [1, -1])
def test_a_report_speaks_of_no_other_promise(order: int) -> None:
    """Without an action, a delivery on the day of another's is still its own alone."""
    amounts = [{"number": 5, "unit": "USD"}, {"number": 7, "unit": "visa"}]
    promises = [
        pt.Commitment(id=name, party="A", announced="2024-01-01", stage="pledged", targets=targets)
        for name, targets in (("a", amounts), ("b", amounts[:1]))
    ]
    events = [
        pt.Event(commitment=name, kind="delivered", on="2024-03-01", quantity=amount,
                 citations=[{"source": f"report of {name}"}])
        for name, amount in (("a", amounts[0]), ("a", amounts[1]), ("b", amounts[0]))
    ]  # fmt: skip
    sources = [pt.Source(id=f"report of {name}") for name in "ab"]
    rows = pa.table(pt.Ledger(promises, events, sources).movements())
    found = pt.status(rows.take(pa.array(range(len(rows))[::order])), as_of="2024-06-01")
    assert found["source"].tolist() == ["report of a", "report of a", "report of b"]


@pytest.mark.parametrize("size", [1, 9 * 10**12, 10**13, 10**21])
def test_no_balance_wraps(size: int) -> None:
    """A target of any size that a movement holds is reached by its last part, and not before."""
    fine = Decimal("0.000001")
    promise = pt.Commitment(id="c", party="A", announced="2024-01-01", stage="pledged",
                            target={"number": size + fine, "unit": "hospital"})  # fmt: skip
    events = [
        pt.Event(commitment="c", kind="delivered", on=f"2024-02-0{at}",
                 quantity={"number": part, "unit": "hospital"})
        for at, part in enumerate((Decimal(size), fine), 1)
    ]  # fmt: skip
    table = pa.table(pt.Ledger([promise], events).movements())
    for read in (pt.status, by_loop):
        found = [read(table, as_of=f"2024-02-0{day}")["status"][0] for day in (1, 2)]
        assert found == ["in progress", "fulfilled"]
        assert read(table)["delivered"].tolist() == [size + fine]


EVENTS = ("proposed", "pledged", "committed", "delivered", "part", "withdrawn", "expired",
          "completed", "suspended", "resumed", "reopened", "returned", None)  # fmt: skip
MEASURES = ("alleged", "proposed", "pledged", "committed", "delivered", "part delivered",
            "passed on", "repeated pledged", "linked delivered", "repeated action",
            None)  # fmt: skip
SOME_DAYS = ("since", "until", "on", "start", "announced", "end")


@given(tables(SOME_DAYS, event=EVENTS, measure=MEASURES, source=("s", "t", None),
              commitment=("a", "b", "c"), unit=("USD", "visa", "action"), instead=(None,),
              horizon=(None,)),
       st.sampled_from(DAYS[:3]), st.integers(1, 20))  # fmt: skip
def test_rows_of_any_kind_are_judged_as_engines_judge_them(
    table: pa.Table, day: dt.date, chunk: int
) -> None:
    """Also what no course of a promise is: only its keys are those of a commitment."""
    table = table.filter(pc.and_(pc.is_valid(table["on"]), pc.is_valid(table["announced"])))
    table = with_one_each(table, ("party", "start", "end", "announced"))
    expected = by_engine(table, as_of=day)
    with mock.patch.object(codes, "CHUNK", chunk):
        pd.testing.assert_frame_equal(pt.status(table, as_of=day), expected)
    looped = expected.drop(columns="original_target")
    pd.testing.assert_frame_equal(by_loop(table, chunk, as_of=day), looped)


@given(
    st.one_of(pts.ledgers(), pts.families()),
    pts.days(),
    st.sets(st.sampled_from(STATUSES)),
)
def test_a_choice_of_statuses_leaves_the_rows_that_have_one(
    ledger: pt.Ledger, day: dt.date, wanted: set[str]
) -> None:
    """Read by codes and by an engine, one status or several."""
    table = pa.table(ledger.movements())
    whole = pt.status(table, as_of=day)
    choices: list[Any] = [sorted(wanted), *sorted(wanted)[:1]]
    for choice in choices:
        some = {choice} if isinstance(choice, str) else {*choice}
        expected = whole[whole["status"].isin(some)].reset_index(drop=True)
        for read in (pt.status, by_engine):
            found = read(table, as_of=day, where={"status": choice})
            assert found.to_dict("records") == expected.to_dict("records")


def _column(*words: str | None) -> pa.Array:
    return pa.array(words, pa.string()).dictionary_encode()


@pytest.mark.parametrize(
    ("event", "number", "status", "target"),
    [
        (None, 3, "nothing reported", 5),
        ("withdrawn", 3, "nothing reported", 8),
        ("withdrawn", -5, "withdrawn", 0),
        ("pledged", 3, "nothing reported", 8),
    ],
)
def test_what_a_row_says_of_a_pledge_is_told_by_its_event(
    event: str | None, number: int, status: str, target: int
) -> None:
    """A row without an event is no fact, and what adds under the name of an ending ends nothing."""
    day = pa.array([dt.date(2024, 1, 1)] * 2)
    table = pa.table(
        {name: _column(None, None) for name in ("part", "source", "instead", "horizon")}
        | {name: _column(word, word) for name, word in
           {"commitment": "a", "unit": "USD", "party": "A", "measure": "pledged",
            "bound": "exact"}.items()}
        | dict.fromkeys(("since", "on", "announced", "start"), day)
        | {"until": pa.nulls(2, pa.date32()), "event": _column("pledged", event),
           "end": pa.array([dt.date(2025, 1, 1), dt.date(2026, 1, 1)]),
           "number": pa.array([Decimal(5), Decimal(number)], NUMBER)}
    )  # fmt: skip
    for read in (pt.status, by_engine, by_loop):
        (row,) = read(table, as_of="2024-06-01").to_dict("records")
        assert (row["status"], row["target"] or 0) == (status, target)
    first = dt.date(2026 if event == "pledged" else 2025, 1, 1)
    for read in (pt.status, by_engine):
        assert read(table, as_of="2024-06-01")["original_end"].tolist() == [first]


def test_what_arrives_after_an_ending_was_still_missing_then() -> None:
    """Of what was left on the day of the last taking; facts without an amount say nothing of it."""
    usd: dict[str, Any] = {"unit": "USD"}
    promises = [
        pt.Commitment(id=name, party="A", announced="2024-01-01", stage="pledged",
                      target={"number": 100, **usd})
        for name in ("a", "b")
    ]  # fmt: skip
    told: list[tuple[str, str, str, int | None]] = [
        ("a", "delivered", "2024-01-02", 30), ("a", "withdrawn", "2024-01-03", 40),
        ("a", "suspended", "2024-01-04", None), ("a", "delivered", "2024-01-05", 30),
        ("b", "delivered", "2024-01-02", 60), ("b", "withdrawn", "2024-01-03", 40),
        ("b", "suspended", "2024-01-04", None),
    ]  # fmt: skip
    events = [
        pt.Event(commitment=name, kind=kind, on=on,
                 quantity=None if number is None else {"number": number, **usd})
        for name, kind, on, number in told
    ]  # fmt: skip
    table = pa.table(pt.Ledger(promises, events))
    for day in ("2024-01-03", "2024-01-04", "2024-01-05"):
        expected = by_engine(table, as_of=day)
        pd.testing.assert_frame_equal(pt.status(table, as_of=day), expected)
        looped = expected.drop(columns="original_target")
        pd.testing.assert_frame_equal(by_loop(table, as_of=day), looped)
    assert expected["status"].tolist() == ["fulfilled", "withdrawn"]


@pytest.mark.parametrize(
    ("reports", "source"),
    [
        ([("2024-01-02", "s"), ("2024-01-03", "t")], "t"),
        ([("2024-01-02", "s"), ("2024-01-03", None)], None),
        ([("2024-01-03", "s"), ("2024-01-03", "t"), ("2024-01-02", "u")], "s + t"),
        ([("2024-01-03", "s"), ("2024-01-03", None)], "s"),
    ],
)
def test_the_source_is_that_of_the_last_report(
    reports: list[tuple[str, str | None]], source: str | None
) -> None:
    """Of all that report on that day; an older one says nothing of it."""
    promise = pt.Commitment(
        id="a", party="A", announced="2024-01-01", stage="pledged",
        target={"number": 100, "unit": "USD"}, citations=[{"source": "first"}],
    )  # fmt: skip
    events = [
        pt.Event(commitment="a", kind="delivered", on=on, quantity={"number": at, "unit": "USD"},
                 citations=[{"source": name}] if name else [])
        for at, (on, name) in enumerate(reports, 1)
    ]  # fmt: skip
    names = ["first", *dict.fromkeys(name for _, name in reports if name)]
    ledger = pt.Ledger([promise], events, [pt.Source(id=name, title=name) for name in names])
    table = pa.table(ledger)
    for read in (pt.status, by_engine, by_loop):
        (row,) = read(table, as_of="2024-06-01").to_dict("records")
        assert frames.or_none(row["source"]) == source
        assert row["reported"] == dt.date(2024, 1, 3)
