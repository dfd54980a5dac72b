"""Quantities: exact numbers, their units, and how far they are exact."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal, localcontext
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from examples import times
from pledgetrack import quantity
from pledgetrack import strategies as pts
from pledgetrack.errors import AmountError, UnitError
from pledgetrack.quantity import BOUNDS, Bound, Quantity, combine, exact, flip, tidy

LARGEST = "9999999999999999999999.999999"


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("1500000000", "1500000000"),
        ("354993160.050", "354993160.05"),
        ("+5", "5"),
        ("-5.5", "-5.5"),
        ("007", "7"),
        ("1.0000000", "1"),
        ("0" * 99 + "5", "5"),
        (22_500, "22500"),
        (10**22 - 1, "9999999999999999999999"),
        (Decimal("1E+9"), "1000000000"),
        (Decimal("22500.000"), "22500"),
        (Decimal("0.000001"), "0.000001"),
        (Decimal(LARGEST), LARGEST),
        (Decimal("-" + LARGEST), "-" + LARGEST),
    ],
)
def test_a_number_is_taken_exactly(value: object, number: str) -> None:
    """Text, integers and decimals give one plain decimal, without exponent or trailing zeros."""
    assert str(exact(value)) == number


@pytest.mark.parametrize("value", ["0", "-0", "0.000", 0, Decimal("-0"), Decimal("0E-999")])
def test_there_is_one_zero(value: object) -> None:
    """No zero has a sign or decimals that would show in a table."""
    assert str(exact(value)) == "0"


@pytest.mark.parametrize("value", [1.5, 1.0, float("nan"), float("inf"), np.float64(2.0)])
def test_floats_are_refused(value: float) -> None:
    """A float is not the number that somebody wrote; the refusal says how to pass it."""
    with pytest.raises(AmountError, match="is no exact number; pass it as text or Decimal"):
        exact(value)


@pytest.mark.parametrize("value", [True, False, None, [1], {"number": 1}, b"5", pd.NA, 5j])
def test_what_is_no_number_is_refused(value: object) -> None:
    """Truth values, gaps and containers are no amounts."""
    with pytest.raises(AmountError, match=r"is no exact number$") as caught:
        exact(value)
    assert caught.value.value is value


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_numbers_that_are_not_finite_are_refused(text: str) -> None:
    """Neither as a decimal nor as text does one get in."""
    with pytest.raises(AmountError, match=f"{text} is no amount"):
        exact(Decimal(text))
    with pytest.raises(AmountError, match=f"'{text}' is no plain number"):
        exact(text)


@pytest.mark.parametrize(
    "text",
    [
        "1_000", "1,000", "1 000", "1.000.000", "1e5", "1E5", "0x10", ".5", "5.", "--5", "", " 5",
        "5 ", "5\n", "five", "$5", "5%", "inf", "nan", "\u0661\u0662\u0663", "\uff11", "\u00b2",
        "\u22125", "\u00bd",
    ],
)  # fmt: skip
def test_text_that_other_readers_would_guess_at_is_refused(text: str) -> None:
    """Separators, exponents and the digits of other scripts are not guessed."""
    with pytest.raises(AmountError, match="is no plain number; write digits with a decimal point"):
        exact(text)


@pytest.mark.parametrize(
    "value",
    [
        "1" + "0" * 22,
        10**22,
        -(10**22),
        10**5000,
        Decimal("1E+22"),
        Decimal("1E+1000000"),
        "0.0000001",
        "1.0000001",
        Decimal("1E-7"),
        Decimal("1E-1000000"),
        Decimal("1.0E-99999999"),
        LARGEST + "9",
        "0" * 101,
        Decimal("1." + "0" * 130),
    ],
    ids=range(14),
)
def test_too_many_digits_are_refused(value: object) -> None:
    """What a movement cannot hold is refused at once, however large, and never rounded."""
    with pytest.raises(AmountError, match="too many digits; an amount holds 22 digits") as caught:
        exact(value)
    assert len(str(caught.value)) < 200


def test_a_huge_integer_is_measured_and_not_written_out() -> None:
    """To write an integer of a million digits takes longer than anybody waits."""
    with pytest.raises(AmountError, match="an integer of more than 120 digits has too many"):
        exact(1 << 4_000_000)


def test_long_nonsense_is_shortened_in_the_message() -> None:
    """A page pasted into a number does not fill the terminal."""
    with pytest.raises(AmountError) as caught:
        exact("x" * 10_000)
    assert len(str(caught.value)) < 120


@given(pts.wide_amounts())
def test_every_amount_that_a_movement_holds_is_taken(number: Decimal) -> None:
    """Up to 22 digits before the point and 6 after it nothing is lost, and it reads back."""
    taken = exact(number)
    assert taken == number
    assert exact(f"{taken:f}") == taken
    assert "E" not in str(taken)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6) | pts.wide_amounts())
def test_the_context_of_the_caller_does_not_matter(number: Decimal) -> None:
    """A notebook with few digits of precision loses none of an amount."""
    with localcontext() as context:
        context.prec = 3
        try:
            taken = exact(number)
        except AmountError:
            taken = None
    assert taken is None or taken == number
    assert (taken is None) == (abs(number) >= 10**22)


@pytest.mark.parametrize(
    ("number", "plain"),
    [("22500.000000", "22500"), ("1E+9", "1000000000"), ("0.50", "0.5"), ("-0.10", "-0.1")],
)
def test_tidy_keeps_the_number_and_drops_the_rest(number: str, plain: str) -> None:
    """Trailing zeros and exponents are no part of an amount."""
    assert str(tidy(Decimal(number))) == plain


# --- bounds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "whole"),
    [
        (set(), "exact"),
        ({"exact"}, "exact"),
        ({"exact", "at least"}, "at least"),
        ({"exact", "up to"}, "up to"),
        ({"exact", "about"}, "about"),
        ({"at least", "up to"}, "about"),
        ({"at least", "about"}, "about"),
        (set(BOUNDS), "about"),
    ],
)
def test_bounds_of_a_sum(bounds: set[Bound], whole: Bound) -> None:
    """One loose part makes the sum as loose; two of different kinds make it "about"."""
    before = set(bounds)
    assert combine(bounds) == whole
    assert bounds == before


@pytest.mark.parametrize(
    ("bound", "flipped"),
    [("exact", "exact"), ("at least", "up to"), ("up to", "at least"), ("about", "about")],
)
def test_subtraction_flips_a_bound(bound: Bound, flipped: Bound) -> None:
    """Where at least so much was delivered, up to the rest is left."""
    assert flip(bound) == flipped
    assert flip(flipped) == bound


@given(st.sets(st.sampled_from(BOUNDS)), st.sets(st.sampled_from(BOUNDS)))
def test_bounds_combine_in_any_order(one: set[Bound], two: set[Bound]) -> None:
    """Sums of sums are as exact as the sum of all."""
    assert combine({combine(one), combine(two)}) == combine(one | two)
    assert combine({flip(bound) for bound in one}) == flip(combine(one))


# --- the value ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"number": "1500000000", "unit": "USD"}, "1,500,000,000 USD"),
        ({"number": 3000, "unit": "arrest", "bound": "at least"}, "at least 3,000 arrests"),
        ({"number": "-0.5", "unit": "EUR", "bound": "about"}, "about -0.5 EUR"),
        ({"number": LARGEST, "unit": "JPY"}, "9,999,999,999,999,999,999,999.999999 JPY"),
        ({"number": 0, "unit": "hospital", "bound": "up to"}, "up to 0 hospitals"),
        ({"number": "0.125", "unit": "USD"}, "0.125 USD"),
        ({"number": "1.125", "unit": "USD"}, "1.1250 USD"),
        ({"number": "1234.125", "unit": "USD"}, "1,234.125 USD"),
    ],
)
def test_a_quantity_reads_as_people_write_it(fields: dict[str, object], text: str) -> None:
    """Bound, number with every digit, unit."""
    quantity = Quantity(**fields)
    assert str(quantity) == text
    assert repr(quantity) == f"Quantity({text})"


def test_a_quantity_is_written_in_other_languages() -> None:
    """Separators are those of the language."""
    assert Quantity(number="1234567.5", unit="EUR").format(locale="de") == "1.234.567,5 EUR"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"number": 1.5, "unit": "USD"}, "1.5 is no exact number; pass it as text or Decimal"),
        ({"number": True, "unit": "USD"}, "True is no exact number"),
        ({"number": "1_000", "unit": "USD"}, "'1_000' is no plain number"),
        ({"number": 10**5000, "unit": "USD"}, "too many digits"),
        ({"number": 1, "unit": "USX"}, "unknown currency code 'USX'"),
        ({"number": 1, "unit": "dollars"}, "write its ISO 4217 code"),
        ({"number": 1, "unit": 840}, "valid string"),
        ({"number": 1, "unit": "USD", "bound": "over"}, "'exact', 'at least', 'up to' or 'about'"),
        ({"number": 1, "unit": "USD", "currency": "USD"}, "currency"),
        ({"number": 1}, "unit"),
        ({"unit": "USD"}, "number"),
    ],
)
def test_a_quantity_that_is_none_is_refused(fields: dict[str, object], says: str) -> None:
    """Each refusal says what is wrong with which field."""
    with pytest.raises(ValidationError, match=says):
        Quantity(**fields)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"most": 10}, "above its number 10"),
        ({"most": 9}, "above its number 10"),
        ({"most": 20, "bound": "about"}, "the bound 'at least'"),
        ({"margin": 1}, "a margin goes with the bound 'about', and this one is 'exact'"),
        ({"margin": 0, "bound": "about"}, "a margin of 0 is not above 0"),
        ({"margin": 11, "bound": "about"}, "a margin of 11 is not above 0 and at most"),
    ],
)
def test_a_range_has_two_ends(fields: dict[str, object], says: str) -> None:
    """The upper end is above the number, and a margin leaves the sign of an "about"."""
    with pytest.raises(ValidationError, match=says):
        Quantity(number=10, unit="USD", **fields)


@pytest.mark.parametrize(
    ("fields", "low", "high"),
    [
        ({}, "10", "10"),
        ({"most": 11}, "10", "11"),
        ({"bound": "at least"}, "10", "Infinity"),
        ({"bound": "up to"}, "0", "10"),
        ({"bound": "about"}, None, None),
        ({"bound": "about", "margin": 10}, "0", "20"),
        ({"number": -10, "bound": "at least"}, "-Infinity", "-10"),
        ({"number": -10, "bound": "up to"}, "-10", "0"),
        ({"number": -10, "bound": "about"}, None, None),
        ({"number": -10, "bound": "about", "margin": 1}, "-11", "-9"),
        ({"number": 0, "bound": "at least"}, "0", "0"),
    ],
)
def test_a_bound_says_the_least_and_the_most(
    fields: dict[str, object], low: str | None, high: str | None
) -> None:
    """Of a refund the bound says how large it is; of nothing there is no more and no less."""
    ends = Quantity(**{"number": 10, "unit": "USD"} | fields).ends
    assert ends == tuple(None if end is None else Decimal(end) for end in (low, high))


def test_all_mistakes_of_a_quantity_are_told_at_once() -> None:
    """A wrong number does not hide a wrong unit, and the causes carry their data."""
    with pytest.raises(ValidationError) as caught:
        Quantity(number="1_000", unit="USX", bound="over", note="")
    found = {error["loc"][0]: error for error in caught.value.errors()}
    assert set(found) == {"number", "unit", "bound", "note"}
    assert isinstance(found["number"]["ctx"]["error"], AmountError)
    assert isinstance(found["unit"]["ctx"]["error"], UnitError)


def test_a_quantity_is_frozen() -> None:
    """An amount changes only by making a new one."""
    quantity = Quantity(number=1, unit="USD")
    with pytest.raises(ValidationError, match="frozen"):
        quantity.number = Decimal(2)


@given(pts.quantities())
def test_a_quantity_is_a_value(quantity: Quantity) -> None:
    """It survives copying, pickling and JSON to the last digit, and equal ones hash alike."""
    for other in (
        copy.deepcopy(quantity),
        pickle.loads(pickle.dumps(quantity)),  # noqa: S301 our own bytes
        Quantity.model_validate_json(quantity.model_dump_json()),
    ):
        assert other == quantity
        assert hash(other) == hash(quantity)
        assert str(other) == str(quantity)


@pytest.mark.parametrize(
    "other",
    [
        Quantity(number=2, unit="USD"),
        Quantity(number=1, unit="EUR"),
        Quantity(number=1, unit="USD", bound="about"),
        1,
        "1 USD",
    ],
)
def test_quantities_differ_in_number_unit_or_bound(other: object) -> None:
    """Nothing else than the same number of the same unit, as exact, is equal."""
    assert (Quantity(number=1, unit="USD") == other) is False


def test_a_quantity_leaves_it_to_others_whether_they_are_equal_to_it() -> None:
    """A value of another kind that equals anything equals a quantity."""
    assert Quantity(number=1, unit="USD") == mock.ANY


def test_a_number_in_json_is_text() -> None:
    """No reader of the file can make a float of it."""
    assert '"number":"0.1"' in Quantity(number="0.10", unit="USD").model_dump_json()


@pytest.mark.parametrize("number", ["0.5", "0.000001", "1", "-0.5", "-1"])
def test_the_ends_of_a_small_amount_lie_on_its_own_side_of_nothing(number: str) -> None:
    """Less than one is no refund."""
    amount, most = Decimal(number), Decimal("Infinity")
    least, up_to = (Quantity(number=number, unit="USD", bound=bound).ends  # type: ignore[arg-type]
                    for bound in ("at least", "up to"))  # fmt: skip
    assert least == ((amount, most) if amount > 0 else (-most, amount))
    assert up_to == ((0, amount) if amount > 0 else (amount, 0))


@pytest.mark.parametrize("data", ["5 USD", 5, ["5", "USD"], None])
def test_what_is_no_record_is_refused_as_pydantic_refuses_it(data: object) -> None:
    """A text is read by ``parse_quantity``."""
    with pytest.raises(ValidationError, match="valid dictionary"):
        Quantity.model_validate(data)


@times(20)
@given(st.integers(0, 10**30), st.integers(1, 10**30))
def test_a_share_has_as_many_digits_however_it_is_made(part: int, whole: int) -> None:
    """Of amounts as decimals or as whole numbers: the same to the last sign, and tidy."""
    made = quantity.ratio(Decimal(part), Decimal(whole))
    assert made is not None
    assert str(made) == str(quantity.share(part, whole)) == str(quantity.tidy(made))
