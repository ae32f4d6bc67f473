"""Told to stop, the daemon ends in order; out of hours it waits."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from daemon.store.embedded import EmbeddedServer
from daemon.store.redis_journal import RedisJournal

World = Any  # the helpers' classes: modules found at run time have no static type
Process = Any

NEW_YORK = ZoneInfo("America/New_York")


def stopped_in_order(world: World, daemon: Process) -> None:
    """Send SIGTERM and check the end: exit 0, `stopping` is the last event."""
    daemon.terminate()
    assert daemon.ended() == 0, daemon.said()
    records = world.audit()
    stopping = [r["seq"] for r in records if r["kind"] == "lifecycle" and r["phase"] == "stopping"]
    assert stopping == [records[-1]["seq"]]
    assert "Traceback" not in daemon.err.read_text()


async def journal_is_copied(world: World) -> None:
    """Check that the audit files end with the journal's last commit, and that its snapshot is of that end."""
    last_file = max(world.audit_folder.glob("audit-*.jsonl"))
    lines = last_file.read_bytes().splitlines()
    async with EmbeddedServer(world.folder / "state" / "valkey") as server:
        journal = RedisJournal(url=server.url)
        await journal.open()
        last, snapshot = await journal.last(), await journal.load_snapshot()
        await journal.close()
    assert last is not None
    assert snapshot is not None
    assert tuple(lines[-len(last.lines) :]) == last.lines
    assert snapshot.seq == last.last_seq == json.loads(lines[-1])["seq"]


async def test_sigterm_in_a_play(world: World) -> None:
    """Stopped in the middle, with orders behind it: nothing is cut, and the same command goes on."""
    world.gateway("--regime=shock", "--sessions=3", "--seed=1")
    daemon = world.daemon()
    daemon.wait_for(lambda: any(world.ledger_file.exists() and world.ledger("execution")), "a fill")
    stopped_in_order(world, daemon)
    await journal_is_copied(world)
    again = world.daemon()
    assert again.ended() == 0, again.said()
    bars = [bar["session"] for bar in world.audit("bar_closed")]
    assert bars == ["2026-01-05", "2026-01-06", "2026-01-07"]


def test_a_gateway_that_falls_silent_in_a_play(
    processes: Any,  # noqa: ANN401 - a module found at run time
    world: World,
) -> None:
    """A half-open connection ends the play with 5 and one line; once the gateway is back the play goes on."""
    gateway = world.gateway("--regime=shock", "--sessions=4", "--seed=1")
    daemon = world.daemon(HEDGED_IB__REQUEST_TIMEOUT_S="5")
    daemon.wait_for(lambda: world.audit("fill"), "a fill")
    gateway.freeze()
    assert daemon.ended() == 5, daemon.said()
    gateway.thaw()
    errors = [line for line in daemon.err.read_text().splitlines() if line.startswith("hedged: error: ")]
    assert len(errors) == 1
    again = world.daemon()
    assert again.ended() == 0, again.said()
    processes.check_books(world, sessions=4)


async def test_out_of_hours_on_the_system_clock(world: World) -> None:
    """On a day without a session: connected, reconciled, a heartbeat now and then, no order; then SIGTERM."""
    world.gateway("--start=2026-01-05T12:00", "--sessions=3", clock="real")
    daemon = world.daemon(
        HEDGED_SETTINGS=str(_no_session_near(world.folder)),
        HEDGED_CLOCK__SOURCE="system",
        HEDGED_LOOP__HEARTBEAT_S="1",
    )
    daemon.wait_for(lambda: world.audit("reconciled"), "a reconciled book")
    (reconciled,) = world.audit("reconciled")
    assert (reconciled["ready"], reconciled["foreign"]) == (True, [])
    daemon.wait_for(lambda: len(_beats_after(world, reconciled["seq"])) > 1, "two heartbeats")
    stopped_in_order(world, daemon)
    assert {timer["job"] for timer in world.audit("timer")} == {"heartbeat"}
    assert world.audit("order_intended", "order_transmitted", "bar_closed") == []
    assert world.ledger("place", "cancel") == []
    await journal_is_copied(world)


def _beats_after(world: World, seq: int) -> list[int]:
    return [t["seq"] for t in world.audit("timer") if t["job"] == "heartbeat" and t["seq"] > seq]


def _no_session_near(folder: Path) -> Path:
    """Write settings by which the market is closed yesterday, today and tomorrow, whenever that is."""
    today = datetime.now(NEW_YORK).date()
    days = [today + timedelta(days=offset) for offset in (-1, 0, 1)]
    closed = ", ".join(f"{{ day = {day}, closed = true }}" for day in days)
    file = folder / "closed.toml"
    file.write_text(f"[schedule]\nsession_overrides = [{closed}]\n")
    return file
