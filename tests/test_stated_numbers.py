"""Numbers in digits with separators: one reading, or a refusal that names both."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack.quantity import tidy
from pledgetrack.stated_numbers import number_of, tokens_of, written
from pledgetrack.units import format_number

LOCALES = ("en", "es", "fr", "de", "de_CH", "es_MX")


@pytest.mark.parametrize(
    ("text", "locale", "number"),
    [
        ("1000", "en", "1000"),
        ("1,000", "en", "1000"),
        ("1,000,000", "de", "1000000"),
        ("1.000.000", "en", "1000000"),
        ("1.000", "de", "1000"),
        ("1 000", "fr", "1000"),
        ("1\u202f000,5", "fr", "1000.5"),
        ("1'000.50", "de_CH", "1000.50"),
        ("1,5", "de", "1.5"),
        ("0.123", "en", "0.123"),
        ("12,34,567", "en", "1234567"),
        ("12,34,567.5", "en", "1234567.5"),
        ("1.234,5", "en", "1234.5"),
    ],
)
def test_a_number_with_one_reading_is_read(text: str, locale: str, number: str) -> None:
    """Whatever its separators."""
    assert number_of(text, locale) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("1.000", "en"), ("1,000", "de"), ("1,000", "fr"), ("1,5", "en"), ("007", "en"),
        ("00", "en"),
        ("1,00", "en"), ("1,2,3", "en"), ("1.2.3", "en"), ("1,000.000.000", "en"),
        ("10,00,00", "en"),
        ("1.234,567.89", "en"), ("1'234.5'67", "en"), ("1,1111,111", "en"), ("9" * 61, "en"),
    ],
)  # fmt: skip
def test_a_number_with_two_readings_or_none_is_refused(text: str, locale: str) -> None:
    """With the choices where there are some."""
    with pytest.raises(pt.WordingError) as caught:
        number_of(text, locale)
    assert caught.value.kind == "ambiguous"


def test_the_choices_of_a_number_are_both_readings() -> None:
    """As they would be written."""
    with pytest.raises(pt.WordingError) as caught:
        number_of("1.000", "en")
    assert caught.value.choices == ("1", "1,000")


@given(st.integers(0, 10**15), st.integers(0, 4), st.sampled_from(LOCALES))
def test_a_printed_number_is_read_back(digits: int, places: int, locale: str) -> None:
    """Every number that does not look like thousands by its three decimals."""
    number = tidy(Decimal(digits).scaleb(-places))
    text = format_number(number, locale)
    if len(f"{number:f}".partition(".")[2]) != 3:
        assert number_of(text, locale) == number


def test_tokens_keep_their_place() -> None:
    """And money that is written to its number is told from a name."""
    text = "over US$3.4bn, USD60m or COP26"
    tokens = tokens_of(text, "en")
    assert [token.text for token in tokens] == [
        "over", "US$", "3.4", "bn", ",", "USD", "60", "m", "or", "COP", "26",
    ]  # fmt: skip
    assert all(text[token.start : token.end] == token.text for token in tokens)
    assert [token.kind for token in tokens if token.text in ("USD", "COP")] == ["code", "word"]


def test_a_number_of_two_readings_says_both() -> None:
    """And one that is written for another locale, that."""
    with pytest.raises(pt.WordingError, match=r"'1\.234' may be 1\.2340 or 1,234; write"):
        pt.parse_quantity("1.234 EUR")


@given(st.from_regex(r"[1-9][0-9]{0,3}[.,' ][0-9]{1,4}", fullmatch=True),
       st.sampled_from(LOCALES))  # fmt: skip
def test_each_choice_of_a_refused_number_is_read_as_itself(text: str, locale: str) -> None:
    """In the locale in which it is offered."""
    try:
        number_of(text, locale)
    except pt.WordingError as error:
        read = [number_of(choice, locale) for choice in error.choices]
        assert len({*read}) == len(read)


@given(st.decimals(min_value=0, max_value=10**9, places=3),
       st.sampled_from(LOCALES))  # fmt: skip
def test_what_is_written_is_read(number: Decimal, locale: str) -> None:
    """Whatever the separators."""
    assert number_of(written(number, locale), locale) == number
