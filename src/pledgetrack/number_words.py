"""Which words of a text make one number: "two hundred and fifty", "treinta y cinco millones".

The grammar reads the shortest of them alone ("two hundred", "forty-five million"). A number that
goes on must not be read by one of its parts, so each word knows the number that it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pledgetrack.stated_numbers import Token
from pledgetrack.vocabulary import codes_of_word, vocabulary

Chain = tuple[int, int]
"""The first token of a number, and the token behind its last."""

_OR = frozenset({"or", "o", "u", "ou", "oder"})
_LONGEST = 24
"""How many tokens a number in words may have."""


@lru_cache(maxsize=65536)
def is_numeral(plain: str, tongue: str) -> bool:
    """Whether a folded word is a number or a part of one, alone or as a compound.

    >>> [is_numeral(word, "fr") for word in ("quatre-vingt-dix", "cents", "rendez-vous")]
    [True, True, False]
    >>> is_numeral("zweieinhalb", "de"), is_numeral("und", "de"), is_numeral("einig", "de")
    (True, False, False)
    """
    words = vocabulary(tongue)
    known = words.numerals | words.numbers.keys() | words.magnitudes.keys()
    if plain in known:
        return True
    if tongue == "de":
        return _compound().fullmatch(plain) is not None
    first, *others = plain.split("-")
    halves = {"half", "demi", "medio"}
    return bool(others) and first in known | halves and all(
        part in known or part in words.joining for part in others
    )  # fmt: skip


@lru_cache(maxsize=1)
def _compound() -> re.Pattern[str]:
    words = vocabulary("de")
    large = {word for word in words.magnitudes if len(word) > 3}
    parts = words.numbers.keys() | words.numerals | words.halves | words.fractions | large
    one = "|".join(sorted(parts, key=len, reverse=True))
    return re.compile(f"(?:{one})(?:und|{one}){{1,12}}", re.ASCII)


def chains(tokens: Sequence[Token], tongue: str) -> dict[int, Chain]:
    """The number in words to which each token belongs."""
    links = _links(tokens, tongue)
    found: dict[int, Chain] = {}
    at = 0
    while at < len(tokens):
        end = at
        if _begins(tokens, at, tongue):
            end = at + 1
            while end - at < _LONGEST and (more := _more(tokens, at, end, tongue, links)):
                end = more
            found.update(dict.fromkeys(range(at, end), (at, end)))
        at = max(end, at + 1)
    return found


def _numeral(tokens: Sequence[Token], at: int, tongue: str) -> bool:
    return at < len(tokens) and tokens[at].kind == "word" and is_numeral(tokens[at].plain, tongue)


def _power(tokens: Sequence[Token], at: int, tongue: str) -> int:
    """The power of ten that a token is, or 0."""
    return vocabulary(tongue).magnitudes.get(tokens[at].plain, 0) if at < len(tokens) else 0


def _begins(tokens: Sequence[Token], at: int, tongue: str) -> bool:
    if tokens[at].kind == "number":
        # "5 or 10 million": either is only a part of what is said.
        either = at + 2 < len(tokens) and tokens[at + 1].plain in _OR
        other = either and (tokens[at + 2].kind == "number" or _numeral(tokens, at + 2, tongue))
        return _power(tokens, at + 1, tongue) > 0 or (other and not _year(tokens[at].text))
    return _numeral(tokens, at, tongue)


def _more(tokens: Sequence[Token], at: int, end: int, tongue: str, links: set[int]) -> int:
    """The place behind the next part of a number, or 0 where it ends."""
    if end >= len(tokens):
        return 0
    words, power = vocabulary(tongue), _power(tokens, end - 1, tongue)
    if _numeral(tokens, end, tongue) or tokens[end].plain in words.halves:
        return end + 1
    if tokens[end].kind == "number":
        # "2 mil 500 millones"; but "3bn 2024" is an amount and a year.
        small = power and (power <= 3 or _power(tokens, end + 1, tongue))
        return end + 1 if small and not _year(tokens[end].text) else 0
    if tongue == "en" and tokens[end].plain in ("a", "an"):
        return end + 2 if _power(tokens, end + 1, tongue) else 0  # "two a hundred"
    linked = tokens[end].plain in words.joining and end not in links
    led = at > 0 and (
        tokens[at - 1].kind in ("sign", "code") or bool(codes_of_word(tokens[at - 1].text))
    )
    if not linked or (led and power >= 6):
        return 0  # "USD 5 million and two schools": the money has its unit
    digits = tokens[end].plain in _OR or 0 < power <= 3
    return _joined(tokens, end + 1, tongue, digits=digits)


def _joined(tokens: Sequence[Token], at: int, tongue: str, *, digits: bool) -> int:
    """The place behind the part of a number that stands behind an "and", or 0."""
    at += at < len(tokens) and tokens[at].plain in ("a", "an")
    if at >= len(tokens):
        return 0
    counted = digits and tokens[at].kind == "number" and not _year(tokens[at].text)
    half = tokens[at].plain in vocabulary(tongue).halves
    return at + 1 if _numeral(tokens, at, tongue) or half or counted else 0


def _year(text: str) -> bool:
    return re.fullmatch("1[89][0-9]{2}|2[01][0-9]{2}", text) is not None


def _links(tokens: Sequence[Token], tongue: str) -> set[int]:
    """The places where "and" parts the two ends of a range, and joins no number."""
    found = set()
    openings = {opening: link for opening, link in vocabulary(tongue).between if opening}
    for at, token in enumerate(tokens):
        link = openings.get(token.plain)
        if link is None:
            continue
        ends = range(at + 2, min(at + 12, len(tokens)))
        found.update([place for place in ends if tokens[place].plain == link][:1])
    return found
