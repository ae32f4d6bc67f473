"""What the gateway's own books say, in the daemon's names."""

from collections import Counter
from collections.abc import Container, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from simulator.hours import new_york_day
from simulator.instruments import Combo
from soak.world import World
from strategies.core.commands import Purpose
from strategies.core.corrections import execution_stem
from strategies.core.events import AnyEvent, Snapshot
from strategies.core.records import OrderIntended

CLOCK_KNOWN_AFTER_S = 150.0
"""How long after a jump of its machine's clock the daemon may still take it for the time."""
_SETTLED_AFTER = timedelta(minutes=5)
"""Longer than a snapshot may be under way."""


def decided_at(world: World, event: AnyEvent) -> datetime:
    """Return when an event that is on disk now was stamped and decided on: a slow store takes its time."""
    now = world.true_now()
    stamped = event.time - timedelta(seconds=world.clock_offset_s)
    in_between = timedelta(0) <= now - stamped <= timedelta(seconds=CLOCK_KNOWN_AFTER_S)
    return stamped if in_between else now  # else the clock was set meanwhile


class Executions:
    """The gateway's executions of single contracts, read on as they grow."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[str, tuple[str, str, int]] = {}
        self._read = 0

    def all(self) -> dict[str, tuple[str, str, int]]:
        """Return them by execution stem: reference, side, quantity."""
        rows = self._world.host.gateway.booking.executions
        for row in rows[self._read :]:
            if not isinstance(row.contract, Combo):
                side = "BOT" if row.bought else "SLD"
                self._known[execution_stem(row.exec_id)] = (row.order.ticket.order_ref, side, row.quantity)
        self._read = len(rows)
        return self._known


def premium_usd(world: World, intents: Mapping[str, OrderIntended], now: datetime) -> Decimal:
    """Return what layers have cost on the day of `now`: by executions, not by intents."""
    total = Decimal(0)
    for row in world.host.gateway.booking.executions:
        intent = intents.get(row.order.ticket.order_ref)
        layer = intent is not None and intent.purpose is Purpose.LAYER_OPEN
        if layer and new_york_day(row.time) == new_york_day(now):
            total += Decimal(repr(row.price)) * row.quantity * 100
    return total


def positions(world: World) -> dict[str, int]:
    """Return what the gateway's account holds: contracts by the daemon's name of the instrument."""
    held = {}
    for position in world.host.gateway.account.positions.values():
        held[instrument_name(position.instrument)] = position.quantity
    return {key: held[key] for key in sorted(held)}


def untruth(world: World, snapshot: Snapshot) -> str:
    """Return what a snapshot tells wrongly of the account: a missing answer is no empty one."""
    latest = max((row.time for row in world.host.gateway.booking.executions), default=None)
    if latest is not None and world.true_now() - latest < _SETTLED_AFTER:
        return ""
    told, true = (
        {str(p.instrument): int(p.quantity) for p in snapshot.positions if p.quantity},
        positions(world),
    )
    return "" if told == true else f"a snapshot tells of positions {told}, the account holds {true}"


def positions_without(world: World, others: Container[str]) -> dict[str, int]:
    """Return what the account holds, less what the executions of other orders, by reference, have made of it.

    A condor and the delta cut beside it may stand in the same option; the account knows their sum only.
    """
    held = Counter(positions(world))
    latest = {execution_stem(row.exec_id): row for row in world.host.gateway.booking.executions}
    for row in latest.values():
        if row.order.ticket.order_ref in others and not isinstance(row.contract, Combo):
            held[instrument_name(row.contract)] -= row.quantity if row.bought else -row.quantity
    return held


def instrument_name(item: Any) -> str:  # noqa: ANN401 - a simulator Instrument
    """Return the key by which the daemon knows an option or a future of the gateway."""
    strike = f"{item.strike:g}"
    last_trade = f"{item.last_trade:%Y%m%d}"
    return f"{item.sec_type}.{item.trading_class}.{last_trade}.{strike}.{item.right}"
