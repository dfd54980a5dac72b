"""The engine ``coverage``: bytes changed, and kept where they reach new lines (atheris)."""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import subprocess
import sys
import tempfile
from pathlib import Path

_EDGES = re.compile(r" cov: (\d+) ")
_LONGEST = 6_000  # bytes of an input


def run(name: str, inputs: int, seconds: float, out: Path) -> None:
    """Run a campaign in a process of its own, for libFuzzer ends the one that it runs in."""
    with tempfile.TemporaryDirectory(prefix="fuzz-corpus-") as corpus:
        done = subprocess.run(  # noqa: S603  # our own interpreter, our own words
            [sys.executable, "-m", __name__, name, str(inputs), str(seconds), str(out), corpus],
            check=False, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    told = done.stderr.decode("utf-8", "replace")
    if done.returncode:
        last = told[-3000:]
        print(f"{last}\nthe campaign on {name!r} ended with {done.returncode}", file=sys.stderr)
        raise SystemExit(1)
    edges = max(map(int, _EDGES.findall(told)), default=0)
    (out / f"{name}.edges").write_text(str(edges), encoding="utf-8")


def _child(name: str, inputs: int, seconds: float, out: Path, corpus: str) -> None:
    import atheris

    with atheris.instrument_imports(include=["pledgetrack"], enable_loader_override=False):
        import pledgetrack

        for module in pkgutil.walk_packages(pledgetrack.__path__, "pledgetrack."):
            # What numba compiles must be as it was written.
            if module.name != "pledgetrack.compiled":
                importlib.import_module(module.name)
    from fuzz.campaign import Campaign
    from fuzz.targets import TARGETS

    campaign = Campaign(TARGETS[name], inputs, seconds)
    for at, text in enumerate(campaign.target.seeds):
        Path(corpus, f"seed{at}").write_bytes(text)

    def one(data: bytes) -> None:
        campaign.give(data)
        if campaign.is_over:
            campaign.save(out, "coverage")
            os._exit(0)

    options = [f"-max_len={_LONGEST}", "-timeout=120", "-rss_limit_mb=3000"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={out}/", corpus], one)
    atheris.Fuzz()


if __name__ == "__main__":
    target, inputs, seconds, out, corpus = sys.argv[1:]
    _child(target, int(inputs), float(seconds), Path(out), corpus)
