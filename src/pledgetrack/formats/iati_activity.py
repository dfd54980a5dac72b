"""The element of one IATI activity to plain values, each of its records noted in the account."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from pledgetrack.account import AccountBuilder, Outcome
from pledgetrack.errors import PledgetrackError
from pledgetrack.fields import UNPRINTABLE
from pledgetrack.formats.iati_codes import TRANSACTION_TYPES, modern
from pledgetrack.formats.iati_values import Activity, Fact, Org, Place, Plan
from pledgetrack.quantity import DECIMAL_PLACES, INTEGER_DIGITS, exact
from pledgetrack.units import is_currency

RECORDS = ("transaction", "budget", "planned-disbursement")
"""The elements of an activity that are records of the account, beside itself."""

STRAY = (*RECORDS, "iati-activity")
"""What belongs into an activity, or into the root, and is told where it stands elsewhere."""

_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
# What ``exact`` gives back as it is: digits that fit, no zeros at either end.
_EXACT = re.compile(
    rf"[1-9][0-9]{{0,{INTEGER_DIGITS - 1}}}(\.[0-9]{{0,{DECIMAL_PLACES - 1}}}[1-9])?"
)
# xs:date, whose time zone says nothing about the day, and the day of an xs:dateTime.
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T[0-9:.]+)?(Z|[+-][0-9]{2}:[0-9]{2})?")


_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_NOBODY = frozenset(("n/a", "na", "none", "null", "-", "0"))
"""References that name no organisation."""
_RECIPIENTS, _SECTORS = ("recipient-country", "recipient-region"), ("sector",)
_PLACED = (*_RECIPIENTS, *_SECTORS)

Held = dict[Any, list[Any]]
"""The children of an element by their names."""


class _Bad(Exception):  # noqa: N818  # no error for users, but a way out
    """A record that cannot be read."""


@lru_cache(maxsize=65536)
def day_of(text: str) -> dt.date | None:
    """The day of an xs:date or xs:dateTime; None where it is neither.

    >>> day_of("2020-01-05Z"), day_of("2020-1-5"), day_of("05/01/2020")
    (datetime.date(2020, 1, 5), None, None)
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    try:
        return dt.date.fromisoformat(match[1])
    except ValueError:
        return None


def number_of(text: str) -> Decimal:
    """The number of an xs:decimal.

    >>> number_of(" -500.50 ")
    Decimal('-500.5')
    >>> number_of("1,000")
    Traceback (most recent call last):
    pledgetrack.formats.iati_activity._Bad: value '1,000' is no decimal number
    """
    plain = text.strip()
    if _EXACT.fullmatch(plain):
        return Decimal(plain)
    if not _DECIMAL.fullmatch(plain):
        raise _Bad(f"value {plain[:40]!r} is no decimal number" if plain else "the value is empty")
    try:
        return exact(Decimal(plain))
    except PledgetrackError as error:
        raise _Bad(str(error)) from error


