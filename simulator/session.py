"""One connection: the handshake, the start of the API, and then the client's requests."""

import asyncio
import logging
import re
import socket
from typing import cast

from simulator import replies
from simulator.clients import Client
from simulator.gateway import Gateway
from simulator.handlers import serve
from simulator.pacing import MESSAGES_PER_S, STRIKES_MAX, WARNED_AT, MessageRate
from simulator.requests import Fields, RequestError
from simulator.wire import FrameDecoder, FrameError

SERVER_VERSION = 176
_START_API = 71
_HELLO = re.compile(r"v(\d+)(?:\.\.(\d+))?(?: .*)?")
# Above so many bytes that the kernel did not take a client counts as not reading, until a quarter is left;
# the kernel's own buffer is kept as small, because what lies there is no longer the latest.
_UNREAD_BYTES = 256 << 10

# IBKR's own limit.
CLIENTS_MAX = 32
_TOO_FAST = "Max rate of messages per second has been exceeded"
_APPROACHING = f"Warning: Approaching max rate of {MESSAGES_PER_S} messages per second ({WARNED_AT})"

_LOG = logging.getLogger(__name__)


class Session(asyncio.Protocol):
    """The gateway's end of one TCP connection.

    Args:
        gateway: what the client talks to once it has started its API.
    """

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._decoder = FrameDecoder(prefix=b"API\0")
        self._transport: asyncio.Transport | None = None
        self._client: Client | None = None
        self._greeted = False
        self._rate = MessageRate()
        self._paused = False
        self._wants_pace = False
        self._begun = False
        self._is_unread = False

    @property
    def is_over(self) -> bool:
        """Whether the connection has been and gone."""
        return self._begun and self._transport is None

    def close(self) -> None:
        """Close the connection from this side; of a client that does not read, without its last bytes."""
        if self._transport is None:
            return
        if self._is_unread:
            self._transport.abort()
        else:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=_UNREAD_BYTES, low=_UNREAD_BYTES // 4)
        self._transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_SNDBUF, _UNREAD_BYTES
        )
        self._begun = True
        if self._gateway.faults.outages.offline:
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let the client go; its orders go on."""
        self._transport = None
        if self._client is not None:
            self._gateway.detach(self._client)
            _LOG.info(
                "client gone", extra={"facts": {"client": self._client.client_id, "error": exc and str(exc)}}
            )
            self._client = None

    def pause_writing(self) -> None:
        """Take note that the client does not read; if it steps the clock, its own requests wait for it."""
        self._is_unread = True
        if self._client is not None:
            self._client.block()
            _LOG.warning("client does not read", extra={"facts": {"client": self._client.client_id}})
        if self._gateway.steps_with(self._client) and self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Take note that the client reads again."""
        self._is_unread = False
        if self._client is None or not self._is_open:
            return
        _LOG.info("client reads again", extra={"facts": {"client": self._client.client_id}})
        self._gateway.resume(self._client)
        if self._gateway.steps_with(self._client) and self._transport is not None:
            self._transport.resume_reading()
            self.data_received(b"")

    def data_received(self, data: bytes) -> None:
        """Serve every whole frame that has arrived, then send what it caused, to every client."""
        self._decoder.feed(data)
        try:
            while self._is_open and not self._paused and not self._waits_to_be_read():
                values = self._decoder.next_frame()
                if values is None:
                    break
                if self._is_in_time():
                    self._serve(values)
        except FrameError as error:
            self._refuse(320, f"Server error when reading an API client request: {error}")
        self._gateway.clients.flush()

    @property
    def _is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def _waits_to_be_read(self) -> bool:
        """Whether the clock would run ahead of its stepping client, and which ticks that sees be chance."""
        if self._client is None or not self._gateway.steps_with(self._client):
            return False
        self._client.flush()
        return self._is_unread

    def _is_in_time(self) -> bool:
        """Count a message of a started client; return whether it may be served, or end the connection."""
        pacing = self._gateway.settings.switches.pacing
        if self._client is None or (pacing == "off" and not self._wants_pace):
            return True
        loop = asyncio.get_running_loop()
        count = self._rate.count(loop.time())
        if count == WARNED_AT:
            self._client.send(replies.error(-1, 0, _APPROACHING))
        if count <= MESSAGES_PER_S:
            return True
        if pacing == "pace" or self._wants_pace:
            # This message is served; the next ones wait in the socket until the second has room again.
            self._paused = True
            loop.call_later(self._rate.delay_s(loop.time()), self._resume)
            return True
        self._rate.strikes += 1
        if self._rate.strikes > STRIKES_MAX:
            self._refuse(100, _TOO_FAST)
        else:
            self._client.send(replies.error(-1, 100, _TOO_FAST))
        return False

    def _resume(self) -> None:
        self._paused = False
        if self._is_open:
            self.data_received(b"")

    def _serve(self, values: list[str]) -> None:
        if not self._greeted:
            self._greet(values[0])
        elif self._client is None:
            self._start_api(values)
        else:
            serve(self._gateway, self._client, values)

    def _greet(self, text: str) -> None:
        """Answer `v157..176` with the version spoken here, or say why not and close."""
        match = _HELLO.fullmatch(text)
        if match is None:
            self._refuse(320, f"Handshake '{text[:40]}' is not of the form v100..176")
            return
        low, high = int(match[1]), int(match[2] or match[1])
        if not low <= SERVER_VERSION <= high:
            self._refuse(
                503,
                f"This gateway speaks version {SERVER_VERSION}, the client {low} to {high}; use one that can",
            )
            return
        self._greeted = True
        self._write(replies.hello(SERVER_VERSION, self._gateway.now))

    def _start_api(self, values: list[str]) -> None:
        try:
            fields = Fields(values)
            if fields.integer("message id", -1) != _START_API:
                self._refuse(
                    321, "Error validating request.-'bO' : cause - startApi must be the first request"
                )
                return
            fields.skip(1)
            client_id = fields.integer("clientId")
            self._wants_pace = "PACEAPI" in (fields.text("optionalCapabilities") if len(values) > 3 else "")
        except RequestError as error:
            self._refuse(error.code, error.reason)
            return
        if self._gateway.faults.strikes("silent_start"):
            _LOG.warning("start left unanswered by a fault", extra={"facts": {"client": client_id}})
            return
        in_use = self._gateway.clients.get(client_id) is not None
        if self._gateway.faults.strikes("id_in_use") or in_use:
            reason = "Unable to connect as the client id is already in use. Retry with a unique client id."
            self._refuse(326, reason)
            return
        if len(list(self._gateway.clients)) >= CLIENTS_MAX:
            self._refuse(321, f"Unable to connect: {CLIENTS_MAX} API clients are connected, the most allowed")
            return
        self._client = Client(
            client_id=client_id, write=self._write, hang_up=self.close, is_blocked=self._is_unread
        )
        self._gateway.attach(self._client)
        _LOG.info("client started", extra={"facts": {"client": client_id}})

    def _write(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._gateway.keep()
        self._transport.write(data)

    def _refuse(self, code: int, reason: str) -> None:
        """Say why, and close this connection only."""
        _LOG.warning("connection refused", extra={"facts": {"code": code, "reason": reason}})
        if self._client is not None:
            self._client.flush()
        self._write(replies.error(-1, code, reason))
        self.close()
