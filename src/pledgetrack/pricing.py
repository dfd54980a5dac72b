"""Pricing: what one unit of an amount is worth in another currency, and in prices of which year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from pledgetrack.calendar import as_day
from pledgetrack.deflators import Deflators
from pledgetrack.errors import (
    DayError,
    MissingDeflatorError,
    MissingRateError,
    UnitError,
    unknown,
)
from pledgetrack.rates import Rate, Rates
from pledgetrack.sheets import currency

Missing = MissingRateError | MissingDeflatorError
_RATE_DAYS = ("announced", "event")


class Price(NamedTuple):
    """What one unit is worth, exactly: the rate, times what its year's prices are multiplied by."""

    rate: Rate
    deflator: Fraction
    factor: Fraction


@dataclass(frozen=True)
class Conversion:
    """Into which currency, at the rates of which day, and in the prices of which year."""

    into: str
    rates: Rates | None
    rate_day: Literal["announced", "event"] | dt.date
    keeps: bool
    deflators: Deflators | None

    @classmethod
    def of(
        cls,
        *,
        into: str | None = None,
        rates: Rates | None = None,
        rate_day: object = "announced",
        on_missing: str = "raise",
        deflators: Deflators | None = None,
        **others: object,
    ) -> Conversion | None:
        """The conversion that options ask for, if any.

        >>> Conversion.of(into="USD", rate_day="2024-01-05").rate_day
        datetime.date(2024, 1, 5)
        """
        for name in others:
            raise unknown("option", name, ("into", "rates", "rate_day", "on_missing", "deflators"))
        if on_missing not in ("raise", "keep"):
            raise unknown("on_missing", on_missing, ("raise", "keep"))
        for what, given, kind in (("rates", rates, Rates), ("deflators", deflators, Deflators)):
            if given is not None and not isinstance(given, kind):
                raise unknown(what, given, (f"pt.{kind.__name__}",))
        worded = isinstance(rate_day, str) and rate_day in _RATE_DAYS
        day: Any = rate_day if worded else _fixed(rate_day)
        if into is None:
            if rates is not None or deflators is not None or day != "announced":
                raise UnitError("rates without a currency to convert into; pass into=", unit=None)
            return None
        return cls(currency(into), rates, day, on_missing == "keep", deflators)

    def price(self, unit: str, fact: dt.date, party: str) -> Price | Missing:
        """What one unit of a fact of a day is worth; where that is not known, the error."""
        try:
            rate, deflator = self._rate(unit, fact), self._deflator(unit, fact, party)
        except (MissingRateError, MissingDeflatorError) as error:
            return error
        return Price(rate, deflator, rate.value * deflator)

    def _rate(self, unit: str, fact: dt.date) -> Rate:
        day = self.rate_day if isinstance(self.rate_day, dt.date) else fact
        if unit == self.into:
            return Rate(Fraction(1), None, None)
        if self.rates is None:
            raise MissingRateError(
                f"no rates to convert {unit} into {self.into}; pass rates=, such as "
                "rates=pt.Rates.ecb()",
                currency=unit,
                day=day,
            )
        return self.rates.rate(unit, self.into, day)

    def _deflator(self, unit: str, fact: dt.date, party: str) -> Fraction:
        if self.deflators is None:
            return Fraction(1)
        # A rate of one fixed day leaves the change of prices to the currency as stated.
        money = unit if isinstance(self.rate_day, dt.date) else self.into
        return self.deflators.factor(money if self.deflators.by == "currency" else party, fact.year)

    def told(self, kept: Iterable[str]) -> dict[str, str]:
        """What a result says of its conversion, and of the units that were kept."""
        made = {"into": self.into, "rate_day": str(self.rate_day)}
        made |= {"on_missing": "keep"} if self.keeps else {}
        made["rates"] = self.rates.source if self.rates else "none"
        if self.deflators:
            made["prices_of"] = str(self.deflators.base_year)
            made["deflators"] = self.deflators.source
        units = ", ".join(sorted(set(kept)))
        return made | ({"not_converted": units} if units else {})


def _fixed(value: object) -> dt.date:
    try:
        return as_day(value)
    except DayError as error:
        raise DayError(f"rate_day is 'announced', 'event' or a day; {error}", value=value) from None


def first_of(errors: Iterable[Missing]) -> Missing:
    """The error to raise for several, which knows of all of them."""
    listed = sorted({str(error): error for error in errors}.items())
    rates = [error for _, error in listed if isinstance(error, MissingRateError)]
    if len(rates) < 2:
        return rates[0] if rates else listed[0][1]
    one, count = rates[0], len(rates) - 1
    return MissingRateError(
        f"{one}; and {count} more {'are' if count > 1 else 'is'} missing (on_missing='keep' leaves "
        "such amounts in their own unit)",
        currency=one.currency,
        day=one.day,
        nearest=one.nearest,
        missing=tuple(pair for error in rates for pair in error.missing),
    )
