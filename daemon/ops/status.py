"""`hedged status`: what the running daemon knows."""

from typing import Annotated

import typer

from daemon.ops.options import DEFAULT_SETTINGS, SettingsFile, UsageError


def status(
    watch: Annotated[bool, typer.Option("--watch", help="Redraw every two seconds until Ctrl-C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    settings: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Print connection, signals, book, orders, caps and the last decision of the running daemon."""
    if watch and as_json:
        raise UsageError("--watch and --json exclude each other: give one of them")

    from daemon.settings import load
    from daemon.status import show as shown

    folder = load(settings).state_path
    raise typer.Exit(shown.watch(folder) if watch else shown.show(folder, as_json=as_json))
