"""Mending: a ledger and a history that do not belong together are made to, and whoever looks after them is told.

Nothing that only the history has is thrown away: of a ledger that was restored it stays in the tables, of another
ledger the whole file stays beside the new one. Each deed may be interrupted anywhere and is then done again.
"""

from __future__ import annotations

import os
from pathlib import Path

from inspect_pipelines.ports.across import Ledgers, Numbers
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.usecases.history.tell_again import tell_again
from resources.history import publication, remarks
from resources.history.connection import is_whole
from resources.history.pairing import Pairing, pairing
from resources.history.places import Places
from resources.history.projector import Projector


class Mending:
    """Whoever calls holds the lease."""

    def __init__(self, places: Places, ledgers: Ledgers, clock: Clock) -> None:
        self._places, self._ledgers, self._clock = places, ledgers, clock

    def look(self, projector: Projector) -> Pairing:
        """How the live history and the ledger belong together; one that was never told is told now."""
        watermark = projector.watermark()
        numbers, mark = self._look(watermark.seq)
        found = pairing(watermark, numbers, mark)
        if found is Pairing.PAIRED and watermark.seq and watermark.epoch is None:
            projector.move(watermark.seq, numbers.epoch, mark)
        return found

    def has_newer_publication(self, projector: Projector) -> bool:
        """Whether the last publication knows more of this ledger than the live history, which was restored alone."""
        watermark, note = projector.watermark(), publication.newest(self._places)
        if note is None or note.epoch != watermark.epoch or note.seq <= watermark.seq:
            return False
        return is_whole(self._places.snapshot)

    def keep_another(self) -> None:
        """Keep the file, which must be closed, before it is replaced: its facts are another ledger's."""
        kept = self._places.beside("of-another-ledger", self._clock.now())
        self._remark(
            "it held the facts of another ledger (that was replaced, or the history was copied here from another "
            f"home), so it was made anew from this one; the other is kept as {str(kept)!r}, which DuckDB opens"
        )
        _keep(self._places.live, kept)

    def take_publication(self) -> None:
        """Put the last publication in the place of the live file, which must be closed."""
        kept = self._places.beside("older", self._clock.now())
        self._remark(
            "it was older than its last publication (it was restored from a backup), so that was taken instead; "
            f"the older one is kept as {str(kept)!r}"
        )
        _keep(self._places.live, kept)
        publication.replace_by_copy(self._places.snapshot, self._places.live)

    def take_published(self) -> bool:
        """Make the live file from the published copy, when that is all there is; whether it could be."""
        if is_whole(self._places.published):
            self._remark(
                f"its own files are gone, so it goes on from the published copy {str(self._places.published)!r}, "
                "with whatever somebody may have changed there"
            )
            publication.replace_by_copy(self._places.published, self._places.live)
            return True
        kept = self._places.beside("unreadable", self._clock.now())
        self._remark(
            "its own files are gone and the published copy cannot be read, so it was made anew from the ledger; "
            f"that copy is kept as {str(kept)!r}"
        )
        self._places.published.replace(kept)
        return False

    def tell_again(self, projector: Projector, found: Pairing) -> None:
        """Have everything told again that the ledger holds, behind the watermark; the history takes what it lacks."""
        watermark = projector.watermark()
        numbers, _ = self._look(watermark.seq)
        self._remark(_sentence(found, watermark.seq, numbers))
        self.repeat(projector)
        if found is Pairing.RESTORED:
            with self._ledgers.write() as ledgers:
                ledgers.journal.renumber(behind=watermark.seq)
            projector.move(watermark.seq, numbers.epoch, None)
        else:
            projector.move(numbers.pruned, numbers.epoch, None)

    def repeat(self, projector: Projector) -> int:
        """Append to the journal what the ledger holds, of runs only those that the history has not; how many these are."""
        return tell_again(
            self._ledgers,
            known=projector.known_runs,
            report_url=lambda run_id: str(self._places.home / "reports" / run_id / "report.html"),
            at=self._clock.now(),
        )

    def _look(self, seq: int) -> tuple[Numbers, str | None]:
        with self._ledgers.read() as ledgers:
            return ledgers.journal.numbers(), ledgers.journal.mark(seq)

    def _remark(self, sentence: str) -> None:
        remarks.add(self._places, sentence, at=self._clock.now())


def _sentence(found: Pairing, seq: int, numbers: Numbers) -> str:
    if found is Pairing.RESTORED:
        return (
            f"the ledger is older than the run history, which holds its facts up to number {seq} (a backup of the ledger "
            "was restored): all that the ledger holds was told to the history again, and what only the history has, of "
            "the time after that backup, stays there"
        )
    if seq == 0:
        return (
            f"it is new, while the ledger's facts up to number {numbers.pruned} have left the journal: what the ledger "
            "still holds of them was told again"
        )
    return (
        f"it is older than the ledger (a backup of the history was restored): it ends at number {seq}, and the facts up to "
        f"number {numbers.pruned} have left the journal; what the ledger still holds of them was told again"
    )


def _keep(live: Path, kept: Path) -> None:
    """A second name for the file, so that replacing the first one in one step loses nothing."""
    try:
        os.link(live, kept)
    except FileExistsError:
        return  # by one who did this in the same second, and was interrupted
    except OSError:  # a disk without links
        publication.replace_by_copy(live, kept)
