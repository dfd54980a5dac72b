"""The words of amounts in four languages, each by what it makes of a phrase."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

import pledgetrack as pt

SIGNS = """
US$ USD, $US USD, $CAN CAD, CA$ CAD, CAN$ CAD, A$ AUD, AU$ AUD, NZ$ NZD, HK$ HKD, S$ SGD, MX$ MXN, R$ BRL,
NT$ TWD, € EUR, £ GBP, ₹ INR, ₪ ILS, ₫ VND, ₱ PHP, ₦ NGN, ₴ UAH, ₺ TRY, ₽ RUB, ₸ KZT, ₾ GEL, ₼ AZN, ₡ CRC,
₲ PYG, ₵ GHS, ฿ THB, ₭ LAK, ₮ MNT, CN¥ CNY, JP¥ JPY
"""
SHARED = """
C$ CAD NIO, ₩ KRW KPW, ¥ JPY CNY, ￥ JPY CNY, kr DKK ISK NOK SEK, Rs INR LKR MUR NPR PKR SCR, rouble RUB BYN,
roubles RUB BYN, rial IRR OMR QAR SAR YER, rials IRR OMR QAR SAR YER, riales IRR OMR QAR SAR YER,
riyal IRR OMR QAR SAR YER, riyals IRR OMR QAR SAR YER, riyales IRR OMR QAR SAR YER, kwacha MWK ZMW,
kwachas MWK ZMW
"""
NAMES = {
    "en": """SDR XDR, SDRs XDR, RMB CNY, renminbi CNY, pound sterling GBP, pounds sterling GBP,
        sterling GBP, US dollar USD, US dollars USD, American dollar USD, American dollars USD,
        United States dollars USD, special drawing rights XDR""",
    "es": """dólares americanos USD, dólares de EEUU USD, dólares de Estados Unidos USD,
        dólares de los Estados Unidos USD, derechos especiales de giro XDR, dólares estadounidenses
        USD, pesos mexicanos MXN, euros EUR""",
    "fr": """dollars américains USD, dollar US USD, dollars US USD, dollars des États-Unis USD,
        droits de tirage spéciaux XDR, francs suisses CHF, euros EUR""",
    "de": """US-Dollar USD, US-Dollars USD, amerikanische Dollar USD, Schweizer Franken CHF,
        Sonderziehungsrechte XDR, kanadische Dollar CAD, britische Pfund GBP, Pfund Sterling GBP,
        Euro EUR""",
}
NUMBERS = {
    "en": "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
          "sixteen seventeen eighteen nineteen twenty",
    "es": "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
          "dieciséis diecisiete dieciocho diecinueve veinte",
    "fr": "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize "
          "dix-sept dix-huit dix-neuf vingt",
    "de": "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
          "fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig",
}  # fmt: skip
ONES = {"en": "one", "es": "uno un una", "fr": "un une",
        "de": "eins ein eine einen einem einer"}  # fmt: skip
TENS = {
    "en": "thirty forty fifty sixty seventy eighty ninety",
    "es": "treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "fr": "trente quarante cinquante soixante",
    "de": "dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
}
MAGNITUDES = {
    "en": "hundred 2, thousand 3, million 6, billion 9, trillion 12, mn 6, mln 6, bn 9, bln 9, tn 12, "
          "trn 12, lakh 5, crore 7, k 3, m 6, b 9, M 6, hundred thousand 5, hundred million 8, "
          "hundred billion 11, hundred trillion 14, hundred crore 9, thousand million 9, "
          "thousand billion 12, thousand trillion 15, lakh crore 12",
    "es": "cien 2, mil 3, millón 6, millones 6, millardo 9, millardos 9, billones 12, k 3, M 6, "
          "cien mil 5, cien millones 8, mil millones 9",
    "fr": "cent 2, cents 2, mille 3, million 6, millions 6, milliard 9, milliards 9, md 9, mds 9, "
          "mrd 9, mio 6, billions 12, k 3, M 6, cent mille 5, cent millions 8, cents milliards 11, "
          "mille milliards 12, cents mille 5, cent milliards 11",
    "de": "hundert 2, tausend 3, tsd 3, Tsd. 3, Million 6, Millionen 6, Milliarde 9, Milliarden 9, "
          "Billionen 12, Mio 6, Mio. 6, Mrd 9, Mia 9, Bio 12, hundert tausend 5, "
          "hundert Millionen 8, hundert Milliarden 11, hundert Million 8, hundert Milliarde 11, "
          "hundert Billionen 14",
}  # fmt: skip
BOUNDS = {
    ("en", "at least"): "over, more than, at least, no less than, not less than, no fewer than, not "
        "fewer than, above, in excess of, exceeding, a minimum of, minimum of, upwards of, greater than",
    ("en", "up to"): "up to, at most, no more than, not more than, under, below, less than, fewer "
        "than, a maximum of, maximum of",
    ("en", "about"): "about, around, roughly, approximately, approx, approx., nearly, almost, some, "
        "circa, ca, ca., close to, an estimated, ~, ≈",
    ("es", "at least"): "más de, al menos, por lo menos, como mínimo, no menos de",
    ("es", "up to"): "hasta, como máximo, a lo sumo, menos de, no más de",
    ("es", "about"): "unos, unas, alrededor de, aproximadamente, cerca de, casi, en torno a, ~, ≈",
    ("fr", "at least"): "plus de, plus d', au moins, au minimum, pas moins de, pas moins d'",
    ("fr", "up to"): "jusqu'à, jusqu’à, au plus, au maximum, moins de, moins d', pas plus de, pas plus d'",
    ("fr", "about"): "environ, près de, près d', quelque, à peu près, presque, autour de, autour d', ~, ≈",
    ("de", "at least"): "über, mehr als, mindestens, wenigstens, nicht weniger als",
    ("de", "up to"): "bis zu, höchstens, maximal, unter, weniger als, nicht mehr als",
    ("de", "about"): "etwa, rund, ungefähr, circa, ca, ca., zirka, knapp, fast, annähernd, ~, ≈",
}  # fmt: skip
AFTER = {
    ("en", "at least"): "or more, +", ("en", "up to"): "or less, or fewer",
    ("es", "at least"): "o más, como mínimo, +", ("es", "up to"): "o menos, como máximo",
    ("fr", "at least"): "ou plus, au moins, au minimum, +",
    ("fr", "up to"): "ou moins, au plus, au maximum",
    ("de", "at least"): "oder mehr, +", ("de", "up to"): "oder weniger",
}  # fmt: skip
BETWEEN = {
    "en": "between {} and {}; {} to {}; {} - {}; {} – {}",
    "es": "entre {} y {}; {} a {}; {} - {}; {} — {}",
    "fr": "entre {} et {}; {} à {}; {} - {}",
    "de": "zwischen {} und {}; von {} bis {}; {} bis {}; {} - {}",
}
CHANGES = {"en": "from {} to {}", "es": "de {} a {}", "fr": "de {} à {}", "de": "von {} auf {}"}
HALF = {"en": "half a million, half million, a half million", "es": "medio millón",
        "fr": "un demi million, demi million",
        "de": "eine halbe Million, einer halben Million, halbe Million"}  # fmt: skip
PER = {
    "en": ("a an per each every / the", "second minute hour day week month year decade annum "
           "fortnight night capita head person household seconds hours days years yr mo h hr d"),
    "es": ("por al cada a la /", "segundo minuto hora día semana mes trimestre año persona cápita "
           "noche años horas"),
    "fr": ("par chaque l' / le la", "seconde minute heure jour semaine mois trimestre an année "
           "personne tête habitant nuit jours ans"),
    "de": ("pro je im am in jeden jedes jede die das den /", "Sekunde Minute Stunde Tag Woche Monat "
           "Quartal Jahr Person Kopf Einwohner Nacht a"),
}  # fmt: skip
KINDS = {
    ("en", "rate"): "annually yearly monthly weekly daily hourly quarterly annual pa p.a.",
    ("es", "rate"): "anualmente mensualmente anual anuales mensual mensuales diario diarios diarias "
        "semanal semanales anualizado",
    ("fr", "rate"): "annuellement mensuellement annuel annuels annuelle annuelles mensuel mensuels "
        "mensuelle mensuelles quotidien quotidiens hebdomadaire",
    ("de", "rate"): "jährlich monatlich täglich wöchentlich stündlich jährliche monatliche tägliche "
        "jährlichen monatlichen",
    ("en", "share"): "percent percentage % ‰ pct share proportion",
    ("es", "share"): "% ‰ porcentaje",
    ("fr", "share"): "% ‰ pourcent pourcentage",
    ("de", "share"): "Prozent % ‰ Prozentpunkte Anteil",
    ("en", "relative"): "double doubled doubling triple tripled tripling quadruple twice thrice times "
        "fold twofold threefold fourfold fivefold tenfold halve halved increase increased increases "
        "rise decrease decreased reduction cut x more less fewer sixfold",
    ("es", "relative"): "doble triple duplicar triplicar veces aumento incremento reducción más menos "
        "adicionales",
    ("fr", "relative"): "double doubler triple tripler fois augmentation hausse réduction baisse "
        "supplémentaires plus moins",
    ("de", "relative"): "doppelt doppelte verdoppeln verdoppelung dreifach dreifache verdreifachen "
        "mal Anstieg Erhöhung Steigerung Senkung mehr weniger zusätzliche zusätzlich vierfach",
}  # fmt: skip
PARTS = {
    "en": ("half third thirds quarter quarters fifth fifths sixth sixths eighth eighths tenth tenths "
           "majority part most", "of in the"),
    "es": ("mitad tercio tercios cuarto cuartos quinto quintos décimo parte mayoría", "de del"),
    "fr": ("moitié tiers quart quarts cinquième cinquièmes dixième partie majorité", "de du d' des"),
    "de": ("Hälfte Drittel Viertel Fünftel Zehntel Teil Mehrheit", "der des von vom"),
}  # fmt: skip
VAGUE = {
    "en": "several many few dozens hundreds thousands millions billions trillions tens dozen couple "
          "multi-million multi-billion",
    "es": "varios varias muchos cientos miles decenas centenares docenas",
    "fr": "plusieurs beaucoup centaines milliers dizaines quelques",
    "de": "mehrere einige viele hunderte tausende dutzende",
}  # fmt: skip
TONGUES = ("en", "es", "fr", "de")


def listed(text: str) -> list[str]:
    """The phrases of a list."""
    return [" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip()]


def read(phrase: str, locale: str = "en", **options: Any) -> Any:
    """Number, unit and bound, or a range; of a refusal its kind."""
    try:
        found = pt.parse_quantity(phrase, locale=locale, **options)
    except pt.WordingError as error:
        return error.kind
    return (found.number, found.unit, found.bound if found.most is None else found.most)


def wrong(rows: Any, locale: str = "en") -> list[Any]:
    """What is not read as expected."""
    found = [(phrase, read(phrase, locale), expected) for phrase, expected in rows]
    return [row for row in found if row[1] != row[2]]


def test_signs_and_names_are_the_money_that_people_mean() -> None:
    """Before the number or behind it."""
    for pair in listed(SIGNS):
        sign, code = pair.split(" ")
        expected = (Decimal(5000000), code, "exact")
        assert wrong([(f"{sign}5 million", expected), (f"5 million {sign}", expected),
                      (f"{sign.lower()} 5m", expected)]) == []  # fmt: skip
        assert read(f"{code} {sign}5 million") == expected
        assert isinstance(read(f"{'EUR' if code != 'EUR' else 'USD'} {sign}5 million"), str)
    for tongue, names in NAMES.items():
        for name, code in (pair.rsplit(" ", 1) for pair in listed(names)):
            assert read(f"5 {name}", tongue) == (5, code, "exact"), name


@pytest.mark.parametrize("pair", listed(SHARED))
def test_what_several_currencies_share_names_them(pair: str) -> None:
    """And is each of them, where that is told."""
    sign, *codes = pair.split(" ")
    with pytest.raises(pt.WordingError) as caught:
        pt.parse_quantity(f"{sign} 5")
    assert {*caught.value.choices} == {*codes}
    for code in codes:
        assert read(f"5 {sign}", dollar=code) == (5, code, "exact")


@pytest.mark.parametrize("tongue", TONGUES)
def test_numbers_and_magnitudes_in_words(tongue: str) -> None:
    """Up to twenty, by tens, and times a power of ten, in letters too."""
    numbers = [*enumerate(NUMBERS[tongue].split(), 1),
               *((10 * at, word) for at, word in enumerate(TENS[tongue].split(), 3)),
               *((1, word) for word in ONES[tongue].split())]  # fmt: skip
    rows = [(f"{word} EUR", (number, "EUR", "exact")) for number, word in numbers]
    if tongue == "en":
        rows += [
            (f"{tens}-{one} EUR", (number + at, "EUR", "exact"))
            for number, tens in numbers if number >= 20
            for at, one in numbers if at < 10
        ]  # fmt: skip
    for word, power in (pair.rsplit(" ", 1) for pair in listed(MAGNITUDES[tongue])):
        whole = Decimal(10) ** int(power)
        rows += [(f"3 {word} EUR", (3 * whole, "EUR", "exact")),
                 (f"EUR 2.5 {word}" if tongue == "en" else f"EUR 2,5 {word}",
                  (5 * whole / 2, "EUR", "exact"))]  # fmt: skip
    rows += [(f"{half} EUR", (500000, "EUR", "exact")) for half in listed(HALF[tongue])]
    assert wrong(rows, tongue) == []


@pytest.mark.parametrize(("tongue", "bound"), BOUNDS)
def test_what_stands_before_or_behind_an_amount_says_how_exact_it_is(
    tongue: str, bound: str
) -> None:
    """In small letters and in capitals; both at once are too much."""
    rows = [
        (f"{word}un million d'EUR", (10**6, "EUR", bound)) if word.endswith("d'")
        else (f"{word} 5 EUR", (5, "EUR", bound))
        for word in listed(BOUNDS[tongue, bound])
    ]  # fmt: skip
    rows += [(phrase.upper(), expected) for phrase, expected in rows]
    after = listed(AFTER.get((tongue, bound), ""))
    rows += [(f"5 EUR {word}", (5, "EUR", bound)) for word in after if word != "+"]
    rows += [("5+ EUR", (5, "EUR", bound)) for word in after if word == "+"]
    rows += [(f"{word} 5 EUR {end}", "left over") for word in listed(BOUNDS[tongue, bound])[:3]
             for end in after if end != "+" and tongue == "en" and "no" not in word]  # fmt: skip
    assert wrong(rows, tongue) == []


@pytest.mark.parametrize("tongue", TONGUES)
def test_a_range_has_two_ends_and_a_change_is_none(tongue: str) -> None:
    """The unit may stand with either end."""
    rows: list[Any] = []
    for form in BETWEEN[tongue].split("; "):
        rows += [(form.format("10", "20 EUR"), (10, "EUR", 20)),
                 (form.format("10 EUR", "20 EUR"), (10, "EUR", 20)),
                 (form.format("EUR 10", "20"), (10, "EUR", 20)),
                 (form.format("20", "10 EUR"), "reversed"),
                 (form.format("10 EUR", "20 GBP"), "ambiguous")]  # fmt: skip
    rows.append((CHANGES[tongue].format("10", "20 EUR"), "ambiguous"))
    assert wrong(rows, tongue) == []


@pytest.mark.parametrize("tongue", TONGUES)
def test_what_is_no_quantity_is_told_what_it_is(tongue: str) -> None:
    """A rate, a share, a comparison, or no number at all."""
    pers, times = (words.split() for words in PER[tongue])
    rows = [(f"5 EUR {per} {time}".replace("' ", "'"), "rate") for per in pers for time in times]
    for kind in ("rate", "share", "relative"):
        rows += [(f"5 EUR {word}", kind) for word in KINDS[tongue, kind].split()]
    parts, links = (words.split() for words in PARTS[tongue])
    rows += [
        (f"2 {part} {link} EUR".replace("' ", "'"), "share") for part in parts for link in links
    ]
    rows += [(f"{word} EUR", "vague") for word in VAGUE[tongue].split()]
    assert wrong(rows, tongue) == []


FRAMES = (
    ("Peru said, ", "; and left."),
    ("I give ", ", they said."),
    ("Xyz ", " Haiti"),
    ("(", ")."),
    ("“", "”, she said"),
)


@pytest.mark.parametrize("tongue", TONGUES)
def test_what_is_read_alone_is_found_in_a_sentence(tongue: str) -> None:
    """The whole phrase and nothing else, with the same amount."""
    point = "." if tongue == "en" else ","
    magnitudes = [pair.rsplit(" ", 1)[0].rstrip(".") for pair in listed(MAGNITUDES[tongue])]
    phrases = [
        *(f"{word} 5 EUR" for (said, _), words in BOUNDS.items() if said == tongue
          for word in listed(words) if not word.endswith("d'")),
        *(f"5 EUR {word}" for (said, _), words in AFTER.items() if said == tongue
          for word in listed(words) if word != "+"),
        *(form.format("10", "20 EUR") for form in BETWEEN[tongue].split("; ")),
        *(f"3 {word} EUR" for word in magnitudes),
        *(f"EUR 2{point}5 {word}" for word in magnitudes),
        *(f"{word} EUR" for word in (*NUMBERS[tongue].split(), *listed(HALF[tongue]))),
        *(f"5 {pair.rsplit(' ', 1)[0]}" for pair in listed(NAMES[tongue])),
        *(f"{pair.split(' ')[0]}5 million" for pair in listed(SIGNS) if tongue == "en"),
    ]  # fmt: skip
    for at, phrase in enumerate(phrases):
        before, behind = FRAMES[at % len(FRAMES)]
        (found,) = pt.find_quantities(before + phrase + behind, locale=tongue)
        assert (found.text, found.start) == (phrase, len(before))
        assert found.value == pt.parse_quantity(phrase, locale=tongue)


@pytest.mark.parametrize(
    "phrase", ["5 million pesos", "$5 million", "Rs 5 crore", "60m", "from 10 to 20", "kr 5 million",
               "5 million USD a year", "45 percent", "5 rial", "10 to 5 pesos", "5 million liras",
               "$5 to 10 million dollars", "5 hundred thousand francs", "kr 5m", "7 trillion won"],
)  # fmt: skip
def test_a_refused_amount_is_shown_whole(phrase: str) -> None:
    """With all that belongs to it, and nothing behind it."""
    (found,) = pt.find_quantities(f"They gave {phrase} hello")
    assert (found.text, found.value) == (phrase, None)


PEOPLE = (
    "persons children girls boys youths kids teenagers players students pupils users workers "
    "entrepreneurs patients women men citizens adults residents farmers employees researchers "
    "volunteers drivers voters people"
)


@pytest.mark.parametrize("word", ["under", "over", "above", "below"])
def test_a_number_of_people_that_may_be_an_age_is_refused(word: str) -> None:
    """Up to 100, in digits and in words; of things, or in other words, it is a number."""
    bound = "up to" if word in ("under", "below") else "at least"
    for people in PEOPLE.split():
        for number in ("5", "65", "100", "sixty-five"):
            assert read(f"{word} {number} {people}") == "ambiguous", people
            assert read(f"{word} {number} old {people}") in ("ambiguous", "no unit"), people
        assert read(f"{word} 101 {people}")[::2] == (101, bound)
        assert read(f"at least 65 {people}")[::2] == (65, "at least")
    assert read(f"{word} 65 schools") == (65, "school", bound)


def test_what_is_written_to_an_amount_may_belong_to_it() -> None:
    """So it is refused in running text, with what hangs on."""
    for text in ("US$5.million", "US$1.5-billion", "US$5m-strong", "US$5/day", "USD 5, 10 million",
                 "2 visas;3", "US$5.5.5", "US$5)million"):  # fmt: skip
        found = pt.find_quantities(f"They gave {text} then")
        assert found
        assert all(one.value is None for one in found), text


@pytest.mark.parametrize("text", ["5 aid-dollars", "5 US-dollars", "5 tax-euros"])
def test_a_compound_of_money_is_no_thing_counted(text: str) -> None:
    """Whose dollars, or which bond: nobody counts these."""
    with pytest.raises(pt.WordingError, match="names no unit"):
        pt.parse_quantity(text)


@pytest.mark.parametrize(
    ("tongue", "phrase"),
    [
        ("en", "20 to 25,000 euros"), ("en", "€2-3,000"), ("en", "3–5,000 troops"),
        ("en", "50-100,000 homes"), ("en", "1 to 2,000,000 euros"), ("de", "20 bis 25.000 Euro"),
        ("es", "20 a 25.000 euros"), ("fr", "20 à 25 000 euros"), ("de", "von 20 bis 25.000 Euro"),
    ],
)  # fmt: skip
def test_a_lower_end_that_may_share_its_thousands_is_refused(tongue: str, phrase: str) -> None:
    """With both readings, each in the way of the language."""
    if phrase.startswith("von"):
        assert read(phrase, tongue) == (20, "EUR", 25000)  # as "between ... and ..."
        return
    with pytest.raises(pt.WordingError, match="the lower end of") as caught:
        pt.parse_quantity(phrase, locale=tongue)
    low, high = (read(f"{choice} EUR", tongue)[0] for choice in caught.value.choices)
    assert high in (low * 1000, low * 1000000)


@pytest.mark.parametrize("phrase", ["5 to 3,000 homes", "900 to 1,200 homes", "20 to 25000 euros",
                                    "0 to 25,000 euros", "between 20 and 25,000 euros",
                                    "2,000 to 3,000 euros"])  # fmt: skip
def test_a_lower_end_of_one_reading_is_read(phrase: str) -> None:
    """It is not below the thousands of the upper, or nothing is printed in groups."""
    assert pt.parse_quantity(phrase).most is not None


@pytest.mark.parametrize(
    ("tongue", "phrase"),
    [
        ("en", "from €4bn in 2020 to €5bn in 2025"),
        ("es", "de 4.000 millones de euros en 2020 a 5.000 millones de euros en 2025"),
        ("fr", "de 4 milliards d'euros en 2020 à 5 milliards d'euros en 2025"),
        ("de", "von 4 Mrd. Euro im Jahr 2020 auf 5 Mrd. Euro im Jahr 2025"),
    ],
)
def test_a_change_between_two_years_is_one_refusal(tongue: str, phrase: str) -> None:
    """And the year is no end of a range."""
    (found,) = pt.find_quantities(f"Xyz {phrase}.", locale=tongue)
    assert (found.text, found.value) == (phrase, None)
    assert getattr(found.refusal, "kind", "") == "ambiguous"
    assert read("2020 to €5bn") == "ambiguous"


def test_a_number_with_a_part_is_that_number() -> None:
    """Of money and of magnitudes; things are counted whole."""
    assert read("1½ million euros") == (1500000, "EUR", "exact")
    assert read("€2¾ bn")[0] == 2750000000
    assert read("1½ Millionen Euro", "de")[0] == 1500000
    assert read("2½ hospitals") == "no unit"
    assert read("2⅓ million euros") == "ambiguous"
