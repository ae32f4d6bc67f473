"""Sending and cancelling orders: at once, once, never modified."""

from collections.abc import Callable

from ib_insync import Contract, Order

from daemon.broker.codes import LOCAL
from daemon.broker.ib.catalogue import Catalogue
from daemon.broker.ib.contracts import combo_of, contract_of
from daemon.broker.ib.link import Link
from daemon.broker.ib.order_book import OrderBook
from daemon.broker.inbox import UNSTAMPED, Inbox
from daemon.broker.paper_guard import guarded_account
from daemon.broker.port import BrokerSettings
from daemon.errors import ConfigError, InvariantBroken
from strategies.core.commands import Intent
from strategies.core.events import BrokerNotice, OrderNotTransmitted, OrderTransmitted

Veto = Callable[[Intent], str]
"""Says right before the write why an order must not be sent any more; empty where it may."""


class CannotSend(Exception):  # noqa: N818 - a reason on its way to an event, not an error
    """Nothing was sent; the text says why."""


class Orders:
    """The order desk of all connections."""

    def __init__(
        self, settings: BrokerSettings, catalogue: Catalogue, book: OrderBook, inbox: Inbox, veto: Veto
    ) -> None:
        self._settings = settings
        self._veto = veto
        self._catalogue = catalogue
        self._book = book
        self._inbox = inbox

    def place(self, link: Link | None, intent: Intent) -> None:
        """Hand the order's bytes to the socket, or report why certainly nothing was sent.

        Raises:
            InvariantBroken: this reference was transmitted before.
        """
        ref = intent.order_ref
        if self._book.was_transmitted(ref):
            raise InvariantBroken(f"broker: order {ref} was transmitted before and would be sent twice")
        try:
            open_link = self._may_send(link)
            contract = self._contract(intent)
            order = self._order(open_link, intent)
            self._look_once_more(intent)
        except CannotSend as reason:
            self.not_sent(ref, str(reason))
            return
        # Noted first: if the write below fails half-way the order counts as sent.
        self._book.transmitted(ref, order.orderId)
        open_link.ib.placeOrder(contract, order)
        self._inbox.report(OrderTransmitted(time=UNSTAMPED, order_ref=ref, order_id=order.orderId))

    def not_sent(self, order_ref: str, reason: str) -> None:
        """Report that certainly nothing was sent, and why."""
        self._inbox.report(OrderNotTransmitted(time=UNSTAMPED, order_ref=order_ref, reason=reason))

    def cancel(self, link: Link | None, order_ref: str) -> None:
        """Ask for the cancel, or give a notice that it could not be asked for."""
        try:
            open_link = self._may_send(link)
            order_id = self._id_to_cancel(order_ref)
        except CannotSend as reason:
            text = f"cancel of order {order_ref} not sent: {reason}"
            self._inbox.report(BrokerNotice(time=UNSTAMPED, code=LOCAL, text=text))
            return
        # Not ib.cancelOrder: that reports a status which the broker has not said.
        open_link.ib.client.cancelOrder(order_id, "")  # type: ignore[no-untyped-call]

    def _id_to_cancel(self, order_ref: str) -> int:
        order_id = self._book.order_id(order_ref)
        if order_id is None:
            raise CannotSend("this connection has not been shown such an open order")
        return order_id

    def _may_send(self, link: Link | None) -> Link:
        if link is None or not link.ready:
            raise CannotSend("not connected")
        try:
            # The gateway may announce other accounts during the connection's life.
            guarded_account(link.ib.wrapper.accounts, self._settings.paper_prefixes, self._settings.account)
        except ConfigError as error:
            raise CannotSend(f"account not guarded: {error}") from error
        if link.throttle_room() <= 0:
            raise CannotSend("the limit of messages a second is reached; the order would have been queued")
        return link

    def _look_once_more(self, intent: Intent) -> None:
        if veto := self._veto(intent):
            raise CannotSend(veto)

    def _contract(self, intent: Intent) -> Contract:
        legs = []
        for leg in intent.legs:
            con_id = self._catalogue.con_id(leg.instrument.key)
            if con_id is None:
                raise CannotSend(f"the contract id of {leg.instrument.key} is unknown; list its expiry first")
            legs.append((leg, con_id))
        if not intent.is_combo:
            return contract_of(legs[0][0].instrument, legs[0][1])
        try:
            return combo_of(legs)
        except ValueError as error:
            raise CannotSend(str(error)) from error

    def _order(self, link: Link, intent: Intent) -> Order:
        if intent.account and intent.account != link.account:
            raise CannotSend(f"the intent names account {intent.account}, this session trades {link.account}")
        bought = intent.is_combo or intent.legs[0].ratio > 0
        units = 1 if intent.is_combo else abs(intent.legs[0].ratio)
        return Order(
            orderId=link.ib.client.getReqId(),
            action="BUY" if bought else "SELL",
            totalQuantity=intent.quantity * units,
            orderType="LMT",
            lmtPrice=float(intent.limit),
            tif=intent.tif,  # explicit, or a preset of the gateway sets it and says 10349
            account=link.account,
            orderRef=intent.order_ref,
            transmit=True,
        )
