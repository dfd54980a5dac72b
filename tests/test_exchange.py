"""Money of families: the day of the rate of parts, and what is kept for want of one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import oracle
import pledgetrack as pt
from pledgetrack import strategies as pts
from pledgetrack.units import is_currency, minor_digits
from pledgetrack.worth import Change, worth_of_family
from test_convert import DATED, INTO, PROMISED, delivery, promise, rate_days
from test_explain_rows import check
from test_timeline import same

DAYS = pts.days()
# Rates that change, so that it matters on which day a fact is worth what.
MOVING = pts.rates().filter(lambda rates: any(len(days) > 2 for days in rates.series.values()))
KEYS = ["party", "commitment", "stated_unit", "horizon", "source"]


def both(**fields: Any) -> list[pt.Commitment]:
    """A part of 20 November 2014, when a pound was 2 dollars; its whole is of when it was 1.60."""
    part = promise(id="part", part_of="whole", target={"number": 30, "unit": "GBP"})
    fields = fields or {"target": {"number": 100, "unit": "GBP"}}
    return [part, promise(id="whole", announced="2015-03-02", **fields)]


# --- laws -----------------------------------------------------------------------------------------


@given(pts.ledgers(), pts.rates(complete=False), INTO, rate_days(), st.sampled_from(KEYS), DAYS)
def test_what_is_kept_in_a_timeline_is_kept_in_totals_of_the_day(
    ledger: pt.Ledger, rates: pt.Rates, into: str, rate_day: str, by: str, day: dt.date
) -> None:
    """A rate that is missing later leaves what was converted before, row by row."""
    options: dict[str, Any] = {"into": into, "rates": rates, "rate_day": rate_day}
    options["on_missing"] = "keep"
    table = ledger.timeline(by, freq="year", as_of=day, **options)
    for one in sorted(set(table["on"])):
        same(table, ledger.totals(by, as_of=one, **options), one)
    # The frame knows as much as the ledger, on every engine.
    rows = ledger.movements()
    if len(rows):
        expected = ledger.totals(by, as_of=day, **options)
        for frame in (rows, pl.from_pandas(rows)):
            found = pt.totals(frame, by, as_of=day, **options)
            pd.testing.assert_frame_equal(found, expected)


@given(
    pts.ledgers(max_commitments=3), pts.rates(complete=False), INTO, rate_days(),
    st.sampled_from(KEYS), DAYS,
)  # fmt: skip
def test_every_converted_cell_is_explained_and_no_choice_changes_it(
    ledger: pt.Ledger, rates: pt.Rates, into: str, rate_day: str, by: str, day: dt.date
) -> None:
    """Whatever was kept: the rows behind a figure add up to it, in the whole and in a choice."""
    options: dict[str, Any] = {"into": into, "rates": rates, "rate_day": rate_day}
    options["on_missing"] = "keep"
    whole = ledger.totals(by, as_of=day, **options)
    check(ledger, whole, rates=rates)
    if by == "stated_unit":
        return
    for label in sorted(set(whole[by])):
        chosen = ledger.filter(**{by: label})
        found = chosen.totals(by, as_of=day, **options)
        mine = whole[whole[by] == label].reset_index(drop=True)
        pd.testing.assert_frame_equal(found, mine)
    since = day - dt.timedelta(days=700)
    course = ledger.timeline(by, freq="year", since=since, as_of=day, **options)
    check(ledger, course, rates=rates)


@given(pts.ledgers(), pts.rates(), INTO, rate_days(), DAYS)
def test_a_missing_rate_is_asked_for_only_where_a_table_shows_it(
    ledger: pt.Ledger, rates: pt.Rates, into: str, rate_day: str, day: dt.date
) -> None:
    """With all rates there is nothing to keep, and ``on_missing`` changes nothing."""
    options: dict[str, Any] = {"into": into, "rates": rates, "rate_day": rate_day, "as_of": day}
    kept = ledger.totals("commitment", on_missing="keep", **options)
    pd.testing.assert_frame_equal(kept, ledger.totals("commitment", **options), check_flags=False)
    assert "not_converted" not in kept.attrs


@given(pts.families(), MOVING, INTO, DAYS)
def test_promises_of_kin_are_worth_what_they_came_for(
    ledger: pt.Ledger, rates: pt.Rates, into: str, day: dt.date
) -> None:
    """At rates of events every balance is that of a plain walk at average cost, rounded once."""
    rows = ledger.movements(into=into, rates=rates, rate_day="event")
    found: dict[tuple, Decimal] = {}
    for row in oracle.counting(rows, day):
        if row["number"] is not None:
            key = (row["whole"] or row["commitment"], row["stated_unit"], row["measure"])
            key += (row["commitment"], row["part"])
            found[key] = found.get(key, Decimal(0)) + row["number"]
    families: dict[tuple, list[dict]] = {}
    for row in oracle.plain(ledger.movements()):
        if row["number"] is not None and is_currency(row["unit"]):
            key = (row["whole"] or row["commitment"], row["unit"], row["measure"])
            families.setdefault(key, []).append(row)
    for key, mine in families.items():
        if key[1] == into or key[2].split(" ")[-1] not in PROMISED:
            continue

        def price(on: dt.date, unit: str = key[1]) -> Fraction:
            return oracle.rate(rates, unit, into, on)

        for stream, value in oracle.worth_of_promises(mine, day, price).items():
            number = oracle.half_even(value, minor_digits(into))
            assert found.get((*key, *stream), Decimal(0)) == number


def test_what_joins_and_leaves_on_one_day_is_worth_nothing_together() -> None:
    """A part older than its whole, which is announced and withdrawn on one day."""
    rates = pt.Rates("USD", {"GBP": {
        dt.date(year, 1, 1): Decimal(one) for year, one in ((2014, "0.5"), (2015, "0.8"), (2016, 2))
    }}, "drawn", max_gap=400)  # fmt: skip
    records = [
        fund("whole", 10**4, "2015-08-07"), fund("part", 600, "2016-12-07", part_of="whole"),
        fund("older", 190, "2014-03-07", part_of="part"),
        fund("sibling", 28, "2014-09-07", part_of="whole"),
    ]  # fmt: skip
    end = pt.Event(commitment="part", kind="withdrawn", on="2016-12-07")
    made = pt.Ledger(records, [end]).totals(
        "commitment", as_of="2017-01-01", into="USD", rates=rates, rate_day="event"
    )
    assert dict(zip(made["commitment"], made["pledged"], strict=True)) == {
        "whole": 12465, "part": 0, "older": 0, "sibling": 35
    }  # fmt: skip


AMOUNT = st.integers(1, 30)
MONTHS = st.integers(1, 24).map(lambda month: f"{2014 + month // 12}-{month % 12 + 1:02d}-07")


@given(
    st.lists(st.tuples(AMOUNT, MONTHS), min_size=1, max_size=3),
    st.lists(st.tuples(AMOUNT, MONTHS, st.lists(st.tuples(AMOUNT, MONTHS, st.booleans()),
             max_size=2), st.none() | MONTHS), max_size=3),
    st.lists(st.integers(1, 10**4), min_size=26, max_size=26),
)  # fmt: skip
def test_totals_at_rates_of_events_are_those_without_the_detail(
    promised: list[Any], parts: list[Any], numbers: list[int]
) -> None:
    """Whatever parts take and return, together they are worth what their whole is worth alone."""
    firsts = [dt.date(2014 + at // 12, at % 12 + 1, 1) for at in range(len(numbers))]
    rates = pt.Rates("USD", {"GBP": {
        on: Decimal(number).scaleb(-3) for on, number in zip(firsts, numbers, strict=True)
    }}, "drawn", max_gap=99)  # fmt: skip
    (_, on), *more = sorted(promised, key=lambda one: one[1])
    whole = fund("whole", 10**4, on)
    grown = [revised("whole", number, day) for number, day in more]
    records: list[pt.Commitment] = [whole]
    facts: list[pt.Event] = list(grown)
    for at, (number, day, changes, end) in enumerate(parts):
        name = records[at if at % 2 else 0].id
        records.append(fund(f"part-{at}", number * 10 ** (2 - at), day, part_of=name))
        for change, when, up in changes:
            facts.append(revised(f"part-{at}", change if up else -change, max(when, day)))
        if end:
            facts.append(pt.Event(commitment=f"part-{at}", kind="withdrawn", on=max(end, day)))
    options: dict[str, Any] = {"into": "USD", "rates": rates, "rate_day": "event"}
    try:
        ledger = pt.Ledger(records, facts)
    except pt.InvalidLedgerError:
        assume(False)  # parts of parts that are too large
    alone = pt.Ledger([whole], grown)
    for day in (on, *(f"2016-{month:02d}-01" for month in (1, 12))):
        both = ledger.totals(as_of=day, **options)["pledged"]
        there = {one.id: one for one in records if one.announced <= dt.date.fromisoformat(day)}
        # A part whose whole is not announced yet stands by itself.
        if all(one.part_of is None or one.part_of in there for one in there.values()):
            assert list(both) == list(alone.totals(as_of=day, **options)["pledged"])
        # What is nothing as recorded is worth nothing, but for what rounding takes.
        plain = ledger.totals("commitment", as_of=day)
        made = ledger.totals("commitment", as_of=day, **options)
        for stated, number in zip(plain["pledged"], made["pledged"], strict=True):
            cents = Decimal("0.01") * (len(parts) + 1)
            assert number >= -cents
            assert stated or abs(number) <= cents


@given(
    st.lists(st.tuples(st.integers(100, 999), st.integers(0, 99)), min_size=1, max_size=5),
    st.integers(0, 99), st.integers(1, 10**6),
)  # fmt: skip
def test_the_detail_of_parts_costs_a_minor_unit_for_each_at_most(
    parts: list[tuple[int, int]], arrived: int, rate: int
) -> None:
    """What is pledged is the same; each part's delivery is rounded by itself, and no more."""
    rates = pt.Rates.fixed({"GBP": Decimal(rate).scaleb(-4)}, per="USD")
    whole = fund("whole", 10**4, "2024-01-01")
    divided = [fund(f"part-{at}", number, "2024-02-01", part_of="whole")
               for at, (number, _) in enumerate(parts)]  # fmt: skip
    facts = [("whole", arrived), *((f"part-{at}", got) for at, (_, got) in enumerate(parts))]
    options: dict[str, Any] = {"as_of": "2024-12-31", "into": "USD", "rates": rates}
    (with_detail,), (alone,) = (
        pt.Ledger(promised, [delivery(number, on="2024-03-01", of=whose(name))
                             for name, number in facts]).totals(**options).to_dict("records")
        for promised, whose in (([whole, *divided], str), ([whole], lambda _: "whole"))
    )  # fmt: skip
    assert with_detail["pledged"] == alone["pledged"]
    for name in ("delivered", "outstanding"):
        assert abs(with_detail[name] - alone[name]) <= Decimal("0.01") * len(parts)


