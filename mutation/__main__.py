"""``python -m mutation``: a sample of the mutants of each topic, and which of them live."""

from __future__ import annotations

import argparse
import importlib
import os
import random
import resource
import signal
import sys
import time
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

import pytest

from mutation.equivalent import EQUIVALENT
from mutation.modules import TOPICS, Topic
from mutation.operators import Mutant, mutants

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "pledgetrack"
# Imported once, before the forks: what takes long and starts no threads by being imported.
HEAVY = [
    *("babel.numbers", "dateutil.parser", "duckdb", "hypothesis", "narwhals", "numpy", "pandas"),
    *("polars", "pyarrow.compute", "pyarrow.parquet", "pydantic"),
]
NOT_TRIED = 99
HANGS = 10
"""A child that has not ended after so many times the work that it may do waits for nothing."""


class Mutated(SourceFileLoader):
    """Gives a mutant in the place of a file."""

    mutant: Mutant

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        """The code of the mutant; none is kept in ``__pycache__``."""
        return compile(self.mutant.tree, self.path, "exec", dont_inherit=True)


class Finder(MetaPathFinder):
    """Finds the mutant in the place of its module."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.found = False
        self.module = f"pledgetrack.{Path(mutant.file).stem}"

    def find_spec(
        self, fullname: str, path: object = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of the mutated module; of no other."""
        if fullname != self.module:
            return None
        spec = PathFinder.find_spec(fullname, path, target)  # type: ignore[arg-type]
        if spec is None or spec.origin is None:
            return None
        loader = Mutated(fullname, spec.origin)
        loader.mutant = self.mutant
        spec.loader = loader
        self.found = True
        return spec

    def pytest_sessionstart(self) -> None:
        """Come first again: pytest has put its own finder before, for files that it is given."""
        sys.meta_path.remove(self)
        sys.meta_path.insert(0, self)


def main() -> int:
    """Run the samples; the exit status is 1 where a mutant lives without a reason."""
    parser = argparse.ArgumentParser(prog="python -m mutation", description=__doc__)
    parser.add_argument("--module", choices=TOPICS, action="append", help="without it, all")
    parser.add_argument("--sample", type=int, default=40, help="mutants of each module")
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--only", help="those mutants alone whose name holds this text")
    parser.add_argument("--list", action="store_true", help="name the sample, run nothing")
    said = parser.parse_args()
    rows = []
    for name in said.module or TOPICS:
        topic = TOPICS[name]
        every = [one for file in topic.files for one in _of(file)]
        drawn = random.Random(said.seed).sample(every, min(said.sample, len(every)))  # noqa: S311
        drawn = [one for one in drawn if said.only is None or said.only in one.name]
        if said.list:
            print(*drawn, sep="\n")
            continue
        rows.append((name, len(every), len(drawn), *_run(topic, drawn)))
    print("\n| module | mutants | drawn | killed | equivalent | live |\n|---|--:|--:|--:|--:|--:|")
    for name, every_one, number, equivalent, live in rows:
        killed = number - len(equivalent) - len(live)
        print(f"| {name} | {every_one:,} | {number} | {killed} | {len(equivalent)} | {len(live)} |")
    return int(any(live for *_, live in rows))


def _of(file: str) -> list[Mutant]:
    path = SOURCE / f"{file}.py"
    return list(mutants(path.read_text(encoding="utf-8"), path.name))


def _run(topic: Topic, drawn: list[Mutant]) -> tuple[list[Mutant], list[Mutant]]:
    """Those that live, equivalent or not."""
    for module in HEAVY:
        importlib.import_module(module)
    began = _worked()
    if not _survives(topic, None, 3600):
        sys.exit("the tests fail without any mutant; make them pass first")
    limit = 10 + 3 * round(_worked() - began)
    equivalent: list[Mutant] = []
    live: list[Mutant] = []
    for number, mutant in enumerate(drawn, 1):
        began = time.monotonic()
        survives = _survives(topic, mutant, limit)
        word = "killed"
        if survives:
            known = mutant.name in EQUIVALENT
            word = "equivalent" if known else "LIVES"
            (equivalent if known else live).append(mutant)
        took = time.monotonic() - began
        print(f"{number}/{len(drawn)} {word} in {took:.0f} s: {mutant}", flush=True)
    return equivalent, live


def _worked() -> float:
    """Seconds of work of the children that have ended: a busy machine takes longer, no more."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _survives(topic: Topic, mutant: Mutant | None, limit: int) -> bool:
    """Whether all tests pass in a child process that has the mutant; a hang is noticed too."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        _child(topic, mutant)
    until = time.monotonic() + HANGS * limit
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done and os.waitstatus_to_exitcode(status) == NOT_TRIED:
            sys.exit(f"no test imports what is changed: {mutant}")
        if done:
            return status == 0
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _child(topic: Topic, mutant: Mutant | None) -> None:
    """Run the tests and end the process: 0 where all of them pass."""
    os.chdir(ROOT)
    plugins = []
    if mutant is not None:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        plugins.append(Finder(mutant))
        sys.meta_path.insert(0, plugins[0])
    # The doctests of the files, then the tests in the order of the topic, the laws last.
    files = [mutant.file] if mutant is not None else [f"{file}.py" for file in topic.files]
    tests = [str(SOURCE / file) for file in files]
    tests += [str(ROOT / "tests" / f"test_{test}.py") for test in topic.tests]
    code = 1
    try:
        # Hypothesis is imported before the fork, so pytest cannot rewrite its assertions.
        known = "ignore::pytest.PytestAssertRewriteWarning"
        few = ["--hypothesis-profile", "few"]
        code = pytest.main(["-x", "-W", known, "-p", "no:cacheprovider", *few, *tests], plugins)
        if plugins and not plugins[0].found:
            code = NOT_TRIED
        if mutant is None:
            sys.stdout.flush()
    finally:
        os._exit(int(code))


if __name__ == "__main__":
    sys.exit(main())
