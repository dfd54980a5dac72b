"""What stands around an amount and makes it another: never read as the amount alone."""

from __future__ import annotations

import pytest

import pledgetrack as pt
from stated import QUANTITIES, lines

STATED_QUANTITIES = [
    (phrase, locale, dollar, reading)
    for (locale, dollar), table in QUANTITIES.items()
    for phrase, reading in lines(table)
]
SHARES = {
    "en": """
        a quarter of a billion dollars; three quarters of a billion dollars; a fifth of
        a million homes; one-quarter of a billion dollars; ¾ of a billion dollars; half
        of a million homes; two-thirds of a million homes; half the 50 schools; a third
        of the €6bn; a quarter million euros;
        one in five visas; 9 out of 10 schools; two of 50 visas
    """,
    "es": """
        un cuarto de millón de euros; tres cuartos de millón de euros; la mitad de los
        500 millones de euros;
        una quinta parte de mil millones de euros; uno de cada cinco millones de euros
    """,
    "fr": """
        un quart de milliard d'euros; trois quarts d'un milliard d'euros; la moitié des
        500 millions d'euros
    """,
    "de": """
        ein Viertel einer Milliarde Euro; drei Viertel einer Milliarde Euro; die Hälfte
        von 5 Millionen Euro
    """,
}
RATES = {
    "en": """
        every year £500m; annual £500m; annual budget of £500m; each week 500 visas;
        yearly €5m; annual spending is about €5m; £3,000 per pupil; £1,000 per patient;
        €50 per barrel; €30 per tonne; €500 each; €1 billion apiece; €2 million for each
        school; 5 schools per district; every two years £500m; €5m yearly; per month €5m
    """,
    "es": """
        cada año 500 millones de euros; 500 euros por alumno; 500 euros cada uno; 500
        euros a cada familia; anual de 500 millones de euros; al año 500 millones de
        euros; mensualmente 500 euros;
        todos los años 500 millones de euros
    """,
    "fr": """
        chaque année, 500 millions d'euros; 500 euros par élève; 500 euros chacun; 500
        euros à chaque famille; annuel de 500 millions d'euros; par an 500 millions
        d'euros;
        tous les ans 500 millions d'euros
    """,
    "de": """
        jährlich 500 Millionen Euro; jedes Jahr 500 Millionen Euro; pro Jahr 500
        Millionen Euro; 500 Euro je Schüler; jeweils 500 Millionen Euro; je 500
        Millionen Euro; zweimal 500 Millionen Euro; 500 Euro pro Kopf; 500 Euro für
        jeden Schüler; jährliches Budget von 500 Euro; im Monat 500 Euro;
        alle zwei Jahre 500 Euro; jede Woche 500 Euro
    """,
}
DENIED = {
    "en": """
        not spend more than $5 billion; never be more than $5 billion; won't cost more
        than £3bn; won’t cost more than £3bn; no project may receive over €2 million;
        cannot exceed €2 million; not exceed €2 million; never above €2 million; not
        spend less than €5m; not to exceed €5m; exceeds €5m; nobody receives in excess
        of €5m; €5m must not be exceeded; without ever spending more than €5m;
        No single grant would be larger than €10m
    """,
    "es": """
        No gastaremos más de 500 millones de euros; no superará los 500 millones de
        euros; ningún proyecto recibirá más de 2 millones de euros; no excederá de 5
        millones de euros; nunca más de 5 millones de euros
    """,
    "fr": """
        ne recevra plus de 2 millions d'euros; ne dépassera pas les 500 millions d'euros;
        pas supérieur à 5 millions d'euros
    """,
    "de": """
        kein Projekt erhält mehr als 2 Millionen Euro; niemals über 5 Millionen Euro; 5
        Millionen Euro nicht überschreiten; 5 Millionen Euro nicht übersteigen
    """,
}


def rows(table: dict[str, str]) -> list[tuple[str, str]]:
    """Each phrase with its language."""
    return [
        (tongue, " ".join(phrase.split()))
        for tongue in table
        for phrase in table[tongue].split(";")
    ]


def told(phrase: str, tongue: str) -> list[tuple[str, str]]:
    """What is found in a sentence, each with the kind of its refusal or what it states."""
    found = pt.find_quantities(f"Xyz: {phrase}; abc.", locale=tongue, dollar="USD")
    return [(one.text, str(one.value or getattr(one.refusal, "kind", ""))) for one in found]


@pytest.mark.parametrize(("tongue", "phrase"), rows(SHARES))
def test_a_fraction_of_an_amount_is_a_share(tongue: str, phrase: str) -> None:
    """Of a magnitude too: a quarter of a billion is no billion."""
    assert told(phrase, tongue) == [(phrase, "share")]
    with pytest.raises(pt.WordingError, match="is a share"):
        pt.parse_quantity(phrase, locale=tongue, dollar="USD")


