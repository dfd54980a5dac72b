"""Reading and writing ledgers: TOML by hand; JSON, CSV and Parquet by programs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pledgetrack.errors import FileFormatError, PledgetrackError
from pledgetrack.layout import PLURALS, SUFFIXES, WRITTEN
from pledgetrack.ledger import Ledger
from pledgetrack.reading import READERS, Reading
from pledgetrack.replace import cannot_write, replace_file, replace_folder
from pledgetrack.writing import CONTENTS, is_ours, of_kind, table_content


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
    reading = Reading()
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
        READERS[file.suffix.lower()](content, shown, reading)
    return Ledger._read(reading)


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
    # A wheel carries the folder inside the package; an editable install has it beside src.
    inside = here.parent / "seeds"
    return read(inside if inside.is_dir() else here.parents[2] / "seeds")


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
    if not str(path) or "\0" in str(path):
        raise FileFormatError(f"{str(path)!r} is no path to write to", path=path)
    if not ledger.is_whole:
        raise PledgetrackError(
            "this ledger shows a choice of its records by unit, source, horizon or due, or leaves "
            "out what a chosen promise is a part of or repeats, which a file cannot hold; write "
            "the ledger before that choice"
        )
    place = Path(os.path.realpath(path))
    try:
        return _write(ledger, place, str(path), format)
    except OSError as error:
        raise cannot_write(place, error) from error


def _write(ledger: Ledger, place: Path, path: str, form: str | None) -> Path:
    suffix = place.suffix.lower()
    if suffix in WRITTEN and not place.is_dir():
        if form is not None:
            raise FileFormatError(f"format= is for folders; {path!r} names its own", path=place)
        replace_file(place, CONTENTS[suffix](ledger))
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
        f"{plural}.{chosen}": table_content(of_kind(ledger, kind), chosen, (kind,))
        for kind, plural in PLURALS.items()
    }
    replace_folder(place, made, is_ours)
    return place
