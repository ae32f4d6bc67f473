"""Live reports of orders, as they come off the wire: status, execution, commission, notices."""

from collections.abc import Callable
from decimal import Decimal

from ib_insync import CommissionReport, Contract, Fill, OrderStatus, Trade

from daemon.broker.codes import LOCAL, Meaning, meaning
from daemon.broker.ib.contracts import key_of
from daemon.broker.ib.link import Link
from daemon.broker.ib.market import Market
from daemon.broker.ib.order_book import OrderBook
from daemon.broker.ib.values import execution_of, money, money_or_none, words
from daemon.broker.inbox import UNSTAMPED, Inbox
from strategies.core import events

_INFERRED = "inferred from an error code"
"""Left in `whyHeld` of a trade that the library cancelled on its own account, so that the broker's next word,
whatever it is, differs from what the library holds and is not dropped as a duplicate."""


class Reports:
    """Turns the library's events into ours, each fact once. Foreign orders are not reported live."""

    def __init__(self, book: OrderBook, inbox: Inbox) -> None:
        self._book = book
        self._inbox = inbox
        self._reasons: dict[str, str] = {}
        self._statuses: dict[str, events.OrderStatus] = {}
        self._commissions: dict[str, Decimal] = {}

    def listen(self, link: Link) -> None:
        """Take the order events of a connection."""
        ib = link.ib
        link.on(ib.orderStatusEvent, self._readable(link, self._status_changed))
        link.on(ib.openOrderEvent, lambda trade: self.attribute(trade, ib.wrapper.clientId))
        link.on(ib.execDetailsEvent, self._readable(link, self._executed))
        link.on(ib.commissionReportEvent, self._readable(link, self._commissioned))
        link.on(ib.errorEvent, self._readable(link, lambda *message: self._message(link, *message)))

    def _readable(self, link: Link, handler: Callable[..., None]) -> Callable[..., None]:
        """Return a handler for which a report that makes no sense is a notice, and no reason to end.

        The connection counts it: no snapshot during which one came is believed to be complete.
        """

        def read(*report: object) -> None:
            try:
                handler(*report)
            except (ValueError, OverflowError, ArithmeticError) as error:
                link.undecoded += 1
                text = f"a report of the gateway makes no sense and was not taken: {words(str(error))}"
                self._inbox.report(events.BrokerNotice(time=UNSTAMPED, code=LOCAL, text=text))

        return read

    def attribute(self, trade: Trade, client_id: int) -> str:
        """Return our reference of a trade, noting its ids; empty for a foreign one."""
        order = trade.order
        perm_id = order.permId or trade.orderStatus.permId
        return self._book.seen(order.orderRef, order.orderId if order.clientId == client_id else 0, perm_id)

    def ref_of(self, fill: Fill) -> str:
        """Return our reference of a fill, empty for a foreign one."""
        return self._book.ref_of(fill.execution.orderRef, fill.execution.permId)

    def _status_changed(self, trade: Trade) -> None:
        if trade.log and trade.log[-1].errorCode:
            return  # the library's inference; the message itself follows in the same breath
        ref = self._book.seen(trade.order.orderRef, 0, trade.orderStatus.permId)
        if trade.orderStatus.status not in {*OrderStatus.DoneStates, "Inactive"}:
            self._reasons.pop(ref, None)
        self._report_status(trade, ref, confirmed=True)

    def _message(self, link: Link, req_id: int, code: int, text: str, contract: Contract | None) -> None:
        trade = link.ib.wrapper.trades.get((link.ib.wrapper.clientId, req_id))
        ref = self._book.ref_of(trade.order.orderRef, trade.order.permId) if trade else ""
        if trade is None or not ref:
            # A request may name a whole group, say an expiry; only one with an id is one instrument.
            instrument = key_of(contract) if contract and contract.conId else None
            notice = events.BrokerNotice(time=UNSTAMPED, code=code, text=words(text), instrument=instrument)
            self._inbox.report(notice)
            return
        if trade.log and trade.log[-1].errorCode == code:
            trade.orderStatus.whyHeld = _INFERRED
        self._reasons[ref] = f"{code} {words(text)}"
        self._report_status(trade, ref, confirmed=trade.orderStatus.whyHeld != _INFERRED)

    def _report_status(self, trade: Trade, ref: str, *, confirmed: bool) -> None:
        status = trade.orderStatus
        event = events.OrderStatus(
            time=UNSTAMPED,
            order_ref=ref,
            status=words(status.status),
            filled=money(status.filled),
            remaining=money(status.remaining),
            perm_id=status.permId or trade.order.permId,
            reason=self._reasons.get(ref, ""),
            confirmed=confirmed,
        )
        if ref and self._statuses.get(ref) != event:
            self._statuses[ref] = event
            self._inbox.report(event)

    def _executed(self, trade: Trade, fill: Fill) -> None:
        perm_id = fill.execution.permId
        ref = self._book.seen(fill.execution.orderRef or trade.order.orderRef, 0, perm_id)
        if ref:
            execution = execution_of(fill, ref)
            self._inbox.report(events.ExecutionReported(time=UNSTAMPED, execution=execution))

    def _commissioned(self, _trade: Trade, fill: Fill, report: CommissionReport) -> None:
        amount = money_or_none(report.commission)
        if amount is None or not self.ref_of(fill) or self._commissions.get(report.execId) == amount:
            return  # reports are sent again with every list of executions
        self._commissions[report.execId] = amount
        event = events.Commission(time=UNSTAMPED, exec_id=report.execId, commission_usd=amount)
        self._inbox.report(event)


def keep_subscribed(link: Link, market: Market, inbox: Inbox, renew: Callable[[], None]) -> None:
    """React to what the gateway says of its own connection and of market data.

    What was refused is noted. Once the gateway is connected again everything is subscribed anew, whether it
    says that data were lost (1101) or maintained (1102): after 1102 subscriptions were seen to stay dead.
    After 2110 alone neither need come; then the next word of a farm that is well says that it is back.
    """
    lost: set[Meaning] = set()

    def back() -> None:
        lost.clear()
        inbox.report(events.Upstream(time=UNSTAMPED, connected=True))
        renew()

    def heard(_req_id: int, code: int, _text: str, contract: Contract | None) -> None:
        match meaning(code):
            case Meaning.DATA_REFUSED:
                market.refused(contract)
            case Meaning.LINK_LOST | Meaning.LINK_BROKEN as how:
                lost.add(how)
                inbox.report(events.Upstream(time=UNSTAMPED, connected=False))
            case Meaning.LINK_BACK_DATA_LOST | Meaning.LINK_BACK:
                back()
            case Meaning.FARM_OK if lost == {Meaning.LINK_BROKEN}:
                back()
            case _:
                pass

    link.on(link.ib.errorEvent, heard)
    link.on(link.ib.pendingTickersEvent, market.ticked)
