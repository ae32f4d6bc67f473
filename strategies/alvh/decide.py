"""The order of decisions on one final bar; strategy section 3."""

from strategies.alvh import condors, first_engine, peel
from strategies.alvh.bar import FinalBar
from strategies.core.holdings import CondorState
from strategies.core.turn import Turn


def decide_on_bar(turn: Turn, bar: FinalBar) -> None:
    """Decide in the strategy's order: exits, peel, re-arming, adding. Entry has its own time."""
    leaving = condors.decide_exits(turn, bar)
    zone = peel.decide_on_bar(turn, bar)
    condors.rearm(turn, bar)
    for condor in list(turn.state.condors.values()):
        if condor.state in {CondorState.OPEN, CondorState.CLOSING}:
            exiting = condor.condor_id in leaving or condor.state is CondorState.CLOSING
            first_engine.decide(turn, bar, condor, peel_zone=zone, exiting=exiting)
