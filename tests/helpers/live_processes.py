"""The daemon on the system's clock and a paper gateway beside it; loaded by the conftest of `tests/live`."""

import importlib.util
import json
import os
import signal
import socket
import struct
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
# Before the first and after the last of these a session would cross midnight in New York.
_DAY_MARGIN = timedelta(minutes=20)

Json = dict[str, Any]


def load(name: str) -> Any:  # noqa: ANN401 - a module found at run time has no static type
    """Import a helper of this folder by its file: the tests are no package."""
    full = f"hedged_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None
        assert spec.loader is not None
        sys.modules[full] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[full]


play = load("play_processes")


class Today:
    """A session of today in New York, whatever the weekday and the hour.

    Args:
        closes_in_s: seconds from now to its close; it opened a whole number of minutes before that.
    """

    def __init__(self, closes_in_s: int) -> None:
        now = datetime.now(NEW_YORK)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self.in_one_day = now - midnight >= _DAY_MARGIN and midnight + timedelta(days=1) - now >= _DAY_MARGIN
        self.close = (now + timedelta(seconds=closes_in_s)).replace(microsecond=0)
        self.open = self.close - timedelta(minutes=15)

    @property
    def span(self) -> str:
        """The gateway's option: OPEN-CLOSE."""
        return f"{self.open:%H:%M:%S}-{self.close:%H:%M:%S}"

    @property
    def override(self) -> str:
        """The daemon's setting."""
        times = f'open = "{self.open:%H:%M:%S}", close = "{self.close:%H:%M:%S}"'
        return f'[{{ day = "{self.close:%Y-%m-%d}", {times} }}]'


class LiveWorld:
    """A gateway on the wall clock that can be stopped and started on its port, and a daemon.

    Args:
        folder: for everything; empty.
        today: the session that both agree on.
    """

    def __init__(self, folder: Path, today: Today) -> None:
        self.folder = folder
        self.today = today
        self.port = 0
        self.audit_folder = folder / "state" / "audit"
        self._ledgers: list[Path] = []
        self._processes: list[Any] = []

    def gateway(self, *options: str, clock: str = "real") -> Any:  # noqa: ANN401 - as above
        """Start a gateway, on the port of last time if there was one; return once it listens."""
        number = len(self._ledgers)
        self._ledgers.append(self.folder / f"ledger-{number}.jsonl")
        command = ["-m", "simulator", f"--port={self.port}", f"--clock={clock}", "--regime=calm"]
        command += [f"--session={self.today.span}", "--sessions=3", f"--ledger={self._ledgers[-1]}", *options]
        gateway = self._start(command, f"gateway-{number}", {})
        gateway.wait_for(lambda: gateway.out.read_text().endswith("\n"), "the gateway's start line")
        self.port = int(json.loads(gateway.out.read_text())["listening"].rpartition(":")[2])
        return gateway

    def daemon(self, **variables: str) -> Any:  # noqa: ANN401 - as above
        """Start `hedged run`; the variables are added to those of `variables`."""
        return self._start(["-m", "daemon", "run"], "daemon", self.variables(**variables))

    def hedged(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a verb to its end."""
        return subprocess.run(
            [sys.executable, "-m", "daemon", *arguments],
            env=play.environ(self.variables()),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=play.DEADLINE_S,
            check=False,
        )

    def close(self) -> None:
        """End what still runs."""
        for process in reversed(self._processes):
            process.close()

    def _start(self, command: list[str], name: str, variables: dict[str, str]) -> Any:  # noqa: ANN401
        process = play.Process(command, folder=self.folder, name=name, env=play.environ(variables))
        self._processes.append(process)
        return process

    def ledger(self, *kinds: str) -> list[Json]:
        """Return the record of all gateways, one after the other."""
        lines = [line for path in self._ledgers for line in path.read_text().splitlines(keepends=True)]
        return [r for line in lines if line.endswith("\n") and (r := json.loads(line))["kind"] in kinds]

    def variables(self, **more: str) -> dict[str, str]:
        """Return the daemon's variables: the system's clock, today's session, quick to beat and to return."""
        return {
            "HEDGED_SETTINGS": str(play.ROOT / "settings.toml"),
            "HEDGED_IB__PORT": str(self.port or 1),
            "HEDGED_IB__RECONNECT_DELAY_MAX_S": "1",
            "HEDGED_STATE_DIR": str(self.folder / "state"),
            **play.NO_WINDOWS,
            "HEDGED_LOOP__HEARTBEAT_S": "1",
            "HEDGED_LOOP__QUOTE_INTERVAL_S": "0.5",
            "HEDGED_RECONCILE__QUIET_S": "1",
            "HEDGED_SCHEDULE__FINALISE_AFTER_CLOSE_S": "2",
            "HEDGED_SCHEDULE__SESSION_OVERRIDES": self.today.override,
            **more,
        }

    def log(self) -> list[Json]:
        """Return the daemon's operational log, whole lines only."""
        path = self.folder / "daemon.err"
        if not path.exists():
            return []
        lines = path.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n")]

    def said(self, event: str, reason: str = "") -> int:
        """Return how often the log has a line of this event, with this in its reason."""
        return sum(1 for line in self.log() if line["event"] == event and reason in line.get("reason", ""))

    def last_words(self) -> str:
        """Return what the daemons said that is no line of the operational log."""
        text: str = (self.folder / "daemon.err").read_text()
        return "\n".join(line for line in text.splitlines() if not line.startswith("{"))

    def seen(self, kind: str, **fields: object) -> list[Json]:
        """Return the audit records of a kind that have these fields."""
        return [
            r
            for r in play.audit_records(self.audit_folder, kind)
            if all(r.get(k) == v for k, v in fields.items())
        ]

    def records(self) -> list[Json]:
        """Return all audit records."""
        return list(play.audit_records(self.audit_folder))

    def kill_embedded(self) -> None:
        """Kill -9 the daemon's own server, whose socket says which process it is."""
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self._server_socket()))
            credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        os.kill(struct.unpack("3i", credentials)[0], signal.SIGKILL)

    def _server_socket(self) -> Path:
        text = (self.folder / "state" / "valkey" / "valkey.conf").read_text()
        (line,) = [line for line in text.splitlines() if line.startswith("unixsocket ")]
        return Path(line.split('"')[1].encode().decode("unicode_escape"))

    def stop_in_order(self, daemon: Any) -> None:  # noqa: ANN401 - as above
        """SIGTERM; it must end with 0, and its audit files must hold."""
        daemon.terminate()
        assert daemon.ended() == 0, daemon.said()
        verified = self.hedged("audit", "verify", str(self.audit_folder))
        assert (verified.returncode, verified.stderr) == (0, "")


def signal_process(process: Any, number: signal.Signals) -> None:  # noqa: ANN401 - as above
    """Send a signal to a child that was started here."""
    process._popen.send_signal(number)
