"""What every publication promises."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from builders import NOW, a_schedule
from inspect_pipelines.domain.channel import ChannelConfig
from inspect_pipelines.domain.compiled import Channels, Compiled
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Limits
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.ports.publication import Publication
from inspect_pipelines.stored.compiled import compile_definitions, digest
from prepared import prepared_postgres
from resources.ledger.store import create_ledgers
from resources.publication import FilePublication
from resources.shared_publication import SharedPublication

ACME, BETA = OrgId("acme"), OrgId("beta-2")
DRY = Channels((ChannelConfig("dry", "files"),))


@pytest.fixture(params=["file", "shared"])
def publication(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Publication]:
    if request.param == "file":
        yield FilePublication(tmp_path / "home")
        return
    prepared_postgres(request.getfixturevalue("postgres_server"))
    ledgers = create_ledgers(request.getfixturevalue("postgres_bouncer"))
    yield SharedPublication(tmp_path / "home", ledgers)
    ledgers.close()


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


@pytest.fixture
def machines(
    postgres_server: str, postgres_bouncer: str, tmp_path: Path
) -> Iterator[list[SharedPublication]]:
    """Three homes over one ledger."""
    prepared_postgres(postgres_server)
    all_ledgers = [create_ledgers(postgres_bouncer) for _ in range(3)]
    yield [
        SharedPublication(tmp_path / str(nth), ledgers) for nth, ledgers in enumerate(all_ledgers, start=1)
    ]
    for ledgers in all_ledgers:
        ledgers.close()


def test_what_one_machine_publishes_the_others_take_over(machines: list[SharedPublication]) -> None:
    one, other, _ = machines
    with one.alone():
        one.publish(of(ACME, "nightly", channels=DRY))
    stamp = other.stamp()

    taken = [other.refresh(), other.refresh(), one.refresh()]

    assert taken == [True, False, False]
    assert other.all() == one.all()
    assert other.channels(ACME) == DRY
    assert other.stamp() != stamp


def test_who_publishes_begins_with_what_the_others_have(machines: list[SharedPublication]) -> None:
    one, other, third = machines
    with one.alone():
        one.publish(of(ACME, "nightly"))

    with other.alone():
        known = other.organizations()
        other.publish(of(BETA, "hourly", is_first=False))
    third.refresh()

    assert known == (ACME,)
    assert third.organizations() == (ACME, BETA)


def test_what_a_release_before_has_only_in_a_home_is_known_to_all(
    machines: list[SharedPublication], tmp_path: Path
) -> None:
    one, other, _ = machines
    FilePublication(tmp_path / "1").publish(of(ACME, "nightly"))

    one.refresh()
    other.refresh()

    assert other.all() == (of(ACME, "nightly"),)


def test_what_newer_code_published_is_refused_in_a_sentence_and_what_was_there_stays(
    machines: list[SharedPublication], postgres_server: str
) -> None:
    one, other, _ = machines
    one.publish(of(ACME, "nightly"))
    one.publish(of(BETA, "hourly"))
    other.refresh()
    with psycopg.connect(postgres_server.replace("+psycopg", "")) as connection:
        newer = '{"version": 999, "org_id": "acme"}'
        connection.execute(
            "UPDATE publications SET body = %s, sha256 = 'other' WHERE org_id = %s", (newer, ACME)
        )
    one.publish(of(BETA, "daily"))

    with pytest.raises(
        Unreadable, match=r"what another machine published of 'acme' .*; upgrade this machine"
    ):
        other.refresh()

    assert other.read(ACME) == of(ACME, "nightly")
    assert other.read(BETA) == of(BETA, "daily"), "the others' is taken over all the same"
