"""Option values of one moment, one slice of the surface per expiry."""

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np

from simulator.market.calendar import Calendar
from simulator.market.listings import LIFE_DAYS, PM_SETTLED, Listings, index_strikes, vix_strikes
from simulator.market.model import OptionColumns, OptionKey, OptionValue
from simulator.market.tape import Tape
from simulator.pricing import batch, black, spx, vix
from simulator.pricing.batch import Layout, Slice
from simulator.pricing.spx import Surface

_VVIX_LEAST, _VVIX_TENOR = timedelta(days=7), timedelta(days=30)
_YEAR_S = black.DAYS_PER_YEAR * 86_400.0


class Moment(NamedTuple):
    """What the surfaces need to know of the present; levels in points."""

    now: datetime
    spx: float | None
    vix: float | None
    vix3m: Callable[[], float | None]
    vvix: Callable[[], float | None]
    future: Callable[[date], float | None]


class _Group(NamedTuple):
    """Options that are valued together.

    Attributes:
        parts: the expiries they belong to.
        is_listed: whether all of them exist.
        layout: their columns, by places in `parts`.
    """

    keys: tuple[OptionKey, ...]
    parts: tuple[tuple[str, date], ...]
    is_listed: bool
    layout: Layout


def settles_at(calendar: Calendar, trading_class: str, expiry: date) -> datetime | None:
    """The instant an expiry settles: the open of its day (AM), or its close (PM)."""
    session = calendar.session(expiry)
    if session is None:
        return None
    return session.close if trading_class in PM_SETTLED else session.open


class Chain:
    """The listed options of a tape, valued at whatever moment it is shown."""

    def __init__(self, tape: Tape, listings: Listings) -> None:
        self._tape = tape
        self._listings = listings
        self._strikes: dict[tuple[str, date], tuple[float, ...]] = {}
        self._strike_sets: dict[tuple[str, date], frozenset[float]] = {}
        self._slices: dict[tuple[str, date], Slice | None] = {}
        self._moment: Moment | None = None
        # What the expiries of this moment share: the 30-day level of VIX options, the surface of SPX.
        self._level: float | None = None
        self._surface: Surface | None = None
        self._settlements: dict[tuple[str, date], datetime | None] = {}
        self._pairs: dict[date, tuple[datetime, datetime]] = {}
        self._group: _Group | None = None

    def show(self, moment: Moment) -> None:
        """Value from now on as of this moment."""
        self._moment = moment
        self._slices.clear()
        self._level = self._surface = None

    def strikes(self, trading_class: str, expiry: date) -> tuple[float, ...]:
        """All strikes of an expiry over its life, ascending; empty for an unknown one."""
        key = (trading_class, expiry)
        if key not in self._strikes:
            self._strikes[key] = self._build_strikes(trading_class, expiry)
            self._strike_sets[key] = frozenset(self._strikes[key])
        return self._strikes[key]

    def settles_at(self, trading_class: str, expiry: date) -> datetime | None:
        """The instant that an expiry of options or VX futures settles; None on a day without a session."""
        key = (trading_class, expiry)
        if key not in self._settlements:
            self._settlements[key] = settles_at(self._tape.calendar, trading_class, expiry)
        return self._settlements[key]

    def value(self, trading_class: str, expiry: date, strike: float, right: str) -> OptionValue | None:
        """The option's value at the shown moment; None if unknown, not listed, or past its settlement."""
        part = self._slice(trading_class, expiry)
        if (
            part is None
            or strike not in self._strike_sets[trading_class, expiry]
            or right not in black.RIGHTS
        ):
            return None
        moneyness = math.log(strike / part.expiry.forward)
        volatility = part.smile.volatility(moneyness, part.atm, part.root_years)
        return black.value(part.expiry, strike, right, volatility)

    def values(self, keys: tuple[OptionKey, ...]) -> OptionColumns | None:
        """What `value` says of all at once, None unless each has one; a tuple is known from the last time."""
        if not keys:
            return None
        group = self._group
        if group is None or group.keys is not keys:
            group = self._group = self._build_group(keys)
        slices = [part for part in (self._slice(*each) for each in group.parts) if part is not None]
        if not group.is_listed or len(slices) < len(group.parts):
            return None
        return batch.values(group.layout, slices)

    def _slice(self, trading_class: str, expiry: date) -> Slice | None:
        """The expiry at the shown moment, None if it is unknown or past its settlement."""
        key = (trading_class, expiry)
        if key not in self._slices:
            self._slices[key] = self._build_slice(trading_class, expiry)
        return self._slices[key]

    def _build_group(self, keys: tuple[OptionKey, ...]) -> _Group:
        parts = tuple(dict.fromkeys((key.trading_class, key.expiry) for key in keys))
        is_listed = all(
            key.right in black.RIGHTS and key.strike in self.strikes(key.trading_class, key.expiry)
            for key in keys
        )
        layout = Layout(
            strikes=np.array([key.strike for key in keys]),
            signs=np.array([1.0 if key.right == "C" else -1.0 for key in keys]),
            places=np.array([parts.index((key.trading_class, key.expiry)) for key in keys], dtype=np.intp),
        )
        return _Group(keys, parts, is_listed, layout)

    def _build_strikes(self, trading_class: str, expiry: date) -> tuple[float, ...]:
        if not self._listings.has(trading_class, expiry):
            return ()
        if trading_class == "VIX":
            return vix_strikes()
        first = date.fromordinal(expiry.toordinal() - LIFE_DAYS[trading_class])
        bars = self._tape.spx.between(first, expiry)
        if not bars:
            return ()
        return index_strikes(min(bar.low for bar in bars), max(bar.high for bar in bars))

    def _build_slice(self, trading_class: str, expiry: date) -> Slice | None:
        moment, settles = self._moment, self.settles_at(trading_class, expiry)
        if moment is None or settles is None or settles <= moment.now:
            return None
        if not self.strikes(trading_class, expiry):
            return None
        years = (settles - moment.now).total_seconds() / _YEAR_S
        if trading_class == "VIX":
            future, vvix = moment.future(expiry), moment.vvix()
            if future is None or vvix is None:
                return None
            atm = vix.atm_volatility(self._vix_level(moment, vvix), years)
            return Slice(vix.expiry_at(future, years), vix.smile_at(years), atm, math.sqrt(years))
        if moment.spx is None or moment.vix is None:
            return None
        if self._surface is None:
            self._surface = spx.surface(moment.vix, moment.vix3m())
        smile, atm = self._surface.at(years)
        return Slice(spx.expiry_at(moment.spx, years), smile, atm, math.sqrt(years))

    def _vix_level(self, moment: Moment, vvix: float) -> float:
        """The 30-day level that makes Cboe's formula on this chain return VVIX; the same for all expiries."""
        if self._level is None:
            near, far = (
                (settles - moment.now).total_seconds() / _YEAR_S for settles in self._vvix_pair(moment.now)
            )
            self._level = vix.thirty_day_level(vvix, near, far)
        return self._level

    def _vvix_pair(self, now: datetime) -> tuple[datetime, datetime]:
        """Settlements of the expiries around 30 days; as in Cboe's rule the near one has a week to go."""
        day = now.date()
        if day not in self._pairs:
            dates = [
                settles
                for expiry in self._listings.expiries("VIX", day)
                if (settles := settles_at(self._tape.calendar, "VIX", expiry)) is not None
                and expiry - day >= _VVIX_LEAST
            ]
            far = next((at for at, settles in enumerate(dates) if settles - now > _VVIX_TENOR), 1)
            self._pairs = {day: (dates[max(far, 1) - 1], dates[max(far, 1)])}
        return self._pairs[day]
