"""IATI files written for tests: elements as text, as a publisher would write them."""

from __future__ import annotations

import io
from xml.sax.saxutils import quoteattr


def transaction(
    code: str | None, day: str | None, value: str, inside: str = "", **attributes: str
) -> str:
    """A transaction; attributes are those of its value."""
    attributes.setdefault("value_date", day or "2024-01-01")
    said = "".join(f" {k.replace('_', '-')}={quoteattr(v)}" for k, v in attributes.items())
    kind = "" if code is None else f'<transaction-type code="{code}"/>'
    on = "" if day is None else f'<transaction-date iso-date="{day}"/>'
    return f"<transaction>{kind}{on}<value{said}>{value}</value>{inside}</transaction>"


def budget(start: str, end: str, value: str, kind: str = "1", element: str = "budget") -> str:
    """A budget, or a planned disbursement."""
    return (
        f'<{element} type="{kind}"><period-start iso-date="{start}"/>'
        f'<period-end iso-date="{end}"/><value value-date="{start}">{value}</value></{element}>'
    )


def org(element: str, name: str = "", ref: str = "", kind: str = "", **others: str) -> str:
    """An organisation."""
    pairs = {"ref": ref, "type": kind, **others}
    said = "".join(f" {k}={quoteattr(v)}" for k, v in pairs.items() if v)
    narrative = f"<narrative>{name}</narrative>" if name else ""
    return f"<{element}{said}>{narrative}</{element}>"


REPORTER = org("reporting-org", "Example Agency", "XM-EX", "10")


def activity(
    *inside: str, name: str = "XM-EX-1", reporter: str = REPORTER, attributes: str = ""
) -> str:
    """An activity in euros."""
    text = "\n".join(inside)
    return (
        f'<iati-activity default-currency="EUR" {attributes}>'
        f"<iati-identifier>{name}</iati-identifier>{reporter}\n{text}</iati-activity>"
    )


def iati(*activities: str, version: str = "2.03", attributes: str = "") -> io.BytesIO:
    """A file of activities, opened."""
    text = "\n".join(activities)
    return io.BytesIO(
        f'<iati-activities version="{version}" {attributes}>\n{text}\n</iati-activities>'.encode()
    )
