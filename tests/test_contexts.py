"""The caller's decimal context changes no figure, and nothing that is said of one."""

from __future__ import annotations

import decimal
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pledgetrack as pt

DAY: dict[str, Any] = {"as_of": "2024-01-01"}
LONG = "9" * 22 + ".999999"
_TRAPS = [decimal.Inexact, decimal.Rounded, decimal.Subnormal, decimal.InvalidOperation]
CONTEXTS = {
    "three digits, rounded up": decimal.Context(prec=3, rounding=decimal.ROUND_UP),
    "traps": decimal.Context(traps=_TRAPS, capitals=0),
    "small exponents": decimal.Context(prec=9, Emax=9, Emin=-9, clamp=1),
}


def promise(name: str, number: str, unit: str = "USD", **fields: Any) -> pt.Commitment:
    """A pledge of 2023."""
    target = {"number": number, "unit": unit, **fields.pop("target", {})}
    return pt.Commitment(
        id=name, party="A", announced="2023-06-01", stage="pledged", target=target, **fields
    )


def ledger() -> pt.Ledger:
    """Long numbers, parts, margins, and a unit that is none of the targets."""
    promises = [
        promise("a", "123456789012.34", horizon={"end": "2024-12-31"}),
        promise("b", "1", "tractor"),
        promise("c", "23456789012.33", part_of="a", target={"bound": "about", "margin": "1234.56"}),
    ]
    told = [("a", "2023-07-01", "98765432109.87", "USD"), ("b", "2023-07-01", LONG, "tractors"),
            ("b", "2023-07-02", LONG, "tractors")]  # fmt: skip
    events = [
        pt.Event(commitment=name, kind="delivered", on=on, quantity={"number": n, "unit": unit})
        for name, on, n, unit in told
    ]
    return pt.Ledger(promises, events)


def outputs(some: pt.Ledger, rates: pt.Rates, folder: Path) -> dict[str, str]:
    """What is computed and said of a ledger, as text."""
    into: dict[str, Any] = {"into": "EUR", "rates": rates, "on_missing": "keep", **DAY}

    def report(**options: Any) -> str:
        return pt.report(some, folder / "report.html", **options).read_text("utf-8")

    ways: dict[str, Callable[[], Any]] = {
        "totals": lambda: some.totals(by="party", bounds="range", **DAY).to_dict("records"),
        "periods": lambda: some.totals(per="quarter", **DAY).to_dict("records"),
        "summary": lambda: some.summary(by="party", **DAY).to_dict("records"),
        "converted": lambda: some.summary(rate_day="event", **into).to_dict("records"),
        "status": lambda: some.status(**DAY).to_dict("records"),
        "timeline": lambda: some.timeline(**DAY).to_dict("records"),
        "check": lambda: some.check().to_dict("records"),
        "report": lambda: report(**into),
        "table": lambda: pt.table(some.summary(**DAY)).as_raw_html(),
        "chart": lambda: pt.chart.progress(some, **DAY).to_json(),
        "written": lambda: pt.read(pt.write(some, folder / "ledger.json")) == some,
        "said": lambda: [*some.commitments, *some.events],
        "parsed": lambda: pt.parse_quantity("about 1,234,567,890.123456 USD"),
    }
    made = {name: repr(way()) if name != "said" else str(way()) for name, way in ways.items()}
    # Each table has a name of its own.
    return {name: re.sub(r'id="[a-z]{10}"|#[a-z]{10}\b', "", text) for name, text in made.items()}


@pytest.fixture(scope="module")
def expected(ecb: pt.Rates, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The same in the context that Python begins with."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return outputs(ledger(), ecb, tmp_path_factory.mktemp("expected"))


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.filterwarnings("ignore:.*rate")
def test_no_context_changes_a_figure_or_a_word(
    context: str, expected: dict[str, str], ecb: pt.Rates, tmp_path: Path
) -> None:
    """Few digits, other rounding, traps, small exponents: what is not exact would show here."""
    assert "19,999,999,999,999,999,999,999.999998" in expected["check"]
    with decimal.localcontext(CONTEXTS[context]):
        found = outputs(ledger(), ecb, tmp_path)
    assert {name for name in expected if found[name] != expected[name]} == set()
