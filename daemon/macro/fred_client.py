"""Asking FRED: one request after another, not too many a minute, again after a pause where that may help.

The key travels in the query, as FRED wants it; no error here quotes an address.
"""

import asyncio
from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpx

from daemon.errors import ConfigError, MacroUnavailable
from daemon.macro.fred_access import FredAccess
from daemon.macro.fred_answer import Answer, Observation, UnreadableAnswer, decode, refusal

_PAGE = 100_000
"""The most rows that FRED sends at once."""
_END = "9999-12-31"
_MASK = "***"


class FredClient:
    """A session with FRED; use as an async context manager."""

    def __init__(self, access: FredAccess) -> None:
        self._access = access
        self._http = httpx.AsyncClient(timeout=access.timeout_s)
        self._next_at_s = 0.0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def observations(
        self, series_id: str, *, vintages_from: date, periods_from: date
    ) -> tuple[Observation, ...]:
        """Return every value of a series with the day from which it stood.

        Args:
            series_id: FRED's name of it.
            vintages_from: values that stood already are shown as of this day. FRED refuses more than 2,000
                vintages, which is under eight years of a daily series.
            periods_from: the oldest period.

        Raises:
            ConfigError: FRED does not take the key.
            MacroUnavailable: it does not answer, or not in its format.
        """
        rows: list[Observation] = []
        while True:
            page = await self._page(
                series_id,
                {
                    "series_id": series_id,
                    "api_key": self._access.api_key,
                    "file_type": "json",
                    "realtime_start": vintages_from.isoformat(),
                    "realtime_end": _END,
                    "observation_start": periods_from.isoformat(),
                    "sort_order": "asc",
                    "limit": str(_PAGE),
                    "offset": str(len(rows)),
                },
            )
            rows += page.observations
            if len(rows) >= page.count or not page.observations:
                return tuple(rows)

    async def _page(self, series_id: str, query: Mapping[str, str]) -> Answer:
        fault, pause_s = "", 0.0
        for attempt in range(self._access.attempts_max):
            await asyncio.sleep(pause_s)
            await self._pace()
            pause_s = self._access.retry_delay_s * 2**attempt
            try:
                answer = await self._http.get(f"{self._access.url}/series/observations", params=query)
            except httpx.HTTPError as error:
                fault = type(error).__name__
                continue
            if answer.status_code == HTTPStatus.OK:
                return self._decoded(series_id, answer.content)
            fault = self._said(answer)
            if answer.status_code != HTTPStatus.TOO_MANY_REQUESTS and not answer.is_server_error:
                raise self._refused(series_id, answer.status_code, fault)
            pause_s = max(pause_s, _wanted_pause_s(answer))
        raise MacroUnavailable(
            f"FRED {series_id}: {fault} after {self._access.attempts_max} attempts: look at the network and "
            "at fred.url; it is asked again"
        )

    def _decoded(self, series_id: str, body: bytes) -> Answer:
        try:
            return decode(body)
        except UnreadableAnswer as error:
            raise MacroUnavailable(f"FRED {series_id}: {error}; look at fred.url") from error

    def _said(self, answer: httpx.Response) -> str:
        said = refusal(answer.content).replace(self._access.api_key, _MASK)
        return f"HTTP {answer.status_code} {said}".rstrip()

    @staticmethod
    def _refused(series_id: str, status: int, said: str) -> ConfigError | MacroUnavailable:
        forbidden = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
        if "api_key" in said or status in forbidden:
            return ConfigError(f"fred.api_key = (not shown): FRED says {said}; correct it, or leave it empty")
        return MacroUnavailable(f"FRED {series_id}: {said}; it is asked again")

    async def _pace(self) -> None:
        """Wait until the next request may be sent."""
        now_s = asyncio.get_running_loop().time()
        await asyncio.sleep(max(self._next_at_s - now_s, 0.0))
        self._next_at_s = max(self._next_at_s, now_s) + 60.0 / self._access.requests_per_minute


def _wanted_pause_s(answer: httpx.Response) -> float:
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isdigit() else 0.0
