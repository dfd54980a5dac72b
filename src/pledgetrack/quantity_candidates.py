"""Stated amounts in running text, and what a phrase is that states none."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import NamedTuple

from pledgetrack.errors import PledgetrackError, WordingError
from pledgetrack.quantity import Quantity
from pledgetrack.quantity_context import denied, fraction, rate_before, rate_behind
from pledgetrack.quantity_wording import DASHES, MINUS, Reader
from pledgetrack.render import clip
from pledgetrack.vocabulary import ALL_MAGNITUDES, CLOSING, codes_of_word

_PER_CENT = frozenset({("per", "cent"), ("por", "ciento"), ("pour", "cent")})


# --- what a phrase is instead ---------------------------------------------------------------------


def refusal(reader: Reader, found: PledgetrackError | None = None) -> PledgetrackError:
    """What a phrase is, or leaves over, where it is no quantity.

    ``found`` is what the reading stumbled over: it is told where the phrase is nothing else.
    """
    text, rows, words = reader.text, reader.tokens, reader.words
    shown = clip(text, 60)
    kinds: tuple[tuple[str, bool, str], ...] = (
        ("share", _is_share(reader), "is a share, not a quantity; state the amount"),
        ("relative", _is_relative(reader), "compares, and is no quantity; state the amount"),
        (
            "rate",
            is_rate(reader, 0, len(rows)) or _is_shared_out(reader),
            "is a rate, not a quantity; state the amount for the whole time",
        ),
        ("duration", _is_duration(reader), "is a length of time; read it as a horizon"),
    )
    for kind, holds, what in kinds:
        if holds:
            return WordingError(f"{shown!r} {what}", text=text, kind=kind)
    if found and not (isinstance(found, WordingError) and found.kind == "no unit"):
        return found
    numbered = any(
        row.kind == "number" or row.plain in words.numbers for row in rows
    )  # fmt: skip
    if not numbered and any(row.plain in words.vague for row in rows):
        return WordingError(f"{shown!r} states no number", text=text, kind="vague")
    left = _left_over(reader)
    if found and left == (text.strip(),):
        return found
    said = ", ".join(repr(clip(part, 40)) for part in left)
    return WordingError(
        f"{shown!r} is not read whole: {said or 'nothing'} is left over; leave that out, or write "
        "the number, its unit and nothing else (a thing counted in quotes where need be)",
        text=text,
        kind="left over",
        left_over=left,
    )


def _left_over(reader: Reader) -> tuple[str, ...]:
    """The parts of a phrase that are in no quantity."""
    text = reader.text
    spans = candidates(text, dollar=reader.dollar, locale=reader.locale)
    begin, end = next(((span.start, span.end) for span in spans if span.quantity), (0, 0))
    return tuple(part for part in (text[:begin].strip(), text[end:].strip()) if part)


def _is_share(reader: Reader) -> bool:
    rows, words = reader.tokens, reader.words
    if any(fraction(reader, at) for at in range(len(rows))):
        return True
    for row, after in zip_longest(rows, rows[1:]):
        if row.plain in words.shares:
            return True
        follows = after.plain if after else ""
        if (row.plain, follows) in _PER_CENT:
            return True
        if row.plain.rpartition("-")[2] in words.parts and (follows in words.of or row is rows[-1]):
            return True
        counted = row.kind == "number" or row.plain in words.numbers
        if counted and follows in ("in", "of", "out", "de", "von", "sur") and len(rows) < 8:
            rest = rows[rows.index(row) + 2 :]
            if any(other.kind == "number" or other.plain in words.numbers for other in rest):
                return True
    return False


def _is_relative(reader: Reader) -> bool:
    """Whether a phrase compares; the words of a bound ("no more than") do not."""
    begin = reader.phrase(0, reader.words.bounds.__contains__, 4)
    rows = tuple(row.plain for row in reader.tokens)
    last = rows[-1] if any(rows[-len(end) :] == end for end in reader.words.after) else ""
    return any(
        row.plain in reader.words.relative
        or re.search(r"-?(fold|fach)$", row.plain) is not None
        or re.fullmatch(r"(doubl|tripl|quadrupl|halv)\w+", row.plain) is not None
        for row in reader.tokens[begin:]
        if row.plain != last
    ) or any(
        reader.kind(at) == "number" and reader.plain(at + 1) in _MORE for at in range(len(rows))
    )


def is_rate(reader: Reader, begin: int, end: int) -> bool:
    """Whether some tokens speak of so much a day, a month, a head."""
    words = reader.words
    for at in range(begin, min(end, len(reader.tokens))):
        plain = reader.plain(at)
        if plain in words.rates:
            return True
        if plain in words.per and _times(reader.plain(at + 1), words.times):
            return True
    return False


def _is_shared_out(reader: Reader) -> bool:
    """Whether an amount stands beside the words that make it a rate: "£3,000 per pupil"."""
    for at in range(len(reader.tokens)):
        begins = reader.kind(at) in ("number", "sign", "code") or at in reader.chains
        if begins and rate_before(reader, at) is not None:
            return True
        if at and rate_behind(reader, at):
            return True
    return False


def _times(word: str, times: frozenset[str]) -> bool:
    return word in times or word.rstrip("s") in times or word in ("yr", "mo", "h", "hr", "d", "a")


def _is_duration(reader: Reader) -> bool:
    if len(reader.tokens) < 2:
        return False
    last = reader.tokens[-1].plain
    times = reader.words.times - {"person", "head", "household", "capita"}
    return last in times or last.rstrip("s") in times


# --- running text ---------------------------------------------------------------------------------


class Span(NamedTuple):
    """A stretch of text that states an amount: the quantity, or why it is none."""

    start: int
    end: int
    quantity: Quantity | None
    refusal: PledgetrackError | None


def candidates(text: str, *, dollar: str | None, locale: str) -> list[Span]:
    """The stretches of a running text that may state a quantity."""
    reader = Reader(text, dollar=dollar, locale=locale, running=True)
    rows, found, at = reader.tokens, [], 0
    while at < len(rows):
        span, after = _candidate(reader, at)
        if span:
            found.append(span)
        at = max(after, at + 1)
    return found


def _candidate(reader: Reader, at: int) -> tuple[Span | None, int]:
    rows = reader.tokens
    part = fraction(reader, at)
    if part:
        return _no_quantity(reader, at, part, "share")
    try:
        read = reader.quantity(at)
    except PledgetrackError as error:
        end = max(_extent(reader, at), _reach(reader, at, error))
        unitless = isinstance(error, WordingError) and error.kind == "no unit"
        if unitless and (last := _share_end(reader, end)) > end:
            return _no_quantity(reader, at, last, "share")
        if unitless and reader.kind(at) == "number" and reader.plain(end) in _MORE:
            return _no_quantity(reader, at, end + 1, "relative")
        if unitless and not _stated(reader, at):
            return None, at + 1
        return Span(rows[at].start, rows[end - 1].end, None, error), end
    if read is None:
        return None, at + 1
    quantity, end = read
    begin, stop = rows[at].start, rows[end - 1].end
    loose = _goes_on(reader, at, end) or _denied(reader, at)
    if loose or (at > 0 and reader._glued(at) and rows[at - 1].plain not in _OPENING):
        last = min(end + 1, len(rows))
        said = reader.piece(max(at - 1, 0), last)
        told = WordingError(f"{said!r} says more than an amount", text=said, kind="left over")
        return Span(rows[max(at - 1, 0)].start, rows[last - 1].end, None, told), last
    denial = denied(reader, at, end)
    if denial:
        said = reader.piece(*denial)
        told = WordingError(
            f"{said!r} denies or passes its amount; write 'up to' or 'at least', as is meant",
            text=said,
            kind="left over",
        )
        return Span(rows[denial[0]].start, rows[denial[1] - 1].end, None, told), denial[1]
    begins, last = rate_before(reader, at), rate_behind(reader, end)
    if begins is not None or last:
        return _no_quantity(reader, at if begins is None else begins, max(last, end), "rate")
    for kind, last in (
        ("rate", end + 1 + (reader.plain(end) not in reader.words.rates)),
        ("share", end + 1),
    ):
        holds = is_rate(reader, end, end + 1) if kind == "rate" else _share_end(reader, end) > end
        if holds:
            return _no_quantity(reader, at, min(last, len(rows)), kind)
    made = quantity.model_copy(update={"wording": reader.text[begin:stop]})
    return Span(begin, stop, made, None), end


_MORE = frozenset("more fewer extra further mas adicionales supplementaires zusatzliche".split())
_DENIED = frozenset(
    {"minus", "not", "no", "without", "nicht", "kein", "keine", "sin", "sans", "pas"}
)
_OPENING = frozenset("( [ { ' \" ‘ “ „ « ¿ ¡ , ; : —".split())
_BETWEEN = frozenset(
    ", and or to a half ( ) ' ’ \" ~ / ½ ¼ ¾ y o et ou und oder ‑ ‐".split()
).union(DASHES, MINUS)


def _denied(reader: Reader, at: int) -> bool:
    """Whether what stands before an amount makes it another: "minus", "not", "twice the"."""
    before = at - 1 - (reader.plain(at - 1) == "the")
    for long in (2, 3, 4):  # "up to about"
        row = tuple(reader.plain(n) for n in range(at - long, at))
        if at >= long and reader.words.bounds.get(row, "about") != "about":
            return True
    return at > 0 and reader.plain(before) in _DENIED | reader.words.relative


def _goes_on(reader: Reader, begin: int, at: int) -> bool:
    """Whether the text behind an amount may belong to it: "US$1.5-billion", "USD 5, 10 million"."""
    if reader._glued(at) and reader.plain(at) not in CLOSING:
        return True
    if reader.plain(at) in CLOSING and reader._glued(at) and reader._glued(at + 1):
        return reader.kind(at + 1) in ("word", "number")  # "US$5.million"
    last = reader.plain(at - 1)
    ends_in_words = reader.kind(at - 1) == "word" and (last,) not in reader.names
    scaled = any(reader.plain(n) in ALL_MAGNITUDES for n in range(begin, at))
    end = at + 1 if scaled or (ends_in_words and not codes_of_word(last)) else at + 8
    while at < min(end, len(reader.tokens)):
        token = reader.tokens[at]
        first = token.plain.split("-")[0]
        if first in ALL_MAGNITUDES:
            return True
        if not (token.kind == "number" or first in reader.words.numbers or token.plain in _BETWEEN):
            return False
        at += 1
    return False


def _share_end(reader: Reader, at: int) -> int:
    """The place behind the words that make a share of what stands before them."""
    if reader.plain(at) in reader.words.shares:
        return at + 1
    return at + 2 if (reader.plain(at), reader.plain(at + 1)) in _PER_CENT else at


def _no_quantity(reader: Reader, at: int, end: int, kind: str) -> tuple[Span, int]:
    said = reader.piece(at, end)
    what = "compares, and is no quantity" if kind == "relative" else f"is a {kind}, not a quantity"
    told = WordingError(f"{said!r} {what}", text=said, kind=kind)
    return Span(reader.tokens[at].start, reader.tokens[end - 1].end, None, told), end


def _stated(reader: Reader, at: int) -> bool:
    """Whether a number without a unit has a magnitude, so that it surely is an amount."""
    return any(
        reader.plain(n) in reader.words.magnitudes
        for n in range(at, min(at + 5, len(reader.tokens)))
    )


def _reach(reader: Reader, at: int, error: PledgetrackError) -> int:
    """The place behind the words that a refusal quotes."""
    said = error.text if isinstance(error, WordingError) else None
    if not isinstance(said, str) or not said:
        return at + 1
    begin = reader.text.find(said, reader.tokens[at].start, reader.tokens[at].start + _FAR)
    stop, end = begin + len(said), at + 1
    while begin >= 0 and end < len(reader.tokens) and reader.tokens[end].start < stop:
        end += 1
    return end


_FAR = 600
"""How many characters an amount reaches at most."""


def _extent(reader: Reader, at: int) -> int:
    """How far an amount that was refused reaches."""
    end = at + 1
    words = reader.words
    links = {words.changes[1], *(link for _, link in words.between), *DASHES}
    while end < min(at + 10, len(reader.tokens)):
        row = reader.tokens[end]
        amount = (
            row.kind in ("number", "sign", "code")
            or row.plain in words.magnitudes
            or end in reader.chains
            or row.plain in words.short
            or reader.money(end) is not None
            or (
                row.plain in links
                and (reader.kind(end + 1) == "number" or end + 1 in reader.chains)
            )
        )
        if not amount:
            break
        end += 1
    return end
