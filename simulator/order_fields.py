"""Every field of placeOrder (message 3) at server version 176, by its API name.

The values are kept as their client wrote them, so that openOrder and completedOrder can give them back;
unset spellings (empty, 2147483647, 1.797...E308) all become empty.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from simulator.requests import ContractQuery, Fields, LegQuery, invalid, read_contract, read_leg
from simulator.wire import INFINITIES, UNSET_INTEGER

Pairs = tuple[tuple[str, str], ...]


def names(text: str) -> tuple[str, ...]:
    """Split a list of field names."""
    return tuple(text.split())


_FLAGS = frozenset(
    names(
        "transmit blockOrder sweepToFill outsideRth hidden allOrNone eTradeOnly firmQuoteOnly "
        "overridePercentageConstraints deltaNeutralShortSale continuousUpdate scaleAutoReset "
        "scaleRandomPercent optOutSmartRouting notHeld whatIf solicited randomizeSize "
        "randomizePrice isPeggedChangeAmountDecrease conditionsIgnoreRth conditionsCancelOrder "
        "dontUseAutoPriceForHedge isOmsContainer discretionaryUpToLimitPrice usePriceMgmtAlgo "
        "autoCancelParent"
    )
)
_INTEGERS = frozenset(
    names(
        "origin parentId displaySize triggerMethod shortSaleSlot exemptCode ocaType minQty "
        "auctionStrategy volatilityType deltaNeutralConId deltaNeutralShortSaleSlot "
        "referencePriceType scaleInitLevelSize scaleSubsLevelSize scalePriceAdjustInterval "
        "scaleInitPosition scaleInitFillQty referenceContractId adjustableTrailingUnit duration "
        "postToAts minTradeQty minCompeteSize"
    )
)
_NUMBERS = frozenset(
    names(
        "totalQuantity lmtPrice auxPrice discretionaryAmt percentOffset nbboPriceCap "
        "startingPrice stockRefPrice delta stockRangeLower stockRangeUpper volatility "
        "deltaNeutralAuxPrice trailStopPrice trailingPercent scalePriceIncrement "
        "scalePriceAdjustValue scaleProfitOffset peggedChangeAmount referenceChangeAmount "
        "triggerPrice lmtPriceOffset adjustedStopPrice adjustedStopLimitPrice "
        "adjustedTrailingAmount cashQty competeAgainstBestOffset midOffsetAtWhole midOffsetAtHalf"
    )
)

_HEAD = names(
    "action totalQuantity orderType lmtPrice auxPrice tif ocaGroup account openClose origin "
    "orderRef transmit parentId blockOrder sweepToFill displaySize triggerMethod outsideRth "
    "hidden"
)
_WORK = names(
    "discretionaryAmt goodAfterTime goodTillDate faGroup faMethod faPercentage faProfile "
    "modelCode shortSaleSlot designatedLocation exemptCode ocaType rule80A settlingFirm allOrNone "
    "minQty percentOffset eTradeOnly firmQuoteOnly nbboPriceCap auctionStrategy startingPrice "
    "stockRefPrice delta stockRangeLower stockRangeUpper overridePercentageConstraints volatility "
    "volatilityType deltaNeutralOrderType deltaNeutralAuxPrice"
)
_DELTA_NEUTRAL = names(
    "deltaNeutralConId deltaNeutralSettlingFirm deltaNeutralClearingAccount "
    "deltaNeutralClearingIntent deltaNeutralOpenClose deltaNeutralShortSale "
    "deltaNeutralShortSaleSlot deltaNeutralDesignatedLocation"
)
_TRAIL = names(
    "continuousUpdate referencePriceType trailStopPrice trailingPercent scaleInitLevelSize "
    "scaleSubsLevelSize scalePriceIncrement"
)
_SCALE = names(
    "scalePriceAdjustValue scalePriceAdjustInterval scaleProfitOffset scaleAutoReset "
    "scaleInitPosition scaleInitFillQty scaleRandomPercent"
)
_PEG_BENCH = names(
    "referenceContractId isPeggedChangeAmountDecrease peggedChangeAmount referenceChangeAmount "
    "referenceExchangeId"
)
_ADJUST = names(
    "adjustedOrderType triggerPrice lmtPriceOffset adjustedStopPrice adjustedStopLimitPrice "
    "adjustedTrailingAmount adjustableTrailingUnit extOperator softDollarName softDollarValue "
    "cashQty mifid2DecisionMaker mifid2DecisionAlgo mifid2ExecutionTrader mifid2ExecutionAlgo "
    "dontUseAutoPriceForHedge isOmsContainer discretionaryUpToLimitPrice usePriceMgmtAlgo "
    "duration postToAts autoCancelParent advancedErrorOverride manualOrderTime"
)
_OFFSETS = names("midOffsetAtWhole midOffsetAtHalf")
# Fields of an order condition after its kind: price, time, margin, execution, volume, percent change.
_CONDITIONS = {
    1: names("conjunction isMore price conId exchange triggerMethod"),
    3: names("conjunction isMore time"),
    4: names("conjunction isMore percent"),
    5: names("conjunction secType exchange symbol"),
    6: names("conjunction isMore volume conId exchange"),
    7: names("conjunction isMore changePercent conId exchange"),
}
_CONDITION_FLAGS = frozenset({"isMore"})
_CONDITION_INTEGERS = frozenset({"conId", "triggerMethod", "volume", "percent"})
_CONDITION_NUMBERS = frozenset({"price", "changePercent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """An order as it was sent.

    Attributes:
        values: field texts by API name, empty when unset; names of blocks that were not sent are missing.
        legs: of a BAG: openClose, shortSaleSlot, designatedLocation and exemptCode of each leg.
        combo_prices: of a BAG: per-leg limits as sent.
        routing: smart combo routing parameters.
        algo: parameters of the algorithm.
        neutral: conId, delta and price of the delta-neutral contract, empty without one.
        conditions: each its kind and fields.
    """

    values: Mapping[str, str]
    legs: tuple[tuple[str, ...], ...] = ()
    combo_prices: tuple[str, ...] = ()
    routing: Pairs = ()
    algo: Pairs = ()
    neutral: tuple[str, ...] = ()
    conditions: tuple[tuple[str, ...], ...] = ()

    def text(self, name: str) -> str:
        """Return a field as sent, empty when unset."""
        return self.values.get(name, "")

    def number(self, name: str) -> float | None:
        """Return a number, None when unset."""
        text = self.values.get(name, "")
        return float(text) if text else None

    def integer(self, name: str) -> int:
        """Return a whole number, 0 when unset."""
        return int(self.values.get(name, "") or 0)

    def flag(self, name: str) -> bool:
        """Return a bool, false when unset."""
        return self.values.get(name, "") == "1"


def read_terms(fields: Fields) -> tuple[ContractQuery, Terms]:
    """Read everything after the order id, every optional block included.

    Raises:
        RequestError: 320 when a field is missing, malformed or left over; 321 for what cannot exist.
    """
    contract = read_contract(fields)
    fields.skip(2)  # secIdType, secId
    values = _read(fields, _HEAD)
    legs: tuple[tuple[LegQuery, tuple[str, ...]], ...] = ()
    prices: tuple[str, ...] = ()
    routing: Pairs = ()
    if contract.sec_type == "BAG":
        legs = tuple(_read_leg(fields) for _ in range(fields.count("comboLegs", 6)))
        prices = tuple(_value(fields, "lmtPrice") for _ in range(fields.count("orderComboLegs", 6)))
        routing = _read_pairs(fields, "smartComboRoutingParams")
    fields.skip(1)  # deprecated shares allocation
    _read_work(fields, values)
    values |= _read(fields, names("optOutSmartRouting clearingAccount clearingIntent notHeld"))
    neutral: tuple[str, ...] = ()
    if fields.flag("deltaNeutralContract"):
        neutral = (str(fields.integer("conId")), *(str(fields.number(n) or 0.0) for n in ("delta", "price")))
    values["algoStrategy"] = fields.text("algoStrategy")
    algo = _read_pairs(fields, "algoParams") if values["algoStrategy"] else ()
    values |= _read(fields, names("algoId whatIf orderMiscOptions solicited randomizeSize randomizePrice"))
    order_type = values["orderType"].upper()
    if order_type == "PEG BENCH":
        values |= _read(fields, _PEG_BENCH)
    conditions = tuple(_read_condition(fields) for _ in range(fields.count("conditions")))
    if conditions:
        values |= _read(fields, names("conditionsIgnoreRth conditionsCancelOrder"))
    values |= _read(fields, _ADJUST)
    _read_pegs(fields, values, contract.exchange, order_type)
    fields.end()
    return contract.with_legs(leg for leg, _ in legs), Terms(
        values=values,
        legs=tuple(details for _, details in legs),
        combo_prices=prices,
        routing=routing,
        algo=algo,
        neutral=neutral,
        conditions=conditions,
    )


def _read_work(fields: Fields, values: dict[str, str]) -> None:
    """Read from discretionaryAmt to hedgeParam."""
    values |= _read(fields, _WORK)
    if values["deltaNeutralOrderType"]:
        values |= _read(fields, _DELTA_NEUTRAL)
    values |= _read(fields, _TRAIL)
    if float(values["scalePriceIncrement"] or 0.0) > 0.0:
        values |= _read(fields, _SCALE)
    values |= _read(fields, names("scaleTable activeStartTime activeStopTime hedgeType"))
    if values["hedgeType"]:
        values["hedgeParam"] = fields.text("hedgeParam")


def _read_pegs(fields: Fields, values: dict[str, str], exchange: str, order_type: str) -> None:
    """Read the tail that depends on the exchange and the order type."""
    if exchange == "IBKRATS":
        values |= _read(fields, names("minTradeQty"))
    if order_type == "PEG BEST":
        values |= _read(fields, names("minCompeteSize competeAgainstBestOffset"))
        if values["competeAgainstBestOffset"] in INFINITIES:
            values |= _read(fields, _OFFSETS)
    elif order_type == "PEG MID":
        values |= _read(fields, _OFFSETS)


def _read_leg(fields: Fields) -> tuple[LegQuery, tuple[str, ...]]:
    leg = read_leg(fields)
    open_close, slot = fields.integer("openClose"), fields.integer("shortSaleSlot")
    location, exempt = fields.text("designatedLocation"), fields.integer("exemptCode", -1)
    return leg, (str(open_close), str(slot), location, str(exempt))


def _read_pairs(fields: Fields, name: str) -> Pairs:
    return tuple(
        (fields.text(f"{name}.tag"), fields.text(f"{name}.value")) for _ in range(fields.count(name))
    )


def _read_condition(fields: Fields) -> tuple[str, ...]:
    kind = fields.integer("condition.type")
    if kind not in _CONDITIONS:
        raise invalid(f"Order condition of type {kind} does not exist; use 1, 3, 4, 5, 6 or 7")
    return (str(kind), *(_condition_value(fields, name) for name in _CONDITIONS[kind]))


def _condition_value(fields: Fields, name: str) -> str:
    if name in _CONDITION_FLAGS:
        return "1" if fields.flag(name) else "0"
    if name in _CONDITION_INTEGERS:
        return str(fields.integer(name))
    if name in _CONDITION_NUMBERS:
        return str(fields.number(name) or 0.0)
    return fields.text(name)


def _read(fields: Fields, wanted: Iterable[str]) -> dict[str, str]:
    return {name: _value(fields, name) for name in wanted}


def _value(fields: Fields, name: str) -> str:
    """Read a field of its kind; return the text that was sent, empty for the unset spellings."""
    if name in _FLAGS:
        raw = fields.text(name)
        return raw and ("1" if Fields([raw]).flag(name) else "0")
    if name in _INTEGERS:
        value = fields.integer(name, UNSET_INTEGER)
        return "" if value == UNSET_INTEGER else str(value)
    if name in _NUMBERS:
        raw = fields.text(name)
        if raw in INFINITIES and name == "competeAgainstBestOffset":
            return INFINITIES[0]
        number = Fields([raw]).number(name)
        return "" if number is None else raw
    return fields.text(name)
