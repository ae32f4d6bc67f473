"""Whatever order ib_insync can encode comes back in openOrder and completedOrder, field for field."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ib_insync import IB, ComboLeg, Contract, Order, OrderComboLeg, OrderCondition, SoftDollarTier, TagValue
from ib_insync.contract import DeltaNeutralContract
from ib_insync.decoder import Decoder
from ib_insync.util import UNSET_DOUBLE, UNSET_INTEGER

Inside = Any  # the in-process client of conftest, whose classes cannot be imported
Seen = list[tuple[Contract, Order]]

# The gateway's own: who, which, and what the order has become.
_OWN = {"orderId", "clientId", "permId", "account", "transmit", "whatIf", "filledQuantity", "parentPermId"}
# Sent, but in neither answer at version 176.
_NEVER_TOLD = {
    *("activeStartTime", "activeStopTime", "scaleTable", "algoId", "orderMiscOptions", "extOperator"),
    *("overridePercentageConstraints", "mifid2DecisionMaker", "mifid2DecisionAlgo", "mifid2ExecutionTrader"),
    *("mifid2ExecutionAlgo", "advancedErrorOverride", "manualOrderTime", "conditionsIgnoreRth"),
    *("conditionsCancelOrder", "basisPoints", "basisPointsType", "autoCancelDate", "refFuturesConId"),
    *("shareholder", "imbalanceOnly", "routeMarketableToBbo"),
}
_ONLY_OPEN = {
    *(
        "blockOrder",
        "eTradeOnly",
        "firmQuoteOnly",
        "nbboPriceCap",
        "parentId",
        "auctionStrategy",
    ),
    *("deltaNeutralSettlingFirm", "deltaNeutralClearingAccount", "deltaNeutralClearingIntent"),
    *(
        "deltaNeutralOpenClose",
        "optOutSmartRouting",
        "adjustedOrderType",
        "triggerPrice",
        "adjustedStopPrice",
    ),
    *("adjustedStopLimitPrice", "adjustedTrailingAmount", "adjustableTrailingUnit", "softDollarTier"),
    *("discretionaryUpToLimitPrice", "usePriceMgmtAlgo", "duration", "postToAts"),
}
# What a gateway shows where nothing was sent.
_SHOWN_UNSET = {
    "lmtPrice": 0.0,
    "auxPrice": 0.0,
    "tif": "DAY",
    "openClose": "?",
    "clearingIntent": "IB",
    "deltaNeutralOrderType": "None",
    "deltaNeutralOpenClose": "?",
    "adjustedOrderType": "None",
    "faProfile": "",
}
_STARTED = {
    "action": st.sampled_from(["BUY", "SELL"]),
    "totalQuantity": st.integers(1, 10**6).map(float),
    "orderType": st.sampled_from(
        [
            "LMT",
            "MKT",
            "STP",
            "STP LMT",
            "MIDPRICE",
            "TRAIL",
            "REL",
            "VOL",
            "PEG BENCH",
            "PEG BEST",
            "PEG MID",
        ]
    ),
    "lmtPrice": st.floats(-1e6, 1e6),
    "auxPrice": st.floats(-1e6, 1e6),
    "tif": st.sampled_from(["", "DAY", "GTC", "IOC", "GTD", "OPG", "FOK"]),
    "goodTillDate": st.just("20270101 12:00:00 US/Eastern"),
    "goodAfterTime": st.sampled_from(["", "20260105 12:00:00 US/Eastern", "20260105-15:00:00"]),
    "account": st.sampled_from(["", "DU1234567"]),
    "transmit": st.just(False),
    "whatIf": st.just(False),
    "parentId": st.just(0),
    # ib_insync's decoder takes a 0 for unset.
    "scalePriceIncrement": st.one_of(st.just(UNSET_DOUBLE), st.floats(0.001, 1e6), st.floats(-1e6, -0.001)),
    "competeAgainstBestOffset": st.one_of(st.just(UNSET_DOUBLE), st.just(math.inf), st.floats(0, 1e6)),
}
_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
_PAIRS = st.lists(st.builds(TagValue, _TEXT, _TEXT), max_size=3)
_PRICE = st.one_of(st.just(UNSET_DOUBLE), st.floats(-1e9, 1e9))
_WHOLE = st.one_of(st.just(UNSET_INTEGER), st.integers(-(2**31), 2**31 - 2))


def _strategy(field: dataclasses.Field[Any]) -> st.SearchStrategy[Any]:
    if field.name in _STARTED:
        return _STARTED[field.name]
    if field.name in {"algoParams", "smartComboRoutingParams", "orderMiscOptions"}:
        return _PAIRS
    if field.name == "orderComboLegs":
        return st.lists(st.builds(OrderComboLeg, price=_PRICE), max_size=4)
    if field.name == "conditions":
        return st.lists(_conditions(), max_size=3)
    if field.name == "softDollarTier":
        return st.builds(SoftDollarTier, name=_TEXT, val=_TEXT)
    return {bool: st.booleans(), int: _WHOLE, float: _PRICE, str: _TEXT}[type(field.default)]


def _conditions() -> st.SearchStrategy[Any]:
    def build(kind: int) -> st.SearchStrategy[Any]:
        made = OrderCondition.createClass(kind)  # type: ignore[no-untyped-call]
        values = {
            field.name: {
                bool: st.booleans(),
                int: st.integers(0, 10**6),
                float: st.floats(-1e6, 1e6),
                str: _TEXT,
            }[type(field.default)]
            for field in dataclasses.fields(made)
            if field.name != "condType"
        }
        return st.builds(made, **values)

    return st.sampled_from([1, 3, 4, 5, 6, 7]).flatmap(build)


ORDERS = st.builds(
    Order, **{f.name: _strategy(f) for f in dataclasses.fields(Order) if f.name not in _OWN - _STARTED.keys()}
)
_LEGS = st.builds(
    ComboLeg,
    ratio=st.integers(1, 9),
    action=st.sampled_from(["BUY", "SELL"]),
    exchange=st.sampled_from(["SMART", "CBOE"]),
    openClose=st.integers(0, 3),
    shortSaleSlot=st.integers(0, 2),
    designatedLocation=_TEXT,
    exemptCode=st.integers(-1, 5),
)
_NEUTRAL = st.none() | st.builds(
    DeltaNeutralContract, conId=st.integers(0, 10**6), delta=st.floats(-1, 1), price=st.floats(0, 1e4)
)


class _Catcher:
    """What ib_insync's decoder calls; keeps orders."""

    def __init__(self) -> None:
        self.seen: Seen = []

    def openOrder(self, _order_id: int, contract: Contract, order: Order, _state: object) -> None:  # noqa: N802 - the decoder's name
        """Keep an open order."""
        self.seen.append((contract, order))

    def completedOrder(self, contract: Contract, order: Order, _state: object) -> None:  # noqa: N802 - the decoder's name
        """Keep a completed order."""
        self.seen.append((contract, order))


