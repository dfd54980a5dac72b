"""Units: currencies with the digits of ISO 4217, and things counted."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from babel.core import get_global
from babel.numbers import get_currency_name
from hypothesis import given
from hypothesis import strategies as st

from pledgetrack.errors import PledgetrackError, UnitError
from pledgetrack.units import (
    ACTION,
    check_unit,
    currency_codes,
    currency_name,
    familiar,
    format_number,
    is_currency,
    is_current,
    minor_digits,
)


@pytest.fixture(scope="module")
def listed(data: Path) -> list[dict[str, str]]:
    """Every entry of ISO 4217, current and withdrawn, that has an alphabetic code."""
    path = data / "fx" / "iso4217-codes-all-with-withdrawn.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["AlphabeticCode"]]


def test_every_code_of_iso_4217_is_a_currency(listed: list[dict[str, str]]) -> None:
    """Current and withdrawn codes are units as they stand; only the two non-currencies are not."""
    codes = {row["AlphabeticCode"] for row in listed}
    assert {code for code in codes if not is_currency(code)} == {"XXX", "XTS"}
    assert {check_unit(code) for code in codes - {"XXX", "XTS"}} == codes - {"XXX", "XTS"}
    assert codes - {"XXX", "XTS"} <= currency_codes()


def test_minor_digits_of_current_codes_are_those_of_iso_4217(listed: list[dict[str, str]]) -> None:
    """The MinorUnit column of the list is what amounts are split and rounded by."""
    stated = {
        row["AlphabeticCode"]: int(row["MinorUnit"])
        for row in listed
        if row["MinorUnit"].isdigit() and not row["WithdrawalDate"]
    }
    assert len(stated) > 150
    assert {code: minor_digits(code) for code in stated} == stated


def test_minor_digits_agree_with_the_list_of_2026(data: Path) -> None:
    """The XML that ISO's agency published on 2026-01-01 says the same."""
    tree = ET.parse(data / "fx" / "iso4217-list-one-2026-01-01.xml")  # noqa: S314 a local file
    stated = {entry.findtext("Ccy"): entry.findtext("CcyMnrUnts") for entry in tree.iter("CcyNtry")}
    digits = {code: int(text) for code, text in stated.items() if code and text and text.isdigit()}
    assert len(digits) > 150
    assert {code: minor_digits(code) for code in digits} == digits


def test_codes_without_minor_units_are_split_in_hundredths(listed: list[dict[str, str]]) -> None:
    """Where ISO 4217 states "-" (gold, XDR), two digits are taken."""
    none = {
        row["AlphabeticCode"]
        for row in listed
        if row["MinorUnit"] == "-" and not row["WithdrawalDate"]
    } - {"XXX", "XTS"}
    assert {"XAU", "XDR"} <= none
    assert {minor_digits(code) for code in none} == {2}


