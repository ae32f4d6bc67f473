"""The modifiers of one bar, each computed when it is first asked for; strategy section 6.

Most bars ask for none: no layer is planned on them, and after a winning condor no regime can be in force.
"""

from functools import cached_property
from typing import assert_never

from strategies.alvh.bar import FinalBar
from strategies.alvh.beta import book_beta, book_beta_median
from strategies.alvh.beta_tilt import beta_tilt
from strategies.alvh.modifier import Modifier
from strategies.alvh.modifier_inputs import (
    mean_of_last,
    newest,
    relative_returns_pct,
    values,
    variance_ratios,
)
from strategies.alvh.modifiers import flow, reit, theta_press
from strategies.alvh.quantiles import median, third_quartile
from strategies.core.holdings import Engine
from strategies.core.macro import Series, latest, points, year_on_year
from strategies.core.turn import Turn
from strategies.core.unavailable import Unavailable

_UNASKED = Unavailable("not looked at: the last condor did not lose")


class Regimes:
    """What bends the sizes of one bar."""

    def __init__(self, turn: Turn, bar: FinalBar) -> None:
        self._turn = turn
        self._bar = bar
        self._lost = turn.state.counters.last_condor_lost

    @cached_property
    def theta_press(self) -> Modifier:
        """Lighter overlays; no put-side cuts."""
        rules = self._turn.rules.theta_press
        spread: float | Unavailable = _UNASKED
        quartile: float | Unavailable = _UNASKED
        if self._lost:
            cap, equal = (points(self._turn, s) for s in (Series.SP500_CAP, Series.SP500_EQUAL))
            history = relative_returns_pct(cap, equal, rules.return_sessions)
            fresh = latest(self._turn, Series.SP500_EQUAL)
            spread = fresh if isinstance(fresh, Unavailable) else newest(history, "equal-weighted S&P")
            quartile = third_quartile(history, rules.history_min)
        return theta_press(
            lost_condor=self._lost,
            vix_over_realised=self._signal("vix_over_realised"),
            slope=self._signal("slope"),
            cap_minus_equal_pct=spread,
            cap_minus_equal_quartile_pct=quartile,
            rules=rules,
        )

    @cached_property
    def flow(self) -> Modifier:
        """Larger first layers, other RSI bands."""
        rules = self._turn.rules.flow
        found: tuple[float | Unavailable, ...] = (_UNASKED,) * 4
        if self._lost:
            counts = values(points(self._turn, Series.IPO_COUNT))
            ratios = variance_ratios(
                points(self._turn, Series.SPX_RV5M),
                points(self._turn, Series.SP500_CAP),
                rules.variance_sessions,
            )
            fresh = latest(self._turn, Series.SPX_RV5M)
            found = (
                latest(self._turn, Series.IPO_COUNT),
                third_quartile(counts, rules.ipo_history_min),
                fresh if isinstance(fresh, Unavailable) else newest(ratios, "5-minute variance"),
                third_quartile(ratios, rules.variance_history_min),
            )
        return flow(
            lost_condor=self._lost,
            ipo_count=found[0],
            ipo_count_quartile=found[1],
            variance_ratio=found[2],
            variance_ratio_quartile=found[3],
            rules=rules,
        )

    @cached_property
    def beta_tilt(self) -> Modifier:
        """Dollar, growth, the book's beta."""
        turn, rules = self._turn, self._turn.rules.beta_tilt
        growth = values(points(turn, Series.GDP_GROWTH))
        return beta_tilt(
            reer_change_12m_pct=year_on_year(turn, Series.REER),
            gdp_growth_pct=latest(turn, Series.GDP_GROWTH),
            gdp_growth_mean_pct=mean_of_last(growth, rules.growth_quarters),
            book_beta=book_beta(turn.state.beta, rules),
            book_beta_median=book_beta_median(turn.state.beta, rules),
            rules=rules,
        )

    @cached_property
    def reit(self) -> Modifier:
        """More hedge while REITs move and are dear."""
        turn, rules = self._turn, self._turn.rules.reit
        return reit(
            reit_volatility_pct=latest(turn, Series.REIT_VOLATILITY),
            spx_volatility_pct=self._signal("realised_vol"),
            price_to_cash_flow=latest(turn, Series.P_CF),
            price_to_cash_flow_median=median(values(points(turn, Series.P_CF)), rules.p_cf_history_min),
            rules=rules,
        )

    def scaling(self, engine: Engine) -> tuple[Modifier, ...]:
        """Return the modifiers that scale an engine's size; a delta cut's size is the condor's delta."""
        match engine:
            case Engine.DELTA_CUT:
                return ()
            case Engine.FIRST:
                return (self.flow, self.beta_tilt, self.reit)
            case Engine.SLOPE | Engine.SECOND | Engine.BREACH:
                return (self.theta_press, self.beta_tilt, self.reit)
            case _:
                assert_never(engine)

    def _signal(self, name: str) -> float | Unavailable:
        value: float | None = getattr(self._bar, name)
        return Unavailable(self._bar.unavailable[name]) if value is None else value
