"""``python -m fuzz``: a campaign on one target or on all, and what came of it as a table."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from fuzz import coverage, properties
from fuzz.campaign import Campaign
from fuzz.targets import TARGETS

ALL = 1_000_000
ENGINES = {"coverage": 3, "properties": 1}
"""The engines, and their parts of the inputs of a target in a campaign on all."""


def main() -> int:
    """Run campaigns; the exit status is 1 where a defect was found."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--target", choices=sorted(TARGETS), action="append")
    chosen.add_argument("--all", action="store_true", help="every target, by its weight")
    chosen.add_argument("--input", nargs=2, metavar=("TARGET", "FILE"), help="one saved input")
    chosen.add_argument("--report", action="store_true", help="the campaigns so far, as a table")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="without it, both")
    parser.add_argument("--inputs", type=int, help=f"for each engine and target; of all, {ALL:,}")
    parser.add_argument("--seconds", type=float, default=600, help="at most, for each of them")
    parser.add_argument("--start", type=int, default=0, help="where the properties begin to draw")
    parser.add_argument("--out", type=Path, default=Path("build/fuzz"), help="a folder")
    said = parser.parse_args()
    if said.input:
        TARGETS[said.input[0]].run(Path(said.input[1]).read_bytes())
        return 0
    if not said.report:
        engines = said.engine or ENGINES
        weights = sum(target.weight for target in TARGETS.values())
        said.out.mkdir(parents=True, exist_ok=True)
        for name in said.target or TARGETS:
            for engine in engines:
                inputs = said.inputs or ALL
                if said.all:
                    parts = sum(ENGINES[one] for one in engines) * weights
                    inputs = inputs * TARGETS[name].weight * ENGINES[engine] // parts + 1
                print(f"{name}: {inputs:,} inputs by {engine}", file=sys.stderr, flush=True)
                if engine == "coverage":
                    coverage.run(name, inputs, said.seconds, said.out)
                else:
                    campaign = Campaign(TARGETS[name], inputs, said.seconds)
                    properties.run(campaign, start=said.start)
                    campaign.save(said.out, engine)
    return _report(said.out)


def _report(out: Path) -> int:
    """The campaigns kept in a folder as a table in Markdown; 1 where there are defects."""
    lines = (out / "campaigns.jsonl").read_text(encoding="utf-8").splitlines()
    runs = [json.loads(line) for line in lines]
    print("| target | coverage-guided | property-based | refused | edges | slowest | defects |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name in TARGETS:
        mine = [run for run in runs if run["target"] == name]
        if not mine:
            continue
        inputs = {e: sum(r["inputs"] for r in mine if r["engine"] == e) for e in ENGINES}
        refused = sum(run["refused"] for run in mine) / max(1, sum(inputs.values()))
        edges = out / f"{name}.edges"
        seen = int(edges.read_text(encoding="utf-8")) if edges.exists() else 0
        defects = len({defect for run in mine for defect in run["defects"]})
        print(
            f"| `{name}` | {inputs['coverage']:,} | {inputs['properties']:,} | {refused:.0%} | "
            f"{seen:,} | {max(run['slowest'] for run in mine):.2f} s | {defects} |"
        )
    print(f"\n{sum(run['inputs'] for run in runs):,} inputs in all")
    found = sorted({(run["target"], defect) for run in runs for defect in run["defects"]})
    for name, defect in found:
        print(f"{name}: {defect}")
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
