"""An organisation: what holds for all of its runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from inspect_pipelines.domain.alerting import Alerting
from inspect_pipelines.domain.budget import Budget
from inspect_pipelines.domain.channel import ChannelConfig, Person
from inspect_pipelines.domain.control_plane import ControlPlane
from inspect_pipelines.domain.digest_policy import DigestPolicy
from inspect_pipelines.domain.identity import Provider
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.maintenance import Maintenance
from inspect_pipelines.domain.ownership import OwnerRule
from inspect_pipelines.domain.plan import NotifyRule
from inspect_pipelines.domain.retention import Retention
from inspect_pipelines.domain.source import Source
from inspect_pipelines.domain.workflow import TrustedWorkflow


@dataclass(frozen=True, slots=True)
class Limits:
    """How many runs may be in progress at once; the others wait in Dagster's queue."""

    organization: int = 5
    repository: int = 2
    target_host: int = 1  # one staging site is not tested twice at once


@dataclass(frozen=True, slots=True)
class Organization:
    """What organization.yaml says, as far as it has an effect yet."""

    org_id: OrgId
    name: str = ""
    allowed_hosts: tuple[str, ...] = ()  # where a `url` variable may point besides the files' own; globs
    limits: Limits = field(default_factory=Limits)
    budget: Budget | None = None  # of all its definitions together; None: no limit
    agent_usd: float | None = None  # a month for its agents' sessions; None: no limit
    budget_rule: NotifyRule | None = None  # who is warned; None: whoever hears of the run's failure
    maintenance: tuple[Maintenance, ...] = ()
    sources: tuple[Source, ...] = ()  # who may tell us of events
    alerts: Alerting = field(default_factory=Alerting)
    public_url: str = (
        ""  # where people reach the web process, without a slash at its end; empty: links are paths
    )
    channels: tuple[ChannelConfig, ...] = ()  # in the file's order: the first of a kind is its default
    people: tuple[Person, ...] = ()
    machines_finalize: bool = False  # whether a token may make pictures the approved ones
    workflows: tuple[TrustedWorkflow, ...] = ()  # of CI, that get a token without a secret
    sign_in: Provider | None = None  # of its people; None: they have passwords
    open_inspect: ControlPlane | None = (
        None  # whose agents play for it; None: the environment says it, or nobody
    )
    retention: Retention = field(default_factory=Retention)
    owners: tuple[OwnerRule, ...] = ()  # in the file's order: the last that matches decides
    digest: DigestPolicy | None = None  # when they hear of what they owe; None: never


def taken_sources(
    before: Organization, after: Organization, others: Iterable[Organization]
) -> tuple[str, ...]:
    """A sentence for each new source whose id another organisation has already: the address of a source names none."""
    known = {one.id for one in before.sources}
    taken = {one.id: other.org_id for other in others for one in other.sources}
    return tuple(
        f"source {one.id!r} would receive nothing, since organisation {taken[one.id]!r} has one of that id"
        for one in after.sources
        if one.id in taken and one.id not in known
    )
