"""Amounts are said as people say them, and never say more than there is."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledgetrack import strategies as pts
from pledgetrack.amount_words import (
    digits_apart,
    exactly,
    is_rounded,
    number_said,
    said,
    share_exactly,
    share_said,
    unit_title,
)

MAGNITUDES = {"million": 6, "billion": 9, "trillion": 12}


def heard(text: str) -> Decimal:
    """The number that an English reader takes from the words."""
    digits, _, magnitude = text.partition(" ")
    return Decimal(digits.replace(",", "")).scaleb(MAGNITUDES.get(magnitude, 0))


numbers = st.one_of(pts.wide_amounts(), pts.amounts(), pts.amounts().map(lambda n: n.scaleb(6)))


@given(numbers, st.integers(1, 6))
def test_a_rounded_amount_is_near_the_exact_one(number: Decimal, digits: int) -> None:
    """It is off by at most half of its last digit, and by nothing below a million."""
    found = heard(number_said(number, "USD", digits=digits))
    if abs(number) < 10**6 or not is_rounded(number, digits):
        assert found == number
    else:
        last = max(number.adjusted() - digits + 1, -6)
        assert abs(found - number) <= Decimal(5).scaleb(max(last, number.adjusted() - 2) - 1) or (
            number.adjusted() >= 15 and abs(found - number) <= Decimal(5).scaleb(11)
        )
        assert found.adjusted() == number.adjusted()


@given(numbers)
def test_bounds_round_to_their_own_side(number: Decimal) -> None:
    """What is at least so much is never said to be more, what is up to so much never less."""
    assert heard(number_said(number, "USD", bound="at least")) <= number
    assert heard(number_said(number, "USD", bound="up to")) >= number


@given(st.lists(numbers, min_size=2, max_size=5))
def test_different_amounts_of_a_row_read_differently(drawn: list[Decimal]) -> None:
    """With the digits that tell them apart no two amounts look the same."""
    digits = digits_apart(drawn, "USD")
    texts = {number_said(number, "USD", digits=digits) for number in drawn}
    assert len(texts) == len(set(drawn))


@given(st.decimals(-3, 3, allow_nan=False, places=6))
def test_only_the_whole_is_100_percent_and_only_nothing_0(share: Decimal) -> None:
    """Rounding makes no share complete, and none vanish."""
    assert (share_said(share) == "100%") == (share == 1)
    assert (share_said(share) == "0%") == (share == 0)


@pytest.mark.parametrize(
    ("locale", "money", "things"),
    [
        ("en", "$1.5 billion", "22,500 H-2B visas"),
        ("es", "1,5 mil millones US$", "22.500 H-2B visa"),
        ("fr", "1,5 milliard $US", "22\N{NARROW NO-BREAK SPACE}500 H-2B visa"),
        ("de", "1,5 Milliarden $", "22.500 H-2B visa"),
        ("de-CH", "$ 1.5 Milliarden", "22\N{RIGHT SINGLE QUOTATION MARK}500 H-2B visa"),
    ],
)
def test_amounts_are_said_in_four_languages(locale: str, money: str, things: str) -> None:
    """Separators, magnitudes, and the side of the currency are those of the language."""
    assert said(Decimal(1_500_000_000), "USD", locale=locale) == money
    assert said(Decimal(22500), "H-2B visa", locale=locale) == things


@pytest.mark.parametrize(
    ("number", "unit", "expected"),
    [
        ("0", "USD", "$0"),
        ("0.5", "USD", "$0.50"),
        ("999999.99", "USD", "$999,999.99"),
        ("1000000", "USD", "$1 million"),
        ("999999999", "USD", "$999.999999 million"),
        ("-1500000000", "NOK", "\N{MINUS SIGN}NOK 1.5 billion"),
        ("1234567890123456789012", "EUR", "€1,234,567,890 trillion"),
        ("1", "guidance document", "1 guidance document"),
        ("12345", "JPY", "¥12,345"),
    ],
)
def test_amounts_as_people_say_them(number: str, unit: str, expected: str) -> None:
    """Small and large ones, money and things."""
    assert said(Decimal(number), unit) == expected


def test_the_exact_amount_keeps_every_digit() -> None:
    """It names the currency by its code."""
    assert exactly(Decimal("-354993160.05"), "USD") == "\N{MINUS SIGN}354,993,160.05 USD"
    assert exactly(Decimal("0.5"), "EUR", locale="de") == "0,50 EUR"
    assert (
        exactly(Decimal(3000), "arrest", bound="at least", locale="es") == "al menos 3.000 arrest"
    )


def test_units_have_titles() -> None:
    """Currencies have their name and code, things their plural."""
    assert unit_title("USD") == "US Dollar (USD)"
    assert unit_title("refugee") == "refugees"
    assert share_exactly(Decimal(2) / 3, "fr") == "66,6666… %"
