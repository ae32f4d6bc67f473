"""The market and the broker of the strategy's tests: they answer commands with events.

The world is that of the worked example: Monday 2018-01-22, SPX 2832.97, M1 11.82, M2 12.475.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core import facts
from strategies.core.instruments import AD_NYSE, SPX, VIX, Instrument, InstrumentKey, Kind, Tick
from strategies.core.option_model import black76, years_to_settlement

NEW_YORK = ZoneInfo("America/New_York")
FIRST_DAY = date(2018, 1, 22)
HOLIDAYS = (date(2018, 1, 15), date(2018, 2, 19), date(2018, 3, 30))
VIX_EXPIRIES = (date(2018, 2, 14), date(2018, 3, 21), date(2018, 4, 18), date(2018, 5, 16))
SPX_EXPIRIES = (date(2018, 2, 23), date(2018, 3, 7), date(2018, 3, 9), date(2018, 4, 20))
SPX_TICKS = (Tick(0.0, 0.05), Tick(3.0, 0.1))
VIX_TICKS = (Tick(0.0, 0.01), Tick(3.0, 0.05))
COMMISSION = Decimal("0.65")


def new_york(day: date, hour: int, minute: int = 0) -> datetime:
    """Return the UTC time of a New York wall time."""
    return datetime.combine(day, time(hour, minute), NEW_YORK).astimezone(UTC)


def all_sessions() -> tuple[facts.SessionHours, ...]:
    """Return the sessions from 2018-01-02 to 2018-04-30, full days."""
    days = (date(2018, 1, 2) + timedelta(days=n) for n in range(119))
    return tuple(
        facts.SessionHours(
            day=day,
            open=new_york(day, 9, 30),
            close=new_york(day, 16),
            options_close=new_york(day, 16, 15),
        )
        for day in days
        if day.weekday() < 5 and day not in HOLIDAYS
    )


def future(expiry: date) -> Instrument:
    """Return the VX future that settles on a day."""
    return Instrument(
        kind=Kind.FUTURE, symbol="VIX", exchange="CFE", trading_class="VX", last_trade=expiry, expiry=expiry
    )


class World:
    """What the market says; change a field and quote again."""

    def __init__(self) -> None:
        self.spx = 2832.97
        self.vix = 11.03
        self.advancing, self.declining = 1700.0, 1200.0
        self.futures = dict(zip(VIX_EXPIRIES, (11.82, 12.475, 13.1, 13.6), strict=True))
        self.vix_vol = 0.88
        self.spx_vol = 0.10
        self.bid_size = 500.0
        self.given: dict[InstrumentKey, facts.Quote | None] = {}  # None: never quoted

    def quote(self, instrument: Instrument, now: datetime) -> facts.Quote | None:
        """Return an instrument's quote; options are modelled, a spread of two ticks around Black-76."""
        key = instrument.key
        if key in self.given:
            return self.given[key]
        if instrument == AD_NYSE:
            return facts.Quote(instrument=key, bid=self.advancing, ask=self.declining, bid_size=90.0)
        if instrument.kind is Kind.INDEX:
            return facts.Quote(instrument=key, last=self.spx if instrument == SPX else self.vix)
        assert instrument.expiry is not None
        if instrument.kind is Kind.FUTURE:
            return facts.Quote(instrument=key, mark=self.futures[instrument.expiry])
        assert instrument.right is not None
        in_vix = instrument.symbol == "VIX"
        value = black76(
            forward=self.futures[instrument.expiry] if in_vix else self.spx,
            strike=instrument.strike,
            years=years_to_settlement(instrument, now),
            volatility=self.vix_vol if in_vix else self.spx_vol,
            rate=0.02,
            right=instrument.right,
        ).value
        tick = 0.01 if in_vix else 0.05
        low, high = round(value / tick - 1) * tick, round(value / tick + 1) * tick
        return facts.Quote(
            instrument=key,
            bid=round(low, 2) if low > 0 else None,
            ask=round(high, 2),
            bid_size=self.bid_size if low > 0 else None,
            ask_size=self.bid_size,
        )


