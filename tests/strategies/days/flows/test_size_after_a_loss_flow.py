"""Never raise: after a losing condor the next is not larger until the book's equity has passed its level."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from strategies.alvh.submit import last_gate
from strategies.core.commands import Purpose
from strategies.core.facts import Bar
from strategies.core.holdings import CondorState
from strategies.core.rules import CondorRules, Rules
from strategies.core.turn import Turn

Story = Any
MakeRules = Callable[..., Rules]
SHARE = CondorRules(size="share", net_liquidation_share=0.05, exit_dte=41)
FIXED = CondorRules(contracts=10, exit_dte=41)


def lose(story: Story, rules: Rules, spx: float = 2700.0) -> None:
    """Enter on Monday, leave by the tenor of Thursday's bar, SPX under the put side; go to next Monday."""
    story.begin(rules)
    story.world.spx = spx
    for _ in range(4):
        story.close(spx)
        story.morning()
        story.desk.beat(5)
    assert story.desk.condor.state is CondorState.CLOSED
    assert story.desk.condor.cash_usd < 0
    while story.desk.today.weekday():
        story.close(spx)
        story.morning(9, 31)


def enter(story: Story) -> Any:  # noqa: ANN401 - a verdict
    """Try to enter a condor today; return the verdict on its size."""
    story.desk.act()
    return next(v for v in story.desk.decisions("condor_open")[-1].rules if v.rule == "condor_size")


def sizes(story: Story) -> list[int]:
    """Return the sizes of all condors ordered."""
    return [intent.quantity for intent in story.of(Purpose.CONDOR_OPEN)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (FIXED, structs.replace(FIXED, contracts=25)),
        (SHARE, structs.replace(SHARE, net_liquidation_share=0.10)),
    ],
    ids=["fixed", "share"],
)
def test_the_next_condor_is_no_larger_than_the_one_that_lost(
    story: Story, rules_of: MakeRules, before: CondorRules, after: CondorRules
) -> None:
    """Whatever the settings ask for by then: its size is that of the loser."""
    lose(story, rules_of(condors=before))
    story.desk.tweak(rules=rules_of(condors=after))
    verdict = enter(story)
    assert sizes(story) == [10, 10]
    assert verdict.inputs["lost_contracts"] == 10
    assert verdict.inputs["equity_to_pass_usd"] is not None


def test_a_share_of_a_smaller_account_is_smaller_all_the_same(story: Story, rules_of: MakeRules) -> None:
    """The limit is a ceiling, not the size."""
    lose(story, rules_of(condors=SHARE))
    story.desk.broker.net_liquidation = Decimal(960_000)
    story.desk.take(story.desk.broker.snapshot())
    enter(story)
    assert sizes(story) == [10, 9]


def test_once_equity_has_passed_its_level_sizes_are_free_again(story: Story, rules_of: MakeRules) -> None:
    """The book makes the loss good and more: on the next bar the limit is gone."""
    lose(story, rules_of(condors=FIXED))
    counters = story.desk.state.counters
    assert counters.lost_contracts == 10
    won = structs.replace(counters, hedge_closed_usd=counters.hedge_closed_usd + 100_000)
    story.desk.tweak(counters=won, rules=rules_of(condors=structs.replace(FIXED, contracts=25)))
    story.close()
    assert story.desk.state.counters.lost_contracts is None
    assert story.desk.state.counters.equity_to_pass_usd is None
    story.go_to(date(2018, 2, 5), 0.0)
    enter(story)
    assert sizes(story) == [10, 25]


def test_a_level_that_is_reached_and_not_passed_keeps_the_limit(story: Story, rules_of: MakeRules) -> None:
    """Passed means above."""
    lose(story, rules_of(condors=FIXED))
    story.close()
    counters = story.desk.state.counters
    level, equity = counters.equity_to_pass_usd, counters.equity_usd
    assert level is not None
    level_reached = structs.replace(counters, hedge_closed_usd=counters.hedge_closed_usd + level - equity)
    story.desk.tweak(counters=level_reached)
    story.morning()
    story.close()
    assert story.desk.state.counters.equity_usd == level
    assert story.desk.state.counters.lost_contracts == 10


@pytest.mark.parametrize(("won", "verdict"), [(0, "refuse"), (100_000, "pass")])
def test_the_last_gate_refuses_a_larger_condor_whoever_sized_it(
    story: Story, rules_of: MakeRules, won: int, verdict: str
) -> None:
    """An intent of eleven after a losing ten, made elsewhere: refused unless the loss is made good."""
    lose(story, rules_of(condors=FIXED))
    enter(story)
    intent = structs.replace(story.of(Purpose.CONDOR_OPEN)[-1], quantity=11)
    counters = story.desk.state.counters
    story.desk.tweak(counters=structs.replace(counters, hedge_closed_usd=counters.hedge_closed_usd + won))
    (gate,) = last_gate(Turn(story.desk.state, story.desk.now), intent)
    assert (gate.rule, gate.verdict) == ("never_raise_size", verdict)


def test_a_size_raised_on_its_way_does_not_leave(
    story: Story, rules_of: MakeRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if the sizing were wrong: the order is refused at the door, its plan dropped, nothing sent."""
    lose(story, rules_of(condors=FIXED))
    monkeypatch.setattr("strategies.alvh.condor_orders.wanted_contracts", lambda _turn: 11)
    story.desk.act()
    assert sizes(story) == [10]
    assert story.why("condor_open") == {
        "never_raise_size": "the size would rise after a loss that is not made good"
    }
    assert not story.desk.state.plans


def test_the_hedge_counts_towards_the_equity(story: Story, rules_of: MakeRules) -> None:
    """The level is the whole book's, layers included, at their marks."""
    lose(story, rules_of(condors=FIXED))
    turn = Turn(story.desk.state, story.desk.now)
    assert turn.state.counters.equity_to_pass_usd == Decimal(0)
    assert story.desk.broker.history["SPX"][-1] == Bar(date(2018, 1, 19), 2812.97)


def test_a_net_liquidation_that_is_not_known_enters_nothing(story: Story, rules_of: MakeRules) -> None:
    """Size = "share" of nothing known: rounds to no contract."""
    story.desk.broker.net_liquidation = None
    story.begin(rules_of(condors=SHARE))
    assert story.why("condor_open") == {"condor_size": "rounds to no contract"}
