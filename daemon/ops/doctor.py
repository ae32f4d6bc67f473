"""`hedged doctor`: is everything in place for the daemon."""

from typing import Annotated

import typer

from daemon.ops.options import DEFAULT_SETTINGS, SettingsFile


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    settings: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Check settings, folders, disk, Redis and gateway; say what to do about what fails. Never orders."""
    import asyncio

    from daemon.doctor.examine import examine

    raise typer.Exit(asyncio.run(examine(settings, as_json=as_json)))
