"""What the gateway costs at the pace of the wall clock: its share of one core around a close."""

import time
from collections import Counter as Tally
from dataclasses import dataclass, field
from pathlib import Path

from bench import frames
from bench.figures import Figure
from bench.processes import cpu_s, gateway_process, resident_bytes, started
from bench.relay import Relay, Tap

LIMIT_PERCENT = 5.0
LINES = 100
_CLIENT_ID = 1
_CLOSE, _DAY = "16:00", "2026-01-05"
_KINDS = {b"1": "prices", b"2": "sizes", b"21": "option computations", b"45": "generic ticks"}


@dataclass(slots=True)
class Kinds(Tap):
    """Counts the ticks that pass by their kind."""

    seen: Tally[str] = field(default_factory=Tally)

    def reply(self, frame: bytes, at_s: float) -> None:
        """See `Tap.reply`."""
        del at_s
        kind = _KINDS.get(frames.message_id(frame))
        if kind is not None:
            self.seen[kind] += 1


def measure(folder: Path, seed: int, minutes: int) -> list[Figure]:
    """Let the gateway run on the wall clock, half of the time before the close and half of it after.

    Raises:
        BenchError: a process failed.
    """
    span_s = 60.0 * minutes
    start = f"{_DAY}T15:{59 - minutes // 2}:{45 if minutes % 2 == 0 else 15}"
    options = ("--clock=real", f"--start={start}", "--regime=shock", "--sessions=2", f"--seed={seed}")
    tap = Kinds()
    with gateway_process(folder, "gateway-real", *options) as (server, port), Relay(port, tap) as relay:
        module = ["bench.lines", str(relay.port), str(_CLIENT_ID), str(LINES)]
        with started(module, folder=folder, name="lines-real") as client:
            client.line()
            tap.seen.clear()
            begun_s, spent_s = time.monotonic(), cpu_s(server.pid)
            time.sleep(span_s)
            spent_s, passed_s = cpu_s(server.pid) - spent_s, time.monotonic() - begun_s
            megabytes = resident_bytes(server.pid) / 1e6
    ticks = sum(tap.seen.values())
    return [
        Figure(
            name="gateway_real_clock",
            title=f"gateway: share of a core, real clock, {minutes} min around a close, {LINES} lines",
            value=100.0 * spent_s / passed_s,
            limit=LIMIT_PERCENT,
            unit="%",
            facts={
                "game time from": f"{start}, close at {_CLOSE}",
                "seconds": passed_s,
                "CPU s": spent_s,
                "ticks": ticks,
                "ticks a second": ticks / passed_s,
                **{f"{kind} a second": count / passed_s for kind, count in sorted(tap.seen.items())},
                "resident MB": megabytes,
            },
            faults=() if ticks else ("no tick came",),
        )
    ]
