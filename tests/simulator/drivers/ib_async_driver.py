"""Connects ib_async, places an order and prints what it saw as JSON; runs in an environment of its own.

Usage: python ib_async_driver.py PORT
"""

import asyncio
import json
import sys

from ib_async import IB, Index, LimitOrder, Option  # type: ignore[import-not-found]


async def main() -> None:
    """Run the whole start sequence, read a market and fill an order."""
    ib = IB()
    await ib.connectAsync("127.0.0.1", int(sys.argv[1]), clientId=5, timeout=10)
    (index,) = await ib.qualifyContractsAsync(Index("SPX", "CBOE", "USD"))
    spx = ib.reqMktData(index)
    chain = (await ib.reqSecDefOptParamsAsync("VIX", "", "IND", 13455763))[0]
    wanted = Option("VIX", chain.expirations[1], 15.0, "C", "SMART", tradingClass="VIX", currency="USD")
    (call,) = await ib.qualifyContractsAsync(wanted)
    ticker = ib.reqMktData(call)
    for _ in range(4):
        await ib.reqCurrentTimeAsync()
    trade = ib.placeOrder(call, LimitOrder("BUY", 2, ticker.ask, tif="DAY"))
    await ib.reqCurrentTimeAsync()
    bars = await ib.reqHistoricalDataAsync(index, "", "5 D", "1 day", "TRADES", True)
    seen = {
        "version": ib.client.serverVersion(),
        "accounts": ib.managedAccounts(),
        "last": spx.last,
        "status": trade.orderStatus.status,
        "fills": [[fill.execution.price, fill.execution.shares] for fill in trade.fills],
        "commission": trade.fills[0].commissionReport.commission,
        "limit": trade.order.lmtPrice,
        "bars": len(bars),
    }
    ib.disconnect()
    json.dump(seen, sys.stdout)


asyncio.run(main())
