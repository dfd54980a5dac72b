"""Reading and writing ledgers: TOML by hand; JSON, CSV and Parquet by programs."""

from __future__ import annotations

import csv
import decimal
import io
import json
import os
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ValidationError

from pledgetrack.errors import FileFormatError, PledgetrackError, Problem, closest
from pledgetrack.ledger import Ledger
from pledgetrack.models import Commitment, Event, Party, Source
from pledgetrack.movements import NUMBER

FORMAT = 1
"""The version of the format that is written; older ones stay readable."""

VERSION_KEY = "pledgetrack_format"
MODELS: dict[str, type[Commitment | Event | Source | Party]] = {
    "commitment": Commitment,
    "event": Event,
    "source": Source,
    "party": Party,
}
PLURALS = {"commitment": "commitments", "event": "events", "source": "sources", "party": "parties"}
SUFFIXES = (".toml", ".json", ".csv", ".parquet")
WRITTEN = (".json", ".csv", ".parquet")

_NESTED = frozenset(
    {"aliases", "parties", "recipients", "channels", "targets", "horizon", "tags", "citations",
     "quantity", "restated"}
)  # fmt: skip


@dataclass(slots=True)
class _Reading:
    """What has been read so far: records with their places, and every mistake.

    ``refused`` are the ids of records with a mistake: that others name them is no second one.
    """

    records: list[Commitment | Event | Source | Party] = field(default_factory=list)
    places: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    def problem(self, file: str, message: str, line: int | None = None, record: str = "") -> None:
        self.problems.append(Problem(message, file=file, line=line, record=record or None))

    def add(self, kind: str, data: Any, file: str, line: int | None, number: int) -> None:
        """Make one record of what a file says, or note each mistake in it."""
        label = f"{kind} {number}"
        if not isinstance(data, dict):
            self.problem(file, f"is no table of fields: {data!r:.60}", line, label)
            return
        named = data.get("id" if kind in ("commitment", "source") else "name")
        if kind == "event":
            label = f"event {number} (of {data.get('commitment')!r})"
        elif isinstance(named, str):
            label = f"{kind} {named!r}"
        try:
            record = MODELS[kind].model_validate(data)
        except ValidationError as error:
            for message in messages(error, MODELS[kind]):
                self.problem(file, message, line, label)
            if isinstance(named, str):
                self.refused.add(named)
        else:
            self.records.append(record)
            self.places[id(record)] = (file, line)


def read(path: str | os.PathLike[str]) -> Ledger:
    """Read a ledger: a ``.toml``, ``.json``, ``.csv`` or ``.parquet`` file, or a folder of them.

    All files of a folder make one ledger. Every mistake in every file is raised at once as
    ``InvalidLedgerError``. Where there is no folder of that name, ``"seeds"`` means the
    ledger that is shipped, as ``load_seeds()`` gives it.

    >>> read("seeds") == load_seeds()
    True
    """
    if not str(path):
        raise FileFormatError("no path is given; '.' is this folder", path=path)
    place = Path(path)
    if str(path) == "seeds" and not place.exists():
        return load_seeds()
    try:
        files = _ledger_files(place)
    except OSError as error:
        reason = error.strerror or error
        raise FileFormatError(f"cannot read {str(path)!r}: {reason}", path=place) from error
    reading = _Reading()
    for file in files:
        shown = str(file)
        try:
            content = file.read_bytes()
        except OSError as error:
            reading.problem(shown, f"cannot be read: {error.strerror or error}")
            continue
        if not content.strip():
            reading.problem(shown, "the file is empty")
            continue
        _READERS[file.suffix.lower()](content, shown, reading)
    return Ledger._read(reading.records, reading.places, reading.problems, reading.refused)


def _ledger_files(place: Path) -> list[Path]:
    """The files that make up a ledger."""
    known = ", ".join(SUFFIXES)
    if place.is_dir():
        files = sorted(
            file
            for file in place.iterdir()
            if file.suffix.lower() in SUFFIXES and file.is_file() and file.name[0] != "."
        )
        if not files:
            message = f"the folder {str(place)!r} holds no ledger file ({known})"
            raise FileFormatError(message, path=place)
        return files
    if not place.exists():
        raise FileFormatError(f"there is no file or folder {str(place)!r}", path=place)
    if place.suffix.lower() not in SUFFIXES:
        raise FileFormatError(f"{str(place)!r} is no ledger file; known are {known}", path=place)
    return [place]


