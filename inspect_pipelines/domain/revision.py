"""A definition's owner and its revisions: who changed it, when, by what way, and what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from inspect_pipelines.domain.definition_change import FieldChange
from inspect_pipelines.domain.ids import DefinitionId, OrgId


class ManagedBy(StrEnum):
    """Who says what a definition is."""

    FILE = "file"  # schedules.yaml; only `apply` changes it
    API = "api"  # requests; `apply` leaves it alone


class RevisionKind(StrEnum):
    """What was done to a definition."""

    APPLIED = "applied"  # its file said so
    CREATED = "created"
    REPLACED = "replaced"
    ENABLED = "enabled"
    DISABLED = "disabled"
    REFRESHED = "refreshed"  # a playbook or calendar that it names was applied anew
    TAKEN_OVER = "taken_over"  # from now on a file says what it is
    DELETED = "deleted"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Written:
    """A definition as somebody wrote it."""

    document: Mapping[str, Any]  # an entry of schedules.yaml, in JSON's values
    place: str = ""  # `schedules.yaml:14`; empty: a request said it

    @property
    def is_enabled(self) -> bool:
        return bool(self.document.get("enabled", True))


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a definition that stands, beside what it is."""

    managed_by: ManagedBy = ManagedBy.FILE
    revision: int = 0  # 0: it was applied before there were revisions
    written: Written | None = None  # None: as before
    switched: bool | None = (
        None  # of a file's: what a person said since the file last said something new of `enabled`
    )


@dataclass(frozen=True, slots=True)
class Revision:
    """One change; never changed itself, and kept when the definition is deleted."""

    org_id: OrgId
    definition_id: DefinitionId
    definition_kind: str  # schedule | trigger
    number: int  # from 1; goes on after a deletion
    kind: RevisionKind
    at: datetime  # UTC
    by: str  # `user:NAME`, or `local`
    via: str  # api | cli
    managed_by: ManagedBy
    written: Written | None  # from then on; of a deletion as it was
    differs: tuple[FieldChange, ...] = ()
    restores: int | None = None  # the revision that was restored


def tag(number: int) -> str:
    """The ETag of a definition at that revision."""
    return f'"{number}"'


def matches(header: str, number: int) -> bool:
    """Whether an `If-Match` names that revision; `*` names any, a weak tag none."""
    return any(one.strip() in ("*", tag(number)) for one in header.split(","))
