"""A tape played forward: the one implementation of `Market`."""

from datetime import date, datetime, timedelta

from simulator.market.chain import Chain, Moment, settles_at
from simulator.market.day import PlayedDay, play
from simulator.market.listings import PM_SETTLED, Listings
from simulator.market.macro import Close
from simulator.market.model import Bar, OptionKey, OptionValue
from simulator.market.tape import Breadth, FutureDay, Tape
from simulator.pricing.spx import usual_vix3m
from simulator.pricing.vix import vvix_from_vix

# The exchange lists nine monthly VX contracts.
_LISTED_FUTURES = 9
_DAY = timedelta(days=1)
_ALL = 1_000_000
_MINUTE_S = 60.0


class PlayedMarket:
    """Plays a tape; see `Market` for what each question means."""

    def __init__(self, tape: Tape) -> None:
        self.sessions = tape.sessions
        self._tape = tape
        self._listings = Listings(tape.calendar)
        self._chain = Chain(tape, self._listings)
        self._now: datetime | None = None
        # The session that has begun last (none before the first), and how many of its minutes have passed.
        self._at = -1
        self._minute = 0
        self._day: PlayedDay | None = None
        # Nothing of a later day than this is visible.
        self._closed_through = tape.sessions[0].day - _DAY
        # Past days whose futures have no bars of their own: at most one a day of the tape.
        self._past: dict[date, PlayedDay | None] = {}

    def move_to(self, when: datetime) -> None:
        """Move the present forward to `when`."""
        if when.tzinfo is None:
            raise ValueError(f"when = {when} has no time zone: pass an aware datetime")
        if self._now is not None and when < self._now:
            raise ValueError(f"when = {when} is before the present, {self._now}: a market only moves forward")
        self._now = when
        entered = self._at
        while entered + 1 < len(self.sessions) and self.sessions[entered + 1].open <= when:
            entered += 1
        if entered != self._at:
            self._at = entered
            self._day = play(self._tape, self.sessions[entered].day)
        if self._day is not None:
            session = self._day.session
            passed = int((when - session.open).total_seconds() // _MINUTE_S)
            self._minute = min(passed, self._day.minutes)
            self._closed_through = session.day if when >= session.close else session.day - _DAY
        spx, vix = self.index("SPX"), self.index("VIX")
        self._chain.show(Moment(when, spx, vix, self._vix3m, self._vvix, self.future))

    def index(self, symbol: str) -> float | None:
        """The last print of SPX or VIX; VIX3M and VVIX as known, else their usual level beside VIX."""
        if symbol == "VVIX":
            return self._vvix()
        if symbol == "VIX3M":
            vix = self.index("VIX")
            return None if vix is None else self._vix3m() or usual_vix3m(vix)
        if self._day is not None:
            return self._day.index(symbol, self._minute)
        bars = self.daily(symbol, self._closed_through, 1)
        return bars[-1].close if bars else None

    def breadth(self) -> Breadth | None:
        """Advancing, declining and unchanged issues now; None where they are not known."""
        if self._day is not None:
            return self._day.breadth(self._minute)
        known = self._tape.breadth.upto(self._closed_through, 1)
        return known[0] if known else None

    def futures(self, day: date) -> tuple[date, ...]:
        """Settlement dates of the VX futures listed on a day, M1 first."""
        listed = [
            expiry
            for expiry, rows in self._tape.futures.items()
            if expiry > day and rows.first_day is not None and rows.first_day <= day
        ]
        return tuple(sorted(listed)[:_LISTED_FUTURES])

    def future(self, expiry: date) -> float | None:
        """The VX future's price now."""
        rows = self._tape.futures.get(expiry)
        if rows is None or self._settled("VX", expiry):
            return None
        if self._day is not None:
            return self._day.future(expiry, self._minute)
        known = rows.upto(self._closed_through, 1)
        return known[-1].settle if known else None

    def settlement(self, expiry: date, day: date) -> float | None:
        """The daily settlement of a VX future, once that day has closed."""
        rows = self._tape.futures.get(expiry)
        row = rows.at(day) if rows is not None and day <= self._closed_through else None
        return None if row is None else row.settle

    def expiries(self, trading_class: str, day: date) -> tuple[date, ...]:
        """Settlement dates of the options listed on a day."""
        dates = self._listings.expiries(trading_class, day)
        if trading_class != "VIX":
            return dates
        # A VIX option needs its future: there is no other forward.
        futures = frozenset(self.futures(day))
        return tuple(expiry for expiry in dates if expiry in futures)

    def strikes(self, trading_class: str, expiry: date) -> tuple[float, ...]:
        """All strikes of an expiry."""
        return self._chain.strikes(trading_class, expiry)

    def option(self, trading_class: str, expiry: date, strike: float, right: str) -> OptionValue | None:
        """The option's modelled value now."""
        return self._chain.value(trading_class, expiry, strike, right)

    def options(self, keys: tuple[OptionKey, ...]) -> list[OptionValue | None]:
        """The modelled values of several options now."""
        return self._chain.values(keys)

    def final_settlement(self, trading_class: str, expiry: date) -> float | None:
        """The cash settlement value, once it is known."""
        if not self._settled(trading_class, expiry):
            return None
        if trading_class in {"VIX", "VX"}:
            print_of_day = self._tape.vix.at(expiry)
            return self._tape.finals.get(expiry, None if print_of_day is None else print_of_day.open)
        bar = self._tape.spx.at(expiry)
        if bar is None:
            return None
        return bar.close if trading_class == PM_SETTLED else bar.open

    def daily(self, symbol: str, end: date, count: int) -> tuple[Bar, ...]:
        """Completed daily bars of an index."""
        series = {"SPX": self._tape.spx, "VIX": self._tape.vix}.get(symbol)
        return () if series is None else series.upto(min(end, self._closed_through), count)

    def closes(self) -> tuple[Close, ...]:
        """All sessions up to the last played one with their SPX closes, the future ones included."""
        bars = self._tape.spx.upto(self.sessions[-1].day, _ALL)
        found = ((self._tape.calendar.session(bar.day), bar.close) for bar in bars)
        return tuple(Close(session, close) for session, close in found if session is not None)

    def daily_future(self, expiry: date, end: date, count: int) -> tuple[Bar, ...]:
        """Completed daily bars of a VX future."""
        rows = self._tape.futures.get(expiry)
        found = () if rows is None else rows.upto(min(end, self._closed_through), count)
        return tuple(row.bar or self._modelled_bar(expiry, row) for row in found)

    def _modelled_bar(self, expiry: date, row: FutureDay) -> Bar:
        if row.day not in self._past:
            self._past[row.day] = play(self._tape, row.day)
        day = self._past[row.day]
        if day is not None:
            return day.future_bar(expiry, row)
        level = row.settle
        return Bar(day=row.day, open=level, high=level, low=level, close=level, volume=0.0)

    def _settled(self, trading_class: str, expiry: date) -> bool:
        """Whether a listed expiry has reached its settlement instant."""
        dates = "VIX" if trading_class == "VX" else trading_class
        settles = settles_at(self._tape.calendar, trading_class, expiry)
        passed = self._now is not None and settles is not None and settles <= self._now
        return passed and self._listings.has(dates, expiry)

    def _vix3m(self) -> float | None:
        if self._day is not None:
            return self._day.vix3m(self._minute)
        known = self._tape.vix3m.upto(self._closed_through, 1)
        return known[0].value if known else None

    def _vvix(self) -> float | None:
        if self._day is not None:
            return self._day.vvix(self._minute)
        known = self._tape.vvix.upto(self._closed_through, 1)
        if known:
            return known[0].value
        vix = self.index("VIX")
        return None if vix is None else vvix_from_vix(vix)
