"""Which contracts the gateway's own figures watch, and a client that only watches them.

`python -m bench.lines PORT CLIENT_ID LINES` subscribes with the unmodified `ib_insync`, says "done", and then
asks for the time as often as each line of standard input says, which moves a stepped gateway on.
"""

import asyncio
import math
import sys
from collections.abc import Sequence
from typing import Any

from ib_insync import IB, Contract, Future, Index, Option

# An options book watches two indices and a curve; everything else are options.
_FUTURES, _EXPIRIES = 6, 3
_SPX_SHARE = 0.6


async def chosen(ib: Any, count: int) -> list[Contract]:  # noqa: ANN401 - ib_insync's IB has no annotations
    """Return `count` contracts: SPX and VIX, VX futures, and the options of three expiries near the money."""
    indices = await ib.qualifyContractsAsync(Index("SPX", "CBOE"), Index("VIX", "CBOE"))
    details = await ib.reqContractDetailsAsync(Future("VIX", "", "CFE", tradingClass="VX"))
    futures = sorted((d.contract for d in details), key=lambda c: c.lastTradeDateOrContractMonth)[:_FUTURES]
    left = count - len(indices) - len(futures)
    whole = math.ceil(left * _SPX_SHARE)
    tickers = [ib.reqMktData(index, snapshot=True) for index in indices]
    while any(math.isnan(ticker.last) for ticker in tickers):
        await ib.reqCurrentTimeAsync()
    spx, vix = (ticker.last for ticker in tickers)
    return [
        *indices,
        *futures,
        *await _options(ib, indices[0], "SPXW", spx, whole),
        *await _options(ib, indices[1], "VIX", vix, left - whole),
    ]


async def _options(ib: Any, index: Contract, name: str, spot: float, count: int) -> Sequence[Contract]:  # noqa: ANN401 - ib_insync's IB has no annotations
    """Return options of a trading class on an index whose strikes are nearest to its level."""
    chains = await ib.reqSecDefOptParamsAsync(index.symbol, "", "IND", index.conId)
    chain = next(chain for chain in chains if chain.tradingClass == name)
    each = math.ceil(count / _EXPIRIES)
    found: list[Contract] = []
    for day in chain.expirations[2 : 2 + _EXPIRIES]:
        asked = Option(index.symbol, day, exchange="SMART", tradingClass=name)
        contracts = [detail.contract for detail in await ib.reqContractDetailsAsync(asked)]
        found += sorted(contracts, key=lambda c: (abs(c.strike - spot), c.right))[:each]
    return found[:count]


async def _watch(port: int, client_id: int, count: int) -> None:
    ib: Any = IB()  # type: ignore[no-untyped-call]
    ib.wrapper.clientId = client_id
    ib.client.MaxRequests = 0
    await ib.client.connectAsync("127.0.0.1", port, client_id)
    for contract in await chosen(ib, count):
        ib.reqMktData(contract)
    loop = asyncio.get_running_loop()
    await ib.reqCurrentTimeAsync()
    while True:
        sys.stdout.write("done\n")
        sys.stdout.flush()
        line = await loop.run_in_executor(None, sys.stdin.readline)
        if not line:
            return
        for _ in range(int(line)):
            await ib.reqCurrentTimeAsync()


if __name__ == "__main__":
    asyncio.run(_watch(*map(int, sys.argv[1:4])))
