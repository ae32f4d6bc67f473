"""Secrets from files of a service manager: LoadCredential= puts them into $CREDENTIALS_DIRECTORY.

A file gives the secret whose key it is named for, section and key joined by an underscore: `redis_url` is
redis.url. It wins over settings.toml; the environment wins over it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from daemon.errors import ConfigError
from daemon.settings import keys
from daemon.settings.environment import variable

FOLDER = "CREDENTIALS_DIRECTORY"
WORD = "credential"
"""What a fault of one begins with."""


def file_of(path: tuple[str, ...], environ: Mapping[str, str]) -> Path | None:
    """Returns the file that sets the key at this path, or None where none does."""
    folder = environ.get(FOLDER)
    if not folder or variable(path) in environ:
        return None
    file = Path(folder) / "_".join(path)
    return file if file.exists() else None


def overrides(model: type[Struct], environ: Mapping[str, str]) -> dict[str, Any]:
    """Returns what the credentials set, nested as the file would be; a last line break is not theirs.

    Raises:
        ConfigError: a credential is there and cannot be read.
    """
    tree: dict[str, Any] = {}
    for path, field in keys.leaves(model):
        if not keys.is_secret(field):
            continue
        try:
            file = file_of(path, environ)
            text = None if file is None else file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            # `from None`: a decoding error quotes the bytes, which are the secret.
            reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
            raise ConfigError(
                f"{WORD} {'_'.join(path)} ({'.'.join(path)}) of {environ[FOLDER]} cannot be read: {reason}"
            ) from None
        if text is None:
            continue
        table = tree
        for part in path[:-1]:
            table = table.setdefault(part, {})
        table[path[-1]] = text.removesuffix("\n")
    return tree
