"""Generated days with made-up macro facts: what real days cannot show, in seconds and without the wire."""

from datetime import UTC, date

from simulator.market.macro import made_up
from simulator.market.played import PlayedMarket
from simulator.market.regimes import regimes
from simulator.market.sources import generate
from strategies.core.macro_facts import MacroFact, Series

START = date(2026, 1, 5)
"""The first day, as the paper gateway's."""


def names() -> tuple[str, ...]:
    """Return the regimes there are, sorted."""
    return tuple(regimes())


def generated(regime: str, sessions: int, seed: int) -> tuple[PlayedMarket, list[MacroFact]]:
    """Return a generated market and the made-up facts around it, as a demo of the same seed has them.

    Args:
        regime: one of `names`.
        sessions: how many to play.
        seed: of days, minutes and facts.

    Raises:
        MarketDataError: `sessions` is out of range.
    """
    market = generate(regime, START, sessions, seed)
    assert isinstance(market, PlayedMarket)
    figures = made_up(regime, seed, market.sessions[0].day, market.closes())
    facts = [
        MacroFact(Series(series), figure.period, figure.released.astimezone(UTC), figure.value)
        for series, rows in figures.items()
        for figure in rows
    ]
    return market, facts
