"""Settings of macro facts: where they come from, and how old they may be."""

from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta

from daemon.settings.base import Section
from daemon.settings.faults import Fault, contradiction
from daemon.settings.secret import Secret

_KEY_LENGTH = 32

Days = Annotated[int, Meta(ge=1, le=3650)]
"""How old a figure may be."""


class Macro(Section, frozen=True, kw_only=True):
    """Macro facts; a figure that was released more than so many days ago is unavailable."""

    folder: Annotated[str, 'Folder of CSV files, one a series, as docs/macro.md says; "" has none.'] = ""
    refresh_s: Annotated[float, Meta(ge=1, le=86_400), "How often folder and web are asked for more."] = 3600
    fed_funds_days: Annotated[Days, "Effective federal funds rate, daily."] = 10
    fomc_days: Annotated[
        Days, "The change expected at the next FOMC meeting; its day is not bound by it."
    ] = 60
    cpi_days: Annotated[Days, "Consumer prices, monthly."] = 45
    ppi_days: Annotated[Days, "Producer prices, monthly."] = 45
    reer_days: Annotated[Days, "Real effective exchange rate, monthly."] = 60
    gdp_growth_days: Annotated[Days, "Real GDP, quarterly."] = 120
    pe_days: Annotated[Days, "Trailing price over earnings of the S&P 500, monthly."] = 45
    ipo_count_days: Annotated[Days, "New listings of a month."] = 45
    p_cf_days: Annotated[Days, "Price over cash flow, monthly."] = 45
    reit_volatility_days: Annotated[Days, "Volatility of a REIT index, daily."] = 7
    sp500_cap_days: Annotated[Days, "The cap-weighted S&P 500, daily."] = 7
    sp500_equal_days: Annotated[Days, "The equal-weighted S&P 500, daily."] = 7
    spx_rv5m_days: Annotated[Days, "Five-minute realised variance of a session."] = 7


class Fred(Section, frozen=True, kw_only=True):
    """Macro facts from FRED's web API, for the series that macro.folder does not have; not in play."""

    api_key: Annotated[
        Secret,
        'Your key; "" asks nothing. Give it by environment, HEDGED_FRED__API_KEY, or by the credential '
        "fred_api_key.",
    ] = Secret("")
    url: Annotated[str, "Where the API is."] = "https://api.stlouisfed.org/fred"
    renew_s: Annotated[
        float, Meta(gt=0, le=604_800), "An answer younger than this is not asked for again."
    ] = 21_600
    timeout_s: Annotated[float, Meta(gt=0, le=300), "For each request."] = 20
    requests_per_minute: Annotated[int, Meta(ge=1, le=120), "FRED allows 120."] = 60
    attempts_max: Annotated[int, Meta(ge=1, le=20), "How often one request is tried."] = 4
    retry_delay_s: Annotated[float, Meta(gt=0, le=300), "Pause after the first failure; doubles."] = 2

    def contradictions(self) -> list[Fault]:
        """The key is looked at without ever being quoted; it travels encrypted, but on this machine."""
        found: list[Fault] = []
        key = self.api_key.get_secret_value()
        if key and not (len(key) == _KEY_LENGTH and key.isascii() and key.isalnum() and key == key.lower()):
            must = f"must be {_KEY_LENGTH} small letters and digits, or empty"
            found.append(contradiction("api_key", "(not shown)", must))
        if not _encrypted_or_local(self.url):
            found.append(contradiction("url", repr(self.url), "must begin with https://"))
        return found


def _encrypted_or_local(url: str) -> bool:
    try:
        parts = urlsplit(url)
        local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"}
        return bool(parts.hostname) and (parts.scheme == "https" or local)
    except ValueError:  # a port or an address that is none; the caller reports it
        return False
