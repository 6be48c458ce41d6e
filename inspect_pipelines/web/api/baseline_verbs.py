"""Make pictures the approved ones, and go back to others."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.queries.adoption import AdoptionSummary, RejectionSummary
from inspect_pipelines.queries.baselines import BaselineSummary, baseline_with, list_baselines
from inspect_pipelines.queries.run import current_run
from inspect_pipelines.usecases.pictures import finalize
from inspect_pipelines.usecases.pictures.go_back import none_in
from inspect_pipelines.usecases.pictures.reject import reject_run
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.review_wishes import (
    AdoptionWish,
    BaselineWish,
    RejectionWish,
    VariantWish,
    views_of,
)
from inspect_pipelines.web.api.route import Answer, AskedByKey, AskedOnce, Routes

Confirmed = Annotated[
    str | None, Query(description="The baseline's id once more; without it nothing is deleted.")
]


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

        A machine's token, or an agent, may do so only where organization.yaml says `reviews: {finalize: anybody}`.
        """
        run = present(current_run(asked.house, RunId(run_id)), "run", run_id)
        made = finalize.finalize(
            asked.house,
            run.id,
            caller=asked.caller,
            views=views_of(wish.views),
            force=wish.force,
            note=wish.note,
            as_variant=wish.as_variant,
            until=wish.until,
        )
        return asked.answer(baseline_with(asked.house, made.id))

    @routes.post(
        "/runs/{run_id}/adopt",
        finalizes,
        Answer(AdoptionSummary),
        Deed("baseline.create", "run_id", needs_key=True),
    )
    def adopt(asked: AskedByKey, run_id: str, wish: AdoptionWish) -> Response:
        """The same by globs, with what it left: views that were taken, dropped, not seen, or quarantined."""
        run = present(current_run(asked.house, RunId(run_id)), "run", run_id)
        done = finalize.finalize_by_globs(
            asked.house,
            run.id,
            caller=asked.caller,
            view_glob=wish.view,
            drop_glob=wish.drop,
            force=wish.force,
            note=wish.note,
            as_variant=wish.as_variant,
            until=wish.until,
        )
        shown = present(baseline_with(asked.house, done.baseline.id), "baseline", done.baseline.id)
        return asked.answer(AdoptionSummary(shown, done.taken, done.dropped, done.unseen, done.quarantined))

    @routes.post(
        "/runs/{run_id}/reject",
        permitted(Permission.REVIEW_DECIDE),
        Answer(RejectionSummary),
        Deed("run.reject", "run_id"),
    )
    def reject(asked: AskedOnce, run_id: str, wish: RejectionWish) -> Response:
        """Say that what a run shows is a defect: its incidents are known from now on, and nobody is told again."""
        run = present(current_run(asked.house, RunId(run_id)), "run", run_id)
        done = reject_run(asked.house, run.id, caller=asked.caller, note=wish.note)
        return asked.answer(RejectionSummary(run.id, tuple(one.id for one in done.incidents)))

    @routes.post(
        "/baseline-sets/{set_name}/rollback",
        finalizes,
        Answer(BaselineSummary),
        Deed("baseline.rollback", "set_name"),
    )
    def roll_back(asked: AskedOnce, set_name: str) -> Response:
        """Put the baseline before the active one of a set back in use."""
        if not list_baselines(asked.house, set_name, limit=1).items:
            raise none_in(set_name)  # before whether they may: what is not there is there for nobody
        back = finalize.roll_back(asked.house, set_name, caller=asked.caller)
        return asked.answer(baseline_with(asked.house, back.id))

    @routes.post(
        "/baseline-sets/{set_name}/variants/take-away",
        finalizes,
        Answer(BaselineSummary),
        Deed("baseline.variant_remove", "set_name"),
    )
    def take_away(asked: AskedOnce, set_name: str, wish: VariantWish) -> Response:
        """Approve one of several pictures of a view no more; the last one of a view stays."""
        if not list_baselines(asked.house, set_name, limit=1).items:
            raise none_in(set_name)
        (view,) = views_of([wish.view], where="body view")
        left = finalize.take_away(
            asked.house, set_name, view, wish.letter, caller=asked.caller, note=wish.note
        )
        return asked.answer(baseline_with(asked.house, left.id))

    @routes.post(
        "/baselines/{baseline_id}/activate",
        finalizes,
        Answer(BaselineSummary),
        Deed("baseline.activate", "baseline_id"),
    )
    def use(asked: AskedOnce, baseline_id: str) -> Response:
        """Put an older or newer baseline of a set in use; words for pictures that go out of use are taken back."""
        found = present(baseline_with(asked.house, baseline_id), "baseline", baseline_id)
        finalize.go_back(asked.house, found.id, caller=asked.caller)
        return asked.answer(baseline_with(asked.house, found.id))

    @routes.delete(
        "/baselines/{baseline_id}",
        finalizes,
        Answer(BaselineSummary),
        Deed("baseline.delete", "baseline_id"),
    )
    def delete(asked: AskedOnce, baseline_id: str, confirm: Confirmed = None) -> Response:
        """Delete a baseline that is not in use; it is kept out of lists and rollbacks, and can be restored."""
        found = present(baseline_with(asked.house, baseline_id), "baseline", baseline_id)
        finalize.delete(asked.house, found.id, confirmed=confirm, caller=asked.caller)
        return asked.answer(baseline_with(asked.house, found.id))

    @routes.post(
        "/baselines/{baseline_id}/restore",
        finalizes,
        Answer(BaselineSummary),
        Deed("baseline.restore", "baseline_id"),
    )
    def restore(asked: AskedOnce, baseline_id: str) -> Response:
        """Make a deleted baseline one of its set again, out of use."""
        found = present(baseline_with(asked.house, baseline_id), "baseline", baseline_id)
        finalize.restore(asked.house, found.id, caller=asked.caller)
        return asked.answer(baseline_with(asked.house, found.id))

    return routes
