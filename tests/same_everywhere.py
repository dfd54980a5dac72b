"""The same figures, byte for byte, wherever they are computed.

``python tests/same_everywhere.py`` computes totals, status, periods, a timeline and a conversion of
the seeds and of drawn ledgers under other hash seeds, time zones and locales and without
assertions. ``--environments`` also makes an environment for each Python that the machine has,
with the lowest and the newest libraries allowed, and without any extra and with each.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

import pledgetrack as pt
from pledgetrack import fast

TOP = Path(__file__).resolve().parents[1]
DAYS = ("2022-07-31", "2024-07-12")
RATES = {"USD": "1.0837", "EUR": "1", "GBP": "0.8521", "JPY": "163.07"}
SURROUNDINGS: dict[str, dict[str, str]] = {
    "hash seed 0": {"PYTHONHASHSEED": "0"},
    "hash seed 4711, Kiritimati, C": {
        "PYTHONHASHSEED": "4711", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"
    },
    "without assertions, Honolulu, Turkish": {
        "PYTHONOPTIMIZE": "1", "TZ": "Pacific/Honolulu", "LC_ALL": "tr_TR.UTF-8"
    },
    "without docstrings, German": {
        "PYTHONOPTIMIZE": "2", "PYTHONHASHSEED": "1", "LC_ALL": "de_DE.UTF-8"
    },
}  # fmt: skip


def tables(ledger: pt.Ledger) -> Iterator[tuple[str, pd.DataFrame | str]]:
    """Each table of a ledger, or the error that stands in its place."""
    rates = pt.Rates.fixed(RATES, per="EUR")
    kept = {"into": "EUR", "rates": rates, "on_missing": "keep"}
    for day in DAYS:
        asked = {
            "totals": lambda day=day: ledger.totals(
                by=["party", "horizon"], as_of=day, bounds="range"
            ),
            "by status": lambda day=day: ledger.totals(by=["status", "due"], as_of=day),
            "quarters": lambda day=day: ledger.totals(by="party", per="quarter", as_of=day),
            "fiscal years": lambda day=day: ledger.totals(
                per="fiscal year", calendar="US", as_of=day
            ),
            "status": lambda day=day: ledger.status(as_of=day),
            "summary": lambda day=day: ledger.summary(by="party", as_of=day),
            "in EUR": lambda day=day: ledger.totals(by="party", as_of=day, **kept),
        }
        for name, ask in asked.items():
            try:
                yield f"{name} as of {day}", ask()
            except pt.PledgetrackError as error:
                yield f"{name} as of {day}", f"{type(error).__name__}: {error}"
    try:
        yield "timeline", ledger.timeline(by="party", as_of=DAYS[-1])
    except pt.PledgetrackError as error:
        yield "timeline", f"{type(error).__name__}: {error}"


def canonical(folder: Path) -> str:
    """All tables of all ledgers in a folder as text: every label, every digit."""
    # Where numba is, its loops tell the same.
    fast.FROM = 0
    ledgers = {path.name: pt.read(path) for path in sorted(folder.glob("*.json"))}
    lines = []
    for source, ledger in {"seeds": pt.load_seeds(), **ledgers}.items():
        for name, table in tables(ledger):
            lines.append(f"## {source}: {name}")
            if isinstance(table, str):
                lines.append(table)
                continue
            lines.append("\t".join(table.columns))
            columns = [
                ["" if value is None or value is pd.NA else str(value) for value in table[column]]
                for column in table
            ]
            lines.extend("\t".join(row) for row in zip(*columns, strict=True))
            lines.append(repr(sorted(table.attrs.items())))
    return "\n".join(lines) + "\n"


def draw(folder: Path, count: int) -> None:
    """Write drawn ledgers into a folder."""
    from hypothesis import HealthCheck, Phase, given, settings

    from pledgetrack import strategies as pts

    made: list[pt.Ledger] = []

    @settings(
        max_examples=10 * count,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(pts.ledgers(max_commitments=5))
    def one(ledger: pt.Ledger) -> None:
        made.append(ledger)

    one()
    for at, ledger in enumerate(sorted(made, key=lambda one: len(one.movements()))[-count:]):
        pt.write(ledger, folder / f"drawn-{at}.json")


def told_by(python: str | Path, folder: Path, **surroundings: str) -> bytes:
    """What a Python tells of the ledgers in a folder."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(python), str(Path(__file__).resolve()), "--tell", str(folder)]
    made = subprocess.run(
        command, env=environment | surroundings, check=True, stdout=subprocess.PIPE, cwd=folder
    )
    return made.stdout


