"""How a verb ends is told by its exit code and by lines on stderr that begin alike."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from daemon import errors
from daemon.errors import ExitCode, HedgedError

Run = Callable[..., subprocess.CompletedProcess[str]]

RAISING = """
import sys
from daemon import cli, errors

@cli.app.command("fail")
def fail() -> None:
    password = "hunter2"
    raise {expression}

sys.argv = ["hedged", "fail"]
sys.exit(cli.main())
"""

LEAVES = {
    "ConfigError": 4,
    "LiveAccount": 4,
    "StoreUnavailable": 1,
    "StoreNotDurable": 4,
    "JournalConflict": 1,
    "JournalCorrupt": 7,
    "AuditTampered": 1,
    "AuditUnavailable": 1,
    "BrokerUnavailable": 1,
    "ClientIdInUse": 1,
    "BrokerTimeout": 5,
    "NotRunning": 3,
    "InvariantBroken": 1,
}


def test_exit_codes_are_the_documented_ones() -> None:
    """Scripts and supervisors rely on the numbers: they never change."""
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0,
        "ERROR": 1,
        "USAGE": 2,
        "NOT_RUNNING": 3,
        "CONFIG": 4,
        "TIMEOUT": 5,
        "HALTED": 6,
        "RECONCILE": 7,
    }


@pytest.mark.parametrize("name", LEAVES)
def test_every_error_has_its_exit_code_and_its_place_in_the_drawing(name: str) -> None:
    """The tree in the module's docstring and the classes are the same tree."""
    leaf = getattr(errors, name)
    assert issubclass(leaf, HedgedError)
    assert leaf("text").exit_code == LEAVES[name]
    assert f" {name} " in str(errors.__doc__)


@pytest.mark.parametrize(
    "name", ["ConfigError", "JournalCorrupt", "BrokerTimeout", "NotRunning", "StoreUnavailable"]
)
def test_known_error_is_one_line_and_its_code(python: Run, name: str) -> None:
    """An error of ours is told in one line, without a traceback."""
    done = python("-c", RAISING.format(expression=f'errors.{name}("redis.url: what to do")'))
    assert (done.returncode, done.stderr) == (LEAVES[name], "hedged: error: redis.url: what to do\n")


def test_unexpected_exception_is_told_in_full_without_local_values(python: Run) -> None:
    """A bug shows its traceback and ends with 1; local variables may be secrets and are not printed."""
    done = python("-c", RAISING.format(expression='ZeroDivisionError("oh")'))
    assert done.returncode == ExitCode.ERROR
    assert done.stderr.startswith("Traceback (most recent call last):")
    assert done.stderr.endswith("ZeroDivisionError: oh\n")
    assert done.stderr.count("hunter2") == 0


def test_interrupt_ends_as_a_shell_expects(python: Run) -> None:
    """Ctrl-C in a verb is no bug: 130 and no traceback."""
    done = python("-c", RAISING.format(expression="KeyboardInterrupt"))
    assert (done.returncode, done.stderr) == (130, "")


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ((), "Missing command"),
        (("nope",), "No such command 'nope'"),
        (("run", "--nope"), "No such option: --nope"),
        (("audit",), "Missing command"),
        (("audit", "verify"), "Missing argument 'PATH'"),
        (("explain",), "--last"),
        (("demo", "--seed", "x"), "Invalid value for '--seed'"),
        (("demo", "--from", "2018-02-30"), "Invalid value for '--from'"),
        (("demo", "--from", "2018-01-22"), "--history DIR, which is not given"),
        (("demo", "--history", ".", "--regime", "shock"), "exclude each other"),
        (
            ("demo", "--history", ".", "--from", "2018-02-01", "--to", "2018-01-01"),
            "is after --to 2018-01-01",
        ),
    ],
)
def test_wrong_usage_is_one_line_and_two(hedged: Run, arguments: tuple[str, ...], part: str) -> None:
    """What the command line cannot obey is said in one line; nothing is started."""
    done = hedged(*arguments)
    assert done.returncode == ExitCode.USAGE
    (line,) = done.stderr.splitlines()
    assert line.startswith("hedged: error: ")
    assert part in line
    assert done.stdout == ""


def test_help_and_version_succeed(hedged: Run) -> None:
    """Asking is no error; the help names every verb."""
    help_text = hedged("--help")
    assert help_text.returncode == ExitCode.OK
    assert all(
        f"\n  {verb} " in help_text.stdout
        for verb in ("run", "demo", "simulate", "explain", "audit", "version")
    )
    version = hedged("version")
    assert version.returncode == ExitCode.OK
    assert version.stdout.startswith("hedged 0.")


def test_run_without_its_settings_file_does_not_start(hedged: Run) -> None:
    """The default file must be there too."""
    done = hedged("run")
    assert done.returncode == ExitCode.CONFIG
    assert done.stderr == (
        "hedged: error: settings file settings.toml does not exist: give its path with --settings\n"
    )


def test_run_tells_every_fault_of_its_settings_on_a_line(hedged: Run, tmp_path: Path) -> None:
    """Each fault is one line of the same form; a secret is in none of them."""
    (tmp_path / "other.toml").write_text("[ib]\nport = 0\n[caps]\nlayers_open_max = -1\n")
    done = hedged(
        "run",
        env={
            "HEDGED_SETTINGS": "other.toml",
            "HEDGED_REDIS__URL": "http://:hunter2@h",
            "HEDGED_XYZZY_QUUX": "hunter2",
        },
    )
    assert done.returncode == ExitCode.CONFIG
    assert [line.split(" = ")[0] for line in done.stderr.splitlines()] == [
        "hedged: error: HEDGED_XYZZY_QUUX: unknown variable; unset it or correct its name",
        "hedged: error: other.toml: ib.port",
        "hedged: error: HEDGED_REDIS__URL (redis.url)",
        "hedged: error: other.toml: caps.layers_open_max",
    ]
    assert "hunter2" not in done.stdout + done.stderr


def test_reader_that_leaves_early_is_no_bug(environ: dict[str, str]) -> None:
    """`hedged ... | head` ends without a traceback."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "daemon", "--help"]
    done = subprocess.run(
        command, env=environ, stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (ExitCode.ERROR, b"")
