"""`python -m bench.bare PORT CLIENT_ID`: a client that subscribes what standard input says, and listens.

The least that a program on the library can do with a stream; the measure for what the daemon does with it.
"""

import asyncio
import json
import sys

from ib_insync import IB

from bench.watcher import contract_of


async def _listen(port: int, client_id: int) -> None:
    ib = IB()  # type: ignore[no-untyped-call]
    ib.wrapper.clientId = client_id
    await ib.client.connectAsync("127.0.0.1", port, client_id)  # type: ignore[no-untyped-call]
    for request in json.loads(sys.stdin.readline()):
        ib.reqMktData(contract_of(request["terms"]), request["generics"])
    sys.stdout.write("subscribed\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_listen(int(sys.argv[1]), int(sys.argv[2])))
