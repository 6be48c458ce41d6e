"""An agent's playbook becomes a browser's, the site moves an element, an agent finds it, a person accepts: from prose to a passed run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from in_process import Done, command
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.pictures.compare_run import compare_run
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import judge
from inspect_pipelines.usecases.runs.mend import mend_all
from inspect_pipelines.usecases.runs.play import play_all
from inspect_pipelines.usecases.runs.start import Ticket
from inspect_pipelines.wiring import house as wired
from open_inspect_rig import PACE
from resources.sessions.open_inspect import sessions as open_inspect
from stand_ins.open_inspect import ACTOR, SECRET, STEP, Agent, ControlPlane
from stand_ins.server import Request, Says, StandIn

PLAYBOOK = """\
apiVersion: v1
kind: Playbook
metadata: {id: shop, name: Shop}
spec:
  runner: open-inspect
  base_url: URL
  variables:
    - {name: email, default: qa@acme.example}
    - {name: password, secret: true, default: "${env:SHOP_PASSWORD}"}
  steps:
    - id: login
      instruction: Log in as {{email}} with {{password}}.
      success_criteria: [{expect_visible: {role: heading, name: Welcome}}]
      actions:
        # the clock moves
        - screenshot: {name: home, mask: ["#clock"]}
    - id: pay
      timeout: 15s
      instruction: Pay for the mug.
      success_criteria: [{expect_visible: {text: Thank you}}]
      actions: [{screenshot: paid}]
"""
SCHEDULES = """\
apiVersion: v1
kind: ScheduleConfig
metadata: {orgId: default}
schedules:
  - id: nightly
    cron: "0 2 * * *"
    timezone: UTC
    playbook: shop
    retries: {infra: 0, finding: 0, visual: 0}
    variables: {email: ada@acme.example}
