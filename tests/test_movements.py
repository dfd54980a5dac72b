"""Records to movements: the columns, the rows of a fact, and what a moved horizon does to them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given

import oracle
import pledgetrack as pt
from pledgetrack import strategies as pts
from pledgetrack.errors import AmountError
from pledgetrack.movements import MEASURES, SCHEMA, cite, label, movements, phases

COLUMNS = [
    "commitment", "party", "recipient", "channel", "unit", "measure", "number", "bound",
    "low", "high", "on", "since", "until", "known", "announced", "start", "end",
    "horizon", "event", "source", "part", "instead", "whole", "whole_announced",
]  # fmt: skip
JAN, FEB, MAR, APR = (dt.date(2024, month, 1) for month in (1, 2, 3, 4))


def promise(name: str = "x", **fields: Any) -> pt.Commitment:
    """A pledge of 100 USD until the end of 2024, but for what a test is about."""
    base = {
        "party": "Mexico", "announced": "2024-01-01", "stage": "pledged",
        "target": {"number": 100, "unit": "USD"}, "horizon": {"end": "2024-12-31"},
    }  # fmt: skip
    return pt.Commitment(id=name, **{**base, **fields})


def event(kind: str, on: str, number: object = None, **fields: Any) -> pt.Event:
    """An event of the promise, of so many USD or without a quantity."""
    if number is not None:
        fields["quantity"] = {"number": number, "unit": "USD"}
    return pt.Event(commitment="x", kind=kind, on=on, **fields)


def rows(commitment: pt.Commitment, *events: pt.Event) -> list[dict[str, Any]]:
    """The movements of one commitment as dictionaries."""
    table, _ = movements([commitment], {commitment.id: events})
    made: list[dict[str, Any]] = table.to_pylist()
    return made


def counting(found: list[dict[str, Any]], day: dt.date) -> list[dict[str, Any]]:
    """The rows that count as of a day, by the filter of the design."""
    return [r for r in found if r["since"] <= day and (r["until"] is None or day < r["until"])]


# --- columns --------------------------------------------------------------------------------------


def test_movements_have_the_columns_of_the_contract() -> None:
    """Names and order are fixed; tags follow, sorted, as far as any commitment has them."""
    one, two = (
        promise("x", tags={"topic": "rail", "law": "B"}),
        promise("y", tags={"area": "north"}),
    )
    ledger = pt.Ledger([one, two])
    assert list(ledger.movements().columns) == [*COLUMNS, "tag_area", "tag_law", "tag_topic"]
    assert list(pt.Ledger([promise()]).movements().columns) == COLUMNS
    assert list(pt.Ledger().movements().columns) == COLUMNS
    assert SCHEMA.names == COLUMNS
    assert MEASURES == ("proposed", "pledged", "committed", "delivered")


def test_movements_are_arrow_columns_of_fixed_types() -> None:
    """Keys are dictionaries, days dates, numbers decimal128(28, 6), with and without rows."""
    for commitments in ([], [promise(tags={"topic": "rail"})]):
        table, _ = movements(commitments, {})
        for name in table.column_names:
            kind = table.schema.field(name).type
            if name in ("number", "low", "high"):
                assert kind == pa.decimal128(28, 6)
            elif name in (
                "on", "since", "until", "known", "announced", "start", "end", "whole_announced",
            ):  # fmt: skip
                assert kind == pa.date32()
            else:
                assert kind == pa.dictionary(pa.int32(), pa.string())


def test_a_frame_of_movements_counts_exactly() -> None:
    """Behind the face of pandas numbers are decimals and keys are categories."""
    frame = pt.Ledger([promise(target={"number": "0.10", "unit": "USD"})]).movements()
    assert isinstance(frame["party"].dtype, pd.CategoricalDtype)
    assert frame["number"].dtype == pd.ArrowDtype(pa.decimal128(28, 6))
    assert frame["number"].sum() == Decimal("0.1")


def test_a_row_says_all_about_its_fact() -> None:
    """Who, what, how much, when, due when, known when, and on whose word."""
    made = pt.Commitment(
        id="x", parties=["United States", "Mexico"], recipients=["B", "A"], channel="UNHCR",
        horizon={"start": "2024-02-01", "end": "2026-01-31"}, known="2024-01-05",
        announced="2024-01-01", stage="pledged",
        target={"number": "1.5", "unit": "USD", "bound": "about"}, tags={"topic": "rail"},
        citations=[{"source": "s", "place": "¶4"}, {"source": "r"}, {"source": "s"}],
    )  # fmt: skip
    assert rows(made) == [
        {
            "commitment": "x", "party": "Mexico + United States", "recipient": "A + B",
            "channel": "UNHCR", "unit": "USD", "measure": "pledged",
            "number": Decimal("1.500000"), "bound": "about", "low": None, "high": None,
                "on": JAN, "since": JAN,
            "until": None, "known": dt.date(2024, 1, 5), "announced": JAN, "start": FEB,
            "end": dt.date(2026, 1, 31), "horizon": "medium", "event": "pledged",
            "source": "r + s", "part": None, "instead": None,
            "whole": None, "whole_announced": None, "tag_topic": "rail",
                "citation": "s, ¶4; r; s",
        }
    ]  # fmt: skip


def test_what_is_not_stated_is_missing_and_no_row_is_dropped() -> None:
    """A commitment that says the least has its row, with the horizon "not stated"."""
    (row,) = rows(pt.Commitment(id="x", party="A", announced="2024-01-01", stage="proposed"))
    empty = {
        "recipient",
        "channel",
        "measure",
        "number",
        "bound",
        "low",
        "high",
        "until",
        "start",
        "end",
        "source",
        "part",
        "instead",
        "whole",
        "whole_announced",
    }
    assert {name for name, value in row.items() if value is None} == empty | {"citation"}
    assert (row["unit"], row["event"], row["horizon"]) == ("action", "proposed", "not stated")


@pytest.mark.parametrize(
    ("horizon", "name"),
    [
        (None, "not stated"),
        ({"wording": "multi-year"}, "open"),
        ({"start": "2024-04-01"}, "open"),
        ({"end": "2025-01-01"}, "short"),
        ({"end": "2025-01-02"}, "medium"),
        ({"end": "2029-01-02"}, "long"),
    ],
)
def test_the_horizon_is_a_class_from_the_announcement(horizon: Any, name: str) -> None:
    """How far ahead the promise reaches is a key of every row."""
    assert rows(promise(horizon=horizon))[0]["horizon"] == name


@pytest.mark.parametrize(
    ("names", "made"),
    [
        ([], None),
        (["Mexico"], "Mexico"),
        (["United States", "Mexico"], "Mexico + United States"),
        (["Mexico", "Mexico"], "Mexico"),
    ],
)
def test_several_names_are_one_group(names: list[str], made: str | None) -> None:
    """A joint promise has one label, sorted, and is never exploded."""
    assert label(names) == made


def test_citations_read_as_text() -> None:
    """Source and place of each, in the order in which they were given; nothing for none."""
    assert cite([pt.Citation(source="b", place="¶6"), pt.Citation(source="a")]) == "b, ¶6; a"
    assert cite([]) is None


# --- rows -----------------------------------------------------------------------------------------


def test_a_committed_announcement_is_pledged_too() -> None:
    """Measures nest, so one promise has a row in each of both."""
    found = rows(promise(stage="committed"))
    assert {(row["measure"], row["number"]) for row in found} == {
        ("pledged", 100),
        ("committed", 100),
    }


def test_an_alleged_promise_has_a_measure_that_no_total_shows() -> None:
    """Its amount is on record and in no column."""
    ledger = pt.Ledger([promise(stage="alleged")])
    assert list(ledger.movements()["measure"]) == ["alleged"]
    row = ledger.totals(as_of="2024-12-31").iloc[0]
    assert [row[measure] for measure in MEASURES] == [None] * 4


def test_a_report_of_nothing_is_a_row_of_zero() -> None:
    """Nothing delivered is not nothing reported."""
    last = rows(promise(), event("delivered", "2024-02-01", 0))[-1]
    assert (last["measure"], last["number"], last["event"]) == ("delivered", 0, "delivered")


def test_a_fact_without_an_amount_is_an_action_row() -> None:
    """Its kind stands in the event, and it adds to no total."""
    last = rows(promise(), event("suspended", "2024-02-01"))[-1]
    assert (last["unit"], last["measure"], last["number"], last["bound"]) == ("action", *[None] * 3)
    assert (last["event"], last["on"], last["since"]) == ("suspended", FEB, FEB)


def test_a_fact_is_known_on_its_day_unless_told() -> None:
    """The day it became known is another than the day it happened only where somebody says so."""
    came, late = (
        event("delivered", "2024-02-01", 1),
        event("delivered", "2024-02-02", 1, known="2024-03-01"),
    )
    assert [row["known"] for row in rows(promise(), came, late)] == [JAN, FEB, MAR]


def test_a_month_counts_from_its_last_day() -> None:
    """Announced in a month, a promise is there from the month's end."""
    first = rows(promise(announced="2024-01"))[0]
    assert first["on"] == first["since"] == first["announced"] == dt.date(2024, 1, 31)


