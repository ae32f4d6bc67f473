"""The contracts of an expiry: known, or asked for."""

from datetime import timedelta

from msgspec import structs

from strategies.core.commands import ListExpiry
from strategies.core.events import ExpiryListed
from strategies.core.facts import Expiry
from strategies.core.market import expiry_key
from strategies.core.turn import Turn

_ASK_AGAIN = timedelta(seconds=60)


def listing_of(turn: Turn, symbol: str, trading_class: str, listed: Expiry) -> ExpiryListed | None:
    """Return the contracts of an expiry; where they are not known, ask for them (once a minute at most)."""
    key = expiry_key(trading_class, listed.last_trade)
    known = turn.state.market.expiries.get(key)
    if known is not None:
        return known
    asked = turn.state.market.asked.get(key)
    if asked is None or turn.now - asked >= _ASK_AGAIN:
        market = turn.state.market
        turn.set(market=structs.replace(market, asked={**market.asked, key: turn.now}))
        command = ListExpiry(symbol=symbol, trading_class=trading_class, listed=listed)
        turn.request(f"contracts of {key}", command)
    return None
