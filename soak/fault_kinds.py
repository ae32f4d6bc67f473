"""Every kind of fault a day may have: the gateway's own catalogue, and what befalls the rest of the world."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from simulator.fault_catalogue import CATALOGUE
from simulator.faults import Faults
from simulator.hours import NEW_YORK
from simulator.keeper import ROLLED_BACK
from simulator.outages import BACK_DATA_KEPT, BACK_DATA_LOST, Outage, Outages
from soak.dice import Dice
from soak.points import Moment
from soak.store_model import Condition, Trouble
from soak.world import LEASE_S, World

Strike = Callable[["Striking"], None]

_LEFT_OUT = {
    "whatif_unset": "the daemon asks no whatIf",
    "silent_bars": "the daemon subscribes no bars",
    "offline": "here the gateway process itself ends: see gateway_restart",
    "connectivity": "here with a span of its own: see upstream_lost",
    "no_data": "a whole day without data trades nothing; tests/simulator has it",
}
GATEWAY_KINDS = tuple(name for name in CATALOGUE if name not in _LEFT_OUT)


@dataclass(kw_only=True)
class Striking:
    """What a fault may use: the world, its dice, and how to say when it is over.

    Attributes:
        over: call it, once, when the world is well again.
    """

    world: World
    dice: Dice
    over: Callable[[], None]


class CountedFaults(Faults):
    """The gateway's faults, which say when they strike."""

    def __init__(self, struck: Callable[[str], None]) -> None:
        super().__init__()
        self._struck = struck

    def strikes(self, name: str) -> bool:
        """See `Faults.strikes`."""
        hit = super().strikes(name)
        if hit:
            self._struck(name)
        return hit


def hand_over(gateway: Any, faults: CountedFaults) -> None:  # noqa: ANN401 - a Gateway
    """Put other faults in the place of those a gateway was made with: every part has its own reference."""
    seen: set[int] = set()
    waiting = [gateway]
    old = gateway.faults
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        names = list(getattr(part, "__dict__", ())) + list(getattr(type(part), "__slots__", ()))
        for name in names:
            value = getattr(part, name, None)
            if value is old:
                setattr(part, name, faults)
            elif type(value).__module__.startswith("simulator.") and not isinstance(value, type):
                waiting.append(value)


def _for_a_while(strike: Striking, low_s: float, high_s: float, end: Callable[[], None]) -> None:
    def finish() -> None:
        end()
        strike.over()

    strike.world.after(strike.dice.between(low_s, high_s), finish)


def _daemon_killed(strike: Striking) -> None:
    strike.world.kill()
    strike.over()


def _boundary(strike: Striking) -> None:
    """Kill at one of the next boundaries, before, in the middle of or after its effect."""
    points = strike.world.points
    points.kill_at = (points.count + strike.dice.whole(0, 12), strike.dice.pick(tuple(Moment)))
    strike.over()


def _order_boundary(strike: Striking) -> None:
    """Kill around the next order's way out."""
    points = strike.world.points
    points.kill_near = ("send.order", strike.dice.whole(0, 4), strike.dice.pick(tuple(Moment)))
    strike.over()


def _stopped(strike: Striking) -> None:
    world = strike.world
    world.stop()
    world.boot_again = True
    strike.over()


def _paused(strike: Striking) -> None:
    strike.world.pause(strike.dice.between(2.0, 90.0))
    strike.over()


def _usurped(strike: Striking) -> None:
    """Longer than the lease lasts: a second daemon takes the place of one that stands still."""
    strike.world.usurp(strike.dice.between(LEASE_S, 4 * LEASE_S))
    strike.over()


def _store_away(condition: Condition, low_s: float, high_s: float) -> Strike:
    def act(strike: Striking) -> None:
        store = strike.world.store
        if condition is Condition.DOWN:
            store.crash()
        else:
            store.condition = condition
        _for_a_while(strike, low_s, high_s, store.come_back)

    return act


def _store_slow(strike: Striking) -> None:
    store = strike.world.store
    store.slow_s = strike.dice.between(0.05, 8.0)
    _for_a_while(strike, 20.0, 200.0, store.come_back)


