"""Worlds to play: real days where the data folder is there, generated ones always."""

import os
from datetime import date
from pathlib import Path

import pytest

from simulator.market.model import Market
from simulator.market.sources import generate, open_history

SEED = 7


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder with the real market data."""
    name = os.environ.get("HEDGED_DATA")
    if not name:
        pytest.skip("HEDGED_DATA is not set: give the folder with spx_daily.csv")
    return Path(name)


@pytest.fixture
def february_2018(data_folder: Path) -> Market:
    """The sessions around the VIX spike of 2018-02-05."""
    return open_history(data_folder, date(2018, 1, 22), date(2018, 2, 16), SEED)


@pytest.fixture
def shock() -> Market:
    """A generated shock of 24 sessions."""
    return generate("shock", date(2024, 3, 4), 24, SEED)
