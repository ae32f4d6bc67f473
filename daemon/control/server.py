"""Answers operators on a Unix socket: questions and commands, bounded in size, number and time.

Who may connect, the socket's rights say (0600 in a 0700 folder); who did, the kernel says (SO_PEERCRED): any
user but ours and root is refused, and the name stands in the record of every command.
"""

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import structlog

from daemon.control.commands import Command, name_of
from daemon.control.protocol import DEADLINE_S, REQUEST_BYTES_MAX, Request, Response
from daemon.errors import ConfigError, HedgedError
from daemon.store.embedded_files import private_folder

CONNECTIONS_MAX = 8

Answers = Mapping[str, Callable[[], msgspec.Struct]]

_CREDENTIALS = struct.Struct("3i")

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def serve_control(
    path: Path,
    answers: Answers,
    commands: Mapping[str, Command] | None = None,
    *,
    deadline_s: float = DEADLINE_S,
) -> AsyncIterator[None]:
    """Listen while the context lasts.

    Args:
        path: the socket; its folder is made private (0700), itself can be opened by us alone (0600).
        answers: what can be asked for. An answer must be quick: it holds up the daemon's event loop.
        commands: what can be told; awaited, so they may take their time.
        deadline_s: for one exchange, from the first byte to the last.

    Raises:
        ConfigError: a daemon listens there already, or nothing can listen there.
        StoreUnavailable: the folder cannot be made, or is somebody else's.
    """
    private_folder(path.parent)
    listening = _bind(path)
    desk = _Desk(answers, commands or {}, deadline_s)
    server = await asyncio.start_unix_server(desk.serve, sock=listening, limit=REQUEST_BYTES_MAX)
    ours = _file_number(path)
    try:
        yield
    finally:
        server.close()
        if _file_number(path) == ours:
            os.unlink(path)  # noqa: PTH108 - a path method would count as blocking here, which neither is


def _file_number(path: Path) -> int | None:
    """Return which file is there; None for none: the whole folder may be gone."""
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _bind(path: Path) -> socket.socket:
    """Return a bound socket, in the place of one that a killed daemon left behind."""
    if path.is_socket():
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(DEADLINE_S)
            with contextlib.suppress(ConnectionRefusedError, FileNotFoundError):
                probe.connect(os.fspath(path))
                raise ConfigError(
                    f"state_dir: a daemon answers at {path} already: stop it, or set another state_dir"
                )
    listening = socket.socket(socket.AF_UNIX)
    mask = os.umask(0o177)
    try:
        path.unlink(missing_ok=True)
        listening.bind(os.fspath(path))
    except OSError as error:
        listening.close()
        raise ConfigError(f"state_dir: cannot listen at {path}: {error.strerror}; free that path") from error
    finally:
        os.umask(mask)
    return listening


def _peer(writer: asyncio.StreamWriter) -> int:
    """Return the user on the other side, as the kernel knows it."""
    credentials = writer.get_extra_info("socket").getsockopt(
        socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size
    )
    _pid, uid, _gid = _CREDENTIALS.unpack(credentials)
    return int(uid)


class _Desk:
    """Serves one connection after its accept."""

    def __init__(self, answers: Answers, commands: Mapping[str, Command], deadline_s: float) -> None:
        self._answers = answers
        self._commands = commands
        self._deadline_s = deadline_s
        self._open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one line, answer it, close."""
        self._open += 1
        try:
            async with asyncio.timeout(self._deadline_s):
                response = (
                    Response(error=f"more than {CONNECTIONS_MAX} connections at once; ask again")
                    if self._open > CONNECTIONS_MAX
                    else await self._respond(await reader.readline(), _peer(writer))
                )
                writer.write(msgspec.json.encode(response) + b"\n")
                await writer.drain()
        except TimeoutError:
            _log.warning("a control connection was dropped: no exchange in time", deadline_s=self._deadline_s)
        except ValueError:  # what StreamReader makes of a line beyond its limit
            _log.warning("a control request was dropped: too long", bytes_max=REQUEST_BYTES_MAX)
        except ConnectionError as error:
            _log.info("a control connection ended early", error=str(error))
        finally:
            self._open -= 1
            writer.close()

    async def _respond(self, line: bytes, uid: int) -> Response:
        if uid not in {os.geteuid(), 0}:
            _log.warning("a control connection was refused", uid=uid)
            return Response(error=f"user {uid} may not talk to this daemon: ask as the user that runs it")
        known = ", ".join(sorted((*self._answers, *self._commands)))
        try:
            request = msgspec.json.decode(line, type=Request)
        except msgspec.DecodeError as error:
            return Response(error=f'not a request ({error}): send one line {{"ask": "..."}}; known: {known}')
        answer, command = self._answers.get(request.ask), self._commands.get(request.ask)
        if answer is None and command is None:
            return Response(error=f"ask: {request.ask[:40]!r} is unknown; known: {known}")
        try:
            found = await command(name_of(uid), request.arguments) if command else answer and answer()
            return Response(answer=msgspec.Raw(msgspec.json.encode(found)))
        except HedgedError as error:
            return Response(error=error.message)
        except Exception as error:  # noqa: BLE001 - told in full in the log: looking never stops the trading
            _log.exception("a control request failed", ask=request.ask)
            return Response(error=f"{request.ask}: {type(error).__name__}; the daemon's log has it in full")