"""
LOGIN = [
    {"goto": "/"},
    {"fill": {"label": "Email", "value": "ada@acme.example"}},
    {"fill": {"label": "Password", "value": "{{password}}"}},
    {"click": {"role": "button", "name": "Sign in"}},
    {"screenshot": "home"},
]
PASSWORD = "hunter2-of-the-shop"


class Shop(StandIn):
    """A login and a till, whose button a test may rename or break."""

    button = "<button id=pay onclick=\"location='/paid'\">Pay</button>"
    paid = "Thank you"

    def answer(self, request: Request) -> Says:
        style = "<!doctype html><title>Shop</title><style>*{font:20px monospace}</style>"
        if request.path == "/home":
            body = f"<h1>Welcome</h1><p id=clock>{len(self.requests)}</p>{self.button}"
        elif request.path == "/paid":
            body = f"<h1>{self.paid}</h1>"
        else:
            body = (
                "<form action=/home><label>Email<input name=e></label>"
                "<label>Password<input type=password name=p></label><button>Sign in</button></form>"
            )
        return Says(200, style + body, {"Content-Type": "text/html; charset=utf-8"})


class World:
    """A project with its home, a shop and a control plane."""

    def __init__(self, folder: Path, shop: Shop, plane: ControlPlane) -> None:
        self.folder, self.shop, self.plane = folder, shop, plane
        self.runs = 0
        self.file = folder / "playbooks" / "shop.yaml"
        self.file.parent.mkdir()
        self.file.write_text(PLAYBOOK.replace("URL", shop.url), encoding="utf-8")
        (folder / "schedules.yaml").write_text(SCHEDULES, encoding="utf-8")

    def does(self, *words: str) -> Done:
        return command(*words, cwd=self.folder)

    def agent(self, **steps: list[Any]) -> None:
        """From now on an agent says that all has worked, and that it did this."""

        def answer(prompt: str) -> str:
            told = [
                {"id": step, "status": "completed", "did": steps.get(step, [])}
                for step in dict.fromkeys(STEP.findall(prompt))
            ]
            return f"```json\n{json.dumps({'findings': [], 'steps': told})}\n```"

        self.plane.agent = lambda title: Agent(answer=answer)

    def run(self) -> tuple[House, Run]:
        """One run of what is applied, to its end."""
        self.runs += 1
        house = wired(Settings(home=self.folder / ".inspect", project=self.folder, live_frames=False))
        origin = f"cron:nightly:2036-11-22T02:0{self.runs}Z"  # behind every change
        run_id = start.admit(house, Ticket(DefinitionId("nightly"), f"d{self.runs}", origin=origin)).run.id
        with closing(house.sessions):
            play_all(house, run_id)
            mend_all(house, RunId(run_id))
        compare_run(house, run_id)
        return house, judge(house, run_id).report.run


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    shop, plane = Shop(), ControlPlane()
    for name, value in {
        "INSPECT_HOME": str(tmp_path / ".inspect"),
        "OI_SECRET": SECRET,
        "SHOP_PASSWORD": PASSWORD,
        "INSPECT_OPEN_INSPECT_URL": plane.url,
        "INSPECT_OPEN_INSPECT_SECRET": "${env:OI_SECRET}",
        "INSPECT_OPEN_INSPECT_ACTOR": ACTOR,
        "INSPECT_OPEN_INSPECT_PRIVATE": "127.0.0.1",
        "INSPECT_OPEN_INSPECT_MENDS": "true",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(open_inspect, "Pace", lambda: PACE)  # its agents take milliseconds
    yield World(tmp_path, shop, plane)
    shop.close()
    plane.close()


def test_from_an_agents_prose_to_a_browsers_steps_and_back_to_a_passed_run_after_the_site_has_changed(
    world: World,
) -> None:
    assert world.does("apply", "--yes").returncode == 0
    world.agent(login=LOGIN, pay=[{"click": {"selector": "#pay"}}, {"screenshot": "paid"}])
    _, by_agent = world.run()

    # the twin
    twin = world.does("playbook", "distil", by_agent.id, "--yes")

    assert twin.returncode == 0, twin.stderr
    text = world.file.read_text(encoding="utf-8")
    assert 'fill: {label: Email, value: "{{email}}"}' in text
    assert 'fill: {label: Password, value: "{{password}}"}' in text
    assert "# the clock moves" in text
    assert "runner: browser" in text
    assert PASSWORD not in text + twin.stdout
    assert world.does("apply", "--yes").returncode == 0
    house, first = world.run()
    adopt(house, first.id, by="user:ada")
    _, second = world.run()
    assert (first.status, second.status) == (RunStatus.NEEDS_REVIEW, RunStatus.PASSED)

    # the button is another one: the run fails, and an agent is asked
    world.shop.button = "<button class=new onclick=\"location='/paid'\">Pay</button>"
    asked = len(world.plane.sessions)
    world.agent(login=LOGIN, pay=[{"click": {"role": "button", "name": "Pay"}}])
    _, third = world.run()
    shown = world.does("repairs", "list").stdout
    (repair,) = json.loads(world.does("repairs", "list", "--json").stdout)

    assert third.status is RunStatus.FAILED
    assert len(world.plane.sessions) == asked + 1
    assert "proposed" in shown
    assert "#pay" in repair["fault"]
    assert (repair["same"], repair["differing"]) == (2, [])
    assert "2 look as approved with it" in world.does("repairs", "show", repair["id"]).stdout

    # nothing changes until a person has said so
    assert world.file.read_text(encoding="utf-8") == text
    dry = world.does("repairs", "accept", repair["id"], "--dry-run").stdout
    assert "+        - click: {role: button, name: Pay}" in dry
    accepted = world.does("repairs", "accept", repair["id"])
    assert accepted.returncode == 0, accepted.stderr
    assert world.file.read_text(encoding="utf-8") == text.replace(
        'click: {selector: "#pay"}', "click: {role: button, name: Pay}"
    )
    assert world.does("repairs", "accept", repair["id"]).returncode == 2
    assert world.does("apply", "--yes").returncode == 0
    _, fourth = world.run()
    assert fourth.status is RunStatus.PASSED

    # the shop forgets to thank: an agent that finds another button hides nothing
    world.shop.button, world.shop.paid = "<a id=later href=/paid>Pay later</a>", "Sorry"
    world.agent(login=LOGIN, pay=[{"click": {"selector": "#later"}}])
    _, fifth = world.run()
    refused = json.loads(world.does("repairs", "list", "--json").stdout)[0]
    assert fifth.status is RunStatus.FAILED
    assert refused["status"] == "refused"
    assert "Thank you" in refused["reason"]
    assert "was never proposed" in world.does("repairs", "accept", refused["id"]).stderr


@pytest.mark.parametrize("run", ["nothing"])
def test_what_no_agent_has_played_is_not_distilled(world: World, run: str) -> None:
    assert world.does("apply", "--yes").returncode == 0

    done = world.does("playbook", "distil", run)

    assert done.returncode == 2
    assert run in done.stderr
