"""Redis behind an ACL, and behind TLS; the password stands nowhere."""

import asyncio
import contextlib
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from daemon.errors import StoreUnavailable
from daemon.store.redis_journal import RedisJournal

MakeWorld = Callable[..., Any]

PASSWORD = "correct-horse-battery"
# What docs/operations.md tells to allow.
ALLOWED = (
    *("ping", "hello", "auth", "select", "client|setinfo", "config|get", "info", "eval", "evalsha"),
    *(
        "xadd",
        "xrange",
        "xrevrange",
        "xtrim",
        "get",
        "set",
        "del",
        "hget",
        "hmget",
        "hset",
        "hdel",
        "hincrby",
    ),
)


def test_the_daemon_needs_no_more_than_its_acl_allows_and_tells_nobody_the_password(
    live_world: MakeWorld,
    redis_server: Any,  # noqa: ANN401 - a module found at run time
) -> None:
    """A user for its own keys and these commands; no file and no output of a run holds the password."""
    redis_server.start()
    rights = [f"+{command}" for command in ALLOWED]
    redis_server.ask("ACL", "SETUSER", "hedged", "on", f">{PASSWORD}", "resetkeys", "~hedged:*", *rights)
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    assert [command for command in ALLOWED if f"+{command}" not in page] == []
    world = live_world(600)
    world.gateway()
    url = redis_server.url.replace("redis://", f"redis://hedged:{PASSWORD}@")
    variables = {"HEDGED_REDIS__URL": url, "HEDGED_LOG__LEVEL": "debug"}
    daemon = world.daemon(**variables, HEDGED_REDIS__SNAPSHOT_EVERY_COMMITS="5")
    daemon.wait_for(lambda: world.said("ready") == 1, "ready")
    status = world.hedged("status", "--json")
    redis_server.stop()
    daemon.wait_for(lambda: world.said("not ready: journal unavailable, nothing is sent"), "the journal gone")
    redis_server.start()
    redis_server.ask("ACL", "SETUSER", "hedged", "on", f">{PASSWORD}", "resetkeys", "~hedged:*", *rights)
    daemon.wait_for(lambda: world.said("journal available again, nothing was lost"), "the journal back")
    world.stop_in_order(daemon)
    texts = [path for path in world.folder.rglob("*") if path.is_file() and "redis" not in path.parts]
    assert texts
    assert [path for path in texts if PASSWORD.encode() in path.read_bytes()] == []
    assert PASSWORD not in status.stdout + status.stderr


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself, its key beside it."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem"), "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    try:
        subprocess.run(command, capture_output=True, check=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed: no certificate can be made")
    return tmp_path / "cert.pem"


async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    """Pass bytes on to a plain server and back, until either side ends."""
    server_reader, server_writer = await asyncio.open_connection("127.0.0.1", port)

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while block := await source.read(65536):
                sink.write(block)
        sink.close()

    await asyncio.gather(pump(reader, server_writer), pump(server_reader, writer))


async def test_a_server_behind_tls_is_believed_by_its_certificate_only(
    redis_server: Any,  # noqa: ANN401 - a module found at run time
    certificate: Path,
) -> None:
    """`rediss://` with the authority's file in the address; without it the server is not talked to."""
    redis_server.start()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    door = await asyncio.start_server(
        lambda reader, writer: relay(reader, writer, redis_server.port), "127.0.0.1", 0, ssl=context
    )
    address = f"rediss://127.0.0.1:{door.sockets[0].getsockname()[1]}/0"
    journal = RedisJournal(url=f"{address}?ssl_ca_certs={certificate}")
    await journal.open()
    await journal.close()
    stranger = RedisJournal(url=address)
    with pytest.raises(StoreUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        await stranger.open()
    await stranger.close()
    door.close()
