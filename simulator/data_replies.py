"""Messages around market data, and bars; layouts of server version 176. Ticks are in `tick_frames`."""

from collections.abc import Sequence
from datetime import date, datetime

from simulator.hours import NEW_YORK, Window, eastern_text
from simulator.hours_text import zone_name
from simulator.instruments import Combo, Instrument
from simulator.market.model import Bar
from simulator.recorder import TimedBar
from simulator.trading_day import zone
from simulator.wire import Field, encode

_NO_VOLUME = -1
_AS_EPOCH = 2


def tick_request_params(request_id: int, item: Instrument | Combo) -> bytes:
    """Open a market data subscription (81)."""
    return encode(81, request_id, item.grid.increments[0].step, "9c0001", 3)


def market_data_type(request_id: int, kind: int) -> bytes:
    """Say whether ticks are live (1), frozen (2), delayed (3) or both (4) (58)."""
    return encode(58, 1, request_id, kind)


def no_computation(request_id: int, tick: int, numbers: Sequence[float]) -> bytes:
    """Send an option computation whose numbers are not available (21)."""
    return encode(21, request_id, tick, 0, *numbers)


def snapshot_end(request_id: int) -> bytes:
    """End a snapshot (57)."""
    return encode(57, 1, request_id)


def historical_data(
    request_id: int, start: datetime, end: datetime, bars: Sequence[Bar | TimedBar], format_date: int = 1
) -> bytes:
    """Send bars (17); days are bare dates in both date formats, times are text or epoch seconds."""
    rows: list[Field] = []
    for bar in bars:
        rows += [_stamp(bar, format_date), bar.open, bar.high, bar.low, bar.close]
        rows += [int(bar.volume), _average(bar), 0] if isinstance(bar, Bar) else [_NO_VOLUME] * 3
    return encode(17, request_id, eastern_text(start), eastern_text(end), len(bars), *rows)


def historical_schedule(
    request_id: int, item: Instrument, start: datetime, end: datetime, days: Sequence[tuple[date, Window]]
) -> bytes:
    """Send the hours of past days in the zone of the contract's exchange (106)."""
    place = zone(item)

    def text(at: datetime) -> str:
        return f"{at.astimezone(place):%Y%m%d-%H:%M:%S}"

    rows = [(text(span.start), text(span.end), f"{day:%Y%m%d}") for day, span in days]
    flat: list[Field] = [value for row in rows for value in row]
    return encode(106, request_id, text(start), text(end), zone_name(item), len(rows), *flat)


def bar_update(request_id: int, bar: Bar | TimedBar, format_date: int) -> bytes:
    """Send the bar in the making (90): close before high and low."""
    prices = (bar.open, bar.close, bar.high, bar.low)
    return encode(90, request_id, _NO_VOLUME, _stamp(bar, format_date), *prices, _average(bar), _NO_VOLUME)


def real_time_bar(request_id: int, bar: TimedBar) -> bytes:
    """Send a five-second bar (50); volume, average and count are not known."""
    prices = (bar.open, bar.high, bar.low, bar.close)
    return encode(50, 3, request_id, int(bar.start.timestamp()), *prices, *[_NO_VOLUME] * 3)


def head_timestamp(request_id: int, first: date, format_date: int) -> bytes:
    """Tell the first day of which there are bars (88)."""
    at = datetime.combine(first, datetime.min.time(), NEW_YORK)
    return encode(
        88, request_id, int(at.timestamp()) if format_date == _AS_EPOCH else f"{first:%Y%m%d-00:00:00}"
    )


def _stamp(bar: Bar | TimedBar, format_date: int) -> str:
    if isinstance(bar, Bar):
        return f"{bar.day:%Y%m%d}"
    return str(int(bar.start.timestamp())) if format_date == _AS_EPOCH else eastern_text(bar.start)


def _average(bar: Bar | TimedBar) -> float:
    return round((bar.high + bar.low + bar.close) / 3, 4)
