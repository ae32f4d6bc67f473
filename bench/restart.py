"""How long a restart takes: to ready, over what the library alone needs; and what a long past adds."""

import asyncio
import contextlib
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import redis

from bench.figures import Figure, ratio_of
from bench.processes import BenchError, daemon_variables, gateway_process, resident_bytes, started
from bench.restart_history import make_up
from daemon.store.embedded_files import server_program

RESTART_LIMIT = 2.0
PAST_LIMIT = 1.2
_ROUNDS = 15
_POLL_S = 0.002
_DEADLINE_S = 120.0
_SHORT, _LONG = 1_000, 1_000_000
_SERVER = ("--port", "0", "--appendonly", "yes", "--appendfsync", "always", "--save", "")


class Server:
    """A durable server on a Unix socket; it can be restarted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "s.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for clients."""
        return f"unix://{self._socket}"

    def start(self) -> float:
        """Start; return how long it took until it answered, seconds."""
        command = [str(server_program()), "--dir", str(self._folder), "--unixsocket", str(self._socket)]
        begun = time.monotonic()
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen([*command, *_SERVER], stdout=log, stderr=log)  # noqa: S603 - ours
        _wait(self._answers, "an answer of the server")
        return time.monotonic() - begun

    def _answers(self) -> bool:
        with redis.Redis(unix_socket_path=str(self._socket)) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    @property
    def resident_bytes(self) -> int:
        """Its resident memory."""
        assert self._process is not None
        return resident_bytes(self._process.pid)

    def stop(self) -> None:
        """End it in order."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()


def _wait(fact: Callable[[], bool], what: str) -> None:
    gives_up_at = time.monotonic() + _DEADLINE_S
    while not fact():
        if time.monotonic() > gives_up_at:
            raise BenchError(f"{what} did not come within {_DEADLINE_S:g} s")
        time.sleep(_POLL_S)


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[Server]:
    server = Server(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _to_ready_s(folder: Path, variables: dict[str, str]) -> float:
    """Return the time from the start of the process to its `ready`, seconds; end it in order."""
    begun = time.monotonic()
    with started(["daemon", "run"], folder=folder, name="restart", variables=variables) as daemon:
        _wait(lambda: b'"event":"ready"' in daemon.log.read_bytes(), f"ready, see {daemon.log}")
        return time.monotonic() - begun


def _to_synchronised_s(folder: Path, port: int) -> float:
    """Return the time from the start of a bare client's process to its end of synchronisation, seconds."""
    begun = time.monotonic()
    with started(["bench.bare_sync", f"{port}", "5"], folder=folder, name="bare") as client:
        client.line()
        return time.monotonic() - begun


def measure(folder: Path, seed: int) -> list[Figure]:
    """Take both figures; a past of a million records is made up first, which takes a minute.

    Raises:
        BenchError: something did not start.
    """
    place = folder / "restart"
    place.mkdir(parents=True)
    with (
        _server(place) as server,
        gateway_process(place, "gateway", "--clock=real", "--regime=calm", f"--seed={seed}") as (_, port),
    ):
        sides: dict[int, dict[str, str]] = {}
        for records in (_SHORT, _LONG):
            (place / f"{records}").mkdir(mode=0o700)
            asyncio.run(make_up(place / f"{records}", server.url, f"{records}:", records))
            sides[records] = daemon_variables(
                place,
                port,
                HEDGED_STATE_DIR=str(place / f"{records}"),
                HEDGED_REDIS__URL=server.url,
                HEDGED_REDIS__PREFIX=f"{records}:",
            )
            _to_ready_s(place, sides[records])  # its own first start: page cache and byte code are warm
        bare, short, long = list[float](), list[float](), list[float]()
        for _ in range(_ROUNDS):
            bare.append(_to_synchronised_s(place, port))
            short.append(_to_ready_s(place, sides[_SHORT]))
            long.append(_to_ready_s(place, sides[_LONG]))
        memory = server.resident_bytes
        server.stop()
        load_s = server.start()
    return _figures(bare, short, long, load_s, memory)


def _figures(
    bare: list[float], short: list[float], long: list[float], load_s: float, memory: int
) -> list[Figure]:
    restart, restart_spread = ratio_of([a / b for a, b in zip(short, bare, strict=True)])
    past, past_spread = ratio_of([a / b for a, b in zip(long, short, strict=True)])
    return [
        Figure(
            name="restart",
            title="Restart to ready over a bare client's start and synchronisation",
            value=restart,
            limit=RESTART_LIMIT,
            spread=restart_spread,
            facts={"ready_s": statistics.median(short), "bare_s": statistics.median(bare)},
        ),
        Figure(
            name="restart_past",
            title="Restart to ready after 1,000,000 records over after 1,000",
            value=past,
            limit=PAST_LIMIT,
            spread=past_spread,
            facts={
                "ready_s": statistics.median(long),
                "server_load_s": load_s,
                "server_resident_bytes": memory,
            },
        ),
    ]
