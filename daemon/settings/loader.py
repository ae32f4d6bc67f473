"""Reads settings.toml and the environment into `Settings`, or says all that is wrong with them at once."""

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

from daemon.errors import ConfigError
from daemon.settings import credentials, environment, faults
from daemon.settings.credentials import WORD
from daemon.settings.environment import PREFIX
from daemon.settings.model import Settings


def load(path: Path | None) -> Settings:
    """Returns the settings: the models' defaults, then the file, credentials and the environment over them.

    Args:
        path: the TOML file; None takes the defaults and the environment only.

    Raises:
        ConfigError: the file is missing, unreadable or no TOML, or any key or variable is at fault; the
            message has one line for each fault.
    """
    content = {} if path is None else _read(path)
    for source in (credentials, environment):
        content = _over(content, source.overrides(Settings, os.environ))
    found = faults.unknown_variables(Settings, os.environ)
    try:
        settings = Settings.of(content)
    except faults.Refused as error:
        raise _config_error(path, found + faults.lines(Settings, error.faults, os.environ)) from None
    if found:
        raise _config_error(path, found)
    return settings


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise ConfigError(f"settings file {path} does not exist: give its path with --settings")
    if path.stat().st_mode & stat.S_IWOTH:
        raise ConfigError(f"settings file {path} may be written by anybody: chmod o-w {path}")
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"settings file {path} is no valid TOML: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"settings file {path} cannot be read: {error}") from error


def _config_error(path: Path | None, found: list[str]) -> ConfigError:
    """One line for each fault, behind the file's name where the file is at fault."""
    return ConfigError(
        "\n".join(
            line if path is None or line.startswith((PREFIX, f"{WORD} ")) else f"{path}: {line}"
            for line in found
        )
    )


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Returns both as one, table by table; where both have a value, the one above stands."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = _over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged
