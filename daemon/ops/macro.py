"""`hedged macro`: looking at and making folders of macro facts."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Check or make folders of macro facts.", rich_markup_mode=None)


@app.callback()
def _group() -> None:
    """Check or make folders of macro facts."""


@app.command("check")
def check(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What macro.folder names or shall name.")],
) -> None:
    """Print what is in a folder; every fault on a line of its own (exit 4)."""
    from daemon.macro.check import check_folder

    raise typer.Exit(check_folder(folder))


@app.command("from-history")
def from_history(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Daily CSV files of real data.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder that is not there yet.")],
) -> None:
    """Make a folder of macro facts from real data, each figure used from an honest lag on."""
    from daemon.macro.from_history import write_from_history

    for series, rows in write_from_history(folder, out).items():
        typer.echo(f"{out / series}.csv: {rows} rows")
