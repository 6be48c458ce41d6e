"""`make bench-distil`: ten changes of a page that are no faults, and five faults; an agent says each time that all is well.

Each case is a home of its own: a run in Chromium that fails, an agent of a stand-in, a repair or a refusal, and for a repair one more run with it.
A repair counts only if that passes; a fault is hidden if its run passes, or if a repair of it is proposed. `BENCH_ARGS="--only 3"` plays one case.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks import report

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from builders import a_plan, a_schedule
from houses import apply
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.expectation import ExpectText, ExpectVisible
from inspect_pipelines.domain.gesture import Click, Fill, Select
from inspect_pipelines.domain.ids import DefinitionId, PlaybookId
from inspect_pipelines.domain.plan import Retries
from inspect_pipelines.domain.playbook import Playbook, Step
from inspect_pipelines.domain.repair import RepairStatus
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.target import Target
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.pictures.compare_run import compare_run
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import judge
from inspect_pipelines.usecases.runs.mend import mend_all
from inspect_pipelines.usecases.runs.play import play_all
from inspect_pipelines.usecases.runs.start import Ticket
from inspect_pipelines.wiring import house as wired
from prepared import prepare
from stand_ins.open_inspect import ACTOR, SECRET, STEP, Agent, ControlPlane
from stand_ins.server import Request, Says, StandIn

GO = "onclick=\"location='/paid'\""
PAGE = {
    "email": "<label>Email<input name=e></label>",
    "size": "<label>Size<select><option>M<option>L</select></label>",
    "total": "<p id=total>12.00 EUR</p>",
    "pay": f"<button id=pay {GO}>Pay</button>",
    "paid": "<h1>Thank you</h1>",
    "frame": "",
    "later": "<h1>We wait for you</h1>",
}
EMAIL: dict[str, Any] = {"fill": {"label": "Email", "value": "qa@acme.example"}}
SIZE: dict[str, Any] = {"select": {"label": "Size", "option": ["M"]}}
PAY: dict[str, Any] = {"click": {"selector": "#pay"}}
NAMED: dict[str, Any] = {"click": {"role": "button", "name": "Pay"}}
WANTED = {
    "changes_repaired_or_refused": (">=", 10.0),
    "repairs_that_do_not_pass": ("<=", 0.0),
    "faults_hidden": ("<=", 0.0),
}


@dataclass(frozen=True)
class Case:
    """What the site did, and what an agent says that it did.

    Attributes:
        page: Parts of it that are otherwise.
        fill: Of the first step.
        pay: Of the second.
    """

    name: str
    page: dict[str, str]
    fill: list[Any] = field(default_factory=lambda: [{"goto": "/"}, EMAIL, SIZE])
    pay: list[Any] = field(default_factory=lambda: [NAMED])
    is_fault: bool = False


def filled(email: Any = EMAIL, size: Any = SIZE) -> list[Any]:
    return [{"goto": "/"}, email, size]


CASES = (
    Case("the id is another one", {"pay": f"<button id=checkout {GO}>Pay</button>"}),
    Case("the button is a link", {"pay": "<a class=b href=/paid>Pay</a>"}, pay=[{"click": {"role": "link", "name": "Pay"}}]),
    Case(
        "a label says it otherwise",
        {"email": "<label>E-mail address<input name=e></label>"},
        fill=filled({"fill": {"label": "E-mail address", "value": "qa@acme.example"}}),
    ),
    Case(
        "a label became a placeholder",
        {"email": "<input placeholder=you@shop>"},
        fill=filled({"fill": {"placeholder": "you@shop", "value": "qa@acme.example"}}),
    ),
    Case(
        "a list has another name",
        {"size": "<select data-testid=size><option>M<option>L</select>"},
        fill=filled(size={"select": {"test_id": "size", "option": ["M"]}}),
    ),
    Case(
        "the button is in a frame",
        {"pay": "<iframe id=till src=/frame></iframe>", "frame": "<button onclick=\"top.location='/paid'\">Pay</button>"},
        pay=[{"click": {"role": "button", "name": "Pay", "frame": "#till"}}],
    ),
    Case(
        "there are two of them",
        {"pay": f"<div id=foot><button id=pay>Pay</button></div><div id=box><button id=pay {GO}>Pay</button></div>"},
        pay=[{"click": {"role": "button", "name": "Pay", "within": "#box"}}],
    ),
    Case("the button is an icon", {"pay": f"<button aria-label=Pay {GO}>&#x2192;</button>"}),
    Case(
        "two elements at once",
        {"email": "<label>Mail<input name=e></label>", "pay": f"<button id=checkout {GO}>Pay</button>"},
        fill=filled({"fill": {"label": "Mail", "value": "qa@acme.example"}}),
    ),
    Case(
        "a menu has to be opened first",
        {"pay": f"<button onclick='m.hidden=false'>Menu</button><div id=m hidden><button {GO}>Pay</button></div>"},
        pay=[{"click": {"text": "Menu"}}, NAMED],
    ),
    Case("the button has gone, and the agent goes round it", {"pay": ""}, pay=[{"goto": "/paid"}], is_fault=True),
    Case(
        "another button is there",
        {"pay": "<a href=/later>Pay later</a>"},
        pay=[{"click": {"text": "Pay later"}}],
        is_fault=True,
    ),
    Case(
        "the button is another one and nobody is thanked",
        {"pay": f"<button id=checkout {GO}>Pay</button>", "paid": "<h1>Sorry</h1>"},
        is_fault=True,
    ),
    Case("the button is disabled", {"pay": f"<button id=pay disabled {GO}>Pay</button>"}, is_fault=True),
    Case(
        "the total is wrong and the field another one",
        {"email": "<input placeholder=Mail>", "total": "<p id=total>0.00 EUR</p>"},
        fill=filled({"fill": {"placeholder": "Mail", "value": "qa@acme.example"}}),
        is_fault=True,
    ),
)  # fmt: skip


class Shop(StandIn):
    """A page with a form, whose parts a case may change."""

    def __init__(self) -> None:
        self.page = PAGE
        super().__init__()

    def answer(self, request: Request) -> Says:
        name = request.path.strip("/")
        body = self.page.get(name) or "".join(self.page[each] for each in ("email", "size", "total", "pay"))
        style = "<!doctype html><title>Shop</title><style>*{font:20px monospace}</style>"
        return Says(200, style + body, {"Content-Type": "text/html; charset=utf-8"})


def playbook(url: str) -> Playbook:
    order = Step(
        "order",
        "Order",
        (Goto("/"), Fill(Target(label="Email"), "qa@acme.example"), Select(Target(label="Size"), ("M",))),
        (ExpectText(Target(selector="#total"), equals="12.00 EUR"),),
        timeout_seconds=3.0,
    )
    pay = Step(
        "pay",
        "Pay",
        (Click(Target(selector="#pay")), TakeScreenshot("paid")),
        (ExpectVisible(Target(text="Thank you")),),
        timeout_seconds=3.0,
    )
    return Playbook(PlaybookId("shop"), "Shop", (order, pay), base_url=url)


def main() -> None:
    """Play every case, print what became of it, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", type=int, help="the number of one case, from 0")
    options = parser.parse_args()
    cases = CASES if options.only is None else [CASES[options.only]]
    began, told = time.monotonic(), []
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            told.append((case, *played(case, Path(folder))))
        print(f"{case.name:50} {told[-1][1]:8} {told[-1][2]}", flush=True)
    changes = [became for case, became, _ in told if not case.is_fault]
    figures = {
        "changes": len(changes),
        "changes_repaired": changes.count("repaired"),
        "changes_refused": changes.count("refused"),
        "changes_repaired_or_refused": changes.count("repaired") + changes.count("refused"),
        "repairs_that_do_not_pass": sum(became == "broken" for _, became, _ in told),
        "faults": len(told) - len(changes),
        "faults_hidden": sum(case.is_fault and became != "refused" for case, became, _ in told),
        "took_seconds": time.monotonic() - began,
    }
    goals = report.goals_of(figures, WANTED)
    if options.only is None:
        report.write("distil", figures, goals)
    else:
        report.show(figures, goals)


