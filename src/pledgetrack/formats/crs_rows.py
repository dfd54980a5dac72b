"""A row of the Creditor Reporting System, by whatever headings its file has."""

from __future__ import annotations

import datetime as dt
import decimal
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pledgetrack.errors import AmountError, FileFormatError
from pledgetrack.fields import clean
from pledgetrack.formats.crs_codes import CATEGORIES, FLOWS, REPORTS, currency_of
from pledgetrack.quantity import DECIMAL_PLACES, EXACT, INTEGER_DIGITS, tidy

# Headings differ in case, in underscores, and in how words are cut short.
_HEADINGS = {
    "year": ("year",),
    "donor_code": ("donorcode",),
    "donor_country": ("donoriso3code", "dedonorcode"),
    "donor": ("donorname", "donor"),
    "agency_code": ("agencycode",),
    "agency": ("agencyname", "agency"),
    "crs_id": ("crsid",),
    "project_number": ("projectnumber",),
    "report": ("initialreport",),
    "recipient_code": ("recipientcode",),
    "recipient_country": ("recipientiso3code", "derecipientcode"),
    "recipient": ("recipientname", "recipient"),
    "region": ("regionname",),
    "income_group": ("incomegroupname",),
    "flow_code": ("flowcode",),
    "flow": ("flowname",),
    "bi_multi": ("bimulti", "bilateralmultilateral"),
    "category": ("category",),
    "finance_type": ("financet", "financetype"),
    "aid_type": ("aidt", "aidtype"),
    "commitment": ("usdcommitment",),
    "disbursement": ("usddisbursement",),
    "currency": ("currencycode", "currency"),
    "commitment_national": ("commitmentnational",),
    "disbursement_national": ("disbursementnational",),
    "grant_equivalent": ("usdgrantequiv", "usdgrantequivalent"),
    "title": ("projecttitle",),
    "short": ("shortdescription",),
    "purpose_code": ("purposecode",),
    "purpose": ("purposename", "purpose"),
    "sector_code": ("sectorcode",),
    "sector": ("sectorname", "sector"),
    "channel_code": ("channelcode",),
    "channel": ("channelname",),
    "channel_reported": ("channelreportedname",),
    "start": ("expectedstartdate",),
    "end": ("completiondate",),
    "committed_on": ("commitmentdate",),
}
_KEY = (
    "donor_code", "agency_code", "crs_id", "project_number", "recipient_code", "purpose_code",
    "flow_code", "finance_type", "aid_type", "channel_code",
)  # fmt: skip
"""What tells one line of activity from another; by names where a file has no codes."""

_NAMES = {
    "donor_code": ("donor_country", "donor"),
    "agency_code": ("agency",),
    "recipient_code": ("recipient_country", "recipient"),
    "purpose_code": ("purpose",),
    "flow_code": ("flow",),
    "channel_code": ("channel", "channel_reported"),
}
_TAGS = (
    "agency", "crs_id", "project_number", "region", "income_group", "finance_type", "aid_type",
    "sector", "sector_code", "purpose", "purpose_code", "commitment_national",
    "disbursement_national", "grant_equivalent",
)  # fmt: skip
_CODES = frozenset(
    {"year", "crs_id", "report", "bi_multi", "category", "finance_type", "currency"}
    | {name for name in _HEADINGS if name.endswith("_code")}
)
_BLANK = frozenset({"", "NA", "NaN", "nan", "NULL", "null", "None"})
"""What programs write where a cell is blank."""

_MILLION = Decimal(1000000)
_SMALLEST = Decimal(1).scaleb(-DECIMAL_PLACES)
_ROUNDED = decimal.Context(prec=60, rounding=decimal.ROUND_HALF_EVEN)
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T].*)?")
_SHORT = 80  # texts up to this length often come again, so each is held once
_NO_DAYS = ("0001-01-01", "1900-01-01")
"""Days that databases write where there is none."""


class Columns:
    """Where each column stands in a file."""

    def __init__(self, header: Sequence[str], file: str) -> None:
        self.header = list(header)
        self.at: dict[str, int] = {}
        plain = [re.sub("[^a-z0-9]", "", title.casefold()) for title in header]
        for name, spellings in _HEADINGS.items():
            for spelling in spellings:
                if plain.count(spelling) > 1:
                    raise FileFormatError(f"{file!r} has the column {spelling!r} twice", path=file)
                if spelling in plain:
                    self.at.setdefault(name, plain.index(spelling))
        missing = [name for name in ("year", "commitment", "disbursement") if name not in self.at]
        if not {"donor_code", "donor_country", "donor"} & self.at.keys():
            missing.append("donor")
        # A file may leave one of the two amounts out, not both.
        if {"commitment", "disbursement"} - set(missing):
            missing = [name for name in missing if name not in ("commitment", "disbursement")]
        if missing:
            titles = {"commitment": "usd_commitment", "disbursement": "usd_disbursement"}
            listed = ", ".join(repr(titles.get(name, name)) for name in missing)
            raise FileFormatError(
                f"{file!r} is no table of the Creditor Reporting System: it has no column "
                f"{listed}; other tables are read with a mapping",
                path=file,
            )
        self._once: dict[str, str] = {}

    def texts(self, cells: Sequence[Any]) -> dict[str, str]:
        """What a row states, by the names that columns have here; blank cells are left out."""
        once = self._once
        found = {}
        for name, at in self.at.items():
            cell = cells[at]
            if not isinstance(cell, str) or len(cell) > _SHORT:
                text = _shown(cell)
            else:
                known = once.get(cell)
                text = once.setdefault(cell, _shown(cell)) if known is None else known
            if text in _BLANK:
                continue
            # Programs write the codes of a column with gaps as decimals.
            found[name] = text.removesuffix(".0") if name in _CODES else text
        return found

    def raw(self, cells: Sequence[Any]) -> dict[str, str]:
        """The cells of a row by their headings."""
        return dict(zip(self.header, map(_shown, cells), strict=False))


