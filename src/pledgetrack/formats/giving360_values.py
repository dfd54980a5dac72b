"""What the fields of a 360Giving grant state: amounts, dates, names, and what describes it."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from dateutil.relativedelta import relativedelta

from pledgetrack.assemble import fold
from pledgetrack.errors import AmountError
from pledgetrack.formats.single_cells import day_of, is_missing, plain
from pledgetrack.formats.table_amounts import amount_in, currency_of
from pledgetrack.formats.table_cells import CellError, text_of
from pledgetrack.quantity import exact

_YEAR = re.compile(r"[0-9]{4}")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")

# Which field of a list of objects, or of the grant itself, is which tag.
_TAGS = {
    "programme": ("grantProgramme", ("title", "code")),
    "location": ("beneficiaryLocation", ("name", "geoCode")),
    "country": ("beneficiaryLocation", ("countryCode",)),
    "classification": ("classifications", ("title", "code")),
    "funding_type": ("fundingType", ("title", "code")),
    "department": ("fundingOrganization", ("department",)),
    "recipient_id": ("recipientOrganization", ("id",)),
}
_SIMPLE_TAGS = {
    "open_call": "fromOpenCall",
    "regrant_type": "regrantType",
    "location_scope": "locationScope",
}
_PURPOSES = {
    "grant_reason": "primaryGrantReason",
    "second_grant_reason": "secondaryGrantReason",
}


class Stated(NamedTuple):
    """The number that a value states, the currency written beside it, or what is wrong."""

    number: Decimal | None
    currency: str | None = None
    wrong: str = ""


def number_in(value: Any, currency: str | None) -> Stated:
    """The number that a value states, in the currency of its grant where that is known."""
    if is_missing(value):
        return Stated(None, wrong="is missing")
    shown = f"{text_of(value)[:40]!r}"
    try:
        amount = amount_in(value)
    except CellError as error:
        return Stated(None, wrong=str(error))
    beside = currency_of(amount.currency, currency) if amount.currency else None
    if amount.currency and not beside:
        return Stated(None, wrong=f"{shown} has {amount.currency[:20]!r} beside the number")
    if beside and currency and beside != currency:
        return Stated(None, wrong=f"{shown} is in another currency than {currency}")
    try:
        return Stated(exact(amount.number), beside)
    except AmountError as error:
        return Stated(None, wrong=str(error))


def after(start: dt.date, months: Decimal | None) -> dt.date | None:
    """The last day of a duration in months; a part of a month is that part of its days.

    None where it is no duration: nothing, or more than a calendar holds.

    >>> after(dt.date(2019, 5, 1), Decimal(12)), after(dt.date(2019, 5, 1), Decimal("1.5"))
    (datetime.date(2020, 4, 30), datetime.date(2019, 6, 15))
    """
    if months is None or not 0 < months <= 1200 or start.year + months / 12 > 9990:
        return None
    whole = int(months)
    end = start + relativedelta(months=whole)
    rest = ((start + relativedelta(months=whole + 1)) - end).days * (months - whole)
    return end + dt.timedelta(days=int(rest) - 1 + (rest != int(rest)))


def name_of(org: Mapping[str, Any]) -> str | None:
    """The name of an organisation or a person, else its identifier."""
    return plain(org.get("name")) or plain(org.get("id"))


def names_of(orgs: Any) -> tuple[str, ...]:
    """The names of organisations, each spelling once."""
    found: dict[str, str] = {}
    for org in orgs or ():
        if name := name_of(org):
            found.setdefault(fold(name), name)
    return tuple(sorted(found.values()))


def _joined(texts: Iterator[str | None]) -> str | None:
    return " + ".join(sorted({text for text in texts if text})) or None


def window(
    data: Mapping[str, Any], name: str, day_first: bool | None, remarks: list[str]
) -> tuple[dt.date | None, dt.date | None, str | None]:
    """The first start and the last end of some dates, and a duration that told the end."""
    starts, ends, words = [], [], []
    for event in data.get(name) or ():
        start = _day(event.get("startDate"), f"startDate of {name}", day_first, remarks, last=False)
        end = _day(event.get("endDate"), f"endDate of {name}", day_first, remarks, last=True)
        months = event.get("duration")
        if end is None and start and not is_missing(months):
            found = number_in(months, None)
            end = None if found.currency else after(start, found.number)
            if end is None:
                what = found.wrong or f"{text_of(months)!r} is no number of months"
                remarks.append(f"the duration of {name} {what}")
            else:
                words.append(f"{found.number:f} months from {start}")
        starts += [start] if start else []
        ends += [end] if end else []
    return min(starts, default=None), max(ends, default=None), "; ".join(words) or None


def _day(
    value: Any, what: str, day_first: bool | None, remarks: list[str], *, last: bool
) -> dt.date | None:
    """A day of the dates, of which "the month or day may be omitted"."""
    if is_missing(value):
        return None
    text = text_of(value)
    if _YEAR.fullmatch(text) and int(text) >= 1:
        return dt.date(int(text), 12, 31) if last else dt.date(int(text), 1, 1)
    day, wrong = day_of(value, day_first)
    if wrong:
        remarks.append(f"{what} {wrong}")
        return None
    if _MONTH.fullmatch(day):
        year, month = map(int, day.split("-"))
        return dt.date(year, month, calendar.monthrange(year, month)[1] if last else 1)
    return dt.date.fromisoformat(day)


def tags_of(
    data: Mapping[str, Any], currency: str | None, day_first: bool | None, remarks: list[str]
) -> dict[str, str]:
    """What describes a grant, several values of one kind as one group."""
    found: dict[str, str | None] = {}
    for tag, (name, keys) in _TAGS.items():
        texts = (
            next((text for key in keys if (text := plain(item.get(key)))), None)
            for item in data.get(name) or ()
        )
        found[tag] = _joined(texts)
    for tag, name in _SIMPLE_TAGS.items():
        found[tag] = plain(data.get(name))
    person = data.get("toIndividualsDetails") or {}
    for tag, name in _PURPOSES.items():
        found[tag] = plain(person.get(name))
    found["grant_purpose"] = _joined(plain(v) for v in person.get("grantPurpose") or ())
    found["related"] = _joined(plain(v) for v in data.get("relatedActivity") or ())
    start, end, _ = window(data, "actualDates", day_first, remarks)
    found["actual_start"] = str(start) if start else None
    found["actual_end"] = str(end) if end else None
    found["applied_for"] = _applied_for(data, currency, remarks)
    return {tag: value for tag, value in found.items() if value}


def _applied_for(data: Mapping[str, Any], currency: str | None, remarks: list[str]) -> str | None:
    """What was applied for: no promise, and so in no total."""
    value = data.get("amountAppliedFor")
    if is_missing(value):
        return None
    number, beside, wrong = number_in(value, currency)
    if number is None:
        remarks.append(f"amountAppliedFor {wrong}")
        return None
    return " ".join(filter(None, (f"{number:f}", currency or beside)))
