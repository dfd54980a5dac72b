"""Fixtures and Hypothesis profiles shared by all tests."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, settings

import pledgetrack as pt
from pledgetrack import frames

pytest.register_assert_rewrite("laws")

settings.register_profile(
    "default",
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
# The same every time, as the default is, and more of them.
settings.register_profile("more", settings.get_profile("default"), max_examples=20)
settings.register_profile(
    "long", settings.get_profile("default"), max_examples=2000, derandomize=False
)
# For mutants, each of which has the whole of the laws against it: that a law fails is all that is
# asked, not by which small example.
settings.register_profile(
    "few",
    settings.get_profile("default"),
    phases=(Phase.explicit, Phase.generate),
    report_multiple_bugs=False,
)
settings.load_profile("default")


_CONNECTING = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}


def _offline(event: str, values: tuple[object, ...]) -> None:
    """Refuse each way out of this process into a network; pipes and local sockets are none."""
    if event not in _CONNECTING:
        return
    address = values[1] if event in ("socket.connect", "socket.sendto") else values[0]
    host = address[0] if isinstance(address, tuple) else address
    local = host in ("127.0.0.1", "::1", "localhost", "", None) or (
        event == "socket.connect" and isinstance(address, (str, bytes))
    )
    if not local:
        raise RuntimeError(f"the tests have no network: {event} {address!r}")


# Python tells of these before it does them, whichever library asks.
sys.addaudithook(_offline)


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and never among the tests themselves."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_unconfigure() -> None:
    """Let go of everything."""
    gc.unfreeze()


@pytest.fixture(scope="session")
def seeds() -> pt.Ledger:
    """The shipped ledger."""
    return pt.load_seeds()


@pytest.fixture(scope="session")
def ecb() -> pt.Rates:
    """The rates of the European Central Bank."""
    return pt.Rates.ecb()


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real files; tests that need it are skipped where it is not named."""
    folder = os.environ.get("PLEDGETRACK_DATA")
    if folder is None:
        pytest.skip("PLEDGETRACK_DATA names no folder of real files")
    path = Path(folder)
    assert path.is_dir(), f"PLEDGETRACK_DATA names {folder!r}, which is no folder"
    return path


@pytest.fixture
def leaving() -> Iterator[list[int]]:
    """How many rows each query brought back."""
    counts: list[int] = []
    collect = frames.collect

    def counted(lazy: Any) -> pa.Table:
        table = collect(lazy)
        counts.append(len(table))
        return table

    with mock.patch.object(frames, "collect", counted):
        yield counts