@pytest.mark.parametrize(
    ("unit", "digits"),
    [
        ("USD", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("AFN", 2), ("IQD", 3), ("RSD", 2),
        ("LBP", 2), ("ISK", 0), ("UYW", 4), ("MRU", 2), ("DEM", 2), ("ITL", 0), ("ZWN", 2),
        ("XAU", 2), ("H-2B visa", 0), ("hospital", 0), ("usd", 0),
    ],
)  # fmt: skip
def test_minor_digits(unit: str, digits: int) -> None:
    """Digits are those of ISO 4217 and not of the CLDR; things counted have none."""
    assert minor_digits(unit) == digits


@pytest.mark.parametrize("code", ["DEM", "FRF", "ZWD", "YUM", "ROK", "CSJ", "ZWN", "UGW"])
def test_withdrawn_currencies_are_units(code: str) -> None:
    """A promise of 1990 stays in the currency of 1990."""
    assert check_unit(code) == code
    assert is_currency(code)


@pytest.mark.parametrize("text", ["XXX", "XTS", "usd", "US", "USDX", "US1", "", "H-2B visa"])
def test_only_codes_are_currencies(text: str) -> None:
    """Three capitals of the list and nothing else make a currency."""
    assert not is_currency(text)


def test_currency_names_come_in_the_language_asked_for() -> None:
    """Names are the CLDR's, and those of the list where the CLDR has none."""
    assert currency_name("USD") == "US Dollar"
    assert currency_name("EUR", locale="de") == "Euro"
    assert currency_name("DEM") == "German Mark"
    assert currency_name("ROK") == "Romanian Leu A/52"
    assert currency_name("LSM") == "Lesotho Loti"
    assert currency_name("AYM") == "Azerbaijan Manat"
    assert currency_name("UYN") == "Old Uruguay Peso"


def test_no_currency_is_without_a_name() -> None:
    """Every code that is accepted reads as more than its letters."""
    assert {code for code in currency_codes() if currency_name(code) == code} == set()


@pytest.mark.parametrize("code", ["USX", "visa", "XXX"])
def test_an_unknown_code_has_no_name(code: str) -> None:
    """A name is asked of currencies only, and the refusal quotes what was given."""
    with pytest.raises(UnitError, match=f"unknown currency code '{code}'") as caught:
        currency_name(code)
    assert caught.value.unit == code


@pytest.mark.parametrize(
    ("number", "locale", "text"),
    [
        ("0", "en", "0"),
        ("1234567.000001", "en", "1,234,567.000001"),
        ("-1500000000", "en", "-1,500,000,000"),
        ("1E+9", "en", "1,000,000,000"),
        ("9999999999999999999999.999999", "en", "9,999,999,999,999,999,999,999.999999"),
        ("9999999999999999999999.999999", "de", "9.999.999.999.999.999.999.999,999999"),
        ("1234.5", "de", "1.234,5"),
    ],
)
def test_numbers_are_written_with_every_digit(number: str, locale: str, text: str) -> None:
    """Separators are the language's, and no digit is rounded away."""
    assert format_number(Decimal(number), locale) == text


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("USD", "USD"),
        ("  H-2B \n visa ", "H-2B visa"),
        ("cafe\u0301", "caf\u00e9"),
        ("CO2", "CO2"),
        ("MWh", "MWh"),
        ("billionaire", "billionaire"),
        ("millionth tree", "millionth tree"),
        ("tonnes thousand", "tonnes thousand"),
        ("half board", "half board"),
        ("診療所", "診療所"),
        ("x" * 200, "x" * 200),
    ],
)
def test_a_unit_has_one_spelling(text: str, unit: str) -> None:
    """Blanks and composed letters are made one, so that one unit is never two rows."""
    assert check_unit(text) == unit
    assert check_unit(unit) == unit


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("$", {"USD", "CAD", "AUD", "MXN"}),
        ("€", {"EUR"}),
        ("£", {"GBP"}),
        ("¥", {"JPY", "CNY"}),
        ("dollars", {"USD", "CAD", "AUD"}),
        ("US dollars", {"USD"}),
        ("Mexican pesos", {"MXN"}),
        ("Euro", {"EUR"}),
        ("usd", {"USD"}),
        ("Dem", {"DEM"}),
    ],
)
def test_a_currency_in_other_words_is_refused_with_its_codes(text: str, choices: set[str]) -> None:
    """Symbols, names and small letters name the codes to choose from, as data too."""
    with pytest.raises(UnitError, match="is a currency; write its ISO 4217 code") as caught:
        check_unit(text)
    assert choices <= set(caught.value.choices)
    assert all(code in str(caught.value) for code in choices)


@pytest.mark.parametrize("count", [None, 1, 2])
def test_the_name_of_every_currency_is_refused_with_its_code(count: int | None) -> None:
    """As a title, of one and of several: "German marks" are no thing counted."""
    for code in currency_codes():
        name = get_currency_name(code, count, "en")
        if name == code:  # the CLDR does not know it
            continue
        with pytest.raises(UnitError, match="is a currency; write its ISO 4217 code") as caught:
            check_unit(name)
        assert code in caught.value.choices, name


