"""The content of a ledger file to records, with every mistake in it."""

from __future__ import annotations

import csv
import decimal
import io
import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

import pyarrow as pa
from pydantic import BaseModel, ValidationError

from pledgetrack import limits
from pledgetrack.bars import watched
from pledgetrack.calendar import FiscalCalendar, fiscal_calendar
from pledgetrack.errors import PledgetrackError, Problem, closest, unknown
from pledgetrack.layout import (
    FORMAT,
    GUARDED,
    MODELS,
    NESTED,
    PHRASES,
    PLURALS,
    VERSION_KEY,
    written_headers,
)
from pledgetrack.models import Commitment, Event, Party, Phrases, Source
from pledgetrack.parquet import read_parquet
from pledgetrack.render import unguard
from pledgetrack.vocabulary import LANGUAGES, language
from pledgetrack.wording import check_dollar


@dataclass(slots=True)
class Reading:
    """What has been read so far: records with their places, and every mistake.

    ``refused`` are the ids of records with a mistake: that others name them is no second one.
    """

    records: list[Commitment | Event | Source | Party] = field(default_factory=list)
    places: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    phrases: Phrases = field(default_factory=Phrases)  # how the file at hand wants its phrases read

    def problem(self, file: str, message: str, line: int | None = None, record: str = "") -> None:
        """Note a mistake."""
        self.problems.append(Problem(message, file=file, line=line, record=record or None))

    def take(self, other: Reading) -> None:
        """Add what another reading found."""
        self.records += other.records
        self.places |= other.places
        self.problems += other.problems
        self.refused |= other.refused

    def add(self, kind: str, data: Any, file: str, line: int | None, number: int) -> None:
        """Make one record of what a file says, or note each mistake in it."""
        label = f"{kind} {number}"
        if not isinstance(data, dict):
            self.problem(file, f"is no table of fields: {data!r:.60}", line, label)
            return
        if words := limits.too_wide(len(data)):
            self.problem(file, words, line, label)
            return
        named = data.get("id" if kind in ("commitment", "source") else "name")
        if kind == "event":
            label = f"event {number} (of {data.get('commitment')!r})"
        elif isinstance(named, str):
            label = f"{kind} {named!r}"
        try:
            record = MODELS[kind].model_validate(data, context=self.phrases)
        except ValidationError as error:
            for message in messages(error, MODELS[kind]):
                self.problem(file, message, line, label)
            if isinstance(named, str):
                self.refused.add(named)
        else:
            self.records.append(record)
            self.places[id(record)] = (file, line)


