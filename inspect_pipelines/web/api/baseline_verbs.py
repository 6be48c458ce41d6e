"""Make pictures the approved ones, and go back to others."""

from __future__ import annotations

from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.queries.baselines import BaselineSummary, baseline_with
from inspect_pipelines.queries.run import current_run
from inspect_pipelines.usecases.pictures.finalize import finalize, go_back
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.review_wishes import BaselineWish, views_of
from inspect_pipelines.web.api.reviews import came_by
from inspect_pipelines.web.api.route import Answer, AskedByKey, AskedOnce, Routes


def baseline_verbs(gate: Gate) -> Routes:
    routes = Routes(gate, "baselines")
    finalizes = permitted(Permission.BASELINE_FINALIZE)

    @routes.post(
        "/runs/{run_id}/baseline",
        finalizes,
        Answer(BaselineSummary),
        Deed("baseline.create", "run_id", needs_key=True),
    )
    def create(asked: AskedByKey, run_id: str, wish: BaselineWish) -> Response:
        """Make a run's pictures the approved ones of its set, all but quarantined ones, or those of some views.

        A token may do so only where organization.yaml says `reviews: {finalize: anybody}`.
        """
        run = present(current_run(asked.house, RunId(run_id)), "run", run_id)
        made = finalize(
            asked.house,
            run.id,
            caller=asked.caller,
            via=came_by(asked.request),
            views=views_of(wish.views),
            force=wish.force,
            note=wish.note,
        )
        return asked.answer(baseline_with(asked.house, made.id))

    @routes.post(
        "/baselines/{baseline_id}/activate",
        finalizes,
        Answer(BaselineSummary),
        Deed("baseline.activate", "baseline_id"),
    )
    def use(asked: AskedOnce, baseline_id: str) -> Response:
        """Put an older or newer baseline of a set in use; words for pictures that go out of use are taken back."""
        found = present(baseline_with(asked.house, baseline_id), "baseline", baseline_id)
        go_back(asked.house, found.id, caller=asked.caller)
        return asked.answer(baseline_with(asked.house, found.id))

    return routes
