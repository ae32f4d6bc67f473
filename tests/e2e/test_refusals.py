"""What the daemon does not accept: one clear line, the documented exit code, and nothing was sent."""

import contextlib
import shutil
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from daemon.store.embedded import EmbeddedServer
from daemon.telemetry.records import GENESIS, parse_line

World = Any  # the helpers' classes: modules found at run time have no static type
Demo = Any
Process = Any
Hedged = Callable[..., Any]

PLAY = ("--regime=shock", "--sessions=1", "--seed=1")


def error_of(process: Process, code: int) -> str:
    """Wait for the end with `code`; return the one error line, without its beginning."""
    assert process.ended() == code, process.said()
    (line,) = [line for line in process.err.read_text().splitlines() if line.startswith("hedged: error: ")]
    return line.removeprefix("hedged: error: ")  # type: ignore[no-any-return]


def test_no_settings_file(world: World) -> None:
    """A settings file that is named must be there."""
    said = error_of(world.daemon(HEDGED_SETTINGS="nowhere.toml"), 4)
    assert said == "settings file nowhere.toml does not exist: give its path with --settings"


@pytest.mark.parametrize(
    ("variable", "value", "parts"),
    [
        (
            "HEDGED_IB__PORT",
            "paper",
            ("HEDGED_IB__PORT (ib.port)", "'paper'", "a whole number from 1"),
        ),
        ("HEDGED_CAPS__LAYERS_OPEN", "3", ("HEDGED_CAPS__LAYERS_OPEN",)),
        ("HEDGED_CLOCK__SOURCE", "wall", ("clock.source", "wall", '"system" or "gateway"')),
    ],
)
def test_wrong_settings(world: World, variable: str, value: str, parts: tuple[str, ...]) -> None:
    """A wrong type, an unknown key, a value that is not one of the choices: named with what is accepted."""
    said = error_of(world.daemon(**{variable: value}), 4)
    assert all(part in said for part in parts), said


def test_an_unknown_key_of_the_file(world: World) -> None:
    """A misspelt key is not ignored."""
    (world.folder / "own.toml").write_text("[ib]\nprot = 4002\n")
    said = error_of(world.daemon(HEDGED_SETTINGS="own.toml"), 4)
    assert "own.toml: ib.prot" in said


def test_a_live_account_is_left_at_once(world: World) -> None:
    """An account that is not a paper account ends the daemon after the login; nothing was asked or sent."""
    world.gateway(*PLAY, "--account=U7654321")
    said = error_of(world.daemon(), 4)
    assert "U7654321" in said
    assert {record["kind"] for record in world.ledger("place", "cancel", "connect")} == {"connect"}


def test_nothing_listens(world: World) -> None:
    """Without a gateway the start gives up after its time, naming where it looked."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        world.port = free.getsockname()[1]
        said = error_of(world.daemon(HEDGED_IB__STARTUP_TIMEOUT_S="4"), 1)
    assert f"127.0.0.1:{world.port} refused the connection" in said
    assert "start the gateway" in said


@contextlib.contextmanager
def logged_in(port: int, client_id: int) -> Iterator[None]:
    """Hold a session with a gateway under a client id."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        for payload in (b"v157..176", f"71\x002\x00{client_id}\x00\x00".encode()):
            prefix = b"API\x00" if payload.startswith(b"v") else b""
            connection.sendall(prefix + struct.pack(">I", len(payload)) + payload)
        received = b""
        while b"2158" not in received:  # the last greeting
            received += connection.recv(4096)
        yield


def test_our_client_id_is_in_use(world: World) -> None:
    """Orders belong to one client id: another is never tried."""
    world.gateway(*PLAY)
    with logged_in(world.port, 1):
        said = error_of(world.daemon(HEDGED_IB__STARTUP_TIMEOUT_S="4"), 1)
    assert said.startswith("ib.client_id: 1 is in use")


async def test_a_store_that_could_forget(world: World, short_folder: Path) -> None:
    """A Redis that syncs once a second is refused before the first record."""
    async with EmbeddedServer(short_folder / "valkey") as server:
        with contextlib.closing(redis.Redis.from_url(server.url)) as client:
            client.config_set("appendfsync", "everysec")
        said = error_of(world.daemon(HEDGED_REDIS__URL=server.url), 4)
    assert "appendfsync is 'everysec', set it to 'always'" in said
    assert not list(world.audit_folder.glob("*.jsonl"))


def test_audit_files_of_another_journal(world: World, shock: Demo) -> None:
    """Audit files that go beyond the journal mean that the journal was lost: a person must look."""
    shutil.copytree(shock.folder / "audit", world.folder / "kept")
    before = _bytes(world.folder / "kept")
    said = error_of(world.daemon(HEDGED_AUDIT__DIR=str(world.folder / "kept")), 7)
    assert "the journal only 0" in said
    assert _bytes(world.folder / "kept") == before


def test_a_journal_of_a_later_play(world: World) -> None:
    """A gateway whose clock is behind the journal plays another play: it is not mixed with the first."""
    world.gateway(*PLAY)
    assert world.daemon().ended() == 0
    world.gateway(*PLAY)
    said = error_of(world.daemon(), 4)
    assert "state_dir" in said
    assert "2026-01-05T14:00:00+00:00" in said
    assert world.ledger("place") == []


def _bytes(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("audit-*.jsonl"))


def test_a_changed_line_is_named(shock: Demo, hedged: Hedged, tmp_path: Path) -> None:
    """One changed digit in one line: verification names file and line and ends with 1."""
    folder = tmp_path / "audit"
    shutil.copytree(shock.folder / "audit", folder)
    file = _files(folder)[1]
    lines = file.read_bytes().splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if b'"kind":"fill"' in line)
    lines[at] = lines[at].replace(b'"quantity":', b'"quantity":1', 1)
    file.write_bytes(b"".join(lines))
    done = hedged("audit", "verify", str(folder))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"hedged: error: {file}:{at + 1} ")


def test_a_dropped_line_is_named(shock: Demo, hedged: Hedged, tmp_path: Path) -> None:
    """A line taken out is found at the line after it."""
    folder = tmp_path / "audit"
    shutil.copytree(shock.folder / "audit", folder)
    file = _files(folder)[0]
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:99] + lines[100:]))
    done = hedged("audit", "verify", str(folder))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"hedged: error: {file}:100 (seq 100 was due)")


def test_a_forged_chain_does_not_agree_with_the_rules(shock: Demo, hedged: Hedged, tmp_path: Path) -> None:
    """Who changes a decision and computes every later hash anew is found out: the rules decide otherwise."""
    folder = tmp_path / "audit"
    shutil.copytree(shock.folder / "audit", folder)
    chain, forged = GENESIS, 0
    for file in _files(folder):
        records = [parse_line(line) for line in file.read_bytes().splitlines()]
        bodies = [record.body for record in records]
        for index, record in enumerate(records):
            if not forged and record.kind == "decision" and b'"outcome":"refused"' in record.body:
                bodies[index] = record.body.replace(b'"outcome":"refused"', b'"outcome":"hold"')
                forged = record.seq
        chain, lines = chain.extend(bodies)
        file.write_bytes(b"".join(line + b"\n" for line in lines))
    assert forged
    done = hedged("audit", "verify", str(folder))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"hedged: error: {folder}: seq {forged} (decision): not what the rules")
