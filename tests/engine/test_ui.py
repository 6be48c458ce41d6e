"""Dagster's real UI behind the door: nobody but its own pages and programs changes anything, in a real browser too."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Iterator
from fcntl import LOCK_EX, flock
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import httpx
import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, sync_playwright
from websockets.sync.client import connect

from builders import NOW, a_schedule
from dagster_ui import dagster_ui_on_socket
from doors import a_door
from inspect_pipelines.cli.main import cli
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.engine.state import UpState, lock_path, write_state
from inspect_pipelines.ports.engine import Launch
from inspect_pipelines.ports.house import House
from inspect_pipelines.wiring import house as build
from patience import allowed, until
from processes import children_with
from resources.clock import SystemClock
from resources.dagster.graphql import GraphqlEngine
from resources.dagster.ticker import DagsterTicker

QUICK = DefinitionId("quick")
STOP = 'mutation { stopRunningSchedule(id: "%s") { __typename } }'
STATE = """query { repositoriesOrError { ... on RepositoryConnection { nodes { name location { name }
schedules { name scheduleState { id status } } } } } }"""


@pytest.fixture(scope="module")
def socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with dagster_ui_on_socket(tmp_path_factory.mktemp("home")) as place:
        yield place


@pytest.fixture(scope="module")
def url(socket: Path) -> Iterator[str]:
    with a_door(socket) as url:
        yield f"{url}/dagster"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


def schedule(url: str) -> dict[str, str]:
    """The state of `quick_schedule`, as Dagster says it."""
    answer = httpx.post(f"{url}/graphql", json={"query": STATE}, trust_env=False, timeout=120).json()
    (node,) = answer["data"]["repositoriesOrError"]["nodes"]
    (found,) = [one for one in node["schedules"] if one["name"] == "quick_schedule"]
    state: dict[str, str] = found["scheduleState"]
    return state


def test_its_own_server_is_reached_by_this_user_alone_and_listens_on_no_port(socket: Path) -> None:
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    (server,) = children_with("inspect_pipelines.engine.ui")
    family = [server, *server.children(recursive=True)]
    listening = [c.laddr for one in family for c in one.net_connections("tcp") if c.status == "LISTEN"]
    assert listening == []


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 405),
        ("GET", {"accept": "image/*"}, 405),
        ("POST", {"content-type": "text/plain"}, 415),
        ("POST", {"content-type": "text/plain; x=application/json"}, 415),
        ("POST", {"content-type": "application/x-www-form-urlencoded"}, 415),
        ("POST", {"content-type": "application/graphql"}, 415),
        ("POST", {"content-type": "application/json", "origin": "http://evil.example"}, 403),
        ("POST", {"content-type": "application/json", "origin": "null"}, 403),
        ("POST", {"content-type": "application/json", "sec-fetch-site": "same-site"}, 403),
        ("POST", {"content-type": "application/json", "host": "evil.example"}, 400),
        ("PUT", {"content-type": "application/json"}, 405),
    ],
)
def test_a_mutation_that_no_page_of_dagster_sends_is_refused(
    url: str, method: str, headers: dict[str, str], status: int
) -> None:
    """An image tag of a page under test stopped the nightly schedule, over restarts; `/health` went on to say ok."""
    before = schedule(url)
    mutation = STOP % before["id"]
    answer = httpx.request(
        method,
        f"{url}/graphql?query={quote(mutation)}",
        content=json.dumps({"query": mutation}) if method == "POST" else None,
        headers=headers,
        trust_env=False,
        timeout=120,
    )

    assert answer.status_code == status
    assert schedule(url) == before


def test_a_subscription_runs_over_the_websocket(url: str, socket: Path) -> None:
    """The page of a run in progress asks for its events in this way."""
    engine = GraphqlEngine(url, SystemClock(), socket=socket)
    run_id = engine.launch(Launch("quick", "request:w", {}))
    engine.close()
    query = """subscription S($id: ID!) { pipelineRunLogs(runId: $id) { __typename
      ... on PipelineRunLogsSubscriptionSuccess { messages { __typename } } } }"""
    with connect(
        f"{url.replace('http', 'ws')}/graphql",
        subprotocols=["graphql-ws"],
        origin=url.removesuffix("/dagster"),
        proxy=None,
    ) as ours:
        ours.send(json.dumps({"type": "connection_init"}))
        acknowledged = json.loads(ours.recv(120))
        start = {"query": query, "variables": {"id": run_id}}
        ours.send(json.dumps({"type": "start", "id": "1", "payload": start}))
        first = json.loads(ours.recv(120))

    assert acknowledged["type"] == "connection_ack"
    assert (first["type"], first["id"]) == ("data", "1")
    assert first["payload"]["data"]["pipelineRunLogs"]["messages"]


def test_our_engine_and_ticker_go_past_the_door(socket: Path) -> None:
    """The web process may be busy or gone when somebody cancels a run."""
    engine = GraphqlEngine("http://127.0.0.1:9/dagster", SystemClock(), socket=socket)
    ticker = DagsterTicker(lambda: "http://127.0.0.1:9/dagster", SystemClock(), socket=socket)

    assert engine.answers()
    assert ticker.look(Naming(DEFAULT_ORG), [QUICK], []) is not None
    engine.close()


def test_the_ui_works_in_a_browser_and_its_switch_switches(
    url: str, browser: Browser, tmp_path: Path
) -> None:
    errors: list[str] = []
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("response", lambda got: errors.append(f"{got.status} {got.url}") if got.status >= 400 else None)

    page.goto(url.removesuffix("/dagster") + "/dagster", wait_until="networkidle", timeout=allowed(60) * 1000)
    page.goto(f"{url}/automation", timeout=allowed(60) * 1000)
    page.get_by_text("quick_schedule").first.wait_for(timeout=allowed(60) * 1000)
    page.get_by_text("At 02:00 AM").first.wait_for(timeout=allowed(60) * 1000)
    shown = page.screenshot(path=str(tmp_path / "automation.png"))
    page.get_by_text("Select all").click()
    page.get_by_role("button", name="Actions").click()
    page.get_by_text("Stop 3 automations").click()
    page.get_by_role("button", name="Stop 3 automations").click()  # the dialog asks once more
    until(lambda: schedule(url)["status"] == "STOPPED")

    assert errors == []
    assert len(shown) > 10_000
    page.close()


class Evil(BaseHTTPRequestHandler):
    page = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, *args: object) -> None:
        pass


EVIL = """<!doctype html><title>Evil</title>
<img src="%(get)s"><script src="%(get)s"></script><iframe src="%(get)s"></iframe>
<iframe name=f></iframe>
<form target=f method=post action="%(get)s" enctype="text/plain"><input name='{"query": "%(escaped)s", "x": "' value='"}'></form>
<script>
const json = JSON.stringify({query: %(quoted)s});
const posts = ['text/plain', 'application/json', 'text/plain; x=application/json', 'application/x-www-form-urlencoded'].flatMap(type =>
  ['no-cors', 'cors'].map(mode => fetch("%(graphql)s", {method: 'POST', mode, body: json, headers: {'content-type': type}}).catch(e => 0)));
