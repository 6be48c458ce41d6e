"""`/environments`: what became of the browser, the system, the fonts or the scale, one review of all that it touches."""

from __future__ import annotations

from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.environment_change import AcceptedEnvironment
from inspect_pipelines.queries.environments import (
    EnvironmentReview,
    accepted_environments,
    accepted_with,
    environment_with,
    list_environments,
)
from inspect_pipelines.usecases.pictures.accept_environment import EnvironmentAcceptance, accept_environment
from inspect_pipelines.usecases.pictures.revoke_environment import revoke_environment
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.review_wishes import EnvironmentWish
from inspect_pipelines.web.api.route import Answer, AskedBy, AskedOnce, Routes


def environments(gate: Gate) -> Routes:
    routes = Routes(gate, "environments")
    sees = permitted(Permission.PICTURES_READ)
    accepts = permitted(Permission.REVIEW_DECIDE, Permission.BASELINE_FINALIZE)

    @routes.get("/environments", sees, Answer(EnvironmentReview, is_list=True))
    def list_(asked: AskedBy) -> Response:
        """What became of the environment and waits for a person, the oldest first; each once, with every run that shows it."""
        return asked.list(list_environments(asked.house))

    @routes.get("/environments/{environment_id}", sees, Answer(EnvironmentReview))
    def show(asked: AskedBy, environment_id: str) -> Response:
        """One of them, with all views that it touches."""
        found = environment_with(asked.house, environment_id)
        return asked.answer(present(found, "environment that waits", environment_id))

    @routes.get("/accepted-environments", sees, Answer(AcceptedEnvironment, is_list=True))
    def accepted(asked: AskedBy) -> Response:
        """What people accepted, the newest first."""
        return asked.list(accepted_environments(asked.house))

    @routes.post(
        "/environments/{environment_id}/accept",
        accepts,
        Answer(EnvironmentAcceptance),
        Deed("environment.accept", "environment_id"),
    )
    def accept(asked: AskedOnce, environment_id: str, wish: EnvironmentWish) -> Response:
        """Say that it is right, for all definitions at once.

        It takes over no picture: the next run of each definition that passes there does. A view that differs by more than
        its tolerance goes on waiting in a review of its run.
        """
        found = present(
            environment_with(asked.house, environment_id), "environment that waits", environment_id
        )
        return asked.answer(accept_environment(asked.house, found.id, caller=asked.caller, note=wish.note))

    @routes.post(
        "/accepted-environments/{accepted_id}/revoke",
        accepts,
        Answer(AcceptedEnvironment),
        Deed("environment.revoke", "accepted_id"),
    )
    def revoke(asked: AskedOnce, accepted_id: str, wish: EnvironmentWish) -> Response:
        """Take back that it is right.

        The next run whose pictures differ by it asks for a person again. What was approved there meanwhile stays approved.
        """
        found = present(accepted_with(asked.house, accepted_id), "accepted environment", accepted_id)
        return asked.answer(revoke_environment(asked.house, found.id, caller=asked.caller, note=wish.note))

    return routes
