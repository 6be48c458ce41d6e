"""Whose source an address means, where several organisations have sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders import NOW, a_source
from houses import a_house, an_estate
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId, SourceId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.web.webhooks.known_sources import KnownSources

ACME = OrgId("acme")  # comes before the first one by its name


def test_of_two_sources_with_one_id_the_first_organisations_receives_and_the_other_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_SECRET", "a secret that is long enough")
    house = a_house(tmp_path)
    shared, own = a_source(id=SourceId("github")), a_source(id=SourceId("github-acme"))
    for org_id, sources in ((DEFAULT_ORG, (shared,)), (ACME, (shared, own))):
        with house.ledgers.of(org_id).write() as ledger:
            ledger.organizations.save(Organization(org_id, sources=sources), at=NOW)
    known = KnownSources(an_estate(house, ACME))

    known.refresh()

    assert known.find("github").org_id == DEFAULT_ORG
    assert known.find("github-acme").org_id == ACME
    assert known.problem == (
        "source 'github' of organisation 'acme' receives nothing: organisation 'default' has one of that id; "
        "choose another id"
    )
