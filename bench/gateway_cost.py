"""CPU of the gateway for each tick that it sends, over that of `ib_insync` for each that it receives."""

from dataclasses import dataclass
from pathlib import Path

from bench import frames
from bench.figures import Figure, ratio_of
from bench.processes import Child, cpu_s, gateway_process, started
from bench.relay import Relay, Tap

LIMIT = 1.0
LINES, INSTANTS, ROUNDS = 100, 360, 3
_CLIENT_ID = 1
# Prices, sizes, option computations, generic ticks.
_TICKS = frozenset({b"1", b"2", b"21", b"45"})


@dataclass(slots=True)
class Counter(Tap):
    """Counts the ticks that pass."""

    ticks: int = 0

    def reply(self, frame: bytes, at_s: float) -> None:
        """See `Tap.reply`."""
        del at_s
        self.ticks += frames.message_id(frame) in _TICKS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    ticks: int
    gateway_s: float
    client_s: float


def measure(folder: Path, seed: int) -> list[Figure]:
    """Take the figure.

    Raises:
        BenchError: a process failed.
    """
    options = ("--clock=stepped", "--regime=shock", f"--sessions={ROUNDS + 1}", f"--seed={seed}")
    counter = Counter()
    with gateway_process(folder, "gateway-cost", *options) as (server, port), Relay(port, counter) as relay:
        module = ["bench.lines", str(relay.port), str(_CLIENT_ID), str(LINES)]
        with started(module, folder=folder, name="lines") as client:
            client.line()
            rounds = [_round(server, client, counter) for _ in range(ROUNDS)]
    value, spread = ratio_of([one.gateway_s / one.client_s for one in rounds])
    ticks = sum(one.ticks for one in rounds)
    return [
        Figure(
            name="gateway_cpu_per_tick",
            title=f"gateway: CPU a tick sent, over ib_insync's a tick received, {LINES} lines",
            value=value,
            limit=LIMIT,
            spread=spread,
            facts={
                "rounds": ROUNDS,
                "ticks": ticks,
                "ticks an instant": ticks / ROUNDS / INSTANTS,
                "gateway us a tick": 1e6 * sum(one.gateway_s for one in rounds) / ticks,
                "ib_insync us a tick": 1e6 * sum(one.client_s for one in rounds) / ticks,
            },
        )
    ]


def _round(server: Child, client: Child, counter: Counter) -> _Round:
    """Step on; the last answer ends the round on both sides."""
    ticks, gateway_s, client_s = counter.ticks, cpu_s(server.pid), cpu_s(client.pid)
    client.tell(str(INSTANTS))
    client.line()
    return _Round(
        ticks=counter.ticks - ticks,
        gateway_s=cpu_s(server.pid) - gateway_s,
        client_s=cpu_s(client.pid) - client_s,
    )
