"""`hedged explain`: why the daemon did, or did not do, something, from its audit files alone."""

from pathlib import Path
from typing import Annotated

import typer

from daemon.ops.options import DEFAULT_SETTINGS, SettingsFile, UsageError


def explain(
    last: Annotated[bool, typer.Option("--last", help="The latest decision.")] = False,
    settings: SettingsFile = DEFAULT_SETTINGS,
    audit: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Audit files; else the settings say.")
    ] = None,
) -> None:
    """Print each rule that the latest decision passed through: inputs, thresholds, verdict."""
    if not last:
        raise UsageError("say which decision to explain: --last")
    folder = audit
    if folder is None:
        from daemon.settings import load

        folder = load(settings).audit_path

    from daemon.explain import explain_last

    raise typer.Exit(explain_last(folder))
