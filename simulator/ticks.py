"""Market data subscriptions: what was asked for, and what has been shown of it."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulator import data_replies as replies
from simulator.instruments import Combo, Instrument
from simulator.option_table import OptionTable
from simulator.order_fields import names
from simulator.quotes import Quote
from simulator.requests import invalid
from simulator.shown import NOTHING, Shown
from simulator.tick_numbers import DELAYED, DELAYED_FROZEN, LIVE

DELAY = timedelta(minutes=15)
# The generic tick numbers that IBKR documents; any other is an error.
_KNOWN_GENERICS = frozenset(
    names(
        "100 101 104 105 106 162 165 221 225 232 233 236 256 258 292 293 294 295 318 375 411 456 460 499 506 "
        "576 577 578 586 587 588 595 614 619 623 662 mdoff"
    )
)


@dataclass(slots=True, kw_only=True)
class Subscription:
    """One request for market data and what has been sent for it.

    Attributes:
        generics: the generic tick numbers asked for.
        kind: what is sent now: live, frozen or delayed.
        wants_frozen: outside the contract's hours its last quote is shown.
        shown: what has been sent, apart from `table`.
        table: since then the option's rows of all tables up to this one have been sent.
        delayed: quotes that are not old enough yet to be shown.
        wire_id: the request id as frames carry it.
        con_id: of the contract, 0 of a combo.
    """

    request_id: int
    item: Instrument | Combo
    generics: frozenset[str]
    kind: int = LIVE
    wants_frozen: bool = False
    shown: Shown = NOTHING
    table: OptionTable | None = None
    delayed: deque[tuple[datetime, Quote]] = field(default_factory=deque)
    wire_id: bytes = field(init=False)
    con_id: int = field(init=False)

    def __post_init__(self) -> None:
        self.wire_id = b"%d" % self.request_id
        self.con_id = 0 if isinstance(self.item, Combo) else self.item.con_id

    @property
    def is_delayed(self) -> bool:
        """Whether quotes are shown late."""
        return self.kind in {DELAYED, DELAYED_FROZEN}

    def change_kind(self, kind: int) -> list[bytes]:
        """Return the announcement of another kind of data, nothing if it is the present one."""
        if kind == self.kind:
            return []
        self.kind = kind
        return [replies.market_data_type(self.request_id, kind)]

    def keep(self, quote: Quote, now: datetime) -> None:
        """Keep the present quote for later; of those that are old enough only the newest stays."""
        self.delayed.append((now, quote))
        while len(self.delayed) > 1 and self.delayed[1][0] <= now - DELAY:
            self.delayed.popleft()

    def due(self, quote: Quote, now: datetime) -> Quote | None:
        """Keep the present quote and return the newest that is old enough to be shown, if it is news.

        The very first is shown at once, as one of then.
        """
        first = not self.shown.prices and not self.delayed
        self.keep(quote, now)
        if first:
            return quote
        return self.delayed.popleft()[1] if self.delayed[0][0] <= now - DELAY else None


def parse_generics(text: str, sec_type: str) -> frozenset[str]:
    """Read the generic tick list of a request, e.g. ``221,232``.

    Raises:
        RequestError: 321, a number that does not exist.
    """
    found = frozenset(part.partition(":")[0].strip() for part in text.split(",") if part.strip())
    if found - _KNOWN_GENERICS:
        raise invalid(
            f"Incorrect generic tick list of {text}.  Legal ones for ({sec_type}) are: "
            f"{','.join(sorted(_KNOWN_GENERICS))}"
        )
    return found
