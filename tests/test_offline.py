"""No network at run time: everything works with sockets blocked."""

from __future__ import annotations

import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

SCRIPT = """
import sys

def hook(event, values):
    if event.startswith("socket."):
        raise AssertionError(f"a socket was asked for: {event} {values}")

sys.addaudithook(hook)
import pledgetrack as pt

top = sys.argv[1]
seeds = pt.load_seeds()
for name in ("a.json", "a.csv", "a.parquet", "a.xlsx", "folder"):
    assert pt.read(pt.write(seeds, f"{top}/{name}")) == seeds
pt.write_iati(seeds, f"{top}/aid.xml")
assert len(pt.read_iati(f"{top}/aid.xml"))
pt.write(seeds, f"{top}/movements", partition_by=["unit"])
usd = seeds.filter(unit="USD")
totals = usd.totals(by="party", into="EUR", rates=pt.Rates.ecb(), as_of="2024-08-01")
assert len(totals) and len(usd.status(as_of="2024-08-01"))
pt.table(totals).as_raw_html()
pt.chart.progress(usd, as_of="2024-08-01").to_dict()
"""


def test_everything_works_without_a_network(tmp_path: Path) -> None:
    """Import, reading, writing, totals, status, rates, tables and charts ask for no socket."""
    done = subprocess.run(  # noqa: S603  # our own interpreter, our own words
        [sys.executable, "-c", SCRIPT, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_tests_have_no_network() -> None:
    """A test that asks for one fails, so that all others say that there is none."""
    with pytest.raises(RuntimeError, match="no network"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(RuntimeError, match="no network"):
        urllib.request.urlopen("http://example.org")
