"""A file or a folder put in the place of another: whole, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from pledgetrack.errors import FileFormatError


def _umask() -> int:
    # The only way to read it is to set it.
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in the place of another in one step: it is there whole or not at all."""
    try:
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name[:50]}.", suffix=".tmp"
        )
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        made = Path(name)
        made.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        made.replace(path)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
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
    try:
        made = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name[:50]}.", suffix=".tmp"))
    except OSError as error:
        raise cannot_write(path, error) from error
    old = made.with_suffix(".old")
    try:
        for name, content in files.items():
            replace_file(made / name, content)
        made.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o777 & ~_umask())
        if path.exists():
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