def _store_trouble(trouble: Trouble) -> Strike:
    def act(strike: Striking) -> None:
        store = strike.world.store
        store.troubles[store.writes + strike.dice.whole(1, 15)] = trouble
        strike.over()

    return act


def _net_reset(strike: Striking) -> None:
    for line in list(strike.world.network.lines):
        line.reset()
    strike.over()


def _net_stall(*, to_client: bool, to_server: bool) -> Strike:
    def act(strike: Striking) -> None:
        network, lasts_s = strike.world.network, strike.dice.between(1.0, 120.0)
        until_s = strike.world.loop.time() + lasts_s
        network.stall(until_s, to_client=to_client, to_server=to_server)
        _for_a_while(strike, lasts_s, lasts_s, lambda: None)

    return act


def _gateway_restart(strike: Striking) -> None:
    """Every connection ends, nobody listens for a while, and order ids may begin again."""
    world = strike.world
    gateway = world.host.gateway
    if gateway.faults.strikes("restart_id_rollback"):
        gateway.desk.roll_back_all(ROLLED_BACK)
    world.network.refusing = True
    for line in list(world.network.lines):
        line.reset()
    if strike.dice.chance(0.5):
        gateway.faults.arm("id_rollback")

    def listen() -> None:
        world.network.refusing = False

    _for_a_while(strike, 3.0, 150.0, listen)


def _upstream_lost(strike: Striking) -> None:
    """1100, then 1101 or 1102."""
    world = strike.world
    start = world.true_now().astimezone(NEW_YORK)
    lasts_s = strike.dice.between(20.0, 900.0)
    end = start + timedelta(seconds=lasts_s)
    back = strike.dice.pick((BACK_DATA_LOST, BACK_DATA_KEPT))
    outage = Outage(name="connectivity", start=start.time(), end=end.time(), back=back)
    world.host.gateway.faults.outages = Outages([outage])
    world.host.play_at(world.true_now() + timedelta(milliseconds=1))
    world.host.play_at(world.true_now() + timedelta(seconds=lasts_s + 0.001))
    _for_a_while(strike, lasts_s + 0.01, lasts_s + 0.01, lambda: None)


def _clock_step(low_s: float, high_s: float) -> Strike:
    def act(strike: Striking) -> None:
        back = strike.world.step_clock(strike.dice.between(low_s, high_s))
        _for_a_while(strike, 30.0, 400.0, back)

    return act


WORLD_KINDS: dict[str, Strike] = {
    "daemon_killed": _daemon_killed,
    "daemon_killed_at_boundary": _boundary,
    "daemon_killed_at_order": _order_boundary,
    "daemon_stopped": _stopped,
    "daemon_paused": _paused,
    "daemon_usurped": _usurped,
    "store_restarted": _store_away(Condition.DOWN, 0.5, 20.0),
    "store_down": _store_away(Condition.DOWN, 60.0, 260.0),
    "store_hung": _store_away(Condition.HUNG, 2.0, 100.0),
    "store_read_only": _store_away(Condition.READ_ONLY, 2.0, 100.0),
    "store_out_of_memory": _store_away(Condition.OUT_OF_MEMORY, 2.0, 100.0),
    "store_slow": _store_slow,
    "store_torn_write": _store_trouble(Trouble.TORN),
    "store_lost_reply": _store_trouble(Trouble.LOST_REPLY),
    "connection_reset": _net_reset,
    "connection_half_open": _net_stall(to_client=True, to_server=True),
    "connection_deaf": _net_stall(to_client=True, to_server=False),
    "connection_mute": _net_stall(to_client=False, to_server=True),
    "gateway_restart": _gateway_restart,
    "upstream_lost": _upstream_lost,
    "clock_forward": _clock_step(6.0, 900.0),
    "clock_back": _clock_step(-900.0, -6.0),
}
ADDED_KINDS = ("silent_positions",)
"""Kinds that came after seeds had been kept: a few days have one of them beside what they always had."""

FIRST_KINDS = tuple(kind for kind in (*GATEWAY_KINDS, *WORLD_KINDS) if kind not in ADDED_KINDS)
ALL_KINDS = (*FIRST_KINDS, *ADDED_KINDS)
