"""Environments that became others, as commands ask for them: here by use cases and queries, there by the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from inspect_pipelines.cli.choice import local_caller
from inspect_pipelines.domain.environment_change import AcceptedEnvironment
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.environments import (
    EnvironmentReview,
    accepted_environments,
    list_environments,
)
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.pictures.accept_environment import EnvironmentAcceptance, accept_environment
from inspect_pipelines.usecases.pictures.revoke_environment import revoke_environment
from inspect_pipelines.usecases.runs.project import project

if TYPE_CHECKING:
    from inspect_pipelines.client.client import Client


class EnvironmentDesk(Protocol):
    def waiting(self) -> Sequence[EnvironmentReview]:
        """The oldest first."""

    def accepted(self) -> Sequence[AcceptedEnvironment]:
        """The newest first."""

    def accept(self, environment_id: str, note: str) -> EnvironmentAcceptance:
        """Say that it is right."""

    def revoke(self, accepted_id: str, note: str) -> AcceptedEnvironment:
        """Take that back."""


class EnvironmentsHere(EnvironmentDesk):
    """Of a house."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._caller = local_caller()

    def waiting(self) -> Sequence[EnvironmentReview]:
        return list_environments(self._house)

    def accepted(self) -> Sequence[AcceptedEnvironment]:
        return accepted_environments(self._house)

    def accept(self, environment_id: str, note: str) -> EnvironmentAcceptance:
        done = accept_environment(self._house, environment_id, caller=self._caller, note=note)
        send_waiting(self._house)
        project(self._house)
        return done

    def revoke(self, accepted_id: str, note: str) -> AcceptedEnvironment:
        return revoke_environment(self._house, accepted_id, caller=self._caller, note=note)


class EnvironmentsThere(EnvironmentDesk):
    """Of a server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def waiting(self) -> Sequence[EnvironmentReview]:
        return self._client.environments.list()

    def accepted(self) -> Sequence[AcceptedEnvironment]:
        return self._client.environments.accepted()

    def accept(self, environment_id: str, note: str) -> EnvironmentAcceptance:
        return self._client.environments.accept(environment_id, note=note)

    def revoke(self, accepted_id: str, note: str) -> AcceptedEnvironment:
        return self._client.environments.revoke(accepted_id, note=note)
