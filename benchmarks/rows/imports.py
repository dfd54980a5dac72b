"""A fresh Python that imports pledgetrack, beside one that imports pandas and pydantic."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

from benchmarks.measure import OURS, Row, Side


def fresh(words: str) -> None:
    """Run a few words in a new Python, which finds its modules compiled."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, "-c", words], check=True, env=kept)  # noqa: S603  # our own words


def _imports(words: str) -> Mapping[str, Side]:
    return {
        OURS: Side(lambda: fresh(words)),
        "import pandas, pydantic": Side(lambda: fresh("import pandas, pydantic")),
    }


ROWS = [
    Row("import", "`import pledgetrack`", lambda _: _imports("import pledgetrack"), 1, 1,
        {"import pandas, pydantic": 1 / 1.25}, rounds=9),
    Row("first-use", "the same, and the first use of it",
        lambda _: _imports("import pledgetrack as pt; pt.Ledger().totals(as_of='2024-08-01')"),
        1, 1, {}, rounds=9),
]  # fmt: skip
