"""The lock files: every package pinned, hashed, from no named host; and what runs here is what is locked."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import Marker

LOCKS = ("requirements.lock", "requirements-dev.lock")
_ENTRY = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)(?: ; ([^\\]+))?", re.MULTILINE)


def entries(text: str) -> list[tuple[str, str, str]]:
    """Return name, version and marker of every entry."""
    return [(m.group(1), m.group(2), (m.group(3) or "").strip()) for m in _ENTRY.finditer(text)]


@pytest.mark.parametrize("name", LOCKS)
def test_every_entry_is_pinned_and_hashed(root: Path, name: str) -> None:
    """Pip installs with --require-hashes: a package that was exchanged on the way is refused."""
    text = (root / name).read_text()
    blocks = re.split(r"\n(?=[a-z0-9])", text.strip())
    found = [block for block in blocks if not block.startswith("#")]
    assert len(entries(text)) == len(found) > 10
    assert [block.splitlines()[0] for block in found if "--hash=sha256:" not in block] == []
    assert re.findall(r"https?://|--index-url|--find-links", text) == []


def test_what_is_installed_is_what_is_locked(root: Path) -> None:
    """Tests that pass on other versions than the locked ones say nothing of those."""
    wrong = [
        f"{name}: locked {version}, installed {metadata.version(name)}"
        for name, version, marker in entries((root / "requirements-dev.lock").read_text())
        if (not marker or Marker(marker).evaluate()) and metadata.version(name) != version
    ]
    assert wrong == []
