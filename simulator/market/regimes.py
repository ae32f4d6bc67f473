"""The generated regimes, as phases of a seeded process. All numbers are modelled."""

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.market.model import MarketDataError


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """Some sessions that follow one law.

    Attributes:
        sessions: How many.
        drift: Mean daily log return of SPX.
        deviation: Standard deviation of the daily log return.
        vix_mean: Level in points that VIX is pulled to.
        vix_pull: Share of the log distance to that level closed each day.
    """

    sessions: int
    drift: float
    deviation: float
    vix_mean: float
    vix_pull: float = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """What leads into the played sessions, and what they are; the last phase goes on for ever."""

    lead_in: tuple[Phase, ...]
    played: tuple[Phase, ...]
    # Sessions from the start within which a story must have come out; 0 for a regime without one.
    story_sessions: int = 0

    def laws(self, warm_up: int, sessions: int) -> Iterator[Phase]:
        """The law of each session in order: ordinary days, the lead-in, then the played ones."""
        led = sum(phase.sessions for phase in self.lead_in)
        for _ in range(warm_up - led):
            yield ORDINARY
        for phase in self.lead_in:
            for _ in range(phase.sessions):
                yield phase
        left = sessions
        for phase in self.played:
            for _ in range(min(phase.sessions, left)):
                yield phase
            left -= min(phase.sessions, left)
        for _ in range(left):
            yield self.played[-1]


ORDINARY = Phase(sessions=1, drift=0.0005, deviation=0.006, vix_mean=14.5)
_MELT_UP = Phase(sessions=15, drift=0.0032, deviation=0.0025, vix_mean=12.5)
_CALM = Phase(sessions=1, drift=0.0004, deviation=0.005, vix_mean=14.0)

# A melt-up of 7 sessions, a spike of 4 in the manner of February 2018, a rebound, and calm.
_SHOCK = Regime(
    lead_in=(_MELT_UP,),
    played=(
        Phase(sessions=7, drift=0.0030, deviation=0.0025, vix_mean=12.5),
        Phase(sessions=1, drift=-0.015, deviation=0.002, vix_mean=16.0),
        Phase(sessions=1, drift=-0.037, deviation=0.003, vix_mean=16.0),
        Phase(sessions=1, drift=0.008, deviation=0.002, vix_mean=16.0),
        Phase(sessions=1, drift=-0.042, deviation=0.003, vix_mean=16.0),
        Phase(sessions=3, drift=0.012, deviation=0.003, vix_mean=15.5, vix_pull=0.2),
        Phase(sessions=10, drift=0.0015, deviation=0.004, vix_mean=15.5, vix_pull=0.2),
    ),
    story_sessions=24,
)

REGIMES = {
    "calm": Regime(lead_in=(), played=(_CALM,)),
    "melt-up": Regime(lead_in=(_MELT_UP,), played=(_MELT_UP,)),
    "shock": _SHOCK,
}


def regime_named(name: str) -> Regime:
    """The regime of that name.

    Raises:
        MarketDataError: there is none.
    """
    if name not in REGIMES:
        raise MarketDataError(f"regime = {name!r} is unknown: give one of {', '.join(sorted(REGIMES))}")
    return REGIMES[name]
