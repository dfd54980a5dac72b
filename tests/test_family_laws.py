"""What moves in families day by day: what each shows, what parts pass on, and on whose word."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import laws
import oracle
import pledgetrack as pt
from examples import times
from pledgetrack.balances import by_commitment, in_order
from pledgetrack.families import accounts
from pledgetrack.members import OF_PARTS

DAYS = [dt.date(2024, 1, day) for day in range(1, 7)]
DELAYS = st.integers(0, 3)
BOUNDS = st.sampled_from(["exact", "exact", "exact", "at least", "up to", "about"])
SHARES = st.sampled_from([0, 1, 1, 2, 2, 3, 4])


@st.composite
def families(draw: Any) -> pt.Ledger:
    """Wholes and parts to which much happens on few days; each fact has a place of its own."""
    left: dict[str, int] = {}
    promised: dict[str, pt.Commitment] = {}
    for at in range(draw(st.integers(3, 5))):
        above = draw(st.sampled_from(list(left)[-2:])) if left else None
        number = left[above] * draw(SHARES) // 4 if above else 40
        if above:
            left[above] -= number
        name = f"p{at}"
        left[name] = number
        # One without a target in dollars is a part, too.
        unit = draw(st.sampled_from(["USD", "USD", "USD", "well"]))
        promised[name] = pt.Commitment(
            id=name, party="A", announced=draw(st.sampled_from(DAYS[:3])), part_of=above,
            stage=draw(st.sampled_from(["proposed", "pledged", "pledged", "committed"])),
            target={"number": number, "unit": unit, "bound": draw(BOUNDS)},
            citations=[{"source": name}],
        )  # fmt: skip
    happened = []
    for at in range(draw(st.integers(2, 10))):
        one = draw(st.sampled_from(list(promised.values())))
        kind = draw(st.sampled_from(["delivered"] * 4 + ["pledged", "committed", "revised"]))
        # What is revised on the day of an announcement may be a mistake in the records.
        on = max(draw(st.sampled_from(DAYS[3:] if kind == "revised" else DAYS)), one.announced)
        unit = "USD" if kind == "delivered" else one.targets[0].unit
        numbers = [0, 1, 5, 10, 20, 40] + ([] if kind in ("pledged", "committed") else [-1, -5])
        amount = {"number": draw(st.sampled_from(numbers)), "unit": unit, "bound": draw(BOUNDS)}
        happened.append(pt.Event(
            commitment=one.id, kind=kind, on=on, known=on + dt.timedelta(days=draw(DELAYS)),
            quantity=amount, citations=[{"source": one.id, "place": str(at)}],
        ))  # fmt: skip
    return pt.Ledger(promised.values(), happened, [pt.Source(id=name, title=name) for name in left])


Row = tuple[dt.date, str, str | None, Decimal]


def rows_of(ledger: pt.Ledger, *measures: str) -> list[Row]:
    """The rows in dollars of some measures: day, commitment, part and number."""
    return [
        (row.day, name, row.part, row.number or Decimal(0))
        for name, account in accounts(ledger.commitments, by_commitment(ledger.events)).items()
        for row in account.rows
        if row.unit == "USD" and row.measure in measures
    ]


@times(2)
@given(families())
def test_each_shows_what_it_does_not_leave_to_its_parts(ledger: pt.Ledger) -> None:
    """On each day, by firmness, as the oracle shares the family out from nothing."""
    rows = {name: rows_of(ledger, name) for name in ("committed", "pledged", "proposed")}
    for day in DAYS:
        now, (wholes, _) = oracle.states(ledger, day), oracle.relations(ledger.commitments, day)
        shown = oracle.shown(now, wholes, "USD")
        for name, (committed, pledged, proposed, _) in shown.items():
            expected = {"committed": committed, "pledged": committed + pledged}
            for measure, number in {**expected, "proposed": proposed}.items():
                assert number == sum(
                    n for on, one, _, n in rows[measure] if one == name and on <= day
                )
        for part in shown:
            whole = oracle.nearest(now, wholes, "USD", part)
            family = {part, *oracle.below(wholes, part)}
            left = [
                n
                for on, one, named, n in (*rows["pledged"], *rows["proposed"])
                if (one, named) == (whole, part) and on <= day
            ]
            takes = sum(sum(layers) for one, layers in shown.items() if one in family)
            assert whole is None or takes == -sum(left)


@times(2)
@given(families())
def test_a_whole_is_told_what_arrived_of_its_parts(ledger: pt.Ledger) -> None:
    """Also of those that came under it, or left it, after something had arrived."""
    rows = rows_of(ledger, OF_PARTS)
    for day in DAYS:
        now, (wholes, _) = oracle.states(ledger, day), oracle.relations(ledger.commitments, day)
        for whole in now:
            arrived = sum(oracle.of(now[part], "USD") for part in oracle.below(wholes, whole))
            assert arrived == sum(n for on, one, _, n in rows if one == whole and on <= day)


def test_what_arrived_of_a_part_moves_with_it() -> None:
    """Its whole turns out to repeat another, which has the part then and what arrived of it."""
    usd: dict[str, Any] = {"target": {"number": 40, "unit": "USD"}, "stage": "pledged"}
    fund = pt.Commitment(id="fund", party="A", announced=DAYS[0], repeats="first", **usd)
    first = pt.Commitment(id="first", party="A", announced=DAYS[2], **usd)
    part = pt.Commitment(id="part", party="A", announced=DAYS[0], part_of="fund", **usd)
    report = pt.Event(
        commitment="part", kind="delivered", on=DAYS[1], quantity={"number": 7, "unit": "USD"}
    )
    rows = rows_of(pt.Ledger([fund, first, part], [report]), OF_PARTS)
    assert sorted((on, one, number) for on, one, _, number in rows) == [
        (DAYS[1], "fund", 7), (DAYS[2], "first", 7), (DAYS[2], "fund", -7),
    ]  # fmt: skip


@times(2)
@given(families())
def test_an_outermost_whole_gives_to_its_parts_alone(ledger: pt.Ledger) -> None:
    """Measure by measure: nothing leaves it for want of a place in another."""
    found = accounts(ledger.commitments, by_commitment(ledger.events))
    for day in DAYS:
        now, (wholes, _) = oracle.states(ledger, day), oracle.relations(ledger.commitments, day)
        for name in now:
            left: dict[str | None, Decimal] = {}
            for row in found[name].rows:
                off = (row.kind, row.part, row.unit) == ("part", None, "USD")
                if off and row.measure != "passed on" and row.day <= day:
                    left[row.measure] = left.get(row.measure, Decimal(0)) + row.number
            if oracle.nearest(now, wholes, "USD", name) is None:
                assert not any(left.values())


def test_a_part_takes_what_is_as_firm_as_itself_once_the_whole_has_it() -> None:
    """A committed part of a pledge takes pledged money, and committed money when there is some."""
    dollars = [{"number": number, "unit": "USD"} for number in (20, 3, 5)]
    fund = pt.Commitment(
        id="fund", party="A", announced=DAYS[0], stage="pledged", target=dollars[0]
    )
    north = pt.Commitment(
        id="north", party="A", announced=DAYS[0], stage="committed", target=dollars[1],
        part_of="fund",
    )  # fmt: skip
    firm = pt.Event(commitment="fund", kind="committed", on=DAYS[1], quantity=dollars[2])
    rows = accounts([fund, north], {"fund": [firm]})["fund"].rows
    told = [(row.day, row.part, row.measure, row.number) for row in rows if row.kind == "part"]
    assert told == [(DAYS[0], "north", "pledged", -3), (DAYS[1], "north", "committed", -3)]


@times(2)
@given(families())
def test_bounds_of_what_is_passed_on_are_those_of_what_is_outstanding(ledger: pt.Ledger) -> None:
    """What a part passes on inexactly leaves its whole an inexact rest."""
    laws.bounds_survive(ledger, DAYS[-1])


@times(2)
@given(families())
def test_each_part_passes_on_what_it_does_not_need(ledger: pt.Ledger) -> None:
    """To the whole that the oracle finds on each day; a report of 0 makes a row, too."""
    rows = rows_of(ledger, "passed on")
    for day in DAYS:
        now, (wholes, _) = oracle.states(ledger, day), oracle.relations(ledger.commitments, day)
        expected = oracle.passing(now, wholes, "USD")
        taken: dict[tuple[str, str], Decimal] = {}
        given: dict[str, Decimal] = {}
        for _, name, part, number in (row for row in rows if row[0] <= day):
            if part:
                taken[part, name] = taken.get((part, name), Decimal(0)) + number
            else:
                given[name] = given.get(name, Decimal(0)) - number
        for key in {*taken, *expected}:
            assert taken.get(key, 0) == expected.get(key, 0)
        for name in now:
            gives = sum(number for (part, _), number in expected.items() if part == name)
            assert given.get(name, 0) == gives
        for part, whole in taken:
            assert reported(ledger, [part, *oracle.below(wholes, part)], day), whole
        for part, whole in expected:
            assert (part, whole) in taken or not reported(ledger, [part], day)


def reported(ledger: pt.Ledger, names: list[str], day: dt.date) -> bool:
    """Whether something was reported of some commitments by a day, 0 too."""
    return any(
        event.kind == "delivered" and event.commitment in names and event.on <= day
        for event in ledger.events
    )


Told = tuple[dt.date, tuple[pt.Citation, ...]]


def told_by(ledger: pt.Ledger) -> dict[tuple[str, dt.date], Told]:
    """By commitment and day: when all that happened was known, and on whose word."""
    made: dict[tuple[str, dt.date], Told] = {}
    for one in ledger.commitments:
        mine = [event for event in ledger.events if event.commitment == one.id]
        facts = [(one.announced, one.announced, one.citations)]
        facts += [(e.on, e.known or e.on, e.citations) for e in in_order(one, mine)]
        for day, known, citations in facts:
            since, cited = made.get((one.id, day), (known, ()))
            made[one.id, day] = max(since, known), (*cited, *citations)
    return made


def taker(ledger: pt.Ledger, part: str, day: dt.date) -> str | None:
    """The whole to which a part passes on at the end of a day."""
    now, (wholes, _) = oracle.states(ledger, day), oracle.relations(ledger.commitments, day)
    passing = oracle.passing(now, wholes, "USD")
    return next((whole for giver, whole in passing if giver == part), None)


@times(2)
@given(families())
def test_what_moves_in_a_family_rests_on_the_facts_of_the_day(ledger: pt.Ledger) -> None:
    """Those of the part; else of the whole that gets it; else of the one that loses it; else kin's.

    It is known when the last of them is.
    """
    told = told_by(ledger)
    for name, account in accounts(ledger.commitments, by_commitment(ledger.events)).items():
        for row in account.rows:
            if row.kind != "part":
                continue
            near = [row.part or name, name]
            if row.measure == "passed on":
                days = row.day, row.day - dt.timedelta(days=1)
                near[1:] = [one for day in days if (one := taker(ledger, near[0], day))]
            found = [told[one, row.day] for one in near if (one, row.day) in told]
            kin = [one for (_, day), one in told.items() if day == row.day]
            assert (row.known, row.citations) in (found[:1] or kin)
            assert row.on == row.day
