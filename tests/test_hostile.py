"""Hostile files: each is refused with an error of the library, or read as plain text, and soon.

``test_hostile_text.py`` has what is text in a valid file; ``large_files.py`` what is large.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import pledgetrack as pt
from fts_files import flow
from fuzz import seeds
from fuzz.targets import workbook
from pledgetrack import limits
from pledgetrack import workbook as workbooks

DEEP = 20_000
FILES: dict[str, bytes] = {
    "deep.json": b"[" * DEEP,
    "deep-objects.json": b'{"a":' * DEEP,
    "twice.json": b'{"version":1,"version":2}',
    "nul.json": b"\0{}",
    "surrogate.json": b'{"commitments":[{"id":"\\ud800"}]}',
    "digits.json": b'{"version":' + b"9" * 10_000 + b"}",
    "exponent.json": b'{"commitments":[{"id":"a","number":1e999999999}]}',
    "nan.json": b'{"version":NaN}',
    "deep.toml": b"a=" + b"[" * DEEP,
    "year.toml": b'[[source]]\nid="a"\ndate=0000-01-01\n',
    "digits.toml": b"version=" + b"9" * 10_000,
    "exponent.toml": b"version=1e999999999",
    "latin.toml": b'a="\xe9"',
    "nul.csv": b"record,id\n\0,\0\n",
    "mixed.csv": b"record,id\n\xff\xfe,\xc3\xa9\n",
    "surrogate.csv": b"record,id\n\xed\xa0\x80,a\n",
    "wide.csv": b",".join([b"a"] * (limits.COLUMNS + 1)) + b"\n1\n",
    "broken.parquet": b"PAR1" + b"\0" * 100 + b"PAR1",
    "broken.xlsx": b"PK\3\4" + b"\0" * 100,
    "entities.xml": b'<!DOCTYPE a [<!ENTITY x "yy">]><iati-activities>&x;</iati-activities>',
    "external.xml": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "deep.xml": b"<iati-activities>" + b"<a>" * DEEP,
    "deep.yaml": b"[" * DEEP,
    "cycle.yaml": b"promises: &a [*a]\n",
}
READERS: dict[str, Callable[[str], Any]] = {
    "read": pt.read,
    "inspect_table": pt.inspect_table,
    "mapping": pt.TableMapping.read,
    "iati": pt.read_iati,
    "fts": pt.read_fts,
    "crs": pt.read_crs,
    "360giving": pt.read_360giving,
    "promises": pt.read_promises,
    "rates": lambda path: pt.Rates.read_csv(path, base="EUR"),
    "deflators": lambda path: pt.Deflators.read_csv(path, base_year=2020),
}
PHRASES = (
    "1e999999999 USD",
    "NaN USD",
    "sNaN",
    "Infinity USD",
    "9" * 10_000 + " USD",
    "\u0661\u0660\u0660 USD",
    "\uff11\uff10\uff10 \uff35\uff33\uff24",
    "\ud800",
    "\0",
    "(" * 10_000, "FY 99999",
    "0000-01-01",
    "by \u0662\u0660\u0663\u0660",
    "=1+1",
    "1," * 10_000, "\u00bd" * 5_000,
)  # fmt: skip


# Whose text says nothing that is wrong in a table: its first line is one of headings.
TABLES = {
    *("twice.json", "nul.json", "nan.json", "exponent.json", "digits.toml", "exponent.toml"),
    *("latin.toml", "nul.csv", "mixed.csv", "surrogate.csv", "cycle.yaml"),
}


def refused(reader: Callable[[str], Any], given: str) -> bool:
    """Whether it was refused; any error but the library's own comes through."""
    try:
        reader(given)
    except pt.PledgetrackError:
        return True
    return False


@pytest.mark.parametrize("reader", READERS)
def test_a_hostile_file_is_refused_or_is_plain_text(reader: str, tmp_path: Path) -> None:
    """No reader makes a record or a rate of it; only as a table is some of it plain text."""
    read = set()
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
        if not refused(READERS[reader], str(tmp_path / name)):
            read.add(name)
    assert read <= (TABLES if reader == "inspect_table" else set())


