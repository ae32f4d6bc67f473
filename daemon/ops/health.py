"""`hedged health`: whether the running daemon can do its work, for a container's health check."""

import typer

from daemon.ops.options import DEFAULT_SETTINGS, SettingsFile


def health(settings: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Say in one line whether the daemon is well: exit 0 if so, 1 if not, 3 if it does not run."""
    from daemon.settings import load
    from daemon.status.show import health as check

    raise typer.Exit(check(load(settings).state_path))
