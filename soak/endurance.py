"""`python -m soak.endurance`: one daemon lives through many sessions without faults; nothing of it may grow.

The real daemon with the real client library, gateway and store model in one process, in virtual time; one
life of the daemon from the first morning to the last evening, nights and weekends included.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import date

from daemon.errors import AuditTampered, JournalCorrupt
from soak.endurance_table import table
from soak.evening import AUDIT, breaches
from soak.host import make_gateway
from soak.long_life import Endured, LongLife
from soak.probes import probed
from soak.process import ProcessLoop
from soak.start_states import scratch
from soak.store_data import Data
from soak.virtual_loop import Deadlock, Livelock, installed
from soak.world import EPOCH, World, settings_for

REGIME, FIRST, STEP_S = "shock", date(2026, 1, 5), 300
WARM_UP_DAYS = 20  # the book is full by then; fewer in a shorter run


def endure(days: int, seed: int = 1) -> Endured:
    """Live through so many sessions; stops at the first broken invariant."""
    loop = ProcessLoop()
    with installed(loop), scratch() as folder:
        gateway = make_gateway(
            regime=REGIME, first=FIRST, sessions=days + 1, seed=seed, step_s=STEP_S, macro=folder / "macro"
        )
        loop.begin_at((gateway.now - EPOCH).total_seconds())
        world = World(loop, gateway, Data(), settings_for(folder, audit=AUDIT), f"endurance {seed}")
        with probed(world.points, world.now, world.client):
            life = LongLife(world, folder / "audit")
            try:
                for session in gateway.market.sessions[:days]:
                    life.live_to(session.day)
                    if world.broken:
                        break
                life.check_files()
            except (Deadlock, Livelock, JournalCorrupt, AuditTampered) as error:
                world.broken.append(f"{type(error).__name__}: {error}")
            finally:
                world.end()
            return life.told()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m soak.endurance", description="Many days, nothing grows.")
    parser.add_argument("--days", type=int, default=60, help="sessions, default 60")
    parser.add_argument("--warm-up", type=int, help="of them to measure against, default 20, at most half")
    parser.add_argument("--seed", type=int, default=1, help="of market and gateway, default 1")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code: 0 where all held and nothing grew, else 1."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.days < 4:
        parser.error(f"--days {asked.days}: 4 at least, or there is nothing to compare")
    warm_up = min(WARM_UP_DAYS, asked.days // 2) if asked.warm_up is None else asked.warm_up
    if not 1 <= warm_up < asked.days:
        parser.error(f"--warm-up {warm_up}: from 1 to {asked.days - 1}, below --days")
    began_s = time.process_time()
    endured = endure(asked.days, asked.seed)
    faults = endured.broken + breaches(endured.evenings, warm_up=warm_up)
    sys.stdout.write(table(endured.evenings, warm_up=warm_up))
    sys.stdout.write(
        f"{len(endured.evenings)} sessions, {endured.starts} start of the daemon, {endured.commits} commits, "
        f"{endured.steps} steps of the loop, {time.process_time() - began_s:.0f} s of CPU; "
        f"journal {endured.digest}\n"
    )
    sys.stdout.writelines(f"broken: {fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
