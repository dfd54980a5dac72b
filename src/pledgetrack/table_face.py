"""A result on its way to a table: which columns it shows, and how each cell reads."""

from __future__ import annotations

import html as markup
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pandas as pd

from pledgetrack import amount_words, cell_html, frames
from pledgetrack.amount_words import DIGITS, share_exactly, share_said, unit_title
from pledgetrack.calendar import NOT_STATED
from pledgetrack.captions import BOUNDED, actions_said, conversions_said
from pledgetrack.display_words import capital, day_said, word
from pledgetrack.errors import FrameError
from pledgetrack.models import ENDINGS
from pledgetrack.movements import MEASURES
from pledgetrack.palette import status_colour
from pledgetrack.render import clip
from pledgetrack.status import STATUSES
from pledgetrack.units import ACTION, is_currency

Row = Mapping[str, Any]
Draw = Callable[[Row], str]

AMOUNTS = (
    "proposed", "pledged", "headline", "committed", "delivered", "outstanding", "overdue",
    *frames.RANGES, "target", "original_target", "stated_target", "stated_delivered",
)  # fmt: skip
"""The columns of results that hold amounts."""

_ALWAYS = ("pledged", "committed", "delivered", "outstanding", "target")
_DAYS = ("start", "end", "on", "known", "reported", "original_end")
_TRANSLATED = ("horizon", "due", "period", "status", "change", "before", "after")
_HEADINGS = {"share": "share delivered", "reported": "last report", "reason": "counts elsewhere"}
_SETTLED = (*ENDINGS, "fulfilled", "fulfilled late")  # days left or over matter no more
_STATUSES = "statuses"
_BY_STATUS = {f"status_{status.replace(' ', '_')}": status for status in STATUSES}
_DASH = "—"


def kind_of(result: object) -> str:
    """Which result a frame is: totals, timeline, status or changes."""
    if not isinstance(result, pd.DataFrame):
        raise FrameError(
            f"{type(result).__name__!r} is no result; pass the frame of totals, summary, status, "
            "timeline or changes"
        )
    names = set(result.columns)
    if "unit" in names:
        if {"change", "commitment"} <= names:
            return "changes"
        if {"target", "commitment", "status"} <= names:
            return "status"
        if names & {*MEASURES, "outstanding", "overdue"}:
            return "timeline" if {"period", "on"} <= names else "totals"
    raise FrameError(
        "this is no result of totals, summary, status, timeline or changes with its column 'unit': "
        f"its columns are {clip(', '.join(map(str, result.columns)), 200)}"
    )


