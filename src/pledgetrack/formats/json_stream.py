"""The elements of a list in a JSON file, one by one: a file may be larger than the memory."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Collection, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO, NamedTuple

from pledgetrack import limits
from pledgetrack.errors import FileFormatError
from pledgetrack.intake import File

_PIECE = 1 << 16
_SPACE = re.compile(r"[ \t\r\n]*")
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class Item(NamedTuple):
    """One element of the list: the line on which it begins, its place (from 0), and the value."""

    line: int
    number: int
    value: Any


class Repeated(dict[str, Any]):
    """An object that gives members twice, with two values; ``names`` are those members."""

    names: tuple[str, ...] = ()


class JsonList:
    """The elements of the list in a JSON file: the file itself, or a member with one of the names.

    What stands beside the list is in ``beside``, once all elements were read, and ``is_found`` says
    whether there was one. ``name`` is the member that it was, None where the file is a list itself.
    Numbers are read as they are written, as int and Decimal.

    >>> import io
    >>> file = File("a.json", io.BytesIO(b'{"title": "T", "grants": [{"n": 1.10}, {"n": 2}]}'))
    >>> found = JsonList(file, ("grants",))
    >>> [(item.line, item.value) for item in found], found.beside
    ([(1, {'n': Decimal('1.10')}), (1, {'n': 2})], {'title': 'T'})
    """

    def __init__(self, file: File, names: Collection[str]) -> None:
        self.file = file
        self.names = names
        self.name: str | None = None
        self.is_found = False
        self.beside: dict[str, Any] = {}

    def __iter__(self) -> Iterator[Item]:
        with self.file.stream() as stream:
            text = _Text(stream, self.file)
            try:
                yield from self._items(text)
            except (ValueError, RecursionError) as error:
                if isinstance(error, FileFormatError):
                    raise
                what = "nested too deeply" if isinstance(error, RecursionError) else _words(error)
                raise FileFormatError(
                    f"{self.file.name!r} is no valid JSON: {what} (line {text.line})",
                    path=self.file.name,
                ) from error

    def _items(self, text: _Text) -> Iterator[Item]:
        first = text.peek()
        if not first:
            raise FileFormatError(f"the file {self.file.name!r} is empty", path=self.file.name)
        if first == "[":
            self.is_found = True
            yield from _elements(text)
        elif first == "{":
            text.take("{")
            closed = text.peek() == "}"
            while not closed:
                name = text.value()
                text.take(":")
                if self.name is None and name in self.names and text.peek() == "[":
                    self.name, self.is_found = name, True
                    yield from _elements(text)
                elif name in self.beside or name == self.name:
                    raise ValueError(f"the member {name!r} is given twice")
                else:
                    self.beside[name] = text.value()
                closed = text.peek() == "}"
                if not closed:
                    text.take(",")
            text.take("}")
        else:
            raise ValueError("it is neither an object nor a list")
        if rest := text.peek():
            raise ValueError(f"something stands behind the end: {rest!r}")


def _elements(text: _Text) -> Iterator[Item]:
    text.take("[")
    number = 0
    while text.peek() != "]":
        if number:
            text.take(",")
            text.peek()
        line = text.line
        yield Item(line, number, text.value())
        number += 1
    text.take("]")


def _words(error: ValueError) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)


class _Text:
    """The text of a stream, of which as much is held as the value at hand needs."""

    def __init__(self, stream: BinaryIO, file: File) -> None:
        self.stream = stream
        self.start = stream.read(2)
        encoding = file.encoding or _MARKS.get(self.start, "utf-8-sig")
        self.decoder = codecs.getincrementaldecoder(encoding)()
        self.text = ""
        self.at = 0
        self.line = 1
        self.is_whole = False

    def _more(self) -> bool:
        if self.is_whole:
            return False
        piece = self.start + self.stream.read(max(_PIECE, len(self.text) - self.at))
        self.start = b""
        self.is_whole = not piece
        self.text = self.text[self.at :] + self.decoder.decode(piece, final=self.is_whole)
        self.at = 0
        return True

    def _advance(self, end: int) -> None:
        self.line += self.text.count("\n", self.at, end)
        self.at = end

    def peek(self) -> str:
        """The next sign that is no space; empty at the end."""
        while True:
            found = _SPACE.match(self.text, self.at)
            self._advance(found.end() if found else self.at)
            if self.at < len(self.text):
                return self.text[self.at]
            if not self._more():
                return ""

    def take(self, sign: str) -> None:
        """Step over a sign that must come next."""
        if (found := self.peek()) != sign:
            raise ValueError(
                f"{sign!r} is missing before {found!r}" if found else "it is cut short"
            )
        self._advance(self.at + 1)

    def value(self) -> Any:
        """The next value."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
            except json.JSONDecodeError:
                if not self._more():
                    raise
                continue
            # A number may go on in the next piece.
            if end < len(self.text) or not self._more():
                self._advance(end)
                return value


def decimal_in(text: str) -> Decimal | str:
    """The number that a literal states; one with a larger exponent than ``limits`` has stays text.

    >>> decimal_in("1.10"), decimal_in("1e999999999")
    (Decimal('1.10'), '1e999999999')
    """
    try:
        made = Decimal(text)
        # Written out, as a cell is, a number of nine bytes could take a gigabyte.
        return made if abs(made.adjusted()) <= limits.EXPONENT else text
    except InvalidOperation:
        return text


def _whole(text: str) -> int | str:
    return int(text) if len(text) < 400 else text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    twice = Repeated(made)
    twice.names = tuple(
        name for name in made if any(n == name and value != made[name] for n, value in pairs)
    )
    return twice if twice.names else made


_DECODER = json.JSONDecoder(
    parse_float=decimal_in, parse_int=_whole, parse_constant=str, object_pairs_hook=_object
)
