"""What the shell is asked to do, each command only after the decision that holds it is on disk."""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from strategies.core.facts import Expiry
from strategies.core.instruments import Instrument


class Purpose(StrEnum):
    """Why an order exists."""

    CONDOR_OPEN = "condor_open"
    CONDOR_CLOSE = "condor_close"
    LAYER_OPEN = "layer_open"
    LAYER_PEEL = "layer_peel"
    LAYER_ROLL = "layer_roll"
    CUT_OPEN = "cut_open"
    CUT_CLOSE = "cut_close"


CUT_PURPOSES = frozenset({Purpose.CUT_OPEN, Purpose.CUT_CLOSE})
LAYER_PURPOSES = CUT_PURPOSES | {Purpose.LAYER_OPEN, Purpose.LAYER_PEEL, Purpose.LAYER_ROLL}
# Orders that may pay premium.
PAYING = frozenset({Purpose.LAYER_OPEN, Purpose.LAYER_ROLL, Purpose.CUT_OPEN})
# Orders that only ever take off what is held.
REDUCING = frozenset({Purpose.CONDOR_CLOSE, Purpose.LAYER_PEEL, Purpose.CUT_CLOSE})


class Leg(Struct, frozen=True, kw_only=True):
    """One leg: `ratio` > 0 is bought, < 0 is sold, per unit of the order."""

    instrument: Instrument
    ratio: int


class Intent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order to be sent at most once.

    `limit` is USD points per unit: positive for a single leg, for a combo positive is paid and negative is
    received. `order_ref` is a pure function of the journal.
    """

    order_ref: str
    purpose: Purpose
    subject: str
    legs: tuple[Leg, ...]
    quantity: int
    limit: Decimal
    tif: str = "DAY"
    account: str = ""
    supersedes: str = ""

    @property
    def is_combo(self) -> bool:
        """Whether the order is a combo (BAG)."""
        return len(self.legs) > 1


class Command(Struct, frozen=True, kw_only=True, tag_field="command"):
    """A request to the shell."""


class PlaceOrder(Command, frozen=True, kw_only=True, tag="place_order"):
    """Transmit the intent, once."""

    intent: Intent


class CancelOrder(Command, frozen=True, kw_only=True, tag="cancel_order"):
    """Ask the broker to cancel."""

    order_ref: str


class Watch(Command, frozen=True, kw_only=True, tag="watch"):
    """Quote exactly these instruments from now on."""

    instruments: tuple[Instrument, ...]


class FetchHistory(Command, frozen=True, kw_only=True, tag="fetch_history"):
    """Fetch this many completed daily bars."""

    instrument: Instrument
    sessions: int


class ListFutures(Command, frozen=True, kw_only=True, tag="list_futures"):
    """List the monthly VIX futures."""


class ListChain(Command, frozen=True, kw_only=True, tag="list_chain"):
    """List the option expiries of an index, one `chain_listed` a trading class."""

    underlying: Instrument


class ListExpiry(Command, frozen=True, kw_only=True, tag="list_expiry"):
    """List the contracts of one expiry."""

    symbol: str
    trading_class: str
    listed: Expiry


class Reconnect(Command, frozen=True, kw_only=True, tag="reconnect"):
    """End this connection and open the next: the gateway tells a new one what it kept from the old one."""


class FetchSnapshot(Command, frozen=True, kw_only=True, tag="fetch_snapshot"):
    """Read orders, executions, positions and account, complete."""


AnyCommand = (
    PlaceOrder
    | CancelOrder
    | Watch
    | FetchHistory
    | ListFutures
    | ListChain
    | ListExpiry
    | FetchSnapshot
    | Reconnect
)
