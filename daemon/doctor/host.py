"""Checks of this machine: folders and disk."""

import os
import shutil
import tempfile
from pathlib import Path

from daemon.doctor.check import Check, fail, ok, skip

DISK_FREE_MIN_BYTES = 1 << 30
_GIB = 1 << 30
_OTHERS = 0o077


def folder(name: str, path: Path) -> Check:
    """Check that a folder is ours, private and can be written, or can be made.

    Args:
        name: the setting that names it.
        path: the folder.
    """
    what = f"{name} folder"
    try:
        if not path.exists():
            above = _existing(path)
            _write_into(above)
            return ok(what, f"{path} will be made")
        if not path.is_dir():
            return fail(what, f"{path} is no folder", f"move it away, or set {name} to a folder of its own")
        _write_into(path)
        found = path.stat()
    except OSError as error:
        return fail(
            what,
            f"{path} cannot be written: {error.strerror}",
            f"give user {os.geteuid()} that folder, or set {name} to another",
        )
    if found.st_uid != os.geteuid():
        return fail(what, f"{path} belongs to user {found.st_uid}", f"chown it to user {os.geteuid()}")
    if found.st_mode & _OTHERS:
        return fail(what, f"{path} is open to others ({found.st_mode & 0o777:o})", f"chmod 700 {path}")
    return ok(what, f"{path} is ours and private")


def disk(path: Path) -> Check:
    """Check the room on the disk of a folder, or of the nearest one above it."""
    try:
        free = shutil.disk_usage(_existing(path)).free
    except OSError as error:
        return skip("disk space", f"cannot be asked for: {error.strerror}")
    found = f"{free / _GIB:.1f} GiB free at {path}"
    if free < DISK_FREE_MIN_BYTES:
        return fail("disk space", found, f"free at least {DISK_FREE_MIN_BYTES / _GIB:g} GiB")
    return ok("disk space", found)


def _existing(path: Path) -> Path:
    """Return the folder, or the nearest one above it that is there."""
    path = path.absolute()
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _write_into(path: Path) -> None:
    """Prove that the folder can be written: rights alone do not tell of full or read-only disks."""
    with tempfile.NamedTemporaryFile(dir=path, prefix=".hedged-doctor-") as file:
        file.write(b"x")
        file.flush()
