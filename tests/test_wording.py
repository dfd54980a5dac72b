"""What people state is read whole, or refused: never wrong."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pledgetrack as pt
from pledgetrack.strategies import horizons, quantities
from pledgetrack.vocabulary import WORDS_TOO
from stated import HORIZONS, QUANTITIES, lines

LOCALES = ("en", "es", "fr", "de", "es_MX", "de_CH")
UNKNOWN = ("zorble", "Qux", "blarghs", "xyzzy")

STATED_QUANTITIES = [
    (phrase, locale, dollar, reading)
    for (locale, dollar), table in QUANTITIES.items()
    for phrase, reading in lines(table)
]
STATED_HORIZONS = [
    (phrase, said, calendar, reading)
    for (said, calendar), table in HORIZONS.items()
    for phrase, reading in lines(table)
]
READ_QUANTITIES = [row[:3] for row in STATED_QUANTITIES if not row[3].startswith("[")]
READ_HORIZONS = [row[:3] for row in STATED_HORIZONS if not row[3].startswith("[")]


def shown_quantity(phrase: str, locale: str, dollar: str | None) -> str:
    """The reading of a phrase as the tables write it."""
    try:
        read = pt.parse_quantity(phrase, dollar=dollar, locale=locale)
    except pt.WordingError as error:
        return f"[{error.kind}]"
    assert read.wording == " ".join(phrase.split())
    bound = "" if read.bound == "exact" or read.most is not None else f"{read.bound} "
    most = "" if read.most is None else f"..{read.most:f}"
    return f"{bound}{read.number:f}{most} {read.unit}"


def shown_horizon(phrase: str, said: str | None, calendar: str | None) -> str:
    """The reading of a phrase as the tables write it."""
    try:
        read = pt.parse_horizon(phrase, announced=said, calendar=calendar)
    except pt.WordingError as error:
        return f"[{error.kind}]"
    assert read.wording == " ".join(phrase.split())
    return f"{read.start or '-'} / {read.end or '-'}"


def test_the_table_of_phrases_is_long() -> None:
    """Some hundred phrases, each once under what is known beside it."""
    rows = [row[:3] for row in (*STATED_QUANTITIES, *STATED_HORIZONS)]
    assert len(rows) >= 400
    assert len(set(rows)) == len(rows)


@pytest.mark.parametrize(("phrase", "locale", "dollar", "reading"), STATED_QUANTITIES)
def test_a_stated_amount_has_its_true_reading(
    phrase: str, locale: str, dollar: str | None, reading: str
) -> None:
    """Number, unit and bound, or the kind of the refusal."""
    assert shown_quantity(phrase, locale, dollar) == reading


@pytest.mark.parametrize(("phrase", "said", "calendar", "reading"), STATED_HORIZONS)
def test_a_stated_horizon_has_its_true_reading(
    phrase: str, said: str | None, calendar: str | None, reading: str
) -> None:
    """First and last day, or the kind of the refusal."""
    assert shown_horizon(phrase, said, calendar) == reading


# --- laws -----------------------------------------------------------------------------------------


@st.composite
def any_quantities(draw: Any) -> pt.Quantity:
    """Quantities of any unit, ranges among them."""
    plain = draw(quantities(least=-100))
    unit = draw(st.sampled_from([plain.unit]) | st.text(min_size=1, max_size=12))
    most = draw(st.none() | st.integers(1, 10**6))
    fields: dict[str, object] = {"number": plain.number, "unit": unit, "bound": plain.bound}
    if most is not None:
        fields |= {"bound": "at least", "most": plain.number + most}
    try:
        return pt.Quantity(**fields)  # type: ignore[arg-type]  # drawn for each field
    except ValueError:
        return plain


@given(any_quantities(), st.sampled_from(LOCALES))
def test_what_is_printed_is_read_back(quantity: pt.Quantity, locale: str) -> None:
    """Format, then parse, is the identity in each locale; a margin is no part of a phrase."""
    quantity = quantity.model_copy(update={"margin": None})
    text = quantity.format(locale)
    if len(text) <= 300:
        assert pt.parse_quantity(text, locale=locale) == quantity


@given(horizons() | st.tuples(st.dates(), st.dates()).map(
    lambda pair: pt.Horizon(start=min(pair), end=max(pair))))  # fmt: skip
def test_a_printed_horizon_is_read_back(horizon: pt.Horizon) -> None:
    """Whatever its days, and without any."""
    assert pt.parse_horizon(str(horizon)) == horizon


@given(st.sampled_from(READ_QUANTITIES), st.sampled_from(UNKNOWN), st.data())
def test_an_unknown_word_refuses_an_amount(
    row: tuple[str, str, str | None], word: str, data: st.DataObject
) -> None:
    """Before it, behind it, and between its words unless it names the thing counted there."""
    phrase, locale, dollar = row
    words = phrase.split(" ")
    at = data.draw(st.integers(0, len(words)))
    text = " ".join([*words[:at], word, *words[at:]])
    try:
        read = pt.parse_quantity(text, dollar=dollar, locale=locale)
    except pt.WordingError:
        return
    assert 0 < at < len(words)
    assert word in read.unit


@given(st.sampled_from(READ_HORIZONS), st.sampled_from(UNKNOWN), st.data())
def test_an_unknown_word_refuses_a_horizon(
    row: tuple[str, str | None, str | None], word: str, data: st.DataObject
) -> None:
    """Wherever it stands."""
    phrase, said, calendar = row
    words = phrase.split(" ")
    at = data.draw(st.integers(0, len(words)))
    with pytest.raises(pt.WordingError):
        pt.parse_horizon(
            " ".join([*words[:at], word, *words[at:]]), announced=said, calendar=calendar
        )


CASES: tuple[Callable[[str], str], ...] = (str.lower, str.title, lambda text: f"  {text}\t")
SPACES = ("  ", "\u00a0", "\n", " \u2009")


@given(st.sampled_from(READ_HORIZONS), st.sampled_from((*CASES, str.upper)),
       st.sampled_from(SPACES))  # fmt: skip
def test_case_and_spacing_do_not_change_a_horizon(
    row: tuple[str, str | None, str | None], change: Callable[[str], str], space: str
) -> None:
    """Capitals and any space between words."""
    phrase, said, calendar = row
    expected = pt.parse_horizon(phrase, announced=said, calendar=calendar)
    changed = change(phrase).replace(" ", space)
    assert pt.parse_horizon(changed, announced=said, calendar=calendar) == expected


@given(st.sampled_from(READ_QUANTITIES), st.sampled_from(SPACES))
def test_spacing_does_not_change_an_amount(row: tuple[str, str, str | None], space: str) -> None:
    """Any space between words; inside a number only one that groups its digits."""
    phrase, locale, dollar = row
    expected = pt.parse_quantity(phrase, dollar=dollar, locale=locale)
    words = phrase.split(" ")
    changed = words[0]
    for one, other in pairwise(words):
        grouped = one[-1:].isdigit() and other[:1].isdigit()
        changed += (" " if grouped or '"' in phrase else space) + other
    assert pt.parse_quantity(changed, dollar=dollar, locale=locale) == expected


# A small "m" is a thousand as often as a million outside English, and "us" a pronoun.
PLAIN_CASE = [
    row
    for row in READ_QUANTITIES
    if '"' not in row[0] and "M€" not in row[0] and "US $" not in row[0]
]


@given(st.sampled_from(PLAIN_CASE),
       st.sampled_from((str.lower, str.upper)))  # fmt: skip
def test_case_does_not_change_an_amount(
    row: tuple[str, str, str | None], change: Callable[[str], str]
) -> None:
    """The number stays; a thing in capitals may be refused, since "HIMARS" is no plural."""
    phrase, locale, dollar = row
    expected = pt.parse_quantity(phrase, dollar=dollar, locale=locale)
    try:
        read = pt.parse_quantity(change(phrase), dollar=dollar, locale=locale)
    except pt.WordingError:
        assert not pt.units.is_currency(expected.unit) or expected.unit in WORDS_TOO
        return
    assert read.unit.casefold() == expected.unit.casefold()
    assert (read.number, read.bound, read.most) == (expected.number, expected.bound, expected.most)


ALPHABET = st.sampled_from(
    [*"0123456789.,' -–/$€%\"'’()~+", "million", "bn", "USD", "visas", "two", "over", "between",
     "and", "to", "by", "the", "end", "of", "FY", "Q3", "2024", "March", "next", "years", "half",
     "since", "until", "\u0661", "\x00", "\ud800", "ß", "İ"]
)  # fmt: skip
ANYTHING = st.text(max_size=40) | st.lists(ALPHABET, max_size=9).map(" ".join)
JOINED = st.lists(ALPHABET, max_size=9).map("".join)


@given(ANYTHING | JOINED, st.sampled_from(LOCALES), st.sampled_from([None, "USD", "JPY"]))
def test_any_text_is_an_amount_or_a_refusal(text: str, locale: str, dollar: str | None) -> None:
    """No text raises anything but the library's errors; what is read is read again."""
    try:
        read = pt.parse_quantity(text, dollar=dollar, locale=locale)
    except pt.PledgetrackError:
        pass
    else:
        assert pt.parse_quantity(read.format(locale), locale=locale) == read
    for found in pt.find_quantities(text, dollar=dollar, locale=locale):
        assert text[found.start : found.end] == found.text
        assert (found.value is None) != (found.refusal is None)


