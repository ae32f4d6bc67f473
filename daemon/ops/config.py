"""`hedged config`: are the settings right, and which are in force."""

import os
from typing import Annotated

import typer

from daemon.ops.options import DEFAULT_SETTINGS, SettingsFile

app = typer.Typer(help="Check or show the settings.", rich_markup_mode=None)


@app.callback()
def _group() -> None:
    """Check or show the settings."""


@app.command("check")
def check(settings: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Say ok, or every fault of file and environment on a line of its own (exit 4)."""
    from daemon.settings import load

    load(settings)
    typer.echo(f"{settings}: ok")


@app.command("show")
def show(
    origin: Annotated[bool, typer.Option("--origin", help="Say where each value comes from.")] = False,
    settings: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Print the settings in force, a line a key; secrets are not shown."""
    from daemon.settings import load
    from daemon.settings.listing import listing
    from daemon.settings.origin import origins

    loaded = load(settings)
    found = origins(settings, os.environ) if origin else None
    for line in listing(loaded, found):
        typer.echo(line)
