"""How `hedged run` loads its parts: what it never uses stays out, and is there for who asks."""

import subprocess
import sys

import pytest

_LOAD = """
import sys
from daemon.quick_start import quick_imports
with quick_imports():
    import daemon.app, daemon.cli, daemon.settings, daemon.telemetry.oplog
"""


def _python(code: str, *, before: str = _LOAD) -> str:
    done = subprocess.run([sys.executable, "-c", before + code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "name",
    [
        "numpy._core",
        "rich.console",
        "pandas",
        "pydantic",
        "exchange_calendars",
        "httpx",
        "apscheduler",
        "QuantLib",
    ],
)
def test_the_daemon_starts_without_what_it_does_not_use_at_start(name: str) -> None:
    """Rule: a restart does not pay for what it does not use."""
    assert _python(f"print({name!r} in sys.modules)") == "False"


def test_numpy_is_there_as_soon_as_it_is_touched() -> None:
    """Rule: what is left for later is whole when it comes, for its own submodules and for others too."""
    code = """
import numpy as np, numpy.linalg, pandas
assert np is sys.modules["numpy"]
print(int(np.arange(4).sum()), float(np.linalg.det(np.eye(2))), int(pandas.Series([1, 2]).sum()))
"""
    assert _python(code) == "6 1.0 3"


def test_a_deferred_package_says_what_it_does_not_have() -> None:
    """Rule: an attribute that a package lacks is an AttributeError, loaded late or not."""
    code = """
import numpy as np
try:
    np.nothing_of_the_kind
except AttributeError as error:
    print("AttributeError", "nothing_of_the_kind" in str(error))
"""
    assert _python(code) == "AttributeError True"


def test_a_package_that_is_loaded_already_stays_as_it_is() -> None:
    """Rule: nothing is taken from who was there before."""
    before = "import numpy, rich\nkept = numpy, rich\n" + _LOAD
    assert _python("print((sys.modules['numpy'], sys.modules['rich']) == kept)", before=before) == "True"


def test_rich_is_hidden_from_structlog_alone() -> None:
    """Rule: structlog's tracebacks are plain, a verb that draws tables still can."""
    code = """
import structlog
from rich.console import Console
print(structlog.dev.default_exception_formatter is structlog.dev.plain_traceback, Console.__name__)
"""
    assert _python(code) == "True Console"


def test_what_was_imported_is_not_searched_for_garbage() -> None:
    """Rule: collecting is on again afterwards, and starts from what the imports left for good."""
    assert _python("import gc; print(gc.isenabled(), gc.get_freeze_count() > 10_000)") == "True True"