def test_an_event_before_its_month_ended_keeps_its_day_and_waits() -> None:
    """``on`` is the day of the fact, ``since`` the announcement from which it counts."""
    last = rows(promise(announced="2024-01"), event("delivered", "2024-01-04", 5))[-1]
    assert (last["on"], last["since"]) == (dt.date(2024, 1, 4), dt.date(2024, 1, 31))


def test_findings_come_with_the_rows() -> None:
    """What is odd about any course is told beside the table."""
    _, findings = movements([promise()], {"x": [event("withdrawn", "2024-02-01", 140)]})
    assert [found.commitment for found in findings] == ["x"]
    assert "140 USD is more than there is; 100 counted" in findings[0].finding


# --- moved horizons -------------------------------------------------------------------------------

MOVED = event("revised", "2024-03-01", horizon={"end": "2026-12-31"})


def test_a_moved_horizon_closes_the_rows_and_repeats_them() -> None:
    """Every earlier row, deliveries too, ends on the day and goes on under the new key."""
    found = rows(
        promise(), event("delivered", "2024-02-01", 30), MOVED, event("delivered", "2024-04-01", 5)
    )
    amounts = [
        (r["measure"], r["number"], r["on"], r["since"], r["until"], r["end"].year, r["horizon"])
        for r in found
        if r["number"] is not None
    ]
    assert amounts == [
        ("pledged", 100, JAN, JAN, MAR, 2024, "short"),
        ("pledged", 100, JAN, MAR, None, 2026, "medium"),
        ("delivered", 30, FEB, FEB, MAR, 2024, "short"),
        ("delivered", 30, FEB, MAR, None, 2026, "medium"),
        ("delivered", 5, APR, APR, None, 2026, "medium"),
    ]
    assert [(r["event"], r["since"], r["until"]) for r in found if r["number"] is None] == [
        ("revised", MAR, None)
    ]


