"""Messages about orders, executions and commissions; layouts of server version 176."""

from simulator import order_layout as layout
from simulator.hours import eastern_text
from simulator.instruments import BAG_CON_ID, Combo, Instrument
from simulator.orders import Execution, Order
from simulator.replies import terms
from simulator.wire import UNSET_DOUBLE, UNSET_INTEGER, Field, encode


def order_status(order: Order) -> bytes:
    """Send the state of an order (3)."""
    return encode(
        *(3, order.ticket.order_id, order.status.value, order.filled, order.remaining, order.average_price),
        *(order.perm_id, 0, order.last_price, order.client_id, "", 0.0),
    )


def open_order(order: Order, account: str) -> bytes:
    """Send an order with all its terms (5); 136 fields plus the blocks of a BAG."""
    ticket = order.ticket
    allocation = f"{order.perm_id}.0/{account}/{order.quantity}"
    return encode(
        *(5, ticket.order_id, *_contract(order), *_terms_of_work(order, account)),
        *(ticket.order_ref, order.client_id, order.perm_id, ticket.outside_rth, False, 0.0, "", allocation),
        *(*layout.ADVISER, *layout.SHORT_SALE, 0, *layout.BOX),
        *(UNSET_INTEGER, *layout.OPEN_FLAGS, *layout.QUANTITY, *layout.OPEN_ROUTING, *layout.VOLATILITY),
        *(*layout.DELTA_NEUTRAL, *layout.DELTA_NEUTRAL_CLEARING, *layout.DELTA_NEUTRAL_SHORT),
        *(*layout.TRAIL, *layout.OPEN_BASIS, *_legs(order), *layout.SCALE_AND_HEDGE),
        *(False, *layout.CLEARING_AND_ALGO, False, False, order.status.value),
        *(*layout.OPEN_MARGIN, *layout.OPEN_COMMISSION, *layout.RANDOM_AND_CONDITIONS),
        *(*layout.OPEN_ADJUSTED, *layout.OPEN_SOFT_DOLLAR, *layout.OPEN_PRICE_FLAGS),
        *(*layout.OPEN_LAST, *layout.PEG),
    )


def completed_order(order: Order, account: str) -> bytes:
    """Send an order that is done (101): permId and orderRef, but neither orderId nor clientId."""
    ticket = order.ticket
    assert order.completed_at is not None
    return encode(
        *(101, *_contract(order), *_terms_of_work(order, account)),
        *(ticket.order_ref, order.perm_id, ticket.outside_rth, False, 0.0, ""),
        *(*layout.ADVISER, *layout.SHORT_SALE, *layout.BOX, UNSET_INTEGER),
        *(*layout.DONE_FLAGS, *layout.QUANTITY, *layout.VOLATILITY, *layout.DELTA_NEUTRAL),
        *(0, *layout.DELTA_NEUTRAL_SHORT, *layout.TRAIL, *_legs(order), *layout.SCALE_AND_HEDGE),
        *(*layout.CLEARING_AND_ALGO, False, order.status.value, *layout.RANDOM_AND_CONDITIONS),
        *(*layout.DONE_PRICES, order.filled, *layout.DONE_LINKS),
        *(eastern_text(order.completed_at), order.completed_text, *layout.PEG),
    )


def open_order_end() -> bytes:
    """End the list of open orders (53)."""
    return encode(53, 1)


def completed_orders_end() -> bytes:
    """End the list of completed orders (102)."""
    return encode(102)


def exec_details(request_id: int, execution: Execution, account: str) -> bytes:
    """Send an execution (11), exactly 31 fields; request_id -1 when it is news."""
    order = execution.order
    return encode(
        *(11, request_id, order.ticket.order_id, *contract_terms(execution.contract, exchange="CBOE")),
        *(execution.exec_id, eastern_text(execution.time), account, "CBOE"),
        *("BOT" if execution.bought else "SLD", execution.quantity, execution.price, order.perm_id),
        *(order.client_id, 0, execution.cumulative, execution.average_price, order.ticket.order_ref),
        *("", None, "", 2),
    )


def exec_details_end(request_id: int) -> bytes:
    """End the list of executions (55)."""
    return encode(55, 1, request_id)


def commission_report(execution: Execution) -> bytes:
    """Send the commission of an execution (59); realised profit is unset when it opened a position."""
    realized: Field = UNSET_DOUBLE if execution.realized is None else execution.realized
    return encode(59, 1, execution.exec_id, execution.commission, "USD", realized, UNSET_DOUBLE, "")


def contract_terms(contract: Instrument | Combo, exchange: str) -> list[Field]:
    """Return conId to tradingClass of a contract or of a BAG."""
    if isinstance(contract, Combo):
        return [
            BAG_CON_ID,
            contract.symbol,
            "BAG",
            "",
            0.0,
            "?",
            "",
            exchange,
            "USD",
            contract.symbol,
            "COMB",
        ]
    return terms(contract, exchange)


def _contract(order: Order) -> list[Field]:
    contract = order.contract
    exchange = contract.exchange if isinstance(contract, Combo) else order.ticket.contract.exchange
    shown = contract_terms(contract, exchange or "SMART")
    if not shown[5]:
        shown[5] = "?"
    return shown


def _terms_of_work(order: Order, account: str) -> list[Field]:
    """Return action to origin."""
    ticket = order.ticket
    limit = 0.0 if ticket.limit_price is None else ticket.limit_price
    return [
        *(ticket.action, order.quantity, ticket.order_type, limit, ticket.aux_price or 0.0, ticket.tif),
        *(ticket.oca_group, account, ticket.open_close or "?", ticket.origin),
    ]


def _legs(order: Order) -> list[Field]:
    """Return the leg blocks: description, legs, per-leg prices (never any) and routing parameters."""
    if not isinstance(order.contract, Combo):
        return ["", 0, 0, 0]
    described = ",".join(
        f"{leg.instrument.con_id}|{leg.ratio if leg.action == 'BUY' else -leg.ratio}"
        for leg in order.contract.legs
    )
    result: list[Field] = [described, len(order.contract.legs)]
    for leg in order.contract.legs:
        result += [leg.instrument.con_id, leg.ratio, leg.action, order.contract.exchange, 0, 0, "", -1]
    result += [0, len(order.ticket.routing)]
    for tag, value in order.ticket.routing:
        result += [tag, value]
    return result
