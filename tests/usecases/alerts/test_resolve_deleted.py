from __future__ import annotations

from pathlib import Path

import pytest

from builders import a_plan, a_schedule
from ends import NIGHTLY, QA, Watch, heard
from houses import a_house
from inspect_pipelines.config.project import Project
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.usecases.definitions.apply import apply as publish

RESOLVED = ("resolved", "slack:#qa")


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    watch = Watch(a_house(tmp_path))
    watch.define()
    return watch


def test_deleting_a_definition_ends_its_incidents_and_tells_those_who_heard(watch: Watch) -> None:
    watch.define(definition_id="hourly-shop")
    watch.end()
    watch.end(definition_id="hourly-shop")
    (left, gone) = (a_schedule(name, plan=a_plan(notify=(QA,))) for name in ("hourly-shop", NIGHTLY))
    project = Project((left,), (), Organization(DEFAULT_ORG), (), ("schedules.yaml",))

    publish(watch.house, project, by="user:ada", may_delete={gone.id})

    assert [one.resolution for one in watch.incidents()] == ["'nightly-shop' was deleted by ada", ""]
    with watch.house.ledger.read() as ledger:
        notes = ledger.outbox.latest()
    assert [one for one in heard(notes) if one[0] == "resolved"] == [RESOLVED]
