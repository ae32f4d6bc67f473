"""docs/audit.md is what the definitions say, and what it tells the reader to do works."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from daemon.codec import EVENT_KINDS, RECORD_KINDS
from daemon.record_docs import QUESTIONS, render
from daemon.telemetry.records import parse_line

PAGE = Path(__file__).parents[2] / "docs" / "audit.md"

MakeLines = Callable[..., tuple[bytes, ...]]


def test_every_kind_of_record_has_its_question() -> None:
    """No kind is left out, none is there that is no longer written."""
    assert set(QUESTIONS) == EVENT_KINDS | RECORD_KINDS


def test_the_page_is_the_generators() -> None:
    """A definition that changed changes the page: python -m daemon.record_docs > docs/audit.md."""
    assert PAGE.read_text() == render()


def test_every_link_of_the_page_has_its_target() -> None:
    """A part that is named is described."""
    page = PAGE.read_text()
    links = set(re.findall(r"\]\(#([a-z]+)\)", page))
    headings = {heading.lower() for heading in re.findall(r"^### `?([A-Za-z_]+)`?$", page, re.MULTILINE)}
    assert links - headings == set()


def test_a_shell_alone_checks_a_record(tmp_path: Path, make_lines: MakeLines) -> None:
    """The page's own commands give a record's hash twice: computed, and stated."""
    (commands,) = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    lines = make_lines(3, text="quoted, \\\\ and 'single'")
    file = tmp_path / "audit-2026-11-16.jsonl"
    file.write_bytes(b"".join(line + b"\n" for line in lines))
    for number, line in enumerate(lines, start=1):
        done = subprocess.run(
            ["sh", "-c", f'N={number} FILE="{file}"\n{commands}'], capture_output=True, text=True, check=True
        )
        assert done.stdout.splitlines() == [parse_line(line).hash] * 2
