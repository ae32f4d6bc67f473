"""The journal holds commits whole, in order, once, from one writer."""

import dataclasses
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from daemon.errors import ConfigError, JournalConflict, JournalCorrupt, StoreUnavailable
from daemon.store.embedded import EmbeddedServer
from daemon.store.port import Commit, Journal
from daemon.store.redis_journal import RedisJournal

MakeCommits = Callable[..., list[Commit]]
RawClient = Callable[[str], AbstractContextManager[Any]]


async def _all_after(journal: Journal, seq: int) -> list[Commit]:
    return [commit async for commit in journal.read_after(seq)]


async def test_what_was_appended_is_read_back_byte_for_byte(
    journal: RedisJournal, make_commits: MakeCommits
) -> None:
    """A commit comes back as it went in, in order, however many pages it takes."""
    commits = make_commits(10)
    assert [await journal.append(commit) for commit in commits] == [True] * 10
    assert await _all_after(journal, 0) == commits
    assert await journal.last() == commits[-1]


async def test_reading_starts_after_the_known_record(
    journal: RedisJournal, make_commits: MakeCommits
) -> None:
    """A reader in the middle of a commit gets that commit again; a reader at its end does not."""
    commits = make_commits(4, lines=3)
    for commit in commits:
        await journal.append(commit)
    assert await _all_after(journal, 3) == commits[1:]
    assert await _all_after(journal, 4) == commits[1:]
    assert await _all_after(journal, 12) == []


async def test_an_empty_journal_has_no_end(journal: RedisJournal) -> None:
    """Nothing written is None and no commits, not an error."""
    assert await journal.last() is None
    assert await _all_after(journal, 0) == []
    assert await journal.load_snapshot() is None


async def test_the_same_commit_twice_is_there_once(journal: RedisJournal, make_commits: MakeCommits) -> None:
    """A repeated append says that it was there and changes nothing."""
    (commit,) = make_commits(1)
    assert await journal.append(commit) is True
    assert await journal.append(commit) is False
    assert await _all_after(journal, 0) == [commit]


async def test_a_second_writer_is_refused(
    server: EmbeddedServer, journal: RedisJournal, make_commits: MakeCommits
) -> None:
    """Of two writers the one that lost the fence learns it at its next append and has written nothing."""
    rival = RedisJournal(url=server.url)
    await rival.open()
    ours, theirs = make_commits(2), make_commits(2, text="rival")
    await rival.append(theirs[0])
    for commit in (*ours, theirs[0]):
        if commit is theirs[0]:
            assert await rival.append(commit) is False
            continue
        with pytest.raises(JournalConflict, match="another daemon writes"):
            await journal.append(commit)
    assert await _all_after(journal, 0) == theirs[:1]
    await rival.close()


async def test_a_commit_cut_otherwise_is_not_the_same_commit(
    journal: RedisJournal, make_commits: MakeCommits
) -> None:
    """The same end of chain reached by another commit is a conflict, not a repetition."""
    (one,) = make_commits(1, lines=2)
    await journal.append(one)
    half = dataclasses.replace(one, first_seq=2, lines=one.lines[1:])
    with pytest.raises(JournalConflict):
        await journal.append(half)


async def test_an_old_commit_is_refused(journal: RedisJournal, make_commits: MakeCommits) -> None:
    """A writer that woke up late cannot write again what is history."""
    commits = make_commits(3)
    for commit in commits:
        await journal.append(commit)
    with pytest.raises(JournalConflict, match="ends with seq 6"):
        await journal.append(commits[0])


async def test_two_prefixes_are_two_journals(server: EmbeddedServer, make_commits: MakeCommits) -> None:
    """The prefix keeps books apart on one server."""
    for text in ("one", "two"):
        journal = RedisJournal(url=server.url, prefix=f"{text}:")
        await journal.open()
        (commit,) = make_commits(1, text=text)
        await journal.append(commit)
        assert await _all_after(journal, 0) == [commit]
        await journal.close()