@pytest.mark.parametrize(("tongue", "phrase"), rows(RATES))
def test_a_rate_is_one_wherever_its_words_stand(tongue: str, phrase: str) -> None:
    """Before the amount, behind it, and per whatever noun."""
    assert told(phrase, tongue) == [(phrase, "rate")]
    with pytest.raises(pt.WordingError, match="is a rate"):
        pt.parse_quantity(phrase, locale=tongue, dollar="USD")


@pytest.mark.parametrize(("tongue", "phrase"), rows(DENIED))
def test_a_floor_that_is_denied_is_no_floor(tongue: str, phrase: str) -> None:
    """It is a ceiling, however far before it the denial stands."""
    assert told(phrase, tongue) == [(phrase, "left over")]


@pytest.mark.parametrize(
    ("tongue", "text"),
    [
        ("en", "€5m a year and €20m in all"), ("en", "€5m annually, €20m in all"),
        ("en", "€5m every year and €20m in all"), ("es", "5 euros por año y 20 euros en total"),
        ("en", "50 schools every year and 20 hospitals"),
        ("de", "5 Euro jährlich, 20 Euro insgesamt"), ("fr", "5 euros par an et 20 euros en tout"),
    ],
)  # fmt: skip
def test_the_words_of_a_rate_belong_to_one_amount(tongue: str, text: str) -> None:
    """What follows it is an amount of its own."""
    assert [said == "rate" for _, said in told(text, tongue)] == [True, False]


def test_a_bound_before_another_is_not_lost() -> None:
    """What is "up to about" is neither of the two."""
    assert [said for _, said in told("up to about 5 visas", "en")] == ["left over"]


def test_more_of_something_compares() -> None:
    """Beside what there was, which is not told."""
    (found,) = pt.find_quantities("They hired 20,000 more police officers.")
    assert (found.text, getattr(found.refusal, "kind", "")) == ("20,000 more", "relative")


READ_NOWHERE = [
    row[:3] for row in STATED_QUANTITIES if row[3] in ("[share]", "[rate]", "[relative]")
]


@pytest.mark.parametrize(("phrase", "locale", "dollar"), READ_NOWHERE)
def test_what_is_no_quantity_as_a_whole_holds_none(
    phrase: str, locale: str, dollar: str | None
) -> None:
    """A phrase that is a share, a rate or a comparison has no part that is an amount."""
    found = pt.find_quantities(phrase, locale=locale, dollar=dollar)
    assert [one.text for one in found if one.value is not None] == []


@pytest.mark.parametrize(
    ("tongue", "phrase", "reading"),
    [
        ("en", "We did not only build over 50 schools", "at least 50 schools"),
        ("en", "No, we will build over 50 schools", "at least 50 schools"),
        ("en", "No later than 2030, more than 50 schools", "at least 50 schools"),
        ("en", "It is not enough. More than 50 schools", "at least 50 schools"),
        ("en", "not more than €5 million", "up to 5,000,000 EUR"),
        ("en", "no fewer than 50 homes", "at least 50 homes"),
        ("en", "as part of a €5 billion plan", "5,000,000,000 EUR"),
        ("en", "The annual report says €5m was spent", "5,000,000 EUR"),
        ("en", "half a million homes", "500,000 homes"),
        ("en", "5,000 homes at most", "up to 5,000 homes"),
        ("en", "5,000 homes at least", "at least 5,000 homes"),
        ("en", "worth €5m per the agreement", "5,000,000 EUR"),
        ("de", "im kommenden Jahr 500 Euro", "500 EUR"),
        ("es", "no más de 500 euros", "up to 500 EUR"),
        ("es", "500 euros por España", "500 EUR"),
        ("es", "500 euros por el gobierno", "500 EUR"),
        ("fr", "ne dépensera pas plus de 500 euros", "up to 500 EUR"),
        ("fr", "500 euros par la France", "500 EUR"),
        ("de", "wird nicht mehr als 500 Euro ausgeben", "up to 500 EUR"),
        ("de", "nicht nur mehr als 500 Euro", "at least 500 EUR"),
        ("de", "einmal 500 Euro", "500 EUR"),
    ],
)
def test_what_is_no_rate_and_no_denial_is_read(tongue: str, phrase: str, reading: str) -> None:
    """What looks like one beside it changes nothing."""
    assert [said for _, said in told(phrase, tongue)] == [reading]


@pytest.mark.parametrize("text", ["007-07 visas", "0123 to 07", "5.5.5 - 02"])
def test_digits_that_are_no_number_are_refused_and_never_raised(text: str) -> None:
    """Wherever in a running text they stand."""
    assert all(one.value is None for one in pt.find_quantities(f"On {text} they left"))
