"""Files and folders in the place of others: whole, whatever happens to the one who writes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pledgetrack as pt
from pledgetrack import files, replace


@pytest.fixture
def small(seeds: pt.Ledger) -> pt.Ledger:
    """Another ledger than the seeds."""
    return seeds.filter(party="Mexico")


@pytest.fixture(params=["swapped", "in two steps"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How folders change places: in one step, or in two where the system has no such step."""
    if request.param != "swapped":
        monkeypatch.setattr(replace, "_swap", lambda *_: False)
    made: str = request.param
    return made


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL, and no fork")
def test_a_killed_writer_leaves_the_old_or_the_new_one(root: Path) -> None:
    """A slice of the campaign that kills writers, fills disks and lets two write at once."""
    memory = Path("/dev/shm")  # noqa: S108  # a disk that is fast to wait for
    room = {"TMPDIR": str(memory)} if memory.is_dir() else {}
    done = subprocess.run(  # noqa: S603  # our own interpreter, our own words
        [sys.executable, root / "tests/kills.py", "--short"],
        capture_output=True, text=True, check=False, env={**os.environ, **room},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[1]) >= 10, done.stdout


def test_linux_lets_folders_change_places_in_one_step(tmp_path: Path) -> None:
    """There is no moment at which a folder is absent, where the file system allows that."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    if not replace._swap(tmp_path / "one", tmp_path / "other"):
        assert sys.platform not in ("linux", "darwin")
        return
    assert (tmp_path / "one/other").exists()
    assert (tmp_path / "other/one").exists()


def failing_renames(
    monkeypatch: pytest.MonkeyPatch, failing: Callable[[int], BaseException | None]
) -> None:
    """Let some renames fail, by how many there were."""
    real, calls = Path.rename, []

    def rename(one: Path, other: Path) -> Any:
        calls.append(one)
        if error := failing(len(calls)):
            raise error
        return real(one, other)

    monkeypatch.setattr(Path, "rename", rename)


@pytest.mark.parametrize("nth", [1, 2])
def test_a_failed_step_puts_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: pt.Ledger, seeds: pt.Ledger, nth: int
) -> None:
    """Whichever of the two steps fails, the old folder stands, and nothing is beside it."""
    path = pt.write(small, tmp_path / "ledger")
    monkeypatch.setattr(replace, "_swap", lambda *_: False)
    error = OSError(5, "Input/output error")
    failing_renames(monkeypatch, lambda count: error if count == nth else None)
    with pytest.raises(pt.FileFormatError, match="Input/output error"):
        pt.write(seeds, path)
    assert list(tmp_path.iterdir()) == [path]
    assert pt.read(path) == small


def test_what_stands_aside_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: pt.Ledger, seeds: pt.Ledger
) -> None:
    """A writer killed between its two steps leaves the old folder aside, where it is found."""
    path = pt.write(small, tmp_path / "ledger")
    monkeypatch.setattr(replace, "_swap", lambda *_: False)
    failing_renames(monkeypatch, lambda count: KeyboardInterrupt() if count > 1 else None)
    monkeypatch.setattr(replace.shutil, "rmtree", lambda *_, **__: None)
    with pytest.raises(KeyboardInterrupt):
        pt.write(seeds, path)
    assert not path.exists()
    assert pt.read(path) == small
    monkeypatch.undo()
    pt.write(seeds, path)
    assert pt.read(path) == seeds


@pytest.mark.parametrize("name", ["ledger.json", "ledger"])
def test_what_is_stale_is_removed_and_what_is_fresh_is_not(
    tmp_path: Path, small: pt.Ledger, name: str, way: str
) -> None:
    """Hidden files of the same path that nobody wrote to for a day go; all others stay."""
    path = pt.write(small, tmp_path / name)
    left = [replace._beside(path) for _ in range(3)]
    left[0].write_bytes(b"half")
    left[1].write_bytes(b"half, and somebody is at work on it")
    left[2].mkdir()
    (left[2] / "commitments.csv").write_bytes(b"half")
    other = replace._beside(tmp_path / "other.json")
    other.write_bytes(b"of another path")
    before = time.time() - 25 * 3600
    for one in (left[0], left[2], other):
        os.utime(one, (before, before))
    assert pt.read(path) == small
    pt.write(small, path)
    assert set(tmp_path.iterdir()) == {path, left[1], other}, way


def test_a_folder_that_is_replaced_while_it_is_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: pt.Ledger, seeds: pt.Ledger, way: str
) -> None:
    """No table of the old one goes with a table of the new one."""
    path = pt.write(small, tmp_path / "ledger")
    real, calls = Path.read_bytes, []

    def read_bytes(file: Path) -> bytes:
        calls.append(file)
        if len(calls) == 2:
            pt.write(seeds, path)
        return real(file)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert pt.read(path) == seeds, way


def test_a_folder_that_never_stands_still_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: pt.Ledger
) -> None:
    """A reader that never sees one state says so, rather than mixing two."""
    path = pt.write(small, tmp_path / "ledger")
    real = Path.read_bytes

    def read_bytes(file: Path) -> bytes:
        content = real(file)
        if file.name == "commitments.csv":
            pt.write(small, path)
        return content

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    with pytest.raises(pt.FileFormatError, match="other programs keep writing it"):
        pt.read(path)


def test_what_came_into_a_folder_meanwhile_is_not_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: pt.Ledger, way: str
) -> None:
    """Somebody puts a file into the folder while it is written anew."""
    path = pt.write(small, tmp_path / "ledger")
    real = replace._fill

    def fill(file: Path, pieces: Any) -> None:
        (path / "notes.txt").write_text("mine", encoding="utf-8")
        real(file, pieces)

    monkeypatch.setattr(replace, "_fill", fill)
    with pytest.raises(pt.FileFormatError, match=r"holds other things \('notes.txt'\)"):
        pt.write(small, path)
    assert (path / "notes.txt").read_text(encoding="utf-8") == "mine", way
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_another_writer_replaces_is_looked_at_again(
    tmp_path: Path, seeds: pt.Ledger, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """A file that goes with the old folder, while it is looked at, is none of somebody else."""
    path = pt.write(seeds, tmp_path / "movements", partition_by=["unit"])
    real, calls = files.is_part, []

    def is_part(part: Path) -> bool:
        calls.append(part)
        if len(calls) == 1:
            pt.write(seeds, path, partition_by=["unit", "measure"])
            return False
        return real(part)

    monkeypatch.setattr(files, "is_part", is_part)
    pt.write(seeds, path, partition_by=[])
    assert [part.name for part in path.iterdir()] == ["part-0.parquet"], way
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_as_long_as_the_file_system_allows_is_written(
    tmp_path: Path, small: pt.Ledger, way: str
) -> None:
    """The hidden name beside it is not longer."""
    for path in (tmp_path / f"{'x' * 250}.json", tmp_path / f"{'x' * 250}"):
        pt.write(small, path)
        pt.write(small, path)
        assert pt.read(path) == small, way
