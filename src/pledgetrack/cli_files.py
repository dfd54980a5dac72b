"""Files of every format on the command line: read by the name of their format, and converted."""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from pledgetrack import render
from pledgetrack.account import Account
from pledgetrack.errors import PledgetrackError
from pledgetrack.files import load_seeds, read, write
from pledgetrack.formats import crs_files, fts_files, giving360, grids
from pledgetrack.formats.crs import read_crs
from pledgetrack.formats.fts import read_fts
from pledgetrack.formats.giving360 import read_360giving
from pledgetrack.formats.iati import read_iati, read_with_levels
from pledgetrack.formats.iati_write import write_iati
from pledgetrack.formats.promises import read_promises
from pledgetrack.formats.table_inspection import inspect_table
from pledgetrack.formats.tables import read_table
from pledgetrack.gather import Gathering, Sums
from pledgetrack.intake import File, OnReject, files_of
from pledgetrack.layout import SUFFIXES
from pledgetrack.ledger import Ledger
from pledgetrack.manifest import Level
from pledgetrack.units import format_number

READERS: dict[str, Callable[..., Ledger]] = {
    "iati": read_iati,
    "fts": read_fts,
    "crs": read_crs,
    "360giving": read_360giving,
    "promises": read_promises,
    "table": read_table,
}
"""The reader of each field format."""

_SUFFIXES: dict[str | None, tuple[str, ...]] = {
    None: SUFFIXES,
    "iati": (".xml",),
    "fts": fts_files.SUFFIXES,
    "crs": crs_files.SUFFIXES,
    "360giving": giving360.SUFFIXES,
    "promises": (*grids.SUFFIXES, ".yaml", ".yml"),
    "table": grids.SUFFIXES,
}
"""The files of a folder that a reader is given one by one."""

_TOGETHER = ("iati", "fts", "crs")  # these read several files as one
_OPTIONS: dict[str, tuple[str, ...]] = {
    "perspective": ("iati",),
    "currency": ("360giving",),
    "mapping": ("table", "promises"),
    "party": ("promises",),
    "announced": ("promises",),
    "rated": ("promises",),
}
"""What a reader may be told, and which readers that are."""


def source_options(made: argparse.ArgumentParser) -> None:
    """How a file is read that is no ledger file."""
    group = made.add_argument_group("files of other formats")
    group.add_argument(
        "--from", dest="form", choices=tuple(READERS),
        help="the format of the file (without it a ledger file; .xml is IATI)",
    )  # fmt: skip
    group.add_argument(
        "--on-reject", choices=("raise", "keep"),
        help="where records cannot be read: an error that lists all (the default), or the rest",
    )  # fmt: skip
    group.add_argument(
        "--account", metavar="FILE",
        help="what became of every record, as .csv or .xlsx (without it, a summary on stderr)",
    )  # fmt: skip
    group.add_argument(
        "--mapping", metavar="FILE", help="of a table: the TOML file that 'inspect' drafts"
    )
    group.add_argument(
        "--perspective", choices=("outgoing", "incoming"),
        help="of IATI: what is given (the default), or received",
    )  # fmt: skip
    group.add_argument("--currency", metavar="CODE", help="of grants that state none")
    group.add_argument("--party", metavar="NAME", help="who made the promises of a list")
    group.add_argument("--announced", metavar="DAY", help="when the promises of a list were made")
    group.add_argument("--rated", metavar="DAY", help="when the promises of a list were rated")


def ledger_at(paths: Sequence[str], arguments: argparse.Namespace) -> Ledger:
    """The ledger of some files, and what became of their records told."""
    _keep_apart(arguments.account, paths)
    ledger = read_files(paths, arguments)
    _tell([("read", ledger.account)], arguments.account)
    return ledger


def _keep_apart(account: str | None, paths: Sequence[str]) -> None:
    """Refuse to write an account over a file that is read or written beside it."""
    if account is not None and any(_are_one(account, path) for path in paths):
        raise PledgetrackError(
            f"--account {account!r} is another file of this command; name one of its own"
        )


def _are_one(one: str, other: str) -> bool:
    try:
        return Path(one).resolve() == Path(other).resolve()
    except (OSError, ValueError):  # a name that no file can have is refused where it is opened
        return one == other


