"""IATI activities to rows: the values of each record, and what it says for the account."""

from __future__ import annotations

import datetime as dt
import json
import random
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.measure import OURS, Row, Side
from pledgetrack.account import AccountBuilder
from pledgetrack.formats.iati_activity import _plain, _raw, day_of, number_of
from pledgetrack.formats.iati_codes import TRANSACTION_TYPES
from pledgetrack.formats.iati_values import Activity, Fact, Org, Place
from pledgetrack.formats.iati_xml import Read, activities
from pledgetrack.intake import files_of, uncollected
from pledgetrack.units import is_currency

_BEGIN = dt.date(2012, 1, 1)
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


# --- the input ------------------------------------------------------------------------------------


def activity(number: int, chance: random.Random) -> tuple[str, int]:
    """An activity with many transactions as XML, and how many they are."""
    start = _BEGIN + dt.timedelta(chance.randrange(2000))
    end = start + dt.timedelta(chance.randrange(300, 2500))
    made = [
        f"""<iati-activity default-currency="{chance.choice(("USD", "EUR", "GBP"))}"
    hierarchy="1" last-updated-datetime="2023-12-01T00:00:00Z">
  <iati-identifier>XM-EX-{number:07d}</iati-identifier>
  <reporting-org ref="XM-EX" type="10"><narrative>Example Agency</narrative></reporting-org>
  <title><narrative>Project number {number}: water and sanitation</narrative></title>
  <description><narrative>{"What it is for and what it does. " * 10}</narrative></description>
  <participating-org ref="XM-EX" role="1"><narrative>Example Agency</narrative></participating-org>
  <activity-status code="2"/>
  <activity-date iso-date="{start}" type="2"/>
  <activity-date iso-date="{end}" type="3"/>
  <recipient-country code="{chance.choice(("MX", "GT", "HN", "SV", "CO"))}" percentage="100"/>
  <sector code="{chance.choice(("14030", "12220", "11220"))}" vocabulary="1" percentage="100"/>
"""
    ]
    count = chance.randrange(1, 80)
    for at in range(count):
        day = start + dt.timedelta(chance.randrange(1500) if at else 0)
        code = chance.choices("2341", (2, 6, 1, 1))[0] if at else "2"
        org, cents = chance.randrange(300), chance.randrange(100)
        made.append(f"""  <transaction ref="T-{number}-{at}">
    <transaction-type code="{code}"/>
    <transaction-date iso-date="{day}"/>
    <value currency="USD" value-date="{day}">{chance.randrange(10**7)}.{cents:02d}</value>
    <description><narrative>Payment {at} under the agreement</narrative></description>
    <provider-org ref="XM-EX"><narrative>Example Agency</narrative></provider-org>
    <receiver-org ref="NGO-{org}"><narrative>Organisation {org}</narrative></receiver-org>
    <flow-type code="10"/><aid-type code="C01"/>
  </transaction>
""")
    return "".join([*made, "</iati-activity>\n"]), count


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


def activities_file(size: int) -> Path:
    """At least so many transactions in a file."""
    path = Path(_folder().name) / f"{size}.xml"
    if not path.exists():
        chance = random.Random(3)  # noqa: S311  # no secret
        left, number = size, 0
        with path.open("w", encoding="utf-8") as file:
            file.write('<iati-activities version="2.03">\n')
            while left > 0:
                number += 1
                text, count = activity(number, chance)
                file.write(text)
                left -= count
            file.write("</iati-activities>\n")
    return path


# --- both sides -----------------------------------------------------------------------------------


def ours(path: Path) -> tuple[AccountBuilder, list[Activity]]:
    """The activities and the account that ``pt.read_iati`` goes on with."""
    seen = AccountBuilder()
    file = files_of(path, (".xml",))[0]
    with uncollected():
        return seen, list(activities(file, seen, Read(file.name), 0))


def by_etree(path: Path) -> tuple[AccountBuilder, list[Activity]]:
    """The same with the standard library: elements, found by their names."""
    seen = AccountBuilder()
    made: list[Activity] = []
    root: Any = None
    for event, element in ET.iterparse(path, events=("start", "end")):  # noqa: S314  # our own file
        root = element if root is None else root
        if event == "end" and element.tag == "iati-activity":
            made.append(_activity(element, len(made) + 1, path, seen))
            root.clear()
    return seen, made


