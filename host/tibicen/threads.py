"""Threads beside the event loop's."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from typing import Final

NICE: Final = 10
"""How far they stand back."""


def stand_back() -> None:
    """Has the event loop go first when there is too little processor for both; for the thread that calls it.

    Where threads have a priority of their own, which is on Linux.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
