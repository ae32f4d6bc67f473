"""One session of a tape, every level of it minute by minute."""

import math
from bisect import bisect_right
from datetime import date

from simulator.market import paths
from simulator.market.calendar import minutes
from simulator.market.guided import guided_paths
from simulator.market.model import Bar, Session
from simulator.market.tape import Breadth, FutureDay, Tape
from simulator.pricing.vix import vvix_from_vix

# Change of the balance of issues per log return of SPX inside a day; its bounds. Modelled.
_BREADTH_PER_RETURN, _BREADTH_MOST = 40.0, 0.97


class PlayedDay:
    """The levels of one session at each minute: 0 is the open, `minutes` the close."""

    def __init__(self, tape: Tape, session: Session, spx: Bar, vix: Bar) -> None:
        self.session = session
        self.minutes = minutes(session)
        self._tape = tape
        self._guide = tape.guides.get(session.day)
        self._paths = guided_paths(tape.seed, spx, vix, self.minutes, self._guide)
        self._offsets: dict[date, tuple[tuple[int, float], ...]] = {}
        before = tape.vix.before(session.day)
        self._vix_before = vix.open if before is None else before.close
        self._vix_after = vix.close
        self._detours: list[float] | None = None
        # Settlements before and of today by expiry, with the elasticity to VIX.
        self._ends: dict[date, tuple[float | None, float | None, float]] = {}

    def index(self, symbol: str, minute: int) -> float | None:
        """SPX or VIX at a minute, in points; None for another symbol."""
        return self.level(symbol, minute) if symbol in {"SPX", "VIX"} else None

    def level(self, symbol: str, minute: int) -> float:
        """SPX or VIX, whichever it is, at a minute in points."""
        return (self._paths.spx if symbol == "SPX" else self._paths.vix)[minute]

    def future(self, expiry: date, minute: int) -> float | None:
        """A VX future at a minute: from the last settlement before to today's, with VIX's detours."""
        if expiry not in self._ends:
            self._ends[expiry] = self._find_ends(expiry)
        before, today, power = self._ends[expiry]
        if before is None or today is None:
            return before if today is None else today
        level = self._follow(before, today, minute, power)
        return level * math.exp(self._offset(before, today, expiry, minute))

    def future_before_open(self, expiry: date, vix_ratio: float, share: float) -> float | None:
        """A VX future in the night before: the last settlement moved with VIX, on its way to its own open.

        Args:
            expiry: settlement date.
            vix_ratio: VIX over its close before.
            share: part of the night that has passed, 0 to 1.
        """
        rows = self._tape.futures[expiry]
        before, today = rows.before(self.session.day), rows.at(self.session.day)
        if before is None or today is None:
            known = before or today
            return None if known is None else known.settle
        moved = float(before.settle * vix_ratio ** paths.elasticity(expiry, self.session.day))
        return moved * math.exp(share * self._offset(before.settle, today.settle, expiry, 0))

    def vvix_before_open(self, vix: float, vix_before: float) -> float:
        """VVIX in the night before, from the two levels of VIX."""
        known = self._tape.vvix.before(self.session.day)
        if known is None:
            return vvix_from_vix(vix)
        return float(known.value * (vix / vix_before) ** paths.VVIX_ELASTICITY)

    def vix3m_before_open(self, vix_ratio: float) -> float | None:
        """VIX3M in the night before, from VIX over its close before; None where it is not known."""
        before, today = self._tape.vix3m.before(self.session.day), self._tape.vix3m.at(self.session.day)
        if before is None or today is None:
            return None
        return float(before.value * vix_ratio**paths.VIX3M_ELASTICITY)

    def vvix(self, minute: int) -> float:
        """VVIX at a minute, from the last level before to today's; a stand-in where none is known."""
        before, today = self._tape.vvix.before(self.session.day), self._tape.vvix.at(self.session.day)
        if before is None:
            return vvix_from_vix(self._paths.vix[minute])
        after = before.value if today is None else today.value
        return self._follow(before.value, after, minute, paths.VVIX_ELASTICITY)

    def vix3m(self, minute: int) -> float | None:
        """VIX3M at a minute, likewise; None where the tape knows no level of today or the day before."""
        before, today = self._tape.vix3m.before(self.session.day), self._tape.vix3m.at(self.session.day)
        if before is None or today is None:
            return None
        return self._follow(before.value, today.value, minute, paths.VIX3M_ELASTICITY)

    def known_future(self, expiry: date) -> bool:
        """Whether a future settled on this day."""
        rows = self._tape.futures.get(expiry)
        return rows is not None and rows.at(self.session.day) is not None

    def future_bar(self, expiry: date, row: FutureDay) -> Bar:
        """The bar of a future whose trades are not known: open, high and low of its modelled path."""
        path = [self.future(expiry, minute) or row.settle for minute in range(self.minutes + 1)]
        return Bar(day=row.day, open=path[0], high=max(path), low=min(path), close=row.settle, volume=0.0)

    def breadth(self, minute: int) -> Breadth | None:
        """Issues so far: an even way to the day's counts, with SPX's detours; None where not known."""
        today = self._tape.breadth.at(self.session.day)
        if today is None or minute == self.minutes:
            return today
        share, path = minute / self.minutes, self._paths.spx
        detour = math.log(path[minute] / path[0]) - share * math.log(path[-1] / path[0])
        ratio = min(max(share * today.ratio + _BREADTH_PER_RETURN * detour, -_BREADTH_MOST), _BREADTH_MOST)
        moved = today.advancing + today.declining
        advancing = round(0.5 * moved * (1.0 + ratio))
        return Breadth(
            day=today.day, advancing=advancing, declining=moved - advancing, unchanged=today.unchanged
        )

    def _find_ends(self, expiry: date) -> tuple[float | None, float | None, float]:
        rows = self._tape.futures[expiry]
        before, today = rows.before(self.session.day), rows.at(self.session.day)
        return (
            None if before is None else before.settle,
            None if today is None else today.settle,
            paths.elasticity(expiry, self.session.day),
        )

    def _curve(self, before: float, after: float, expiry: date, minute: int) -> float:
        return self._follow(before, after, minute, paths.elasticity(expiry, self.session.day))

    def _offset(self, before: float, after: float, expiry: date, minute: int) -> float:
        """Log distance of a future's real bars from its modelled way; 0 where there are none."""
        if self._guide is None or expiry not in self._guide.futures:
            return 0.0
        if expiry not in self._offsets:
            self._offsets[expiry] = self._future_offsets(before, after, expiry)
        return _between(self._offsets[expiry], minute)

    def _future_offsets(self, before: float, after: float, expiry: date) -> tuple[tuple[int, float], ...]:
        """Log distances of the future's own bars from its modelled way, at each bar's end; 0 at the close."""
        assert self._guide is not None
        legs = self._guide.futures[expiry]
        levels = [(0, legs[0].open), *((leg.stop, leg.close) for leg in legs if leg.stop < self.minutes)]
        found = [
            (minute, math.log(level / self._curve(before, after, expiry, minute))) for minute, level in levels
        ]
        return (*found, (self.minutes, 0.0))

    def _follow(self, before: float, after: float, minute: int, power: float) -> float:
        if minute == self.minutes:
            return after
        if self._detours is None:
            self._detours = [self._detour(each) for each in range(self.minutes)]
        return paths.follow(before, after, minute / self.minutes, self._detours[minute], power)

    def _detour(self, minute: int) -> float:
        """VIX over its own even way from yesterday's close to today's."""
        share = minute / self.minutes
        even = self._vix_before ** (1.0 - share) * self._vix_after**share
        return self._paths.vix[minute] / float(even)


def _between(points: tuple[tuple[int, float], ...], minute: int) -> float:
    """Linear between points that begin at minute 0."""
    after = bisect_right(points, (minute, math.inf))
    if after == len(points):
        return points[-1][1]
    (start, here), (stop, there) = points[after - 1], points[after]
    return here + (there - here) * (minute - start) / (stop - start)


def play(tape: Tape, day: date) -> PlayedDay | None:
    """The minutes of a day; None if it is no session, or a bar of SPX or VIX is missing."""
    session, spx, vix = tape.calendar.session(day), tape.spx.at(day), tape.vix.at(day)
    if session is None or spx is None or vix is None:
        return None
    return PlayedDay(tape, session, spx, vix)
