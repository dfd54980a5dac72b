"""Wholes and their parts: nothing counts twice, whatever happens to either and in which order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import oracle
import pledgetrack as pt
from examples import times
from pledgetrack import strategies as pts
from pledgetrack.families import accounts

MEASURES = ("proposed", "pledged", "committed", "delivered")
FIELDS: dict[str, Any] = {"party": "Norway", "stage": "pledged", "horizon": {"end": "2024-12-31"}}
LATE = "2024-12-31"
# The widest laws draw fewer ledgers, so that the suite stays quick.
FEW = times(1 / 3)


def promise(
    name: str, number: object = 100, on: str = "2024-01-01", **fields: Any
) -> pt.Commitment:
    """A pledge of so many USD in 2024; of something else, or of nothing, where a test says so."""
    given = {**FIELDS, "announced": on, "target": {"number": number, "unit": "USD"}, **fields}
    return pt.Commitment(id=name, **{key: value for key, value in given.items() if value})


def part(name: str, number: object, on: str = "2024-02-01", **fields: Any) -> pt.Commitment:
    """A part of the promise "fund"."""
    return promise(name, number, on, **{"part_of": "fund", **fields})


def event(name: str, kind: str, on: str, number: object = None, **fields: Any) -> pt.Event:
    """Something that happens, of so many USD where a number is given."""
    if number is not None:
        fields["quantity"] = {"number": number, "unit": "USD"}
    return pt.Event(commitment=name, kind=kind, on=on, **fields)


def shown(ledger: pt.Ledger, day: str, measure: str = "pledged") -> dict[str, int | None]:
    """One measure of each commitment."""
    table = ledger.totals(by="commitment", as_of=day)
    found = zip(table["commitment"], table[measure], strict=True)
    return {name: None if number is None else int(number) for name, number in found}


def whole(ledger: pt.Ledger, day: str, measure: str = "pledged") -> int | None:
    """One measure of all in USD."""
    table = ledger.totals(as_of=day)
    (number,) = table[table["unit"] == "USD"][measure]
    return None if number is None else int(number)


def status(ledger: pt.Ledger, day: str, name: str) -> str:
    """The status of a commitment."""
    table = ledger.status(as_of=day)
    found: str = table[table["commitment"] == name]["status"].iloc[0]
    return found


# --- a part leaves its whole ----------------------------------------------------------------------


def test_a_part_leaves_its_whole_on_the_later_of_the_two_days() -> None:
    """Whichever was announced first."""
    later = pt.Ledger([promise("fund"), part("north", 30)])
    assert shown(later, "2024-01-31") == {"fund": 100}
    assert shown(later, "2024-02-01") == {"fund": 70, "north": 30}
    earlier = pt.Ledger([promise("fund", on="2024-03-01"), part("north", 30)])
    assert shown(earlier, "2024-02-29") == {"north": 30}
    assert shown(earlier, "2024-03-01") == {"fund": 70, "north": 30}


def test_the_rows_of_the_whole_name_the_part_and_its_source() -> None:
    """They are signed movements like all others, and say whose announcement took it."""
    cited = part("north", 30, citation={"source": "plan"}, known="2024-02-09")
    ledger = pt.Ledger([promise("fund"), cited], sources=[pt.Source(id="plan")])
    rows = ledger.movements()
    (row,) = rows[rows["part"].notna()].to_dict("records")
    assert (row["commitment"], row["part"], row["number"]) == ("fund", "north", -30)
    assert (row["event"], row["measure"], row["source"]) == ("part", "pledged", "plan")
    assert (row["on"], row["since"]) == (dt.date(2024, 2, 1), dt.date(2024, 2, 1))
    assert row["known"] == dt.date(2024, 2, 9)


def test_what_a_part_takes_is_told_by_its_own_source_on_a_day_of_both() -> None:
    """Where the whole moves on that day too, its source tells of itself alone."""
    sources = [pt.Source(id=name) for name in ("plan", "report")]
    ledger = pt.Ledger(
        [promise("fund"), part("north", 30)],
        [event("fund", "delivered", "2024-03-01", 5, citation={"source": "report"}),
         event("north", "revised", "2024-03-01", -10, citation={"source": "plan"},
               known="2024-03-09")],
        sources,
    )  # fmt: skip
    rows = ledger.movements()
    rows = rows[rows["on"] == dt.date(2024, 3, 1)]
    told = {(row["commitment"], row["measure"], int(row["number"])): row["source"]
            for row in rows.to_dict("records")}  # fmt: skip
    assert told == {
        ("fund", "delivered", 5): "report", ("north", "pledged", -10): "plan",
        ("fund", "pledged", 10): "plan",
    }  # fmt: skip


def test_a_month_counts_from_its_last_day_for_parts_too() -> None:
    """A part announced "in February" leaves its whole on the 29th."""
    ledger = pt.Ledger([promise("fund"), part("north", 30, "2024-02")])
    assert shown(ledger, "2024-02-28") == {"fund": 100}
    assert shown(ledger, "2024-02-29") == {"fund": 70, "north": 30}


def test_parts_have_parts() -> None:
    """To any depth; each leaves the one above it."""
    chain = [promise("p0", 64)]
    chain += [promise(f"p{at}", 64 // 2**at, part_of=f"p{at - 1}") for at in range(1, 7)]
    ledger = pt.Ledger(chain)
    assert list(shown(ledger, LATE).values()) == [32, 16, 8, 4, 2, 1, 1]
    assert whole(ledger, LATE) == 64


def test_a_long_chain_and_a_wide_family_are_no_matter() -> None:
    """Neither depth nor number exhausts anything."""
    deep = [promise("p0", 1)] + [promise(f"p{at}", 1, part_of=f"p{at - 1}") for at in range(1, 300)]
    assert whole(pt.Ledger(deep), LATE) == 1
    wide = [promise("fund", 1000)] + [part(f"p{at}", 1) for at in range(1000)]
    happened = [event("fund", "withdrawn", "2024-05-01"), event("fund", "reopened", "2024-06-01")]
    ledger = pt.Ledger(wide, happened)
    assert (whole(ledger, "2024-05-01"), whole(ledger, LATE)) == (0, 1000)


def test_several_units_leave_each_their_own() -> None:
    """A unit that the whole does not have stands beside it; one that only a grandparent has too."""
    fund = promise("fund", target=None, targets=[
        {"number": 100, "unit": "USD"}, {"number": 8, "unit": "hospital"}])  # fmt: skip
    north = part("north", 0, target=None, targets=[
        {"number": 3, "unit": "hospital"}, {"number": 500, "unit": "bed"}])  # fmt: skip
    town = promise("town", 20, "2024-03-01", part_of="north")
    table = pt.Ledger([fund, north, town]).totals(by="commitment", as_of=LATE)
    found = {(r["commitment"], r["unit"]): int(r["pledged"]) for r in table.to_dict("records")}
    assert found == {
        ("fund", "USD"): 80, ("fund", "hospital"): 5, ("north", "hospital"): 3,
        ("north", "bed"): 500, ("town", "USD"): 20,
    }  # fmt: skip


def test_parts_show_the_detail_that_the_whole_does_not_have() -> None:
    """For whom, by whom, by when: each part under its own labels."""
    ledger = pt.Ledger([
        promise("fund", recipient="all regions"),
        part("north", 30, recipient="North", horizon={"end": "2025-12-31"}),
        part("south", 50, recipient="South", party="Sweden"),
    ])  # fmt: skip
    by = {row["recipient"]: int(row["pledged"])
          for row in ledger.totals(by="recipient", as_of=LATE).to_dict("records")}  # fmt: skip
    assert by == {"North": 30, "South": 50, "all regions": 20}
    assert shown(ledger.filter(recipient="North"), LATE) == {"north": 30}
    assert [int(n) for n in ledger.totals(by="party", as_of=LATE)["pledged"]] == [50, 50]
    assert [int(n) for n in ledger.totals(by="due", as_of=LATE)["pledged"]] == [70, 30]


def test_periods_conserve_with_parts() -> None:
    """What a part shows falls into the periods of its own horizon."""
    ledger = pt.Ledger([
        promise("fund", "100.01", horizon={"start": "2024-01-01", "end": "2026-12-31"}),
        part("north", "33.34", horizon={"start": "2024-07-01", "end": "2025-06-30"}),
    ])  # fmt: skip
    parts = ledger.totals(per="quarter", as_of=LATE)
    assert sum(parts["pledged"]) == Decimal("100.01")


# --- how firm it is -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fund", "north", "expected"),
    [
        ("pledged", "proposed", {"fund": (None, 100, None), "north": (0, None, None)}),
        ("committed", "pledged", {"fund": (None, 100, 100), "north": (None, 0, None)}),
        ("proposed", "alleged", {"fund": (100, None, None), "north": (None, None, None)}),
        ("proposed", "pledged", {"fund": (70, None, None), "north": (None, 30, None)}),
        ("proposed", "committed", {"fund": (70, None, None), "north": (None, 30, 30)}),
        ("pledged", "committed", {"fund": (None, 70, None), "north": (None, 30, 30)}),
        ("alleged", "pledged", {"fund": (None, None, None), "north": (None, 30, None)}),
        ("committed", "committed", {"fund": (None, 70, 70), "north": (None, 30, 30)}),
    ],
)
def test_a_part_leaves_once_it_is_as_firm_as_its_whole(
    fund: str, north: str, expected: dict[str, tuple[int | None, ...]]
) -> None:
    """From the measures where the whole stands; what is less firm is still within the whole."""
    ledger = pt.Ledger([promise("fund", stage=fund), part("north", 30, stage=north)])
    found = {
        name: tuple(shown(ledger, LATE, measure)[name] for measure in MEASURES[:3])
        for name in ("fund", "north")
    }
    assert found == expected


def test_a_part_that_becomes_firmer_leaves_on_that_day() -> None:
    """And a whole that becomes firmer takes its parts back until they follow."""
    ledger = pt.Ledger(
        [promise("fund"), part("north", 30, stage="proposed")],
        [event("north", "pledged", "2024-03-01"), event("fund", "committed", "2024-04-01"),
         event("north", "committed", "2024-05-01")],
    )  # fmt: skip
    days = ("2024-02-29", "2024-03-01", "2024-04-01", "2024-05-01")
    assert [shown(ledger, day)["fund"] for day in days] == [100, 70, 100, 70]
    assert [shown(ledger, day)["north"] for day in days] == [None, 30, 0, 30]
    assert [whole(ledger, day) for day in days] == [100] * 4
    assert [whole(ledger, day, "committed") for day in days] == [None, None, 100, 100]


def test_a_part_may_be_firm_in_pieces() -> None:
    """As much of a whole is pledged as it says, or as its parts say, where they say more."""
    ledger = pt.Ledger(
        [promise("fund", stage="proposed"), part("north", 30), part("south", 30)],
        [event("fund", "pledged", "2024-01-15", 40)],
    )
    assert (whole(ledger, "2024-01-31"), whole(ledger, LATE)) == (40, 60)
    assert whole(ledger, LATE, "proposed") == 40
    assert shown(ledger, LATE) == {"fund": 0, "north": 30, "south": 30}


# --- what happens to parts and wholes -------------------------------------------------------------


def test_a_withdrawn_part_returns_to_its_whole() -> None:
    """The whole is promised as before; what had arrived of the part stands there."""
    ledger = pt.Ledger(
        [promise("fund"), part("north", 30)],
        [event("north", "delivered", "2024-03-01", 10), event("north", "withdrawn", "2024-04-01"),
         event("north", "reopened", "2024-05-01")],
    )  # fmt: skip
    assert shown(ledger, "2024-03-31") == {"fund": 70, "north": 30}
    assert shown(ledger, "2024-04-01") == {"fund": 90, "north": 10}
    assert shown(ledger, "2024-05-01") == {"fund": 70, "north": 30}
    assert [whole(ledger, day) for day in ("2024-03-31", "2024-04-01", "2024-05-01")] == [100] * 3


@pytest.mark.parametrize("kind", ["withdrawn", "rejected", "expired"])
@pytest.mark.parametrize("number", [None, 100])
def test_the_end_of_a_whole_is_the_end_of_its_parts(kind: str, number: int | None) -> None:
    """Of what had not arrived; a reopening brings both back."""
    ledger = pt.Ledger(
        [promise("fund"), part("north", 30), part("south", 20),
         promise("town", 5, "2024-02-02", part_of="north")],
        [event("south", "delivered", "2024-03-01", 20), event("town", "delivered", "2024-03-01", 2),
         event("fund", kind, "2024-04-01", number), event("fund", "reopened", "2024-05-01")],
    )  # fmt: skip
    day = "2024-04-30"
    assert whole(ledger, day) == (22 if number is None else 0)
    assert {name: status(ledger, day, name) for name in ("north", "south", "town")} == {
        "north": kind, "south": "fulfilled", "town": kind,
    }  # fmt: skip
    assert status(ledger, day, "fund") == kind
    assert shown(ledger, "2024-05-01") == {"fund": 50, "north": 25, "south": 20, "town": 5}
    assert status(ledger, "2024-05-01", "north") == "in progress"


def test_a_part_that_was_withdrawn_stays_so_when_the_whole_stands_again() -> None:
    """And one that is reopened while its whole is gone waits for it."""
    ledger = pt.Ledger(
        [promise("fund"), part("north", 30), part("south", 20)],
        [event("north", "withdrawn", "2024-03-01"), event("fund", "rejected", "2024-04-01"),
         event("south", "reopened", "2024-04-15"), event("fund", "reopened", "2024-05-01"),
         event("north", "reopened", "2024-06-01")],
    )  # fmt: skip
    assert status(ledger, "2024-04-20", "south") == "rejected"
    assert status(ledger, "2024-05-01", "north") == "withdrawn"
    assert status(ledger, "2024-05-01", "south") == "nothing reported"
    assert shown(ledger, "2024-05-01") == {"fund": 80, "north": 0, "south": 20}
    assert shown(ledger, "2024-06-01") == {"fund": 50, "north": 30, "south": 20}


def test_a_part_announced_after_the_end_of_its_whole_has_ended_too() -> None:
    """It is in no total until the whole is reopened."""
    ledger = pt.Ledger(
        [promise("fund"), part("north", 30, "2024-05-01")],
        [event("fund", "withdrawn", "2024-04-01"), event("fund", "reopened", "2024-06-01")],
    )
    assert (whole(ledger, "2024-05-31"), status(ledger, "2024-05-31", "north")) == (0, "withdrawn")
    assert shown(ledger, LATE) == {"fund": 70, "north": 30}


def test_actions_end_with_their_whole() -> None:
    """Those that were not complete; the completion of others stays."""
    action: dict[str, Any] = {"target": None, "part_of": "fund"}
    ledger = pt.Ledger(
        [promise("fund"), promise("done", **action), promise("open", **action)],
        [event("done", "completed", "2024-02-01"), event("fund", "withdrawn", "2024-03-01"),
         event("fund", "reopened", "2024-04-01")],
    )  # fmt: skip
    assert status(ledger, "2024-03-01", "open") == "withdrawn"
    assert status(ledger, "2024-04-01", "open") == "nothing reported"
    for day in ("2024-03-01", "2024-04-01"):
        assert status(ledger, day, "done") == "fulfilled"


def test_revisions_of_a_part_move_its_whole_the_other_way() -> None:
    """By an amount or restated, up and down."""
    ledger = pt.Ledger(
        [promise("fund"), part("north", 30)],
        [event("north", "revised", "2024-03-01", 15), event("north", "revised", "2024-04-01",
         restated={"number": 10, "unit": "USD"}), event("fund", "revised", "2024-05-01", 50)],
    )  # fmt: skip
    days = ("2024-02-29", "2024-03-01", "2024-04-01", "2024-05-01")
    assert [shown(ledger, day)["fund"] for day in days] == [70, 55, 90, 140]
    assert [whole(ledger, day) for day in days] == [100, 100, 100, 150]


def test_parts_larger_than_their_whole_are_an_error_at_announcement() -> None:
    """Named with the part that is too much, the whole and the sums."""
    with pytest.raises(pt.InvalidLedgerError) as caught:
        pt.Ledger([promise("fund"), part("north", 60), part("south", 60, "2024-03-01")])
    (problem,) = caught.value.problems
    assert problem.record == "commitment 'south'"
    assert problem.message == (
        "the parts of 'fund' add up to 120 USD, more than the 100 that stand of it"
    )
    withdrawn = [event("north", "withdrawn", "2024-02-15")]
    pt.Ledger([promise("fund"), part("north", 60), part("south", 60, "2024-03-01")], withdrawn)


def test_parts_larger_than_their_whole_after_a_revision_are_a_finding() -> None:
    """No more is counted than stands of the whole; the earlier part comes first."""
    ledger = pt.Ledger(
        [promise("fund"), part("north", 60), part("south", 40, "2024-03-01")],
        [event("fund", "revised", "2024-04-01", -25)],
    )
    assert shown(ledger, LATE) == {"fund": 0, "north": 60, "south": 15}
    table = ledger.check()
    found = table[table["severity"] == "error"].to_dict("records")
    words = "its parts add up to 100 USD, more than the 75 that stand of it; no more is counted"
    assert found == [{"severity": "error", "commitment": "fund", "finding": words}]


def test_what_was_not_known_makes_no_error() -> None:
    """A table of what was known may hold parts that only later facts made fit."""
    ledger = pt.Ledger(
        [promise("fund"), part("north", 60), part("south", 60, "2024-03-01")],
        [event("north", "withdrawn", "2024-02-15", known="2024-06-01")],
    )
    assert list(ledger.totals(as_of=LATE, known_by="2024-05-01")["pledged"]) == [100]
    assert list(ledger.totals(as_of=LATE)["pledged"]) == [100]
    early = ledger.cut(known_by="2024-05-01").check()
    assert list(early[early["severity"] == "error"]["commitment"]) == ["south"]


def test_another_currency_is_a_finding() -> None:
    """The part stands beside its whole, for no amount of it can leave the other."""
    euros = part("north", 0, target={"number": 20, "unit": "EUR"})
    table = pt.Ledger([promise("fund"), euros]).check()
    assert "a part in EUR of 'fund', which is in USD; it is counted beside its whole" in set(
        table["finding"]
    )
    hospitals = part("north", 0, target={"number": 20, "unit": "hospital"})
    found = pt.Ledger([promise("fund"), hospitals]).check()["finding"]
    assert not [text for text in found if "is counted beside" in text]


def test_an_absent_whole_is_tolerated_and_told() -> None:
    """The part counts by itself, and so it does before its whole is announced."""
    ledger = pt.Ledger([promise("found"), part("north", 30)])
    assert shown(ledger, LATE) == {"found": 100, "north": 30}
    text = "a part of 'fund', which is not there, so it counts by itself; is it 'found'?"
    assert text in set(ledger.check()["finding"])


@pytest.mark.parametrize(
    ("links", "circle"),
    [
        ({"a": {"part_of": "a"}}, "wholes and parts: 'a' -> 'a'"),
        ({"a": {"part_of": "b"}, "b": {"part_of": "a"}}, "wholes and parts: 'a' -> 'b' -> 'a'"),
        ({"c": {"part_of": "b"}, "b": {"part_of": "a"}, "a": {"part_of": "c"}},
         "wholes and parts: 'a' -> 'c' -> 'b' -> 'a'"),
        ({"a": {"repeats": "b"}, "b": {"repeats": "a"}}, "repetitions: 'a' -> 'b' -> 'a'"),
        ({"a": {"same_as": "b"}, "b": {"same_as": "a"}}, "links (same_as): 'a' -> 'b' -> 'a'"),
        ({"a": {"repeats": "b"}, "b": {"same_as": "a"}},
         "repetitions and links (same_as): 'a' -> 'b' -> 'a'"),
        ({"a": {"part_of": "b"}, "b": {"repeats": "a"}},
         "wholes and parts: 'a' -> 'a' (for 'b' repeats 'a')"),
    ],
)  # fmt: skip
def test_circles_are_errors_that_name_the_circle(
    links: dict[str, dict[str, str]], circle: str
) -> None:
    """Of parts, of repetitions, and of both."""
    with pytest.raises(pt.InvalidLedgerError) as caught:
        pt.Ledger([promise(name, **fields) for name, fields in links.items()])
    assert [problem.message for problem in caught.value.problems] == [f"a circle of {circle}"]


# --- fulfilment -----------------------------------------------------------------------------------


def test_the_whole_is_judged_by_its_full_target_and_its_parts_deliveries() -> None:
    """Deliveries on the whole itself count beside those on its parts, each once."""
    ledger = pt.Ledger(
        [promise("fund"), part("north", 30), promise("town", 10, "2024-02-02", part_of="north")],
        [event("fund", "delivered", "2024-03-01", 60),
         event("north", "delivered", "2024-04-01", 30),
         event("town", "delivered", "2024-05-01", 10)],
    )  # fmt: skip
    table = ledger.status(as_of=LATE).set_index("commitment")
    assert dict(table["target"]) == {"fund": 100, "north": 30, "town": 10}
    assert dict(table["delivered"]) == {"fund": 100, "north": 40, "town": 10}
    assert set(table["status"]) == {"fulfilled"}
    assert table["reported"]["fund"] == dt.date(2024, 5, 1)
    assert whole(ledger, LATE, "delivered") == 100
    assert whole(ledger, LATE, "outstanding") == 0


def test_nothing_is_overdue_twice() -> None:
    """A part that is due later is not overdue with its whole, and the other way round."""
    late = pt.Ledger([promise("fund"), part("north", 30, horizon={"end": "2026-12-31"})])
    assert shown(late, "2025-06-01", "overdue") == {"fund": 70, "north": None}
    assert whole(late, "2025-06-01", "overdue") == 70
    assert status(late, "2025-06-01", "fund") == "overdue"
    early = pt.Ledger([promise("fund"), part("north", 30, horizon={"end": "2024-06-30"})])
    assert shown(early, "2024-07-01", "overdue") == {"fund": None, "north": 30}
    assert whole(early, "2025-06-01", "overdue") == 100


def test_a_delivery_on_a_whole_that_its_parts_fill_is_not_forgotten() -> None:
    """What is outstanding of the family is what was promised less all that arrived."""
    ledger = pt.Ledger(
        [promise("fund"), part("north", 100), part("south", 0)],
        [
            event("fund", "delivered", "2024-03-01", 25),
            event("north", "delivered", "2024-03-01", 5),
        ],
    )
    assert whole(ledger, LATE, "outstanding") == 70
    assert list(ledger.summary(as_of=LATE)["share"]) == [Decimal("0.3")]


@pytest.mark.parametrize(
    ("fund", "parts", "arrived", "overdue", "outstanding"),
    [
        ("committed", {"north": ("pledged", 100)}, {"north": 100}, 0, 0),
        ("pledged", {"north": ("pledged", 30)}, {"north": 50}, 50, 50),
        ("pledged", {"north": ("pledged", 30)}, {"north": 120}, 0, -20),
        ("pledged", {"north": ("proposed", 60)}, {"north": 50}, 50, 50),
        ("pledged", {"north": ("pledged", 0)}, {"north": 1}, 99, 99),
        ("pledged", {"north": ("pledged", 30), "south": ("pledged", 40)}, {"north": 90}, 40, 10),
        ("pledged", {"north": ("pledged", 30)}, {"fund": 80}, 30, 20),
        ("pledged", {"north": ("pledged", 30)}, {"north": 20, "fund": 10}, 70, 70),
    ],
)
def test_what_arrives_of_a_part_beyond_what_it_shows_counts_for_its_whole(
    fund: str, parts: dict[str, tuple[str, int]], arrived: dict[str, int], overdue: int,
    outstanding: int,
) -> None:  # fmt: skip
    """What a part delivered is not missing of its whole; a whole says nothing about its parts."""
    ledger = pt.Ledger(
        [promise("fund", stage=fund),
         *(part(name, number, stage=stage) if number else
           part(name, 0, stage=stage, target={"number": 0, "unit": "USD"})
           for name, (stage, number) in parts.items())],
        [event(name, "delivered", "2024-06-01", number) for name, number in arrived.items()],
    )  # fmt: skip
    for number, name in ((overdue, "overdue"), (outstanding, "outstanding")):
        assert whole(ledger, "2025-06-01", name) == number
        table = ledger.totals(by="commitment", as_of="2025-06-01")
        for at in range(len(table)):
            rows = ledger.explain(table, at, measure=name)
            assert sum(n for n in rows["counts"] if n is not None) == (table[name][at] or 0)


@pytest.mark.parametrize("detail", [True, False])
def test_of_a_whole_that_is_revised_to_nothing_nothing_is_outstanding(detail: bool) -> None:
    """Nor of its parts, whatever arrived of them: nothing is pledged there any more."""
    records = [promise("fund"), *([part("north", 30)] if detail else [])]
    facts = [
        event("north" if detail else "fund", "delivered", "2024-06-01", 40),
        event("fund", "revised", "2024-07-01", restated={"number": 0, "unit": "USD"}),
    ]
    ledger = pt.Ledger(records, facts)
    table = ledger.totals(as_of="2025-06-01")
    assert table[["pledged", "delivered", "outstanding", "overdue"]].values.tolist() == [
        [0, 40, 0, 0]
    ]
    assert list(ledger.timeline(freq="year", as_of="2025-06-01")["outstanding"]) == [0, 0]
    rows = ledger.explain(table, 0, measure="outstanding")
    assert not any(rows["counts"])


def test_what_is_passed_on_stands_in_two_rows_that_add_up_to_0() -> None:
    """Off the part, and for the whole, which names it; no total of what was delivered moves."""
    ledger = pt.Ledger(
        [promise("fund"), part("north", 30)], [event("north", "delivered", "2024-06-01", 50)]
    )
    rows = ledger.movements()
    passed = rows[rows["measure"] == "passed on"].to_dict("records")
    assert [(r["commitment"], r["number"], r["event"]) for r in passed] == [
        ("fund", 20, "part"), ("north", -20, "part"),
    ]  # fmt: skip
    assert passed[0]["part"] == "north"
    assert shown(ledger, LATE, "delivered") == {"fund": None, "north": 50}
    assert shown(ledger, LATE, "outstanding") == {"fund": 50, "north": 0}
    by = ledger.summary(by="commitment", as_of=LATE)
    assert by["share"][1] == 1
    assert round(by["share"][0], 4) == Decimal("0.2857")
    assert list(ledger.changes(since="2024-05-31", until="2024-06-01")["change"]) == [
        "part delivered", "status", "delivered", "status",
    ]  # fmt: skip
    assert "passed on" not in set(ledger.totals(by="source", as_of=LATE))


def test_what_is_passed_on_goes_to_the_nearest_whole_that_is_pledged() -> None:
    """Past one that only others propose; with a part that moves, or a whole that comes later."""
    town = promise("town", 10, "2024-02-02", part_of="north")
    paid = [event("town", "delivered", "2024-03-01", 25)]
    firm = event("north", "pledged", "2024-05-01")
    ledger = pt.Ledger(
        [promise("fund", on="2024-04-01"), part("north", 30, stage="proposed"), town],
        [*paid, firm],
    )
    # Nothing above the town is pledged; then the fund is; then the region is, and takes its own.
    assert shown(ledger, "2024-03-31", "outstanding") == {"north": None, "town": -15}
    assert shown(ledger, "2024-04-30", "outstanding") == {"fund": 75, "north": None, "town": 0}
    assert shown(ledger, "2024-05-01", "outstanding") == {"fund": 70, "north": 5, "town": 0}


def test_what_is_passed_on_returns_with_refunds_and_withdrawals() -> None:
    """As much as is beyond what the part shows on each day; the sum is that of the whole alone."""
    ledger = pt.Ledger(
        [promise("fund"), part("north", 30)],
        [event("north", "delivered", "2024-03-01", 50), event("north", "delivered", "2024-04-01",
         -15), event("north", "withdrawn", "2024-05-01"), event("fund", "withdrawn", "2024-06-01"),
         event("fund", "reopened", "2024-07-01"), event("north", "revised", "2024-08-01", 10)],
    )  # fmt: skip
    days = [f"2024-{month:02d}-02" for month in range(3, 9)]
    assert [shown(ledger, day, "outstanding")["fund"] for day in days] == [50, 65, 65, 0, 65, 65]
    assert [shown(ledger, day, "outstanding")["north"] for day in days] == [0] * 6


def test_what_arrives_in_a_unit_of_the_whole_alone_counts_for_the_whole() -> None:
    """The part has hospitals, the fund has money too."""
    fund = promise("fund", target=None, targets=[
        {"number": 100, "unit": "USD"}, {"number": 8, "unit": "hospital"}])  # fmt: skip
    north = part("north", 0, target={"number": 3, "unit": "hospital"})
    ledger = pt.Ledger([fund, north], [event("north", "delivered", "2024-03-01", 40)])
    assert whole(ledger, LATE, "outstanding") == 60
    assert whole(ledger, "2025-06-01", "overdue") == 60


def test_what_repetitions_and_links_pass_on_counts_nowhere() -> None:
    """It is set aside with them."""
    ledger = pt.Ledger(
        [promise("first"), promise("twin", same_as="first", on="2024-03-01"),
         promise("north", 30, "2024-02-01", part_of="twin")],
        [event("north", "delivered", "2024-02-15", 50)],
    )  # fmt: skip
    assert whole(ledger, "2024-03-01", "outstanding") == 100
    rows = ledger.movements()
    assert {"passed on", "linked passed on"} & set(rows["measure"]) == {"linked passed on"}


@pytest.mark.parametrize("engine", ["pandas", "pyarrow", "polars", "duckdb"])
def test_every_engine_reads_parts_from_movements_alone(engine: str) -> None:
    """Totals and status of a frame are those of the ledger."""
    import polars as pl

    ledger = pt.Ledger(
        [promise("fund"), part("north", 30), promise("again", repeats="fund", on="2024-03-01"),
         promise("twin", 30, same_as="north", on="2024-03-01")],
        [event("north", "delivered", "2024-03-01", 10), event("fund", "withdrawn", "2024-04-01"),
         event("fund", "reopened", "2024-05-01"), event("twin", "delivered", "2024-05-01", 9)],
    )  # fmt: skip
    table = pa.Table.from_pandas(ledger.movements(), preserve_index=False)
    made: dict[str, Any] = {
        "pandas": ledger.movements, "pyarrow": lambda: table,
        "polars": lambda: pl.from_arrow(table), "duckdb": lambda: duckdb.from_arrow(table),
    }  # fmt: skip
    for day in ("2024-02-15", "2024-04-15", LATE):
        frame = made[engine]()
        found = pt.totals(frame, by="commitment", as_of=day, include_repeats=True)
        expected = ledger.totals(by="commitment", as_of=day, include_repeats=True)
        pd.testing.assert_frame_equal(found, expected)
        pd.testing.assert_frame_equal(pt.status(frame, as_of=day), ledger.status(as_of=day))


# --- bounds ---------------------------------------------------------------------------------------


def test_bounds_flip_in_the_remainder() -> None:
    """Of 100 less "at least 30", "up to 70" are left; of "at least 100", at least."""
    loose = part("north", 0, target={"number": 30, "unit": "USD", "bound": "at least"})
    table = pt.Ledger([promise("fund"), loose]).totals(by="commitment", as_of=LATE)
    assert [text.split(",")[0] for text in table["bound"]] == ["pledged up to", "pledged at least"]
    fund = promise("fund", target={"number": 100, "unit": "USD", "bound": "at least"})
    table = pt.Ledger([fund, part("north", 30)]).totals(by="commitment", as_of=LATE)
    assert [text.split(",")[0] for text in table["bound"]] == ["pledged at least", ""]


WIDE = {"number": 30, "unit": "USD", "bound": "about", "margin": 10}
LEAST = {"number": 30, "unit": "USD", "bound": "at least"}


@pytest.mark.parametrize(
    ("fund", "north", "both", "alone"),
    [
        ({}, WIDE, ("", 100, 100), ("about", 60, 80)),
        ({}, LEAST, ("", 100, 100), ("up to", 0, 70)),
        ({"bound": "at least"}, WIDE, ("at least", 100, None), ("about", 60, None)),
        ({"bound": "about", "margin": 5}, WIDE, ("about", 95, 105), ("about", 55, 85)),
        ({"number": 35}, WIDE, ("", 35, 35), ("about", 0, 15)),
    ],
)
def test_inexact_parts_do_not_make_their_whole_less_exact(
    fund: dict[str, Any], north: dict[str, Any], both: tuple[Any, ...], alone: tuple[Any, ...]
) -> None:
    """In a cell that holds both; alone, what is left of the whole is as inexact as what it lost."""
    target = {"number": 100, "unit": "USD", **fund}
    ledger = pt.Ledger(
        [promise("fund", target=target, recipient="all"), part("north", 0, target=north)]
    )
    options: dict[str, Any] = {"as_of": LATE, "bounds": "range"}
    alone_ = ledger.filter(recipient="all")
    for mine, table, expected in (
        (ledger, ledger.totals(**options), both), (alone_, alone_.totals(**options), alone),
        (ledger, ledger.totals(by="commitment", **options), alone),
        (ledger, ledger.timeline(freq="year", **options), both),
    ):  # fmt: skip
        row = table.to_dict("records")[0]
        words = [text for text in row["bound"].split(", ") if text.startswith("pledged")]
        assert words == ([f"pledged {expected[0]}"] if expected[0] else [])
        assert (row["pledged_low"], row["pledged_high"]) == expected[1:]
        for end in ("pledged_low", "pledged_high"):
            if row[end] is not None:
                rows = mine.explain(table, 0, measure=end)
                assert sum(n for n in rows["counts"] if n is not None) == row[end]


def test_ranges_of_exact_parts_leave_the_range_of_the_whole() -> None:
    """The ends add up as the amounts do."""
    fund = promise("fund", target={"number": 100, "unit": "USD", "bound": "about", "margin": 10})
    ledger = pt.Ledger([fund, part("north", 30)])
    (row,) = ledger.totals(as_of=LATE, bounds="range").to_dict("records")
    assert (row["pledged_low"], row["pledged"], row["pledged_high"]) == (90, 100, 110)
    (row, _) = ledger.totals(by="commitment", as_of=LATE, bounds="range").to_dict("records")
    assert (row["pledged_low"], row["pledged"], row["pledged_high"]) == (60, 70, 80)


# --- repetitions ----------------------------------------------------------------------------------


def test_a_promise_announced_again_counts_once() -> None:
    """The headline sum stands in a column of its own, by any key and in periods too."""
    ledger = pt.Ledger([
        promise("first"), promise("again", 120, "2024-03-01", repeats="first"),
        promise("third", 110, "2024-04-01", repeats="again", party="Sweden"),
    ])  # fmt: skip
    assert whole(ledger, LATE) == 100
    (row,) = ledger.totals(as_of=LATE, include_repeats=True).to_dict("records")
    assert (row["pledged"], row["headline"], row["commitments"]) == (100, 330, 1)
    table = ledger.totals(by="party", as_of=LATE, include_repeats=True)
    found = [(r["party"], r["pledged"], r["headline"], r["commitments"])
             for r in table.to_dict("records")]  # fmt: skip
    assert found == [("Norway", 100, 220, 1), ("Sweden", None, 110, 0)]
    periods = ledger.totals(per="month", as_of=LATE, include_repeats=True)
    assert sum(number for number in periods["headline"] if number is not None) == 330
    assert "headline" not in ledger.totals(as_of=LATE)
    by_status = ledger.totals(by="status", as_of=LATE, include_repeats=True)
    assert sum(by_status["headline"]) == 330


def test_a_repetition_stays_visible_with_the_reason() -> None:
    """Among the commitments, in the status and in check; the counts by status leave it out."""
    ledger = pt.Ledger(
        [promise("first"), promise("again", on="2024-03-01", repeats="first")],
        [event("again", "delivered", "2024-04-01", 10)],
    )
    assert [one.id for one in ledger] == ["again", "first"]
    table = ledger.status(as_of=LATE).set_index("commitment")
    assert table["reason"]["again"] == "repeats 'first'"
    assert pd.isna(table["reason"]["first"])
    assert whole(ledger, LATE, "delivered") is None
    found = list(ledger.check()["finding"])
    assert "counts in no total: it repeats 'first'" in found
    assert "its deliveries are in no total; record them of 'first'" in found
    assert list(ledger.summary(as_of=LATE)["commitments"]) == [1]


def test_a_repetition_counts_until_what_it_repeats_is_announced() -> None:
    """And for good where that is not in the ledger."""
    again = promise("again", on="2024-01-01", repeats="first")
    ledger = pt.Ledger([promise("first", on="2024-03-01"), again])
    assert shown(ledger, "2024-02-29") == {"again": 100}
    assert shown(ledger, "2024-03-01") == {"first": 100}
    assert shown(pt.Ledger([again]), LATE) == {"again": 100}


def test_the_parts_of_a_repetition_are_parts_of_what_it_repeats() -> None:
    """A package announced again with more detail."""
    ledger = pt.Ledger([
        promise("fund"), promise("again", on="2024-03-01", repeats="fund"),
        promise("north", 30, "2024-03-01", part_of="again"),
    ])  # fmt: skip
    assert shown(ledger, LATE) == {"fund": 70, "north": 30}


def test_an_old_promise_in_a_new_package_counts_once() -> None:
    """The package repeats it as a part, so what it repeats is a part of the package."""
    ledger = pt.Ledger(
        [
            promise("schools", 30, "2023-05-01"),
            promise("fund"),
            part("again", 30, repeats="schools"),
        ],
        [event("schools", "delivered", "2023-06-01", 10)],
    )
    assert shown(ledger, "2024-01-31") == {"fund": 100, "schools": 30}
    assert shown(ledger, "2024-02-01") == {"fund": 70, "schools": 30}
    table = ledger.status(as_of=LATE).set_index("commitment")
    assert table["delivered"]["fund"] == 10


def test_a_part_that_was_repeated_twice_over_is_still_a_part() -> None:
    """What a repetition of a repetition says of its whole holds for the record that counts."""
    ledger = pt.Ledger([
        promise("schools", 30), promise("anew", 30, repeats="schools"),
        promise("fund"), part("again", 30, repeats="anew"),
    ])  # fmt: skip
    assert shown(ledger, "2024-01-31") == {"fund": 100, "schools": 30}
    assert shown(ledger, "2024-02-01") == {"fund": 70, "schools": 30}


def test_what_a_part_of_a_part_passes_on_grows_with_each_report() -> None:
    """50 for a well of 10: 20 of it make the region's whole, and 20 are the fund's."""
    well = promise("well", 10, part_of="north")
    reports = [event("well", "delivered", f"2024-0{month}-01", 25) for month in (3, 4)]
    ledger = pt.Ledger([promise("fund"), part("north", 30, "2024-01-01"), well], reports)
    for day, left in (("2024-03-31", (70, 5, 0)), ("2024-04-30", (50, 0, 0))):
        table = ledger.totals(by="commitment", as_of=day).set_index("commitment")
        assert tuple(table["outstanding"][["fund", "north", "well"]]) == left


def test_a_commitment_repeats_or_is_the_same_not_both() -> None:
    """One says which record counts."""
    with pytest.raises(ValueError, match="repeats 'a' and is the same as 'b'; keep one"):
        promise("x", repeats="a", same_as="b")


# --- laws -----------------------------------------------------------------------------------------


@st.composite
def packages(draw: Any) -> tuple[pt.Commitment, list[pt.Commitment], list[pt.Event]]:
    """A pledge, parts pledged from the start that fit into it, and what happens to them."""
    unit = draw(pts.units())
    numbers = draw(st.lists(pts.amounts(unit, most=1000), min_size=1, max_size=4))
    rest = draw(pts.amounts(unit, most=1000))
    fund = draw(pts.commitments("fund")).model_copy(update={
        "stage": "pledged", "targets": (pt.Quantity(number=sum(numbers) + rest, unit=unit),),
    })  # fmt: skip
    parts = []
    for at, number in enumerate(numbers):
        of = draw(
            st.sampled_from(["fund", *(one.id for one in parts if not one.targets[0].number)])
        )
        one = draw(pts.commitments(f"part-{at}"))
        parts.append(one.model_copy(update={
            "stage": "pledged", "targets": (pt.Quantity(number=number, unit=unit),),
            "part_of": "fund" if number else of, "repeats": None, "same_as": None,
        }))  # fmt: skip
    kinds = ("delivered", "withdrawn", "rejected", "reopened", "suspended")
    happened = [
        event for one in parts for event in draw(st.lists(pts.events(one), max_size=4))
        if event.kind in kinds and not (event.quantity and event.quantity.unit != unit)
    ]  # fmt: skip
    happened += [
        event for event in draw(st.lists(pts.events(fund), max_size=3)) if event.kind == "delivered"
    ]
    return fund, parts, happened


@given(packages(), pts.days())
def test_totals_are_the_same_with_and_without_the_detail_of_the_parts(
    package: tuple[pt.Commitment, Sequence[pt.Commitment], Sequence[pt.Event]], day: dt.date
) -> None:
    """Law 3: folding the parts' records into their whole changes no total of any measure."""
    fund, parts, happened = package
    detailed = pt.Ledger([fund, *parts], happened)
    # Before the whole is announced, there is nothing to fold them into.
    day = max(day, fund.announced)
    announced = {one.id: one.announced for one in parts}
    folded = pt.Ledger([fund], [
        pt.Event(commitment="fund", kind="delivered", quantity=event.quantity,
                 on=max(event.on, announced.get(event.commitment, event.on), fund.announced))
        for event in happened if event.kind == "delivered"
    ])  # fmt: skip
    one, other = detailed.totals(as_of=day), folded.totals(as_of=day)
    assert list(one["unit"]) == list(other["unit"])
    for measure in MEASURES:
        found = [number or 0 for number in one[measure]]
        assert found == [number or 0 for number in other[measure]]


