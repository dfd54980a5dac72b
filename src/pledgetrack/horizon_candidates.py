"""Stated horizons in running text, and what a phrase is that states none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pledgetrack.errors import PledgetrackError, WordingError
from pledgetrack.horizon import Horizon
from pledgetrack.horizon_wording import EXAMPLES, HorizonReader
from pledgetrack.render import clip
from pledgetrack.stated_days import Given, shown
from pledgetrack.stated_periods import DASHES
from pledgetrack.vocabulary import CLOSING

_VAGUE = (
    "soon", "shortly", "eventually", "someday", "early", "late", "mid", "middle",
    "near future", "due course", "as soon as possible", "asap", "coming years", "coming months",
    "coming weeks", "coming days", "next few", "years ahead", "months ahead", "long-term",
    "long term", "short-term", "short term", "medium-term", "medium term", "several",
    "immediately",
)  # fmt: skip
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_PAST = ("last", "past", "previous", "ago")

# --- what a phrase is instead ---------------------------------------------------------------------


def refusal(reader: HorizonReader) -> WordingError:
    """What a phrase is, or leaves over, where it is no horizon."""
    given, words = reader.given, [token.plain for token in reader.tokens]
    said = " ".join(words)

    def holds(phrases: tuple[str, ...]) -> bool:
        return any(re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", said) for phrase in phrases)

    season = next((word for word in words if word in _SEASONS), None)
    if season:
        return _season(given, season)
    if holds(_PAST):
        return given.refuse("lies in the past, and nothing is due then", "past", *EXAMPLES)
    left = tuple(_left_over(reader))
    begin = reader.skip(0, "over", "for", "in")
    length = reader.length(begin)
    if length and length[2] == len(words):
        count, unit, _ = length
        what = f"{unit}" if count == 1 else f"{count} {unit}s"
        some = f"{'one' if count == 1 else count} {unit}{'s' * (count > 1)}"
        return given.refuse(
            "does not say when it begins; write from when it counts", "no anchor",
            f"over the next {what}", f"over {some} from 2022",
        )  # fmt: skip
    if holds(_VAGUE):
        return given.refuse(
            "names no day; write one that the source states, or leave the horizon out and keep the "
            "words in a note",
            "vague",
            *EXAMPLES,
        )
    told = ", ".join(repr(clip(part, 40)) for part in left)
    wording = given.refuse(
        f"is not read whole: {told or 'nothing'} is left over; write the days (start and end), or "
        "a phrase such as 'over the next two years' or 'by the end of 2025'",
        "left over",
    )
    wording.left_over = left
    return wording


def _season(given: Given, season: str) -> WordingError:
    """A season is another time of the year north and south, and begins on no certain day."""
    first = _SEASONS[season]
    found = re.search(r"(?<![0-9])(1[5-9]|2[0-9])[0-9]{2}(?![0-9])", given.text)
    if not found and given.announced is None:
        names = ("in March 2025", "in the second quarter of 2025")
        return given.refuse("names a season, which begins on no certain day; write months",
                            "season", *names)  # fmt: skip
    year = int(found.group()) if found else given.said()[1].year
    choices = []
    for month in (first, (first + 5) % 12 + 1):
        days = given.months(year, month, 3)
        if not found and days[0] <= given.said()[1]:
            days = given.months(year + 1, month, 3)
        choices.append(shown(days))
    return given.refuse(
        f"names a season, which may be {' or '.join(choices)}; write the months", "season", *choices
    )


def _left_over(reader: HorizonReader) -> Iterator[str]:
    """The parts of a phrase that are in no horizon."""
    text = reader.text
    spans = candidates(text, reader.given)
    begin, end = next(((span.start, span.end) for span in spans if span.horizon), (0, 0))
    for part in (text[:begin].strip(), text[end:].strip()):
        if part:
            yield part


# --- running text ---------------------------------------------------------------------------------


class Span(NamedTuple):
    """A stretch of text that states a horizon: the horizon, or why it is none."""

    start: int
    end: int
    horizon: Horizon | None
    refusal: PledgetrackError | None


def candidates(text: str, given: Given) -> list[Span]:
    """The stretches of a running text that may state a horizon."""
    reader = HorizonReader(text, given)
    found: list[Span] = []
    at = 0
    while at < len(reader.tokens):
        span, after = _candidate(reader, at)
        if span:
            found.append(span)
        at = max(after, at + 1)
    return found


_OPENERS = frozenset(
    "by no not on through thru until till before since from starting beginning between over within "
    "in during throughout for next multi-year multiyear multi ongoing open-ended indefinitely "
    "permanently fy fys fiscal financial q h up".split()
)


_DENIED = frozenset("not never born nicht".split())
# What may stand behind a year that is one, unlike "in 2000 schools".
_FUNCTION = frozenset(
    "a an the and or but nor as at by for from in into of on to with under until till since "
    "through during when where which who whom that while because if so our its their his her it "
    "we they he she i you is are was were be has have had will would shall should can "
    "could may might must also alone however including after before between about over".split()
)


def _goes_on(reader: HorizonReader, at: int) -> bool:
    """Whether the text behind a time may belong to it: "by 2030-31", "in 2000 schools"."""
    plain = reader.plain(at)
    if reader.glued(at) and plain not in CLOSING:
        return True
    if reader.glued(at) and reader.glued(at + 1) and reader.kind(at + 1) == "number":
        return True  # "by 2030,5 tonnes"
    if plain == "ago" or (plain in DASHES and reader.kind(at + 1) == "number"):
        return True
    year = reader.kind(at - 1) == "number" and len(reader.plain(at - 1)) == 4
    return year and reader.kind(at) == "word" and plain not in _FUNCTION


_LENGTHS = ("for", "over", "lasting", "during", "within")
_SPANS = frozenset("year years month months quarter quarters week weeks day days decade".split())


def _tail(reader: HorizonReader, at: int) -> int:
    """The place behind another time that hangs on: "or 2026", "for three years"; or 0."""
    plain = reader.plain(at)
    if plain in _LENGTHS:
        begin = at + 1
        while reader.plain(begin) in ("the", "next", "a", "period", "of", "another", "about"):
            begin += 1
        length = reader.length(begin) or reader.length(begin - 1)
        return length[2] if length else 0
    if plain not in ("or", "and", "/", "and/or"):
        return 0
    begin = reader.skip(at + 1, "or", "/", "by", "in", "before", "until")
    led = begin > at + 1
    if plain == "and" and (led or reader.year(begin) is None):
        return 0
    try:
        read = reader.period(begin)
    except WordingError:
        return begin + 1
    named = reader.month(begin) is not None
    return read[1] if read and (named or read[1] > begin) else 0


def _lead(reader: HorizonReader, at: int) -> int:
    """The first token of a length that a time ends: "year to March 2026"; or the time's own."""
    before = at - 1
    if reader.plain(before) in ("on", "in", "of"):
        before -= 1
    if reader.plain(before) in ("to", "ending", "ended", "until", "till", "through"):
        unit = before - 1
        if reader.plain(unit) in _SPANS:
            begin = unit - (reader.kind(unit - 1) == "number")
            while begin > 0 and reader.plain(begin - 1) in ("the", "in", "over", "for"):
                begin -= 1
            return begin
    return at