def _encoded(order_id: int, contract: Contract, order: Order) -> list[str]:
    client: Any = IB().client  # type: ignore[no-untyped-call]
    sent: list[str] = []
    client.connState, client._serverVersion, client.sendMsg = client.CONNECTED, 176, sent.append
    client.placeOrder(order_id, contract, order)
    client.connState = client.DISCONNECTED
    return sent[0].removesuffix("\0").split("\0")


def _decoded(frames: list[list[str]]) -> Seen:
    catcher = _Catcher()
    decoder: Any = Decoder(catcher, 176)  # type: ignore[arg-type]
    for frame in frames:
        if frame[0] in {"5", "101"}:
            decoder.handlers[int(frame[0])](frame)
    return catcher.seen


def _same(name: str, sent: Any, told: Any) -> bool:  # noqa: ANN401 - any field's value
    if sent in {UNSET_DOUBLE, UNSET_INTEGER, ""} if isinstance(sent, str | int | float) else False:
        if name in _SHOWN_UNSET:
            return bool(told == _SHOWN_UNSET[name])
        return told in {UNSET_DOUBLE, UNSET_INTEGER, "", 0, -1, 3} or told is True
    if name == "softDollarTier":
        return bool((sent.name, sent.val) == (told.name, told.val))
    if name == "conditions":
        return [dataclasses.astuple(c) for c in sent] == [dataclasses.astuple(c) for c in told]
    return bool(sent == told)


