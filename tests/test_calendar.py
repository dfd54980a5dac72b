"""Days, months, fiscal calendars, periods, and the formula that splits an amount."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack import strategies as pts
from pledgetrack.calendar import (
    HORIZON_CLASSES,
    NOT_STATED,
    OPEN,
    PERIODS,
    FiscalCalendar,
    Periods,
    as_day,
    as_month,
    first_ordinals,
    fiscal_calendar,
    horizon_class,
    month_of,
    numbers_of,
    prefix,
)
from pledgetrack.errors import CalendarError, DayError, UnknownNameError

DAYS = st.dates(dt.date(1800, 1, 1), dt.date(2200, 12, 31))
PERIOD_KINDS = st.tuples(st.sampled_from(PERIODS), pts.calendars())


# --- days and months ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    ["2024-08-01", dt.date(2024, 8, 1), dt.datetime(2024, 8, 1), pd.Timestamp("2024-08-01")],  # noqa: DTZ001
)
def test_a_day_is_read_from_text_a_date_or_a_midnight(value: object) -> None:
    """All ways to write one day give one plain date."""
    day = as_day(value)
    assert day == dt.date(2024, 8, 1)
    assert type(day) is dt.date


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("01/08/2024", "'01/08/2024' is no day; write it as YYYY-MM-DD"),
        ("2024-8-1", "is no day"),
        ("20240801", "is no day"),
        ("2024-W31-4", "is no day"),
        ("2024-08-01T00:00", "is no day"),
        (" 2024-08-01", "is no day"),
        ("\u0662\u0660\u0662\u0664-\u0660\u0668-\u0660\u0661", "is no day"),
        ("2024-08", "is no day"),
        (20240801, "20240801 is no day"),
        (None, "None is no day"),
        ("2023-02-29", "'2023-02-29' is not in the calendar"),
        ("0000-01-01", "is not in the calendar"),
        (dt.datetime(2024, 8, 1, 0, 1), "is a moment, not a day; pass its date"),  # noqa: DTZ001
        (dt.datetime(2024, 8, 1, tzinfo=dt.timezone.utc), "is a moment"),  # noqa: UP017
        (pd.NaT, "no day"),
    ],
)
def test_what_is_no_day_is_refused(value: object, says: str) -> None:
    """Other spellings, days outside the calendar, moments and gaps are refused with the value."""
    with pytest.raises(DayError, match=says) as caught:
        as_day(value)
    assert caught.value.value is value


def test_a_long_value_is_shortened_in_the_message() -> None:
    """A page pasted into a day does not fill the terminal."""
    with pytest.raises(DayError) as caught:
        as_day("x" * 10_000)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-02", dt.date(2024, 2, 1), dt.date(2024, 2, 29)),
        ("2023-02", dt.date(2023, 2, 1), dt.date(2023, 2, 28)),
        ("1900-02", dt.date(1900, 2, 1), dt.date(1900, 2, 28)),
        ("2022-12", dt.date(2022, 12, 1), dt.date(2022, 12, 31)),
        ("9999-12", dt.date(9999, 12, 1), dt.date(9999, 12, 31)),
    ],
)
def test_a_month_has_a_first_and_a_last_day(text: str, first: dt.date, last: dt.date) -> None:
    """Months end where the calendar says, leap years included."""
    assert as_month(text) == (first, last)
    assert month_of(first) == month_of(last) == (first, last)


@pytest.mark.parametrize("value", ["2022-04-01", "2022", "22-04", "April 2022", 202204, None])
def test_what_is_no_month_is_left_to_others(value: object) -> None:
    """A value of another shape may still be a day."""
    assert as_month(value) is None


@pytest.mark.parametrize("text", ["2022-00", "2022-13", "0000-01"])
def test_a_month_outside_the_calendar_is_refused(text: str) -> None:
    """Text that has the shape of a month must be one."""
    with pytest.raises(DayError, match=f"'{text}' is not in the calendar"):
        as_month(text)


@pytest.mark.parametrize(
    ("announced", "end", "name"),
    [
        ("2022-07-12", "2023-07-12", "short"),
        ("2022-07-12", "2023-07-13", "medium"),
        ("2022-07-12", "2027-07-12", "medium"),
        ("2022-07-12", "2027-07-13", "long"),
        ("2024-02-29", "2025-02-28", "short"),
        ("2024-02-29", "2025-03-01", "medium"),
        ("2022-07-12", "2020-01-01", "short"),
        ("9999-01-01", "9999-12-31", "short"),
        ("2022-07-12", None, "open"),
    ],
)
def test_horizon_classes_turn_on_the_anniversary(
    announced: str, end: str | None, name: str
) -> None:
    """Short is up to one year, medium over one and up to five, long over five."""
    last = None if end is None else as_day(end)
    assert horizon_class(as_day(announced), last, stated=True) == name


def test_a_horizon_that_is_not_stated_has_its_own_class() -> None:
    """Silence about the end is not an open end."""
    assert horizon_class(dt.date(2022, 7, 12), None, stated=False) == "not stated"


def test_the_classes_are_listed_from_the_shortest_on() -> None:
    """As ``horizon_class`` names them; the two without a length come last."""
    said, ends = dt.date(2022, 7, 12), ("2023-01-01", "2025-01-01", "2030-01-01")
    named = [horizon_class(said, as_day(end), stated=True) for end in ends]
    named += [horizon_class(said, None, stated=stated) for stated in (True, False)]
    assert tuple(named) == HORIZON_CLASSES
    assert HORIZON_CLASSES[3:] == (OPEN, NOT_STATED)


# --- fiscal calendars -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("calendar", "day", "year"),
    [
        (FiscalCalendar(10, "ending"), "2022-09-30", 2022),
        (FiscalCalendar(10, "ending"), "2022-10-01", 2023),
        (FiscalCalendar(10, "starting"), "2022-10-01", 2022),
        (FiscalCalendar(4, "starting"), "2023-03-31", 2022),
        (FiscalCalendar(4, "ending"), "2023-03-31", 2023),
        (FiscalCalendar(4, "ending"), "2023-04-01", 2024),
        (FiscalCalendar(1, "starting"), "2023-12-31", 2023),
        (FiscalCalendar(1, "ending"), "2023-01-01", 2023),
    ],
)
def test_fiscal_years_turn_on_their_first_day(
    calendar: FiscalCalendar, day: str, year: int
) -> None:
    """The label is the year in which the fiscal year starts, or in which it ends."""
    assert calendar.year(as_day(day)) == year


@pytest.mark.parametrize("named_by", ["starting", "ending"])
@pytest.mark.parametrize("first_month", range(1, 13))
def test_a_fiscal_year_is_named_by_the_year_that_its_calendar_says(
    first_month: int, named_by: str
) -> None:
    """Counting day by day from the first day of a fiscal year gives its one number."""
    calendar = FiscalCalendar(first_month, named_by)
    first = dt.date(2023, first_month, 1)
    after = dt.date(2024, first_month, 1)
    days = [first + dt.timedelta(days=at) for at in range((after - first).days)]
    counted = days[0].year if named_by == "starting" else days[-1].year
    assert {calendar.year(day) for day in days} == {counted}
    assert calendar.year(first - dt.timedelta(days=1)) == counted - 1
    assert calendar.year(after) == counted + 1


@given(pts.calendars(), DAYS)
def test_the_fiscal_year_of_any_day_agrees_with_counting(
    calendar: FiscalCalendar, day: dt.date
) -> None:
    """Walking back to the first day of the fiscal year and on to its last gives the label."""
    first = day.replace(day=1)
    while first.month != calendar.first_month:
        first = (first - dt.timedelta(days=1)).replace(day=1)
    last = first.replace(year=first.year + 1) - dt.timedelta(days=1)
    assert calendar.year(day) == (first if calendar.named_by == "starting" else last).year


@pytest.mark.parametrize("month", [0, 13, -1, "4", None, 4.5, 4.0, True])
def test_a_first_month_is_one_of_twelve(month: object) -> None:
    """Anything else is refused and quoted."""
    with pytest.raises(CalendarError, match="is not one of 1 to 12"):
        FiscalCalendar(month)  # type: ignore[arg-type]


def test_a_naming_is_one_of_two() -> None:
    """The refusal offers both words."""
    with pytest.raises(CalendarError, match="'end' is neither 'starting' nor 'ending'") as caught:
        FiscalCalendar(4, "end")  # type: ignore[arg-type]
    assert caught.value.choices == ("starting", "ending")


def test_the_calendar_of_the_united_states_is_known_by_name() -> None:
    """The fiscal year of the Treasury is the one from October, named by its ending year."""
    calendar = fiscal_calendar("US")
    assert (calendar.first_month, calendar.named_by) == (10, "ending")
    assert str(calendar) == "US (from October, named by the ending year)"


def test_a_calendar_of_ones_own_says_its_rule() -> None:
    """A table can name the calendar that it used."""
    assert str(FiscalCalendar(4, "starting")) == "from April, named by the starting year"
    assert str(FiscalCalendar(7, "ending", "AU")) == "AU (from July, named by the ending year)"


def test_a_calendar_passes_through() -> None:
    """What is a calendar already is taken as it is."""
    calendar = pt.FiscalCalendar(7)
    assert fiscal_calendar(calendar) is calendar


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (None, "fiscal year start unknown; pass calendar='US'"),
        ("us", "unknown fiscal calendar 'us'; pass one of US"),
        (10, "unknown fiscal calendar 10"),
        (["US"], "unknown fiscal calendar"),
    ],
)
def test_a_missing_or_unknown_calendar_says_what_to_pass(value: object, says: str) -> None:
    """Nobody's fiscal year is guessed; the named ones are there as data."""
    with pytest.raises(CalendarError, match=says) as caught:
        fiscal_calendar(value)  # type: ignore[arg-type]
    assert caught.value.choices == ("US",)


