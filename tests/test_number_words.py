"""Numbers in words that are longer than what is read: refused whole, never read by their tail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack.number_words import chains
from pledgetrack.stated_numbers import tokens_of

WHOLE = {
    "en": """
        twenty-two thousand five hundred visas; two hundred and fifty schools; twenty
        two million euros; one thousand five hundred euros; a thousand five hundred
        visas; £two hundred and fifty million; two million and a half euros; 2 million
        500 thousand euros; five or six million euros; 5 or 10 million euros; 2 hundred
        and 50 schools; a half-billion dollars; five-hundred schools; twenty one schools
    """,
    "es": """
        doscientos cincuenta millones de euros; ciento cincuenta millones de euros;
        treinta y cinco millones de euros; dos mil quinientos euros; veintidós mil
        euros; 2 mil 500 millones de euros; dos millones y medio de euros; mil
        quinientos euros; trescientos euros; dos o tres millones de euros
    """,
    "fr": """
        deux cent cinquante millions d'euros; deux mille cinq cents euros; vingt et un
        millions d'euros; quatre vingt millions d'euros; soixante et onze millions
        d'euros; mille cinq cents milliards d'euros; quatre-vingt-dix millions d'euros;
        vingt-deux euros; septante euros; deux millions et demi d'euros
    """,
    "de": """
        zwei und eine halbe Million Euro; zweieinhalb Millionen Euro; fünfundzwanzig
        Euro; anderthalb Millionen Euro; zweihundert fünfzig Euro; tausend fünfhundert
        Euro; eine Viertelmilliarde Euro; zwei Millionen fünfhunderttausend Euro; zwei
        oder drei Millionen Euro
    """,
}
PHRASES = [
    (tongue, " ".join(phrase.split()))
    for tongue, table in WHOLE.items()
    for phrase in table.split(";")
]


@pytest.mark.parametrize(("tongue", "phrase"), PHRASES)
def test_a_longer_number_in_words_is_refused_whole(tongue: str, phrase: str) -> None:
    """With its unit, alone and in a sentence; an article before it may stand apart."""
    with pytest.raises(pt.WordingError) as caught:
        pt.parse_quantity(phrase, locale=tongue, dollar="USD")
    assert caught.value.kind in ("left over", "share")
    (found,) = pt.find_quantities(f"Xyz: {phrase}.", locale=tongue, dollar="USD")
    assert found.value is None
    assert found.text == phrase.removeprefix("a " if "half-" in phrase else "")


@pytest.mark.parametrize(
    ("tongue", "phrase", "reading"),
    [
        ("en", "between two and three million visas", "between 2,000,000 and 3,000,000 visas"),
        ("en", "two and a half million visas", "2,500,000 visas"),
        ("en", "forty-five thousand visas", "45,000 visas"),
        ("es", "entre dos y tres millones de euros", "between 2,000,000 and 3,000,000 EUR"),
        ("es", "treinta mil millones de euros", "30,000,000,000 EUR"),
        ("fr", "entre deux et trois millions d'euros", "between 2,000,000 and 3,000,000 EUR"),
        ("fr", "cinq cents millions d'euros", "500,000,000 EUR"),
        ("de", "zwischen zwei und drei Millionen Euro", "between 2,000,000 and 3,000,000 EUR"),
        ("de", "eine halbe Million Euro", "500,000 EUR"),
    ],
)
def test_what_is_one_number_is_still_read(tongue: str, phrase: str, reading: str) -> None:
    """And the "and" of a range joins nothing."""
    assert str(pt.parse_quantity(phrase, locale=tongue)) == reading
    (found,) = pt.find_quantities(f"Xyz: {phrase}.", locale=tongue)
    assert str(found.value) == reading


def test_amounts_beside_each_other_stay_apart() -> None:
    """Money that has its unit ends with it, and so does a thing counted."""
    for text in ("£3 million and 50 schools", "2 million homes and 50 schools",
                 "€5 million and two schools"):  # fmt: skip
        assert [bool(found.value) for found in pt.find_quantities(text)] == [True, True], text


WORDS = {
    "en": "two five fifty twenty-two hundred thousand million and a half or",
    "es": "dos cinco cincuenta ciento doscientos mil millones y medio o",
    "fr": "deux cinq cinquante vingt quatre-vingt cent cents mille millions et demi ou",
    "de": "zwei fünf fünfzig hundert tausend Millionen und halbe zweihundert oder",
}


@given(st.sampled_from(sorted(WORDS)).flatmap(
    lambda tongue: st.tuples(
        st.just(tongue), st.lists(st.sampled_from(WORDS[tongue].split()), min_size=1, max_size=6)
    )
))  # fmt: skip
def test_no_tail_of_a_number_in_words_is_a_value(drawn: tuple[str, list[str]]) -> None:
    """What is found in a text of one number is that number, or nothing has a value."""
    tongue, words = drawn
    link = {"es": "de ", "fr": "d'"}.get(tongue, "") if words[-1].startswith("mill") else ""
    phrase = f"{' '.join(words)} {link}euros"
    for found in pt.find_quantities(phrase, locale=tongue):
        if found.value is not None:
            assert pt.parse_quantity(found.text, locale=tongue) == found.value
            left = phrase[: found.start].split()
            numerals = chains(tokens_of(" ".join(left) or "x", tongue), tongue)
            assert len(left) - 1 not in numerals, phrase
