"""One world: time, network, store, gateway, and the daemon under a supervisor that starts it again."""

import asyncio
from collections.abc import Callable, Sequence
from contextvars import Context
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from daemon import app
from daemon.errors import BrokerError, ExitCode, Fenced, HedgedError, JournalConflict, StoreUnavailable
from daemon.patience import open_patiently
from daemon.settings import Settings
from daemon.settings.connections import Redis
from daemon.settings.macro_facts import Macro
from daemon.standby import leased, while_held
from daemon.store.redis_journal import RedisJournal
from simulator.gateway import Gateway
from soak.dice import Dice
from soak.host import Host
from soak.network import Line, MemoryNetwork
from soak.points import Points
from soak.process import Process, ProcessLoop, current_process, process_of
from soak.store_data import Data
from soak.store_model import StoreModel
from soak.watching import Ending, Watching
from strategies.core.events import AnyEvent

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
LEASE_S = 60.0
RESTART_S = 15.0  # as deploy/hedged.service
_NEEDS_A_PERSON = {ExitCode.CONFIG, ExitCode.HALTED, ExitCode.RECONCILE}
_COUNTED = {b"3": "send.order", b"4": "send.cancel"}  # placeOrder, cancelOrder


class World:
    """Everything around the daemon, and the daemon.

    Args:
        loop: the virtual loop, its time already at the start.
        gateway: as it stands.
        data: what the store holds.
        settings: the daemon's.
        seed: of delays.
    """

    def __init__(
        self, loop: ProcessLoop, gateway: Gateway, data: Data, settings: Settings, seed: object
    ) -> None:
        self.loop = loop
        self.settings = settings
        self.points = Points()
        self.points.on_kill = self.killed
        self.watching = Watching()
        self.endings: list[Ending] = []
        self.broken: list[str] = []
        self.clock_offset_s = 0.0
        self._clock_set_right = 0
        self.process: Process | None = None
        self.starts = 0
        self.rivals: list[Process] = []
        self.boot_again = False
        self.booting = True
        self._dying: list[Process] = []
        self.network = MemoryNetwork(loop, Dice(seed, "network"), Context())
        self.network.tap = self._tap
        loop.network = self.network
        loop.after_step = self._bury
        self.store = StoreModel(loop, Dice(seed, "store"), data)
        self.store.on_durable = self._durable
        self.host = Host(gateway, loop, self.true_now)
        self.network.listen(f"{settings.ib.host}:{settings.ib.port}", self.host.accept)

    def true_now(self) -> datetime:
        """Return the time."""
        return EPOCH + timedelta(seconds=self.loop.time())

    def now(self) -> datetime:
        """Return what the daemon's machine takes for the time."""
        return EPOCH + timedelta(seconds=self.loop.time() + self.clock_offset_s)

    def step_clock(self, step_s: float) -> Callable[[], None]:
        """Set the machine's clock off; return what takes that back, unless it was set right."""
        before = self._clock_set_right
        self.clock_offset_s += step_s

        def back() -> None:
            if self._clock_set_right == before:
                self.clock_offset_s -= step_s

        return back

    def set_clock_right(self) -> None:
        """The machine's clock shows the time again."""
        self._clock_set_right += 1
        self.clock_offset_s = 0.0

    def at(self, when: datetime, act: Callable[[], object]) -> None:
        """Do something at a time, in nobody's name."""
        wait_s = (when - self.true_now()).total_seconds()
        self.loop.call_later(max(wait_s, 0.0), act, context=Context())

    def after(self, wait_s: float, act: Callable[[], object]) -> None:
        """Do something in a while."""
        self.loop.call_later(wait_s, act, context=Context())

    def fault(self, text: str) -> None:
        """Note a broken invariant; the run ends with the present step."""
        self.broken.append(f"{self.true_now().isoformat()}: {text}")
        self.loop.stop()

    def boot(self) -> None:
        """Start the daemon, unless the supervisor has the day off or it runs."""
        if not self.booting or (self.process is not None and self.process.alive):
            return
        self.starts += 1
        for began in self.watching.boot:
            began()
        process = self.process = Process(self.loop, self.starts)
        process.at_death(lambda: self._hang_up(process))
        task = process.start(self._live(process))
        task.add_done_callback(lambda done: self._ended(process, done), context=Context())

    def kill(self) -> None:
        """Kill -9, between two steps."""
        if self.process is not None and self.process.alive:
            self.process.die()
            self.killed()

    def killed(self) -> None:
        """A process has died of a kill: it is buried after this step, and started again in a while."""
        assert self.process is not None
        self._dying.append(self.process)
        self.process = None
        self.loop.let_go()
        self.after(RESTART_S, self.boot)

    def usurp(self, lasts_s: float) -> None:
        """The daemon stands still, a second one beside it takes over; then the first wakes up."""
        old = self.process
        if old is None or not old.alive or self.rivals:
            return
        self.pause(lasts_s)
        self.rivals.append(old)
        self.process = None
        self.boot()
        assert self.process is not None
        self.process.has_rival = True

    def pause(self, lasts_s: float) -> None:
        """SIGSTOP now, SIGCONT later: nothing of it runs, while the world goes on."""
        process = self.process
        if process is not None and process.alive:
            self.loop.hold(lambda context: process_of(context) is process)
            self.after(lasts_s, self.loop.let_go)

    def stop(self) -> None:
        """Ask the daemon to stop in order."""
        self._end_rivals()
        if self.process is not None and self.process.stop is not None:
            self.process.stop.set()

    def end_usurping(self) -> None:
        """Decide a take-over that is still under way: else the second daemon would stand by for ever."""
        if self.process is not None and self.process.loop is None:
            self._end_rivals()

    def _end_rivals(self) -> None:
        for rival in list(self.rivals):
            self.rivals.remove(rival)
            rival.die()
            self._dying.append(rival)

    async def _live(self, process: Process) -> None:
        settings = self.settings
        journal = RedisJournal(url="redis://model", prefix=settings.redis.prefix)
        process.stop = asyncio.Event()
        patience_s = settings.ib.startup_timeout_s
        await open_patiently(journal, patience_s=patience_s, stop=process.stop)
        clock = _Clock(self.now)

        def observe(event: AnyEvent, bodies: Sequence[bytes]) -> None:
            for watch in self.watching.commit:
                watch(self, event, bodies)

        async with leased(settings, "redis://model", journal, process.stop, alone=False) as lease:
            if lease is not None:
                journal.show(lease.token)
                work = app.attend(settings, journal, clock, process.stop, observe=observe)
                await while_held(lease, work)

    def client(self, *, url: str, timeout_s: float) -> Any:  # noqa: ANN401 - stands in for a RedisClient
        """Return what a program here talks to the store through, in the place of a `RedisClient`."""
        assert url
        return self.store.client(self.points, timeout_s=timeout_s)

    def _ended(self, process: Process, task: "asyncio.Task[None]") -> None:
        if not process.alive:
            return  # killed
        error = None if task.cancelled() else task.exception()
        process.die()
        self._dying.append(process)
        code = 0 if error is None else error.exit_code if isinstance(error, HedgedError) else ExitCode.ERROR
        self.endings.append(Ending(at=self.true_now(), code=int(code), text=f"{error!r}"))
        if process in self.rivals:
            self.rivals.remove(process)
            if not isinstance(error, Fenced | JournalConflict | BrokerError | StoreUnavailable):
                self.fault(f"a daemon whose place was taken ended with {error!r}")
            return
        self.process = None
        if error is None:
            if self.boot_again:
                self.boot_again = False
                self.after(RESTART_S, self.boot)
        elif code in _NEEDS_A_PERSON or not isinstance(error, HedgedError):
            self.fault(f"the daemon ended with {code}: {error!r}")
        else:
            self.after(RESTART_S, self.boot)

    def _hang_up(self, process: Process) -> None:
        for line in list(self.network.lines):
            if line.owner is process:
                line.vanish()
                self.network.forget(line)

    def end(self) -> None:
        """Bury whoever still lives."""
        self.loop.let_go()
        for process in (*self._dying, *self.rivals, *([self.process] if self.process else [])):
            process.unwind()
        self._dying.clear()

    def _bury(self) -> None:
        while self._dying:
            self._dying.pop().unwind()

    def _tap(self, line: Line, data: bytes) -> bytes | None:
        """See what the daemon writes; orders and cancels are boundaries."""
        process = current_process()
        name = _COUNTED.get(data[4:].partition(b"\0")[0])
        if name is None or process is None or line.peer is None:
            return b"" if process is not None and not process.alive else None
        fields = data[4:].split(b"\0")
        peer = line.peer

        def send() -> None:
            for watch in self.watching.sent:
                watch(self, fields)
            peer.arrive(data)

        self.points.pass_by(name, send, lambda: peer.arrive(data[: len(data) // 2]))
        return b""

    def _durable(self, name: str, args: Sequence[Any]) -> None:
        for watch in self.watching.durable:
            watch(name, args)

    @property
    def ready_loop(self) -> Any:  # noqa: ANN401 - a Loop once there is one
        """Return the single writer of the process that is running or whose code this is; None without one."""
        process = current_process()
        if process is not None and process.loop is not None:
            return process.loop
        return self.process.loop if self.process is not None and self.process.alive else None


class _Clock:
    """The machine's clock for the daemon; not a `PlayClock`, so it is lived by."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now


def settings_for(folder: Path, **more: Any) -> Settings:  # noqa: ANN401 - sections of settings
    """Return settings with the files in a folder; the lease is longer, so that it is renewed less often."""
    return Settings(
        state_dir=str(folder),
        redis=Redis(lease_s=LEASE_S),
        macro=Macro(folder=str(folder / "macro")),
        **more,
    )
