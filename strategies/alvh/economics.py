"""The macro facts as gates 3 and 4 read them: what capital costs, and whether prices rise slowly."""

from msgspec import Struct

from strategies.alvh.beta import book_beta
from strategies.alvh.wacc import Wacc, wacc_excess, wacc_proxy
from strategies.core.macro import Series, latest, points, year_on_year
from strategies.core.turn import Turn
from strategies.core.unavailable import Unavailable


class Economy(Struct, frozen=True, kw_only=True):
    """The cost of capital (a decimal a year), its distance from its mean, and inflation (percent a year)."""

    wacc: Wacc | Unavailable
    excess: float | Unavailable
    cpi_yoy_pct: float | Unavailable
    ppi_yoy_pct: float | Unavailable


def economy(turn: Turn) -> Economy:
    """Return what is known now; each value on its own may be unavailable."""
    fed_funds = latest(turn, Series.FED_FUNDS)
    change = latest(turn, Series.FOMC)
    month_ends = [p.value for p in points(turn, Series.FED_FUNDS)[:-1] if p.value is not None]
    return Economy(
        wacc=wacc_proxy(
            fed_funds_pct=fed_funds,
            expected_change_pct=change,
            beta=book_beta(turn.state.beta, turn.rules.beta_tilt),
            rules=turn.rules.wacc,
        ),
        excess=wacc_excess(
            fed_funds_pct=fed_funds,
            expected_change_pct=change,
            month_ends_pct=month_ends,
            rules=turn.rules.wacc,
        ),
        cpi_yoy_pct=year_on_year(turn, Series.CPI),
        ppi_yoy_pct=year_on_year(turn, Series.PPI),
    )
