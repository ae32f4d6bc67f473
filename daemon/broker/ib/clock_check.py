"""Holding the gateway's clock against ours: after each connect, and whenever it is asked for."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from daemon.broker.ib.link import ASK_FAILED, Link
from daemon.broker.inbox import UNSTAMPED, Inbox
from strategies.core.events import ClockSkew

_NEWS_S = 5.0
"""A change of the difference below this is no news; the gateway tells its time in whole seconds."""


_APART_S = 2.0
"""A gateway leaves a second question for the time within a second unanswered (ib_insync #604): with the next
heartbeats the connection, which lives, would be given up."""


class ClockCheck:
    """Asks for the time and reports the difference, once a connection and then only when it has changed."""

    def __init__(self, now: Callable[[], datetime], inbox: Inbox) -> None:
        self._now = now
        self._inbox = inbox
        self._told: ClockSkew | None = None
        self._asked: tuple[int, float] | None = None

    async def compare(self, link: Link) -> None:
        """Ask on a connection, unless it has just been asked, and report the difference if it is news."""
        asked_at_s = asyncio.get_running_loop().time()
        if self._asked is not None:
            epoch, before_s = self._asked
            if epoch == link.epoch and asked_at_s - before_s < _APART_S:
                return
        self._asked = (link.epoch, asked_at_s)
        skew_s: float | None = None
        try:
            answer: datetime = await link.answer_unkeyed(link.ib.reqCurrentTimeAsync, "time")
            skew_s = round((answer - self._now()).total_seconds(), 3)
        except ASK_FAILED:
            if link.closed:
                return  # its end is reported already
        if self._is_news(link.epoch, skew_s):
            self._told = ClockSkew(time=UNSTAMPED, epoch=link.epoch, skew_s=skew_s)
            self._inbox.report(self._told)

    def _is_news(self, epoch: int, skew_s: float | None) -> bool:
        told = self._told
        if told is None or told.epoch != epoch:
            return True
        if skew_s is None or told.skew_s is None:
            return skew_s is not told.skew_s
        return abs(skew_s - told.skew_s) >= _NEWS_S
