"""The fields of openOrder and completedOrder that an order of this gateway never sets, in blocks by name.

Values are those that a real gateway sends for a plain limit order; unset doubles are empty or spelt out as it
does. Numbers in brackets are the indices in openOrder at server version 176.
"""

from simulator.wire import UNSET_DOUBLE, UNSET_INTEGER, UNSET_LONG, Field

Block = tuple[Field, ...]

# faGroup, faMethod, faPercentage, faProfile, modelCode, goodTillDate, rule80A (31 to 37)
ADVISER: Block = ("",) * 7
# percentOffset, settlingFirm, shortSaleSlot, designatedLocation, exemptCode (38 to 42)
SHORT_SALE: Block = (0.0, "", 0, "", -1)
# startingPrice, stockRefPrice, delta, stockRangeLower, stockRangeUpper (44 to 48)
BOX: Block = (None,) * 5
# What minQty and ocaType are when unset (53, 54)
QUANTITY: Block = (UNSET_INTEGER, 3)
# triggerMethod, volatility, volatilityType (59 to 61)
VOLATILITY: Block = (0, None, 0)
# deltaNeutralOrderType (the text None, so its fields follow) and deltaNeutralAuxPrice (62, 63)
DELTA_NEUTRAL: Block = ("None", None)
# deltaNeutral: conId, settlingFirm, clearingAccount, clearingIntent, openClose (64 to 68)
DELTA_NEUTRAL_CLEARING: Block = (0, "", "", "", "?")
# deltaNeutral: shortSale, shortSaleSlot, designatedLocation (69 to 71)
DELTA_NEUTRAL_SHORT: Block = (False, 0, "")
# continuousUpdate, referencePriceType, trailStopPrice, trailingPercent (72 to 75)
TRAIL: Block = (False, 0, None, None)
# scaleInitLevelSize, scaleSubsLevelSize, scalePriceIncrement, hedgeType (82 to 85)
SCALE_AND_HEDGE: Block = (None, None, None, "")
# clearingAccount, clearingIntent, notHeld, deltaNeutralContract, algoStrategy (87 to 91)
CLEARING_AND_ALGO: Block = ("", "IB", False, False, "")
# randomizeSize, randomizePrice, number of conditions (109 to 111)
RANDOM_AND_CONDITIONS: Block = (False, False, 0)
# minTradeQty, minCompeteSize, competeAgainstBestOffset, midOffsetAtWhole, midOffsetAtHalf (131 to 135)
PEG: Block = (UNSET_INTEGER, UNSET_INTEGER, UNSET_DOUBLE, UNSET_DOUBLE, UNSET_DOUBLE)

# openOrder only: blockOrder, sweepToFill, allOrNone (50 to 52)
OPEN_FLAGS: Block = (False, False, False)
# eTradeOnly, firmQuoteOnly, nbboPriceCap, parentId (55 to 58)
OPEN_ROUTING: Block = (False, False, None, 0)
# openOrder only: basisPoints and its type, unset (76, 77)
OPEN_BASIS: Block = (UNSET_DOUBLE, UNSET_INTEGER)
# margin before, change and after, three each (95 to 103): unset because this is no whatIf order
OPEN_MARGIN: Block = (UNSET_DOUBLE,) * 9
# commission, minCommission, maxCommission, commissionCurrency, warningText (104 to 108)
OPEN_COMMISSION: Block = (None, None, None, "", "")
# adjustedOrderType, six prices of adjusted stops, adjustableTrailingUnit (112 to 119)
OPEN_ADJUSTED: Block = ("None", *(UNSET_DOUBLE,) * 6, 0)
# softDollarTier: name, value, display name; cashQty (120 to 123)
OPEN_SOFT_DOLLAR: Block = ("", "", "", 0.0)
# dontUseAutoPriceForHedge, isOmsContainer, discretionaryUpToLimitPrice (124 to 126)
OPEN_PRICE_FLAGS: Block = (True, False, False)
# usePriceMgmtAlgo, duration, postToAts, autoCancelParent (127 to 130)
OPEN_LAST: Block = (None, None, None, False)

# completedOrder only: sweepToFill, allOrNone
DONE_FLAGS: Block = (False, False)
# trailStopPrice, lmtPriceOffset, cashQty, dontUseAutoPriceForHedge, isOmsContainer, autoCancelDate
DONE_PRICES: Block = (UNSET_DOUBLE, UNSET_DOUBLE, 0.0, True, False, "")
# refFuturesConId, autoCancelParent, shareholder, imbalanceOnly, routeMarketableToBbo, parentPermId
DONE_LINKS: Block = (UNSET_INTEGER, False, "", False, False, UNSET_LONG)
