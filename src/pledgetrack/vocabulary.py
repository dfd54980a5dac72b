"""The words with which amounts are stated, in English, Spanish, French and German.

Numbers in words go to twenty and by tens. A billion is 10^9 in English and 10^12 in the others, as
the CLDR has it. Everything is in the folded form that ``fold`` gives.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from pledgetrack.errors import unknown
from pledgetrack.units import currency_codes, familiar, is_currency, is_current

LANGUAGES = ("en", "es", "fr", "de")


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """A word as words are compared: without capitals, accents and dots.

    >>> fold("Millón"), fold("U.S."), fold("Jusqu’à")
    ('millon', 'us', "jusqu'a")
    """
    plain = unicodedata.normalize("NFD", word.casefold().replace("’", "'").replace(".", ""))
    return "".join(character for character in plain if not unicodedata.combining(character))


Phrases = Mapping[tuple[str, ...], str]


def _phrases(**said: str) -> Phrases:
    """Phrases, parted by commas, each with what it means."""
    return MappingProxyType(
        {
            tuple(fold(word) for word in phrase.split()): meaning.replace("_", " ")
            for meaning, phrases in said.items()
            for phrase in phrases.split(",")
        }
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.split())


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one language."""

    numbers: Mapping[str, int]
    half: tuple[tuple[str, ...], ...]  # "half a" before a magnitude
    magnitudes: Mapping[str, int]  # the power of ten
    short: Mapping[str, int]  # magnitudes that are read beside money only
    single: frozenset[str]  # magnitudes that have a plural, which other numbers need
    chains: frozenset[tuple[str, str]]  # "thousand million"
    bounds: Phrases
    after: Phrases  # bounds that follow: "or more"
    between: tuple[tuple[str, str], ...]  # "between ... and"
    changes: tuple[str, str]  # "from ... to", which may be a change or a range
    linking: frozenset[str]  # "de" in "30 millones de pesos"
    times: frozenset[str]  # a rate's period
    rates: frozenset[str]  # words that make a rate alone
    per: frozenset[str]
    shares: frozenset[str]
    parts: frozenset[str]  # fractions, which are shares before "of"
    of: frozenset[str]
    relative: frozenset[str]
    vague: frozenset[str]
    numerals: frozenset[str]  # parts of numbers in words that are longer than what is read
    joining: frozenset[str]  # "and" in "two hundred and fifty"
    halves: frozenset[str]  # "half" in "two millions and a half"
    fractions: frozenset[str]  # "quarter" in "a quarter of a billion"
    denying: frozenset[str]  # what turns a floor into a ceiling: "not spend more than"
    idioms: frozenset[str]  # what makes no denial of it: "not only"
    comparing: frozenset[str]  # the words of a bound that may be denied
    exceeding: str  # verbs of going beyond an amount, as a pattern
    each: frozenset[str]  # words that share out: "each", "apiece"
    before_time: frozenset[str]  # what makes a rate with a time that stands before the amount
    per_thing: frozenset[str]  # what makes a rate with any noun behind it
    no_thing: frozenset[str]  # but not with these
    measured: frozenset[str]  # what may stand between "an annual budget" and its amount
    said: Mapping[str, str] = field(default_factory=dict)  # how a bound is printed


def _count(*groups: tuple[int, str]) -> dict[str, int]:
    """Number words, parted by spaces, from a first number on."""
    found: dict[str, int] = {}
    for first, words in groups:
        for at, forms in enumerate(words.split()):
            found.update((fold(form), first + at) for form in forms.split("/"))
    return found


def _tens(words: str) -> dict[str, int]:
    return {fold(word): 10 * at for at, word in enumerate(words.split(), start=3)}


def _chains(small: Iterable[str], large: Iterable[str]) -> set[tuple[str, str]]:
    return {(fold(one), fold(other)) for one in small for other in large}


