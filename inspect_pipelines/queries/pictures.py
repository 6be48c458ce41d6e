"""Pictures: bytes of the gallery, reachable only through what refers to them in one's own organisation."""

from __future__ import annotations

from inspect_pipelines.domain.any_of import pictures
from inspect_pipelines.domain.ids import BaselineId, RunId, Sha256
from inspect_pipelines.domain.shift import Shift
from inspect_pipelines.errors import NotFound, Unreadable
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.run import pictures_of


def picture_of_run(house: House, run_id: str, sha256: str) -> bytes | None:
    """What a run shot, was compared with, or got drawn; None: it refers to no such picture.

    Raises:
        NotFound: It does, and the gallery has lost it.
        Unreadable: The stored bytes are damaged.
    """
    return kept_picture(house, Sha256(sha256)) if sha256 in pictures_of(house, RunId(run_id)) else None


def picture_of_baseline(house: House, baseline_id: str, sha256: str) -> bytes | None:
    """What was approved; None: the baseline refers to no such picture. Raises as `picture_of_run`."""
    with house.ledger.read() as ledger:
        baseline = ledger.baselines.find(BaselineId(baseline_id))
    images = baseline.images.values() if baseline else ()
    known = {one.sha256 for image in images for one in pictures(image)}
    return kept_picture(house, Sha256(sha256)) if sha256 in known else None


def kept_picture(house: House, sha256: Sha256) -> bytes:
    """A picture that somebody of the organisation refers to.

    Raises:
        NotFound: It was kept for its time; the sentence says how long that was, and its hash.
        Unreadable: The stored bytes are damaged.
    """
    try:
        return house.gallery.get(sha256)
    except NotFound as error:
        with house.ledger.read() as ledger:
            kept = ledger.organizations.find().retention
        raise NotFound(
            f"it is not kept any more: pictures of views that passed are kept for {kept.passing_pictures} days, of failures "
            f"for {kept.failing_pictures}, of replaced baselines for {kept.replaced_baselines}; its hash is {sha256}"
        ) from error


_SHIFTS: dict[tuple[str, str], Shift] = {}  # of pairs that were looked at; a pair of hashes never changes
KEPT_SHIFTS = 256


def shift_between(house: House, old: Sha256, new: Sha256) -> Shift | None:
    """Where rows went between two pictures, which takes tens of milliseconds once; None: one of them is gone or damaged."""
    from inspect_pipelines.imaging.shift import shift  # OpenCV: only where it is asked for

    if (old, new) not in _SHIFTS:
        try:
            found = shift(house.gallery.get(old), house.gallery.get(new))
        except (NotFound, Unreadable):
            return None
        if len(_SHIFTS) >= KEPT_SHIFTS:
            _SHIFTS.clear()
        _SHIFTS[old, new] = found
    return _SHIFTS[old, new]


def small_picture(png: bytes) -> bytes:
    """A picture as strips of many show it, a WebP.

    Raises:
        Unreadable: It is none.
    """
    from inspect_pipelines.imaging.thumbnail import thumbnail  # OpenCV: only where it is asked for

    return thumbnail(png)
