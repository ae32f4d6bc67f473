"""Who holds a lease: a process, named so that another one on its machine can tell whether it still lives."""

import os
import secrets
import socket
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def this_process() -> str:
    """Return the name of this process: host, boot, process id, its start in ticks since the boot, chance."""
    pid = os.getpid()
    return f"{socket.gethostname()}/{_boot()}/{pid}/{_started(pid)}/{secrets.token_hex(4)}"


def surely_dead(holder: str) -> bool:
    """Whether a process named by `this_process` certainly runs no more; False where nobody can tell."""
    parts = holder.split("/")
    if len(parts) != 5 or parts[0] != socket.gethostname():
        return False
    _, boot, pid, started, _ = parts
    if not pid.isdigit() or not boot:
        return False
    return boot != _boot() or _started(int(pid)) != started


def _boot() -> str:
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""


def _started(pid: int) -> str:
    """Return when a process began; empty where it does not run."""
    try:
        # The command's name, in brackets, may hold anything; what follows it is numbers.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in {"Z", "X"} else fields[19]