class ActivityReader:
    """Reads the element of one activity."""

    def __init__(
        self, element: Any, number: int, file: str, seen: AccountBuilder, *, old: bool
    ) -> None:
        self.element = element
        self.path = f"iati-activity[{number}]"
        self.file = file
        self.seen = seen
        self.old = old
        self.language = (element.get(_LANGUAGE) or "en").lower()
        self.currency = (element.get("default-currency") or "").strip()
        self.identifier = ""
        self.records = _Records()

    def read(self, source: int) -> Activity | None:
        """The activity; None where it has no identifier, which the account then says."""
        element = self.element
        place: dict[str, Any] = {
            "file": self.file,
            "line": element.sourceline,
            "element": self.path,
            "raw": _raw(element, ("iati-identifier", "reporting-org", "title")),
        }
        held = _children(element)
        found = held.get("iati-identifier", ())
        if len(found) != 1:
            why = f"{len(found) or 'no'} elements iati-identifier; there must be one"
            self._without_activity("rejected", why, place)
            return None
        self.identifier = _plain("".join(found[0].itertext()))
        if not self.identifier:
            # The schema allows that; where money is at stake it is a mistake all the same.
            why = "no iati-identifier, so the activity cannot be told from others"
            self._without_activity("rejected" if self._has_money() else "set aside", why, place)
            return None
        place["record"] = self.identifier
        row = self.seen.counted(**place)
        activity = Activity(
            row=row, line=element.sourceline, path=self.path, source=source,
            identifier=self.identifier,
            title=self._narrative(_first(held, "title")),
            reporter=self._org(_first(held, "reporting-org")),
            hierarchy=_level(element.get("hierarchy")),
            status=_code(_first(held, "activity-status")),
            updated=day_of(element.get("last-updated-datetime") or ""),
            dates=self._dates(held),
            recipients=self._places(held, _RECIPIENTS),
            sectors=self._places(held, _SECTORS),
            related=[
                ((one.get("type") or "").strip(), _plain(one.get("ref") or ""))
                for one in held.get("related-activity", ())
            ],
            participating=self._participating(held),
        )  # fmt: skip
        for kind in RECORDS:
            for at, one in enumerate(held.get(kind, ()), start=1):
                made = self._noted(one, at)
                if isinstance(made, Fact):
                    activity.facts.append(made)
                elif made is not None:
                    activity.plans.append(made)
        inside = list(element.iterdescendants(*STRAY))
        if len(inside) > sum(len(held.get(kind, ())) for kind in RECORDS):
            for one in inside:
                if one.getparent() is not element or one.tag == "iati-activity":
                    note_stray(one, self.file, self.seen, self.identifier)
        self.records.keep(held)
        return activity

    def _has_money(self) -> bool:
        """Whether there is a transaction of a type that is known."""
        codes = (
            one.get("code") or "" for one in self.element.iterfind("transaction/transaction-type")
        )
        known = (modern("transaction-type", code.strip(), old=self.old) for code in codes)
        return any(code in TRANSACTION_TYPES for code in known)

    def _without_activity(self, outcome: Outcome, why: str, place: dict[str, Any]) -> None:
        """Note an activity that does not count, and its records as far as they can be read."""
        note = self.seen.rejected if outcome == "rejected" else self.seen.set_aside
        note(why, **place)
        for kind in RECORDS:
            for at, one in enumerate(self.element.findall(kind), start=1):
                try:
                    number, unit, _ = self._amount(_children(one))
                except _Bad:
                    note(why, **self._where(one, at))
                else:
                    note(why, unit=unit, number=number, **self._where(one, at))
        self.records.keep(_children(self.element))

    def _where(self, one: Any, at: int) -> dict[str, Any]:
        return {
            "file": self.file,
            "line": one.sourceline,
            "element": f"{self.path}/{one.tag}[{at}]",
            "record": self.identifier or None,
            "raw": partial(self.records.raw, one.tag, at),
        }

    def _noted(self, one: Any, at: int) -> Fact | Plan | None:
        """A record, noted as counted; or noted as what it is else."""
        where = self._where(one, at)
        number = unit = None
        held = _children(one)
        try:
            number, unit, value_date = self._amount(held)
            made = (
                self._fact(held, where, number, unit, value_date)
                if one.tag == "transaction"
                else self._plan(one, held, where, {"number": number, "unit": unit})
            )
        except _Bad as why:
            self.seen.rejected(str(why), number=number, unit=unit, **where)
            return None
        made.row = self.seen.counted(number=number, unit=unit, **where)
        return made

    def _amount(self, held: Held) -> tuple[Decimal, str, dt.date | None]:
        """Number, currency and value date of a record."""
        value = _only(held, "value")
        if len(value):
            raise _Bad("the value holds other elements; it is a number alone")
        number = number_of(value.text or "")
        unit = (value.get("currency") or self.currency).strip()
        if not unit:
            raise _Bad("no currency: neither the value nor the activity states one")
        if not is_currency(unit):
            raise _Bad(f"currency {unit[:20]!r} is no code of ISO 4217")
        return number, unit, day_of(value.get("value-date") or "")

    def _fact(
        self,
        held: Held,
        where: dict[str, Any],
        number: Decimal,
        unit: str,
        value_date: dt.date | None,
    ) -> Fact:
        code = (_only(held, "transaction-type").get("code") or "").strip()
        if not code:
            raise _Bad("the transaction-type has no code")
        code = modern("transaction-type", code, old=self.old)
        if code not in TRANSACTION_TYPES:
            raise _Bad(f"transaction type {code[:20]!r} is not in the code list")
        day = _day(_only(held, "transaction-date"), "transaction-date")
        placed = not held.keys().isdisjoint(_PLACED)
        return Fact(
            row=-1, line=where["line"], path=where["element"],
            code=code,
            day=day, number=number, unit=unit, value_date=value_date,
            provider=self._org(_first(held, "provider-org")),
            receiver=self._org(_first(held, "receiver-org")),
            recipients=self._places(held, _RECIPIENTS) if placed else (),
            sectors=self._places(held, _SECTORS) if placed else (),
        )  # fmt: skip

    def _plan(self, one: Any, held: Held, where: dict[str, Any], amount: dict[str, Any]) -> Plan:
        start = _day(_only(held, "period-start"), "period-start")
        end = start  # a planned disbursement may state its day alone
        if one.tag == "budget" or "period-end" in held:
            end = _day(_only(held, "period-end"), "period-end")
        if end < start:
            raise _Bad(f"the period ends on {end}, before it starts on {start}")
        # "If the @type attribute is omitted, then BudgetType code 1 (Original) is assumed."
        code = modern("budget", (one.get("type") or "1").strip(), old=self.old)
        if code not in ("1", "2"):
            raise _Bad(f"{one.tag} type {code!r} is not in the code list")
        return Plan(
            row=-1, line=where["line"], path=where["element"],
            kind=one.tag.replace("-", " "), revised=code == "2",
            start=start, end=end, **amount,
            provider=self._org(_first(held, "provider-org")),
            receiver=self._org(_first(held, "receiver-org")),
        )  # fmt: skip

    # --- what elements say ------------------------------------------------------------------------

    def _narrative(self, one: Any) -> str | None:
        return None if one is None else self._words(one)

    def _words(self, one: Any) -> str | None:
        """The text of an element in the language of the activity, in English, or the first."""
        best, least = None, 3
        for narrative in one:
            if narrative.tag == "narrative" and (text := _text(narrative)):
                said = narrative.get(_LANGUAGE)
                spoken = self.language if said is None else said.lower()
                rank = 0 if spoken == self.language else 1 if spoken == "en" else 2
                if rank < least:
                    best, least = text, rank
        return best or _plain(one.text or "") or None

    def _org(self, one: Any) -> Org | None:
        if one is None:
            return None
        return _organisation(one.get("ref") or "", one.get("type") or "", self._words(one))

    def _participating(self, held: Held) -> list[tuple[str, Org]]:
        found = []
        for one in held.get("participating-org", ()):
            org = self._org(one)
            if org is not None:
                role = modern("participating-org", (one.get("role") or "").strip(), old=self.old)
                found.append((role, org))
        return found

    def _dates(self, held: Held) -> dict[str, dt.date]:
        found: dict[str, dt.date] = {}
        for one in held.get("activity-date", ()):
            code = modern("activity-date", (one.get("type") or "").strip(), old=self.old)
            day = day_of(one.get("iso-date") or "")
            if day is not None:
                found.setdefault(code, day)
        return found

    def _places(self, held: Held, names: Sequence[str]) -> tuple[Place, ...]:
        found = []
        for name in names:
            for place in held.get(name, ()):
                code = _plain(place.get("code") or "")
                if code:
                    vocabulary = (place.get("vocabulary") or "").strip() or "1"
                    if name == "sector":
                        vocabulary = modern("sector", vocabulary, old=self.old)
                    found.append(Place(name, code, vocabulary, place.get("percentage")))
        return tuple(found)


