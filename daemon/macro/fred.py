"""Macro facts from FRED, the data service of the Federal Reserve Bank of St. Louis, with their vintages.

Answers are kept in the store: a start without a network has what was fetched last, and each fact carries the
time from which it counts, so that an old answer is short of facts but never wrong.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec
import structlog
from msgspec import Struct

from daemon.errors import MacroUnavailable, StoreError
from daemon.macro.fred_answer import Observation, UnreadableAnswer, facts_of
from daemon.macro.fred_client import FredClient
from daemon.macro.periods import Frequency, frequency
from daemon.store.port import Cache
from strategies.core.macro import MacroFact, Series

_log = structlog.get_logger(__name__)

FRED_SERIES = {
    Series.FED_FUNDS: "DFF",
    Series.CPI: "CPIAUCNS",
    Series.PPI: "PPIACO",
    Series.REER: "RBUSBIS",
    Series.GDP_GROWTH: "A191RO1Q156NBEA",  # real GDP against the quarter a year before, percent
}
_YEARS = 16
_DAILY_YEARS = 6  # with the current one not yet 2,000 vintages


class _Kept(Struct, frozen=True, kw_only=True):
    """An answer in the store."""

    fetched: datetime
    observations: tuple[Observation, ...]


class FredSource:
    """`MacroSource` of FRED.

    Args:
        client: asks FRED.
        cache: where answers are kept.
        now: the system's time.
        renew_s: an answer younger than this is not asked for again, seconds.
    """

    def __init__(
        self, client: FredClient, cache: Cache, now: Callable[[], datetime], *, renew_s: float
    ) -> None:
        self._client = client
        self._cache = cache
        self._now = now
        self._renew = timedelta(seconds=renew_s)

    async def read(self) -> Sequence[MacroFact]:
        """Return the facts of all series that FRED or the store answered for; see `MacroSource.read`.

        Raises:
            ConfigError: FRED does not take the key.
            MacroUnavailable: not one series could be had.
        """
        facts: list[MacroFact] = []
        faults: list[str] = []
        for series, name in FRED_SERIES.items():
            try:
                facts += facts_of(series, await self._observations(series, name))
            except MacroUnavailable as error:
                faults.append(error.message)
            except UnreadableAnswer as error:
                faults.append(f"FRED {name}: {error}")
        if not facts:
            raise MacroUnavailable("\n".join(faults) or "FRED has no observation of any series")
        for fault in faults:
            _log.warning("a macro series is missing", error=fault)
        return facts

    async def _observations(self, series: Series, name: str) -> tuple[Observation, ...]:
        """Return a series' rows: kept ones while they are young, or where FRED does not answer."""
        kept = await self._kept(name)
        if kept is not None and abs(self._now() - kept.fetched) < self._renew:
            return kept.observations
        daily = frequency(series) is Frequency.DAILY
        # A window that moves by the year: within it the same row has the same release every day.
        year = self._now().year
        try:
            found = await self._client.observations(
                name,
                vintages_from=date(year - (_DAILY_YEARS if daily else _YEARS), 1, 1),
                periods_from=date(year - _YEARS, 1, 1),
            )
        except MacroUnavailable as error:
            if kept is None:
                raise
            _log.warning(
                "macro facts as fetched before", fetched=kept.fetched.isoformat(), error=error.message
            )
            return kept.observations
        await self._keep(name, _Kept(fetched=self._now().astimezone(UTC), observations=found))
        return found

    async def _kept(self, name: str) -> _Kept | None:
        try:
            raw = await self._cache.get(_key(name))
            return None if raw is None else msgspec.json.decode(raw, type=_Kept)
        except (StoreError, msgspec.MsgspecError) as error:
            _log.warning("a kept answer cannot be read; it is asked for anew", series=name, error=str(error))
            return None

    async def _keep(self, name: str, kept: _Kept) -> None:
        try:
            await self._cache.put(_key(name), msgspec.json.encode(kept))
        except StoreError as error:
            _log.warning("an answer cannot be kept", series=name, error=error.message)


def _key(name: str) -> str:
    return f"fred:{name}"