# --- periods --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("per", "calendar", "day", "label", "first"),
    [
        ("year", None, "2022-12-31", "2022", "2022-01-01"),
        ("year", "US", "2022-12-31", "2022", "2022-01-01"),
        ("month", None, "2022-12-31", "2022-12", "2022-12-01"),
        ("month", "US", "2022-12-31", "2022-12", "2022-12-01"),
        ("quarter", None, "2022-12-31", "2022-Q4", "2022-10-01"),
        ("quarter", "US", "2022-12-31", "FY2023-Q1", "2022-10-01"),
        ("quarter", FiscalCalendar(2, "starting"), "2023-01-31", "FY2022-Q4", "2022-11-01"),
        ("fiscal year", "US", "2022-09-30", "FY2022", "2021-10-01"),
        ("fiscal year", FiscalCalendar(4, "starting"), "2023-03-31", "FY2022", "2022-04-01"),
        ("fiscal year", FiscalCalendar(1), "2023-03-31", "FY2023", "2023-01-01"),
        ("year", None, "0987-06-05", "0987", "0987-01-01"),
    ],
)
def test_periods_have_labels_and_first_days(
    per: str, calendar: str | FiscalCalendar | None, day: str, label: str, first: str
) -> None:
    """Years and months are the calendar's; quarters and fiscal years follow the fiscal one."""
    periods = Periods.of(per, calendar)
    number = periods.number(as_day(day))
    assert periods.label(number) == label
    assert periods.first_day(number) == as_day(first)


