"""Files of any kind as rows of cells."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import pledgetrack as pt
from pledgetrack.formats.grids import Grid, grid_of_frame, grids_of, plain


def grid(content: str | bytes, **options: str) -> Grid:
    """The only grid of a file."""
    data = content.encode() if isinstance(content, str) else content
    (found,) = grids_of(io.BytesIO(data), **options)
    return found


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_makes_columns(mark: str) -> None:
    """Commas within cells, a line of one cell above, and a ragged end do not mislead it."""
    text = f'Pledges, all of them\nDonor{mark}Amount\nNorway{mark}1 5\n"Nevis, Saint"{mark}2\nnote'
    found = grid(text)
    assert found.delimiter == mark
    assert found.rows[1:3] == [(2, ["Donor", "Amount"]), (3, ["Norway", "1 5"])]


def test_a_stated_delimiter_wins() -> None:
    """It is one character."""
    assert grid("a;b,c", delimiter=",").rows == [(1, ["a;b", "c"])]
    with pytest.raises(pt.FileFormatError, match="one character"):
        grid("a", delimiter=";;")


def test_lines_are_those_of_the_file() -> None:
    """A cell of two lines and a blank line count."""
    assert grid('a,b\n"x\ny",1\n\nz,2\n').rows == [
        (1, ["a", "b"]),
        (2, ["x\ny", "1"]),
        (5, ["z", "2"]),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_found(encoding: str) -> None:
    """By its byte order mark, else UTF-8, else Windows-1252."""
    assert grid("Norvège,1".encode(encoding)).rows == [(1, ["Norvège", "1"])]
    assert grid("Norvège,1".encode("latin-1"), encoding="latin-1").rows == [(1, ["Norvège", "1"])]
    with pytest.raises(pt.FileFormatError, match="state its encoding="):
        grid(b"\x81\x8d,1")


@pytest.mark.parametrize(
    "text",
    [
        '[{"a": 1.10, "b": {"c": "x"}}, {"a": null, "b": {"c": "y"}}]',
        'var data = [{"a": 1.10, "b": {"c": "x"}}, {"a": null, "b": {"c": "y"}}];\n',
        'export default [{"a": 1.10, "b": {"c": "x"}}, {"a": null, "b": {"c": "y"}}]',
        'callback([{"a": 1.10, "b": {"c": "x"}}, {"a": null, "b": {"c": "y"}}]);',
        '{"meta": {"n": 2}, "value": [{"a": 1.10, "b": {"c": "x"}}, {"a": null, "b": {"c": "y"}}]}',
        '{"a": 1.10, "b": {"c": "x"}}\n{"a": null, "b": {"c": "y"}}\n',
    ],
)
def test_json_in_any_dress(text: str) -> None:
    """An array, one behind a JavaScript name, one under a name, an object a line; exact numbers."""
    found = grid(text)
    assert found.titles == ["a", "b.c"]
    assert [cells for _, cells in found.rows] == [[Decimal("1.10"), "x"], [None, "y"]]


def test_records_of_json_have_lines() -> None:
    """That on which each begins."""
    assert [n for n, _ in grid('[\n {"a": 1},\n\n {"a": 2}\n]').rows] == [2, 4]


@pytest.mark.parametrize(
    "content",
    [
        "", " \n", b"\0\0", "[", '[{"a": 1}', '[{"a": 1}] and more', "[1]", "{}", "[]", "[" * 9999,
        '{"a": [{"x": 1}], "b": [{"y": 1}]}', "<html></html>", b"%PDF-1.7", b"PK\x03\x04nonsense",
        b"PAR1nonsense", b"\xd0\xcf\x11\xe0old", 'a,b\n"x,y\n', "{" + '"a":{' * 5000,
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_by_name(content: str | bytes) -> None:
    """As an error of ours, whatever it is; a bare number is at least a cell."""
    with pytest.raises(pt.FileFormatError):
        grids_of(io.BytesIO(content.encode() if isinstance(content, str) else content))


def test_cells_of_a_frame_are_plain() -> None:
    """Numbers as their shortest decimal, days without their time, nothing for what is missing."""
    frame = pd.DataFrame(
        {
            "double": [0.1, float("nan")],
            "id": [7.0, None],
            "single": np.array([0.1, 0.2], dtype="float32"),
            "whole": pd.array([1, None], dtype="Int64"),
            "day": pd.to_datetime(["2024-01-05 12:30", None]),
            "text": ["x", None],
        }
    )
    assert [cells for _, cells in grid_of_frame(frame).rows] == [
        [Decimal("0.1"), 7, Decimal("0.1"), 1, dt.date(2024, 1, 5), "x"],
        [None, None, Decimal("0.2"), None, None, None],
    ]
    assert plain(np.int64(3)) == 3
    assert plain(Decimal("NaN")) is None
    assert plain(True) is True


def test_a_missing_library_names_its_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Excel files need openpyxl."""
    import sys

    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(pt.MissingExtraError) as caught:
        grids_of(path)
    assert caught.value.extra == "excel"
