"""What can be traded: identities, price grids and the names IBKR gives them."""

import math
from dataclasses import dataclass
from datetime import date

from simulator.symbols import TABLE, UNDERLYING_OF

# The generic US dollar combo that openOrder reports for every BAG.
BAG_CON_ID = 28812380

# Two bits of the id; XSP and VIXW share one with a class whose strikes leave the upper half of theirs free.
_CLASS_INDEX = {"SPX": 0, "SPXW": 1, "VIX": 2, "VX": 3, "XSP": 3, "VIXW": 2}
_UPPER_STRIKES = frozenset({"XSP", "VIXW"})
_UPPER = 1 << 12
# Listed strikes are multiples of these, see the listing rules of the market.
_STRIKE_STEP = {"SPX": 5.0, "SPXW": 5.0, "VIX": 0.5, "VX": 1.0, "XSP": 0.5, "VIXW": 0.5}
_MONTH_CODES = "FGHJKMNQUVXZ"
_ID_BITS = 30
# Any odd number permutes the 30-bit numbers; this one (2^30 / golden ratio) spreads neighbours apart.
_ID_SCATTER = 663608941


@dataclass(frozen=True, slots=True, kw_only=True)
class Increment:
    """From `low_edge` (price) on, prices are multiples of `step`."""

    low_edge: float
    step: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceGrid:
    """A market rule: the price increments of a contract, lowest edge first, at most two of them."""

    rule_id: int
    increments: tuple[Increment, ...]

    def step(self, price: float) -> float:
        """Return the increment that holds at a price."""
        last = self.increments[-1]
        return last.step if abs(price) >= last.low_edge else self.increments[0].step

    def down(self, price: float) -> float:
        """Round a price down to the grid."""
        step = self.step(price)
        return round(math.floor(price / step + 1e-9) * step, 4)

    def up(self, price: float) -> float:
        """Round a price up to the grid."""
        step = self.step(price)
        return round(math.ceil(price / step - 1e-9) * step, 4)

    def fits(self, price: float) -> bool:
        """Return whether a price is on the grid."""
        ratio = price / self.step(price)
        return abs(ratio - round(ratio)) < 1e-6


def _grid(rule_id: int, *pairs: tuple[float, float]) -> PriceGrid:
    return PriceGrid(
        rule_id=rule_id, increments=tuple(Increment(low_edge=edge, step=step) for edge, step in pairs)
    )


# Minimum increments of Cboe: SPX 0.05 below 3, then 0.10, complex orders 0.05; VIX 0.01 below 3, then 0.05.
SPX_GRID = _grid(110, (0.0, 0.05), (3.0, 0.10))
VIX_GRID = _grid(109, (0.0, 0.01), (3.0, 0.05))
FUTURE_GRID = _grid(67, (0.0, 0.05))
INDEX_GRID = _grid(26, (0.0, 0.01))
SPX_COMBO_GRID = _grid(239, (0.0, 0.05))
VIX_COMBO_GRID = _grid(240, (0.0, 0.01))
XSP_GRID = _grid(32, (0.0, 0.01))
CASH_GRID = _grid(59, (0.0, 0.00005))
GRIDS = {
    grid.rule_id: grid
    for grid in (
        *(SPX_GRID, VIX_GRID, FUTURE_GRID, INDEX_GRID, SPX_COMBO_GRID, VIX_COMBO_GRID, XSP_GRID, CASH_GRID),
    )
}
_OPTION_GRIDS = {"VIX": VIX_GRID, "VIXW": VIX_GRID, "XSP": XSP_GRID}
_OTHER_GRIDS = {"FUT": FUTURE_GRID, "CASH": CASH_GRID}
_COMBO_GRIDS = {"VIX": VIX_COMBO_GRID, "XSP": XSP_GRID}


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One contract: an index, a stock, a currency pair, a VX future or an index option.

    Attributes:
        expiry: settlement date; None for what has none.
        last_trade: last day of trading, which is what IBKR calls the expiry of an AM-settled option.
        multiplier: dollars per point.
    """

    con_id: int
    symbol: str
    sec_type: str
    trading_class: str
    local_symbol: str
    multiplier: int
    expiry: date | None = None
    last_trade: date | None = None
    strike: float = 0.0
    right: str = ""

    @property
    def grid(self) -> PriceGrid:
        """The price grid of its orders."""
        if self.sec_type == "OPT":
            return _OPTION_GRIDS.get(self.trading_class, SPX_GRID)
        return _OTHER_GRIDS.get(self.sec_type, INDEX_GRID)

    @property
    def is_quoted(self) -> bool:
        """Whether it has a bid and an ask; an index has only a last print, breadth only the two counts."""
        return self.sec_type != "IND" or self.symbol == "AD-NYSE"

    @property
    def exchanges(self) -> tuple[str, ...]:
        """The exchanges a client may name, its default first."""
        if self.sec_type == "OPT":
            return ("SMART", "CBOE")
        return ("CFE",) if self.sec_type == "FUT" else TABLE[self.symbol].exchanges


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One leg of an order: `ratio` contracts per unit, bought or sold when the order itself is a BUY."""

    instrument: Instrument
    ratio: int
    action: str

    def sign(self, order_action: str) -> int:
        """Return +1 if an order of that action buys this leg, -1 if it sells it."""
        return 1 if self.action == order_action else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Combo:
    """A BAG: options of one underlying traded as one at a net price."""

    symbol: str
    exchange: str
    legs: tuple[Leg, ...]

    sec_type = "BAG"
    is_quoted = True

    @property
    def exchanges(self) -> tuple[str, ...]:
        """The exchange it was asked for at."""
        return (self.exchange,)

    @property
    def grid(self) -> PriceGrid:
        """The price grid of its net price."""
        return _COMBO_GRIDS.get(self.symbol, SPX_COMBO_GRID)


