"""The smile shared by both surfaces: quadratic in standardised moneyness, with tamed wings. Modelled.

    k = ln(K / F) / (atm x sqrt(T)),   x = cap x tanh(k / cap),   vol(K) = atm x (1 + skew x + curvature x^2)

`tanh` lets the wings run flat without a kink, since a kink is a butterfly arbitrage; each side has its cap.
"""

import math
from typing import NamedTuple


class Smile(NamedTuple):
    """Shape of the smile in units of the at-the-money volatility.

    Attributes:
        skew: Relative change of volatility per standard deviation at the money.
        curvature: Relative change per squared standard deviation.
        cap_low: Standard deviations below the forward at which the wing has flattened.
        cap_high: The same above the forward.
    """

    skew: float
    curvature: float
    cap_low: float
    cap_high: float

    def volatility(self, moneyness: float, atm: float, root_years: float) -> float:
        """The Black volatility of a strike.

        Args:
            moneyness: ln(strike / forward).
            atm: Volatility at the forward, as a fraction a year.
            root_years: Square root of the time to expiry in years.
        """
        return atm * self.relative(moneyness / (atm * root_years))

    def relative(self, k: float) -> float:
        """Volatility over that at the money, `k` standard deviations from the forward."""
        cap = self.cap_low if k < 0.0 else self.cap_high
        x = cap * math.tanh(k / cap)
        return 1.0 + self.skew * x + self.curvature * x * x

    def slope(self, k: float) -> float:
        """Derivative of `relative`."""
        cap = self.cap_low if k < 0.0 else self.cap_high
        bend = math.tanh(k / cap)
        return (self.skew + 2.0 * self.curvature * cap * bend) * (1.0 - bend * bend)