class Broker:
    """The broker's own truth; answers a command with events stamped `now`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.now = new_york(FIRST_DAY, 9)
        self.epoch = 0
        self.fills = True  # whether an order fills as soon as it arrives
        self.watched: tuple[Instrument, ...] = ()
        self.history: dict[str, tuple[facts.Bar, ...]] = {}
        self.positions: dict[InstrumentKey, Decimal] = {}
        self.executions: list[facts.Execution] = []
        self.intents: dict[str, cm.Intent] = {}
        self.working: dict[str, facts.OrderSeen] = {}
        self.completed: dict[str, facts.OrderSeen] = {}
        self.net_liquidation: Decimal | None = Decimal(1_000_000)
        self.sessions = all_sessions()

    def set_clock(self, day: date, hour: int, minute: int) -> None:
        """Set the time (New York)."""
        self.now = new_york(day, hour, minute)

    def quotes(self, instruments: Iterable[Instrument]) -> ev.Quotes:
        """Return what is quoted of these instruments now."""
        found = [self.world.quote(i, self.now) for i in instruments]
        return ev.Quotes(time=self.now, quotes=tuple(q for q in found if q is not None))

    def reply(self, command: cm.AnyCommand) -> Iterable[ev.AnyEvent]:
        """Carry out a command and yield what it brings."""
        now = self.now
        match command:
            case cm.ListFutures():
                yield ev.FuturesListed(time=now, instruments=tuple(future(day) for day in VIX_EXPIRIES))
            case cm.ListChain():
                name = "VIX" if command.underlying == VIX else "SPXW"
                days = VIX_EXPIRIES if name == "VIX" else SPX_EXPIRIES
                before = timedelta(days=1 if name == "VIX" else 0)
                listed = tuple(facts.Expiry(day - before, day) for day in days)
                yield ev.ChainListed(
                    time=now, symbol=command.underlying.symbol, trading_class=name, expiries=listed
                )
            case cm.ListExpiry():
                yield self.expiry_listed(command)
            case cm.FetchHistory():
                asked = command.instrument
                contract = asked.key if asked.last_trade else None
                bars = self.history.get(contract or asked.symbol, ())[-command.sessions :]
                yield ev.History(time=now, symbol=asked.symbol, bars=bars, contract=contract)
            case cm.Watch():
                self.watched = command.instruments
                yield self.quotes(self.watched)
            case cm.FetchSnapshot():
                yield self.snapshot()
            case cm.Reconnect():
                yield ev.Connection(time=self.now, link=ev.Link.DOWN, epoch=self.epoch, reason="asked for")
                self.epoch += 1
                yield ev.Connection(
                    time=self.now, link=ev.Link.UP, epoch=self.epoch, account="DU1", paper=True
                )
            case cm.PlaceOrder():
                yield from self.receive(command.intent)
            case cm.CancelOrder():
                yield from self.cancel(command.order_ref)

    def expiry_listed(self, command: cm.ListExpiry) -> ev.ExpiryListed:
        """Return the contracts of an expiry."""
        in_vix = command.symbol == "VIX"
        strikes = tuple(map(float, range(5, 61) if in_vix else range(2300, 3301, 5)))
        return ev.ExpiryListed(
            time=self.now,
            symbol=command.symbol,
            trading_class=command.trading_class,
            exchange="CBOE",
            multiplier=100,
            listed=command.listed,
            puts=strikes,
            calls=strikes,
            ticks=VIX_TICKS if in_vix else SPX_TICKS,
        )

    def snapshot(self, **changes: object) -> ev.Snapshot:
        """Return the broker's truth as of now."""
        snapshot = ev.Snapshot(
            time=self.now,
            epoch=self.epoch,
            open_orders=tuple(self.working.values()),
            completed_orders=tuple(self.completed.values()),
            executions=tuple(self.executions),
            commissions=tuple((e.exec_id, COMMISSION) for e in self.executions if e.instrument),
            positions=tuple(facts.PositionSeen(k, n) for k, n in sorted(self.positions.items()) if n),
            net_liquidation_usd=self.net_liquidation,
        )
        return structs.replace(snapshot, **changes)

    def receive(self, intent: cm.Intent) -> Iterator[ev.AnyEvent]:
        """Take an order in: acknowledged, and filled at once if `fills`."""
        ref = intent.order_ref
        assert ref not in self.intents, "an order was transmitted twice"
        self.intents[ref] = intent
        self.working[ref] = facts.OrderSeen(
            order_ref=ref, perm_id=7, status="Submitted", remaining=Decimal(intent.quantity)
        )
        yield ev.OrderTransmitted(time=self.now, order_ref=ref, order_id=1)
        yield self.status(ref)
        if self.fills:
            yield from self.fill(intent)

    def status(self, ref: str, **changes: object) -> ev.OrderStatus:
        """Return the broker's word on an order, as it is unless changed."""
        seen = self.working.get(ref) or self.completed[ref]
        word = ev.OrderStatus(
            time=self.now,
            order_ref=ref,
            status=seen.status,
            filled=seen.filled,
            remaining=seen.remaining,
            perm_id=seen.perm_id,
        )
        return structs.replace(word, **changes)

    def fill(self, intent: cm.Intent, units: int | None = None) -> list[ev.AnyEvent]:
        """Execute units (all that remain by default); return status, executions and commissions."""
        ref = intent.order_ref
        seen = self.working.get(ref) or self.completed[ref]
        units = int(seen.remaining) if units is None else units
        remaining = seen.remaining - units
        done = structs.replace(
            seen,
            filled=seen.filled + units,
            remaining=remaining,
            status="Submitted" if remaining else "Filled",
        )
        self.working.pop(ref, None)
        (self.working if remaining else self.completed)[ref] = done
        found = [self._execution(intent, leg, units) for leg in intent.legs]
        if intent.is_combo:
            found.insert(0, structs.replace(self._execution(intent, None, units), price=intent.limit))
        self.executions += found
        return [
            *(ev.ExecutionReported(time=self.now, execution=e) for e in found),
            self.status(ref),
            *(ev.Commission(time=self.now, exec_id=e.exec_id, commission_usd=COMMISSION) for e in found),
        ]

    def _execution(self, intent: cm.Intent, leg: cm.Leg | None, units: int) -> facts.Execution:
        number = len(self.executions) + len(self.positions)
        ratio = 1 if leg is None else leg.ratio
        price = abs(intent.limit)
        if leg is not None:
            key = leg.instrument.key
            self.positions[key] = self.positions.get(key, Decimal(0)) + ratio * units
            if intent.is_combo:
                quote = self.world.quote(leg.instrument, self.now)
                assert quote is not None
                price = Decimal(str((quote.ask if ratio > 0 else quote.bid) or 0))
        name = "bag" if leg is None else leg.instrument.key
        return facts.Execution(
            exec_id=f"{intent.order_ref}.{number}.{name}.01",
            order_ref=intent.order_ref,
            perm_id=7,
            instrument=None if leg is None else leg.instrument.key,
            bought=ratio > 0,
            quantity=Decimal(abs(ratio) * units),
            price=price,
            at=self.now,
        )

    def cancel(self, ref: str) -> Iterator[ev.AnyEvent]:
        """Cancel an order; one that is over stays as it is."""
        seen = self.working.pop(ref, None)
        if seen is not None:
            self.completed[ref] = structs.replace(seen, status="Cancelled")
            yield self.status(ref)


@pytest.fixture
def world() -> World:
    """The market of 2018-01-22."""
    return World()


@pytest.fixture
def broker(world: World) -> Broker:
    """A broker with an empty account of one million."""
    return Broker(world)


@pytest.fixture
def make_broker() -> Callable[[], Broker]:
    """Return a maker of brokers, each with a market of its own."""
    return lambda: Broker(World())
