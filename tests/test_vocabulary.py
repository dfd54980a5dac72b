"""The words of four languages, and the names and signs of money."""

from __future__ import annotations

import pytest

import pledgetrack as pt
from pledgetrack.stated_days import month_names
from pledgetrack.units import is_currency
from pledgetrack.vocabulary import (
    LANGUAGES,
    PLAIN_CODES,
    SIGNS,
    WORDS_TOO,
    codes_of_dollar,
    codes_of_word,
    fold,
    language,
    money_names,
    separators,
    vocabulary,
)


@pytest.mark.parametrize("tongue", LANGUAGES)
def test_each_language_counts_to_twenty_and_by_tens(tongue: str) -> None:
    """No number is left out, and every word is in its folded form."""
    numbers = vocabulary(tongue).numbers
    assert set(range(1, 21)) <= set(numbers.values())
    assert {30, 40, 50, 60} <= set(numbers.values())
    assert all(fold(word) == word for word in numbers)


@pytest.mark.parametrize("tongue", LANGUAGES)
def test_printed_bounds_are_bounds_of_the_language(tongue: str) -> None:
    """Each of the three can be said and is read back."""
    words = vocabulary(tongue)
    assert {*words.said} == {"at least", "up to", "about"}
    for bound, phrase in words.said.items():
        assert words.bounds[tuple(fold(word) for word in phrase.split())] == bound


def test_a_billion_is_what_the_language_says() -> None:
    """10^9 in English, 10^12 in the three others."""
    assert vocabulary("en").magnitudes["billion"] == 9
    assert vocabulary("es").magnitudes["billones"] == 12
    assert vocabulary("fr").magnitudes["billions"] == 12
    assert vocabulary("de").magnitudes["billionen"] == 12


def test_signs_and_words_stand_for_currencies() -> None:
    """Every code that a phrase can give is one."""
    for codes in (*SIGNS.values(), codes_of_dollar(), WORDS_TOO, PLAIN_CODES):
        assert all(map(is_currency, codes))
    assert not WORDS_TOO & PLAIN_CODES


@pytest.mark.parametrize(
    ("tongue", "name", "codes"),
    [
        ("en", "euros", {"EUR"}),
        ("en", "yen", {"JPY"}),
        ("en", "mexican pesos", {"MXN"}),
        ("en", "pounds sterling", {"GBP"}),
        ("es", "dolares estadounidenses", {"USD"}),
        ("fr", "francs suisses", {"CHF"}),
        ("de", "us-dollar", {"USD"}),
    ],
)
def test_a_full_name_has_one_currency(tongue: str, name: str, codes: set[str]) -> None:
    """In the language of the phrase."""
    assert set(money_names(tongue)[tuple(name.split())]) == codes


@pytest.mark.parametrize(
    ("tongue", "noun", "some"),
    [
        ("en", "dollars", {"USD", "CAD", "AUD"}),
        ("en", "pesos", {"MXN", "ARS", "CLP"}),
        ("en", "liras", {"TRY", "ITL"}),
        ("en", "colones", {"CRC", "SVC"}),
        ("en", "roubles", {"RUB", "BYN"}),
        ("es", "pesos", {"MXN", "ARS"}),
        ("fr", "francs", {"CHF", "BIF"}),
        ("de", "kronen", {"SEK", "DKK"}),
    ],
)
def test_a_noun_alone_has_all_that_share_it(tongue: str, noun: str, some: set[str]) -> None:
    """The most familiar first, singular and plural alike."""
    assert some <= set(money_names(tongue)[(noun,)])


def test_words_of_other_things_are_no_money() -> None:
    """Metals, units of account and adjectives have names that are other things."""
    for tongue in LANGUAGES:
        names = money_names(tongue)
        for word in ("gold", "silver", "value", "unit", "special", "nuevo", "super"):
            assert (word,) not in names


def test_small_codes_are_read_only_where_they_are_no_word() -> None:
    """As "usd" is money, "top" and "std" are words."""
    assert codes_of_word("usd") == ("USD",)
    assert codes_of_word("TOP") == ("TOP",)
    for word in ("top", "Std", "arm", "bad", "USX", "us", "dollars"):
        assert codes_of_word(word) == ()


def test_a_country_may_follow_the_language() -> None:
    """It changes the separators, not the words."""
    assert language("de-CH") == "de"
    assert separators("de_CH") == (".", "’")
    assert separators("es") == (",", ".")
    for locale in ("pt", "en_", "en_XX_YY_ZZ", "", "EN", None, 5):
        with pytest.raises(pt.UnknownNameError):
            language(locale)


def test_months_have_one_number_in_all_four_languages() -> None:
    """A name that two months shared would be in no list."""
    names = month_names()
    assert {names[word] for word in ("march", "marzo", "mars", "marz")} == {3}
    assert set(names.values()) == set(range(1, 13))
    assert "ago" not in names
