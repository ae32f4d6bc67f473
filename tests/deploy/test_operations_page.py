"""docs/operations.md: no exit code, error, log line or reason that an operator can meet is left out."""

import re
from pathlib import Path

import pytest

from daemon import errors
from daemon.errors import ExitCode, HedgedError
from strategies.core import gates


@pytest.fixture
def page(root: Path) -> str:
    """The page."""
    return (root / "docs" / "operations.md").read_text()


def test_every_exit_code_is_there(page: str) -> None:
    """With its name, as stderr and supervisors show them."""
    rows = re.findall(r"^\| (\d) \| ([a-z ]+) \|", page, re.MULTILINE)
    assert {int(code): name.replace(" ", "_").upper() for code, name in rows} == {
        code.value: code.name for code in ExitCode
    }


def test_every_error_is_there_with_its_code(page: str) -> None:
    """Each leaf of the tree, and nothing that is no longer one."""
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, HedgedError)
    ]
    leaves = {kind.__name__: kind for kind in kinds if not kind.__subclasses__()} | {
        "ConfigError": errors.ConfigError
    }
    rows = dict(re.findall(r"^\| `([A-Z]\w+)` \| (\d) \|", page, re.MULTILINE))
    assert {name: int(code) for name, code in rows.items()} == {
        name: int(kind.exit_code) for name, kind in leaves.items()
    }


def test_the_log_lines_are_lines_of_the_daemon(page: str, root: Path) -> None:
    """What the page tells to look for is what the daemon writes."""
    section = page.partition("## Log lines that matter")[2].partition("\n## ")[0]
    names = [
        name
        for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
        for name in re.findall(r"`(.*?)`", row)
    ]
    source = "".join(path.read_text() for path in (root / "daemon").rglob("*.py"))
    assert "heartbeat" in names
    assert [name for name in names if name != "event" and f'"{name}"' not in source] == []


def test_every_reason_not_to_trade_is_there(page: str) -> None:
    """Those that the gate spells out; the one on clocks carries figures."""
    source = Path(str(gates.__file__)).read_text()
    body = source.partition("def hindrance")[2].partition("return next")[0]
    reasons = re.findall(r', "([^"]+)"\)', body)
    assert reasons
    assert [reason for reason in reasons if f"`{reason}`" not in page] == []
