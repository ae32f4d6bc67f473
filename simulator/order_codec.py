"""Decoding placeOrder (message 3) at server version 176; index numbers count the message id as 0."""

from dataclasses import dataclass, replace

from simulator.requests import ContractQuery, Fields, LegQuery, invalid, read_contract, read_leg


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """The terms of an order as its client sent them.

    Attributes:
        limit_price: net price per unit; None for a market order. A BAG may have a negative one (a credit).
        combo_prices: per-leg limits, refused later: a combo of four legs has one net price.
    """

    order_id: int
    contract: ContractQuery
    action: str
    quantity: float
    order_type: str
    limit_price: float | None
    aux_price: float | None
    tif: str
    oca_group: str
    account: str
    open_close: str
    origin: int
    order_ref: str
    transmit: bool
    parent_id: int
    outside_rth: bool
    combo_prices: tuple[float | None, ...]
    routing: tuple[tuple[str, str], ...]
    what_if: bool
    unsupported: str


def read_place_order(fields: Fields) -> Ticket:
    """Decode a whole placeOrder message, every optional block included.

    Args:
        fields: of the message, after its id.

    Raises:
        RequestError: 320 when a field is missing, malformed or left over.
    """
    order_id = fields.integer("orderId")
    contract = read_contract(fields)
    fields.skip(2)  # secIdType, secId
    head = _read_head(fields)
    prices: tuple[float | None, ...] = ()
    routing: tuple[tuple[str, str], ...] = ()
    if contract.sec_type == "BAG":
        legs, prices, routing = _read_combo(fields)
        contract = replace(contract, legs=legs)
    unsupported = _read_conditions_of_work(fields)
    order_type = head["order_type"].upper()
    what_if, more = _read_tail(fields, order_type)
    return Ticket(
        order_id=order_id,
        contract=contract,
        action=head["action"].upper(),
        quantity=_number(head["quantity"], "totalQuantity") or 0.0,
        order_type=order_type,
        limit_price=None if order_type == "MKT" else _number(head["limit_price"], "lmtPrice"),
        aux_price=_number(head["aux_price"], "auxPrice"),
        tif=(head["tif"] or "DAY").upper(),
        oca_group=head["oca_group"],
        account=head["account"],
        open_close=head["open_close"],
        origin=int(_number(head["origin"], "origin") or 0),
        order_ref=head["order_ref"],
        transmit=head["transmit"] != "0",
        parent_id=int(_number(head["parent_id"], "parentId") or 0),
        outside_rth=head["outside_rth"] == "1",
        combo_prices=prices,
        routing=routing,
        what_if=what_if,
        unsupported=", ".join(filter(None, (unsupported, more))),
    )


_HEAD = (
    *(
        "action",
        "quantity",
        "order_type",
        "limit_price",
        "aux_price",
        "tif",
        "oca_group",
        "account",
        "open_close",
    ),
    *("origin", "order_ref", "transmit", "parent_id", "block", "sweep", "display_size", "trigger_method"),
    *("outside_rth", "hidden"),
)


def _read_head(fields: Fields) -> dict[str, str]:
    return {name: fields.text(name) for name in _HEAD}


def _number(raw: str, name: str) -> float | None:
    return Fields([raw]).number(name)


def _read_combo(
    fields: Fields,
) -> tuple[tuple[LegQuery, ...], tuple[float | None, ...], tuple[tuple[str, str], ...]]:
    legs: list[LegQuery] = []
    for _ in range(fields.count("comboLegs", 6)):
        legs.append(read_leg(fields))
        fields.skip(4)  # openClose, shortSaleSlot, designatedLocation, exemptCode
    prices = tuple(fields.number("orderComboLeg.price") for _ in range(fields.count("orderComboLegs", 6)))
    routing = tuple(
        (fields.text("smartCombo.tag"), fields.text("smartCombo.value"))
        for _ in range(fields.count("smartComboRoutingParams"))
    )
    return tuple(legs), prices, routing


def _read_conditions_of_work(fields: Fields) -> str:
    """Read from the deprecated allocation field to hedgeType; return what of it this gateway cannot work."""
    unsupported = []
    fields.skip(2)  # deprecated allocation, discretionaryAmt
    if fields.text("goodAfterTime"):
        unsupported.append("goodAfterTime")
    fields.skip(27)  # goodTillDate to volatilityType, 38 to 64 of the index map
    if fields.text("deltaNeutralOrderType"):
        unsupported.append("deltaNeutralOrderType")
        fields.skip(1 + 8)
    else:
        fields.skip(1)  # deltaNeutralAuxPrice
    fields.skip(6)  # continuousUpdate, referencePriceType, 2 of trailing stops, 2 scale sizes
    if (fields.number("scalePriceIncrement") or 0.0) > 0.0:
        unsupported.append("scalePriceIncrement")
        fields.skip(7)
    fields.skip(3)  # scaleTable, activeStartTime, activeStopTime
    if fields.text("hedgeType"):
        unsupported.append("hedgeType")
        fields.skip(1)
    return ", ".join(unsupported)


def _read_tail(fields: Fields, order_type: str) -> tuple[bool, str]:
    """Read from optOutSmartRouting to the end; return whatIf and what this gateway cannot work."""
    unsupported = []
    fields.skip(4)  # optOutSmartRouting, clearingAccount, clearingIntent, notHeld
    if fields.flag("deltaNeutralContract"):
        unsupported.append("deltaNeutralContract")
        fields.skip(3)
    if fields.text("algoStrategy"):
        unsupported.append("algoStrategy")
        fields.skip(2 * fields.count("algoParams"))
    fields.skip(1)  # algoId
    what_if = fields.flag("whatIf")
    fields.skip(4)  # orderMiscOptions, solicited, randomizeSize, randomizePrice
    if order_type == "PEG BENCH":
        fields.skip(5)
    if fields.count("conditions"):
        # Their length depends on their kind and none is served, so the rest of the message is not read.
        raise invalid("order conditions are not supported; send the order without conditions")
    # adjustedOrderType to manualOrderTime, see 91 to 114 of the index map.
    fields.skip(24)
    return what_if, ", ".join(unsupported)
