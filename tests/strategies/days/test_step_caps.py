"""Days of random trouble under tight caps: no sequence of events takes the book beyond them."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec import structs

from strategies.alvh.strategy import Outcome
from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core import facts
from strategies.core.holdings import LayerState
from strategies.core.instruments import Kind
from strategies.core.rules import CapRules, Rules

Desk = Any
MakeDesk = Callable[[], Desk]
FEW = settings(
    derandomize=True,
    deadline=None,
    max_examples=60,
    phases=[Phase.generate],  # a day is too long to shrink; the seed is fixed
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
WORTH = 1_000_000
CAPS = CapRules(
    layers_open_max=1,
    contracts_per_layer_max=7,
    premium_day_share_max=0.0006,
    premium_total_share_max=0.0009,
    orders_per_minute_max=2,
    orders_per_day_max=6,
)
COMMISSION = Decimal("0.65")
PRICES = st.sampled_from([None, 0.0, 1e-9, 0.01, 0.5, 3.0, 90.0, 1e9])
SIZES = st.sampled_from([None, 0.0, 1.0, 1e12])


class Watchman:
    """Holds each step of a desk against the caps."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.sent: list[tuple[Any, cm.Intent]] = []
        self._take = desk.take
        desk.take = self.take

    def take(self, *events: ev.AnyEvent) -> Outcome:
        """Step through events one at a time, and look."""
        outcome = Outcome((), ())
        for event in events:
            outcome = self._take(event)
            self.sent += [(event.time, c.intent) for c in outcome.commands if isinstance(c, cm.PlaceOrder)]
            self.look()
        return outcome

    def look(self) -> None:
        """Layers, contracts, orders a minute and a day, premium a day and in all."""
        now, desk = self.desk.now, self.desk
        layers = desk.state.layers.values()
        assert sum(layer.state is not LayerState.CLOSED for layer in layers) <= CAPS.layers_open_max
        assert all(layer.bought <= CAPS.contracts_per_layer_max for layer in layers)
        times = [at for at, _ in self.sent]
        assert sum(now - at < timedelta(minutes=1) for at in times) <= CAPS.orders_per_minute_max
        today = [intent for at, intent in self.sent if at.date() == now.date()]
        assert len(today) <= CAPS.orders_per_day_max
        assert sum(map(premium, today)) <= WORTH * Decimal(str(CAPS.premium_day_share_max))
        held = sum(layer.held for layer in layers)
        debit = sum((layer.debit_usd for layer in layers), Decimal(0))
        limit = WORTH * Decimal(str(CAPS.premium_total_share_max))
        assert debit - COMMISSION * held <= limit  # commissions come after the fill
        for condor in desk.state.condors.values():
            assert all(abs(n) <= desk.state.rules.condors.contracts for n in condor.held.values())


def premium(intent: cm.Intent) -> Decimal:
    """Return the most that an order may pay for a new layer, USD."""
    if intent.purpose is not cm.Purpose.LAYER_OPEN:
        return Decimal(0)
    return intent.limit * intent.quantity * intent.legs[0].instrument.multiplier


def refuse(desk: Desk) -> None:
    """The next order asked for is not sent, or rejected, each without a fill; the rest is answered."""
    asked, desk.todo[:] = list(desk.todo), []
    for n, command in enumerate(asked):
        if not isinstance(command, cm.PlaceOrder):
            desk.take(*desk.broker.reply(command))
            continue
        ref = command.intent.order_ref
        if n % 2:
            desk.take(ev.OrderNotTransmitted(time=desk.now, order_ref=ref, reason="no connection"))
            continue
        desk.broker.fills, before = False, desk.broker.fills
        desk.take(*desk.broker.reply(command))
        desk.broker.fills = before
        desk.broker.completed[ref] = structs.replace(desk.broker.working.pop(ref), status="Inactive")
        desk.take(desk.broker.status(ref, reason="201 margin"))