@given(ANYTHING | JOINED, st.none() | st.dates(), st.sampled_from([None, "US"]))
def test_any_text_is_a_horizon_or_a_refusal(
    text: str, said: dt.date | None, calendar: str | None
) -> None:
    """No text raises anything but the library's errors; what is read is in order."""
    try:
        read = pt.parse_horizon(text, announced=said, calendar=calendar)
    except pt.PledgetrackError:
        pass
    else:
        assert not (read.start and read.end) or read.start <= read.end
    for found in pt.find_horizons(text, announced=said, calendar=calendar):
        assert text[found.start : found.end] == found.text
        assert (found.value is None) != (found.refusal is None)


def calls(find: Callable[[str], object], text: str) -> int:
    """How many functions of Python a search calls."""
    count = 0

    def seen(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        find(text)
    finally:
        sys.setprofile(before)
    return count


JUNK = ("1 ", "$", "1,", "USD ", "half a million ", "between 1 and ", "5 visas of ", "by 1 ",
        "March ", "2024 and ", "2024-", "FY ", "over the next ", "a", '"', "in 2024, ",
        "\x00")  # fmt: skip


@pytest.mark.parametrize("junk", JUNK)
def test_twice_the_junk_is_twice_the_work(junk: str) -> None:
    """Time grows in proportion with the text, counted in calls."""
    small, large = junk * (2_000 // len(junk)), junk * (4_000 // len(junk))
    for find in (pt.find_quantities, pt.find_horizons):
        find(large), find(small)  # what is remembered between calls is now remembered
        assert calls(find, large) <= 2.2 * calls(find, small) + 100


@pytest.mark.parametrize("junk", JUNK)
def test_a_phrase_of_100_kb_is_refused_at_once(junk: str) -> None:
    """A phrase is short; longer text is for ``find_quantities``."""
    text = junk * (100_000 // len(junk))
    for parse in (pt.parse_quantity, pt.parse_horizon):
        with pytest.raises(pt.WordingError) as caught:
            parse(text)
        assert len(str(caught.value)) < 400


# --- refusals -------------------------------------------------------------------------------------


def refused(phrase: str, **options: Any) -> pt.WordingError:
    """The refusal of a horizon."""
    with pytest.raises(pt.WordingError) as caught:
        pt.parse_horizon(phrase, **options)
    return caught.value


def test_a_refusal_says_what_is_left_over() -> None:
    """As data, and quoted in the message."""
    with pytest.raises(pt.WordingError) as caught:
        pt.parse_quantity("25 million USD in aid")
    assert caught.value.left_over == ("in aid",)
    assert "'in aid' is left over" in str(caught.value)
    assert refused("over the next two years in Peru", announced="2022-07-12").left_over == (
        "in Peru",
    )


@pytest.mark.parametrize(
    ("phrase", "says"),
    [
        ("5 visas a month", "is a rate, not a quantity; state the amount for the whole time"),
        ("45 percent", "is a share, not a quantity; state the amount"),
        ("twice as many visas", "compares, and is no quantity; state the amount"),
        ("two years", "is a length of time; read it as a horizon"),
    ],
)
def test_a_refusal_says_what_a_phrase_is_instead(phrase: str, says: str) -> None:
    """And nothing else."""
    with pytest.raises(pt.WordingError) as caught:
        pt.parse_quantity(phrase)
    assert str(caught.value) == f"{phrase!r} {says}"


@pytest.mark.parametrize(
    ("phrase", "choices"),
    [
        ("in July", ("2022-07-01 to 2022-07-31", "2023-07-01 to 2023-07-31")),
        ("since July", ("from 2022-07-01, open", "from 2021-07-01, open")),
        ("in summer", ("2023-06-01 to 2023-08-31", "2022-12-01 to 2023-02-28")),
        ("FY2023-2024", ("2023-10-01 to 2024-09-30", "2022-10-01 to 2024-09-30")),
        ("from March to FY2023/24", ()),
    ],
)
def test_an_ambiguous_time_names_its_readings(phrase: str, choices: tuple[str, ...]) -> None:
    """Said on 12 July 2022: what has begun is this one or the next, or since when, the last."""
    assert refused(phrase, announced="2022-07-12", calendar="US").choices == choices


def test_a_month_goes_no_further_than_its_own_full_stop() -> None:
    """One that stands apart ends a sentence, and another may begin with the year."""
    assert pt.parse_horizon("by Sept. 2024", announced="2022-07-12").end == dt.date(2024, 9, 30)
    assert refused("by Sept . 2024", announced="2022-07-12").kind == "left over"


@pytest.mark.parametrize("phrase", ["in the first half", "in March 2024 and April"])
def test_a_part_without_its_year_is_left_over(phrase: str) -> None:
    """There is no telling of which year it is."""
    assert refused(phrase, announced="2022-07-12").kind == "left over"


def test_a_refusal_names_whose_money_it_may_be() -> None:
    """Each choice can be passed, the most familiar first."""
    with pytest.raises(pt.WordingError) as caught:
        pt.parse_quantity("$1.5 billion")
    assert caught.value.choices[0] == "USD"
    assert {"CAD", "MXN"} <= set(caught.value.choices)
    for code in caught.value.choices:
        assert pt.parse_quantity("$1.5 billion", dollar=code).unit == code


@pytest.mark.parametrize("phrase", ["03/04/2024", "2010-11", "until 2025", "from 2024 until 2027",
                                    "in July", "winter 2024", "next spring", "soon", "two years",
                                    "between November and February 2025"])  # fmt: skip
def test_the_choices_of_a_refusal_are_phrases_that_are_read(phrase: str) -> None:
    """Writing one of them instead is the way out."""
    choices = refused(phrase, announced="2009-07-12").choices
    assert choices
    for choice in choices:
        pt.parse_horizon(choice, announced="2009-07-12", calendar="US")


def test_a_fiscal_year_without_a_calendar_names_the_calendars() -> None:
    """Each choice can be passed as ``calendar``."""
    error = refused("FY2024")
    assert "US" in error.choices
    for name in error.choices:
        assert pt.parse_horizon("FY2024", calendar=name).end
    kept = pt.parse_horizon("FY2024", calendar=pt.FiscalCalendar(4, "starting"))
    assert (str(kept.start), str(kept.end)) == ("2024-04-01", "2025-03-31")


@pytest.mark.parametrize("text", [None, 5, b"5 USD", ["5 USD"]])
def test_what_is_no_text_is_refused(text: Any) -> None:
    """With the library's own error, by each of the four functions."""
    for read in (pt.parse_quantity, pt.parse_horizon, pt.find_quantities, pt.find_horizons):
        with pytest.raises(pt.WordingError):
            read(text)


def test_what_is_passed_beside_a_phrase_is_checked() -> None:
    """Whether or not the phrase needs it."""
    with pytest.raises(pt.UnitError):
        pt.parse_quantity("5 EUR", dollar="dollars")
    with pytest.raises(pt.UnknownNameError):
        pt.parse_quantity("5 EUR", locale="pt")
    with pytest.raises(pt.DayError):
        pt.parse_horizon("in 2024", announced="soon")
    with pytest.raises(pt.CalendarError):
        pt.parse_horizon("in 2024", calendar="Mars")


# --- running text ---------------------------------------------------------------------------------

TEXT = (
    "Mexico will invest US$1.5 billion over the next two years, and 3.4 billion for 26 ports of "
    "entry. Some 117,000 people a month were admitted; 45 percent of $5m is due by 2030, in FY2024."
)


def shown(found: pt.Candidate) -> tuple[str, str]:
    """A candidate, and what it states or the kind of its refusal."""
    return found.text, str(found.value or getattr(found.refusal, "kind", found.refusal))


def test_amounts_are_found_in_running_text() -> None:
    """With what is no quantity beside them, and why."""
    found = pt.find_quantities(TEXT)
    assert [shown(one) for one in found] == [
        ("US$1.5 billion", "1,500,000,000 USD"),
        ("3.4 billion", "no unit"),
        ("26 ports of entry", "26 ports of entry"),
        ("Some 117,000 people a month", "rate"),
        ("45 percent", "share"),
        ("$5m", "ambiguous"),
    ]


def test_an_amount_that_may_go_on_behind_a_comma_is_refused() -> None:
    """Five dollars, or five million and ten million; shown with the word before it, if any."""
    for before, shown_from in (("We give ", 3), ("", 0)):
        (first, *_) = pt.find_quantities(f"{before}USD 5, 10 million in all.")
        assert getattr(first.refusal, "kind", None) == "left over"
        assert first.start == shown_from


@pytest.mark.parametrize("between", [" ", " the "])
@pytest.mark.parametrize(
    "word", ["minus", "not", "no", "without", "nicht", "kein", "keine", "sin", "sans", "pas"]
)
def test_an_amount_that_is_denied_is_refused(word: str, between: str) -> None:
    """Whatever the language of the word, and with an article."""
    (found,) = pt.find_quantities(f"We will {word}{between}USD 5 million then")
    assert getattr(found.refusal, "kind", None) == "left over"


def test_horizons_are_found_in_running_text() -> None:
    """With their days, or why they have none."""
    found = pt.find_horizons(TEXT, announced="2022-07-12")
    assert [shown(one) for one in found] == [
        ("over the next two years", "2022-07-12 to 2024-07-11"),
        ("by 2030", "until 2030-12-31"),
        ("in FY2024", "no calendar"),
    ]


@given(st.lists(st.sampled_from([row[0] for row in READ_QUANTITIES if row[1:] == ("en", None)]),
                max_size=3))  # fmt: skip
def test_what_is_found_reads_the_same_alone(phrases: list[str]) -> None:
    """A candidate is read by the grammar of a whole phrase."""
    text = "We promise " + "; further ".join(phrases) + "."
    for found in pt.find_quantities(text):
        if found.value is not None:
            assert pt.parse_quantity(found.text) == found.value
