"""A folder of macro facts to be spoiled."""

from collections.abc import Callable
from pathlib import Path

import pytest

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