@st.composite
def pledged_funds(draw: Any) -> tuple[pt.Ledger, pt.Ledger]:
    """A pledge with parts of any firmness and depth, of which any sums arrived; and it folded."""
    unit = draw(pts.units())
    left = {"fund": draw(pts.amounts(unit, most=1000))}
    fields = {"repeats": None, "same_as": None, "horizon": pt.Horizon(end=dt.date(2019, 12, 31))}
    one = draw(pts.commitments("fund"))
    fund = one.model_copy(update={
        **fields, "stage": draw(st.sampled_from(["pledged", "committed"])), "part_of": None,
        "targets": (pt.Quantity(number=left["fund"], unit=unit),),
    })  # fmt: skip
    promised = [fund]
    for at in range(draw(st.integers(1, 4))):
        of = draw(st.sampled_from(sorted(left)))
        number = draw(pts.amounts(unit, most=int(left[of])))
        one = draw(pts.commitments(f"part-{at}"))
        # Some have targets of another kind, and their whole has the unit.
        own = (pt.Quantity(number=number, unit=unit),) if draw(st.integers(0, 4)) else ()
        if own:
            left[of] -= number
            left[one.id] = number
        promised.append(one.model_copy(update={**fields, "targets": own, "part_of": of}))
    happened = []
    for one in promised:
        for event_ in draw(st.lists(pts.events(one), max_size=3)):
            number = draw(st.integers(0, 2000))
            if event_.kind == "delivered":
                happened.append(
                    event_.model_copy(update={"quantity": pt.Quantity(number=number, unit=unit)})
                )
            elif one is not fund and event_.kind not in ("revised", "rated"):
                happened.append(event_)
    announced = {one.id: one.announced for one in promised}
    folded = [
        pt.Event(commitment="fund", kind="delivered", quantity=event_.quantity,
                 on=max(event_.on, announced[event_.commitment], fund.announced))
        for event_ in happened if event_.kind == "delivered"
    ]  # fmt: skip
    return pt.Ledger(promised, happened), pt.Ledger([fund], folded)