@pytest.mark.parametrize("parse", [pt.parse_quantity, pt.parse_horizon])
@pytest.mark.parametrize("phrase", PHRASES, ids=range(len(PHRASES)))
def test_a_hostile_phrase_is_refused(parse: Callable[[str], Any], phrase: str) -> None:
    """Nothing is made of numbers of no size, digits of other scripts, or years of no calendar."""
    assert refused(parse, phrase)


@pytest.mark.parametrize("reader", ["inspect_table", "iati", "fts", "crs", "360giving", "promises"])
def test_a_small_file_that_inflates_is_refused(
    reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gzip bomb stops at the limit, long before its end."""
    monkeypatch.setattr(limits, "FREE_BYTES", 2**20)
    starts = {"iati": b"<iati-activities>", "fts": b"[", "360giving": b"[", "crs": b"a,b"}
    start = starts.get(reader, b"a,b\n")
    ending = {"iati": "xml", "fts": "json", "360giving": "json"}.get(reader, "csv")
    bomb = tmp_path / f"a.{ending}.gz"
    bomb.write_bytes(gzip.compress(start + b" " * 2**24))
    with pytest.raises(pt.PledgetrackError, match="INFLATION"):
        READERS[reader](str(bomb))


@pytest.mark.parametrize("reader", ["read", "inspect_table", "crs"])
def test_a_workbook_that_inflates_is_refused(
    reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A zip bomb is refused by the sizes it states."""
    monkeypatch.setattr(limits, "FREE_BYTES", 2**20)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 2**24)
    bomb = tmp_path / "a.xlsx"
    bomb.write_bytes(packed.getvalue())
    with pytest.raises(pt.PledgetrackError, match="INFLATION"):
        READERS[reader](str(bomb))


def test_a_mutated_file_is_refused_or_read(tmp_path: Path) -> None:
    """Bytes changed, dropped and doubled in valid files raise nothing but the library's errors."""
    draw = random.Random(9)  # noqa: S311  # the same bytes in every run
    small = {
        "a.toml": b'pledgetrack_format = 2\n[[source]]\nid = "a"\ntitle = "T"\n',
        "a.json": b'{"pledgetrack_format": 2, "sources": [{"id": "a", "title": "T"}]}',
        "a.csv": b"pledgetrack_format=2,id,title\nsource,a,T\n",
    }
    read = []
    for name, content in small.items():
        for _ in range(60):
            changed = bytearray(content)
            at = draw.randrange(len(changed))
            changed[at : at + draw.randrange(3)] = draw.randbytes(draw.randrange(4))
            (tmp_path / name).write_bytes(changed)
            refused(READERS["inspect_table"], str(tmp_path / name))
            if not refused(pt.read, str(tmp_path / name)):
                read.append(pt.read(tmp_path / name))
    # What is read is what the file says: one source and nothing else, or nothing at all.
    assert len(read) > 10
    assert all(len(one.sources) <= 1 and not one.commitments for one in read)


# --- workbooks ------------------------------------------------------------------------------------

CELL = b'<c r="%b" t="inlineStr"><is><t>%b</t></is></c>'
BOOK = b'<sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets>'


def sheet(*cells: tuple[str, str]) -> bytes:
    """The content of a workbook with texts at some places, a row each."""
    rows = b"".join(
        b'<row r="%b">%b</row>'
        % (at.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ").encode(), CELL % (at.encode(), text.encode()))
        for at, text in cells
    )
    return workbook(b"<sheetData>" + rows + b"</sheetData>", b"", BOOK)


def written(tmp_path: Path, name: str, content: bytes) -> str:
    """The path of a file of this content."""
    (tmp_path / name).write_bytes(content)
    return str(tmp_path / name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", ["sheet", "strings", "book"])
@pytest.mark.parametrize("reader", ["read", "inspect_table", "crs"])
def test_a_workbook_that_declares_entities_is_refused(
    reader: str, part: str, encoding: str, tmp_path: Path
) -> None:
    """A few entities can stand for gigabytes, whichever part of the workbook has them."""
    layers = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 12))
    text = f"<!DOCTYPE a [<!ENTITY e0 '0123456789'>{layers}]><a>&e11;</a>"
    bomb = f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)
    if encoding == "utf-16":
        bomb = b"<?xml" + bomb  # so that it is taken as a whole part
    parts = {"sheet": b"<sheetData/>", "strings": b"", "book": BOOK, part: bomb}
    with pytest.raises(pt.PledgetrackError, match="declares a document type"):
        READERS[reader](written(tmp_path, "a.xlsx", workbook(**parts)))


