"""Shares: money split by the percentages of countries and sectors, to the last minor unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from pledgetrack.calendar import prefix
from pledgetrack.formats.iati_values import Place
from pledgetrack.quantity import EXACT

_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_ROUNDING = Decimal(1)  # by so many points percentages may pass 100 because each was rounded
_HUNDRED = Decimal(100)


class Share(NamedTuple):
    """A part of an activity's money: for these places, so much of ``whole``."""

    places: tuple[Place, ...]
    weight: int


class Shares(NamedTuple):
    """How money is split: the weights add up to ``whole``. ``note`` says what is odd about it."""

    parts: tuple[Share, ...]
    whole: int
    note: str | None


def shares(places: Sequence[Place], what: str) -> Shares:
    """The shares that percentages make.

    One place has all where it states no percentage. What is missing to 100 has no place ("not
    stated"). Where several state none, or some that no rounding explains, the money is that of all
    of them together, for the source does not say how it is split.

    >>> kenya = Place("recipient-country", "KE", "1", "60")
    >>> uganda = Place("recipient-country", "UG", "1", "30")
    >>> made = shares([kenya, uganda], "recipients")
    >>> [(part.places[0].code if part.places else None, part.weight) for part in made.parts]
    [('KE', 60), ('UG', 30), (None, 10)]
    >>> made.note
    'the percentages of recipients add up to 90'
    """
    found: dict[Place, Decimal | None] = {}
    for place in places:
        key = place._replace(percentage=None)
        number = _percentage(place.percentage)
        if key in found and number is not None:
            number = EXACT.add(number, found[key] or Decimal(0))
        found[key] = number
    together = Shares((Share(tuple(found), 1),), 1, None)
    if len(found) < 2 and (not found or None in found.values()):
        stated = (places[0].percentage or "").strip() if places else ""
        note = f"the percentage {stated!r} of {what} is no number" if stated else None
        return together._replace(note=note)
    stated_ones = [number for number in found.values() if number is not None]
    if len(stated_ones) < len(found):
        note = f"not all {what} state a percentage" if stated_ones else f"no percentages of {what}"
        return together._replace(note=note)
    total = sum(stated_ones, Decimal(0))
    note = None if total == _HUNDRED else f"the percentages of {what} add up to {total:f}"
    if total > _HUNDRED + _ROUNDING or not total:
        return together._replace(note=note)
    scale = max(-int(number.as_tuple().exponent) for number in [*stated_ones, Decimal(0)])
    weights = [int(number.scaleb(scale)) for number in stated_ones]
    parts = [Share((place,), weight) for place, weight in zip(found, weights, strict=True)]
    whole = max(sum(weights), 100 * 10**scale)
    if whole > sum(weights):
        parts.append(Share((), whole - sum(weights)))
    return Shares(tuple(part for part in parts if part.weight), whole, note)


def percentages(places: Iterable[Place]) -> Decimal:
    """What the percentages of places add up to.

    >>> percentages([Place("sector", "11220", "1", "33.5"), Place("sector", "11230", "1", None)])
    Decimal('33.5')
    """
    return sum((_percentage(place.percentage) or Decimal(0) for place in places), Decimal(0))


def _percentage(text: str | None) -> Decimal | None:
    plain = (text or "").strip()
    if not _DECIMAL.fullmatch(plain) or len(plain) > 30:
        return None
    number = Decimal(plain)
    return number if 0 <= number <= 1000 else None


class Split:
    """Running amounts split by shares: each part is the share of the running sum, rounded once.

    >>> split = Split([1, 1, 1], 3)
    >>> split.add(100), split.add(100)
    ([33, 34, 33], [34, 32, 34])
    """

    def __init__(self, weights: Iterable[int], whole: int) -> None:
        self.ends: list[int] = []
        for weight in weights:
            self.ends.append((self.ends[-1] if self.ends else 0) + weight)
        self.whole = whole
        self.total = 0
        self.before = [0] * len(self.ends)

    def add(self, more: int) -> list[int]:
        """What each part gets of more, in whole minor units."""
        self.total += more
        gone, made = 0, []
        for at, end in enumerate(self.ends):
            upto = int(prefix(self.total, end, self.whole))
            part = upto - gone
            made.append(part - self.before[at])
            self.before[at], gone = part, upto
        return made


def vocabulary_of(places: Iterable[Place]) -> tuple[Place, ...]:
    """The places of one vocabulary, of those that say the same in several.

    That of the DAC (codes 1, then 2) where it is used, else the first.

    >>> dac, own = Place("sector", "11220", "1", None), Place("sector", "A", "99", None)
    >>> [place.code for place in vocabulary_of([own, dac])]
    ['11220']
    """
    places = tuple(places)
    used = [place.vocabulary for place in places]
    best = next((name for name in ("1", "2") if name in used), used[0] if used else None)
    return tuple(place for place in places if place.vocabulary == best)
