"""The embedded server: private, alone on its folder, and no write lost however it ends."""

import asyncio
import os
import select
import signal
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.errors import StoreUnavailable
from daemon.store.embedded import EmbeddedServer
from daemon.store.embedded_files import SOCKET_PATH_BYTES_MAX
from daemon.store.port import Commit
from daemon.store.redis_journal import RedisJournal

MakeCommits = Callable[..., list[Commit]]

_PARENT = """
import asyncio, pathlib, sys
from daemon.store.embedded import EmbeddedServer
async def main():
    async with EmbeddedServer(pathlib.Path(sys.argv[1])) as server:
        print(server.pid, flush=True)
        await server.wait()
asyncio.run(main())
"""


async def test_every_acknowledged_commit_survives_kill_9(tmp_path: Path, make_commits: MakeCommits) -> None:
    """Killed in the middle of writing, the server has all it acknowledged and at most one more."""
    commits, acknowledged = make_commits(2000), 0
    async with EmbeddedServer(tmp_path / "valkey") as server:
        journal = RedisJournal(url=server.url)
        await journal.open()
        try:
            for commit in commits:
                await journal.append(commit)
                acknowledged += 1
                if acknowledged == 100:
                    os.kill(server.pid, signal.SIGKILL)
        except StoreUnavailable:
            pass
        assert await server.wait() == -signal.SIGKILL
    assert 100 <= acknowledged < len(commits)
    async with EmbeddedServer(tmp_path / "valkey") as server:
        await journal.open()
        kept = [commit async for commit in journal.read_after(0)]
        assert kept == commits[: len(kept)]
        assert len(kept) - acknowledged in (0, 1)
        await journal.append(commits[acknowledged])
        await journal.close()


async def test_a_torn_end_of_the_servers_file_is_healed(tmp_path: Path, make_commits: MakeCommits) -> None:
    """A power cut leaves half a command: it was not acknowledged and is dropped; the chain goes on."""
    commits = make_commits(3)
    folder = tmp_path / "valkey"
    journal: RedisJournal | None = None
    for expected in (3, 2):
        async with EmbeddedServer(folder) as server:
            journal = journal or RedisJournal(url=server.url)
            await journal.open()
            for commit in commits[:expected]:
                if expected == 3:
                    await journal.append(commit)
            assert [commit async for commit in journal.read_after(0)] == commits[:expected]
            if expected == 2:
                assert await journal.append(commits[2]) is True
            await journal.close()
        if expected == 3:
            (file,) = (folder / "appendonlydir").glob("*.incr.aof")
            os.truncate(file, file.stat().st_size - 50)


async def test_damage_in_the_servers_file_stops_the_start(tmp_path: Path, make_commits: MakeCommits) -> None:
    """A file that is damaged inside is not started from: the error shows the server's own words."""
    folder = tmp_path / "valkey"
    async with EmbeddedServer(folder) as server:
        journal = RedisJournal(url=server.url)
        await journal.open()
        for commit in make_commits(3):
            await journal.append(commit)
        await journal.close()
    (file,) = (folder / "appendonlydir").glob("*.incr.aof")
    file.write_bytes(file.read_bytes().replace(b"$4\r\nXADD", b"?4\r\nXADD", 1))
    with pytest.raises(StoreUnavailable, match=r"ended with code 1 at start: .*(?i:bad file format)"):
        await EmbeddedServer(folder).start()


async def test_a_second_server_on_the_folder_is_refused(server: EmbeddedServer, tmp_path: Path) -> None:
    """Two servers would write over each other: the second start is an error and the first goes on."""
    with pytest.raises(StoreUnavailable, match="in use by another daemon"):
        await EmbeddedServer(tmp_path / "valkey", lock_within_s=0.1).start()
    journal = RedisJournal(url=server.url)
    await journal.open()
    await journal.close()


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux")
async def test_the_server_dies_with_its_killed_parent(tmp_path: Path) -> None:
    """No orphan is left behind a kill -9, and the next start waits for the dying one and takes over."""
    folder = tmp_path / "valkey"
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PARENT, folder, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    orphan = os.pidfd_open(int(await parent.stdout.readline()))
    parent.kill()
    async with EmbeddedServer(folder) as server:
        assert select.select([orphan], [], [], 60)[0] == [orphan]
        journal = RedisJournal(url=server.url)
        await journal.open()
        await journal.close()
    os.close(orphan)
    await parent.wait()


async def test_a_deep_folder_gets_a_short_private_socket(
    tmp_path: Path, short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Unix socket's path is limited: the server of a deep folder listens elsewhere, as privately."""
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(short_folder))
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    async with EmbeddedServer(deep) as server:
        path = Path(server.url.removeprefix("unix://"))
        assert len(os.fsencode(path)) <= SOCKET_PATH_BYTES_MAX
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        journal = RedisJournal(url=server.url)
        await journal.open()
        await journal.close()


async def test_no_short_place_for_the_socket_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deep folders all around: say which setting to shorten."""
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    with pytest.raises(StoreUnavailable, match="set a shorter state_dir, or XDG_RUNTIME_DIR"):
        await EmbeddedServer(deep).start()


async def test_only_we_can_read_what_the_server_keeps(server: EmbeddedServer, tmp_path: Path) -> None:
    """The folder is 0700, the socket and every file are for the owner alone."""
    folder = tmp_path / "valkey"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in folder.rglob("*")}
    assert modes["valkey.sock"] == 0
    assert set(modes.values()) == {0}


async def test_a_folder_with_an_odd_name_works(tmp_path: Path) -> None:
    """Blanks, quotes, line breaks and letters beyond ASCII do not reach the configuration as syntax."""
    async with EmbeddedServer(tmp_path / 'a "b" c\n\\dä') as server:
        assert server.pid > 0


async def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    """A file where the folder should be is named."""
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StoreUnavailable, match="file"):
            await EmbeddedServer(folder).start()


async def test_a_stopped_server_starts_again(tmp_path: Path) -> None:
    """Stopping frees folder, socket and object; stopping twice is fine."""
    server = EmbeddedServer(tmp_path / "valkey")
    for _ in range(2):
        await server.start()
        await server.stop()
        await server.stop()
