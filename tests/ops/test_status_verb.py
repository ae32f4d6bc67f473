"""`hedged status` and `hedged health` tell what the running daemon knows, or that there is none."""

import json
import signal
import stat
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from daemon.control.client import ask
from daemon.control.place import control_socket
from daemon.errors import ExitCode, NotRunning
from daemon.status.report import Status

GROUPS = {
    "time",
    "process",
    "connection",
    "ready",
    "not_ready_because",
    "hindrance",
    "trading",
    "stopping",
    "session",
    "signals",
    "condors",
    "layers",
    "plans",
    "orders",
    "proposals",
    "episodes",
    "unknown_orders",
    "quarantine",
    "caps",
    "last_decision",
    "journal",
}
SIGNALS = {
    "spx",
    "rsi_last_bar",
    "rsi_provisional",
    "vix",
    "expanding",
    "m1",
    "m2",
    "slope",
    "steepening",
} | {
    "macd_histogram",
    "hidden_bullish",
    "macd_bullish",
    "macd_bearish",
    "realised_vol",
    "ad_trend",
    "pe_elevated",
}
CAPS = ["layers_open", "orders_last_minute", "orders_today", "premium_today_usd", "premium_open_usd"]


def test_without_a_daemon_one_line_says_so(world: Any) -> None:  # noqa: ANN401 - see conftest
    """No socket: both verbs end with 3, say where they looked and what to do, and make nothing."""
    for verb in ("status", "health"):
        done = world.hedged(verb, **world.variables())
        assert done.returncode == ExitCode.NOT_RUNNING
        (line,) = done.stderr.splitlines()
        assert line.startswith("hedged: error: no daemon runs here")
        assert "control.sock" in line
        assert "hedged run" in line
    assert not (world.folder / "state").exists()


def test_running_daemon_tells_what_it_knows(live: Any) -> None:  # noqa: ANN401 - see conftest
    """The JSON has every group, the words the same; the socket and its folder are ours alone."""
    world, _, daemon = live
    done = world.hedged("status", "--json", **world.variables())
    assert (done.returncode, done.stderr) == (ExitCode.OK, "")
    found = json.loads(done.stdout)
    assert set(found) == GROUPS
    assert set(found["signals"]) == SIGNALS
    assert [cap["name"] for cap in found["caps"]] == CAPS
    assert found["connection"]["link"] == "up"
    assert found["connection"]["account"] == "DU1234567"
    assert found["connection"]["reconciled"] is True
    assert found["hindrance"] == ""
    assert found["ready"] is found["session"]["open"]
    assert found["process"]["clock"] == "system"
    assert found["journal"]["alive"] is True
    assert found["journal"]["seq"] > 0
    assert 0 < found["signals"]["rsi_last_bar"]["value"] < 100
    words = world.hedged("status", **world.variables())
    assert words.returncode == ExitCode.OK
    assert words.stdout.startswith(("READY at ", "NOT READY: session is closed at "))
    assert "account DU1234567, paper" in words.stdout
    health = world.hedged("health", **world.variables())
    assert (health.returncode, health.stderr) == (ExitCode.OK, "")
    assert health.stdout in {"healthy: ready\n", "healthy: idle, session is closed\n"}
    assert stat.S_IMODE((world.folder / "state").stat().st_mode) == 0o700
    daemon.terminate()
    assert daemon.ended() == ExitCode.OK
    assert world.hedged("status", **world.variables()).returncode == ExitCode.NOT_RUNNING


def test_lost_gateway_is_unhealthy_and_a_killed_daemon_not_running(
    live: Any,  # noqa: ANN401 - see conftest
    watch: Callable[[Any], Any],
) -> None:
    """Health is about doing the work, not about being alive; a socket left behind misleads nobody."""
    world, gateway, daemon = live
    watching = watch(world)
    gateway.kill()
    lost = "NOT READY: broker is not connected"
    watching.wait_for(lambda: lost in watching.out.read_text(), "the loss in the watched status")
    done = world.hedged("health", **world.variables())
    assert (done.returncode, done.stdout) == (ExitCode.ERROR, "")
    (line,) = done.stderr.splitlines()
    assert "unhealthy: broker is not connected" in line
    daemon.kill()
    assert watching.ended() == ExitCode.NOT_RUNNING
    assert world.hedged("health", **world.variables()).returncode == ExitCode.NOT_RUNNING


def test_watching_ends_in_order_at_an_interrupt(live: Any, watch: Callable[[Any], Any]) -> None:  # noqa: ANN401 - see conftest
    """Ctrl-C is how one stops watching: no error."""
    world, _, daemon = live
    watching = watch(world)
    watching.wait_for(lambda: "account DU1234567" in watching.out.read_text(), "a status")
    watching._popen.send_signal(signal.SIGINT)
    assert watching.ended() == ExitCode.OK
    assert watching.err.read_text() == ""
    assert daemon.running


def test_play_in_a_deep_folder_tells_its_book(
    world: Any,  # noqa: ANN401 - see conftest
    monkeypatch: pytest.MonkeyPatch,
    short_folder: str,
) -> None:
    """A path that no Unix socket takes is replaced by a short one that both sides compute."""
    deep = world.folder.joinpath(*["a-folder-with-a-rather-long-name"] * 4)
    world.gateway("--regime=shock", "--sessions=24")
    variables = world.variables(HEDGED_STATE_DIR=str(deep), XDG_RUNTIME_DIR=short_folder)
    monkeypatch.setenv("XDG_RUNTIME_DIR", variables["XDG_RUNTIME_DIR"])
    daemon = world.daemon(**variables)

    def holds_a_condor() -> bool:
        try:
            found = ask(control_socket(deep), "status", Status)
        except NotRunning:
            return False
        return any(condor.state == "open" for condor in found.condors)

    daemon.wait_for(holds_a_condor, "an open condor in the status")
    told = json.loads(world.hedged("status", "--json", **variables).stdout)
    condor = told["condors"][0]
    assert condor["contracts"] == 10
    assert float(condor["credit_usd"]) > 0
    assert told["last_decision"]["rules"]
    assert not (deep / "control.sock").exists()
    daemon.terminate()
    assert daemon.ended() == ExitCode.OK


@pytest.fixture
def short_folder() -> Iterator[str]:
    """A folder whose path leaves room for a socket's name; pytest's own may not."""
    with tempfile.TemporaryDirectory(prefix="hedged-") as folder:
        yield folder


def test_watch_and_json_exclude_each_other(world: Any) -> None:  # noqa: ANN401 - see conftest
    """Options that contradict are a usage error."""
    done = world.hedged("status", "--watch", "--json", **world.variables())
    assert done.returncode == ExitCode.USAGE
    assert "--watch and --json exclude each other" in done.stderr