@FEW
@given(pledged_funds(), pts.days())
def test_what_is_outstanding_is_the_same_with_and_without_the_detail(
    drawn: tuple[pt.Ledger, pt.Ledger], day: dt.date
) -> None:
    """Of a pledge and its parts, whatever arrived of which; and overdue, where none has too much.

    A delivery that is more than the whole and its parts together need, on the whole, fulfils no
    other part.
    """
    detailed, folded = drawn
    day = max(day, *(one.announced for one in detailed.commitments))
    (expected,) = folded.totals(as_of=day).to_dict("records")
    table = detailed.totals(as_of=day)
    (found,) = table[table["unit"] == expected["unit"]].to_dict("records")
    assert found["outstanding"] == expected["outstanding"]
    by = detailed.totals(by="commitment", as_of=day)
    left = by[(by["commitment"] == "fund") & (by["unit"] == expected["unit"])]["outstanding"].iloc[
        0
    ]
    if left >= 0 and expected["overdue"] is not None:
        assert found["overdue"] == expected["overdue"]
    (share,) = folded.summary(as_of=day)["share"]
    shares = detailed.summary(as_of=day)
    assert list(shares[shares["unit"] == expected["unit"]]["share"]) == [share]
    same = detailed.timeline(freq="year", as_of=day)
    assert same[(same["unit"] == expected["unit"])]["outstanding"].iloc[-1] == found["outstanding"]


