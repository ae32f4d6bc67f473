"""Lua scripts for the server: each is applied whole or not at all."""

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A script and the name the server knows it by.

    Args:
        text: its source.
        sha1: SHA-1 of the source, 40 hex digits; Redis' own choice of a name.
    """

    text: str
    sha1: str


def load(name: str) -> Script:
    """Read a script that lies beside this file.

    Args:
        name: its file name without `.lua`.

    Returns:
        The script.
    """
    text = Path(__file__).with_name(f"{name}.lua").read_text(encoding="utf-8")
    return Script(text=text, sha1=hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())
