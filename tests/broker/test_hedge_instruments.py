"""Orders of the whole hedge over the wire: shares, calendars, synthetics; opened, filled, closed."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from strategies.core.commands import (
    FetchSnapshot,
    Intent,
    Leg,
    ListChain,
    ListExpiry,
    PlaceOrder,
    Purpose,
    Watch,
)
from strategies.core.events import (
    AnyEvent,
    Commission,
    ExecutionReported,
    ExpiryListed,
    OrderStatus,
    OrderTransmitted,
    Quotes,
    Snapshot,
)
from strategies.core.facts import Expiry
from strategies.core.instruments import SPX, VIX, VXX, XSP, Instrument, Right

Start = Callable[..., Awaitable[Any]]
StartSession = Callable[..., Any]
World = Any  # the fixture's class


@pytest.fixture
async def world(gateway: Start, session: StartSession) -> World:
    """A broker at 09:31 of the first session."""
    paper = await gateway()
    found = session(paper.port, paper.now)
    await found.broker.connected(10)
    await found.step_to(14, 31)
    return found


async def quoted(world: World, *instruments: Instrument) -> dict[str, tuple[float, float]]:
    """Watch instruments for a minute; return bid and ask of each."""
    events = await world.ask(Watch(instruments=instruments))
    events += await world.step_to(world.now.hour, world.now.minute + 2)
    return {
        quote.instrument: (quote.bid or 0.0, quote.ask)
        for event in events
        if isinstance(event, Quotes)
        for quote in event.quotes
        if quote.ask is not None
    }


def far(legs: tuple[Leg, ...], quotes: dict[str, tuple[float, float]]) -> Decimal:
    """Return the net price of crossing every leg's spread, on the grid of 0.05."""
    net = sum(leg.ratio * quotes[leg.instrument.key][1 if leg.ratio > 0 else 0] for leg in legs)
    return Decimal(str(round(round(net / 0.05) * 0.05, 2))) + Decimal("0.05")


async def fill(
    world: World, ref: str, legs: tuple[Leg, ...], quantity: int, limit: Decimal, purpose: Purpose
) -> list[AnyEvent]:
    """Place an order, let a few minutes pass, and see that all of it was filled and charged."""
    intent = Intent(
        order_ref=ref, purpose=purpose, subject="L0001", legs=legs, quantity=quantity, limit=limit
    )
    events: list[AnyEvent] = await world.ask(PlaceOrder(intent=intent))
    events += await world.step_to(world.now.hour, world.now.minute + 4)
    assert [e.order_ref for e in events if isinstance(e, OrderTransmitted)] == [ref]
    last = [e for e in events if isinstance(e, OrderStatus)][-1]
    assert (last.status, last.reason) == ("Filled", "")
    parts = [e.execution for e in events if isinstance(e, ExecutionReported) and e.execution.instrument]
    signed: dict[str, Decimal] = {}
    for part in parts:
        count = part.quantity if part.bought else -part.quantity
        signed[part.instrument] = signed.get(part.instrument, Decimal(0)) + count
    assert signed == {leg.instrument.key: leg.ratio * quantity for leg in legs}
    charged = {e.exec_id for e in events if isinstance(e, Commission)}
    assert charged >= {part.exec_id for part in parts}
    return events


async def positions(world: World) -> dict[str, Decimal]:
    """Return what the account holds."""
    (snapshot,) = [e for e in await world.ask(FetchSnapshot()) if isinstance(e, Snapshot)]
    return {seen.instrument: seen.quantity for seen in snapshot.positions if seen.quantity}


async def listing(world: World, symbol: str, trading_class: str, listed: Expiry) -> ExpiryListed:
    """List an expiry."""
    (found,) = await world.ask(ListExpiry(symbol=symbol, trading_class=trading_class, listed=listed))
    assert isinstance(found, ExpiryListed)
    return found


