"""What the broker refuses before an order is worked: selling without cover, and more than the funds allow."""

from collections.abc import Iterable
from decimal import Decimal

from simulator.account import Account, cents, exact
from simulator.fees import commission
from simulator.instruments import Combo, Instrument
from simulator.margin import requirement
from simulator.orders import Order
from simulator.quotes import Board


def objection(order: Order, account: Account, board: Board, working: Iterable[Order]) -> str | None:
    """Return why an order is refused, None if it is not.

    The order is judged as if it were filled whole, together with every other working order that sells or
    is a BAG, and with the cost of every other working order that pays.
    """
    others = [other for other in working if other is not order]
    holdings = {item.con_id: (item, quantity) for item, quantity in account.holdings()}
    before = requirement(holdings.values(), board.mark)
    for other in (*others, order):
        if other is order or isinstance(other.contract, Combo) or other.ticket.action == "SELL":
            _fill_whole(holdings, other)
    after = requirement(holdings.values(), board.mark)
    if after.uncovered is not None:
        return (
            f"{after.uncovered.local_symbol.strip()} would be sold without cover; "
            "hold or buy as many options of the same expiry and right"
        )
    funds = account.value(board.mark).available
    paid = _debit(order, board) + sum((max(Decimal(0), _debit(other, board)) for other in others), Decimal(0))
    left = funds + before.margin - after.margin - paid
    if left < 0 and left < funds:
        return f"available funds {cents(funds)} USD fall short by {cents(-left)} USD; reduce the quantity"
    return None


def _fill_whole(holdings: dict[int, tuple[Instrument, int]], order: Order) -> None:
    for leg in order.legs:
        _, held = holdings.get(leg.instrument.con_id, (leg.instrument, 0))
        change = leg.sign(order.ticket.action) * leg.ratio * order.remaining
        holdings[leg.instrument.con_id] = (leg.instrument, held + change)


def _debit(order: Order, board: Board) -> Decimal:
    """Return the dollars an order pays if filled at its limit or, without one, at the far side."""
    first = order.legs[0].instrument
    fees = sum(
        (commission(leg.instrument, leg.ratio * order.remaining, Decimal(1)) for leg in order.legs),
        Decimal(0),
    )
    if first.sec_type == "FUT":
        return fees
    buys = order.ticket.action == "BUY"
    price = order.ticket.limit_price
    if price is None:
        quote = board.available(order.contract)
        price = 0.0 if quote.mark is None else quote.ask if buys else quote.bid
    return exact(price) * first.multiplier * order.remaining * (1 if buys else -1) + fees