@st.composite
def inexact_funds(draw: Any) -> tuple[pt.Ledger, pt.Ledger]:
    """A pledge in any bound with parts in any bound that fit into it; and it folded."""
    some = st.lists(pts.quantities("USD", least=1, most=100), min_size=1, max_size=3)
    targets = draw(some)
    number = sum(target.number for target in targets) + draw(st.integers(0, 100))
    bound = draw(st.sampled_from(["exact", "at least", "up to", "about"]))
    fund = promise("fund", target={"number": number, "unit": "USD", "bound": bound})
    parts = [
        promise(f"part-{at}", target=target.model_dump(), part_of="fund", on="2024-02-01",
                recipient=draw(st.sampled_from(["North", "South"])))
        for at, target in enumerate(targets)
    ]  # fmt: skip
    happened = [
        pt.Event(commitment=one.id, kind="delivered", on="2024-03-01",
                 quantity=draw(pts.quantities("USD", most=200)))
        for one in (fund, *parts) if draw(st.booleans())
    ]  # fmt: skip
    folded = [one.model_copy(update={"commitment": "fund"}) for one in happened]
    return pt.Ledger([fund, *parts], happened), pt.Ledger([fund], folded)


@FEW
@given(inexact_funds())
def test_bounds_are_the_same_with_and_without_the_detail(
    drawn: tuple[pt.Ledger, pt.Ledger],
) -> None:
    """In words and as a range, where all are pledged; and every range holds its number."""
    detailed, folded = drawn
    options: dict[str, Any] = {"as_of": "2024-06-01", "bounds": "range"}
    pd.testing.assert_frame_equal(
        detailed.totals(**options).drop(columns="commitments"),
        folded.totals(**options).drop(columns="commitments"),
    )
    for by in ("commitment", "recipient"):
        table = detailed.totals(by=by, **options)
        for at, row in enumerate(table.to_dict("records")):
            low, number, high = row["pledged_low"], row["pledged"], row["pledged_high"]
            assert low is None or 0 <= low <= number
            assert high is None or number <= high
            for name in ("pledged_low", "pledged_high"):
                if row[name] is not None:
                    counts = detailed.explain(table, at, measure=name)["counts"]
                    assert sum(one for one in counts if one is not None) == row[name]


