"""Check room: a run that a person asks for is refused while the disk could not hold what it leaves behind."""

from __future__ import annotations

from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.house import House

LEAST_BYTES = 20_000_000  # Dagster's record of a run, a few pictures, the facts; a large run takes more


def check_room(house: House) -> None:
    """Return when there is room; asked before anything is stored, since afterwards not even an end could be.

    Raises:
        Unavailable: There is none, or the folder is gone.
    """
    try:
        free = house.gallery.free_bytes()
    except OSError as error:
        raise Unavailable(f"INSPECT_HOME {house.home!r} cannot be read: {error.strerror}") from error
    if free is not None and free < LEAST_BYTES:
        raise Unavailable(
            f"no run can start: {free / 1e6:.1f} MB are free on the disk of {house.home!r}, and it takes at least "
            f"{LEAST_BYTES / 1e6:.0f} MB; nothing was stored: make room, for example with: inspect-pipelines gallery prune"
        )
