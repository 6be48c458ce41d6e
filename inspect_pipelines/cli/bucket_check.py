"""`doctor` asks the gallery's bucket: whether it is reached, takes an object, gives it back, and has our time."""

from __future__ import annotations

from datetime import datetime, timedelta

from inspect_pipelines.cli.check import Check, missed
from inspect_pipelines.config.settings import Settings, resolve_secret
from inspect_pipelines.errors import InspectError, Refused
from inspect_pipelines.ports.clock import Clock
from resources.clock import SystemClock
from resources.gallery.opening import HASTY, place
from resources.objects.bucket import Bucket
from resources.objects.store import Objects

PROBE = "writable"  # what `/health` writes, too
MOST_OFF = timedelta(
    minutes=1
)  # S3 refuses at 15 minutes; what is old enough to go is decided by both clocks
WHOLE_SECOND = timedelta(seconds=1)  # as exact as most storages tell


def bucket(settings: Settings, clock: Clock | None = None) -> Check:
    """The storage of pictures, evidence and reports, where INSPECT_GALLERY says one."""
    try:
        where = place(settings)
        if not isinstance(where, Bucket):
            return Check("gallery", True, str(where))
        return _asked(where, clock or SystemClock())
    except InspectError as error:
        return missed("gallery", error, "check INSPECT_GALLERY and what is said beside it")


def _asked(where: Bucket, clock: Clock) -> Check:
    objects = Objects(where, resolve_secret, HASTY)
    before = clock.now()
    objects.replace(PROBE, b"")
    after = clock.now()
    found = objects.head(PROBE)
    if found is None or objects.get(PROBE) != b"":
        raise Refused(f"{where.url!r} does not give back what it takes; check its policy for reading")
    off = clock_off(found.stored_at, before, after)
    if off > MOST_OFF:
        told = f"{where.url}: its clock and this machine's are {off.total_seconds():.0f} s apart"
        return Check(
            "gallery", False, told, "set this machine's by NTP: chronyc makestep, or timedatectl set-ntp true"
        )
    return Check("gallery", True, f"{where.url} is reached, written and read; its clock agrees")


def clock_off(stored_at: datetime, before: datetime, after: datetime) -> timedelta:
    """How far the storage's time of an object is at least from ours, between which it was stored."""
    return max(before - WHOLE_SECOND - stored_at, stored_at - after, timedelta())
