"""Which contracts trade now: looked up once, and again when their hours change."""

from datetime import datetime

from simulator.hours import Hours, Standing
from simulator.instruments import Instrument


class Standings:
    """The standings of contracts at instants that only move forward.

    Args:
        hours: when contracts trade.
    """

    def __init__(self, hours: Hours) -> None:
        self._hours = hours
        # By contract id, and by the terms on which hours depend: many contracts turn at once.
        self._known: dict[int, Standing] = {}
        self._alike: dict[tuple[object, ...], Standing] = {}

    def at(self, item: Instrument, now: datetime) -> Standing:
        """Return whether a contract trades at an instant, and whether in its regular hours."""
        found = self._known.get(item.con_id)
        if found is None or now >= found.until:
            found = self._known[item.con_id] = self._find(item, now)
        return found

    def _find(self, item: Instrument, now: datetime) -> Standing:
        terms = (item.sec_type, item.symbol, item.trading_class, item.last_trade)
        found = self._alike.get(terms)
        if found is None or now >= found.until:
            found = self._alike[terms] = self._hours.standing(item, now)
        return found