# --- the day of the rate --------------------------------------------------------------------------


def test_a_part_takes_the_rate_of_its_own_day_until_it_has_a_whole() -> None:
    """From the day of the whole, that of the whole; a timeline says so and explains itself."""
    ledger = pt.Ledger(both())
    options: dict[str, Any] = {"into": "USD", "rates": DATED}
    table = ledger.timeline("commitment", freq="year", as_of="2015-12-31", **options)
    assert table[["commitment", "period", "pledged"]].to_numpy().tolist() == [
        ["part", "2014", 60], ["part", "2015", 48], ["whole", "2015", 112],
    ]  # fmt: skip
    check(ledger, table, rates=DATED)
    rows = ledger.movements(**options)
    told = rows[rows["commitment"] == "part"][["number", "since", "until", "rate_day"]]
    assert [[None if pd.isna(cell) else cell for cell in row] for row in told.to_numpy()] == [
        [60, dt.date(2014, 11, 20), dt.date(2015, 3, 2), dt.date(2014, 11, 20)],
        [48, dt.date(2015, 3, 2), None, dt.date(2015, 3, 2)],
    ]


def test_a_change_tells_that_a_part_takes_another_rate() -> None:
    """As recorded nothing happened to it; converted, its amount is recounted."""
    ledger = pt.Ledger(both())
    days = {"since": "2014-12-31", "until": "2015-12-31"}
    assert set(ledger.changes(**days)["commitment"]) == {"whole"}
    table = ledger.changes(into="USD", rates=DATED, **days)
    mine = table[table["commitment"] == "part"]
    assert mine[["change", "pledged"]].to_numpy().tolist() == [["recounted", -12]]


