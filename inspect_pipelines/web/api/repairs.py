"""`/repairs`: where elements have gone, as agents say; a person declines here, and accepts in the project's files."""

from __future__ import annotations

from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.repair import Repair, RepairStatus
from inspect_pipelines.queries.repairs import page_of_repairs, repair_with
from inspect_pipelines.usecases.definitions.settle_repair import settle_repair
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.route import USUAL, Answer, AskedBy, AskedOnce, Cursor, Limit, Routes
from inspect_pipelines.web.api.wishes import DeclineWish


def repairs(gate: Gate) -> Routes:
    routes = Routes(gate, "repairs")
    reads = permitted(Permission.DEFINITIONS_READ)

    @routes.get("/repairs", reads, Answer(Repair, is_page=True))
    def list_(asked: AskedBy, limit: Limit = USUAL, cursor: Cursor = None) -> Response:
        """Repairs that agents propose, and those that were refused; newest first by (at, id)."""
        return asked.page(page_of_repairs(asked.house, cursor=cursor, limit=limit))

    @routes.get("/repairs/{repair_id}", reads, Answer(Repair))
    def show(asked: AskedBy, repair_id: str) -> Response:
        """What was lost, where it is, and which views look as approved with it."""
        return asked.answer(present(repair_with(asked.house, repair_id), "repair", repair_id))

    @routes.post(
        "/repairs/{repair_id}/decline",
        permitted(Permission.DEFINITIONS_WRITE),
        Answer(Repair),
        Deed("repair.decline", "repair_id"),
    )
    def decline(asked: AskedOnce, repair_id: str, wish: DeclineWish) -> Response:
        """Say no; the next run asks an agent anew. To accept: `inspect-pipelines repairs accept`, where the files are."""
        present(repair_with(asked.house, repair_id), "repair", repair_id)
        settled = settle_repair(
            asked.house, repair_id, RepairStatus.DECLINED, by=asked.caller.actor, reason=wish.reason
        )
        return asked.answer(settled)

    return routes
