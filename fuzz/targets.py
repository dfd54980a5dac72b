"""What is fuzzed: each target takes bytes, and hands them to a reader or parser as a file or text.

A target may refuse its input with a ``PledgetrackError`` and raise nothing else. What was read is
used as well, one time in sixteen: totals, status, findings, and a file written and read again.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import os
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

import pledgetrack as pt
from fuzz import seeds
from pledgetrack import cli
from pledgetrack.layout import MODELS

DAY = "2026-06-30"


@dataclass(frozen=True, slots=True)
class Target:
    """A reader or parser under its name, and inputs to begin with."""

    name: str
    run: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    weight: int  # its share of the inputs of a whole campaign


TARGETS: dict[str, Target] = {}
FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-", dir=os.environ.get("TMPDIR")))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


def target(*said: str, weight: int) -> Callable[[Callable[[bytes], object]], Any]:
    """Enter a function under its name, with its seeds as text."""

    def enter(run: Callable[[bytes], object]) -> Callable[[bytes], object]:
        TARGETS[run.__name__] = Target(
            run.__name__, run, tuple(text.encode() for text in said), weight
        )
        return run

    return enter


# --- parsers --------------------------------------------------------------------------------------

DOLLARS = ("USD", None, "MXN")
LOCALES = ("en", "es", "fr", "de", "es_MX")
CALENDARS: Any = (None, "US", pt.FiscalCalendar(first_month=7, named_by="starting"))
ANNOUNCED = ("2024-02-29", "2022-07", "0001-01-01", "9999-12-31", None)


def _choice(data: bytes, many: Any) -> Any:
    return many[zlib.crc32(data) % len(many)]


def _phrase(data: bytes) -> tuple[int, str]:
    """A number that chooses how to read, and a text, which may hold lone surrogates."""
    text = data.decode("utf-8", "surrogateescape")
    return (ord(text[0]) - ord("0"), text[1:]) if text else (0, "")


def _amounts(data: bytes) -> tuple[str, dict[str, Any]]:
    how, text = _phrase(data)
    return text, {"dollar": DOLLARS[how % 3], "locale": LOCALES[how // 3 % 5]}


def _windows(data: bytes) -> tuple[str, dict[str, Any]]:
    how, text = _phrase(data)
    return text, {"calendar": CALENDARS[how % 3], "announced": ANNOUNCED[how // 3 % 5]}


@target(*seeds.QUANTITIES, weight=60)
def parse_quantity(data: bytes) -> object:
    """A phrase as an amount."""
    text, options = _amounts(data)
    return pt.parse_quantity(text, **options)


@target(*seeds.HORIZONS, weight=60)
def parse_horizon(data: bytes) -> object:
    """A phrase as a window of days."""
    text, options = _windows(data)
    return pt.parse_horizon(text, **options)


@target("0" + ". ".join(seeds.QUANTITIES[:6]), "8" + ". ".join(seeds.QUANTITIES[6:]), weight=15)
def find_quantities(data: bytes) -> object:
    """Amounts in running text."""
    text, options = _amounts(data)
    return pt.find_quantities(text, **options)


@target("0" + ". ".join(seeds.HORIZONS[:6]), "1" + ". ".join(seeds.HORIZONS[6:]), weight=15)
def find_horizons(data: bytes) -> object:
    """Windows of days in running text."""
    text, options = _windows(data)
    return pt.find_horizons(text, **options)


@target(
    '{"id": "a", "party": "N", "targets": ["$5", {"number": 1, "unit": "USD"}], "dollar": "USD", '
    '"announced": "2024-01", "horizon": "by 2030", "tags": {"a": "b"}}',
    '{"commitment": "a", "kind": "delivered", "on": "2024-01-05", "quantity": "10 tractors"}',
    weight=100,
)
def record(data: bytes) -> object:
    """A single record; here pydantic's own error is what is promised."""
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return None
    with contextlib.suppress(ValidationError):
        return _choice(data[:1], list(MODELS.values())).model_validate(said)
    return None


# --- ledger files ---------------------------------------------------------------------------------


def _path(name: str, data: bytes) -> Path:
    place = FOLDER / name
    place.write_bytes(data)
    return place


def _used(data: bytes, ledger: pt.Ledger) -> pt.Ledger:
    """The ledger, now and then after what people do with one."""
    if zlib.crc32(data) % 16:
        return ledger
    ledger.totals(["party", "due"], as_of=DAY)
    ledger.totals(by="recipient", per="year", as_of=DAY)
    ledger.status(as_of=DAY)
    ledger.check()
    str(ledger), ledger._repr_html_(), str(ledger.account)
    for name in ("again.json", "again.csv"):
        assert pt.read(pt.write(ledger, FOLDER / name)) == ledger, f"{name} is another ledger"
    return ledger


