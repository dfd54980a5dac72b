"""Money in another currency: law 2, beside the plain oracle."""

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
from examples import times
from pledgetrack import strategies as pts
from pledgetrack.units import is_currency, minor_digits

AMOUNTS = ("proposed", "pledged", "committed", "delivered")
KEYS = ("party", "horizon", "due", "status", "source", "commitment", "stated_unit")
PROMISED = ("alleged", "proposed", "pledged", "committed")
CURRENCIES = ("USD", "EUR", "JPY", "KWD", "DEM", "GBP", "KRW")
# The widest laws draw fewer ledgers, so that the suite stays quick.
FEW = times(1 / 3)
INTO = st.sampled_from([unit for unit in pts.UNITS if is_currency(unit)])
DAYS = pts.days()


def rate_days() -> Any:
    """Every choice of rate day."""
    return st.sampled_from(["announced", "event"]) | pts.days().map(str)


def promise(**fields: Any) -> pt.Commitment:
    """A pledge of the United Kingdom of 20 November 2014."""
    given = {"id": "aid", "party": "United Kingdom", "announced": "2014-11-20", "stage": "pledged"}
    return pt.Commitment(**(given | fields))


def delivery(number: Any, unit: str = "GBP", on: str = "2015-03-02", of: str = "aid") -> pt.Event:
    """A delivery."""
    return pt.Event(
        commitment=of, kind="delivered", on=on, quantity={"number": number, "unit": unit}
    )


FIXED = pt.Rates.fixed({"GBP": "0.8", "JPY": "150", "KWD": "0.3"}, per="USD", source="a contract")
DATED = pt.Rates.from_frame(
    pd.DataFrame({"day": ["2014-11-20", "2015-03-02"], "GBP": ["0.5", "0.625"]}),
    base="USD", max_gap=400, source="two days",
)  # fmt: skip


def wholes(ledger: pt.Ledger) -> set[str]:
    """Those whose parts leave them: what is left differs by what the parts were rounded."""
    rows = ledger.movements()
    return {str(name) for name in rows[rows["part"].notna()]["commitment"]}


def kin(ledger: pt.Ledger) -> bool:
    """Whether some are parts of others."""
    return bool(ledger.movements()["whole"].notna().any())


# --- laws -----------------------------------------------------------------------------------------


@given(pts.ledgers(), pts.rates(), INTO, rate_days(), DAYS)
def test_every_balance_is_converted_and_rounded_once(
    ledger: pt.Ledger, rates: pt.Rates, into: str, rate_day: str, day: dt.date
) -> None:
    """The rows of a balance add up to its worth, rounded half even to the minor unit."""
    rows = oracle.counting(ledger.movements(into=into, rates=rates, rate_day=rate_day), day)
    stated = oracle.streams(oracle.counting(ledger.movements(), day))
    made: dict[tuple, Decimal] = {}
    for row in rows:
        if row["number"] is not None:
            key = (row["commitment"], row["stated_unit"], row["measure"], row["part"])
            made[key] = made.get(key, Decimal(0)) + row["number"]
            assert row["unit"] == (into if is_currency(row["stated_unit"]) else row["stated_unit"])
    assert set(made) == set(stated)
    for key, mine in stated.items():
        unit = key[1]
        balance = Fraction(sum(row["number"] for row in mine))
        if not is_currency(unit) or unit == into:
            assert Fraction(made[key]) == balance
            continue
        announced = oracle.rate_day(ledger, key[0], day)

        def price(on: dt.date, unit: str = unit, announced: dt.date = announced) -> Fraction:
            asked = {"announced": announced, "event": on}.get(rate_day)
            return oracle.rate(rates, unit, into, asked or dt.date.fromisoformat(rate_day))

        if rate_day == "event" and key[2].split(" ")[-1] in PROMISED and kin(ledger):
            continue  # what moves among kin: see test_exchange.py
        worth = balance * price(announced) if rate_day != "event" else oracle.worth(mine, price)
        assert made[key] == oracle.half_even(worth, minor_digits(into))


@given(pts.ledgers(), pts.rates(), INTO, rate_days(), DAYS)
def test_rows_are_kept_as_recorded_beside(
    ledger: pt.Ledger, rates: pt.Rates, into: str, rate_day: str, day: dt.date
) -> None:
    """Number and unit as recorded are those of the movements without conversion, row by row."""
    plain = ledger.movements()
    made = ledger.movements(into=into, rates=rates, rate_day=rate_day)
    assert list(made["stated_number"].dropna()) == list(plain["number"].dropna())
    assert list(made["stated_unit"].astype(str)) == list(plain["unit"].astype(str))
    for name in plain:
        if name not in ("number", "unit", "low", "high"):
            pd.testing.assert_series_equal(made[name], plain[name])
    assert day  # every row, whatever the day


