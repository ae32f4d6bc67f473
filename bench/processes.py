"""The processes that are measured: starting and ending them, and what the kernel says of them."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
_DEADLINE_S = 240.0
_STOP_WITHIN_S = 20.0
_QUIET_WINDOW_S = 0.7
_QUIET_WINDOWS = 2
_QUIET_CPU_S = 0.01
# Installed packages come with byte code: a checkout must be let write its own, or every start compiles it.
_NOT_INHERITED = ("HEDGED_", "PYTHONDONTWRITEBYTECODE")
# How Linux names the CPU clock of a process, as `clock_getcpuclockid` does: the id inverted, and which clock.
_CPU_CLOCK = 2


class BenchError(Exception):
    """A figure cannot be taken; the text says what did not happen and where to look."""


class Child:
    """A Python module of this checkout as a process; its stderr goes to a file.

    Args:
        module: as for `python -m`, with its arguments.
        folder: working folder; the log is there.
        name: of the log.
        variables: of the environment, beside the inherited ones that are not the daemon's.
    """

    def __init__(
        self, module: Sequence[str], *, folder: Path, name: str, variables: Mapping[str, str] | None = None
    ) -> None:
        self.log = folder / f"{name}.log"
        kept = {key: value for key, value in os.environ.items() if not key.startswith(_NOT_INHERITED)}
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own modules
                [sys.executable, "-m", *module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=folder,
                env=kept | {"PYTHONPATH": str(ROOT)} | dict(variables or {}),
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def line(self) -> str:
        """Return the next line of its output.

        Raises:
            BenchError: it ended instead.
        """
        assert self._process.stdout is not None
        text = self._process.stdout.readline().decode()
        if not text:
            raise BenchError(f"ended with {self._process.wait()} without a word: see {self.log}")
        return text

    def tell(self, text: str) -> None:
        """Write a line to its input."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{text}\n".encode())
        self._process.stdin.flush()

    def wait(self) -> None:
        """Wait for a clean end.

        Raises:
            BenchError: it did not end, or not with 0.
        """
        try:
            code = self._process.wait(_DEADLINE_S)
        except subprocess.TimeoutExpired as error:
            raise BenchError(f"still runs after {_DEADLINE_S:g} s: see {self.log}") from error
        if code:
            raise BenchError(f"ended with {code}: see {self.log}")

    def wait_for(self, fact: Callable[[], bool], what: str) -> None:
        """Wait until `fact()` is true.

        Raises:
            BenchError: the process ended before, or the deadline passed.
        """
        gives_up_at = time.monotonic() + _DEADLINE_S
        while not fact():
            if self._process.poll() is not None or time.monotonic() > gives_up_at:
                raise BenchError(f"{what} did not happen: see {self.log}")
            time.sleep(0.05)

    def end(self) -> None:
        """Stop it in order, or kill it if that takes too long."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):  # what it did not read is of no interest now
                    pipe.close()


@contextlib.contextmanager
def started(
    module: Sequence[str], *, folder: Path, name: str, variables: Mapping[str, str] | None = None
) -> Iterator[Child]:
    """A child that is ended with the block."""
    child = Child(module, folder=folder, name=name, variables=variables)
    try:
        yield child
    finally:
        child.end()


@contextlib.contextmanager
def gateway_process(folder: Path, name: str, *options: str) -> Iterator[tuple[Child, int]]:
    """The paper gateway on a free port; yields its process and the port."""
    with started(["simulator", "--port=0", *options], folder=folder, name=name) as child:
        yield child, int(json.loads(child.line())["listening"].rpartition(":")[2])


@contextlib.contextmanager
def gateway(folder: Path, name: str, *options: str) -> Iterator[int]:
    """The paper gateway in stepped play; yields the port."""
    with gateway_process(folder, name, "--clock=stepped", "--step-client=1", *options) as (_, port):
        yield port


def daemon_variables(folder: Path, port: int, **more: str) -> dict[str, str]:
    """Return the environment of a daemon whose state is in `folder` and whose gateway is at `port`."""
    return {
        "HEDGED_SETTINGS": str(ROOT / "settings.toml"),
        "HEDGED_STATE_DIR": str(folder / "state"),
        "HEDGED_IB__PORT": str(port),
        **more,
    }


def cpu_s(pid: int) -> float:
    """Return what a running process has computed so far, all threads, user and system, seconds (to a ns)."""
    return time.clock_gettime(~pid << 3 | _CPU_CLOCK)


def resident_bytes(pid: int) -> int:
    """Return a process's resident memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise BenchError(f"process {pid} has no memory any more")


def children(pid: int) -> list[int]:
    """Return the processes that a process has started and that still run."""
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_quiet(pid: int) -> None:
    """Wait until a process computes no more: all that it was sent is dealt with.

    Raises:
        BenchError: it goes on computing.
    """
    gives_up_at = time.monotonic() + _DEADLINE_S
    quiet, before_s = 0, cpu_s(pid)
    while quiet < _QUIET_WINDOWS:
        time.sleep(_QUIET_WINDOW_S)
        now_s = cpu_s(pid)
        quiet = quiet + 1 if now_s - before_s <= _QUIET_CPU_S else 0
        before_s = now_s
        if time.monotonic() > gives_up_at:
            raise BenchError(f"process {pid} does not come to rest")
