"""One server a folder: an advisory lock that the server itself inherits.

Two servers on one folder would both start and write over each other. The lock belongs to the open file, which
the server process shares with us: after we are killed it stays locked until the server is gone as well.
"""

import asyncio
import fcntl
import os
from pathlib import Path

from daemon.errors import StoreUnavailable

_POLL_S = 0.02


async def lock_folder(folder: Path, *, within_s: float, by: str = "another daemon's embedded server") -> int:
    """Lock a folder; a server that is still dying is waited for.

    Args:
        folder: an existing folder.
        within_s: how long to wait.
        by: who else may hold it, for the message.

    Returns:
        The descriptor that holds the lock: pass it to the server, close it when the server is gone.

    Raises:
        StoreUnavailable: the folder stays locked, or cannot be written.
    """
    path = folder / "lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreUnavailable(f"cannot open {path}: {error.strerror}; give the daemon its folder") from error
    try:
        async with asyncio.timeout(within_s):
            while not _locked(descriptor):  # noqa: ASYNC110 - flock tells nobody when it is freed
                await asyncio.sleep(_POLL_S)
    except BaseException as error:
        os.close(descriptor)
        if isinstance(error, TimeoutError):
            raise StoreUnavailable(
                f"{folder} is in use by {by} (waited {within_s:g} s): "
                "stop that daemon, or set another state_dir",
            ) from error
        raise
    return descriptor


def _locked(descriptor: int) -> bool:
    """Try once."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
