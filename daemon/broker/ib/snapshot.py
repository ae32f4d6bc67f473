"""The broker's whole word about us: every list ended with its end message, or there is no snapshot."""

from decimal import Decimal

from ib_insync import IB, Position

from daemon.broker.ib.contracts import key_of
from daemon.broker.ib.link import Link
from daemon.broker.ib.reports import Reports
from daemon.broker.ib.values import completed_order_of, execution_of, money, money_or_none, open_order_of
from daemon.broker.inbox import UNSTAMPED
from daemon.errors import BrokerUnavailable
from strategies.core.events import Snapshot
from strategies.core.facts import PositionSeen

_NET_LIQUIDATION = "NetLiquidation"


async def read_snapshot(link: Link, reports: Reports) -> Snapshot:
    """Return orders, executions, positions and the account's value, without a time stamp.

    Foreign orders and executions are in it, under an empty reference.

    Raises:
        BrokerTimeout, BrokerUnavailable, RequestError: as for `Link.answer`; then nothing is known.
    """
    ib, client_id = link.ib, link.ib.wrapper.clientId
    undecoded = link.undecoded
    open_trades = await link.answer_unkeyed(ib.reqAllOpenOrdersAsync, "open orders")
    completed = await link.answer_unkeyed(lambda: ib.reqCompletedOrdersAsync(False), "completed orders")
    fills = await link.answer(ib.reqExecutionsAsync(), "executions")
    positions = await link.answer_unkeyed(ib.reqPositionsAsync, "positions")
    net_liquidation = await _net_liquidation(link)
    if link.undecoded != undecoded:
        raise BrokerUnavailable("snapshot: a message in it could not be decoded, so it is not complete")
    return Snapshot(
        time=UNSTAMPED,
        epoch=link.epoch,
        open_orders=tuple(open_order_of(trade, reports.attribute(trade, client_id)) for trade in open_trades),
        completed_orders=tuple(
            completed_order_of(trade, reports.attribute(trade, client_id)) for trade in completed
        ),
        executions=tuple(execution_of(fill, reports.ref_of(fill)) for fill in fills),
        commissions=_commissions(ib),
        positions=_positions(positions, link.account),
        net_liquidation_usd=net_liquidation,
    )


async def _net_liquidation(link: Link) -> Decimal | None:
    ib = link.ib
    req_id = ib.client.getReqId()
    request = ib.wrapper.startReq(req_id)  # type: ignore[no-untyped-call]
    ib.client.reqAccountUpdatesMulti(req_id, link.account, "", False)  # type: ignore[no-untyped-call]
    try:
        await link.answer(request, "account values")
    finally:
        if link.ready:
            ib.client.cancelAccountUpdatesMulti(req_id)  # type: ignore[no-untyped-call]
    for value in ib.accountValues(link.account):
        if value.tag == _NET_LIQUIDATION and value.value:
            return money_or_none(value.value)
    return None


def _commissions(ib: IB) -> tuple[tuple[str, Decimal], ...]:
    # The library keeps the reports with the fill it saw first, not with the answer's.
    known = [
        (fill.commissionReport.execId, money_or_none(fill.commissionReport.commission))
        for fill in ib.fills()
        if fill.commissionReport.execId
    ]
    return tuple(sorted((exec_id, amount) for exec_id, amount in known if amount is not None))


def _positions(rows: list[Position], account: str) -> tuple[PositionSeen, ...]:
    # A live update may come between the rows: the last word on a contract counts.
    latest = {row.contract.conId: row for row in rows if row.account == account}
    named = {key: row for row in latest.values() if row.position and (key := key_of(row.contract))}
    return tuple(
        PositionSeen(key, money(row.position), money_or_none(abs(row.avgCost)))
        for key, row in sorted(named.items())
    )
