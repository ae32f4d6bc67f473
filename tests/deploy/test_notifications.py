"""Datagrams to a service manager: every kind of address, and none of the harm when nobody listens."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from daemon.errors import ConfigError
from daemon.telemetry.systemd import Systemd

Listen = Callable[[str], Any]


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_one_datagram_carries_the_lines(listen: Listen, tmp_path: Path, kind: str) -> None:
    """Both forms of NOTIFY_SOCKET; a line break inside a status cannot become a line of its own."""
    name = f"{tmp_path}/n"
    manager = listen(name if kind == "path" else f"@{name}")
    Systemd({"NOTIFY_SOCKET": manager.address}).tell("READY=1", "STATUS=up\nMAINPID=1")
    assert manager.heard()
    assert manager.lines == ["READY=1", "STATUS=up MAINPID=1"]


def test_without_a_service_manager_nothing_is_sent() -> None:
    """Started by hand the daemon has nobody to tell, and no watchdog to feed."""
    alone = Systemd({"WATCHDOG_USEC": "1000000"})
    alone.tell("READY=1")
    assert alone.watchdog_s is None


def test_a_listener_that_is_gone_is_logged_not_fatal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Trading goes on; the log says what was not delivered."""
    Systemd({"NOTIFY_SOCKET": str(tmp_path / "gone")}).tell("WATCHDOG=1")
    said = "".join(capsys.readouterr())
    assert "the service manager could not be told" in said
    assert "WATCHDOG=1" in said


@pytest.mark.parametrize(
    ("pid", "expected_s"),
    [(None, 300.0), (str(os.getpid()), 300.0), (str(os.getpid() + 1), None)],
    ids=["nobody", "us", "another"],
)
def test_the_watchdog_is_for_the_process_it_names(tmp_path: Path, pid: str | None, expected_s: float) -> None:
    """WATCHDOG_PID of another process means that nobody waits for us."""
    environ = {"NOTIFY_SOCKET": str(tmp_path / "n"), "WATCHDOG_USEC": "300000000"}
    assert Systemd(environ | ({"WATCHDOG_PID": pid} if pid else {})).watchdog_s == expected_s


@pytest.mark.parametrize(
    ("name", "value"),
    [("NOTIFY_SOCKET", "relative"), ("NOTIFY_SOCKET", "@"), ("WATCHDOG_USEC", "5s"), ("WATCHDOG_USEC", "0")],
)
def test_what_no_service_manager_sets_is_refused(name: str, value: str) -> None:
    """The fault names the variable and its value."""
    with pytest.raises(ConfigError, match=f"{name} is '{value}'"):
        Systemd({"NOTIFY_SOCKET": "@x"} | {name: value})
