"""A file or a folder put in the place of another: whole, or not at all.

What is new is written beside what is old, under a hidden name, and changes places with it in one
step of the file system. So a process that is killed leaves the old one or the new one, and at
worst a hidden file or folder ``.NAME.….tmp``, which nobody reads and a later writer removes.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR

from pledgetrack.errors import FileFormatError

_STALE = 24 * 3600.0
"""After so many seconds without a write nobody is at work on a hidden file any more."""

_TRIES = 100  # how often other writers may come first
_SWAP = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS
_HERE = -100  # AT_FDCWD of Linux: paths are those of the process
_NO_SWAP = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)
_OCCUPIED = (errno.EEXIST, errno.ENOTEMPTY)


def _hidden(path: Path) -> str:
    """How the names begin that stand for a path while it is written."""
    # A name may be as long as the file system allows, so the hidden one holds a part of it.
    mark = hashlib.sha256(os.fsencode(path.name)).hexdigest()[:8]
    return f".{path.name[:50]}.{mark}."


def _beside(path: Path) -> Path:
    """A name in the same folder that nobody else has."""
    return path.with_name(f"{_hidden(path)}{secrets.token_hex(8)}.tmp")


def _left_by_others(path: Path, ending: str) -> Iterator[tuple[float, Path]]:
    """What other writers of a path have left beside it, and when it was last written to."""
    start = _hidden(path)
    for found in path.parent.iterdir():
        if found.name.startswith(start) and found.name.endswith(ending):
            with suppress(FileNotFoundError):
                yield found.lstat().st_mtime, found


def _tidy(path: Path) -> None:
    """Remove what writers that were killed long ago have left beside a path that is there."""
    with suppress(OSError):
        for ending in (".tmp", ".old"):
            for last, found in list(_left_by_others(path, ending)):
                if last < time.time() - _STALE:
                    _remove(found)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Make the names in a folder last over a loss of power, where the system has a way to."""
    if os.name == "posix":
        with suppress(OSError):
            held = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(held)
            finally:
                os.close(held)


def _fill(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a new file, down to the disk."""
    # The kernel takes the caller's umask off these permissions.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
        file.writelines(pieces)
        file.flush()
        os.fsync(file.fileno())


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in the place of another in one step: it is there whole or not at all."""
    replace_stream(path, (content,))


def replace_stream(path: Path, pieces: Iterable[bytes]) -> None:
    """The same for content that comes piece by piece."""
    made = _beside(path)
    try:
        _fill(made, pieces)
        if path.exists():
            made.chmod(path.stat().st_mode & 0o777)
        made.replace(path)
    except BaseException as error:
        made.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise cannot_write(path, error) from error
        raise
    _settle(path.parent)
    _tidy(path)


# --- folders --------------------------------------------------------------------------------------


def replace_folder(path: Path, files: Mapping[str, bytes], is_ours: Callable[[Path], bool]) -> None:
    """Put a folder in the place of another; the old one is there until the new one is whole.

    The names of the files may have folders in them, with ``/``. A folder that holds anything that
    is not ours is refused.
    """
    if path.exists() and not path.is_dir():
        raise FileFormatError(f"{str(path)!r} is a file, not a folder", path=path)
    if Path.cwd().is_relative_to(path):
        raise FileFormatError(
            f"{str(path)!r} is the folder that the program runs in; write to another", path=path
        )
    _check_ours(path, is_ours)
    made = _beside(path)
    try:
        made.mkdir()
        for name, content in files.items():
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            _fill(made / name, (content,))
        for folder in {(made / name).parent for name in files} | {made}:
            _settle(folder)
        _check_ours(path, is_ours)
        if path.exists():
            made.chmod(path.stat().st_mode & 0o777)
        _change_places(made, path)
    except BaseException as error:
        shutil.rmtree(made, ignore_errors=True)
        if isinstance(error, OSError):
            raise cannot_write(path, error) from error
        raise
    _settle(path.parent)
    # Where the two have changed places, this is the old one.
    shutil.rmtree(made, ignore_errors=True)
    shutil.rmtree(made.with_suffix(".old"), ignore_errors=True)
    _tidy(path)


def _check_ours(path: Path, is_ours: Callable[[Path], bool]) -> None:
    for _ in range(_TRIES):
        before = which_folder(path)
        other: list[str] = []
        # What goes while it is looked at was put away by another writer, with its folder.
        with suppress(FileNotFoundError):
            other = sorted(p.name for p in path.iterdir() if not is_ours(p)) if before else []
        if not other:
            return
        if which_folder(path) == before:
            raise FileFormatError(
                f"the folder {str(path)!r} holds other things ({other[0]!r}); write to a new one",
                path=path,
            )
    raise OSError(errno.EBUSY, "other programs keep writing it")


def which_folder(path: Path) -> tuple[int, ...] | None:
    """What tells a folder from the one that takes its place; nothing where there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return (found.st_dev, found.st_ino, found.st_mtime_ns) if S_ISDIR(found.st_mode) else None


def _change_places(made: Path, path: Path) -> None:
    """Put a folder where another one may be, which then has the name of the first, or ``.old``."""
    for _ in range(_TRIES):
        try:
            if not path.exists():
                made.rename(path)
            elif not _swap(made, path):
                _put_aside(made, path)
        except OSError as error:
            # Otherwise another writer came in between, and it is our turn again.
            if not made.exists() or error.errno not in (errno.ENOENT, *_OCCUPIED):
                raise
        else:
            return
    raise OSError(errno.EBUSY, "other programs keep writing it")


def _put_aside(made: Path, path: Path) -> None:
    """The same in two steps, between which ``whole`` finds the old one."""
    old = made.with_suffix(".old")
    path.rename(old)
    try:
        made.rename(path)
    except OSError:
        if path.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(path)
        raise


def _swap(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; false where the system has no such step."""
    import ctypes

    try:
        system = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            done = system.renamex_np(os.fsencode(one), os.fsencode(other), _SWAP)
        else:
            done = system.renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _SWAP)
    except (AttributeError, OSError, TypeError):
        return False
    if done == 0:
        return True
    failed = ctypes.get_errno()
    if failed in _NO_SWAP:
        return False
    raise OSError(failed, os.strerror(failed), str(other))


def whole(path: Path) -> Path:
    """Where the folder of a path is: there, or aside where its writer was killed between steps."""
    with suppress(OSError, ValueError):  # a name that no file can have is told by who opens it
        if path.exists():
            return path
    left: list[tuple[float, Path]] = []
    with suppress(OSError, ValueError):
        left = list(_left_by_others(path, ".old"))
    return max(left)[1] if left else path


def cannot_write(path: Path, error: OSError) -> FileFormatError:
    """The error for a place that the machine does not let us write to."""
    return FileFormatError(f"cannot write {str(path)!r}: {error.strerror or error}", path=path)
