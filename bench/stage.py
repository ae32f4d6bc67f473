"""The stage of the live figures: a book with condors and a layer, and a gateway that stands still behind it.

A short play before the day of the run builds the book. After it the gateway of the play stands still and
still knows account, contracts and positions; a relay that tells the machine's time makes it a live one, whose
only ticks are the injected ones. The daemon is told that a session is open today.
"""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.processes import BenchError, Child, daemon_variables, gateway, started
from bench.relay import Relay
from bench.watcher import Prices, Watcher
from daemon.hours import NEW_YORK, sessions_between

_SESSIONS = 6
_MACRO = "macro"
_ALWAYS_WATCHED = 7  # two indices and five futures
_LOOK_BACK = timedelta(days=30)
_SETTLE_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A played book in `folder`/state and the gateway at `gateway_port` that knows it.

    Attributes:
        prices: the last prices of the play.
        open_today: the daemon's variables for a session that is open now.
    """

    folder: Path
    gateway_port: int
    prices: Prices
    open_today: dict[str, str]

    def live_variables(self, port: int) -> dict[str, str]:
        """Return the variables of a daemon on the system's clock, its gateway at `port`."""
        return daemon_variables(self.folder, port, **self.open_today)


@contextlib.contextmanager
def prepared(folder: Path, seed: int) -> Iterator[Stage]:
    """Play up to yesterday; yields the stage.

    Raises:
        BenchError: the play failed.
    """
    today = datetime.now(NEW_YORK).date()
    days = [s.day for s in sessions_between(today - _LOOK_BACK, today - timedelta(days=1), ())][-_SESSIONS:]
    options = (
        "--regime=shock",
        f"--seed={seed}",
        f"--start={days[0]}T08:45",
        f"--sessions={len(days)}",
        f"--macro={folder / _MACRO}",
    )
    macro = {"HEDGED_MACRO__FOLDER": str(folder / _MACRO)}  # without it the gates let no layer through
    prices: Prices = {}
    with gateway(folder, "gateway", *options) as gateway_port:
        with Relay(gateway_port, Watcher(prices, live=False)) as relay:
            variables = daemon_variables(folder, relay.port, HEDGED_CLOCK__SOURCE="gateway", **macro)
            with started(["daemon", "run"], folder=folder, name="play", variables=variables) as daemon:
                daemon.wait()
        override = f'[{{ day = {today}, open = "00:00", close = "23:59" }}]'
        yield Stage(
            folder=folder,
            gateway_port=gateway_port,
            prices=prices,
            open_today={"HEDGED_SCHEDULE__SESSION_OVERRIDES": override, **macro},
        )


@contextlib.contextmanager
def live_daemon(stage: Stage) -> Iterator[tuple[Child, Relay, Watcher]]:
    """The daemon, live on the stage, reconciled and with all of its quotes subscribed."""
    watcher = Watcher(stage.prices, live=True)
    with Relay(stage.gateway_port, watcher) as relay:
        variables = stage.live_variables(relay.port)
        with started(["daemon", "run"], folder=stage.folder, name="live", variables=variables) as daemon:
            daemon.wait_for(lambda: reconciled_today(stage), "a reconciled connection")
            settled(daemon, watcher)
            yield daemon, relay, watcher


def reconciled_today(stage: Stage) -> bool:
    """Whether the daemon of today holds its book against the account, without a difference."""
    return any(b'"kind":"reconciled"' in line and b'"ready":true' in line for line in audit_lines(stage))


def settled(child: Child, watcher: Watcher) -> None:
    """Wait until the client has subscribed more than what is always watched, and nothing more for a while.

    Raises:
        BenchError: it watches nothing else: the play left no book.
    """
    child.wait_for(lambda: len(watcher.subscribed) > 0, "a subscription")
    count = -1
    while count != len(watcher.subscribed):
        count = len(watcher.subscribed)
        time.sleep(_SETTLE_S)
    if count <= _ALWAYS_WATCHED:
        raise BenchError(f"{count} instruments are quoted: the play opened no condor; give another --seed")


def audit_lines(stage: Stage) -> list[bytes]:
    """Return the whole lines of today's audit file."""
    today = datetime.now(UTC).astimezone(NEW_YORK).date()
    path = stage.folder / "state" / "audit" / f"audit-{today}.jsonl"
    if not path.exists():
        return []
    return [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
