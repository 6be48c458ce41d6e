"""Several web processes behind a proxy, one ledger in PostgreSQL: whichever answers, it is the same server."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path

import httpx
import psycopg
import pytest

from builders import a_run
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.access import Role
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.signed_link import SignedLink
from inspect_pipelines.engine.presence import code
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.change_members import add_member
from inspect_pipelines.usecases.access.set_password import set_password
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.wiring import estate
from journeys_commands import COMMAND, Project
from journeys_up import write_project
from patience import until
from people import a_token, bearer
from postgres import a_server
from ready_proxy import Backend, Proxy, a_proxy
from senders import OTHER_SECRET, as_json, standard_headers

PASSWORD = "kettle of brave otters"
ORGANIZATION = """\
apiVersion: v1
kind: OrganizationConfig
metadata: {orgId: default}
sources:
  - {id: alerts, kind: generic, secrets: "${env:TEST_OTHER_SECRET}", rate_per_minute: 100000}
"""
IDS = count(1)


@dataclass
class Webs:
    """A home with a ledger in PostgreSQL, its web processes, and the proxy before them."""

    project: Project
    url: str  # of the database
    house: House
    proxy: Proxy
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        more = {"INSPECT_DATABASE_URL": self.url, "TEST_OTHER_SECRET": OTHER_SECRET}
        return {**self.project.environment, **more}

    def start(self) -> Backend:
        """One more process; the proxy knows it once it is ready."""
        process, backend = self.launch(f"web-{len(self.processes)}.log")
        self.processes.append(process)
        self.proxy.backends.append(backend)
        until(lambda: backend.is_ready or process.poll() is not None)
        assert process.poll() is None
        return backend

    def launch(self, log: str, **own: str) -> tuple[subprocess.Popen[str], Backend]:
        """A process on a port that the kernel gives it, with variables of its own."""
        words = [COMMAND, "web", "--port", "0", "--drain", "2"]
        with (self.project.root / log).open("wb") as output:
            process = subprocess.Popen(
                words,
                cwd=self.project.root,
                env=self.environment | own,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
            )
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said.startswith("web answers at "), said
        return process, Backend(said.split()[3])

    def restart(self, nth: int) -> None:
        """As a deployment does: another one first, then this one is asked to leave."""
        self.start()
        self.processes[nth].send_signal(signal.SIGTERM)
        assert self.processes[nth].wait(120) in (0, -signal.SIGTERM)

    def deliver(self, client: httpx.Client) -> int:
        body = as_json({"event": "alert", "nth": next(IDS)})
        headers = standard_headers(body, f"d-{next(IDS)}")
        return client.post("/webhooks/generic/alerts", content=body, headers=headers).status_code

    def kept(self) -> int:
        with psycopg.connect(self.url.replace("+psycopg", "")) as connection:
            found: int = connection.execute("SELECT count(*) FROM inbox").fetchone()[0]  # type: ignore[index]
            return found


@pytest.fixture(scope="module")
def webs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webs]:
    root = tmp_path_factory.mktemp("webs")
    project = write_project(root, "http://127.0.0.1:9", "nightly")
    (root / "organization.yaml").write_text(ORGANIZATION)
    with ExitStack() as stack:
        url = stack.enter_context(a_server())
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("INSPECT_DATABASE_URL", url)
        patch.setenv("INSPECT_HOME", str(project.home))
        patch.setenv("INSPECT_PROJECT", str(root))
        patch.setenv("TEST_OTHER_SECRET", OTHER_SECRET)
        environment = {**project.environment, "INSPECT_DATABASE_URL": url}
        # in a process of its own, whose connections go with it
        subprocess.run(
            [COMMAND, "apply", "--yes"], cwd=root, env=environment, check=True, capture_output=True
        )
        house = estate(Settings()).house(DEFAULT_ORG)
        stack.callback(house.ledgers.close)
        found = Webs(project, url, house, stack.enter_context(a_proxy()))
        stack.callback(_end, found)
        found.start()
        found.start()
        yield found


def _end(webs: Webs) -> None:
    for process in webs.processes:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def through(webs: Webs, **headers: str) -> httpx.Client:
    return httpx.Client(base_url=webs.proxy.url, timeout=120, trust_env=False, headers=headers)


def asked_of_each(webs: Webs, path: str, **headers: str) -> list[httpx.Response]:
    """What two answers in a row are, which two processes give."""
    with through(webs, **headers) as client:
        before = len(webs.proxy.answered_by)
        answers = [client.get(path), client.get(path)]
    assert len({*webs.proxy.answered_by[before:]}) == 2
    return answers


def test_no_delivery_is_refused_while_one_after_the_other_is_restarted(webs: Webs) -> None:
    before, is_over = webs.kept(), threading.Event()

    def send() -> list[int]:
        with through(webs) as client:
            answers = []
            while not is_over.is_set():
                answers.append(webs.deliver(client))
            return answers

    with ThreadPoolExecutor(3) as pool:
        senders = [pool.submit(send) for _ in range(3)]
        try:
            oldest = next(nth for nth, one in enumerate(webs.processes) if one.poll() is None)
            webs.restart(oldest)
            webs.restart(oldest + 1)
        finally:
            is_over.set()
    answers = [status for sender in senders for status in sender.result()]

    assert {*answers} == {202}
    assert webs.kept() - before == len(answers) > 20
    log = (webs.project.root / f"web-{oldest}.log").read_text("utf-8")
    assert "Traceback" not in log, log


def test_whoever_signs_in_at_one_is_known_to_all_and_nobody_elses_page_may_use_that(webs: Webs) -> None:
    add_member(webs.house, "ada", Role.ADMIN, by="user:root")
    set_password(webs.house, "ada", PASSWORD, by="user:root")
    ours = webs.proxy.url.replace("http:", "https:")
    with through(webs, Origin=ours) as client:
        entered = client.post("/api/v1/auth/login", json={"login": "ada", "password": PASSWORD})
        assert entered.status_code == 200, entered.text
        cookie = entered.headers["set-cookie"].partition(";")[0]
        assert cookie.startswith("__Host-"), "it came encrypted, says the proxy"

    assert [one.json()["login"] for one in asked_of_each(webs, "/api/v1/me", Cookie=cookie)] == ["ada", "ada"]
    for origin, status in ((ours, 200), ("https://evil.example", 403)):
        with through(webs, Cookie=cookie, Origin=origin) as client:
            answers = [client.post("/api/v1/auth/logout") for _ in range(2 if status == 403 else 1)]
        assert [one.status_code for one in answers] == [status] * len(answers)
    assert [one.status_code for one in asked_of_each(webs, "/api/v1/me", Cookie=cookie)] == [401, 401]


def test_each_says_in_the_ledger_what_it_is_until_it_leaves(webs: Webs) -> None:
    def living() -> int:
        return sum(process.poll() is None for process in webs.processes)

    until(lambda: len(webs.house.ledgers.presences.told()) == living())
    told = webs.house.ledgers.presences.told()

    assert {one.part for one in told} == {"web"}
    assert {one.place for one in told} <= {backend.url for backend in webs.proxy.backends}
    assert {one.code for one in told} == {code()}


def test_one_with_an_empty_home_of_its_own_is_the_same_server(webs: Webs, tmp_path: Path) -> None:
    """As on another machine: what it needs besides the variables is in the ledger."""
    reader = bearer(a_token(webs.house, "everywhere", random=b"sixteen of whose"))
    process, backend = webs.launch("elsewhere.log", INSPECT_HOME=str(tmp_path / "elsewhere"))
    body, before = as_json({"event": "alert", "nth": next(IDS)}), webs.kept()
    try:
        until(lambda: backend.look() or backend.is_ready or process.poll() is not None)
        headers = standard_headers(body, f"d-{next(IDS)}")
        delivered = backend.client.post("/webhooks/generic/alerts", content=body, headers=headers)
        there = backend.client.get("/api/v1/schedules", headers=reader).json()
    finally:
        process.terminate()
        process.wait(120)
        backend.client.close()
        process.stdout.close()
    with through(webs, **reader) as client:
        here = client.get("/api/v1/schedules").json()

    assert delivered.status_code == 202, delivered.text
    assert webs.kept() == before + 1
    assert [one["id"] for one in there["items"]] == ["nightly"]
    assert there == here


def test_what_one_has_counted_is_used_up_at_the_other(webs: Webs) -> None:
    token = a_token(webs.house, "grace", random=b"another sixteen.")

    def left() -> list[int]:
        answers = asked_of_each(webs, "/api/v1/me", **bearer(token))
        return [int(one.headers["RateLimit"].partition(";r=")[2].partition(";")[0]) for one in answers]

    # a window may be over between two of them, and then two may follow each other with the same
    until(lambda: (two := left())[1] == two[0] - 1)


def test_a_link_that_is_signed_once_opens_everywhere(webs: Webs) -> None:
    run = a_run(900)
    key = b"k" * 32
    with webs.house.ledger.write() as ledger:
        ledger.runs.request(run)
        ledger.organizations.use_link_key(key)
    report = Path(webs.house.reports.url(run.id))
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text("<!doctype html><title>Report</title>")
    text = SignedLink(DEFAULT_ORG, run.id, webs.house.clock.now() + timedelta(hours=1)).text(key)

    assert [one.status_code for one in asked_of_each(webs, f"/signed/{text}")] == [200, 200]
    assert {one.status_code for one in asked_of_each(webs, f"/signed/{text[:-1]}")} == {404}


def test_what_one_has_under_way_when_it_shall_leave_is_finished_there_or_elsewhere(webs: Webs) -> None:
    """A body that comes in slowly is taken in; a stream ends, and the one that is asked next tells what was missed."""
    token = a_token(webs.house, "eve", random=b"sixteen of hers.")
    webs.start()
    run = _begun(webs)
    body = as_json({"event": "slow"})
    headers = standard_headers(body, f"d-{next(IDS)}")

    with through(webs, **bearer(token)) as client:
        told, last = _follow(client, run, None)
        nth = next(n for n, one in enumerate(webs.proxy.backends) if one.url == webs.proxy.answered_by[-1])
        process, backend = webs.processes[nth], webs.proxy.backends[nth]

        def slowly() -> Iterator[bytes]:
            yield body[:5]
            process.send_signal(signal.SIGTERM)
            with httpx.Client(trust_env=False, timeout=120) as other:
                until(lambda: other.get(f"{backend.url}/readyz").json()["failing"] == ["leaving"])
                assert other.get(f"{backend.url}/healthz").headers["connection"] == "close"
            yield body[5:]

        with httpx.Client(base_url=backend.url, trust_env=False, timeout=120) as direct:
            taken = direct.post("/webhooks/generic/alerts", content=slowly(), headers=headers)
        until(lambda: not backend.is_ready)
        abort(webs.house, run.id, RunStatus.CANCELLED, "it was not wanted any more")
        missed, _ = _follow(client, run, last)

    assert taken.status_code == 202, taken.text
    assert process.wait(120) in (0, -signal.SIGTERM)
    assert (told, missed) == (["pending"], ["cancelled"])
    assert webs.proxy.answered_by[-1] != backend.url


def _begun(webs: Webs) -> Run:
    now = webs.house.clock.now()
    run = a_run(950, requested_at=now, nominal_at=now)
    with webs.house.ledger.write() as ledger:
        ledger.runs.request(run)
    return run


def _follow(client: httpx.Client, run: Run, last: str | None) -> tuple[list[str], str | None]:
    """What is told of this run first, and the id of the last event."""
    with client.stream("GET", "/api/v1/progress", headers={"Last-Event-ID": last} if last else {}) as answer:
        assert answer.status_code == 200
        told = []
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                last = value
            elif name == "data" and json.loads(value)["id"] == run.id:
                told.append(json.loads(value)["status"])
            elif not line and told:
                break
    return told, last
