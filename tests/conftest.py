"""What every room's tests share: the folder of real market data, and how property tests judge mutants."""

import os
from pathlib import Path

import pytest
from hypothesis import Phase, settings

# A mutant is dead with its first failing example; a smaller one tells nothing more and takes seconds to find.
settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate])


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real market data."""
    folder = os.environ.get("HEDGED_DATA")
    if not folder:
        pytest.skip("HEDGED_DATA is not set: it names the folder of real market data")
    return Path(folder)
