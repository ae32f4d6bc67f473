"""Where the daemon touches the machine, the simulation's world is put in its place; nothing else changes.

The daemon's clock comes in by argument, its journal too. What is left: the scheduler library's own look at
the clock, the control socket, and writing the audit files, which a killed process must not go on with.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any
from unittest import mock

import structlog
from apscheduler.executors import base as executors
from apscheduler.schedulers import base as schedulers

from daemon import app, operate, standby
from daemon import clock as daemon_clock
from daemon.loop import Loop
from daemon.macro import series_file
from daemon.macro.series_file import SeriesFile
from daemon.store import lease, redis_journal
from daemon.telemetry import audit_file
from soak.points import Points
from soak.process import current_process
from strategies.core.macro import Series

_TOUCH_S = 4.0
"""A sign of running this often, not each second: well within `loop.pause_max_s`, for a third of the steps."""


class _WatchedLoop(Loop):
    """Lets the simulation look at the state of the process that it belongs to."""

    def __init__(self, **parts: Any) -> None:  # noqa: ANN401 - handed on as they are
        super().__init__(**parts)
        process = current_process()
        assert process is not None
        process.loop = self


class _Disk:
    """The `os` of the audit file: a write is a boundary at which the process can be killed."""

    def __init__(self, points: Points) -> None:
        self._points = points

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever `os` has
        return getattr(os, name)

    def write(self, descriptor: int, data: bytes) -> int:
        """Write all of it, or half of it and die."""
        self._points.pass_by(
            "audit.write",
            lambda: os.write(descriptor, data),
            lambda: os.write(descriptor, bytes(data)[: len(data) // 2]),
        )
        return len(data)


class _SteadyClock:
    """The `time` of the stop watch: the loop's own time, which it looks at too, is all there is."""

    CLOCK_BOOTTIME = 0

    @staticmethod
    def clock_gettime(_which: int) -> float:
        """Return the virtual time."""
        return asyncio.get_running_loop().time()


def _name() -> str:
    """Return what the lease knows a process by."""
    process = current_process()
    assert process is not None
    return f"process {process.number}"


def _is_dead(holder: str) -> bool:
    """Tell whether a holder of the lease is gone: on one machine the kernel tells."""
    process = current_process()
    assert process is not None
    return int(holder.rpartition(" ")[2]) < process.number and not process.has_rival


class _ReadOnce:
    """The parser of macro files: every start of the daemon reads them again, and they are always the same."""

    def __init__(self) -> None:
        self._read = series_file.read
        self._known: dict[tuple[bytes, Series], SeriesFile] = {}

    def __call__(self, path: Path, series: Series) -> SeriesFile:
        """Return what `series_file.read` once made of these very bytes."""
        key = (path.read_bytes(), series)
        if key not in self._known:
            self._known[key] = self._read(path, series)
        return self._known[key]


_READ_ONCE = _ReadOnce()


def _clock_of(now: Callable[[], datetime]) -> type[datetime]:
    class _Kind(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, datetime)

    class _Now(datetime, metaclass=_Kind):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return now().astimezone(tz)

    return _Now


@asynccontextmanager
async def _control_in_memory(
    _path: Path, questions: Mapping[str, Callable[[], Any]], *_: object
) -> AsyncIterator[None]:
    process = current_process()
    assert process is not None
    process.questions = questions
    yield


@contextmanager
def probed(points: Points, now: Callable[[], datetime], client: Callable[..., Any]) -> Iterator[None]:
    """Put the probes on while the context lasts.

    Args:
        points: where kills are decided.
        now: the machine's clock as its programs see it.
        client: makes what stands in for the Redis client.
    """
    clock = _clock_of(now)
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    config = structlog.get_config()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        cache_logger_on_first_use=False,
    )
    try:
        with (
            mock.patch.object(app, "Loop", _WatchedLoop),
            mock.patch.object(app, "serve_control", _control_in_memory),
            mock.patch.object(standby, "serve_control", _control_in_memory),
            mock.patch.object(schedulers, "datetime", clock),
            mock.patch.object(executors, "datetime", clock),
            mock.patch.object(audit_file, "os", _Disk(points)),
            mock.patch.object(redis_journal, "RedisClient", client),
            mock.patch.object(lease, "RedisClient", client),
            mock.patch.object(lease, "surely_dead", _is_dead),
            mock.patch.object(standby, "this_process", _name),
            mock.patch.object(daemon_clock, "time", _SteadyClock()),
            mock.patch.object(operate, "_TOUCH_S", _TOUCH_S),
            mock.patch.object(series_file, "read", _READ_ONCE),
        ):
            yield
    finally:
        structlog.configure(**config)
        logging.disable(before)