def test_cells_far_apart_are_read_within_the_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few bytes that name a cell far away cost no more cells than the limit allows."""
    path = written(tmp_path, "a.xlsx", sheet(("A1", "Donor"), ("XFD2", "x"), ("XFD3", "y")))
    assert pt.inspect_table(path).rows == 0  # no row states two things
    monkeypatch.setattr(limits, "CELLS", 2 * limits.COLUMNS)
    monkeypatch.setattr(limits, "INFLATION", 1)
    for reader in ("inspect_table", "read", "crs"):
        with pytest.raises(pt.PledgetrackError, match=r"stands for 32769 cells in .*limits.CELLS"):
            READERS[reader](path)


@pytest.mark.parametrize("reader", ["read", "inspect_table", "crs", "360giving"])
def test_one_part_is_no_more_than_one_sheet(reader: str, tmp_path: Path) -> None:
    """A name of a few bytes would else stand for all the rows of the part once more."""
    for count, told in ((2, "two of its sheets are one part"), (1500, "names more sheets than")):
        names = b"".join(
            b'<sheet name="s%d" sheetId="%d" r:id="r1"/>' % (at, at) for at in range(1, count + 1)
        )
        rows = b'<row r="1">%b</row>' % (CELL % (b"A1", b"x"))
        parts = (b"<sheetData>" + rows + b"</sheetData>", b"", b"<sheets>" + names + b"</sheets>")
        path = written(tmp_path, "a.xlsx", workbook(*parts))
        with pytest.raises(pt.PledgetrackError, match=told):
            READERS[reader](path)


def test_the_sheets_of_a_workbook_share_one_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for at in range(4):
        some = book.create_sheet(f"sheet {at}")
        for row in range(1, 11):
            some.append(["Donor", row])
    book.save(tmp_path / "a.xlsx")
    monkeypatch.setattr(limits, "INFLATION", 0)
    monkeypatch.setattr(limits, "CELLS", 79)
    with pytest.raises(pt.PledgetrackError, match="stands for 80 cells"):
        pt.inspect_table(tmp_path / "a.xlsx")
    monkeypatch.setattr(limits, "CELLS", 100)
    pt.inspect_table(tmp_path / "a.xlsx")


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    """By whatever is asked to read or to write it."""
    name = str(tmp_path / ("x" * 300))
    ledger = pt.Ledger()
    for act in (
        lambda: pt.read(f"{name}.toml"),
        lambda: pt.read(name),
        lambda: pt.read_iati(f"{name}.xml"),
        lambda: pt.totals(f"{name}.parquet"),
        lambda: pt.write(ledger, f"{name}.json"),
        lambda: pt.report(ledger, f"{name}.html"),
    ):
        with pytest.raises(pt.FileFormatError):
            act()


def test_rows_far_down_are_no_rows_of_a_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that no spreadsheet has is refused, and not counted up to."""
    monkeypatch.setattr(workbooks, "MOST_ROWS", 1000)
    path = written(tmp_path, "a.xlsx", sheet(("A1", "Donor"), ("A999999999", "x")))
    for reader in ("inspect_table", "read", "crs"):
        with pytest.raises(pt.PledgetrackError, match="has more than 1000 rows"):
            READERS[reader](path)


# --- Parquet --------------------------------------------------------------------------------------


