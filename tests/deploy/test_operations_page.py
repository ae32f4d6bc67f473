"""docs/operations.md: no exit code, error, log line or reason that an operator can meet is left out."""

import re
from pathlib import Path

import pytest

from daemon import errors
from daemon.errors import ExitCode, HedgedError
from strategies.core import gates
from strategies.core.mode import Cause


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


def _causes(table: str) -> dict[str, list[str]]:
    """The cells of each row that begins with a cause, without the cause."""
    rows = re.findall(r"^\| `([a-z_]+)` \|(.*)\|$", table, re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split(" | ")] for name, cells in rows}


def test_every_halt_and_every_alarm_has_its_row(page: str) -> None:
    """When it comes, what to look at and what to do then; those that halt stand apart from the others."""
    section = page.partition("## Modes and halts")[2].partition("\n## ")[0]
    halts, _, alarms = section.partition("Alarms that do not halt")
    names = [cause.value for cause in Cause if cause is not Cause.OPERATOR]
    first_alarm = names.index(Cause.DIFFERENCE)  # as `Cause` says of itself
    assert set(_causes(halts)) == set(names[:first_alarm])
    assert set(_causes(alarms)) == set(names[first_alarm:])
    for cells in (_causes(halts) | _causes(alarms)).values():
        assert len(cells) == 3
        assert all(cells)


def test_what_halts_is_what_the_page_says_halts(page: str, root: Path) -> None:
    """A cause that the core or the shell trips over is in the table of halts; one that only alarms is not."""
    source = "".join(
        path.read_text() for room in ("strategies", "daemon") for path in sorted((root / room).rglob("*.py"))
    )
    tripped = set(re.findall(r"(?:trip\(\s*turn,\s*|Tripped\([\s\S]{0,80}?cause=)Cause\.([A-Z_]+)", source))
    halts = page.partition("## Modes and halts")[2].partition("Alarms that do not halt")[0]
    assert {name.lower() for name in tripped} == set(_causes(halts))


def test_every_warning_of_the_daemon_has_its_row(page: str, root: Path) -> None:
    """Level warning or error is worth an alert, so that each such line says on the page what to do."""
    source = "".join(path.read_text() for path in (root / "daemon").rglob("*.py"))
    told = set(re.findall(r'_log\.(?:warning|error|exception|critical)\(\s*"([^"]+)"', source))
    assert len(told) > 20
    assert sorted(line for line in told if f"`{line}`" not in page) == []
