"""A report of a ledger: one HTML file that reads anywhere, each figure with what stands behind it.

The page is a Jinja template that escapes whatever the ledger says; charts are SVG within it, and
its small script sorts and filters. It asks no network for anything, and forbids it.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, Unpack

from pledgetrack import cell_html, frames, report_parts
from pledgetrack.amount_words import count_said
from pledgetrack.calendar import FiscalCalendar, as_day, fiscal_calendar
from pledgetrack.captions import actions_said, conversions_said, when_said
from pledgetrack.cell_html import Html
from pledgetrack.convert import Converting
from pledgetrack.display_words import capital, word
from pledgetrack.errors import FileFormatError, MissingExtraError, PledgetrackError
from pledgetrack.history import changes_table, find_changes
from pledgetrack.ledger import Ledger
from pledgetrack.replace import replace_file
from pledgetrack.report_charts import pictures
from pledgetrack.report_evidence import Evidence
from pledgetrack.vocabulary import language

_SUFFIXES = (".html", ".htm")
_METHOD = (
    "Each figure opens to the commitments that it adds up from, and each commitment to its "
    "movements: signed amounts, each with its day and the place in a source that says so. They "
    "add up to the figure exactly.",
    "Pledged is everything promised at least as firmly as a pledge, and includes what is "
    "committed; proposed is what is not pledged yet. These columns are not to be added up.",
    "Delivered is what was handed over. Outstanding is what is pledged less what arrived, "
    "commitment by commitment; below zero means that more arrived than was promised. Overdue is "
    "what is missing of commitments past their end.",
    "Overdue is not broken: that nobody reported a delivery is no proof that there was none.",
    "Units are never mixed, and nothing counts twice: a part counts within its whole, and of "
    "several records of one promise one counts.",
    "Charts show the same figures: lines what stood at the end of each period; amounts per period "
    "spread each promise evenly over the days of its horizon.",
)


def report(
    ledger: Ledger,
    path: str | os.PathLike[str],
    *,
    by: str | Iterable[str] = "party",
    since: object = None,
    as_of: object = None,
    known_by: object = None,
    calendar: str | FiscalCalendar | None = None,
    title: str | None = None,
    locale: str = "en",
    **converting: Unpack[Converting],
) -> Path:
    """Write a ledger as one HTML file to publish, which needs neither a network nor a script.

    Headline figures, a table for each unit ``by`` party or other keys, charts, the status of each
    commitment with the days overdue, what changed ``since`` a day, what an import set aside, how
    the figures are made, and the sources. Every figure opens to the commitments that it adds up
    from, and each commitment to its movements and citations. ``calendar`` gives charts their
    fiscal years; ``as_of``, ``known_by``, ``into`` and the others are those of ``ledger.totals``.
    Text of the ledger stays text, and only ``http`` and ``https`` addresses are links. The file is
    replaced whole or not at all. Needs the extra ``report``.

    >>> import tempfile
    >>> import pledgetrack as pt
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger = pt.load_seeds().filter(unit="USD", party="Mexico")
    ...     path = report(ledger, f"{folder}/report.html", as_of="2024-08-01")
    ...     "$1.5 billion" in path.read_text(encoding="utf-8")
    True
    """
    if not isinstance(ledger, Ledger):
        raise PledgetrackError(f"{type(ledger).__name__!r} is no ledger; read it with pt.read")
    place = _place(path)
    if calendar is not None:
        calendar = fiscal_calendar(calendar)
    day = frames.today(as_of)
    told = page(
        ledger, by=by, since=since, as_of=day, known_by=known_by, title=title, locale=locale,
        **converting,
    )  # fmt: skip
    told["pictures"] = pictures(
        ledger, as_of=day, known_by=known_by, calendar=calendar, locale=locale,
        converting=dict(converting),
    )  # fmt: skip
    content = _drawn(told).encode("utf-8", "replace")
    replace_file(place, content)
    return place


def _place(path: str | os.PathLike[str]) -> Path:
    if not isinstance(path, (str, os.PathLike)) or not str(path) or "\0" in str(path):
        raise FileFormatError(f"{path!r:.200} is no path to write to", path=path)
    place = Path(os.path.realpath(path))
    is_folder = False
    with suppress(OSError):  # a name that no file can have is told by who writes it
        is_folder = place.is_dir()
    if place.suffix.lower() not in _SUFFIXES or is_folder:
        raise FileFormatError(
            f"cannot write a report to {str(path)!r}; name a file that ends in .html", path=place
        )
    return place


def page(
    ledger: Ledger, *, by: str | Iterable[str], since: object, as_of: dt.date, known_by: object,
    title: str | None, locale: str, **converting: Unpack[Converting],
) -> dict[str, Any]:  # fmt: skip
    """What the page says, part by part, without its pictures."""
    spoken = language(locale)
    heading = _title(title, locale)
    start = None if since is None else as_day(since)
    days: dict[str, Any] = {"as_of": as_of, "known_by": known_by}
    known = ledger if known_by is None else ledger.cut(known_by=known_by)
    states = report_parts.in_order(ledger.status(**days, **converting))
    whole = ledger.summary(**days, **converting)
    groups = ledger.summary(by, **days, **converting)
    columns = [str(name) for name in groups.columns]
    labels = [name for name in columns[: columns.index("proposed")] if name != "unit"]
    drilled = ledger.totals(list(dict.fromkeys([*labels, "commitment"])), **days, **converting)
    alone = ledger.totals("commitment", **days, **converting)
    evidence = Evidence(known, ledger.explain(**days, **converting), locale)
    links = report_parts.links_to(states, known)
    tables, notes = report_parts.groups(groups, drilled, labels, links, locale)
    listed, more = report_parts.status_list(states, alone, known, evidence)
    counts, elsewhere = report_parts.statuses(states, locale)
    changes = None
    if start is not None:
        found = find_changes(known, known, since=start, until=as_of, **converting)
        frame = ledger._reach(changes_table(*found), known_by)
        changes = report_parts.changed(frame, found[0], known, evidence, links)
        changes["when"] = when_said(frame.attrs, locale)
    notes = [
        *conversions_said(whole.attrs, locale), *actions_said(groups, locale),
        # Of an empty ledger its sections say that there is nothing to show.
        *(note for note in (*notes, *more) if note != word("Nothing to show.", locale)),
    ]  # fmt: skip
    if ledger._where:
        chosen = "; ".join(f"{key}: {' / '.join(labels)}" for key, labels in ledger._where.items())
        notes.insert(0, word("A choice of the ledger: {what}.", locale, what=chosen))
    return {
        "lang": spoken,
        "title": heading,
        "when": when_said(whole.attrs, locale),
        "count": len(links),
        "statuses": counts,
        "elsewhere": elsewhere,
        "cards": report_parts.cards(
            whole, report_parts.parts_of(groups, labels, alone, links, locale), locale
        ),
        "by": " · ".join(word(key.removeprefix("tag_"), locale) for key in labels),
        "groups": tables,
        "listed": listed,
        "changes": changes,
        "imported": bool(len(ledger.account)),
        "account": report_parts.account_of(ledger, locale),
        "notes": list(dict.fromkeys(notes)),
        "sources": evidence.cited(),
        "version": version("pledgetrack"),
        "method": _METHOD,
        "number": lambda count: count_said(count, locale),
        "say": lambda text, **values: word(text, locale, **values),
        "capital": capital,
    }  # fmt: skip


def _title(title: str | None, locale: str) -> str:
    if title is None:
        return word("Promises, and what came of them", locale)
    if not isinstance(title, str) or not title.strip():
        raise PledgetrackError(f"{title!r:.80} is no title; pass a text, or leave it out")
    return title.strip()


def _drawn(told: Mapping[str, Any]) -> str:
    """The page as HTML."""
    try:
        import jinja2
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "a report needs jinja2; pip install 'pledgetrack[report]'", extra="report"
        ) from error
    folder = files("pledgetrack") / "report_page"
    parts = {name: (folder / name).read_text(encoding="utf-8")
             for name in ("page.html", "page.css", "page.js")}  # fmt: skip
    environment = jinja2.Environment(
        loader=jinja2.DictLoader({"page.html": parts["page.html"]}), autoescape=True,
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["css"] = _css_text
    script = parts["page.js"].strip()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    made: str = environment.get_template("page.html").render(
        **told, style=f"{parts['page.css']}\n{cell_html.STYLE}", script=script, digest=digest
    )
    return made


def _css_text(text: str) -> Html:
    r"""A text in a style sheet, every sign of it by its number: tags are named by the ledger.

    >>> print(_css_text('"</'))
    "\22 \3c \2f "
    """
    signs = "".join(f"\\{ord(sign):x} " for sign in text)
    return Html(f'"{signs}"')
