"""The version of the code, as installed."""

from importlib.metadata import version

VERSION = version("hedged")
