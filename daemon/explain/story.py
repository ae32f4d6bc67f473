"""`hedged explain --story`: the whole audit trail, decisions and what came of them, a line each."""

from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path

import msgspec

from daemon.audit_search import kind_is, search
from daemon.errors import ExitCode
from daemon.explain.words import say
from strategies.core.records import AnyRecord
from strategies.core.story import KINDS, Story

_RECORD: msgspec.json.Decoder[AnyRecord] = msgspec.json.Decoder(AnyRecord)


def explain_story(folder: Path, first: date | None = None) -> ExitCode:
    """Print the story of an audit folder, from a day on if one is given.

    Raises:
        AuditTampered: a line is no record.
        AuditUnavailable: there are no files, or they cannot be read.
    """
    story = Story(first)
    say(chain(story.lines(_records(folder)), story.end()))
    return ExitCode.OK


def _records(folder: Path) -> Iterator[AnyRecord]:
    for record in search(folder, kind_is(*KINDS)):
        if record.kind in KINDS:
            yield _RECORD.decode(record.body)
