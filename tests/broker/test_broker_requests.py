"""What the core asks for and what comes back, against the paper gateway."""

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from daemon.broker.ib.adapter import IbBroker
from strategies.core.commands import (
    CancelOrder,
    FetchHistory,
    Intent,
    Leg,
    ListChain,
    ListExpiry,
    ListFutures,
    PlaceOrder,
    Purpose,
    Watch,
)
from strategies.core.events import (
    AnyEvent,
    BrokerNotice,
    ChainListed,
    ExecutionReported,
    ExpiryListed,
    FuturesListed,
    History,
    HistoryMissing,
    ListingMissing,
    OrderStatus,
    Quotes,
)
from strategies.core.facts import Expiry
from strategies.core.instruments import AD_NYSE, SPX, VIX, Instrument, Kind, Right

Start = Callable[..., Awaitable[Any]]
StartSession = Callable[..., Any]


def quoted(events: list[AnyEvent]) -> set[str]:
    """Return the keys of all quotes."""
    return {quote.instrument for event in events if isinstance(event, Quotes) for quote in event.quotes}


def subscribed(broker: IbBroker) -> set[str]:
    """Return the keys of the present subscriptions."""
    return set(broker._market._live)


async def test_results_come_in_request_order_and_name_what_the_broker_lists(
    gateway: Start, session: StartSession
) -> None:
    """History ends yesterday, chains name settlement days, an expiry its strikes and ticks."""
    paper = await gateway()
    world = session(paper.port, paper.now)
    await world.broker.connected(10)
    world.drain()
    history, futures, vix, spx, spxw = await world.ask(
        FetchHistory(instrument=SPX, sessions=500),
        ListFutures(),
        ListChain(underlying=VIX),
        ListChain(underlying=SPX),
    )
    assert isinstance(history, History)
    assert len(history.bars) == 500
    assert history.bars[-1].day == date(2026, 1, 2)
    assert isinstance(futures, FuturesListed)
    assert futures.instruments[0].key == "FUT.VX.20260121"
    assert isinstance(vix, ChainListed)
    assert vix.expiries[0] == Expiry(date(2026, 1, 20), date(2026, 1, 21))
    assert [spx.trading_class, spxw.trading_class] == ["SPX", "SPXW"]
    assert all(expiry.last_trade < expiry.expiry for expiry in spx.expiries)
    assert all(expiry.last_trade == expiry.expiry for expiry in spxw.expiries)
    (listed,) = await world.ask(ListExpiry(symbol="VIX", trading_class="VIX", listed=vix.expiries[0]))
    assert isinstance(listed, ExpiryListed)
    assert listed.puts == listed.calls == tuple(sorted(listed.calls))
    assert listed.ticks
    assert listed.multiplier == 100


async def test_watch_subscribes_the_difference(gateway: Start, session: StartSession) -> None:
    """Exactly what is watched is quoted; a contract that is not listed is reported, the rest quoted."""
    paper = await gateway()
    world = session(paper.port, paper.now)
    await world.broker.connected(10)
    world.drain()
    (futures,) = await world.ask(ListFutures())
    front, second = futures.instruments[:2]
    unlisted = Instrument(
        kind=Kind.OPTION,
        symbol="VIX",
        exchange="SMART",
        trading_class="VIX",
        last_trade=date(2026, 1, 20),
        strike=16.3,
        right=Right.CALL,
        multiplier=100,
    )
    events = await world.ask(Watch(instruments=(SPX, front, unlisted)))
    missing = [event.what for event in events if isinstance(event, ListingMissing)]
    assert missing == [f"quotes of {unlisted.key}"]
    assert subscribed(world.broker) == {SPX.key, front.key}
    assert front.key in quoted(events + await world.step_to(14, 31))
    kept = world.broker._market._live[front.key]
    await world.ask(Watch(instruments=(front, second)))
    assert subscribed(world.broker) == {front.key, second.key}
    assert world.broker._market._live[front.key] is kept
    assert SPX.key not in quoted(await world.step_to(14, 40))