def lie(desk: Desk, data: st.DataObject) -> None:
    """Something watched is quoted as nobody would: empty, zero, crossed, absurd."""
    if not desk.broker.watched:
        return
    instrument = data.draw(st.sampled_from(desk.broker.watched))
    bid, ask = data.draw(PRICES), data.draw(PRICES)
    fields = {"last": bid} if instrument.kind is Kind.INDEX else {"bid": bid, "ask": ask}
    desk.world.given[instrument.key] = facts.Quote(
        instrument=instrument.key, bid_size=data.draw(SIZES), ask_size=data.draw(SIZES), **fields
    )
    desk.beat(1)
    if data.draw(st.booleans()):
        desk.world.given.clear()


ACTIONS = ("beat", "beat", "wild", "lie", "lie", "refuse", "cut", "kill", "fill", "cancel", "mute", "drop")


def trouble(desk: Desk, data: st.DataObject) -> None:
    """Let one thing happen."""
    match data.draw(st.sampled_from(ACTIONS)):
        case "beat":
            desk.beat(data.draw(st.sampled_from([1, 6, 16])))
        case "lie":
            lie(desk, data)
        case "refuse":
            desk.beat_silent(1)
            desk.quote()
            refuse(desk)
        case other:
            desk.suffer(other, data.draw)


@FEW
@given(data=st.data())
def test_no_sequence_of_events_exceeds_a_cap(make_desk: MakeDesk, data: st.DataObject) -> None:
    """Layers, contracts, debit and orders stay under caps that bind, whatever comes in whatever order."""
    desk = make_desk()
    Watchman(desk)
    desk.start(Rules(caps=CAPS))
    desk.act()
    for _ in range(2):
        for _ in range(data.draw(st.integers(0, 5))):
            trouble(desk, data)
        desk.close_bar(desk.world.spx + data.draw(st.sampled_from([25.0, 5.0, -40.0])))
        desk.answer()
        desk.next_session()
        desk.beat(data.draw(st.sampled_from([4, 8])))
    for _ in range(data.draw(st.integers(0, 6))):
        trouble(desk, data)


def test_the_caps_of_these_days_bind(make_desk: MakeDesk) -> None:
    """The same days without trouble buy as much as one layer may hold, and no more."""
    desk = make_desk()
    watchman = Watchman(desk)
    desk.start(Rules(caps=CAPS))
    desk.act()
    layer = desk.buy_layer()
    assert layer.bought == CAPS.contracts_per_layer_max
    assert 0 < sum(premium(intent) for _, intent in watchman.sent) <= WORTH * Decimal("0.0006")


TAKEN = ("spx", "vix", "futures", "bids", "asks", "worth", "history")


def take_away(desk: Desk, what: str) -> None:
    """Let an input be missing from now on; what was seen of it grows old."""
    world = desk.world
    quote = world.quote

    def blind(instrument: Any, now: Any) -> facts.Quote | None:  # noqa: ANN401 - the world's own signature
        full = quote(instrument, now)
        gone = {"spx": "SPX", "vix": "VIX"}.get(what)
        if instrument.kind is Kind.INDEX and instrument.symbol == gone:
            return None
        if instrument.kind is Kind.FUTURE and what == "futures":
            return None
        if full is None or instrument.kind is not Kind.OPTION or what not in {"bids", "asks"}:
            return full
        price = {"bid": None} if what == "bids" else {"ask": None}
        return facts.Quote(**{"instrument": full.instrument, "bid": full.bid, "ask": full.ask, **price})

    world.quote = blind
    if what == "worth":
        desk.broker.net_liquidation = None
        desk.take(desk.broker.snapshot())
    if what == "history":
        desk.broker.history = {}


@FEW
@given(
    what=st.sampled_from(TAKEN),
    move=st.sampled_from([25.0, 60.0, -40.0, -120.0]),
    early=st.booleans(),
)
def test_an_input_taken_away_never_buys_more(
    make_desk: MakeDesk, what: str, move: float, *, early: bool
) -> None:
    """The same day twice, once without an input from before or after the close on: no more contracts."""
    bought = []
    for blind in (False, True):
        desk = make_desk()
        desk.start()
        desk.act()
        if blind and early:
            take_away(desk, what)
            desk.beat_silent(16)
        desk.close_bar(desk.world.spx + move)
        desk.answer()
        if blind and not early:
            take_away(desk, what)
        desk.next_session()
        desk.beat(10)
        bought.append(sum(layer.bought for layer in desk.state.layers.values()))
    assert bought[1] <= bought[0]