@dataclass
class Face:
    """A result on its way to a table: which columns it shows, and how each cell reads.

    A ``brief`` one does not say the thing counted in each cell, for its unit is told beside it.
    """

    result: pd.DataFrame
    locale: str
    ledger: Any = None
    brief: bool = False
    kind: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    right: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.kind = kind_of(self.result)
        names = [str(name) for name in self.result.columns]
        rows = [
            {name: frames.or_none(cell) for name, cell in zip(names, cells, strict=True)}
            for cells in self.result.itertuples(index=False, name=None)
        ]
        order = frames.sort_key("unit")
        self.places = list(range(len(rows)))
        if self.grouped:
            self.places.sort(key=lambda at: order(str(rows[at]["unit"])))
        self.rows = [rows[at] for at in self.places]
        self.right = {*AMOUNTS, "commitments", "share", *_DAYS}
        for row in self.rows:
            for name in (*AMOUNTS, "share"):
                if row.get(name) is not None:
                    row[name] = _exact(row[name], name)
        told = self._told_by_ledger() if self.kind == "status" else {}
        for row in self.rows:
            row["digits"] = self._digits(row)
            row["bounds"] = _bounds(row.get("bound")) or told.get(_of_status(row), {})

    def _told_by_ledger(self) -> dict[tuple[str, str], dict[str, str]]:
        """The bounds of a status table, which has no column for them."""
        if self.ledger is None:
            return {}
        known_by = self.result.attrs.get("known_by")
        ledger = self.ledger if known_by is None else self.ledger.cut(known_by=known_by)
        told = {
            (promise.id, target.unit): {"target": target.bound}
            for promise in ledger for target in promise.targets if target.bound != "exact"
        }  # fmt: skip
        totals = ledger.totals(by="commitment", as_of=self.result.attrs.get("as_of"))
        for row in totals.to_dict("records"):
            bounds = _bounds(row["bound"])
            target = bounds.get("pledged", bounds.get("proposed", "exact"))
            told[row["commitment"], row["unit"]] = {**bounds, "target": target}
        return told

    @property
    def grouped(self) -> bool:
        """Whether rows stand under their units; amounts that change name their own."""
        return self.kind != "changes" and len(self.keys()) > 0

    def keys(self) -> list[str]:
        """The columns that say what a row is about."""
        hidden = {
            *AMOUNTS, *_DAYS, *_BY_STATUS, "unit", "share", "commitments", "bound", "days_left",
            "source" if self.kind == "status" else "", "reason", "stated_unit", "citation",
            *(("before", "after") if self.kind == "changes" else ()),
        }  # fmt: skip
        names = [str(name) for name in self.result.columns]
        first = {"timeline": "period", "totals": "period"}.get(self.kind)
        keys = [name for name in names if name not in hidden]
        return sorted(keys, key=lambda name: (name == first) if len(keys) > 1 else False)

    def columns(self) -> list[str]:
        """The columns of the table in order; of those that may be wholly missing, what there is."""
        names = [str(name) for name in self.result.columns]

        def present(name: str) -> bool:
            return name in names and any(row[name] is not None for row in self.rows)

        shown = self.keys()
        if self.kind != "changes":
            shown = [*shown, "unit"]
        amounts = [n for n in names if n in AMOUNTS and n != "original_target"]
        always = () if self.kind == "changes" else _ALWAYS
        shown += [n for n in amounts if n in always or present(n)]
        if "share" in names:
            shown.append("share")
        if self.kind == "status":
            shown += [n for n in ("end", "reported", "reason") if n in names]
            shown = [n for n in shown if n != "reason" or present(n)]
        if self.kind == "changes":
            later = any(row.get("known") != row.get("on") for row in self.rows)
            cited = "citation" if self.ledger is None else ""
            shown += [n for n in ("before", "after", "on", "known" if later else "", cited)
                      if present(n)]  # fmt: skip
        shown += [n for n in ("commitments",) if n in names]
        if any(name in names for name in _BY_STATUS):
            shown.append(_STATUSES)
        return shown

    def column(self, name: str) -> pd.Series:
        """What stands behind the cells of a column, as the result has it."""
        if name == _STATUSES:
            values = [self._statuses(row) for row in self.rows]
        elif name == "unit":
            values = [self._unit(str(row["unit"])) for row in self.rows]
        else:
            values = [row[name] for row in self.rows]
        return pd.Series(values, dtype=object)

    def heading(self, name: str) -> str:
        """The heading of a column."""
        for end, words in (("_low", "{name}, at least"), ("_high", "{name}, at most")):
            if name in frames.RANGES and name.endswith(end):
                measure = word(name.removesuffix(end), self.locale)
                return capital(word(words, self.locale, name=measure))
        if name == _STATUSES:
            name = "status"
        elif name == "end" and self.kind == "status":
            name = "due"
        name = name.removeprefix("tag_")
        return capital(word(_HEADINGS.get(name, name.replace("_", " ")), self.locale))

    def draw(self, name: str) -> Draw:
        """How the cells of a column are drawn, as HTML."""
        if name in AMOUNTS:
            return lambda row: self._amount(row, name)
        own: dict[str, Draw] = {
            "share": self._share,
            "unit": lambda row: cell_html.text(self._unit(str(row["unit"]))),
            "status": self._status,
            "commitment": self._commitment,
            "end": self._end,
            _STATUSES: lambda row: markup.escape(self._statuses(row) or _DASH),
        }
        if name in own:
            return own[name]
        return lambda row: (self._day if name in _DAYS else self._label)(row[name], name)

    # --- cells ------------------------------------------------------------------------------------

    def _unit(self, unit: str) -> str:
        if unit == ACTION:
            return capital(word("no amount stated", self.locale))
        return capital(unit_title(unit, self.locale))

    def _label(self, value: object, name: str) -> str:
        if value is None:
            return cell_html.missing(_DASH, word("nothing recorded", self.locale))
        text = str(value)
        if name in _TRANSLATED or text == NOT_STATED:
            text = word(text, self.locale)
        return cell_html.text(text)

    def _commitment(self, row: Row) -> str:
        name = str(row["commitment"])
        known = self.ledger is not None and name in self.ledger
        title = self.ledger[name].title if known else None
        return (
            cell_html.text(title) + cell_html.small(clip(name, cell_html.LONGEST), name)
            if title
            else cell_html.text(name)
        )

    def _amount(self, row: Row, name: str) -> str:
        number = row[name]
        unit = str(row["stated_unit"] if name.startswith("stated_") else row["unit"])
        if number is None:
            return self._nothing(row, name)
        bound = row["bounds"].get(name, "exact")
        rounded = {"low": "at least", "high": "up to"}.get(name.rpartition("_")[2])
        say = amount_words.short if self.brief else amount_words.said
        text = say(number, unit, locale=self.locale, bound=bound, rounded=rounded,
                   digits=row["digits"])  # fmt: skip
        exact = amount_words.exactly(number, unit, locale=self.locale, bound=bound)
        if self.kind == "changes" and number > 0:
            text, exact = f"+{text}", f"+{exact}"
        cell = cell_html.hover(text, exact, whole=is_currency(unit))
        original = row.get("original_target") if name == "target" else None
        if original is not None and original != number:
            first = amount_words.said(original, unit, locale=self.locale, digits=row["digits"])
            cell += cell_html.small(word("originally {what}", self.locale, what=first),
                           amount_words.exactly(original, unit, locale=self.locale))  # fmt: skip
        return cell

    def _nothing(self, row: Row, name: str) -> str:
        if row["unit"] == ACTION:
            return cell_html.missing(_DASH, word("no amount stated", self.locale))
        if name == "delivered" and self.kind != "changes":
            return cell_html.missing(word("not reported", self.locale), "")
        return cell_html.missing(_DASH, word("nothing recorded", self.locale))

    def _share(self, row: Row) -> str:
        share = row["share"]
        if share is None:
            return cell_html.missing(_DASH, word("nothing recorded", self.locale))
        said = cell_html.hover(
            share_said(share, self.locale), share_exactly(share, self.locale), whole=True
        )
        return cell_html.bar(share, said)

    def _statuses(self, row: Row) -> str:
        counts = [(row.get(name), status) for name, status in _BY_STATUS.items()]
        return ", ".join(
            f"{count} {word(status, self.locale)}" for count, status in counts if count
        )

    def _status(self, row: Row) -> str:
        status = str(row["status"])
        return cell_html.dotted(word(status, self.locale), status_colour(status))

    def _end(self, row: Row) -> str:
        cell = self._day(row["end"], "end")
        left = row.get("days_left")
        if left is not None and row["status"] not in _SETTLED:
            cell += cell_html.small(days_said(int(left), self.locale))
        original = row.get("original_end")
        if original is not None and original != row["end"]:
            first = day_said(original, self.locale)
            cell += cell_html.small(word("originally {what}", self.locale, what=first))
        return cell

    def _day(self, day: Any, name: str) -> str:
        if day is None:
            none = {"end": "no end stated", "reported": "not reported"}.get(name)
            return cell_html.missing(word(none, self.locale) if none else _DASH, "")
        return f'<span class="pt-one">{markup.escape(day_said(day, self.locale))}</span>'

    def _digits(self, row: Row) -> int:
        """With how many digits the amounts of a row are told apart."""
        numbers = [row[name] for name in AMOUNTS if row.get(name) is not None]
        return amount_words.digits_apart(numbers, str(row["unit"]))

    # --- notes ------------------------------------------------------------------------------------

    def notes(self) -> list[str]:
        """What a reader must know beside the figures."""
        if not self.rows:
            return [word("Nothing to show.", self.locale),
                    *conversions_said(self.result.attrs, self.locale)]  # fmt: skip
        made = conversions_said(self.result.attrs, self.locale)
        made += actions_said(self.result, self.locale)
        if any(set(row["bounds"].values()) - {"exact"} for row in self.rows):
            made.append(word(BOUNDED, self.locale))
        if self.kind in ("status", "changes") and self.ledger is None:
            made.append(word(_NO_BOUNDS, self.locale))
        cells = [(row, row[name]) for row in self.rows for name in AMOUNTS if row.get(name)]
        if any(amount_words.is_rounded(number, row["digits"]) for row, number in cells):
            made.append(word(_ROUNDED, self.locale, digits=DIGITS))
        if self.kind != "changes":
            made.append(word(_NOT_ZERO, self.locale))
        return made


