"""What `ps` and /proc show as a process's command line: forks of the stem show the one that they stand for."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path

ROOM = 2048  # bytes that the stem is started with for the titles of its forks
ARG_START, ARG_END = 48 - 3, 49 - 3  # of proc_pid_stat(5), counted from behind the name in brackets


def entitle(words: Sequence[str]) -> None:
    """Show these words from now on, as far as there is room where the kernel put the first ones."""
    fields = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    start, end = int(fields[ARG_START]), int(fields[ARG_END])
    room = end - start
    if start and room > 0:  # hidden, where /proc is mounted so
        shown = "\0".join(words).encode()[: room - 1]
        ctypes.memmove(start, shown.ljust(room, b"\0"), room)