def messages(error: ValidationError, model: type[BaseModel]) -> Iterator[str]:
    """Each mistake of a record as a sentence."""
    for detail in error.errors(include_url=False):
        path = ".".join(str(part) for part in detail["loc"])
        message = detail["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
        if detail["type"] == "extra_forbidden":
            name = str(detail["loc"][-1])
            near = closest(name, model.model_fields)
            yield f"unknown field {path!r}" + (f"; did you mean {near[0]!r}?" if near else "")
        elif detail["type"] == "too_short":
            yield f"{path!r} needs at least one"
        elif detail["type"] == "missing":
            yield f"{path!r} is missing"
        else:
            given = detail["input"]
            simple = isinstance(given, (str, int, float, Decimal)) and not isinstance(given, bool)
            shown = f" (given: {str(given)[:60]!r})" if simple and str(given) not in message else ""
            message = message[:1].lower() + message[1:] if message.startswith("Input") else message
            yield f"{path}: {message}{shown}" if path else message


# --- readers --------------------------------------------------------------------------------------


def _text(content: bytes, file: str, reading: Reading) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = content[error.start]
        reading.problem(file, f"is no UTF-8 text (byte 0x{found:02x}); save it as UTF-8", line)
        return None


def is_readable(value: object, file: str, reading: Reading) -> bool:
    """Whether a file of this format version can be read."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        reading.problem(file, f"{VERSION_KEY} is {value!r}, not a version number")
        return False
    if value > FORMAT:
        reading.problem(
            file,
            f"is of format {value}, newer than the {FORMAT} that this version reads; upgrade it",
        )
        return False
    return True


def _read_toml(content: bytes, file: str, reading: Reading) -> None:
    text = _text(content, file, reading)
    if text is None:
        return
    try:
        limits.check_toml(text)
        data = tomllib.loads(text, parse_float=_number)
    except (ValueError, RecursionError) as error:
        place = re.search(r"\(at line (\d+), column \d+\)", str(error))
        message = str(error).replace(place.group(0), "").strip() if place else str(error)
        reading.problem(
            file, f"is no valid TOML: {message}", int(place.group(1)) if place else None
        )
        return
    if not is_readable(data.pop(VERSION_KEY, FORMAT), file, reading):
        return
    _read_form(data, file, reading, _Form("[[{}]]", "in double brackets", _table_lines(text)))


class _Form(NamedTuple):
    """How a file writes the tables of its records, and on which lines where that is known."""

    table: str
    records: str
    lines: dict[str, list[int]]

    def line(self, table: str) -> int | None:
        return next(iter(self.lines.get(table, [])), None)


def _read_form(data: dict[str, Any], file: str, reading: Reading, form: _Form) -> None:
    """The form of a ledger that TOML and JSON share."""
    said = data.pop(PHRASES, {})
    if not data:
        reading.problem(file, "holds no record")
    try:
        reading.phrases = phrases_of(said)
    except (PledgetrackError, TypeError, ValueError) as error:
        reading.problem(file, f"[{PHRASES}]: {error}", form.line(PHRASES))
        return
    _read_tables(data, file, reading, form)
    reading.phrases = Phrases()


def phrases_of(said: Any) -> Phrases:
    """How a file wants its phrases read: its table ``[phrases]``."""
    if not isinstance(said, dict):
        raise TypeError("write it as a table with dollar, locale and calendar")
    for name in said:
        if name not in Phrases.__dataclass_fields__:
            raise unknown("field", name, Phrases.__dataclass_fields__)
    calendar = said.get("calendar")
    if isinstance(calendar, dict):
        for name in calendar:
            if name not in FiscalCalendar.__dataclass_fields__:
                raise unknown("field of calendar", name, FiscalCalendar.__dataclass_fields__)
        if "first_month" not in calendar:
            raise ValueError("calendar needs first_month, the number of its first month")
        if not isinstance(calendar.get("name", ""), str):
            raise TypeError("the name of the calendar is a text")
        said = {**said, "calendar": FiscalCalendar(**calendar)}
    made = Phrases(**said)
    check_dollar(made.dollar)
    if not isinstance(made.locale, str):
        raise unknown("locale", made.locale, LANGUAGES)
    language(made.locale)
    if made.calendar is not None:
        fiscal_calendar(made.calendar)
    return made


def _read_tables(data: dict[str, Any], file: str, reading: Reading, form: _Form) -> None:
    if words := limits.too_wide(len(data)):
        reading.problem(file, words)
        return
    for table, entries in data.items():
        kind = next((kind for kind, plural in PLURALS.items() if table in (kind, plural)), None)
        if kind is None:
            near = closest(table, PLURALS)
            hint = f"; did you mean {form.table.format(near[0])}?" if near else ""
            known = ", ".join(form.table.format(name) for name in PLURALS)
            message = f"unknown table {table!r}{hint} (known: {known})"
            reading.problem(file, message, form.line(table))
            continue
        if not isinstance(entries, list):
            message = f"write {form.table.format(table)} {form.records}"
            reading.problem(file, message, form.line(table))
            continue
        known_lines = form.lines.get(table, [])
        for number, entry in enumerate(watched(entries, file), start=1):
            line = known_lines[number - 1] if len(known_lines) == len(entries) else None
            reading.add(kind, entry, file, line, number)


def _number(text: str) -> Decimal | str:
    """The number that a TOML or JSON literal states; one beyond all bounds stays text."""
    try:
        return Decimal(text.replace("_", ""))
    except decimal.InvalidOperation:
        return text


_TABLE = re.compile(r"\s*\[\[?\s*[\"']?(\w+)[\"']?\s*\]\]?\s*(#.*)?\r?")
_TOKEN = re.compile(r"#.*|\"{3}|'{3}|\"(?:[^\"\\]|\\.)*\"|'[^']*'")
_CLOSING = {
    '"' * 3: re.compile(r'(?:[^"\\]|\\.|"(?!""))*"{3}'),
    "'" * 3: re.compile(r"(?:[^']|'(?!''))*'{3}"),
}


def _table_lines(text: str) -> dict[str, list[int]]:
    r"""The lines on which each TOML table begins, those inside long strings left out.

    >>> _table_lines("[[event]]\nnote = '''\n[[event]]'''\n[[event]]")
    {'event': [1, 4]}
    """
    lines: dict[str, list[int]] = {}
    inside: str | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        if inside is None and (match := _TABLE.fullmatch(line)):
            lines.setdefault(match.group(1), []).append(number)
        inside = _long_string(line, inside)
    return lines


def _long_string(line: str, inside: str | None) -> str | None:
    """The quotes of the long string that is open at the end of a line of TOML, if any."""
    at = 0
    while True:
        if inside:
            end = _CLOSING[inside].match(line, at)
            if end is None:
                return inside
            at, inside = end.end(), None
        token = _TOKEN.search(line, at)
        if token is None:
            return None
        at = token.end()
        if token.group() in _CLOSING:
            inside = token.group()


def _read_json(content: bytes, file: str, reading: Reading) -> None:
    text = _text(content, file, reading)
    if text is None:
        return
    try:
        data = _json_value(text)
    except json.JSONDecodeError as error:
        reading.problem(file, f"is no valid JSON: {error.msg}", error.lineno)
        return
    except (ValueError, RecursionError) as error:
        reading.problem(file, f"is no valid JSON: {error}")
        return
    if not isinstance(data, dict) or VERSION_KEY not in data:
        reading.problem(file, f"is no ledger: the key {VERSION_KEY!r} is missing")
        return
    if not is_readable(data.pop(VERSION_KEY), file, reading):
        return
    _read_form(data, file, reading, _Form("'{}'", "as a list of records", {}))


def _json_value(text: str) -> Any:
    """A JSON text with exact numbers; a key given twice is an error."""
    return json.loads(
        text, parse_float=_number, parse_constant=_number, object_pairs_hook=unique_members
    )


def unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The members of an object in JSON; raises ``ValueError`` where one is given twice."""
    made = dict(pairs)
    if len(made) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        repeated = next(name for name, count in counts.items() if count > 1)
        raise ValueError(f"the key {repeated!r} is given twice")
    return made


def _read_csv(content: bytes, file: str, reading: Reading) -> None:
    text = _text(content, file, reading)
    if text is None:
        return
    lines = text.count("\n")
    with limits.cells():
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            header = next(rows)
            stated = check_header(header, file, reading)
            if stated is None:
                return
            line, number = rows.line_num + 1, 0
            for number, cells in enumerate(watched(rows, file, total=lines), start=1):
                row = [stated(cell) for cell in cells]
                read_row(header, row, Place(file, line, number), reading)
                line = rows.line_num + 1
            if not number and header not in written_headers():
                reading.problem(file, "holds no record, and its headings are cut short", 1)
        except csv.Error as error:
            reading.problem(file, f"is no valid CSV: {limits.csv_words(error)}", rows.line_num)


def check_header(header: list[str], file: str, reading: Reading) -> Callable[[str], str] | None:
    """What to do with each cell under these headings; None where they are no ledger's."""
    first = rf"({VERSION_KEY}=(\d{{1,9}}))({GUARDED})?"
    found = re.fullmatch(first, header[0]) if header else None
    if not found:
        message = f"is no ledger: its first column is not headed '{VERSION_KEY}={FORMAT}'"
        reading.problem(file, message, 1)
        return None
    if not is_readable(int(found.group(2)), file, reading):
        return None
    header[0] = found.group(1)
    if words := limits.too_wide(len(header)):
        reading.problem(file, words, 1)
        return None
    if twice := [name for name, count in Counter(header).items() if count > 1]:
        reading.problem(file, f"the heading {twice[0]!r} is given twice", 1)
        return None
    return unguard if found.group(3) else str


class Place(NamedTuple):
    """Where a row of a file is: the line, and its number among the rows."""

    file: str
    line: int
    number: int


def read_row(header: list[str], row: list[str], place: Place, reading: Reading) -> None:
    """One row of a CSV file, under the headings of the first."""
    file, line, number = place
    row = row or [""] * len(header)  # a blank line
    if len(row) != len(header):
        reading.problem(file, f"has {len(row)} cells under {len(header)} headings", line)
    elif row[0] not in MODELS:
        known = ", ".join(MODELS)
        reading.problem(file, f"unknown kind of record {row[0]!r} (known: {known})", line)
    else:
        try:
            data = _fields(dict(zip(header[1:], row[1:], strict=True)))
        except ValueError as error:
            reading.problem(file, str(error), line, f"{row[0]} {number}")
        else:
            reading.add(row[0], data, file, line, number)


def _fields(cells: dict[str, str]) -> dict[str, Any]:
    """The fields that a row of cells states; nested ones are JSON."""
    data: dict[str, Any] = {name: cell for name, cell in cells.items() if cell}
    for name in NESTED & data.keys():
        try:
            data[name] = _json_value(data[name])
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{name}: is no valid JSON: {error}") from error
    return data


def _read_parquet(content: bytes, file: str, reading: Reading) -> None:
    try:
        table = read_parquet(content)
    except ValueError as error:
        reading.problem(file, f"is no valid Parquet: {error}")
        return
    try:
        rows = table.to_pylist()
    except (pa.ArrowException, ValueError, OverflowError) as error:
        reading.problem(file, f"is no valid Parquet: {str(error)[:200]}")
        return
    version = (table.schema.metadata or {}).get(VERSION_KEY.encode(), b"")
    if not re.fullmatch(rb"\d{1,9}", version) or "record" not in table.column_names:
        reading.problem(file, f"is no ledger: its metadata lack {VERSION_KEY!r}")
        return
    if not is_readable(int(version), file, reading):
        return
    for number, row in enumerate(watched(rows, file), start=1):
        kind = row.pop("record")
        if kind not in MODELS:
            known = ", ".join(MODELS)
            reading.problem(file, f"row {number}: unknown kind of record {kind!r} (known: {known})")
            continue
        reading.add(kind, _stated(row), file, None, number)


def _stated(value: Any) -> Any:
    """What a cell of a table states: fields without a value are left out."""
    if isinstance(value, dict):
        return {name: _stated(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        pairs = bool(value) and isinstance(value[0], tuple)
        return dict(value) if pairs else [_stated(item) for item in value]
    return value


READERS: dict[str, Callable[[bytes, str, Reading], None]] = {
    ".toml": _read_toml,
    ".json": _read_json,
    ".csv": _read_csv,
    ".parquet": _read_parquet,
}