@FEW
@given(pts.ledgers(), pts.rates(), INTO, rate_days(), DAYS)
def test_status_is_the_same_with_and_without_conversion(
    ledger: pt.Ledger, rates: pt.Rates, into: str, rate_day: str, day: dt.date
) -> None:
    """Fulfilment is judged in the unit as recorded, the share too."""
    plain = ledger.status(as_of=day)
    made = ledger.status(as_of=day, into=into, rates=rates, rate_day=rate_day)
    found = made.rename(columns={"unit": "converted"}).rename(columns={"stated_unit": "unit"})
    order = ["commitment", "unit"]
    same = ["commitment", "party", "status", "unit", "share", "start", "end", "days_left"]
    same += ["reported", "original_end", "source"]
    pd.testing.assert_frame_equal(
        found[same].sort_values(order, ignore_index=True),
        plain[same].sort_values(order, ignore_index=True),
        check_like=True,
    )
    pd.testing.assert_series_equal(
        found.sort_values(order, ignore_index=True)["stated_delivered"],
        plain.sort_values(order, ignore_index=True)["delivered"],
        check_names=False,
    )


@FEW
@given(
    pts.ledgers(), pts.rates(), INTO, rate_days(),
    st.lists(st.sampled_from(KEYS), unique=True, max_size=2), DAYS,
)  # fmt: skip
def test_converted_groups_add_up_to_the_whole(
    ledger: pt.Ledger, rates: pt.Rates, into: str, rate_day: str, by: list[str], day: dt.date
) -> None:
    """Law 1 holds after conversion, and every cell is what its rows add up to."""
    options: dict[str, Any] = {"into": into, "rates": rates, "rate_day": rate_day, "as_of": day}
    groups, whole = ledger.totals(by=by, **options), ledger.totals(**options)
    names = [name for name in (*AMOUNTS, "outstanding", "overdue") if name in groups]
    for row in whole.to_dict("records"):
        mine = groups[groups["unit"] == row["unit"]]
        for name in names:
            stated = [number for number in mine[name] if number is not None]
            assert (sum(stated) if stated else None) == row[name]
    statuses = {c.id: oracle.status(ledger, c, day) for c in ledger.commitments}
    converted = ledger.cut(day).movements(into=into, rates=rates, rate_day=rate_day)
    expected = oracle.totals(converted, by, day, statuses)
    found = {tuple(row[: len(by) + 1]): row for row in groups.itertuples(index=False, name=None)}
    assert set(found) == set(expected)
    columns = list(groups)
    for cell, row in found.items():
        cells = dict(zip(columns, row, strict=True))
        for name in (*names, "commitments"):
            assert cells[name] == expected[cell][name], (cell, name)


@FEW
@given(pts.ledgers(), pts.rates(), INTO, rate_days(), DAYS)
def test_converted_tables_as_of_a_day_are_those_of_the_cut_ledger(
    ledger: pt.Ledger, rates: pt.Rates, into: str, rate_day: str, day: dt.date
) -> None:
    """Law 6 holds after conversion."""
    options: dict[str, Any] = {"into": into, "rates": rates, "rate_day": rate_day, "as_of": day}
    short = ledger.cut(day)
    pd.testing.assert_frame_equal(short.totals(**options), ledger.totals(**options))
    pd.testing.assert_frame_equal(short.status(**options), ledger.status(**options))


@FEW
@given(pts.ledgers(), pts.rates(), INTO, DAYS, st.sampled_from(["year", "quarter", "month"]))
def test_periods_of_converted_amounts_add_up(
    ledger: pt.Ledger, rates: pt.Rates, into: str, day: dt.date, per: str
) -> None:
    """Law 5 holds after conversion: convert first, then split."""
    options: dict[str, Any] = {"into": into, "rates": rates, "as_of": day, "by": "commitment"}
    parts, whole = ledger.totals(per=per, **options), ledger.totals(**options)
    for row in whole.to_dict("records"):
        mine = parts[(parts["unit"] == row["unit"]) & (parts["commitment"] == row["commitment"])]
        for name in AMOUNTS:
            stated = [number for number in mine[name] if number is not None]
            assert (sum(stated) if stated else None) == row[name]
        assert set(mine["commitments"]) == {1}


