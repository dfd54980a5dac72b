"""A file or a folder put in the place of another: whole, or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from pledgetrack.errors import FileFormatError


def _beside(path: Path) -> Path:
    """A name in the same folder that nobody else has."""
    return path.with_name(f".{path.name[:50]}.{secrets.token_hex(8)}.tmp")


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in the place of another in one step: it is there whole or not at all."""
    replace_stream(path, (content,))


def replace_stream(path: Path, pieces: Iterable[bytes]) -> None:
    """The same for content that comes piece by piece."""
    made = _beside(path)
    try:
        # The kernel takes the caller's umask off these permissions.
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            made.chmod(path.stat().st_mode & 0o777)
        made.replace(path)
    except BaseException as error:
        made.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise cannot_write(path, error) from error
        raise


def replace_folder(path: Path, files: dict[str, bytes], is_ours: Callable[[Path], bool]) -> None:
    """Put a folder in the place of another; the old one is there until the new one is whole."""
    if path.exists() and not path.is_dir():
        raise FileFormatError(f"{str(path)!r} is a file, not a folder", path=path)
    if path.is_dir() and (other := sorted(p.name for p in path.iterdir() if not is_ours(p))):
        raise FileFormatError(
            f"the folder {str(path)!r} holds other things ({other[0]!r}); write to a new one",
            path=path,
        )
    if Path.cwd().is_relative_to(path):
        raise FileFormatError(
            f"{str(path)!r} is the folder that the program runs in; write to another", path=path
        )
    made = _beside(path)
    old = made.with_suffix(".old")
    try:
        made.mkdir()
        for name, content in files.items():
            replace_file(made / name, content)
        if path.exists():
            made.chmod(path.stat().st_mode & 0o777)
            path.rename(old)
        try:
            made.rename(path)
        except BaseException:
            if old.exists():
                old.rename(path)
            raise
    except BaseException as error:
        shutil.rmtree(made, ignore_errors=True)
        if isinstance(error, OSError):
            raise cannot_write(path, error) from error
        raise
    shutil.rmtree(old, ignore_errors=True)


def cannot_write(path: Path, error: OSError) -> FileFormatError:
    """The error for a place that the machine does not let us write to."""
    return FileFormatError(f"cannot write {str(path)!r}: {error.strerror or error}", path=path)
