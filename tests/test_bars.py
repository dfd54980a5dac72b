"""Progress bars: when they show, and that all long work has one."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import pledgetrack as pt
from pledgetrack.bars import progress, watched


def test_no_bar_is_drawn_into_a_pipe(capfd: pytest.CaptureFixture[str]) -> None:
    """Nor is the library loaded that draws it."""
    with progress("work", total=10) as seen:
        seen(10)
    assert capfd.readouterr().err == ""
    script = (
        "from pledgetrack.bars import progress; import sys\n"
        "with progress('work') as seen: seen(1)\n"
        "print('tqdm' in sys.modules)"
    )
    done = subprocess.run(  # noqa: S603  # our own interpreter, our own words
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_a_person_at_a_terminal_sees_long_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """After two seconds, and not before."""
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    with progress("work", total=10) as seen:
        seen(10)
    assert screen.getvalue() == ""
    monkeypatch.setattr("pledgetrack.bars._PATIENCE", 0.0)
    with progress("work", total=10) as seen:
        seen(10)
    assert "work" in screen.getvalue()


LEDGER = pt.Ledger(
    [
        pt.Commitment(
            id=name, party="Norway", announced="2024-01-15", stage="pledged", part_of=whole,
            target={"number": number, "unit": "USD"}, horizon={"end": "2025-12-31"},
            citation={"source": "speech"},
        )
        for name, number, whole in (("fund", 9, None), ("dam", 5, "fund"), ("road", "7.001", None))
    ],
    [pt.Event(commitment="road", kind="delivered", on="2024-06-01", quantity="2 USD")],
    [pt.Source(id="speech")],
)  # fmt: skip
FIXED = pt.Rates.fixed({"USD": "1.1"}, per="EUR", source="a bank")
GRANTS = '{"grants": [{"id": "360G-1", "title": "Advice", "currency": "GBP", "amountAwarded": 3}]}'
WORK: dict[str, Callable[[], object]] = {
    "wholes and parts": lambda: LEDGER.cut("2030-01-01").totals(),
    "balances": lambda: LEDGER.cut("2030-01-01").totals(),
    "movements": lambda: LEDGER.cut("2030-01-01").movements(),
    "check": LEDGER.check,
    "records alike": LEDGER.check,
    "into EUR": lambda: LEDGER.totals(into="EUR", rates=FIXED),
    "periods": lambda: LEDGER.totals(per="month"),
    "spreading": lambda: LEDGER.totals(per="month", into="EUR", rates=FIXED),
    "pledged": lambda: LEDGER.totals(per="month", bounds="range"),
    "changes": lambda: LEDGER.changes(since="2024-01-20"),
    "commitments": lambda: pt.write(LEDGER, "book.xlsx"),
    "events": lambda: pt.write(LEDGER, "one.json"),
    "writing": lambda: [pt.write(LEDGER, f"one.{end}") for end in ("csv", "parquet")],
    "one.csv": lambda: pt.read(pt.write(LEDGER, "one.csv")),
    "one.parquet": lambda: pt.read(pt.write(LEDGER, "one.parquet")),
    "one.json": lambda: pt.read(pt.write(LEDGER, "one.json")),
    "targets": lambda: pt.read(pt.write(LEDGER, "book.xlsx")),
    "records": lambda: pt.read_360giving(io.StringIO(GRANTS), on_reject="keep"),
}


class Screen(io.StringIO):
    """What a person at a terminal sees."""

    def isatty(self) -> bool:
        """It is one."""
        return True


@pytest.mark.parametrize("name", WORK)
def test_all_long_work_has_a_bar(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each thing that takes long with many records says by name how far it is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pledgetrack.bars._PATIENCE", 0.0)
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    WORK[name]()
    assert f"{name}: " in screen.getvalue()


class Kernel(io.StringIO):
    """The stderr of a notebook: no terminal, and everything in it is kept."""


Kernel.__module__ = "ipykernel.iostream"


def test_a_person_at_a_notebook_sees_long_work_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line under the cell, which is blank in the end; stderr keeps nothing."""
    lines: list[str] = []

    class Line:
        def update(self, data: dict[str, str], *, raw: bool) -> None:
            assert raw
            lines.append(data["text/plain"])

    def display(data: dict[str, str], *, raw: bool, display_id: bool) -> Line:
        assert display_id
        assert not lines
        Line().update(data, raw=raw)
        return Line()

    shown = ModuleType("IPython.display")
    monkeypatch.setattr(shown, "display", display, raising=False)
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", shown)
    kernel = Kernel()
    monkeypatch.setattr(sys, "stderr", kernel)
    monkeypatch.setattr("pledgetrack.bars._PATIENCE", 0.0)
    assert list(watched(range(3), "rows", unit="row")) == [0, 1, 2]
    assert lines[0].startswith("rows:")
    assert lines[-1] == ""
    assert kernel.getvalue() == ""


def test_work_that_is_broken_off_closes_its_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error stands on a line of its own."""
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr("pledgetrack.bars._PATIENCE", 0.0)
    with pytest.raises(ValueError, match="could not convert"):
        list(map(float, watched(["one"], "rows")))
    assert screen.getvalue().endswith("\r")


@pytest.mark.parametrize(
    ("name", "unit"), [("balances", "commitment"), ("periods", "row"), ("spreading", "period")]
)
def test_a_bar_says_what_it_counts(name: str, unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So much of it a second."""
    monkeypatch.setattr("pledgetrack.bars._PATIENCE", 0.0)
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    WORK[name]()
    assert re.search(rf"{name}: .*[ ?0-9]{unit}/s|{name}: .*s/{unit}\b", screen.getvalue())