def test_a_horizon_moved_on_the_announcement_day_has_no_day_of_its_own() -> None:
    """The announcement's row is closed on the day on which it opens; only the new one counts."""
    same_day = event("revised", "2024-01-01", horizon={"end": "2026-12-31"})
    found = rows(promise(), same_day, event("delivered", "2024-01-01", 5))
    assert [(r["since"], r["until"], r["end"].year) for r in found if r["event"] == "pledged"] == [
        (JAN, JAN, 2024),
        (JAN, None, 2026),
    ]
    assert {r["end"].year for r in counting(found, JAN)} == {2026}
    assert [r["number"] for r in counting(found, JAN) if r["measure"] == "delivered"] == [5]


def test_a_horizon_moved_within_the_month_of_the_announcement_moves_with_it() -> None:
    """Dated before the month's end, the new horizon holds from the announcement."""
    found = rows(
        promise(announced="2024-01"), event("revised", "2024-01-10", horizon={"end": "2026-12-31"})
    )
    assert {r["end"].year for r in counting(found, dt.date(2024, 1, 31))} == {2026}
    assert counting(found, dt.date(2024, 1, 30)) == []


def test_a_horizon_may_move_often() -> None:
    """Each move closes what was open, and on any day each fact counts once."""
    ends = [
        ("2024-02-01", "2025-12-31"),
        ("2024-03-01", "2026-12-31"),
        ("2024-04-01", "2024-12-31"),
    ]
    moves = [event("revised", on, horizon={"end": end}) for on, end in ends]
    found = rows(promise(), *moves)
    for day, year in ((JAN, 2024), (FEB, 2025), (MAR, 2026), (APR, 2024)):
        (row,) = [r for r in counting(found, day) if r["event"] == "pledged"]
        assert row["end"].year == year


@pytest.mark.parametrize(
    "horizon", [{"end": "2024-12-31"}, {"end": "2024-12-31", "wording": "by New Year"}]
)
def test_a_horizon_restated_alike_closes_nothing(horizon: dict[str, str]) -> None:
    """Only other days make another key."""
    found = rows(promise(), event("revised", "2024-03-01", horizon=horizon))
    assert {r["until"] for r in found} == {None}
    assert len(phases(promise(), [event("revised", "2024-03-01", horizon=horizon)])) == 1


def test_a_horizon_that_is_stated_later_closes_the_rows_without_one() -> None:
    """From "not stated" to "open" the key changes, though no day does."""
    found = rows(promise(horizon=None), event("revised", "2024-03-01", horizon={"wording": "soon"}))
    assert [(r["horizon"], r["until"]) for r in found if r["event"] == "pledged"] == [
        ("not stated", MAR),
        ("open", None),
    ]


def test_a_target_and_a_horizon_move_together() -> None:
    """One event may restate both; the new amount stands under the new key only."""
    both = event(
        "revised",
        "2024-03-01",
        horizon={"end": "2026-12-31"},
        restated={"number": 70, "unit": "USD"},
    )
    found = rows(promise(), both)
    by_year = {
        year: sum(r["number"] for r in counting(found, day) if r["end"].year == year)
        for day, year in ((FEB, 2024), (MAR, 2026))
    }
    assert by_year == {2024: 100, 2026: 70}