async def test_futures_have_a_history_of_their_own_and_breadth_has_none(
    gateway: Start, session: StartSession
) -> None:
    """Closes of a future name its contract, so that nobody takes them for the index VIX."""
    paper = await gateway()
    world = session(paper.port, paper.now)
    await world.broker.connected(10)
    world.drain()
    (futures,) = await world.ask(ListFutures())
    front = futures.instruments[0]
    events = await world.ask(
        FetchHistory(instrument=front, sessions=6), FetchHistory(instrument=AD_NYSE, sessions=6)
    )
    closes, breadth = (event for event in events if isinstance(event, History))
    assert (closes.symbol, closes.contract, len(closes.bars)) == ("VIX", front.key, 6)
    assert breadth == History(time=world.now, symbol="AD-NYSE", bars=())


async def test_breadth_is_quoted_as_bid_and_ask(gateway: Start, session: StartSession) -> None:
    """AD-NYSE has advancing issues as its bid, declining ones as its ask, and no last price."""
    paper = await gateway()
    world = session(paper.port, paper.now)
    await world.broker.connected(10)
    await world.ask(Watch(instruments=(AD_NYSE,)))
    events = await world.step_to(14, 31)
    quotes = [quote for event in events if isinstance(event, Quotes) for quote in event.quotes]
    assert quotes
    assert all(quote.instrument == AD_NYSE.key for quote in quotes)
    last = quotes[-1]
    assert last.bid
    assert last.ask
    assert last.bid_size
    assert last.last is None


async def test_what_the_broker_does_not_know_is_missing_with_its_reason(
    gateway: Start, session: StartSession
) -> None:
    """A refusal is an event with the broker's code, never an empty list."""
    paper = await gateway()
    world = session(paper.port, paper.now)
    await world.broker.connected(10)
    unknown = Instrument(kind=Kind.INDEX, symbol="NOSUCH", exchange="CBOE")
    events = await world.ask(
        FetchHistory(instrument=unknown, sessions=5),
        ListExpiry(symbol="VIX", trading_class="VIX", listed=Expiry(date(2026, 1, 6), date(2026, 1, 7))),
    )
    history = next(event for event in events if isinstance(event, HistoryMissing))
    expiry = next(event for event in events if isinstance(event, ListingMissing))
    assert "200" in history.reason
    assert expiry.what == "VIX 2026-01-06"
    assert "200" in expiry.reason


async def test_the_same_conversation_drains_the_same_events(gateway: Start, session: StartSession) -> None:
    """In play two runs with one seed hand the loop the same list, whatever the segmentation."""
    runs = []
    for _ in range(2):
        paper = await gateway("--seed", "5")
        world = session(paper.port, paper.now)
        await world.broker.connected(10)
        (futures,) = [e for e in await world.ask(ListFutures()) if isinstance(e, FuturesListed)]
        await world.ask(Watch(instruments=(SPX, VIX, *futures.instruments[:2])))
        await world.step_to(14, 31)
        future = futures.instruments[0]
        for number, limit in enumerate(("5.05", "99.05"), 1):
            intent = Intent(
                order_ref=f"test-{number}",
                purpose=Purpose.LAYER_OPEN,
                subject="test",
                legs=(Leg(instrument=future, ratio=1),),
                quantity=1,
                limit=Decimal(limit),
            )
            await world.ask(PlaceOrder(intent=intent))
        await world.ask(CancelOrder(order_ref="test-1"))
        await world.step_to(14, 50)
        runs.append(world.events)
    assert runs[0] == runs[1]
    assert [event.status for event in runs[0] if isinstance(event, OrderStatus)][-1] == "Cancelled"
    assert any(isinstance(event, ExecutionReported) for event in runs[0])


@pytest.mark.parametrize(("asked_for", "comes"), [(1, False), (3, True)])
async def test_delayed_data_are_quotes_only_for_who_asked_for_them(
    gateway: Start, session: StartSession, asked_for: int, *, comes: bool
) -> None:
    """A price of a quarter of an hour ago must not pass for the present one; by setting it may."""
    paper = await gateway("--delayed" if asked_for == 3 else "--fault=delayed_data@1")
    world = session(paper.port, paper.now, market_data_type=asked_for)
    await world.broker.connected(10)
    await world.ask(Watch(instruments=(SPX,)))
    events = world.events + await world.step_to(14, 55)
    lasts = {q.last for event in events if isinstance(event, Quotes) for q in event.quotes}
    assert bool(lasts - {None}) is comes
    assert any(isinstance(event, BrokerNotice) and event.code == 10167 for event in events)
