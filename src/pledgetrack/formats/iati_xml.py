"""The stream of an IATI file: its activities one by one, and whether it is one at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

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
    with file.stream() as stream:
        parser = etree.iterparse(
            stream, events=("start", "end"), resolve_entities=False, no_network=True,
            load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True,
            encoding=file.encoding,
        )  # fmt: skip
        root: Any = None
        count = 0
        opened: int | None = None  # the line of the activity that is being read
        try:
            for event, element in parser:
                if root is None:
                    root = element
                    _check_root(root, file, read)
                elif element.tag == "iati-activity" and element.getparent() is root:
                    opened = element.sourceline if event == "start" else None
                    if event == "start":
                        continue
                    count += 1
                    reader = ActivityReader(element, count, file.name, seen, old=read.old)
                    activity = reader.read(source)
                    if activity is not None:
                        yield activity
                    element.clear()
                    while element.getprevious() is not None:
                        del root[0]
                elif event == "end" and opened is None and element.tag in STRAY:
                    note_stray(element, file.name, seen)
        except etree.XMLSyntaxError as error:
            if root is None:
                raise FileFormatError(
                    f"{file.name!r} is no XML file: {error.msg}", path=file.name
                ) from error
            _broken(parser.error_log, error, opened, file, seen)
        else:
            if not count:
                seen.set_aside(
                    "the file holds no activity",
                    file=file.name, line=root.sourceline, element="iati-activities",
                )  # fmt: skip


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
