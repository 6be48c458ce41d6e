from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ends import Watch, heard
from houses import a_house
from inspect_pipelines.domain.ids import IncidentId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.usecases.alerts.acknowledge import acknowledge


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    watch = Watch(a_house(tmp_path))
    watch.define()
    return watch


def test_who_takes_an_incident_on_is_shown_and_nobody_is_reminded_any_more(watch: Watch) -> None:
    watch.end()
    (incident,) = watch.incidents()
    watch.house.clock.sleep(60)

    acknowledge(watch.house, incident.id, by="user:ada")

    with watch.house.ledger.read() as ledger:
        (note,) = ledger.outbox.latest(limit=1)
    with watch.house.ledgers.read() as ledgers:
        assert [kind for _, kind, _ in ledgers.journal.after(0)][-1] == "incident"
    assert heard([note]) == [("acknowledged", "slack:#qa")]
    assert watch.incidents()[0].acknowledged_by == "user:ada"
    assert watch.end(after=timedelta(hours=48)) == []


def test_nobody_can_take_on_what_is_over_or_never_was(watch: Watch) -> None:
    watch.end()
    watch.end(RunStatus.PASSED)

    with pytest.raises(Refused, match="is resolved already"):
        acknowledge(watch.house, watch.incidents()[0].id, by="user:ada")
    with pytest.raises(NotFound, match="'nope' does not exist"):
        acknowledge(watch.house, IncidentId("nope"), by="user:ada")
