"""`hedged explain --last`: the latest decision."""

from pathlib import Path

import msgspec

from daemon.audit_search import last_decision
from daemon.errors import ExitCode
from daemon.explain.words import decision_words, say
from strategies.core.records import Decision


def explain_last(folder: Path) -> ExitCode:
    """Print the latest decision of the audit folder.

    Raises:
        AuditUnavailable: there are no files, or no decision in them.
    """
    record = last_decision(folder)
    say(decision_words(record.seq, msgspec.json.decode(record.body, type=Decision)))
    return ExitCode.OK
