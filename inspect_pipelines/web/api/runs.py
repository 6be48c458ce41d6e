"""`/runs`, and what a run left behind."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.queries.dossier import (
    Dossier,
    Shot,
    comparisons_of,
    dossier_for,
    screenshots_of,
)
from inspect_pipelines.queries.evidence import evidence_of_run
from inspect_pipelines.queries.page import Page
from inspect_pipelines.queries.pictures import picture_of_run
from inspect_pipelines.queries.run import refuse_unknown, run_for, sessions_of
from inspect_pipelines.queries.run_pair import RunComparison, run_comparison, run_pair
from inspect_pipelines.queries.runs import RunSummary, list_runs
from inspect_pipelines.usecases.pictures.compare_runs import compare_runs
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.access.rates import COMPARE
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.events import BYTES, SENT
from inspect_pipelines.web.api.moment import Moment
from inspect_pipelines.web.api.review_wishes import views_of
from inspect_pipelines.web.api.route import PNG, USUAL, Answer, Asked, AskedBy, Cursor, Limit, Routes


def runs(gate: Gate) -> Routes:
    routes = Routes(gate, "runs")
    reads, sees = permitted(Permission.RUNS_READ), permitted(Permission.PICTURES_READ)
    follows = permitted(Permission.RUNS_READ, of_own=Permission.RUNS_WRITE)  # whoever starts one sees it end

    @routes.get("/runs", reads, Answer(RunSummary, is_page=True))
    def list_(
        asked: AskedBy,
        definition_id: Annotated[
            str | None, Query(description="Only this one's, of either kind; 404 when there never was one.")
        ] = None,
        schedule_id: Annotated[str | None, Query(description="Only this schedule's.")] = None,
        trigger_id: Annotated[str | None, Query(description="Only this trigger's.")] = None,
        status: Annotated[list[RunStatus] | None, Query(description="Only these; may be repeated.")] = None,
        since: Annotated[Moment | None, Query(alias="from", description="Requested then or later.")] = None,
        until: Annotated[Moment | None, Query(alias="to", description="Requested before.")] = None,
        repo: Annotated[str | None, Query(description="`owner/name`: the event's, else the plan's.")] = None,
        branch: Annotated[str | None, Query(description="The event's, else the plan's.")] = None,
        environment: Annotated[str | None, Query(description="Of the event's deploy.")] = None,
        limit: Limit = USUAL,
        cursor: Cursor = None,
    ) -> Response:
        """Runs, newest first by (requested_at, id): open ones, and ended ones for as long as the history goes back."""
        if definition_id is not None:
            refuse_unknown(asked.house, DefinitionId(definition_id))
        if len({schedule_id, trigger_id, definition_id} - {None}) > 1 or (schedule_id and trigger_id):
            return asked.page(Page((), None))  # no run is of both
        found = list_runs(
            asked.house,
            definition_id=DefinitionId(schedule_id or trigger_id or definition_id or "") or None,
            kind="schedule" if schedule_id is not None else "trigger" if trigger_id is not None else None,
            status=status,
            since=since,
            until=until,
            repo=repo,
            branch=branch,
            environment=environment,
            cursor=cursor,
            limit=limit,
        )
        return asked.page(found)

    @routes.get("/runs/{run_id}", follows, Answer(Dossier))
    def show(asked: AskedBy, run_id: str) -> Response:
        """Everything about a run; of one that only the history has any more, what that has (`is_evidence_kept`: false)."""
        return asked.answer(present(dossier_for(asked.house, asked.caller, RunId(run_id)), "run", run_id))

    @routes.get("/runs/{run_id}/sessions", follows, Answer(SessionResult, is_list=True))
    def sessions(asked: AskedBy, run_id: str) -> Response:
        """Each time that one of its playbooks was played, with steps and findings, in playing order."""
        return asked.list(sessions_of(asked.house, _run(asked, run_id).id))

    @routes.get("/runs/{run_id}/screenshots", follows, Answer(Shot, is_list=True))
    def screenshots(asked: AskedBy, run_id: str) -> Response:
        """Each picture that it took, in playing order."""
        return asked.list(screenshots_of(asked.house, _run(asked, run_id).id))

    @routes.get("/runs/{run_id}/comparisons", follows, Answer(Comparison, is_list=True))
    def comparisons(asked: AskedBy, run_id: str) -> Response:
        """Each view beside its approved picture."""
        return asked.list(comparisons_of(asked.house, _run(asked, run_id).id))

    @routes.get("/runs/{run_id}/compare/{other_id}", sees, Answer(RunComparison))
    def compare(
        asked: AskedBy,
        run_id: str,
        other_id: str,
        view: Annotated[
            list[str] | None,
            Query(
                max_length=1000,
                description="Only these, `playbook/name@viewport`; may be repeated. Without it: all.",
            ),
        ] = None,
    ) -> Response:
        """What a run's pictures differ by from another one's, by the judge of the runs; it decides nothing.

        The other run is the old side, whatever its definition; views pair by their names. At most 60 pairs are measured at
        once: `not_measured` names the rest, to be asked for by `view`.
        """
        asked.rates.spend(COMPARE, asked.house.org_id, "this organisation")
        pair = present(
            run_pair(asked.house, RunId(run_id), RunId(other_id)), "pair of runs", f"{run_id} and {other_id}"
        )
        views = views_of(view or (), where="query view")
        found = compare_runs(asked.house, pair, views)
        return asked.answer(run_comparison(asked.house, pair, found, views))

    @routes.get("/runs/{run_id}/pictures/{sha256}", sees, Answer(bytes, media_type=PNG))
    def picture(asked: AskedBy, run_id: str, sha256: str) -> Response:
        """A picture that the run took, was compared with, or got drawn."""
        return asked.picture(present(picture_of_run(asked.house, run_id, sha256), "picture", sha256))

    @routes.get("/runs/{run_id}/evidence/{sha256}", sees, Answer(bytes, media_type=BYTES))
    def evidence(asked: AskedBy, run_id: str, sha256: str) -> Response:
        """A trace, film or network log that was kept of the run, as a file to save."""
        file, data = present(evidence_of_run(asked.house, run_id, sha256), "evidence", sha256)
        name = f"{file.kind.value}-{sha256[:8]}{file.kind.suffix}"
        headers = {**SENT, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(data, media_type=BYTES, headers=headers)

    return routes


def _run(asked: Asked, run_id: str) -> Run:
    return present(run_for(asked.house, asked.caller, RunId(run_id)), "run", run_id)
