"""How long to wait before the next attempt to connect."""

import hashlib


def reconnect_delay_s(attempt: int, epoch: int, *, delay_min_s: float, delay_max_s: float) -> float:
    """Return the pause before attempt number `attempt` (from 1) after connection number `epoch`.

    It doubles from `delay_min_s` up to `delay_max_s`. Up to a quarter is taken off, so that clients of one
    gateway do not come back in step; how much is a pure function of the two numbers.
    """
    full = min(delay_max_s, delay_min_s * 2.0 ** min(attempt - 1, 30))
    digest = hashlib.sha256(f"{epoch}/{attempt}".encode()).digest()
    return max(delay_min_s, full * (1.0 - 0.25 * digest[0] / 255.0))
