"""Running daemons and finished plays, as an operator meets them: real processes, sockets and files."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from daemon import cli
from daemon.control.client import ask
from daemon.control.place import control_socket
from daemon.errors import NotRunning
from daemon.status.report import Status
from daemon.status.show import illness
from daemon.store.embedded_files import server_program

HELPER = Path(__file__).parents[1] / "helpers" / "play_processes.py"
DEMO_WITHIN_S = 120


@pytest.fixture(scope="session")
def processes() -> Any:  # noqa: ANN401 - a module found at run time has no static type
    """The helper module `play_processes`; the tests are no package, so it is imported by its file."""
    name = f"hedged_{HELPER.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HELPER)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture
def world(processes: Any, tmp_path: Path) -> Iterator[Any]:  # noqa: ANN401 - see processes
    """A gateway and a daemon that can be started, killed and started again."""
    made = processes.World(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def told() -> Callable[[Path], str | None]:
    """Asks the daemon of a state folder what ails it: nothing, a reason, None while it does not answer."""

    def ask_for_illness(state_dir: Path) -> str | None:
        try:
            return illness(ask(control_socket(state_dir), "status", Status))
        except NotRunning:
            return None

    return ask_for_illness


@pytest.fixture
def live(world: Any, told: Callable[[Path], str | None]) -> Any:  # noqa: ANN401 - see processes
    """A gateway on the system's time, and a daemon that trades with it; returned once it may act or wait."""
    gateway = world.gateway(clock="real")
    daemon = world.daemon(HEDGED_CLOCK__SOURCE="system")
    daemon.wait_for(lambda: told(world.folder / "state") == "", "a healthy daemon")
    return world, gateway, daemon


@pytest.fixture
def watch(processes: Any) -> Iterator[Callable[[Any], Any]]:  # noqa: ANN401 - see processes
    """Starts `hedged status --watch` on a world's daemon."""
    started: list[Any] = []

    def start(world: Any) -> Any:  # noqa: ANN401 - see processes
        command, env = ["-m", "daemon", "status", "--watch"], processes.environ(world.variables())
        started.append(processes.Process(command, folder=world.folder, name="watch", env=env))
        return started[-1]

    yield start
    for process in started:
        process.close()


@pytest.fixture(scope="session")
def played(processes: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: ANN401 - see processes
    """The audit folder of a short demo with a condor and a layer."""
    folder = tmp_path_factory.mktemp("played")
    options = (
        "--regime",
        "shock",
        "--sessions",
        "2",
        "--seed",
        "1",
        "--json",
        "--keep",
        str(folder / "kept"),
    )
    done = subprocess.run(
        [sys.executable, "-m", "daemon", "demo", *options],
        env=processes.environ({}),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=DEMO_WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return Path(json.loads(done.stdout.splitlines()[-1])["audit_path"])


class Done(NamedTuple):
    """How a verb ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def hedged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """Runs a verb as the command does, in this process and the test's folder: verbs that only read files."""
    for name in [name for name in os.environ if name.startswith("HEDGED_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **variables: str) -> Done:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["hedged", *arguments])
        return Done(cli.main(), *capfd.readouterr())

    return run


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path is short enough for any socket, however the tests are run."""
    with tempfile.TemporaryDirectory(prefix="hedged-test-") as folder:
        yield Path(folder)


@pytest.fixture
def forgetful_redis(short_folder: Path) -> Iterator[str]:
    """The address of a real server that writes to disk once a second only."""
    socket = short_folder / "redis.sock"
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "dir": str(short_folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
    }
    options = [word for name, value in settings.items() for word in (f"--{name}", value)]
    with subprocess.Popen([server_program(), *options], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        for line in server.stdout:
            if "ready to accept connections" in line.lower():
                break
        yield f"unix://{socket}"
        server.terminate()
