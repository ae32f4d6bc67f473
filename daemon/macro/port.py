"""The port of macro facts: what the feed asks of a source."""

from collections.abc import Sequence
from typing import Protocol

from strategies.core.macro import MacroFact


class MacroSource(Protocol):
    """Knows macro facts. It may know of releases ahead; the feed holds them back until they are due."""

    async def read(self) -> Sequence[MacroFact]:
        """Return every fact that the source knows now, in any order.

        Raises:
            ConfigError: the source is there and at fault; the message names each fault and what to do.
            MacroUnavailable: the source cannot be asked now; ask again later.
        """
