"""The operational log: one JSON object a line on stderr, our own lines and every library's alike.

Our code logs through `structlog.get_logger(__name__)`, ib_insync, APScheduler and asyncio through the
standard library; both end in one handler, which orders the keys, makes all values JSON and masks secrets:
`{"time": UTC ISO 8601, "level": ..., "logger": ..., "event": ..., fields...}`. Its time is the machine's
clock, also in play: this log is about the process, the audit record is about the trading.
"""

import logging
import math
import sys
from collections.abc import Collection, Mapping
from typing import TextIO

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

MASK = "***"
_FIRST_KEYS = ("time", "level", "logger", "event")
_CHATTY = (
    "apscheduler.executors.default",
    "apscheduler.scheduler",
    "ib_insync.ib",
    "ib_insync.wrapper",
    "httpx",
)
"""They announce every job, position, execution and web request at level info."""


def configure(level: str, *, json: bool, secrets: Collection[str] = (), stream: TextIO | None = None) -> None:
    """Directs all logging of the process to one stream; may be called again.

    Args:
        level: least severe level written: debug, info, warning or error.
        json: JSON lines; False gives lines for reading by eye.
        secrets: texts that are replaced by `***` wherever they stand, in keys and tracebacks too.
        stream: where the lines go; stderr when None.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _Sanitiser(secrets),
                _render_json if json else _console(handler.stream),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.DEBUG if level == "debug" else logging.WARNING)
    logging.captureWarnings(capture=True)


class _Sanitiser:
    """Makes every value of a line JSON, with secrets masked.

    It runs last before the renderer, so that nothing is turned into text behind its back.
    """

    def __init__(self, secrets: Collection[str]) -> None:
        # The longest first: an address is masked whole before the password inside it.
        self._secrets = sorted({secret for secret in secrets if secret}, key=lambda text: (-len(text), text))

    def __call__(self, _logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
        return {self._text(key): self._value(value) for key, value in line.items()}

    def _value(self, value: object) -> object:
        match value:
            case None | bool():
                return value
            case float():
                # orjson would write null for nan, and a price that is nan must not read as none given.
                return float(value) if math.isfinite(value) else str(value)
            case int():
                return int(value) if -(2**53) < value < 2**53 else str(value)
            case Mapping():
                return {self._text(str(key)): self._value(inner) for key, inner in value.items()}
            case list() | tuple():
                return [self._value(inner) for inner in value]
            case _:
                return self._text(str(value))

    def _text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        # Lone surrogates (an undecodable file name) are no JSON text.
        return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def _render_json(_logger: WrappedLogger, _method: str, line: EventDict) -> str:
    first = {key: line[key] for key in _FIRST_KEYS if key in line}
    return orjson.dumps(first | dict(line)).decode()


def _console(stream: TextIO) -> Processor:
    return structlog.dev.ConsoleRenderer(
        colors=stream.isatty(),
        timestamp_key="time",
        # The traceback is text by now, with secrets masked; rich tracebacks would print local variables.
        exception_formatter=structlog.dev.plain_traceback,
    )
