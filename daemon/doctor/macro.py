"""Whether macro facts can be had: the folder is read, FRED is asked once."""

from datetime import UTC, datetime, timedelta

from daemon.doctor.check import Check, fail, ok, skip
from daemon.errors import ConfigError, MacroUnavailable
from daemon.handover import fred_access
from daemon.macro.folder import read_folder, shown
from daemon.macro.fred import FRED_SERIES
from daemon.macro.fred_client import FredClient
from daemon.settings import Settings
from strategies.core.macro import Series

_NAME = "macro facts"
_ASKED_BACK = timedelta(days=30)


async def macro(settings: Settings) -> Check:
    """Say what the sources of macro facts hold; that there is none is no fault."""
    folder, access = settings.macro_path, fred_access(settings)
    if folder is None and access is None:
        return skip(_NAME, "neither macro.folder nor fred.api_key is set: what needs them is refused")
    found: list[str] = []
    if folder is not None:
        try:
            content = read_folder(folder)
        except ConfigError as error:
            return fail(_NAME, error.message, "correct macro.folder")
        if content.faults:
            return fail(_NAME, "; ".join(shown(content.faults)), f"hedged macro check {folder}")
        found.append(f"{folder} holds {len(content.files)} series without a fault")
    if access is not None:
        since = (datetime.now(UTC) - _ASKED_BACK).date()
        try:
            async with FredClient(access) as client:
                name = FRED_SERIES[Series.FED_FUNDS]
                await client.observations(name, vintages_from=since, periods_from=since)
        except (ConfigError, MacroUnavailable) as error:
            return fail(_NAME, error.message, "docs/macro.md says what FRED is asked for")
        found.append("FRED takes the key")
    return ok(_NAME, "; ".join(found))
