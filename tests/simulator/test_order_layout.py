"""The longest messages: placeOrder is read whole, openOrder and completedOrder have every field."""

from typing import Any

import pytest
from ib_insync import IB, ComboLeg, Contract, LimitOrder, MarketOrder, Option, Order, TagValue

from simulator.order_codec import read_place_order
from simulator.order_terms import unsupported
from simulator.requests import Fields, RequestError

Paper = Any  # the gateway of conftest, whose classes cannot be imported


OPTION = Contract(secType="OPT", conId=5, symbol="VIX", exchange="SMART", currency="USD")


def _sent(contract: Contract, order: Order, order_id: int = 9) -> list[str]:
    """Return the fields that ib_insync sends for an order at version 176."""
    client: Any = IB().client  # type: ignore[no-untyped-call]
    sent: list[str] = []
    client.connState, client._serverVersion, client.sendMsg = client.CONNECTED, 176, sent.append
    client.placeOrder(order_id, contract, order)
    client.connState = client.DISCONNECTED
    return sent[0].removesuffix("\0").split("\0")


def _condor(legs: int) -> Contract:
    parts = [
        ComboLeg(conId=10 + n, ratio=1, action="SELL" if n % 2 else "BUY", exchange="SMART")
        for n in range(legs)
    ]
    return Contract(secType="BAG", symbol="SPX", exchange="SMART", currency="USD", comboLegs=parts)


def test_place_order_is_read_field_by_field() -> None:
    """The 115 fields that ib_insync sends give back the order's terms."""
    order = LimitOrder("SELL", 3, 1.25, tif="GTC", orderRef="layer-1", account="DU1234567", transmit=False)
    values = _sent(OPTION, order)
    ticket = read_place_order(Fields(values[1:]))
    assert len(values) == 115
    assert (ticket.order_id, ticket.action, ticket.quantity, ticket.limit_price) == (9, "SELL", 3, 1.25)
    assert (ticket.tif, ticket.order_ref, ticket.account, ticket.transmit) == (
        "GTC",
        "layer-1",
        "DU1234567",
        False,
    )
    assert (ticket.what_if, unsupported(ticket), ticket.contract.con_id) == (False, "", 5)


@pytest.mark.parametrize(("legs", "fields"), [(2, 136), (4, 152)])
def test_a_bag_is_read_with_its_legs_and_routing(legs: int, fields: int) -> None:
    """Two and four legs with one routing parameter: 136 and 152 fields, all of them understood."""
    order = LimitOrder("BUY", 1, -8.35, smartComboRoutingParams=[TagValue("NonGuaranteed", "0")], whatIf=True)
    values = _sent(_condor(legs), order)
    ticket = read_place_order(Fields(values[1:]))
    assert len(values) == fields
    assert [leg.con_id for leg in ticket.contract.legs] == list(range(10, 10 + legs))
    assert [leg.action for leg in ticket.contract.legs][:2] == ["BUY", "SELL"]
    assert ticket.routing == (("NonGuaranteed", "0"),)
    assert (ticket.limit_price, ticket.what_if) == (-8.35, True)


def test_optional_blocks_are_read_and_named_as_unsupported() -> None:
    """An algorithm, a scale and a hedge lengthen the message; what cannot be worked is named, not ignored."""
    order = LimitOrder(
        "BUY", 1, 2.0, algoStrategy="Adaptive", algoParams=[TagValue("adaptivePriority", "Normal")],
        scalePriceIncrement=0.1, hedgeType="D", hedgeParam="1", whatIf=True,
    )  # fmt: skip
    ticket = read_place_order(Fields(_sent(OPTION, order)[1:]))
    assert unsupported(ticket) == "hedgeType, algoStrategy, scalePriceIncrement"
    assert ticket.what_if


def test_a_truncated_order_names_the_missing_field() -> None:
    """A message that ends early is an error, never an order with defaults."""
    values = _sent(OPTION, MarketOrder("BUY", 1))
    with pytest.raises(RequestError, match="is missing"):
        read_place_order(Fields(values[1:100]))


async def test_open_and_completed_orders_have_all_their_fields(paper: Paper) -> None:
    """136 fields in openOrder of a single contract and 101 in completedOrder, which has no order id."""
    ib = await paper.connect(7)
    (option,) = await ib.qualifyContractsAsync(Option("VIX", "20260120", 20.0, "C", "SMART"))
    raw = await paper.raw()
    await raw.start(8)
    for order_id in (1, 2):
        fields = _sent(option, LimitOrder("BUY", 1, 0.01, tif="GTC", orderRef=f"ref{order_id}"), order_id)
        raw.send(*fields)
        opened = (await raw.until("5"))[-1]
        assert len(opened) == 136
        assert (opened[1], opened[23], opened[24], opened[94]) == (
            str(order_id),
            f"ref{order_id}",
            "8",
            "PreSubmitted",
        )
    raw.send(4, 1, 2, "")
    await raw.until("4", "202")
    raw.send(99, 0)
    completed = (await raw.until("101"))[-1]
    assert len(completed) == 101
    assert completed[22:24] == ["ref2", opened[25]]


async def test_an_order_that_cannot_be_worked_is_inactive_before_its_error(paper: Paper) -> None:
    """An order type that is not served is still told as Inactive, with its terms, before its error."""
    ib = await paper.connect()
    (option,) = await ib.qualifyContractsAsync(Option("VIX", "20260120", 20.0, "C", "SMART"))
    order = Order(action="BUY", totalQuantity=1, orderType="REL", lmtPrice=1.0, percentOffset=0.1, tif="DAY")
    trade = ib.placeOrder(option, order)
    await ib.reqCurrentTimeAsync()
    assert [entry.status for entry in trade.log if entry.status][-2:] == ["Inactive", "Cancelled"]
    assert ib.placeOrder(option, MarketOrder("BUY", 1, tif="DAY")).order.orderId > order.orderId
