"""Every line of the process, whoever wrote it, is one JSON object on stderr, with secrets masked."""

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

PASSWORD = "hunter2"  # the bait
SETUP = f"""
import asyncio, decimal, logging, warnings
import structlog
from daemon.telemetry import oplog
oplog.configure("{{level}}", json={{json}}, secrets=["{PASSWORD}", "redis://:{PASSWORD}@h", ""])
log = structlog.get_logger("daemon.test")
"""


@pytest.fixture
def logged(python: Run) -> Callable[..., list[dict[str, Any]]]:
    """Runs code after the log is configured; returns the lines it wrote to stderr, stdout being empty."""

    def _logged(code: str, level: str = "info") -> list[dict[str, Any]]:
        done = python("-W", "default", "-c", SETUP.format(level=level, json=True) + code)
        assert done.returncode == 0, done.stderr
        assert done.stdout == ""
        assert PASSWORD not in done.stderr
        return [json.loads(line) for line in done.stderr.splitlines()]

    return _logged


Logged = Callable[..., list[dict[str, Any]]]


def test_line_has_time_level_logger_event_then_fields(logged: Logged) -> None:
    """The four keys come first and in this order; fields keep theirs; time is aware UTC."""
    (line,) = logged('log.info("connected", port=4002, account="DU1")')
    assert list(line) == ["time", "level", "logger", "event", "port", "account"]
    assert (line["level"], line["logger"], line["event"], line["port"]) == (
        "info",
        "daemon.test",
        "connected",
        4002,
    )
    assert datetime.fromisoformat(line["time"]).utcoffset() == datetime.now(UTC).utcoffset()


def test_libraries_write_the_same_lines(logged: Logged) -> None:
    """ib_insync, APScheduler, asyncio and warnings end in the same handler; `extra` becomes fields."""
    lines = logged(
        """
import ib_insync
ib_insync.ib.IB()
logging.getLogger("ib_insync.client").info("Connecting to %s:%s with clientId %s...", "127.0.0.1", 4002, 1)
logging.getLogger("apscheduler.scheduler").warning("missed by %s", 3, extra={"job": "prep"})
async def main():
    asyncio.get_running_loop().call_exception_handler({"message": "Task exception was never retrieved"})
asyncio.run(main())
warnings.warn("old", UserWarning)
"""
    )
    by_logger = {line["logger"]: line for line in lines}
    assert by_logger["ib_insync.client"]["event"] == "Connecting to 127.0.0.1:4002 with clientId 1..."
    assert (by_logger["apscheduler.scheduler"]["event"], by_logger["apscheduler.scheduler"]["job"]) == (
        "missed by 3",
        "prep",
    )
    assert by_logger["asyncio"]["level"] == "error"
    assert "UserWarning: old" in by_logger["py.warnings"]["event"]
    assert all(list(line)[:4] == ["time", "level", "logger", "event"] for line in lines)


def test_scheduler_runs_real_jobs_in_silence(logged: Logged) -> None:
    """At level info a job that runs every second writes nothing; a job that fails does."""
    lines = logged(
        """
from apscheduler.schedulers.asyncio import AsyncIOScheduler
async def main():
    scheduler, done = AsyncIOScheduler(timezone="UTC"), asyncio.Event()
    scheduler.add_job(lambda: done.set(), id="quiet")
    scheduler.add_job(lambda: 1 / 0, id="loud")
    scheduler.start()
    await done.wait()
    while not logged_error.is_set():
        await asyncio.sleep(0.01)
logged_error = asyncio.Event()
class Seen(logging.Filter):
    def filter(self, record):
        if record.levelno >= logging.ERROR:
            logged_error.set()
        return True
logging.getLogger("apscheduler.executors.default").addFilter(Seen())
asyncio.run(main())
"""
    )
    assert [line["level"] for line in lines] == ["error"]
    assert "ZeroDivisionError" in lines[0]["exception"]


def test_exception_is_one_line_with_its_traceback(logged: Logged) -> None:
    """A traceback is a field of its line: no reader of the log sees a half line."""
    (line,) = logged(
        f"""
try:
    raise ValueError("redis://:{PASSWORD}@h refused {PASSWORD}")
except ValueError:
    log.exception("store failed", tries=1)
"""
    )
    assert line["level"] == "error"
    assert line["exception"].endswith("ValueError: *** refused ***")
    assert line["exception"].startswith("Traceback")


def test_secrets_are_masked_wherever_they_stand(logged: Logged) -> None:
    """Event, field, key, nested value, argument of a library's line, and text of any object."""
    lines = logged(
        f"""
class Client:
    def __repr__(self): return "Client({PASSWORD})"
nested = {{"{PASSWORD}": [("{PASSWORD}",)]}}
log.warning("to redis://:{PASSWORD}@h", url="x{PASSWORD}x", nested=nested, client=Client())
log.info("keys", **{{"{PASSWORD}": 1}})
logging.getLogger("redis").error("no %s", "{PASSWORD}")
"""
    )
    assert (lines[0]["event"], lines[0]["url"], lines[0]["nested"]) == ("to ***", "x***x", {"***": [["***"]]})
    assert lines[0]["client"] == "Client(***)"
    assert lines[1]["***"] == 1
    assert lines[2]["event"] == "no ***"


def test_values_that_are_no_json_are_told_as_text(logged: Logged) -> None:
    """Not-a-number is not null; a decimal keeps its digits, an odd file name its bytes."""
    (line,) = logged(
        'odd = {"nan": float("nan"), "price": decimal.Decimal("0.10"), "big": 2**80, "name": "a\\udcff"}\n'
        'log.info("odd", none=None, ok=True, **odd)'
    )
    assert line["nan"] == "nan"
    assert line["price"] == "0.10"
    assert line["big"] == str(2**80)
    assert line["name"] == "a\\udcff"
    assert line["none"] is None
    assert line["ok"] is True


def test_lines_below_the_level_are_not_written(logged: Logged) -> None:
    """The level holds for ours and for libraries alike."""
    code = (
        'log.info("a"); log.warning("b"); logging.getLogger("x").info("c"); logging.getLogger("x").error("d")'
    )
    assert [line["event"] for line in logged(code, level="warning")] == ["b", "d"]


def test_configuring_again_replaces_the_handler(logged: Logged) -> None:
    """A second call changes level and secrets; no line comes twice."""
    again = 'oplog.configure("error", json=True, secrets=["bcd"])'
    lines = logged(f'log.info("a"); {again}; log.info("b"); log.error("abcde")')
    assert [line["event"] for line in lines] == ["a", "a***e"]


def test_console_form_is_for_reading_and_masks_too(python: Run) -> None:
    """Without JSON the same facts come as text, without colours off a terminal, secrets masked."""
    code = f'log.info("hello", port=4002, password="{PASSWORD}")\n'
    code += 'try: 1/0\nexcept ZeroDivisionError: log.exception("bad")'
    done = python("-c", SETUP.format(level="info", json=False) + code)
    assert done.returncode == 0
    assert "hello" in done.stderr
    assert "port=4002" in done.stderr
    assert "ZeroDivisionError: division by zero" in done.stderr
    assert PASSWORD not in done.stderr
    assert "\x1b" not in done.stderr
