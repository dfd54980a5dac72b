"""Read what people state: whole phrases to quantities and horizons, or a refusal.

A small strict grammar reads the whole phrase or refuses it with a ``WordingError`` that says what
was left over, or which readings there are, and what to write or pass instead.
"""

from __future__ import annotations

from dataclasses import dataclass

from pledgetrack import horizon_candidates, quantity_candidates
from pledgetrack.calendar import FiscalCalendar, as_day, as_month, fiscal_calendar
from pledgetrack.errors import PledgetrackError, UnitError, WordingError, shown
from pledgetrack.fields import clean
from pledgetrack.horizon import Horizon
from pledgetrack.horizon_wording import HorizonReader
from pledgetrack.quantity import Quantity
from pledgetrack.quantity_wording import Reader
from pledgetrack.render import clip
from pledgetrack.stated_days import Days, Given
from pledgetrack.units import is_currency
from pledgetrack.vocabulary import language

LONGEST = 300
"""How many characters a phrase may have; a quantity or a horizon never takes as many."""


def parse_quantity(text: str, *, dollar: str | None = None, locale: str = "en") -> Quantity:
    """The quantity that a phrase states, with the phrase as its wording.

    ``dollar`` is the ISO 4217 code of money that the phrase does not tell apart: "$", "pesos",
    "¥". ``locale`` ("en", "es", "fr", "de", or one of their countries such as "es_MX") says whose
    words and separators the phrase has. Raises ``WordingError`` for what is no quantity (a rate, a
    share, a comparison), can be read in two ways, or is not read whole.

    >>> parse_quantity("over 3,000 arrests"), parse_quantity("US$314 million")
    (Quantity(at least 3,000 arrests), Quantity(314,000,000 USD))
    >>> parse_quantity("30 mil millones de pesos", locale="es", dollar="MXN")
    Quantity(30,000,000,000 MXN)
    >>> parse_quantity("$1.5 billion")
    Traceback (most recent call last):
    pledgetrack.errors.WordingError: '$1.5 billion' does not say whose money it is (USD, ...
    """
    phrase = _phrase(text)
    check_dollar(dollar)
    language(locale)
    reader = Reader(phrase.removesuffix("."), dollar=dollar, locale=locale)
    try:
        read = reader.quantity(0) if reader.tokens else None
    except PledgetrackError as error:
        raise quantity_candidates.refusal(reader, error) from None
    if read is None or read[1] != len(reader.tokens):
        raise quantity_candidates.refusal(reader)
    return read[0].model_copy(update={"wording": _wording(phrase)})


def parse_horizon(
    text: str, *, announced: object = None, calendar: str | FiscalCalendar | None = None
) -> Horizon:
    """The horizon that a phrase states, with the phrase as its wording.

    ``announced`` is the day of the announcement (or a month, ``"2022-06"``), from which "over the
    next two years" and "by January 8" count; ``calendar`` says when fiscal years begin. Both ends
    are inclusive: two years from 2022-07-12 end on 2024-07-11, and where a month lacks the day, on
    the month's last. "By 2030" ends with that year. Raises ``WordingError`` for what names no day
    surely.

    >>> parse_horizon("over the next two years", announced="2022-07-12")
    Horizon(2022-07-12 to 2024-07-11, 'over the next two years')
    >>> parse_horizon("FY 2023 and 2024", calendar="US")
    Horizon(2022-10-01 to 2024-09-30, 'FY 2023 and 2024')
    >>> parse_horizon("03/04/2024")
    Traceback (most recent call last):
    pledgetrack.errors.WordingError: '03/04/2024' may be 2024-03-04 or 2024-04-03; write which
    """
    phrase = _phrase(text)
    given = _given(phrase, announced, calendar)
    reader = HorizonReader(phrase, given)
    end = len(reader.tokens) - (len(reader.tokens) > 1 and reader.tokens[-1].plain == ".")
    try:
        read = reader.horizon(0)
    except OverflowError:
        raise given.refuse("is beyond the year 9999", "ambiguous") from None
    if read is None or read[1] < end:
        raise horizon_candidates.refusal(reader)
    return read[0].model_copy(update={"wording": _wording(phrase)})


