"""The advance/decline trend of the NYSE.

Net = advancing - declining issues at the close; trend = sum of the latest 20 nets / (their standard deviation
over the latest 252 x sqrt 20), clipped to [-2, 2]. The standard deviation is the sample's.
"""

import math
from datetime import datetime

from msgspec import structs

from strategies.core.instruments import AD_NYSE
from strategies.core.market import Unavailable, quote_of
from strategies.core.rules import BreadthRules
from strategies.core.signal_state import BreadthState
from strategies.core.turn import Turn


def net_at(turn: Turn, at: datetime) -> float | Unavailable:
    """Return advancing less declining issues as quoted at `at`: bid advancing, ask declining, no last."""
    if not turn.rules.breadth.enabled:
        return Unavailable("breadth.enabled is false")
    quote = quote_of(turn, AD_NYSE, at)
    if isinstance(quote, Unavailable):
        return Unavailable(f"AD-NYSE: {quote.reason}")
    if quote.bid is None or quote.ask is None:
        return Unavailable("AD-NYSE: not both advancing and declining issues are quoted")
    return quote.bid - quote.ask


def add_session(state: BreadthState, net: float | Unavailable, rules: BreadthRules) -> BreadthState:
    """Return the state after one more session; one without a net leaves a gap."""
    if isinstance(net, Unavailable):
        return structs.replace(state, unbroken=0)
    longest = max(rules.trend_sessions, rules.deviation_sessions)
    return BreadthState(
        nets=(*state.nets, net)[-longest:], unbroken=min(state.unbroken + 1, rules.trend_sessions)
    )


def ad_trend(state: BreadthState, net: float | Unavailable, rules: BreadthRules) -> float | Unavailable:
    """Return the trend (dimensionless) after the session whose net was `net`."""
    if isinstance(net, Unavailable):
        return net
    if len(state.nets) < rules.deviation_sessions:
        return Unavailable(f"breadth was seen on fewer than {rules.deviation_sessions} sessions")
    if state.unbroken < rules.trend_sessions:
        return Unavailable(f"breadth of the latest {rules.trend_sessions} sessions is not complete")
    nets = state.nets[-rules.deviation_sessions :]
    mean = math.fsum(nets) / len(nets)
    deviation = math.dist(nets, (mean,) * len(nets)) / math.sqrt(len(nets) - 1)
    if deviation == 0.0:
        return Unavailable("breadth has not changed over its whole window")
    trend = math.fsum(state.nets[-rules.trend_sessions :]) / (deviation * math.sqrt(rules.trend_sessions))
    return max(-rules.clip, min(trend, rules.clip))