async def test_vxx_shares_are_bought_and_sold_by_the_share(world: World) -> None:
    """The second engine's other instrument: key, tick of a cent, whole shares, a position, none after."""
    (bid, ask) = (await quoted(world, VXX))[VXX.key]
    assert 0 < bid < ask
    cent = Decimal("0.01")
    buy = (Leg(instrument=VXX, ratio=1),)
    await fill(world, "test-1", buy, 150, Decimal(str(ask)).quantize(cent) + cent, Purpose.LAYER_OPEN)
    assert await positions(world) == {VXX.key: 150}
    sell = (Leg(instrument=VXX, ratio=-1),)
    await fill(world, "test-2", sell, 150, Decimal(str(bid)).quantize(cent) - 4 * cent, Purpose.LAYER_PEEL)
    assert await positions(world) == {}


async def test_a_vix_call_is_rolled_as_one_calendar(world: World) -> None:
    """The held call is sold and the same strike of a later expiry bought, in one order."""
    (chain,) = await world.ask(ListChain(underlying=VIX))
    near = await listing(world, "VIX", "VIX", chain.expiries[1])
    later = await listing(world, "VIX", "VIX", chain.expiries[2])
    strike = next(k for k in near.calls if k >= 16 and k in later.calls)
    held, target = near.instrument(strike, Right.CALL), later.instrument(strike, Right.CALL)
    quotes = await quoted(world, held, target)
    bought = (Leg(instrument=held, ratio=1),)
    await fill(world, "test-1", bought, 7, far(bought, quotes), Purpose.LAYER_OPEN)
    calendar = (Leg(instrument=target, ratio=1), Leg(instrument=held, ratio=-1))
    await fill(world, "test-2", calendar, 7, far(calendar, quotes), Purpose.LAYER_ROLL)
    assert await positions(world) == {target.key: 7}


@pytest.mark.parametrize(
    ("side", "symbol"), [("put", "SPX"), ("call", "SPX"), ("put", "XSP"), ("call", "XSP")]
)
async def test_a_synthetic_beside_a_condor_is_opened_and_closed_as_one_combo(
    world: World, side: str, symbol: str
) -> None:
    """The option legs of a conversion or reversal pass the gateway's margin; closing leaves the condor."""
    chains = await world.ask(ListChain(underlying=SPX))
    weeklies = next(c for c in chains if c.trading_class == "SPXW")
    listed = await listing(world, "SPX", "SPXW", weeklies.expiries[4])
    level = listed.puts[len(listed.puts) // 2]
    k1, k2 = [k for k in listed.puts if k < level][-30], [k for k in listed.puts if k < level][-20]
    k3, k4 = [k for k in listed.calls if k > level][20], [k for k in listed.calls if k > level][30]
    condor = (
        Leg(instrument=listed.instrument(k1, Right.PUT), ratio=1),
        Leg(instrument=listed.instrument(k2, Right.PUT), ratio=-1),
        Leg(instrument=listed.instrument(k3, Right.CALL), ratio=-1),
        Leg(instrument=listed.instrument(k4, Right.CALL), ratio=1),
    )
    quotes = await quoted(world, *(leg.instrument for leg in condor))
    await fill(world, "test-1", condor, 10, far(condor, quotes), Purpose.CONDOR_OPEN)
    book = {leg.instrument.key: 10 * leg.ratio for leg in condor}
    if symbol == "XSP":
        await world.ask(ListChain(underlying=XSP))
        day = weeklies.expiries[4].expiry
        listed = await listing(world, "XSP", "XSP", Expiry(day, day))
        level = min(listed.puts, key=lambda k: abs(k - level / 10))
    bought, sold = (Right.PUT, Right.CALL) if side == "put" else (Right.CALL, Right.PUT)
    cut = (
        Leg(instrument=listed.instrument(level, bought), ratio=1),
        Leg(instrument=listed.instrument(level, sold), ratio=-1),
    )
    quotes = await quoted(world, *(leg.instrument for leg in cut))
    await fill(world, "test-2", cut, 2, far(cut, quotes), Purpose.CUT_OPEN)
    assert await positions(world) == book | {leg.instrument.key: 2 * leg.ratio for leg in cut}
    back = tuple(Leg(instrument=leg.instrument, ratio=-leg.ratio) for leg in cut)
    await fill(world, "test-3", back, 2, far(back, quotes) + Decimal("1.00"), Purpose.CUT_CLOSE)
    assert await positions(world) == book
