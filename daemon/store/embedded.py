"""A Valkey server of our own, for those who have no Redis: one process, one folder, one Unix socket.

It lives and dies with the daemon. Killing either of them at any time loses nothing that was acknowledged.
"""

import asyncio
import contextlib
import os
import signal
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from daemon.errors import StoreUnavailable
from daemon.store.embedded_files import private_folder, server_program, socket_path, write_config
from daemon.store.folder_lock import lock_folder
from daemon.store.parent_death import die_with_parent

_POLL_S = 0.01
_LOG_LINES_SHOWN = 3


class EmbeddedServer:
    """Starts and stops the server; an async context manager.

    `start` must run in a thread that lives as long as the server should, as the main thread does.

    Args:
        folder: the server's own folder; made private (0700).
        lock_within_s: how long to wait for a server of a killed daemon to end.
        ready_within_s: how long the server may take to load its data and answer.
        stop_within_s: how long it may take to end in order before it is killed.
    """

    def __init__(
        self,
        folder: Path,
        *,
        lock_within_s: float = 10.0,
        ready_within_s: float = 30.0,
        stop_within_s: float = 10.0,
    ) -> None:
        self._folder = folder
        self._lock_within_s = lock_within_s
        self._ready_within_s = ready_within_s
        self._stop_within_s = stop_within_s
        self._process: asyncio.subprocess.Process | None = None
        self._socket: Path | None = None
        self._lock: int | None = None

    @property
    def url(self) -> str:
        """Where the started server listens, for `RedisJournal`."""
        assert self._socket is not None, "the server was not started"
        return f"unix://{self._socket}"

    @property
    def pid(self) -> int:
        """The started server's process id."""
        assert self._process is not None, "the server was not started"
        return self._process.pid

    async def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            ConfigError: there is no server program for this platform.
            StoreUnavailable: the folder is in use or not ours, or the server does not come up.
        """
        assert self._process is None, "the server was started already"
        program = server_program()
        folder = private_folder(self._folder)
        self._lock = await lock_folder(folder, within_s=self._lock_within_s)
        try:
            self._socket = socket_path(folder)
            self._socket.unlink(missing_ok=True)  # a killed server leaves it behind
            config = write_config(folder, self._socket)
            self._process = await _launch(program, config, folder / "valkey.log", self._lock)
            await self._wait_ready(folder / "valkey.log")
        except BaseException:
            await self.stop()
            raise

    async def wait(self) -> int:
        """Wait until the server ends, for whatever reason.

        Returns:
            Its exit code; negative for a signal.
        """
        assert self._process is not None, "the server was not started"
        return await self._process.wait()

    async def watch(self) -> None:
        """Wait while the server runs.

        Raises:
            StoreUnavailable: it ended without being told to.
        """
        code = await self.wait()
        log = self._folder / "valkey.log"
        raise StoreUnavailable(
            f"the embedded server ended with code {code}: {_tail(log)}; start the daemon again: nothing that "
            f"was acknowledged is lost; see {log}",
        )

    async def stop(self) -> None:
        """End the server in order and free the folder; without a server nothing happens."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself
                self._process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(self._stop_within_s):
                    await self._process.wait()
            except TimeoutError:  # every acknowledged write is on disk: killing it loses nothing
                self._process.kill()
                await self._process.wait()
            self._process = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _wait_ready(self, log: Path) -> None:
        """Ask until the server answers, has ended, or the time is over."""
        assert self._process is not None
        assert self._socket is not None
        try:
            async with asyncio.timeout(self._ready_within_s):
                while not await _answers_ping(self._socket):
                    if self._process.returncode is not None:
                        raise StoreUnavailable(
                            f"the embedded server ended with code {self._process.returncode} at start: "
                            f"{_tail(log)}; see {log}",
                        )
                    await asyncio.sleep(_POLL_S)
        except TimeoutError as error:
            raise StoreUnavailable(
                f"the embedded server did not answer within {self._ready_within_s:g} s: {_tail(log)}; "
                f"see {log}",
            ) from error


async def _launch(program: Path, config: Path, log: Path, lock: int) -> asyncio.subprocess.Process:
    """Start the program with its log in a file, and share our lock with it."""
    try:
        with _new_log(log) as output:
            return await asyncio.create_subprocess_exec(
                program,
                config,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=config.parent,
                umask=0o077,
                pass_fds=(lock,),
                start_new_session=True,  # Ctrl-C is for the daemon: it stops the server when it is done
                preexec_fn=die_with_parent(),
            )
    except OSError as error:
        raise StoreUnavailable(f"cannot start {program}: {error.strerror}; check {config.parent}") from error


def _new_log(log: Path) -> BinaryIO:
    """Open an empty log and keep the one of the start before."""
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    log.touch(mode=0o600)
    return log.open("wb")


async def _answers_ping(socket: Path) -> bool:
    """Ask once; False while it does not listen yet or still loads."""
    try:
        reader, writer = await asyncio.open_unix_connection(socket)
    except (FileNotFoundError, ConnectionRefusedError):
        return False
    try:
        writer.write(b"PING\r\n")
        return await reader.readline() == b"+PONG\r\n"
    except ConnectionError:
        return False
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def _tail(log: Path) -> str:
    """Show the end of the server's log in a message."""
    return " | ".join(log.read_text(errors="replace").splitlines()[-_LOG_LINES_SHOWN:])
