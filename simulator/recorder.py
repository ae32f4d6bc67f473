"""What the gateway has seen of prices since it started: the source of intraday bars."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from simulator.hours import NEW_YORK, Standing, new_york_day
from simulator.instruments import Instrument
from simulator.quotes import Board, Quote
from simulator.sketch import Sketch

# Seconds in the bar sizes that IBKR serves, by its names for them.
BAR_SECONDS = {
    **{f"{n} sec{'s' * (n > 1)}": n for n in (1, 5, 10, 15, 30)},
    **{f"{n} min{'s' * (n > 1)}": 60 * n for n in (1, 2, 3, 5, 10, 15, 20, 30)},
    **{f"{n} hour{'s' * (n > 1)}": 3600 * n for n in (1, 2, 3, 4, 8)},
}
KINDS = ("TRADES", "MIDPOINT", "BID", "ASK")


class TimedBar(NamedTuple):
    """One intraday bar in points; volume is not modelled."""

    start: datetime
    open: float
    high: float
    low: float
    close: float

    def with_price(self, price: float) -> "TimedBar":
        """Return the bar with one more price."""
        if price == self.close:
            return self
        return TimedBar(
            start=self.start,
            open=self.open,
            high=max(self.high, price),
            low=min(self.low, price),
            close=price,
        )


def price_of(item: Instrument, seen: Quote | Sketch, kind: str) -> float | None:
    """Return what was seen of a contract shows of a kind of bar, None if nothing."""
    if kind == "TRADES":
        return seen.last
    bid, ask = (seen.bid, seen.ask) if isinstance(seen, Quote) else seen.sides(item)
    if bid < 0 or ask < 0:
        return None
    return {"MIDPOINT": round((bid + ask) / 2, 6), "BID": bid, "ASK": ask}[kind]


class _Track:
    """What has been seen of one contract.

    Attributes:
        item: the contract.
        quotes: instant, what was seen then, and whether it lay in the regular hours.
        day: the last day with a print in the regular hours, None before the first.
        bar: its open, high, low and last print.
        standing: whether the contract trades, as long as that holds.
    """

    __slots__ = ("bar", "day", "item", "quotes", "standing")

    def __init__(self, item: Instrument, standing: Standing) -> None:
        self.item = item
        self.standing = standing
        self.quotes: list[tuple[datetime, Quote | Sketch, bool]] = []
        self.day: date | None = None
        self.bar: TimedBar | None = None


class Recorder:
    """Keeps the price of each watched contract at each instant of its hours.

    Args:
        board: the quotes.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self._tracks: dict[int, _Track] = {}

    def watch(self, item: Instrument, now: datetime) -> None:
        """Record a contract from this instant on, if it is not recorded yet."""
        if item.con_id not in self._tracks:
            track = self._tracks[item.con_id] = _Track(item, self._board.standing(item))
            self._note(track, now, new_york_day(now))

    def note(self, now: datetime) -> None:
        """Record this instant."""
        day = new_york_day(now)
        for track in self._tracks.values():
            self._note(track, now, day)

    def prices(
        self, item: Instrument, kind: str, since: datetime, until: datetime, *, regular: bool = False
    ) -> list[tuple[datetime, float]]:
        """Return the prices after an instant up to another, oldest first; perhaps of regular hours only."""
        return [
            (at, price)
            for at, quote, in_hours in self._seen(item)
            if since < at <= until and (in_hours or not regular)
            if (price := price_of(item, quote, kind)) is not None
        ]

    def begun(self, item: Instrument, kind: str) -> datetime | None:
        """Return the first instant that a kind of price was recorded at, None if there is none."""
        known = self._seen(item)
        return next((at for at, quote, _ in known if price_of(item, quote, kind) is not None), None)

    def forget(self, until: datetime) -> None:
        """Drop what was recorded up to an instant: bars of before are modelled again."""
        for track in self._tracks.values():
            track.quotes = [entry for entry in track.quotes if entry[0] > until]

    def today(self, item: Instrument, day: date) -> TimedBar | None:
        """Return the open, high, low and last price of a day so far, None without one."""
        track = self._tracks.get(item.con_id)
        return track.bar if track is not None and track.day == day else None

    def _seen(self, item: Instrument) -> list[tuple[datetime, Quote | Sketch, bool]]:
        track = self._tracks.get(item.con_id)
        return [] if track is None else track.quotes

    def _note(self, track: _Track, now: datetime, day: date) -> None:
        if now >= track.standing.until:
            track.standing = self._board.standing(track.item)
        standing = track.standing
        if not standing.is_open:
            return
        quote = self._board.seen(track.item)
        track.quotes.append((now, quote, standing.is_regular))
        price = quote.last
        if price is None or not standing.is_regular:
            return
        if track.bar is None or track.day != day:
            track.day, track.bar = day, TimedBar(start=now, open=price, high=price, low=price, close=price)
        elif price != track.bar.close:
            track.bar = track.bar.with_price(price)


def bars_of(prices: Iterable[tuple[datetime, float]], seconds: int) -> list[TimedBar]:
    """Return the bars of a run of prices, oldest first, the last of them perhaps not complete."""
    found: list[TimedBar] = []
    for at, price in prices:
        start = bar_start(at, seconds)
        if found and found[-1].start == start:
            found[-1] = found[-1].with_price(price)
        else:
            found.append(TimedBar(start=start, open=price, high=price, low=price, close=price))
    return found


def bar_start(at: datetime, seconds: int) -> datetime:
    """Return the start of the bar that an instant belongs to; bars of hours begin at New York midnight."""
    local = at.astimezone(NEW_YORK)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    # Wall-clock seconds, so that a bar keeps its place on the days the clocks change.
    passed = local.hour * 3600 + local.minute * 60 + local.second
    return (midnight + timedelta(seconds=passed - passed % seconds)).astimezone(UTC)
