"""Horizons: windows of days, open ones, and the wording they came from."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
from unittest import mock

import pytest
from hypothesis import given
from pydantic import ValidationError

from pledgetrack import strategies as pts
from pledgetrack.horizon import Horizon


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"start": "2022-07-12", "end": "2024-07-11"}, "2022-07-12 to 2024-07-11"),
        ({"start": "2023-12-27", "end": "2023-12-27"}, "2023-12-27"),
        ({"end": "2024-07-11"}, "until 2024-07-11"),
        ({"start": "2022-04-01"}, "from 2022-04-01, open"),
        ({"wording": "multi-year"}, "open"),
    ],
)
def test_a_horizon_reads_as_its_days(fields: dict[str, str], text: str) -> None:
    """Each form of window has its own few words."""
    assert str(Horizon(**fields)) == text


def test_the_wording_is_kept_beside_the_days() -> None:
    """Readers can see what the days were read from."""
    horizon = Horizon(end="2024-07-11", wording="over the next two years")
    assert horizon.wording == "over the next two years"
    assert repr(horizon) == "Horizon(until 2024-07-11, 'over the next two years')"


def test_a_horizon_without_a_wording_shows_its_days_alone() -> None:
    """Nothing stands where nothing was read."""
    assert repr(Horizon(start="2024-07-11")) == "Horizon(from 2024-07-11, open)"


def test_horizons_are_equal_by_their_days() -> None:
    """The wording makes no difference; another day, or something else, does."""
    horizon = Horizon(start="2022-07-12", end="2024-07-11", wording="in two years")
    same = Horizon(start="2022-07-12", end="2024-07-11")
    assert horizon == same
    assert hash(horizon) == hash(same)
    assert horizon != Horizon(start="2022-07-12", end="2024-07-12")
    assert horizon != Horizon(start="2022-07-13", end="2024-07-11")
    assert (horizon == "2022-07-12 to 2024-07-11") is False
    assert horizon == mock.ANY


def test_a_month_opens_on_its_first_day_and_closes_on_its_last() -> None:
    """A window from month to month covers both months whole."""
    horizon = Horizon(start="2024-02", end="2024-02")
    assert (horizon.start, horizon.end) == (dt.date(2024, 2, 1), dt.date(2024, 2, 29))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (
            {"start": "2024-07-12", "end": "2024-07-11"},
            "the end 2024-07-11 is before the start 2024-07-12",
        ),
        ({"start": "2024-05", "end": "2024-04"}, "the end 2024-04-30 is before the start"),
        ({}, "needs a start, an end or a wording; leave it out where none is stated"),
        ({"wording": " "}, "an empty text; leave the field out where nothing is stated"),
        ({"start": "12 July"}, "'12 July' is no day; write it as YYYY-MM-DD"),
        ({"end": "2024-02-30"}, "'2024-02-30' is not in the calendar"),
        ({"end": 2024}, "2024 is no day"),
        ({"end": "2024-07-11", "until": "2024"}, "until"),
    ],
)
def test_a_window_that_is_none_is_refused(fields: dict[str, object], says: str) -> None:
    """An end before its start, nothing at all, or what is no day: each says what is wrong."""
    with pytest.raises(ValidationError, match=says):
        Horizon(**fields)


def test_both_ends_belong_to_the_window() -> None:
    """The last day is still in time, and the day after is not."""
    horizon = Horizon(start="2022-07-12", end="2024-07-11")
    inside = [dt.date(2022, 7, 12), dt.date(2024, 7, 11)]
    outside = [dt.date(2022, 7, 11), dt.date(2024, 7, 12)]
    assert all(day in horizon for day in inside)
    assert not any(day in horizon for day in outside)


def test_an_open_window_has_no_last_day() -> None:
    """Without an end every day from the start on is in it."""
    assert dt.date(9999, 12, 31) in Horizon(start="2022-04-01")
    assert dt.date(2022, 3, 31) not in Horizon(start="2022-04-01")
    assert dt.date(1, 1, 1) in Horizon(wording="some day")


def test_a_horizon_is_frozen() -> None:
    """A window changes only by making a new one."""
    horizon = Horizon(end="2024-07-11")
    with pytest.raises(ValidationError, match="frozen"):
        horizon.end = dt.date(2030, 1, 1)


@given(pts.horizons())
def test_a_horizon_is_a_value(horizon: Horizon) -> None:
    """It survives copying, pickling and JSON, and equal ones hash alike."""
    for other in (
        copy.deepcopy(horizon),
        pickle.loads(pickle.dumps(horizon)),  # noqa: S301 our own bytes
        Horizon.model_validate_json(horizon.model_dump_json()),
    ):
        assert other == horizon
        assert hash(other) == hash(horizon)
