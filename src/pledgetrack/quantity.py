"""Quantity: an exact number of a unit, and how far the number is exact."""

from __future__ import annotations

import decimal
import re
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, model_validator

from pledgetrack import nouns, units
from pledgetrack.errors import AmountError, shown
from pledgetrack.fields import Record, Text
from pledgetrack.render import clip
from pledgetrack.vocabulary import language, vocabulary

Bound = Literal["exact", "at least", "up to", "about"]
BOUNDS: tuple[Bound, ...] = get_args(Bound)

INTEGER_DIGITS, DECIMAL_PLACES = 22, 6
"""What a movement can hold: decimal128(28, 6)."""

Ends = tuple[Decimal | None, Decimal | None]
ENDLESS = Decimal("Infinity")

EXACT = decimal.Context(
    prec=120, traps=[decimal.Inexact, decimal.InvalidOperation, decimal.DivisionByZero]
)
"""Arithmetic that raises where a digit would be lost."""
# As many digits as Python divides with unless told otherwise.
_SHARE = decimal.Context(prec=28)

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def exact(value: object) -> Decimal:
    """The exact decimal that a value states: text, an integer or a Decimal, never a float.

    >>> exact("1500000000"), exact("354993160.050")
    (Decimal('1500000000'), Decimal('354993160.05'))
    >>> exact("1_000")
    Traceback (most recent call last):
    pledgetrack.errors.AmountError: '1_000' is no plain number; write digits with a decimal point
    """
    if isinstance(value, bool) or not isinstance(value, (Decimal, int, str)):
        hint = "; pass it as text or Decimal" if isinstance(value, float) else ""
        raise AmountError(f"{shown(value)} is no exact number{hint}", value=value)
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value):
            raise AmountError(
                f"{clip(value, 40)!r} is no plain number; write digits with a decimal point",
                value=value,
            )
        if len(value) > 100:
            raise _too_many_digits(clip(value, 40), value)
        value = Decimal(value)
    if isinstance(value, int):
        # Converting a huge int to text is quadratic, so it is measured first.
        if value.bit_length() > 400:
            raise _too_many_digits("an integer of more than 120 digits", value)
        value = Decimal(value)
    if not value.is_finite():
        raise AmountError(f"{value} is no amount", value=value)
    if not value:
        return Decimal(0)
    _, digits, exponent = value.as_tuple()
    if len(digits) > EXACT.prec:
        raise _too_many_digits(f"{value:.6e}", value)
    if value.adjusted() >= INTEGER_DIGITS or value.adjusted() < -DECIMAL_PLACES:
        raise _too_many_digits(f"{value:.6e}", value)
    # Most numbers have no zeros to lose.
    plain = value
    if exponent != 0 and not (int(exponent) < 0 and digits[-1]):
        plain = tidy(value)
        exponent = plain.as_tuple().exponent
    if -int(exponent) > DECIMAL_PLACES:
        raise _too_many_digits(str(plain)[:60], value)
    return plain


def _too_many_digits(shown: str, value: object) -> AmountError:
    return AmountError(
        f"{shown} has too many digits; an amount holds {INTEGER_DIGITS} digits before the "
        f"decimal point and {DECIMAL_PLACES} after it",
        value=value,
    )


