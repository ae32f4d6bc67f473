"""`hedged audit`: what can be done with the audit files."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Check the audit files.", rich_markup_mode=None)


@app.callback()
def _group() -> None:
    """Check the audit files."""


@app.command("verify")
def verify(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="An audit file or a folder of them.")],
) -> None:
    """Check that no record was changed, dropped or added since it was written."""
    from daemon.audit_verify import verify as verify_files

    raise typer.Exit(verify_files(path))
