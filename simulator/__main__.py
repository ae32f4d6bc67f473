"""`python -m simulator`: serve a paper gateway until told to stop."""

import asyncio
import json
import signal
import sys
from contextlib import AsyncExitStack

from simulator.arguments import ArgumentError, Arguments, parse
from simulator.control import Control
from simulator.faults import FaultError
from simulator.gateway import Gateway
from simulator.ledger import Ledger
from simulator.logs import log_to_stderr
from simulator.market.model import MarketDataError
from simulator.server import Server
from simulator.state_store import StateError


async def serve(arguments: Arguments) -> None:
    """Serve until SIGTERM or SIGINT; the first line on standard output says where."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        ledger = stack.enter_context(Ledger(arguments.ledger, append=arguments.resumes))
        gateway = Gateway(arguments.settings, arguments.market, ledger, arguments.faults)
        if arguments.keeper is not None:
            arguments.keeper.restore(gateway, arguments.until)
            gateway.save = arguments.keeper.save
        server = await stack.enter_async_context(Server(gateway, arguments.host, arguments.port))
        control = None
        if arguments.control is not None:
            control = await stack.enter_async_context(Control(gateway, arguments.control))
        sessions = arguments.market.sessions
        start_line: dict[str, object] = {
            "listening": f"{arguments.host}:{server.port}",
            "account": arguments.settings.account,
            "clock": arguments.settings.clock.name,
            "now": gateway.now.isoformat(),
            "sessions": len(sessions),
            "first": sessions[0].day.isoformat(),
            "last": sessions[-1].day.isoformat(),
        }
        if control is not None:
            start_line["control"] = f"127.0.0.1:{control.port}"
        if arguments.resumes:
            start_line["resumed"] = True
        if arguments.schedule:
            start_line["faults"] = list(arguments.schedule)
        sys.stdout.write(json.dumps(start_line) + "\n")
        sys.stdout.flush()
        await server.serve(stop)


def main() -> int:
    """Run the command; return the exit code: 0 after a clean stop, 2 for what cannot be started."""
    log_to_stderr()
    try:
        arguments = parse()
        asyncio.run(serve(arguments))
    except (ArgumentError, FaultError, MarketDataError, StateError, OSError) as error:
        sys.stderr.write(f"python -m simulator: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