@lru_cache(maxsize=65536)
def _organisation(ref: str, kind: str, name: str | None) -> Org | None:
    ref, kind = _plain(ref), _plain(kind)
    if ref.casefold() in _NOBODY:
        ref = ""
    return Org(ref or None, name, kind or None) if ref or name else None


def note_stray(one: Any, file: str, seen: AccountBuilder, record: str | None = None) -> None:
    """Note a record that stands where none belongs."""
    where = one.getparent().tag
    seen.rejected(
        f"{one.tag} stands in {where!r}, where none belongs",
        file=file, line=one.sourceline, element=f"{where}/{one.tag}", record=record, raw=_raw(one),
    )  # fmt: skip


def _children(one: Any) -> Held:
    """The children of an element by their names."""
    held: Held = {}
    for child in one:
        name = child.tag
        if name in held:
            held[name].append(child)
        else:
            held[name] = [child]
    return held


def _first(held: Held, name: str) -> Any:
    found = held.get(name)
    return found[0] if found else None


def _only(held: Held, name: str) -> Any:
    found = held.get(name, ())
    if len(found) != 1:
        raise _Bad(f"{len(found) or 'no'} elements {name}; there must be one")
    return found[0]


def _day(one: Any, name: str) -> dt.date:
    text = one.get("iso-date")
    if text is None:
        raise _Bad(f"{name} has no iso-date")
    day = day_of(text)
    if day is None:
        raise _Bad(f"{name} {text[:40]!r} is no day of the form YYYY-MM-DD")
    return day