@given(PERIOD_KINDS, DAYS)
def test_a_day_lies_between_its_periods_first_day_and_the_next(
    kind: tuple[str, FiscalCalendar], day: dt.date
) -> None:
    """Numbers have no gap, and each period begins on the day that has its number first."""
    periods = Periods.of(*kind)
    number = periods.number(day)
    first, after = periods.first_day(number), periods.first_day(number + 1)
    assert first <= day < after
    assert periods.number(first) == number
    assert periods.number(after - dt.timedelta(days=1)) == number


@given(PERIOD_KINDS, DAYS, DAYS)
def test_labels_sort_in_time(kind: tuple[str, FiscalCalendar], one: dt.date, two: dt.date) -> None:
    """Sorting a table by the label of a period sorts it by day, and one label is one period."""
    periods = Periods.of(*kind)
    earlier, later = sorted((periods.number(one), periods.number(two)))
    assert (periods.label(earlier) < periods.label(later)) == (earlier < later)


@given(pts.calendars(), DAYS)
def test_the_label_of_a_fiscal_year_is_the_calendars_year(
    calendar: FiscalCalendar, day: dt.date
) -> None:
    """Periods and the calendar agree about the number of the year, quarters included."""
    year, quarter = (Periods.of(per, calendar) for per in ("fiscal year", "quarter"))
    assert year.label(year.number(day)) == f"FY{calendar.year(day)}"
    assert quarter.label(quarter.number(day)).startswith(f"FY{calendar.year(day)}-Q")


@given(PERIOD_KINDS, st.lists(DAYS, min_size=1, max_size=20))
def test_arrays_of_days_give_the_same_periods(
    kind: tuple[str, FiscalCalendar], days: list[dt.date]
) -> None:
    """The columns' arithmetic is that of single days."""
    periods = Periods.of(*kind)
    numbers = numbers_of(periods, np.array([day.toordinal() for day in days], dtype=np.int64))
    assert list(numbers) == [periods.number(day) for day in days]
    firsts = [periods.first_day(int(number)).toordinal() for number in numbers]
    assert list(first_ordinals(periods, numbers)) == firsts


