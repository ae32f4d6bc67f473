"""`hedged replay`: the method over real days without the wire, by starting `python -m research`."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

# Whatever else follows the verb, `--help` too, is the replay's to understand: its options live in one place.
PASS_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def replay(
    context: typer.Context,
    history: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of daily files.")] = None,
    macro: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of macro facts.")] = None,
    settings: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Settings; else the defaults.")
    ] = None,
) -> None:
    """Replay the method over real days, rule by rule; `hedged replay --help` lists the options."""
    import msgspec

    from daemon.handover import rules_of
    from daemon.settings import load

    loaded = load(settings)
    with tempfile.TemporaryDirectory(prefix="hedged-replay-") as made:
        rules = Path(made) / "rules.json"
        rules.write_bytes(msgspec.json.encode(rules_of(loaded)))
        facts = macro or _macro_folder(loaded.macro.folder, history, Path(made) / "macro")
        named = {"rules": rules, "history": history, "macro": facts}
        options = [f"--{name}={value}" for name, value in named.items() if value is not None]
        command = [sys.executable, "-m", "research", *options, *context.args]
        code = subprocess.run(command, check=False).returncode  # noqa: S603 - our own module
    raise typer.Exit(code)


def _macro_folder(of_settings: str, history: Path | None, out: Path) -> Path | None:
    """Return the settings' folder, else one made from the history; None where that has none."""
    from daemon.macro.from_history import available, write_from_history

    if of_settings:
        return Path(of_settings)
    if history is None or not available(history):
        return None
    write_from_history(history, out)
    return out