def underlying(symbol: str) -> Instrument:
    """Return an index, stock or currency pair of the table.

    Raises:
        KeyError: the symbol is not of the table.
    """
    row = TABLE[symbol]
    local = row.local_symbol or symbol
    return Instrument(
        con_id=row.con_id,
        symbol=symbol,
        sec_type=row.sec_type,
        trading_class=local,
        local_symbol=local,
        multiplier=1,
    )


def future(expiry: date, *, weekly: bool = False) -> Instrument:
    """Return the VX future that settles on a date.

    A monthly is of class VX and named after its month, a weekly of the class of its week of the year.
    """
    trading_class = f"VX{expiry.isocalendar()[1]:02d}" if weekly else "VX"
    return Instrument(
        con_id=_con_id("VX", expiry, 1.0 if weekly else 0.0, ""),
        symbol="VIX",
        sec_type="FUT",
        trading_class=trading_class,
        local_symbol=f"{trading_class}{_MONTH_CODES[expiry.month - 1]}{expiry.year % 10}",
        multiplier=1000,
        expiry=expiry,
        last_trade=expiry,
    )


def option(trading_class: str, expiry: date, last_trade: date, strike: float, right: str) -> Instrument:
    """Return an index option by its class and settlement date."""
    return Instrument(
        con_id=_con_id(trading_class, expiry, strike, right),
        symbol=UNDERLYING_OF[trading_class],
        sec_type="OPT",
        trading_class=trading_class,
        local_symbol=f"{trading_class:<6}{expiry:%y%m%d}{right}{round(strike * 1000):08d}",
        multiplier=100,
        expiry=expiry,
        last_trade=last_trade,
        strike=strike,
        right=right,
    )


def _con_id(trading_class: str, expiry: date, strike: float, right: str) -> int:
    """Number a contract by a one-to-one function of its terms, so no two ever share an id.

    2 bits of class, 14 of days since 2000, 13 of strike and 1 of right fill 30 bits; a fixed permutation
    scatters them and bit 30 keeps them off the real ids of the indices and the BAG.
    """
    step = _STRIKE_STEP[trading_class]
    days, strikes = expiry.toordinal() - date(2000, 1, 1).toordinal(), round(strike / step)
    if not 0 <= days < 1 << 14 or not 0 <= strikes < 1 << 13 or abs(strikes * step - strike) > 1e-9:
        raise ValueError(
            f"{trading_class} {expiry} {strike}: no contract id; strikes are multiples of {step}"
        )
    if trading_class in _UPPER_STRIKES:
        if strikes >= _UPPER:
            raise ValueError(f"{trading_class} {expiry} {strike}: no contract id; the strike is too high")
        strikes += _UPPER
    packed = (((_CLASS_INDEX[trading_class] << 14 | days) << 13) | strikes) << 1 | (right == "P")
    return 1 << _ID_BITS | (packed * _ID_SCATTER) % (1 << _ID_BITS)
