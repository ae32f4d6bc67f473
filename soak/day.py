"""One fault day: from an evening through the close to the next morning's orders, quiet, the reckoning."""

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from daemon.errors import JournalCorrupt
from daemon.recovery import recover
from daemon.store.redis_journal import RedisJournal
from simulator.gateway import Gateway
from simulator.hours import NEW_YORK
from soak import reckoning
from soak.dice import Dice
from soak.fault_kinds import GATEWAY_KINDS, WORLD_KINDS, CountedFaults, Striking, hand_over
from soak.outcome import Asked, Outcome
from soak.probes import probed
from soak.process import ProcessLoop
from soak.schedule import Planned, fault_plan
from soak.start_states import PAUSES, WAKES, Start, laid_out, on_day, scratch, starts
from soak.virtual_loop import Deadlock, Livelock, installed
from soak.watch import READY_WITHIN_S, UNKNOWN_WITHIN_S, Watch
from soak.world import EPOCH, World, settings_for
from strategies.core.book import live_orders
from strategies.core.events import Operator
from strategies.core.gates import hindrance
from strategies.core.mode import Action, Mode

MORNING_ENDS = time(10, 20)
_EVENING_ENDS, _MORNING_BEGINS = time(16, 46), time(9, 11, 30)
_RESUMED_AFTER_S, _LOOKED_INTO = 120.0, time(10, 0)
_WORKED_AT_MOST_S = 700.0
_SLICE_S = 20.0
_UNTIL_NEXT_INSTANT = frozenset({"repeated_1100", "farms_lost"})
_INSTANT = timedelta(milliseconds=1)  # floats and microseconds differ by less
_STEPS_MAX = 60_000  # a day takes some 4,000


def run_day(seed: int, asked: Asked | None = None) -> Outcome:
    """Run the day of a seed.

    Everything it does depends on the seed and the code alone.
    """
    asked = asked or Asked()
    known = {start.name: start for start in starts()}
    start = known[asked.start] if asked.start else Dice(seed, "start").pick(tuple(known.values()))
    loop = ProcessLoop()
    loop.begin_at((start.begins - EPOCH).total_seconds())
    loop.steps_max = _STEPS_MAX
    with installed(loop), scratch() as folder, asked.bug:
        laid_out(start, folder)
        gateway = start.gateway.thawed()
        world = World(loop, gateway, start.data.copy(), settings_for(folder), seed)
        with probed(world.points, world.now, world.client):
            return _Day(seed, start, world, asked).run()


def sessions_of(start: Start, gateway: Gateway) -> tuple[date, date]:
    """Return the sessions of a day's evening and morning; the same one where it begins in the morning."""
    day = start.begins.astimezone(NEW_YORK).date()
    sessions = [session.day for session in gateway.market.sessions if session.day >= day]
    return sessions[0], sessions[0] if start.name.endswith("-first") else sessions[1]


