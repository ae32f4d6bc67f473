"""`hedged journal`: moving the journal between stores, with the daemon stopped."""

from pathlib import Path
from typing import Annotated

import typer

from daemon.ops.options import DEFAULT_SETTINGS, SettingsFile

app = typer.Typer(help="Export or import the journal, with the daemon stopped.", rich_markup_mode=None)

File = Annotated[Path, typer.Argument(metavar="FILE", help="A file of JSON lines.")]


@app.callback()
def _group() -> None:
    """Export or import the journal, with the daemon stopped."""


@app.command("export")
def export(file: File, settings: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Write snapshot and commits into a new file."""
    import asyncio

    from daemon.journal_move import export_journal
    from daemon.settings import load

    typer.echo(asyncio.run(export_journal(load(settings), file)))


@app.command("import")
def import_(file: File, settings: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Put an export into an empty store; trading is halted until a person has looked and resumes."""
    import asyncio

    from daemon.journal_move import import_journal
    from daemon.settings import load

    typer.echo(asyncio.run(import_journal(load(settings), file)))
