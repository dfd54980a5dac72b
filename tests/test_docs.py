"""What the documents show is what happens."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import pledgetrack as pt
from iati_files import activity, iati, transaction
from pledgetrack import errors
from pledgetrack.cli import main

DOCS = Path(__file__).parents[1] / "docs"


def code(path: Path, language: str) -> list[str]:
    """The code blocks of a document in a language."""
    text = path.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


def test_the_readme_shows_the_real_report(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both tables of the README stand in the report, line by line."""
    assert main(["report", "--as-of", "2024-08-01"]) == 0
    printed = capsys.readouterr().out
    shown = [block for block in code(root / "README.md", "") if "===" in block]
    assert len(shown) == 2
    for block in shown:
        title, table = block.split("[USD]")
        assert title in printed
        assert f"[USD]{table.rstrip()}\n" in printed


def test_the_readme_has_two_commands_alone_in_their_blocks(root: Path) -> None:
    """Each command can be copied as it stands."""
    commands = [b for b in code(root / "README.md", "") if b.startswith("python3 -m venv")]
    assert [len(command.splitlines()) for command in commands] == [1, 1]


def test_the_readme_notebook_example_runs(root: Path) -> None:
    """Every line of the examples in the README works."""
    names: dict[str, object] = {}
    for example in code(root / "README.md", "python"):
        for line in example.splitlines():
            exec(line, names)  # noqa: S102  # our own document
    assert isinstance(names["ledger"], pt.Ledger)


@pytest.mark.parametrize("document", ["docs/phrases.md", "docs/history.md"])
def test_the_examples_of_a_document_are_true(root: Path, document: str) -> None:
    """Each call of the document works, and its remark says what it gives."""
    names: dict[str, object] = {"pt": pt}
    for example in code(root / document, "python"):
        for line in example.splitlines():
            call, _, said = line.partition("  #")
            if said:
                assert str(eval(call, names)) == said.strip()  # noqa: S307  # our own document
            else:
                exec(call, names)  # noqa: S102  # our own document


PAGES = sorted(
    page.relative_to(DOCS).as_posix()
    for page in DOCS.rglob("*.md")
    if ">>> " in page.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page_are_what_happens(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every example prints what stands under it; the files of the page go elsewhere."""
    monkeypatch.chdir(tmp_path)
    for example in code(DOCS / page, "toml"):
        Path("promises.toml").write_text(example, encoding="utf-8")
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    found = doctest.testfile(
        str(DOCS / page), module_relative=False, optionflags=flags, encoding="utf-8"
    )
    assert found.attempted
    assert found.failed == 0


def test_every_page_is_named_in_the_contents() -> None:
    """A page that no list of contents names would be found by nobody."""
    listed = set()
    for page in DOCS.rglob("*.md"):
        for names in re.findall(
            r"```{toctree}\n(.*?)```", page.read_text("utf-8"), flags=re.DOTALL
        ):
            places = [line for line in names.splitlines() if line and not line.startswith(":")]
            listed |= {(page.parent / f"{place}.md").relative_to(DOCS) for place in places}
    pages = {page.relative_to(DOCS) for page in DOCS.rglob("*.md")}
    assert pages - {Path("index.md")} == listed


def test_the_reference_has_every_public_name() -> None:
    """Each name of the package stands in the reference, errors with their module."""
    text = "".join(page.read_text("utf-8") for page in (DOCS / "reference").glob("*.md"))
    shown = set(re.findall(r":: pledgetrack\.(\w+)$", text, flags=re.MULTILINE))
    missing = set(pt.__all__) - shown
    assert [name for name in missing if not hasattr(errors, name)] == []
    assert "errors" in shown


def test_the_laws_name_tests_that_exist(root: Path) -> None:
    """Whoever doubts a law finds its test."""
    named = re.findall(r"`(test_\w+\.py)`", (DOCS / "laws.md").read_text("utf-8"))
    assert len(set(named)) > 10
    assert [name for name in named if not (root / "tests" / name).is_file()] == []
    functions = re.findall(r"`(test_\w+)`", (DOCS / "laws.md").read_text("utf-8"))
    laws = (root / "tests/test_laws.py").read_text("utf-8")
    assert len(functions) > 8
    assert [name for name in functions if f"def {name}(" not in laws] == []


@pytest.mark.parametrize("document", ["README.md", "docs/format.md", "docs/by-hand.md"])
def test_the_ledger_in_a_document_can_be_read(root: Path, tmp_path: Path, document: str) -> None:
    """The examples of hand-written ledgers are whole and have no finding."""
    for at, example in enumerate(code(root / document, "toml")):
        file = tmp_path / f"example-{at}.toml"
        file.write_text(example, encoding="utf-8")
        ledger = pt.read(file)
        assert len(ledger)
        assert ledger.events
        assert ledger.check().empty


def test_every_field_is_in_the_format(root: Path) -> None:
    """The description of the format names each field of each record."""
    text = (root / "docs/format.md").read_text(encoding="utf-8")
    models = (pt.Commitment, pt.Event, pt.Party, pt.Source, pt.Quantity, pt.Horizon, pt.Citation)
    fields = {name for model in models for name in model.model_fields}
    assert [name for name in sorted(fields) if f"`{name}`" not in text] == []


def test_the_examples_on_the_command_line_are_what_happens(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each call prints what stands under it, on stderr and stdout."""
    monkeypatch.chdir(tmp_path)
    flows = (("2", 1, "100"), ("3", 2, "40.5"), ("1", 3, "70"))
    inside = [transaction(kind, f"2024-0{month}-15", value) for kind, month, value in flows]
    Path("aid.xml").write_bytes(iati(activity(*inside)).getvalue())
    table = 'Donor,Pledge (USD million),Date\nNorway,"1,200.5",13/02/2024\n'
    Path("pledges.csv").write_text(table, encoding="utf-8")
    (example,) = code(root / "docs/command-line.md", "")
    calls = example.removeprefix("$ ").split("\n$ ")
    assert len(calls) == 4
    for call in calls:
        line, _, wanted = call.partition("\n")
        words, _, file = line.partition(" > ")
        assert main(words.split()[1:]) == 0
        said = capsys.readouterr()
        if file:
            Path(file).write_text(said.out, encoding="utf-8")
        shown = said.err + ("" if file else said.out)
        lines = [one.rstrip() for one in shown.splitlines() if one.strip()]
        assert lines == wanted.rstrip().splitlines()