_EN_LARGE = {"million": 6, "billion": 9, "trillion": 12}
_EN = Vocabulary(
    numbers=_count(
        (1, "one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
            "fifteen sixteen seventeen eighteen nineteen twenty")
    ) | _tens("thirty forty fifty sixty seventy eighty ninety"),
    half=(("half", "a"), ("half",), ("a", "half")),
    magnitudes={"hundred": 2, "thousand": 3, **_EN_LARGE, "mn": 6, "mln": 6, "bn": 9, "bln": 9,
                "tn": 12, "trn": 12, "lakh": 5, "crore": 7},
    short={"k": 3, "m": 6, "b": 9},
    single=frozenset(),
    chains=frozenset(_chains(["hundred"], ["thousand", *_EN_LARGE, "crore"])
                     | _chains(["thousand"], _EN_LARGE) | _chains(["lakh"], ["crore"])),
    bounds=_phrases(
        at_least="over,more than,at least,no less than,not less than,no fewer than,not fewer than,"
                 "above,in excess of,exceeding,a minimum of,minimum of,upwards of,greater than",
        up_to="up to,at most,no more than,not more than,under,below,less than,fewer than,"
              "a maximum of,maximum of",
        about="about,around,roughly,approximately,approx,nearly,almost,some,circa,ca,close to,"
              "an estimated,~,≈",
    ),
    after=_phrases(at_least="or more,at least,+", up_to="or less,or fewer,at most"),
    between=(("between", "and"), ("", "to"), ("", "-")),
    changes=("from", "to"),
    linking=frozenset(),
    times=_words("second minute hour day week month quarter year decade annum fortnight night "
                 "capita head person household"),
    rates=_words("annually yearly monthly weekly daily hourly quarterly annual pa p/a"),
    per=_words("a an per each every / the"),
    shares=_words("percent percentage % ‰ pct share proportion"),
    parts=_words("half third thirds quarter quarters fifth fifths sixth sixths eighth eighths "
                 "tenth tenths majority part most"),
    of=frozenset({"of", "in", "the"}),
    relative=_words("double doubled doubling triple tripled tripling quadruple twice thrice times "
                    "fold twofold threefold fourfold fivefold tenfold halve halved increase "
                    "increased increases rise decrease decreased reduction cut x more less fewer"),
    vague=_words("several many few dozens hundreds thousands millions billions trillions tens "
                 "dozen couple multi-million multi-billion"),
    numerals=frozenset(),
    joining=_words("and or"),
    halves=_words("half"),
    fractions=_words("half halves third thirds quarter quarters fourth fourths fifth fifths sixth "
                     "sixths seventh sevenths eighth eighths ninth ninths tenth tenths twentieth "
                     "twentieths hundredth hundredths"),
    denying=_words("not never no none nobody neither nor cannot without hardly"),
    idioms=_words("only just merely later longer doubt sooner less more fewer wonder surprisingly"),
    comparing=_words("more less fewer greater over above under below exceeding exceeds exceed "
                     "excess upwards"),
    exceeding="exceed(s|ed|ing)?|surpass(es|ed|ing)?|top(s|ped|ping)?",
    each=_words("each apiece"),
    before_time=_words("each every per"),
    per_thing=_words("per each every"),
    no_thing=_words("cent se the a an this that these our their its his her your my"),
    measured=_words("of is be was are were totals at worth"),
    said={"at least": "at least", "up to": "up to", "about": "about"},
)  # fmt: skip

