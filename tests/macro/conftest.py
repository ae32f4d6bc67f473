"""A folder of macro facts to be spoiled, and a server that answers as FRED does."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

_HELPERS = Path(__file__).parents[1] / "helpers"

GOOD = {
    "cpi": [
        "2018-01-01,2018-02-14T08:30:00-05:00,247.867",
        "2018-02-01,2018-03-13T08:30:00-04:00,248.991",
        "2018-02-01,2018-04-11T08:30:00-04:00,248.992",
    ],
    "fomc": ["2018-03-21,2018-02-01T09:00:00-05:00,0.25", "2018-05-02,2018-02-01T09:00:00-05:00,"],
    "fed_funds": ["2018-03-09,2018-03-12T09:00:00-04:00,1.42", "2018-03-12,2018-03-13T09:00:00-04:00,1.42"],
}

WriteSeries = Callable[..., Path]


@pytest.fixture
def write_series(tmp_path: Path) -> WriteSeries:
    """Return a writer of one series' lines into the folder, under the right header by default."""

    def write(name: str, *lines: str, header: str = "period,released,value") -> Path:
        folder = tmp_path / "macro"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.csv").write_text("\n".join([header, *lines]) + "\n")
        return folder

    return write


@pytest.fixture
def good_folder(write_series: WriteSeries) -> Path:
    """A folder of three series without a fault; the CPI of February is revised in April."""
    for name, lines in GOOD.items():
        folder = write_series(name, *lines)
    return folder


@pytest.fixture
def fred_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A running FRED; a proxy of the environment is not asked."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = _load("fred_server").FredServer()
    yield server
    server.close()


def _load(name: str) -> Any:  # noqa: ANN401 - a module found at run time has no static type
    """Import a helper by its file: the tests are no package."""
    full = f"hedged_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, _HELPERS / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[full] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[full]
