"""Limits on how often a client may ask: messages a second, and historical requests."""

from collections import deque
from datetime import datetime, timedelta

from simulator.clients import Client
from simulator.history import SERVICE, BarsQuery
from simulator.recorder import BAR_SECONDS
from simulator.requests import RequestError

MESSAGES_PER_S = 50
WARNED_AT = 44
# Error 100 is answered this often before the connection is ended.
STRIKES_MAX = 3

_SMALL_BAR_S = 30
_SMALL_BARS = (60, timedelta(minutes=10))
_IDENTICAL = timedelta(seconds=15)


class MessageRate:
    """The messages of one connection within the last second, by the wall clock."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()
        self.strikes = 0

    def count(self, now_s: float) -> int:
        """Count a message; return how many there were within the last second, this one included."""
        while self._times and self._times[0] <= now_s - 1.0:
            self._times.popleft()
        self._times.append(now_s)
        return len(self._times)

    def delay_s(self, now_s: float) -> float:
        """Return how long a message must wait so that no second has too many."""
        if len(self._times) <= MESSAGES_PER_S:
            return 0.0
        return max(0.0, self._times[-MESSAGES_PER_S - 1] + 1.0 - now_s)


class HistoryPacing:
    """IBKR's limits on bars of 30 seconds and less, in game time: 60 in 10 minutes, none twice in 15 s."""

    def __init__(self) -> None:
        self._asked: dict[int, deque[tuple[datetime, BarsQuery]]] = {}

    def check_history(self, client: Client, query: BarsQuery, now: datetime) -> None:
        """Count a request for bars.

        Raises:
            RequestError: 162, a pacing violation.
        """
        if BAR_SECONDS.get(query.bar_size, _SMALL_BAR_S + 1) > _SMALL_BAR_S:
            return
        most, span = _SMALL_BARS
        asked = self._asked.setdefault(client.client_id, deque())
        while asked and asked[0][0] <= now - span:
            asked.popleft()
        same = any(known == query and at > now - _IDENTICAL for at, known in asked)
        asked.append((now, query))
        # Bid and ask together count twice; this gateway serves them one at a time.
        if same or len(asked) > most:
            raise RequestError(162, f"{SERVICE}:Historical data request pacing violation")
