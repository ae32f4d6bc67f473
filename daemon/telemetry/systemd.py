"""sd_notify: datagrams that tell a service manager how we are; without one, nothing is sent.

The protocol is one datagram of `NAME=value` lines to the socket that NOTIFY_SOCKET names: a path, or an
abstract address whose leading NUL is written `@` (man sd_notify). WATCHDOG_USEC says how often a sign of life
is due, WATCHDOG_PID from whom.
"""

import os
import socket
from collections.abc import Mapping

import structlog

from daemon.errors import ConfigError

_log = structlog.get_logger(__name__)


class Systemd:
    """The service manager, if there is one.

    Args:
        environ: the process's environment.

    Raises:
        ConfigError: NOTIFY_SOCKET or WATCHDOG_USEC is not what a service manager sets.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._address = _address(environ.get("NOTIFY_SOCKET", ""))
        self.watchdog_s = _watchdog_s(environ) if self._address else None
        """A sign of life is due at least this often, seconds; None when nobody waits for one."""

    def tell(self, *lines: str) -> None:
        """Send `NAME=value` lines in one datagram.

        A datagram that cannot be delivered is logged and dropped: trading does not wait for its listener, and
        a listener that misses signs of life acts on its own.

        Args:
            *lines: what to tell; a line break inside a line becomes a space.
        """
        if not self._address:
            return
        message = "\n".join(" ".join(line.splitlines()) for line in lines)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.setblocking(False)
                sender.sendto(message.encode("utf-8", "backslashreplace"), self._address)
        except OSError as error:
            _log.warning(
                "the service manager could not be told",
                socket=os.fsdecode(self._address).replace("\0", "@"),
                error=error.strerror,
                message=message,
            )


def _address(text: str) -> bytes:
    """Turn NOTIFY_SOCKET into an address; empty for none."""
    if not text:
        return b""
    if text[0] not in "/@" or len(text) == 1:
        raise ConfigError(
            f"NOTIFY_SOCKET is {text!r}: must be an absolute path, or @ and a name; or unset it"
        )
    return os.fsencode("\0" + text[1:] if text[0] == "@" else text)


def _watchdog_s(environ: Mapping[str, str]) -> float | None:
    """Read the watchdog's period, if it is meant for this process."""
    text = environ.get("WATCHDOG_USEC", "")
    if not text or environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ConfigError(f"WATCHDOG_USEC is {text!r}: must be a whole number of microseconds; or unset it")
    return int(text) / 1e6
