"""Taking in condors that somebody else opened: four options of one expiry among the account's positions.

Only what the book does not own is looked at, and only what stands the same in two snapshots, a quiet period
apart: a condor that is being legged into by hand is left alone until it stands.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct, structs

from strategies.core.book import book_positions, live_orders
from strategies.core.commands import Purpose
from strategies.core.events import Snapshot
from strategies.core.facts import Expiry
from strategies.core.holdings import Condor, CondorState, OrderStage
from strategies.core.instruments import Instrument, InstrumentKey, Right, option_of_key
from strategies.core.listings import listing_of
from strategies.core.notes import note_condor
from strategies.core.selection import quoted_greeks
from strategies.core.state import Sighting
from strategies.core.turn import Turn
from strategies.core.unavailable import Unavailable

_CLASSES = frozenset({"SPX", "SPXW"})
_CENT = Decimal("0.01")
_CONDOR_ORDERS = frozenset({Purpose.CONDOR_OPEN, Purpose.CONDOR_CLOSE})


class Spread(Struct, frozen=True):
    """So many vertical spreads: the strike that is sold and the one that is held against it."""

    short: float
    long: float
    count: int


class Found(Struct, frozen=True):
    """A condor among foreign positions: class, last trading day, K1 to K4, contracts."""

    trading_class: str
    last_trade: date
    strikes: tuple[float, float, float, float]
    contracts: int


def adopt(turn: Turn, event: Snapshot) -> None:
    """Adopt the condors that stand in this snapshot as they stood in one a quiet period ago."""
    if not turn.rules.condors.adopt or any(
        o.intent.purpose in _CONDOR_ORDERS and o.stage is not OrderStage.PROPOSED
        for o in live_orders(turn.state)
    ):
        return  # what an order of ours is about to explain is not foreign
    foreign = _foreign(turn, event)
    found = condors_in(foreign)
    names = tuple(str(condor) for condor in found)
    sighting = turn.state.sighting
    if sighting is None or sighting.names != names:
        turn.set(sighting=Sighting(names=names, since=turn.now) if names else None)
        return
    if turn.now - sighting.since < timedelta(seconds=turn.rules.reconcile.quiet_s):
        return
    costs = {p.instrument: p.average_cost_usd for p in event.positions}
    for condor in found:
        legs = _legs(turn, condor)
        if legs is not None:
            _take_in(turn, condor, legs, costs)


def _foreign(turn: Turn, event: Snapshot) -> dict[InstrumentKey, int]:
    """Return the SPX options of the account that the book does not hold, signed contracts."""
    ours = book_positions(turn.state)
    rest: dict[InstrumentKey, int] = {}
    for position in event.positions:
        option = option_of_key(position.instrument)
        left = int(position.quantity) - ours.get(position.instrument, 0)
        if option is not None and option.trading_class in _CLASSES and left:
            rest[position.instrument] = left
    return rest


def condors_in(positions: Mapping[InstrumentKey, int]) -> list[Found]:
    """Return the condors that the positions make up; what is left over is nobody's condor.

    Puts and calls are made into vertical spreads that bring a credit, each short strike with the nearest long
    one beyond it; put and call spreads then meet from the money outwards.
    """
    groups: dict[tuple[str, date], dict[Right, dict[float, int]]] = {}
    for key in sorted(positions):
        option = option_of_key(key)
        if option is None or option.last_trade is None or option.right is None:
            continue
        sides = groups.setdefault((option.trading_class, option.last_trade), {Right.PUT: {}, Right.CALL: {}})
        sides[option.right][option.strike] = positions[key]
    found: list[Found] = []
    for trading_class, last_trade in sorted(groups):
        sides = groups[trading_class, last_trade]
        puts = spreads(sides[Right.PUT], below=True)
        calls = spreads(sides[Right.CALL], below=False)
        found += [
            Found(trading_class, last_trade, (put.long, put.short, call.short, call.long), put.count)
            for put, call in _meet(puts, calls)
            if put.short < call.short
        ]
    return found


def spreads(held: Mapping[float, int], *, below: bool) -> list[Spread]:
    """Return the credit spreads among options of one right, the one nearest the money first.

    Args:
        held: signed contracts by strike.
        below: whether the long strike is below the short one (puts) or above it (calls).
    """
    sign = -1.0 if below else 1.0
    longs = {strike: count for strike, count in held.items() if count > 0}
    shorts = sorted((strike for strike, count in held.items() if count < 0), key=lambda k: sign * k)
    found: list[Spread] = []
    for short in shorts:
        left = -held[short]
        for long in sorted(longs, key=lambda k: sign * k):
            if sign * long <= sign * short or not longs[long] or not left:
                continue
            count = min(left, longs[long])
            longs[long] -= count
            left -= count
            found.append(Spread(short, long, count))
    return found


def _meet(puts: list[Spread], calls: list[Spread]) -> Iterable[tuple[Spread, Spread]]:
    """Yield put and call spreads of equal count, in order; larger ones are split."""
    puts, calls = list(puts), list(calls)
    while puts and calls:
        count = min(puts[0].count, calls[0].count)
        yield structs.replace(puts[0], count=count), structs.replace(calls[0], count=count)
        for side in (puts, calls):
            side[0] = structs.replace(side[0], count=side[0].count - count)
            if not side[0].count:
                side.pop(0)


def _legs(turn: Turn, found: Found) -> tuple[Instrument, Instrument, Instrument, Instrument] | None:
    """Return the four contracts as the broker lists them; asks for the listing where it is not known."""
    chain = turn.state.market.chains.get(found.trading_class)
    days = () if chain is None else chain.expiries
    listed = next((e for e in days if e.last_trade == found.last_trade), None)
    if listed is None:
        return None
    listing = listing_of(turn, "SPX", found.trading_class, Expiry(listed.last_trade, listed.expiry))
    if listing is None:
        return None
    k1, k2, k3, k4 = found.strikes
    return (
        listing.instrument(k1, Right.PUT),
        listing.instrument(k2, Right.PUT),
        listing.instrument(k3, Right.CALL),
        listing.instrument(k4, Right.CALL),
    )


def _take_in(
    turn: Turn,
    found: Found,
    legs: tuple[Instrument, Instrument, Instrument, Instrument],
    costs: Mapping[InstrumentKey, Decimal | None],
) -> None:
    """Add the condor to the book; its credit is what the account paid and received for the legs."""
    number = turn.state.counters.condors + 1
    turn.set(counters=structs.replace(turn.state.counters, condors=number), sighting=None)
    signs = (1, -1, -1, 1)
    known = [costs.get(leg.key) for leg in legs]
    credit = sum(
        (-sign * found.contracts * cost for sign, cost in zip(signs, known, strict=True) if cost is not None),
        Decimal(0),
    ).quantize(_CENT)
    note_condor(
        turn,
        Condor(
            condor_id=f"C{number:04d}",
            legs=legs,
            state=CondorState.OPEN,
            opened_at=turn.now,
            contracts=found.contracts,
            entered=found.contracts,
            equity_before_usd=turn.state.counters.equity_usd,
            held={leg.key: sign * found.contracts for leg, sign in zip(legs, signs, strict=True)},
            credit_usd=credit,
            cash_usd=credit,
            adopted=True,
        ),
        "adopted: found in the account" + ("" if None not in known else ", what it brought is not known"),
    )


def measure_adopted(turn: Turn) -> None:
    """Give an adopted condor its vega and theta from the first quotes of all its legs."""
    for condor in list(turn.state.condors.values()):
        if not condor.adopted or condor.unit_vega_usd is not None or not condor.contracts:
            continue
        vega = theta = 0.0
        for leg, sign in zip(condor.legs, (1, -1, -1, 1), strict=True):
            greeks = quoted_greeks(turn, leg)
            if isinstance(greeks, Unavailable):
                break
            vega += sign * leg.multiplier * greeks.vega
            theta += sign * leg.multiplier * greeks.theta
        else:
            measured = structs.replace(condor, unit_vega_usd=vega, unit_theta_usd=theta)
            note_condor(turn, measured, "vega and theta measured at adoption")