@FEW
@given(pts.ledgers(), pts.rates(), INTO, DAYS)
def test_measures_nest_after_conversion(
    ledger: pt.Ledger, rates: pt.Rates, into: str, day: dt.date
) -> None:
    """Law 4 holds with one rate for a commitment; nothing is turned into less than nothing."""
    table = ledger.totals(by=["commitment"], as_of=day, into=into, rates=rates)
    for row in table.to_dict("records"):
        if row["commitment"] in wholes(ledger):
            continue
        assert (row["committed"] or 0) <= (row["pledged"] or 0)
        assert min(row[name] or 0 for name in ("proposed", "pledged", "committed")) >= 0


@FEW
@given(pts.ledgers(), pts.rates(), INTO, DAYS)
def test_a_promise_that_left_leaves_nothing_at_any_rates(
    ledger: pt.Ledger, rates: pt.Rates, into: str, day: dt.date
) -> None:
    """With rates of each event too, what is 0 as recorded is 0, and no sign turns."""
    by = ["commitment", "stated_unit"]
    options: dict[str, Any] = {"into": into, "rates": rates, "rate_day": "event"}
    made = ledger.totals(by=by, as_of=day, **options)
    plain = ledger.totals(by="commitment", as_of=day)
    amounts = {(row["commitment"], row["unit"]): row for row in plain.to_dict("records")}
    for row in made.to_dict("records"):
        if row["commitment"] in wholes(ledger):
            continue
        recorded = amounts[row["commitment"], row["stated_unit"]]
        for name in AMOUNTS:
            assert (row[name] is None) == (recorded[name] is None)
            if row[name] is not None:
                assert row[name] * recorded[name] >= 0
                assert recorded[name] or not row[name]


@FEW
@given(pts.ledgers(), DAYS)
def test_a_rate_of_one_is_the_identity(ledger: pt.Ledger, day: dt.date) -> None:
    """At one to one, amounts stay as they are but for the minor units of the target."""
    ones = pt.Rates.fixed(dict.fromkeys(pts.UNITS[1:5], "1"), per="USD")
    into = "KWD"  # the finest of them: nothing is rounded
    made = ledger.totals(by="commitment", as_of=day, into=into, rates=ones)
    plain = ledger.totals(by="commitment", as_of=day)
    for row in made[made["unit"] == into].to_dict("records"):
        mine = plain[plain["commitment"] == row["commitment"]]
        money = mine[[is_currency(unit) for unit in mine["unit"]]]
        for name in AMOUNTS:
            stated = [number for number in money[name] if number is not None]
            assert (sum(stated) if stated else None) == row[name]


@FEW
@given(pts.ledgers(), pts.rates(), INTO, rate_days(), DAYS, st.randoms(use_true_random=False))
def test_converted_frames_give_the_ledgers_figures_on_every_engine(
    ledger: pt.Ledger,
    rates: pt.Rates,
    into: str,
    rate_day: str,
    day: dt.date,
    random: Any,
) -> None:
    """Rows of any engine, in any order, convert to the same tables."""
    options: dict[str, Any] = {"into": into, "rates": rates, "rate_day": rate_day, "as_of": day}
    frame = ledger.movements()
    assume(len(frame))
    expected = pt.totals(frame, by=["party", "source"], **options)
    states = pt.status(frame, **options)
    pd.testing.assert_frame_equal(ledger.totals(by=["party", "source"], **options), expected)
    pd.testing.assert_frame_equal(ledger.status(**options), states)
    order = list(range(len(frame)))
    random.shuffle(order)
    shuffled = frame.iloc[order].reset_index(drop=True)
    table = pa.Table.from_pandas(shuffled, preserve_index=False)
    for other in (frame, shuffled, pl.from_pandas(shuffled), duckdb.connect().from_arrow(table)):
        found = pt.totals(other, by=["party", "source"], **options)
        pd.testing.assert_frame_equal(found, expected)
        pd.testing.assert_frame_equal(pt.status(other, **options), states)
    # What was converted once is totalled as it is.
    made = ledger.cut(day).movements(into=into, rates=rates, rate_day=rate_day)
    found = pt.totals(made, by=["party", "source"], as_of=day)
    pd.testing.assert_frame_equal(found, ledger.totals(by=["party", "source"], **options))


# --- examples -------------------------------------------------------------------------------------


def test_the_figure_of_the_central_bank_is_met(ecb: pt.Rates) -> None:
    """100 GBP of 20 November 2014 are 156.95 USD."""
    ledger = pt.Ledger([promise(target={"number": 100, "unit": "GBP"})])
    table = ledger.totals(as_of="2015-01-01", into="USD", rates=ecb)
    assert list(table["pledged"]) == [Decimal("156.95")]
    (row,) = ledger.movements(into="USD", rates=ecb).to_dict("records")
    assert round(row["rate"], 10) == Decimal("1.5695331080")
    assert row["rate_day"] == dt.date(2014, 11, 20)
    assert row["rate_source"].startswith("ECB reference rates")


