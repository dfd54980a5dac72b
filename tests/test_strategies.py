"""The public strategies: what they draw is valid, and varied enough to find mistakes with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pledgetrack as pt
from examples import times
from pledgetrack import strategies as pts
from pledgetrack.models import EVENT_KINDS, STAGES
from pledgetrack.quantity import BOUNDS, exact
from pledgetrack.units import check_unit, is_currency, minor_digits


@pytest.fixture(scope="module")
def sample() -> list[pt.Ledger]:
    """Many ledgers, the same in every run."""
    drawn: list[pt.Ledger] = []

    @settings(
        max_examples=400, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(pts.ledgers())
    def collect(ledger: pt.Ledger) -> None:
        drawn.append(ledger)

    collect()
    return drawn


Seen = Callable[[pt.Commitment], object]

COMMITMENTS: dict[str, Seen] = {
    "a joint promise": lambda one: len(one.parties) > 1,
    "several recipients": lambda one: len(one.recipients) > 1,
    "no recipient": lambda one: not one.recipients,
    "a channel": lambda one: one.channels,
    "an action": lambda one: not one.targets,
    "a part": lambda one: one.part_of,
    "a promise announced again": lambda one: one.repeats,
    "another record of a promise": lambda one: one.same_as,
    "several targets": lambda one: len(one.targets) > 1,
    "a target of zero": lambda one: any(target.number == 0 for target in one.targets),
    "cents": lambda one: any(target.number % 1 for target in one.targets),
    "more than a billion": lambda one: any(target.number > 10**9 for target in one.targets),
    "no horizon": lambda one: one.horizon is None,
    "an open horizon": lambda one: one.horizon and one.horizon.end is None,
    "a horizon with a start": lambda one: one.horizon and one.horizon.start and one.horizon.end,
    "a horizon without a start": lambda one: (
        one.horizon and one.horizon.end and not one.horizon.start
    ),
    "a month": lambda one: one.announced_precision == "month",
    "a condition": lambda one: one.condition,
    "tags": lambda one: len(one.tags) > 1,
    "a citation with a place": lambda one: any(cited.place for cited in one.citations),
    "no citation": lambda one: not one.citations,
    **{f"stage {stage}": lambda one, stage=stage: one.stage == stage for stage in STAGES},
    **{
        f"bound {bound}": lambda one, bound=bound: any(t.bound == bound for t in one.targets)
        for bound in BOUNDS
    },
    **{
        f"unit {unit}": lambda one, unit=unit: any(t.unit == unit for t in one.targets)
        for unit in pts.UNITS
    },
}


@pytest.mark.parametrize("seen", COMMITMENTS.values(), ids=COMMITMENTS)
def test_commitments_of_every_sort_are_drawn(sample: list[pt.Ledger], seen: Seen) -> None:
    """A property that holds for drawn ledgers has met each of these."""
    assert any(seen(commitment) for ledger in sample for commitment in ledger)


Happened = Callable[[pt.Event], object]

EVENTS: dict[str, Happened] = {
    **{f"kind {kind}": lambda one, kind=kind: one.kind == kind for kind in EVENT_KINDS},
    "a month": lambda one: one.on_precision == "month",
    "known later": lambda one: one.known and one.known > one.on,
    "a refund": lambda one: one.kind == "delivered" and one.quantity.number < 0,
    "a report of nothing": lambda one: one.kind == "delivered" and one.quantity.number == 0,
    "a cut": lambda one: one.kind == "revised" and one.quantity and one.quantity.number < 0,
    "a rise": lambda one: one.kind == "revised" and one.quantity and one.quantity.number > 0,
    "restated": lambda one: one.restated and not one.horizon,
    "moved": lambda one: one.horizon and not one.restated,
    "restated and moved": lambda one: one.restated and one.horizon,
    "moved to an open horizon": lambda one: one.horizon and not one.horizon.end,
    "withdrawn in part": lambda one: one.kind == "withdrawn" and one.quantity,
    "withdrawn": lambda one: one.kind == "withdrawn" and not one.quantity,
    "pledged in part": lambda one: one.kind == "pledged" and one.quantity,
    "committed at all": lambda one: one.kind == "committed" and not one.quantity,
    "a loose delivery": lambda one: one.kind == "delivered" and one.quantity.bound != "exact",
    **{
        f"outcome {word}": lambda one, word=word: one.outcome == word
        for word in ("kept", "compromise", "broken", "uncheckable")
    },
}  # fmt: skip


@pytest.mark.parametrize("seen", EVENTS.values(), ids=EVENTS)
def test_events_of_every_sort_are_drawn(sample: list[pt.Ledger], seen: Happened) -> None:
    """A property that holds for drawn ledgers has met each of these."""
    assert any(seen(event) for ledger in sample for event in ledger.events)


Held = Callable[[pt.Ledger], object]

LEDGERS: dict[str, Held] = {
    "an empty one": lambda ledger: not ledger.commitments,
    "several commitments": lambda ledger: len(ledger) > 2,
    "a party with an alias": lambda ledger: any(party.aliases for party in ledger.parties),
    "no source": lambda ledger: not ledger.sources,
    "several sources": lambda ledger: len(ledger.sources) > 1,
    "a part that leaves its whole": lambda ledger: ledger.movements()["part"].notna().any(),
    "a part of a part": lambda ledger: any(
        one.part_of in ledger and ledger[one.part_of].part_of in ledger
        for one in ledger
        if one.part_of
    ),
    "a part that is older than its whole": lambda ledger: any(
        one.part_of in ledger and one.announced < ledger[one.part_of].announced
        for one in ledger
        if one.part_of and one.targets
    ),
    "a part in a currency that its whole has not": lambda ledger: any(
        is_currency(target.unit)
        and target.unit not in {other.unit for other in ledger[one.part_of].targets}
        for one in ledger
        if one.part_of in ledger
        for target in one.targets
    ),
    "an action as a whole": lambda ledger: any(
        one.targets and not ledger[one.part_of].targets for one in ledger if one.part_of in ledger
    ),
    "a whole that is not there": lambda ledger: any(
        one.part_of and one.part_of not in ledger for one in ledger
    ),
    "what counts in no total": lambda ledger: ledger.movements()["instead"].notna().any(),
    "parts that no longer fit": lambda ledger: any(
        "add up to" in text for text in ledger.check()["finding"]
    ),
    "a delivery in another unit": lambda ledger: any(
        event.kind == "delivered"
        and event.quantity.unit not in {target.unit for target in ledger[event.commitment].targets}
        for event in ledger.events
    ),
    "an event dated before its announcement by a month": lambda ledger: any(
        event.on < ledger[event.commitment].announced for event in ledger.events
    ),
    "two events of one day": lambda ledger: (
        len({(event.commitment, event.on) for event in ledger.events}) < len(ledger.events)
    ),
    "an error in the course": lambda ledger: (
        "error" in set(ledger.check()["severity"]) if ledger.events else False
    ),
}


@pytest.mark.parametrize("seen", LEDGERS.values(), ids=LEDGERS)
def test_ledgers_of_every_sort_are_drawn(sample: list[pt.Ledger], seen: Held) -> None:
    """A property that holds for drawn ledgers has met each of these."""
    assert any(seen(ledger) for ledger in sample)


@given(pts.ledgers())
def test_drawn_ledgers_are_valid(ledger: pt.Ledger) -> None:
    """Their records stand together by themselves, whatever was drawn."""
    again = pt.Ledger(ledger.commitments, ledger.events, ledger.sources, ledger.parties)
    assert again == ledger


@given(pts.ledgers(max_commitments=2, max_events=3, prefix="mine-"))
def test_ledgers_keep_to_their_limits(ledger: pt.Ledger) -> None:
    """As many records as asked for at most, and every id with its prefix."""
    assert len(ledger) <= 2
    assert all(commitment.id.startswith("mine-") for commitment in ledger)
    for commitment in ledger:
        mine = [event for event in ledger.events if event.commitment == commitment.id]
        assert len(mine) <= 3


@times(2)
@given(pts.ledgers(prefix="a-"), pts.ledgers(prefix="b-"))
def test_ledgers_with_two_prefixes_can_be_joined(one: pt.Ledger, two: pt.Ledger) -> None:
    """No id is in both, and what both say of parties and sources is the same."""
    joined = one + two
    assert [promise.id for promise in joined] == [promise.id for promise in (*one, *two)]
    assert len(joined.events) == len(one.events) + len(two.events)


@given(st.sampled_from(pts.UNITS).flatmap(lambda unit: st.tuples(st.just(unit), pts.amounts(unit))))
def test_amounts_are_whole_minor_units(drawn: tuple[str, Decimal]) -> None:
    """No amount is finer than its unit, and each is one that a record takes."""
    unit, number = drawn
    assert number.scaleb(minor_digits(unit)) % 1 == 0
    assert 0 <= number <= 10**12
    assert exact(number) == number


@given(st.data(), st.integers(-1000, 0), st.integers(1, 1000))
def test_amounts_keep_between_their_ends(data: st.DataObject, least: int, most: int) -> None:
    """Both ends are in whole units, and both may be drawn."""
    assert least <= data.draw(pts.amounts("KWD", least=least, most=most)) <= most


@given(pts.wide_amounts())
def test_wide_amounts_are_what_a_movement_holds(number: Decimal) -> None:
    """Up to the limits, never past them."""
    assert exact(number) == number


@given(pts.units())
def test_units_are_valid(unit: str) -> None:
    """Every unit drawn is one in its own spelling."""
    assert check_unit(unit) == unit


@given(pts.quantities("JPY", least=5, most=9))
def test_quantities_keep_to_the_unit_asked_for(quantity: pt.Quantity) -> None:
    """Unit and ends are those given."""
    assert quantity.unit == "JPY"
    assert 5 <= quantity.number <= 9


@given(pts.days(dt.date(2024, 2, 1), dt.date(2024, 2, 29)))
def test_days_include_both_ends(day: dt.date) -> None:
    """Nothing outside is drawn."""
    assert (day.year, day.month) == (2024, 2)


@given(pts.horizons(dt.date(2020, 1, 1)))
def test_horizons_start_no_earlier_than_asked(horizon: pt.Horizon) -> None:
    """Start and end lie on or after the first day, in order."""
    days = [day for day in (horizon.start, horizon.end) if day]
    assert days == sorted(days)
    assert all(day >= dt.date(2020, 1, 1) for day in days)


@given(pts.commitments("c", (pt.Source(id="s"),)))
def test_commitments_cite_only_the_sources_given(commitment: pt.Commitment) -> None:
    """A drawn record stands in a ledger with those sources."""
    assert commitment.id == "c"
    assert {cited.source for cited in commitment.citations} <= {"s"}
    assert pt.Ledger([commitment], sources=[pt.Source(id="s")])["c"] == commitment


@given(pts.commitments().flatmap(lambda one: st.tuples(st.just(one), pts.events(one))))
def test_events_fit_their_commitment(pair: tuple[pt.Commitment, pt.Event]) -> None:
    """One event beside its commitment is always a ledger."""
    commitment, event = pair
    assert pt.Ledger([commitment], [event]).events == (event,)


def test_calendars_are_of_every_first_month_and_naming() -> None:
    """A property over calendars can meet all 24."""
    drawn = set()

    @settings(max_examples=500, derandomize=True, database=None)
    @given(pts.calendars())
    def collect(calendar: pt.FiscalCalendar) -> None:
        drawn.add((calendar.first_month, calendar.named_by))

    collect()
    assert len(drawn) == 24


@given(pts.parties(), pts.sources())
def test_parties_and_sources_stand_alone(party: pt.Party, source: pt.Source) -> None:
    """Either makes a ledger without promises."""
    ledger = pt.Ledger(sources=[source], parties=[party])
    assert (ledger.sources, ledger.parties) == ((source,), (party,))


@given(pts.rates(), pts.days())
def test_rates_have_one_for_every_currency_and_day(rates: pt.Rates, day: dt.date) -> None:
    """Nothing that is drawn lacks a rate."""
    money = [unit for unit in pts.UNITS if is_currency(unit)]
    assert all(rates.rate(one, other, day).value > 0 for one in money for other in money)


def test_rates_that_need_not_be_complete_lack_some() -> None:
    """A property over them meets missing currencies, and days without a rate."""
    drawn: list[pt.Rates] = []

    @settings(max_examples=50, derandomize=True, database=None)
    @given(pts.rates(complete=False))
    def collect(rates: pt.Rates) -> None:
        drawn.append(rates)

    collect()
    money = {unit for unit in pts.UNITS if is_currency(unit)}
    assert any(money - set(rates.currencies) for rates in drawn)
    assert any(None in series.values() for rates in drawn for series in rates.series.values())


@given(pts.deflators(), pts.days())
def test_deflators_have_an_index_for_every_currency_and_year(
    deflators: pt.Deflators, day: dt.date
) -> None:
    """Nothing that is drawn lacks an index."""
    money = [unit for unit in pts.UNITS if is_currency(unit)]
    assert all(deflators.factor(unit, day.year) > 0 for unit in money)
