"""Messages about orders, executions and commissions; layouts of server version 176."""

from simulator import order_layout as layout
from simulator.account import cents
from simulator.hours import eastern_text
from simulator.instruments import BAG_CON_ID, Combo, Instrument
from simulator.order_layout import row
from simulator.orders import Execution, Order
from simulator.replies import terms
from simulator.risk import Impact
from simulator.wire import UNSET_DOUBLE, UNSET_INTEGER, UNSET_LONG, Field, encode

# Margin before, change and after, three each, then commission, its bounds, currency, warning (95 to 108).
_NO_STATE: tuple[Field, ...] = (*(UNSET_DOUBLE,) * 9, None, None, None, "", "")


def order_status(order: Order) -> bytes:
    """Send the state of an order (3); of one that another client cancelled it names that client."""
    client_id = order.client_id if order.ended_by is None else order.ended_by
    held = "child" if order.parent is not None and order.parent.is_working and order.is_working else ""
    return encode(
        *(3, order.ticket.order_id, order.status.value, order.filled, order.remaining, order.average_price),
        *(order.perm_id, order.ticket.parent_id, order.last_price, client_id, held, 0.0),
    )


def open_order(order: Order, account: str) -> bytes:
    """Send an order with all its terms (5); 136 fields plus the blocks of a BAG."""
    return _open_order(order, account, _NO_STATE)


def what_if_answer(order: Order, account: str, found: Impact) -> bytes:
    """Send what an order would do to the account (5); the bounds of the commission are unset."""
    margins = (found.margin_before, found.margin_after - found.margin_before, found.margin_after)
    equities = (found.equity_before, found.equity_after - found.equity_before, found.equity_after)
    state: list[Field] = []
    for margin, equity in zip(margins, equities, strict=True):
        state += [cents(margin), cents(margin), cents(equity)]
    state += [found.commission, UNSET_DOUBLE, None, "USD", ""]
    return _open_order(order, account, tuple(state))


def _open_order(order: Order, account: str, state: tuple[Field, ...]) -> bytes:
    sent = order.ticket.terms
    allocation = f"{order.perm_id}.0/{account}/{order.quantity}"
    return encode(
        *(5, order.ticket.order_id, *_contract(order), *_terms_of_work(order, account)),
        *(order.ticket.order_ref, order.client_id, order.perm_id),
        *(*row(sent, layout.FIRST), allocation),
        *(*row(sent, layout.ADVISER), *row(sent, ("auctionStrategy",)), *row(sent, layout.BOX)),
        *(*row(sent, layout.OPEN_FLAGS), *row(sent, layout.VOLATILITY), *row(sent, layout.OPEN_NEUTRAL)),
        *(*row(sent, layout.TRAIL), UNSET_DOUBLE, UNSET_INTEGER),
        *(*_legs(order), *layout.scale_and_hedge(sent), *row(sent, ("optOutSmartRouting",))),
        *(*layout.clearing_and_algo(sent), *row(sent, ("solicited", "whatIf")), order.status.value),
        *(*state, *layout.random_and_conditions(sent)),
        *(*row(sent, layout.OPEN_ADJUSTED), "", *row(sent, layout.OPEN_LAST), *row(sent, layout.PEG)),
    )


def completed_order(order: Order, account: str) -> bytes:
    """Send an order that is done (101): permId and orderRef, but neither orderId nor clientId."""
    sent = order.ticket.terms
    assert order.completed_at is not None
    parent = UNSET_LONG if order.parent is None else order.parent.perm_id
    return encode(
        *(101, *_contract(order), *_terms_of_work(order, account)),
        *(order.ticket.order_ref, order.perm_id, *row(sent, layout.FIRST)),
        *(*row(sent, layout.ADVISER), *row(sent, layout.BOX), *row(sent, layout.DONE_FLAGS)),
        *(*row(sent, layout.VOLATILITY), *row(sent, layout.DONE_NEUTRAL), *row(sent, layout.TRAIL)),
        *(*_legs(order), *layout.scale_and_hedge(sent), *layout.clearing_and_algo(sent)),
        *(*row(sent, ("solicited",)), order.status.value, *layout.random_and_conditions(sent)),
        *(*row(sent, layout.DONE_PRICES), "", order.filled, UNSET_INTEGER, *row(sent, ("autoCancelParent",))),
        # shareholder, imbalanceOnly, routeMarketableToBbo, parentPermId
        *("", False, False, parent),
        *(eastern_text(order.completed_at), order.completed_text, *row(sent, layout.PEG)),
    )


def open_order_end() -> bytes:
    """End the list of open orders (53)."""
    return encode(53, 1)


def completed_orders_end() -> bytes:
    """End the list of completed orders (102)."""
    return encode(102)


def order_bound(order: Order) -> bytes:
    """Say under which order id an order made by hand goes from now on (100)."""
    return encode(100, order.perm_id, order.client_id, order.ticket.order_id)


def exec_details(request_id: int, execution: Execution, account: str, zone: str = "") -> bytes:
    """Send an execution (11), exactly 31 fields; request_id -1 when it is news; `zone` is a fault's."""
    order = execution.order
    time = eastern_text(execution.time)
    if zone:
        time = f"{time[:17]} {zone}"
    return encode(
        *(11, request_id, order.ticket.order_id, *contract_terms(execution.contract, exchange="CBOE")),
        *(execution.exec_id, time, account, "CBOE"),
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
        names = (exchange, "USD", contract.symbol, "COMB")
        return [BAG_CON_ID, contract.symbol, "BAG", "", 0.0, "?", "", *names]
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
    ticket, sent = order.ticket, order.ticket.terms
    prices = (sent.text("lmtPrice") or 0.0, sent.text("auxPrice") or 0.0)
    return [
        *(ticket.action, order.quantity, ticket.order_type, *prices, ticket.tif),
        *(ticket.oca_group, account, *row(sent, ("openClose", "origin"))),
    ]


def _legs(order: Order) -> list[Field]:
    """Return the leg blocks: description, legs, per-leg prices and routing parameters."""
    if not isinstance(order.contract, Combo):
        return ["", 0, 0, 0]
    sent = order.ticket.terms
    described = ",".join(
        f"{leg.instrument.con_id}|{leg.ratio if leg.action == 'BUY' else -leg.ratio}"
        for leg in order.contract.legs
    )
    result: list[Field] = [described, len(order.contract.legs)]
    for leg, query, details in zip(order.contract.legs, order.ticket.contract.legs, sent.legs, strict=True):
        exchange = query.exchange or order.contract.exchange
        result += [leg.instrument.con_id, leg.ratio, leg.action, exchange, *details]
    result += [len(sent.combo_prices), *sent.combo_prices, len(sent.routing)]
    return result + [part for pair in sent.routing for part in pair]
