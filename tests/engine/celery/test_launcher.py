"""Runs over a real Redis server and a real worker: none lost, none twice, whatever happens to either."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator

import dagster as dg
import psutil
import pytest
from dagster._core.launcher import WorkerStatus

from assets import tags
from celery_worker import Crew, a_crew
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.celery.survey import survey
from inspect_pipelines.engine.celery.worker import Wishes, Worker
from inspect_pipelines.errors import Refused
from patience import until
from processes import lives
from resources.clock import SystemClock
from resources.publication import FilePublication
from warm_parent import MODULE

ENDED = dg.DagsterRunStatus


@pytest.fixture(scope="module")
def crew(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    with a_crew(tmp_path_factory.mktemp("crew") / "home") as crew:
        yield crew


@pytest.fixture(autouse=True)
def working(crew: Crew) -> Iterator[None]:
    """Each test finds a broker that answers, a worker without work, and queues without orders."""
    if not crew.redis.is_up:
        crew.redis.start()
    crew.redis.client.flushall()
    if crew.process is None or crew.process.poll() is not None:
        crew.work()
    yield
    for run_id in crew.workers.living():
        crew.workers.kill(run_id)
    until(lambda: not crew.workers.living())


def run_of(crew: Crew, run_id: str) -> dg.DagsterRun:
    run = crew.instance.get_run_by_id(run_id)
    assert run is not None
    return run


def send_again(crew: Crew, *run_ids: str) -> list[str]:
    return crew.instance.run_launcher.send_again([run_of(crew, each) for each in run_ids])


def health(crew: Crew, run_id: str) -> WorkerStatus:
    return crew.instance.run_launcher.check_run_worker_health(run_of(crew, run_id)).status


def starts(crew: Crew, run_id: str) -> int:
    return len(crew.instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_START))


def in_hand(crew: Crew, *run_ids: str) -> None:
    until(lambda: all(crew.in_step(each) for each in run_ids))


def test_a_run_is_a_fork_of_the_workers_warm_parent(crew: Crew) -> None:
    run_id = crew.launch()

    assert crew.ended(run_id) is ENDED.SUCCESS
    log = (crew.home / "logs" / "celery.log").read_text()
    assert f"Dagster run {run_id}: Forked by the warm parent" in log


def test_an_emptied_broker_costs_no_run_and_starts_none_twice(crew: Crew) -> None:
    playing, waiting = [crew.launch("slow") for _ in range(2)], [crew.launch() for _ in range(2)]
    in_hand(crew, *playing)
    before = send_again(crew, *playing, *waiting)

    crew.redis.client.flushall()
    again = send_again(crew, *playing, *waiting)
    twice = send_again(crew, *playing, *waiting)
    statuses = {health(crew, each) for each in waiting}
    for each in playing:
        crew.instance.run_launcher.terminate(each)

    assert (before, sorted(again), twice) == ([], sorted(waiting), [])
    assert statuses == {WorkerStatus.UNKNOWN}, "one that waits is not lost"
    assert {crew.ended(each) for each in waiting} == {ENDED.SUCCESS}
    assert {crew.ended(each) for each in playing} == {ENDED.CANCELED}
    assert [starts(crew, each) for each in [*playing, *waiting]] == [1, 1, 1, 1]


def test_an_order_that_comes_twice_is_played_once(crew: Crew) -> None:
    blocking = [crew.launch("slow") for _ in range(2)]
    in_hand(crew, *blocking)
    run_id = crew.launch()
    (order,) = crew.redis.client.lrange("runs", 0, -1)
    crew.redis.client.rpush("runs", order, order)

    for each in blocking:
        crew.instance.run_launcher.terminate(each)

    assert crew.ended(run_id) is ENDED.SUCCESS
    until(lambda: not crew.redis.client.llen("runs") and not crew.workers.living())
    assert starts(crew, run_id) == 1


def test_runs_wait_for_a_broker_that_is_away(crew: Crew) -> None:
    crew.redis.stop()
    run_id = crew.launch()
    while_away = send_again(crew, run_id)
    crew.redis.start()

    again = send_again(crew, run_id)

    assert (while_away, again) == ([], [run_id])
    assert crew.ended(run_id) is ENDED.SUCCESS, "the worker has found the broker again by itself"
    told = next(line for line in crew.messages(run_id) if "does not answer" in line)
    assert f"the broker at 'redis://{crew.redis.address}:{crew.redis.port}/0' does not answer" in told
    assert told.endswith("Nothing is lost meanwhile: runs wait, and are sent when it answers.")


def test_a_killed_worker_takes_no_run_with_it(crew: Crew) -> None:
    playing = [crew.launch("slow") for _ in range(2)]
    in_hand(crew, *playing)
    waiting = crew.launch()
    left = psutil.Process(crew.process.pid).children()

    crew.process.kill()
    crew.process.wait()

    assert {health(crew, each) for each in playing} == {WorkerStatus.RUNNING}
    assert send_again(crew, waiting) == [], "its order is still in the queue"
    for each in playing:
        crew.instance.run_launcher.terminate(each)
    assert {crew.ended(each) for each in playing} == {ENDED.CANCELED}
    until(lambda: not any(lives(one) for one in left))  # they are on a leash, and end after their last run
    crew.work()
    assert crew.ended(waiting) is ENDED.SUCCESS
    assert starts(crew, waiting) == 1


def test_a_run_whose_process_is_killed_is_concluded_by_the_warm_parent(crew: Crew) -> None:
    run_id = crew.launch("slow")
    in_hand(crew, run_id)

    crew.workers.kill(run_id)

    assert crew.ended(run_id) is ENDED.FAILURE
    assert "its process was killed (signal SIGKILL)" in crew.messages(run_id)[-1]


def test_one_that_waits_in_a_queue_can_be_canceled_and_is_not_played_later(crew: Crew) -> None:
    playing = [crew.launch("slow") for _ in range(2)]
    in_hand(crew, *playing)
    waiting = crew.launch()

    crew.instance.run_launcher.terminate(waiting)
    for each in playing:
        crew.instance.run_launcher.terminate(each)

    assert crew.status(waiting) is ENDED.CANCELED
    until(lambda: not crew.redis.client.llen("runs") and not crew.workers.living())
    assert starts(crew, waiting) == 0
    assert not crew.instance.run_launcher.terminate(waiting)


def test_an_organisation_has_the_queue_that_the_setting_names(crew: Crew) -> None:
    run_id = crew.create()
    crew.instance.add_run_tags(run_id, {tags.ORG: "strangers", "dagster-celery/queue": "runs"})

    crew.instance.launch_run(run_id, None)

    (order,) = crew.redis.client.lrange("outer", 0, -1)  # and not where the run's own tags say
    said = json.loads(b64decode(json.loads(order)["body"]))[:2]
    assert said == [[run_id, "quick", MODULE], {}], "neither an address nor a secret"
    checks = {check.name: check for check in survey(Settings())}
    assert checks["broker"].is_ok
    assert checks["queue runs"].found == "1 worker, 2 runs at once"
    assert not checks["queue outer"].is_ok
    assert checks["queue outer"].how.endswith("inspect-pipelines worker --queue outer")


def test_a_worker_that_is_asked_to_stop_ends_after_its_last_run_and_a_second_time_cancels(crew: Crew) -> None:
    playing = [crew.launch("slow") for _ in range(2)]
    in_hand(crew, *playing)
    waiting = crew.launch()

    crew.process.terminate()
    until(lambda: "2 in progress; nothing new is taken" in crew.said)
    are_playing = crew.process.poll() is None and {crew.status(each) for each in playing} == {ENDED.STARTED}
    crew.process.terminate()
    crew.process.wait()

    assert are_playing
    assert ENDED.SUCCESS not in {crew.ended(each) for each in playing}
    assert crew.status(waiting) is ENDED.STARTING
    assert crew.redis.client.llen("runs") == 1, "left to other workers"


def test_another_worker_in_the_same_home_is_refused(crew: Crew) -> None:
    settings = Settings()
    second = Worker(
        settings, Wishes(["runs"], 2), SystemClock(), print, FilePublication(settings.absolute_home())
    )

    with pytest.raises(Refused, match="another one takes runs in INSPECT_HOME"):
        second.run(print)