@dataclass(slots=True, eq=False)
class Row:
    """A row, what it states as text; ``source`` and ``place`` say where it stands.

    ``member`` numbers the files of a zip, which is one source.
    """

    columns: Columns
    texts: Mapping[str, str]
    source: int
    line: int | None
    place: str
    member: int = 0
    row: int = -1
    year: int = 0
    commitment: Decimal | None = None
    disbursement: Decimal | None = None
    rounded: bool = False
    key: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        """A cell as it is stated, in one spelling; empty where it is blank."""
        return self.texts.get(name, "")

    def read(self) -> list[str]:
        """Read what is counted; what is wrong with it in words."""
        wrong = []
        year = self.text("year")
        if re.fullmatch("(19|20)[0-9]{2}", year):
            self.year = int(year)
        else:
            wrong.append(f"year {year!r} is no year")
        if not self.donor:
            wrong.append("no donor is stated")
        for name in ("commitment", "disbursement"):
            try:
                setattr(self, name, self._dollars(name))
            except AmountError as error:
                wrong.append(f"usd_{name}: {error}")
        self.key = self._key()
        return wrong

    def _dollars(self, name: str) -> Decimal | None:
        """The US dollars that a number of millions stands for."""
        text = self.text(name)
        if not text:
            return None
        try:
            millions = (
                Decimal(text) if re.fullmatch(r"[-+]?[0-9.]+([eE][-+]?[0-9]{1,3})?", text) else None
            )
        except decimal.InvalidOperation:
            millions = None
        if millions is None:
            raise AmountError(f"{text[:40]!r} is no plain number", value=text)
        if len(millions.as_tuple().digits) > 50 or millions.adjusted() >= INTEGER_DIGITS - 6:
            raise AmountError(f"{text[:40]!r} has too many digits", value=text)
        dollars = _ROUNDED.multiply(millions, _MILLION)
        if dollars and -int(tidy(dollars).as_tuple().exponent) > DECIMAL_PLACES:
            self.rounded = True
            dollars = _ROUNDED.quantize(dollars, _SMALLEST)
        return tidy(dollars) if dollars else Decimal(0)

    @property
    def donor(self) -> str:
        """Who gives: its name, else its code."""
        return self.text("donor") or self.text("donor_country") or self.text("donor_code")

    @property
    def recipient(self) -> str:
        """Who it is for: a country or a region."""
        return (
            self.text("recipient") or self.text("recipient_country") or self.text("recipient_code")
        )

    @property
    def channel(self) -> str:
        """Who carries it out."""
        return self.text("channel") or self.text("channel_reported")

    def _key(self) -> tuple[str, ...]:
        """What is the same in every row of one line of activity.

        A row without a CRS id cannot be told from others, so that it stands by itself.
        """
        if not self.text("crs_id"):
            return (str(self.source), self.place)
        return tuple(self._code(name) for name in _KEY)

    def _code(self, name: str) -> str:
        if name in self.texts or name not in _NAMES:
            return self.text(name)
        return next((self.texts[other] for other in _NAMES[name] if other in self.texts), "")

    def day(self, name: str) -> dt.date | None:
        """A day that the row states; None where it is blank or not written year first."""
        found = _ISO_DAY.fullmatch(self.text(name))
        if not found or self.text(name)[:10] in _NO_DAYS:
            return None
        try:
            return dt.date(*map(int, found.groups()))
        except ValueError:
            return None

    @property
    def last_day(self) -> dt.date:
        """The last day of the year that the row reports on."""
        return dt.date(self.year, 12, 31)

    def tags(self) -> dict[str, str]:
        """What the row can be grouped by, and what it states beside the dollars."""
        found = {name: self.text(name) for name in _TAGS}
        report, flow, category = (self.text(name) for name in ("report", "flow_code", "category"))
        found |= {
            "year": str(self.year),
            "report": REPORTS.get(report, report),
            "flow": self.text("flow") or FLOWS.get(flow, flow),
            "category": CATEGORIES.get(category, category),
            "bi_multi": self.text("bi_multi"),
            "currency": self.national_currency,
        }
        return {name: value for name, value in found.items() if value}

    @property
    def national_currency(self) -> str:
        """The currency of the amounts in national currency."""
        code = self.text("currency")
        return currency_of(code, self.year) if code else ""

    def raw(self) -> Mapping[str, str]:
        """What was read of the row, by its headings."""
        titles = self.columns.header
        return {titles[self.columns.at[name]]: text for name, text in self.texts.items()}


def _shown(value: Any) -> str:
    if value is None or value != value:  # noqa: PLR0124  # a missing number of a data frame
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()[:10]
    text = str(value)
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    try:
        return clean(text)
    except ValueError:
        return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())


def total(numbers: Iterable[Decimal]) -> Decimal:
    """An exact sum."""
    made = Decimal(0)
    for number in numbers:
        made = EXACT.add(made, number)
    return made
