"""What is displayed of a contract at one instant."""

import msgspec

from simulator.market.model import OptionValue

NO_PRICE = -1.0


class Quote(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is displayed of a contract; prices are `NO_PRICE` and sizes 0 where nothing is.

    Attributes:
        last: last print, None before the first.
        mark: the price positions are valued at: mid, or a future's settlement after the cash close.
        model: the model value of an option while it is quoted.
    """

    bid: float = NO_PRICE
    ask: float = NO_PRICE
    bid_size: int = 0
    ask_size: int = 0
    last: float | None = None
    mark: float | None = None
    close: float | None = None
    model: OptionValue | None = None
