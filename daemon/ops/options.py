"""Options that several verbs share, and the usage error they end in."""

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_SETTINGS = Path("settings.toml")

SettingsFile = Annotated[
    Path, typer.Option("--settings", envvar="HEDGED_SETTINGS", metavar="PATH", help="The settings file.")
]


class UsageError(typer.BadParameter):
    """Options that cannot be obeyed together; exit code 2."""

    def format_message(self) -> str:
        """Returns the message alone: it names its options itself."""
        return self.message


DAY_FORMATS = ["%Y-%m-%d"]
