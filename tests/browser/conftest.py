"""A real browser without a network, and the reports that it opens from disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from report_ledgers import LEDGERS

import pledgetrack as pt

DAY = "2024-08-01"
SWITCHES = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def missing(what: str) -> Any:
    """Without a browser these tests are skipped; where it is required, they fail."""
    if os.environ.get("PLEDGETRACK_BROWSER") == "required":
        pytest.fail(f"{what} is required here; .ci/browser installs it")
    pytest.skip(f"there is no {what}; .ci/browser installs it")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        missing("playwright (the extra 'browser')")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing("chromium")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=path, headless=True, args=list(SWITCHES))
        yield made
        made.close()


@pytest.fixture
def show(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open a file at a width, offline; what goes wrong on the page fails the test."""
    wrong: list[str] = []
    opened = []

    def note(what: str) -> Callable[[Any], None]:
        return lambda event: wrong.append(f"{what}: {getattr(event, 'text', event)}"[:300])

    def outward(request: Any) -> None:
        if not request.url.startswith("file://"):
            wrong.append(f"request: {request.url[:300]}")

    def opening(path: Path, width: int = 1280, **options: Any) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, offline=True, **options
        )
        opened.append(context)
        page = context.new_page()
        page.on("console", note("console"))
        page.on("pageerror", note("error"))
        page.on("dialog", note("dialog"))
        page.on("request", outward)
        page.goto(path.as_uri())
        return page

    yield opening
    for context in opened:
        context.close()
    assert wrong == []


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The report of one of the ledgers, made once."""
    folder = tmp_path_factory.mktemp("reports")

    def made(name: str) -> Path:
        path = folder / f"{name.replace(' ', '-')}.html"
        if not path.exists():
            pt.report(LEDGERS[name](), path, as_of=DAY, since="2024-01-01")
        return path

    return made
