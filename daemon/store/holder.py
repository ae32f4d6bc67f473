"""Who holds a lease: a process, named so that another one on its machine can tell whether it still lives."""

import os
import secrets
import socket
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def this_process() -> str:
    """Return the name of this process: host, boot, process ids' space, process id, start in ticks, chance."""
    pid = os.getpid()
    return "/".join(
        (socket.gethostname(), _boot(), _space(), f"{pid}", _started(pid) or "?", secrets.token_hex(4))
    )


def surely_dead(holder: str) -> bool:
    """Whether a process named by `this_process` certainly runs no more; False where nobody can tell."""
    parts = holder.split("/")
    if len(parts) != 6 or parts[0] != socket.gethostname():
        return False
    _, boot, space, pid, started, _ = parts
    if boot and _boot() and boot != _boot():
        return True
    if not boot or not space or space != _space() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False  # somebody else's, perhaps under the number of the dead one
    return _started(int(pid)) not in {started, ""}


def _boot() -> str:
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""


def _space() -> str:
    """Return the space in which process ids are counted: two containers may share a host's name."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _started(pid: int) -> str:
    """Return when a process began; empty where that cannot be read."""
    try:
        # The command's name, in brackets, may hold anything; what follows it is numbers.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "ended" if fields[0] in {"Z", "X"} else fields[19]