def _told_to(
    paths: Sequence[str], arguments: argparse.Namespace
) -> tuple[str | None, dict[str, Any]]:
    """The format of some files, and what its reader is told."""
    form = arguments.form
    if form is None and paths and all(path.lower().endswith((".xml", ".xml.gz")) for path in paths):
        form = "iati"
    options = {name: getattr(arguments, name) for name in _OPTIONS}
    options = {name: value for name, value in options.items() if value is not None}
    for name in options:
        if form not in _OPTIONS[name]:
            listed = " or ".join(f"--from {one}" for one in _OPTIONS[name])
            raise PledgetrackError(f"--{name} goes with {listed}")
    if form is None and arguments.on_reject:
        raise PledgetrackError("--on-reject goes with --from; a ledger file is read whole")
    if form is not None and not paths:
        raise PledgetrackError(f"name the file that is read with --from {form}")
    if form == "table" and "mapping" not in options:
        raise PledgetrackError(
            "a table is read with --mapping FILE; 'pledgetrack inspect TABLE' drafts one"
        )
    return form, options


def read_files(paths: Sequence[str], arguments: argparse.Namespace) -> Ledger:
    """The ledger of some files, which are of one format."""
    form, options = _told_to(paths, arguments)
    if form is None:
        return _joined([read(path) for path in paths]) if paths else load_seeds()
    reader = READERS[form]
    options["on_reject"] = arguments.on_reject or "raise"
    if form in _TOGETHER:
        return reader(list(paths), **options)
    return _joined([reader(path, **options) for path in paths])


def _joined(ledgers: Sequence[Ledger]) -> Ledger:
    made = ledgers[0]
    for other in ledgers[1:]:
        made = made + other
    return made


def _tell(accounts: Sequence[tuple[str, Account]], path: str | None) -> None:
    """What became of the records: to a file, or in sums to the terminal."""
    told = [(title, account) for title, account in accounts if len(account)]
    for _, account in accounts:
        for name in ("not_met", "unrated"):
            if name in account.attrs:
                print(f"look at this: {account.attrs[name]}", file=sys.stderr)
    if path is not None:
        made = Account.empty_one()
        for _, account in told:
            made = made.joined(account)
        write(made, path)
        return
    for title, account in told:
        print(f"[{title}]", file=sys.stderr)
        for row in account.summary().to_dict("records"):
            print(_line(row), file=sys.stderr)


def _line(row: Mapping[Any, Any]) -> str:
    """A sum of an account: "set aside: 2 records, 70 EUR: incoming funds"."""
    count = row["records"]
    parts = [f"{count} record{'s' * (count != 1)}"]
    if isinstance(row["number"], Decimal):
        unit = "" if pd.isna(row["unit"]) else f" {row['unit']}"
        parts.append(f"{format_number(row['number'])}{unit}")
    reason = "" if pd.isna(row["reason"]) else f": {row['reason']}"
    said = f"{row['outcome']}: {', '.join(parts)}{reason}"
    return textwrap.fill(said, render.WIDTH, subsequent_indent="  ", break_on_hyphens=False)


# --- commands -------------------------------------------------------------------------------------


def convert_command(made: argparse.ArgumentParser) -> None:
    """The options of ``convert``."""
    made.add_argument("files", metavar="FILE", nargs="+", help="what is read, of one format")
    made.add_argument(
        "target", metavar="TO",
        help="a .json, .csv, .parquet, .xlsx or .xml (IATI) file, or a folder; of a FOLDER of "
        "files of another format, a folder of movements",
    )  # fmt: skip
    made.add_argument(
        "--format", choices=("csv", "parquet", "movements"),
        help="of what is in a folder: tables, or movements, which are made file by file",
    )  # fmt: skip
    made.add_argument(
        "--reporting-org", metavar="NAME", help="of IATI that is written: who reports it"
    )
    source_options(made)


