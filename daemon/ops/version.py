"""`hedged version`: what is installed."""

import typer


def version() -> None:
    """Print the version."""
    from importlib import metadata

    typer.echo(f"hedged {metadata.version('hedged')}")
