"""The stream of an IATI file: its activities one by one, and whether it is one at all."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from pledgetrack.account import AccountBuilder
from pledgetrack.errors import FileFormatError, MissingExtraError
from pledgetrack.formats.iati_activity import STRAY, ActivityReader, day_of, note_stray
from pledgetrack.formats.iati_values import Activity
from pledgetrack.intake import File


@dataclass(slots=True)
class Read:
    """What was read of one file."""

    file: str
    old: bool = False
    generated: dt.date | None = None


def activities(file: File, seen: AccountBuilder, read: Read, source: int) -> Iterator[Activity]:
    """Each activity of a file, in order; what cannot be read is noted as rejected.

    Entities, network and huge trees are off: a file with a document type declaration, which IATI
    files do not have, is refused, and so is one whose root is not ``iati-activities``.
    """
    try:
        from lxml import etree
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "IATI files need lxml; pip install 'pledgetrack[iati]'", extra="iati"
        ) from error
    options: dict[str, Any] = {
        "resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False,
        "remove_comments": True, "remove_pis": True, "encoding": file.encoding,
    }  # fmt: skip
    with file.stream() as stream:
        try:
            root, head = _opening(stream, etree.XMLPullParser(("start",), **options))
        except etree.XMLSyntaxError as error:
            raise FileFormatError(
                f"{file.name!r} is no XML file: {error.msg}", path=file.name
            ) from error
        _check_root(root, file, read)
        line = root.sourceline
        parser = etree.iterparse(
            _Again(head, stream), events=("end",), tag="iati-activity", **options
        )
        root = last = None
        count = 0
        try:
            for _, element in parser:
                root = element.getroottree().getroot() if root is None else root
                if element.getparent() is not root:
                    continue  # a stray one, which is told below
                _note_strays(element.itersiblings(preceding=True), last, file, seen)
                count += 1
                reader = ActivityReader(element, count, file.name, seen, old=read.old)
                activity = reader.read(source)
                if activity is not None:
                    yield activity
                element.clear()
                while element.getprevious() is not None:
                    del root[0]
                last = element
        except etree.XMLSyntaxError as error:
            root = parser.root if root is None else root
            rest = [] if root is None else [one for one in root if one is not last]
            opened = None
            if rest and rest[-1].tag == "iati-activity":
                opened = rest.pop().sourceline
            _note_strays(rest, last, file, seen)
            _broken(parser.error_log, error, opened, file, seen)
        else:
            _note_strays(parser.root, last, file, seen)
            if not count:
                seen.set_aside(
                    "the file holds no activity",
                    file=file.name, line=line, element="iati-activities",
                )  # fmt: skip


def _opening(stream: BinaryIO, parser: Any) -> tuple[Any, bytes]:
    """The root of a file as far as it has been read, and the bytes that were read of it."""
    from lxml import etree

    read: list[bytes] = []
    while True:
        read.append(stream.read(1 << 15))
        failed = None
        try:
            if read[-1]:
                parser.feed(read[-1])
            else:
                parser.close()
        except etree.XMLSyntaxError as error:
            failed = error
        for _, root in parser.read_events():
            # What is wrong further on is told with what was read before it.
            return root, b"".join(read)
        if failed:
            raise failed


class _Again:
    """A stream from its beginning, of which some has been read."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self.head = io.BytesIO(head)
        self.stream = stream

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        return self.head.read(size) or self.stream.read(size)


def _note_strays(elements: Iterable[Any], last: Any, file: File, seen: AccountBuilder) -> None:
    """Note the records that stand beside activities, in the order of the file."""
    for one in sorted(elements, key=lambda one: one.sourceline):
        if one is not last:
            for stray in one.iter(*STRAY):
                note_stray(stray, file.name, seen)


def _check_root(root: Any, file: File, read: Read) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise FileFormatError(
            f"{file.name!r} has a document type declaration, which no IATI file has; it is not "
            "read, for entities could hide or repeat text",
            path=file.name,
        )
    if root.tag == "iati-organisations":
        raise FileFormatError(
            f"{file.name!r} is an IATI organisation file; only activities are read",
            path=file.name,
        )
    if root.tag != "iati-activities":
        raise FileFormatError(
            f"{file.name!r} is no IATI activity file: its root is {root.tag!r}, not "
            "'iati-activities'",
            path=file.name,
        )
    read.old = (root.get("version") or "").strip().startswith("1.")
    read.generated = day_of(root.get("generated-datetime") or "")


def _broken(log: Any, error: Any, opened: int | None, file: File, seen: AccountBuilder) -> None:
    """Note where the XML is malformed; an undeclared prefix alone loses nothing."""
    told: set[str] = set()
    fatal = [entry for entry in log if not entry.type_name.startswith("NS_ERR")]
    for entry in log if not fatal else ():
        words = entry.message.strip()
        if words not in told:
            told.add(words)
            seen.set_aside(
                "undeclared namespace, no record of the standard",
                file=file.name, line=entry.line, element="xml", raw={"message": words},
            )  # fmt: skip
    if fatal or not told:
        line, words = (fatal[0].line, fatal[0].message) if fatal else (error.lineno, error.msg)
        seen.rejected(
            f"malformed XML, nothing from line {opened or line} on is read: {words.strip()}",
            file=file.name, line=line or None, element="xml", raw={"message": words.strip()},
        )  # fmt: skip
