"""Faults of market data: quotes that are none, that stand still, or that are halted."""

import math
from datetime import datetime, timedelta

from msgspec.structs import replace

from simulator import replies
from simulator.clients import Client, Clients
from simulator.faults import Faults
from simulator.outages import BACK_DATA_KEPT, LOST, TEXTS
from simulator.quotes import NO_PRICE, Quote
from simulator.tick_numbers import HALTED

_LASTS = timedelta(minutes=5)
_SPANS = ("minus_one", "nan_ticks", "halted", "stale_quotes", "competing_session")
_SILENT = frozenset({"stale_quotes", "competing_session"})
_DISTORTING = frozenset({"minus_one", "nan_ticks"})
_COMPETING = "No market data during competing live session"
_FARMS_LOST = (
    (2103, "Market data farm connection is broken:usfarm"),
    (2105, "HMDS data farm connection is broken:ushmds"),
    (
        2110,
        "Connectivity between Trader Workstation and server is broken. It will be restored automatically.",
    ),
    (2157, "Sec-def data farm connection is broken:secdefnj"),
)
FARMS_OK = (
    (2104, "Market data farm connection is OK:usfarm"),
    (2106, "HMDS data farm connection is OK:ushmds"),
    (2158, "Sec-def data farm connection is OK:secdefnj"),
)


class TickFaults:
    """What goes wrong with market data and notices, instant by instant.

    Args:
        faults: when what strikes.
        clients: who is told.
    """

    def __init__(self, faults: Faults, clients: Clients) -> None:
        self._faults = faults
        self._clients = clients
        self._until: dict[str, datetime] = {}
        self._notices: list[tuple[int, str]] = []
        self._was_halted = False
        self._active: frozenset[str] = frozenset()

    @property
    def is_halted(self) -> bool:
        """Whether nothing trades."""
        return "halted" in self._active

    @property
    def is_silent(self) -> bool:
        """Whether no ticks come."""
        return bool(_SILENT & self._active)

    @property
    def is_distorting(self) -> bool:
        """Whether quotes are shown as they are not."""
        return bool(_DISTORTING & self._active)

    def move_to(self, now: datetime) -> None:
        """Take the time: begin and end what lasts, and send what is due."""
        self._was_halted |= self.is_halted
        notices, self._notices = self._notices, []
        for name in _SPANS:
            if self._faults.strikes(name):
                self._until[name] = now + _LASTS
                if name == "competing_session":
                    self._tell_subscribers()
        self._active = frozenset([name for name, until in self._until.items() if now < until])
        if self._faults.strikes("repeated_1100"):
            notices += [(LOST, TEXTS[LOST])] * 3
            self._notices.append((BACK_DATA_KEPT, TEXTS[BACK_DATA_KEPT]))
        if self._faults.strikes("farms_lost"):
            notices += _FARMS_LOST
            self._notices += FARMS_OK
        ends_bars = self._faults.strikes("silent_bars")
        for client in self._clients:
            client.send(*(replies.error(-1, code, text) for code, text in notices))
            if ends_bars:
                client.bar_feeds.clear()

    def distort(self, quote: Quote) -> Quote:
        """Return a quote as it is shown."""
        if "minus_one" in self._active:
            return replace(quote, bid=NO_PRICE, ask=NO_PRICE, bid_size=0, ask_size=0, model=None)
        if "nan_ticks" in self._active:
            return replace(quote, bid=math.nan, ask=math.nan, model=None)
        return quote

    def halt_ticks(self) -> dict[int, float]:
        """Return tick 49 while halted and, once, after it."""
        if self.is_halted:
            return {HALTED: 1.0}
        return {HALTED: 0.0} if self._was_halted else {}

    def _tell_subscribers(self) -> None:
        for client in self._clients:
            _tell_each(client, 10197, _COMPETING)


def _tell_each(client: Client, code: int, text: str) -> None:
    client.send(*(replies.error(request_id, code, text) for request_id in sorted(client.subscriptions)))