class _Day:
    """A day under way."""

    def __init__(self, seed: int, start: Start, world: World, asked: Asked) -> None:
        self._world = world
        self._asked = asked
        self._dice = Dice(seed, "strikes")
        self._watch = watch = Watch(world)
        gateway = world.host.gateway
        faults = CountedFaults(self._struck)
        faults.move_to(gateway.now)
        hand_over(gateway, faults)
        self._faults = faults
        self._today, self._morning = sessions_of(start, gateway)
        self._has_evening = self._today < self._morning
        windows = [(on_day(self._morning, _MORNING_BEGINS), on_day(self._morning, MORNING_ENDS))]
        if self._has_evening:
            windows.insert(0, (start.begins + timedelta(seconds=5), on_day(self._today, _EVENING_ENDS)))
        plan = fault_plan(seed, windows) if asked.faults else ()
        self.outcome = Outcome(seed=seed, start=start.name, plan=plan)
        for planned in plan:
            world.at(planned.at, partial(self._strike, planned))
        world.watching.commit.append(lambda *_: self._see_to_halts())
        self._resuming = False
        self._begun = reckoning.Beginning(*self._recovered())
        assert watch.calm

    def _recovered(self) -> Any:  # noqa: ANN401 - State and Chain
        """Return what the store holds, for the fold at the end."""
        journal = RedisJournal(url="redis://model", prefix=self._world.settings.redis.prefix)
        return self._world.loop.run_until_complete(recover(journal))

    def run(self) -> Outcome:
        """Live through it."""
        world, asked = self._world, self._asked
        if asked.prepare is not None:
            asked.prepare(world.points)
        if asked.kill_at_step is not None:
            self._kill_after(asked.kill_at_step)
        try:
            self._live()
        except (Deadlock, Livelock) as error:
            world.broken.append(f"{type(error).__name__}: {error}")
        except JournalCorrupt as error:
            world.broken.append(f"I9: the journal does not fold: {error}")
        return self._told()

    def _live(self) -> None:
        world = self._world
        if self._has_evening:
            world.boot()
            if not self._until(on_day(self._today, PAUSES)):
                return
            self._night()
        if not self._until(on_day(self._morning, WAKES)):
            return
        world.booting = True
        self._watch.stir()
        world.boot()
        if self._until(on_day(self._morning, MORNING_ENDS)):
            self._quiet()

    def _until(self, when: datetime) -> bool:
        """Let time pass; return whether all held."""
        world = self._world
        while not world.broken and when - world.true_now() > _INSTANT:  # it may be stopped on the way
            world.at(when, world.loop.stop)
            world.loop.run_forever()
        return not world.broken

    def _night(self) -> None:
        """Nothing runs from here to the morning: the daemon is stopped, what is wrong ends."""
        world = self._world
        self._heal()
        world.booting = False
        world.stop()
        if self._until(world.true_now() + timedelta(seconds=300)) and world.process is not None:
            world.kill()
            self._until(world.true_now() + timedelta(seconds=1))

    def _heal(self) -> None:
        world = self._world
        world.network.heal()
        world.host.end_outages()
        world.store.come_back()
        world.end_usurping()
        world.loop.let_go()
        if self._asked.prepare is None:
            world.points.kill_at = world.points.kill_near = None
        if world.clock_offset_s:
            world.set_clock_right()
            self._watch.clock_moved()
        self._watch.all_over()

    def _quiet(self) -> None:
        """Faults have ceased: it must become ready and resolve everything; then the books must agree."""
        world = self._world
        self._heal()
        if world.process is None and world.booting:
            world.boot()
        deadline = world.true_now() + timedelta(seconds=READY_WITHIN_S + UNKNOWN_WITHIN_S + _WORKED_AT_MOST_S)
        while not self._is_quiet():
            if not self._until(world.true_now() + timedelta(seconds=_SLICE_S)):
                return
            if world.true_now() > deadline:
                world.broken.append(f"{world.true_now().isoformat()}: I13: {self._why_not_quiet()}")
                return
        reckoning.books(world, self._watch)
        process = world.process
        assert process is not None
        world.stop()
        if self._until(world.true_now() + timedelta(seconds=120)):
            reckoning.history(world, self._watch, self._begun, process)

    def _is_quiet(self) -> bool:
        return not self._why_not_quiet()

    def _why_not_quiet(self) -> str:
        loop = self._world.ready_loop
        if loop is None:
            return f"the daemon does not run: {self._world.endings[-1:]}"
        state = loop.state
        if hindrance(state):
            return f"not ready: {hindrance(state)}"
        live = [(order.ref, str(order.stage)) for order in live_orders(state)]
        working = [order.ticket.order_ref for order in self._world.host.gateway.exchange.working()]
        if live or working:
            return f"orders live {live}, at the gateway {working}"
        return "" if reckoning.is_reconciled(state) else "not reconciled since"

    def _strike(self, planned: Planned) -> None:
        if planned.kind in GATEWAY_KINDS:
            self._faults.arm(f"{planned.kind}@{planned.occurrence}")
            return
        self.outcome.hit[planned.kind] += 1
        self._watch.trouble(lasting=True)
        if planned.kind.startswith("clock_"):
            self._watch.clock_moved()

        def over() -> None:
            self._watch.trouble_over()
            if planned.kind.startswith("clock_"):
                self._watch.clock_moved()

        WORLD_KINDS[planned.kind](Striking(world=self._world, dice=self._dice, over=over))

    def _struck(self, name: str) -> None:
        self.outcome.hit[name] += 1
        self._watch.stir()
        if name in _UNTIL_NEXT_INSTANT:
            self._watch.trouble(lasting=True)
            self._world.host.call_after_next(self._watch.trouble_over)

    def _see_to_halts(self) -> None:
        """A person looks into a halt, soon or the next morning, and ends it once the clock is right again."""
        loop = self._world.ready_loop
        if not self._resuming and loop is not None and loop.state.trading.mode is not Mode.ACTIVE:
            self._resuming = True
            morning = on_day(self._morning, _LOOKED_INTO)
            if self._dice.chance(0.5) and self._world.true_now() < morning:
                self._world.at(morning, self._resume)
            else:
                self._world.after(_RESUMED_AFTER_S, self._resume)

    def _resume(self) -> None:
        world, loop = self._world, self._world.ready_loop
        if loop is None or world.clock_offset_s or not self._watch.calm:
            world.after(_RESUMED_AFTER_S, self._resume)
            return
        self._resuming = False
        self._watch.stir()
        assert world.process is not None
        event = Operator(time=world.now(), action=Action.RESUME, who="the simulation", reason="looked into")
        world.process.start(loop.put(event))

    def _kill_after(self, steps: int) -> None:
        world, loop = self._world, self._world.loop
        bury, kill_at = loop.after_step, loop.steps + steps
        assert bury is not None

        def after_step() -> None:
            if loop.steps == kill_at:
                world.kill()
            bury()

        loop.after_step = after_step

    def _told(self) -> Outcome:
        outcome, watch, world = self.outcome, self._watch, self._world
        outcome.broken = world.broken
        outcome.purposes = watch.purposes
        outcome.ready_after_s, outcome.resolved_after_s = watch.ready_after_s, watch.resolved_after_s
        outcome.starts, outcome.commits = world.starts, len(watch.commits)
        outcome.executions = len(watch.booked)
        outcome.steps = world.loop.steps
        outcome.boundaries = world.points.passed
        outcome.digest = watch.digest.hexdigest()
        world.end()
        return outcome
