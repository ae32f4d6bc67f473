"""The control socket answers questions, in bounds, and never stops what it looks at."""

import asyncio
import contextlib
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec import Struct

from daemon.control.client import ask
from daemon.control.place import control_socket
from daemon.control.protocol import REQUEST_BYTES_MAX
from daemon.control.server import CONNECTIONS_MAX, serve_control
from daemon.errors import ConfigError, HedgedError, NotRunning


class Number(Struct):
    """An answer."""

    number: int


def _broken() -> Number:
    raise ZeroDivisionError("a bug in an answer")


@pytest.fixture
async def place(short_folder: Path) -> AsyncIterator[Path]:
    """A served socket."""
    path = short_folder / "door" / "control.sock"
    answers = {"number": lambda: Number(7), "broken": _broken}
    async with serve_control(path, answers, deadline_s=0.3):
        yield path


async def _told(path: Path, what: str) -> int:
    """Ask from a thread: the client waits, the server needs this loop."""
    return (await asyncio.to_thread(ask, path, what, Number)).number


async def test_answer_comes_over_a_private_socket(place: Path) -> None:
    """Only we can ask; afterwards the socket is gone."""
    assert await _told(place, "number") == 7
    assert [stat.S_IMODE(os.stat(path).st_mode) for path in (place, place.parent)] == [0o600, 0o700]  # noqa: PTH116


async def test_failed_answer_is_an_error_and_no_end(place: Path) -> None:
    """A bug in an answer is told to the asker and the log; the next question is answered."""
    with pytest.raises(HedgedError, match="broken: ZeroDivisionError"):
        await _told(place, "broken")
    assert await _told(place, "number") == 7


async def test_unknown_question_names_the_known_ones(place: Path) -> None:
    """One clear error."""
    with pytest.raises(HedgedError, match="'sell' is unknown; known: broken, number"):
        await _told(place, "sell")


@pytest.mark.parametrize("sent", [b"x" * (REQUEST_BYTES_MAX * 3), b""], ids=["too long", "silent"])
async def test_endless_or_silent_client_is_dropped(place: Path, sent: bytes) -> None:
    """Nobody can hold a connection or fill the memory."""
    reader, writer = await asyncio.open_unix_connection(place)
    writer.write(sent)
    with contextlib.suppress(ConnectionResetError):  # what the kernel makes of a close with bytes unread
        assert await reader.read() == b""
    writer.close()
    assert await _told(place, "number") == 7


async def test_what_is_no_request_is_answered_with_an_error(place: Path) -> None:
    """A stray client learns what to send."""
    reader, writer = await asyncio.open_unix_connection(place)
    writer.write(b"GET / HTTP/1.1\n")
    assert b"not a request" in await reader.readline()
    writer.close()


async def test_connections_are_bounded(place: Path) -> None:
    """One more than allowed is told to ask again."""
    idle = [await asyncio.open_unix_connection(place) for _ in range(CONNECTIONS_MAX)]
    await asyncio.sleep(0)
    with pytest.raises(HedgedError, match="connections at once; ask again"):
        await _told(place, "number")
    for _, writer in idle:
        writer.close()


async def test_second_daemon_does_not_take_the_socket(place: Path) -> None:
    """It is told that one answers there; the first goes on."""
    serving = serve_control(place, {})
    with pytest.raises(ConfigError, match=r"answers at .* already: stop it, or set another state_dir"):
        await serving.__aenter__()
    assert await _told(place, "number") == 7


async def test_socket_left_behind_is_replaced_and_removed_at_the_end(short_folder: Path) -> None:
    """A killed daemon's socket is in nobody's way."""
    path = short_folder / "control.sock"
    async with serve_control(path, {}):
        os.link(path, short_folder / "kept")
    assert not path.exists()
    (short_folder / "kept").rename(path)
    with pytest.raises(NotRunning, match="no daemon runs here"):
        ask(path, "number", Number)
    async with serve_control(path, {"number": lambda: Number(8)}):
        assert await _told(path, "number") == 8
    assert not path.exists()


def test_deep_folder_gets_a_short_socket(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same folder gives the same short path; where that is too long too, the setting is named."""
    deep = short_folder.joinpath(*["x" * 60] * 3)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short_folder))
    found = control_socket(deep)
    assert found == control_socket(deep)
    assert found.parent.parent == short_folder
    assert not found.parent.exists()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    with pytest.raises(ConfigError, match="state_dir: no socket path of at most"):
        control_socket(deep)
