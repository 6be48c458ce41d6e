"""Who waits for whom where many machines write one ledger, through PgBouncer: nobody for another organisation, but for the order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from builders import NOW, a_run
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.errors import Unavailable
from patience import allowed
from prepared import prepared_postgres
from resources.ledger.postgres import PostgresDatabase
from resources.ledger.store import SqlLedgers

ACME = OrgId("acme")
Open = Callable[[float], SqlLedgers]


@pytest.fixture
def open_with(postgres_server: str, postgres_bouncer: str) -> Iterator[Open]:
    """The ledgers of one database, for whoever waits so many seconds for another one's lock."""
    prepared_postgres(postgres_server)
    opened: list[SqlLedgers] = []

    def open_one(seconds: float) -> SqlLedgers:
        opened.append(SqlLedgers(PostgresDatabase(postgres_bouncer, patience_seconds=seconds)))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def patient(open_with: Open) -> SqlLedgers:
    return open_with(allowed(60))


@pytest.fixture
def hasty(open_with: Open) -> SqlLedgers:
    return open_with(0.1)


def test_an_organisation_does_not_wait_for_another_one_that_writes(patient):
    with patient.of(ACME).write() as theirs:
        theirs.runs.request(a_run(org_id=ACME))
        with patient.of(DEFAULT_ORG).write() as ours:
            ours.runs.request(a_run())

        with patient.of(DEFAULT_ORG).read() as ours:
            assert ours.runs.open() == [a_run()]


def test_an_organisation_writes_one_transaction_after_the_other(patient, hasty):
    with (
        patient.of(ACME).write(),
        pytest.raises(Unavailable, match=r"stayed locked by another process for 0\.1 s"),
        hasty.of(ACME).write(),
    ):
        pass


def test_who_writes_for_everybody_waits_for_everybody_and_keeps_all_waiting(patient, hasty):
    with patient.of(ACME).write(), pytest.raises(Unavailable, match="stayed locked"), hasty.write():
        pass
    with patient.write(), pytest.raises(Unavailable, match="stayed locked"), hasty.of(ACME).write():
        pass


def test_of_two_organisations_that_are_applied_at_once_one_is_the_first(patient, hasty):
    with patient.of(ACME).write() as theirs:
        theirs.organizations.save(Organization(ACME), at=NOW)
        with (
            pytest.raises(Unavailable, match="stayed locked"),
            hasty.of(DEFAULT_ORG).write() as ours,
        ):
            ours.organizations.save(Organization(DEFAULT_ORG), at=NOW)

    with patient.of(DEFAULT_ORG).write() as ours:
        ours.organizations.save(Organization(DEFAULT_ORG), at=NOW)
        assert not ours.organizations.naming().is_first


def test_a_fact_is_never_seen_before_one_with_a_smaller_number(patient):
    """Eight organisations tell facts at once, while somebody follows by the last number that he saw, as the projector does."""
    told_each = 25

    def tell(org: int) -> None:
        for number in range(told_each):
            with patient.of(OrgId(f"org{org}")).write() as session:
                session.journal.append("event", {"is": [org, number]}, at=NOW)
                session.runs.find(a_run().id)

    def follow() -> list[int]:
        seen, head = [0], 0
        while head < 8 * told_each:
            with patient.read() as session:
                seen += [seq for seq, _, _ in session.journal.after(seen[-1])]
                head = session.journal.head()
        return seen

    with ThreadPoolExecutor(9) as pool:
        following = pool.submit(follow)
        list(pool.map(tell, range(8)))

    assert following.result() == [*range(8 * told_each + 1)]
