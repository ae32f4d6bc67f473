"""Settings of macro facts: where they come from, and how old they may be."""

from pydantic import Field

from daemon.settings.base import Section


def _days(default: int, what: str) -> int:
    days: int = Field(default=default, ge=1, le=3650, description=what)
    return days


class Macro(Section):
    """Macro facts; a figure that was released more than so many days ago is unavailable."""

    folder: str = Field(
        default="",
        description='Folder of CSV files, one a series, as docs/macro.md says; "" has none.',
    )
    refresh_s: float = Field(
        default=3600, ge=1, le=86_400, description="How often folder and web are asked for more."
    )
    fed_funds_days: int = _days(10, "Effective federal funds rate, daily.")
    fomc_days: int = _days(60, "The change expected at the next FOMC meeting; its day is not bound by it.")
    cpi_days: int = _days(45, "Consumer prices, monthly.")
    ppi_days: int = _days(45, "Producer prices, monthly.")
    reer_days: int = _days(60, "Real effective exchange rate, monthly.")
    gdp_growth_days: int = _days(120, "Real GDP, quarterly.")
    pe_days: int = _days(45, "Trailing price over earnings of the S&P 500, monthly.")
    ipo_count_days: int = _days(45, "New listings of a month.")
    p_cf_days: int = _days(45, "Price over cash flow, monthly.")
    reit_volatility_days: int = _days(7, "Volatility of a REIT index, daily.")
    sp500_cap_days: int = _days(7, "The cap-weighted S&P 500, daily.")
    sp500_equal_days: int = _days(7, "The equal-weighted S&P 500, daily.")
    spx_rv5m_days: int = _days(7, "Five-minute realised variance of a session.")
