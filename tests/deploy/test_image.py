"""The Dockerfile, instruction by instruction: hashes, no root, no secret, and a health check that is ours."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

Instructions = list[tuple[str, str]]


@pytest.fixture
def instructions(root: Path) -> Instructions:
    """The Dockerfile's instructions, continued lines joined."""
    text = (root / "Dockerfile").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in joined.splitlines() if line.strip()]


def _last_stage(instructions: Instructions) -> Instructions:
    last = max(place for place, (name, _) in enumerate(instructions) if name == "FROM")
    return instructions[last:]


def _value(instructions: Instructions, name: str) -> str:
    (value,) = [value for found, value in instructions if found == name]
    return value


def test_every_package_has_a_hash(instructions: Instructions) -> None:
    """Only what a lock file pins with its hash is fetched; our own wheel comes without the network."""
    installs = [
        step
        for name, value in instructions
        if name == "RUN"
        for step in value.split("&&")
        if re.search(r"\bpip (install|wheel)\b", step)
    ]
    assert len(installs) == 4
    for step in installs:
        from_lock = "--require-hashes" in step and re.search(r"-r requirements(-dev)?\.lock", step)
        assert from_lock or "--no-index" in step or "--no-build-isolation --" in step, step


def test_it_runs_as_nobody_special(instructions: Instructions) -> None:
    """A number, so that a cluster can check it; and the code is not the user's to change."""
    last = _last_stage(instructions)
    uid, gid = map(int, _value(last, "USER").split(":"))
    assert uid > 1000
    assert gid > 1000
    assert "--chown" not in " ".join(value for name, value in last if name == "COPY")


def test_what_is_written_is_the_state_folder_alone(instructions: Instructions) -> None:
    """State is a volume, byte code is not written: the root file system may be read-only."""
    last = _last_stage(instructions)
    env = dict(pair.split("=", 1) for pair in _value(last, "ENV").split())
    assert env["HEDGED_STATE_DIR"] == _value(last, "VOLUME") == _value(last, "WORKDIR")
    assert env["PYTHONDONTWRITEBYTECODE"] == "1"
    assert not [name for name in env if re.search(r"PASS|SECRET|TOKEN|URL", name)]


def test_the_commands_are_verbs_of_ours(instructions: Instructions) -> None:
    """Entry point, command and health check are in exec form: signals reach the daemon, there is no shell."""
    last = _last_stage(instructions)
    asked = [sys.executable, "-m", "daemon", "--help"]
    verbs = re.findall(
        r"^  (\w+) ", subprocess.run(asked, capture_output=True, text=True, check=True).stdout, re.MULTILINE
    )
    assert json.loads(_value(last, "ENTRYPOINT")) == ["hedged"]
    (verb,) = json.loads(_value(last, "CMD"))
    check = json.loads(_value(last, "HEALTHCHECK").split("CMD", 1)[1])
    assert verb in verbs
    assert check == ["hedged", "health"]
    assert "health" in verbs


def test_every_stage_has_the_same_python(instructions: Instructions) -> None:
    """A copied environment works only with the interpreter that it was made for."""
    assert _value(instructions, "ARG") == "PYTHON=python:3.11-slim"
    assert [value.split()[0] for name, value in instructions if name == "FROM"] == ["${PYTHON}"] * 3


def test_the_build_sees_only_what_it_copies(root: Path, instructions: Instructions) -> None:
    """The context begins empty; what is copied from it is let in, and exists."""
    allowed = {line[1:] for line in (root / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        source
        for name, value in instructions
        if name == "COPY" and not value.startswith("--from")
        for source in value.split()[:-1]
    }
    assert copied == allowed
    assert all((root / source).exists() for source in copied)
