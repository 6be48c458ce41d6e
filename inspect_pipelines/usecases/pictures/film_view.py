"""Film a view: its last pictures, one after the other, for whoever wants to see what moves by itself."""

from __future__ import annotations

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.retry import deciding
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.run_filter import RunFilter
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.errors import NotFound, Unreadable
from inspect_pipelines.ports.house import House

TAKES = 12  # newest pictures
COMPARED = (RunStatus.PASSED, RunStatus.FAILED, RunStatus.NEEDS_REVIEW)


def film_view(house: House, set_name: str, view: View) -> bytes | None:
    """An animated WebP of the last pictures of a view, oldest first; None: none of them is kept.

    Args:
        set_name: Of baselines; the runs of all definitions that are compared with it are looked at.
    """
    from inspect_pipelines.imaging.flake_film import (
        Take,
        flake_film,
        take,
    )  # OpenCV: only where it is asked for

    with house.ledger.read() as ledger:
        users = [one for one in ledger.definitions.all() if (one.plan.baseline.set or one.id) == set_name]
        found = [
            run
            for one in users
            for run in ledger.runs.matching(
                RunFilter(definition_id=DefinitionId(one.id), status=COMPARED), limit=TAKES
            )
        ]
        runs = sorted(found, key=lambda run: (run.requested_at, run.id))[-TAKES:]
        sessions = ledger.evidence.sessions_of([run.id for run in runs])
    takes: list[Take] = []
    for run in runs:
        shots = (shot for each in deciding(sessions.get(run.id, ())) for shot in each.screenshots)
        sha = next((shot.sha256 for shot in shots if shot.view == view), None)
        if sha is None:
            continue
        title = f"{run.requested_at:%Y-%m-%d %H:%M} UTC, {run.status.value.replace('_', ' ')}"
        try:
            takes.append(take(house.gallery.get(sha), title))
        except (NotFound, Unreadable):
            continue  # it was let go of, or is damaged; the others show what moves
    return flake_film(takes) if takes else None
