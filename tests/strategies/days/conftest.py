"""A desk that drives `step`: it feeds events, carries commands to the broker, and keeps what comes out."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st
from msgspec import structs

from strategies.alvh.strategy import Outcome, step
from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core import facts
from strategies.core.holdings import Condor, Layer, Order, OrderStage
from strategies.core.instruments import Instrument
from strategies.core.macro_facts import MacroFact, Series
from strategies.core.records import AnyRecord, Decision
from strategies.core.rules import Rules
from strategies.core.state import State, decode_state, encode_state

NEW_YORK = ZoneInfo("America/New_York")
Draw = Callable[[Any], Any]
Broker = Any  # the class stands in the conftest above, which cannot be imported


class Desk:
    """The daemon's side: state, all events and records so far, commands not yet carried out."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.world = broker.world
        self.state = State()
        self.seq = 0
        self.events: list[ev.AnyEvent] = []
        self.records: list[AnyRecord] = []
        self.todo: list[cm.AnyCommand] = []
        self.placed: list[cm.Intent] = []
        self.macro: tuple[ev.Macro, ...] | None = None

    @property
    def now(self) -> datetime:
        """The time of the world."""
        now: datetime = self.broker.now
        return now

    @property
    def today(self) -> date:
        """The New York day."""
        return self.now.astimezone(NEW_YORK).date()

    def take(self, *events: ev.AnyEvent) -> Outcome:
        """Step through events; keep them, their records and what they ask. Returns the last outcome."""
        outcome = Outcome((), ())
        for event in events:
            self.seq += 1
            self.events.append(event)
            self.state, outcome = step(self.state, event, self.seq)
            self.records += outcome.records
            self.todo += outcome.commands
            self.placed += [c.intent for c in outcome.commands if isinstance(c, cm.PlaceOrder)]
        return outcome

    def answer(self) -> None:
        """Carry out what is asked, in order, until nothing is left."""
        while self.todo:
            for event in self.broker.reply(self.todo.pop(0)):
                self.take(event)

    def start(
        self,
        rules: Rules | None = None,
        *,
        up: float = 10,
        down: float = 2,
        shape: Callable[[int], float] | None = None,
    ) -> None:
        """Start and connect, with a history of closes that rise and fall in turn, and of a quiet VIX.

        With a `shape` the close of n sessions ago is that far (points) from where SPX stands now.
        """
        days = [self.today - timedelta(days=n) for n in range(140, 0, -1)]
        days = [day for day in days if day.weekday() < 5]
        closes = [self.world.spx - 20.0]
        for n in range(len(days) - 1):
            closes.insert(0, closes[0] - up if n % 2 else closes[0] + down)
        if shape is not None:
            closes = [self.world.spx + shape(n) for n in range(len(days), 0, -1)]
        self.broker.history = {
            "SPX": tuple(map(facts.Bar, days, closes)),
            "VIX": tuple(facts.Bar(day, self.world.vix) for day in days),
        }
        self.take(
            ev.Lifecycle(time=self.now, phase=ev.Phase.STARTED, rules=rules or Rules()),
            ev.Calendar(time=self.now, sessions=self.broker.sessions),
            *self.economy(),
        )
        self.connect()
        self.answer()

    def economy(self) -> tuple[ev.Macro, ...]:
        """Return the macro facts of the day: fed funds at a steady rate for five years, prices that rise."""
        if self.macro is not None:
            return self.macro
        months = [self.today - timedelta(days=30 * n) for n in range(62, -1, -1)]
        facts_ = [MacroFact(Series.FED_FUNDS, day, self.now - timedelta(days=1), 1.42) for day in months]
        for series in (Series.CPI, Series.PPI):
            facts_ += [
                MacroFact(series, day, self.now - timedelta(days=1), 100.0 * 1.003**n)
                for n, day in enumerate(months[-15:])
            ]
        return (ev.Macro(time=self.now, facts=tuple(facts_)),)

    def connect(self, *, paper: bool = True) -> None:
        """Bring the broker connection up, in a new epoch."""
        self.broker.epoch += 1
        self.take(
            ev.Connection(time=self.now, link=ev.Link.UP, epoch=self.broker.epoch, account="DU1", paper=paper)
        )

    def disconnect(self) -> None:
        """Lose the connection, and with it what was asked."""
        self.todo.clear()
        self.take(ev.Connection(time=self.now, link=ev.Link.DOWN, epoch=self.broker.epoch, reason="cut"))

    def restart(self, rules: Rules | None = None) -> None:
        """Kill the daemon and start it again from the bytes of its state, with other rules if given."""
        self.todo.clear()
        self.state = decode_state(encode_state(self.state))
        self.take(
            ev.Lifecycle(time=self.now, phase=ev.Phase.STARTED, rules=rules or self.state.rules),
            ev.Calendar(time=self.now, sessions=self.broker.sessions),
        )
        self.connect()

    def suffer(self, what: str, draw: Draw) -> None:
        """Let happen what happens to any unattended daemon; `draw` takes a hypothesis strategy."""
        working = list(self.broker.working)
        match what:
            case "wild":
                self.world.spx *= 1 + draw(st.integers(-20, 20)) / 1000
                self.world.vix *= 1 + draw(st.integers(-100, 120)) / 1000
                self.beat(1)
            case "cut":
                self.disconnect()
                self.connect()
                self.answer()
            case "kill":
                self.restart()
                self.answer()
            case "mute":
                self.broker.fills = not self.broker.fills
            case "drop":
                self.todo = self.todo[1:]
            case "fill" if working:
                ref = draw(st.sampled_from(working))
                units = draw(st.integers(1, int(self.broker.working[ref].remaining)))
                self.take(*draw(st.permutations(self.broker.fill(self.broker.intents[ref], units))))
            case "cancel" if working:
                self.take(*self.broker.cancel(draw(st.sampled_from(working))))
            case _:
                assert what in {"fill", "cancel"}, f"no trouble is called {what}"  # and nothing works

    def clock(self, hour: int, minute: int = 0, day: date | None = None) -> None:
        """Set the time (New York); today by default."""
        self.broker.set_clock(day or self.today, hour, minute)

    def quote(self, *instruments: Instrument) -> Outcome:
        """Quote these instruments, or all that are watched."""
        return self.take(self.broker.quotes(instruments or self.broker.watched))

    def timer(self, job: ev.Job, *, misfired: bool = False, day: date | None = None) -> Outcome:
        """Fire a job of the schedule, for today by default."""
        return self.take(
            ev.Timer(time=self.now, intended=self.now, job=job, day=day or self.today, misfired=misfired)
        )

    def beat(self, minutes: int = 1) -> None:
        """Let minutes pass; each brings quotes and a heartbeat, and what is asked is answered."""
        for _ in range(minutes):
            self.broker.now += timedelta(minutes=1)
            self.quote()
            self.timer(ev.Job.HEARTBEAT)
            self.answer()

    def beat_silent(self, minutes: int = 1) -> None:
        """Let minutes pass with heartbeats only: nobody quotes, nobody answers."""
        for _ in range(minutes):
            self.broker.now += timedelta(minutes=1)
            self.timer(ev.Job.HEARTBEAT)

    def close_bar(self, spx: float | None = None, vix: float | None = None) -> Outcome:
        """Bring today's official close and its final bar; nothing asked is answered."""
        self.world.spx, self.world.vix = spx or self.world.spx, vix or self.world.vix
        self.clock(16)
        self.quote()
        self.broker.now += timedelta(minutes=2)
        return self.timer(ev.Job.BAR_FINAL)

    def next_session(self, hour: int = 9, minute: int = 44) -> None:
        """Go to a time of the next session; quotes come and everything asked is answered."""
        self.clock(hour, minute, next(s.day for s in self.broker.sessions if s.day > self.today))
        self.quote()
        self.answer()

    def act(self) -> None:
        """Go to 09:45 of today, when a condor may be entered, and on to 09:55."""
        self.clock(9, 45)
        self.quote()
        self.timer(ev.Job.ACT)
        self.answer()
        self.beat(10)

    def buy_layer(self) -> Layer:
        """Bring an overbought close in contango, and buy in the next session."""
        self.close_bar(self.world.spx + 20)
        self.answer()
        self.next_session()
        self.beat(8)
        return self.layer

    # --- looking ---

    @property
    def condor(self) -> Condor:
        """The latest condor."""
        return list(self.state.condors.values())[-1]

    @property
    def layer(self) -> Layer:
        """The latest layer."""
        return list(self.state.layers.values())[-1]

    @property
    def order(self) -> Order:
        """The latest order."""
        return list(self.state.orders.values())[-1]

    def decisions(self, subject: str) -> list[Decision]:
        """Return the recorded decisions whose subject begins so."""
        return [r for r in self.records if isinstance(r, Decision) and r.subject.startswith(subject)]

    def verdicts(self, subject: str) -> dict[str, tuple[str, str]]:
        """Return verdict and reason by rule, of the latest decision."""
        return {v.rule: (v.verdict, v.reason) for v in self.decisions(subject)[-1].rules}

    def tweak(self, **fields: object) -> None:
        """Replace fields of the state."""
        self.state = structs.replace(self.state, **fields)