@target(seeds.LEDGER_TOML, weight=50)
def ledger_toml(data: bytes) -> object:
    """A ledger in TOML."""
    return _used(data, pt.read(_path("a.toml", data)))


@target(seeds.LEDGER_JSON, weight=50)
def ledger_json(data: bytes) -> object:
    """A ledger in JSON."""
    return _used(data, pt.read(_path("a.json", data)))


@target(seeds.LEDGER_CSV, seeds.LEDGER_GUARDED, weight=50)
def ledger_csv(data: bytes) -> object:
    """A ledger in CSV, as records and as columns: the same ledger, or the same mistakes."""
    place = _path("a.csv", data)
    made, told = _read_or_refused(place, "eager")
    again, told_again = _read_or_refused(place, "lazy")
    assert (again, told_again) == (made, told)
    if made is None:
        raise pt.PledgetrackError(told)
    return _used(data, made)


def _read_or_refused(place: Path, records: Any) -> tuple[pt.Ledger | None, str]:
    try:
        return pt.read(place, records=records), ""
    except pt.PledgetrackError as error:
        return None, str(error)


def _parquet(data: bytes) -> bytes | None:
    """A Parquet file of the rows in a JSON text; bytes of Parquet as they are."""
    if data.startswith(b"PAR1"):
        return data
    try:
        said = json.loads(data)
        names = dict.fromkeys(name for row in said["rows"] for name in row)
        table = pa.Table.from_pylist(
            [{name: row.get(name) for name in names} for row in said["rows"]]
        )
        for name, kind in said["types"].items():
            at = table.column_names.index(name)
            made = table.column(at).cast(pa.type_for_alias(kind))
            table = table.set_column(at, name, made)
        sink = io.BytesIO()
        pq.write_table(table.replace_schema_metadata(said["metadata"]), sink, compression="none")
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError,
            pa.ArrowException, NotImplementedError):  # fmt: skip
        return None
    return sink.getvalue()


@target(seeds.LEDGER_ROWS, weight=40)
def ledger_parquet(data: bytes) -> object:
    """A ledger in Parquet."""
    content = _parquet(data)
    return None if content is None else _used(data, pt.read(_path("a.parquet", content)))


@cache
def _movements() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(pt.load_seeds()), sink, compression="none")
    return sink.getvalue()


@target("17 0", "900 0 4303 0 8000 0", weight=20)
def damaged_parquet(data: bytes) -> object:
    """Movements in Parquet, of which bytes are changed: a place and a number for each."""
    content = bytearray(_movements())
    numbers = [int(word) for word in re.findall(rb"[0-9]{1,6}", data)]
    for at, number in zip(numbers[::2], numbers[1::2], strict=False):
        content[at % len(content)] ^= number % 256
    path = _path("a.parquet", bytes(content))
    return pt.totals(path, by="party", as_of=DAY), pt.status(path, as_of=DAY)


_HEAD = '<?xml version="1.0"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FIXED = {
    "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships'
    '+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_BOOK}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_BOOK}.styles+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_BOOK}.sharedStrings+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_BOOK}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    f'<Relationship Id="r3" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'{_HEAD}<styleSheet xmlns="{_MAIN}"><cellXfs count="3">'
    '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="10"/></cellXfs></styleSheet>',
}  # fmt: skip


def workbook(sheet: bytes, strings: bytes, book: bytes) -> bytes:
    """The content of a workbook of one sheet, whose parts are given without their roots."""
    names = f'xmlns="{_MAIN}" xmlns:r="{_OFFICE}"'.encode()
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, text in _FIXED.items():
            archive.writestr(name, text)
        for name, root, inside in (
            ("worksheets/sheet1", b"worksheet", sheet),
            ("sharedStrings", b"sst", strings),
            ("workbook", b"workbook", book),
        ):
            whole = b"<%b %b>%b</%b>" % (root, names, inside, root)
            archive.writestr(f"xl/{name}.xml", inside if inside.startswith(b"<?xml") else whole)
    return sink.getvalue()


def _parts(data: bytes, count: int) -> list[bytes]:
    found = data.split(seeds.PART.encode(), count - 1)
    return [*found, *[b""] * (count - len(found))]


def _sheets(data: bytes) -> bytes | None:
    """A workbook of the sheets in a JSON text: rows of cells by name."""
    import xlsxwriter

    sink = io.BytesIO()
    try:
        book = xlsxwriter.Workbook(sink, {
            "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False
        })  # fmt: skip
        for name, rows in json.loads(data).items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
        book.close()
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError,
            xlsxwriter.exceptions.XlsxWriterException):  # fmt: skip
        return None
    return sink.getvalue()


