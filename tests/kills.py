"""Writers that are really killed, run out of disk, lose their rights, or write at once.

``python tests/kills.py`` forks a process for each write and kills it (SIGKILL) before every line
of ``pledgetrack.replace``, and at random moments. What stands there afterwards is the old one or
the new one, byte for byte, and what the killed writer left behind harms nobody. POSIX alone.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pledgetrack as pt
from pledgetrack import gather, manifest, replace
from pledgetrack.formats.iati import read_with_levels

warnings.simplefilter("ignore", DeprecationWarning)  # of fork; the children start no thread
REFUSED = 3  # the exit status of a writer that said why it could not write
NOBODY = 65534
State = dict[str, bytes]


class Job(NamedTuple):
    """Something to write: how, and an older and a newer content."""

    name: str
    write: Callable[[Any, Path], object]
    old: Any
    new: Any


def larger(ledger: pt.Ledger, times: int) -> pt.Ledger:
    """The same promises many times, under other ids, so that writing takes its time."""
    made = [
        commitment.model_copy(update={"id": f"{commitment.id}-{at}"})
        for commitment in ledger.commitments
        if not commitment.part_of
        for at in range(times)
    ]
    return pt.Ledger(made, (), ledger.sources, ledger.parties)


def jobs(times: int) -> list[Job]:
    """A job for each thing that the library writes."""
    seeds = pt.load_seeds()
    small = seeds.filter(party="Mexico")
    big = larger(seeds, times)
    made = [Job(f"ledger.{form}", pt.write, small, big) for form in ("json", "csv", "parquet")]
    made.append(Job("ledger.xlsx", pt.write, small, seeds))
    made += [
        Job(f"folder-{form}", lambda what, path, form=form: pt.write(what, path, format=form),
            small, big)
        for form in ("csv", "parquet")
    ]  # fmt: skip
    made.append(Job("aid.xml", pt.write_iati, small, big))
    tables = [ledger.totals(by="party", as_of="2024-08-01") for ledger in (small, seeds)]
    made.append(
        Job("movements", lambda what, path: pt.write(what, path, partition_by=["unit"]), small, big)
    )
    made += [Job(f"totals.{form}", pt.write, *tables) for form in ("csv", "xlsx")]
    return made


def state(path: Path) -> State | None:
    """All that is at a path: the bytes of a file, or of every file of a folder."""
    if path.is_file():
        return {"": path.read_bytes()}
    if not path.is_dir():
        return None
    return {str(p.relative_to(path)): p.read_bytes() for p in path.rglob("*") if p.is_file()}


def fork(work: Callable[[], object]) -> int:
    """Run something in a process of its own, which says by its exit status how it went."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    except pt.PledgetrackError:
        status = REFUSED
    except BaseException:  # noqa: BLE001  # a child says so, and goes
        traceback.print_exc()
    finally:
        os._exit(status)


