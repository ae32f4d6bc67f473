"""Asks the running daemon."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from daemon.control.protocol import DEADLINE_S, Request, Response
from daemon.errors import HedgedError, NotRunning

T = TypeVar("T", bound=msgspec.Struct)

_BLOCK_BYTES = 65536


def ask(path: Path, what: str, answer_type: type[T], arguments: Mapping[str, str] | None = None) -> T:
    """Return the daemon's answer.

    Args:
        path: where it listens; see `daemon.control.place`.
        what: the name of the answer, or of the command.
        answer_type: what it decodes to.
        arguments: those of the command.

    Raises:
        NotRunning: nobody listens there.
        HedgedError: the daemon does not answer in time, or not what was asked.
    """
    line = _exchange(path, msgspec.json.encode(Request(ask=what, arguments=dict(arguments or {}))) + b"\n")
    try:
        response = msgspec.json.decode(line, type=Response)
        if response.error:
            raise HedgedError(f"the daemon at {path} refused: {response.error}")
        return msgspec.json.decode(response.answer, type=answer_type)
    except msgspec.DecodeError as error:
        raise HedgedError(
            f"the daemon at {path} answered {what} in another form ({error}): use the version that it runs"
        ) from error


def _exchange(path: Path, request: bytes) -> bytes:
    """Send one line and read one."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(DEADLINE_S)
            connection.connect(os.fspath(path))
            connection.sendall(request)
            received = bytearray()
            while not received.endswith(b"\n"):
                block = connection.recv(_BLOCK_BYTES)
                if not block:
                    raise HedgedError(f"the daemon at {path} closed the connection unanswered: see its log")
                received += block
            return bytes(received)
    except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError) as error:
        raise NotRunning(
            f"no daemon runs here (nobody listens at {path}): start it with `hedged run`, or give its "
            "settings with --settings"
        ) from error
    except PermissionError as error:
        raise HedgedError(f"{path} may not be opened: ask as the user that runs the daemon") from error
    except TimeoutError as error:
        raise HedgedError(
            f"the daemon at {path} does not answer within {DEADLINE_S:g} s: it hangs; see its log, restart it"
        ) from error
    except OSError as error:
        raise HedgedError(f"cannot talk to the daemon at {path}: {error}; see its log") from error