def parquet(table: pa.Table, **options: Any) -> bytes:
    """The content of a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", **options)
    return sink.getvalue()


def repeated(text: str, count: int) -> pa.Table:
    """A column of one text, which a file states once."""
    indices = pa.array(np.zeros(count, np.int8))
    return pa.table({"a": pa.DictionaryArray.from_arrays(indices, pa.array([text]))})


BOMBS = {
    "rows": (lambda: repeated("x", 200_000), "CELLS"),
    "texts": (lambda: repeated("x" * 10**4, 1000), "INFLATION"),
    "nested texts": (lambda: pa.table({"a": [[{"b": ["x" * 10**4]}] * 1000]}), "INFLATION"),
    "pages": (lambda: pa.table({"a": ["x" * 10**7]}), "INFLATION"),
    "columns": (lambda: pa.table({f"c{at}": [1] for at in range(101)}), "COLUMNS"),
}


def test_a_damaged_parquet_file_is_refused_or_read(tmp_path: Path) -> None:
    """Where a bit of what it says of itself is another: nothing else, nor does the process end."""
    sink, path = io.BytesIO(), tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": ["a", None], "tags": [["b"], None]}), sink)
    content = sink.getvalue()
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    for at in range(footer, len(content) - 8):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        for reader in ("read", "inspect_table"):
            try:
                READERS[reader](path)
            except pt.PledgetrackError:
                continue


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_parquet_bomb_is_refused(
    bomb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that states one value many times is refused before the values are made."""
    for limit, value in (("FREE_BYTES", 2**20), ("CELLS", 10**5), ("COLUMNS", 100)):
        monkeypatch.setattr(limits, limit, value)
    made, limit = BOMBS[bomb]
    path = written(tmp_path, "a.parquet", parquet(made()))
    for reader in ("read", "inspect_table", "crs"):
        with pytest.raises(pt.PledgetrackError, match=f"limits.{limit}"):
            READERS[reader](path)


# --- names in archives, ids as names --------------------------------------------------------------


def test_a_name_in_an_archive_leads_nowhere(tmp_path: Path) -> None:
    """A member of a zip is read where it is, whatever it is called; nothing is unpacked."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../outside.csv", seeds.CRS)
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    ledger = pt.read_crs(written(inside, "a.zip", packed.getvalue()))
    assert "../../outside.csv" in ledger.commitments[0].citations[0].place
    assert [path.name for path in sorted(tmp_path.rglob("*"))] == ["a", "b", "a.zip"]


def test_an_archive_in_an_archive_stays_packed(tmp_path: Path) -> None:
    """Zips in a zip are no tables, so that a few of them cannot unpack each other."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", seeds.CRS)
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.zip", inner.getvalue())
    with pytest.raises(pt.FileFormatError, match="holds no table"):
        pt.read_crs(written(tmp_path, "a.zip", outer.getvalue()))


def test_a_descriptor_names_no_file_to_read(tmp_path: Path) -> None:
    """What ``datapackage.json`` names is not opened; the files of the folder are the ledger."""
    (tmp_path / "outside.csv").write_text("pledgetrack_format=2,id\nsource,secret\n")
    folder = tmp_path / "ledger"
    ledger = pt.Ledger(sources=[pt.Source(id="s")])
    pt.write(ledger, folder)
    descriptor = folder / "datapackage.json"
    said = json.loads(descriptor.read_text(encoding="utf-8"))
    for resource in said["resources"]:
        resource["path"] = "../outside.csv"
    descriptor.write_text(json.dumps(said), encoding="utf-8")
    assert pt.read(folder) == ledger