def _code(one: Any) -> str | None:
    return None if one is None else (one.get("code") or "").strip() or None


def _level(text: str | None) -> int:
    # "If hierarchy is not reported then 1 is assumed."
    plain = (text or "").strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 4 else 1


@lru_cache(maxsize=65536)
def _plain(text: str) -> str:
    """Text as a record takes it: composed, on one line, no control characters."""
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(c) in UNPRINTABLE else c for c in text)
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _text(one: Any) -> str:
    """All text of an element."""
    return _plain("".join(one.itertext()) if len(one) else one.text or "")


class _Records:
    """The records of an activity as they stand, to be read again where somebody asks for one.

    That is a tenth of the work of saying what is in each.
    """

    __slots__ = ("content",)

    def keep(self, held: Held) -> None:
        """Take the records out of their activity, and write them down."""
        from lxml import etree

        own = etree.Element("records")
        for kind in RECORDS:
            own.extend(held.get(kind, ()))
        self.content = etree.tostring(own) if len(own) else b""

    def raw(self, kind: str, at: int) -> dict[str, str]:
        """What the first, second ... of a kind says."""
        return _raw(_read_again(self.content)[kind][at - 1])


@lru_cache(maxsize=1)
def _read_again(content: bytes) -> Held:
    from lxml import etree

    # Of a prefix that is not declared the name is kept, as in the file.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    return _children(etree.fromstring(content, parser))


def _raw(one: Any, names: Sequence[str] = ()) -> dict[str, str]:
    """What a record says, attribute by attribute, for the account."""
    said = {f"@{name}": value for name, value in one.items()}
    for child in one:
        if not isinstance(child.tag, str) or (names and child.tag not in names):
            continue
        pairs = [(child.tag, _text(child))] if len(child) or child.text else []
        pairs += [(f"{child.tag}/@{name}", value) for name, value in child.items()]
        for name, value in pairs:
            key, times = name, 1
            while key in said:
                times += 1
                key = name.replace(child.tag, f"{child.tag}[{times}]", 1)
            if value:
                said[key] = value
    return said
