"""A home of an older version goes on under this one: nobody approves anew, hears twice, or loses history.

The pictures are those that were stored then, so that neither this machine's browser nor its fonts have a say.
"""

from __future__ import annotations

import json
import runpy
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from houses import ScriptedSessions
from in_process import command
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.notification import DeliveryStatus, Notification
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.pictures.compare_run import compare_run
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import judge
from inspect_pipelines.usecases.runs.play import play_all
from inspect_pipelines.usecases.runs.start import Ticket
from inspect_pipelines.wiring import house as build
from stand_ins.webhook import SECRET, Receiver

HOMES = Path(__file__).parents[1] / "homes"
NIGHTLY = DefinitionId("front-nightly")
WORKER = "d0000000-0000-4000-8000-00000000000d"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(params=sorted(HOMES.glob("*.tar.xz")), ids=lambda path: path.name.partition(".")[0])
def house(
    request: pytest.FixtureRequest, tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    """What this version builds over the old home; only the browser is played."""
    with tarfile.open(request.param) as archive:
        archive.extractall(tmp_path, filter="data")
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOOK_URL", f"{receiver.url}/hooks/qa")  # the old home had no value for either
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    house = replace(build(Settings()), sessions=ScriptedSessions())
    yield house
    house.workers.release(WORKER)
    house.ledgers.close()
    house.inbox.close()


def shown(house: House, status: RunStatus) -> SessionResult:
    """What the browser saw in the newest run that ended so, in the old home."""
    with house.ledger.read() as ledger:
        runs = ledger.runs.latest(limit=50)
        run = next(one for one in runs if one.definition_id == NIGHTLY and one.status is status)
        (session,) = ledger.evidence.sessions(run.id)
    return session


def watched(house: House, saw: SessionResult) -> Run:
    """One more run of the schedule, in which the browser sees the same once more."""
    run = start.request(house, NIGHTLY, {}, by="user:ada", key=house.clock.new_id())
    house.workers.hold(WORKER)
    start.admit(house, Ticket(NIGHTLY, WORKER, origin=run.origin))
    house.sessions.results.append(saw)
    play_all(house, run.id)
    compare_run(house, run.id)
    return judge(house, run.id).report.run


def sent_in(house: House) -> list[Notification]:
    """All that is due, as several senders in a row would send it."""
    sent = []
    for _ in range(4):
        sent += send_waiting(house)
        house.clock.sleep(1.1)  # a Slack channel takes one message a second
    return sent


def open_incidents(house: House) -> dict[str, Incident]:
    with house.ledger.read() as ledger:
        return {one.kind.value: one for one in ledger.incidents.latest(open_only=True)}


def test_the_approved_pictures_are_still_approved(house: House) -> None:
    with house.ledger.read() as ledger:
        baseline = ledger.baselines.active(NIGHTLY)

    assert baseline is not None
    assert sorted(map(str, baseline.images)) == ["front/home@small", "front/pay@small"]
    assert baseline.created_by.startswith("user:")
    for image in baseline.images.values():
        assert house.gallery.get(image.sha256)


def test_a_page_that_looks_as_approved_passes_and_ends_what_was_wrong_before(house: House) -> None:
    before = open_incidents(house)["visual"]

    run = watched(house, shown(house, RunStatus.PASSED))

    assert (run.status, run.reason) == (RunStatus.PASSED, "2 of 2 views look as approved")
    with house.ledger.read() as ledger:
        after = ledger.incidents.find(before.id)
    assert (after.is_open, after.fingerprint) == (False, before.fingerprint)
    assert set(open_incidents(house)) == {"review"}, "the trigger's first run still waits for a person"
    heard = [(note.target, note.message.kind.value) for note in sent_in(house)]
    assert heard.count(("slack:#qa", "resolved")) == 1
    assert len(set(heard)) == len(heard)


def test_a_page_that_is_still_broken_joins_its_incident_and_nobody_hears_of_it_again(house: House) -> None:
    before = open_incidents(house)["visual"]
    with house.ledger.read() as ledger:
        told = {note.id for note in ledger.outbox.latest()}

    run = watched(house, shown(house, RunStatus.FAILED))

    after = open_incidents(house)["visual"]
    assert (run.status, after.id, after.runs) == (RunStatus.FAILED, before.id, before.runs + 1)
    assert after.acknowledged_by == before.acknowledged_by != ""
    with house.ledger.read() as ledger:
        assert {note.id for note in ledger.outbox.latest()} == told


def test_what_was_sent_is_not_sent_again_and_what_waited_is_sent_once(
    house: House, receiver: Receiver
) -> None:
    files = Path(house.home) / "outbox"
    before = {path.name: path.read_bytes() for path in files.iterdir()}

    sent = sent_in(house)

    assert sorted((note.target, note.message.kind.value) for note in sent) == [
        ("slack:#qa", "acknowledged"),
        ("webhook:hook", "opened"),
    ]
    assert len(receiver.requests) == len(receiver.handled) == 1
    after = {path.name: path.read_bytes() for path in files.iterdir()}
    assert after | before == after, "an old message was written anew"
    assert len(after) == len(before) + 1
    with house.ledger.read() as ledger:
        assert {note.status for note in ledger.outbox.latest()} == {DeliveryStatus.SENT}


def test_the_history_goes_on(house: House) -> None:
    def counted(table: str) -> int:
        ((count,),) = house.history.query(f"SELECT count(*) FROM {table}").rows
        return count

    tables = ("automated_runs", "baselines", "sessions", "screenshots", "comparisons", "incidents", "events")
    before = {table: counted(table) for table in tables}

    run = watched(house, shown(house, RunStatus.PASSED))

    after = {table: counted(table) for table in tables}
    assert before == {
        "automated_runs": 5,
        "baselines": 1,
        "sessions": 5,
        "screenshots": 10,
        "comparisons": 6,
        "incidents": 3,  # a row for each change of one
        "events": 2,
    }
    assert (after["automated_runs"], after["screenshots"], after["events"]) == (6, 12, 2)
    newest = house.history.query(
        "SELECT run_id, status FROM automated_runs ORDER BY scheduled_at DESC LIMIT 1"
    )
    assert newest.rows == ((run.id, "passed"),)


def test_events_keep_what_was_decided_and_a_delivery_that_comes_again_is_known(house: House) -> None:
    with house.ledger.read() as ledger:
        events = {event.environment: event for event in ledger.events.latest()}
        decided = {name: ledger.answers.of_event(event.id) for name, event in events.items()}

    outcomes = {name: [one.outcome.value for one in found] for name, found in decided.items()}
    assert outcomes == {"production": ["started"], "staging": ["no"]}
    assert decided["production"][0].run_id is not None
    assert house.inbox.known(house.org_id, events["staging"].source_id, ["d1", "d2", "d3"]) == {"d1", "d2"}
    assert (
        json.loads(house.inbox.find(house.org_id, events["staging"].id).body)["deployment_status"]["state"]
        == "success"
    )


def test_applying_the_same_files_changes_no_definition_and_publishes_them_in_today_s_form_once(
    house: House, tmp_path: Path
) -> None:
    files = runpy.run_path(str(HOMES / "make.py"))
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "front.yaml").write_text(files["PLAYBOOK"])
    (tmp_path / "schedules.yaml").write_text(files["SCHEDULES"])
    (tmp_path / "organization.yaml").write_text(files["ORGANIZATION"])

    def since() -> object:
        with house.ledger.read() as ledger:
            return ledger.definitions.effective_since(NIGHTLY)

    before = since()

    first, second = (command("apply", "--yes", cwd=tmp_path) for _ in range(2))

    assert first.stdout == "nothing to change; published anew\n", first.stderr
    assert second.stdout == "nothing to change: 2 definitions as applied\n", second.stderr
    assert since() == before, "times that were due before would not count any more"