@pytest.mark.parametrize("rate_day", ["announced", "2020-06-30"])
def test_a_promise_delivered_in_ten_tenths_leaves_nothing(rate_day: str, ecb: pt.Rates) -> None:
    """Rounding row by row would leave a cent of dust; running balances leave none."""
    days = [f"2015-{month:02d}-02" for month in range(1, 11)]
    ledger = pt.Ledger(
        [promise(target={"number": 100, "unit": "GBP"}, horizon={"end": "2015-06-30"})],
        [delivery(10, on=on) for on in days],
    )
    options: dict[str, Any] = {"into": "USD", "rates": ecb, "rate_day": rate_day}
    (row,) = ledger.totals(as_of="2016-01-01", **options).to_dict("records")
    assert row["delivered"] == row["pledged"]
    assert (row["outstanding"], row["overdue"]) == (0, 0)
    rows = ledger.movements(**options)
    assert len(set(rows[rows["measure"] == "delivered"]["number"])) == 2


@given(
    st.lists(st.integers(-50, 1000), min_size=1, max_size=8),
    pts.rates(), INTO, st.sampled_from(["announced", "2020-06-30"]),
)  # fmt: skip
def test_uneven_deliveries_leave_nothing(
    cents: list[int], rates: pt.Rates, into: str, rate_day: str
) -> None:
    """However a promise arrives, once it has arrived nothing is outstanding, on any day between."""
    total = Decimal(max(sum(cents), 0)) / 100
    start = dt.date(2016, 3, 1)
    ledger = pt.Ledger(
        [promise(announced="2016-03-01", target={"number": total, "unit": "EUR"})],
        [delivery(Decimal(cent) / 100, "EUR", on=start + dt.timedelta(days=at), of="aid")
         for at, cent in enumerate(cents)],
    )  # fmt: skip
    options: dict[str, Any] = {"into": into, "rates": rates, "rate_day": rate_day}
    day = dt.date.fromisoformat(rate_day) if rate_day != "announced" else start
    rate = oracle.rate(rates, "EUR", into, day)
    rows = ledger.movements(**options)
    arrived = [number for number, measure in zip(rows["number"], rows["measure"], strict=True)
               if measure == "delivered"]  # fmt: skip
    for at in range(len(cents)):
        exact = Fraction(sum(cents[: at + 1]), 100) * rate
        assert (
            sum(arrived[: at + 1]) == oracle.half_even(exact, minor_digits(into)) or into == "EUR"
        )
    (row,) = ledger.totals(as_of="2016-12-31", **options).to_dict("records")
    if sum(cents) >= 0:
        assert row["outstanding"] == 0


@pytest.mark.parametrize(("number", "cents"), [("0.25", "0.12"), ("0.35", "0.18"), ("0.2", "0.1")])
def test_a_tie_goes_to_the_even_cent(number: str, cents: str) -> None:
    """Half a cent is as near to either."""
    rates = pt.Rates.fixed({"EUR": 2}, per="USD")
    ledger = pt.Ledger([promise(target={"number": number, "unit": "EUR"})])
    assert list(ledger.totals(into="USD", rates=rates)["pledged"]) == [Decimal(cents)]


def test_rounding_fulfils_nothing() -> None:
    """60 of 100 are not all, though both are a cent."""
    rates = pt.Rates.fixed({"JPY": 10000}, per="USD")
    ledger = pt.Ledger(
        [promise(target={"number": 100, "unit": "JPY"}, horizon={"end": "2015-06-30"})],
        [delivery(60, "JPY")],
    )
    options: dict[str, Any] = {"as_of": "2015-06-30", "into": "USD", "rates": rates}
    (row,) = ledger.status(**options).to_dict("records")
    assert (row["target"], row["delivered"]) == (Decimal("0.01"), Decimal("0.01"))
    assert (row["status"], row["share"]) == ("in progress", Decimal("0.6"))
    (row,) = ledger.summary(by="status", **options).to_dict("records")
    assert (row["status"], row["status_in_progress"]) == ("in progress", 1)


def by_source() -> pt.Ledger:
    """Two deliveries of a yen, each told by another source, which round to a cent together."""
    cited = [delivery(1, "JPY", on=f"2015-03-0{day}") for day in (2, 3)]
    events = [
        pt.Event(**(event.model_dump(exclude_none=True) | {"citations": [{"source": name}]}))
        for event, name in zip(cited, "BA", strict=True)
    ]
    sources = [pt.Source(id="A"), pt.Source(id="B")]
    return pt.Ledger([promise(target={"number": 2, "unit": "JPY"})], events, sources)


