"""What the API can do with environments. Written by `python docs/client.py`."""

from __future__ import annotations

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.domain.environment_change import AcceptedEnvironment
from inspect_pipelines.queries.environments import EnvironmentReview
from inspect_pipelines.usecases.pictures.accept_environment import EnvironmentAcceptance


class Environments(Noun):
    """`client.environments`."""

    def list(self) -> tuple[EnvironmentReview, ...]:
        """What became of the environment and waits for a person, the oldest first; each once, with every run that shows it."""
        return self._many(EnvironmentReview, "GET", "/environments")

    def show(self, environment_id: str) -> EnvironmentReview:
        """One of them, with all views that it touches."""
        return self._one(
            EnvironmentReview, "GET", below("/environments/{environment_id}", environment_id=environment_id)
        )

    def accepted(self) -> tuple[AcceptedEnvironment, ...]:
        """What people accepted, the newest first."""
        return self._many(AcceptedEnvironment, "GET", "/accepted-environments")

    def accept(self, environment_id: str, *, note: str = "", key: str | None = None) -> EnvironmentAcceptance:
        """Say that it is right, for all definitions at once.

        It takes over no picture: the next run of each definition that passes there does. A view that differs by more than
        its tolerance goes on waiting in a review of its run.
        """
        return self._one(
            EnvironmentAcceptance,
            "POST",
            below("/environments/{environment_id}/accept", environment_id=environment_id),
            body={"note": note},
            headers={"Idempotency-Key": key},
        )

    def revoke(self, accepted_id: str, *, note: str = "", key: str | None = None) -> AcceptedEnvironment:
        """Take back that it is right.

        The next run whose pictures differ by it asks for a person again. What was approved there meanwhile stays approved.
        """
        return self._one(
            AcceptedEnvironment,
            "POST",
            below("/accepted-environments/{accepted_id}/revoke", accepted_id=accepted_id),
            body={"note": note},
            headers={"Idempotency-Key": key},
        )
