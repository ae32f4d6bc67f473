"""One session of a tape, every level of it minute by minute."""

from datetime import date

from simulator.market import paths
from simulator.market.calendar import minutes
from simulator.market.model import Bar, Session
from simulator.market.tape import FutureDay, Tape
from simulator.pricing.vix import vvix_from_vix


class PlayedDay:
    """The levels of one session at each minute: 0 is the open, `minutes` the close."""

    def __init__(self, tape: Tape, session: Session, spx: Bar, vix: Bar) -> None:
        self.session = session
        self.minutes = minutes(session)
        self._tape = tape
        self._paths = paths.index_paths(tape.seed, spx, vix, self.minutes)
        before = tape.vix.before(session.day)
        self._vix_before = vix.open if before is None else before.close
        self._vix_after = vix.close

    def index(self, symbol: str, minute: int) -> float | None:
        """SPX or VIX at a minute, in points; None for another symbol."""
        if symbol == "SPX":
            return self._paths.spx[minute]
        return self._paths.vix[minute] if symbol == "VIX" else None

    def future(self, expiry: date, minute: int) -> float | None:
        """A VX future at a minute: from the last settlement before to today's, with VIX's detours."""
        rows = self._tape.futures[expiry]
        before, today = rows.before(self.session.day), rows.at(self.session.day)
        if today is None or before is None:
            known = today or before
            return None if known is None else known.settle
        power = paths.elasticity(expiry, self.session.day)
        return self._follow(before.settle, today.settle, minute, power)

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

    def future_bar(self, expiry: date, row: FutureDay) -> Bar:
        """The bar of a future whose trades are not known: open, high and low of its modelled path."""
        path = [self.future(expiry, minute) or row.settle for minute in range(self.minutes + 1)]
        return Bar(day=row.day, open=path[0], high=max(path), low=min(path), close=row.settle, volume=0.0)

    def _follow(self, before: float, after: float, minute: int, power: float) -> float:
        if minute == self.minutes:
            return after
        share = minute / self.minutes
        even = self._vix_before ** (1.0 - share) * self._vix_after**share
        return paths.follow(before, after, share, self._paths.vix[minute] / even, power)


def play(tape: Tape, day: date) -> PlayedDay | None:
    """The minutes of a day; None if it is no session, or a bar of SPX or VIX is missing."""
    session, spx, vix = tape.calendar.session(day), tape.spx.at(day), tape.vix.at(day)
    if session is None or spx is None or vix is None:
        return None
    return PlayedDay(tape, session, spx, vix)
