"""Whole plays: real processes over TCP, shared where they are dear."""

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

HELPERS = Path(__file__).parents[1] / "helpers"
DEMO_WITHIN_S = 600


def _load(name: str) -> Any:  # noqa: ANN401 - a module found at run time has no static type
    """Import a helper by its file: the tests are no package."""
    full = f"hedged_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, HELPERS / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[full] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[full]


class Demo(NamedTuple):
    """A finished `hedged demo`."""

    folder: Path
    done: "subprocess.CompletedProcess[str]"

    @property
    def figures(self) -> dict[str, Any]:
        """The JSON object that ends its standard output."""
        found: dict[str, Any] = json.loads(self.done.stdout.splitlines()[-1])
        return found


PlayDemo = Callable[..., Demo]


@pytest.fixture(scope="session")
def processes() -> Any:  # noqa: ANN401 - see _load
    """The helper module `play_processes`."""
    return _load("play_processes")


@pytest.fixture(scope="session")
def redis_proxy() -> Any:  # noqa: ANN401 - see _load
    """The helper module `redis_proxy`."""
    return _load("redis_proxy")


@pytest.fixture
def world(processes: Any, tmp_path: Path) -> Iterator[Any]:  # noqa: ANN401 - see _load
    """A gateway and a daemon that can be started, killed and started again."""
    made = processes.World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path is short enough for any socket, however the tests are run."""
    with tempfile.TemporaryDirectory(prefix="hedged-test-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def hedged(processes: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:  # noqa: ANN401
    """Runs a verb to its end, in an empty folder."""
    folder = tmp_path_factory.mktemp("verbs")
    run: Callable[..., Any] = processes.World(folder).hedged
    return run


@pytest.fixture(scope="session")
def play_demo(processes: Any, tmp_path_factory: pytest.TempPathFactory) -> PlayDemo:  # noqa: ANN401
    """Plays `hedged demo` to its end, in a folder of its own."""

    def play(*options: str, **variables: str) -> Demo:
        folder = tmp_path_factory.mktemp("demo")
        done = subprocess.run(
            [sys.executable, "-m", "daemon", "demo", "--keep", str(folder / "kept"), *options],
            env=processes.environ(variables),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=DEMO_WITHIN_S,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return Demo(folder / "kept", done)

    return play


@pytest.fixture(scope="session")
def february(play_demo: PlayDemo, data_folder: Path) -> Demo:
    """The demo's own history: 2018-01-22 to 2018-02-16."""
    options = ("--history", str(data_folder), "--from", "2018-01-22", "--to", "2018-02-16")
    return play_demo(*options, "--json")


@pytest.fixture(scope="session")
def shock(play_demo: PlayDemo) -> Demo:
    """Three generated sessions with a condor and a layer, told on a pipe."""
    return play_demo("--regime", "shock", "--sessions", "3", "--seed", "1", PYTHONHASHSEED="1")
