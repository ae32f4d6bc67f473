"""Requests for ticks one by one: as they come (97, 98) and past ones (96)."""

from datetime import datetime, timedelta

from simulator import tick_by_tick as ticks
from simulator.clients import Client
from simulator.gateway import Gateway
from simulator.history import SERVICE
from simulator.hours import new_york_day
from simulator.instants import parse_instant
from simulator.instruments import Instrument
from simulator.requests import Fields, RequestError, invalid, read_contract

# IBKR's allowance for 100 lines of market data.
_FEEDS_MAX = 5
_PAST_MAX = 1_000
_WHATS = ("TRADES", "MIDPOINT", "BID_ASK")
# How far from the named end or start past ticks are looked for.
_REACH = timedelta(days=7)


def tick_by_tick(gateway: Gateway, client: Client, fields: Fields) -> None:
    """Subscribe to ticks of one contract (request 97)."""
    request_id = fields.integer("reqId")
    query = read_contract(fields)
    kind, count = fields.text("tickType"), fields.integer("numberOfTicks")
    fields.flag("ignoreSize")
    if kind not in ticks.KINDS:
        raise invalid(f"tickType '{kind}' does not exist; use {', '.join(ticks.KINDS)}")
    if count:
        raise invalid(f"numberOfTicks {count} is not served; use 0 and ask for past ticks on their own")
    if request_id in client.tick_feeds:
        raise RequestError(322, f"Error processing request.-'bW' : cause - Duplicate ticker id {request_id}")
    if len(client.tick_feeds) >= _FEEDS_MAX:
        raise RequestError(10190, "Max number of tick-by-tick requests has been reached.")
    if gateway.faults.no_data:
        raise RequestError(354, "Requested market data is not subscribed.")
    item = gateway.universe.one(query, new_york_day(gateway.now))
    prints_only = item.sec_type == "IND" and kind not in {"Last", "AllLast"}
    if prints_only or item.sec_type == "OPT":
        reason = f"{kind} tick-by-tick requests are not supported for {item.symbol} {item.sec_type}"
        raise RequestError(10189, f"Failed to request tick-by-tick data.{reason}")
    client.tick_feeds[request_id] = ticks.TickFeed(item=item, kind=ticks.KINDS[kind])
    gateway.recorder.watch(item, gateway.now)
    if not gateway.faults.outages.cut_off:
        client.send(*ticks.news(client.tick_feeds, gateway.board, gateway.now))


def cancel_tick_by_tick(_gateway: Gateway, client: Client, fields: Fields) -> None:
    """End such a subscription (request 98)."""
    request_id = fields.integer("reqId")
    if client.tick_feeds.pop(request_id, None) is None:
        raise RequestError(300, f"Can't find EId with tickerId:{request_id}")


def historical_ticks(gateway: Gateway, client: Client, fields: Fields) -> None:
    """Send up to 1000 past ticks from a start on, or up to an end (request 96)."""
    request_id = fields.integer("reqId")
    query = read_contract(fields)
    fields.flag("includeExpired")
    start, end = fields.text("startDateTime"), fields.text("endDateTime")
    count, what = fields.integer("numberOfTicks"), fields.text("whatToShow").upper()
    regular = fields.flag("useRth")
    if bool(start) == bool(end):
        raise invalid("Give startDateTime or endDateTime, one of them and not both")
    if not 1 <= count <= _PAST_MAX:
        raise invalid(f"numberOfTicks {count} is out of range; use 1 to {_PAST_MAX}")
    if what not in _WHATS:
        raise invalid(f"whatToShow '{what}' is not served; use {', '.join(_WHATS)}")
    item = gateway.universe.one(query, new_york_day(gateway.now))
    first, last = _span(start, end, gateway.now)

    kinds = ("BID", "ASK") if what == "BID_ASK" else (what,)
    found = [gateway.history.prices(item, kind, first, last, regular_only=regular) for kind in kinds]
    client.send(_answer(request_id, item, what, [run[:count] if start else run[-count:] for run in found]))


def _span(start: str, end: str, now: datetime) -> tuple[datetime, datetime]:
    """Return the instants between which ticks are looked for; the first is excluded."""
    if start:
        first = parse_instant(start, "startDateTime") - timedelta(seconds=1)
        return first, min(now, first + _REACH)
    last = min(now, parse_instant(end, "endDateTime"))
    return last - _REACH, last


def _answer(request_id: int, item: Instrument, what: str, found: list[list[tuple[datetime, float]]]) -> bytes:
    """Return the message of past ticks, or raise 162 where there are none."""
    if not found[0]:
        raise RequestError(162, f"{SERVICE}:HMDS query returned no data: no ticks in that time")
    if what == "TRADES":
        return ticks.historical_last(request_id, found[0], item.exchanges[0])
    if what == "MIDPOINT":
        return ticks.historical_mid(request_id, found[0])
    sides = ((at, bid, ask) for (at, bid), (_, ask) in zip(*found, strict=True))
    return ticks.historical_sides(request_id, sides)
