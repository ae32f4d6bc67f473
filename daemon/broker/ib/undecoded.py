"""Messages that the library could not decode: it only logs them, and a fill may be among them."""

import logging
from collections.abc import Callable

_DECODER = logging.getLogger("ib_insync.Decoder")


class Undecoded(logging.Handler):
    """Passes every such complaint on, from construction to `close`."""

    def __init__(self, heard: Callable[[str], None]) -> None:
        super().__init__(logging.ERROR)
        self._heard = heard
        _DECODER.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Pass on one complaint, with the exception behind it."""
        cause = record.exc_info[1] if record.exc_info else None
        self._heard(f"a message of the gateway could not be decoded ({cause!r}): {record.getMessage()}")

    def close(self) -> None:
        """Listen no longer."""
        _DECODER.removeHandler(self)
        super().close()