def load_seeds() -> Ledger:
    """The ledger that is shipped: the commitments of two news articles, each fact cited.

    >>> len(load_seeds())
    19
    """
    here = Path(__file__).resolve()
    checkout = here.parents[2] / "seeds"
    # An editable install finds the folder beside src; a wheel carries it inside the package.
    folder = checkout if (here.parents[2] / "pyproject.toml").is_file() else here.parent / "seeds"
    return read(folder)


def messages(error: ValidationError, model: type[BaseModel]) -> Iterator[str]:
    """Each mistake of a record as a sentence."""
    for detail in error.errors(include_url=False):
        path = ".".join(str(part) for part in detail["loc"])
        message = detail["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
        if detail["type"] == "extra_forbidden":
            name = str(detail["loc"][-1])
            near = closest(name, model.model_fields)
            yield f"unknown field {path!r}" + (f"; did you mean {near[0]!r}?" if near else "")
        elif detail["type"] == "missing":
            yield f"{path!r} is missing"
        else:
            given = detail["input"]
            simple = isinstance(given, (str, int, float, Decimal)) and not isinstance(given, bool)
            shown = f" (given: {str(given)[:60]!r})" if simple and str(given) not in message else ""
            message = message[:1].lower() + message[1:] if message.startswith("Input") else message
            yield f"{path}: {message}{shown}" if path else message


# --- readers --------------------------------------------------------------------------------------


def _text(content: bytes, file: str, reading: _Reading) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = content[error.start]
        reading.problem(file, f"is no UTF-8 text (byte 0x{found:02x}); save it as UTF-8", line)
        return None


def _version(value: object, file: str, reading: _Reading) -> bool:
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


def _read_toml(content: bytes, file: str, reading: _Reading) -> None:
    text = _text(content, file, reading)
    if text is None:
        return
    try:
        data = tomllib.loads(text, parse_float=_number)
    except (ValueError, RecursionError) as error:
        place = re.search(r"\(at line (\d+), column \d+\)", str(error))
        message = str(error).replace(place.group(0), "").strip() if place else str(error)
        reading.problem(
            file, f"is no valid TOML: {message}", int(place.group(1)) if place else None
        )
        return
    if not _version(data.pop(VERSION_KEY, FORMAT), file, reading):
        return
    if not data:
        reading.problem(file, "holds no record")
    lines = _table_lines(text)
    for table, entries in data.items():
        kind = next((kind for kind, plural in PLURALS.items() if table in (kind, plural)), None)
        if kind is None:
            near = closest(table, PLURALS)
            hint = f"; did you mean [[{near[0]}]]?" if near else ""
            line = lines.get(table, [None])[0]
            known = ", ".join(f"[[{name}]]" for name in PLURALS)
            reading.problem(file, f"unknown table {table!r}{hint} (known: {known})", line)
            continue
        if not isinstance(entries, list):
            line = lines.get(table, [None])[0]
            reading.problem(file, f"write [[{table}]] in double brackets", line)
            continue
        known_lines = lines.get(table, [])
        for number, entry in enumerate(entries, start=1):
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


def _read_json(content: bytes, file: str, reading: _Reading) -> None:
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
    if not _version(data.pop(VERSION_KEY), file, reading):
        return
    kinds = {plural: kind for kind, plural in PLURALS.items()}
    for key, entries in data.items():
        if key not in kinds or not isinstance(entries, list):
            known = ", ".join(kinds)
            reading.problem(file, f"unknown key {key!r} (known: lists of {known})")
            continue
        for number, entry in enumerate(entries, start=1):
            reading.add(kinds[key], entry, file, None, number)


def _json_value(text: str) -> Any:
    """A JSON text with exact numbers; a key given twice is an error."""
    return json.loads(text, parse_float=_number, parse_constant=_number, object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {repeated!r} is given twice")
    return made


@contextmanager
def _any_cell_size() -> Iterator[None]:
    before = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _read_csv(content: bytes, file: str, reading: _Reading) -> None:
    text = _text(content, file, reading)
    if text is None:
        return
    with _any_cell_size():
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            header = next(rows)
            found = re.fullmatch(rf"{VERSION_KEY}=(\d{{1,9}})", header[0]) if header else None
            if not found:
                reading.problem(
                    file,
                    f"is no ledger: its first column is not headed '{VERSION_KEY}={FORMAT}'",
                    1,
                )
                return
            if not _version(int(found.group(1)), file, reading):
                return
            if twice := [name for name in header if header.count(name) > 1]:
                reading.problem(file, f"the heading {twice[0]!r} is given twice", 1)
                return
            line, number = rows.line_num + 1, 0
            for number, row in enumerate(rows, start=1):
                _read_row(header, row, _Place(file, line, number), reading)
                line = rows.line_num + 1
            if not number and header not in _written_headers():
                reading.problem(file, "holds no record, and its headings are cut short", 1)
        except csv.Error as error:
            reading.problem(file, f"is no valid CSV: {error}", rows.line_num)


def _written_headers() -> list[list[str]]:
    """The headings of every table that is written, for telling an empty one from a cut one."""
    return [_headings(kinds) for kinds in (*((kind,) for kind in MODELS), tuple(PLURALS))]


def _headings(kinds: Sequence[str]) -> list[str]:
    names = dict.fromkeys(name for kind in kinds for name in MODELS[kind].model_fields)
    return [f"{VERSION_KEY}={FORMAT}", *names]


class _Place(NamedTuple):
    file: str
    line: int
    number: int


def _read_row(header: list[str], row: list[str], place: _Place, reading: _Reading) -> None:
    """One row of a CSV file, under the headings of the first."""
    file, line, number = place
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
    for name in _NESTED & data.keys():
        try:
            data[name] = _json_value(data[name])
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{name}: is no valid JSON: {error}") from error
    return data


def _read_parquet(content: bytes, file: str, reading: _Reading) -> None:
    try:
        table = pq.read_table(io.BytesIO(content))
        rows = table.to_pylist()
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        reading.problem(file, f"is no valid Parquet: {str(error)[:200]}")
        return
    version = (table.schema.metadata or {}).get(VERSION_KEY.encode(), b"")
    if not re.fullmatch(rb"\d{1,9}", version) or "record" not in table.column_names:
        reading.problem(file, f"is no ledger: its metadata lack {VERSION_KEY!r}")
        return
    if not _version(int(version), file, reading):
        return
    for number, row in enumerate(rows, start=1):
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


_READERS: dict[str, Callable[[bytes, str, _Reading], None]] = {
    ".toml": _read_toml,
    ".json": _read_json,
    ".csv": _read_csv,
    ".parquet": _read_parquet,
}


# --- writers --------------------------------------------------------------------------------------


def write(
    ledger: Ledger,
    path: str | os.PathLike[str],
    *,
    format: Literal["csv", "parquet"] | None = None,  # noqa: A002  # as pandas and Polars name it
) -> Path:
    """Write a ledger without loss: a ``.json``, ``.csv`` or ``.parquet`` file, or a folder.

    A path without such an ending is a folder with a table for each kind of record, of CSV
    unless ``format="parquet"``. A file is replaced whole or not at all, and so is a folder,
    which must hold nothing else.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write(load_seeds(), f"{folder}/ledger.json")
    ...     read(path) == load_seeds()
    True
    """
    if not ledger.is_whole:
        raise PledgetrackError(
            "this ledger shows a choice of its records by unit, source, horizon or due, which a "
            "file cannot hold; write the ledger before that choice"
        )
    place = Path(os.path.realpath(path))
    try:
        return _write(ledger, place, str(path), format)
    except OSError as error:
        raise _cannot_write(place, error) from error


def _write(ledger: Ledger, place: Path, path: str, form: str | None) -> Path:
    suffix = place.suffix.lower()
    if suffix in WRITTEN and not place.is_dir():
        if form is not None:
            raise FileFormatError(f"format= is for folders; {path!r} names its own", path=place)
        _replace_file(place, _CONTENTS[suffix](ledger))
        return place
    if suffix and form is None and not place.is_dir() and not path.endswith(os.sep):
        raise FileFormatError(
            f"cannot write {path!r}; end it in {', '.join(WRITTEN)}, or name a folder with "
            "format='csv' or 'parquet'",
            path=place,
        )
    chosen = form or "csv"
    if chosen not in ("csv", "parquet"):
        raise FileFormatError(f"unknown format {chosen!r} (csv, parquet)", path=place)
    made = {
        f"{plural}.{chosen}": _table_content(_of_kind(ledger, kind), chosen, (kind,))
        for kind, plural in PLURALS.items()
    }
    _replace_folder(place, made)
    return place


def _of_kind(ledger: Ledger, kind: str) -> list[tuple[str, BaseModel]]:
    return [(kind, record) for record in getattr(ledger, PLURALS[kind])]


def _all(ledger: Ledger) -> list[tuple[str, BaseModel]]:
    return [pair for kind in PLURALS for pair in _of_kind(ledger, kind)]


def _json(ledger: Ledger) -> bytes:
    made: dict[str, Any] = {VERSION_KEY: FORMAT}
    for kind, plural in PLURALS.items():
        made[plural] = [
            record.model_dump(mode="json", exclude_defaults=True)
            for _, record in _of_kind(ledger, kind)
        ]
    return (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode()


def _table_content(
    records: Sequence[tuple[str, BaseModel]], form: str, kinds: Sequence[str]
) -> bytes:
    """Records as one table: a column that says what each is, then every field."""
    header = _headings(kinds)
    columns = header[1:]
    if form == "csv":
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        for kind, record in records:
            data = record.model_dump(mode="json", exclude_defaults=True)
            writer.writerow([kind, *(_cell(data.get(name)) for name in columns)])
        return out.getvalue().encode()
    schema = pa.schema(
        [("record", pa.string()), *((name, _column_type(name)) for name in columns)],
        metadata={VERSION_KEY: str(FORMAT)},
    )
    rows = [
        {"record": kind, **record.model_dump(exclude_defaults=True)} for kind, record in records
    ]
    for row in rows:
        if "tags" in row:
            row["tags"] = list(row["tags"].items())
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), sink)
    return sink.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_QUANTITY = pa.struct([("number", NUMBER), ("unit", pa.string()), ("bound", pa.string())])
_COLUMN_TYPES: dict[str, pa.DataType] = {
    "horizon": pa.struct([("start", pa.date32()), ("end", pa.date32()), ("wording", pa.string())]),
    "targets": pa.list_(_QUANTITY),
    "quantity": _QUANTITY,
    "restated": _QUANTITY,
    "tags": pa.map_(pa.string(), pa.string()),
    "citations": pa.list_(pa.struct([("source", pa.string()), ("place", pa.string())])),
    **dict.fromkeys(("aliases", "parties", "recipients", "channels"), pa.list_(pa.string())),
    **dict.fromkeys(("published", "announced", "known", "on", "period_start"), pa.date32()),
}


def _column_type(name: str) -> pa.DataType:
    return _COLUMN_TYPES.get(name, pa.string())


_CONTENTS: dict[str, Callable[[Ledger], bytes]] = {
    ".json": _json,
    ".csv": lambda ledger: _table_content(_all(ledger), "csv", tuple(PLURALS)),
    ".parquet": lambda ledger: _table_content(_all(ledger), "parquet", tuple(PLURALS)),
}


def _umask() -> int:
    # The only way to read it is to set it.
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _replace_file(path: Path, content: bytes) -> None:
    """Put a file in the place of another in one step: it is there whole or not at all."""
    try:
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name[:50]}.", suffix=".tmp"
        )
    except OSError as error:
        raise _cannot_write(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        made = Path(name)
        made.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        made.replace(path)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _cannot_write(path, error) from error
        raise


def _is_ours(path: Path) -> bool:
    """Whether a file is a table that was written here, by its name and its content."""
    if path.stem not in PLURALS.values() or not path.is_file():
        return False
    if path.suffix == ".csv":
        with path.open("rb") as file:
            return file.read(len(VERSION_KEY)) == VERSION_KEY.encode()
    if path.suffix == ".parquet":
        try:
            return VERSION_KEY.encode() in (pq.read_schema(path).metadata or {})
        except (pa.ArrowException, OSError):
            return False
    return False


def _replace_folder(path: Path, files: dict[str, bytes]) -> None:
    """Put a folder in the place of another; the old one is there until the new one is whole."""
    if path.exists() and not path.is_dir():
        raise FileFormatError(f"{str(path)!r} is a file, not a folder", path=path)
    if path.is_dir() and (other := sorted(p.name for p in path.iterdir() if not _is_ours(p))):
        raise FileFormatError(
            f"the folder {str(path)!r} holds other things ({other[0]!r}); write to a new one",
            path=path,
        )
    try:
        made = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name[:50]}.", suffix=".tmp"))
    except OSError as error:
        raise _cannot_write(path, error) from error
    old = made.with_suffix(".old")
    try:
        for name, content in files.items():
            _replace_file(made / name, content)
        made.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o777 & ~_umask())
        if path.exists():
            path.rename(old)
        try:
            made.rename(path)
        except BaseException:
            if old.exists():
                old.rename(path)
            raise
    except BaseException as error:
        shutil.rmtree(made, ignore_errors=True)
        if isinstance(error, OSError):
            raise _cannot_write(path, error) from error
        raise
    shutil.rmtree(old, ignore_errors=True)


def _cannot_write(path: Path, error: OSError) -> FileFormatError:
    return FileFormatError(f"cannot write {str(path)!r}: {error.strerror or error}", path=path)
