"""Messages about contracts; layouts of server version 176."""

from collections.abc import Sequence

from simulator.contracts import Chain
from simulator.instruments import Instrument, PriceGrid
from simulator.symbols import TABLE, Underlying
from simulator.wire import Field, encode

_ORDER_TYPES = "ACTIVETIM,ALERT,DAY,GTC,GTD,IOC,LMT,MKT,STP,STPLMT,WHATIF"
_STOCK_ORDER_TYPES = f"{_ORDER_TYPES},MIDPX"
_DESCRIBED = {
    "IND": ("Indices", "Broad Range Equity Index", "*"),
    "STK": ("Funds", "Equity Fund", "ETF"),
    "CASH": ("Currency", "Forex", "*"),
}


def contract_details(request_id: int, item: Instrument, exchange: str, hours: tuple[str, str, str]) -> bytes:
    """Send contract details (10), 40 fields; hours are the zone, the trading and the liquid hours."""
    derived = item.expiry is not None
    month = "" if item.expiry is None else f"{item.expiry:%Y%m}"
    settles = "" if item.expiry is None else f"{item.expiry:%Y%m%d}"
    last_trade = "" if item.last_trade is None else f"{item.last_trade:%Y%m%d}"
    stock = item.sec_type == "STK"
    row = TABLE[item.symbol]
    head: list[Field] = [
        *(request_id, item.symbol, item.sec_type, last_trade, item.strike, item.right, exchange, "USD"),
        *(item.local_symbol, item.trading_class, item.trading_class, item.con_id),
        item.grid.increments[0].step,
        *(str(item.multiplier) if derived else "", _STOCK_ORDER_TYPES if stock else _ORDER_TYPES),
        *(",".join(item.exchanges), 1, row.con_id if derived else 0, row.name),
        *("" if item.sec_type == "OPT" else item.exchanges[-1], month, *_DESCRIBED[row.sec_type]),
    ]
    rules = ",".join(str(item.grid.rule_id) for _ in item.exchanges)
    tail: list[Field] = [
        *(*hours, "", 0, 0, 1 if derived else 0),
        *((item.symbol, row.sec_type) if derived else ("", "")),
        *(rules, settles, "ETF" if stock else "", 1, 1, 1),
    ]
    return encode(10, *head, *tail)


def contract_details_end(request_id: int) -> bytes:
    """End the list of contract details (52)."""
    return encode(52, 1, request_id)


def option_chain(request_id: int, exchange: str, chain: Chain) -> bytes:
    """Send the expirations and strikes of one class on one exchange (75)."""
    days = [f"{day:%Y%m%d}" for day in chain.last_trades]
    lists: list[Field] = [len(days), *days, len(chain.strikes), *chain.strikes]
    return encode(75, request_id, exchange, chain.under_con_id, chain.trading_class, "100", *lists)


def option_chain_end(request_id: int) -> bytes:
    """End the option chains (76)."""
    return encode(76, request_id)


def market_rule(grid: PriceGrid) -> bytes:
    """Send the price increments of a market rule (93)."""
    pairs: list[Field] = []
    for increment in grid.increments:
        pairs += [increment.low_edge, increment.step]
    return encode(93, grid.rule_id, len(grid.increments), *pairs)


def symbol_samples(request_id: int, found: Sequence[Underlying]) -> bytes:
    """Send underlyings whose symbol or name matches, each with the kinds of its derivatives (79)."""
    rows: list[Field] = []
    for row in found:
        rows += [row.con_id, row.symbol, row.sec_type, row.exchanges[-1], "USD"]
        rows += [len(row.derivatives), *row.derivatives, row.name, ""]
    return encode(79, request_id, len(found), *rows)
