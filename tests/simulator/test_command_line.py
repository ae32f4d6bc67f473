"""`python -m simulator` as a process: start line, one-line errors, clean stop, real days, clocks."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest
from ib_insync import IB, Future

Launch = Callable[..., Awaitable[tuple[asyncio.subprocess.Process, dict[str, Any], int]]]


async def _start(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulator",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@pytest.fixture
async def launch() -> AsyncIterator[Launch]:
    """Start the process and return it with its start line and port; it is ended afterwards."""
    running: list[asyncio.subprocess.Process] = []

    async def start(*arguments: str) -> tuple[asyncio.subprocess.Process, dict[str, Any], int]:
        process = await _start(*arguments)
        running.append(process)
        assert process.stdout
        line = json.loads(await process.stdout.readline())
        return process, line, int(line["listening"].rpartition(":")[2])

    yield start
    for process in running:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_the_first_line_says_where_and_what_and_sigterm_ends_it_cleanly(launch: Launch) -> None:
    """One JSON line on standard output, the API behind the port, exit code 0 after SIGTERM."""
    process, line, port = await launch("--clock=stepped", "--sessions=2", "--account=DU7654321")
    assert {key: line[key] for key in ("account", "clock", "sessions", "first", "last")} == {
        "account": "DU7654321",
        "clock": "stepped",
        "sessions": 2,
        "first": "2026-01-05",
        "last": "2026-01-06",
    }
    assert line["now"] == "2026-01-05T13:45:00+00:00"
    ib: Any = IB()  # type: ignore[no-untyped-call]
    await ib.connectAsync("127.0.0.1", port, clientId=1, timeout=10)
    process.send_signal(signal.SIGTERM)
    out, err = await process.communicate()
    assert (process.returncode, out) == (0, b"")
    assert all("event" in json.loads(text) for text in err.decode().splitlines())
    ib.disconnect()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--regime", "boom"), "boom"),
        (("--history", "/nowhere"), "/nowhere"),
        (("--clock", "fast"), "scaled:X"),
        (("--fault", "gremlin"), "gremlin"),
        (("--cash", "-5"), "-5"),
        (("--sessions", "many"), "many"),
        (("--from", "2018-01-22"), "--history"),
        (("--port", "70000"), "70000"),
    ],
)
async def test_bad_arguments_are_one_clear_line_and_exit_2(arguments: tuple[str, ...], words: str) -> None:
    """The line names the argument or value that is wrong; nothing is printed as a start line."""
    process = await _start(*arguments)
    out, err = await process.communicate()
    assert process.returncode == 2
    assert out == b""
    assert len(err.decode().strip().splitlines()) == 1
    assert words in err.decode()


async def test_a_scaled_clock_runs_by_itself(launch: Launch) -> None:
    """With scaled:X game time passes without being asked for, and instants are played on the way."""
    _, line, port = await launch("--clock", "scaled:3600", "--start", "2026-01-05T09:00", "--sessions", "1")
    assert line["now"] == "2026-01-05T14:00:00+00:00"
    ib: Any = IB()  # type: ignore[no-untyped-call]
    await ib.connectAsync("127.0.0.1", port, clientId=1, timeout=10)
    (future,) = await ib.qualifyContractsAsync(Future("VIX", "20260218", "CFE", tradingClass="VX"))
    ticker = ib.reqMktData(future)
    seen: set[datetime] = set()
    while len(seen) < 3:
        await ticker.updateEvent
        seen.add(await ib.reqCurrentTimeAsync())
    assert min(seen) < max(seen)
    ib.disconnect()


@pytest.mark.history
async def test_real_days_bring_the_official_settlements(launch: Launch) -> None:
    """On 2018-02-05 the marks of M1 and M2 at the close are the file's 33.225 and 27.975, VIX 37.32."""
    folder = os.environ.get("HEDGED_DATA")
    if not folder:
        pytest.skip("HEDGED_DATA is not set to the data folder")
    _, line, port = await launch(
        "--clock=stepped", "--history", folder, "--from=2018-02-05", "--to=2018-02-05"
    )
    assert line["sessions"] == 1
    ib: Any = IB()  # type: ignore[no-untyped-call]
    ib.client.MaxRequests = 0
    await ib.connectAsync("127.0.0.1", port, clientId=1, timeout=10)
    futures = await ib.qualifyContractsAsync(
        *[Future("VIX", d, "CFE", tradingClass="VX") for d in ("20180214", "20180321")]
    )
    tickers = [ib.reqMktData(future, "221") for future in futures]
    for _ in range(4 + 390):
        await ib.reqCurrentTimeAsync()
    assert [ticker.markPrice for ticker in tickers] == [33.225, 27.975]
    ib.disconnect()


async def test_switches_and_the_control_port_are_options(launch: Launch) -> None:
    """The start line names the control port and the schedule; a switch is in force; SIGTERM still ends it."""
    process, line, port = await launch(
        "--clock=stepped", "--sessions=2", "--read-only", "--faults=6", "--fault=halted@10:30", "--control=0"
    )
    assert line["faults"][0] == "halted@10:30"
    assert len(line["faults"]) > 1
    reader, writer = await asyncio.open_connection(*line["control"].split(":"))
    writer.write(b'{"state": true}\n')
    assert json.loads(await reader.readline())["clients"] == []
    ib: Any = IB()  # type: ignore[no-untyped-call]
    codes: list[int] = []
    ib.errorEvent += lambda _id, code, *_: codes.append(code)
    await ib.connectAsync("127.0.0.1", port, clientId=1, timeout=10, readonly=True)
    ib.reqGlobalCancel()
    await ib.reqCurrentTimeAsync()
    assert 321 in codes
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert process.returncode == 0
    writer.close()
    ib.disconnect()
