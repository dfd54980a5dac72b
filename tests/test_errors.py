"""The tree of errors: one root, data on every error, messages that people can act on."""

from __future__ import annotations

import copy
import datetime as dt
import inspect
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

import pledgetrack as pt
from pledgetrack import errors
from pledgetrack.errors import (
    AmountError,
    CalendarError,
    DayError,
    ExplainError,
    FileFormatError,
    FrameError,
    InvalidLedgerError,
    InvalidRatesError,
    InvalidTotalsError,
    LinkError,
    MissingDeflatorError,
    MissingExtraError,
    MissingRateError,
    PledgetrackError,
    Problem,
    TableError,
    UnitError,
    UnknownNameError,
    WordingError,
    closest,
    unknown,
)

DAY = dt.date(2024, 1, 5)
EXAMPLES: list[tuple[PledgetrackError, type[Exception], dict[str, object]]] = [
    (AmountError("m", value=1.5), ValueError, {"value": 1.5}),
    (UnitError("m", unit="x", choices=("y",)), ValueError, {"unit": "x", "choices": ("y",)}),
    (DayError("m", value="x"), ValueError, {"value": "x"}),
    (
        WordingError("m", text="x", kind="left over", left_over=("y",), choices=("z",)),
        ValueError,
        {"text": "x", "kind": "left over", "left_over": ("y",), "choices": ("z",)},
    ),
    (CalendarError("m", choices=("US",)), ValueError, {"choices": ("US",)}),
    (UnknownNameError("m", name="x", choices=("y",)), KeyError, {"name": "x", "choices": ("y",)}),
    (FrameError("m", columns=("unit",)), ValueError, {"columns": ("unit",)}),
    (ExplainError("m", column="pledged", stated=5, found=4), ValueError,
     {"column": "pledged", "stated": 5, "found": 4}),
    (FileFormatError("m", path="a.toml"), ValueError, {"path": "a.toml"}),
    (TableError("m", file="a.csv", column="Cash", examples=("1.5",), choices=("1,5",)), ValueError,
     {"file": "a.csv", "column": "Cash", "examples": ("1.5",), "choices": ("1,5",)}),
    (MissingRateError("m", currency="AFN", day=DAY, nearest=(DAY,)), LookupError,
     {"currency": "AFN", "day": DAY, "nearest": (DAY,), "missing": (("AFN", DAY),)}),
    (MissingDeflatorError("m", key="USD", year=2020, years=(2019,)), LookupError,
     {"key": "USD", "year": 2020, "years": (2019,)}),
    (LinkError("m", pair=("a", "b"), choices=("a",)), ValueError,
     {"pair": ("a", "b"), "choices": ("a",)}),
    (MissingExtraError("m", extra="strategies"), ImportError, {"extra": "strategies"}),
]  # fmt: skip


@pytest.mark.parametrize(("error", "builtin", "data"), EXAMPLES)
def test_errors_carry_data_and_are_the_builtin_that_people_expect(
    error: PledgetrackError, builtin: type[Exception], data: dict[str, object]
) -> None:
    """A program reads attributes, and ``except ValueError`` goes on working."""
    assert isinstance(error, builtin)
    assert {name: getattr(error, name) for name in data} == data
    assert str(error) == "m"


def test_every_error_has_the_one_root_and_is_public() -> None:
    """Whatever the library raises is caught as ``pt.PledgetrackError`` and named in ``pt``."""
    classes = [
        one
        for _, one in inspect.getmembers(errors, inspect.isclass)
        if issubclass(one, Exception) and one.__module__ == errors.__name__
    ]
    assert len(classes) == len(EXAMPLES) + 4
    assert all(issubclass(one, pt.PledgetrackError) for one in classes)
    assert all(getattr(pt, one.__name__) is one for one in classes)


@pytest.mark.parametrize("error", [error for error, _, _ in EXAMPLES])
def test_errors_can_be_copied_and_sent_between_processes(error: PledgetrackError) -> None:
    """A pool of workers hands on the error with its data, and not another one about pickling."""
    for other in (copy.copy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301 our own bytes
        assert type(other) is type(error)
        assert str(other) == str(error)
        assert vars(other) == vars(error)


@pytest.mark.parametrize("kind", [InvalidLedgerError, InvalidRatesError, InvalidTotalsError])
def test_a_list_of_mistakes_can_be_sent_between_processes(
    kind: type[InvalidLedgerError | InvalidRatesError | InvalidTotalsError],
) -> None:
    """Its problems come along."""
    error = kind([Problem("end before start", record="commitment 'x'")])
    other = pickle.loads(pickle.dumps(error))  # noqa: S301 our own bytes
    assert other.problems == error.problems
    assert str(other) == str(error)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("m"), "m"),
        (Problem("m", record="commitment 'x'"), "commitment 'x': m"),
        (Problem("m", file="a.toml"), "a.toml: m"),
        (Problem("m", file="a.toml", line=7), "a.toml:7: m"),
        (Problem("m", file="a.toml", line=7, record="event"), "a.toml:7: event: m"),
        (Problem("m", line=7), "m"),
    ],
)
def test_a_problem_says_where_as_far_as_known(problem: Problem, text: str) -> None:
    """File and line, then the record, then what is wrong."""
    assert str(problem) == text


