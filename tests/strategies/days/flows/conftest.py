"""Stories of many days: the desk, a broker that lists VXX and XSP too, and words for what passes."""

import math
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any, Self

import pytest

from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core import facts
from strategies.core.gate_rules import DecayRules
from strategies.core.instruments import XSP, Instrument, InstrumentKey, Kind
from strategies.core.macro_facts import MacroFact, Series
from strategies.core.option_model import black76, years_to_settlement
from strategies.core.rules import (
    BreachRules,
    CondorRules,
    FirstEngineRules,
    Rules,
    SecondRules,
    SlopeRules,
)

MARCH, APRIL, MAY = date(2018, 3, 21), date(2018, 4, 18), date(2018, 5, 16)
LONG_CONDORS = CondorRules(dte_target=88, dte_max=90, exit_dte=2, profit_share=0.99)
MakeRules = Callable[..., Rules]
Desk = Any
Broker = Any
World = Any


def widen(broker: Broker) -> Broker:
    """Let a broker list and quote XSP options, a tenth of SPX, and quote VXX."""
    world, reply, quote = broker.world, broker.reply, broker.world.quote
    world.vxx = 30.0

    def wide_quote(instrument: Instrument, now: Any) -> facts.Quote | None:  # noqa: ANN401 - the world's own
        key = instrument.key
        if key in world.given:
            given: facts.Quote | None = world.given[key]
            return given
        if instrument.kind is Kind.STOCK:
            sizes = {"bid_size": 9000.0, "ask_size": 9000.0}
            return facts.Quote(instrument=key, bid=world.vxx - 0.01, ask=world.vxx + 0.01, **sizes)
        if instrument.symbol != XSP.symbol:
            narrow: facts.Quote | None = quote(instrument, now)
            return narrow
        assert instrument.right is not None
        value = black76(
            forward=world.spx / 10,
            strike=instrument.strike,
            years=years_to_settlement(instrument, now),
            volatility=world.spx_vol,
            rate=0.02,
            right=instrument.right,
        ).value
        bid, ask = round(value - 0.01, 2), round(value + 0.01, 2)
        return facts.Quote(instrument=key, bid=bid, ask=ask, bid_size=500.0, ask_size=500.0)

    broker.xsp_days = (date(2018, 3, 7), date(2018, 3, 9))

    def wide_reply(command: cm.AnyCommand) -> Iterable[ev.AnyEvent]:
        if isinstance(command, cm.ListChain) and command.underlying == XSP:
            return [
                ev.ChainListed(
                    time=broker.now,
                    symbol="XSP",
                    trading_class="XSP",
                    expiries=tuple(facts.Expiry(day, day) for day in broker.xsp_days),
                )
            ]
        if isinstance(command, cm.ListExpiry) and command.symbol == "XSP":
            strikes = tuple(map(float, range(230, 331)))
            spx = broker.expiry_listed(command)
            return [ev.ExpiryListed(**{f: getattr(spx, f) for f in spx.__struct_fields__} | xsp(strikes))]
        answer: Iterable[ev.AnyEvent] = reply(command)
        return answer

    world.quote, broker.reply = wide_quote, wide_reply
    return broker


def xsp(strikes: tuple[float, ...]) -> dict[str, Any]:
    """Return what sets a listing of XSP apart."""
    return {"symbol": "XSP", "puts": strikes, "calls": strikes}


