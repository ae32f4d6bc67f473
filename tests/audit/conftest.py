"""Record lines as the loop makes them."""

from collections.abc import Callable

import pytest

from daemon.telemetry.records import GENESIS, Chain

MakeLines = Callable[..., tuple[bytes, ...]]


@pytest.fixture
def make_lines() -> MakeLines:
    """`count` lines that follow a chain."""

    def make(count: int, *, after: Chain = GENESIS, text: str = "x") -> tuple[bytes, ...]:
        bodies = [
            f'{{"kind":"test","time":"2026-11-20T14:31:00Z","n":{n},"text":"{text}"}}' for n in range(count)
        ]
        return after.extend([body.encode() for body in bodies])[1]

    return make
