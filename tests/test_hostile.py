"""Hostile files: each is refused with an error of the library, or read as plain text, and soon."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pledgetrack as pt
from pledgetrack import limits

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
