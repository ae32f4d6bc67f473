"""Several sources as one: a series comes from the first source that has it, never from two."""

from collections.abc import Sequence

import structlog

from daemon.errors import MacroUnavailable
from daemon.macro.port import MacroSource
from strategies.core.macro import MacroFact

_log = structlog.get_logger(__name__)


class FirstOf:
    """`MacroSource` of others, in the order of their precedence."""

    def __init__(self, sources: Sequence[MacroSource]) -> None:
        self._sources = tuple(sources)

    async def read(self) -> Sequence[MacroFact]:
        """Return what they have; see `MacroSource.read`.

        Raises:
            ConfigError: one of them is at fault.
            MacroUnavailable: none of them answers.
        """
        facts: list[MacroFact] = []
        away: list[MacroUnavailable] = []
        for source in self._sources:
            taken = {fact.series for fact in facts}
            try:
                facts += [fact for fact in await source.read() if fact.series not in taken]
            except MacroUnavailable as error:
                away.append(error)
        if len(away) == len(self._sources):
            raise away[0]
        for one in away:
            _log.warning("a source of macro facts does not answer", error=one.message)
        return facts
