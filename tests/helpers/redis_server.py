"""A real Valkey server on a TCP port of its own that can be stopped, started and set otherwise.

Loaded by conftest files of the rooms that need it, for example `tests/live/conftest.py`.
"""

import socket
import subprocess
import time
from pathlib import Path

import redis

from daemon.store.embedded_files import server_program

_DURABLE = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")
_ANSWERS_WITHIN_S = 30.0


class RedisServer:
    """Durable as the daemon wants it, unless told otherwise.

    Args:
        folder: where it keeps its data.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    @property
    def url(self) -> str:
        """The address for clients."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self, *options: str) -> None:
        """Start, with further options of the server's configuration; return once it answers."""
        command = [str(server_program()), "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--dir", str(self._folder), *_DURABLE, *options]
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        gives_up_at = time.monotonic() + _ANSWERS_WITHIN_S
        while True:
            try:
                self.ask("PING")
            except redis.ConnectionError:
                assert time.monotonic() < gives_up_at, "the server does not answer"
                time.sleep(0.02)
            else:
                return

    def ask(self, *command: str) -> object:
        """Send one command, and return its reply."""
        with redis.Redis(port=self.port) as client:
            return client.execute_command(*command)

    def stop(self) -> None:
        """Kill -9: what it acknowledged is on disk."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