def _excel(data: bytes) -> bytes | None:
    """A workbook: as JSON, as the XML of its parts, or as it is."""
    if data.startswith(b"{"):
        return _sheets(data)
    return data if data.startswith(b"PK") else workbook(*_parts(data, 3))


@target(seeds.LEDGER_SHEETS, weight=15)
def ledger_xlsx(data: bytes) -> object:
    """A ledger in a workbook."""
    content = _excel(data)
    return None if content is None else _used(data, pt.read(_path("a.xlsx", content)))


# --- field formats --------------------------------------------------------------------------------


def _named(name: str, data: bytes) -> io.BytesIO:
    made = io.BytesIO(data)
    made.name = name
    return made


def _reject(data: bytes) -> Any:
    """Rejects raised, or kept beside the rest, half of the time each."""
    return _choice(data + b"r", ("raise", "keep"))


@target(seeds.IATI, seeds.IATI_OLD, weight=40)
def iati(data: bytes) -> object:
    """IATI activities."""
    perspective = _choice(data, ("outgoing", "incoming"))
    made = pt.read_iati(io.BytesIO(data), perspective=perspective, on_reject=_reject(data))
    return _used(data, made)


@target(seeds.FTS_JSON, weight=60)
def fts_json(data: bytes) -> object:
    """Flows of the API of FTS."""
    return _used(data, pt.read_fts(_named("a.json", data), on_reject=_reject(data)))


@target(seeds.FTS_CSV, weight=30)
def fts_csv(data: bytes) -> object:
    """Flows of FTS in CSV."""
    return _used(data, pt.read_fts(_named("a.csv", data), on_reject=_reject(data)))


@target(seeds.CRS, seeds.CRS.replace(",", "|"), weight=30)
def crs(data: bytes) -> object:
    """Rows of the Creditor Reporting System."""
    return _used(data, pt.read_crs(_named("a.csv", data), on_reject=_reject(data)))


@target(seeds.GRANTS_JSON, weight=60)
def grants_json(data: bytes) -> object:
    """Grants of 360Giving in JSON."""
    return _used(data, pt.read_360giving(_named("a.json", data), on_reject=_reject(data)))


@target(seeds.GRANTS_CSV, weight=15)
def grants_csv(data: bytes) -> object:
    """Grants of 360Giving in CSV."""
    day_first = _choice(data, (None, True, False))
    made = pt.read_360giving(_named("a.csv", data), day_first=day_first, on_reject=_reject(data))
    return _used(data, made)


def _promises(name: str, data: bytes) -> pt.Ledger:
    mapping, content = _parts(data, 2) if seeds.PART.encode() in data else (None, data)
    place = None if mapping is None else _path("promises.toml", mapping)
    made = pt.read_promises(
        _named(name, content), place, party="A. Mayor", announced="2022-05-01", rated="2024-05-01",
        on_reject=_reject(data),
    )  # fmt: skip
    return _used(data, made)


@target(seeds.PROMISES_JSON, weight=40)
def promises_json(data: bytes) -> object:
    """Lists of promises in JSON."""
    return _promises("a.json", data)


@target(seeds.PROMISES_YAML, weight=40)
def promises_yaml(data: bytes) -> object:
    """Lists of promises in YAML."""
    return _promises("a.yaml", data)


@target(
    seeds.PROMISES_CSV,
    seeds.PROMISE_MAPPING + seeds.PART + seeds.PROMISES_CSV.replace("Promise,", "What,", 1),
    weight=20,
)
def promises_csv(data: bytes) -> object:
    """Lists of promises in CSV, with a mapping too."""
    return _promises("a.csv", data)


# --- tables ---------------------------------------------------------------------------------------


@target(seeds.TABLE_MAPPING + seeds.PART + seeds.TABLE_CSV, weight=50)
def table(data: bytes) -> object:
    """A mapping file, and a table under it."""
    mapping, content = _parts(data, 2)
    place = _path("mapping.toml", mapping)
    return _used(data, pt.read_table(_named("a.csv", content), place, on_reject=_reject(data)))


@target(seeds.TABLE_MAPPING, weight=50)
def mapping(data: bytes) -> object:
    """A mapping file, and what it says as TOML again."""
    made = pt.TableMapping.read(_path("mapping.toml", data))
    again = pt.TableMapping.read(_path("mapping.toml", made.to_toml().encode()))
    assert again.to_toml() == made.to_toml()
    return made


def _inspected(name: str, data: bytes) -> object:
    seen = pt.inspect_table(_named(name, data))
    if zlib.crc32(data) % 16 == 0:
        str(seen), seen._repr_html_(), seen.columns
    return seen


@target(seeds.TABLE_CSV, seeds.TABLE_CSV.replace(",", ";"), weight=25)
def inspect_csv(data: bytes) -> object:
    """What a table in CSV looks like."""
    return _inspected("a.csv", data)


