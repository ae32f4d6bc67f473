"""`hedged run`: the daemon itself, until it is told to stop."""

import typer

from daemon.ops.options import DEFAULT_SETTINGS, SettingsFile


def run(settings: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Trade until stopped (SIGTERM or Ctrl-C)."""
    from daemon.quick_start import quick_imports

    with quick_imports():
        from daemon.settings import load
        from daemon.telemetry import oplog

    loaded = load(settings)
    oplog.configure(loaded.log.level, json=loaded.log.json_lines, secrets=loaded.secrets())

    with quick_imports():
        from daemon.app import run as run_daemon

    raise typer.Exit(run_daemon(loaded))