@pytest.fixture
def desk(broker: Broker) -> Desk:
    """A desk at 09:00 on Monday 2018-01-22; nothing has happened yet."""
    return Desk(broker)


@pytest.fixture
def make_desk(make_broker: Callable[[], Broker]) -> Callable[[], Desk]:
    """Return a maker of fresh desks, each with a broker of its own."""
    return lambda: Desk(make_broker())


@pytest.fixture
def desk_with_condor(desk: Desk) -> Desk:
    """A desk that has opened its 10-lot condor on Monday morning, RSI far above 70."""
    desk.start()
    desk.act()
    return desk


@pytest.fixture
def desk_with_layer(desk_with_condor: Desk) -> Desk:
    """A desk on Tuesday 09:46 that holds a condor and a first-engine layer."""
    desk_with_condor.buy_layer()
    return desk_with_condor


@pytest.fixture
def sending(desk_with_condor: Desk) -> Desk:
    """A desk whose layer order has just been decided and not yet been handed to the broker."""
    desk = desk_with_condor
    desk.close_bar(desk.world.spx + 20)
    desk.answer()
    desk.next_session()
    while desk.order.intent.purpose is not cm.Purpose.LAYER_OPEN:
        desk.beat_silent()
        desk.quote()
        if not any(isinstance(c, cm.PlaceOrder) for c in desk.todo):
            desk.answer()
    return desk


@pytest.fixture
def working(sending: Desk) -> Desk:
    """A desk whose layer order works at the broker."""
    sending.broker.fills = False
    sending.answer()
    assert sending.order.stage is OrderStage.WORKING
    return sending