_PARTS = frozenset("beginning start middle week weekend day days part st nd rd th".split())


def _denied(reader: HorizonReader, at: int) -> bool:
    """Whether what stands before a time makes it another: "not by", "3 to 5 March"."""
    if reader.plain(at - 1) in _DENIED or reader.plain(at - 2) in _DENIED:
        return True
    if reader.plain(at - 1) == "of" and (
        reader.plain(at - 2) in _PARTS or reader.kind(at - 2) == "number"
    ):
        return True
    if reader.plain(at - 1) == "the" and reader.plain(at - 2) in ("by", "before", "until", "till"):
        return True  # "by the 2030s"
    linked = reader.plain(at - 1) in {"to", "and", "or", "/", *DASHES}
    return linked and reader.kind(at - 2) == "number"


def _candidate(reader: HorizonReader, at: int) -> tuple[Span | None, int]:
    """A horizon in running text; a bare number or "open" among other words is none."""
    token = reader.tokens[at]
    digits = token.kind in ("day", "slashed", "number")
    if token.plain not in _OPENERS and not digits and reader.month(at) is None:
        return None, at + 1
    try:
        read = reader.horizon(at)
    except WordingError as error:
        end = _extent(reader, at)
        text = reader.text[token.start : reader.tokens[end - 1].end]
        told = WordingError(
            str(error).replace(repr(clip(reader.text, 60)), repr(clip(text, 60))),
            text=text, kind=error.kind,
            choices=error.choices,
        )  # fmt: skip
        return Span(token.start, reader.tokens[end - 1].end, None, told), end
    except PledgetrackError as error:
        return Span(token.start, token.end, None, error), at + 1
    if read is None or (read[1] == at + 1 and token.kind == "number"):
        return None, at + 1
    horizon, end = read
    stop = reader.tokens[end - 1].end
    lead, tail = _lead(reader, at), _tail(reader, end)
    if lead < at or tail:
        end = max(end, tail)
        said = reader.text[reader.tokens[lead].start : reader.tokens[end - 1].end]
        told = WordingError(f"{said!r} says more than a time", text=said, kind="left over")
        return Span(reader.tokens[lead].start, reader.tokens[end - 1].end, None, told), end
    if _goes_on(reader, end) or _denied(reader, at):
        last = min(end + 1, len(reader.tokens))
        begin = max(at - 1, 0)
        said = reader.text[reader.tokens[begin].start : reader.tokens[last - 1].end]
        told = WordingError(f"{said!r} says more than a time", text=said, kind="left over")
        return Span(reader.tokens[begin].start, reader.tokens[last - 1].end, None, told), last
    wording = reader.text[token.start : stop]
    return Span(token.start, stop, horizon.model_copy(update={"wording": wording}), None), end


def _extent(reader: HorizonReader, at: int) -> int:
    """How far a phrase that was refused reaches: as far as its words do."""
    end = at + 1
    known = _OPENERS | {"the", "end", "of", "and", "to", "next", "coming", "this", "year", "half"}
    while end < min(at + 10, len(reader.tokens)):
        token = reader.tokens[end]
        digits = token.kind not in ("word", "mark")
        if not (digits or token.plain in known or reader.month(end) or token.plain in DASHES
                or token.plain == "/" or reader.length(end - 1)):  # fmt: skip
            break
        end += 1
    return end
