"""Reading and writing: ledgers in TOML by hand, in other forms by programs; results as tables."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from pledgetrack.book import read_book
from pledgetrack.dataset import dataset_content, is_part
from pledgetrack.errors import FileFormatError, FrameError, PledgetrackError, unknown
from pledgetrack.intake import uncollected
from pledgetrack.layout import DESCRIPTOR, FOLDED, SUFFIXES, WRITTEN
from pledgetrack.lazy import every_record, lazy_records
from pledgetrack.ledger import Ledger
from pledgetrack.reading import READERS, Reading
from pledgetrack.replace import cannot_write, replace_file, replace_folder, which_folder, whole
from pledgetrack.results import csv_content, results_content
from pledgetrack.row_sheets import Piece, Sheet
from pledgetrack.writing import file_content, folder_content, is_ours, results_with

_READERS = {**READERS, ".xlsx": read_book}
_TRIES = 20  # how often a folder may be replaced while it is read


def read(path: str | os.PathLike[str], *, records: Literal["eager", "lazy"] = "eager") -> Ledger:
    """Read a ledger: a ``.toml``, ``.json``, ``.csv`` or ``.parquet`` file, or a folder of them.

    All files of a folder make one ledger. A workbook of ``pt.write`` (``.xlsx``) is read where it
    is named itself; in a folder workbooks are left alone. Every mistake in every file is raised at
    once as ``InvalidLedgerError``. Where there is no folder of that name, ``"seeds"`` means the
    ledger that is shipped, as ``load_seeds()`` gives it.

    ``records="lazy"`` is for ledgers in CSV that are too large for records: they stay columns, from
    which movements and tables come many times faster. The result is the same ledger: what needs
    all records, such as ``filter``, makes them, and ``ledger["id"]`` makes the one.

    >>> read("seeds") == load_seeds()
    True
    """
    if records not in ("eager", "lazy"):
        raise unknown("way with records", records, ("eager", "lazy"))
    if not str(path):
        raise FileFormatError("no path is given; '.' is this folder", path=path)
    if not isinstance(path, (str, os.PathLike)):
        raise FileFormatError(f"{path!r:.200} is no path to read", path=None)
    place = Path(path)
    if str(path) == "seeds" and not place.exists():
        return load_seeds()
    lazy = records == "lazy"
    for _ in range(_TRIES):
        here = whole(place)
        before = which_folder(here)
        try:
            with uncollected():
                pieces = _pieces(here, lazy=lazy)
        except FileFormatError:
            if which_folder(whole(place)) == before:
                raise
        else:
            # Of a folder that was replaced meanwhile some files would be old and others new.
            if which_folder(whole(place)) == before:
                with uncollected():
                    return Ledger._of(lazy_records(pieces) if lazy else every_record(pieces), {})
    raise FileFormatError(f"cannot read {str(path)!r}: other programs keep writing it", path=place)


def _pieces(place: Path, *, lazy: bool) -> list[Piece]:
    """What the files of a ledger hold, and every mistake in them."""
    try:
        files = _ledger_files(place)
    except OSError as error:
        reason = error.strerror or error
        raise FileFormatError(f"cannot read {str(place)!r}: {reason}", path=place) from error
    return [_piece(file, lazy=lazy) for file in files]


def _piece(file: Path, *, lazy: bool) -> Piece:
    """A file as columns where that is asked for and can be, else as records."""
    shown, suffix = str(file), file.suffix.lower()
    reading = Reading()
    try:
        content = file.read_bytes()
    except OSError as error:
        reading.problem(shown, f"cannot be read: {error.strerror or error}")
        return reading
    if not content or content.isspace():
        reading.problem(shown, "the file is empty")
        return reading
    if lazy and suffix == ".csv" and (sheet := Sheet.of(content, shown)):
        return sheet
    _READERS[suffix](content, shown, reading)
    return reading


def _ledger_files(place: Path) -> list[Path]:
    """The files that make up a ledger."""
    if place.is_dir():
        known = ", ".join(FOLDED)
        files = sorted(
            file
            for file in place.iterdir()
            if file.suffix.lower() in FOLDED
            and file.is_file()
            and file.name[0] != "."
            # It describes the tables beside it, and holds no record.
            and file.name != DESCRIPTOR
        )
        if any(is_part(file) for file in (files[:1] or place.iterdir())):
            message = (
                f"the folder {str(place)!r} holds movements, and no records; read it with an "
                "engine, as docs/files.md shows, and pass that frame to pt.totals"
            )
            raise FileFormatError(message, path=place)
        if not files:
            message = f"the folder {str(place)!r} holds no ledger file ({known})"
            raise FileFormatError(message, path=place)
        return files
    if not place.exists():
        raise FileFormatError(f"there is no file or folder {str(place)!r}", path=place)
    if place.name == DESCRIPTOR:
        message = f"{str(place)!r} describes the tables beside it; read the folder"
        raise FileFormatError(message, path=place)
    if place.suffix.lower() not in SUFFIXES:
        known = ", ".join(SUFFIXES)
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
    what: Ledger | pd.DataFrame | Mapping[str, pd.DataFrame],
    path: str | os.PathLike[str],
    *,
    format: Literal["csv", "parquet"] | None = None,  # noqa: A002  # as pandas and Polars name it
    formulas: Literal["keep", "guard"] = "keep",
    ledger: Ledger | None = None,
    partition_by: str | Iterable[str] | None = None,
) -> Path:
    """Write a ledger without loss, its movements for other engines, or results for a spreadsheet.

    A ledger is a ``.json``, ``.csv``, ``.parquet`` or ``.xlsx`` file, or a folder: a path without
    such an ending has a table for each kind of record, of CSV unless ``format="parquet"``, and
    beside CSV a ``datapackage.json``. A result (of ``totals``, ``status``, ``explain`` ...) is a
    ``.csv`` or ``.xlsx`` file, and a dictionary of results an ``.xlsx`` file with a sheet for each;
    ``ledger=`` puts the sources and the account of the ledger that they come from beside them.
    A file is replaced whole or not at all, and so is a folder, which must hold nothing else.

    ``partition_by`` names columns of movements, such as ``["unit"]``: then the path is a folder of
    Parquet files of movements, in folders ``unit=USD``, which DuckDB, Polars, Spark and PyArrow
    read for ``pt.totals``; with ``[]`` it is one file. ``docs/files.md`` has the columns.

    CSV holds text as it is; with ``formulas="guard"`` an apostrophe stands before text that a
    spreadsheet would take for a formula, and ``pt.read`` takes it off. In ``.xlsx`` text is text
    anyway. There, amounts are numbers with their exact digits; those of more than 15 digits, which
    no spreadsheet keeps, stand as text, and the sheet "notes" names them. Needs the extra
    ``excel``.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write(load_seeds(), f"{folder}/ledger.xlsx")
    ...     read(path) == load_seeds()
    True
    """
    if not isinstance(path, (str, os.PathLike)) or not str(path) or "\0" in str(path):
        raise FileFormatError(f"{path!r:.200} is no path to write to", path=path)
    if formulas not in ("keep", "guard"):
        raise unknown("choice of formulas", formulas, ("keep", "guard"))
    place = Path(os.path.realpath(path))
    guarded = formulas == "guard"
    try:
        if isinstance(what, Ledger):
            if ledger is not None:
                raise FileFormatError("ledger= is for results; a ledger is whole", path=place)
            if partition_by is not None:
                return _write_movements(what, place, format, partition_by, guarded=guarded)
            return _write_ledger(what, place, str(path), format, guarded=guarded)
        if format is not None or partition_by is not None:
            name = "format" if format is not None else "partition_by"
            raise FileFormatError(f"{name}= is for the folder of a ledger", path=place)
        return _write_results(what, place, str(path), ledger, guarded=guarded)
    except OSError as error:
        raise cannot_write(place, error) from error


def _write_ledger(
    ledger: Ledger, place: Path, path: str, form: str | None, *, guarded: bool
) -> Path:
    if not ledger.is_whole:
        raise PledgetrackError(
            "this ledger shows a choice of its records by unit, source, horizon or due, or leaves "
            "out what a chosen promise is a part of or repeats, which a file cannot hold; write "
            "the ledger before that choice"
        )
    suffix = place.suffix.lower()
    if suffix in WRITTEN and not place.is_dir():
        if form is not None:
            raise FileFormatError(f"format= is for folders; {path!r} names its own", path=place)
        _only_csv(suffix, place, guarded=guarded)
        replace_file(place, file_content(ledger, place, guarded=guarded))
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
    _only_csv(f".{chosen}", place, guarded=guarded)
    replace_folder(place, folder_content(ledger, chosen, guarded=guarded), is_ours)
    return place


def _write_movements(
    ledger: Ledger, place: Path, form: str | None, partition_by: Any, *, guarded: bool
) -> Path:
    if form not in (None, "parquet") or guarded:
        raise FileFormatError("movements with partition_by= are Parquet", path=place)
    if place.suffix.lower() in WRITTEN and not place.is_dir():
        raise FileFormatError(
            f"partition_by= makes a folder of movements; {str(place)!r} is the name of a file",
            path=place,
        )
    replace_folder(place, dataset_content(ledger, partition_by, place), is_part)
    return place


def _write_results(
    what: Any, place: Path, path: str, ledger: Ledger | None, *, guarded: bool
) -> Path:
    frames = {"result": what} if isinstance(what, pd.DataFrame) else what
    if not isinstance(frames, Mapping) or not all(
        isinstance(name, str) and isinstance(frame, pd.DataFrame) for name, frame in frames.items()
    ):
        raise FrameError(
            f"{type(what).__name__!r} cannot be written; pass a ledger, a result, or a dictionary "
            "of results by the names of their sheets"
        )
    if not frames:
        raise FrameError("there is no result to write")
    suffix = place.suffix.lower()
    if suffix not in (".csv", ".xlsx") or place.is_dir():
        raise FileFormatError(
            f"cannot write a result to {path!r}; name a file that ends in .csv or .xlsx",
            path=place,
        )
    if suffix == ".csv" and isinstance(what, Mapping):
        raise FileFormatError(
            f"{path!r} holds one result; write several to .xlsx, or each to its own file",
            path=place,
        )
    _only_csv(suffix, place, guarded=guarded)
    if ledger is None and suffix == ".xlsx":
        content = results_content(frames, place)
    elif isinstance(ledger, Ledger) and suffix == ".xlsx":
        content = results_with(frames, ledger, place)
    elif ledger is None:
        content = csv_content(frames["result"], guarded=guarded)
    else:
        raise FileFormatError(
            f"ledger= adds the sheets of a ledger to .xlsx; given {type(ledger).__name__!r} for "
            f"{path!r}",
            path=place,
        )
    replace_file(place, content)
    return place


def _only_csv(suffix: str, place: Path, *, guarded: bool) -> None:
    if guarded and suffix != ".csv":
        raise FileFormatError(
            f"formulas='guard' is for CSV; in {suffix} text is never a formula", path=place
        )
