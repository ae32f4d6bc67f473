"""The generated regimes, as phases of a seeded process.

The numbers of each regime but `shock` are estimated from real days and lie in regimes.json, written by
`python -m simulator.market.estimate DIR`. The shock is a scripted story in the manner of February 2018.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import msgspec

from simulator.market.model import MarketDataError

ESTIMATES = Path(__file__).with_name("regimes.json")
# Sessions before the first played one that lead from ordinary days into the regime.
LEAD_IN_SESSIONS = 15
SHOCK = "shock"


class Law(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one session follows from the one before; see `process` for the formulas.

    Attributes:
        drift: Mean daily log return of SPX.
        deviation: Standard deviation of the daily log return.
        tail: Degrees of freedom of its Student distribution; 0 for a normal one.
        vix_mean: Level in points that VIX is pulled to.
        vix_pull: Share of the log distance to that level closed each day.
        vix_beta: Log fall of VIX per log return of SPX.
        vix_crash_beta: Additional log rise per log fall of SPX beyond 1.5 %.
        vix_noise: Standard deviation of VIX's own daily log change.
        vix_tail: Degrees of freedom of that; 0 for a normal one.
        curve_mean: Level in points that far VX futures tend to.
        curve_keep: Share of the far level's log distance from there that stays after a day.
        curve_beta: Log change of the far level per log change of VIX.
        curve_noise: Standard deviation of its own daily log change.
        curve_speed: How fast, per year of tenor, futures leave VIX for the far level.
        front_mean: Mean log distance of a future of about 16 days from that curve.
        front_keep: Share of the distance, less its mean, that stays after a day.
        front_noise: Standard deviation of the daily change of the distance.
        vvix_at_18: VVIX in points where VIX is 18.
        vvix_power: Elasticity of VVIX to VIX.
        vvix_keep: Share of VVIX's log distance from that relation that stays after a day.
        vvix_noise: Standard deviation of the daily change of that distance.
        breadth_mean: Mean of (advancing - declining) / (advancing + declining) without an SPX move.
        breadth_beta: Change of that ratio per log return of SPX.
        breadth_noise: Standard deviation of the rest.
    """

    drift: float
    deviation: float
    vix_mean: float
    tail: float = 0.0
    vix_pull: float = 0.15
    vix_beta: float = 5.0
    vix_crash_beta: float = 20.0
    vix_noise: float = 0.025
    vix_tail: float = 0.0
    curve_mean: float = 17.5
    curve_keep: float = 0.95
    curve_beta: float = 0.0
    curve_noise: float = 0.006
    curve_speed: float = 2.2
    front_mean: float = 0.0
    front_keep: float = 0.0
    front_noise: float = 0.0
    vvix_at_18: float = 98.0
    vvix_power: float = 0.45
    vvix_keep: float = 0.0
    vvix_noise: float = 0.0
    breadth_mean: float = 0.01
    breadth_beta: float = 40.0
    breadth_noise: float = 0.15


class Phase(msgspec.Struct, frozen=True):
    """Some sessions that follow one law."""

    sessions: int
    law: Law


class Estimate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A regime as estimated: the way into it, and itself."""

    lead_in: Law
    law: Law


class Regime(msgspec.Struct, frozen=True, kw_only=True):
    """What leads into the played sessions, and what they are; the last phase goes on for ever.

    Attributes:
        lead_in: Phases before the first played session.
        played: Phases from there on.
        story_sessions: Sessions within which a story must have come out; 0 for a regime without one.
    """

    lead_in: tuple[Phase, ...]
    played: tuple[Phase, ...]
    story_sessions: int = 0

    def laws(self, warm_up: int, sessions: int) -> Iterator[Law]:
        """The law of each session in order: ordinary days, the lead-in, then the played ones."""
        led = sum(phase.sessions for phase in self.lead_in)
        for _ in range(warm_up - led):
            yield ORDINARY
        for phase in self.lead_in:
            for _ in range(phase.sessions):
                yield phase.law
        left = sessions
        for phase in self.played:
            for _ in range(min(phase.sessions, left)):
                yield phase.law
            left -= min(phase.sessions, left)
        for _ in range(left):
            yield self.played[-1].law


ORDINARY = Law(drift=0.0005, deviation=0.006, vix_mean=14.5)

# A melt-up of 7 sessions, a spike of 4 in the manner of February 2018, a rebound, and calm; in all of them
# VIX has as much noise of its own as it had then.
_NOISE = 0.065
_SHOCK = Regime(
    lead_in=(Phase(15, Law(drift=0.0032, deviation=0.0025, vix_mean=12.5)),),
    played=(
        Phase(7, Law(drift=0.0030, deviation=0.0025, vix_mean=12.5, vix_noise=_NOISE)),
        Phase(1, Law(drift=-0.015, deviation=0.002, vix_mean=16.0, vix_noise=_NOISE)),
        Phase(1, Law(drift=-0.037, deviation=0.003, vix_mean=16.0, vix_noise=_NOISE)),
        Phase(1, Law(drift=0.008, deviation=0.002, vix_mean=16.0, vix_noise=_NOISE)),
        Phase(1, Law(drift=-0.042, deviation=0.003, vix_mean=16.0, vix_noise=_NOISE)),
        Phase(3, Law(drift=0.012, deviation=0.003, vix_mean=15.5, vix_pull=0.2, vix_noise=_NOISE)),
        Phase(10, Law(drift=0.0015, deviation=0.004, vix_mean=15.5, vix_pull=0.2, vix_noise=_NOISE)),
    ),
    story_sessions=24,
)


@lru_cache(maxsize=1)
def regimes() -> dict[str, Regime]:
    """All regimes by name, sorted."""
    estimates = msgspec.json.decode(ESTIMATES.read_bytes(), type=dict[str, Estimate])
    found = {
        name: Regime(lead_in=(Phase(LEAD_IN_SESSIONS, estimate.lead_in),), played=(Phase(1, estimate.law),))
        for name, estimate in estimates.items()
    }
    return dict(sorted({**found, SHOCK: _SHOCK}.items()))


def regime_named(name: str) -> Regime:
    """The regime of that name.

    Raises:
        MarketDataError: there is none.
    """
    known = regimes()
    if name not in known:
        raise MarketDataError(f"regime = {name!r} is unknown: give one of {', '.join(known)}")
    return known[name]
