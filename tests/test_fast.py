"""The compiled loops are there where numba is, and pay; else all goes without."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pledgetrack import fast


def test_loops_are_for_many_rows() -> None:
    """A half second is more than few rows take."""
    assert fast.loops(fast.FROM - 1) is None
    assert fast.loops(fast.FROM) is not None


@pytest.mark.parametrize("why", ["None", "type(sys)('numba')"])
def test_without_numba_all_goes_without(why: str) -> None:
    """Also where one is there that cannot be used."""
    program = f"""if True:
        import sys
        sys.modules["numba"] = {why}
        from pledgetrack import fast
        fast.FROM = 0
        assert fast.loops(9) is None
        import pledgetrack as pt
        print(pt.totals(pt.load_seeds().movements(), as_of="2024-01-01")["pledged"].tolist())
    """
    made = subprocess.run(  # noqa: S603  # our own words
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert "Decimal" in made.stdout, made.stderr


def test_each_keeps_the_order() -> None:
    """Whichever is ready first."""
    for in_threads in (False, True):
        made = fast.each(lambda size: sum(range(size)), [100_000, 1, 10], in_threads=in_threads)
        assert [*made] == [4999950000, 0, 45]