@target(seeds.TABLE_JSON, "x = " + seeds.TABLE_JSON, weight=30)
def inspect_json(data: bytes) -> object:
    """What a table in JSON looks like."""
    return _inspected("a.json", data)


@target(seeds.BOOK, weight=20)
def inspect_xlsx(data: bytes) -> object:
    """What a workbook looks like."""
    content = _excel(data)
    return None if content is None else _inspected("a.xlsx", content)


@target(seeds.TABLE_ROWS, weight=40)
def inspect_parquet(data: bytes) -> object:
    """What a table in Parquet looks like."""
    content = _parquet(data)
    return None if content is None else _inspected("a.parquet", content)


# --- rates, stated totals, links ------------------------------------------------------------------


@target(seeds.RATES_WIDE, seeds.RATES_LONG, seeds.RATES_PAIRS, weight=40)
def rates(data: bytes) -> object:
    """A file of exchange rates."""
    options: Any = {} if b"base" in data else {"base": "EUR", "codes": {"Japan": "JPY"}}
    if len(data) % 16 == 15:
        options = {"quote": "EUR", "inverse": ["USD"]}
    made = pt.Rates.read_csv(_path("rates.csv", data), **options)
    for currency in made.currencies:
        with contextlib.suppress(pt.MissingRateError):
            made.rate(currency, made.currencies[0], "2024-01-05")
    return made


@target(seeds.DEFLATORS, weight=25)
def deflators(data: bytes) -> object:
    """A file of price indices."""
    return pt.Deflators.read_csv(_path("prices.csv", data), base_year=2020)


def _small() -> pt.Ledger:
    said: dict[str, Any] = {"announced": "2024-01-05", "stage": "pledged"}
    usd, eur = {"number": "10.50", "unit": "USD"}, {"number": 7, "unit": "EUR"}
    return pt.Ledger([
        pt.Commitment(id="x:a", party="Norway", target=usd, **said),
        pt.Commitment(id="y:a", party="Norway", target=usd, **said),
        pt.Commitment(id="b", party="Chad", target=eur, **said),
    ])  # fmt: skip


SMALL = _small()


@target(seeds.STATED, weight=20)
def reconcile(data: bytes) -> object:
    """A file of stated totals beside those of a ledger."""
    found = pt.reconcile(SMALL, _path("stated.csv", data), as_of=DAY)
    for row in found.to_dict("records")[:2]:
        found.explain(row)
    return found


@target('[{"x:a": "y:a"}, "x"]', '[{"b": "x:a"}, "values"]', "[{}, null]", weight=60)
def link(data: bytes) -> object:
    """Pairs of records that are one promise."""
    try:
        pairs, keep = json.loads(data)
    except (ValueError, RecursionError, TypeError):
        return None
    return pt.link(SMALL, pairs, keep=keep)


# --- the command line -----------------------------------------------------------------------------

_FILES = {
    "ledger.toml": seeds.LEDGER_TOML, "stated.csv": seeds.STATED, "rates.csv": seeds.RATES_WIDE,
    "flows.xml": seeds.IATI, "table.csv": seeds.TABLE_CSV, "mapping.toml": seeds.TABLE_MAPPING,
    "promises.json": seeds.PROMISES_JSON,
}  # fmt: skip


class ProgramError(Exception):
    """The command line ended in a way that is not documented."""


@contextlib.contextmanager
def _workplace() -> Any:
    """A folder with small files of every kind, as they were before each command."""
    place = FOLDER / "work"
    place.mkdir(exist_ok=True)
    for entry in list(place.iterdir()):
        if entry.name in _FILES and entry.is_file():
            continue
        if entry.is_dir():
            for inner in entry.iterdir():
                inner.unlink()
            entry.rmdir()
        else:
            entry.unlink()
    for name, text in _FILES.items():
        if not (place / name).exists() or (place / name).read_text("utf-8", "replace") != text:
            (place / name).write_text(text, encoding="utf-8", newline="")
    before = Path.cwd()
    os.chdir(place)
    try:
        yield
    finally:
        os.chdir(before)


@target(*seeds.COMMANDS, weight=4)
def command_line(data: bytes) -> object:
    """The words of a command, in a folder with a file of each kind."""
    # No path leads out of the folder.
    words = data.decode("utf-8", "surrogateescape").replace("/", "_").replace("..", "_").split(" ")
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="strict")
    told = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace")
    with _workplace(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(told):
        try:
            status: Any = cli.main(words)
        except SystemExit as done:
            status = done.code
    if status not in (0, 1, 2, None):
        raise ProgramError(f"exit status {status!r}")
    if status == 2:
        raise pt.PledgetrackError("refused")
    return status