def environments() -> Iterator[tuple[str, str, list[str], Path | None]]:
    """A name, a Python, what to install, and what bounds it."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lowest = {
        line.split(">=")[0].split("[")[0]: line.split(">=")[1]
        for line in [*project["dependencies"], *(one for of in extras.values() for one in of)]
        if ">=" in line
    }
    pins = Path(tempfile.mkdtemp()) / "lowest.txt"
    pins.write_text("\n".join(f"{name}=={version}.*" for name, version in lowest.items()))
    pinned = TOP / "constraints.txt"
    pythons = {version: find_python(version) for version in ("3.11", "3.12", "3.13")}
    for version, python in pythons.items():
        if python is None:
            print(f"Python {version} is not there", flush=True)
            continue
        yield f"Python {version}, no extra", python, [], pinned
        yield f"Python {version}, newest", python, [], None
    # A floor that has no wheel for a newer Python says nothing about us.
    oldest = pythons["3.11"]
    if oldest is not None:
        yield "Python 3.11, lowest", oldest, [], pins
        yield "Python 3.11, lowest, all extras", oldest, ["all"], pins
        yield "Python 3.11, newest, all extras", oldest, ["all"], None
        for extra in extras:
            if extra not in ("all", "test", "dev", "docs", "browser"):
                yield f"Python 3.11, extra {extra}", oldest, [extra], pinned


def find_python(version: str) -> str | None:
    """A Python on the path or kept by pyenv."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" == version:
        return sys.executable
    found = shutil.which(f"python{version}")
    if found and subprocess.run([found, "--version"], check=False, capture_output=True).returncode:
        found = None  # pyenv leaves names of Pythons that it has not chosen
    kept = sorted(
        Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob(
            f"versions/{version}.*/bin/python"
        )
    )
    return found or (str(kept[-1]) if kept else None)


def told_in(
    name: str, python: str, extras: list[str], bounds: Path | None, folder: Path
) -> tuple[str, bytes]:
    """What a fresh environment tells, and which libraries it has."""
    with tempfile.TemporaryDirectory() as home:
        subprocess.run([python, "-m", "venv", home], check=True)
        own, wanted = f"{home}/bin/python", f"[{','.join(extras)}]" if extras else ""
        command = [own, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-e"]
        command += [f"{TOP}{wanted}", *(["-c", str(bounds)] if bounds else [])]
        made = subprocess.run(command, check=False, capture_output=True, text=True)
        if made.returncode:
            return f"{name}: {made.stderr.strip()[-600:]}", b""
        return name, told_by(own, folder)


def main() -> int:
    """Compare, or tell."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--environments", action="store_true", help="fresh environments too")
    asked.add_argument("--drawn", type=int, default=4, help="how many ledgers to draw")
    asked.add_argument("--tell", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.tell is not None:
        sys.stdout.buffer.write(canonical(given.tell).encode())
        return 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        draw(folder, given.drawn)
        wanted = told_by(sys.executable, folder)
        print(f"{len(wanted)} bytes, sha256 {hashlib.sha256(wanted).hexdigest()[:16]}", flush=True)
        answers = [
            (name, told_by(sys.executable, folder, **values))
            for name, values in SURROUNDINGS.items()
        ]
        wrong = [report(name, told, wanted) for name, told in answers]
        others = environments() if given.environments else ()
        wrong.extend(report(*told_in(*one, folder), wanted) for one in others)
    print(f"{len(wrong)} compared, {sum(wrong)} different")
    return int(any(wrong))


def report(name: str, told: bytes, wanted: bytes) -> bool:
    """Say whether two answers are the same, and where not."""
    different = told != wanted
    print(f"{'DIFFERENT' if different else 'same':10}{name}", flush=True)
    if different:
        for one, other in zip(told.splitlines(), wanted.splitlines(), strict=False):
            if one != other:
                print(f"  {one.decode()[:300]}\n  {other.decode()[:300]}")
                break
    return different


if __name__ == "__main__":
    sys.exit(main())