@pytest.mark.parametrize(
    "text", ["yen", "rupees", "US$", "C$", "U.S. dollars", "₹", "USD millions"]
)
def test_a_currency_is_never_taken_for_a_thing_counted(text: str) -> None:
    """What readers take for money is refused, or it would be summed beside the currency."""
    with pytest.raises(UnitError):
        check_unit(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("million", "begins with a magnitude; write the number out in full"),
        ("bn USD", "begins with a magnitude"),
        ("Thousand visas", "begins with a magnitude"),
        ("percent", "is a share, not a quantity; state the amount"),
        ("% of GDP", "is a share"),
        ("Per cent of income", "is a share"),
        ("USD millions", "write the number out in full and the ISO 4217 code alone"),
        ("usd millions", "the ISO 4217 code alone"),
        ("dollars, millions", "the ISO 4217 code alone"),
        ("US dollars (thousand)", "the ISO 4217 code alone"),
        ("USD, half", "the ISO 4217 code alone"),
        ("USD hundreds", "the ISO 4217 code alone"),
        ("EUR 1.000", "the ISO 4217 code alone"),
        ("USD,", "the ISO 4217 code alone"),
        ("(USD)", "the ISO 4217 code alone"),
        ("5,thousand", "the ISO 4217 code alone"),
        ("12 visas", "begins with a number; put it into the number of the quantity"),
        ("12", "has no letter; give an ISO 4217 code or a thing counted"),
        ("", "has no letter"),
        ("   ", "has no letter"),
        ("action", "is kept for commitments without an amount; leave the target out"),
        ("Action", "is kept for commitments without an amount"),
        ("visa\x00", "holds an unprintable character"),
        ("US\u200bD", "holds an unprintable character"),
        ("x" * 201, "is longer than 200 characters"),
    ],
)
def test_what_is_no_unit_is_refused(text: str, says: str) -> None:
    """Magnitudes, shares, bare numbers and the reserved word are refused, saying what to do."""
    with pytest.raises(UnitError, match=says) as caught:
        check_unit(text)
    assert isinstance(caught.value, PledgetrackError)
    assert caught.value.unit in (text, text.strip())


def test_a_mistyped_code_suggests_the_right_one() -> None:
    """The nearest code comes first, in the message and as data."""
    with pytest.raises(
        UnitError, match="unknown currency code 'USX'; did you mean 'USD'"
    ) as caught:
        check_unit("USX")
    assert caught.value.choices[0] == "USD"


@pytest.mark.parametrize("code", ["XXX", "XTS"])
def test_a_code_is_not_suggested_for_itself(code: str) -> None:
    """The codes for no currency are refused, and no suggestion is itself refused."""
    with pytest.raises(UnitError, match=f"unknown currency code '{code}'") as caught:
        check_unit(code)
    assert all(is_currency(choice) for choice in caught.value.choices)


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3))
def test_three_capitals_are_a_code_or_an_error(code: str) -> None:
    """No word of three capitals passes as a thing counted."""
    if is_currency(code):
        assert check_unit(code) == code
    else:
        with pytest.raises(UnitError, match="unknown currency code") as caught:
            check_unit(code)
        assert all(is_currency(choice) for choice in caught.value.choices)


@given(st.text(max_size=30))
def test_checking_a_unit_twice_changes_nothing(text: str) -> None:
    """A unit that was accepted is accepted as it now stands."""
    try:
        unit = check_unit(text)
    except UnitError as error:
        assert str(error)  # noqa: PT017 most random texts are refused, and that is right
    else:
        assert check_unit(unit) == unit
        assert unit.strip() == unit


def test_the_word_for_no_amount_is_no_unit() -> None:
    """Nobody can record a quantity of "action"."""
    with pytest.raises(UnitError):
        check_unit(ACTION)


def test_currencies_that_the_cldr_does_not_know_have_the_name_of_the_list(
    listed: list[dict[str, str]],
) -> None:
    """Some twenty of them, withdrawn long ago, each as the list of ISO 4217 calls it."""
    names: dict[str, set[str]] = {}
    for row in listed:
        names.setdefault(row["AlphabeticCode"], set()).add(row["Currency"])
    known = get_global("all_currencies")
    unknown = sorted(code for code in names if code not in known and is_currency(code))
    assert len(unknown) > 15
    for code in unknown:
        # The list leaves out whose it is where that is in another column.
        name = currency_name(code)
        assert any(re.fullmatch(f"([A-Z][a-z]+ )?{re.escape(said)}", name) for said in names[code])


