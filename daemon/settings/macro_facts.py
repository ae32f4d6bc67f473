"""Settings of macro facts: where they come from, and how old they may be."""

from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from daemon.settings.base import Contradiction, Section

_KEY_LENGTH = 32


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


class Fred(Section):
    """Macro facts from FRED's web API, for the series that macro.folder does not have; not in play."""

    api_key: SecretStr = Field(
        default=SecretStr(""),
        description='Your key; "" asks nothing. Give it by environment, HEDGED_FRED__API_KEY, or by the '
        "credential fred_api_key.",
    )
    url: str = Field(default="https://api.stlouisfed.org/fred", description="Where the API is.")
    renew_s: float = Field(
        default=21_600, gt=0, le=604_800, description="An answer younger than this is not asked for again."
    )
    timeout_s: float = Field(default=20, gt=0, le=300, description="For each request.")
    requests_per_minute: int = Field(default=60, ge=1, le=120, description="FRED allows 120.")
    attempts_max: int = Field(default=4, ge=1, le=20, description="How often one request is tried.")
    retry_delay_s: float = Field(
        default=2, gt=0, le=300, description="Pause after the first failure; doubles."
    )

    def contradictions(self) -> list[Contradiction]:
        """The key is looked at without ever being quoted; it travels encrypted, but on this machine."""
        found: list[Contradiction] = []
        key = self.api_key.get_secret_value()
        if key and not (len(key) == _KEY_LENGTH and key.isascii() and key.isalnum() and key == key.lower()):
            must = f"must be {_KEY_LENGTH} small letters and digits, or empty"
            found.append(Contradiction("api_key", "(not shown)", must))
        if not _encrypted_or_local(self.url):
            found.append(Contradiction("url", repr(self.url), "must begin with https://"))
        return found


def _encrypted_or_local(url: str) -> bool:
    try:
        parts = urlsplit(url)
        local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"}
        return bool(parts.hostname) and (parts.scheme == "https" or local)
    except ValueError:  # a port or an address that is none; the caller reports it
        return False
