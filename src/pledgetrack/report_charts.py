"""Charts of a ledger as pictures inside a page: SVG of its own, and the same in words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

from pledgetrack import chart
from pledgetrack.calendar import FiscalCalendar
from pledgetrack.errors import MissingExtraError

_SVG = "http://www.w3.org/2000/svg"
_KNOWN = frozenset(
    f"{{{_SVG}}}{name}"
    for name in (
        "svg", "g", "path", "rect", "line", "text", "tspan", "defs", "clipPath", "circle",
        "linearGradient", "stop", "style", "title", "desc",
    )
)  # fmt: skip
_REFERENCE = re.compile(r"url\(#([^)]*)\)")
_HORIZONS = 40
_PARTIES = 20
Picture = dict[str, Any]


def pictures(
    ledger: Any, *, as_of: dt.date, known_by: object, calendar: str | FiscalCalendar | None,
    locale: str, converting: dict[str, Any],
) -> list[Picture]:  # fmt: skip
    """The charts of a ledger that have something to show."""
    days: dict[str, Any] = {"as_of": as_of, "known_by": known_by, "locale": locale}
    freq = _how_often(ledger, as_of)
    per = "year" if calendar is None else "fiscal year"
    made = [
        chart.progress(ledger, **days, **converting),
        chart.status(ledger, most=_PARTIES, **days),
        chart.horizon(ledger, most=_HORIZONS, **days),
        chart.timeline(ledger, freq=freq, calendar=calendar, **days, **converting),
        chart.periods(ledger, per=per, calendar=calendar, **days, **converting),
        chart.flow(ledger, **days, **converting),
    ]
    drawn = [_picture(one, f"f{at}") for at, one in enumerate(made)]
    return [picture for picture in drawn if picture["words"]]


def _how_often(ledger: Any, day: dt.date) -> str:
    """How often amounts are looked at over the years of a ledger: about forty times at most."""
    first = min((promise.announced for promise in ledger), default=day)
    days = (day - first).days
    return "month" if days < 3 * 366 else "quarter" if days < 10 * 366 else "year"


def _picture(made: Any, name: str) -> Picture:
    """A chart as a part of a page, its title and notes taken out of the picture."""
    title = made.title.text
    subtitle = [str(line) for line in made.title.subtitle]
    told = made.to_dict()
    said = list(dict.fromkeys(_spoken(told)))
    told.pop("title", None)
    return {
        "id": name, "title": title, "notes": " ".join(subtitle[1:]), "words": said,
        "svg": inline(_drawn(told), f"{title}. {' '.join(subtitle)}", name) if said else "",
    }  # fmt: skip


def _drawn(told: dict[str, Any]) -> str:
    try:
        import vl_convert
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "a report draws with vl-convert; pip install 'pledgetrack[report]'", extra="report"
        ) from error
    return str(vl_convert.vegalite_to_svg(told))


def _spoken(part: Any) -> Iterator[str]:
    """What the marks of a chart say to screen readers."""
    if isinstance(part, dict):
        if isinstance(part.get("spoken"), str):
            yield part["spoken"]
        for value in part.values():
            yield from _spoken(value)
    elif isinstance(part, (list, tuple)):
        for value in part:
            yield from _spoken(value)


def inline(svg: str, description: str, name: str) -> str:
    """A picture as a part of a page: one image with its description, its names its own.

    What a picture has no need of, such as a script or a link, is refused.

    >>> inline('<svg xmlns="http://www.w3.org/2000/svg"><path id="a"/></svg>', "Aid", "f1")
    '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Aid"><path id="f1-a" /></svg>'
    """
    ET.register_namespace("", _SVG)
    root = ET.fromstring(svg)  # noqa: S314  # drawn here, out of our own description
    for element in root.iter():
        if element.tag not in _KNOWN:
            raise AssertionError(f"a chart drew {element.tag!r}")
        for key, value in list(element.attrib.items()):
            if key in ("role", "aria-label", "aria-roledescription", "aria-hidden"):
                del element.attrib[key]
            elif key == "id":
                element.attrib[key] = f"{name}-{value}"
            elif "url(#" in value:
                element.attrib[key] = _REFERENCE.sub(rf"url(#{name}-\1)", value)
    root.set("role", "img")
    root.set("aria-label", description)
    return ET.tostring(root, encoding="unicode")
