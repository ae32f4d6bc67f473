"""`hedged simulate`: a paper IB Gateway on this machine, by becoming `python -m simulator`."""

import os
import sys

import typer

# Whatever follows the verb, `--help` too, is the simulator's to understand: its options live in one place.
PASS_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def simulate(context: typer.Context) -> None:
    """Listen as a paper IB Gateway with its own market; `hedged simulate --help` lists its options."""
    # The process becomes the simulator: its exit code and the signals sent to it need no forwarding.
    os.execv(sys.executable, [sys.executable, "-m", "simulator", *context.args])  # noqa: S606 - no shell is wanted