_ES = Vocabulary(
    numbers=_count(
        (1, "uno/un/una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce "
            "quince dieciséis diecisiete dieciocho diecinueve veinte")
    ) | _tens("treinta cuarenta cincuenta sesenta setenta ochenta noventa"),
    half=(("medio",),),
    magnitudes={"cien": 2, "mil": 3, "millon": 6, "millones": 6, "millardo": 9, "millardos": 9,
                "billon": 12, "billones": 12},
    short={"k": 3, "m": 6},
    single=frozenset({"billon"}),
    chains=frozenset(_chains(["cien"], ["mil", "millones"]) | _chains(["mil"], ["millones"])),
    bounds=_phrases(
        at_least="más de,al menos,por lo menos,como mínimo,no menos de",
        up_to="hasta,como máximo,a lo sumo,menos de,no más de",
        about="unos,unas,alrededor de,aproximadamente,cerca de,casi,en torno a,~,≈",
    ),
    after=_phrases(at_least="o más,como mínimo,+", up_to="o menos,como máximo"),
    between=(("entre", "y"), ("", "a"), ("", "-")),
    changes=("de", "a"),
    linking=_words("de"),
    times=_words("segundo minuto hora día semana mes trimestre año persona cápita noche"),
    rates=_words("anualmente mensualmente anual anuales mensual mensuales diario diarios diarias "
                 "semanal semanales anualizado"),
    per=_words("por al cada a la /"),
    shares=_words("% ‰ porcentaje"),
    parts=_words("mitad tercio tercios cuarto cuartos quinto quintos décimo parte mayoría"),
    of=_words("de del"),
    relative=_words("doble triple duplicar triplicar veces aumento incremento reducción más menos "
                    "adicionales"),
    vague=_words("varios varias muchos cientos miles decenas centenares docenas"),
    numerals=_words("ciento veintiuno veintiún veintiuna veintidós veintitrés veinticuatro "
                    "veinticinco veintiséis veintisiete veintiocho veintinueve doscientos "
                    "doscientas trescientos trescientas cuatrocientos cuatrocientas quinientos "
                    "quinientas seiscientos seiscientas setecientos setecientas ochocientos "
                    "ochocientas novecientos novecientas"),
    joining=_words("y e o u"),
    halves=_words("medio media"),
    fractions=_words("mitad tercio tercios cuarto cuartos quinto quintos sexto sextos séptimo "
                     "séptimos octavo octavos noveno novenos décimo décimos"),
    denying=_words("no nunca jamás ningún ninguna ninguno nadie ni sin tampoco"),
    idioms=_words("solo sólo solamente obstante"),
    comparing=_words("más menos"),
    exceeding="super(a|an|e|en|ar|ara|aran|aria|arian|o|aron|ando)|"
              "exced(e|en|a|an|er|era|eran|io|ieron|iendo)|"
              "(sobrepas|rebas)(a|an|ar|ara|aran|e|en|o)",
    each=_words("cada"),
    before_time=_words("cada por al todos todas"),
    per_thing=_words("por cada"),
    no_thing=_words("ciento parte ejemplo lo el la los las un una su sus este esta estos estas ese "
                    "esa que si no fin tanto supuesto valor concepto medio motivo encima debajo "
                    "completo favor"),
    measured=_words("de es son será fue"),
    said={"at least": "al menos", "up to": "hasta", "about": "alrededor de"},
)  # fmt: skip

_FR = Vocabulary(
    numbers=_count(
        (1, "un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze "
            "quinze seize dix-sept dix-huit dix-neuf vingt")
    ) | _tens("trente quarante cinquante soixante"),
    half=(("un", "demi"), ("demi",)),
    magnitudes={"cent": 2, "cents": 2, "mille": 3, "million": 6, "millions": 6, "milliard": 9,
                "milliards": 9, "md": 9, "mds": 9, "mrd": 9, "mio": 6, "billion": 12,
                "billions": 12},
    short={"k": 3, "m": 6},
    single=frozenset({"billion"}),
    chains=frozenset(_chains(["cent", "cents"], ["mille", "millions", "milliards"])
                     | _chains(["mille"], ["milliards"])),
    bounds=_phrases(
        at_least="plus de,plus d',au moins,au minimum,pas moins de,pas moins d'",
        up_to="jusqu'à,au plus,au maximum,moins de,moins d',pas plus de,pas plus d'",
        about="environ,près de,près d',quelque,à peu près,presque,autour de,autour d',~,≈",
    ),
    after=_phrases(at_least="ou plus,au moins,au minimum,+", up_to="ou moins,au plus,au maximum"),
    between=(("entre", "et"), ("", "a"), ("", "-")),
    changes=("de", "a"),
    linking=_words("de d'"),
    times=_words("seconde minute heure jour semaine mois trimestre an année personne tête habitant "
                 "nuit"),
    rates=_words("annuellement mensuellement annuel annuels annuelle annuelles mensuel mensuels "
                 "mensuelle mensuelles quotidien quotidiens hebdomadaire"),
    per=_words("par chaque l' / le la"),
    shares=_words("% ‰ pourcent pourcentage"),
    parts=_words("moitié tiers quart quarts cinquième cinquièmes dixième partie majorité"),
    of=_words("de du d' des"),
    relative=_words("double doubler triple tripler fois augmentation hausse réduction baisse "
                    "supplémentaires plus moins"),
    vague=_words("plusieurs beaucoup centaines milliers dizaines quelques"),
    numerals=_words("septante huitante octante nonante vingts quatre-vingt quatre-vingts"),
    joining=_words("et ou"),
    halves=_words("demi demie"),
    fractions=_words("moitié tiers quart quarts cinquième cinquièmes sixième sixièmes septième "
                     "septièmes huitième huitièmes neuvième neuvièmes dixième dixièmes"),
    denying=_words("ne pas jamais aucun aucune sans ni non nul nulle personne"),
    idioms=_words("seulement uniquement"),
    comparing=_words("plus moins"),
    exceeding="depass(e|ent|er|era|eront|erait|eraient|ait|ant)|"
              "(n')?exced(e|ent|er|era|eront|erait|eraient|ait|ant)",
    each=_words("chacun chacune chacuns chacunes chaque"),
    before_time=_words("chaque par tous toutes"),
    per_thing=_words("par chaque"),
    no_thing=_words("cent exemple rapport voie suite ailleurs contre moyen le la les l' un une des "
                    "son sa ses leur leurs ce cette ces notre nos votre vos mon ma mes"),
    measured=_words("de d' est sont sera fut"),
    said={"at least": "au moins", "up to": "jusqu'à", "about": "environ"},
)  # fmt: skip

