"""`hedged explain --story`: the whole audit trail, decisions and what came of them, a line each."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from daemon.audit_search import kind_is, search
from daemon.errors import ExitCode
from daemon.explain.words import say
from strategies.core.records import AnyRecord
from strategies.core.story import KINDS, Story

_RECORD: msgspec.json.Decoder[AnyRecord] = msgspec.json.Decoder(AnyRecord)


def explain_story(folder: Path) -> ExitCode:
    """Print the story of an audit folder.

    Raises:
        AuditTampered: a line is no record.
        AuditUnavailable: there are no files, or they cannot be read.
    """
    say(Story().lines(_records(folder)))
    return ExitCode.OK


def _records(folder: Path) -> Iterator[AnyRecord]:
    for record in search(folder, kind_is(*KINDS)):
        if record.kind in KINDS:
            yield _RECORD.decode(record.body)
