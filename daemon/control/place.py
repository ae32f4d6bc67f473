"""Where the running daemon listens for its operators."""

import hashlib
import os
import tempfile
from pathlib import Path

from daemon.errors import ConfigError
from daemon.store.embedded_files import SOCKET_PATH_BYTES_MAX

_NAME = "control.sock"


def control_socket(state_dir: Path) -> Path:
    """Return where the daemon of this folder listens: in it, or if that is too deep, in a short private one.

    The same folder gives the same path, in the same environment. Nothing is made.

    Args:
        state_dir: the daemon's folder (`state_dir` of the settings).

    Raises:
        ConfigError: even the short path is too long for a Unix socket.
    """
    folder = state_dir.resolve()
    inside = folder / _NAME
    if len(os.fsencode(inside)) <= SOCKET_PATH_BYTES_MAX:
        return inside
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    short = base / f"hedged-{digest}" / _NAME
    if len(os.fsencode(short)) > SOCKET_PATH_BYTES_MAX:
        raise ConfigError(
            f"state_dir: no socket path of at most {SOCKET_PATH_BYTES_MAX} bytes: {inside} and {short} are "
            "longer; set a shorter state_dir, or XDG_RUNTIME_DIR to a short folder"
        )
    return short
