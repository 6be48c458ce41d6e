"""Prune the gallery: forget pictures that nothing refers to any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.house import House

# A run stores its pictures before the ledger hears of them; none takes so long.
YOUNGEST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was deleted, or would be."""

    pictures: int
    size_bytes: int
    kept: int  # pictures that something refers to
    files: int = 0  # traces, films, network logs; their bytes are among the others


def prune_gallery(house: House, *, older_than: timedelta, now: datetime, is_dry_run: bool = False) -> Pruned:
    """Delete every picture, trace, film and network log older than that which no baseline, session, finding or comparison refers to.

    Raises:
        Refused: So young that a run may be about to refer to it.
    """
    if older_than < YOUNGEST:
        raise Refused(
            f"pictures younger than {YOUNGEST.total_seconds() / 3600:.0f} hours are not pruned: a run may still need them; "
            f"say --older-than 1d or more"
        )
    kept = referred_to(house)
    pictures, size = house.gallery.prune(kept, older_than=now - older_than, is_dry_run=is_dry_run)
    files, of_files = house.evidence_files.prune(kept, older_than=now - older_than, is_dry_run=is_dry_run)
    return Pruned(pictures, size + of_files, len(kept), files)


def referred_to(house: House) -> set[Sha256]:
    """Every picture that must stay: of all organisations' baselines, active or not, and of all evidence that is kept."""
    with house.ledgers.read() as ledgers:
        return ledgers.pictures.referenced()
