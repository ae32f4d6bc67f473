"""Requests for bars: history, real-time bars, and where history begins."""

from simulator import data_replies as replies
from simulator.bar_feeds import REAL_TIME_BAR_S
from simulator.clients import Client
from simulator.gateway import Gateway
from simulator.history import BarFeed, BarsQuery, daily_of, no_data
from simulator.hours import new_york_day
from simulator.recorder import BAR_SECONDS, KINDS
from simulator.requests import ContractQuery, Fields, RequestError, invalid, read_contract, read_leg

_HEAD_BARS_MAX = 1_000_000


def historical_data(gateway: Gateway, client: Client, fields: Fields) -> None:
    """Send bars and, if wanted, keep the last of them up to date (request 20)."""
    request_id = fields.integer("reqId")
    query, format_date = _bars_query(gateway, read_contract(fields), fields)
    if query.kind == "SCHEDULE":
        start, end, days = gateway.history.schedule(query, gateway.now)
        client.send(replies.historical_schedule(request_id, query.item, start, end, days))
        return
    gateway.pacing.check_history(client, query, gateway.now)
    if gateway.faults.strikes("no_history"):
        raise no_data(query)
    gateway.recorder.watch(query.item, gateway.now)
    answer = gateway.history.answer(query, gateway.now)
    client.send(
        replies.historical_data(request_id, answer.start, answer.end, answer.bars, format_date=format_date)
    )
    if query.keep_up_to_date:
        client.bar_feeds[request_id] = BarFeed(query=query, format_date=format_date, sent=answer.bars[-1])


def cancel_historical_data(_gateway: Gateway, client: Client, fields: Fields) -> None:
    """End the updates of bars (request 25); of finished requests there is nothing to cancel."""
    client.bar_feeds.pop(fields.integer("reqId"), None)


def real_time_bars(gateway: Gateway, client: Client, fields: Fields) -> None:
    """Subscribe to five-second bars (request 50)."""
    request_id = fields.integer("reqId")
    contract = read_contract(fields)
    size, what = fields.integer("barSize", REAL_TIME_BAR_S), fields.text("whatToShow").upper() or "TRADES"
    regular_only = fields.flag("useRTH")
    if size != REAL_TIME_BAR_S:
        raise invalid(f"barSize {size} is not served; real-time bars are of {REAL_TIME_BAR_S} seconds")
    if what not in KINDS:
        raise invalid(f"whatToShow '{what}' is not served; use {', '.join(KINDS)}")
    if request_id in client.bar_feeds:
        raise RequestError(322, f"Error processing request.-'bW' : cause - Duplicate ticker id {request_id}")
    query = BarsQuery(
        item=gateway.universe.one(contract, new_york_day(gateway.now)),
        end_text="",
        bar_size="5 secs",
        duration="",
        what=what,
        regular_only=regular_only,
        keep_up_to_date=True,
    )
    gateway.recorder.watch(query.item, gateway.now)
    client.bar_feeds[request_id] = BarFeed(query=query, real_time=True)


def cancel_real_time_bars(_gateway: Gateway, client: Client, fields: Fields) -> None:
    """End real-time bars (request 51)."""
    request_id = fields.integer("reqId")
    if client.bar_feeds.pop(request_id, None) is None:
        raise RequestError(300, f"Can't find EId with tickerId:{request_id}")


def head_timestamp(gateway: Gateway, client: Client, fields: Fields) -> None:
    """Tell the first day of which there are bars (request 87)."""
    request_id = fields.integer("reqId")
    query = read_contract(fields)
    fields.skip(1)  # includeExpired; useRTH and whatToShow change nothing about the first day
    fields.flag("useRTH")
    what, format_date = fields.text("whatToShow"), fields.integer("formatDate", 1)
    today = new_york_day(gateway.now)
    item = gateway.universe.one(query, today)
    bars = daily_of(item, gateway.market, today, _HEAD_BARS_MAX) if what.upper() in {"", "TRADES"} else ()
    if not bars:
        raise RequestError(
            162, "Historical Market Data Service error message:No head time stamp for this contract and kind"
        )
    client.send(replies.head_timestamp(request_id, bars[0].day, format_date))


def cancel_head_timestamp(_gateway: Gateway, _client: Client, fields: Fields) -> None:
    """Take note (request 90): the answer was sent at once."""
    fields.integer("reqId")


def _bars_query(gateway: Gateway, query: ContractQuery, fields: Fields) -> tuple[BarsQuery, int]:
    fields.flag("includeExpired")
    end_text, bar_size, duration = (fields.text(n) for n in ("endDateTime", "barSizeSetting", "durationStr"))
    regular_only = fields.flag("useRTH")
    what, format_date = fields.text("whatToShow"), fields.integer("formatDate", 1)
    if format_date not in {1, 2}:
        raise invalid(f"formatDate {format_date} is not 1 or 2")
    if query.sec_type == "BAG":
        for _ in range(fields.count("comboLegs", 6)):
            read_leg(fields)
        raise invalid("Bars of a BAG are not served; request those of its legs' underlying")
    found = BarsQuery(
        item=gateway.universe.one(query, new_york_day(gateway.now)),
        end_text=end_text,
        bar_size=bar_size,
        duration=duration,
        what=what,
        regular_only=regular_only,
        keep_up_to_date=fields.flag("keepUpToDate"),
    )
    if not found.is_daily and bar_size not in BAR_SECONDS:
        known = ", ".join((*BAR_SECONDS, "1 day"))
        raise invalid(f"Bar size '{bar_size}' is not served; use one of {known}")
    return found, format_date
