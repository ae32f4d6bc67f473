"""How long a market move takes to reach many clients, and what one that stops reading costs the others."""

import asyncio
import contextlib
import statistics
from pathlib import Path
from typing import Any

from ib_insync import IB

from bench.figures import Figure, percentile, ratio_of
from bench.lines import chosen
from bench.processes import Child, gateway_process, resident_bytes
from bench.raw_clients import Crowd, RawClient

CLIENTS, LINES = 8, 50
LATENCY_LIMIT, STOPPED_LIMIT, MEMORY_LIMIT_MB = 3.0, 1.5, 4.0
ROUNDS, TURNS, TURN_INSTANTS, FILLING_TURNS = 3, 12, 10, 60
_STEPPER = 1
_SESSIONS = 8

Stage = tuple[Child, int]
"""A gateway and its port."""


def measure(folder: Path, seed: int) -> list[Figure]:
    """Take the figures: each compares two gateways of one world, stepped in turn.

    Raises:
        BenchError: a process failed.
    """
    options = (
        *("--clock=stepped", f"--step-client={_STEPPER}", "--regime=shock"),
        *(f"--sessions={_SESSIONS}", f"--seed={seed}"),
    )
    with contextlib.ExitStack() as stack:
        stages = [
            stack.enter_context(gateway_process(folder, f"gateway-{name}", *options))
            for name in ("one", "many", "read", "stopped")
        ]
        (con_ids,) = {asyncio.run(_con_ids(port)) for _, port in stages}
        one, many, read, stopped = stages
        return [_latency(one[1], many[1], con_ids), *_stopped(read, stopped, con_ids)]


async def _con_ids(port: int) -> tuple[int, ...]:
    """Return what is watched, by contract id; the market is open afterwards."""
    ib: Any = IB()  # type: ignore[no-untyped-call]
    ib.client.MaxRequests = 0
    await ib.connectAsync("127.0.0.1", port, clientId=_STEPPER, timeout=30)
    try:
        return tuple(contract.conId for contract in await chosen(ib, LINES))
    finally:
        ib.disconnect()


def _latency(one: int, many: int, con_ids: tuple[int, ...]) -> Figure:
    """One client on one gateway, all of them on the other; ports."""
    alone = _crowd(one, 1, con_ids)
    crowd = _crowd(many, CLIENTS, con_ids)
    ratios, alone_ms, last_ms = [], [], []
    for _ in range(ROUNDS):
        first, each = _in_turn(alone, crowd)
        alone_ms.append(1e3 * statistics.median(times[0] for times in first))
        last_ms.append(1e3 * max(statistics.median(column) for column in zip(*each, strict=True)))
        ratios.append(last_ms[-1] / alone_ms[-1])
    value, spread = ratio_of(ratios)
    return Figure(
        name="gateway_fan_out",
        title=f"gateway: a move to the last byte, {CLIENTS} clients of {LINES} lines over one",
        value=value,
        limit=LATENCY_LIMIT,
        spread=spread,
        facts={
            "rounds": ROUNDS,
            "instants a round": TURNS * TURN_INSTANTS,
            "one client, median ms": " ".join(f"{ms:.2f}" for ms in alone_ms),
            "slowest of all, median ms": " ".join(f"{ms:.2f}" for ms in last_ms),
        },
    )


def _stopped(read: Stage, stopped: Stage, con_ids: tuple[int, ...]) -> list[Figure]:
    """Two clients that read, and two of which one does not."""
    reading, half = _crowd(read[1], 2, con_ids), _crowd(stopped[1], 2, con_ids)
    sizes = [(resident_bytes(read[0].pid), resident_bytes(stopped[0].pid))]
    alone = Crowd(half.clients[:1])
    _in_turn(reading, alone, FILLING_TURNS)  # the buffers of the one that does not read are full after that
    ratios, facts = [], {}
    for number in range(ROUNDS):
        first, second = _in_turn(reading, alone)
        both_ms, alone_ms = ([1e3 * times[0] for times in side] for side in (first, second))
        ratios.append(statistics.median(alone_ms) / statistics.median(both_ms))
        facts[f"round {number + 1}, both read, median and p99 ms"] = _shown(both_ms)
        facts[f"round {number + 1}, one does not, median and p99 ms"] = _shown(alone_ms)
    sizes.append((resident_bytes(read[0].pid), resident_bytes(stopped[0].pid)))
    value, spread = ratio_of(ratios)
    usual, grown = (after - before for before, after in zip(*sizes, strict=True))
    instants = (FILLING_TURNS + ROUNDS * TURNS) * TURN_INSTANTS
    return [
        Figure(
            name="gateway_stopped_reader",
            title="gateway: a move to the last byte beside a client that does not read, over one that reads",
            value=value,
            limit=STOPPED_LIMIT,
            spread=spread,
            facts=facts,
        ),
        Figure(
            name="gateway_stopped_memory",
            title=f"gateway: memory that a client costs which does not read, {instants} instants",
            value=(grown - usual) / 1e6,
            limit=MEMORY_LIMIT_MB,
            unit="MB",
            facts={"MB grown, both read": usual / 1e6, "MB grown, one does not": grown / 1e6},
        ),
    ]


def _shown(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} {percentile(values, 0.99):.2f}"


def _crowd(port: int, count: int, con_ids: tuple[int, ...]) -> Crowd:
    clients = [RawClient(port, _STEPPER + number) for number in range(count)]
    for client in clients:
        client.watch(con_ids)
    return Crowd(clients)


def _in_turn(one: Crowd, other: Crowd, turns: int = TURNS) -> tuple[list[list[float]], list[list[float]]]:
    """Step two gateways in turn, a few instants each; return the times of both."""
    first, second = [], []
    for _ in range(turns):
        first += [one.step() for _ in range(TURN_INSTANTS)]
        second += [other.step() for _ in range(TURN_INSTANTS)]
    return first, second