_DE_LARGE = {"million": 6, "millionen": 6, "milliarde": 9, "milliarden": 9, "billion": 12,
             "billionen": 12}  # fmt: skip
_DE = Vocabulary(
    numbers=_count(
        (1, "eins/ein/eine/einen/einem/einer zwei drei vier fünf sechs sieben acht neun zehn elf "
            "zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig")
    ) | _tens("dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"),
    half=(("eine", "halbe"), ("einer", "halben"), ("halbe",)),
    magnitudes={"hundert": 2, "tausend": 3, "tsd": 3, **_DE_LARGE, "mio": 6, "mrd": 9,
                "mia": 9, "bio": 12},
    short={},
    single=frozenset({"billion"}),
    chains=frozenset(_chains(["hundert"], ["tausend", *_DE_LARGE])),
    bounds=_phrases(
        at_least="über,mehr als,mindestens,wenigstens,nicht weniger als",
        up_to="bis zu,höchstens,maximal,unter,weniger als,nicht mehr als",
        about="etwa,rund,ungefähr,circa,ca,zirka,knapp,fast,annähernd,~,≈",
    ),
    after=_phrases(at_least="oder mehr,+", up_to="oder weniger"),
    between=(("zwischen", "und"), ("von", "bis"), ("", "bis"), ("", "-")),
    changes=("von", "auf"),
    linking=frozenset(),
    times=_words("sekunde minute stunde tag woche monat quartal jahr person kopf einwohner nacht"),
    rates=_words("jährlich monatlich täglich wöchentlich stündlich jährliche monatliche tägliche "
                 "jährlichen monatlichen"),
    per=_words("pro je im am in jeden jedes jede die das den /"),
    shares=_words("prozent % ‰ prozentpunkte anteil"),
    parts=_words("hälfte drittel viertel fünftel zehntel teil mehrheit"),
    of=_words("der des von vom"),
    relative=_words("doppelt doppelte verdoppeln verdoppelung dreifach dreifache verdreifachen mal "
                    "anstieg erhöhung steigerung senkung mehr weniger zusätzliche zusätzlich"),
    vague=_words("mehrere einige viele hunderte tausende dutzende"),
    numerals=_words("einhalb anderthalb zwo"),
    joining=_words("und oder"),
    halves=_words("halb halbe halben halber"),
    fractions=_words("hälfte drittel viertel fünftel sechstel siebtel achtel neuntel zehntel"),
    denying=_words("nicht nie niemals kein keine keinen keinem keiner keines ohne weder niemand"),
    idioms=_words("nur bloß allein zuletzt"),
    comparing=_words("mehr weniger über unter"),
    exceeding="uber(steig|schreit|schritt|stieg|treff)(e|en|t|et|end)?",
    each=_words("jeweils je"),
    before_time=_words("jedes jede jeden jedem pro je im am alle"),
    per_thing=_words("pro je jeden jede jedes"),
    no_thing=_words("prozent nach"),
    measured=_words("von in höhe beträgt ist sind war"),
    said={"at least": "mindestens", "up to": "bis zu", "about": "etwa"},
)  # fmt: skip

_BY_LANGUAGE = {"en": _EN, "es": _ES, "fr": _FR, "de": _DE}


CLOSING = frozenset(") ] } ' ’ \" ” “ » . , ; : ! ? … —".split())
"""Signs that may be written to the end of a phrase in running text."""

ALL_MAGNITUDES = frozenset(
    "milliard milliards quadrillion quintillion mill mil bil tril mm thousands millions billions "
    "trillions".split()
).union(*(words.magnitudes for words in _BY_LANGUAGE.values()))
"""Words that may be a magnitude, in whatever language."""