def test_an_unknown_period_names_the_known_ones() -> None:
    """A slip is answered with the nearest word and all choices."""
    with pytest.raises(UnknownNameError, match="unknown period 'quarters'; did you mean") as caught:
        Periods.of("quarters")
    assert caught.value.choices == PERIODS


def test_fiscal_years_need_a_calendar() -> None:
    """Without one there is no telling where they begin."""
    with pytest.raises(CalendarError, match="fiscal year start unknown"):
        Periods.of("fiscal year")


def test_a_wrong_calendar_is_refused_even_where_it_does_not_matter() -> None:
    """A slip in the calendar's name is not passed over because months ignore it."""
    with pytest.raises(CalendarError, match="unknown fiscal calendar 'UK'"):
        Periods.of("month", "UK")


# --- the splitting formula ------------------------------------------------------------------------

LENGTHS = st.integers(1, 40_000)
AMOUNTS = st.integers(-(2**62) + 1, 2**62 - 1)
HUGE = st.integers(-(10**28), 10**28)


@given(AMOUNTS | HUGE, LENGTHS, st.data())
def test_a_prefix_is_the_exact_share_rounded_once(
    amount: int, days: int, data: st.DataObject
) -> None:
    """Each prefix lies within half a unit of the exact share, halves going away from zero."""
    done = data.draw(st.integers(0, days))
    part, share = prefix(amount, done, days), Fraction(amount * done, days)
    assert abs(part - share) <= Fraction(1, 2)
    if abs(part - share) == Fraction(1, 2):
        assert abs(part) > abs(share)


@given(AMOUNTS | HUGE, LENGTHS, st.lists(st.integers(0, 40_000), max_size=6))
def test_parts_between_any_boundaries_add_up(amount: int, days: int, cuts: list[int]) -> None:
    """The parts telescope: nothing is lost, whatever the boundaries."""
    marks = [0, *sorted(min(cut, days) for cut in cuts), days]
    at = [prefix(amount, mark, days) for mark in marks]
    assert at[0] == 0
    assert sum(after - before for before, after in pairwise(at)) == amount


@given(AMOUNTS | HUGE, LENGTHS, st.data())
def test_an_amount_below_zero_is_split_as_its_mirror(
    amount: int, days: int, data: st.DataObject
) -> None:
    """A correction takes back exactly what the amount had put there."""
    done = data.draw(st.integers(0, days))
    assert prefix(-amount, done, days) == -prefix(amount, done, days)


@given(st.lists(st.tuples(AMOUNTS, LENGTHS, st.integers(0, 40_000)), min_size=1, max_size=10))
def test_arrays_of_amounts_agree_with_fractions(rows: list[tuple[int, int, int]]) -> None:
    """Columns of int64 and of Python integers round as exact fractions do."""
    expected = []
    for amount, days, done in rows:
        share = Fraction(abs(amount) * min(done, days), days)
        size = int(share + Fraction(1, 2))
        expected.append(-size if amount < 0 else size)
    amounts, days, done = (list(column) for column in zip(*rows, strict=True))
    gone = np.minimum(done, days)
    for kind in (np.int64, object):
        parts = prefix(np.array(amounts, dtype=kind), gone, np.array(days))
        assert [int(part) for part in parts] == expected


@given(st.integers(1, 3_652_059), st.integers(0, 2**32 - 1))
def test_the_longest_windows_are_cut_as_exactly(days: int, seed: int) -> None:
    """From year 1 to year 9999, shares just below, at and above each half are told apart."""
    random = np.random.default_rng(seed)
    rest = random.integers(0, days, 2000)
    gone = random.integers(0, days + 1, 2000)
    near = np.flatnonzero(rest)
    half = (2 * random.integers(0, rest[near] + 1) + 1) * days // (2 * rest[near])
    gone[near] = np.clip(half + random.integers(-1, 2, len(near)), 0, days)
    parts = prefix(rest, gone, np.full(2000, days))
    assert (parts == (2 * rest * gone + days) // (2 * days)).all()


def test_a_prefix_of_halves_goes_away_from_zero() -> None:
    """One unit over two days: the first day has it, of a refund too."""
    assert [prefix(1, done, 2) for done in (0, 1, 2)] == [0, 1, 1]
    assert [prefix(-1, done, 2) for done in (0, 1, 2)] == [0, -1, -1]


@given(pts.calendars())
def test_a_calendar_is_read_back_from_its_code(calendar: FiscalCalendar) -> None:
    """As tables name it in their attributes."""
    assert fiscal_calendar(calendar.code) == calendar
