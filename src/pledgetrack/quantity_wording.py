"""The grammar of stated amounts: "over 3,000 arrests", "US$314 million", "between 10 and 20 m€".

A phrase is cut into tokens, and a reading takes as many of them as it can from one on. What has two
readings is not chosen between: it becomes a ``WordingError`` that names both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from pledgetrack import nouns, units
from pledgetrack.errors import PledgetrackError, WordingError
from pledgetrack.quantity import EXACT, Bound, Quantity, exact
from pledgetrack.vocabulary import (
    SIGNS,
    WORDS_TOO,
    codes_of_dollar,
    codes_of_word,
    fold,
    language,
    money_names,
    separators,
    vocabulary,
)

_SPACE = "[ \u00a0\u2009\u202f]"
_SIGN = "|".join(
    (r"(?<![^\W\d_])" if sign[0].isalpha() else "") + re.escape(sign)
    for sign in sorted((*SIGNS, "$"), key=len, reverse=True)
)
_TOKEN = re.compile(
    rf"""(?P<quoted>"(?:[^"]|""){{1,400}}")
    |(?P<sign>{_SIGN})
    |(?P<number>[0-9]{{1,3}}(?:{_SPACE}[0-9]{{3}})+(?![0-9])(?:[.,][0-9]+)?
               |[0-9]+(?:[.,'’][0-9]+)*)
    |(?P<code>[A-Za-z]{{3}}(?=[0-9]))
    |(?P<short>(?<=[0-9])(?:k|m|b|mn|bn|tn|mln|mio|mrd)(?=[-–—/]))
    |(?P<word>[^\W\d_](?:\w|[-'’.&](?=\w))*)
    |(?P<mark>\S)""",
    re.VERBOSE | re.IGNORECASE,
)
_ABBREVIATIONS = frozenset({"approx", "ca", "mio", "mrd", "tsd", "bio", "rs", "eeuu"})
_DASHES = frozenset({"-", "–", "—"})
_PER_CENT = frozenset({("per", "cent"), ("por", "ciento"), ("pour", "cent")})
_MINUS = frozenset({"-", "−"})


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a phrase, the form in which it is compared, and where it stands."""

    kind: str
    text: str
    plain: str
    start: int
    end: int


def tokens_of(text: str, tongue: str) -> list[Token]:
    """The tokens of a text.

    >>> [token.plain for token in tokens_of("over US$3.4bn", "en")]
    ['over', 'us$', '3.4', 'bn']
    """
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind, said, start = str(match.lastgroup), match.group(), match.start()
        if kind == "code":
            # "USD60m" is money and a number, "COP26" a name.
            kind = "code" if codes_of_word(said) and said.upper() not in WORDS_TOO else "word"
        kind = "word" if kind == "short" else kind
        if kind == "mark" and said == "." and found and _abbreviated(found[-1], start):
            continue
        if kind == "word":
            found.extend(_parts(said, start, tongue))
        else:
            found.append(Token(kind, said, fold(said) if kind != "number" else said, start,
                               match.end()))  # fmt: skip
    return found


def _abbreviated(before: Token, at: int) -> bool:
    short = before.plain in _ABBREVIATIONS or "." in before.text
    return before.kind == "word" and before.end == at and short


def _parts(said: str, start: int, tongue: str) -> Iterator[Token]:
    """A word, in French apart from what is written to it: "d'euros", "demi-million"."""
    elided = re.match(r"[dl]['’]|demi-", said, re.IGNORECASE) if tongue == "fr" else None
    if elided:
        cut = elided.end()
        plain = fold(said[:cut]).rstrip("-")
        yield Token("word", said[:cut], plain, start, start + cut)
        said, start = said[cut:], start + cut
    yield Token("word", said, fold(said), start, start + len(said))


# --- numbers --------------------------------------------------------------------------------------


def number_of(text: str, locale: str) -> Decimal:
    """The number that digits with separators state in a locale; two readings are refused.

    >>> number_of("1.5", "en"), number_of("1.000.000", "en"), number_of("1.000", "de")
    (Decimal('1.5'), Decimal('1000000'), Decimal('1000'))
    >>> number_of("1.000", "en")
    Traceback (most recent call last):
    pledgetrack.errors.WordingError: '1.000' may be 1 or 1,000; write 1 or 1,000
    """
    if len(text) > 60:
        raise _no_number(text)
    plain = re.sub(_SPACE, " ", text).replace("’", "'")
    decimal, group = separators(locale)
    digits = re.sub("[^0-9]", "", plain)
    if len(digits) > 1 and digits[0] == "0" and not re.fullmatch(r"0[.,][0-9]+", plain):
        raise _no_number(text)
    signs = sorted(set(plain) - set("0123456789"), key=plain.index)
    if not signs:
        return Decimal(digits)
    last = signs[-1]
    whole, _, rest = plain.rpartition(last)
    if len(signs) == 2:
        ends_well = _grouped(whole, signs[0]) and last in ".,"
        if not ends_well or last == " ":
            raise _no_number(text)
        if signs[0] in " '" and last != decimal and len(rest) == 3:
            raise _no_number(text)
        return Decimal(f"{_digits(whole)}.{rest}")
    if len(signs) > 2:
        raise _no_number(text)
    if plain.count(last) > 1 or last in " '":
        indian = last == "," and re.fullmatch(r"[0-9]{1,2}(,[0-9]{2})+,[0-9]{3}", plain)
        if _grouped(plain, last) or indian:
            return Decimal(digits)
        raise _no_number(text)
    as_decimal = Decimal(f"{whole}.{rest}")
    thousands = _grouped(plain, last) and whole != "0"
    if thousands and last == group:
        return Decimal(digits)
    if last == decimal and not thousands:
        return as_decimal
    readings = [as_decimal, Decimal(digits)] if thousands else [as_decimal]
    raise _two_numbers(text, readings, locale)


def _grouped(text: str, sign: str) -> bool:
    return re.fullmatch(rf"[0-9]{{1,3}}({re.escape(sign)}[0-9]{{3}})+", text) is not None


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)


def _no_number(text: str) -> WordingError:
    shown = text if len(text) <= 40 else text[:39] + "…"
    return WordingError(
        f"{shown!r} is no number that can be read; write digits, with commas between thousands",
        text=text,
        kind="ambiguous",
    )


def _two_numbers(text: str, readings: Sequence[Decimal], locale: str) -> WordingError:
    choices = tuple(units.format_number(Decimal(f"{n.normalize():f}"), "en") for n in readings)
    said = " or ".join(choices)
    hint = f"write {said}" if len(choices) > 1 else f"write {said}, or pass the locale of the text"
    what = f"may be {said}" if len(choices) > 1 else f"is written in another way than in {locale!r}"
    return WordingError(f"{text!r} {what}; {hint}", text=text, kind="ambiguous", choices=choices)


# --- amounts --------------------------------------------------------------------------------------


class Number(NamedTuple):
    """A number as stated: without its magnitude, and whether it may be a year."""

    value: Decimal
    end: int
    year: bool = False


class Amount(NamedTuple):
    """One amount: what was read of it, and where it ends."""

    value: Decimal
    power: int | None
    codes: tuple[str, ...]
    unit: str | None
    end: int
    year: bool
    after: Bound | None

    @property
    def total(self) -> Decimal:
        """The number with its magnitude."""
        return EXACT.scaleb(self.value, self.power or 0)


class Reader:
    """Reads amounts from the tokens of one text.

    ``running`` is for text in which a phrase has others around it: a thing counted must then be a
    plural, since any word may follow.
    """

    def __init__(
        self, text: str, *, dollar: str | None = None, locale: str = "en", running: bool = False
    ) -> None:
        self.text = text
        self.dollar = dollar
        self.locale = locale
        self.running = running
        self.tongue = language(locale)
        self.words = vocabulary(locale)
        self.tokens = tokens_of(text, self.tongue)
        self.names = money_names(self.tongue)
        # Each place is read once, so that long texts take time in proportion.
        self._read: dict[tuple[int, bool], Amount | PledgetrackError | None] = {}
        self.shouts = text.isupper() and any(
            len(token.plain) > 2 and self._is_grammar(token) for token in self.tokens
        )

    def _is_grammar(self, token: Token) -> bool:
        words = self.words
        return token.kind == "word" and (
            token.plain in words.numbers
            or token.plain in words.magnitudes
            or (token.plain,) in words.bounds
        )

    def plain(self, at: int) -> str:
        """The folded token at a place, empty past the end."""
        return self.tokens[at].plain if at < len(self.tokens) else ""

    def kind(self, at: int) -> str:
        """The kind of the token at a place."""
        return self.tokens[at].kind if at < len(self.tokens) else ""

    def phrase(self, at: int, phrases: Callable[[tuple[str, ...]], object], most: int) -> int:
        """How many tokens from a place on make the longest of some phrases."""
        row = tuple(token.plain for token in self.tokens[at : at + most])
        return next((n for n in range(len(row), 0, -1) if phrases(row[:n])), 0)

    # --- the whole --------------------------------------------------------------------------------

    def quantity(self, at: int) -> tuple[Quantity, int] | None:
        """The quantity that begins at a token, and where it ends; None where none does."""
        long = self.phrase(at, self.words.bounds.__contains__, 4)
        if long:
            row = tuple(token.plain for token in self.tokens[at : at + long])
            amount = self.amount(at + long)
            if amount is None or amount.after or self._range_follows(amount):
                return None
            return self._made(at, amount, self.words.bounds[row]), amount.end
        for opening, link in self.words.between:
            begin = at + bool(opening)
            if not opening or self.plain(at) == opening:
                low = self.amount(begin, bare=True)
                links = _DASHES if link == "-" else {link}
                if low and not low.after and self.plain(low.end) in links:
                    high = self.amount(low.end + 1, bare=bool(low.codes))
                    if high and not high.after and not self._range_follows(high):
                        return self._range(begin, low, high), high.end
        amount = self.amount(at)
        if amount is None or self._range_follows(amount):
            return None
        return self._made(at, amount, amount.after or "exact"), amount.end

    def _range_follows(self, amount: Amount) -> bool:
        """Whether another number hangs on: "10-12-14", "10/20", "10:1"."""
        hanging = {*_DASHES, "/", ":", "x", "×", "to", "*", "^", "="}
        end = amount.end
        return self.plain(end) in hanging and self.number(end + 1) is not None

    def _range(self, at: int, low: Amount, high: Amount) -> Quantity:
        """The quantity of two ends."""
        said = self.piece(at, high.end)
        codes = low.codes or high.codes
        if low.codes and (high.codes or high.unit):
            codes = tuple(code for code in low.codes if code in high.codes)
            if not codes:
                raise WordingError(f"{said!r} has ends in two units", text=said, kind="ambiguous")
        if low.year and high.year and not codes:
            raise self._year(said)
        first = self._low_end(low, high, said)
        if first >= high.total:
            raise WordingError(
                f"{said!r} runs from more to less; write the smaller end first",
                text=said,
                kind="reversed",
            )
        unit = self._unit(high._replace(codes=codes), said)
        return Quantity(number=exact(first), unit=unit, most=exact(high.total))

    def _low_end(self, low: Amount, high: Amount, said: str) -> Decimal:
        """The lower end: "10 to 20 million" shares the magnitude, "900,000 to 2 million" does not.

        What could be read in both ways is refused.
        """
        if low.power is not None or high.power is None:
            return low.total
        shared = EXACT.scaleb(low.value, high.power)
        fits, small = low.value < high.value, abs(low.value) < 1000
        if fits and small:
            return shared
        if not fits and not small:
            return low.total
        choices = tuple(units.format_number(number, "en") for number in (low.total, shared))
        raise WordingError(
            f"the lower end of {said!r} may be {' or '.join(choices)}; write its magnitude",
            text=said,
            kind="ambiguous",
            choices=choices,
        )

    def piece(self, at: int, end: int) -> str:
        """The text of some tokens."""
        return self.text[self.tokens[at].start : self.tokens[end - 1].end]

    def _made(self, at: int, amount: Amount, bound: str) -> Quantity:
        said = self.piece(at, amount.end)
        unit = self._unit(amount, said)
        whole = amount.power is None and amount.value < 1000
        if unit in WORDS_TOO and whole and not self.dollar == unit:
            raise WordingError(
                f"{unit!r} may be a word here; write the currency in words",
                text=said,
                kind="ambiguous",
                choices=(unit,),
            )
        if amount.year and amount.unit and self.tongue == "en" and bound == "exact":
            raise self._year(said)
        checked: Bound = bound  # type: ignore[assignment]  # the vocabulary holds bounds alone
        return Quantity(number=exact(amount.total), unit=unit, bound=checked)

    def _year(self, said: str) -> WordingError:
        return WordingError(
            f"{said!r} may begin with a year; write a count with a comma (2,024), in other words",
            text=said,
            kind="ambiguous",
        )

    def _unit(self, amount: Amount, said: str) -> str:
        if amount.unit is not None:
            return units.check_unit(amount.unit)
        if len(amount.codes) == 1:
            return amount.codes[0]
        if self.dollar in amount.codes:
            return str(self.dollar)
        if not amount.codes:
            raise WordingError(
                f"{said!r} names no unit; write the currency's code or the thing counted",
                text=said,
                kind="no unit",
            )
        shown = ", ".join(amount.codes[:5]) + (", …" if len(amount.codes) > 5 else "")
        raise WordingError(
            f"{said!r} does not say whose money it is ({shown}); pass "
            f"dollar={amount.codes[0]!r} or another of them, or write the code",
            text=said,
            kind="ambiguous",
            choices=amount.codes,
        )

    # --- one amount -------------------------------------------------------------------------------

    def amount(self, at: int, *, bare: bool = False) -> Amount | None:
        """An amount with its unit; ``bare`` is one whose unit may stand elsewhere."""
        if (at, bare) not in self._read:
            try:
                self._read[at, bare] = self._amount(at, bare=bare)
            except PledgetrackError as error:
                self._read[at, bare] = error
        found = self._read[at, bare]
        if isinstance(found, PledgetrackError):
            raise found
        return found

    def _amount(self, at: int, *, bare: bool) -> Amount | None:
        codes: tuple[str, ...] = ()
        begin = at
        at, minus = self._minus(at)
        before = self.money(at)
        if before:
            codes, at = before
            if not minus:
                at, minus = self._minus(at)
        number = self.number(at)
        if number is None:
            return None
        at = number.end
        power, short = None, False
        found = self.magnitude(at)
        if found:
            power, short, at = found
            if power >= 6 and self.plain(at) in self.words.linking:
                at += 1
        plus: Bound | None = None
        if self.plain(at) == "+" and self.tokens[at].start == self.tokens[at - 1].end:
            at, plus = at + 1, "at least"
        behind = self.money(at)
        if behind:
            shared = tuple(code for code in codes if code in behind[0]) if codes else behind[0]
            if not shared:
                return None
            codes, at = shared, behind[1]
        unit = None
        if not codes and not bare:
            if short:
                said = self.piece(begin, at)
                raise WordingError(
                    f"{said!r} may mean a magnitude or a measure; write it in full (million)",
                    text=said,
                    kind="ambiguous",
                    choices=("thousand", "million", "billion"),
                )
            one = number.value == 1 and power is None
            unit, at = self._thing(at, one=one)
        value = -number.value if minus else number.value
        after = plus
        size = self.phrase(at, self.words.after.__contains__, 3)
        if size and not plus and not bare:
            row = tuple(token.plain for token in self.tokens[at : at + size])
            after, at = _bound(self.words.after[row]), at + size
        return Amount(value, power, codes, unit, at, number.year and power is None, after)

    def _minus(self, at: int) -> tuple[int, bool]:
        here = at + 1 < len(self.tokens) and self.plain(at) in _MINUS
        glued = here and self.tokens[at].end == self.tokens[at + 1].start
        return (at + 1, True) if glued else (at, False)

    def number(self, at: int) -> Number | None:
        """A number in digits or in words, without its magnitude."""
        if self.kind(at) == "number":
            said = self.tokens[at].text
            year = re.fullmatch("(19|20)[0-9]{2}", said) is not None
            return Number(number_of(said, self.locale), at + 1, year)
        words, plain = self.words, self.plain(at)
        if self.kind(at) != "word":
            return None
        for half in words.half:
            row = tuple(self.plain(at + n) for n in range(len(half)))
            if row == half and self._large(at + len(half)):
                return Number(Decimal("0.5"), at + len(half))
        value: int | None = words.numbers.get(plain)
        if self.tongue == "en":
            tens, _, ones = plain.partition("-")
            if ones in words.numbers and words.numbers.get(tens, 0) >= 20:
                value = words.numbers[tens] + words.numbers[ones]
                if words.numbers[ones] >= 10 or value >= 100:
                    return None
            if plain in ("a", "an") and self._large(at + 1):
                return Number(Decimal(1), at + 1)
            halves = tuple(self.plain(at + n) for n in (1, 2, 3)) == ("and", "a", "half")
            if value is not None and halves and self._large(at + 4):
                return Number(Decimal(value) + Decimal("0.5"), at + 4)
        elif value is None and words.magnitudes.get(plain, 9) <= 3 and len(plain) > 2:
            return Number(Decimal(1), at)  # "mil millones": one thousand of them
        return None if value is None else Number(Decimal(value), at + 1)

    def _large(self, at: int) -> bool:
        return self.kind(at) == "word" and self.words.magnitudes.get(self.plain(at), 0) >= 2

    def magnitude(self, at: int) -> tuple[int, bool, int] | None:
        """The power of ten at a place, whether it is a letter or two, and where it ends."""
        if self.kind(at) != "word":
            return None
        plain = self.plain(at)
        if plain in self.words.short:
            return self.words.short[plain], True, at + 1
        power = self.words.magnitudes.get(plain)
        if power is None:
            return None
        second = self.plain(at + 1)
        if (plain, second) in self.words.chains:
            return power + self.words.magnitudes[second], False, at + 2
        return None if second in self.words.magnitudes else (power, False, at + 1)

    def money(self, at: int) -> tuple[tuple[str, ...], int] | None:
        """The currencies that a sign, a code or a name may mean."""
        kind, plain = self.kind(at), self.plain(at)
        if kind == "sign":
            sign = self.tokens[at].text.upper()
            return (codes_of_dollar() if sign == "$" else SIGNS[sign]), at + 1
        if kind not in ("word", "code"):
            return None
        if plain in ("us", "usa") and self.plain(at + 1) == "$":
            return ("USD",), at + 2
        codes = codes_of_word(self.tokens[at].text)
        if codes:
            return codes, at + 1 + self._same_money(at + 1, codes[0])
        long = self.phrase(at, self.names.__contains__, 5)
        if not long:
            return None
        row = tuple(token.plain for token in self.tokens[at : at + long])
        return self.names[row], at + long

    def _same_money(self, at: int, code: str) -> bool:
        """Whether a sign repeats the code before it: "AUD$5m", "USD $60m"."""
        if self.kind(at) != "sign":
            return False
        sign = self.tokens[at].text.upper()
        return code in (codes_of_dollar() if sign == "$" else SIGNS[sign])

    def _thing(self, at: int, *, one: bool) -> tuple[str | None, int]:
        """The thing counted that begins at a token, and where it ends."""
        if self.kind(at) == "quoted":
            return self.tokens[at].text[1:-1].replace('""', '"'), at + 1
        if self.tongue != "en":
            return None, at
        said: list[str] = []
        while self.kind(at + len(said)) == "word" and len(said) < 8:
            word = self.tokens[at + len(said)]
            if word.plain in nouns.STOPS or self._is_money(word):
                break
            said.append(word.text.lower() if self.shouts and word.text.isalpha() else word.text)
        if not self.running:
            unit = nouns.thing(said, one=one) if said else None
            return unit, at + len(said) if unit else at
        for size in range(min(len(said), 6), 0, -1):
            unit = nouns.thing(said[:size])
            if unit and unit != said[0]:
                return unit, at + size
        return None, at

    def _is_money(self, word: Token) -> bool:
        shouted = word.text.isupper() and not self.shouts
        named = any((part,) in self.names for part in (word.plain, *word.plain.split("-")))
        return named or (shouted and bool(codes_of_word(word.text)))


def _bound(word: str) -> Bound:
    bound: Bound = word  # type: ignore[assignment]  # the vocabulary holds bounds alone
    return bound


# --- what a phrase is instead ---------------------------------------------------------------------


def refusal(reader: Reader, found: PledgetrackError | None = None) -> PledgetrackError:
    """What a phrase is, or leaves over, where it is no quantity.

    ``found`` is what the reading stumbled over: it is told where the phrase is nothing else.
    """
    text, rows, words = reader.text, reader.tokens, reader.words
    shown = text if len(text) <= 60 else text[:59] + "…"
    kinds: tuple[tuple[str, bool, str], ...] = (
        ("share", _is_share(reader), "is a share, not a quantity; state the amount"),
        ("relative", _is_relative(reader), "compares, and is no quantity; state the amount"),
        (
            "rate",
            is_rate(reader, 0, len(rows)),
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
    said = ", ".join(repr(part if len(part) <= 40 else part[:39] + "…") for part in left)
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
    pairs = list(zip(rows, [*rows[1:], None], strict=True))
    for row, after in pairs:
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
    return any(
        row.plain in reader.words.relative
        or re.search(r"-?(fold|fach)$", row.plain) is not None
        or re.fullmatch(r"(doubl|tripl|quadrupl|halv)\w+", row.plain) is not None
        for row in reader.tokens
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


def _times(word: str, times: frozenset[str]) -> bool:
    return word in times or word.rstrip("s") in times or word in ("yr", "mo", "h", "hr", "d", "a")


def _is_duration(reader: Reader) -> bool:
    last = reader.tokens[-1].plain if reader.tokens else ""
    times = reader.words.times - {"person", "head", "household", "capita"}
    return len(reader.tokens) > 1 and (last in times or last.rstrip("s") in times)


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
    try:
        read = reader.quantity(at)
    except PledgetrackError as error:
        end = _extent(reader, at)
        unitless = isinstance(error, WordingError) and error.kind == "no unit"
        if unitless and (last := _share_end(reader, end)) > end:
            return _no_quantity(reader, at, last, "share")
        if unitless and not _stated(reader, at):
            return None, at + 1
        return Span(rows[at].start, rows[end - 1].end, None, error), end
    if read is None:
        return None, at + 1
    quantity, end = read
    begin, stop = rows[at].start, rows[end - 1].end
    for kind, last in (("rate", end + 2), ("share", end + 1)):
        holds = is_rate(reader, end, end + 1) if kind == "rate" else _share_end(reader, end) > end
        if holds:
            return _no_quantity(reader, at, min(last, len(rows)), kind)
    said = Quantity(**{**dict(quantity), "wording": reader.text[begin:stop]})
    return Span(begin, stop, said, None), end


def _share_end(reader: Reader, at: int) -> int:
    """The place behind the words that make a share of what stands before them."""
    if reader.plain(at) in reader.words.shares:
        return at + 1
    return at + 2 if (reader.plain(at), reader.plain(at + 1)) in _PER_CENT else at


def _no_quantity(reader: Reader, at: int, end: int, kind: str) -> tuple[Span, int]:
    said = reader.piece(at, end)
    told = WordingError(f"{said!r} is a {kind}, not a quantity", text=said, kind=kind)
    return Span(reader.tokens[at].start, reader.tokens[end - 1].end, None, told), end


def _stated(reader: Reader, at: int) -> bool:
    """Whether a number without a unit has a magnitude, so that it surely is an amount."""
    return any(
        reader.plain(n) in reader.words.magnitudes
        for n in range(at, min(at + 5, len(reader.tokens)))
    )


def _extent(reader: Reader, at: int) -> int:
    """How far an amount that was refused reaches."""
    end = at + 1
    words = reader.words
    while end < min(at + 10, len(reader.tokens)):
        row = reader.tokens[end]
        amount = (
            row.kind in ("number", "sign", "code")
            or row.plain in words.magnitudes
            or row.plain in words.short
            or reader.money(end) is not None
        )
        if not amount:
            break
        end += 1
    return end
