"""Files as they come: paths, folders, open files, gzip."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

import pledgetrack as pt
from pledgetrack.intake import File, files_of

TEXT = "name,amount\nNorvège,1\n" * 3


def test_a_folder_gives_its_files_in_order(tmp_path: Path) -> None:
    """Those of the kind, packed ones among them; no hidden ones and no locks of a spreadsheet."""
    for name in ("b.csv", "a.csv", "c.CSV.gz", ".d.csv", "~$e.csv", "f.txt"):
        (tmp_path / name).write_bytes(b"x")
    found = files_of(tmp_path, (".csv",))
    assert [Path(file.name).name for file in found] == ["a.csv", "b.csv", "c.CSV.gz"]


def test_gzip_is_known_by_its_bytes(tmp_path: Path) -> None:
    """Whatever the name says."""
    packed = tmp_path / "a.csv"
    packed.write_bytes(gzip.compress(TEXT.encode()))
    assert files_of(packed, (".csv",))[0].content() == TEXT.encode()
    named = tmp_path / "b.csv.gz"
    named.write_bytes(TEXT.encode())
    assert files_of(named, (".csv",))[0].content() == TEXT.encode()


class OnlyRead:
    """A file object that knows nothing but how to be read."""

    def __init__(self, content: bytes) -> None:
        self.file = io.BytesIO(content)

    def read(self, size: int) -> bytes:
        return self.file.read(min(size, 3))


@pytest.mark.parametrize(
    "opened",
    [
        io.StringIO(TEXT),
        io.BytesIO(TEXT.encode()),
        io.BytesIO(gzip.compress(TEXT.encode())),
        OnlyRead(TEXT.encode()),
        OnlyRead(gzip.compress(TEXT.encode())),
    ],
)
def test_an_open_file_is_read_and_left_open(opened: object) -> None:
    """Text and bytes, packed or not, in pieces of any size."""
    (file,) = files_of(opened, (".csv",))
    assert file.content() == TEXT.encode()
    assert not getattr(opened, "closed", False)


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    """By name, with the reason, as an error of ours."""
    broken = tmp_path / "a.csv"
    broken.write_bytes(gzip.compress(TEXT.encode())[:-9])
    with pytest.raises(pt.FileFormatError, match="cannot read"):
        files_of(broken, (".csv",))[0].content()
    for wrong in (tmp_path / "none.csv", "", "a\0b", 7, None):
        with pytest.raises(pt.FileFormatError):
            files_of(wrong, (".csv",))
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(pt.FileFormatError, match="holds no table"):
        files_of(empty, (".csv",), what="table")
    with pytest.raises(pt.FileFormatError):
        File("gone", tmp_path / "gone").content()
