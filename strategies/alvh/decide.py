"""The order of decisions on one final bar; strategy section 3."""

from strategies.alvh import (
    breach,
    condors,
    delta_cut,
    equity,
    first_engine,
    peel,
    second_engine,
    slope_overlay,
    time_shift,
)
from strategies.alvh.adding import Look
from strategies.alvh.bar import FinalBar
from strategies.alvh.regimes import Regimes
from strategies.core.holdings import CondorState
from strategies.core.turn import Turn

# Every rule that may add a layer to a condor, in the order in which they are asked.
_ADDING = (first_engine.decide, slope_overlay.decide, second_engine.decide, breach.decide)


def decide_on_bar(turn: Turn, bar: FinalBar) -> None:
    """Decide in the strategy's order: condor exits, ends of cuts, time-shift, peel, adding.

    Condor entry has a time of its own, after these plans were made.
    """
    equity.take_stock(turn, bar)
    breach.follow_breaches(turn, bar)
    leaving = condors.decide_exits(turn, bar)
    sold = delta_cut.decide_exits(turn, bar, leaving)
    zone = peel.zone_on_bar(turn, bar)
    shift = time_shift.decide(turn, bar, peel_zone=zone.holds, leaving=leaving)
    peel.decide_on_bar(turn, bar, zone, shift.due)
    condors.rearm(turn, bar)
    regimes = Regimes(turn, bar)
    for condor in list(turn.state.condors.values()):
        if condor.state not in {CondorState.OPEN, CondorState.CLOSING}:
            continue
        look = Look(
            bar=bar,
            condor=condor,
            peel_zone=zone.holds,
            exiting=condor.condor_id in leaving or condor.state is CondorState.CLOSING,
            sold=condor.condor_id in sold | shift.condors,
            regimes=regimes,
        )
        for decide in _ADDING:
            decide(turn, look)
