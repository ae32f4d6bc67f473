"""Decoding placeOrder (message 3): the terms that decide how an order works."""

from dataclasses import dataclass

from simulator.order_fields import Terms, read_terms
from simulator.requests import ContractQuery, Fields

_PRICELESS = frozenset({"MKT", "STP"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """The terms of an order as its client sent them.

    Attributes:
        limit_price: net price per unit; None for a market order. A BAG may have a negative one (a credit).
        aux_price: trigger of a stop order.
        tif: as sent, upper case; DAY when empty.
        terms: every field, for the messages that give them back.
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
    order_ref: str
    transmit: bool
    parent_id: int
    outside_rth: bool
    what_if: bool
    terms: Terms

    @property
    def routing(self) -> tuple[tuple[str, str], ...]:
        """Smart combo routing parameters of a BAG."""
        return self.terms.routing


def read_place_order(fields: Fields) -> Ticket:
    """Decode a whole placeOrder message, every optional block included.

    Args:
        fields: of the message, after its id.

    Raises:
        RequestError: 320 when a field is missing, malformed or left over.
    """
    order_id = fields.integer("orderId")
    contract, terms = read_terms(fields)
    return make_ticket(order_id, contract, terms)


def make_ticket(order_id: int, contract: ContractQuery, terms: Terms) -> Ticket:
    """Read off the terms what decides how the order works."""
    order_type = terms.text("orderType").upper()
    limit = None if order_type in _PRICELESS else terms.number("lmtPrice")
    if order_type == "MIDPRICE":
        limit = limit or None  # 0 is no cap
    return Ticket(
        order_id=order_id,
        contract=contract,
        action=terms.text("action").upper(),
        quantity=terms.number("totalQuantity") or 0.0,
        order_type=order_type,
        limit_price=limit,
        aux_price=terms.number("auxPrice"),
        tif=terms.text("tif").upper() or "DAY",
        oca_group=terms.text("ocaGroup"),
        account=terms.text("account"),
        order_ref=terms.text("orderRef"),
        # Only an explicit 0 holds an order back.
        transmit=terms.text("transmit") != "0",
        parent_id=terms.integer("parentId"),
        outside_rth=terms.flag("outsideRth"),
        what_if=terms.flag("whatIf"),
        terms=terms,
    )
