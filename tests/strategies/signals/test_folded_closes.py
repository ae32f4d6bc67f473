"""One fold makes every signal of closes: each is the one that its own file makes."""

from collections.abc import Callable
from datetime import timedelta
from functools import reduce

from strategies.alvh import divergence
from strategies.alvh.closes import fold_close
from strategies.alvh.macd import Macd, add_close, macd
from strategies.alvh.rsi import add_close as add_to_rsi
from strategies.alvh.rsi import rsi
from strategies.core.market import Unavailable
from strategies.core.rules import Rules
from strategies.core.signal_state import DivergenceState, MacdState
from strategies.core.state import RsiState, Signals

Fold = Callable[..., list[Signals]]
Walks = Callable[[int, int, int], list[list[float]]]
RULES = Rules()


def test_the_fold_is_that_of_each_signal(fold: Fold, walks: Walks) -> None:
    """RSI and MACD of a close reach the swing of the same close; the latest closes and sessions are kept."""
    (closes,) = walks(1, 120, 3)
    averages, lines, swings = RsiState(), MacdState(), DivergenceState()
    folded = fold(closes)
    for close, signals in zip(closes, folded, strict=True):
        averages, lines = add_to_rsi(averages, close, 14), add_close(lines, close, RULES.macd)
        strength, line = rsi(averages, 14), macd(lines, RULES.macd)
        swings = divergence.add_bar(
            swings,
            close,
            None if isinstance(strength, Unavailable) else strength,
            line.line if isinstance(line, Macd) else None,
            RULES.divergence,
        )
        assert (signals.rsi, signals.macd, signals.divergence) == (averages, lines, swings)
    first = folded[0].last_session
    assert first is not None
    assert folded[-1].last_session == first + timedelta(days=119)
    assert folded[-1].realised_closes == tuple(closes[-22:])
    assert folded[-1].curve.sessions == tuple(first + timedelta(days=n) for n in range(114, 120))


def test_the_rest_follows_from_the_state_alone(fold: Fold, walks: Walks) -> None:
    """Folding on from any state gives what one fold over all closes gives."""
    (closes,) = walks(1, 90, 4)
    whole = fold(closes)
    start = whole[0].last_session
    assert start is not None
    days = [start + timedelta(days=n) for n in range(90)]
    for cut in (1, 20, 60):
        rest = zip(days[cut:], closes[cut:], strict=True)
        end = reduce(lambda signals, bar: fold_close(signals, bar[0], bar[1], RULES), rest, whole[cut - 1])
        assert end == whole[-1]
