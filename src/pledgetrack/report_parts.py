"""The parts of a report, as plain rows for its page: each figure with what stands behind it."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from pledgetrack import amount_words, cell_html, frames
from pledgetrack.amount_words import unit_title
from pledgetrack.cell_html import Html
from pledgetrack.chart_rows import bound_of
from pledgetrack.comparison import Change
from pledgetrack.display_words import capital, word
from pledgetrack.palette import status_colour
from pledgetrack.report_evidence import Evidence, Shown, details_of
from pledgetrack.status import STATUSES
from pledgetrack.table_face import AMOUNTS, Face
from pledgetrack.units import ACTION

Links = Mapping[str, tuple[str, str]]
"""The place of each commitment on the page, and its title."""

FIGURES = ("proposed", "pledged", "committed", "delivered", "outstanding", "overdue")
_ALWAYS = ("pledged", "delivered")
_MANY = 150  # rows from which a table is laid out row by row, which browsers do faster
_WIDTHS = {"commitment": "12rem", "party": "8rem", "status": "8.6rem", "days_over": "5rem",
           "share": "8rem", "end": "9.2rem", "reported": "9rem", "on": "9.2rem",
           "statuses": "14rem"}  # fmt: skip
_WIDTH = "6.8rem"
_RECORDS = 100  # of an account, under each reason
_LATE = "overdue"


def figures(row: Mapping[str, Any], locale: str) -> list[Shown]:
    """The amounts of a row that are there, each as people say it and with every digit."""
    there = [name for name in FIGURES if row.get(name) is not None]
    digits = amount_words.digits_apart((row[name] for name in there), row["unit"])
    made = []
    for name in there:
        bound, unit = bound_of(row["bound"], name), row["unit"]
        made.append({
            "name": name, "label": word(name, locale),
            "said": amount_words.said(row[name], unit, locale=locale, bound=bound, digits=digits),
            "short": amount_words.short(row[name], unit, locale=locale, bound=bound, digits=digits),
            "exact": amount_words.exactly(row[name], unit, locale=locale, bound=bound),
        })  # fmt: skip
    return made


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): frames.or_none(cell) for name, cell in row.items()}
        for row in frame.to_dict("records")
    ]


def _sheet(columns: Sequence[Shown], bodies: Sequence[Shown], *, many: int = _MANY) -> Shown:
    """A table of the page: its columns, its bodies of rows, and how wide each column is."""
    widths = [f"minmax({_WIDTHS.get(column['name'], _WIDTH)}, 1fr)" for column in columns]
    return {
        "columns": columns, "bodies": bodies, "long": len(bodies) >= many,
        "widths": " ".join(widths),
    }  # fmt: skip


# --- headline -------------------------------------------------------------------------------------


def parts_of(
    groups: pd.DataFrame, keys: Sequence[str], alone: pd.DataFrame, links: Links, locale: str
) -> dict[str, list[Shown]]:
    """What the headline figures of each unit add up from: groups, else the commitments.

    A key that cuts through commitments, such as source, has no outstanding to add up.
    """
    made: dict[str, list[Shown]] = defaultdict(list)
    whole = "outstanding" in groups
    for at, row in enumerate(_records(groups if whole else alone)):
        if whole:
            said = " · ".join(_key(row[key], key, locale) for key in keys)
            href, label = f"#g{at}", said or word("total", locale)
        else:
            href, label = links.get(row["commitment"], ("", row["commitment"]))
        made[row["unit"]].append({"href": href, "label": label, "figures": figures(row, locale)})
    return made


def cards(totals: pd.DataFrame, members: Mapping[str, list[Shown]], locale: str) -> list[Shown]:
    """The headline figures of each unit, and what they add up from."""
    made = []
    order = frames.sort_key("unit")
    for row in sorted(_records(totals), key=lambda row: order(row["unit"])):
        unit = row["unit"]
        title = word("no amount stated", locale) if unit == ACTION else unit_title(unit, locale)
        share = row.get("share")
        said = None if share is None else amount_words.share_said(share, locale)
        made.append({
            "title": capital(title), "figures": _headline(row, locale),
            "share": None if share is None else Html(cell_html.bar(share, said or "")),
            "count": row["commitments"], "behind": members.get(unit, []),
        })  # fmt: skip
    return made


def _headline(row: Mapping[str, Any], locale: str) -> list[Shown]:
    """The figures of a unit, and that no delivery was reported where none was."""
    made = figures(row, locale)
    if row["delivered"] is None and row["unit"] != ACTION:
        none = {"name": "delivered", "label": word("delivered", locale), "exact": "",
                "short": word("not reported", locale)}  # fmt: skip
        made = sorted([*made, none], key=lambda figure: FIGURES.index(figure["name"]))
    return made


def statuses(states: pd.DataFrame, locale: str) -> tuple[list[Shown], int]:
    """How many commitments have each status, and how many are counted elsewhere."""
    rows = _records(states.drop_duplicates("commitment"))
    counting = [row["status"] for row in rows if row["reason"] is None]
    counts = Counter(counting)
    made = [
        {"status": name, "count": counts[name], "label": word(name, locale),
         "colour": status_colour(name)}
        for name in STATUSES if counts[name]
    ]  # fmt: skip
    return made, len(rows) - len(counting)


# --- tables ---------------------------------------------------------------------------------------


def _ranks(values: Sequence[Any], key: Callable[[Any], Any]) -> list[int | str]:
    """The places of values in order, for the page to sort by; missing ones have none."""
    there = sorted({key(value) for value in values if value is not None})
    place = {value: at for at, value in enumerate(there)}
    return ["" if value is None else place[key(value)] for value in values]


def _title(name: str, ledger: Any) -> str:
    return (ledger[name].title if name in ledger else None) or name


def _alphabet(text: object) -> str:
    """A text as people put it in order: without capitals, and numbers by their size."""
    return re.sub(r"\d+", lambda digits: digits[0].zfill(12), str(text).casefold())


def _column(face: Face, name: str, rows: Sequence[Any], *, label: str | None = None) -> Shown:
    """A column: its heading, its cells, and the place of each in order."""
    order = frames.sort_key("unit")
    if name in AMOUNTS:
        # Amounts of different units stand apart, and are never compared.
        values: list[Any] = [
            None if row[name] is None else (order(str(row["unit"] or "")), row[name])
            for row in rows
        ]
        ranks = _ranks(values, lambda pair: pair)
    elif name == "status":
        ranks = _ranks([row[name] for row in rows], STATUSES.index)
    else:
        values = [row.get(name) for row in rows]
        if name == "commitment" and face.ledger is not None:
            values = [_title(value, face.ledger) for value in values]
        words = any(isinstance(value, str) for value in values)
        ranks = _ranks(values, _alphabet if words else lambda value: value)
    draw = face.draw(name)
    return {
        "name": name, "label": label or face.heading(name), "right": name in face.right,
        "cells": [Html(draw(row)) for row in rows], "ranks": ranks,
    }  # fmt: skip


def groups(
    frame: pd.DataFrame, drilled: pd.DataFrame, keys: Sequence[str], links: Links, locale: str,
) -> tuple[list[Shown], list[str]]:  # fmt: skip
    """A table for each unit, and in each row the commitments that it adds up from; and notes."""
    face = Face(frame, locale, brief=True)
    members: dict[tuple[Any, ...], list[Shown]] = defaultdict(list)
    for row in _records(drilled):
        href, label = links.get(row["commitment"], ("", row["commitment"]))
        members[row["unit"], *(row[key] for key in keys)].append(
            {"href": href, "label": label, "figures": figures(row, locale)}
        )
    by_unit: dict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(face.rows):
        by_unit[str(row["unit"])].append(at)
    made = []
    for unit, places in by_unit.items():
        rows = [face.rows[at] for at in places]
        shown = [
            name for name in face.columns()
            if name != "unit" and (name not in (*AMOUNTS, "share") or _is_shown(name, unit, rows))
        ]  # fmt: skip
        bodies = [
            {"id": f"g{face.places[at]}", "rows": [row], "status": "",
             "behind": members[(unit, *(face.rows[at][key] for key in keys))]}
            for row, at in enumerate(places)
        ]  # fmt: skip
        title = str(face.column("unit")[places[0]])
        made.append({
            "title": title, **_sheet([_column(face, name, rows) for name in shown], bodies)
        })  # fmt: skip
    return made, face.notes()


def _is_shown(name: str, unit: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    if unit == ACTION:
        return False
    return name in _ALWAYS or any(row[name] is not None for row in rows)


def status_list(
    states: pd.DataFrame, by_commitment: pd.DataFrame, ledger: Any, evidence: Evidence
) -> tuple[Shown, list[str]]:  # fmt: skip
    """The table of commitments, a body of rows for each, with its movements; and notes."""
    locale = evidence.locale
    face = Face(states, locale, ledger)
    rows = [face.rows[at] for at in sorted(range(len(face.rows)), key=face.places.__getitem__)]
    for row in rows:
        over = row["status"] == _LATE and row["days_left"] is not None
        row["days_over"] = -int(row["days_left"]) if over else None
        row["days_left"] = None if over else row["days_left"]  # it has a column of its own
    columns = [
        _column(face, name, rows)
        for name in ("commitment", "party", "status") if name in states
    ]  # fmt: skip
    days = [row["days_over"] for row in rows]
    columns.append({
        "name": "days_over", "label": capital(word("days overdue", locale)), "right": True,
        "cells": ["" if d is None else amount_words.count_said(d, locale) for d in days],
        "ranks": _ranks(days, lambda value: value),
    })  # fmt: skip
    names = ["unit", *(name for name in face.columns() if name in AMOUNTS), "share", "end"]
    reasoned = any(row["reason"] is not None for row in rows)
    names += ["reported", *(["reason"] if reasoned else [])]
    columns += [_column(face, name, rows) for name in names if name != "unit"]
    sums: dict[str, list[Shown]] = defaultdict(list)
    for row in _records(by_commitment):
        if shown := figures(row, locale):
            sums[row["commitment"]] += shown
    places: dict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        places[row["commitment"]].append(at)
    bodies = [
        {
            "id": f"c{number}", "rows": mine, "status": word(rows[mine[0]]["status"], locale),
            "details": details_of(ledger[name], rows[mine[0]], locale) if name in ledger else [],
            "facts": evidence.of(name), "sums": sums[name],
        }
        for number, (name, mine) in enumerate(places.items())
    ]  # fmt: skip
    return _sheet(columns, bodies, many=0), face.notes()


def in_order(states: pd.DataFrame) -> pd.DataFrame:
    """A status table with the longest overdue first, then status by status as they fall due."""

    def urgency(row: Mapping[str, Any]) -> tuple[Any, ...]:
        late = row["status"] == _LATE and row["days_left"] is not None
        end = row["end"] or dt.date.max
        return (not late, row["days_left"] if late else STATUSES.index(row["status"]), end)

    first: dict[str, tuple[Any, ...]] = {}
    rows = _records(states)
    for at, row in enumerate(rows):
        first.setdefault(row["commitment"], (*urgency(row), row["commitment"], at))
    places = sorted(range(len(rows)), key=lambda at: (*first[rows[at]["commitment"]][:-1], at))
    made = states.iloc[places].reset_index(drop=True)
    made.attrs.update(states.attrs)
    return made


def links_to(states: pd.DataFrame, ledger: Any) -> Links:
    """Where each commitment stands on the page, and its title."""
    named = {promise.id: promise.title or promise.id for promise in ledger}
    names = dict.fromkeys(states["commitment"].tolist())
    return {name: (f"#c{at}", named.get(name, name)) for at, name in enumerate(names)}


def changed(
    frame: pd.DataFrame, found: Iterable[Change], ledger: Any, evidence: Evidence, links: Links,
) -> Shown:  # fmt: skip
    """The table of what changed, each row with the movements that it rests on."""
    face = Face(frame, evidence.locale, ledger)
    names = [name for name in face.columns() if name != "citation"]
    names = [*(n for n in names if n == "on"), *(n for n in names if n != "on")]
    bodies = [
        {
            "id": f"d{at}",
            "rows": [at],
            "status": "",
            "facts": evidence.of_change(change),
            "href": links.get(change.commitment, ("", ""))[0],
        }
        for at, change in enumerate(found)
    ]
    columns = [_column(face, name, face.rows) for name in names]
    return _sheet(columns, bodies)


# --- account --------------------------------------------------------------------------------------


def account_of(ledger: Any, locale: str) -> list[Shown]:
    """What became of the records of an import: counts and sums, and the records set aside."""
    account = ledger.account
    records: dict[tuple[Any, ...], list[Shown]] = defaultdict(list)
    for row in _records(account):
        if row["outcome"] != "counted":
            group = (row["outcome"], row["reason"], row["unit"])
            records[group].append(row)
    made = []
    for row in _records(account.summary()) if len(account) else []:
        mine = records[row["outcome"], row["reason"], row["unit"]]
        made.append({
            "outcome": word(row["outcome"], locale), "reason": row["reason"] or "",
            "count": amount_words.count_said(row["records"], locale),
            "amount": _stated(row, locale),
            "records": [_told(record, locale) for record in mine[:_RECORDS]],
            "more": max(len(mine) - _RECORDS, 0),
        })  # fmt: skip
    return made


def _stated(row: Mapping[str, Any], locale: str) -> str:
    if row["number"] is None:
        return ""
    if row["unit"] is None:
        return f"{row['number']:f}"
    return amount_words.exactly(row["number"], str(row["unit"]), locale=locale)


def _told(record: Mapping[str, Any], locale: str) -> str:
    """A record of a file in a line: where it stands, what it is called, its amount."""
    line = None if record["line"] is None else f"{word('line', locale)} {record['line']}"
    place = [record["file"], line, record["element"], record["record"], _stated(record, locale)]
    return ", ".join(dict.fromkeys(str(part) for part in place if part))


def _key(label: object, key: str, locale: str) -> str:
    text = str(label)
    translated = key in ("horizon", "due", "status") or text == "not stated"
    return word(text, locale) if translated else text