def test_rows_are_converted_in_the_order_in_which_they_happened() -> None:
    """Whatever the order of the frame, the source told first has the cent."""
    ledger = by_source()
    options: dict[str, Any] = {"into": "USD", "rates": FIXED, "as_of": "2016-01-01"}
    expected = ledger.totals(by="source", **options)
    told = dict(zip(expected["source"], expected["delivered"], strict=True))
    assert (told["B"], told["A"]) == (Decimal("0.01"), 0)
    turned = ledger.movements().iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(pt.totals(turned, by="source", **options), expected)


@pytest.mark.parametrize(
    ("name", "labels", "key"),
    [("end", [dt.date(2016, 4, 1), dt.date(2017, 4, 1)], "due"),
     ("horizon", ["open", "short"], "horizon"), ("party", ["A", "B"], "party"),
     ("recipient", ["A", "B"], "recipient"), ("channel", ["A", "B"], "channel"),
     ("tag_law", ["A", "B"], "law")],
)  # fmt: skip
def test_what_stands_under_other_labels_is_rounded_by_itself(
    name: str, labels: list[Any], key: str
) -> None:
    """Each row of a result is a balance rounded once: 1 yen of 0.67 cents has no neighbour."""
    rows = pt.Ledger([promise(target={"number": 1, "unit": "JPY"})]).movements()
    both = pd.concat([rows.assign(**{name: label}) for label in labels], ignore_index=True)
    made = pt.totals(both, by=key, into="USD", rates=FIXED, as_of="2015-12-31")
    assert list(made["pledged"]) == [Decimal("0.01"), Decimal("0.01")]
    assert list(pt.totals(both, into="USD", rates=FIXED)["pledged"]) == [Decimal("0.02")]


def test_a_choice_of_a_source_is_its_row() -> None:
    """A source is chosen after conversion: it is a part of a balance, not one of its own."""
    ledger = by_source()
    options: dict[str, Any] = {"into": "USD", "rates": FIXED, "as_of": "2016-01-01"}
    whole = ledger.totals(by="source", **options)
    for name in ("A", "B"):
        found = ledger.filter(source=name).totals(by="source", **options)
        mine = whole[whole["source"] == name].reset_index(drop=True)
        pd.testing.assert_frame_equal(found, mine)


def test_the_target_as_announced_is_converted_under_a_later_horizon() -> None:
    """A choice of the horizon of today still shows in the target currency what was announced."""
    ledger = pt.Ledger(
        [promise(target={"number": 8, "unit": "GBP"}, horizon={"end": "2015-06-30"})],
        [pt.Event(commitment="aid", kind="revised", on="2015-02-01",
                  quantity={"number": 4, "unit": "GBP"}, horizon={"end": "2025-06-30"})],
    )  # fmt: skip
    chosen = ledger.filter(horizon="long")
    (row,) = chosen.status(as_of="2016-01-01", into="USD", rates=FIXED).to_dict("records")
    assert (row["target"], row["original_target"]) == (15, 10)
    assert (row["stated_target"], row["unit"]) == (12, "USD")


def parts(**fields: Any) -> list[pt.Commitment]:
    """A fund of 100 GBP, a third of it for one purpose, and a third of that for one place."""
    return [
        promise(id="fund", target={"number": 100, "unit": "GBP"}),
        promise(id="purpose", part_of="fund", announced="2015-03-02",
                target={"number": "33.33", "unit": "GBP"}),
        promise(id="place", part_of="purpose", announced="2015-09-01",
                target={"number": "11.11", "unit": "GBP"}, **fields),
    ]  # fmt: skip


def test_parts_are_converted_at_the_rate_of_their_outermost_whole(ecb: pt.Rates) -> None:
    """Totals with and without the detail of parts are equal after conversion too."""
    options: dict[str, Any] = {"as_of": "2016-01-01", "into": "USD", "rates": ecb}
    ledger = pt.Ledger(parts())
    assert list(ledger.totals(**options)["pledged"]) == [Decimal("156.95")]
    detail = ledger.totals(by="commitment", **options)
    assert list(detail["pledged"]) == [Decimal("104.64"), Decimal("17.44"), Decimal("34.87")]
    # A frame knows its wholes from the rows with which parts leave them.
    found = pt.totals(ledger.movements(), by="commitment", **options)
    pd.testing.assert_frame_equal(found, detail)
    # Where the whole is not in the ledger, a part has a day of its own.
    early = pt.Ledger([parts()[1]]).totals(into="USD", rates=ecb, as_of="2016-01-01")
    assert early["pledged"][0] == Decimal("51.30")
    cut = ledger.cut("2015-06-30")
    pd.testing.assert_frame_equal(
        cut.totals(by="commitment", **(options | {"as_of": "2015-06-30"})),
        ledger.totals(by="commitment", **(options | {"as_of": "2015-06-30"})),
    )


