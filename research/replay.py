"""The same `step` over real days, without the wire: few instants a day, modelled option values."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from msgspec import structs

from research.broker import Broker
from research.hours import Hours
from research.instants import Instant, instants
from research.macro import MacroFeed
from simulator.market import Market
from simulator.market.model import Session
from simulator.market.sources import open_history
from strategies.alvh.strategy import step
from strategies.core import events as ev
from strategies.core.macro_facts import MacroFact
from strategies.core.mode import Action, Mode
from strategies.core.records import AnyRecord
from strategies.core.rules import Rules, rules_hash
from strategies.core.state import State

# Twice the gateway's default: the modelled condor programme loses over thirteen years, and an account that it
# had eaten up would let the caps, not the rules, speak.
CASH_USD = Decimal(2_000_000)

# Who lets trading go on, before the next session, after an automatic halt.
_OPERATOR = "replay"

Observer = Callable[[ev.AnyEvent, Sequence[AnyRecord]], None]
"""Is told of every event with its records; every look of every rule is among them, also an unchanged one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be replayed.

    Attributes:
        history: the data folder; None for days from elsewhere.
        first: first day.
        last: last day.
        rules: the numbers in force.
        seed: of the minutes between the daily facts, and of displayed sizes.
        cash_usd: at the start.
        macro: facts that are told to the core at their releases.
    """

    history: Path | None
    first: date
    last: date
    rules: Rules = field(default_factory=Rules)
    seed: int = 1
    cash_usd: Decimal = CASH_USD
    macro: Sequence[MacroFact] = ()


class Replay:
    """One replay; `run` plays it, `state` and `broker` stay for who wants to look.

    Args:
        market: of the days to play.
        wanted: rules, seed and cash of it.
        observers: told of everything, in order.
        days: told of each session when it is over.
    """

    def __init__(
        self,
        market: Market,
        wanted: Wanted,
        *,
        observers: Iterable[Observer] = (),
        days: Iterable[Callable[[date, Broker], None]] = (),
    ) -> None:
        sessions = market.sessions
        self.state = State()
        self._hours = Hours(sessions[0].day, sessions[-1].day)
        self.broker = Broker(market, self._hours, seed=wanted.seed, cash_usd=wanted.cash_usd)
        self._sessions = sessions
        self._rules = wanted.rules
        self._observers = tuple(observers)
        self._days = tuple(days)
        self._macro = MacroFeed(wanted.macro)
        self._seq = 0

    def run(self) -> None:
        """Play every session."""
        for number, session in enumerate(self._sessions):
            self._play(session, first=number == 0)
            for tell in self._days:
                tell(session.day, self.broker)

    def _play(self, session: Session, *, first: bool) -> None:
        self.broker.desk.begin_day()
        rules = self._rules
        for instant in instants(session, rules.schedule.act_after_open_s, rules.peel.step_s):
            if instant.choosing and not any(p.session == session.day for p in self.state.plans.values()):
                continue
            trading = session.open <= instant.at < session.options_close
            self.broker.move_to(instant.at, options_trade=trading)
            if instant.job is ev.Job.SESSION_PREP:
                self._begin_day(session, first=first)
            facts = self._macro.due(instant.at)
            if facts is not None:
                self._feed(facts)
            if trading:
                self._feed(self.broker.quotes())
            if instant.at < session.close:
                self._feed_all(self.broker.desk.work(instant.at))
            elif instant.job is ev.Job.SESSION_CLOSE:
                self._feed_all(self.broker.desk.end_of_session(instant.at))
            self._tick(instant, session)

    def _begin_day(self, session: Session, *, first: bool) -> None:
        now = self.broker.now
        if first:
            self._feed(
                ev.Lifecycle(
                    time=now, phase=ev.Phase.STARTED, rules=self._rules, rules_hash=rules_hash(self._rules)
                )
            )
        self._feed(ev.Calendar(time=now, sessions=self._hours.around(session.day)))
        if first:
            self._feed(self.broker.connected())
        if self.state.trading.mode is Mode.HALTED:
            self._feed(
                ev.Operator(time=now, action=Action.RESUME, who=_OPERATOR, reason="a new session begins")
            )

    def _tick(self, instant: Instant, session: Session) -> None:
        """Fire the instant's job; where there is none, a heartbeat lets time pass."""
        if instant.job is None:
            self._feed(ev.Timer(time=instant.at, job=ev.Job.HEARTBEAT, intended=instant.at))
        else:
            self._feed(ev.Timer(time=instant.at, job=instant.job, intended=instant.at, day=session.day))

    def _feed_all(self, events: Iterable[ev.AnyEvent]) -> None:
        for event in events:
            self._feed(event)

    def _feed(self, event: ev.AnyEvent) -> None:
        """Decide on an event, and on everything that follows from it at the same instant."""
        waiting: deque[ev.AnyEvent] = deque((event,))
        while waiting:
            event = waiting.popleft()
            self._seq += 1
            # What was last said is forgotten, so that every look is said again and can be counted.
            before = structs.replace(self.state, verdicts={})
            self.state, outcome = step(before, event, self._seq)
            for observe in self._observers:
                observe(event, outcome.records)
            for command in outcome.commands:
                waiting.extend(self.broker.carry_out(command))


def open_market(wanted: Wanted) -> Market:
    """Return the market of the wanted days.

    Raises:
        MarketDataError: a file is missing or wrong, or the range is not covered.
    """
    assert wanted.history is not None
    return open_history(wanted.history, wanted.first, wanted.last, wanted.seed)
