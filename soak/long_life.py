"""A life of the daemon that is looked at every evening: the books compared, the journal folded, all counted.

The gateway is restarted every night, as IBKR's own is.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

from daemon.telemetry.records import GENESIS
from daemon.telemetry.verify_chain import verify_path
from simulator.hours import NEW_YORK
from soak import reckoning
from soak.evening import Evening, look
from soak.start_states import on_day
from soak.watch import Watch
from soak.world import World
from strategies.core.state import State, state_hash

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


class LongLife:
    """One life of the daemon, which begins at once.

    Args:
        world: in which nothing runs yet.
        audit: the folder of its audit files.
    """

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
