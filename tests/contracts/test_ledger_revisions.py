"""Revisions in every ledger: numbered, never changed, kept after a deletion; one of two edits at once wins."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from builders import NOW, a_playbook, a_schedule
from houses import a_house
from inspect_pipelines.domain.definition_change import FieldChange
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.library import Library
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.revision import ManagedBy, Revision, RevisionKind, Standing, Written
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.definitions.create import create_definition
from inspect_pipelines.usecases.definitions.own import Stale
from inspect_pipelines.usecases.definitions.replace import replace_definition
from resources.ledger.store import SqlLedger, SqlLedgers

SMOKE = DefinitionId("smoke")
DOCUMENT = {"id": "smoke", "cron": "0 5 * * *", "timezone": "UTC", "playbook": "shop"}
EDITORS = 4


def a_revision(number: int) -> Revision:
    written = Written({**DOCUMENT, "timeout_minutes": number}, "schedules.yaml:3")
    return Revision(
        DEFAULT_ORG,
        SMOKE,
        "schedule",
        number,
        RevisionKind.APPLIED,
        NOW,
        "user:ada",
        "cli",
        ManagedBy.FILE,
        written,
        (FieldChange("timeout_minutes", None, str(number)),),
        restores=None,
    )


def test_revisions_are_found_newest_first_and_by_their_number(ledger: SqlLedger) -> None:
    with ledger.write() as session:
        for number in (1, 2, 3):
            session.revisions.append(a_revision(number))

    with ledger.read() as session:
        assert session.revisions.last(SMOKE) == a_revision(3)
        assert session.revisions.of(SMOKE, before=3, limit=1) == [a_revision(2)]
        assert session.revisions.find(SMOKE, 1) == a_revision(1)
        assert session.revisions.find(SMOKE, 4) is None
        assert session.revisions.last(DefinitionId("other")) is None


def test_what_is_deleted_is_known_until_it_is_there_again(ledger: SqlLedger) -> None:
    gone = replace(a_revision(2), kind=RevisionKind.DELETED)
    other = replace(gone, definition_id=DefinitionId("other"), at=NOW + timedelta(hours=1), number=1)
    with ledger.write() as session:
        for revision in (a_revision(1), gone, other):
            session.revisions.append(revision)
    with ledger.read() as session:
        both, newest = session.revisions.deletions(), session.revisions.deletions(1)
    with ledger.write() as session:
        session.definitions.save(a_schedule("smoke"), by="user:ada", at=NOW)
        session.revisions.append(replace(other, number=2, kind=RevisionKind.RESTORED))

    with ledger.read() as session:
        assert (both, newest) == ([other, gone], [other])
        assert session.revisions.deletions() == []


def test_how_a_definition_stands_ends_with_it_and_its_revisions_stay(ledger: SqlLedger) -> None:
    standing = Standing(ManagedBy.API, 1, Written(DOCUMENT), switched=False)
    with ledger.write() as session:
        session.revisions.settle(SMOKE, standing)  # there is none yet
        assert session.revisions.standing() == {}
        for one in (a_schedule("smoke"), a_schedule("older")):
            session.definitions.save(one, by="user:ada", at=NOW)
        session.revisions.append(a_revision(1))
        session.revisions.settle(SMOKE, standing)
        assert session.revisions.standing() == {"smoke": standing, "older": Standing()}

    with ledger.write() as session:
        session.definitions.delete(SMOKE, by="user:ada", at=NOW)
        session.definitions.save(a_schedule("smoke"), by="user:ada", at=NOW)

    with ledger.read() as session:
        assert session.revisions.standing()[SMOKE] == Standing()
        assert session.revisions.last(SMOKE) == a_revision(1)


def test_the_library_is_as_last_applied(ledger: SqlLedger) -> None:
    library = Library((a_playbook(),))
    with ledger.write() as session:
        assert session.revisions.library() is None
        session.revisions.shelve(Library())
        session.revisions.shelve(library)

    with ledger.read() as session:
        assert session.revisions.library() == library


def test_of_edits_at_once_that_saw_the_same_one_wins(ledgers: SqlLedgers, tmp_path: Path) -> None:
    house = replace(a_house(tmp_path), ledgers=ledgers, ledger=ledgers.of(DEFAULT_ORG))
    with house.ledger.write() as session:
        session.organizations.save(Organization(DEFAULT_ORG), at=NOW)
        session.revisions.shelve(Library((a_playbook(),)))
    create_definition(house, "schedule", DOCUMENT, by="user:ada")
    begin = threading.Barrier(EDITORS)

    with ThreadPoolExecutor(EDITORS) as pool:
        tried = [pool.submit(edit, house, begin, minutes) for minutes in range(1, EDITORS + 1)]
        won = [minutes for one in tried if (minutes := one.result()) is not None]

    assert len(won) == 1
    with house.ledger.read() as session:
        stored = session.definitions.find(SMOKE)
        assert [one.number for one in session.revisions.of(SMOKE)] == [2, 1]
    assert stored is not None
    assert stored.plan.timeout_minutes == won[0]
    assert house.publication.read(DEFAULT_ORG).definitions == (stored,)


def edit(house: House, begin: threading.Barrier, minutes: int) -> int | None:
    begin.wait()
    try:
        document = {**DOCUMENT, "timeout_minutes": minutes}
        replace_definition(house, "schedule", SMOKE, document, if_match='"1"', by=f"user:{minutes}")
    except Stale:
        return None
    return minutes
