"""The economy around each generated regime: made up by hand, nothing in it is estimated.

Each is chosen so that what reads macro figures meets all its cases in some regime: cheap money and dear
money, an IPO season, a rally of the few, nervous REITs, low growth under a rising dollar.
"""

import msgspec


class Economy(msgspec.Struct, frozen=True, kw_only=True):
    """What the figures tend to; "now" is from three months before the first played session on.

    Attributes:
        fed_funds: Percent a year at the first played session.
        step_before: Change at each meeting of the three years before, percentage points.
        step_after: Change at each meeting from then on.
        cpi_growth: Percent a year, all along.
        ppi_growth: The same of producer prices.
        reer_growth: The same of the real effective exchange rate.
        gdp_growth: Percent, year on year, in the last year.
        gdp_growth_usual: The same before.
        pe: Trailing price over earnings now.
        pe_usual: Before.
        ipos: Listings a month now.
        ipos_usual: Before.
        p_cf: Price over cash flow now.
        p_cf_usual: Before.
        reit_ratio: REIT over SPX volatility, 21 sessions.
        cap_lead: How far the cap-weighted index outruns the equal-weighted one in 63 sessions now, percent.
        variance_ratio: Five-minute over close-to-close variance now; 1 before.
    """

    fed_funds: float = 2.5
    step_before: float = 0.05
    step_after: float = 0.0
    cpi_growth: float = 2.8
    ppi_growth: float = 2.4
    reer_growth: float = -0.5
    gdp_growth: float = 2.6
    gdp_growth_usual: float = 2.3
    pe: float = 20.0
    pe_usual: float = 17.0
    ipos: float = 18.0
    ipos_usual: float = 18.0
    p_cf: float = 14.0
    p_cf_usual: float = 14.0
    reit_ratio: float = 1.1
    cap_lead: float = 0.0
    variance_ratio: float = 1.0


_ORDINARY = Economy()
_ECONOMIES = {
    "calm": Economy(cpi_growth=1.8, ppi_growth=1.2, gdp_growth=2.2),
    "crash": Economy(
        fed_funds=2.0,
        step_before=-0.25,
        step_after=-0.5,
        cpi_growth=1.0,
        ppi_growth=-1.0,
        reer_growth=8.0,
        gdp_growth=-1.0,
        pe=16.0,
        ipos=3.0,
        p_cf=18.0,
        reit_ratio=1.8,
    ),
    "grind-down": Economy(step_before=0.12, step_after=0.25, reer_growth=5.0, gdp_growth=1.0, pe=15.0),
    "melt-up": Economy(pe=26.0, ipos=55.0, cap_lead=7.0, variance_ratio=1.3),
    "plateau": Economy(
        fed_funds=4.5, step_before=0.2, reer_growth=3.0, gdp_growth=1.6, p_cf=16.0, reit_ratio=1.5
    ),
    "shock": Economy(fed_funds=1.4, step_before=0.05, step_after=0.25, pe=25.0, ipos=40.0, cap_lead=5.0),
    "vol-crush": Economy(cap_lead=6.0, ipos=45.0, variance_ratio=1.6, gdp_growth=2.0),
    "whipsaw": Economy(
        reer_growth=4.0, ipos=50.0, cap_lead=4.0, variance_ratio=1.6, p_cf=17.0, reit_ratio=1.6
    ),
}


def economy_of(regime: str) -> Economy:
    """Return the economy of a regime, an ordinary one for a regime that has none of its own."""
    return _ECONOMIES.get(regime, _ORDINARY)
