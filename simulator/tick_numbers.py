"""Numbers of ticks and kinds of market data, as the protocol has them."""

LIVE, FROZEN, DELAYED, DELAYED_FROZEN = 1, 2, 3, 4
# What shows quotes as they stand or stood, under their own numbers.
UNDELAYED = frozenset({LIVE, FROZEN})
BID_SIZE, BID, ASK, ASK_SIZE, LAST, HIGH, LOW, CLOSE, OPEN = 0, 1, 2, 3, 4, 6, 7, 9, 14
BID_COMPUTATION, ASK_COMPUTATION, MODEL_COMPUTATION = 10, 11, 13
MARK_PRICE, LAST_TIMESTAMP, HALTED = 37, 45, 49
MARK_GENERICS = frozenset({"221", "232"})
# Open interest and volumes are sizes, the volatilities are numbers.
SIZE_GENERICS = frozenset({27, 28, 29, 30})
# How delayed data number the same ticks.
_DELAYED_IDS = {
    BID_SIZE: 69,
    BID: 66,
    ASK: 67,
    ASK_SIZE: 70,
    LAST: 68,
    HIGH: 72,
    LOW: 73,
    CLOSE: 75,
    OPEN: 76,
    BID_COMPUTATION: 80,
    ASK_COMPUTATION: 81,
    MODEL_COMPUTATION: 83,
    LAST_TIMESTAMP: 88,
    HALTED: 90,
}


def shown_as(tick: int, kind: int) -> int:
    """Return the number that a tick has in data of a kind."""
    return tick if kind in UNDELAYED else _DELAYED_IDS.get(tick, tick)
