"""A play of twenty sessions: the daemon's memory, and its wall time over that of the bare conversation."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bench import frames
from bench.figures import Figure, ratio_of
from bench.processes import BenchError, daemon_variables, gateway, resident_bytes, started
from bench.relay import Relay, Tap
from daemon.hours import NEW_YORK

SESSIONS, EARLY_SESSIONS = 20, 2
ROUNDS = 2
MEMORY_LIMIT, WALL_LIMIT = 1.10, 3.0


@dataclass(slots=True)
class Recorder(Tap):
    """Records a play's conversation and how long it takes.

    Attributes:
        sent: the client's frames, in order.
        asked_s: when (perf_counter) each question for the time came in.
        pid: whose memory is read at each session's end.
        resident: bytes at each session's end.
    """

    sent: list[bytes] = field(default_factory=list)
    asked_s: list[float] = field(default_factory=list)
    pid: int | None = None
    resident: list[int] = field(default_factory=list)
    _time: int = 0

    def request(self, relay: Relay, frame: bytes, at_s: float) -> bool:
        """See `Tap.request`."""
        del relay
        self.sent.append(frame)
        if frames.message_id(frame) == frames.CURRENT_TIME:
            self.asked_s.append(at_s)
        return True

    def reply(self, frame: bytes, at_s: float) -> None:
        """See `Tap.reply`."""
        del at_s
        if frames.message_id(frame) != frames.CURRENT_TIME:
            return
        now = int(frames.fields(frame)[2])
        over = now == self._time  # the gateway has no later time
        if self.pid is not None and self._time and (over or _day(now) != _day(self._time)):
            self.resident.append(resident_bytes(self.pid))
        self._time = now

    @property
    def wall_s(self) -> float:
        """From the first question for the time to the last."""
        return self.asked_s[-1] - self.asked_s[0]


def _day(epoch_s: int) -> str:
    return f"{datetime.fromtimestamp(epoch_s, NEW_YORK):%Y-%m-%d}"


def measure(folder: Path, seed: int) -> list[Figure]:
    """Take the figures.

    Raises:
        BenchError: a play failed.
    """
    ours, bare = [], []
    for number in range(ROUNDS):
        place = folder / f"play{number}"
        place.mkdir()
        ours.append(_daemon_play(place, seed))
        bare.append(_bare_play(place, seed, ours[-1].sent))
        if len(bare[-1].asked_s) != len(ours[-1].asked_s):
            raise BenchError(
                f"the replay asked {len(bare[-1].asked_s)} times for the time, the daemon "
                f"{len(ours[-1].asked_s)} times: see {place}"
            )
    return [_memory_figure(ours), _wall_figure(ours, bare)]


@contextlib.contextmanager
def _fresh_gateway(folder: Path, name: str, seed: int, tap: Tap) -> Iterator[Relay]:
    options = ("--regime=shock", f"--sessions={SESSIONS}", f"--seed={seed}")
    with gateway(folder, name, *options) as port, Relay(port, tap) as relay:
        yield relay


def _daemon_play(folder: Path, seed: int) -> Recorder:
    recorder = Recorder()
    with _fresh_gateway(folder, "gateway-daemon", seed, recorder) as relay:
        variables = daemon_variables(folder, relay.port, HEDGED_CLOCK__SOURCE="gateway")
        with started(["daemon", "run"], folder=folder, name="daemon", variables=variables) as daemon:
            recorder.pid = daemon.pid
            daemon.wait()
    return recorder


def _bare_play(folder: Path, seed: int, sent: list[bytes]) -> Recorder:
    """Replay the frames after the login, up to the last question for the time."""
    last = max(n for n, frame in enumerate(sent) if frames.message_id(frame) == frames.CURRENT_TIME)
    login = next(n for n, frame in enumerate(sent) if frames.message_id(frame) == frames.START_API)
    conversation = folder / "conversation.bin"
    conversation.write_bytes(b"".join(sent[login + 1 : last + 1]))
    recorder = Recorder()
    with _fresh_gateway(folder, "gateway-bare", seed, recorder) as relay:
        module = ["bench.replay", str(relay.port), str(conversation)]
        with started(module, folder=folder, name="replay") as child:
            child.wait()
    return recorder


def _memory_figure(ours: list[Recorder]) -> Figure:
    for recorder in ours:
        if len(recorder.resident) != SESSIONS:
            raise BenchError(f"memory was read at {len(recorder.resident)} ends of {SESSIONS} sessions")
    ratios = [recorder.resident[-1] / recorder.resident[EARLY_SESSIONS - 1] for recorder in ours]
    value, spread = ratio_of(ratios)
    return Figure(
        name="memory",
        title=f"resident memory after {SESSIONS} sessions over after {EARLY_SESSIONS}",
        value=value,
        limit=MEMORY_LIMIT,
        spread=spread,
        facts={
            "plays": len(ours),
            "MB by session": " ".join(f"{size / 1e6:.1f}" for size in ours[-1].resident),
        },
    )


def _wall_figure(ours: list[Recorder], bare: list[Recorder]) -> Figure:
    value, spread = ratio_of([one.wall_s / other.wall_s for one, other in zip(ours, bare, strict=True)])
    return Figure(
        name="play_wall",
        title=f"wall time of {SESSIONS} sessions, over the bare conversation",
        value=value,
        limit=WALL_LIMIT,
        spread=spread,
        facts={
            "plays": len(ours),
            "daemon s": " ".join(f"{one.wall_s:.1f}" for one in ours),
            "bare client s": " ".join(f"{one.wall_s:.1f}" for one in bare),
            "questions for the time": len(ours[-1].asked_s),
            "frames sent": len(ours[-1].sent),
        },
    )
