"""What the broker refuses before an order is worked: selling without cover, and more than the funds allow."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from simulator.account import Account, cents, exact
from simulator.fees import commission
from simulator.instruments import Combo, Instrument
from simulator.margin import Uncovered, requirement
from simulator.orders import Order
from simulator.quotes import Board

# Initial margin of a currency pair as a share of its value (Regulation of the major pairs at 50:1).
CASH_MARGIN_SHARE = Decimal("0.02")
_CASH_FEE_SHARE, _CASH_FEE_MIN = Decimal("0.00002"), Decimal(2)

# Broad-based indices: only of these does the margin bound a synthetic future.
SYNTHETIC_UNDERLYINGS = frozenset({"SPX", "XSP"})

Holdings = dict[int, tuple[Instrument, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What an order would do to the account if it filled whole at its price; dollars.

    Attributes:
        margin_before: initial and maintenance margin now; here they are the same.
        equity_before: equity with loan value now.
    """

    margin_before: Decimal
    margin_after: Decimal
    equity_before: Decimal
    equity_after: Decimal
    commission: Decimal


def objection(order: Order, account: Account, board: Board, working: Iterable[Order]) -> str | None:
    """Return why an order is refused, None if it is not.

    The order is judged as if it were filled whole, together with every other working order that sells or
    is a BAG, and with the cost of every other working order that pays. Orders that wait for a parent count
    with it; of a one-cancels-all group only one counts. More may be sold without cover than before only by
    the option legs of conversions and reversals, whose risk the margin defines.
    """
    others = _competing(order, working)
    holdings: Holdings = {item.con_id: (item, quantity) for item, quantity in account.holdings()}
    before = requirement(holdings.values(), board.mark, board.spot)
    filled = [o for o in (*others, order) if o is order or _gives(o)]
    parents = [o.parent for o in filled if o.parent is not None and o.parent.is_working]
    for other in {o.perm_id: o for o in (*parents, *filled)}.values():
        _fill_whole(holdings, other)
    after = requirement(holdings.values(), board.mark, board.spot)
    naked = _naked(before.uncovered, after.uncovered, filled)
    if naked is not None:
        return (
            f"{naked.local_symbol.strip()} would be sold without cover; "
            "hold or buy as many options of the same expiry and right"
        )
    funds = account.value(board.mark, board.spot).available
    paid = _debit(order, board) + sum((max(Decimal(0), _debit(other, board)) for other in others), Decimal(0))
    left = funds + before.margin - after.margin - paid
    if left < 0 and left < funds:
        return f"available funds {cents(funds)} USD fall short by {cents(-left)} USD; reduce the quantity"
    return None


def impact(order: Order, account: Account, board: Board) -> Impact:
    """Return what an order would do to margin and equity, for whatIf."""
    now = account.value(board.mark, board.spot)
    item = order.legs[0].instrument
    if item.sec_type == "CASH":
        worth = exact(board.mark(item)) * order.quantity
        fee = max(_CASH_FEE_MIN, cents(worth * _CASH_FEE_SHARE))
        margin_after = now.margin + worth * CASH_MARGIN_SHARE
        return Impact(
            margin_before=now.margin,
            margin_after=margin_after,
            equity_before=now.equity,
            equity_after=now.equity - fee,
            commission=fee,
        )
    holdings: Holdings = {held.con_id: (held, quantity) for held, quantity in account.holdings()}
    _fill_whole(holdings, order)
    stocks = item.sec_type == "STK"
    return Impact(
        margin_before=now.margin,
        margin_after=requirement(holdings.values(), board.mark, board.spot).margin,
        equity_before=now.equity,
        equity_after=now.equity - (fees(order) if stocks else _debit(order, board)),
        commission=fees(order),
    )


def fees(order: Order) -> Decimal:
    """Return the commission of filling what remains of an order at once."""
    charged = order.commission
    for leg in order.legs:
        charged += commission(leg.instrument, leg.ratio * order.remaining, charged)
    return charged - order.commission


def _competing(order: Order, working: Iterable[Order]) -> Sequence[Order]:
    """Return the other orders at the broker that may fill beside this one."""
    found: list[Order] = []
    groups = {order.group} - {""}
    for other in working:
        if other is order or not other.transmitted or (other.group and other.group in groups):
            continue
        groups.add(other.group)
        found.append(other)
    return found


def _naked(before: Uncovered, after: Uncovered, orders: Iterable[Order]) -> Instrument | None:
    """Return what orders would newly sell without cover, beyond their synthetic futures."""
    allowed: Counter[tuple[str, date | None, str]] = Counter()
    for order in orders:
        key = _synthetic_sold(order)
        if key is not None:
            allowed[key] += order.legs[0].ratio * order.remaining
    for key, (item, short) in after.items():
        if short > (before[key][1] if key in before else 0) + allowed[key]:
            return item
    return None


def _synthetic_sold(order: Order) -> tuple[str, date | None, str] | None:
    """Return class, expiry and right of what a conversion or reversal sells, None for other orders."""
    if len(order.legs) != 2 or order.legs[0].instrument.symbol not in SYNTHETIC_UNDERLYINGS:
        return None
    first, second = order.legs
    one, other = first.instrument, second.instrument
    terms = [(i.trading_class, i.expiry, i.strike) for i in (one, other)]
    if terms[0] != terms[1] or one.right == other.right or first.ratio != second.ratio:
        return None
    if first.action == second.action:
        return None
    sold = one if first.sign(order.ticket.action) < 0 else other
    return (sold.trading_class, sold.expiry, sold.right)


def _gives(order: Order) -> bool:
    return isinstance(order.contract, Combo) or order.ticket.action == "SELL"


def _fill_whole(holdings: Holdings, order: Order) -> None:
    for leg in order.legs:
        _, held = holdings.get(leg.instrument.con_id, (leg.instrument, 0))
        change = leg.sign(order.ticket.action) * leg.ratio * order.remaining
        holdings[leg.instrument.con_id] = (leg.instrument, held + change)


def _debit(order: Order, board: Board) -> Decimal:
    """Return the dollars an order pays if filled at its limit or, without one, at the far side."""
    first = order.legs[0].instrument
    if first.sec_type == "FUT":
        return fees(order)
    buys = order.ticket.action == "BUY"
    price = order.ticket.limit_price
    if price is None:
        quote = board.available(order.contract)
        price = 0.0 if quote.mark is None else quote.ask if buys else quote.bid
    return exact(price) * first.multiplier * order.remaining * (1 if buys else -1) + fees(order)