def ended(child: int) -> int:
    """How a child ended: its exit status, or the signal, below zero."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def struck(
    work: Callable[[], object], step: int, after: float,
    files: tuple[str, ...] = (replace.__file__,),
) -> int:  # fmt: skip
    """How a child ended that was killed at a step of its work, or after some seconds of it."""

    def stepping() -> None:
        if step:
            killing_itself(step, files)
        work()

    child = fork(stepping)
    if not step:
        time.sleep(after)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    return ended(child)


def killing_itself(step: int, files: tuple[str, ...]) -> None:
    """Kill this process before the nth line of some modules that it runs."""
    count = 0

    def line(frame: Any, event: str, _: object) -> Any:
        nonlocal count
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            count += 1
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)
        return line

    sys.settrace(line)


class Bench:
    """Jobs with their old and new states, and a count of what was done and what went wrong."""

    def __init__(self, top: Path, seed: int) -> None:
        self.top = top
        self.random = random.Random(seed)  # noqa: S311  # moments, no secrets
        self.count = 0
        self.kills = 0
        self.between = 0  # kills that left something for others to tidy up
        self.wrong: list[str] = []

    def states(self, job: Job) -> tuple[State, State]:
        """What is there after a write of the old and of the new one that nobody disturbs."""
        found = []
        for what in (job.old, job.new):
            path = self.fresh() / job.name
            job.write(what, path)
            now = state(path)
            assert now, job.name
            found.append(now)
        assert found[0] != found[1]
        return found[0], found[1]

    def fresh(self) -> Path:
        """An empty folder."""
        self.count += 1
        made = self.top / str(self.count)
        made.mkdir()
        return made

    def check(self, told: str, good: bool) -> None:
        """Note what went wrong."""
        if not good:
            self.wrong.append(told)

    def killed(
        self, job: Job, states: tuple[State, State], *, there: bool, step: int, after: float = 0.0
    ) -> bool:
        """Kill one write, at a step or after some seconds; true where it was killed."""
        folder = self.fresh()
        path = folder / job.name
        if there:
            job.write(job.old, path)

        how = struck(lambda: job.write(job.new, path), step, after)
        told = f"{job.name}, {'over an old one' if there else 'new'}, step {step}, {after:.4f} s"
        was_killed = how == -signal.SIGKILL
        self.kills += was_killed
        self.check(f"{told}: ended with {how}", was_killed or how == 0)
        now = state(replace.whole(path))
        allowed = [states[1]] if how == 0 else [states[0] if there else None, states[1]]
        self.check(f"{told}: neither the old nor the new one", now in allowed)
        self.tidied(job, states, path, told)
        shutil.rmtree(folder)
        return was_killed

    def tidied(self, job: Job, states: tuple[State, State], path: Path, told: str) -> None:
        """What a killed writer leaves is hidden, harms no other, and goes when it is old."""
        left = [p for p in path.parent.iterdir() if p != path]
        self.between += bool(left)
        self.check(f"{told}: left {left}", all(p.name.startswith(".") for p in left))
        yesterday = time.time() - 2 * 24 * 3600
        for found in left:
            os.utime(found, (yesterday, yesterday))
        job.write(job.new, path)
        self.check(f"{told}: the next write is another", state(path) == states[1])
        self.check(f"{told}: something stays", list(path.parent.iterdir()) == [path])

    def every_step(self, job: Job, most: int, stride: int = 1) -> None:
        """Kill a write before each line that puts things in place."""
        states = self.states(job)
        for there in (True, False):
            step = stride
            while step <= most and self.killed(job, states, there=there, step=step):
                step += stride

    def at_random(self, job: Job, times: int) -> None:
        """Kill a write at random moments, up to somewhat beyond its end."""
        states = self.states(job)
        start = time.monotonic()
        ended(fork(lambda: job.write(job.new, self.top / f"timed-{job.name}")))
        took = time.monotonic() - start
        for _ in range(times):
            there = self.random.random() < 0.7
            after = self.random.random() * took * 1.1
            self.killed(job, states, there=there, step=0, after=after)

    # --- conversions ---------------------------------------------------------------------------

    def conversions(self, stride: int, times: int) -> None:
        """Kill conversions at every step and at random, take them up, and compare."""
        files = self.fresh()
        for at in range(3):
            pt.write_iati(larger(pt.load_seeds(), 1), files / f"{at}.xml", reporting_org=f"R{at}")
        start, wanted = self.fresh() / "movements", self.fresh() / "movements"
        convert(files, wanted)
        whole = state(wanted)
        timed = self.fresh() / "movements"
        took = time.monotonic()
        ended(fork(lambda: convert(files, timed)))
        took = time.monotonic() - took
        # What the kills begin with: two of the files, one of which has changed since.
        real = (files / "1.xml").read_bytes()
        (files / "1.xml").write_bytes((files / "0.xml").read_bytes().replace(b"R0", b"R1"))
        (files / "2.xml").rename(files / "hidden")
        convert(files, start)
        (files / "1.xml").write_bytes(real)
        (files / "hidden").rename(files / "2.xml")
        step, again = 1, True
        while again:
            again = self.broken_off(files, start, whole, step=step)
            step += stride
        for _ in range(times):
            self.broken_off(files, start, whole, after=self.random.random() * took * 1.1)

    def broken_off(
        self, files: Path, start: Path, whole: State | None, *, step: int = 0, after: float = 0.0
    ) -> bool:
        """Kill one conversion, see that its parts are whole, and take it up."""
        target = self.fresh() / "movements"
        shutil.copytree(start, target)
        shutil.copy(f"{start}.manifest", f"{target}.manifest")
        before = state(start) or {}

        steps = (replace.__file__, gather.__file__, manifest.__file__)
        how = struck(lambda: convert(files, target), step, after, steps)
        told = f"conversion, step {step}, {after:.4f} s"
        self.kills += how == -signal.SIGKILL
        self.check(f"{told}: ended with {how}", how in (0, -signal.SIGKILL))
        for name, content in (state(target) or {}).items():
            allowed = (before.get(name), (whole or {}).get(name))
            self.check(f"{told}: part {name}", name.startswith(".") or content in allowed)
        taken_up = ended(fork(lambda: convert(files, target)))
        self.check(f"{told}: taken up, it ended with {taken_up}", taken_up == 0)
        self.check(f"{told}: taken up, it is another", state(target) == whole)
        shutil.rmtree(target.parent)
        return how == -signal.SIGKILL

    # --- disks and rights -------------------------------------------------------------------------

    def refused(self, job: Job, folder: Path, states: tuple[State, State], before: Any) -> int:
        """A write that may be refused: then the old one stands and nothing else is there."""
        path = folder / job.name
        how = ended(fork(lambda: (before(), job.write(job.new, path))))
        self.check(f"{job.name}: ended with {how}", how in (0, REFUSED))
        wanted = states[1] if how == 0 else states[0]
        self.check(f"{job.name}: refused, and not the old one", state(path) == wanted)
        self.check(f"{job.name}: something is left", list(folder.iterdir()) == [path])
        return how

    def full_disk(self, job: Job) -> int:
        """Write onto a disk of a few kilobytes, or where that cannot be had with files cut off."""
        states = self.states(job)
        size = sum(len(content) for content in states[1].values())
        count = 0
        for part in (0.02, 0.3, 0.6, 0.9, 2.5):
            with small_disk(self.fresh(), states[0], int(size * part)) as (folder, before):
                job.write(job.old, folder / job.name)
                count += self.refused(job, folder, states, before) == REFUSED
        self.check(f"{job.name}: no disk was full", count > 0)
        return count

    def no_right(self, job: Job) -> None:
        """Write into a folder that is not ours to write into."""
        folder = self.fresh()
        job.write(job.old, folder / job.name)
        states = self.states(job)
        self.top.chmod(0o755)
        folder.chmod(0o555)

        def before() -> None:
            if os.geteuid() == 0:
                os.setuid(NOBODY)

        how = self.refused(job, folder, states, before)
        self.check(f"{job.name}: written without the right to", how == REFUSED)
        folder.chmod(0o755)

    # --- writers at once --------------------------------------------------------------------------

    def at_once(self, job: Job, times: int) -> int:
        """Two writers of one path, and a reader, who always sees one of the two, whole."""
        states = self.states(job)
        folder = self.fresh()
        path = folder / job.name
        job.write(job.old, path)

        def writer(what: Any) -> None:
            for _ in range(times):
                job.write(what, path)

        children = [fork(lambda what=what: writer(what)) for what in (job.old, job.new)]
        ledgers = [what for what in (job.old, job.new) if isinstance(what, pt.Ledger)]
        looks = 0
        while not all(
            os.waitid(os.P_PID, c, os.WEXITED | os.WNOHANG | os.WNOWAIT) for c in children
        ):
            if job.name.startswith("folder"):
                try:
                    seen = pt.read(path)
                except pt.FileFormatError as error:
                    # Where both write without a pause, a reader may never see one state.
                    self.check(f"{job.name}: {error}", "keep writing it" in str(error))
                else:
                    self.check(f"{job.name}: a reader sees a mixture", seen in ledgers)
            elif path.suffix != "":
                self.check(f"{job.name}: a reader sees a mixture", state(path) in states)
            looks += 1
        for child in children:
            how = ended(child)
            self.check(f"{job.name}: one of two writers ended with {how}", how == 0)
        self.check(f"{job.name}: neither of two writers won", state(path) in states)
        self.check(f"{job.name}: two writers left something", list(folder.iterdir()) == [path])
        return looks


def convert(files: Path, target: Path) -> None:
    """Convert the IATI files of a folder into a data set of movements."""

    def read(path: Path) -> Any:
        ledger, levels = read_with_levels(path)
        return ledger, [level.identifier for level in levels], levels

    names = sorted(files.glob("*.xml"))
    list(gather.Gathering(target, read, "iati", "raise").run(names))


@contextlib.contextmanager
def small_disk(folder: Path, old: State, room: int) -> Iterator[tuple[Path, Callable[[], None]]]:
    """A disk with room for the old state and some more, and what a writer does first."""
    pages = sum(-(-len(content) // 4096) for content in old.values())
    size = (pages + room // 4096) * 4096
    mounted = os.geteuid() == 0 and not subprocess.call(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
        stderr=subprocess.DEVNULL,
    )
    if mounted:
        try:
            yield folder, lambda: None
        finally:
            subprocess.check_call(["umount", str(folder)])
        return

    def cut_off() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room // 2, room // 2))

    yield folder, cut_off


def main() -> int:
    """Run the campaign and say what was done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="a slice of it, within two seconds")
    parser.add_argument("--stride", type=int, default=1, help="kill before each nth line alone")
    parser.add_argument("--seed", type=int, default=9)
    arguments = parser.parse_args()
    short, stride = arguments.short, 19 if arguments.short else arguments.stride
    with tempfile.TemporaryDirectory() as top:
        bench = Bench(Path(top), arguments.seed)
        made = jobs(2 if short else 20)
        if short:
            made = [job for job in made if job.name in ("totals.csv", "folder-csv")]
        for job in made:
            bench.every_step(job, most=10_000, stride=stride)
            bench.at_random(job, times=1 if short else 40 // stride)
        folders = [job for job in made if job.name.startswith("folder")]
        swapless(bench, folders, stride, looking=not short)
        writers = bench.kills
        if not short:
            bench.conversions(stride * 5, 40 // stride)
        print(
            f"killed {writers} writers and {bench.kills - writers} conversions; "
            f"{bench.between} left a hidden file or folder"
        )
        full = sum(bench.full_disk(job) for job in made)
        for job in made:
            bench.no_right(job)
        looks = sum(bench.at_once(job, times=1 if short else 40) for job in made)
        print(f"{full} writes onto a full disk, {len(made)} without the right, {looks} looks at "
              "what two writers write at once")  # fmt: skip
    for told in bench.wrong[:50]:
        print(f"WRONG: {told}")
    print(f"{len(bench.wrong)} wrong")
    return int(bool(bench.wrong))


def swapless(bench: Bench, some: list[Job], stride: int, *, looking: bool) -> None:
    """The same for folders where the file system cannot let two change places in one step."""
    real = replace._swap
    replace._swap = lambda *_: False
    try:
        for job in some:
            bench.every_step(job, most=10_000, stride=stride)
            if looking:
                bench.at_once(job, times=40)
    finally:
        replace._swap = real


if __name__ == "__main__":
    sys.exit(main())
