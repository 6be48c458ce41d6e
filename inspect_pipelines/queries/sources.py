"""Sources: who may tell us of events, where they send to, and which of their secrets have no value in this process."""

from __future__ import annotations

from dataclasses import dataclass

from inspect_pipelines.config.settings import resolve_secret
from inspect_pipelines.domain.event import SourceKind
from inspect_pipelines.domain.ids import SourceId
from inspect_pipelines.domain.source import Source
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.organization import organization


@dataclass(frozen=True, slots=True)
class SourceSummary:
    id: SourceId
    kind: SourceKind
    address: str  # below this server's
    repos: tuple[str, ...]  # empty: every repository
    rate_per_minute: int | None  # of signed deliveries; None: they are not limited
    mapped: tuple[str, ...]  # fields of an event that its mapping fills
    asks_back: bool  # it has a token for the code host
    hook: str | None  # whose failed deliveries are asked for again
    missing_secrets: tuple[str, ...]  # references, never their values
    secrets: tuple[str, ...] = ()  # references of all that it signs with; two while one is being changed


def list_sources(house: House) -> list[SourceSummary]:
    """Those of the organisation, in the order of its files."""
    return [_summary(one) for one in organization(house).sources]


def _summary(source: Source) -> SourceSummary:
    references = [*source.secrets, *([source.token] if source.token else [])]
    return SourceSummary(
        id=source.id,
        kind=source.kind,
        address=f"/webhooks/{source.kind.value}/{source.id}",
        repos=source.repos,
        rate_per_minute=source.rate_per_minute if source.kind is SourceKind.GENERIC else None,
        mapped=tuple(source.mapping),
        asks_back=source.token is not None,
        hook=source.hook,
        missing_secrets=tuple(one for one in references if not _has_value(one)),
        secrets=source.secrets,
    )


def _has_value(reference: str) -> bool:
    try:
        resolve_secret(reference)
    except UsageError:
        return False
    return True