def test_what_left_for_a_part_is_recounted_with_it() -> None:
    """A middle whole that gets a whole itself: nothing left it anew."""
    small = promise(id="small", part_of="part", target={"number": 10, "unit": "GBP"})
    ledger = pt.Ledger([small, *both()])
    table = ledger.changes(since="2014-12-31", until="2015-12-31", into="USD", rates=DATED)
    mine = table[table["commitment"] == "part"]
    assert list(zip(mine["change"], mine["pledged"], strict=True)) == [
        ("recounted", 4), ("recounted", -12),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "target", [{"target": {"number": 100, "unit": "USD"}}, {"targets": ()}],
    ids=["another currency", "an action"],
)  # fmt: skip
def test_a_frame_knows_a_whole_from_which_nothing_was_carved(target: dict[str, Any]) -> None:
    """A part in another currency, or of an action, takes the day of its whole in frames too."""
    ledger = pt.Ledger(both(**target))
    options: dict[str, Any] = {"into": "JPY", "rates": pt.Rates.from_frame(
        pd.DataFrame({"day": ["2014-11-20", "2015-03-02"], "GBP": ["0.5", "0.6"],
                      "JPY": ["100", "120"]}), base="USD", max_gap=400)}  # fmt: skip
    options |= {"as_of": "2015-12-31", "where": {"commitment": "part"}}
    rows = ledger.movements()
    for frame in (rows, pl.from_pandas(rows), duckdb.connect().from_arrow(_arrow(rows))):
        assert list(pt.totals(frame, **options)["pledged"]) == [6000]


