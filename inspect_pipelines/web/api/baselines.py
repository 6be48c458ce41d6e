"""`/baselines`."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.noise import NoiseFloor
from inspect_pipelines.queries.baselines import BaselineSummary, baseline_with, list_baselines
from inspect_pipelines.queries.pictures import picture_of_baseline
from inspect_pipelines.queries.steadiness import DefinitionSteadiness, steadiness_of_definition
from inspect_pipelines.queries.variants import VariantSummary, list_variants
from inspect_pipelines.usecases.pictures.go_back import none_in
from inspect_pipelines.usecases.pictures.measure_noise import measure_noise
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.route import PNG, USUAL, Answer, AskedBy, Cursor, Limit, Routes


def baselines(gate: Gate) -> Routes:
    routes = Routes(gate, "baselines")
    sees, measured = permitted(Permission.PICTURES_READ), permitted(Permission.RUNS_READ)

    @routes.get("/baselines", sees, Answer(BaselineSummary, is_page=True))
    def list_(
        asked: AskedBy,
        set_name: Annotated[
            str | None,
            Query(alias="set", description="Only this set's: a definition's id, or a shared name."),
        ] = None,
        branch: Annotated[
            str | None,
            Query(max_length=300, description="Only a branch's own pictures; empty: only targets'."),
        ] = None,
        with_deleted: Annotated[
            bool, Query(description="Also what was deleted and can be restored.")
        ] = False,
        limit: Limit = USUAL,
        cursor: Cursor = None,
    ) -> Response:
        """Approved pictures, newest first by (created_at, id); one baseline of each set is active."""
        found = list_baselines(
            asked.house, set_name, branch=branch, with_deleted=with_deleted, cursor=cursor, limit=limit
        )
        return asked.page(found)

    @routes.get("/baselines/{baseline_id}", sees, Answer(BaselineSummary))
    def show(asked: AskedBy, baseline_id: str) -> Response:
        """A baseline with the picture of each view."""
        return asked.answer(present(baseline_with(asked.house, baseline_id), "baseline", baseline_id))

    @routes.get("/baseline-sets/{set_name}/variants", sees, Answer(VariantSummary, is_list=True))
    def variants(asked: AskedBy, set_name: str) -> Response:
        """The approved pictures of each view that has several, when each was shown last, and which nobody needs any more."""
        if not list_baselines(asked.house, set_name, limit=1).items:
            raise none_in(set_name)
        return asked.list(list_variants(asked.house, set_name))

    @routes.get("/definitions/{definition_id}/noise", measured, Answer(NoiseFloor, is_list=True))
    def noise(asked: AskedBy, definition_id: str) -> Response:
        """What each view of a schedule or trigger differs by when nothing is wrong, and a tolerance that fits.

        Over its last 20 runs that passed; empty when none was compared yet.
        """
        return asked.list(measure_noise(asked.house, DefinitionId(definition_id)))

    @routes.get("/definitions/{definition_id}/steadiness", measured, Answer(DefinitionSteadiness))
    def steadiness(asked: AskedBy, definition_id: str) -> Response:
        """Where each view and playbook of a schedule or trigger stands, the worst first, and what its views have drifted by.

        Over 7 and 30 days of today's approved pictures: broken, unstable, at_risk, noisy or clean.
        """
        house = asked.house
        found = steadiness_of_definition(house, definition_id, now=house.clock.now())
        return asked.answer(present(found, "definition", definition_id))

    @routes.get("/baselines/{baseline_id}/pictures/{sha256}", sees, Answer(bytes, media_type=PNG))
    def picture(asked: AskedBy, baseline_id: str, sha256: str) -> Response:
        """An approved picture."""
        return asked.picture(
            present(picture_of_baseline(asked.house, baseline_id, sha256), "picture", sha256)
        )

    return routes
