"""The two ways to a market: real days from a folder, or generated ones."""

from datetime import date
from pathlib import Path

from simulator.market.generated import generate_tape
from simulator.market.history import read_tape
from simulator.market.model import Market, Session
from simulator.market.played import PlayedMarket


def open_history(folder: Path, start: date, end: date, seed: int) -> Market:
    """Real sessions from `start` to `end`, both included; between the daily facts the path is modelled.

    Args:
        folder: The data folder, with spx_daily.csv and the other files of `history`.
        start: First day, 2007-04-02 or later.
        end: Last day, within the data.
        seed: Seed of the minute paths.

    Raises:
        MarketDataError: a file is missing or wrong, or the range is not covered.
    """
    return PlayedMarket(read_tape(folder, start, end, seed))


def generate(
    regime: str, start: date, sessions: int, seed: int, special: Session | None = None
) -> PlayedMarket:
    """Generated sessions from `start` on, after 650 generated sessions of history.

    Args:
        regime: "shock" (melt-up, a spike like February 2018, calm), or one estimated from real days: "calm",
            "melt-up", "grind-down", "crash" (autumn 2008), "plateau", "vol-crush", "whipsaw".
        start: First day; moves to the next session if it is none.
        sessions: How many sessions to play; the shock's story needs 24.
        seed: Seed of the days and of the minute paths; a longer play begins with the shorter one's days.
        special: A session with hours of its own, on any day.

    Raises:
        MarketDataError: unknown regime, or `start` or `sessions` out of range.
    """
    return PlayedMarket(generate_tape(regime, start, sessions, seed, special))