def _arrow(rows: pd.DataFrame) -> Any:
    import pyarrow as pa

    return pa.Table.from_pandas(rows, preserve_index=False)


def test_frames_of_before_are_converted_or_refused() -> None:
    """Without the two columns there are no wholes; rows that tell of parts cannot be told apart."""
    ledger = pt.Ledger(both())
    options: dict[str, Any] = {"as_of": "2015-12-31", "into": "USD", "rates": DATED}
    old = ledger.movements().drop(columns=["whole", "whole_announced"])
    with pytest.raises(pt.FrameError, match="make the frame anew") as caught:
        pt.totals(old, **options)
    assert caught.value.columns == ("whole", "whole_announced")
    assert list(pt.totals(old, as_of="2015-12-31")["pledged"]) == [100]
    alone = pt.Ledger(both()[1:]).movements().drop(columns=["whole", "whole_announced", "part"])
    assert list(pt.totals(alone, **options)["pledged"]) == [160]
    with pytest.raises(pt.FrameError, match="no day to take a rate of"):
        pt.totals(ledger.movements().assign(whole_announced=None), **options)


def test_no_rate_is_asked_of_a_day_that_no_longer_counts() -> None:
    """A part that is older than all rates is converted once it has a whole."""
    part, whole = both()
    old = part.model_copy(update={"announced": dt.date(1995, 1, 1)})
    ledger = pt.Ledger([old, whole])
    options: dict[str, Any] = {"into": "USD", "rates": DATED}
    assert list(ledger.totals(as_of="2015-12-31", **options)["pledged"]) == [160]
    (row, _) = ledger.status(as_of="2015-12-31", **options).to_dict("records")
    assert (row["target"], row["original_target"]) == (48, 48)
    assert (
        list(ledger.timeline(since="2015-03-02", as_of="2015-12-31", **options)["pledged"])
        == [160] * 10
    )
    for call in (ledger.timeline, ledger.totals):
        with pytest.raises(pt.MissingRateError, match="1995-01-01"):
            call(as_of="2015-12-31" if call == ledger.timeline else "2014-12-31", **options)
    kept = ledger.timeline(freq="year", since="2014-01-01", as_of="2015-12-31",
                           on_missing="keep", **options)  # fmt: skip
    assert list(zip(kept["unit"], kept["pledged"], strict=True)) == [("GBP", 30), ("USD", 160)]
    assert kept.attrs["not_converted"] == "GBP"
    last = ledger.totals(as_of="2015-12-31", on_missing="keep", **options)
    assert "not_converted" not in last.attrs


# --- what is kept ---------------------------------------------------------------------------------


def test_a_later_gap_leaves_earlier_days_converted() -> None:
    """From the day of the delivery that has no rate, the family stays as recorded."""
    part, whole = both()
    ledger = pt.Ledger([part, whole], [delivery(5, on="2031-05-01", of="part")])
    options: dict[str, Any] = {"into": "USD", "rates": DATED, "rate_day": "event"}
    options["on_missing"] = "keep"
    table = ledger.timeline(freq="year", since="2030-01-01", as_of="2031-12-31", **options)
    assert table[["period", "unit", "delivered"]].to_numpy().tolist() == [
        ["2030", "USD", None], ["2031", "GBP", 5],
    ]  # fmt: skip
    assert list(table["pledged"])[1] == 100
    # A choice that leaves out what has no rate knows of it all the same.
    chosen = ledger.filter(commitment="whole").totals(as_of="2031-12-31", **options)
    assert list(zip(chosen["unit"], chosen["pledged"], strict=True)) == [("GBP", 70)]
    assert list(chosen["pledged"]) == [Decimal(70)]
    rows = ledger.movements(**options)
    ends = {row["until"] for row in rows.to_dict("records") if row["commitment"] == "whole"}
    assert dt.date(2031, 5, 1) in ends