def vocabulary(locale: str) -> Vocabulary:
    """The words of the language of a locale such as "en" or "de_CH".

    >>> vocabulary("es_MX").magnitudes["millones"]
    6
    """
    return _BY_LANGUAGE[language(locale)]


@lru_cache(maxsize=256)
def language(locale: object) -> str:
    """The language of a locale, which is one of en, es, fr, de.

    >>> language("es-MX")
    'es'
    """
    if isinstance(locale, str):
        found, sign, rest = locale.replace("-", "_").partition("_")
        if found in LANGUAGES and (not sign or _known(found, rest)):
            return found
    raise unknown("locale", locale, LANGUAGES)


def _known(found: str, rest: str) -> bool:
    from babel import Locale, UnknownLocaleError

    try:
        Locale.parse(f"{found}_{rest}")
    except (ValueError, UnknownLocaleError, TypeError):
        return False
    return True


@lru_cache(maxsize=64)
def separators(locale: str) -> tuple[str, str]:
    """The decimal sign and the sign between thousands.

    >>> separators("de"), separators("es_MX")
    ((',', '.'), ('.', ','))
    """
    from babel.numbers import get_decimal_symbol, get_group_symbol

    name = locale.replace("-", "_")
    return str(get_decimal_symbol(name)), str(get_group_symbol(name))


# --- money ----------------------------------------------------------------------------------------

SIGNS: dict[str, tuple[str, ...]] = {
    "US$": ("USD",), "$US": ("USD",), "$CAN": ("CAD",), "C$": ("CAD", "NIO"), "CA$": ("CAD",),
    "CAN$": ("CAD",), "A$": ("AUD",),
    "AU$": ("AUD",), "NZ$": ("NZD",), "HK$": ("HKD",), "S$": ("SGD",), "MX$": ("MXN",),
    "R$": ("BRL",), "NT$": ("TWD",), "€": ("EUR",), "£": ("GBP",), "₹": ("INR",), "₪": ("ILS",),
    "₫": ("VND",), "₱": ("PHP",), "₦": ("NGN",), "₴": ("UAH",), "₺": ("TRY",), "₽": ("RUB",),
    "₸": ("KZT",), "₾": ("GEL",), "₼": ("AZN",), "₡": ("CRC",), "₲": ("PYG",), "₵": ("GHS",),
    "฿": ("THB",), "₭": ("LAK",), "₮": ("MNT",), "CN¥": ("CNY",), "JP¥": ("JPY",),
    "₩": ("KRW", "KPW"), "¥": ("JPY", "CNY"), "￥": ("JPY", "CNY"),
}  # fmt: skip
"""Signs of money and what each may stand for; "$" stands for any dollar and some pesos."""

# What people write for a code.
_ALSO = {
    "sdr": ("XDR",), "sdrs": ("XDR",), "rmb": ("CNY",), "renminbi": ("CNY",),
    "kr": ("DKK", "ISK", "NOK", "SEK"), "rs": ("INR", "LKR", "MUR", "NPR", "PKR", "SCR"),
    "pound sterling": ("GBP",), "pounds sterling": ("GBP",), "sterling": ("GBP",),
    "us dollar": ("USD",), "us dollars": ("USD",), "american dollar": ("USD",),
    "american dollars": ("USD",), "united states dollars": ("USD",),
    "special drawing rights": ("XDR",), "rouble": ("RUB", "BYN"), "roubles": ("RUB", "BYN"),
    **dict.fromkeys(
        ("rial", "rials", "riales", "riyal", "riyals", "riyales"),
        ("IRR", "OMR", "QAR", "SAR", "YER"),
    ),
    **dict.fromkeys(("kwacha", "kwachas"), ("MWK", "ZMW")),
}  # fmt: skip
_ALSO_IN = {
    "en": {},
    "es": {"dolares americanos": ("USD",), "dolares de eeuu": ("USD",),
           "dolares de estados unidos": ("USD",), "dolares de los estados unidos": ("USD",),
           "derechos especiales de giro": ("XDR",)},
    "fr": {"dollars americains": ("USD",), "dollar us": ("USD",), "dollars us": ("USD",),
           "dollars des etats-unis": ("USD",), "droits de tirage speciaux": ("XDR",)},
    "de": {"us-dollar": ("USD",), "us-dollars": ("USD",), "amerikanische dollar": ("USD",),
           "schweizer franken": ("CHF",), "sonderziehungsrechte": ("XDR",), "kanadische dollar":
           ("CAD",), "britische pfund": ("GBP",), "pfund sterling": ("GBP",)},
}  # fmt: skip

