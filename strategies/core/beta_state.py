"""What the book's beta is made of; a bounded part of the state."""

from msgspec import Struct


class BetaState(Struct, frozen=True, kw_only=True):
    """Last levels (None after a gap), pairs of daily returns (book, SPX) and betas, oldest first."""

    book_usd: float | None = None
    spx: float | None = None
    returns: tuple[tuple[float, float], ...] = ()
    betas: tuple[float, ...] = ()
