"""Pause and resume definitions, one by one or all of them."""

from __future__ import annotations

from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.queries.plan_summary import show_plan
from inspect_pipelines.usecases.definitions.pause import Resumed, pause, resume
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.route import Answer, Asked, AskedOnce, Routes
from inspect_pipelines.web.api.wishes import PauseWish, to_come


def pause_verbs(gate: Gate) -> Routes:
    routes = Routes(gate, "pauses")
    may = permitted(Permission.DEFINITIONS_PAUSE)

    def held(asked: Asked, kind: str, definition_id: str, wish: PauseWish) -> Response:
        present(show_plan(asked.house, kind, definition_id), kind, definition_id)
        return paused(asked, DefinitionId(definition_id), wish)

    def paused(asked: Asked, definition_id: DefinitionId | None, wish: PauseWish) -> Response:
        until = to_come(wish.until, now=asked.house.clock.now())
        by = asked.caller.actor
        return asked.answer(pause(asked.house, definition_id, by=by, reason=wish.reason, until=until))

    def let_go(asked: Asked, kind: str, definition_id: str) -> Response:
        present(show_plan(asked.house, kind, definition_id), kind, definition_id)
        return asked.answer(resume(asked.house, DefinitionId(definition_id), by=asked.caller.actor))

    @routes.post("/schedules/{schedule_id}/pause", may, Answer(Pause), Deed("schedule.pause", "schedule_id"))
    def pause_schedule(asked: AskedOnce, schedule_id: str, wish: PauseWish) -> Response:
        """Hold a schedule back at once; people still may start it."""
        return held(asked, "schedule", schedule_id, wish)

    @routes.post(
        "/schedules/{schedule_id}/resume", may, Answer(Resumed), Deed("schedule.resume", "schedule_id")
    )
    def resume_schedule(asked: AskedOnce, schedule_id: str) -> Response:
        """Let a schedule go on; what was due meanwhile is told, and never fires late."""
        return let_go(asked, "schedule", schedule_id)

    @routes.post("/triggers/{trigger_id}/pause", may, Answer(Pause), Deed("trigger.pause", "trigger_id"))
    def pause_trigger(asked: AskedOnce, trigger_id: str, wish: PauseWish) -> Response:
        """Hold a trigger back at once; people still may start it."""
        return held(asked, "trigger", trigger_id, wish)

    @routes.post("/triggers/{trigger_id}/resume", may, Answer(Resumed), Deed("trigger.resume", "trigger_id"))
    def resume_trigger(asked: AskedOnce, trigger_id: str) -> Response:
        """Let a trigger go on from now on."""
        return let_go(asked, "trigger", trigger_id)

    @routes.post("/organization/pause", may, Answer(Pause), Deed("organization.pause", "organization"))
    def pause_all(asked: AskedOnce, wish: PauseWish) -> Response:
        """Hold all schedules and triggers of the organisation back at once; people still may start them."""
        return paused(asked, None, wish)

    @routes.post("/organization/resume", may, Answer(Resumed), Deed("organization.resume", "organization"))
    def resume_all(asked: AskedOnce) -> Response:
        """Let the organisation go on; what was paused one by one stays so, and what was due meanwhile never fires late."""
        return asked.answer(resume(asked.house, None, by=asked.caller.actor))

    return routes