def convert(arguments: argparse.Namespace) -> int:
    """Read files and write them in another form."""
    target = arguments.target
    _keep_apart(arguments.account, [*arguments.files, target])
    if _is_dataset(arguments):
        return _convert_each(arguments)
    ledger = read_files(arguments.files, arguments)
    accounts = [("read", ledger.account)]
    if target.lower().endswith(".xml"):
        if arguments.format:
            raise PledgetrackError("--format is for the tables in a folder")
        written = write_iati(ledger, target, reporting_org=arguments.reporting_org)
        accounts.append(("written", written))
    elif arguments.reporting_org is not None:
        raise PledgetrackError("--reporting-org goes with IATI, a TO that ends in .xml")
    else:
        write(ledger, target, format=arguments.format)
    _tell(accounts, arguments.account)
    print(f"wrote {target}")
    return 0


def _is_dataset(arguments: argparse.Namespace) -> bool:
    """Whether movements are meant, and no ledger: they are said, or a folder goes into a folder."""
    if arguments.format is not None:
        return bool(arguments.format == "movements")
    folders = any(map(os.path.isdir, arguments.files))
    return bool(arguments.form) and folders and not Path(arguments.target).suffix


def _convert_each(arguments: argparse.Namespace) -> int:
    """Convert files into a data set of movements, one by one."""
    if arguments.reporting_org is not None:
        raise PledgetrackError("--reporting-org goes with IATI, a TO that ends in .xml")
    form, options = _told_to(arguments.files, arguments)
    made_with = {name: str(value) for name, value in options.items()}
    if "mapping" in options:
        content = File(options["mapping"], Path(options["mapping"])).content()
        made_with["mapping"] = hashlib.sha256(content).hexdigest()
    said = " ".join([form or "ledger files", *(f"{k}={v}" for k, v in sorted(made_with.items()))])
    on_reject: OnReject = "keep" if arguments.on_reject == "keep" else "raise"
    if form is not None:
        options["on_reject"] = on_reject

    def read_one(path: Path) -> tuple[Ledger, Iterable[str], Sequence[Level]]:
        levels: Sequence[Level] = ()
        if form == "iati":
            ledger, levels = read_with_levels(path, **options)
        else:
            ledger = READERS[form](path, **options) if form else read(path)
        names = [f"iati:{level.identifier}" for level in levels] or [one.id for one in ledger]
        if arguments.account is not None:
            Path(arguments.account).mkdir(exist_ok=True)
            write(ledger.account, Path(arguments.account) / f"{path.name}.csv")
        return ledger, names, levels

    files = [
        one.source
        for path in arguments.files
        for one in files_of(path, _SUFFIXES[form], what="file")
    ]
    gathering = Gathering(Path(arguments.target), read_one, said, on_reject)
    counts: Counter[str] = Counter()
    for one in gathering.run(files):
        counts[one.outcome] += 1
        rows = "" if one.rows is None else f", {one.rows} rows"
        reason = "" if one.reason is None else f": {one.reason}"
        print(f"{one.file}: {one.outcome}{rows}{reason}", file=sys.stderr)
    _tell_sums("all", gathering.sums)
    if gathering.elsewhere:
        print(f"{gathering.elsewhere} files of earlier runs are there too", file=sys.stderr)
    said = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    print(f"wrote {arguments.target}: {said}")
    return 0


def _tell_sums(title: str, sums: Sums) -> None:
    print(f"[{title}]", file=sys.stderr)
    for (outcome, reason, unit), (records, number) in sorted(
        sums.items(), key=lambda pair: tuple(word or "" for word in pair[0])
    ):
        row = {"outcome": outcome, "reason": reason, "unit": unit, "records": records}
        print(_line({**row, "number": number}), file=sys.stderr)


def inspect_command(made: argparse.ArgumentParser) -> None:
    """The options of ``inspect``."""
    made.add_argument("file", metavar="TABLE", help="a .csv, .xlsx, .parquet or .json file")
    made.add_argument("--sheet", metavar="NAME", help="of a workbook (without it, the largest)")


def inspect(arguments: argparse.Namespace) -> int:
    """Draft the mapping of a table, and say on stderr what it looks like."""
    seen = inspect_table(arguments.file, sheet=arguments.sheet)
    draft = seen.mapping.to_toml().rstrip()
    print(str(seen).removesuffix(draft).rstrip(), file=sys.stderr)
    print(draft)
    return 0
