"""The gateway's own link and clock: nothing is sent while either cannot be trusted."""

from typing import Any

import pytest

from strategies.core import commands as cm
from strategies.core import events as ev
from strategies.core.gates import ready
from strategies.core.turn import Turn

Desk = Any


def refusal(desk: Desk) -> str:
    """Return why gate 1 refuses; empty where it passes."""
    return ready(Turn(desk.state, desk.now)).reason


def test_a_gateway_that_is_cut_off_sends_nothing_and_quotes_nothing(desk_with_condor: Desk) -> None:
    """While its own link is down fills are not pushed and quotes are not news."""
    desk = desk_with_condor
    desk.take(ev.Upstream(time=desk.now, connected=False))
    assert desk.state.market.quotes == {}
    assert refusal(desk) == "the gateway has lost its connection to the broker"
    desk.take(desk.broker.snapshot())
    assert desk.state.account.reconciled_at is not None
    assert desk.state.account.reconciled_at < desk.now


def test_quotes_that_came_while_the_gateway_was_cut_off_are_not_of_after(desk_with_condor: Desk) -> None:
    """Ticks may still come after the word that the link is down; once it is back only new ones count."""
    desk = desk_with_condor
    desk.take(ev.Upstream(time=desk.now, connected=False))
    desk.quote()
    assert desk.state.market.quotes
    desk.take(ev.Upstream(time=desk.now, connected=True))
    assert desk.state.market.quotes == {}


def test_a_gateway_that_is_back_is_reconciled_before_anything_is_sent(desk_with_condor: Desk) -> None:
    """What happened meanwhile is read first."""
    desk = desk_with_condor
    desk.take(ev.Upstream(time=desk.now, connected=False))
    outcome = desk.take(ev.Upstream(time=desk.now, connected=True))
    assert any(isinstance(c, cm.FetchSnapshot) for c in outcome.commands)
    assert refusal(desk) == "not reconciled since the connection came up"
    desk.answer()
    assert refusal(desk) == ""


@pytest.mark.parametrize(
    ("skew_s", "reason"),
    [
        (None, "the gateway did not tell its time"),
        (31.0, "the gateway's clock is off by more than clock.skew_max_s = 30"),
        (-31.0, "the gateway's clock is off by more than clock.skew_max_s = 30"),
        (30.0, ""),
    ],
)
def test_a_gateway_at_another_time_is_not_traded_with(
    desk_with_condor: Desk, skew_s: float | None, reason: str
) -> None:
    """Its sessions and quotes would not be of now; a new connection is measured anew."""
    desk = desk_with_condor
    desk.take(ev.ClockSkew(time=desk.now, epoch=desk.broker.epoch, skew_s=skew_s))
    assert refusal(desk) == reason
    desk.disconnect()
    desk.connect()
    desk.answer()
    assert refusal(desk) == ""


def test_a_step_of_our_own_clock_moves_nothing(desk_with_condor: Desk) -> None:
    """It is recorded; the core takes its time from events."""
    desk = desk_with_condor
    account = desk.state.account
    assert desk.take(ev.ClockStep(time=desk.now, step_s=-3600.0)).commands == ()
    assert desk.state.account == account