@given(pts.ledgers(), pts.days())
def test_what_is_passed_on_adds_up_to_0(ledger: pt.Ledger, day: dt.date) -> None:
    """Per unit, and per reason for which records are set aside."""
    sums: dict[tuple[str, str], Decimal] = {}
    for row in oracle.counting(ledger.movements(), day):
        if "passed on" in (row["measure"] or ""):
            key = row["unit"], row["measure"]
            sums[key] = sums.get(key, Decimal(0)) + row["number"]
    assert not any(sums.values())


@given(pts.ledgers(), pts.days())
def test_a_family_shows_what_stands_of_its_wholes(ledger: pt.Ledger, day: dt.date) -> None:
    """Whatever happened: per unit and measure the total is that of wholes and parts as one."""
    commitments, _ = oracle.all_records(ledger)
    now, (wholes, aside) = oracle.states(ledger, day), oracle.relations(commitments, day)
    expected: dict[str, list[Decimal]] = {}
    for name, state in now.items():
        for unit in state.targets:
            if oracle.nearest(now, wholes, unit, name) is None and name not in aside:
                both = oracle.folded(now, wholes, unit, name)
                sums = expected.setdefault(unit, [Decimal(0)] * 4)
                expected[unit] = [one + more for one, more in zip(sums, both, strict=True)]
    for row in ledger.totals(as_of=day).to_dict("records"):
        committed, pledged, proposed, _ = expected.get(row["unit"], [Decimal(0)] * 4)
        assert (row["committed"] or 0) == committed
        assert (row["pledged"] or 0) == committed + pledged
        assert (row["proposed"] or 0) == proposed


@given(pts.ledgers(), pts.days())
def test_the_rows_of_a_part_mirror_what_leaves_its_whole(ledger: pt.Ledger, day: dt.date) -> None:
    """No part takes more than it is: what leaves a whole never passes what its part stands for."""
    commitments, _ = oracle.all_records(ledger)
    found = accounts(commitments, {
        one.id: [event for event in ledger.events if event.commitment == one.id]
        for one in commitments
    })  # fmt: skip
    for name, account in found.items():
        taken: dict[tuple[str, str], Decimal] = {}
        for row in account.rows:
            if row.kind == "part" and row.part and row.measure != "committed" and row.day <= day:
                key = (row.part, row.unit)
                taken[key] = taken.get(key, Decimal(0)) - (row.number or 0)
        for (part_, unit), number in taken.items():
            stands = oracle.states(ledger, day)[part_].targets[unit].standing()
            assert 0 <= number <= stands, (name, part_)
