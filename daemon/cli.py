"""The command line: which verbs there are, and how their end becomes an exit code.

Each verb is a file of `daemon.ops` and imports what it needs when it is called, so that `hedged version` does
not load a broker. Exit codes are `daemon.errors.ExitCode`.
"""

import sys
import traceback
from pathlib import Path

import typer
from typer.exceptions import TyperException

import daemon
from daemon.errors import ConfigError, ExitCode, HedgedError
from daemon.ops import (
    audit,
    config,
    demo,
    doctor,
    explain,
    health,
    journal,
    macro,
    mode,
    proposals,
    replay,
    run,
    simulate,
    status,
    version,
)

app = typer.Typer(
    name="hedged",
    help="Hedges SPX iron condors with layered VIX calls on an IBKR paper account.",
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks print local variables, secrets among them
    rich_markup_mode=None,
)
app.command("run")(run.run)
app.command("demo")(demo.demo)
app.command("simulate", context_settings=simulate.PASS_THROUGH)(simulate.simulate)
app.command("replay", context_settings=replay.PASS_THROUGH)(replay.replay)
app.command("status")(status.status)
app.command("health")(health.health)
app.command("halt")(mode.halt)
app.command("resume")(mode.resume)
app.command("flatten")(mode.flatten)
app.command("settle")(mode.settle)
app.command("proposals")(proposals.proposals)
app.command("approve")(proposals.approve)
app.command("refuse")(proposals.refuse)
app.command("explain")(explain.explain)
app.command("doctor")(doctor.doctor)
app.command("version")(version.version)
app.add_typer(audit.app, name="audit")
app.add_typer(config.app, name="config")
app.add_typer(journal.app, name="journal")
app.add_typer(macro.app, name="macro")


def main() -> int:
    """Runs the verb that the process's arguments name; returns the exit code.

    Ctrl-C in a verb that does not handle it ends with 130, a reader of our output that leaves early
    (`| head`) with 1; both without a word, which typer sees to.
    """
    try:
        check_package(Path(__file__))
        return int(app(prog_name="hedged", standalone_mode=False) or ExitCode.OK)
    except HedgedError as error:
        return _fail(error.message, error.exit_code)
    except TyperException as error:
        return _fail(f"{error.format_message()} (hedged --help lists what there is)", error.exit_code)
    except Exception:  # noqa: BLE001 - the last one to see it: told in full, never swallowed
        traceback.print_exc()
        return ExitCode.ERROR


def check_package(ours: Path) -> None:
    """Refuses to start when the package python-daemon has written over or in front of this one.

    Both are the top-level `daemon`; pip lets the later one overwrite the files of the earlier.

    Args:
        ours: the path of this file.

    Raises:
        ConfigError: `daemon` is not, or not only, this project's.
    """
    found = daemon.__file__
    if found is None or Path(found).parent != ours.parent or hasattr(daemon, "DaemonContext"):
        raise ConfigError(
            f"the package daemon at {found or 'no file'} is not hedged's: python-daemon has the same name; "
            "uninstall python-daemon from this environment, then install hedged again"
        )


def _fail(message: str, code: int) -> int:
    sys.stderr.writelines(f"hedged: error: {line}\n" for line in message.splitlines())
    return code
