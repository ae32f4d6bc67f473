"""`hedged replay`: the method over real days without the wire, by starting `python -m research`."""

import subprocess
import sys
import tempfile
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
    command = [sys.executable, "-m", "research"]
    if settings is None:
        raise typer.Exit(subprocess.run([*command, *context.args], check=False).returncode)  # noqa: S603 - ours

    import msgspec

    from daemon.handover import rules_of
    from daemon.settings import load

    rules = msgspec.json.encode(rules_of(load(settings)))
    with tempfile.NamedTemporaryFile(prefix="hedged-rules-", suffix=".json") as file:
        file.write(rules)
        file.flush()
        options = ["--rules", file.name, *context.args]
        raise typer.Exit(subprocess.run([*command, *options], check=False).returncode)  # noqa: S603 - ours
