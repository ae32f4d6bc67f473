"""`python -m bench.replay PORT FILE`: hold the conversation of the frames in FILE, and decide nothing.

Market data goes through the library's own requests, so that its tickers are kept; the time is asked for and
waited for; all else is sent as it was recorded, with the library told to expect the answer.
"""

import asyncio
import logging
import sys
from pathlib import Path

from ib_insync import IB, Contract

from bench import frames
from bench.frames import Cutter
from bench.watcher import read_subscription

_CLIENT_ID = 1  # as the daemon's: the steps of the gateway's clock belong to it
_KEYED = {b"9": 2, b"7": 2, b"20": 1, b"78": 1}
"""Requests whose answers the library collects by request id, and where the id stands."""
_UNKEYED = {b"5": "openOrders", b"16": "openOrders", b"61": "positions", b"99": "completedOrders"}
"""Requests whose answers it collects under a name."""


class _Complaints(logging.Handler):
    """Remembers what the library could not make sense of: then the two sides did not do the same."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []
        logging.getLogger("ib_insync.Decoder").addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


class Replay:
    """One connection that sends what was recorded.

    Args:
        ib: connected.
    """

    def __init__(self, ib: IB) -> None:
        self._ib = ib
        self._quoted: dict[int, Contract] = {}

    async def send(self, frame: bytes) -> None:
        """Send one frame in the way that belongs to it."""
        kind = frames.message_id(frame)
        client, wrapper = self._ib.client, self._ib.wrapper
        if kind == frames.CURRENT_TIME:
            await self._ib.reqCurrentTimeAsync()
        elif kind == frames.REQ_MKT_DATA:
            made = read_subscription(frame)
            client._reqIdSeq = made.request_id  # noqa: SLF001 - the same bytes as the recorded ones
            self._quoted[made.request_id] = made.contract()
            self._ib.reqMktData(self._quoted[made.request_id], made.generics)
        elif kind == frames.CANCEL_MKT_DATA:
            contract = self._quoted.pop(int(frames.fields(frame)[2]))
            self._ib.cancelMktData(contract)
            wrapper.tickers.pop(id(contract), None)  # as the daemon does; the library would keep it
        else:
            found = frames.fields(frame)
            if kind in _KEYED:
                wrapper.startReq(int(found[_KEYED[kind]]))  # type: ignore[no-untyped-call]
            elif kind in _UNKEYED:
                wrapper.startReq(_UNKEYED[kind])  # type: ignore[no-untyped-call]
            client.conn.sendMsg(frame)  # type: ignore[no-untyped-call]


async def _hold(port: int, conversation: bytes) -> None:
    complaints = _Complaints()
    ib = IB()  # type: ignore[no-untyped-call]
    ib.client.MaxRequests = 0  # as the daemon in play
    ib.wrapper.clientId = _CLIENT_ID
    await ib.client.connectAsync("127.0.0.1", port, _CLIENT_ID)  # type: ignore[no-untyped-call]
    replay = Replay(ib)
    for frame in Cutter(greeted=False).feed(conversation)[1]:
        await replay.send(frame)
    ib.client.disconnect()  # type: ignore[no-untyped-call]
    if complaints.heard:
        sys.exit(f"{len(complaints.heard)} messages could not be decoded, the first: {complaints.heard[0]}")


if __name__ == "__main__":
    asyncio.run(_hold(int(sys.argv[1]), Path(sys.argv[2]).read_bytes()))
