"""`hedged halt`, `resume`, `flatten` and `settle`: telling the running daemon what it may send."""

from pathlib import Path
from typing import Annotated

import typer

from daemon.ops.options import DEFAULT_SETTINGS, SettingsFile, UsageError

Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it stands in the journal.")]


def halt(
    reason: Reason,
    reduce_only: Annotated[
        bool, typer.Option("--reduce-only", help="Forbid new risk only; peeling and closing go on.")
    ] = False,
    settings: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Forbid orders from now on, over restarts too, until `hedged resume`; cancel those that work."""
    _tell(settings, "reduce_only" if reduce_only else "halt", reason=reason)


def resume(reason: Reason, settings: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Allow orders again, after any halt."""
    _tell(settings, "resume", reason=reason)


def flatten(
    reason: Reason,
    confirm: Annotated[bool, typer.Option("--confirm", help="Really close everything.")] = False,
    settings: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Close everything that is held, in open hours, and stay reduce-only afterwards."""
    if not confirm:
        raise UsageError(
            "flatten closes every condor and layer at the market's prices: look at `hedged status`, then "
            "give --confirm"
        )
    _tell(settings, "flatten", reason=reason)


def settle(
    subject: Annotated[str, typer.Argument(metavar="ID", help="A quarantined layer or condor, say L0003.")],
    reason: Reason,
    settings: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Have the book take over what the account holds of a quarantined layer or condor."""
    _tell(settings, "settle", subject=subject, reason=reason)


def _tell(settings: Path, what: str, **arguments: str) -> None:
    from daemon.control.client import ask
    from daemon.control.commands import Told
    from daemon.control.place import control_socket
    from daemon.settings import load

    told = ask(control_socket(load(settings).state_path), what, Told, arguments)
    typer.echo(
        told.text
        if what == "settle"
        else f"{told.mode.value.replace('_', '-')} since record {told.seq}: {told.text}"
    )