# --- the rates of each event ----------------------------------------------------------------------

THREE = pt.Rates.from_frame(
    pd.DataFrame({"day": ["2024-01-01", "2024-02-01", "2024-03-01"], "GBP": ["1", "3", "2"]}),
    quote="USD", max_gap=400,
)  # fmt: skip


def fund(name: str, number: object, on: str, **fields: Any) -> pt.Commitment:
    """A pledge of so many pounds: worth 1 USD in January, 3 in February, 2 from March on."""
    target = {"number": number, "unit": "GBP"}
    return promise(id=name, announced=on, target=target, **fields)


def revised(name: str, number: object, on: str) -> pt.Event:
    """A revision by so many pounds."""
    quantity = {"number": number, "unit": "GBP"}
    return pt.Event(commitment=name, kind="revised", on=on, quantity=quantity)


@pytest.mark.parametrize(("first", "second", "total"), [("01", "02", 300), ("02", "01", 900)])
def test_a_part_moves_at_what_it_is_worth_to_its_whole(first: str, second: str, total: int) -> None:
    """Whether the part is the younger or the older: a whole that is all given is worth nothing."""
    ledger = pt.Ledger([
        fund("whole", 300, f"2024-{first}-01"),
        fund("part", 300, f"2024-{second}-01", part_of="whole"),
    ])  # fmt: skip
    options: dict[str, Any] = {"into": "USD", "rates": THREE, "rate_day": "event"}
    table = ledger.totals("commitment", as_of="2024-12-31", **options)
    assert list(table["pledged"]) == [total, 0]
    check(ledger, table, rates=THREE)


def test_the_smallest_part_moves_at_what_it_is_worth_to_its_whole() -> None:
    """One millionth of a pound at 1 USD of the whole, on a day when a pound is 3."""
    rows = [
        Change("whole", None, 1, 9, 1, 300, Fraction(1)),
        Change("whole", "part", 2, 9, 2, -1, Fraction(3)),
        Change("part", None, 2, 9, 2, 1, Fraction(3)),
    ]
    assert worth_of_family(rows) == [1, 1, 1]


def test_what_a_part_returns_comes_back_at_its_average() -> None:
    """Given out at 1.50 USD it returns at 1.50, when a pound is 2."""
    ledger = pt.Ledger(
        [fund("whole", 300, "2024-01-01"), fund("part", 100, "2024-02-01", part_of="whole")],
        [revised("whole", 100, "2024-02-01"),
         pt.Event(commitment="part", kind="withdrawn", on="2024-03-01")],
    )  # fmt: skip
    options: dict[str, Any] = {"into": "USD", "rates": THREE, "rate_day": "event"}
    # 300 at 1 and 100 at 3 are 600 for 400; a quarter of that goes to the part.
    table = ledger.totals("commitment", as_of="2024-02-15", **options)
    assert list(table["pledged"]) == [150, 450]
    table = ledger.totals("commitment", as_of="2024-12-31", **options)
    assert list(table["pledged"]) == [0, 600]
    rows = ledger.movements(**options)
    given = rows[rows["part"].notna()]
    assert list(given["number"]) == [-150, 150]
    assert list(given["rate"]) == [Decimal("1.5"), Decimal("1.5")]
    assert given["rate_day"].isna().all()


def test_what_arrived_of_parts_is_worth_as_much_on_both_sides() -> None:
    """Rows that name a part mirror those of the part, whatever the day of each rate."""
    ledger = pt.Ledger(
        [fund("whole", 300, "2024-02-01"), fund("part", 300, "2024-01-01", part_of="whole")],
        [delivery(100, on="2024-01-01", of="part"), delivery(50, on="2024-03-01", of="part"),
         delivery(-30, on="2024-03-02", of="part")],
    )  # fmt: skip
    options: dict[str, Any] = {"into": "USD", "rates": THREE, "rate_day": "event"}
    rows = oracle.counting(ledger.movements(**options), dt.date(2024, 12, 31))
    for measure in ("delivered", "part delivered"):
        numbers = [row["number"] for row in rows if row["measure"] == measure]
        assert numbers == [300, 100, -80]


