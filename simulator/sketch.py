"""What the quote of a future or a stock follows from: all that is kept of those that nobody watches."""

import msgspec

from simulator.instruments import Instrument
from simulator.spreads import sides


class Sketch(msgspec.Struct, frozen=True, gc=False):
    """What bid, ask and last follow from.

    Attributes:
        price: the market's, in points.
        last: last print.
        stress: factor of the half spread.
    """

    price: float
    last: float
    stress: float

    def sides(self, item: Instrument) -> tuple[float, float]:
        """Return bid and ask of the contract that this is of."""
        return sides(item, self.price, self.stress)


def last_print(item: Instrument, price: float) -> float:
    """Return the last print of a future or a stock that trades at a price."""
    if item.expiry is None:
        return round(price, 5)
    step = item.grid.step(price)
    return round(step * round(price / step), 4)
