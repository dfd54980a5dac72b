"""Fixtures and Hypothesis profiles shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import pledgetrack as pt

settings.register_profile(
    "default",
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile(
    "long", settings.get_profile("default"), max_examples=2000, derandomize=False
)
settings.load_profile("default")


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
