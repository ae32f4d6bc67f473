"""Mutation score: what `mutmut run` found, module by module, and the mutants that live; `make mutation`.

Exit 1 where fewer than 90 % of the mutants are killed, or where some were not run.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

SCORE_MIN = 0.90
SURVIVED, NO_TESTS = 0, 33
"""Exit codes that mutmut keeps of a mutant's tests: all passed; none reach it. Any other killed it."""


class Module(Struct, frozen=True, kw_only=True):
    """One module's mutants: how many there are, how many were run, and which live."""

    name: str
    mutants: int
    run: int
    alive: tuple[str, ...]


def modules(folder: Path) -> Iterator[Module]:
    """Yield what mutmut's metadata under `folder` says of each module that has mutants, by name."""
    for path in sorted(folder.rglob("*.py.meta")):
        codes: dict[str, int | None] = json.loads(path.read_text())["exit_code_by_key"]
        if codes:
            yield Module(
                name=path.name.removesuffix(".py.meta"),
                mutants=len(codes),
                run=sum(code is not None for code in codes.values()),
                alive=tuple(key for key, code in codes.items() if code in {SURVIVED, NO_TESTS}),
            )


def main() -> None:
    """Print the table and the survivors; exit as the module's text says."""
    found = list(modules(Path("mutants")))
    run, alive = sum(m.run for m in found), sum(len(m.alive) for m in found)
    write = sys.stdout.write
    for module in found:
        write(f"{module.name:20} {module.run - len(module.alive):5} of {module.run:5} killed\n")
    for module in found:
        for key in module.alive:
            write(f"alive: {key}\n")
    score = (run - alive) / run if run else 0.0
    missing = sum(m.mutants - m.run for m in found)
    write(f"{run - alive} of {run} killed: {score:.1%}; {missing} not run\n")
    sys.exit(1 if missing or score < SCORE_MIN else 0)


if __name__ == "__main__":
    main()
