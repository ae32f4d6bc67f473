"""CPU of the gateway for each tick that it sends, over that of `ib_insync` for each that it receives."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from bench import frames
from bench.figures import Figure, ratio_of
from bench.processes import Child, cpu_s, gateway_process, started
from bench.relay import Relay, Tap

LIMIT = 1.0
CLIENTS, LINES = 8, 50
ALONE_LINES = 100
INSTANTS, ROUNDS = 180, 5
_STEPPER = 1
# Prices, sizes, option computations, generic ticks.
_TICKS = frozenset({b"1", b"2", b"21", b"45"})


@dataclass(slots=True)
class Counter(Tap):
    """Counts the ticks that pass to one client."""

    ticks: int = 0

    def reply(self, frame: bytes, at_s: float) -> None:
        """See `Tap.reply`."""
        del at_s
        self.ticks += frames.message_id(frame) in _TICKS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """Seconds of CPU: the gateway's, and the clients' together."""

    gateway_s: float
    clients_s: float


def measure(folder: Path, seed: int) -> list[Figure]:
    """Take the figures.

    Raises:
        BenchError: a process failed.
    """
    return [
        _figure(folder, seed, "gateway_cpu_per_tick", f"{CLIENTS} clients of {LINES}", CLIENTS, LINES),
        _figure(folder, seed, "gateway_cpu_per_tick_alone", f"one client of {ALONE_LINES}", 1, ALONE_LINES),
    ]


def _figure(folder: Path, seed: int, name: str, whom: str, clients: int, lines: int) -> Figure:
    rounds = _rounds(folder, seed, name, clients, lines)
    value, spread = ratio_of([one.gateway_s / one.clients_s for one in rounds])
    ticks = clients * _ticks_of_one(folder, seed, f"{name}-counted", lines)
    return Figure(
        name=name,
        title=f"gateway: CPU a tick sent, over ib_insync's a tick received, {whom}",
        value=value,
        limit=LIMIT,
        spread=spread,
        facts={
            "rounds": ROUNDS,
            "ticks": ticks,
            "gateway us a tick": 1e6 * sum(one.gateway_s for one in rounds) / ticks,
            "ib_insync us a tick": 1e6 * sum(one.clients_s for one in rounds) / ticks,
        },
    )


def _rounds(folder: Path, seed: int, name: str, clients: int, lines: int) -> list[_Round]:
    """Take the rounds with nothing between gateway and clients: a third process takes their caches."""
    with contextlib.ExitStack() as stack:
        server, port = stack.enter_context(gateway_process(folder, f"gateway-{name}", *_options(seed)))
        watchers = [
            stack.enter_context(_watcher(folder, f"{name}{number}", port, number, lines))
            for number in range(clients)
        ]
        for watcher in watchers:
            watcher.line()
        return [_round(server, watchers) for _ in range(ROUNDS)]


def _ticks_of_one(folder: Path, seed: int, name: str, lines: int) -> int:
    """Play the same rounds again and count the ticks to one client; all of them get the same."""
    with contextlib.ExitStack() as stack:
        _, port = stack.enter_context(gateway_process(folder, f"gateway-{name}", *_options(seed)))
        counter = Counter()
        relay = stack.enter_context(Relay(port, counter))
        watcher = stack.enter_context(_watcher(folder, name, relay.port, 0, lines))
        watcher.line()
        before = counter.ticks
        watcher.tell(str(ROUNDS * INSTANTS))
        watcher.line()
        return counter.ticks - before


def _options(seed: int) -> tuple[str, ...]:
    return (
        *("--clock=stepped", f"--step-client={_STEPPER}", "--regime=shock"),
        *(f"--sessions={ROUNDS + 1}", f"--seed={seed}"),
    )


def _watcher(
    folder: Path, name: str, port: int, number: int, lines: int
) -> contextlib.AbstractContextManager[Child]:
    module = ["bench.lines", str(port), str(_STEPPER + number), str(lines)]
    return started(module, folder=folder, name=name)


def _round(server: Child, watchers: list[Child]) -> _Round:
    """Step on; a question of each client's own, answered, ends the round for it."""
    gateway_s = cpu_s(server.pid)
    clients_s = sum(cpu_s(watcher.pid) for watcher in watchers)
    for watcher, questions in zip(watchers, (INSTANTS, *[1] * (len(watchers) - 1)), strict=True):
        watcher.tell(str(questions))
        watcher.line()
    return _Round(
        gateway_s=cpu_s(server.pid) - gateway_s,
        clients_s=sum(cpu_s(watcher.pid) for watcher in watchers) - clients_s,
    )
