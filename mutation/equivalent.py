"""Mutants that no test can notice, by name, each with the reason."""

from __future__ import annotations

EQUIVALENT: dict[str, str] = {}
