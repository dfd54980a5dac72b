"""The laws as properties, beside the plain oracle; ledgers come from the public strategies."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import laws
import oracle
import pledgetrack as pt
from pledgetrack import strategies as pts
from pledgetrack.calendar import Periods
from pledgetrack.periods import digits_of, split

BY = st.lists(st.sampled_from(laws.KEYS), unique=True, max_size=2)
DAYS = pts.days()


@given(pts.ledgers(), DAYS)
def test_movements_add_up_to_the_balances(ledger: pt.Ledger, day: dt.date) -> None:
    """Summing the rows that count gives every balance of the rule, on any day."""
    laws.movements_add_up_to_the_balances(ledger, day)


@given(pts.ledgers(), DAYS)
def test_status_is_the_first_line_that_holds(ledger: pt.Ledger, day: dt.date) -> None:
    """The status read from movements is that of the records."""
    laws.status_is_the_first_line_that_holds(ledger, day)


@given(pts.ledgers(), BY, DAYS)
def test_totals_are_the_sums_of_the_rows(ledger: pt.Ledger, by: list[str], day: dt.date) -> None:
    """Every cell is what adding the rows by hand gives, missing where there is no row."""
    laws.totals_are_the_sums_of_the_rows(ledger, by, day)


@given(pts.ledgers(), BY, DAYS)
def test_groups_add_up_to_the_whole(ledger: pt.Ledger, by: list[str], day: dt.date) -> None:
    """Law 1: for any keys the groups add up to the whole, per unit and measure."""
    laws.groups_add_up_to_the_whole(ledger, by, day)


@given(pts.ledgers(), DAYS)
def test_measures_nest(ledger: pt.Ledger, day: dt.date) -> None:
    """Law 4: committed is within pledged, and no balance but a delivery is below zero."""
    laws.measures_nest(ledger, day)


@given(pts.ledgers(), BY, DAYS)
def test_as_of_is_truncation(ledger: pt.Ledger, by: list[str], day: dt.date) -> None:
    """Law 6: a table as of a day is the table of the ledger cut at that day."""
    laws.as_of_is_truncation(ledger, by, day)


@given(pts.ledgers(), BY, DAYS, DAYS)
def test_known_by_cuts_the_records_first(
    ledger: pt.Ledger, by: list[str], day: dt.date, known: dt.date
) -> None:
    """Law 6: a table known by a day is the table of the records that were known on that day."""
    laws.known_by_cuts_the_records_first(ledger, by, day, known)


@given(
    pts.ledgers(),
    DAYS,
    st.sampled_from(["year", "quarter", "month", "fiscal year"]),
    pts.calendars(),
)
def test_splitting_conserves(
    ledger: pt.Ledger, day: dt.date, per: str, calendar: pt.FiscalCalendar
) -> None:
    """Law 5: the periods of each commitment add up to its balance, to the last minor unit."""
    laws.splitting_conserves(ledger, day, per, calendar)


@given(pts.ledgers(), DAYS, pts.calendars())
def test_finer_periods_add_up_to_coarser_ones(
    ledger: pt.Ledger, day: dt.date, calendar: pt.FiscalCalendar
) -> None:
    """Law 5: quarters make fiscal years, and months make years."""
    laws.finer_periods_add_up_to_coarser_ones(ledger, day, calendar)


@given(
    pts.wide_amounts(),
    pts.units(),
    st.tuples(pts.days(), pts.days()).map(sorted),
    st.sampled_from(["year", "quarter", "month"]),
)
def test_each_part_is_within_a_minor_unit_of_its_share(
    number: Decimal, unit: str, window: list[dt.date], per: str
) -> None:
    """Law 5: no part is off by more than one minor unit, however large or fine the amount."""
    periods = Periods.of(per)
    parts = split(number, unit, *window, periods)
    step = Fraction(1, 10 ** digits_of(number, unit))
    assert sum(map(Fraction, parts.values())) == Fraction(number)
    at = periods.number(window[0])
    for label, part in parts.items():
        low, high = periods.first_day(at), periods.first_day(at + 1) - dt.timedelta(days=1)
        assert periods.label(at) == label
        assert abs(Fraction(part) - oracle.exact_share(number, *window, low, high)) <= step
        at += 1


@given(pts.ledgers(prefix="a-"), pts.ledgers(prefix="b-"), DAYS)
def test_merging_is_adding(one: pt.Ledger, other: pt.Ledger, day: dt.date) -> None:
    """Law 10: the totals of two ledgers joined are those of both added, in either order."""
    laws.merging_is_adding(one, other, day)


@given(pts.ledgers(), st.randoms(use_true_random=False))
def test_order_never_matters(ledger: pt.Ledger, random: st.random_module) -> None:
    """Law 10: records in any order make the same ledger and the same movements."""
    laws.order_never_matters(ledger, random)


@given(pts.ledgers(), st.sampled_from([*laws.KEYS, "unit"]), DAYS)
def test_filtering_is_choosing_rows(ledger: pt.Ledger, key: str, day: dt.date) -> None:
    """The totals of a filtered ledger are the rows of the totals that have its label."""
    laws.filtering_is_choosing_rows(ledger, key, day)


@given(pts.ledgers(), BY, DAYS)
def test_explained_rows_add_up_to_the_cell(ledger: pt.Ledger, by: list[str], day: dt.date) -> None:
    """Law 8: the movements behind a cell add up to it, exactly."""
    laws.explained_rows_add_up_to_the_cell(ledger, by, day)


@given(pts.ledgers(), DAYS)
def test_bounds_survive(ledger: pt.Ledger, day: dt.date) -> None:
    """Law 9: a bound is told exactly where a balance with that bound is in the cell."""
    laws.bounds_survive(ledger, day)


@given(pts.ledgers(), DAYS)
def test_summary_counts_every_commitment_once(ledger: pt.Ledger, day: dt.date) -> None:
    """The counts by status of a row add up to its commitments, and agree with the status."""
    laws.summary_counts_every_commitment_once(ledger, day)


@given(pts.ledgers(), DAYS)
def test_missing_is_not_zero(ledger: pt.Ledger, day: dt.date) -> None:
    """Law 7: nothing delivered is 0 only where a report says so."""
    laws.missing_is_not_zero(ledger, day)


@pytest.mark.parametrize("unit", ["USD", "JPY", "hospital"])
def test_units_never_mix(unit: str) -> None:
    """Law 2: whatever the keys, a row holds one unit."""
    promises = [
        pt.Commitment(id=f"{name}", party="A", announced="2024-01-01", stage="pledged",
                      target={"number": 10, "unit": name})
        for name in ("USD", "JPY", "hospital")
    ]  # fmt: skip
    table = pt.Ledger(promises).totals(by="party", as_of="2024-06-01")
    assert list(table[table["unit"] == unit]["pledged"]) == [10]
    assert len(table) == 3
