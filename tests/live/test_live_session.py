"""`hedged run` on the system's clock, over a close."""

import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

MakeWorld = Callable[..., Any]
SUMMARY_AFTER_CLOSE_S = 5
GRACE_S = 1


def test_the_close_of_a_live_session(live_world: MakeWorld, helpers: Any) -> None:  # noqa: ANN401
    """The bar is closed from live ticks at its time; a job that the process slept over is told as late."""
    world = live_world(20)
    day = f"{world.today.close:%Y-%m-%d}"
    world.gateway()
    daemon = world.daemon(
        HEDGED_SCHEDULE__SUMMARY_AFTER_CLOSE_S=str(SUMMARY_AFTER_CLOSE_S),
        HEDGED_SCHEDULE__MISFIRE_GRACE_S=str(GRACE_S),
    )
    daemon.wait_for(lambda: world.seen("bar_closed", session=day), "the bar")
    helpers.signal_process(daemon, signal.SIGSTOP)
    too_late = world.today.close + timedelta(seconds=SUMMARY_AFTER_CLOSE_S + GRACE_S + 2)
    time.sleep(max(0.0, (too_late - datetime.now(helpers.NEW_YORK)).total_seconds()))
    helpers.signal_process(daemon, signal.SIGCONT)
    daemon.wait_for(lambda: world.seen("timer", job="daily_summary"), "the late job")
    daemon.wait_for(lambda: world.said("heartbeat") and world.seen("timer", job="heartbeat"), "a heartbeat")
    world.stop_in_order(daemon)
    (bar,) = world.seen("bar_closed", session=day)
    assert bar["source"] == "live"
    (final,) = world.seen("timer", job="bar_final")
    assert "misfired" not in final
    (summary,) = world.seen("timer", job="daily_summary")
    assert summary["misfired"] is True
    assert any(beat.get("coalesced", 0) > 0 for beat in world.seen("timer", job="heartbeat"))
    assert world.said("job came too late") == 1
