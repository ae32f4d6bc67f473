"""`hedged status` and `hedged health`: asking the running daemon and saying what it answered."""

import sys
import time
from pathlib import Path

import msgspec
from rich.console import Console
from rich.live import Live
from rich.text import Text

from daemon.control.client import ask
from daemon.control.place import control_socket
from daemon.errors import ExitCode, Halted, HedgedError
from daemon.status.report import Status
from daemon.status.words import lines
from strategies.core.events import Link
from strategies.core.mode import Mode

_REDRAW_S = 2.0


def show(state_dir: Path, *, as_json: bool) -> ExitCode:
    """Print the status once.

    Raises:
        NotRunning: there is no daemon.
        HedgedError: it does not answer.
    """
    status = _status(state_dir)
    text = msgspec.json.encode(status).decode() if as_json else "\n".join(lines(status))
    sys.stdout.write(text + "\n")
    return ExitCode.OK


def watch(state_dir: Path) -> ExitCode:
    """Redraw the status until Ctrl-C, or until the daemon is gone (raises as `show`).

    Where standard output is no terminal, each status follows the one before.
    """
    console = Console(highlight=False)
    try:
        with Live(console=console, auto_refresh=False, screen=console.is_terminal) as live:
            while True:
                text = "\n".join(lines(_status(state_dir)))
                if console.is_terminal:
                    live.update(Text(text, overflow="fold"), refresh=True)
                else:
                    console.print(text, markup=False, soft_wrap=True, end="\n\n")
                time.sleep(_REDRAW_S)
    except KeyboardInterrupt:
        return ExitCode.OK


def health(state_dir: Path) -> ExitCode:
    """Print one line: well, or why not.

    Raises:
        NotRunning: there is no daemon.
        Halted: it may not send everything.
        HedgedError: it does not answer, or cannot do its work.
    """
    status = _status(state_dir)
    trading = status.trading
    if trading.mode != Mode.ACTIVE:
        mode = trading.mode.replace("_", "-")
        raise Halted(f"{mode} by {trading.who}: {trading.reason}; see `hedged status`")
    reason = illness(status)
    if reason:
        raise HedgedError(f"unhealthy: {reason}; see `hedged status`")
    state = "ready" if status.ready else f"idle, {status.not_ready_because}"
    sys.stdout.write(f"healthy: {state}\n")
    return ExitCode.OK


def illness(status: Status) -> str:
    """Return why the daemon cannot do its work, empty where it can, or need not before the next session.

    A lost connection is an illness outside sessions too: whoever looks there finds it before the open. In a
    known window it is none; each window is capped by its setting.
    """
    journal = status.journal
    if not journal.alive:
        return (
            f"the loop has not committed for {journal.last_commit_age_s:.0f} s, {journal.waiting} events wait"
        )
    away = status.connection.link != Link.UP or not status.connection.upstream
    return "" if away and status.trading.window else status.hindrance


def _status(state_dir: Path) -> Status:
    return ask(control_socket(state_dir), "status", Status)
