"""`hedged proposals`, `approve` and `refuse`: with `mode = "advise"` an operator decides on each order."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from daemon.ops.options import DEFAULT_SETTINGS, SettingsFile

Name = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="The order's reference, its end (say 512-1), or its layer or condor (L0003)."
    ),
]


def proposals(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    settings: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """List the orders that wait for an operator: what, how many, at which limit, why, and until when."""
    import msgspec

    from daemon.control.client import ask
    from daemon.control.proposals import Waiting
    from daemon.status.proposed import table

    found = ask(_place(settings), "proposals", Waiting)
    text = msgspec.json.encode(found).decode() if as_json else "\n".join(table(found))
    sys.stdout.write(text + "\n")


def approve(name: Name, settings: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Send a proposed order, if the gates still let it pass."""
    _tell(settings, "approve", id=name)


def refuse(
    name: Name,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it stands in the journal.")],
    settings: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Withdraw a proposed order."""
    _tell(settings, "refuse", id=name, reason=reason)


def _place(settings: Path) -> Path:
    from daemon.control.place import control_socket
    from daemon.settings import load

    return control_socket(load(settings).state_path)


def _tell(settings: Path, what: str, **arguments: str) -> None:
    from daemon.control.client import ask
    from daemon.control.proposals import Answered

    typer.echo(ask(_place(settings), what, Answered, arguments).text)
