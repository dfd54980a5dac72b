"""Report: what a run measured, as the table of ``docs/performance.md``."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.measure import OURS, Result

BEGIN, END = "<!-- measured -->", "<!-- end of what was measured -->"
LIBRARIES = ("numpy", "pandas", "pyarrow", "polars", "duckdb", "narwhals", "numba", "pydantic")


def text(results: Sequence[Result], seconds: float) -> str:
    """The table of a run, with machine and versions."""
    lines = [
        f"Run on {dt.datetime.now(tz=dt.UTC).date()} in {seconds / 60:.1f} minutes; {machine()}.",
        "",
        "| work | size | ours | peak + MB | against | × ours | asked | growth |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for result in results:
        lines += _lines(result)
    lines += ["", "A time marked * was taken on a tenth of the size and counts tenfold."]
    return "\n".join(lines)


def _lines(result: Result) -> list[str]:
    ours = result.sides[OURS]
    peak = "" if ours.megabytes is None else f"{ours.megabytes:.0f}"
    if result.memory is not None:
        peak += f" (at most {result.memory:.0f})"
    grown = "" if result.exponent is None else f"{result.exponent:.2f}"
    head = [result.work, f"{result.size:,}", _time(ours.seconds), peak]
    made = []
    others = [name for name in result.sides if name != OURS] or [""]
    for at, name in enumerate(others):
        cells = head if at == 0 else [""] * 4
        told = [name, "", ""]
        if name:
            side = result.sides[name]
            goal = result.goals.get(name)
            star = "*" if side.tenth else ""
            told = [
                f"{name}, {_time(side.seconds)}{star}",
                f"{result.ratio(name):.2f}",
                "" if goal is None else f"{goal:g}",
            ]
        made.append("| " + " | ".join([*cells, *told, grown if at == 0 else ""]) + " |")
    return made


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def machine() -> str:
    """What the run was on: processor, cores, memory, Python and libraries."""
    memory = ""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
        memory = f", {size:.0f} GiB"
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores{memory}; "
        f"Python {platform.python_version()}, {versions}"
    )


def put(path: Path, measured: str) -> None:
    """Put what was measured between the marks of a page."""
    page = path.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise SystemExit(f"{path} has no place for the table: {BEGIN} ... {END}")
    path.write_text(f"{before}{BEGIN}\n{measured}\n{END}{after}", encoding="utf-8")
