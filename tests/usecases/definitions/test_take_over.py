"""Files and the API side by side: `apply` leaves alone what requests made, and takes over what its files say too."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from builders import NOW, a_run
from houses import a_house
from inspect_pipelines.domain.definition_change import DefinitionChangeKind
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.revision import ManagedBy, RevisionKind
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.definitions.create import create_definition
from inspect_pipelines.usecases.definitions.delete import delete_definition
from inspect_pipelines.usecases.definitions.plan import propose
from inspect_pipelines.usecases.definitions.restore import restore_revision
from inspect_pipelines.usecases.definitions.switch import switch_definition
from project_files import ENTRY, HEAD, MADE, NIGHTLY, PLAYBOOK, SMOKE, Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "project")


@pytest.fixture
def house(tmp_path: Path, files: Files) -> House:
    house = a_house(tmp_path / "home")
    files.apply(house)
    return house


def stands(house: House, definition_id: DefinitionId = SMOKE) -> Any:
    with house.ledger.read() as ledger:
        return ledger.revisions.standing()[definition_id]


def kinds_of(house: House, definition_id: DefinitionId) -> list[RevisionKind]:
    with house.ledger.read() as ledger:
        return [one.kind for one in ledger.revisions.of(definition_id)]


def ran(house: House, definition_id: DefinitionId) -> None:
    """A run that took ten minutes."""
    wanted = a_run(1, definition_id=definition_id)
    with house.ledger.write() as ledger:
        ledger.runs.request(wanted)
        run = wanted.claimed("d-1", now=NOW)
        ledger.runs.claim(run)
        ledger.runs.conclude(run.concluded(RunStatus.PASSED, "", now=NOW + timedelta(minutes=10)))


def test_what_the_api_made_outlives_an_apply(house: House, files: Files) -> None:
    create_definition(house, "schedule", MADE, by="user:eve")

    proposal = propose(house.ledger, files.read(), now=NOW)
    applied = files.apply(house)

    assert (proposal.changes, applied.changes, applied.is_published) == ((), (), False)
    assert proposal.digest == house.publication.read(DEFAULT_ORG).digest
    assert {one.id for one in house.publication.read(DEFAULT_ORG).definitions} == {"nightly", "smoke"}


def test_a_file_that_says_the_same_takes_it_over_and_the_plan_says_so(house: House, files: Files) -> None:
    create_definition(house, "schedule", MADE, by="user:eve")
    files.write("schedules.yaml", HEAD + ENTRY + f"- {json.dumps(MADE)}\n")

    proposal = propose(house.ledger, files.read(), now=NOW)
    applied = files.apply(house)

    assert [(one.kind, one.definition.id) for one in proposal.changes] == [
        (DefinitionChangeKind.TAKE_OVER, "smoke")
    ]
    assert applied.changes == proposal.changes
    standing = stands(house)
    assert (standing.managed_by, standing.written.place) == (ManagedBy.FILE, "schedules.yaml:5")
    assert kinds_of(house, SMOKE) == [RevisionKind.TAKEN_OVER, RevisionKind.CREATED]
    assert propose(house.ledger, files.read(), now=NOW).changes == ()


def test_an_id_that_means_something_else_in_the_file_is_a_collision(house: House, files: Files) -> None:
    create_definition(house, "schedule", MADE, by="user:eve")
    files.write("schedules.yaml", HEAD + ENTRY + ENTRY.replace("nightly", "smoke"))

    proposal = propose(house.ledger, files.read(), now=NOW)

    (clash,) = proposal.clashes
    assert (
        "schedule 'smoke' of schedules.yaml:5 has the id of a schedule that was made through the API" in clash
    )
    assert "cron" in clash
    assert proposal.changes == ()  # the plan said that the API's would be deleted
    with pytest.raises(Refused, match="inspect-pipelines export"):
        files.apply(house)
    assert stands(house).managed_by is ManagedBy.API


def test_names_that_dagster_could_not_tell_apart_are_a_collision(house: House, files: Files) -> None:
    create_definition(house, "schedule", MADE | {"id": "smoke-test"}, by="user:eve")
    files.write("schedules.yaml", HEAD + ENTRY + ENTRY.replace("nightly", "smoke_test"))

    (clash,) = propose(house.ledger, files.read(), now=NOW).clashes

    assert "would both be 'smoke_test' in Dagster" in clash


def test_what_the_api_made_plays_its_playbook_as_it_is_applied_now(house: House, files: Files) -> None:
    create_definition(house, "schedule", MADE, by="user:eve")
    files.write("playbooks/shop.yaml", PLAYBOOK.replace("goto: /", "goto: /cart"))

    changes = files.apply(house).changes

    assert {(one.kind, one.definition.id) for one in changes} == {
        (DefinitionChangeKind.CHANGE, "nightly"),
        (DefinitionChangeKind.CHANGE, "smoke"),
    }
    assert kinds_of(house, SMOKE)[0] is RevisionKind.REFRESHED
    assert stands(house).managed_by is ManagedBy.API


def test_what_the_api_made_goes_on_as_it_was_when_its_playbook_is_gone(house: House, files: Files) -> None:
    create_definition(house, "schedule", MADE, by="user:eve")
    (files.root / "playbooks" / "shop.yaml").unlink()
    files.write("playbooks/other.yaml", PLAYBOOK.replace("id: shop", "id: other"))
    files.write("schedules.yaml", HEAD + ENTRY.replace("playbook: shop", "playbook: other"))

    proposal = propose(house.ledger, files.read(), now=NOW)
    files.apply(house)

    assert any("'smoke'" in one and "goes on as it was" in one for one in proposal.warnings)
    published = {one.id: one for one in house.publication.read(DEFAULT_ORG).definitions}
    assert [one.id for one in published["smoke"].plan.playbooks] == ["shop"]


def test_what_a_person_switched_stays_so_until_the_file_says_something_new(
    house: House, files: Files
) -> None:
    switch_definition(house, "schedule", NIGHTLY, enabled=False, by="user:eve")
    said = files.read()

    proposal = propose(house.ledger, said, now=NOW)
    files.apply(house)

    assert proposal.changes == ()
    assert any("stays switched off" in one and "schedules.yaml:4" in one for one in proposal.warnings)
    assert not house.publication.read(DEFAULT_ORG).definitions[0].enabled

    files.write("schedules.yaml", HEAD + ENTRY.replace("playbook", "enabled: false, playbook"))
    files.apply(house)
    files.write("schedules.yaml", HEAD + ENTRY)
    files.apply(house)

    assert house.publication.read(DEFAULT_ORG).definitions[0].enabled
    assert stands(house, NIGHTLY).switched is None


def test_where_a_definition_stands_follows_its_file(house: House, files: Files) -> None:
    before = stands(house, NIGHTLY)
    files.write("schedules.yaml", "# moved\n\n" + HEAD + ENTRY)

    files.apply(house)

    after = stands(house, NIGHTLY)
    assert (before.written.place, after.written.place) == ("schedules.yaml:4", "schedules.yaml:6")
    assert kinds_of(house, NIGHTLY) == [RevisionKind.APPLIED]


def test_a_file_that_drops_a_definition_deletes_it_and_the_api_can_restore_it(
    house: House, files: Files
) -> None:
    create_definition(house, "schedule", MADE, by="user:eve")
    files.write("schedules.yaml", "apiVersion: v1\nkind: ScheduleConfig\nschedules: []\n")

    files.apply(house, NIGHTLY)
    restore_revision(house, "schedule", NIGHTLY, 1, if_match=None, by="user:eve")

    assert stands(house, NIGHTLY).managed_by is ManagedBy.API
    assert kinds_of(house, NIGHTLY) == [RevisionKind.RESTORED, RevisionKind.DELETED, RevisionKind.APPLIED]
    assert {one.id for one in house.publication.read(DEFAULT_ORG).definitions} == {"nightly", "smoke"}


def test_a_deletion_is_a_fact_of_the_history(house: House) -> None:
    create_definition(house, "schedule", MADE, by="user:eve")

    delete_definition(house, "schedule", SMOKE, confirmed="smoke", if_match=None, by="user:eve")

    with house.ledgers.read() as ledger:
        last = [text for _, kind, text in ledger.journal.after(0) if kind == "definition"][-1]
    assert '"smoke"' in last
    assert '"deleted_at"' in last


def test_what_was_stored_and_not_published_is_published_by_whoever_tries_again(house: House) -> None:
    """A crash between the two left a schedule that never ticked, and the second try was refused as done already."""
    create_definition(house, "schedule", MADE, by="user:eve")
    before = house.publication.read(DEFAULT_ORG)
    with house.publication.alone():
        house.publication.publish(
            type(before)(before.version, before.naming, NOW, "0" * 64, (), before.limits, before.channels)
        )

    with pytest.raises(Refused, match="already"):
        create_definition(house, "schedule", MADE, by="user:eve")

    assert {one.id for one in house.publication.read(DEFAULT_ORG).definitions} == {"nightly", "smoke"}


def test_what_goes_over_a_budget_asks_to_be_accepted(house: House, files: Files) -> None:
    budgeted = MADE | {"budget": {"run_minutes_per_month": 1}}
    ran(house, SMOKE)

    with pytest.raises(Refused, match="accept_cost"):
        create_definition(house, "schedule", budgeted, by="user:eve")
    create_definition(house, "schedule", budgeted, by="user:eve", accept_cost=True)

    assert stands(house).revision == 1
