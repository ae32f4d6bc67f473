"""Requests about contracts and their past: definitions, chains, market rules, bars."""

from simulator import replies
from simulator.clients import Client
from simulator.contracts import OPTION_CLASSES, not_found
from simulator.gateway import Gateway
from simulator.history import BarsQuery, daily_bars
from simulator.hours import new_york_day
from simulator.instruments import GRIDS, index
from simulator.requests import ContractQuery, Fields, invalid, read_contract, read_leg


def contract_details(gateway: Gateway, client: Client, fields: Fields) -> None:
    """List every contract that a description fits (request 9); none fits: error 200 and no end."""
    request_id = fields.integer("reqId")
    query = read_contract(fields)
    today = new_york_day(gateway.now)
    found = gateway.universe.find(query, today)
    if not found:
        raise not_found()
    for item in found:
        text = gateway.hours.text(item, today)
        client.send(
            replies.contract_details(request_id, item, query.exchange or item.exchanges[0], (text, text))
        )
    client.send(replies.contract_details_end(request_id))


def option_chains(gateway: Gateway, client: Client, fields: Fields) -> None:
    """List expirations and strikes of an underlying, per exchange and class (request 78)."""
    request_id = fields.integer("reqId")
    symbol, _exchange, kind = (
        fields.text(name) for name in ("underlyingSymbol", "futFopExchange", "secType")
    )
    con_id = fields.integer("underlyingConId")
    if symbol not in OPTION_CLASSES or kind != "IND" or con_id != index(symbol).con_id:
        raise not_found()
    for chain in gateway.universe.chains(symbol, new_york_day(gateway.now)):
        for exchange in ("SMART", "CBOE"):
            client.send(replies.option_chain(request_id, exchange, chain))
    client.send(replies.option_chain_end(request_id))


def market_rule(_gateway: Gateway, client: Client, fields: Fields) -> None:
    """Tell the price increments of a rule (request 91)."""
    rule_id = fields.integer("marketRuleId")
    if rule_id not in GRIDS:
        raise invalid(f"Market rule {rule_id} does not exist; use an id of contract details' marketRuleIds")
    client.send(replies.market_rule(GRIDS[rule_id]))


def historical_data(gateway: Gateway, client: Client, fields: Fields) -> None:
    """Send completed daily bars (request 20)."""
    request_id = fields.integer("reqId")
    query = read_contract(fields)
    asked = _bars_query(gateway, query, fields)
    answer = daily_bars(asked, gateway.market, gateway.now)
    client.send(replies.historical_data(request_id, answer.start, answer.end, answer.bars))


def cancel_historical_data(_gateway: Gateway, _client: Client, fields: Fields) -> None:
    """Nothing to cancel (request 25): bars are sent at once and never updated."""
    fields.integer("reqId")


def _bars_query(gateway: Gateway, query: ContractQuery, fields: Fields) -> BarsQuery:
    fields.flag("includeExpired")
    end_text, bar_size, duration = (fields.text(n) for n in ("endDateTime", "barSizeSetting", "durationStr"))
    fields.flag("useRTH")
    what = fields.text("whatToShow")
    if fields.integer("formatDate", 1) not in {1, 2}:
        raise invalid("formatDate is not 1 or 2")
    if query.sec_type == "BAG":
        for _ in range(fields.count("comboLegs", 6)):
            read_leg(fields)
        raise invalid("Bars of a BAG are not served; request those of its legs' underlying")
    return BarsQuery(
        item=gateway.universe.one(query, new_york_day(gateway.now)),
        end_text=end_text,
        bar_size=bar_size,
        duration=duration,
        what=what,
        keep_up_to_date=fields.flag("keepUpToDate"),
    )
