"""What `apply` would change: the difference between the stored definitions and a project's."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.trigger import Definition


class DefinitionChangeKind(StrEnum):
    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"
    TAKE_OVER = "take_over"  # the API made it; from now on a file says what it is


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs; None: it is not there on that side."""

    path: str  # as people write it: `cron`, `variables.base_url`, `playbooks[shop].steps[pay].actions[1].url`
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class DefinitionChange:
    kind: DefinitionChangeKind
    definition: Definition  # as it will be; of a deletion as it was
    fields: tuple[FieldChange, ...] = ()  # of a change
    runs: int = 0  # of a deletion: how many runs stay behind in the history


def changes_between(
    stored: Sequence[Definition],
    wanted: Sequence[Definition],
    runs: Mapping[DefinitionId, int],
    taken_over: Collection[DefinitionId] = (),
) -> tuple[DefinitionChange, ...]:
    """Creations and changes in the wanted order, then deletions by id; what is equal is left out.

    Args:
        stored: As last applied.
        wanted: What the project says.
        runs: How many runs each definition has.
        taken_over: Those whose owner changes.
    """
    before = {definition.id: definition for definition in stored}
    after = {definition.id for definition in wanted}
    found = []
    for definition in wanted:
        old = before.get(definition.id)
        if old is None:
            found.append(DefinitionChange(DefinitionChangeKind.CREATE, definition))
        elif definition.id in taken_over:
            kind = DefinitionChangeKind.TAKE_OVER
            found.append(DefinitionChange(kind, definition, differences(old, definition)))
        elif old != definition:
            found.append(
                DefinitionChange(DefinitionChangeKind.CHANGE, definition, differences(old, definition))
            )
    gone = sorted(
        (definition for definition in stored if definition.id not in after), key=lambda each: each.id
    )
    return (
        *found,
        *(DefinitionChange(DefinitionChangeKind.DELETE, each, runs=runs.get(each.id, 0)) for each in gone),
    )


def settings_between(stored: Organization, wanted: Organization) -> tuple[FieldChange, ...]:
    """What organization.yaml changes for all definitions: sources, channels, limits, rates, .."""
    return differences(stored, wanted)


def differences(old: object, new: object) -> tuple[FieldChange, ...]:
    """Each field that differs, with its path; None as one side: all of the other."""
    before, after = dict(_leaves(old, "")), dict(_leaves(new, ""))
    paths = dict.fromkeys((*after, *before))
    return tuple(
        FieldChange(path, before.get(path), after.get(path))
        for path in paths
        if before.get(path) != after.get(path)
    )


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every value below, with its path; empty collections and None are not there, nor what tells people nothing."""
    if is_dataclass(value):
        for field in fields(value):
            if field.metadata.get("is_untold"):
                continue
            yield from _leaves(getattr(value, field.name), _joined(path, field.name))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, _joined(path, str(key)))
    elif isinstance(value, tuple):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{_name(inner) or number}]")
    elif value is not None:
        yield path, _written(value)


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # 3 and 3.0 are equal, so they must not read as a difference
    return str(value)


def _joined(path: str, name: str) -> str:
    """A plan's fields are written beside its definition's own, so `plan` is no step of the path."""
    if not path and name == "plan":
        return ""
    return f"{path}.{name}" if path else name


def _name(value: object) -> str | None:
    """What tells an entry of a list apart, so that an insertion does not shift all that follow."""
    if not is_dataclass(value):
        return None
    for key in ("id", "event", "name", "login"):
        name = getattr(value, key, None)
        if isinstance(name, str) and not hasattr(value, "verb"):
            return name
    return None
