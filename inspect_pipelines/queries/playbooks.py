"""Playbooks: what the definitions of an organisation play, as last applied."""

from __future__ import annotations

from dataclasses import dataclass, field

from inspect_pipelines.domain.ids import DefinitionId, PlaybookId
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.json_shape import FLAT


@dataclass(frozen=True, slots=True)
class PlaybookSummary:
    id: PlaybookId
    name: str
    description: str
    base_url: str
    tags: tuple[str, ...]
    steps: int
    viewports: tuple[str, ...]
    definitions: tuple[DefinitionId, ...]  # that play it


@dataclass(frozen=True, slots=True)
class PlaybookDossier:
    playbook: Playbook = field(metadata=FLAT)
    definitions: tuple[DefinitionId, ...]


def list_playbooks(house: House) -> list[PlaybookSummary]:
    """By id; one that several definitions play is there once."""
    return [
        PlaybookSummary(
            one.playbook.id,
            one.playbook.name,
            one.playbook.description,
            one.playbook.base_url,
            one.playbook.tags,
            len(one.playbook.steps),
            tuple(viewport.name for viewport in one.playbook.viewports),
            one.definitions,
        )
        for one in _all(house)
    ]


def show_playbook(house: House, playbook_id: str) -> PlaybookDossier | None:
    """The whole of it; None: no definition plays one of that id."""
    return next((one for one in _all(house) if one.playbook.id == playbook_id), None)


def _all(house: House) -> list[PlaybookDossier]:
    with house.ledger.read() as ledger:
        definitions = sorted(ledger.definitions.all(), key=lambda one: one.id)
    played: dict[PlaybookId, tuple[Playbook, list[DefinitionId]]] = {}
    for definition in definitions:
        for playbook in definition.plan.playbooks:
            played.setdefault(playbook.id, (playbook, []))[1].append(definition.id)
    return [PlaybookDossier(playbook, tuple(users)) for _, (playbook, users) in sorted(played.items())]
