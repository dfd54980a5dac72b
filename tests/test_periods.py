"""Splitting over periods: every part exact to the smallest unit, and nothing lost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgetrack import strategies as pts
from pledgetrack.calendar import PERIODS, FiscalCalendar, Periods
from pledgetrack.periods import Windows, digits_of, from_minor, split, to_minor
from pledgetrack.units import minor_digits

KINDS = st.builds(Periods.of, st.sampled_from(PERIODS), pts.calendars())
WINDOWS = st.lists(pts.days(), min_size=2, max_size=2).map(sorted)
MEXICO = (Decimal(1_500_000_000), "USD", dt.date(2022, 7, 12), dt.date(2024, 7, 11))


def test_the_pledge_of_mexico_by_calendar_year() -> None:
    """1.5 billion over 731 days, to the cent."""
    assert split(*MEXICO, Periods.of("year")) == {
        "2022": Decimal("354993160.05"),
        "2023": Decimal("748974008.21"),
        "2024": Decimal("396032831.74"),
    }


def test_refugees_by_the_fiscal_year_of_the_united_states() -> None:
    """People are split in whole people."""
    parts = split(
        Decimal(20_000), "refugee", dt.date(2022, 10, 1), dt.date(2024, 9, 30),
        Periods.of("fiscal year", "US"),
    )  # fmt: skip
    assert parts == {"FY2023": 9986, "FY2024": 10014}


@pytest.mark.parametrize(("fine", "coarse"), [("quarter", "year"), ("month", "quarter")])
def test_finer_periods_add_up_to_coarser_ones(fine: str, coarse: str) -> None:
    """Quarters make their years and months their quarters, to the cent."""
    parts = split(*MEXICO, Periods.of(fine))
    whole = split(*MEXICO, Periods.of(coarse))
    added: dict[str, Decimal] = {}
    for name, part in parts.items():
        year, month = name[:4], name[5:]
        key = year if coarse == "year" else f"{year}-Q{(int(month) + 2) // 3}"
        added[key] = added.get(key, Decimal(0)) + part
    assert added == whole


@pytest.mark.parametrize(
    ("number", "unit", "digits"),
    [
        ("10.00", "USD", 2),
        ("10", "JPY", 0),
        ("10", "KWD", 3),
        ("0.001", "USD", 3),
        ("2.5", "hospital", 1),
        ("2.50", "hospital", 1),
        ("20000", "refugee", 0),
        ("1E+9", "refugee", 0),
        ("0", "hospital", 0),
    ],
)
def test_amounts_are_split_in_the_smallest_part_of_their_unit(
    number: str, unit: str, digits: int
) -> None:
    """Counted things in whole ones, unless the target itself has decimals."""
    assert digits_of(Decimal(number), unit) == digits


def test_a_counted_thing_with_decimals_is_split_in_them() -> None:
    """Two and a half hospitals over two years are tenths of hospitals."""
    days = (dt.date(2022, 1, 1), dt.date(2023, 12, 31))
    assert split(Decimal("2.5"), "hospital", *days, Periods.of("year")) == {
        "2022": Decimal("1.3"),
        "2023": Decimal("1.2"),
    }


def test_one_day_is_one_piece() -> None:
    """A window of a day is all in its period."""
    day = dt.date(2023, 12, 27)
    assert split(Decimal(1), "visit", day, day, Periods.of("month")) == {"2023-12": 1}


def test_a_period_without_a_whole_part_is_still_there() -> None:
    """One visit over three months is in one of them, and the others say 0."""
    days = (dt.date(2024, 1, 1), dt.date(2024, 3, 31))
    parts = split(Decimal(1), "visit", *days, Periods.of("month"))
    assert parts == {"2024-01": 0, "2024-02": 1, "2024-03": 0}


def test_a_window_may_reach_the_end_of_the_calendar() -> None:
    """The last year there is has no day after it, and is split all the same."""
    days = (dt.date(9998, 1, 1), dt.date(9999, 12, 31))
    assert split(Decimal(2), "visit", *days, Periods.of("year")) == {"9998": 1, "9999": 1}


@given(pts.quantities(least=-(10**12)), WINDOWS, KINDS)
def test_the_parts_add_up_and_each_is_near_its_share(
    quantity: object, window: list[dt.date], periods: Periods
) -> None:
    """Law 5: nothing is lost, and no part is off by a smallest part or more."""
    number, unit = quantity.number, quantity.unit  # type: ignore[attr-defined]
    first, last = window
    digits = digits_of(number, unit)
    step = Fraction(1, 10**digits)
    days = (last - first).days + 1
    parts = split(number, unit, first, last, periods)
    assert sum(map(Fraction, parts.values())) == Fraction(number)
    assert len(parts) == periods.number(last) - periods.number(first) + 1
    for at, (name, part) in enumerate(parts.items(), periods.number(first)):
        low = max(periods.first_day(at), first)
        high = min(periods.first_day(at + 1) - dt.timedelta(days=1), last)
        share = Fraction(number) * ((high - low).days + 1) / days
        assert name == periods.label(at)
        assert abs(Fraction(part) - share) <= step
        assert Fraction(part) % step == 0


@given(pts.quantities(), WINDOWS, KINDS)
def test_a_correction_is_split_as_the_mirror(
    quantity: object, window: list[dt.date], periods: Periods
) -> None:
    """What is taken back comes off each period as it was put there."""
    number, unit = quantity.number, quantity.unit  # type: ignore[attr-defined]
    parts = split(number, unit, *window, periods)
    assert split(-number, unit, *window, periods) == {name: -part for name, part in parts.items()}


@given(st.lists(st.tuples(st.integers(-(10**28), 10**28), WINDOWS), min_size=1, max_size=6), KINDS)
def test_many_windows_are_cut_as_each_alone(
    rows: list[tuple[int, list[dt.date]]], periods: Periods
) -> None:
    """Columns give what single amounts give, huge ones among small ones too."""
    windows = Windows.cut([one[0] for _, one in rows], [one[1] for _, one in rows], periods)
    parts = windows.split([amount for amount, _ in rows])
    found: dict[int, dict[str, int]] = {}
    for row, period, part in zip(windows.row, windows.period, parts, strict=True):
        found.setdefault(int(row), {})[periods.label(int(period))] = int(part)
    for at, (amount, (first, last)) in enumerate(rows):
        one = Windows.cut([first], [last], periods)
        alone = [int(part) for part in one.split([amount])]
        assert list(found[at].values()) == alone
        assert sum(alone) == amount


@given(pts.quantities(least=-(10**12)))
def test_smallest_parts_are_whole_and_come_back(quantity: object) -> None:
    """Turning an amount into its smallest parts and back loses nothing."""
    number, unit = quantity.number, quantity.unit  # type: ignore[attr-defined]
    digits = max(minor_digits(unit), digits_of(number, unit))
    parts = to_minor(number, digits)
    assert from_minor(parts, digits) == number
    assert Fraction(parts) == Fraction(number) * 10**digits


def test_an_amount_finer_than_its_digits_is_no_whole_number_of_parts() -> None:
    """``digits_of`` and not the unit alone says how fine the parts are."""
    number = Decimal("0.001")
    assert to_minor(number, digits_of(number, "USD")) == 1


def test_fiscal_years_of_ones_own_split_too() -> None:
    """April to March, named by the starting year: half of the window lies in each."""
    calendar = FiscalCalendar(4, "starting")
    days = (dt.date(2022, 10, 1), dt.date(2023, 9, 29))
    parts = split(Decimal(364), "day", *days, Periods.of("fiscal year", calendar))
    assert parts == {"FY2022": 182, "FY2023": 182}
