"""A project's files, planned and applied: here as they are read, there sent as texts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from inspect_pipelines.cli.capacity import limits_beyond
from inspect_pipelines.cli.choice import local_caller, way
from inspect_pipelines.cli.output import user_name
from inspect_pipelines.config.layout import FRAGMENTS, ORGANIZATION, PLAYBOOKS, SCHEDULES
from inspect_pipelines.config.owners_file import SENT, written_owners
from inspect_pipelines.config.project import Project, load_project
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.engine.instance import most_runs
from inspect_pipelines.errors import UsageError
from resources.channels.registry import CHANNELS
from resources.clock import SystemClock

if TYPE_CHECKING:
    from inspect_pipelines.client.client import Client
    from inspect_pipelines.queries.proposal import AppliedSummary, ProposalSummary


class FileDesk(Protocol):
    def plan(self) -> ProposalSummary:
        """What `apply` would do."""

    def apply(self, *, may_delete: Collection[DefinitionId], accept_cost: bool) -> AppliedSummary:
        """Do it."""


def file_desk(folder: Path | None, settings: Settings) -> FileDesk:
    """For the project of a folder; None: the one of the settings. Its organisation is the one that is meant."""
    from inspect_pipelines.cli.choice import chosen_client

    root = folder or settings.project
    client = chosen_client(settings)
    return FilesHere(root, settings) if client is None else FilesThere(root, client)


def read_project(root: Path) -> Project:
    """The project, with what this machine has to say about its limits."""
    project = load_project(root, kinds=CHANNELS, now=SystemClock().now())
    return replace(
        project,
        warnings=(
            *project.warnings,
            *limits_beyond(most_runs(), Settings().max_runs, project.organization.limits),
        ),
    )


class FilesHere(FileDesk):
    """Of a house."""

    def __init__(self, root: Path, settings: Settings) -> None:
        from inspect_pipelines.usecases.definitions.show_proposal import proposed
        from inspect_pipelines.wiring import house

        self._settings = settings
        self._project = read_project(root)
        self._house = house(settings, self._project.org_id)
        self._proposal = proposed(self._house, self._project)

    def plan(self) -> ProposalSummary:
        from inspect_pipelines.usecases.definitions.show_proposal import show_proposal

        return show_proposal(self._house, self._project, self._proposal)

    def apply(self, *, may_delete: Collection[DefinitionId], accept_cost: bool) -> AppliedSummary:
        from inspect_pipelines.config.schema import write_schemas
        from inspect_pipelines.engine.choose import ticker_for
        from inspect_pipelines.usecases.definitions.apply import apply
        from inspect_pipelines.usecases.definitions.show_proposal import show_applied
        from inspect_pipelines.usecases.definitions.switch_on import switch_on

        applied = apply(
            self._house,
            self._project,
            by=f"user:{user_name()}",
            may_delete=may_delete,
            accept_cost=accept_cost,
            via=way(self._settings),
            caller=local_caller(),
        )
        write_schemas(self._settings.absolute_home(), CHANNELS)
        ticker = ticker_for(self._settings)
        switched = switch_on(self._house, ticker) if ticker is not None else None
        return show_applied(self._proposal, applied, switched)


class FilesThere(FileDesk):
    """Of a server."""

    def __init__(self, root: Path, client: Client) -> None:
        self._client = client
        self._files = _texts(root)

    def plan(self) -> ProposalSummary:
        return self._client.files.plan(files=self._files)

    def apply(self, *, may_delete: Collection[DefinitionId], accept_cost: bool) -> AppliedSummary:
        return self._client.files.apply(files=self._files, delete=sorted(may_delete), accept_cost=accept_cost)


def _texts(root: Path) -> dict[str, str]:
    """The files that make a project, and no others: a folder may hold anything."""
    if not (root / SCHEDULES).is_file():
        load_project(root, kinds=CHANNELS, now=SystemClock().now())  # which says what is missing
    names = [SCHEDULES, *([ORGANIZATION] if (root / ORGANIZATION).exists() else [])]
    names += sorted(
        f"{folder}/{one.name}"
        for folder in (FRAGMENTS, PLAYBOOKS)
        for one in (root / folder).glob("*")
        if one.suffix in (".yaml", ".yml")
    )
    texts = {name: _text(root / name) for name in names}
    said = written_owners(root)
    return texts if said is None else {**texts, SENT: said}


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise UsageError(f"{str(path)!r} cannot be sent: {why.lower()}") from None