def test_without_a_rate_a_whole_and_its_parts_stay_together() -> None:
    """Where one event of a part has no rate, neither the part nor its whole is converted."""
    ledger = pt.Ledger(parts(), [delivery(1, on="2031-01-01", of="place")])
    table = ledger.totals(
        by="commitment", as_of="2031-01-01", into="USD", rates=DATED, rate_day="event",
        on_missing="keep",
    )  # fmt: skip
    assert set(table["unit"]) == {"GBP"}


def test_things_counted_and_actions_keep_their_unit() -> None:
    """Only money is converted, and the rest stays in sight."""
    ledger = pt.Ledger([
        promise(targets=[{"number": 8, "unit": "GBP"}, {"number": 3, "unit": "hospital"}]),
        promise(id="talks"),
    ])  # fmt: skip
    table = ledger.totals(as_of="2015-01-01", into="USD", rates=FIXED)
    assert list(table["unit"]) == ["USD", "hospital", "action"]
    assert list(table["pledged"]) == [10, 3, None]


def test_targets_in_two_currencies_become_one_row_of_one_commitment() -> None:
    """Amounts add up, the commitment counts once, and nothing is netted."""
    ledger = pt.Ledger(
        [promise(targets=[{"number": 8, "unit": "GBP"}, {"number": 300, "unit": "JPY"}],
                 horizon={"start": "2014-11-20", "end": "2015-12-31"})],
        [delivery(4), delivery(600, "JPY")],
    )  # fmt: skip
    (row,) = ledger.summary(as_of="2016-01-01", into="USD", rates=FIXED).to_dict("records")
    assert (row["pledged"], row["delivered"], row["outstanding"]) == (12, 9, 3)
    assert (row["overdue"], row["commitments"], row["status_overdue"]) == (5, 1, 1)
    years = ledger.totals(as_of="2016-01-01", into="USD", rates=FIXED, per="year")
    assert list(years["commitments"]) == [1, 1]
    parts = ledger.totals(by="stated_unit", as_of="2016-01-01", into="USD", rates=FIXED)
    assert list(parts["stated_unit"]) == ["GBP", "JPY"]
    assert list(parts["pledged"]) == [10, 2]


def test_the_status_table_shows_both_amounts() -> None:
    """A row per target: converted, as recorded, and the share of what was recorded."""
    ledger = pt.Ledger([promise(target={"number": 3, "unit": "JPY"})], [delivery(1, "JPY")])
    (row,) = ledger.status(as_of="2016-01-01", into="USD", rates=FIXED).to_dict("records")
    assert (row["unit"], row["target"], row["delivered"]) == (
        "USD",
        Decimal("0.02"),
        Decimal("0.01"),
    )
    assert (row["stated_unit"], row["stated_target"], row["stated_delivered"]) == ("JPY", 3, 1)
    assert str(row["share"]).startswith("0.33333")
    assert row["original_target"] == Decimal("0.02")


def test_exchange_swings_make_nothing_overdue() -> None:
    """What was delivered whole as recorded is not overdue at the rates of each event."""
    ledger = pt.Ledger(
        [promise(target={"number": 100, "unit": "GBP"}, horizon={"end": "2015-06-30"})],
        [delivery(100)],
    )
    options: dict[str, Any] = {"into": "USD", "rates": DATED, "as_of": "2015-12-31"}
    (row,) = ledger.totals(rate_day="event", **options).to_dict("records")
    assert (row["pledged"], row["delivered"]) == (200, 160)
    assert (row["outstanding"], row["overdue"]) == (40, 0)
    (row,) = ledger.totals(**options).to_dict("records")
    assert (row["pledged"], row["delivered"], row["outstanding"]) == (200, 200, 0)


def test_at_rates_of_events_what_is_taken_off_leaves_at_what_it_came_for() -> None:
    """A refund of everything leaves 0, and its rate is the average, of no one day."""
    ledger = pt.Ledger(
        [promise(target={"number": 100, "unit": "GBP"})],
        [delivery(100, on="2014-11-21"), delivery(-100), delivery(-50)],
    )
    rows = ledger.movements(into="USD", rates=DATED, rate_day="event")
    back = rows[rows["event"] == "delivered"]
    assert sum(back["number"]) == -80  # 50 beyond nothing, at the rate of that day
    options: dict[str, Any] = {"into": "USD", "rates": DATED, "rate_day": "event"}
    promised = ledger.commitments
    whole = pt.Ledger(promised, [delivery(100, on="2014-11-21"), delivery(-100)])
    last = whole.movements(**options).to_dict("records")[-1]
    assert (last["number"], last["rate"]) == (-200, 2)
    assert pd.isna(last["rate_day"])


