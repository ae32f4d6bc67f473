"""Gateway and daemon as real processes, and what their files say; loaded by the conftest of `tests/e2e`."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from daemon import codec
from daemon.telemetry.audit_tail import audit_files
from daemon.telemetry.records import parse_line
from strategies.core.book import book_positions
from strategies.core.state import State

ROOT = Path(__file__).parents[2]
DEADLINE_S = 120.0  # for facts; a loaded machine may be slow, a missing fact is a failure all the same
_POLL_S = 0.02

# Tests run at any hour of any day.
NO_WINDOWS = {f"HEDGED_WINDOWS__{name}_S": "0" for name in ("RESTART", "RESET", "LOG_IN")}

Json = dict[str, Any]


def environ(extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a child: this checkout, none of our variables but those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEDGED_")}
    return kept | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"} | dict(extra)


class Process:
    """A child whose output goes to files; `env` is the whole environment."""

    def __init__(self, command: list[str], *, folder: Path, name: str, env: Mapping[str, str]) -> None:
        self.out, self.err = folder / f"{name}.out", folder / f"{name}.err"
        with self.out.open("ab") as out, self.err.open("ab") as err:
            self._popen = subprocess.Popen(
                [sys.executable, *command], stdout=out, stderr=err, env=dict(env), cwd=folder
            )

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._popen.poll() is None

    def said(self) -> str:
        """Return the end of what it wrote, for a failure's text."""
        return f"stdout:\n{self.out.read_text()[-2000:]}\nstderr:\n{self.err.read_text()[-4000:]}"

    def ended(self) -> int:
        """Wait for its end; return the exit code."""
        try:
            return self._popen.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {DEADLINE_S:g} s\n{self.said()}") from None

    def wait_for(self, fact: Any, what: str) -> None:  # noqa: ANN401 - any callable without arguments
        """Wait until `fact()` is true, while the process runs."""
        gives_up_at = time.monotonic() + DEADLINE_S
        while not fact():
            if not self.running and not fact():
                raise AssertionError(f"ended with {self._popen.returncode} before: {what}\n{self.said()}")
            if time.monotonic() > gives_up_at:
                raise AssertionError(f"not within {DEADLINE_S:g} s: {what}\n{self.said()}")
            time.sleep(_POLL_S)

    def kill(self) -> None:
        """Kill -9, and wait until it is gone."""
        self._popen.kill()
        self._popen.wait()

    def terminate(self) -> None:
        """SIGTERM."""
        self._popen.terminate()

    def freeze(self) -> None:
        """SIGSTOP: its connections stay open and nothing answers."""
        self._popen.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self._popen.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """See to it that it is gone."""
        if self.running:
            self.kill()