def test_the_most_traded_currencies_are_offered_first() -> None:
    """Then all others, by code."""
    offered = sorted(currency_codes(), key=familiar)
    assert offered[:9] == ["USD", "EUR", "GBP", "JPY", "CAD", "AUD", "MXN", "CHF", "CNY"]
    assert offered[9:] == sorted(offered[9:])


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("€", " (EUR)"),
        ("$", " (USD, CAD, AUD, MXN)"),
        ("US$", " (USD)"),
        ("C$", " (CAD)"),
        ("¥", " (JPY, CNY)"),
        ("Kwacha", " (MWK, ZMW)"),
        ("pesos", " (MXN, ARS, CLP, COP, CUP, …)"),
        ("₠", ""),
    ],
)
def test_the_refusal_of_money_names_five_codes_at_most(text: str, codes: str) -> None:
    """The most familiar first, and says where there are more."""
    with pytest.raises(UnitError) as caught:
        check_unit(text)
    assert str(caught.value) == (
        f"unit {text!r} is a currency; write its ISO 4217 code{codes}, or a thing counted in other "
        "words"
    )


MAGNITUDES = (
    "half a hundred hundreds thousand thousands million millions billion billions trillion "
    "trillions k m mn bn tn mio mrd"
)


@pytest.mark.parametrize("word", MAGNITUDES.split())
def test_money_with_a_magnitude_is_no_unit(word: str) -> None:
    """Whichever stands first, with a full stop or in capitals; nor is the magnitude alone."""
    for text in (word, f"USD {word}", f"{word} usd", f"{word.upper()}. euros", f"dollars, {word}"):
        with pytest.raises(UnitError):
            check_unit(text)


@pytest.mark.parametrize(
    "text", ["rights", "units", "unit", "account", "guilder", "platinum bar", "kilo", "thousandth",
             "millionaire", "half-day", "bns", "mnemonic", "5G mast", "x" * 200],
)  # fmt: skip
def test_a_thing_with_a_name_that_money_has_a_part_of_is_a_thing(text: str) -> None:
    """What no reader takes for an amount of money is counted."""
    assert check_unit(text) == text


@pytest.mark.parametrize(
    ("latin", "others"),
    [("A", "АΑ"), ("B", "ВΒ"), ("E", "ЕΕ"), ("S", "Ѕ"), ("I", "ІΙ"), ("J", "Ј"), ("K", "КΚ"),
     ("M", "МΜ"), ("H", "НΗ"), ("O", "ОΟ"), ("P", "РΡ"), ("C", "С"), ("T", "ТΤ"), ("Y", "УΥ"),
     ("X", "ХΧ"), ("Q", "Ԛ"), ("W", "Ԝ"), ("Z", "Ζ"), ("N", "Ν")],
)  # fmt: skip
def test_a_code_with_a_letter_of_another_alphabet_is_refused(latin: str, others: str) -> None:
    """Each capital that looks like one of Latin; the code that it looks like is named."""
    code = next(code for code in sorted(currency_codes()) if latin in code)
    for other in others:
        for text in (code.replace(latin, other, 1), code.replace(latin, other, 1).lower()):
            with pytest.raises(UnitError) as caught:
                check_unit(text)
            assert caught.value.choices == (code,)


@pytest.mark.parametrize(
    "text", ["percent", "per cent", "percentage point", "percentage points", "pct", "basis point",
             "BASIS POINTS of GDP", "% of GDP", "‰", "5 Pct"],
)  # fmt: skip
def test_a_share_is_no_unit(text: str) -> None:
    """In whatever words."""
    with pytest.raises(UnitError, match="is a share, not a quantity; state the amount"):
        check_unit(text)


@pytest.mark.parametrize(
    ("code", "current"),
    [("USD", True), ("XDR", True), ("DEM", False), ("XXX", False), ("XTS", False), ("USX", False)],
)
def test_a_current_currency_is_one_that_can_be_paid_in(code: str, current: bool) -> None:
    """Neither a withdrawn one nor a code that stands for none."""
    assert is_current(code) is current