_NOT_ZERO = "— nothing recorded, which is not zero."
_NO_BOUNDS = "This result does not tell which amounts are “at least”, “up to” or “about”."
_ROUNDED = (
    "Amounts of a million and more are rounded to {digits} digits, or to as many as keep the "
    "amounts of a row apart; the exact amount shows when the pointer rests on it."
)


def days_said(left: int, locale: str = "en") -> str:
    """How many days are left, or over.

    >>> days_said(60), days_said(-1), days_said(0)
    ('60 days left', '1 day over', 'last day')
    """
    if left == 0:
        return word("last day", locale)
    way = "left" if left > 0 else "over"
    if abs(left) == 1:
        return word(f"1 day {way}", locale)
    return word(f"{{count}} days {way}", locale, count=abs(left))


def _of_status(row: Row) -> tuple[str, str]:
    """Of which commitment a row is, and in which unit as recorded."""
    return str(row.get("commitment")), str(row.get("stated_unit") or row["unit"])


def _exact(value: object, name: str) -> Decimal:
    """An amount as it is; one that is not exact is refused."""
    if isinstance(value, Decimal) and value.is_finite():
        return value
    if pd.api.types.is_integer(value):
        return Decimal(int(str(value)))
    raise FrameError(
        f"column {name!r} holds {clip(repr(value), 40)}, which is not exact; ask for the result "
        "without numbers='float'",
        columns=(name,),
    )


def _bounds(said: object) -> dict[str, str]:
    """What the column ``bound`` says of each measure."""
    found = (part.partition(" ") for part in str(said).split(", ")) if said else ()
    return {measure: bound for measure, _, bound in found}
