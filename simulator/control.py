"""The control port: faults and events at an exact message, as JSON lines on loopback.

One object a line is read, one is answered: `{"ok": true, ...}` or `{"ok": false, "error": "..."}`.

- `{"fault": "drop_order"}` lets a fault strike at its next occurrence; `drop_order@3` at the third from now.
- `{"close": 7}` ends the connection of a client.
- `{"notice": 1300, "text": "..."}` sends an error without a request to every client.
- `{"by_hand": {"con_id": N, "action": "BUY", "quantity": 1, "limit": 1.5}}` makes an order at the gateway's
  own screen; client 0 can bind it.
- `{"state": true}` tells the game time, the connected clients and the working orders.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from simulator import replies
from simulator.faults import FaultError
from simulator.gateway import Gateway
from simulator.order_codec import make_ticket
from simulator.order_fields import Terms
from simulator.requests import ContractQuery, RequestError

_LOG = logging.getLogger(__name__)
_LINE_BYTES_MAX = 1 << 16


class ControlError(ValueError):
    """A command that cannot be carried out; the message says why."""


class Control:
    """Serves commands on a loopback port while the `async with` block runs.

    Args:
        gateway: what is commanded.
        port: 0 takes any free port.
    """

    def __init__(self, gateway: Gateway, port: int = 0) -> None:
        self._gateway = gateway
        self._port = port
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []

    @property
    def port(self) -> int:
        """The port that is listened on."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self._port, limit=_LINE_BYTES_MAX)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()
        await self._server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        try:
            while line := await reader.readline():
                writer.write(json.dumps(run_line(self._gateway, line)).encode() + b"\n")
                self._gateway.clients.flush()
                await writer.drain()
        except ConnectionError as error:
            _LOG.info("commander gone", extra={"facts": {"error": str(error)}})
        except ValueError as error:  # a line over the limit; where the next begins is not known
            writer.write(json.dumps({"ok": False, "error": f"line too long: {error}"}).encode() + b"\n")
        finally:
            self._writers.remove(writer)
            writer.close()


def run_line(gateway: Gateway, line: bytes) -> dict[str, Any]:
    """Carry out one line and return its answer."""
    try:
        return {"ok": True, **_run(gateway, json.loads(line))}
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        return {"ok": False, "error": f"not JSON: {error}"}
    except (ControlError, FaultError, RequestError) as error:
        return {"ok": False, "error": str(error)}


def _run(gateway: Gateway, command: object) -> dict[str, Any]:
    if not isinstance(command, dict) or len(command.keys() & _COMMANDS.keys()) != 1:
        raise ControlError(f"a command is an object with one of {', '.join(_COMMANDS)}")
    (name,) = command.keys() & _COMMANDS.keys()
    return _COMMANDS[name](gateway, command)


def _fault(gateway: Gateway, command: dict[str, Any]) -> dict[str, Any]:
    gateway.faults.arm(str(command["fault"]))
    return {}


def _close(gateway: Gateway, command: dict[str, Any]) -> dict[str, Any]:
    client = gateway.clients.get(_whole(command, "close"))
    if client is None:
        raise ControlError(f"close {command['close']}: no client of that id is connected")
    client.flush()
    client.hang_up()
    return {}


def _notice(gateway: Gateway, command: dict[str, Any]) -> dict[str, Any]:
    code, text = _whole(command, "notice"), str(command.get("text", ""))
    for client in gateway.clients:
        client.send(replies.error(-1, code, text))
    return {}


def _by_hand(gateway: Gateway, command: dict[str, Any]) -> dict[str, Any]:
    wanted = command["by_hand"]
    if not isinstance(wanted, dict):
        raise ControlError("by_hand: give an object with con_id, action, quantity and limit")
    contract = ContractQuery(con_id=_whole(wanted, "con_id"), exchange="SMART")
    values = {
        "action": str(wanted.get("action", "")),
        "totalQuantity": str(_whole(wanted, "quantity")),
        "orderType": "LMT" if "limit" in wanted else "MKT",
        "lmtPrice": str(_number(wanted, "limit")) if "limit" in wanted else "",
        "tif": "DAY",
    }
    ticket = make_ticket(0, contract, Terms(values=values))
    order = gateway.desk.place_by_hand(ticket, gateway.exchange, gateway.now)
    for client in gateway.clients:
        if client.binds_orders:
            gateway.desk.bind(client, gateway.exchange)
    return {"perm_id": order.perm_id, "order_id": order.ticket.order_id, "status": order.status.value}


def _state(gateway: Gateway, _command: dict[str, Any]) -> dict[str, Any]:
    return {
        "now": gateway.now.isoformat(),
        "clients": [client.client_id for client in gateway.clients],
        "working": [order.perm_id for order in gateway.exchange.working()],
    }


_COMMANDS: dict[str, Callable[[Gateway, dict[str, Any]], dict[str, Any]]] = {
    "fault": _fault,
    "close": _close,
    "notice": _notice,
    "by_hand": _by_hand,
    "state": _state,
}


def _whole(values: dict[str, Any], name: str) -> int:
    found = values.get(name)
    if isinstance(found, bool) or not isinstance(found, int):
        raise ControlError(f"{name} is {found!r}; give a whole number")
    return found


def _number(values: dict[str, Any], name: str) -> float:
    found = values.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise ControlError(f"{name} is {found!r}; give a number")
    return float(found)