def _block_is_sent(name: str, order: Order, contract: Contract) -> bool:
    """Whether ib_insync sends a field at all with this order."""
    scaled = 0 < order.scalePriceIncrement < UNSET_DOUBLE
    offsets = name in {"midOffsetAtWhole", "midOffsetAtHalf"}
    if name in {"minCompeteSize", "competeAgainstBestOffset"}:
        return order.orderType == "PEG BEST"
    if offsets:
        infinite = order.orderType == "PEG BEST" and order.competeAgainstBestOffset == math.inf
        return infinite or order.orderType == "PEG MID"
    blocks = {
        "scale": scaled or name in {"scaleInitLevelSize", "scaleSubsLevelSize", "scalePriceIncrement"},
        "deltaNeutral": bool(order.deltaNeutralOrderType) or name.endswith(("OrderType", "AuxPrice")),
    }
    for prefix, is_sent in blocks.items():
        if name.startswith(prefix):
            return is_sent
    if name in {"referenceContractId", "referenceChangeAmount", "referenceExchangeId"} or "egged" in name:
        return order.orderType == "PEG BENCH"
    singles = {
        "hedgeParam": bool(order.hedgeType),
        "algoParams": bool(order.algoStrategy),
        "minTradeQty": False,
        "orderComboLegs": contract.secType == "BAG",
        "smartComboRoutingParams": contract.secType == "BAG",
    }
    return singles.get(name, True)


def _check(contract: Contract, order: Order, told: tuple[Contract, Order], hidden: set[str]) -> None:
    back_contract, back = told
    for field in dataclasses.fields(Order):
        name = field.name
        if name in _OWN | _NEVER_TOLD | hidden or not _block_is_sent(name, order, contract):
            continue
        sent, got = getattr(order, name), getattr(back, name)
        assert _same(name, sent, got), f"{name}: sent {sent!r}, came back {got!r}"
    wanted = [dataclasses.astuple(leg) for leg in contract.comboLegs]
    assert [dataclasses.astuple(leg) for leg in back_contract.comboLegs] == wanted
    assert back_contract.deltaNeutralContract == contract.deltaNeutralContract


@pytest.fixture
def legs(inside: Callable[..., Inside]) -> tuple[Inside, list[int]]:
    """A gateway and the ids of four SPXW options."""
    client = inside()
    found = [
        client.ask(
            9,
            8,
            1,
            0,
            "SPX",
            "OPT",
            "20260130",
            strike,
            "C",
            "",
            "SMART",
            "",
            "USD",
            "",
            "SPXW",
            0,
            "",
            "",
            "",
        )
        for strike in (3850, 3875, 3900, 3925)
    ]
    return client, [int(frames[0][12]) for frames in found]


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(order=ORDERS, parts=st.lists(_LEGS, min_size=2, max_size=4), neutral=_NEUTRAL, bag=st.booleans())
def test_any_order_comes_back_field_for_field(
    legs: tuple[Inside, list[int]],
    order: Order,
    parts: list[ComboLeg],
    neutral: DeltaNeutralContract | None,
    bag: bool,  # noqa: FBT001 - an example's value
) -> None:
    """An order that is not transmitted is kept as it is, told with all its terms, and again when done."""
    client, ids = legs
    contract = Contract(conId=ids[0], secType="OPT", symbol="SPX", exchange="SMART", currency="USD")
    if bag:
        for leg, con_id in zip(parts, ids, strict=False):
            leg.conId = con_id
        contract = Contract(secType="BAG", symbol="SPX", exchange="SMART", currency="USD", comboLegs=parts)
    contract.deltaNeutralContract = neutral
    order_id = client.gateway.desk.next_order_id(7)
    frames = client.ask(*_encoded(order_id, contract, order))
    assert [frame[0] for frame in frames] == ["5", "3"], frames
    _check(contract, order, _decoded(frames)[0], set())
    client.ask(4, 1, order_id, "")
    completed = [f for f in client.ask(99, 0) if f[0] == "101"]
    _check(contract, order, _decoded(completed[-1:])[0], _ONLY_OPEN)
    client.gateway.exchange.orders.clear()
