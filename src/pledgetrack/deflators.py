"""Deflators: price indices by year, to state amounts in the prices of one year."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from pledgetrack.errors import AmountError, DayError, MissingDeflatorError, unknown
from pledgetrack.sheets import Sheet, currency, positive, read_sheet

_COLUMNS = ("year", "currency", "country", "index")
_YEAR = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, eq=False)
class Deflators:
    """Price indices by year; with them ``into=`` gives amounts in the prices of ``base_year``.

    An amount of a year is multiplied by the index of the base year and divided by that of its year.
    Indices of currencies are those of the currency converted into; only with a rate of a fixed day
    those of the currency as stated, because exchange rates then move no prices. Indices
    of countries are those of the party that promises, as in the deflators that the OECD publishes
    for each donor. The year is that of the announcement; with ``rate_day="event"``, of the event.

    >>> index = {("USD", 2014): Decimal("94.5"), ("USD", 2020): Decimal("105")}
    >>> Deflators(index, base_year=2020, by="currency", source="prices.csv").factor("USD", 2014)
    Fraction(10, 9)
    """

    index: Mapping[tuple[str, int], Decimal]
    base_year: int
    by: Literal["currency", "country"]
    source: str

    def __post_init__(self) -> None:
        year, shape = self.base_year, "{('USD', 2020): Decimal('105')}"
        if isinstance(year, bool) or not isinstance(year, int):
            raise DayError(f"base_year is {year!r}, not a year such as 2020", value=year)
        if self.by not in ("currency", "country"):
            raise unknown("kind of price index", self.by, ("currency", "country"))
        if not isinstance(self.index, Mapping):
            given = str(self.index)[:60]
            message = f"the price indices are {given!r}, not by name and year, such as {shape}"
            raise AmountError(message, value=self.index)
        for key, value in self.index.items():
            if not isinstance(key, tuple) or [*map(type, key)] != [str, int]:
                raise DayError(f"{key!r} names no price index; write {shape}", value=key)
            exact = isinstance(value, Fraction) or (
                isinstance(value, Decimal) and value.is_finite()
            )
            if not exact or value <= 0:
                message = f"{key[0]} for {key[1]}: {value!r} is no exact price index above 0"
                raise AmountError(message, value=value)

    @classmethod
    def read_csv(
        cls,
        path: Any,
        *,
        base_year: int,
        columns: Mapping[str, str] | None = None,
        source: str | None = None,
    ) -> Deflators:
        r"""Deflators from a CSV file with the columns year, currency or country, and index.

        ``columns`` tells other headings (``{"index": "GDP deflator"}``). Every mistake is reported
        at once, with its line, as ``InvalidRatesError``.

        >>> import tempfile, pathlib
        >>> folder = tempfile.TemporaryDirectory()
        >>> path = pathlib.Path(folder.name, "prices.csv")
        >>> _ = path.write_text("year,country,index\n2014,Norway,88\n2020,Norway,110\n",
        ...                     encoding="utf-8")
        >>> Deflators.read_csv(path, base_year=2020).factor("Norway", 2014)
        Fraction(5, 4)
        >>> folder.cleanup()
        """
        sheet = read_sheet(path)
        found = sheet.columns(columns, _COLUMNS)
        by: Literal["currency", "country"] = "currency" if "currency" in found else "country"
        if not {"year", by, "index"} <= set(found) or {"currency", "country"} <= set(found):
            raise sheet.stop(
                "deflators come in columns year, index, and either currency or country "
                f"(here are: {', '.join(sheet.header)[:200]})"
            )
        index: dict[tuple[str, int], Decimal] = {}
        for line, cells in sheet.rows:
            year = sheet.tried(_year, cells[found["year"]], line)
            key = sheet.tried(currency if by == "currency" else _name, cells[found[by]], line)
            value = sheet.tried(positive, cells[found["index"]], line)
            if year is None or key is None or value is None:
                continue
            if index.setdefault((key, year), value) != value:
                sheet.note(f"another index of {key} for {year} than above", line)
        sheet.refuse()
        return cls(index, _base_year(base_year, index, sheet), by, source or sheet.name)

    def factor(self, key: str, year: int) -> Fraction:
        """By what an amount of a year is multiplied, exactly."""
        for wanted in (year, self.base_year):
            if (key, wanted) not in self.index:
                years = tuple(sorted(known for name, known in self.index if name == key))
                shown = f"{years[0]} to {years[-1]}" if years else "none"
                joint = not years and self.by == "country" and " + " in key
                hint = f"; {key!r} are joint parties, whose promises no one country's prices fit: "
                hint += "add indices of that name, or choose other parties"
                raise MissingDeflatorError(
                    f"no price index of {key!r} for {wanted} in {self.source} (years there: "
                    f"{shown}){hint if joint else ''}",
                    key=key,
                    year=wanted,
                    years=years,
                )
        return Fraction(self.index[key, self.base_year]) / Fraction(self.index[key, year])

    def __repr__(self) -> str:
        names = sorted({name for name, _ in self.index})
        few = ", ".join(names) if len(names) <= 6 else f"{len(names)} {self.by} series"
        return f"Deflators(prices of {self.base_year}, {few}; {self.source})"


def _year(cell: str) -> int:
    if not _YEAR.fullmatch(cell) or cell == "0000":
        raise ValueError(f"{cell[:40]!r} is no year; write it as YYYY")
    return int(cell)


def _name(cell: str) -> str:
    if not cell:
        raise ValueError("the country is missing")
    return cell


def _base_year(year: Any, index: Mapping[tuple[str, int], Decimal], sheet: Sheet) -> int:
    if isinstance(year, bool) or not isinstance(year, int):
        raise sheet.stop(f"base_year is {year!r}, not a year such as 2020")
    if all(known != year for _, known in index):
        years = sorted({known for _, known in index})
        shown = f"{years[0]} to {years[-1]}" if years else "none"
        raise sheet.stop(f"there is no index of the base year {year} (years there: {shown})")
    return year
