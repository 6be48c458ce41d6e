"""Processes that are just dying: they are there, and have lost their arguments and their environment already."""

from __future__ import annotations

from contextlib import suppress

import psutil


def lives(process: psutil.Process) -> bool:
    """Also one that is just dying, whose locks and sockets are still its own; a zombie has let go of everything."""
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def children_with(word: str, parent: psutil.Process | None = None) -> list[psutil.Process]:
    """Our children (or another's) whose command line has an argument with it; other tests' may be dying, and are none."""
    found = []
    for child in (parent or psutil.Process()).children():
        with suppress(psutil.Error):  # a zombie has no command line to be asked for
            if any(word in argument for argument in child.cmdline()):
                found.append(child)
    return found
