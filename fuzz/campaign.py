"""Inputs given to a target and counted: how many were read, refused, or brought out a defect."""

from __future__ import annotations

import hashlib
import json
import time
import traceback
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import pledgetrack as pt
from fuzz.targets import Target

PATIENCE = 10.0
"""Seconds of work beyond which an input counts as a defect; the slowest reader takes 0.1."""


@dataclass(slots=True)
class Campaign:
    """What came of the inputs so far; each defect with the first input that showed it."""

    target: Target
    limit: int
    seconds: float
    inputs: int = 0
    refused: int = 0
    slowest: float = 0.0
    defects: dict[str, bytes] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    @property
    def is_over(self) -> bool:
        """Whether it has had its inputs, or its time."""
        return self.inputs >= self.limit or time.monotonic() - self.started >= self.seconds

    def give(self, data: bytes) -> None:
        """Hand one input to the target."""
        self.inputs += 1
        began = time.process_time()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                self.target.run(data)
        except pt.PledgetrackError:
            self.refused += 1
        except Exception as error:  # noqa: BLE001  # any other is what is looked for
            self.defects.setdefault(signature(error), data)
        took = time.process_time() - began
        self.slowest = max(self.slowest, took)
        if took > PATIENCE:
            self.defects.setdefault(f"took more than {PATIENCE} s", data)

    def save(self, place: Path, engine: str) -> None:
        """Keep the figures, and the inputs that showed a defect."""
        place.mkdir(parents=True, exist_ok=True)
        for what, data in self.defects.items():
            name = hashlib.sha256(what.encode()).hexdigest()[:12]
            (place / f"{self.target.name}-{name}.input").write_bytes(data)
        made = {
            "target": self.target.name, "engine": engine, "inputs": self.inputs,
            "refused": self.refused, "slowest": round(self.slowest, 3),
            "seconds": round(time.monotonic() - self.started, 1), "defects": sorted(self.defects),
        }  # fmt: skip
        with (place / "campaigns.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(made) + "\n")


def signature(error: BaseException) -> str:
    """What tells one defect from another: the error, and where it came out of the library."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "/pledgetrack/" in f.filename] or frames
    where = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}"
    return f"{type(error).__name__} at {where}"