def tidy(number: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent.

    >>> tidy(Decimal("22500.000000")), tidy(Decimal("1E+9")), tidy(Decimal("0.50"))
    (Decimal('22500'), Decimal('1000000000'), Decimal('0.5'))
    """
    normal = EXACT.normalize(number)
    exponent = int(normal.as_tuple().exponent)
    return EXACT.quantize(normal, Decimal(1)) if exponent > 0 else EXACT.plus(normal)


def ratio(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """The share that a part is of a whole; missing where either is, or the whole is 0.

    >>> ratio(Decimal(1), Decimal(4)), ratio(None, Decimal(4)), ratio(Decimal(1), Decimal(0))
    (Decimal('0.25'), None, None)
    """
    return None if part is None or not whole else tidy(_SHARE.divide(tidy(part), tidy(whole)))


def share(part: int, whole: int) -> Decimal:
    """The share that a whole number is of another, as ``ratio`` gives it.

    >>> share(1, 4), share(10, 1)
    (Decimal('0.25'), Decimal('10'))
    """
    made = _SHARE.divide(Decimal(part), Decimal(whole))
    # Only what is rounded can end in a zero behind the point.
    text = str(made)
    return tidy(made) if text.endswith("0") or "E" in text else made


def flip(bound: Bound) -> Bound:
    """The bound of what is left when a bounded quantity is taken off.

    >>> flip("at least"), flip("about")
    ('up to', 'about')
    """
    flipped: dict[Bound, Bound] = {"at least": "up to", "up to": "at least"}
    return flipped.get(bound, bound)


def combine(bounds: set[Bound]) -> Bound:
    """The bound of a sum of quantities with these bounds.

    >>> combine({"exact", "at least"}), combine({"at least", "up to"}), combine(set())
    ('at least', 'about', 'exact')
    """
    loose = bounds - {"exact"}
    if not loose:
        return "exact"
    return loose.pop() if len(loose) == 1 else "about"


Number = Annotated[
    Decimal,
    BeforeValidator(exact),
    Field(allow_inf_nan=False),
    PlainSerializer(lambda number: f"{number:f}", return_type=str, when_used="json"),
]


class Quantity(Record):
    """An exact decimal number of a unit: an ISO 4217 code, or a thing counted in the singular.

    ``bound`` says how far the number is exact: "exact", "at least" ("over 3,000"), "up to",
    "about" ("roughly"). ``most`` is the upper end of a stated range, whose lower end is the number
    and counts: "between 10 and 20 million". ``margin`` says how far off an "about" may be, in the
    same unit, where the source states it. ``wording`` holds the words of the source and makes no
    difference to what the quantity is. A number has at most 22 digits before the decimal point and
    6 after it.

    >>> print(Quantity(number="1500000000", unit="USD"))
    1,500,000,000 USD
    >>> print(Quantity(number=3000, unit="arrest", bound="at least"))
    at least 3,000 arrests
    >>> print(Quantity(number=500, unit="USD", bound="about", margin=50))
    about 500 USD ± 50
    """

    number: Number
    unit: Annotated[str, AfterValidator(units.check_unit)]
    bound: Bound = "exact"
    most: Number | None = None
    margin: Number | None = None
    wording: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _range(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("most") is not None:
            return {"bound": "at least", **data}
        return data

    @model_validator(mode="after")
    def _two_ends(self) -> Quantity:
        if self.most is not None and (self.bound != "at least" or self.most <= self.number):
            raise AmountError(
                f"'most' is the upper end of a range, above its number {self.number:f} and with "
                f"the bound 'at least'; given: {self.most:f}, {self.bound!r}",
                value=self.most,
            )
        if self.margin is None:
            return self
        if self.bound != "about":
            raise ValueError(
                f"a margin goes with the bound 'about', and this one is {self.bound!r}"
            )
        if not 0 < self.margin <= self.number.copy_abs():
            raise ValueError(
                f"a margin of {self.margin:f} is not above 0 and at most the number "
                f"{self.number:f}; write it as an amount in the same unit"
            )
        return self

    @property
    def ends(self) -> Ends:
        """The least and the most that the quantity can mean; None where nothing is said.

        >>> Quantity(number=3000, unit="arrest", bound="at least").ends
        (Decimal('3000'), Decimal('Infinity'))
        >>> Quantity(number=-20, unit="USD", bound="up to").ends
        (Decimal('-20'), Decimal('0'))
        >>> Quantity(number=10, unit="USD", most=20).ends
        (Decimal('10'), Decimal('20'))
        """
        if self.most is not None:
            return self.number, self.most
        if self.bound == "exact" or not self.number:
            return self.number, self.number  # of nothing there is no more and no less
        size = self.number.copy_abs()
        ends: dict[str, Ends] = {
            "at least": (size, ENDLESS),
            "up to": (Decimal(0), size),
            "about": (None, None),
        }
        low, high = ends[self.bound]
        if self.margin is not None:
            low, high = EXACT.subtract(size, self.margin), EXACT.add(size, self.margin)
        if self.number < 0:
            # Of a refund the bound says how large it is.
            low, high = (end and end.copy_negate() for end in (high, low))
        return low, high

    def __str__(self) -> str:
        return self.format()

    def __repr__(self) -> str:
        return f"Quantity({self})"

    def format(self, locale: str = "en") -> str:
        """The quantity as people write it, every digit kept.

        ``pt.parse_quantity`` reads it back, but for a margin.

        >>> Quantity(number="1234.5", unit="EUR").format(locale="de")
        '1.234,5 EUR'
        >>> Quantity(number=10, most=20, unit="H-2B visa").format()
        'between 10 and 20 H-2B visas'
        """
        words = vocabulary(locale)
        unit = self.unit
        if not units.is_currency(unit):
            english = language(locale) == "en"
            one = self.most is None and self.number == 1
            unit = nouns.counted(unit, one=one) if english else nouns.quoted(unit)
        number = _unmistakable(self.number, locale)
        if self.most is not None:
            opening, link = words.between[0]
            return f"{opening} {number} {link} {_unmistakable(self.most, locale)} {unit}"
        bound = "" if self.bound == "exact" else words.said[self.bound] + " "
        margin = "" if self.margin is None else f" ± {_unmistakable(self.margin, locale)}"
        return f"{bound}{number} {unit}{margin}"

    def __hash__(self) -> int:
        return hash((self.number, self.unit, self.bound, self.most, self.margin))

    def __eq__(self, other: object) -> bool:
        # The wording says where a quantity comes from, not how much it is.
        if not isinstance(other, Quantity):
            return NotImplemented
        mine = (self.number, self.unit, self.bound, self.most, self.margin)
        return mine == (other.number, other.unit, other.bound, other.most, other.margin)


def _unmistakable(number: Decimal, locale: str) -> str:
    """A number that nobody takes for another: three decimals alone look like thousands."""
    text = units.format_number(number, locale.replace("-", "_"))
    whole, _, decimals = f"{number.copy_abs():f}".partition(".")
    return text + "0" if len(decimals) == 3 and len(whole) < 4 and whole != "0" else text
