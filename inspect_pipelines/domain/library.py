"""The library: what definitions may name, as last applied, whether or not one of them does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from inspect_pipelines.domain.calendar import Days
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.trigger import Definition


@dataclass(frozen=True, slots=True)
class Library:
    playbooks: tuple[Playbook, ...] = ()
    calendars: Mapping[str, tuple[Days, ...]] = field(default_factory=dict)


def library_of(definitions: Iterable[Definition]) -> Library:
    """What definitions themselves say of it: the playbooks that they play."""
    found = {playbook.id: playbook for one in definitions for playbook in one.plan.playbooks}
    return Library(tuple(found.values()))
