"""Progress bars on long work, for a person at a terminal or in a notebook."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

_PATIENCE = 2.0  # seconds of work before a bar is worth showing
_T = TypeVar("_T")


@contextmanager
def progress(
    name: str, *, total: int | None = None, unit: str = "record"
) -> Iterator[Callable[[int], object]]:
    """A progress bar on long work: call it with how much was done since.

    It shows after two seconds, to people alone: nothing is written into a pipe or a file.
    """
    if not _somebody_looks():
        yield lambda _: None
        return
    from tqdm import tqdm

    with tqdm(
        desc=Path(name).name,
        total=total,
        unit=unit if unit == "B" else f" {unit}",
        unit_scale=True,
        delay=_PATIENCE,
        leave=False,
        file=_Cell() if _in_notebook() else sys.stderr,
    ) as bar:
        yield bar.update


class _Cell(io.StringIO):
    """One line under a notebook's cell that is written over, and blank in the end.

    It needs no widgets; stderr would keep every step of the bar in the saved notebook.
    """

    shown: Any = None

    def write(self, text: str) -> int:
        """Show a text in place of the one before."""
        from IPython.display import display

        line = {"text/plain": text.strip()}
        if self.shown is not None:
            self.shown.update(line, raw=True)
        elif line["text/plain"]:
            self.shown = display(line, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        return len(text)


def watched(
    items: Iterable[_T], name: str, *, total: int | None = None, unit: str = "record"
) -> Iterator[_T]:
    """The items one by one, with a progress bar for who goes through many of them.

    >>> [number for number in watched([1, 2], "counting")]
    [1, 2]
    """
    count = len(items) if total is None and isinstance(items, Sized) else total
    with progress(name, total=count, unit=unit) as seen:
        for item in items:
            yield item
            seen(1)


def _somebody_looks() -> bool:
    """Whether what is written to stderr is shown to a person while the work goes on."""
    return _in_notebook() or bool(sys.stderr and sys.stderr.isatty())


def _in_notebook() -> bool:
    return type(sys.stderr).__module__.startswith("ipykernel.")
