"""Files that are one line of 100 MB, or a million columns wide, before every reader.

``python tests/large_files.py`` reads each in a process of its own, which may take 6 GiB of
addresses, and tells the seconds of work, the memory and what became of it; ``--short`` makes the
files a fiftieth of that. Whatever ends in another way than read or refused by the library is wrong.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pledgetrack as pt

ADDRESSES = 6 * 2**30
PATIENCE = 600  # seconds, after which a reader hangs

READERS: dict[str, Callable[[Path], Any]] = {
    "read": pt.read,
    "read lazy": lambda path: pt.read(path, records="lazy"),
    "read_table": lambda path: pt.read_table(
        path,
        {
            "columns": {"party": "Donor", "pledged": "Pledged"},
            "constants": {"unit": "USD", "announced": "2024-01-05"},
        },
    ),
    "inspect_table": pt.inspect_table,
    "read_iati": pt.read_iati,
    "read_fts": pt.read_fts,
    "read_crs": pt.read_crs,
    "read_360giving": pt.read_360giving,
    "read_promises": lambda path: pt.read_promises(path, party="A", announced="2022-05-01"),
    "rates": lambda path: pt.Rates.read_csv(path, base="EUR"),
    "deflators": lambda path: pt.Deflators.read_csv(path, base_year=2020),
    "mapping": pt.TableMapping.read,
    "reconcile": lambda path: pt.reconcile(pt.load_seeds(), path),
}
FORMS: dict[str, tuple[str, ...]] = {
    "read": ("toml", "json", "csv", "parquet"),
    "read lazy": ("csv",),
    "read_table": ("csv", "json", "parquet"),
    "inspect_table": ("csv", "json", "parquet"),
    "read_iati": ("xml",),
    "read_fts": ("json", "csv"),
    "read_crs": ("csv", "parquet"),
    "read_360giving": ("json", "csv"),
    "read_promises": ("json", "yaml", "csv"),
    "rates": ("csv",),
    "deflators": ("csv",),
    "mapping": ("toml",),
    "reconcile": ("csv",),
}
HEADS = {
    "read": "pledgetrack_format=2,id,title", "read lazy": "pledgetrack_format=2,id,title",
    "read_fts": "id,amountUSD,boundary,onBoundary,status,description",
    "read_crs": "Year,DonorName,RecipientName,USD_Commitment,USD_Disbursement,ProjectTitle",
    "read_360giving": "Identifier,Currency,Amount Awarded,Title",
    "rates": "date,USD", "deflators": "year,country,index",
}  # fmt: skip
LISTS = {"read": "sources", "read_fts": "flows", "read_360giving": "grants"}


def line(reader: str, form: str, size: int) -> bytes:
    """A file with a text of so many bytes on one line."""
    text = b"a" * size
    if form == "csv":
        head = HEADS.get(reader, "Donor,Pledged")
        return f"{head}\n{'source,' if 'read' in reader else '1,'}b,".encode() + text + b"\n"
    if form == "toml":
        return b'[[source]]\nid = "a"\ntitle = "' + text + b'"\n'
    if form == "yaml":
        return b"promises:\n  - title: " + text + b"\n"
    if form == "xml":
        inside = b"<iati-activity><iati-identifier>" + text + b"</iati-identifier></iati-activity>"
        return b'<iati-activities version="2.03">' + inside + b"</iati-activities>"
    name = LISTS.get(reader, "promises").encode()
    return b'{"pledgetrack_format":2,"' + name + b'":[{"id":"a","title":"' + text + b'"}]}'


def wide(reader: str, form: str, count: int) -> bytes:
    """A file of one record with so many fields beside its own."""
    names = [f"c{at}" for at in range(count)]
    if form == "csv":
        head = HEADS.get(reader, "Donor,Pledged")
        return f"{head},{','.join(names)}\n{'1,' * count}\n".encode()
    if form == "toml":
        return ("[[source]]\nid = 'a'\n" + "".join(f"{name} = 1\n" for name in names)).encode()
    if form == "yaml":
        return ("promises:\n  - title: a\n" + "".join(f"    {n}: 1\n" for n in names)).encode()
    if form == "xml":
        inside = "<iati-identifier>a</iati-identifier>" + "".join(f"<{n}/>" for n in names)
        return (
            f'<iati-activities version="2.03"><iati-activity>{inside}</iati-activity>'
            "</iati-activities>"
        ).encode()
    name = LISTS.get(reader, "promises")
    fields = ",".join(f'"{n}":1' for n in names)
    return f'{{"pledgetrack_format":2,"{name}":[{{"id":"a","title":"b",{fields}}}]}}'.encode()


def parquet(*, columns: int, path: Path) -> None:
    """A Parquet file of one row and so many columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({f"c{at}": pa.array([1], pa.int8()) for at in range(columns)})
    pq.write_table(table, path, compression="none", write_statistics=False)


def files(folder: Path, share: int) -> Iterator[tuple[str, str, Path]]:
    """Each file in turn, with its reader and what it is; it is gone with the next."""
    for reader, forms in FORMS.items():
        for form in forms:
            path = folder / f"a.{form}"
            if form != "parquet":
                path.write_bytes(line(reader, form, 100 * 2**20 // share))
                yield reader, f"one line of {form}", path
                path.write_bytes(wide(reader, form, 1_000_000 // share))
            else:
                # Parquet of a million columns is 100 MB of headings, and as slow to write.
                parquet(columns=20_000, path=path)
            yield reader, f"columns of {form}", path
            path.unlink()


def one(reader: str, path: Path) -> None:
    """Read a file in this process, and tell how it went."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    before, began = memory(), time.process_time()
    try:
        READERS[reader](path)
        told = "read"
    except pt.PledgetrackError as error:
        message = str(error)
        assert len(message) < 50_000, "a message as long as the file"
        told = "refused: " + " ".join(message.split())[-110:]
    print(f"{time.process_time() - began:5.1f} s {memory() - before:5d} MB  {told}")


def memory() -> int:
    """The most memory that this process has held so far, in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def main() -> int:
    """Read every file; the exit status is 1 where one is neither read nor refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--one", nargs=2)
    said = parser.parse_args()
    if said.one:
        one(said.one[0], Path(said.one[1]))
        return 0
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for reader, what, path in files(Path(folder), 50 if said.short else 1):
            done = subprocess.run(  # noqa: S603  # our own interpreter, our own words
                [sys.executable, __file__, "--one", reader, str(path)],
                check=False, capture_output=True, text=True, timeout=PATIENCE,
            )  # fmt: skip
            wrong += done.returncode != 0
            told = done.stdout.strip() or f"WRONG: {done.stderr.strip()[-200:]}"
            print(f"{reader:15} {what:18} {told}", flush=True)
    print(f"{wrong} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
