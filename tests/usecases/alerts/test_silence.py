from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ends import NIGHTLY, Watch, heard
from houses import a_house
from inspect_pipelines.domain.alerting import Overrides
from inspect_pipelines.domain.ids import IncidentId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.usecases.alerts.silence import end_silences, silence

HOUR = timedelta(hours=1)


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    watch = Watch(a_house(tmp_path))
    watch.define()
    return watch


def silenced(watch: Watch, span: timedelta, **subject: str) -> None:
    until = watch.house.clock.now() + span
    silence(watch.house, **subject, until=until, by="user:ada", reason="known")


@pytest.mark.parametrize("of_definition", [True, False])
def test_nobody_hears_of_what_is_silenced_until_somebody_ends_it(watch: Watch, of_definition: bool) -> None:
    watch.define(alerts=Overrides(alert_after=2))
    watch.end()
    subject = {"definition_id": NIGHTLY} if of_definition else {"incident_id": watch.incidents()[0].id}
    silenced(watch, 99 * HOUR, **subject)

    quiet = watch.end()
    ended = end_silences(watch.house, **subject, by="user:ada")

    assert (quiet, len(ended)) == ([], 1)
    assert heard(watch.end()) == [("opened", "slack:#qa")]


def test_what_is_over_gone_or_not_silenced_is_refused(watch: Watch) -> None:
    watch.end()
    watch.end(RunStatus.PASSED)
    (over,) = watch.incidents()

    with pytest.raises(Refused, match="would be over already"):
        silenced(watch, -HOUR, definition_id=NIGHTLY)
    with pytest.raises(Refused, match="is resolved, so there is nothing to silence"):
        silenced(watch, HOUR, incident_id=over.id)
    with pytest.raises(NotFound, match="'nope' does not exist"):
        silenced(watch, HOUR, incident_id=IncidentId("nope"))
    with pytest.raises(Refused, match="is not silenced"):
        end_silences(watch.house, definition_id=NIGHTLY, by="user:ada")
