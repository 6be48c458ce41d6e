"""Compiled: what `apply` published for one organisation, as Dagster's processes and the channels read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from inspect_pipelines.domain.channel import ChannelConfig, Person
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Limits
from inspect_pipelines.domain.trigger import Definition


@dataclass(frozen=True, slots=True)
class Channels:
    """How people are reached; secrets are references."""

    channels: tuple[ChannelConfig, ...] = ()
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Compiled:
    """What `apply` published."""

    version: int  # of the file's shape
    naming: Naming
    published_at: datetime | None  # UTC; None: nothing was published yet
    digest: str  # sha256 over the definitions; equal content, equal digest
    definitions: tuple[Definition, ...] = ()
    limits: Limits = field(default_factory=Limits)
    channels: Channels = field(default_factory=Channels)

    @property
    def org_id(self) -> OrgId:
        return self.naming.org_id
