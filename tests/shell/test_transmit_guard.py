"""The last look before an order's bytes leave."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from daemon.clock import Stopwatch
from daemon.transmit import TransmitGuard
from daemon.windows import windows
from strategies.core.commands import Intent, Purpose
from strategies.core.mode import Mode, TradingMode
from strategies.core.state import Account, State

NOON = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)
NEVER = (datetime.min.time(), 0.0)
QUIET = (datetime(2026, 1, 1, 11, 59).time(), 120.0)  # noqa: DTZ001 - a wall time of New York


def order(purpose: Purpose = Purpose.LAYER_OPEN) -> Intent:
    """Return an intent."""
    return Intent(order_ref="a-1-1", purpose=purpose, subject="L1", legs=(), quantity=1, limit=Decimal(1))


class Later(Stopwatch):
    """A stopwatch that was started a while ago."""

    def __init__(self, ago_s: float) -> None:
        super().__init__()
        self._loop_s -= ago_s


@pytest.fixture
def guard() -> Callable[..., TransmitGuard]:
    """Make a guard at noon in New York; its decision was made just now unless told otherwise."""

    def make(
        mode: Mode = Mode.ACTIVE, *, ago_s: float = 0.0, event_ago_s: float = 0.0, window: bool = False
    ) -> TransmitGuard:
        trading = TradingMode(mode=mode, who="anna", reason="odd")
        state = State(trading=trading)
        made = TransmitGuard(
            lambda: state,
            lambda: NOON,
            within_s=5.0,
            windows=windows(QUIET if window else NEVER, NEVER, NEVER),
        )
        made.decided("a-1-1", Later(ago_s), NOON - timedelta(seconds=event_ago_s))
        return made

    return make


async def test_a_fresh_decision_may_leave(guard: Callable[..., TransmitGuard]) -> None:
    """Nothing forbids it."""
    assert guard().veto(order()) == ""


@pytest.mark.parametrize("aged", [{"ago_s": 5.5}, {"event_ago_s": 6.0}])
async def test_an_old_decision_may_not(guard: Callable[..., TransmitGuard], aged: dict[str, float]) -> None:
    """Whether the process stood still after it, or its event waited: the price is of another moment."""
    assert "more than orders.transmit_within_s = 5" in guard(**aged).veto(order())


async def test_an_order_waits_for_nothing_while_the_gateway_is_cut_off() -> None:
    """1100 may come while the probe before an order is out: the order is not sent."""
    state = State(account=Account(upstream=False))
    made = TransmitGuard(lambda: state, lambda: NOON, within_s=5.0)
    made.decided("a-1-1", Stopwatch(), NOON)
    assert made.veto(order()) == "the gateway has lost its connection to the broker"


async def test_an_intent_that_nobody_decided_on_may_not(guard: Callable[..., TransmitGuard]) -> None:
    """Only what this process has just journalled is sent."""
    made = TransmitGuard(State, lambda: NOON, within_s=5.0)
    assert made.veto(order()) == "it was not decided on by this process"


@pytest.mark.parametrize(
    ("mode", "opening", "closing"),
    [(Mode.HALTED, True, True), (Mode.REDUCE_ONLY, True, False), (Mode.ACTIVE, False, False)],
)
async def test_the_mode_is_looked_at_once_more(
    guard: Callable[..., TransmitGuard], mode: Mode, *, opening: bool, closing: bool
) -> None:
    """The state may have changed between the decision and the write."""
    made = guard(mode)
    assert bool(made.veto(order())) is opening
    assert bool(made.veto(order(Purpose.LAYER_PEEL))) is closing


async def test_the_brake_holds_before_the_journal_knows(guard: Callable[..., TransmitGuard]) -> None:
    """A halt takes effect when it is said, and is the state's own once it is on record."""
    made = guard()
    made.brake(Mode.REDUCE_ONLY, "reduce_only by anna: odd")
    assert made.veto(order()) == "reduce_only by anna: odd"
    assert made.veto(order(Purpose.LAYER_PEEL)) == ""
    made.brake(Mode.HALTED, "halt by anna: odd")
    assert made.veto(order(Purpose.LAYER_PEEL)) == "halt by anna: odd"
    made.release()
    assert made.veto(order()) == ""


async def test_nothing_leaves_in_a_known_window(guard: Callable[..., TransmitGuard]) -> None:
    """An order written while the gateway restarts can be lost, or its id given out twice."""
    assert guard(window=True).veto(order()) == "nothing is transmitted during the gateway's daily restart"


async def test_a_stopwatch_runs_with_either_clock() -> None:
    """The event loop's, which a simulation moves, and the machine's, which runs while we do not."""
    watch = Stopwatch()
    await asyncio.sleep(0.01)
    assert watch.elapsed_s >= 0.01
    watch._awake_or_not_s -= 100
    assert watch.elapsed_s >= 100
