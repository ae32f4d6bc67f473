"""`hedged replay`: the method over real days without the wire, by starting `python -m research`."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

# Whatever else follows the verb is the replay's to understand: its options live in one place.
PASS_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def replay(
    context: typer.Context,
    settings: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Settings; else the defaults.")
    ] = None,
) -> None:
    """Replay the method over real days, rule by rule; `hedged replay --help` lists the options."""
    with tempfile.TemporaryDirectory(prefix="hedged-replay-") as folder:
        options = [*_rules(settings, Path(folder)), *_macro(context.args, Path(folder)), *context.args]
        command = [sys.executable, "-m", "research", *options]
        raise typer.Exit(subprocess.run(command, check=False).returncode)  # noqa: S603 - ours


def _rules(settings: Path | None, folder: Path) -> list[str]:
    """Return the option that hands over the settings' rules."""
    if settings is None:
        return []
    import msgspec

    from daemon.handover import rules_of
    from daemon.settings import load

    file = folder / "rules.json"
    file.write_bytes(msgspec.json.encode(rules_of(load(settings))))
    return ["--rules", str(file)]


def _macro(arguments: Sequence[str], folder: Path) -> list[str]:
    """Return the option that hands over the data folder's own macro facts, unless others are named."""
    history = _value(arguments, "--history")
    if history is None or _value(arguments, "--macro") is not None:
        return []
    from daemon.macro.from_history import available, write_from_history

    if not available(Path(history)):
        return []
    write_from_history(Path(history), folder / "macro")
    return ["--macro", str(folder / "macro")]


def _value(arguments: Sequence[str], option: str) -> str | None:
    """Return the last value of an option, given as `--option VALUE` or `--option=VALUE`."""
    found = None
    for at, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == option:
            found = value if equals else next(iter(arguments[at + 1 :]), None)
    return found
