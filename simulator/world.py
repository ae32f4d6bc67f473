"""The played market with what follows from it: other indices, stocks, and the weekly VIX products.

The market itself knows SPX, VIX, the monthly VX futures and their options. Everything here is modelled on
those: XSP and SPY are tenths of SPX, VIX9D follows the futures curve (and so do VIX3M and breadth their
neighbours where the market does not know them), weekly VX futures lie on the line between VIX and the
monthlies, their settlements and daily bars too, VIXW options take the volatility of the next monthly expiry.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from simulator.hours import Hours, new_york_day
from simulator.market.model import Bar, IssueCounts, Market, OptionColumns, OptionKey, OptionValue, Session
from simulator.pricing import black
from simulator.pricing.vix import expiry_at
from simulator.randomness import uniform
from simulator.weeklies import Weeklies

TENTHS = {"XSP": "SPX", "SPY": "SPX"}
# The currency pair is there for whatIf alone; its price stands still.
EUR_USD = 1.1
# Issues that trade on the NYSE, and how a day's return in percent turns into the share that advances.
_ISSUES, _UNCHANGED, _ADVANCE_SLOPE = 3100, 100, 1.3
_NOISE = 0.15
_BLEND_DAYS, _THREE_MONTHS = 30.0, 91.0


class Breadth(NamedTuple):
    """NYSE issues that advance, decline and do neither."""

    advancing: int
    declining: int
    unchanged: int


class World:
    """A `Market` with more contracts; questions about those it knows itself go through unchanged.

    Args:
        market: what is played.
        hours: the calendar.
        seed: of breadth.
    """

    def __init__(self, market: Market, hours: Hours, seed: int) -> None:
        self._market = market
        self._hours = hours
        self._seed = seed
        self._now: datetime | None = None
        # The first VIX print of each session: what weeklies settle at.
        self._openings: dict[date, float] = {}
        self._weeklies = Weeklies(market, hours)

    @property
    def sessions(self) -> Sequence[Session]:
        """The sessions that are played, in order."""
        return self._market.sessions

    def move_to(self, when: datetime) -> None:
        """Move the present forward."""
        self._market.move_to(when)
        self._now = when
        day = new_york_day(when)
        session = self._hours.session(day)
        vix = self._market.index("VIX")
        if session is not None and session.open <= when and day not in self._openings and vix is not None:
            self._openings[day] = round(vix, 2)

    def index(self, symbol: str) -> float | None:
        """The level of an index or the price of a stock in points; None before the first print."""
        if symbol == "EUR":
            return EUR_USD
        if symbol in TENTHS:
            # An index has prints in its hours only; a fund trades around them.
            level = (self._market.index if symbol == "XSP" else self._market.level)(TENTHS[symbol])
            return None if level is None else level / 10
        found = self._market.index(symbol)
        if found is not None or symbol in {"SPX", "VIX", "VXX"}:
            return found
        vix = self._market.index("VIX")
        if vix is None or self._now is None or symbol not in {"VIX3M", "VIX9D", "VIXMO"}:
            return None
        return vix if symbol == "VIXMO" else self._along_curve(symbol, vix, self._now)

    def _along_curve(self, symbol: str, vix: float, now: datetime) -> float:
        """Return VIX9D, which overstates VIX against the curve, or VIX3M, which lies near the curve."""
        if symbol == "VIX9D":
            return vix * math.sqrt(vix / (self._weeklies.on_curve(now, _BLEND_DAYS) or vix))
        return math.sqrt(vix * (self._weeklies.on_curve(now, _THREE_MONTHS) or vix))

    def level(self, symbol: str) -> float | None:
        """What SPX or VIX stands at, between its prints too."""
        return self._market.level(symbol)

    def breadth(self) -> IssueCounts | None:
        """NYSE issues of the session so far: the market's where it knows them; None before the first open."""
        known = self._market.breadth()
        if known is not None or self._now is None:
            return known
        day = new_york_day(self._now)
        session = self._hours.session(day)
        level = self._market.index("SPX")
        before = self._market.daily("SPX", self._hours.day_before(day), 1)
        if session is None or self._now < session.open or level is None or not before:
            return None
        percent = 100 * math.log(level / before[-1].close)
        lean = _ADVANCE_SLOPE * percent + _NOISE * (2 * uniform(self._seed, "breadth", day) - 1)
        moving = _ISSUES - _UNCHANGED
        advancing = round(moving / (1 + math.exp(-lean)))
        return Breadth(advancing=advancing, declining=moving - advancing, unchanged=_UNCHANGED)

    def futures(self, day: date) -> tuple[date, ...]:
        """Settlement dates of the monthly VX futures listed on a day, nearest first."""
        return self._market.futures(day)

    def weekly_futures(self, day: date) -> tuple[date, ...]:
        """Settlement dates of the weekly VX futures listed on a day, those of the monthlies left out."""
        return self._weeklies.listed(day)

    def settlement(self, expiry: date, day: date) -> float | None:
        """The official daily settlement of a VX future; of a weekly the line through VIX and monthlies."""
        found = self._market.settlement(expiry, day)
        return self._weeklies.settlement(expiry, day) if found is None else found

    def daily_future(self, expiry: date, end: date, count: int) -> tuple[Bar, ...]:
        """Like `daily` for one VX future."""
        return self._market.daily_future(expiry, end, count) or self._weeklies.daily(expiry, end, count)

    def future(self, expiry: date) -> float | None:
        """The price of a VX future in points, monthly or weekly; None if it is not listed."""
        found = self._market.future(expiry)
        if (
            found is not None
            or self._now is None
            or expiry not in self.weekly_futures(new_york_day(self._now))
        ):
            return found
        return self._weeklies.on_curve(self._now, float((expiry - new_york_day(self._now)).days))

    def expiries(self, trading_class: str, day: date) -> tuple[date, ...]:
        """Settlement dates of the options of a class that are listed on a day, nearest first."""
        return (
            self.weekly_futures(day) if trading_class == "VIXW" else self._market.expiries(trading_class, day)
        )

    def strikes(self, trading_class: str, expiry: date) -> tuple[float, ...]:
        """All strikes of an expiry, ascending."""
        if trading_class == "XSP":
            return tuple(round(strike / 10, 2) for strike in self._market.strikes("XSP", expiry))
        if trading_class == "VIXW":
            monthly = self._monthly_after(expiry)
            return () if monthly is None else self._market.strikes("VIX", monthly)
        return self._market.strikes(trading_class, expiry)

    def option(self, trading_class: str, expiry: date, strike: float, right: str) -> OptionValue | None:
        """The modelled value of an option now; None if it is unknown or has expired."""
        if trading_class == "XSP":
            whole = self._market.option("XSP", expiry, round(strike * 10, 1), right)
            return None if whole is None else _tenth(whole)
        if trading_class == "VIXW":
            return self._weekly_option(expiry, strike, right)
        return self._market.option(trading_class, expiry, strike, right)

    def options(self, keys: tuple[OptionKey, ...]) -> OptionColumns | None:
        """The modelled values of several options now; not of a class that only this world knows."""
        return self._market.options(keys)

    def final_settlement(self, trading_class: str, expiry: date) -> float | None:
        """The cash settlement value once it is known, else None."""
        if trading_class == "XSP":
            whole = self._market.final_settlement("XSP", expiry)
            return None if whole is None else round(whole / 10, 4)
        if trading_class in {"VIXW", "VX"}:
            monthly = self._market.final_settlement("VIX" if trading_class == "VIXW" else "VX", expiry)
            return self._openings.get(expiry) if monthly is None else monthly
        return self._market.final_settlement(trading_class, expiry)

    def path(self, symbol: str, day: date) -> tuple[float, ...]:
        """The levels of an index or stock in a past session, minute by minute; () where not known."""
        if symbol in TENTHS:
            return tuple(round(level / 10, 4) for level in self._market.path(TENTHS[symbol], day))
        return self._market.path(symbol, day)

    def future_path(self, expiry: date, day: date) -> tuple[float, ...]:
        """The levels of a monthly VX future in a past session."""
        return self._market.future_path(expiry, day)

    def daily(self, symbol: str, end: date, count: int) -> tuple[Bar, ...]:
        """The last completed daily bars of an index or stock up to `end`, oldest first; () without any."""
        if symbol not in TENTHS:
            return self._market.daily(symbol, end, count)
        bars = self._market.daily(TENTHS[symbol], end, count)
        return tuple(
            replace(
                bar,
                open=round(bar.open / 10, 4),
                high=round(bar.high / 10, 4),
                low=round(bar.low / 10, 4),
                close=round(bar.close / 10, 4),
            )
            for bar in bars
        )

    def _weekly_option(self, expiry: date, strike: float, right: str) -> OptionValue | None:
        future, monthly = self.future(expiry), self._monthly_after(expiry)
        session = self._hours.session(expiry)
        if future is None or monthly is None or session is None or self._now is None or strike <= 0:
            return None
        like = self._market.option("VIX", monthly, strike, right)
        years = (session.open - self._now).total_seconds() / (86_400 * black.DAYS_PER_YEAR)
        if like is None or years <= 0:
            return None
        return black.value(expiry_at(future, years), strike, right, like.implied_vol)

    def _monthly_after(self, expiry: date) -> date | None:
        """Return the first monthly VIX expiry after a weekly one."""
        if self._now is None:
            return None
        known = self._market.expiries("VIX", new_york_day(self._now))
        return next((monthly for monthly in known if monthly > expiry), None)


def _tenth(whole: OptionValue) -> OptionValue:
    """Return the value of an option on a tenth of the index."""
    return msgspec.structs.replace(
        whole,
        price=whole.price / 10,
        gamma=whole.gamma * 10,
        vega=whole.vega / 10,
        theta=whole.theta / 10,
        underlying=whole.underlying / 10,
    )
