"""What a title says of money: the currency of amounts, and whether they are in thousands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from pledgetrack.formats.table_amounts import currency_of
from pledgetrack.units import is_current
from pledgetrack.vocabulary import PLAIN_CODES, SIGNS, WORDS_TOO, codes_of_dollar


class Money(NamedTuple):
    """The currencies that a title names, its scale, and whether it may have another."""

    currencies: tuple[str, ...] = ()
    scale: str | None = None
    is_doubtful: bool = False

    @property
    def unit(self) -> str | None:
        """The currency, where there is just one."""
        return self.currencies[0] if len(self.currencies) == 1 else None


_WORDS = {
    "thousands": "thousand thousands tausend tsd thsd millier milliers '000 '000s 000s ths",
    "millions": "million millions millón millones milhão milhões millionen mio mill mln mn",
    "billions": "billion billions milliard milliards milliarde milliarden mrd mds bn bln",
    "lakhs": "lakh lakhs lac lacs",
    "crores": "crore crores",
}
"""Words for a scale wherever they stand."""
_LETTERS = {"k": "thousands", "m": "millions", "mm": "millions", "b": "billions", "md": "billions",
            "cr": "crores", "000": "thousands"}  # fmt: skip
"""Letters for a scale right beside a currency."""
_SCALES = {word: scale for scale, words in _WORDS.items() for word in words.split()}
_MANY = (
    (re.compile(r"\b(?:mil|miles de) millones\b|\bmil milhões\b", re.IGNORECASE), " milliard "),
    (re.compile(r"\b(?:miles|milhares) (?:de|d')\b", re.IGNORECASE), " thousand "),
)
_UNSURE = frozenset(
    ("billones", "billionen", "bilhões", "trillion", "trillions", "t", "tn", "mil", "b",
     "1", "10", "100", "1000", "1000000")
)  # fmt: skip
"""What may be a scale beside a currency, but differs by language, or is one without a name."""
_SIGN = "|".join(map(re.escape, sorted((*SIGNS, "$"), key=len, reverse=True)))
_MARKS = "'\u2019`\u00b4"
_TOKEN = re.compile(
    rf"(?P<sign>{_SIGN})|(?P<zeros>[{_MARKS}]?(?<![0-9.,])000s?(?![0-9]))"
    r"|(?P<word>[^\W\d_]+)|(?P<digits>\d+)"
)
_LONE = re.compile(r"\([^()]*(?<![^\W_])([kmt]|mm|bn)(?![^\W_])[^()]*\)", re.IGNORECASE)
"""A letter for a scale in parentheses, of whatever currency."""


class _Token(NamedTuple):
    kind: str  # "money", "scale" or "word"
    text: str
    start: int
    end: int
    currency: str | None = None


def words_of(title: str) -> str:
    """A title as words: programs write "PledgeAmt" and "pledge_date".

    >>> words_of("srcOrganization"), words_of("pledge_date"), words_of("amountUSD")
    ('src Organization', 'pledge date', 'amount USD')
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", title.replace("_", " "))


@lru_cache(maxsize=4096)
def money_of(title: str, tag: str = "") -> Money:
    """What a title says of money.

    >>> money_of("Budget (€m)")[:2], money_of("TEUR")[:2], money_of("Amount (US$ '000)")[:2]
    ((('EUR',), 'millions'), (('EUR',), 'thousands'), (('USD',), 'thousands'))
    >>> money_of("Medium of exchange"), money_of("Amount (€ t)").is_doubtful
    (Money(currencies=(), scale=None, is_doubtful=False), True)
    """
    text = f"{words_of(title)} {' '.join(tag.upper().split('+'))}"
    for pattern, word in _MANY:
        text = pattern.sub(word, text)
    tokens = [*_tokens(text)]
    scales, doubts = _scales(tokens)
    scales |= {_SCALES[_plain(token.text)] for token in tokens if token.kind == "scale"}
    named = dict.fromkeys(token.currency for token in tokens if token.currency)
    words = re.search(r"\b(US dollars?|euros?|pounds? sterling|SDRs?)\b", text, re.IGNORECASE)
    if words and not named and (currency := currency_of(words.group())):
        named = {currency: None}
    is_lone = not scales and _LONE.search(title) is not None
    return Money(
        tuple(name for name in named if name is not None),
        min(scales) if len(scales) == 1 else None,
        doubts or len(scales) > 1 or is_lone,
    )


def _scales(tokens: Sequence[_Token]) -> tuple[set[str], bool]:
    """The scales that letters say right beside a currency, and whether some may say one."""
    scales, doubts = set(), False
    pairs = [*pairwise(tokens)]
    for token, sign in (*pairs, *((after, before) for before, after in pairs)):
        if sign.kind != "money" or token.kind != "word":
            continue
        plain, is_before = _plain(token.text), token.end <= sign.start
        if token.text == "T" and token.end == sign.start:
            scales.add("thousands")  # as German books have it: T€
        elif plain in _LETTERS and not (plain == "b" and is_before):
            scales.add(_LETTERS[plain])
        elif plain in _UNSURE or _is_glued(token, sign):
            doubts = True
    return scales, doubts


def _plain(text: str) -> str:
    return re.sub(f"[{_MARKS}]", "'", text.casefold())


def _is_glued(token: _Token, sign: _Token) -> bool:
    """Whether letters or digits stand at a sign without a space, and are no word of their own."""
    touches = token.end == sign.start or sign.end == token.start
    return touches and len(token.text) <= 2


def _tokens(text: str) -> Iterator[_Token]:
    """The signs and codes of money, the words for a scale, and the other words of a title."""
    for found in _TOKEN.finditer(text):
        said, start, end = found.group(), found.start(), found.end()
        if found["sign"]:
            codes = SIGNS.get(said) or tuple(codes_of_dollar())
            yield _Token("money", said, start, end, codes[0] if len(codes) == 1 else None)
        elif _plain(said) in _SCALES:
            yield _Token("scale", said, start, end)
        elif parts := _parts(said):
            for part, code in parts:
                kind = "money" if code else "scale" if _plain(part) in _SCALES else "word"
                yield _Token(kind, part, start, start + len(part), code)
                start += len(part)
        elif said in ("Rs", "₨"):
            yield _Token("money", said, start, end)
        elif said.islower() and said.upper() in PLAIN_CODES:
            yield _Token("money", said, start, end, said.upper())
        else:
            yield _Token("word", said, start, end)


def _parts(said: str) -> list[tuple[str, str | None]]:
    """A code, or one with a scale glued to it, in their parts; nothing where it is neither."""
    if is_current(said) and said not in WORDS_TOO:
        return [(said, said)]
    if said[-3:] in PLAIN_CODES and _is_scale(said[:-3]):
        return [(said[:-3], None), (said[-3:], said[-3:])]
    if said[:3] in PLAIN_CODES and _is_scale(said[3:]):
        return [(said[:3], said[:3]), (said[3:], None)]
    return []


def _is_scale(text: str) -> bool:
    return text == "T" or _plain(text) in _SCALES or _plain(text) in _LETTERS
