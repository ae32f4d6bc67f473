"""Reading the fields of a client's request."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from simulator.wire import UNSET_DOUBLE, UNSET_INTEGER

RIGHTS = {"": "", "?": "", "0": "", "C": "C", "CALL": "C", "P": "P", "PUT": "P"}


class RequestError(ValueError):
    """A request cannot be served; carries the error code of the protocol.

    Args:
        code: the TWS error code to answer.
        reason: the text to answer.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def invalid(reason: str) -> RequestError:
    """Return the error of a request whose content is wrong (321, worded as the gateway does)."""
    return RequestError(321, f"Error validating request.-'bS' : cause - {reason}")


class Fields:
    """The fields of one message, read in order; every read names the field for the error text."""

    def __init__(self, values: list[str]) -> None:
        self._values = values
        self._next = 0

    def text(self, name: str) -> str:
        """Read one field as it is."""
        if self._next >= len(self._values):
            raise RequestError(320, f"Error reading request. Field '{name}' (number {self._next}) is missing")
        value = self._values[self._next]
        self._next += 1
        return value

    def skip(self, count: int) -> None:
        """Pass over fields that this gateway has no use for."""
        for _ in range(count):
            self.text("unused")

    def integer(self, name: str, default: int = 0) -> int:
        """Read a whole number; empty and the unset spelling give the default."""
        raw = self.text(name)
        if not raw:
            return default
        try:
            value = int(_plain(raw))
        except ValueError:
            raise self._bad(name, raw, "an integer") from None
        return default if value == UNSET_INTEGER else value

    def number(self, name: str) -> float | None:
        """Read a double; empty and the unset spelling give None.

        Raises:
            RequestError: 320 when it is not a finite number.
        """
        raw = self.text(name)
        if not raw:
            return None
        try:
            value = float(_plain(raw))
        except ValueError:
            raise self._bad(name, raw, "a number") from None
        if not math.isfinite(value):
            raise self._bad(name, raw, "a finite number")
        return None if value == UNSET_DOUBLE else value

    def flag(self, name: str) -> bool:
        """Read a bool (1/0, empty is false)."""
        return self.integer(name) != 0

    def count(self, name: str, limit: int = 100) -> int:
        """Read the length of a repeated block.

        Raises:
            RequestError: 320 when it is negative or over the limit.
        """
        value = self.integer(name)
        if not 0 <= value <= limit:
            raise self._bad(name, str(value), f"a count from 0 to {limit}")
        return value

    def end(self) -> None:
        """Check that every field has been read.

        Raises:
            RequestError: 320 when fields are left over.
        """
        left = len(self._values) - self._next
        if left:
            raise RequestError(
                320, f"Error reading request. {left} fields are left over after number {self._next - 1}"
            )

    @staticmethod
    def _bad(name: str, raw: str, wanted: str) -> RequestError:
        return RequestError(320, f"Error reading request. Field '{name}' is '{raw}', not {wanted}")


def _plain(raw: str) -> str:
    """Return the text of a number unless it is one to Python only, such as 1_000."""
    if "_" in raw or not raw.isascii():
        raise ValueError(raw)
    return raw


@dataclass(frozen=True, slots=True, kw_only=True)
class LegQuery:
    """One leg of a BAG as the client names it."""

    con_id: int
    ratio: int
    action: str
    exchange: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractQuery:
    """A contract as the client describes it; empty text, 0 and None match anything."""

    con_id: int = 0
    symbol: str = ""
    sec_type: str = ""
    last_trade: str = ""
    strike: float | None = None
    right: str = ""
    multiplier: str = ""
    exchange: str = ""
    currency: str = ""
    local_symbol: str = ""
    trading_class: str = ""
    legs: tuple[LegQuery, ...] = ()

    def with_legs(self, legs: Iterable[LegQuery]) -> "ContractQuery":
        """Return this description with the legs of a BAG."""
        return replace(self, legs=tuple(legs))


def read_contract(fields: Fields) -> ContractQuery:
    """Read the 12 contract fields that most requests share.

    Raises:
        RequestError: 320 for a malformed field, 321 for a right that does not exist.
    """
    con_id = fields.integer("conId")
    symbol, sec_type = fields.text("symbol"), fields.text("secType")
    last_trade, strike = fields.text("lastTradeDateOrContractMonth"), fields.number("strike")
    right = fields.text("right").upper()
    if right not in RIGHTS:
        raise invalid(f"Invalid right '{right}'; use C or P")
    multiplier, exchange = fields.text("multiplier"), fields.text("exchange")
    fields.skip(1)  # primaryExchange: one listing per contract here
    return ContractQuery(
        con_id=con_id,
        symbol=symbol,
        sec_type=sec_type,
        last_trade=last_trade,
        strike=strike or None,
        right=RIGHTS[right],
        multiplier=multiplier,
        exchange=exchange,
        currency=fields.text("currency"),
        local_symbol=fields.text("localSymbol"),
        trading_class=fields.text("tradingClass"),
    )


def read_leg(fields: Fields) -> LegQuery:
    """Read the four leg fields that every request with a BAG has.

    Raises:
        RequestError: 320/321 for a malformed or impossible leg.
    """
    leg = LegQuery(
        con_id=fields.integer("comboLeg.conId"),
        ratio=fields.integer("comboLeg.ratio"),
        action=fields.text("comboLeg.action").upper(),
        exchange=fields.text("comboLeg.exchange"),
    )
    if leg.action not in {"BUY", "SELL"} or leg.ratio < 1:
        raise invalid(
            f"Combo leg {leg.con_id}: action '{leg.action}', ratio {leg.ratio}; use BUY or SELL and 1 or more"
        )
    return leg
