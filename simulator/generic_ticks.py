"""The generic ticks that are modelled: open interest and volume of options, volatilities of underlyings."""

import math
from datetime import datetime
from itertools import pairwise

from simulator.hours import new_york_day
from simulator.instruments import Instrument
from simulator.market.model import Market
from simulator.randomness import uniform

CALL_INTEREST, PUT_INTEREST, CALL_VOLUME, PUT_VOLUME = 27, 28, 29, 30
HISTORICAL_VOL, IMPLIED_VOL = 23, 24

_SESSIONS_A_YEAR = 252
_VOL_SESSIONS = 30
_INTEREST_MAX = 20_000
# The volatility index of each index; it is what generic 106 shows.
_VOLATILITY_OF = {"SPX": "VIX", "XSP": "VIX", "SPY": "VIX"}


class GenericTicks:
    """Values of generic ticks at the present instant.

    Args:
        market: values.
        seed: of open interest, which stands still.
    """

    def __init__(self, market: Market, seed: int) -> None:
        self._market = market
        self._seed = seed

    def values(self, item: Instrument, wanted: frozenset[str], now: datetime) -> dict[int, float]:
        """Return tick numbers and values of what is asked for and known."""
        found: dict[int, float] = {}
        if item.sec_type == "OPT":
            if "101" in wanted:
                share = uniform(self._seed, "interest", item.con_id)
                found[CALL_INTEREST if item.right == "C" else PUT_INTEREST] = int(share**3 * _INTEREST_MAX)
            if "100" in wanted:
                # Nobody else trades here.
                found[CALL_VOLUME if item.right == "C" else PUT_VOLUME] = 0
        if "104" in wanted and (realised := self._realised(item, now)) is not None:
            found[HISTORICAL_VOL] = realised
        if "106" in wanted and item.symbol in _VOLATILITY_OF and item.sec_type in {"IND", "STK"}:
            level = self._market.index(_VOLATILITY_OF[item.symbol])
            if level is not None:
                found[IMPLIED_VOL] = round(level / 100, 6)
        return found

    def _realised(self, item: Instrument, now: datetime) -> float | None:
        """Return the annual deviation of the last 30 daily log returns, None where too few are known."""
        if item.sec_type not in {"IND", "STK"}:
            return None
        closes = [b.close for b in self._market.daily(item.symbol, new_york_day(now), _VOL_SESSIONS + 1)]
        if len(closes) <= _VOL_SESSIONS or min(closes) <= 0:
            return None
        returns = [math.log(b / a) for a, b in pairwise(closes)]
        mean = math.fsum(returns) / len(returns)
        variance = math.fsum((r - mean) ** 2 for r in returns) / (len(returns) - 1)
        return round(math.sqrt(variance * _SESSIONS_A_YEAR), 6)
