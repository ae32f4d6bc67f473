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
    """Ticks sent to all clients together, and seconds of CPU: the gateway's, and the clients' together."""

    ticks: int
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
    ticks = sum(one.ticks for one in rounds)
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
    options = (
        *("--clock=stepped", f"--step-client={_STEPPER}", "--regime=shock"),
        *(f"--sessions={ROUNDS + 1}", f"--seed={seed}"),
    )
    with contextlib.ExitStack() as stack:
        server, port = stack.enter_context(gateway_process(folder, f"gateway-{name}", *options))
        counter = Counter()
        relay = stack.enter_context(Relay(port, counter))
        watchers = []
        for number in range(clients):
            address = relay.port if number == 0 else port
            module = ["bench.lines", str(address), str(_STEPPER + number), str(lines)]
            watchers.append(stack.enter_context(started(module, folder=folder, name=f"{name}{number}")))
            watchers[-1].line()
        return [_round(server, watchers, counter) for _ in range(ROUNDS)]


def _round(server: Child, watchers: list[Child], counter: Counter) -> _Round:
    """Step on; a question of each client's own, answered, ends the round for it."""
    ticks, gateway_s = counter.ticks, cpu_s(server.pid)
    clients_s = sum(cpu_s(watcher.pid) for watcher in watchers)
    for watcher, questions in zip(watchers, (INSTANTS, *[1] * (len(watchers) - 1)), strict=True):
        watcher.tell(str(questions))
        watcher.line()
    return _Round(
        ticks=len(watchers) * (counter.ticks - ticks),
        gateway_s=cpu_s(server.pid) - gateway_s,
        clients_s=sum(cpu_s(watcher.pid) for watcher in watchers) - clients_s,
    )
