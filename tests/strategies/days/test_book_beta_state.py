"""The book's beta is fed by the bars."""

from typing import Any

Desk = Any


def test_each_live_bar_adds_the_book_and_the_index(desk_with_condor: Desk) -> None:
    """The net liquidation value last reported, beside the close; two bars make one pair of returns."""
    desk = desk_with_condor
    desk.close_bar(2850.0)
    desk.answer()
    first = desk.state.signals.beta
    assert (first.book_usd, first.spx, first.returns) == (1_000_000.0, 2850.0, ())
    desk.next_session()
    desk.broker.net_liquidation += 5_000
    desk.take(desk.broker.snapshot())
    desk.close_bar(2878.5)
    (pair,) = desk.state.signals.beta.returns
    assert [round(change, 9) for change in pair] == [0.005, 0.01]


def test_without_a_net_liquidation_value_there_is_no_return(desk_with_condor: Desk) -> None:
    """A worth that is not known is a gap, not a loss."""
    desk = desk_with_condor
    desk.broker.net_liquidation = None
    desk.take(desk.broker.snapshot())
    desk.close_bar(2850.0)
    assert desk.state.signals.beta.book_usd is None