def _phrase(text: object) -> str:
    if not isinstance(text, str):
        raise WordingError(f"{shown(text)} is no text to read", text=text, kind="left over")
    phrase = " ".join(text.split())
    if not phrase:
        raise WordingError("an empty phrase; pass the words of the source", text=text, kind="empty")
    if len(phrase) > LONGEST:
        raise WordingError(
            f"{clip(phrase, 60)!r} is longer than {LONGEST} characters; find_quantities and "
            "find_horizons read running text",
            text=text,
            kind="left over",
            left_over=(phrase,),
        )
    return phrase


def _wording(phrase: str) -> str:
    try:
        return clean(phrase)
    except ValueError as error:
        raise WordingError(str(error), text=phrase, kind="left over") from None


def check_dollar(dollar: object) -> None:
    """Refuse what is no currency code."""
    if dollar is not None and not (isinstance(dollar, str) and is_currency(dollar)):
        raise UnitError(
            f"dollar={dollar!r} is no ISO 4217 code; pass one such as dollar='USD'", unit=dollar
        )


def _given(text: str, announced: object, calendar: str | FiscalCalendar | None) -> Given:
    days: Days | None = None
    if announced is not None:
        days = as_month(announced) or (as_day(announced),) * 2
    if calendar is not None:
        fiscal_calendar(calendar)
    return Given(text, days, calendar)


# --- running text ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch of running text that may state a quantity or a horizon.

    ``text`` is ``source[start:end]``; ``value`` is what it states, or ``refusal`` why it is
    not read. A person confirms each; nothing fills a ledger by itself.
    """

    text: str
    start: int
    end: int
    value: Quantity | Horizon | None
    refusal: PledgetrackError | None


def find_quantities(
    text: str, *, dollar: str | None = None, locale: str = "en"
) -> tuple[Candidate, ...]:
    """The phrases of a running text that may state a quantity, each with its span.

    They are read by the grammar of ``parse_quantity``; amounts that have two readings, rates and
    shares are there with their refusal.

    >>> said = "Peru pledged US$314 million and 22,500 H-2B visas, then $5m."
    >>> for found in find_quantities(said):
    ...     print(found.start, found.text, "->", found.value or found.refusal.kind)
    13 US$314 million -> 314,000,000 USD
    32 22,500 H-2B visas -> 22,500 H-2B visas
    56 $5m -> ambiguous
    """
    _running(text)
    check_dollar(dollar)
    return tuple(
        Candidate(text[span.start : span.end], span.start, span.end, span.quantity, span.refusal)
        for span in quantity_candidates.candidates(text, dollar=dollar, locale=locale)
    )


def find_horizons(
    text: str, *, announced: object = None, calendar: str | FiscalCalendar | None = None
) -> tuple[Candidate, ...]:
    """The phrases of a running text that may state a horizon, each with its span.

    They are read by the grammar of ``parse_horizon``.

    >>> said = "1.5 billion over the next two years, the rest by 2030"
    >>> for found in find_horizons(said, announced="2022-07-12"):
    ...     print(found.start, found.text, "->", found.value)
    12 over the next two years -> 2022-07-12 to 2024-07-11
    46 by 2030 -> until 2030-12-31
    """
    _running(text)
    given = _given(text, announced, calendar)
    return tuple(
        Candidate(text[span.start : span.end], span.start, span.end, span.horizon, span.refusal)
        for span in horizon_candidates.candidates(text, given)
    )


def _running(text: object) -> None:
    if not isinstance(text, str):
        raise WordingError(f"{text!r:.60} is no text to read", text=text, kind="left over")