navigator.sendBeacon("%(graphql)s", new Blob([json], {type: 'text/plain'}));
document.forms[0].submit();
const socket = new Promise(done => { const w = new WebSocket("%(ws)s", "graphql-ws");
  w.onopen = () => { document.title = 'a socket opened'; done(); }; w.onerror = done; });
Promise.all([...posts, socket]).then(() => setTimeout(() => document.body.id = 'done', 500));
</script>"""


def test_a_hostile_page_on_another_port_cannot_switch_a_schedule_off_in_any_way(
    url: str, browser: Browser
) -> None:
    before = schedule(url)
    mutation = STOP % before["id"]
    Evil.page = (
        EVIL
        % {
            "get": f"{url}/graphql?query={quote(mutation)}",
            "escaped": mutation.replace('"', "&quot;"),
            "quoted": json.dumps(mutation),
            "graphql": f"{url}/graphql",
            "ws": f"{url.replace('http', 'ws')}/graphql",
        }
    ).encode()
    with ThreadingHTTPServer(("127.0.0.1", 0), Evil) as site:
        Thread(target=site.serve_forever, daemon=True).start()
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{site.server_port}/", timeout=allowed(30) * 1000)
        page.wait_for_selector("#done", state="attached", timeout=allowed(60) * 1000)
        title = page.title()
        page.close()
        site.shutdown()

    assert title == "Evil"
    assert schedule(url) == before


def test_schedules_list_shows_a_schedule_as_stopped_that_is_stopped_in_the_ui(
    url: str, socket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = socket.parent.parent
    monkeypatch.setenv("INSPECT_HOME", str(home))
    house = an_applied_house(home)
    httpx.post(f"{url}/graphql", json={"query": STOP % schedule(url)["id"]}, trust_env=False, timeout=120)
    with lock_path(home).open("w") as lock:
        flock(lock, LOCK_EX)
        write_state(home, UpState(1, "", url.removesuffix("/dagster"), url, {}))
        shown = CliRunner().invoke(cli, ["schedules", "list"], catch_exceptions=False).output
        as_json = json.loads(
            CliRunner().invoke(cli, ["schedules", "list", "--json"], catch_exceptions=False).output
        )
    house.ledgers.close()

    assert "stopped in the Dagster UI" in shown
    assert [(one["id"], one["is_stopped"], one["next_at"]) for one in as_json] == [("quick", True, None)]


def an_applied_house(home: Path) -> House:
    house = build(Settings(home=home))
    house.ledgers.migrate()
    with house.ledger.write() as ledger:
        ledger.definitions.save(a_schedule("quick"), by="user:ada", at=NOW)
    return house