def test_a_missing_rate_names_currency_day_and_the_nearest_days(ecb: pt.Rates) -> None:
    """Nothing is turned into 0 or left unconverted in silence."""
    ledger = pt.Ledger([
        promise(target={"number": 1, "unit": "ISK"}),
        promise(id="other", announced="2015-01-02", target={"number": 1, "unit": "ISK"}),
    ])  # fmt: skip
    with pytest.raises(pt.MissingRateError, match="no rate of ISK for 2014-11-20 in ECB") as caught:
        ledger.totals(as_of="2015-06-30", into="USD", rates=ecb)
    error = caught.value
    assert (error.currency, error.day) == ("ISK", dt.date(2014, 11, 20))
    assert error.nearest == (dt.date(2008, 12, 9), dt.date(2018, 2, 1))
    assert error.missing == (("ISK", dt.date(2014, 11, 20)), ("ISK", dt.date(2015, 1, 2)))
    with pytest.raises(pt.MissingRateError, match="pass rates="):
        ledger.totals(into="USD")


def test_no_rate_is_asked_for_what_no_table_shows() -> None:
    """Facts after the day, and rows that were not chosen, need none."""
    ledger = pt.Ledger(
        [promise(target={"number": 8, "unit": "GBP"}),
         promise(id="other", party="Peru", target={"number": 1, "unit": "PEN"})],
        [delivery(4, on="2031-01-01")],
    )  # fmt: skip
    options: dict[str, Any] = {"as_of": "2015-01-01", "into": "USD", "rate_day": "event"}
    mine = ledger.filter(party="United Kingdom")
    assert list(mine.totals(rates=DATED, **options)["pledged"]) == [16]
    assert list(ledger.filter(unit="GBP").totals(rates=DATED, **options)["pledged"]) == [16]
    chosen = pt.totals(ledger.movements(), where={"stated_unit": "GBP"}, rates=DATED, **options)
    assert list(chosen["pledged"]) == [16]
    status = ledger.filter(unit="GBP").status(rates=DATED, **options)
    assert list(status["target"]) == [16]
    with pytest.raises(pt.MissingRateError):
        mine.totals(rates=DATED, **(options | {"as_of": "2031-06-30"}))


def test_on_missing_keep_leaves_a_commitment_whole_and_says_so() -> None:
    """A commitment stays in its own unit as a whole, also where only one event has no rate."""
    ledger = pt.Ledger(
        [promise(target={"number": 8, "unit": "GBP"}),
         promise(id="other", target={"number": 8, "unit": "GBP"})],
        [delivery(4, on="2031-01-01")],
    )  # fmt: skip
    table = ledger.totals(
        by="commitment", as_of="2031-01-01", into="USD", rates=DATED, rate_day="event",
        on_missing="keep",
    )  # fmt: skip
    shown = table[["commitment", "unit", "pledged", "delivered", "outstanding"]]
    assert shown.to_numpy().tolist() == [
        ["aid", "GBP", 8, 4, 4], ["other", "USD", 16, None, 16],
    ]  # fmt: skip
    assert table.attrs["not_converted"] == "GBP"
    assert "not converted for want of a rate: GBP" in table.attrs["caption"]
    with pytest.raises(pt.UnknownNameError, match="on_missing"):
        ledger.totals(into="USD", rates=DATED, on_missing="skip")  # type: ignore[arg-type]


