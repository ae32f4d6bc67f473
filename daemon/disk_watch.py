"""Halting while there is still room: a full disk would end the daemon in the middle of an order."""

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path

import structlog

from daemon.clock import Clock
from daemon.loop import Loop
from strategies.core.events import Tripped
from strategies.core.mode import Cause

_log = structlog.get_logger(__name__)

_MIB = 1 << 20


async def watch_disks(
    loop: Loop, clock: Clock, folders: Mapping[str, Path], *, free_mib_min: int, every_s: float
) -> None:
    """Look at the disks of folders for ever; tell the loop when one becomes nearly full.

    Args:
        loop: is told.
        clock: stamps what it is told.
        folders: by the setting that names each.
        free_mib_min: below this a disk is nearly full, MiB; 0 never looks.
        every_s: how often to look.
    """
    full: set[str] = set()
    while free_mib_min:
        for setting, folder in folders.items():
            free_mib = shutil.disk_usage(folder).free // _MIB
            if free_mib >= free_mib_min:
                full.discard(setting)
            elif setting not in full:
                full.add(setting)
                _log.error("the disk is nearly full", setting=setting, folder=str(folder), free_mib=free_mib)
                detail = f"less than halts.disk_free_mib_min = {free_mib_min} MiB are free at {setting}"
                await loop.put(Tripped(time=clock.now(), cause=Cause.DISK_NEARLY_FULL, detail=detail))
        await asyncio.sleep(every_s)
    await asyncio.Event().wait()
