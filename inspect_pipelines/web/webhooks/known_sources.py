"""The sources that may send, with their secrets resolved: kept in memory, so that no request waits for the ledger."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from inspect_pipelines.config.settings import resolve_secret
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.source import Source
from inspect_pipelines.errors import InspectError, UsageError
from inspect_pipelines.ports.estate import Estate
from inspect_pipelines.queries.organization import naming, organization
from inspect_pipelines.usecases.events.verify_signature import check_secret

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, repr=False)  # a log line must not show the secrets
class KnownSource:
    org_id: OrgId
    source: Source
    secrets: tuple[str, ...]  # themselves; never stored, never shown


class KnownSources:
    """Look up by id; whoever owns it refreshes it every few seconds, which also picks up changed secret files."""

    def __init__(self, estate: Estate) -> None:
        self.problem = ""  # which secrets are missing, and which ids are taken; empty when none is
        self._estate = estate
        self._by_id: Mapping[str, KnownSource] = {}

    def find(self, source_id: str) -> KnownSource | None:
        return self._by_id.get(source_id)

    def refresh(self) -> None:
        """Read them anew.

        Raises:
            Unavailable: The ledger does not answer; what was known stays known.
        """
        problems: list[str] = []
        found: dict[str, KnownSource] = {}
        applied = self._applied()
        for org_id, sources in ((one.org_id, one.sources) for one in applied):
            for source in sources:
                other = found.setdefault(source.id, KnownSource(org_id, source, _secrets(source, problems)))
                if other.org_id != org_id:  # the address has no organisation in it
                    problems.append(
                        f"source {source.id!r} of organisation {org_id!r} receives nothing: organisation "
                        f"{other.org_id!r} has one of that id; choose another id"
                    )
        self._by_id = found
        told = "; ".join(problems)
        if told and told != self.problem:
            log.warning("%s", told)
        self.problem = told

    def _applied(self) -> list[Organization]:
        """Every organisation, the first one first."""
        houses = sorted(self._estate.houses(), key=lambda one: (not naming(one).is_first, one.org_id))
        return [organization(house) for house in houses]


def _secrets(source: Source, problems: list[str]) -> tuple[str, ...]:
    """Those that have a value; while one is being changed, the other one is enough."""
    found = []
    for reference in source.secrets:
        try:
            secret = resolve_secret(reference)
        except UsageError as error:
            problems.append(f"source {source.id!r}: {error}")
            continue
        try:
            check_secret(source.kind, secret)
        except InspectError as error:
            problems.append(f"source {source.id!r}, {reference}: {error}")
            continue
        found.append(secret)
    return tuple(found)
