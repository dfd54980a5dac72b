"""Files as they come: paths, folders, open files, gzip; read as streams, with a progress bar."""

from __future__ import annotations

import gc
import gzip
import io
import os
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

from pledgetrack.bars import progress
from pledgetrack.errors import FileFormatError, unknown
from pledgetrack.fields import UNPRINTABLE
from pledgetrack.limits import inflated

OnReject = Literal["raise", "keep"]
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class File:
    """A file to read: its name in account and errors, and where its bytes come from.

    ``encoding`` is that of the bytes where it is known without looking: a file that was opened
    as text comes as UTF-8, whatever it says inside.
    """

    name: str
    source: Any
    encoding: str | None = None

    @contextmanager
    def stream(self) -> Iterator[BinaryIO]:
        """The bytes of the file, unpacked where they are gzip.

        A path is closed afterwards, an open file is left open. What cannot be read raises
        ``FileFormatError``, while it is read as well.
        """
        try:
            with (
                _opened(self.source) as raw,
                progress(self.name, total=_size(raw), unit="B") as seen,
            ):
                watched = _Watched(raw, seen)
                buffered: Any = io.BufferedReader(watched, 1 << 16)
                packed = buffered.peek(2)[:2] == _GZIP
                if packed:
                    inner = _Unpacked(gzip.GzipFile(fileobj=buffered), watched, self.name)
                    buffered = io.BufferedReader(inner, 1 << 16)
                yield cast("BinaryIO", buffered)
        except (OSError, EOFError, zlib.error) as error:
            reason = getattr(error, "strerror", None) or error
            raise FileFormatError(f"cannot read {self.name!r}: {reason}", path=self.name) from error

    def content(self) -> bytes:
        """All bytes at once, for formats that cannot be read as a stream."""
        with self.stream() as stream:
            return stream.read()


def files_of(source: Any, suffixes: Sequence[str], *, what: str = "file") -> list[File]:
    """The files that a path, a folder or an open file stands for, in order.

    Of a folder those with one of the suffixes, ``.gz`` behind it or not, and no hidden ones. A
    path is read whatever its suffix.

    >>> import io
    >>> files_of(io.StringIO("a,b"), (".csv",))[0].name
    'the open file'
    """
    if isinstance(source, (str, os.PathLike)):
        return _files_at(source, tuple(suffixes), what)
    if not callable(getattr(source, "read", None)):
        raise FileFormatError(f"{type(source).__name__!r} is no path and no open file", path=source)
    named = getattr(source, "name", None)
    name = Path(named).name if isinstance(named, str) and named else "the open file"
    is_text = isinstance(source, io.TextIOBase)
    return [File(_printable(name), source, "utf-8" if is_text else None)]


def _printable(name: str) -> str:
    """The name of a file as a record may cite it: a file may be called anything but ``/``."""
    if name.isprintable():
        return name
    return "".join("\ufffd" if unicodedata.category(c) in UNPRINTABLE else c for c in name)


def _files_at(source: str | os.PathLike[str], suffixes: tuple[str, ...], what: str) -> list[File]:
    text = os.fspath(source)
    if not text or "\0" in text:
        raise FileFormatError(f"{text!r} is no path", path=source)
    place = Path(text)
    try:
        if place.is_dir():
            found = sorted(file for file in place.iterdir() if _wanted(file, suffixes))
            if not found:
                listed = ", ".join(suffixes)
                raise FileFormatError(
                    f"the folder {text!r} holds no {what} ({listed})", path=source
                )
            return [File(_printable(str(file)), file) for file in found]
        if not place.exists():
            raise FileFormatError(f"there is no file or folder {text!r}", path=source)
    except OSError as error:
        raise FileFormatError(
            f"cannot read {text!r}: {error.strerror or error}", path=source
        ) from error
    return [File(_printable(str(place)), place)]


def _wanted(file: Path, suffixes: tuple[str, ...]) -> bool:
    name = file.name.lower().removesuffix(".gz")
    return name.endswith(suffixes) and not name.startswith((".", "~$")) and file.is_file()


def check_on_reject(on_reject: object) -> None:
    """Refuse a word that says nothing about rejects."""
    if on_reject not in ("raise", "keep"):
        raise unknown("way with rejects", on_reject, ("raise", "keep"))


# --- streams --------------------------------------------------------------------------------------


@contextmanager
def _opened(source: Any) -> Iterator[Any]:
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield file
    elif isinstance(source, io.TextIOBase):
        yield _Encoded(source)
    else:
        yield source


class _Encoded(io.RawIOBase):
    """An open text file as bytes in UTF-8."""

    def __init__(self, text: io.TextIOBase) -> None:
        self.text = text

    def read(self, size: int = -1) -> bytes:
        return self.text.read(size).encode("utf-8", "surrogateescape")


class _Watched(io.RawIOBase):
    """Bytes of a source in pieces, each told to a progress bar."""

    def __init__(self, source: Any, seen: Callable[[int], object]) -> None:
        self.source = source
        self.seen = seen
        self.rest = b""
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self.rest or self.source.read(len(buffer))
        if isinstance(piece, str):
            raise FileFormatError("the open file gives text; open it as bytes", path=self.source)
        size = len(buffer)
        # Text grows when it is encoded, so a piece may be longer than what was asked for.
        self.rest = piece[size:]
        buffer[: len(piece[:size])] = piece[:size]
        self.count += len(piece[:size])
        self.seen(len(piece[:size]))
        return len(piece[:size])


class _Unpacked(io.RawIOBase):
    """Bytes out of gzip, as many as the bytes that went in can honestly stand for."""

    def __init__(self, plain: gzip.GzipFile, packed: _Watched, name: str) -> None:
        self.plain = plain
        self.packed = packed
        self.name = name
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self.plain.read1(min(len(buffer), 1 << 20))
        buffer[: len(piece)] = piece
        self.count += len(piece)
        if words := inflated(self.count, self.packed.count):
            raise FileFormatError(f"cannot read {self.name!r}: {words}", path=self.name)
        return len(piece)


def _size(raw: Any) -> int | None:
    try:
        return os.fstat(raw.fileno()).st_size
    except (OSError, AttributeError, ValueError):
        return None


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage collection while many objects are made that all stay."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