@given(pts.ledgers(), pts.days())
def test_every_fact_counts_once_on_any_day(ledger: pt.Ledger, day: dt.date) -> None:
    """Closed and repeated rows never overlap: as of a day one commitment has one horizon."""
    found = ledger.movements()
    until = found["until"].isna() | (found["until"] > day)
    now = found[(found["since"] <= day) & until].astype({"horizon": object, "commitment": object})
    keys = now[["commitment", "start", "end", "horizon"]].drop_duplicates()
    assert keys["commitment"].is_unique
    announced = {one.id for one in ledger.commitments if one.announced <= day}
    assert set(keys["commitment"]) == announced


# --- wholes ---------------------------------------------------------------------------------------


def test_another_outermost_whole_closes_the_rows_and_repeats_them() -> None:
    """On the day of its whole, and of the whole of that, the rows of a part go on under another."""
    facts = [
        promise("small", part_of="middle"), promise("middle", part_of="large", announced=FEB),
        promise("large", announced=MAR),
    ]  # fmt: skip
    table, _ = movements(facts, {"small": [event("delivered", "2024-04-01", 5)]})
    found: dict[str, list[Any]] = {name: [] for name in ("small", "middle", "large")}
    for row in table.to_pylist():
        if row["event"] in ("pledged", "delivered") and row["part"] is None:
            told = (row["since"], row["until"], row["whole"], row["whole_announced"])
            found[row["commitment"]].append((row["event"], *told))
    assert found["small"] == [
        ("pledged", JAN, FEB, None, None),
        ("pledged", FEB, MAR, "middle", FEB),
        ("pledged", MAR, None, "large", MAR),
        ("delivered", APR, None, "large", MAR),
    ]
    assert found["middle"] == [("pledged", FEB, MAR, None, None),
                               ("pledged", MAR, None, "large", MAR)]  # fmt: skip
    assert {told[3:] for told in found["large"]} == {(None, None)}


def test_a_part_that_is_announced_with_its_whole_has_one_row() -> None:
    """Nothing changes after the announcement, so nothing is repeated."""
    table, _ = movements([promise("small", part_of="large"), promise("large")], {})
    rows = [row for row in table.to_pylist() if row["commitment"] == "small"]
    assert [(row["since"], row["until"], row["whole"]) for row in rows] == [(JAN, None, "large")]


@given(pts.ledgers(), pts.days())
def test_rows_name_the_outermost_whole_of_the_day(ledger: pt.Ledger, day: dt.date) -> None:
    """As of any day, as the oracle finds it from the records; its day stands beside it."""
    wholes, _ = oracle.relations(ledger.commitments, day)
    announced = {one.id: one.announced for one in ledger.commitments}
    for row in oracle.counting(ledger.movements(), day):
        name = row["commitment"]
        while name in wholes:
            name = wholes[name]
        expected = (None, None) if name == row["commitment"] else (name, announced[name])
        assert (row["whole"], row["whole_announced"]) == expected


# --- precision ------------------------------------------------------------------------------------


def test_the_largest_amount_is_held() -> None:
    """22 digits before the point and 6 after it pass through unchanged."""
    number = Decimal("9999999999999999999999.999999")
    (row,) = rows(promise(target={"number": number, "unit": "USD"}))
    assert row["number"] == number


@pytest.mark.parametrize(
    "last",
    [
        event("withdrawn", "2024-03-01"),
        event("revised", "2024-03-01", restated={"number": 0, "unit": "USD"}),
    ],
)
def test_a_balance_that_a_movement_cannot_hold_is_refused_by_name(last: pt.Event) -> None:
    """Two amounts that fit may make one that does not: the commitment and the unit are named."""
    large = 9 * 10**21
    huge = promise(target={"number": large, "unit": "USD"})
    with pytest.raises(
        AmountError, match=r"'x': -?1.800000e\+22 USD has too many digits"
    ) as caught:
        rows(huge, event("revised", "2024-02-01", large), last)
    assert abs(caught.value.value) == 2 * large


def test_refused_digits_never_come_out_rounded() -> None:
    """A sum that no row has to hold is exact in the totals."""
    large = Decimal("9999999999999999999999.999999")
    ledger = pt.Ledger(
        [promise(target={"number": large, "unit": "USD"})], [event("revised", "2024-02-01", large)]
    )
    assert ledger.totals(as_of="2024-12-31")["pledged"][0] == Decimal(
        "19999999999999999999999.999998"
    )