def test_result_and_caption_name_rate_day_and_source() -> None:
    """A reader sees at which rates a figure was made."""
    ledger = pt.Ledger([promise(target={"number": 8, "unit": "GBP"})])
    for rate_day, words in (
        ("announced", "the day of each announcement"), ("event", "the day of each event"),
        ("2015-03-02", "2015-03-02"),
    ):  # fmt: skip
        for method in (ledger.totals, ledger.summary, ledger.status):
            table = method(as_of="2015-06-30", into="USD", rates=FIXED, rate_day=rate_day)
            assert f"in USD at rates of {words}, a contract" in table.attrs["caption"]
            assert table.attrs["rate_day"] == rate_day
            assert (table.attrs["into"], table.attrs["rates"]) == ("USD", "a contract")
    rows = ledger.movements(into="USD", rates=FIXED)
    assert rows.attrs["caption"].startswith("in USD at rates of")
    assert "into" not in ledger.totals().attrs
    # Where all is in the target already there are none to name.
    same = ledger.totals(as_of="2015-06-30", into="GBP")
    assert same.attrs["caption"] == "as of 2015-06-30; in GBP; sources to 2014-11-20"


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"into": "hospital"}, pt.UnitError),
        ({"into": "usd"}, pt.UnitError),
        ({"into": "action"}, pt.UnitError),
        ({"into": 5}, pt.UnitError),
        ({"rates": FIXED}, pt.UnitError),
        ({"rate_day": "event"}, pt.UnitError),
        ({"into": "USD", "rates": {"GBP": 2}}, pt.UnknownNameError),
        ({"into": "USD", "deflators": "cpi.csv"}, pt.UnknownNameError),
        ({"into": "USD", "rate_day": "announcement"}, pt.DayError),
        ({"into": "USD", "rate_day": None}, pt.DayError),
    ],
)
def test_what_cannot_be_meant_is_refused(
    options: dict[str, Any], error: type[pt.PledgetrackError]
) -> None:
    """Every mistaken option is an error of the tree, on ledgers and on frames."""
    ledger = pt.Ledger([promise(target={"number": 8, "unit": "GBP"})])
    for call in (ledger.totals, ledger.status, ledger.summary, ledger.movements):
        with pytest.raises(error):
            call(**options)
    with pytest.raises(error):
        pt.totals(ledger.movements(), **options)


def test_a_frame_is_converted_once() -> None:
    """A second conversion would start from rounded amounts."""
    rows = pt.Ledger([promise(target={"number": 8, "unit": "GBP"})]).movements(
        into="USD", rates=FIXED
    )
    with pytest.raises(pt.FrameError, match="converted already"):
        pt.totals(rows, into="JPY", rates=FIXED)


def test_amounts_too_large_after_conversion_are_named() -> None:
    """A movement holds 22 digits before the point."""
    ledger = pt.Ledger([promise(target={"number": 10**21, "unit": "USD"})])
    with pytest.raises(pt.AmountError, match=r"commitment 'aid'.*JPY has too many digits"):
        ledger.totals(into="JPY", rates=FIXED)
    huge = pt.Rates.fixed({"ZWN": "1" + "0" * 30}, per="USD")
    small = pt.Ledger([promise(target={"number": 1, "unit": "ZWN"})])
    with pytest.raises(pt.AmountError, match="too large or too small"):
        small.totals(into="USD", rates=huge)


def test_numbers_for_plotting_are_floats() -> None:
    """``numbers="float"`` goes together with conversion."""
    ledger = pt.Ledger([promise(target={"number": 8, "unit": "GBP"})])
    table = ledger.totals(into="USD", rates=FIXED, numbers="float")
    assert table["pledged"].dtype == float
    assert ledger.status(into="USD", rates=FIXED, numbers="float")["stated_target"].dtype == float


def test_bounds_stay_with_converted_amounts() -> None:
    """A lower bound is one in dollars too; one that went does not come back as dust."""
    ledger = pt.Ledger(
        [promise(target={"number": 7, "unit": "JPY", "bound": "at least"})],
        [pt.Event(commitment="aid", kind="revised", on="2015-02-01",
                  restated={"number": 11, "unit": "JPY"})],
    )  # fmt: skip
    options: dict[str, Any] = {"into": "USD", "rates": FIXED}
    before = ledger.totals(as_of="2015-01-01", **options)
    assert list(before["bound"]) == ["pledged at least, outstanding at least"]
    assert list(ledger.totals(as_of="2015-03-01", **options)["bound"]) == [""]
    dusty = pt.Ledger(
        [promise(target={"number": 7, "unit": "JPY", "bound": "up to"})],
        [pt.Event(commitment="aid", kind="revised", on="2015-02-01",
                  restated={"number": 1, "unit": "JPY"})],
    )  # fmt: skip
    assert list(dusty.totals(as_of="2015-03-01", **options)["bound"]) == [""]


def test_finer_digits_than_a_minor_unit_stay_in_the_same_currency() -> None:
    """An amount that is in the target already is not touched."""
    ledger = pt.Ledger([promise(target={"number": "0.123456", "unit": "USD"})])
    assert list(ledger.totals(into="USD")["pledged"]) == [Decimal("0.123456")]


def test_an_unknown_option_of_a_table_is_named() -> None:
    """With those that there are."""
    with pytest.raises(pt.UnknownNameError, match="unknown option 'repeats'"):
        pt.Ledger().totals(repeats=True)  # type: ignore[call-arg]
