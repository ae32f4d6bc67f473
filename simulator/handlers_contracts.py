"""Requests about contracts and their past: definitions, chains, market rules, bars."""

from simulator import contract_replies as replies
from simulator.clients import Client
from simulator.contracts import not_found
from simulator.gateway import Gateway
from simulator.hours import new_york_day
from simulator.hours_text import liquid_hours, trading_hours, zone_name
from simulator.instruments import GRIDS
from simulator.requests import Fields, invalid, read_contract
from simulator.symbols import OPTION_CLASSES, TABLE


def contract_details(gateway: Gateway, client: Client, fields: Fields) -> None:
    """List every contract that a description fits (request 9); none fits: error 200 and no end."""
    request_id = fields.integer("reqId")
    query = read_contract(fields)
    if query.sec_type == "BAG":
        return  # IBKR never answers these
    today = new_york_day(gateway.now)
    found = gateway.universe.find(query, today)
    if not found or gateway.faults.strikes("spurious_200"):
        raise not_found()
    for item in found:
        trading, liquid = (hours(gateway.hours, item, today) for hours in (trading_hours, liquid_hours))
        exchange = query.exchange or item.exchanges[0]
        client.send(replies.contract_details(request_id, item, exchange, (zone_name(item), trading, liquid)))
    client.send(replies.contract_details_end(request_id))


def option_chains(gateway: Gateway, client: Client, fields: Fields) -> None:
    """List expirations and strikes of an underlying, per exchange and class (request 78)."""
    request_id = fields.integer("reqId")
    symbol, _exchange, kind = (
        fields.text(name) for name in ("underlyingSymbol", "futFopExchange", "secType")
    )
    con_id = fields.integer("underlyingConId")
    if symbol not in OPTION_CLASSES or kind != "IND" or con_id != TABLE[symbol].con_id:
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


def matching_symbols(gateway: Gateway, client: Client, fields: Fields) -> None:
    """List contracts whose symbol or name begins with a pattern (request 81)."""
    request_id = fields.integer("reqId")
    pattern = fields.text("pattern").strip().upper()
    if not pattern:
        raise invalid("pattern is empty; give the beginning of a symbol or of a name")
    client.send(replies.symbol_samples(request_id, gateway.universe.matching(pattern)))
