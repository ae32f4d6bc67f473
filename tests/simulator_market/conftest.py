"""Worlds to play: real days where the data folder is there, generated ones always."""

from datetime import date
from pathlib import Path

import pytest

from simulator.market.model import Market
from simulator.market.sources import generate, open_history

SEED = 7


@pytest.fixture
def february_2018(data_folder: Path) -> Market:
    """The sessions around the VIX spike of 2018-02-05."""
    return open_history(data_folder, date(2018, 1, 22), date(2018, 2, 16), SEED)


@pytest.fixture
def shock() -> Market:
    """A generated shock of 24 sessions."""
    return generate("shock", date(2024, 3, 4), 24, SEED)
