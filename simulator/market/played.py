"""A tape played forward: the one implementation of `Market`."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial

from simulator.market.chain import Chain, Moment
from simulator.market.day import PlayedDay, play
from simulator.market.listings import PM_SETTLED, Listings
from simulator.market.macro import Close
from simulator.market.model import Bar, OptionColumns, OptionKey, OptionValue
from simulator.market.night import Night
from simulator.market.note import Note
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
        self._note = Note(tape, self._listings)
        self._now: datetime | None = None
        # The session that has begun last (none before the first), and how many of its minutes have passed.
        self._at = -1
        self._minute = 0
        self._day: PlayedDay | None = None
        # The night before the next session once that is near, and the same while it lasts.
        self._next_night: Night | None = None
        self._night: Night | None = None
        # Nothing of a later day than this is visible.
        self._closed_through = tape.sessions[0].day - _DAY
        # Past days of which more than the daily bar was asked: at most one a day of the tape.
        self._past: dict[date, PlayedDay | None] = {}
        # Prices of this moment by expiry, and what was listed on the day asked for last.
        self._futures: dict[date, float | None] = {}
        self._listed: tuple[date, tuple[date, ...]] | None = None
        # Bars of past days without trades, by expiry and day.
        self._bars: dict[tuple[date, date], Bar] = {}

    def move_to(self, when: datetime) -> None:
        """Move the present forward to `when`."""
        if when.tzinfo is None:
            raise ValueError(f"when = {when} has no time zone: pass an aware datetime")
        if self._now is not None and when < self._now:
            raise ValueError(f"when = {when} is before the present, {self._now}: a market only moves forward")
        self._now = when
        self._futures.clear()
        entered = self._at
        while entered + 1 < len(self.sessions) and self.sessions[entered + 1].open <= when:
            entered += 1
        if entered != self._at:
            self._at = entered
            # Its minutes are known already if the night before it was played.
            day, night = self.sessions[entered].day, self._next_night
            is_known = night is not None and night.day.session.day == day
            self._day = night.day if night is not None and is_known else play(self._tape, day)
        if self._day is not None:
            session = self._day.session
            passed = int((when - session.open).total_seconds() // _MINUTE_S)
            self._minute = min(passed, self._day.minutes)
            self._closed_through = session.day if when >= session.close else session.day - _DAY
        self._find_night(when)
        spx, vix = self.level("SPX"), self.level("VIX")
        self._chain.show(Moment(self._valued_at(when), spx, vix, self._vix3m, self._vvix, self.future))

    def index(self, symbol: str) -> float | None:
        """The last print of SPX or VIX; VIX3M and VVIX as known, else their usual level beside VIX."""
        if symbol == "VVIX":
            return self._vvix()
        if symbol == "VXX":
            return self._vxx()
        if symbol == "VIX3M":
            vix = self.level("VIX")
            return None if vix is None else self._vix3m() or usual_vix3m(vix)
        if self._night is not None and self._now is not None and symbol == "VIX":
            return self._night.vix_print(self._now)
        if self._day is not None:
            return self._day.index(symbol, self._minute)
        bars = self.daily(symbol, self._closed_through, 1)
        return bars[-1].close if bars else None

    def level(self, symbol: str) -> float | None:
        """What SPX or VIX stand at, in points: their last print, and in the night what futures go by."""
        if self._night is None or self._now is None:
            return self.index(symbol)
        return self._night.spx(self._now) if symbol == "SPX" else self._night.vix(self._now)

    def breadth(self) -> Breadth | None:
        """Advancing, declining and unchanged issues now; None where they are not known."""
        if self._day is not None:
            return self._day.breadth(self._minute)
        known = self._tape.breadth.upto(self._closed_through, 1)
        return known[0] if known else None

    def futures(self, day: date) -> tuple[date, ...]:
        """Settlement dates of the VX futures listed on a day, M1 first."""
        if self._listed is None or self._listed[0] != day:
            listed = [
                expiry
                for expiry, rows in self._tape.futures.items()
                if expiry > day and rows.first_day is not None and rows.first_day <= day
            ]
            self._listed = (day, tuple(sorted(listed)[:_LISTED_FUTURES]))
        return self._listed[1]

    def future(self, expiry: date) -> float | None:
        """The VX future's price now."""
        if expiry not in self._futures:
            self._futures[expiry] = self._price_of(expiry)
        return self._futures[expiry]

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

    def options(self, keys: tuple[OptionKey, ...]) -> OptionColumns | None:
        """The modelled values of several options now, None unless all are known."""
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
        return bar.close if trading_class in PM_SETTLED else bar.open

    def daily(self, symbol: str, end: date, count: int) -> tuple[Bar, ...]:
        """Completed daily bars of an index, or of the note VXX."""
        if symbol == "VXX":
            days = [bar.day for bar in self._tape.spx.upto(min(end, self._closed_through), count)]
            found = (self._note.bar(day, partial(self._bar_of, day)) for day in days)
            return tuple(bar for bar in found if bar is not None)
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

    def path(self, symbol: str, day: date) -> tuple[float, ...]:
        """Levels of a session at each minute, as far as it has come."""
        if symbol == "VXX":
            before = self._tape.calendar.on_or_before(day - _DAY)
            played, last = self._seen(day)
            return () if played is None else tuple(self._note_path(played, before, last))
        played, last = self._seen(day)
        if played is None or symbol not in {"SPX", "VIX"}:
            return ()
        return tuple(played.level(symbol, minute) for minute in range(last + 1))

    def future_path(self, expiry: date, day: date) -> tuple[float, ...]:
        """Like `path` for one VX future."""
        played, last = self._seen(day)
        if played is None or not played.known_future(expiry):
            return ()
        found = (played.future(expiry, minute) for minute in range(last + 1))
        return tuple(level for level in found if level is not None)

    def _price_of(self, expiry: date) -> float | None:
        rows = self._tape.futures.get(expiry)
        if rows is None or self._settled("VX", expiry):
            return None
        if self._night is not None and self._now is not None:
            return self._night.future(expiry, self._now)
        if self._day is not None:
            return self._day.future(expiry, self._minute)
        known = rows.upto(self._closed_through, 1)
        return known[-1].settle if known else None

    def _note_path(self, played: PlayedDay, before: date, last: int) -> Iterator[float]:
        for minute in range(last + 1):
            level = self._note.price(before, lambda expiry, at=minute: played.future(expiry, at))  # type: ignore[misc]
            if level is None:
                return
            yield round(level, 2)

    def _seen(self, day: date) -> tuple[PlayedDay | None, int]:
        """A session that has begun, and its last minute that has passed; None for another day."""
        if self._day is not None and self._day.session.day == day:
            return self._day, self._minute
        if day > self._closed_through:
            return None, 0
        if day not in self._past:
            self._past[day] = play(self._tape, day)
        found = self._past[day]
        return found, 0 if found is None else found.minutes

    def _bar_of(self, day: date, expiry: date) -> Bar | None:
        """The bar of a future on one past day."""
        found = self.daily_future(expiry, day, 1)
        return found[0] if found and found[0].day == day else None

    def _vxx(self) -> float | None:
        """The note now: from the close before this session, or in the night before the next."""
        current = self._closed_through + _DAY
        if self._day is not None and self._night is None:
            current = self._day.session.day
        return self._note.price(self._tape.calendar.on_or_before(current - _DAY), self.future)

    def _modelled_bar(self, expiry: date, row: FutureDay) -> Bar:
        key = (expiry, row.day)
        if key not in self._bars:
            self._bars[key] = self._make_bar(expiry, row)
        return self._bars[key]

    def _make_bar(self, expiry: date, row: FutureDay) -> Bar:
        day, _last = self._seen(row.day)
        if day is not None:
            return day.future_bar(expiry, row)
        level = row.settle
        return Bar(day=row.day, open=level, high=level, low=level, close=level, volume=0.0)

    def _settled(self, trading_class: str, expiry: date) -> bool:
        """Whether a listed expiry has reached its settlement instant."""
        settles = self._chain.settles_at(trading_class, expiry)
        if self._now is None or settles is None or settles > self._now:
            return False
        return self._listings.has("VIX" if trading_class == "VX" else trading_class, expiry)

    def _valued_at(self, when: datetime) -> datetime:
        """When options are valued at: between a session and the evening the market stands still."""
        if self._day is None or self._night is not None:
            return when
        return min(when, self._day.session.options_close)

    def _find_night(self, when: datetime) -> None:
        """Prepare the night before the next session once it is near."""
        after = self.sessions[self._at + 1] if self._at + 1 < len(self.sessions) else None
        if after is None or when < after.open - _DAY:
            self._next_night = None
        elif self._next_night is None or self._next_night.end != after.open:
            day = play(self._tape, after.day)
            self._next_night = None if day is None else Night(self._tape, day)
        coming = self._next_night
        self._night = coming if coming is not None and coming.covers(when) else None

    def _vix3m(self) -> float | None:
        if self._night is not None and self._now is not None:
            return self._night.vix3m(self._now)
        if self._day is not None:
            return self._day.vix3m(self._minute)
        known = self._tape.vix3m.upto(self._closed_through, 1)
        return known[0].value if known else None

    def _vvix(self) -> float | None:
        if self._night is not None and self._now is not None:
            return self._night.vvix(self._now)
        if self._day is not None:
            return self._day.vvix(self._minute)
        known = self._tape.vvix.upto(self._closed_through, 1)
        if known:
            return known[0].value
        vix = self.index("VIX")
        return None if vix is None else vvix_from_vix(vix)
