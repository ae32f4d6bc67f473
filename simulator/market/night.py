"""The hours between two sessions: levels on their way from a close to the next open. Modelled.

SPX and VIX take a Brownian bridge from the close before to the day's opening print, opposed to each other;
futures, VVIX and VIX3M follow VIX as they do inside the day, so that the open continues the night. SPX has no
prints then: its level is what options and stocks are valued at. VIX is calculated from 03:15 to 09:15.
From a quarter past the close to 18:00, curb session included, everything stands still.
"""

import math
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from simulator.market.day import PlayedDay
from simulator.market.paths import stream
from simulator.market.tape import Tape

_NEW_YORK = ZoneInfo("America/New_York")
_BEGINS, _PRINTS_FROM, _PRINTS_TO = time(18, 0), time(3, 15), time(9, 15)
_STEPS = 64
# Standard deviation of the detours of a night, as a share of that of a day; correlation and beta of VIX's.
_NIGHT_SHARE, _CORRELATION, _VIX_BETA = 0.3, -0.8, 5.0
_SESSIONS_A_YEAR = 252.0


class Night:
    """The night before a session; shares of it run from 0 (18:00 of the evening before) to 1 (the open).

    Args:
        tape: the facts.
        day: the session that follows.
    """

    def __init__(self, tape: Tape, day: PlayedDay) -> None:
        self.day = day
        session = day.session
        self.start = _at(session.day - timedelta(days=1), _BEGINS)
        self.end = session.open
        spx_open, vix_open = day.level("SPX", 0), day.level("VIX", 0)
        before, vix_before = tape.spx.before(session.day), tape.vix.before(session.day)
        self._spx_from = spx_open if before is None else before.close
        self._vix_from = vix_open if vix_before is None else vix_before.close
        self._prints = tuple(self._share(_at(session.day, at)) for at in (_PRINTS_FROM, _PRINTS_TO))
        scale = _NIGHT_SHARE * 0.01 * self._vix_from / math.sqrt(_SESSIONS_A_YEAR)
        spx, own = (_bridge(tape.seed, session.day, name) for name in ("SPX", "VIX"))
        rest = math.sqrt(1.0 - _CORRELATION**2)
        self._spx_detours = [scale * step for step in spx]
        self._vix_detours = [
            _VIX_BETA * scale * (_CORRELATION * a + rest * b) for a, b in zip(spx, own, strict=True)
        ]
        self._spx_move = math.log(spx_open / self._spx_from)
        self._vix_move = math.log(vix_open / self._vix_from)

    def covers(self, when: datetime) -> bool:
        """Whether an instant lies in this night."""
        return self.start <= when < self.end

    def spx(self, when: datetime) -> float:
        """The level of SPX that options are valued at, in points."""
        share = self._share(when)
        return self._spx_from * math.exp(share * self._spx_move + _at_share(self._spx_detours, share))

    def vix(self, when: datetime) -> float:
        """The level of VIX that futures follow, in points."""
        return self._vix_at(self._share(when))

    def vix_print(self, when: datetime) -> float:
        """The last print of VIX: the close before its calculation begins, and still again before the open."""
        first, last = self._prints
        share = self._share(when)
        return self._vix_from if share < first else round(self._vix_at(min(share, last)), 2)

    def future(self, expiry: date, when: datetime) -> float | None:
        """A VX future in points, None if it is not known."""
        share = self._share(when)
        return self.day.future_before_open(expiry, self._vix_at(share) / self._vix_from, share)

    def vvix(self, when: datetime) -> float:
        """VVIX in points."""
        return self.day.vvix_before_open(self.vix(when), self._vix_from)

    def vix3m(self, when: datetime) -> float | None:
        """VIX3M in points, None where it is not known."""
        return self.day.vix3m_before_open(self.vix(when) / self._vix_from)

    def _vix_at(self, share: float) -> float:
        return self._vix_from * math.exp(share * self._vix_move + _at_share(self._vix_detours, share))

    def _share(self, when: datetime) -> float:
        return min(max((when - self.start) / (self.end - self.start), 0.0), 1.0)


def _bridge(seed: int, day: date, name: str) -> list[float]:
    """A Brownian bridge of unit variance over the night, 0 at both ends, at even steps."""
    draws = stream(seed, day, "night", name)
    walk = [0.0]
    for _ in range(_STEPS):
        walk.append(walk[-1] + draws.gauss(0.0, 1.0) / math.sqrt(_STEPS))
    return [level - walk[-1] * step / _STEPS for step, level in enumerate(walk)]


def _at_share(points: list[float], share: float) -> float:
    """Linear between the steps."""
    place = share * _STEPS
    low = min(int(place), _STEPS - 1)
    return points[low] + (points[low + 1] - points[low]) * (place - low)


def _at(day: date, local: time) -> datetime:
    return datetime.combine(day, local, _NEW_YORK).astimezone(UTC)
