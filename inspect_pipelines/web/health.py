"""Whether this process can do its work: each part with a sentence when it cannot."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.history import HistoryOwner
from inspect_pipelines.ports.house import House

FREE_BYTES_WANTED = 200_000_000  # a run of fifty full-page views may need half of it


def ailments(
    house: House, historian: HistoryOwner, silence: str = "", deafness: str = "", muteness: str = ""
) -> dict[str, str]:
    """What ails each part; an empty sentence means that it is well.

    Args:
        house: Ports.
        historian: Who keeps the history.
        silence: Which schedules do not tick, as the lookout says.
        deafness: Why events do not get on, as the intake and the starter say.
        muteness: Why messages are not sent, as the sender says.
    """
    return {
        "ledger": _told(lambda: _ledger(house)),
        "history": historian.status.problem,
        "gallery": _told(lambda: _gallery(house)),
        "disk": _told(lambda: _disk(house)),
        "schedules": silence,
        "webhooks": deafness,
        "messages": muteness,
    }


def _ledger(house: House) -> str:
    with house.ledger.read() as ledger:
        ledger.journal.head()
    return ""


def _gallery(house: House) -> str:
    folder = house.home / "gallery"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"{str(folder)!r} cannot be written to; check that it exists and whose it is"
    return ""


def _disk(house: House) -> str:
    free = shutil.disk_usage(house.home).free
    if free < FREE_BYTES_WANTED:
        return (
            f"{free // 1_000_000} MB are free under {str(house.home)!r}, {FREE_BYTES_WANTED // 1_000_000} are wanted; "
            "make room, for example with: inspect-pipelines gallery prune"
        )
    return ""


def _told(look: Callable[[], str]) -> str:
    try:
        return look()
    except (InspectError, OSError) as error:
        return str(error)