def played(case: Case, home: Path) -> tuple[str, str]:
    """(repaired, refused, broken or hidden; what was said)."""
    shop, plane = Shop(), ControlPlane()
    plane.agent = lambda title: Agent(answer=lambda prompt: answer(case, prompt))
    os.environ["OI_SECRET"] = SECRET
    prepare(home)
    house = wired(
        Settings(
            home=home,
            live_frames=False,
            open_inspect_url=plane.url,
            open_inspect_secret="${env:OI_SECRET}",
            open_inspect_actor=ACTOR,
            open_inspect_private="127.0.0.1",
            open_inspect_mends=True,
        )
    )
    try:
        return _played(case, house, shop)
    finally:
        shop.close()
        plane.close()


def _played(case: Case, house: House, shop: Shop) -> tuple[str, str]:
    plan = a_plan(playbooks=(playbook(shop.url),), retries=Retries(0, 0, 0))
    apply(house, a_schedule(plan=plan))
    first = run(house, 1)
    assert first.status is RunStatus.NEEDS_REVIEW, first.reason
    adopt(house, first.id, by="user:bench")
    shop.page = {**PAGE, **case.page}
    second = run(house, 2)
    with house.ledger.read() as ledger:
        repairs = ledger.repairs.of_run(second.id)
    if second.status is RunStatus.PASSED:
        return "hidden", "the run passed"
    proposed = [each for each in repairs if each.status is RepairStatus.PROPOSED]
    if not proposed:
        return "refused", repairs[0].reason if repairs else f"no agent was asked: {second.reason}"
    (repair,) = proposed
    if case.is_fault:
        return "hidden", repair.sentence
    apply(house, a_schedule(plan=replace(plan, playbooks=(accepted(playbook(shop.url), repair.places),))))
    third = run(house, 3)
    return ("repaired" if third.status is RunStatus.PASSED else "broken"), repair.sentence


def accepted(before: Playbook, places: Any) -> Playbook:
    steps = []
    for step in before.steps:
        actions: list[Any] = list(step.actions)
        for place in places:
            if place.step_id == step.id:
                actions[place.number] = replace(actions[place.number], target=place.new)
        steps.append(replace(step, actions=tuple(actions)))
    return replace(before, steps=tuple(steps))


def run(house: House, number: int) -> Any:
    origin = f"cron:nightly-shop:2036-11-22T07:0{number}Z"
    ticket = Ticket(DefinitionId("nightly-shop"), f"d{number}", origin=origin)
    run_id = start.admit(house, ticket).run.id
    with closing(house.sessions):
        play_all(house, run_id)
        mend_all(house, run_id)
    compare_run(house, run_id)
    return judge(house, run_id).report.run


def answer(case: Case, prompt: str) -> str:
    """All has worked, it says."""
    did = {"order": case.fill, "pay": case.pay}
    steps = [
        {"id": step, "status": "completed", "did": did.get(step, [])}
        for step in dict.fromkeys(STEP.findall(prompt))
    ]
    return f"All is well.\n```json\n{json.dumps({'findings': [], 'steps': steps})}\n```"


if __name__ == "__main__":
    main()