# Units of account whose names hold words of other things ("Unit of Real Value").
_ACCOUNTS = frozenset("BOV CHC CHE CHW CLF COU ECV MXV USN USS UYI UYW CNX".split())
_NAMED_X = frozenset({"XAF", "XCD", "XCG", "XDR", "XEU", "XOF", "XPF"})
_NO_NOUNS = frozenset(
    "nuevo nuevos nueva nuevas antiguo antiguos nouveau nouveaux ancien anciens unit units unidad "
    "unidades unite unites value convertible convertibles gold super".split()
)

# Codes that are words as well; beside a small number they are not surely money: "COP 26".
WORDS_TOO = frozenset(
    "AED ALL ANG ARM BAD BAM BAN BEL BOB BOP COP CUP DEM GEL GIP HUF LAK MAD MOP MUR PAB PEN "
    "PHP RON SDG SIT SOS STD SUR TOP TRY".split()
)

# Codes that are no words in any of the languages, so that they may be written small.
PLAIN_CODES = frozenset(
    "AUD BRL CAD CHF CNY DKK EUR GBP HKD INR JPY KRW MXN NOK NZD SEK SGD USD XDR ZAR".split()
)


@lru_cache(maxsize=1)
def codes_of_dollar() -> tuple[str, ...]:
    """What a bare "$" may stand for: any dollar, and the pesos that are written so."""
    names = money_names("en")
    return tuple(sorted({*names["dollars",], *names["pesos",]}, key=familiar))


@lru_cache(maxsize=4)
def money_names(tongue: str) -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """The names of currencies in a language, folded, each with the codes that it may mean.

    A full name ("Mexican pesos") has one code; its noun alone ("pesos") has all that share it.
    """
    from babel.numbers import get_currency_name

    full: dict[str, set[str]] = {}
    nouns: dict[str, set[str]] = {}
    forms: dict[str, set[str]] = {}
    for code in sorted(currency_codes() - _ACCOUNTS):
        if code.startswith("X") and code not in _NAMED_X:
            continue  # metals and the like, whose names are other things as well
        for name in {str(get_currency_name(code, count, tongue)) for count in (None, 1, 2)}:
            if name == code or any(sign.isdigit() or sign in "()[]/" for sign in name):
                continue  # no name, or that of a former currency told apart by its years
            words = fold(name).split()
            full.setdefault(" ".join(words), set()).add(code)
            noun = _noun(words, tongue)
            if noun and not code.startswith("X"):
                nouns.setdefault(noun, set()).add(code)
                forms.setdefault(code, set()).add(noun)
    # Singular and plural mean the same currencies, though some have only one of them on record.
    alike = {
        noun: {other for code in codes for form in forms[code] for other in nouns[form]}
        for noun, codes in nouns.items()
    }
    if tongue != "en":
        alike = {noun: codes for noun, codes in alike.items() if any(map(is_current, codes))}
    made = {name: tuple(sorted(codes, key=familiar)) for name, codes in (alike | full).items()}
    made |= _ALSO | _ALSO_IN[tongue]
    return MappingProxyType({tuple(name.split()): codes for name, codes in made.items()})


def _noun(words: list[str], tongue: str) -> str | None:
    """The noun of a currency's name: "dollar" of "US dollar" and of "dollar canadien"."""
    noun = words[0] if tongue in ("es", "fr") else words[-1]
    if tongue == "de":
        noun = noun.rpartition("-")[2]
        if len(words) > 2:
            return None  # names with a country behind: "Mark der DDR"
    return noun if noun.isalpha() and noun not in _NO_NOUNS else None


def codes_of_word(word: str) -> tuple[str, ...]:
    """The currency of a code, in capitals or not.

    >>> codes_of_word("usd"), codes_of_word("top"), codes_of_word("USX")
    (('USD',), (), ())
    """
    if len(word) != 3 or not word.isascii() or not word.isalpha():
        return ()
    code = word.upper()
    if not is_currency(code) or (word != code and code not in PLAIN_CODES):
        return ()
    return (code,)
