"""The order of fields in openOrder and completedOrder, and what an unset one looks like there.

A field comes back as its client sent it; one that was left empty comes back as a real gateway shows it for a
plain limit order: empty, spelt out as unset, or with its default. Numbers in brackets are the indices in
openOrder at server version 176.
"""

from simulator.order_fields import Terms, names
from simulator.wire import UNSET_DOUBLE, UNSET_INTEGER, Field

_UNSET: dict[str, Field] = {
    "discretionaryAmt": 0.0,
    "openClose": "?",
    "origin": 0,
    "shortSaleSlot": 0,
    "exemptCode": -1,
    "auctionStrategy": 0,
    "displaySize": UNSET_INTEGER,
    "minQty": UNSET_INTEGER,
    "ocaType": 3,
    "parentId": 0,
    "triggerMethod": 0,
    "deltaNeutralOrderType": "None",
    "deltaNeutralConId": 0,
    "deltaNeutralOpenClose": "?",
    "deltaNeutralShortSaleSlot": 0,
    "clearingIntent": "IB",
    "adjustedOrderType": "None",
    "adjustableTrailingUnit": 0,
    "dontUseAutoPriceForHedge": "1",
    **dict.fromkeys(names("minTradeQty minCompeteSize"), UNSET_INTEGER),
    **dict.fromkeys(names("competeAgainstBestOffset midOffsetAtWhole midOffsetAtHalf"), UNSET_DOUBLE),
    **dict.fromkeys(
        names("triggerPrice lmtPriceOffset adjustedStopPrice adjustedStopLimitPrice adjustedTrailingAmount"),
        UNSET_DOUBLE,
    ),
    **dict.fromkeys(
        names(
            "outsideRth hidden blockOrder sweepToFill allOrNone eTradeOnly firmQuoteOnly "
            "deltaNeutralShortSale continuousUpdate optOutSmartRouting notHeld solicited "
            "randomizeSize randomizePrice isOmsContainer discretionaryUpToLimitPrice "
            "autoCancelParent whatIf scaleAutoReset scaleRandomPercent conditionsIgnoreRth "
            "conditionsCancelOrder isPeggedChangeAmountDecrease"
        ),
        "0",
    ),
}

# ocaGroup (19); account to orderRef stand between (20 to 25)
FIRST = names("outsideRth hidden discretionaryAmt goodAfterTime")
# faGroup to stockRangeUpper (31 to 48); completedOrder lacks auctionStrategy
ADVISER = names(
    "faGroup faMethod faPercentage faProfile modelCode goodTillDate rule80A percentOffset "
    "settlingFirm shortSaleSlot designatedLocation exemptCode"
)
BOX = names("startingPrice stockRefPrice delta stockRangeLower stockRangeUpper displaySize")
# blockOrder to triggerMethod (50 to 59)
OPEN_FLAGS = names(
    "blockOrder sweepToFill allOrNone minQty ocaType eTradeOnly firmQuoteOnly nbboPriceCap "
    "parentId triggerMethod"
)
DONE_FLAGS = names("sweepToFill allOrNone minQty ocaType triggerMethod")
# volatility to the end of the delta-neutral block (60 to 71): its order type is never empty here
VOLATILITY = names("volatility volatilityType deltaNeutralOrderType deltaNeutralAuxPrice")
OPEN_NEUTRAL = names(
    "deltaNeutralConId deltaNeutralSettlingFirm deltaNeutralClearingAccount "
    "deltaNeutralClearingIntent deltaNeutralOpenClose deltaNeutralShortSale "
    "deltaNeutralShortSaleSlot deltaNeutralDesignatedLocation"
)
DONE_NEUTRAL = names(
    "deltaNeutralConId deltaNeutralShortSale deltaNeutralShortSaleSlot deltaNeutralDesignatedLocation"
)
# (72 to 75), then in openOrder basisPoints and its type
TRAIL = names("continuousUpdate referencePriceType trailStopPrice trailingPercent")
_SCALE = names("scaleInitLevelSize scaleSubsLevelSize scalePriceIncrement")
_SCALE_MORE = names(
    "scalePriceAdjustValue scalePriceAdjustInterval scaleProfitOffset scaleAutoReset "
    "scaleInitPosition scaleInitFillQty scaleRandomPercent"
)
_PEG_BENCH = names(
    "referenceContractId isPeggedChangeAmountDecrease peggedChangeAmount referenceChangeAmount "
    "referenceExchangeId"
)
# adjustedOrderType to adjustableTrailingUnit (112 to 119)
OPEN_ADJUSTED = names(
    "adjustedOrderType triggerPrice trailStopPrice lmtPriceOffset adjustedStopPrice "
    "adjustedStopLimitPrice adjustedTrailingAmount adjustableTrailingUnit softDollarName "
    "softDollarValue"
)
# after the soft dollar tier's display name (123 to 130)
OPEN_LAST = names(
    "cashQty dontUseAutoPriceForHedge isOmsContainer discretionaryUpToLimitPrice usePriceMgmtAlgo "
    "duration postToAts autoCancelParent"
)
DONE_PRICES = names("trailStopPrice lmtPriceOffset cashQty dontUseAutoPriceForHedge isOmsContainer")
PEG = names("minTradeQty minCompeteSize competeAgainstBestOffset midOffsetAtWhole midOffsetAtHalf")


def row(terms: Terms, wanted: tuple[str, ...]) -> list[Field]:
    """Return fields as they come back."""
    return [terms.text(name) or _UNSET.get(name, "") for name in wanted]


def scale_and_hedge(terms: Terms) -> list[Field]:
    """Return the scale block (with its tail if there is an increment) and hedgeType with its parameter."""
    result = row(terms, _SCALE)
    if (terms.number("scalePriceIncrement") or 0.0) > 0.0:
        result += row(terms, _SCALE_MORE)
    result.append(terms.text("hedgeType"))
    if terms.text("hedgeType"):
        result.append(terms.text("hedgeParam"))
    return result


def clearing_and_algo(terms: Terms) -> list[Field]:
    """Return clearingAccount to the algorithm's parameters."""
    result = row(terms, names("clearingAccount clearingIntent notHeld"))
    result += [bool(terms.neutral), *terms.neutral, terms.text("algoStrategy")]
    if terms.text("algoStrategy"):
        result += [len(terms.algo), *(part for pair in terms.algo for part in pair)]
    return result


def random_and_conditions(terms: Terms) -> list[Field]:
    """Return randomizeSize to the conditions."""
    result = row(terms, names("randomizeSize randomizePrice"))
    if terms.text("orderType").upper() == "PEG BENCH":
        result += row(terms, _PEG_BENCH)
    result += [len(terms.conditions), *(part for condition in terms.conditions for part in condition)]
    if terms.conditions:
        result += row(terms, names("conditionsIgnoreRth conditionsCancelOrder"))
    return result