class Story:
    """A desk over many days."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.world = desk.world

    def begin(self, rules: Rules | None = None, shape: Callable[[int], float] | None = None) -> Self:
        """Start on Monday morning and open the condor."""
        self.desk.start(rules, shape=shape)
        self.desk.act()
        return self

    def close(self, spx: float | None = None, vix: float | None = None) -> None:
        """Bring today's final bar and answer what it asks."""
        self.desk.close_bar(spx, vix)
        self.desk.answer()

    def morning(self, hour: int = 9, minute: int = 44) -> None:
        """Go to the next session's opening minutes, the macro facts of the day in."""
        self.desk.next_session(hour, minute)
        if self.desk.macro is None:
            self.desk.take(*self.desk.economy())

    def sessions(self, count: int, drift: float = 0.5) -> None:
        """Let sessions pass, each closing so many points higher."""
        for _ in range(count):
            self.close(self.world.spx + drift)
            self.morning()

    def go_to(self, day: date, drift: float = 0.5) -> None:
        """Let sessions pass until the morning of a day."""
        while self.desk.today < day:
            self.sessions(1, drift)

    def of(self, purpose: cm.Purpose) -> list[cm.Intent]:
        """Return the orders of a purpose asked for so far."""
        return [intent for intent in self.desk.placed if intent.purpose is purpose]

    def until(self, purpose: cm.Purpose, minutes: int = 20) -> cm.Intent:
        """Let minutes pass until an order of a purpose is asked for; return it."""
        before = len(self.of(purpose))
        for _ in range(minutes):
            self.desk.beat()
            if len(self.of(purpose)) > before:
                return self.of(purpose)[-1]
        last = self.desk.decisions("")[-1]
        raise AssertionError(f"no {purpose}; the last decision: {last.subject} {self.why(last.subject)}")

    def layers(self, engine: str) -> list[Any]:
        """Return the layers of an engine."""
        return [layer for layer in self.desk.state.layers.values() if layer.engine == engine]

    def why(self, subject: str) -> dict[str, str]:
        """Return the rules that stood in the way in the latest decision on a subject, with their reasons."""
        return {
            v.rule: v.reason
            for v in self.desk.decisions(subject)[-1].rules
            if v.verdict in {"refuse", "unavailable"}
        }

    def outcome(self, subject: str) -> str:
        """Return the latest decision's outcome."""
        outcome: str = self.desk.decisions(subject)[-1].outcome
        return outcome

    def facts(self, series: Series, values: Iterable[float], every_days: int = 1) -> None:
        """Give a macro series, the last value of yesterday, released this night."""
        found = list(values)
        released = self.desk.now - timedelta(hours=1)
        days = [self.desk.today - timedelta(days=1 + every_days * n) for n in range(len(found) - 1, -1, -1)]
        known = tuple(MacroFact(series, day, released, v) for day, v in zip(days, found, strict=True))
        self.desk.take(ev.Macro(time=self.desk.now, facts=known))


def only(*engines: str, **changes: Any) -> Rules:  # noqa: ANN401 - any section of the rules
    """Return rules under which these engines alone may add, and the condor stays until its last days."""
    return Rules(
        **{
            "first_engine": FirstEngineRules(enabled="first" in engines),
            "slope": SlopeRules(enabled="slope" in engines, needs_open=False),
            "second": SecondRules(enabled="second" in engines),
            "breach": BreachRules(enabled="breach" in engines),
            "condors": CondorRules(exit_dte=2, profit_share=0.99),
        }
        | changes
    )


def waves(trend: float) -> Callable[[int], float]:
    """Return a history in waves: swings of both sides, each pair apart by the trend (points a session)."""
    return lambda ago: -trend * ago + 12.0 * math.sin(2.0 * math.pi * ago / 12.0)


@pytest.fixture
def broker(broker: Broker) -> Broker:
    """The broker, with VXX and XSP."""
    return widen(broker)


@pytest.fixture
def make_broker(make_broker: Callable[[], Broker]) -> Callable[[], Broker]:
    """Return a maker of brokers with VXX and XSP."""
    return lambda: widen(make_broker())


@pytest.fixture
def story(desk: Desk) -> Self:
    """A story that has not begun: 09:00 on Monday 2018-01-22."""
    return Story(desk)


@pytest.fixture
def rules_of() -> Callable[..., Rules]:
    """Return a maker of rules with some engines only."""
    return only


@pytest.fixture
def in_waves() -> Callable[[float], Callable[[int], float]]:
    """Return a maker of wavy histories."""
    return waves


@pytest.fixture
def instrument_keys() -> Callable[[cm.Intent], list[tuple[InstrumentKey, int]]]:
    """Return what lists an intent's legs by key."""
    return lambda intent: [(leg.instrument.key, leg.ratio) for leg in intent.legs]


@pytest.fixture
def held(story: Story, rules_of: MakeRules) -> Callable[..., Story]:
    """Hold a first-engine layer of March calls until the morning of a day, SPX rising slowly.

    The curve keeps time value in the calls; the condor expires in April.
    """

    def play(until: date, **changes: Any) -> Story:  # noqa: ANN401 - sections of the rules
        budget = {"condors": LONG_CONDORS, "decay": DecayRules(share_max=1.0)}
        story.begin(rules_of("first", **(budget | changes)))
        story.close(story.world.spx + 20)
        story.morning()
        story.until(cm.Purpose.LAYER_OPEN)
        story.world.futures.update({MARCH: 15.5, APRIL: 16.0, MAY: 16.3})
        story.go_to(until)
        return story

    return play


@pytest.fixture
def due(held: Callable[..., Story]) -> Callable[..., Story]:
    """Close the bar on which the layer has 14 days left, and go to the next opening."""

    def play(**changes: Any) -> Story:  # noqa: ANN401 - sections of the rules
        story = held(date(2018, 3, 7), **changes)
        story.close(story.world.spx + 0.5)
        story.morning()
        return story

    return play
