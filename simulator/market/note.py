"""VXX: a note on the first two VX futures, rolled daily. Its return is followed, its level is ours.

The return of a day is that of the contracts that were held overnight (S&P 500 VIX Short-Term Futures Index
Methodology): of M1 the share dr / dt, of M2 the rest, by number of contracts, where dt counts the business
days from the settlement before (included) to M1's (excluded) and dr those from tomorrow on. Interest and fee
are left out (together within 2 % a year). The level stands at the contracts' own price when play begins.
"""

from bisect import bisect_left
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from simulator.market.calendar import Calendar
from simulator.market.listings import Listings
from simulator.market.model import Bar
from simulator.market.tape import Tape


class Holding(NamedTuple):
    """What is held from a close on: settlement date and share of the contracts."""

    expiry: date
    share: float


class Note:
    """The note of a tape.

    Args:
        tape: the facts.
        listings: settlement dates.
    """

    def __init__(self, tape: Tape, listings: Listings) -> None:
        self._tape = tape
        self._listings = listings
        self._days = tuple(session.day for session in tape.calendar.sessions)
        self._closes: dict[date, float] | None = None
        self._holdings: dict[date, tuple[Holding, ...]] = {}
        # The close before a session, and what is held from then on at the settlements of then.
        self._base: tuple[date, float | None, float | None] | None = None

    def close(self, day: date) -> float | None:
        """The note at a session's close in points; None where the futures of that time are not known."""
        if self._closes is None:
            self._closes = self._chain()
        return self._closes.get(day)

    def price(self, before: date, future: Callable[[date], float | None]) -> float | None:
        """The note now, from its close of the session before and the futures' prices now."""
        if self._base is None or self._base[0] != before:
            self._base = (before, self.close(before), self._worth(before, self._settle_of(before)))
        _, base, start = self._base
        now = self._worth(before, future)
        return None if base is None or start is None or now is None else base * now / start

    def bar(self, day: date, bars: Callable[[date], Bar | None]) -> Bar | None:
        """The daily bar of a session, from the bars of the futures; None where they are not known."""
        place = bisect_left(self._days, day)
        close = self.close(day)
        if place == 0 or close is None:
            return None
        before = self._days[place - 1]

        def priced(field: str) -> float | None:
            def read(expiry: date) -> float | None:
                found = bars(expiry)
                return None if found is None else float(getattr(found, field))

            return self.price(before, read)

        opened, high, low = (priced(field) for field in ("open", "high", "low"))
        if opened is None or high is None or low is None:
            return None
        return Bar(
            day=day,
            open=round(opened, 2),
            high=round(max(high, opened, close), 2),
            low=round(min(low, opened, close), 2),
            close=round(close, 2),
            volume=0.0,
        )

    def _chain(self) -> dict[date, float]:
        """Closes of all days, from the levels of the day before play at the price of what is held then."""
        known = [day for day in self._days if self._worth(day, self._settle_of(day)) is not None]
        levels: dict[date, float] = {}
        level = 1.0
        for at, day in enumerate(known):
            if at:
                start, stop = (self._worth(known[at - 1], self._settle_of(d)) for d in (known[at - 1], day))
                if start is not None and stop is not None:
                    level *= stop / start
            levels[day] = level
        first = self._tape.sessions[0].day
        anchor = max((day for day in known if day < first), default=None)
        worth = None if anchor is None else self._worth(anchor, self._settle_of(anchor))
        if anchor is None or worth is None:
            return {}
        return {day: worth / levels[anchor] * level for day, level in levels.items()}

    def _held(self, day: date) -> tuple[Holding, ...]:
        """What is held from a day's close on."""
        if day not in self._holdings:
            self._holdings[day] = self._find_held(day)
        return self._holdings[day]

    def _find_held(self, day: date) -> tuple[Holding, ...]:
        expiries = self._listings.expiries("VIX", day)
        if len(expiries) <= 1:
            return ()
        share = _share(self._tape.calendar, self._listings, day, expiries[0])
        return tuple(
            Holding(expiry, part)
            for expiry, part in zip(expiries[:2], (share, 1.0 - share), strict=True)
            if part > 0.0
        )

    def _worth(self, day: date, price: Callable[[date], float | None]) -> float | None:
        """What was held from a day's close on, at given prices, in points; None where one is unknown."""
        total = 0.0
        held = self._held(day)
        for expiry, share in held:
            found = price(expiry)
            if found is None:
                return None
            total += share * found
        return total if held else None

    def _settle_of(self, day: date) -> Callable[[date], float | None]:
        def settle(expiry: date) -> float | None:
            rows = self._tape.futures.get(expiry)
            row = None if rows is None else rows.at(day)
            return None if row is None else row.settle

        return settle


def _share(calendar: Calendar, listings: Listings, day: date, front: date) -> float:
    """M1's share of the contracts from a day's close on: dr / dt."""
    before = listings.settled_before("VIX", front)
    if before is None:
        return 0.0
    days = [session.day for session in calendar.between(before, front) if session.day < front]
    return sum(each > day for each in days) / len(days)
