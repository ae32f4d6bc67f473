"""Condors that somebody else opened are hedged like our own."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from strategies.core import facts
from strategies.core.holdings import CondorState
from strategies.core.records import CondorRecord
from strategies.core.rules import CondorRules, Rules

Desk = Any
LEGS = {
    "OPT.SPXW.20180307.2650.P": (10, "310"),
    "OPT.SPXW.20180307.2700.P": (-10, "520"),
    "OPT.SPXW.20180307.2900.C": (-10, "640"),
    "OPT.SPXW.20180307.2950.C": (10, "150"),
}


@pytest.fixture
def foreign(desk: Desk) -> Desk:
    """A desk whose account holds a ten-lot condor that the daemon did not open, and trades none itself."""
    desk.broker.positions = {key: Decimal(count) for key, (count, _) in LEGS.items()}
    broker, seen = desk.broker, desk.broker.snapshot

    def snapshot(**changes: object) -> Any:  # noqa: ANN401 - the conftest's event
        found = seen(**changes)
        positions = tuple(
            facts.PositionSeen(p.instrument, p.quantity, Decimal(LEGS[p.instrument][1]))
            if p.instrument in LEGS
            else p
            for p in found.positions
        )
        return structs.replace(found, positions=positions)

    broker.snapshot = snapshot
    desk.start(Rules(condors=CondorRules(manage=False)))
    return desk


def look_again(desk: Desk) -> None:
    """Bring quotes and a second snapshot, a quiet period later."""
    desk.clock(9, 45)
    desk.quote()
    desk.beat(20)


def test_a_condor_found_twice_is_adopted_with_its_credit(foreign: Desk) -> None:
    """Two snapshots a quiet period apart; the credit is what the account paid and received."""
    assert not foreign.state.condors
    look_again(foreign)
    condor = foreign.condor
    assert (condor.adopted, condor.state, condor.contracts) == (True, CondorState.OPEN, 10)
    assert condor.strikes == (2650, 2700, 2900, 2950)
    assert condor.credit_usd == Decimal(10 * (520 + 640 - 310 - 150))
    reasons = [r.reason for r in foreign.records if isinstance(r, CondorRecord)]
    assert reasons[0] == "adopted: found in the account"


def test_its_vega_and_theta_are_measured_from_the_first_quotes(foreign: Desk) -> None:
    """An entry that was not seen leaves no greeks: those of the adoption stand in."""
    look_again(foreign)
    assert foreign.condor.unit_vega_usd < 0 < foreign.condor.unit_theta_usd


def test_it_is_hedged_like_any_other(foreign: Desk) -> None:
    """An overbought close in contango buys its layer."""
    look_again(foreign)
    layer = foreign.buy_layer()
    assert (layer.condor_id, layer.held > 0) == ("C0001", True)


def test_it_is_adopted_once(foreign: Desk) -> None:
    """Every later snapshot finds it in the book."""
    look_again(foreign)
    foreign.beat(60)
    assert len(foreign.state.condors) == 1


def test_legs_that_still_change_are_left_alone(foreign: Desk) -> None:
    """A condor that is being legged into is adopted only as it stands in the end."""
    foreign.clock(9, 45)
    foreign.broker.positions["OPT.SPXW.20180307.2900.C"] = Decimal(-4)
    foreign.quote()
    foreign.beat(16)
    assert not foreign.state.condors
    foreign.beat(20)
    assert foreign.condor.contracts == 4


def test_switched_off_nothing_is_adopted(desk: Desk) -> None:
    """With condors.adopt = false foreign positions are recorded and never touched."""
    desk.broker.positions = {key: Decimal(count) for key, (count, _) in LEGS.items()}
    desk.start(Rules(condors=CondorRules(manage=False, adopt=False)))
    look_again(desk)
    assert not desk.state.condors


def test_without_what_it_cost_the_credit_is_zero_and_said_so(desk: Desk) -> None:
    """An unknown credit never lets a hedge through: gate 2 compares with it."""
    desk.broker.positions = {key: Decimal(count) for key, (count, _) in LEGS.items()}
    desk.start(Rules(condors=CondorRules(manage=False)))
    look_again(desk)
    assert desk.condor.credit_usd == 0
    first = next(r for r in desk.records if isinstance(r, CondorRecord))
    assert "what it brought is not known" in first.reason
