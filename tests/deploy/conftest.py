"""The files of deploy/ as they stand, and real processes started by what they say."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from daemon.store.embedded_files import server_program

ROOT = Path(__file__).parents[2]
WITHIN_S = 60.0
PASSWORD = "correct-horse"

Unit = dict[str, list[str]]


class Process:
    """A child whose output goes to one file."""

    def __init__(self, command: list[str], env: Mapping[str, str], folder: Path, name: str) -> None:
        self._said = folder / f"{name}.log"
        with self._said.open("ab") as said:
            self._popen = subprocess.Popen(command, env=dict(env), cwd=folder, stdout=said, stderr=said)

    def said(self) -> str:
        """Return what it wrote."""
        return self._said.read_text()

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._popen.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._popen.send_signal(number)

    def ended(self) -> int:
        """Wait for its end; return the exit code."""
        return self._popen.wait(WITHIN_S)

    def wait_for(self, fact: Callable[[], bool], what: str) -> None:
        """Wait until a fact is true, while the process runs."""
        gives_up_at = time.monotonic() + WITHIN_S
        while not fact():
            assert self.running, f"ended before: {what}\n{self.said()[-4000:]}"
            assert time.monotonic() < gives_up_at, f"not in time: {what}\n{self.said()[-4000:]}"
            time.sleep(0.02)

    def close(self) -> None:
        """See to it that it is gone."""
        if self.running:
            self._popen.kill()
        self._popen.wait()


Start = Callable[..., Process]


class Listener:
    """The service manager's end of the notification socket."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.lines: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self._socket.setblocking(False)

    def heard(self, *lines: str) -> bool:
        """Tell whether all of these lines have come."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self.lines += self._socket.recv(4096).decode().splitlines()
        return all(line in self.lines for line in lines)

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


@pytest.fixture
def root() -> Path:
    """The top of the checkout."""
    return ROOT


@pytest.fixture
def unit() -> Unit:
    """The service unit: each key with its values, in order."""
    found: Unit = defaultdict(list)
    for line in (ROOT / "deploy" / "hedged.service").read_text().splitlines():
        if line and line[0] not in "#[":
            key, _, value = line.partition("=")
            found[key].append(value)
    return found


@pytest.fixture
def installed(tmp_path: Path) -> Callable[[str], str]:
    """Replace the places of an installation by those of this one."""
    places = {
        "/opt/hedged": sys.prefix,
        "/etc/hedged/settings.toml": str(ROOT / "settings.toml"),
        "/var/lib/hedged": str(tmp_path / "state"),
    }

    def replace(text: str) -> str:
        for place, here in places.items():
            text = text.replace(place, here)
        return text

    return replace


@pytest.fixture
def environ() -> dict[str, str]:
    """The environment of a child: this checkout, none of our variables."""
    foreign = ("HEDGED_", "NOTIFY_", "WATCHDOG_", "CREDENTIALS_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return kept | {"PYTHONPATH": str(ROOT)}


@pytest.fixture
def start(tmp_path: Path, environ: dict[str, str]) -> Iterator[Start]:
    """Start processes; they are gone after the test."""
    started: list[Process] = []

    def begin(command: list[str], *, name: str, env: Mapping[str, str] | None = None) -> Process:
        started.append(Process(command, env or environ, tmp_path, name))
        return started[-1]

    yield begin
    for process in reversed(started):
        process.close()


@pytest.fixture
def redis_url(start: Start, tmp_path: Path) -> str:
    """A real Valkey started from deploy/redis.conf as deploy/compose.yaml starts it; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    auth, data = tmp_path / "redis_auth", tmp_path / "redis-data"
    auth.write_text(f"requirepass {PASSWORD}\n")
    data.mkdir()
    config = str(ROOT / "deploy" / "redis.conf")
    options = ["--port", str(port), "--dir", str(data), "--include", str(auth)]
    server = start([str(server_program()), config, *options], name="redis")
    server.wait_for(lambda: "Ready to accept connections" in server.said(), "Valkey's start")
    return f"redis://:{PASSWORD}@127.0.0.1:{port}/0"


@pytest.fixture
def gateway_port(start: Start) -> int:
    """The port of a running paper gateway on a real clock."""
    options = ["--port=0", "--clock=real", "--regime=calm", "--sessions=2", "--seed=1"]
    gateway = start([sys.executable, "-m", "simulator", *options], name="gateway")
    gateway.wait_for(lambda: gateway.said().endswith("\n"), "the gateway's start line")
    return int(json.loads(gateway.said().splitlines()[0])["listening"].rpartition(":")[2])


@pytest.fixture
def systemd_analyze() -> str:
    """The program that checks units."""
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("systemd-analyze is not installed: the unit is not checked by it")
    return found


@pytest.fixture
def listen() -> Iterator[Callable[[str], Listener]]:
    """Listen as a service manager does."""
    listeners: list[Listener] = []

    def begin(address: str) -> Listener:
        listeners.append(Listener(address))
        return listeners[-1]

    yield begin
    for listener in listeners:
        listener.close()