@pytest.mark.parametrize("absent", ["whole", "part"])
def test_a_frame_without_the_kin_of_a_row_is_refused_at_rates_of_events(absent: str) -> None:
    """The worth of one rests on the other; at one rate for all it does not."""
    ledger = pt.Ledger(
        [fund("whole", 300, "2024-01-01"), fund("part", 100, "2024-02-01", part_of="whole")]
    )
    options: dict[str, Any] = {"into": "USD", "rates": THREE, "as_of": "2024-12-31"}
    rows = ledger.movements()
    some = rows[rows["commitment"].astype(str) != absent]
    with pytest.raises(pt.FrameError, match=f"no rows of '{absent}', on which the worth"):
        pt.totals(some, rate_day="event", **options)
    assert len(pt.totals(some, **options)) == 1
    chosen = ledger.filter(commitment="part").totals(rate_day="event", **options)
    assert list(chosen["pledged"]) == [100]


def test_parts_in_a_circle_are_refused() -> None:
    """No ledger makes them; a frame may."""
    rows = pt.Ledger([
        fund("whole", 300, "2024-01-01"), fund("part", 100, "2024-02-01", part_of="whole"),
    ]).movements()  # fmt: skip
    text = {name: rows[name].astype(str).where(rows[name].notna(), None)
            for name in ("part", "commitment")}  # fmt: skip
    text["part"] = text["part"].where(text["commitment"] == "whole", "whole")
    with pytest.raises(pt.FrameError, match="the rows make parts of each other: "):
        pt.totals(rows.assign(**text), into="USD", rates=THREE, rate_day="event")


def test_the_ends_of_what_is_exact_again_are_where_it_is_at_rates_of_events() -> None:
    """What was inexact at the rate of one day moves no end of what is exact at that of another."""
    rates = pt.Rates.from_frame(
        pd.DataFrame({"day": ["2014-11-20", "2015-03-02"], "GBP": ["0.5", "0.8"]}),
        base="USD", max_gap=999,
    )  # fmt: skip
    some = {"number": 50, "unit": "GBP", "bound": "at least", "most": 60}
    taken = pt.Event(commitment="aid", kind="withdrawn", on="2014-11-20", quantity=some)
    back = pt.Event(commitment="aid", kind="reopened", on="2015-03-02")
    ledger = pt.Ledger([promise(id="aid", target={"number": 100, "unit": "GBP"})], [taken, back])
    ends = {}
    for day in ("2014-12-31", "2015-12-31"):
        table = ledger.totals(as_of=day, into="USD", rates=rates, rate_day="event", bounds="range")
        ends[day] = table[["pledged_low", "pledged", "pledged_high"]].values.tolist()[0]
    assert ends == {
        "2014-12-31": [80, 100, 100],
        "2015-12-31": [Decimal("162.5")] * 3,
    }


def test_a_frame_need_not_name_parties_to_be_converted() -> None:
    """Where rates are not a party's own."""
    table = pa.table(pt.Ledger(both()).movements())
    rates = pt.Rates.fixed({"GBP": "0.5"}, per="USD")
    options: dict[str, Any] = {"as_of": "2016-01-01", "into": "USD", "rates": rates}
    expected = pt.totals(table, **options)
    for rate_day in ("announced", "event"):
        made = pt.totals(table.drop_columns("party"), rate_day=rate_day, **options)
        assert made["pledged"].tolist() == expected["pledged"].tolist() == [200]


def test_what_is_kept_is_held_as_finely_as_it_was() -> None:
    """Amounts of twenty decimal places beside converted ones."""
    fine = Decimal(1) + Decimal(1).scaleb(-20)
    table = pa.table(pt.Ledger([promise(target={"number": 1, "unit": "GBP"})]).movements())
    for name in ("number", "low", "high"):
        column = pa.array([fine] * len(table), pa.decimal128(38, 20))
        table = table.set_column(table.column_names.index(name), name, column)
    rates = pt.Rates.fixed({"JPY": 150}, per="USD")
    made = pt.totals(table, as_of="2016-01-01", into="USD", rates=rates, on_missing="keep")
    assert made[["unit", "pledged"]].to_numpy().tolist() == [["GBP", fine]]
