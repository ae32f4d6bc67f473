"""Settings: one frozen, checked value from settings.toml and the environment."""

from daemon.settings.loader import load
from daemon.settings.model import Settings

__all__ = ["Settings", "load"]
