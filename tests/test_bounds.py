"""Ranges: the least and the most that the bounds of a total imply."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import pledgetrack as pt
from examples import times
from pledgetrack import strategies as pts
from test_engines import ENGINES

MEASURES = ("proposed", "pledged", "committed", "delivered")
ENDS = [f"{name}_{end}" for name in MEASURES for end in ("low", "high")]
DAY = "2025-01-01"


def promise(name: str = "aid", **quantity: Any) -> pt.Commitment:
    """A pledge of some USD."""
    return pt.Commitment(
        id=name, party="A", announced="2024-01-01", stage="pledged", horizon={"end": "2024-12-31"},
        target={"unit": "USD", **quantity},
    )  # fmt: skip


def event(kind: str, on: str, **quantity: Any) -> pt.Event:
    """An event of the pledge, with a quantity in USD."""
    return pt.Event(commitment="aid", kind=kind, on=on, quantity={"unit": "USD", **quantity})


def ends(table: pd.DataFrame, measure: str = "pledged") -> tuple[Any, Any]:
    """Both ends of a measure in the first row."""
    row = table.to_dict("records")[0]
    return row[f"{measure}_low"], row[f"{measure}_high"]


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [({"number": 100}, (100, 100)), ({"number": 100, "bound": "at least"}, (100, None)),
     ({"number": 100, "bound": "up to"}, (0, 100)),
     ({"number": 100, "bound": "about"}, (None, None)),
     ({"number": 100, "bound": "about", "margin": "12.50"}, (Decimal("87.5"), Decimal("112.5"))),
     ({"number": 100, "most": 250}, (100, 250)), ({"number": 0, "most": 10}, (0, 10)),
     ({"number": 0, "bound": "at least"}, (0, 0))],
)  # fmt: skip
def test_each_bound_implies_its_ends(quantity: dict[str, Any], expected: tuple[Any, Any]) -> None:
    """A number alone is both ends; "about" has none unless a margin is stated."""
    assert ends(pt.Ledger([promise(**quantity)]).totals(as_of=DAY, bounds="range")) == expected


def test_ends_are_summed_exactly_and_one_missing_end_leaves_the_sum_without() -> None:
    """Low ends add up; of a sum with an "at least" nobody knows the most."""
    ledger = pt.Ledger(
        [promise("a", number="0.10"), promise("b", number="0.20", bound="up to"),
         promise("c", number=3, bound="about", margin=1)]
    )  # fmt: skip
    assert ends(ledger.totals(as_of=DAY, bounds="range")) == (Decimal("2.1"), Decimal("4.3"))
    ledger += pt.Ledger([promise("d", number=5, bound="at least")])
    assert ends(ledger.totals(as_of=DAY, bounds="range")) == (Decimal("7.1"), None)


@pytest.mark.parametrize(
    ("stated", "happened", "measure", "expected"),
    [({"number": 100, "bound": "up to"}, event("revised", "2024-02-01", number=50),
      "pledged", (50, 150)),
     ({"number": 100}, event("withdrawn", "2024-02-01", number=40, bound="at least"),
      "pledged", (0, 60)),
     ({"number": 100}, event("withdrawn", "2024-02-01", number=40, bound="up to"),
      "pledged", (60, 100)),
     ({"number": 100, "bound": "at least"}, event("withdrawn", "2024-02-01", number=40),
      "pledged", (60, None)),
     ({"number": 100, "bound": "about", "margin": 10},
      event("withdrawn", "2024-02-01", number=40, bound="about", margin=5), "pledged", (45, 75)),
     ({"number": 100}, event("delivered", "2024-02-01", number=-30, bound="at least"),
      "delivered", (None, -30)),
     ({"number": 100}, event("delivered", "2024-02-01", number=-30, bound="up to"),
      "delivered", (-30, 0)),
     ({"number": 100, "bound": "about"}, event("withdrawn", "2024-02-01", number=100),
      "pledged", (0, 0)),
     ({"number": 100, "most": 120}, event("revised", "2024-02-01", number=5, most=10),
      "pledged", (105, 130)),
     ({"number": 0, "most": 10}, event("revised", "2024-02-01", number=5), "pledged", (5, 15)),
     ({"number": 100, "most": 120}, event("withdrawn", "2024-02-01", number=100),
      "pledged", (0, 20)),
     ({"number": 100}, event("delivered", "2024-02-01", number=0, most=10),
      "delivered", (0, 10))],
)  # fmt: skip
def test_ends_follow_what_happens(
    stated: dict[str, Any], happened: pt.Event, measure: str, expected: tuple[Any, Any]
) -> None:
    """What is added or taken off moves each end by the end of its own that is worst for it."""
    table = pt.Ledger([promise(**stated)], [happened]).totals(as_of=DAY, bounds="range")
    assert ends(table, measure) == expected


def test_a_restatement_leaves_nothing_of_the_old_ends() -> None:
    """Out with the old, in with the new."""
    restated = pt.Event(
        commitment="aid", kind="revised", on="2024-03-01", restated={"number": 80, "unit": "USD"}
    )
    for bound in ("at least", "up to", "about"):
        ledger = pt.Ledger([promise(number=100, bound=bound)], [restated])
        assert ends(ledger.totals(as_of=DAY, bounds="range")) == (80, 80)


def test_a_margin_alone_may_change() -> None:
    """Then the number stays, and the ends move."""
    restated = pt.Event(
        commitment="aid", kind="revised", on="2024-03-01",
        restated={"number": 100, "unit": "USD", "bound": "about", "margin": 5},
    )  # fmt: skip
    ledger = pt.Ledger([promise(number=100, bound="about", margin=20)], [restated])
    assert ends(ledger.totals(as_of="2024-02-29", bounds="range")) == (80, 120)
    assert ends(ledger.totals(as_of="2024-03-01", bounds="range")) == (95, 105)


@pytest.mark.parametrize(
    ("fields", "message"),
    [({"margin": 5}, "goes with the bound 'about', and this one is 'exact'"),
     ({"margin": 0, "bound": "about"}, "not above 0"),
     ({"margin": 101, "bound": "about"}, "at most the number 100"),
     ({"margin": "10%", "bound": "about"}, "no plain number")],
)  # fmt: skip
def test_a_margin_that_says_nothing_is_refused(fields: dict[str, Any], message: str) -> None:
    """It is an amount in the same unit, above 0 and at most the number."""
    with pytest.raises(ValidationError, match=message):
        pt.Quantity(number=100, unit="USD", **fields)


def test_bounds_are_words_or_a_range() -> None:
    """A slip is refused with the choices."""
    with pytest.raises(pt.UnknownNameError, match="unknown kind of bounds 'ranges'"):
        pt.Ledger().totals(bounds="ranges")  # type: ignore[arg-type]


def test_a_range_needs_the_ends_of_the_movements() -> None:
    """A frame without them is refused, and not taken for exact."""
    rows = pt.Ledger([promise(number=100)]).movements().drop(columns=["low", "high"])
    with pytest.raises(pt.FrameError, match="no column 'low', 'high'"):
        pt.totals(rows, bounds="range")


@given(pts.ledgers(), st.sampled_from(["party", "horizon", "status", "source"]), pts.days())
def test_ranges_add_up(ledger: pt.Ledger, key: str, day: dt.date) -> None:
    """Each end is the sum of those of the parts, over any key and over periods; or is missing.

    What is exact has its number at both ends. Wholes and parts that are in one row are no less
    exact than by themselves.
    """
    table = ledger.totals(by=key, as_of=day, bounds="range")
    plain = ledger.totals(by=key, as_of=day)
    pd.testing.assert_frame_equal(table.drop(columns=ENDS), plain, check_like=True)
    assert list(table.drop(columns=ENDS)) == list(plain)
    fine = ledger.totals(by=[key, "commitment"], as_of=day, bounds="range")
    spread = ledger.totals(by=key, as_of=day, per="quarter", bounds="range")
    assert list(spread.drop(columns=ENDS)) == list(ledger.totals(by=key, as_of=day, per="quarter"))
    # A source tells a part of a balance, whose ends are those of the balance before and after.
    for row in (row for parts in (table, fine, spread) for row in parts.to_dict("records")):
        for name in MEASURES if key != "source" else ():
            if row[name] is not None and f"{name} " not in row["bound"]:
                assert row[f"{name}_low"] == row[f"{name}_high"] == row[name]
    related = bool(ledger.movements()["part"].notna().any())
    for row in table.to_dict("records"):
        for parts in (fine, spread):
            mine = parts[(parts[key] == row[key]) & (parts["unit"] == row["unit"])]
            for name in ENDS:
                measure = name.rpartition("_")[0]
                stated = [m[name] for m in mine.to_dict("records") if m[measure] is not None]
                if related:
                    if row[name] is not None and None not in stated and stated:
                        gained = row[name] - sum(stated)
                        assert gained >= 0 if name.endswith("low") else gained <= 0, name
                elif parts is fine:
                    expected = sum(stated) if stated and None not in stated else None
                    assert row[name] == expected, name
                elif row[name] is not None and None not in stated:
                    assert sum(stated) == row[name], name


@given(pts.ledgers(), pts.days())
def test_ends_surround_the_number(ledger: pt.Ledger, day: dt.date) -> None:
    """What is stated lies within the range; where nothing is loose, it is the range."""
    table = ledger.totals(by="commitment", as_of=day, bounds="range")
    # Of a whole, what its parts left of "about 5" is about 0, which nothing is below or above.
    has_parts = bool(ledger.movements()["part"].notna().any())
    for row in table.to_dict("records"):
        for name in MEASURES:
            low, number, high = row[f"{name}_low"], row[name], row[f"{name}_high"]
            if number is None:
                assert (low, high) == (None, None)
                continue
            assert low is None or low <= number
            assert high is None or high >= number
            is_exact = low == high == number
            assert is_exact or f"{name} " in row["bound"], name
            assert has_parts or not (is_exact and f"{name} " in row["bound"]), name


def added(one: Any, other: Any) -> list[Any]:
    """Two pairs of ends, summed; what is not known stays so."""
    return [None if None in pair else sum(pair) for pair in zip(one, other, strict=True)]


@st.composite
def revisions(draw: Any) -> tuple[pt.Ledger, Any, Any]:
    """A pledge of about a million that is revised and taken back in small steps; and its ends."""
    quantity = draw(pts.quantities("USD", least=10**6, most=10**7))
    promise_ends, taken = list(quantity.ends), [Decimal(0), Decimal(0)]
    happened = []
    for month in range(2, 2 + draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(("revised", "withdrawn", "restated")))
        least = {"revised": -1000, "withdrawn": 0, "restated": 10**6}[kind]
        step = draw(pts.quantities("USD", least=least, most=10**7 if kind == "restated" else 1000))
        on = f"2024-{month:02d}-01"
        if kind == "restated":
            happened.append(pt.Event(commitment="aid", kind="revised", on=on, restated=step))
            promise_ends = list(step.ends)
            continue
        happened.append(pt.Event(commitment="aid", kind=kind, on=on, quantity=step))
        if kind == "withdrawn":
            taken = added(taken, step.ends)
        else:
            promise_ends = [e and max(Decimal(0), e) for e in added(promise_ends, step.ends)]
    opposite = [None if end is None else -end for end in reversed(taken)]
    low, high = (e and max(Decimal(0), e) for e in added(promise_ends, opposite))
    promised = pt.Commitment(
        id="aid", party="A", announced="2024-01-01", stage="pledged", target=quantity
    )
    finite = [None if end is None or end.is_infinite() else end for end in (low, high)]
    return pt.Ledger([promised], happened), *finite


@given(revisions())
def test_ends_are_those_of_plain_interval_arithmetic(drawn: tuple[pt.Ledger, Any, Any]) -> None:
    """Whatever is added or taken off, in whatever bound."""
    ledger, low, high = drawn
    assert ends(ledger.totals(as_of=DAY, bounds="range")) == (low, high)


@given(pts.ledgers(), pts.days())
def test_the_range_of_deliveries_is_the_sum_of_their_ends(ledger: pt.Ledger, day: dt.date) -> None:
    """Each report brings its own ends."""
    table = ledger.totals(by="commitment", as_of=day, bounds="range")
    for row in table[table["delivered"].notna()].to_dict("records"):
        told = [
            event.quantity.ends for event in ledger.events
            if event.kind == "delivered" and event.commitment == row["commitment"]
            and max(event.on, ledger[event.commitment].announced) <= day
            and event.quantity.unit == row["unit"] and event.quantity.number
        ]  # fmt: skip
        for at, name in enumerate(("delivered_low", "delivered_high")):
            known = [pair[at] for pair in told]
            loose = any(end is None or end.is_infinite() for end in known)
            # Reports of one kind that cancel each other leave nothing loose.
            assert row[name] == (None if loose else sum(known)) or (loose and row[name] is not None)


@pytest.mark.parametrize(
    ("stated", "happened", "measure", "word"),
    [({"number": 0, "most": 10}, [], "pledged", "at least"),
     ({"number": 100, "most": 120}, [event("withdrawn", "2024-02-01", number=100)],
      "pledged", "at least"),
     ({"number": 100, "bound": "about", "margin": 10},
      [event("withdrawn", "2024-02-01", number=100)], "pledged", "about"),
     ({"number": 100}, [event("delivered", "2024-02-01", number=0, most=10)],
      "delivered", "at least")],
)  # fmt: skip
def test_what_adds_up_to_nothing_and_may_be_more_is_not_exact(
    stated: dict[str, Any], happened: list[pt.Event], measure: str, word: str, tmp_path: Path
) -> None:
    """However it is asked for: the word says what the range shows."""
    ledger = pt.Ledger([promise(**stated)], happened)
    rows = ledger.movements()
    rates = pt.Rates.fixed({"EUR": "0.9"}, per="USD")
    pt.write(ledger, tmp_path / "movements", partition_by="party")
    asked = {"as_of": "2024-06-30", "rates": rates}
    found = [
        pt.totals(frame, as_of="2024-06-30", per=per, **more)
        for frame in (rows, pl.from_pandas(rows), tmp_path / "movements")
        for per in (None, "year")
        for more in ({}, {"bounds": "range"}, {"into": "EUR", "rates": rates})
    ]
    found += [ledger.timeline(freq="year", **({"into": unit} | asked)) for unit in ("USD", "EUR")]
    for table in found:
        assert table["bound"].iloc[0].startswith(f"{measure} {word}")
        owes = "outstanding" in table and measure == "pledged"
        assert f"outstanding {word}" in table["bound"].iloc[0] or not owes
    ledger += pt.Ledger([promise("exact", number=7)])
    assert f"{measure} {word}" in ledger.totals(as_of="2024-06-30")["bound"][0]


def test_what_is_taken_back_with_all_that_it_may_be_is_exact_again() -> None:
    """Its ends go with it."""
    restated = pt.Event(
        commitment="aid", kind="revised", on="2024-02-01", restated={"number": 0, "unit": "USD"}
    )
    made = pt.Ledger([promise(number=0, most=10)], [restated]).totals(as_of=DAY)
    assert (made["pledged"][0], made["bound"][0]) == (0, "")


@pytest.mark.parametrize("name", ENGINES)
def test_ranges_are_the_same_on_every_engine(name: str) -> None:
    """Sums, missing ends, ends of periods: one answer."""
    ledger = pt.Ledger(
        [promise("aid", number=100, bound="about", margin=10), promise("b", number=7),
         promise("c", number=0, most=5)],
        [event("delivered", "2024-05-01", number=30, bound="at least"),
         event("delivered", "2024-06-01", number=3, bound="up to")],
    )  # fmt: skip
    frame = ENGINES[name](ledger.movements())
    for options in ({}, {"per": "quarter"}, {"by": ["commitment", "status"]}):
        expected = ledger.totals(as_of=DAY, bounds="range", **options)
        found = pt.totals(frame, as_of=DAY, bounds="range", **options)
        pd.testing.assert_frame_equal(found, expected)
    found = pt.summary(frame, as_of=DAY, bounds="range")
    assert ends(found, "delivered") == (30, None)
    pd.testing.assert_frame_equal(found, ledger.summary(as_of=DAY, bounds="range"))


@times(2)
@given(pts.ledgers(), pts.days(), st.sampled_from(["announced", "event"]))
def test_ranges_are_converted_like_their_numbers(
    ledger: pt.Ledger, day: dt.date, rate_day: str
) -> None:
    """Both ends stay around the number, and are the number where nothing is loose."""
    rates = pt.Rates.fixed({"EUR": "0.93", "JPY": "151.7", "KWD": "0.3", "DEM": "1.7"}, per="USD")
    table = ledger.totals(
        by="commitment", as_of=day, bounds="range", into="USD", rates=rates, rate_day=rate_day
    )
    for row in table.to_dict("records"):
        for name in MEASURES:
            low, number, high = row[f"{name}_low"], row[name], row[f"{name}_high"]
            assert None in (low, number) or low <= number
            assert None in (high, number) or number <= high
            if number is not None and f"{name} " not in row["bound"]:
                assert low == high == number


def test_a_range_is_converted_once() -> None:
    """Ends are rounded as running balances, like numbers: no dust remains."""
    tenth = [event("delivered", f"2024-02-{day:02d}", number="0.1") for day in range(1, 11)]
    ledger = pt.Ledger([promise(number=1, bound="up to")], tenth)
    made = ledger.totals(
        as_of=DAY, bounds="range", into="EUR", rates=pt.Rates.fixed({"USD": 3}, per="EUR")
    )
    assert ends(made) == (0, Decimal("0.33"))
    assert ends(made, "delivered") == (Decimal("0.33"), Decimal("0.33"))


@pytest.mark.parametrize(
    ("quantity", "low", "high"),
    [
        ({"number": 100}, 100, 100),
        ({"number": 100, "bound": "at least"}, 100, None),
        ({"number": 100, "bound": "up to"}, 0, 100),
        ({"number": 100, "bound": "about"}, None, None),
        ({"number": 100, "bound": "about", "margin": 10}, 90, 110),
        ({"number": 100, "most": 250}, 100, 250),
    ],
)
def test_what_arrives_has_its_ends_in_the_period_of_its_day(
    quantity: dict[str, Any], low: object, high: object
) -> None:
    """Beside what is exact, and twice what is not."""
    events = [
        event("delivered", "2024-02-01", number=7), event("delivered", "2024-03-01", **quantity),
        event("delivered", "2025-01-01", **quantity), event("delivered", "2025-06-01", **quantity),
    ]  # fmt: skip
    rows = pt.Ledger([promise(number=1000)], events).movements()
    table = pt.totals(rows, as_of="2027-01-01", per="year", bounds="range").set_index("period")

    def times(end: Any, count: int, more: int) -> Any:
        return None if end is None else end * count + more

    assert ends(table.loc[["2024"]], "delivered") == (times(low, 1, 7), times(high, 1, 7))
    assert ends(table.loc[["2025"]], "delivered") == (times(low, 2, 0), times(high, 2, 0))