class World:
    """One paper gateway and the daemon that plays against it, again and again on the same state.

    Args:
        folder: for everything; empty.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger_file = folder / "ledger.jsonl"
        self.audit_folder = folder / "state" / "audit"
        self._macro = folder / "macro"
        self.port = 1  # nothing listens there until a gateway is started
        self._processes: list[Process] = []

    def gateway(self, *options: str, clock: str = "stepped") -> Process:
        """Start a gateway on a free port; return once it listens."""
        step = ["--step-client=1"] if clock == "stepped" else []
        command = ["-m", "simulator", "--port=0", f"--clock={clock}", *step, *options]
        command.append(f"--ledger={self.ledger_file}")
        if clock == "stepped" and any(option.startswith("--regime") for option in options):
            command.append(f"--macro={self._macro}")  # gates ask for a rate before a layer is bought
        gateway = Process(command, folder=self.folder, name=self._name("gateway"), env=environ({}))
        self._processes.append(gateway)
        gateway.wait_for(lambda: gateway.out.read_text().endswith("\n"), "the gateway's start line")
        self.port = int(json.loads(gateway.out.read_text())["listening"].rpartition(":")[2])
        return gateway

    def variables(self, **more: str) -> dict[str, str]:
        """Return the daemon's variables: in play with the gateway, state in the folder."""
        return {
            "HEDGED_SETTINGS": str(ROOT / "settings.toml"),
            "HEDGED_CLOCK__SOURCE": "gateway",
            "HEDGED_IB__PORT": str(self.port),
            "HEDGED_STATE_DIR": str(self.folder / "state"),
            **({"HEDGED_MACRO__FOLDER": str(self._macro)} if self._macro.is_dir() else {}),
            **NO_WINDOWS,
            **more,
        }

    def daemon(self, **variables: str) -> Process:
        """Start `hedged run`; the variables are added to those of `variables`."""
        env = environ(self.variables(**variables))
        daemon = Process(["-m", "daemon", "run"], folder=self.folder, name=self._name("daemon"), env=env)
        self._processes.append(daemon)
        return daemon

    def hedged(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run a verb to its end."""
        return subprocess.run(
            [sys.executable, "-m", "daemon", *arguments],
            env=environ(variables),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )

    def _name(self, role: str) -> str:
        return f"{role}-{len(self._processes) + 1}"

    def close(self) -> None:
        """End what still runs."""
        for process in reversed(self._processes):
            process.close()

    def ledger(self, *kinds: str) -> list[Json]:
        """Return the gateway's own record."""
        lines = self.ledger_file.read_text().splitlines(keepends=True)
        return [r for line in lines if line.endswith("\n") and (r := json.loads(line))["kind"] in kinds]

    def audit(self, *kinds: str) -> list[Json]:
        """Return the audit records of some kinds, of all without any."""
        return list(audit_records(self.audit_folder, *kinds))


def audit_records(folder: Path, *kinds: str) -> Iterator[Json]:
    """Yield the audit records of some kinds (of all without any); a line still being written is left out."""
    if not folder.is_dir():
        return
    for path in audit_files(folder).values():
        for line in path.read_text().splitlines(keepends=True):
            if line.endswith("\n") and (not kinds or any(f'"kind":"{kind}"' in line for kind in kinds)):
                record = json.loads(line)
                if not kinds or record["kind"] in kinds:
                    yield record


def folded(folder: Path) -> State:
    """Return the state that the audit files fold to."""
    state = State()
    for path in audit_files(folder).values():
        for line in path.read_bytes().splitlines():
            record = parse_line(line)
            if record.kind in codec.EVENT_KINDS:
                state, _, _ = codec.fold(state, codec.decode_event(record.body), record.seq)
    return state


def check_books(world: World, *, sessions: int) -> State:
    """Hold the daemon's books against the gateway's ledger after a play; return the daemon's last state.

    At most one transmission per reference; each execution booked exactly once; positions equal by executions
    and by the gateway's last word; every session's bar closed once; the audit files hold.
    """
    placed = Counter(record["order_ref"] for record in world.ledger("place"))
    assert [ref for ref, count in placed.items() if count > 1] == []
    executed = [r for r in world.ledger("execution") if r["contract"] != "BAG"]
    fills = {record["exec_id"]: record for record in world.audit("fill")}
    booked = [record["exec_id"] for record in world.audit("fill")]
    assert sorted(booked) == sorted(record["exec_id"] for record in executed)
    held: Counter[str] = Counter()
    for record in executed:
        fill = fills[record["exec_id"]]
        assert (fill["side"], fill["quantity"]) == (record["side"], record["shares"])
        sign = 1 if record["side"] == "BOT" else -1
        held[fill["instrument"]] += sign * record["shares"]
    state = folded(world.audit_folder)
    ours = book_positions(state)
    assert ours == {key: held[key] for key in sorted(held) if held[key]}
    theirs = world.audit("snapshot")[-1]["positions"]
    assert ours == {key: int(quantity) for key, quantity, *_cost in theirs}
    bars = [record["session"] for record in world.audit("bar_closed")]
    assert len(bars) == len(set(bars)) == sessions
    verified = world.hedged("audit", "verify", str(world.audit_folder))
    assert (verified.returncode, verified.stderr) == (0, "")
    return state
