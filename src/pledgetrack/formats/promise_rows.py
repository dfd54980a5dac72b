"""The rows of a list of promises to what each says of a promise and its rating."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pledgetrack.account import AccountBuilder
from pledgetrack.errors import TableError
from pledgetrack.formats.promise_lists import PromiseList
from pledgetrack.formats.ratings import Meaning, Ratings, unknown_rating
from pledgetrack.formats.single_cells import plain
from pledgetrack.formats.table_cells import CellError
from pledgetrack.formats.table_fields import Day, Fields, Row
from pledgetrack.formats.table_header import Header, find_header
from pledgetrack.formats.table_mapping import TableMapping
from pledgetrack.formats.table_specs import Spec
from pledgetrack.models import Citation

TEXTS = ("id", "title", "note", "rating", "why", "superseded", "source")
NAMES = ("party", "recipient", "channel")
DAYS = ("announced", "due", "rated")
FIELDS = (*TEXTS, *NAMES, *DAYS, "tags")

TITLES: dict[str, tuple[str, ...]] = {
    "id": ("id", "promise id", "commitment id", "pledge id", "mlc id", "number", "no", "ref",
           "reference"),
    "title": ("title", "promise", "commitment", "pledge", "promise title", "promise text",
              "promise headline", "canonical commitment text", "statement", "text", "name"),
    "note": ("description", "details", "promise details", "background", "notes"),
    "party": ("party", "party name", "politician", "politician name", "promised by", "made by",
              "promiser", "president", "leader", "government", "administration", "official"),
    "channel": ("all ministers", "ministers", "all other ministers involved", "responsible",
                "responsible minister", "department", "agency"),
    "announced": ("announced", "announced on", "date announced", "announcement date",
                  "date promised", "promised on", "promised", "date of promise", "date made"),
    "due": ("due", "due date", "deadline", "target date", "due by"),
    "rating": ("rating", "status", "verdict", "outcome", "ruling", "promise status",
               "current status", "current rating", "promise rating", "fulfilment", "fulfillment",
               "assessment", "evaluation", "grade", "result"),
    "rated": ("rated", "rated on", "date rated", "rating date", "date of rating", "status date",
              "ruling date", "last updated", "updated", "updated at", "last verified"),
    "why": ("status info", "rating note", "explanation", "justification"),
    "superseded": ("superseded", "superseded by", "replaced by"),
    "source": ("sources", "source", "source url", "source urls", "url", "link", "links"),
}  # fmt: skip
"""The titles by which the columns of a list are known; spaces, dashes and capitals aside."""

TAGS: dict[str, tuple[str, ...]] = {
    "category": ("category", "topic", "theme", "sector", "subject", "policy area", "section"),
    "era": ("era", "term", "mandate", "parliament", "legislature", "election", "election year"),
    "lead": ("reporting lead", "reporting lead title", "lead", "lead minister"),
    "tags": ("tags", "labels", "keywords"),
}  # fmt: skip

_RIVALS = {"title": ("title", "promise", "commitment", "pledge"), "rating": TITLES["rating"]}
"""Titles of which a list has one: of two, either may be what it is about."""
_COUNT = re.compile(
    r"(?:(?:grand|sub|overall|general|sous) ?-?)?"
    r"(?:totals?|totales?|totaux|gesamt|insgesamt|summe|suma|sum|somme)"
    r"(?: (?:of )?(?:all )?(?:promises|pledges|commitments))?:?",
    re.IGNORECASE,
)
_YES, _NO = ("yes", "true", "1", "x", "y"), ("no", "false", "0", "n")
_SPLIT = ";"


@dataclass(slots=True)
class Given:
    """What the caller states beside the list."""

    parties: tuple[str, ...]
    announced: Any
    rated: Any
    ratings: Ratings


@dataclass(frozen=True, slots=True)
class Said:
    """What the mapping says: how each field is read, and how the table is written."""

    specs: Mapping[str, Spec]
    options: TableMapping


@dataclass(slots=True)
class Entry:
    """What a row says of a promise: its fields, its rating, and its row of the account."""

    fields: dict[str, Any]
    has_id: bool
    rating: str | None
    meaning: Meaning | None
    rated: Day | None
    why: str | None
    citation: Citation
    sources: tuple[str, ...]
    row: int


class Reading:
    """Reads the rows of one list."""

    def __init__(
        self,
        found: PromiseList,
        said: Said,
        given: Given,
        source: str,
        seen: AccountBuilder,
    ) -> None:
        self.found = found
        self.grid = found.grid
        self.given = given
        self.known = given.ratings
        self.source = source
        self.seen = seen
        self.header = self._header(said)
        self.specs = self._completed(said.specs)
        self.fields = Fields(self.header, said.options, self.grid)
        self.items = [(number, self._row(cells)) for number, cells in self._cells()]
        self.fields.rows = self.items
        self.reads = self._bound()
        self._check()

    def _cells(self) -> list[tuple[int, list[Any]]]:
        return self.grid.rows[self.header.taken :]

    def _row(self, cells: list[Any]) -> Row:
        width = self.fields.width
        return [*cells[:width], *[None] * (width - len(cells)), self.grid.file, self.grid.sheet,
                None]  # fmt: skip

    def _header(self, said: Said) -> Header:
        """The titles of the list: the first row that names a promise, or has what is mapped."""
        needed = [part for spec in said.specs.values() for part in spec.parts()]
        if said.options.header is not None or "title" in said.specs or self.grid.titles is not None:
            found = find_header(self.grid, needed, said.options.header)
            if found is None:
                raise TableError(
                    f"{self.grid.shown} has no row with the columns of the mapping; state header=",
                    file=self.grid.file, sheet=self.grid.sheet,
                )  # fmt: skip
            return found
        for at, (number, cells) in enumerate(self.grid.rows[:20]):
            header = Header([plain(cell) or "" for cell in cells], row=number, taken=at + 1)
            if _columns(header, TITLES["title"]):
                return header
        shown = [plain(cell) for cell in self.grid.rows[0][1]] if self.grid.rows else []
        raise self._lacks_title([text for text in shown if text])

    def _lacks_title(self, titles: Sequence[str]) -> TableError:
        listed = ", ".join(map(repr, titles[:12])) or "none"
        return TableError(
            f"{self.grid.shown} has no column of promises that is known by its title (columns: "
            f"{listed}); name it: mapping={{'columns': {{'title': ...}}}}",
            file=self.grid.file, sheet=self.grid.sheet, choices=tuple(titles),
        )  # fmt: skip

    def _completed(self, stated: Mapping[str, Spec]) -> dict[str, Spec]:
        """How each field is read: as the mapping says, else by the titles."""
        specs = dict(stated)
        for name, titles in (*TITLES.items(), *((f"tags.{t}", w) for t, w in TAGS.items())):
            if name not in specs and (columns := _columns(self.header, titles)):
                self._check_alone(name, columns)
                split = _SPLIT if name in NAMES else None
                specs[name] = Spec(columns=(columns[0],), split=split)
        if "title" not in specs and self._cells():
            raise self._lacks_title([title for title in self.header.titles if title])
        if "rating" not in specs and self._cells():
            self._tell_unrated()
        return specs

    def _check_alone(self, name: str, columns: Sequence[int]) -> None:
        """Refuse two columns of ratings or promises, and one field under two spellings."""
        titles = [self.header.titles[at - 1] for at in columns]
        rivals = _RIVALS.get(name, ())
        titles = [
            title for title in titles
            if _bare(title) == _bare(titles[0]) or _bare(title) in map(_bare, rivals)
        ]  # fmt: skip
        if len(titles) > 1:
            order = [*columns[: len(titles)]]
            raise TableError(
                f"{self.grid.shown} has {len(titles)} columns that may be {name!r}: "
                f"{', '.join(map(repr, titles))}; name the one that is, or by their numbers the "
                f"order in which they are read: mapping={{'columns': {{{name!r}: {{'first': "
                f"{order}}}}}}}",
                file=self.grid.file, sheet=self.grid.sheet, choices=tuple(titles),
            )  # fmt: skip

    def _tell_unrated(self) -> None:
        """Say in the account that no column of ratings was found, so that none is missed."""
        words = (
            f"{self.grid.shown} has no column of ratings that is known by its title; where it has "
            "one, name it: mapping={'columns': {'rating': ...}}"
        )
        before = self.seen.attrs.get("unrated")
        self.seen.attrs["unrated"] = f"{before}; {words}" if before else words

    def _bound(self) -> dict[str, Any]:
        made = {}
        for name, spec in self.specs.items():
            if name in NAMES:
                made[name] = self.fields.names(spec)
            else:
                made[name] = self.fields.day(spec) if name in DAYS else self.fields.text(spec)
        return made

    def _check(self) -> None:
        """Refuse a list that lacks what every promise needs, once and not in every row."""
        lacking = []
        if "party" not in self.specs and not self.given.parties:
            lacking.append(("who promised", "party"))
        if "announced" not in self.specs and self.given.announced is None:
            lacking.append(("when it was promised", "announced"))
        if "rated" not in self.specs and self.given.rated is None and self._has_outcome():
            lacking.append(("when it was rated", "rated"))
        if lacking and self.items:
            what = ", nor ".join(words for words, _ in lacking)
            names = ", ".join(f"{name}=" for _, name in lacking)
            raise TableError(
                f"{self.grid.shown} does not say {what}; pass {names}, or name the columns in "
                "mapping=",
                file=self.grid.file, sheet=self.grid.sheet,
                choices=tuple(name for _, name in lacking),
            )  # fmt: skip

    def _has_outcome(self) -> bool:
        """Whether a row has a rating that happened on a day."""
        if "rating" not in self.reads:
            return False
        for _, row in self.items:
            try:
                word = self.reads["rating"](row)
            except CellError:
                continue
            if word and self.known.meaning(word) not in (None, "not rated", "superseded"):
                return True
        return False

    def entries(self) -> Iterator[Entry]:
        """What each row says, noted in the account."""
        for (number, cells), (_, row) in zip(self._cells(), self.items, strict=True):
            place = {
                "file": self.grid.file, "line": self.found.line(number),
                "element": self.found.element(number), "raw": self._raw(row, cells),
            }  # fmt: skip
            if any(plain(cell) for cell in cells[self.fields.width :]):
                self.seen.rejected("has cells beyond its last column", **place)
            elif number in self.found.wrong:
                self.seen.rejected(self.found.wrong[number], **place)
            elif not any(plain(cell) for cell in cells):
                self.seen.set_aside("states nothing", **place)
            elif entry := self._entry(row, place):
                yield entry

    def _raw(self, row: Row, cells: list[Any]) -> list[tuple[str, str]]:
        pairs = [(self.fields.title(at), plain(row[at])) for at in range(self.fields.width)]
        pairs += [("beyond", plain(cell)) for cell in cells[self.fields.width :]]
        return [(title, text) for title, text in pairs if text]

    def _entry(self, row: Row, place: dict[str, Any]) -> Entry | None:
        self.fields.remarks.clear()
        values, wrong = self._values(row)
        title, rating = plain(values.get("title")), plain(values.get("rating"))
        if title is None and not wrong:
            wrong.append("there is no text of the promise")
        if title is not None and _COUNT.fullmatch(title):
            wrong.append(f"{title!r} looks like a count of the rows above, and no promise")
        meaning = self.known.meaning(rating) if rating else None
        if rating and meaning is None:
            wrong.append(unknown_rating(rating))
        parties = tuple(values.get("party") or self.given.parties)
        if not parties:
            wrong.append("who promised is not stated")
        announced = values.get("announced") or self.given.announced
        if announced is None:
            wrong.append("when it was promised is not stated")
        if wrong or title is None:
            self.seen.rejected("; ".join(dict.fromkeys(wrong)), record=title, **place)
            return None
        name = plain(values.get("id"))
        line = f"line {place['line']}, " if self.found.lines else ""
        entry = Entry(
            fields={
                "title": title, "note": plain(values.get("note")), "parties": parties,
                "recipients": values.get("recipient") or (),
                "channels": values.get("channel") or (),
                "announced": announced.text if isinstance(announced, Day) else announced,
                "announced_basis": None if isinstance(announced, Day) else "stated by the caller",
                "tags": self._tags(values, meaning), "id": name or slug(title),
                "horizon": {"end": due.text} if (due := values.get("due")) else None,
            },
            has_id=name is not None, rating=rating, meaning=meaning, rated=values.get("rated"),
            why=plain(values.get("why")), sources=_split(plain(values.get("source"))),
            citation=Citation(source=self.source, place=plain(f"{line}{place['element']}")),
            row=self.seen.counted(record=name or title, **place),
        )  # fmt: skip
        if self.fields.remarks:
            self.seen.revise(entry.row, "counted", "; ".join(self.fields.remarks))
        return entry

    def _values(self, row: Row) -> tuple[dict[str, Any], list[str]]:
        values: dict[str, Any] = {}
        wrong: list[str] = []
        for name, read in self.reads.items():
            try:
                values[name] = read(row)
            except CellError as error:
                wrong.append(str(error))
        return values, wrong

    def _tags(self, values: Mapping[str, Any], meaning: Meaning | None) -> dict[str, str]:
        made = {}
        for name, value in values.items():
            if name.startswith("tags.") and (text := plain(value)):
                made[name.removeprefix("tags.")] = " + ".join(sorted(_split(text)))
        other = superseded_by(plain(values.get("superseded")))
        if other is None and meaning == "superseded":
            other = "yes"
        if other:
            made["superseded"] = other
        return made


def _split(text: str | None) -> tuple[str, ...]:
    parts = (part.strip() for part in (text or "").split(_SPLIT))
    return tuple(dict.fromkeys(filter(None, parts)))


def _columns(header: Header, titles: Iterable[str]) -> list[int]:
    """The numbers of the columns that have one of the titles, by the order of these."""
    known: dict[str, list[int]] = {}
    for number, title in enumerate(header.titles, start=1):
        known.setdefault(_bare(title), []).append(number)
    return [
        number for title in dict.fromkeys(map(_bare, titles)) for number in known.get(title, ())
    ]


def _bare(title: str) -> str:
    return re.sub(r"[\W_]+", "", title.casefold())


def superseded_by(text: str | None) -> str | None:
    """What a cell says of being superseded: by what, "yes", or None where it is not.

    >>> superseded_by("TRUE"), superseded_by("no"), superseded_by("P-17")
    ('yes', None, 'P-17')
    """
    if text is None or text.casefold() in _NO:
        return None
    return "yes" if text.casefold() in _YES else text


def slug(text: str) -> str:
    """A text as an id.

    >>> slug("Build a bridge, now!")
    'build-a-bridge-now'
    """
    return re.sub(r"[\W_]+", "-", text.casefold()).strip("-") or text