@pytest.mark.parametrize(
    ("count", "head"), [(1, "1 mistake in the records"), (3, "3 mistakes in the records")]
)
def test_an_invalid_ledger_lists_every_problem(count: int, head: str) -> None:
    """One line for each, and all of them as data."""
    problems = [Problem(f"mistake {at}", file="a.toml", line=at + 1) for at in range(count)]
    error = InvalidLedgerError(iter(problems))
    assert str(error).splitlines() == [head, *(f"  {problem}" for problem in problems)]
    assert error.problems == tuple(problems)
    assert isinstance(error, ValueError)


def test_an_unknown_name_offers_the_nearest_and_all() -> None:
    """The message quotes the slip, guesses once, and lists the choices."""
    error = unknown("key", "partie", ["party", "unit"])
    assert str(error) == "unknown key 'partie'; did you mean 'party'? (choices: 'party', 'unit')"
    assert (error.name, error.choices) == ("partie", ("party", "unit"))
    assert isinstance(error, KeyError)


def test_an_unknown_name_like_no_other_guesses_nothing() -> None:
    """Where nothing is near there is only the list, or "none"."""
    assert str(unknown("key", "zzz", ["party"])) == "unknown key 'zzz' (choices: 'party')"
    assert str(unknown("key", 5, [])) == "unknown key 5 (choices: none)"


def test_a_long_list_of_choices_is_shortened_in_the_message_only() -> None:
    """The first twenty are shown, and the data has them all."""
    names = [f"promise-{at:03d}" for at in range(500)]
    error = unknown("commitment", "zzz", names)
    assert str(error).endswith("'promise-019', …)")
    assert error.choices == tuple(names)


@pytest.mark.parametrize(
    ("name", "choices", "near"),
    [
        ("mexico", ["Peru", "Mexico"], ("Mexico",)),
        ("PARTY", ["party"], ("party",)),
        ("zzz", ["party"], ()),
        ("a", [], ()),
        ("x" * 10_000, ["party"], ()),
        ("promise-1", ["promise-2", "promise-3", "promise-11", "promise-4"], None),
    ],
)
def test_the_closest_names_ignore_capitals(
    name: str, choices: list[str], near: tuple[str, ...] | None
) -> None:
    """Up to three of the choices in their own spelling, best first."""
    found = closest(name, choices)
    assert len(found) <= 3
    if near is None:
        assert found[0] == "promise-11"
    else:
        assert found == near


def _nested(depth: int) -> list[object]:
    made: list[object] = []
    for _ in range(depth):
        made = [made]
    return made


@pytest.mark.parametrize("value", [10**5000, _nested(100_000), b"x"], ids=["huge", "deep", "bytes"])
def test_a_refusal_can_tell_of_anything(seeds: pt.Ledger, value: object) -> None:
    """Also of what Python itself does not write out."""
    wrong: Any = value
    refusing: list[Callable[[], object]] = [
        lambda: seeds.totals(as_of=wrong),
        lambda: seeds.totals(per=wrong),
        lambda: seeds.totals(numbers=wrong),
        lambda: seeds.totals(bounds=wrong),
        lambda: seeds.totals(per="fiscal year", calendar=wrong),
        lambda: seeds.totals(by=[wrong]),
        lambda: seeds.timeline(freq=wrong),
        lambda: seeds[wrong],
        lambda: pt.parse_quantity(wrong),
        lambda: pt.link(seeds, wrong),
    ]
    for refuse in refusing:
        with pytest.raises(pt.PledgetrackError) as caught:
            refuse()
        assert len(str(caught.value)) < 800
    assert pt.totals(seeds.movements(), where={"party": wrong}).empty
    with pytest.raises(ValidationError):
        pt.Commitment(id="a", party="A", announced=wrong, stage="pledged")
    with pytest.raises(ValidationError):
        pt.Quantity(number=wrong, unit="USD")
