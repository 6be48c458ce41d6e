"""What every publication promises."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW, a_schedule
from inspect_pipelines.domain.channel import ChannelConfig
from inspect_pipelines.domain.compiled import Channels, Compiled
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Limits
from inspect_pipelines.ports.publication import Publication
from inspect_pipelines.stored.compiled import compile_definitions, digest
from resources.publication import FilePublication

ACME, BETA = OrgId("acme"), OrgId("beta-2")
DRY = Channels((ChannelConfig("dry", "files"),))


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    return FilePublication(tmp_path / "home")


def of(org_id: OrgId, *ids: str, is_first: bool = True, **more) -> Compiled:
    return compile_definitions(Naming(org_id, is_first), [a_schedule(one) for one in ids], at=NOW, **more)


def test_before_anything_is_published_there_is_nothing_and_nobody(publication: Publication) -> None:
    found = publication.read(DEFAULT_ORG)

    assert (found.org_id, found.definitions, found.published_at) == (DEFAULT_ORG, (), None)
    assert found.digest == digest(())
    assert publication.channels(DEFAULT_ORG) == Channels()
    assert (publication.organizations(), publication.all(), publication.limits()) == ((), (), ())


def test_each_organisation_has_its_own(publication: Publication) -> None:
    acme = of(ACME, "nightly", channels=DRY, limits=Limits(target_host=3))
    beta = of(BETA, "nightly", "hourly", is_first=False)

    publication.publish(acme)
    publication.publish(beta)

    assert publication.read(ACME) == acme
    assert publication.read(BETA) == beta
    assert publication.all() == (acme, beta)
    assert (publication.channels(ACME), publication.channels(BETA)) == (DRY, Channels())
    assert publication.limits() == ((acme.naming, Limits(target_host=3)), (beta.naming, Limits()))


def test_organisations_come_in_the_order_of_their_ids(publication: Publication) -> None:
    for org_id in (BETA, ACME):
        publication.publish(of(org_id))

    assert publication.organizations() == (ACME, BETA)


def test_what_is_published_replaces_what_was(publication: Publication) -> None:
    publication.publish(of(ACME, "old"))
    later = compile_definitions(Naming(ACME), [a_schedule("new")], at=NOW + timedelta(days=1))

    publication.publish(later)

    assert publication.all() == (later,)


def test_the_stamp_changes_with_each_publication_and_with_nothing_else(publication: Publication) -> None:
    stamps = [publication.stamp()]

    for org_id in (ACME, BETA, ACME):
        publication.publish(of(org_id))
        stamps.append(publication.stamp())

    assert len(set(stamps)) == 4
    assert publication.stamp() == stamps[-1]
