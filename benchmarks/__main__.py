"""``python -m benchmarks``: run the rows, print the table, write it where that is asked."""

from __future__ import annotations

import argparse
import pickle
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import Result, SidesDifferError, measure
from benchmarks.report import put, text
from benchmarks.rows import rows

_DIFFERS = 3


def main() -> int:
    """Run each row in a process of its own, so that none leaves memory to the next."""
    known = {row.name: row for row in rows()}
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size of each, in a minute")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the table into a page")
    usual = [row.name for row in known.values() if not row.named]
    parser.add_argument("--only", nargs="+", choices=known, metavar="ROW", default=usual)
    parser.add_argument(
        "--all",
        action="store_const",
        dest="only",
        const=list(known),
        help="the rows too that else run only where they are named",
    )
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.into:
        try:
            result = measure(known[given.only[0]], quick=given.quick)
        except SidesDifferError as error:
            print(f"error: {error}", file=sys.stderr)
            return _DIFFERS
        given.into.write_bytes(pickle.dumps(result))
        return 0
    start = time.perf_counter()
    results: list[Result] = []
    for name in given.only:
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            into = Path(folder) / "result"
            asked = [*(["--quick"] if given.quick else []), "--only", name, "--into", str(into)]
            done = subprocess.run(  # noqa: S603  # our own interpreter, our own words
                [sys.executable, "-m", "benchmarks", *asked], check=False
            )
            if done.returncode:
                return done.returncode
            results.append(pickle.loads(into.read_bytes()))  # noqa: S301  # written by ourselves
        print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    measured = text(results, time.perf_counter() - start)
    print(measured)
    if given.write:
        put(given.write, measured)
    return 0


if __name__ == "__main__":
    sys.exit(main())
