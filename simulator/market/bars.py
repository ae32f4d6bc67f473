"""Daily bars of an index from its file."""

from datetime import date
from pathlib import Path

from simulator.market.cboe import read_dated
from simulator.market.model import Bar, MarketDataError
from simulator.market.table import Record

OHLC = ("open", "high", "low", "close")

# A low under this share of open and close is a misprint.
_MISPRINT = 0.5


def index_bars(folder: Path, file: str, end: date) -> list[Bar]:
    """Bars up to `end`; a high or low that misses the open or close (VIX in 1992) is widened to it.

    A low under half of open and close is a misprint (VIX on 2008-10-10) and taken as the lower of the two.

    Raises:
        MarketDataError: the file is missing or wrong, or ends before `end`.
    """
    bars: list[Bar] = []
    for record in read_dated(folder, file, OHLC):
        opened, high, low, close = (positive(record, field) for field in OHLC)
        volume = (record.optional("volume") or 0.0) if "volume" in record.fields else 0.0
        floor = min(opened, close)
        kept = low if low > _MISPRINT * floor else floor
        bars.append(whole_bar(record.day, opened, high, kept, close, volume))
    if not bars or bars[-1].day < end:
        last = bars[-1].day if bars else "nothing"
        raise MarketDataError(f"end = {end} is not covered: {file} ends with {last}; give an earlier end")
    return [bar for bar in bars if bar.day <= end]


def positive(record: Record, field: str) -> float:
    """A field as a positive number.

    Raises:
        MarketDataError: it is none.
    """
    found = record.number(field)
    if found <= 0.0:
        raise record.fault(field, "give a positive number")
    return found


def whole_bar(day: date, opened: float, high: float, low: float, close: float, volume: float) -> Bar:
    """A bar whose range holds its open and close."""
    return Bar(
        day=day,
        open=opened,
        high=max(opened, high, low, close),
        low=min(opened, high, low, close),
        close=close,
        volume=volume,
    )
