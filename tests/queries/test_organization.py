from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from builders import NOW
from houses import a_house
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Limits, Organization
from inspect_pipelines.queries.organization import applied_at, naming, organization


def test_before_anything_is_applied_an_organisation_has_what_holds_for_all(tmp_path: Path) -> None:
    house = a_house(tmp_path)

    assert organization(house) == Organization(DEFAULT_ORG)
    assert applied_at(house) is None
    assert naming(house) == Naming(DEFAULT_ORG, is_first=True)


def test_what_was_applied_is_found_with_its_time_and_names(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    acme = OrgId("acme")
    other = replace(house, org_id=acme, ledger=house.ledgers.of(acme))
    applied = Organization(DEFAULT_ORG, name="Shop", limits=Limits(organization=3))
    with house.ledger.write() as ledger:
        ledger.organizations.save(applied, at=NOW)

    assert organization(house) == applied
    assert applied_at(house) == NOW
    assert naming(other) == Naming(acme, is_first=False)
    assert (organization(other), applied_at(other)) == (Organization(acme), None)