def test_an_id_names_no_file(tmp_path: Path) -> None:
    """Ids are text in files, whose names are those of the tables."""
    ledger = pt.Ledger(
        [pt.Commitment(id="../../a", party="/etc/x", announced="2024-01-05", stage="pledged")],
        sources=[pt.Source(id="C:\\a")],
    )
    names = set()
    for form in ("csv", "parquet"):
        folder = pt.write(ledger, tmp_path / form, format=form)
        names |= {path.name.split(".")[0] for path in folder.iterdir()}
        assert pt.read(folder) == ledger
    assert names == {"commitments", "events", "sources", "parties", "datapackage"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["csv", "parquet"]


@pytest.mark.parametrize("name", ["a\x01b", "a\udcffb", "\u202ea", "a\nb", "'\"<b>"])
def test_a_file_may_be_called_anything(name: str, tmp_path: Path) -> None:
    """A name that no record can hold is cited with other signs in its place."""
    files = {
        pt.read_iati: ("xml", seeds.IATI), pt.read_fts: ("json", seeds.FTS_JSON),
        pt.read_crs: ("csv", seeds.CRS), pt.read_360giving: ("json", seeds.GRANTS_JSON),
    }  # fmt: skip
    for reader, (form, text) in files.items():
        path = tmp_path / f"{name}.{form}"
        path.write_text(text, encoding="utf-8")
        assert any(f"{name[-1]}.{form}" in source.id for source in reader(path).sources)


# --- keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["a{} = 1", "[a{}]", "x = {{ a{} = 1 }}", "a{} . a = 1"])
@pytest.mark.parametrize("reader", ["read", "mapping", "promises mapping"])
def test_a_key_of_many_parts_is_refused(reader: str, form: str, tmp_path: Path) -> None:
    """Reading a dotted key of TOML takes the square of its parts; 500,000 would take an hour."""
    path = written(tmp_path, "a.toml", form.format(".a" * 400_000).encode())
    readers = READERS | {"promises mapping": lambda path: pt.read_promises(io.BytesIO(b"a"), path)}
    with pytest.raises(pt.PledgetrackError, match=r"more than 100 parts; raise .*KEY_PARTS"):
        readers[reader](path)


def test_text_with_many_dots_is_text(tmp_path: Path) -> None:
    """Dots in a text of TOML, of whatever quotation marks, are no parts of a key."""
    dots = "a" + ".a" * 500
    text = f"[[source]] # {dots}\nid = 'x'\ntitle = \"{dots}\"\nnote = '''\n{dots}'''\n"
    assert pt.read(written(tmp_path, "a.toml", text.encode())).sources[0].title == dots


def test_a_member_given_twice_is_refused_or_told(tmp_path: Path) -> None:
    """Of two amounts under one name neither is taken in silence."""
    twice = '"Pledged": 1, "Pledged": 900'
    table = written(tmp_path, "a.json", f'[{{"Donor": "N", {twice}}}]'.encode())
    mapping = {
        "columns": {"party": "Donor", "pledged": "Pledged"},
        "constants": {"unit": "USD", "announced": "2024-01-05"},
    }
    for read in (pt.inspect_table, lambda path: pt.read_table(path, mapping)):
        with pytest.raises(pt.FileFormatError, match="'Pledged' is given twice"):
            read(table)
    page = json.dumps({"flows": [flow(amount=5)]}).replace('"amountUSD": 5', twice.replace(
        "Pledged", "amountUSD"))  # fmt: skip
    with pytest.raises(pt.FileFormatError, match="'amountUSD' is given twice"):
        pt.read_fts(written(tmp_path, "b.json", page.encode()))
    grants = seeds.GRANTS_JSON.replace('"amountAwarded": 5', '"amountAwarded": 5, '
                                       '"amountAwarded": 6')  # fmt: skip
    with pytest.raises(pt.InvalidLedgerError, match=r"amountAwarded.* twice"):
        pt.read_360giving(written(tmp_path, "c.json", grants.encode()))
    ledger = seeds.LEDGER_JSON.replace(
        '"stage": "pledged"', '"stage": "pledged", "stage": "alleged"'
    )
    with pytest.raises(pt.InvalidLedgerError, match="'stage' is given twice"):
        pt.read(written(tmp_path, "d.json", ledger.encode()))
    promises = "promises:\n- title: a\n  status: kept\n  status: broken\n"
    with pytest.raises(pt.PledgetrackError, match="'status' is given twice"):
        pt.read_promises(written(tmp_path, "e.yaml", promises.encode()), party="A")
    with pytest.raises(pt.InvalidLedgerError, match="'id' is given twice"):
        pt.read(written(tmp_path, "f.csv", b"pledgetrack_format=2,id,id\nsource,a,b\n"))


def test_yaml_that_stands_for_millions_is_refused(tmp_path: Path) -> None:
    """Anchors of anchors of anchors: nine lines for a billion values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    text = "\n".join([*lines, "promises: *a8"])
    with pytest.raises(pt.FileFormatError, match="anchors stand for far more values"):
        pt.read_promises(written(tmp_path, "a.yaml", text.encode()))


# --- what fuzzing brought out ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reader", "name", "content", "words"),
    [
        ("360giving", "a.json", b"[\xff]", "is no valid JSON: .* can't decode byte"),
        ("promises", "a.json", b"[\x80", "is no valid JSON: .* can't decode byte"),
        ("inspect_table", "a.json", b'[{"a": 1}, null]', "holds 'None' where an object"),
        ("inspect_table", "a.json", b'[{"a": "\\ud800"}]', "holds half of a character"),
        ("mapping", "a.toml", b"events = 0", "events: write a list of tables"),
        ("mapping", "a.toml", b'skip = [{ column = "a", matches = "[[a]" }]', "is no pattern"),
        ("read", "a.json", b'{"pledgetrack_format": 2, "sources": [{"id": "%b", "a": 1}]}'
         % (b"x" * 10**5), r"source 'xxx[x]{1900,2000}…: unknown field"),
    ],
)  # fmt: skip
def test_a_file_that_brought_out_a_defect_is_refused(
    reader: str, name: str, content: bytes, words: str, tmp_path: Path
) -> None:
    """Each of these once raised an error from outside the library, or told all of the file."""
    with pytest.raises(pt.PledgetrackError, match=words):
        READERS[reader](written(tmp_path, name, content))


def test_a_broken_part_of_a_workbook_is_refused(tmp_path: Path) -> None:
    """A workbook whose list of sheets is no XML raises the library's own error."""
    path = written(tmp_path, "a.xlsx", workbook(b"<sheetData/>", b"", b'<sheets a="<"/>'))
    for reader in ("inspect_table", "read"):
        with pytest.raises(pt.PledgetrackError, match="workbook"):
            READERS[reader](path)


def test_odd_texts_of_field_formats_are_read(tmp_path: Path) -> None:
    """Signs that no record holds, in types and member names, and years that no calendar has."""
    iati = seeds.IATI.replace('type="10"', 'type="\x89"')
    assert pt.read_iati(written(tmp_path, "a.xml", iati.encode())).parties
    promises = seeds.PROMISES_JSON.replace('"promises"', '"\\u0001list"')
    found = pt.read_promises(
        written(tmp_path, "a.json", promises.encode()), party="A", announced="2022-05-01",
        rated="2024-05-01",
    )  # fmt: skip
    assert found.commitments[0].citations[0].place.endswith("list/0")
    flows = seeds.FTS_JSON.replace('"name": "2020"', f'"name": "{"9" * 5000}"')
    assert pt.read_fts(written(tmp_path, "b.json", flows.encode())).commitments[0].horizon is None


def test_stated_totals_of_a_broken_file_are_refused(tmp_path: Path) -> None:
    """A cell beyond the limit is told in ``reconcile`` too."""
    path = written(tmp_path, "a.csv", b"party,unit,pledged\nN,USD," + b"1" * (limits.CELL + 1))
    with pytest.raises(pt.FileFormatError, match=r"limits.CELL"):
        pt.reconcile(pt.Ledger(), path)


def test_a_reporting_organisation_needs_a_name(tmp_path: Path) -> None:
    """Who reports is a name, or an error of the library."""
    for name in ("", "\0"):
        with pytest.raises(pt.PledgetrackError, match="is no name"):
            pt.write_iati(pt.load_seeds(), tmp_path / "a.xml", reporting_org=name)


# --- large files ----------------------------------------------------------------------------------


def test_a_line_or_a_row_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """The program of large files, on one reader: bounded memory, and what it tells."""
    program = Path(__file__).with_name("large_files.py")
    path = written(tmp_path, "a.csv", b"Donor,Pledged\n1," + b"a" * 2**22)
    done = subprocess.run(  # noqa: S603  # our own interpreter, our own words
        [sys.executable, str(program), "--one", "inspect_table", path],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    taken, told = done.stdout.split(" MB  ")
    assert int(taken.split()[-1]) < 100
    assert "refused" in told
    assert "limits.CELL" in told
