"""The house: imports run downward, and importing the package stays light."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import pledgetrack

FLOORS = (
    ("errors", "limits", "bars", "compiled"),
    ("render", "replace", "fast"),
    ("units", "calendar"),
    ("vocabulary", "nouns"),
    ("fields", "display_words", "palette", "flow_shape"),
    ("quantity", "horizon", "sheets", "workbook", "parquet"),
    ("stated_numbers", "stated_days", "amount_words"),
    ("stated_periods", "number_words"),
    ("quantity_wording", "horizon_wording"),
    ("quantity_context",),
    ("quantity_candidates", "horizon_candidates"),
    ("wording",),
    ("models", "targets", "quotes", "deflators", "intake"),
    ("balances", "layers", "kin", "layout", "rates", "account"),
    ("members", "csv_columns", "scan"),
    ("passing",),
    ("families", "lookalikes", "schema", "results"),
    ("movements", "assemble", "reading"),
    ("columns", "arrow"),
    ("plain", "plain_cells", "plain_records", "row_sheets"),
    ("plain_rows",),
    ("lazy", "record_columns"),
    ("frames", "pricing", "worth", "book", "datapackage"),
    ("exchange", "codes", "tally"),
    ("judging",),
    ("convert",),
    ("judged", "facts", "choice", "doubles"),
    ("status",),
    ("cells",),
    ("cell_rows", "pairs"),
    ("periods", "prefixes", "remainders", "adding"),
    ("period_cells", "spreading"),
    ("totals", "check", "counted", "comparison", "schedules"),
    ("timeline", "history"),
    ("trace",),
    ("ledger",),
    ("writing", "dataset", "link", "imported", "reconcile", "outcomes"),
    ("manifest",),
    ("files", "formats", "printing", "gather"),
    ("captions", "notes", "cell_html", "chart_rows"),
    ("table_face", "chart_draw", "report_evidence"),
    ("tables", "chart", "report_parts"),
    ("report_charts",),
    ("reports",),
    ("strategies", "cli_files"),
    ("cli",),
)
FLOOR_OF = {name: at for at, floor in enumerate(FLOORS) for name in floor}


def imported(path: Path) -> set[str]:
    """The modules of the package that a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            module = node.module or ""
            names = [module]
            if module == "pledgetrack":
                names = [f"pledgetrack.{alias.name}" for alias in node.names]
        found |= {n.split(".")[1] for n in names if n.startswith("pledgetrack.")}
    return {name for name in found if not name.startswith("__")}


def modules(root: Path) -> dict[Path, str]:
    """Each module, and the name of its floor; a file for each field format is in one folder."""
    top = root / "src/pledgetrack"
    files = {path: path.stem for path in top.glob("*.py") if path.stem != "__init__"}
    return files | dict.fromkeys((top / "formats").glob("*.py"), "formats")


def test_imports_run_downward(root: Path) -> None:
    """Each module imports only from floors below its own."""
    files = modules(root)
    assert set(files.values()) == set(FLOOR_OF)
    upward = [
        f"{path.stem} imports {other}"
        for path, name in files.items()
        for other in imported(path)
        if FLOOR_OF[other] >= FLOOR_OF[name] and not other == name == "formats"
    ]
    assert upward == []


FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "subprocess", "socket", "ssl", "http",
                     "urllib.request", "http.client", "ftplib", "requests",
                     "runpy", "code", "pty"}  # fmt: skip
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "system", "popen", "read_pickle",
                   "to_pickle", "execv", "execve", "spawnv", "unsafe_load", "urlopen"}  # fmt: skip


def test_the_library_runs_no_code_of_others_and_asks_no_network(root: Path) -> None:
    """No eval, pickle, shell or subprocess, and nothing that opens a connection."""
    found = []
    for path in modules(root):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = {alias.name for alias in node.names} & FORBIDDEN_MODULES
            elif isinstance(node, ast.ImportFrom):
                said = {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
                names = said & FORBIDDEN_MODULES
            elif isinstance(node, ast.Call):
                called = node.func
                plain = called.id if isinstance(called, ast.Name) else ""
                # Of methods, re.compile and others of that name run nothing.
                method = called.attr if isinstance(called, ast.Attribute) else ""
                names = {plain, method if method not in ("compile", "eval") else ""}
                names &= FORBIDDEN_CALLS
            else:
                continue
            found += [f"{path.name}:{node.lineno} {name}" for name in names]
    assert found == []


def test_the_house_is_shown_to_contributors(root: Path) -> None:
    """CONTRIBUTING.md names every module."""
    text = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [name for name in FLOOR_OF if f"`{name}`" not in text] == []


def test_importing_loads_no_optional_library(root: Path) -> None:
    """Neither the extras nor the language data come with ``import pledgetrack``."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = {
        requirement.split(">")[0]
        for requirements in project["optional-dependencies"].values()
        for requirement in requirements
        if not requirement.startswith("pledgetrack")
    }
    named = {"currencyconverter": "currency_converter", "great-tables": "great_tables",
             "vl-convert-python": "vl_convert", "pyyaml": "yaml"}  # fmt: skip
    optional = {named.get(name, name) for name in optional}
    assert {"hypothesis", "polars", "duckdb", "great_tables", "altair", "yaml"} <= optional
    loaded = loaded_by("pt.Ledger, pt.read, pt.totals, pt.link, pt.Rates, pt.parse_quantity")
    assert {"pandas", "pydantic"} <= loaded
    assert optional & loaded == set()
    assert "babel" not in loaded


def test_importing_costs_little() -> None:
    """What a program does not use of the package it does not load, pandas and pydantic neither."""
    assert loaded_by("pt.UnitError") & {"pandas", "pydantic", "narwhals", "pyarrow"} == set()


def loaded_by(use: str) -> set[str]:
    """The libraries that a fresh Python has loaded after it used some names of the package."""
    script = (
        f"import pledgetrack as pt, sys; {use}; print(*{{n.split('.')[0] for n in sys.modules}})"
    )
    done = subprocess.run(  # noqa: S603  # our own interpreter, our own words
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("name", ["totals", "status", "timeline", "link", "reconcile", "outcomes"])
def test_a_function_hides_the_module_of_its_name(name: str) -> None:
    """``pt.totals`` is the function, also after something loaded the module ``totals``."""
    importlib.import_module(f"pledgetrack.{name}")
    assert callable(getattr(pledgetrack, name))
    assert name in dir(pledgetrack)


def test_the_public_names_are_all_there() -> None:
    """Every name in ``__all__`` exists, and is in order."""
    assert all(hasattr(pledgetrack, name) for name in pledgetrack.__all__)
    assert sorted(pledgetrack.__all__) == pledgetrack.__all__


def test_pins_are_names_and_versions(root: Path) -> None:
    """constraints.txt has lines name==version and nothing else."""
    for line in (root / "constraints.txt").read_text(encoding="utf-8").splitlines():
        name, _, version = line.partition("==")
        assert name.replace("-", "").replace("_", "").replace(".", "").isalnum(), line
        assert version, line
        assert version[0].isdigit(), line


def test_the_changelog_knows_the_version(root: Path) -> None:
    """What is released is told."""
    assert f"## {pledgetrack.__version__}" in (root / "CHANGELOG.md").read_text(encoding="utf-8")
