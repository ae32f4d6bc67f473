"""What is quoted and listed, and whether it may be believed."""

from datetime import date, datetime, timedelta

from msgspec import structs

from strategies.core.events import ChainListed, ExpiryListed, FuturesListed, Quotes
from strategies.core.facts import Quote
from strategies.core.instruments import AD_NYSE, SPX, VIX, Instrument, InstrumentKey, Kind
from strategies.core.state import Seen
from strategies.core.turn import Turn
from strategies.core.unavailable import Unavailable as Unavailable  # noqa: PLC0414 - found here by all who read the market


def on_quotes(turn: Turn, event: Quotes) -> None:
    """Keep the latest quote of each instrument with the time at which it came."""
    market = turn.state.market
    fresh = {quote.instrument: Seen(quote, event.time) for quote in event.quotes}
    marks = {q.instrument: 0.5 * ((q.bid or 0.0) + q.ask) for q in event.quotes if q.ask is not None}
    turn.set(
        market=structs.replace(market, quotes={**market.quotes, **fresh}, marks={**market.marks, **marks})
    )


def forget_quotes(turn: Turn) -> None:
    """Drop all quotes: the connection that carried them is gone."""
    turn.set(market=structs.replace(turn.state.market, quotes={}))


def on_futures(turn: Turn, event: FuturesListed) -> None:
    """Keep the listed VX futures, nearest settlement first; one without a settlement day is no use."""
    dated = [(future.expiry, future.key, future) for future in event.instruments if future.expiry is not None]
    futures = tuple(future for _, _, future in sorted(dated, key=lambda entry: entry[:2]))
    turn.set(market=structs.replace(turn.state.market, futures=futures))


def on_chain(turn: Turn, event: ChainListed) -> None:
    """Keep the expiries of an option class."""
    market = turn.state.market
    turn.set(market=structs.replace(market, chains={**market.chains, event.trading_class: event}))


def on_expiry(turn: Turn, event: ExpiryListed) -> None:
    """Keep the contracts of an expiry, and forget those of expiries that are over."""
    kept = {k: v for k, v in turn.state.market.expiries.items() if v.listed.expiry >= turn.today}
    kept[expiry_key(event.trading_class, event.listed.last_trade)] = event
    turn.set(market=structs.replace(turn.state.market, expiries=kept))


def expiry_key(trading_class: str, last_trade: date) -> str:
    """Return the name under which an expiry's listing is kept."""
    return f"{trading_class}.{last_trade:%Y%m%d}"


def stale_limit(turn: Turn, instrument: Instrument) -> timedelta:
    """Return how old a quote of this instrument may be."""
    stale = turn.rules.stale
    limit_s = stale.option_s
    if instrument.kind is Kind.INDEX:
        limit_s = stale.index_s
    elif instrument.kind is Kind.FUTURE:
        limit_s = stale.future_s
    return timedelta(seconds=limit_s)


def quote_of(turn: Turn, instrument: Instrument, at: datetime | None = None) -> Quote | Unavailable:
    """Return the quote if it is not older than its limit at `at` (now by default)."""
    seen = turn.state.market.quotes.get(instrument.key)
    if seen is None:
        return Unavailable("no quote")
    if (at or turn.now) - seen.at > stale_limit(turn, instrument):
        return Unavailable("quote is stale")
    return seen.quote


def mark_of(turn: Turn, instrument: Instrument) -> float | Unavailable:
    """Return the latest mid quote, however old: good enough to value what is held, not to trade on.

    Options are quoted in their hours only, and the day is summed up after them.
    """
    mark = turn.state.market.marks.get(instrument.key)
    return Unavailable("never quoted") if mark is None else mark


def two_sided(turn: Turn, instrument: Instrument) -> Quote | Unavailable:
    """Return the quote if it is fresh and has both a bid and an ask that do not cross."""
    quote = quote_of(turn, instrument)
    if isinstance(quote, Unavailable):
        return quote
    if quote.bid is None or quote.ask is None or not 0.0 < quote.bid <= quote.ask:
        return Unavailable("no two-sided quote")
    return quote


def mid(quote: Quote) -> float:
    """Return the middle of a two-sided quote."""
    assert quote.bid is not None
    assert quote.ask is not None
    return 0.5 * (quote.bid + quote.ask)


def index_last(turn: Turn, instrument: Instrument, at: datetime | None = None) -> float | Unavailable:
    """Return an index's last price."""
    quote = quote_of(turn, instrument, at)
    if isinstance(quote, Unavailable):
        return quote
    return _positive(quote.last, "no last price")


def _positive(price: float | None, otherwise: str) -> float | Unavailable:
    """Return a price that is one: a feed that breaks may say 0."""
    return Unavailable(otherwise) if price is None or price <= 0.0 else price


def spx_last(turn: Turn, at: datetime | None = None) -> float | Unavailable:
    """Return the SPX's last price."""
    return index_last(turn, SPX, at)


def vix_last(turn: Turn, at: datetime | None = None) -> float | Unavailable:
    """Return the VIX's last price."""
    return index_last(turn, VIX, at)


def future_price(turn: Turn, future: Instrument, at: datetime | None = None) -> float | Unavailable:
    """Return a future's mark (its settlement after the close), else its mid, else its last price."""
    quote = quote_of(turn, future, at)
    if isinstance(quote, Unavailable):
        return quote
    if quote.mark is not None:
        return _positive(quote.mark, "no price")
    if quote.bid is not None and quote.ask is not None:
        return _positive(mid(quote), "no price")
    return _positive(quote.last, "no price")


def front_futures(turn: Turn) -> tuple[Instrument, Instrument] | Unavailable:
    """Return M1 and M2. On the morning of its settlement a contract stops being M1."""
    alive = [f for f in turn.state.market.futures if f.expiry is not None and f.expiry > turn.today]
    return (alive[0], alive[1]) if len(alive) > 1 else Unavailable("VX futures are not listed")


def future_of(turn: Turn, settlement: date) -> Instrument | Unavailable:
    """Return the VX future that settles on that day: the forward of the VIX options of that expiry."""
    for future in turn.state.market.futures:
        if future.expiry == settlement:
            return future
    return Unavailable("no VX future of that expiry")


def wanted_quotes(turn: Turn) -> tuple[Instrument, ...]:
    """Return what must be quoted now: indices, the VX futures in use, what is held, and what is chosen among.

    Pure function of the state; sorted by key, each instrument once.
    """
    state = turn.state
    wanted: dict[InstrumentKey, Instrument] = {SPX.key: SPX, VIX.key: VIX}
    if state.rules.breadth.enabled:
        wanted[AD_NYSE.key] = AD_NYSE
    alive = [f for f in state.market.futures if f.expiry is not None and f.expiry > turn.today]
    for future in alive[:5]:
        wanted[future.key] = future
    for layer in state.layers.values():
        for instrument, _ in layer.positions:
            wanted[instrument.key] = instrument
    for condor in state.condors.values():
        for leg in condor.legs:
            if condor.held.get(leg.key):
                wanted[leg.key] = leg
    for plan in state.plans.values():
        for instrument in plan.watching:
            wanted[instrument.key] = instrument
    return tuple(wanted[key] for key in sorted(wanted))
