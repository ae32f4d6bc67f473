"""What the book's beta is made of; a bounded part of the state."""

from msgspec import Struct


class ReturnSums(Struct, frozen=True, kw_only=True):
    """Sums over the pairs of the window: book, SPX, book x SPX, SPX squared."""

    book: float = 0.0
    spx: float = 0.0
    cross: float = 0.0
    square: float = 0.0


class BetaState(Struct, frozen=True, kw_only=True):
    """Last levels (None after a gap), daily returns (book, SPX), their sums, betas; oldest first."""

    book_usd: float | None = None
    spx: float | None = None
    returns: tuple[tuple[float, float], ...] = ()
    sums: ReturnSums = ReturnSums()
    betas: tuple[float, ...] = ()
