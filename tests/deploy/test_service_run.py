"""The unit's own command line in the unit's own environment, with this test as the service manager."""

import shlex
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

Unit = dict[str, list[str]]
Listener = Any  # the classes of the conftest: the tests are no package
Start = Callable[..., Any]


def test_the_service_tells_its_life(
    unit: Unit,
    installed: Callable[[str], str],
    environ: dict[str, str],
    start: Start,
    redis_url: str,
    gateway_port: int,
    listen: Callable[[str], Listener],
    tmp_path: Path,
) -> None:
    """READY=1 with the first session, WATCHDOG=1 with a heartbeat, STOPPING=1 on SIGTERM, exit 0."""
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "redis_url").write_text(redis_url + "\n")
    manager = listen(str(tmp_path / "notify"))
    variables = dict(installed(line).split("=", 1) for line in unit["Environment"])
    variables |= {
        "CREDENTIALS_DIRECTORY": str(tmp_path / "credentials"),
        "NOTIFY_SOCKET": manager.address,
        "WATCHDOG_USEC": str(int(unit["WatchdogSec"][0]) * 1_000_000),
        "HEDGED_IB__PORT": str(gateway_port),
        "HEDGED_LOOP__HEARTBEAT_S": "1",
    }
    daemon = start(shlex.split(installed(unit["ExecStart"][0])), name="daemon", env=environ | variables)
    daemon.wait_for(lambda: manager.heard("READY=1"), "READY=1")
    daemon.wait_for(lambda: manager.heard("WATCHDOG=1"), "WATCHDOG=1")
    assert any(line.startswith("STATUS=not ready: ") for line in manager.lines)
    assert "STOPPING=1" not in manager.lines
    assert not (tmp_path / "state" / "valkey").exists(), "the credential's server is used, none is embedded"

    daemon.send(signal.SIGTERM)
    assert daemon.ended() == 0, daemon.said()[-4000:]
    assert manager.heard("STOPPING=1")
    assert redis_url.partition("@")[0].rpartition(":")[2] not in daemon.said()


def test_a_watchdog_faster_than_the_heart_is_refused(
    unit: Unit,
    installed: Callable[[str], str],
    environ: dict[str, str],
    start: Start,
    listen: Callable[[str], Listener],
    tmp_path: Path,
) -> None:
    """A service manager that would end a healthy daemon is a fault of the settings, told at the start."""
    manager = listen(str(tmp_path / "notify"))
    variables = {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "100000000"}
    variables |= {"HEDGED_STATE_DIR": str(tmp_path / "state")}
    daemon = start(shlex.split(installed(unit["ExecStart"][0])), name="daemon", env=environ | variables)
    assert daemon.ended() == 4
    assert "loop.heartbeat_s = 60: must be at most half of the service manager's watchdog of 100 s" in (
        daemon.said()
    )
    assert not manager.heard("READY=1")
