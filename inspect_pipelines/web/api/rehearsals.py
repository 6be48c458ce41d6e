"""Try triggers out: what an event would start, with which variables, and why not."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.queries.definition import find_trigger
from inspect_pipelines.queries.events import event_with
from inspect_pipelines.queries.plan_summary import show_plan
from inspect_pipelines.queries.rehearsal import RehearsedEvent
from inspect_pipelines.usecases.events.rehearse import event_of, rehearse_event
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.access.rates import FILES
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.problem import Invalid
from inspect_pipelines.web.api.route import Answer, Asked, AskedOnce, Routes
from inspect_pipelines.web.api.wishes import Wish

MOST_CHARACTERS = 1_000_000  # of a payload
MOST_BYTES = 4_000_000  # of a body
TRIED = Answer(RehearsedEvent)


class RehearsalWish(Wish):
    event_id: str | None = Field(default=None, description="An event that has come; or else:")
    payload: str | None = Field(
        default=None, max_length=MOST_CHARACTERS, description="The body of a webhook, as text."
    )
    kind: str = Field(
        default="", max_length=100, description="With a payload of GitHub: its `X-GitHub-Event`."
    )
    source_id: str | None = Field(
        default=None, description="With a payload: the source it would come from; else the only one."
    )
    paths: list[str] = Field(
        default_factory=list,
        max_length=3000,
        description="Changed paths to suppose; without any: the event's own.",
    )


def rehearsals(gate: Gate) -> Routes:
    routes = Routes(gate, "triggers")
    may = permitted(Permission.EVENTS_REPLAY)

    def tried(asked: Asked, wish: RehearsalWish, triggers: list[Trigger] | None) -> Response:
        if (wish.payload is None) == (wish.event_id is None):
            raise Invalid([("body", "says nothing to try: name either `payload` or `event_id`")])
        asked.rates.spend(FILES, asked.house.org_id, "this organisation")
        if wish.payload is not None:
            body = wish.payload.encode("utf-8", "replace")
            event = event_of(asked.house, body, kind=wish.kind, source_id=wish.source_id)
        else:
            event = present(event_with(asked.house, wish.event_id or ""), "event", wish.event_id or "").event
        return asked.answer(rehearse_event(asked.house, event, triggers=triggers, paths=wish.paths or None))

    @routes.post(
        "/triggers/test", may, TRIED, Deed("triggers.test", "triggers", is_kept=False, most_bytes=MOST_BYTES)
    )
    def test_all(asked: AskedOnce, wish: RehearsalWish) -> Response:
        """What an event would start, whichever triggers name its kind; starts and stores nothing."""
        return tried(asked, wish, None)

    @routes.post(
        "/triggers/{trigger_id}/test",
        may,
        TRIED,
        Deed("trigger.test", "trigger_id", is_kept=False, most_bytes=MOST_BYTES),
    )
    def test(asked: AskedOnce, trigger_id: str, wish: RehearsalWish) -> Response:
        """What an event would start by this trigger, with which variables, and why not; starts and stores nothing."""
        present(show_plan(asked.house, "trigger", trigger_id), "trigger", trigger_id)
        return tried(asked, wish, [find_trigger(asked.house, trigger_id)])

    return routes
