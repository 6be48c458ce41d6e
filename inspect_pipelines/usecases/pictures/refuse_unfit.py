"""Refuse to adopt a run whose pictures cannot stand for what is right: it goes on, ended early, or they are damaged."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from inspect_pipelines.domain.baseline import view_matches
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.retry import deciding
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.screenshot import Screenshot, View
from inspect_pipelines.errors import Refused, Unreadable
from inspect_pipelines.ports.house import House

COMPLETE = (RunStatus.PASSED, RunStatus.FAILED, RunStatus.NEEDS_REVIEW)


def refuse_unfit(
    run: Run,
    shots: list[Screenshot],
    changes: Sequence[str],
    *,
    takes_all: bool,
    force: bool,
) -> None:
    if run.status.is_open:
        raise Refused(f"run {run.id!r} cannot be adopted: it is still {run.status.value!r}; wait for its end")
    if not shots:
        raise Refused(f"run {run.id!r} cannot be adopted: it took no pictures; start another one")
    if run.is_partial and takes_all:
        raise Refused(
            f"run {run.id!r} was asked for {run.selection} only, so it cannot become a whole baseline; "
            "adopt single views with --view, or start a whole run"
        )
    if run.status not in COMPLETE and takes_all and not force:
        raise Refused(
            f"run {run.id!r} ended as {run.status.value!r}, so views may be missing; "
            "adopt single ones with --view, or all the same with --force"
        )
    if changes and not force:
        raise Refused(
            f"run {run.id!r} was taken in another environment than the baseline ({', '.join(changes)}); "
            "accept that with `inspect-pipelines environments accept`, or adopt it all the same with --force"
        )


def refuse_damaged(house: House, run_id: RunId, view_glob: str | None, views: Collection[View]) -> None:
    """Every later run would be compared with a picture that nobody can see."""
    with house.ledger.read() as ledger:
        sessions = deciding(ledger.evidence.sessions(run_id))
    for shot in (shot for session in sessions for shot in session.screenshots):
        if shot.view not in views and (views or not view_matches(shot.view, view_glob)):
            continue
        try:
            if house.gallery.keep(shot.sha256):  # else it was pruned: a later run says so and shoots it anew
                house.gallery.get(shot.sha256)
        except Unreadable as error:
            raise Refused(f"run {run_id!r} cannot be adopted: of view '{shot.view}' {error}") from error
