"""Die with the parent: Linux' PR_SET_PDEATHSIG for a child process."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> Callable[[], None] | None:
    """Make what a child runs between fork and exec so that it ends when its parent does.

    Linux ties the signal to the parent's *thread* that forked, not to its process: start the child from a
    thread that lives as long as the child should. SIGTERM, not SIGKILL, so that the child's own children end
    in order too.

    Returns:
        A `preexec_fn`, or None where the system has no such thing; there an orphan lives until it is stopped,
        and the folder's lock keeps a second server out.
    """
    if sys.platform != "linux":
        return None
    # Loaded here: between fork and exec nothing may be imported or looked up.
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask() -> None:
        if prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
        if os.getppid() != parent:  # the parent died before the request: nobody would tell us
            os._exit(1)

    return ask
