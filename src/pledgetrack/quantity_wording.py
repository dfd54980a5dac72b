"""The grammar of stated amounts: "over 3,000 arrests", "US$314 million", "between 10 and 20 m€".

A reading takes as many tokens of a phrase as it can from one on. What has two readings is not
chosen between: it becomes a ``WordingError`` that names both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from pledgetrack import nouns, units
from pledgetrack.errors import PledgetrackError, WordingError
from pledgetrack.number_words import chains, is_numeral
from pledgetrack.quantity import EXACT, Bound, Quantity, exact
from pledgetrack.stated_numbers import Token, groups_of, number_of, tokens_of, written
from pledgetrack.vocabulary import (
    SIGNS,
    WORDS_TOO,
    codes_of_dollar,
    codes_of_word,
    language,
    money_names,
    vocabulary,
)

DASHES = frozenset({"-", "–", "—"})
MINUS = frozenset({"-", "−"})
_AGES = frozenset({"under", "over", "above", "below"})
_PEOPLE = frozenset(
    "person child girl boy youth kid teenager player student pupil user worker entrepreneur "
    "patient woman man citizen adult resident farmer employee researcher volunteer driver "
    "voter".split()
)
_DATING = frozenset("in en im by since from until jahr year ano annee l' el the le".split())
YEAR = "1[89][0-9]{2}|2[01][0-9]{2}"
_ONE_GROUP = r"[0-9]{1,3}\s[0-9]{3}"


class Number(NamedTuple):
    """A number as stated, without its magnitude.

    ``year`` is whether it may be one, ``groups`` how many groups of thousands it is written with,
    ``part`` whether it ends in a sign for a part: "2½".
    """

    value: Decimal
    end: int
    year: bool = False
    groups: int = 0
    part: bool = False


class Amount(NamedTuple):
    """One amount: what was read of it, and where it ends."""

    value: Decimal
    power: int | None
    codes: tuple[str, ...]
    unit: str | None
    end: int
    year: bool
    after: Bound | None
    led: bool  # whether the money stood before the number
    groups: int = 0

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
        self.tokens = tokens_of(text, self.tongue, running=running)
        self.chains = chains(self.tokens, self.tongue)
        self.names = money_names(self.tongue)
        # Each place is read once, so that long texts take time in proportion.
        self._read: dict[tuple[int, bool, bool], Amount | PledgetrackError | None] = {}
        # In a text of capitals alone, words of the grammar or several words are no acronyms.
        words = [token for token in self.tokens if token.text.isalpha() and len(token.text) > 2]
        self.heading = any(self._is_grammar(token) for token in words) and all(
            token.text[0].isupper() for token in words if len(token.text) > 3
        )
        self.shouts = text.isupper() and (
            sum(len(token.text) > 3 for token in words) > 1
            or any(self._is_grammar(token) for token in words)
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
        return self.tokens[at].plain if 0 <= at < len(self.tokens) else ""

    def kind(self, at: int) -> str:
        """The kind of the token at a place."""
        return self.tokens[at].kind if 0 <= at < len(self.tokens) else ""

    def _glued(self, at: int) -> bool:
        """Whether a token is written to the one before it."""
        return 0 < at < len(self.tokens) and self.tokens[at].start == self.tokens[at - 1].end

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
            made = self._made(at, amount, self.words.bounds[row])
            return self._with_margin(made, amount.end)
        opening, link = self.words.changes
        if self.plain(at) == opening:
            self._refuse_change(at, link)
        for opening, link in self.words.between:
            begin = at + bool(opening)
            if not opening or self.plain(at) == opening:
                low = self.amount(begin, bare=True)
                links = DASHES if link == "-" else {link}
                if low and not low.after and self.plain(low.end) in links:
                    high = self.amount(low.end + 1, bare=bool(low.codes), many=True)
                    if high and not high.after and not self._range_follows(high):
                        return self._range(begin, low, high, printed=bool(opening)), high.end
        amount = self.amount(at)
        if amount is None or self._range_follows(amount):
            return None
        return self._made(at, amount, amount.after or "exact"), amount.end

    def _with_margin(self, made: Quantity, end: int) -> tuple[Quantity, int]:
        """Read what may stand behind an "about": "± 50"."""
        margin = self.number(end + 1) if self.plain(end) == "±" and made.bound == "about" else None
        if margin is None or not 0 < margin.value <= made.number.copy_abs():
            return made, end
        return made.model_copy(update={"margin": exact(margin.value)}), margin.end

    def _range_follows(self, amount: Amount) -> bool:
        """Whether another number hangs on: "10-12-14", "10/20", "10:1"."""
        hanging = {*DASHES, "/", ":", "x", "×", "to", "*", "^", "="}
        end = amount.end
        return self.plain(end) in hanging and self.number(end + 1) is not None

    def _refuse_change(self, at: int, link: str) -> None:
        """Refuse "from 10 to 20 hospitals" which is a range, or a rise from one to the other."""
        low = self.amount(at + 1, bare=True)
        if low is None:
            return
        # "From $4bn in 2020 to $5bn in 2025" is surely a change.
        middle = self.dated(low.end)
        high = self.amount(middle + 1, bare=True) if self.plain(middle) == link else None
        if high:
            said = self.piece(at, self.dated(high.end))
            raise WordingError(
                f"{said!r} may be a range or a change; write 'between ... and ...', or the amount "
                "that is promised",
                text=said,
                kind="ambiguous",
            )

    def dated(self, at: int) -> int:
        """The place behind a year that is told of an amount: "in 2020", "im Jahr 2020"."""
        if self.plain(at) not in _DATING:
            return at
        year = next((n for n in (at + 1, at + 2, at + 3) if self.kind(n) == "number"), None)
        between = {self.plain(n) for n in range(at + 1, year or at)}
        told = year and between <= _DATING and re.fullmatch(YEAR, self.plain(year))
        return year + 1 if year and told else at

    def _range(self, at: int, low: Amount, high: Amount, *, printed: bool) -> Quantity:
        """The quantity of two ends; ``printed`` is one in the words in which amounts are shown."""
        said = self.piece(at, high.end)
        codes = low.codes or high.codes
        if low.codes and (high.codes or high.unit):
            codes = tuple(code for code in low.codes if code in high.codes)
            if not codes:
                raise WordingError(f"{said!r} has ends in two units", text=said, kind="ambiguous")
        dated = high.led or self.plain(at - 1) in _DATING or (high.year and not codes)
        if low.year and not low.codes and dated:
            raise self._year(said)
        if not printed:
            self._refuse_shared_thousands(low, high, said)
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
        fits, small = low.value < high.value, low.value.copy_abs() < 1000
        if fits and small:
            return shared
        if not fits and not small:
            return low.total
        raise self._two_ends(said, low.total, shared)

    def _refuse_shared_thousands(self, low: Amount, high: Amount, said: str) -> None:
        """Refuse "20 to 25,000", which may begin with 20 or with 20,000.

        "5 to 3,000" has one reading, and so has "between 20 and 25,000", which is what is printed.
        """
        if low.power is not None or high.power is not None or low.groups or not high.groups:
            return
        scaled = (EXACT.scaleb(low.value, 3 * n) for n in range(high.groups, 0, -1))
        shared = next((number for number in scaled if low.value < number < high.value), None)
        if shared is not None:
            raise self._two_ends(said, low.total, shared)

    def _two_ends(self, said: str, *readings: Decimal) -> WordingError:
        choices = tuple(written(number, self.locale) for number in readings)
        return WordingError(
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
        small = amount.power is None and amount.value < 1000
        if unit in WORDS_TOO and small and amount.led:
            raise WordingError(
                f"{unit!r} may be a word here; write the currency in words",
                text=said,
                kind="ambiguous",
                choices=(unit,),
            )
        # "2024 elections", "below 1990 levels", "2015 USD" (of that year's value).
        prices = not amount.unit and not amount.led and 1950 <= amount.value < 2050
        if amount.year and ((amount.unit and self.tongue == "en") or prices):
            raise self._year(said)
        aged = self.plain(at) in _AGES and amount.power is None and amount.value <= 100
        if aged and unit.split(" ")[-1] in _PEOPLE:
            raise WordingError(
                f"{said!r} may speak of an age; write 'at least' or 'at most'",
                text=said,
                kind="ambiguous",
            )
        spaced = any(re.fullmatch(_ONE_GROUP, row.text) for row in self.tokens[at : amount.end])
        if amount.unit and self.tongue == "en" and spaced:
            raise WordingError(
                f"{said!r} may be two numbers; write a comma between thousands",
                text=said,
                kind="ambiguous",
            )
        return Quantity(number=exact(amount.total), unit=unit, bound=_bound(bound))

    def _year(self, said: str) -> WordingError:
        count = written(Decimal(2024), self.locale)
        return WordingError(
            f"{said!r} may begin with a year; write a count as {count}, or in other words",
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
                f"{said!r} names no unit; write the currency's code or the thing counted, in "
                f'quotes where it is not read: {said} "..."',
                text=said,
                kind="no unit",
            )
        shown = ", ".join(amount.codes[:5]) + (", …" if len(amount.codes) > 5 else "")
        raise WordingError(
            f"{said!r} does not say whose money it is ({shown}); pass "
            f"dollar={amount.codes[0]!r} or another of them (in a file under [phrases]), or write "
            "the code",
            text=said,
            kind="ambiguous",
            choices=amount.codes,
        )

    # --- one amount -------------------------------------------------------------------------------

    def amount(self, at: int, *, bare: bool = False, many: bool = False) -> Amount | None:
        """An amount with its unit.

        ``bare`` is one whose unit may stand elsewhere, ``many`` one whose unit is a plural even
        after a one: "between 0 and 1 visas".
        """
        key = (at, bare, many)
        if key not in self._read:
            try:
                self._read[key] = self._amount(at, bare=bare, many=many)
            except PledgetrackError as error:
                self._read[key] = error
        found = self._read[key]
        if isinstance(found, PledgetrackError):
            raise found
        return found

    def _amount(self, at: int, *, bare: bool, many: bool) -> Amount | None:
        codes: tuple[str, ...] = ()
        begin = at
        at, minus = self._minus(at)
        before = self.money(at)
        if before:
            codes, at = before
        number = self._begun(begin, at)
        if number is None or self._runs_on(number.end):
            return None
        at = number.end
        power, short = None, False
        found = self.magnitude(at)
        if found:
            if self.plain(at) in self.words.single and number.value >= 2:
                return None  # "5 billion" is English, where it is a thousand times less
            power, short, at = found
        self._refuse_longer(begin, at)
        if self.plain(at) in self.words.linking and ((power or 0) >= 6 or number.value >= 10**6):
            at += 1
        plus: Bound | None = None
        if self.plain(at) == "+" and self._glued(at):
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
                raise self._short(self.piece(begin, at), power or 0)
            one = number.value == 1 and power is None and not many
            part = number.part and power is None
            if not part or self.kind(at) == "quoted":  # "2½ hospitals"
                unit, at = self._thing(at, one=one)
        value = -number.value if minus else number.value
        after = plus
        size = self.phrase(at, self.words.after.__contains__, 3)
        if size and not plus and not bare:
            row = tuple(token.plain for token in self.tokens[at : at + size])
            after, at = _bound(self.words.after[row]), at + size
        year = number.year and power is None
        return Amount(value, power, codes, unit, at, year, after, before is not None, number.groups)

    def _short(self, said: str, power: int) -> WordingError:
        return WordingError(
            f"{said!r} may mean a magnitude or a measure; write it in full (million)",
            text=said,
            kind="ambiguous",
            choices=({3: "thousand", 6: "million"}.get(power, "billion"),),
        )

    def _begun(self, begin: int, at: int) -> Number | None:
        """The number that begins at a token; the tail of a longer one is none."""
        chain = self.chains.get(at)
        if chain and chain[0] < at:
            return None
        number = self.number(at)
        if number is None and chain and self.plain(at) not in self.words.magnitudes:
            raise self._in_words(begin, chain[1])
        return number

    def _refuse_longer(self, begin: int, at: int) -> None:
        """Refuse a number in words that goes on behind what was read of it."""
        chain = self.chains.get(at)
        if chain and chain[0] < at:
            raise self._in_words(begin, chain[1])

    def _in_words(self, begin: int, end: int) -> WordingError:
        """The refusal of a number in words that is longer than what is read."""
        led = self.money(begin) is not None
        surely = led or any(self.plain(n) in self.words.magnitudes for n in range(begin, end))
        behind = end + (self.plain(end) in self.words.linking)
        money = self.money(behind)
        unit, last = self._thing(end, one=False)
        if money:
            end = money[1]
        elif unit:
            end = last
        said = self.piece(begin, end)
        known = surely or money is not None or unit is not None
        return WordingError(
            f"{said!r} is a number in words, or one of two, that is not read; write one in digits",
            text=said,
            kind="left over" if known else "no unit",
            left_over=(said,) if known else (),
        )

    def _runs_on(self, at: int) -> bool:
        """Whether letters are written to a number that mean no amount: "2x", "1st"."""
        if self.kind(at) != "word" or not self._glued(at):
            return False
        return self.tokens[at - 1].kind == "number" and not (self.magnitude(at) or self.money(at))

    def _minus(self, at: int) -> tuple[int, bool]:
        here = at + 1 < len(self.tokens) and self.plain(at) in MINUS
        glued = here and self.tokens[at].end == self.tokens[at + 1].start
        return (at + 1, True) if glued else (at, False)

    def number(self, at: int) -> Number | None:
        """A number in digits or in words, without its magnitude."""
        if self.kind(at) == "number":
            said = self.tokens[at].text
            year = re.fullmatch("1[5-9][0-9]{2}|2[0-9]{3}", said) is not None
            value = number_of(said, self.locale)
            groups, part = groups_of(said) if value >= 1000 else 0, not said[-1:].isdecimal()
            return Number(value, at + 1, year, groups, part)
        words, plain = self.words, self.plain(at)
        if self.kind(at) != "word":
            return None
        for half in words.half:
            row = tuple(self.plain(at + n) for n in range(len(half)))
            if row == half and self._large(at + len(half)):
                return Number(Decimal("0.5"), at + len(half))
        count: int | None = words.numbers.get(plain)
        if self.tongue == "en":
            tens, _, ones = plain.partition("-")
            if ones in words.numbers and words.numbers.get(tens, 0) >= 20:
                count = words.numbers[tens] + words.numbers[ones]
                if words.numbers[ones] >= 10 or count >= 100:
                    return None
            if plain in ("a", "an") and self._large(at + 1):
                return Number(Decimal(1), at + 1)
            halves = tuple(self.plain(at + n) for n in (1, 2, 3)) == ("and", "a", "half")
            if count is not None and halves and self._large(at + 4):
                return Number(Decimal(count) + Decimal("0.5"), at + 4)
        elif count is None and words.magnitudes.get(plain, 9) <= 3:
            return Number(Decimal(1), at)  # "mil millones": one thousand of them
        return None if count is None else Number(Decimal(count), at + 1)

    def _large(self, at: int) -> bool:
        return self.kind(at) == "word" and self.words.magnitudes.get(self.plain(at), 0) >= 2

    def magnitude(self, at: int) -> tuple[int, bool, int] | None:
        """The power of ten at a place, whether it is a letter or two, and where it ends."""
        if self.kind(at) != "word":
            return None
        plain = self.plain(at)
        if plain in self.words.short:
            # Outside English a small "m" is as often a thousand.
            clear = self.tongue == "en" or plain != "m" or self.tokens[at].text == "M"
            return (self.words.short[plain], True, at + 1) if clear else None
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
            if sign == "$" and self.kind(at - 1) == "word" and self._glued(at):
                return None  # the dollar of some other country: "TT$"
            return (codes_of_dollar() if sign == "$" else SIGNS[sign]), at + 1
        if kind not in ("word", "code"):
            return None
        text = self.tokens[at].text
        told = text.isupper() or "." in text  # and not the pronoun
        if plain in ("us", "usa") and told and self.plain(at + 1) == "$":
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
            numeral = is_numeral(word.plain, self.tongue)
            if word.plain in nouns.STOPS or numeral or self._is_money(word):
                break
            said.append(word.text.lower() if self.shouts and word.text.isalpha() else word.text)
        if not self.running:
            unit = nouns.thing(said, one=one, heading=self.heading) if said else None
            return unit, at + len(said) if unit else at
        for size in range(min(len(said), 6), 0, -1):
            unit = nouns.thing(said[:size])
            if unit and unit != said[0]:
                return unit, at + size
        return None, at

    def thing_end(self, at: int) -> int:
        """The place behind the thing counted that begins at a token, if one does."""
        return self._thing(at, one=False)[1]

    def _is_money(self, word: Token) -> bool:
        """Whether a word names money, alone or in a compound: "MEUR", "US-dollars"."""
        parts = [
            (word.plain, word.text),
            *zip(word.plain.split("-"), word.text.split("-"), strict=False),
        ]
        return any((plain,) in self.names or _code_in(text) for plain, text in parts)


def _code_in(word: str) -> bool:
    """Whether a word is a code, with a letter or two of magnitude before it: "USD", "kEUR"."""
    found = re.fullmatch(r"(?:[kKmMbBtT]|[mMbBtT][nN]|[a-z]*)([A-Z]{3})", word)
    return found is not None and units.is_currency(found.group(1))


def _bound(word: str) -> Bound:
    bound: Bound = word  # type: ignore[assignment]  # the vocabulary holds bounds alone
    return bound