def _activity(element: Any, number: int, path: Path, seen: AccountBuilder) -> Activity:
    found = element.findall("iati-identifier")
    if len(found) != 1:
        raise ValueError("there must be one identifier")
    identifier = _plain("".join(found[0].itertext()))
    where = f"iati-activity[{number}]"
    names = ("iati-identifier", "reporting-org", "title")
    row = seen.counted(
        file=str(path), element=where, record=identifier, raw=json.dumps(_raw(element, names))
    )
    title = element.find("title")
    activity = Activity(
        row=row, line=0, path=where, source=0, identifier=identifier,
        title=None if title is None else _words(title),
        reporter=_org(element.find("reporting-org")),
        hierarchy=int(element.get("hierarchy") or 1),
        status=element.find("activity-status").get("code"),
        updated=day_of(element.get("last-updated-datetime") or ""),
        dates={one.get("type"): day_of(one.get("iso-date"))
               for one in element.findall("activity-date")},
        recipients=_places(element, ("recipient-country", "recipient-region")),
        sectors=_places(element, ("sector",)),
        related=[],
        participating=[(one.get("role"), org) for one in element.findall("participating-org")
                       if (org := _org(one))],
    )  # fmt: skip
    for at, one in enumerate(element.findall("transaction"), start=1):
        activity.facts.append(_fact(one, f"{where}/transaction[{at}]", identifier, path, seen))
    return activity


def _fact(one: Any, where: str, identifier: str, path: Path, seen: AccountBuilder) -> Fact:
    for name in ("value", "transaction-type", "transaction-date"):
        if len(one.findall(name)) != 1:
            raise ValueError(f"there must be one {name}")
    value = one.find("value")
    number, unit = number_of(value.text or ""), value.get("currency").strip()
    code = one.find("transaction-type").get("code").strip()
    day = day_of(one.find("transaction-date").get("iso-date"))
    if not is_currency(unit) or code not in TRANSACTION_TYPES or day is None:
        raise ValueError("no transaction")
    row = seen.counted(
        file=str(path), element=where, record=identifier, unit=unit, number=number,
        raw=json.dumps(_raw(one)),
    )  # fmt: skip
    return Fact(
        row=row, line=0, path=where, code=code, day=day, number=number, unit=unit,
        value_date=day_of(value.get("value-date") or ""),
        provider=_org(one.find("provider-org")), receiver=_org(one.find("receiver-org")),
        recipients=_places(one, ("recipient-country", "recipient-region")),
        sectors=_places(one, ("sector",)),
    )  # fmt: skip


def _words(one: Any) -> str | None:
    found = []
    for narrative in one.findall("narrative"):
        text = _plain("".join(narrative.itertext()))
        spoken = (narrative.get(_LANGUAGE) or "en").lower()
        found.append((0 if spoken == "en" else 2, text))
    return min(found, key=lambda pair: pair[0])[1] if found else _plain(one.text or "") or None


def _org(one: Any) -> Org | None:
    if one is None:
        return None
    ref, name = _plain(one.get("ref") or ""), _words(one)
    return Org(ref or None, name, (one.get("type") or "").strip() or None)


def _places(one: Any, names: tuple[str, ...]) -> tuple[Place, ...]:
    return tuple(
        Place(name, _plain(place.get("code") or ""), place.get("vocabulary") or "1",
              place.get("percentage"))
        for name in names for place in one.findall(name)
    )  # fmt: skip


def _rows(made: tuple[AccountBuilder, list[Activity]]) -> pa.Table:
    """Everything that was read, but for the lines, which the standard library does not tell."""
    seen, found = made
    raws = [json.dumps(raw()) if callable(raw) else raw for raw in seen.columns["raw"]]
    raws = [raw if isinstance(raw, str) else json.dumps(raw) for raw in raws]
    return pa.table({"row": [*_told(found)], "raw": raws})


def _told(found: list[Activity]) -> Iterator[str]:
    for one in found:
        one.line = 0
        for fact in one.facts:
            fact.line = 0
        facts, one.facts = one.facts, []
        yield from map(repr, (one, *facts))


def _sides(size: int) -> Mapping[str, Side]:
    path = activities_file(size)
    return {
        OURS: Side(lambda: ours(path), _rows),
        "xml.etree": Side(lambda: by_etree(path), _rows),
    }


ROWS = [
    Row("iati", "IATI to rows, transactions (100 MB)", _sides, 180_000, 1_000,
        {"xml.etree": 1.8}, rounds=3, growth=(1_000, 3_000, 9_000, 180_000),
        tenth=frozenset({"xml.etree"})),
]  # fmt: skip
