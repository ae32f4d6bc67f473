"""Which terms of an order can be worked here; what cannot is refused by name, never ignored."""

from simulator.order_codec import Ticket
from simulator.order_fields import names
from simulator.requests import RequestError, invalid

TIFS = frozenset({"DAY", "GTC", "GTD", "IOC"})
TYPES = frozenset({"LMT", "MKT", "STP", "STP LMT", "MIDPRICE"})
_STOCK_ONLY = frozenset({"MIDPRICE"})
_NEED_LIMIT, _NEED_TRIGGER = frozenset({"LMT", "STP LMT"}), frozenset({"STP", "STP LMT"})
_OCA_TYPES = frozenset({0, 1, 2, 3})
# 0 is the default method, 4 the one used here: one ask reaches a buy stop, one bid a sell stop.
_TRIGGER_METHODS = frozenset({0, 4})
# Set (and above zero where it is a number), each of these changes how an order works.
_UNWORKABLE_TEXTS = names(
    "deltaNeutralOrderType hedgeType algoStrategy scaleTable activeStartTime activeStopTime"
)
_UNWORKABLE_NUMBERS = names(
    "discretionaryAmt percentOffset nbboPriceCap startingPrice stockRangeLower stockRangeUpper volatility "
    "trailStopPrice trailingPercent scaleInitLevelSize scalePriceIncrement cashQty minQty"
)
_UNWORKABLE_FLAGS = names("isOmsContainer")
# No order is larger; arithmetic to the cent stays exact within these.
_MOST = {"totalQuantity": 1e9, "lmtPrice": 1e9, "auxPrice": 1e9}
_ADJUSTED_NONE = frozenset({"", "NONE"})


def check_terms(ticket: Ticket) -> None:
    """Check that the terms of a ticket can be an order at all.

    Raises:
        RequestError: 321 or 10058, naming the field, its value and what to do.
    """
    if ticket.action not in {"BUY", "SELL"}:
        raise invalid(f"Invalid action '{ticket.action}'; use BUY or SELL")
    if ticket.quantity < 1 or ticket.quantity != int(ticket.quantity):
        raise invalid(f"totalQuantity {ticket.quantity:g} is not a whole number of contracts of 1 or more")
    for name, limit in _MOST.items():
        if abs(ticket.terms.number(name) or 0.0) > limit:
            raise invalid(f"{name} {ticket.terms.text(name)} is beyond {limit:g}; no order is so large")
    if not ticket.order_type:
        raise invalid("Invalid order type was entered")
    if ticket.order_type in _NEED_LIMIT and ticket.limit_price is None:
        raise invalid(f"lmtPrice is missing; a {ticket.order_type} order needs one")
    if ticket.order_type in _NEED_TRIGGER and ticket.aux_price is None:
        raise invalid(f"auxPrice is missing; a {ticket.order_type} order needs its stop price there")
    if ticket.tif == "GTD" and not ticket.terms.text("goodTillDate"):
        raise invalid("goodTillDate is missing; a GTD order needs one")


def unworkable(ticket: Ticket, sec_type: str) -> RequestError | None:
    """Return why an order of these terms cannot be worked here, None if it can."""
    terms, order_type = ticket.terms, ticket.order_type
    if order_type not in TYPES or (order_type in _STOCK_ONLY and sec_type != "STK"):
        known = ", ".join(sorted(TYPES if sec_type == "STK" else TYPES - _STOCK_ONLY))
        return RequestError(
            387, f"Unsupported order type for this exchange and security type: {order_type}; use {known}"
        )
    if ticket.tif not in TIFS:
        return invalid(f"Invalid time in force '{ticket.tif}'; use {', '.join(sorted(TIFS))}")
    if any(terms.combo_prices):
        return RequestError(
            10058, "Per-leg prices are only for non-guaranteed combos; give one lmtPrice instead"
        )
    if ("NonGuaranteed", "1") in terms.routing:
        return invalid("NonGuaranteed combos are not supported by this gateway; leave the parameter out")
    for name, allowed in (("ocaType", _OCA_TYPES), ("triggerMethod", _TRIGGER_METHODS)):
        if terms.integer(name) not in allowed:
            return invalid(f"{name} {terms.integer(name)} is not supported; use {sorted(allowed)}")
    found = unsupported(ticket)
    return invalid(f"{found} is not supported by this gateway; leave it empty") if found else None


def unsupported(ticket: Ticket) -> str:
    """Return the names of set fields that this gateway cannot work, empty for none."""
    terms = ticket.terms
    found = [name for name in _UNWORKABLE_TEXTS if terms.text(name)]
    found += [name for name in _UNWORKABLE_NUMBERS if (terms.number(name) or 0.0) > 0.0]
    found += [name for name in _UNWORKABLE_FLAGS if terms.flag(name)]
    if terms.text("adjustedOrderType").upper() not in _ADJUSTED_NONE:
        found.append("adjustedOrderType")
    if terms.neutral:
        found.append("deltaNeutralContract")
    if terms.conditions:
        found.append("conditions")
    return ", ".join(found)
