"""`python -m soak.endurance`: one daemon lives through many sessions without faults; nothing of it may grow.

The real daemon with the real client library, gateway and store model in one process, in virtual time; one
life of the daemon from the first morning to the last evening, nights and weekends included. The gateway is
restarted every night, as IBKR's own is. Every evening the books are compared and the journal folded again.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

from daemon.errors import AuditTampered, JournalCorrupt
from daemon.telemetry.records import GENESIS
from daemon.telemetry.verify_chain import verify_path
from simulator.hours import NEW_YORK
from soak import reckoning
from soak.endurance_table import table
from soak.evening import AUDIT, Evening, breaches, look
from soak.host import make_gateway
from soak.probes import probed
from soak.process import ProcessLoop
from soak.start_states import on_day, scratch
from soak.store_data import Data
from soak.virtual_loop import Deadlock, Livelock, installed
from soak.watch import Watch
from soak.world import EPOCH, World, settings_for
from strategies.core.state import State, state_hash

REGIME, FIRST, STEP_S = "shock", date(2026, 1, 5), 300
WARM_UP_DAYS = 20  # the book is full by then; fewer in a shorter run
_LOOKED_AT = clock_time(17, 30, 30)  # between two heartbeats
_RESTARTED_AT, _RESTART_LASTS_S = clock_time(23, 45), 120.0  # `windows.restart_at`


@dataclass(kw_only=True)
class Endured:
    """What came of it.

    Attributes:
        broken: invariants that did not hold.
        digest: of everything that reached the journal.
    """

    evenings: list[Evening] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    steps: int = 0
    commits: int = 0
    starts: int = 0
    digest: str = ""


def endure(days: int, seed: int = 1) -> Endured:
    """Live through so many sessions; stops at the first broken invariant."""
    loop = ProcessLoop()
    with installed(loop), scratch() as folder:
        gateway = make_gateway(
            regime=REGIME, first=FIRST, sessions=days + 1, seed=seed, step_s=STEP_S, macro=folder / "macro"
        )
        loop.begin_at((gateway.now - EPOCH).total_seconds())
        world = World(loop, gateway, Data(), settings_for(folder, audit=AUDIT), f"endurance {seed}")
        with probed(world.points, world.now, world.client):
            life = _Life(world, folder / "audit")
            try:
                for session in gateway.market.sessions[:days]:
                    life.live_to(session.day)
                    if world.broken:
                        break
                life.check_files()
            except (Deadlock, Livelock, JournalCorrupt, AuditTampered) as error:
                world.broken.append(f"{type(error).__name__}: {error}")
            finally:
                world.end()
            return life.told()


class _Life:
    """One life of the daemon, looked at every evening."""

    def __init__(self, world: World, audit: Path) -> None:
        self._world = world
        self._audit = audit
        self._watch = Watch(world)
        self._evenings: list[Evening] = []
        self._commits = 0
        self._journal_most = 0
        self._folded = reckoning.Beginning(State(), GENESIS)
        world.watching.durable.append(lambda *_: self._measure_journal())
        world.boot()

    def live_to(self, day: date) -> None:
        """Let time pass to the evening of a session, over the nights between; then look."""
        world = self._world
        while (night := self._night_before(day)) is not None:
            self._run_to(night)
            self._restart_gateway()
        self._run_to(on_day(day, _LOOKED_AT))
        if world.broken:
            return
        if world.starts > 1:
            world.broken.append(f"{day}: the daemon ended: {world.endings}")
            return
        reckoning.books(world, self._watch)
        self._fold_again()
        self._check_journal(day)
        # The simulation's own notes of the day are done with: what is left in memory is what must not grow.
        world.host.truth.rows.clear()
        world.host.gateway.recorder.forget(world.true_now())
        del self._watch.commits[:-1]
        counted = look(
            world, day, self._audit, journal_commits=self._journal_most, orders=self._watch.purposes
        )
        self._evenings.append(counted)
        self._journal_most = 0

    def _night_before(self, day: date) -> datetime | None:
        """Return when the gateway is restarted next, if that is before a day's evening."""
        now = self._world.true_now()
        night = on_day(now.astimezone(NEW_YORK).date(), _RESTARTED_AT)
        return night if now < night < on_day(day, _LOOKED_AT) else None

    def _run_to(self, when: datetime) -> None:
        world = self._world
        while not world.broken and when - world.true_now() > timedelta(milliseconds=1):
            world.at(when, world.loop.stop)
            world.loop.run_forever()

    def _restart_gateway(self) -> None:
        world = self._world
        world.network.refusing = True
        self._watch.trouble(lasting=True)
        for line in list(world.network.lines):
            line.reset()
        self._run_to(world.true_now() + timedelta(seconds=_RESTART_LASTS_S))
        world.network.refusing = False
        self._watch.trouble_over()

    def _measure_journal(self) -> None:
        held = max((len(entries) for entries in self._world.store.data.streams.values()), default=0)
        self._journal_most = max(self._journal_most, held)

    def _check_journal(self, day: date) -> None:
        """One commit may come between the last that counts and the snapshot."""
        limit = self._world.settings.redis.snapshot_every_commits + 1
        if self._journal_most > limit:
            self._world.broken.append(f"{day}: the journal held {self._journal_most} commits, over {limit}")

    def _fold_again(self) -> None:
        """I9: the day's commits, folded onto the evening before, give the state that the daemon has."""
        world = self._world
        self._commits += sum(first > self._folded.chain.last_seq for first, _ in self._watch.commits)
        self._folded = reckoning.folded(self._watch, self._folded)
        if state_hash(self._folded.state) != state_hash(world.ready_loop.state):
            world.broken.append("I9: the journal folded again gives another state than the daemon has")

    def check_files(self) -> None:
        """The audit files that are left hold together, from their checkpoint to the daemon's last record."""
        last = 0
        for record in verify_path(self._audit):
            last = record.seq
        if not self._world.broken and last != self._folded.chain.last_seq:
            self._world.broken.append(
                f"the audit files end with seq {last}, the journal with {self._folded.chain.last_seq}"
            )

    def told(self) -> Endured:
        """Return what came of it."""
        return Endured(
            evenings=self._evenings,
            broken=self._world.broken,
            steps=self._world.loop.steps,
            commits=self._commits,
            starts=self._world.starts,
            digest=self._watch.digest.hexdigest()[:16],
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m soak.endurance", description="Many days, nothing grows.")
    parser.add_argument("--days", type=int, default=60, help="sessions, default 60")
    parser.add_argument("--warm-up", type=int, help="of them to measure against, default 20, at most half")
    parser.add_argument("--seed", type=int, default=1, help="of market and gateway, default 1")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code: 0 where all held and nothing grew, else 1."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.days < 4:
        parser.error(f"--days {asked.days}: 4 at least, or there is nothing to compare")
    warm_up = min(WARM_UP_DAYS, asked.days // 2) if asked.warm_up is None else asked.warm_up
    if not 1 <= warm_up < asked.days:
        parser.error(f"--warm-up {warm_up}: from 1 to {asked.days - 1}, below --days")
    began_s = time.process_time()
    endured = endure(asked.days, asked.seed)
    faults = endured.broken + breaches(endured.evenings, warm_up=warm_up)
    sys.stdout.write(table(endured.evenings, warm_up=warm_up))
    sys.stdout.write(
        f"{len(endured.evenings)} sessions, {endured.starts} start of the daemon, {endured.commits} commits, "
        f"{endured.steps} steps of the loop, {time.process_time() - began_s:.0f} s of CPU; "
        f"journal {endured.digest}\n"
    )
    sys.stdout.writelines(f"broken: {fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