async def test_an_append_survives_a_server_that_forgot_the_script(
    server: EmbeddedServer, journal: RedisJournal, make_commits: MakeCommits, raw_client: RawClient
) -> None:
    """Scripts are not durable in Redis: one that is gone is sent again."""
    first, second = make_commits(2)
    await journal.append(first)
    with raw_client(server.url) as client:
        client.script_flush()
    assert await journal.append(second) is True


@pytest.mark.parametrize("field", ["first", "prev", "hash", "lines", "sum"])
async def test_a_damaged_entry_is_named(
    server: EmbeddedServer,
    journal: RedisJournal,
    make_commits: MakeCommits,
    raw_client: RawClient,
    field: str,
) -> None:
    """An entry that is not what was written is never folded: the error names its stream id."""
    commits = make_commits(3)
    for commit in commits:
        await journal.append(commit)
    with raw_client(server.url) as client:
        entries = client.xrange("hedged:journal")
        client.xtrim("hedged:journal", maxlen=0)
        client.execute_command("XSETID", "hedged:journal", "0-0")
        for stream_id, fields in entries:
            if stream_id == b"4-0":
                fields[field.encode()] = fields[field.encode()].replace(b"1", b"2").replace(b"3", b"4")
            client.xadd("hedged:journal", fields, id=stream_id)
    with pytest.raises(JournalCorrupt, match="journal entry 4-0"):
        await _all_after(journal, 0)
    with pytest.raises(JournalCorrupt, match="journal entry 4-0"):
        await _all_after(journal, 2)


async def test_a_missing_entry_is_noticed(
    server: EmbeddedServer, journal: RedisJournal, make_commits: MakeCommits, raw_client: RawClient
) -> None:
    """A gap is an error, both inside what is read and before it."""
    for commit in make_commits(3):
        await journal.append(commit)
    with raw_client(server.url) as client:
        client.xdel("hedged:journal", "4-0")
    with pytest.raises(JournalCorrupt, match="journal entry 6-0 follows seq 4"):
        await _all_after(journal, 0)
    with pytest.raises(JournalCorrupt, match="begins with seq 5, but seq 3 is asked for"):
        await _all_after(journal, 2)


@pytest.mark.parametrize("key", ["hedged:journal", "hedged:journal:tip"])
async def test_a_key_lost_alone_is_noticed_at_open(
    server: EmbeddedServer,
    journal: RedisJournal,
    make_commits: MakeCommits,
    raw_client: RawClient,
    key: str,
) -> None:
    """Stream and fence must agree before anything is folded or written."""
    for commit in make_commits(2):
        await journal.append(commit)
    with raw_client(server.url) as client:
        client.delete(key)
    with pytest.raises(JournalCorrupt, match="restore all keys"):
        await journal.open()


async def test_a_server_that_is_not_there_is_one_clear_error(tmp_path: object) -> None:
    """No server: the error says what was tried and where, without a password."""
    journal = RedisJournal(url=f"unix://user:secret@{tmp_path}/nobody.sock")
    with pytest.raises(
        StoreUnavailable, match=r"cannot open the journal: Redis at unix:///.*nobody"
    ) as caught:
        await journal.open()
    assert "secret" not in str(caught.value)
    await journal.close()


def test_an_address_that_is_none_is_refused() -> None:
    """A wrong scheme is a fault of the settings, not of the server."""
    with pytest.raises(ConfigError, match=r"redis\.url is 'http://host'"):
        RedisJournal(url="http://host")


def test_a_commit_that_contradicts_itself_cannot_be_made() -> None:
    """A store need not check what no commit can be."""
    good = {"first_seq": 1, "last_seq": 1, "prev_hash": "0" * 64, "last_hash": "1" * 64, "lines": (b"{}",)}
    for name, value in (
        ("first_seq", 0),
        ("last_seq", 2),
        ("lines", ()),
        ("lines", (b"{\n}",)),
        ("prev_hash", ""),
        ("last_hash", "short"),
    ):
        with pytest.raises(ValueError, match=r"commit\."):
            Commit(**{**good, name: value})  # type: ignore[arg-type]
