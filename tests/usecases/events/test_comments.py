"""A command in a comment on a pull request, from the event to its run or to the reaction under it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from builders import a_merge, a_plan, a_playbook, a_source, a_trigger
from code_hosts import RememberedCodeHost
from houses import a_house, apply
from inspect_pipelines.domain.event import Event, EventStatus
from inspect_pipelines.domain.ids import DEFAULT_ORG, EventId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.variable import Variable, VariableType
from inspect_pipelines.ports.code_host import PullRequest
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.ask_code_host import Attempts, ask_code_host
from inspect_pipelines.usecases.events.react import NOT_TOLD, REACTION, TOLD, react
from inspect_pipelines.usecases.events.replay import replay
from inspect_pipelines.usecases.events.route import route

HEAD = "a" * 40
PREVIEW = "https://pr-7.preview.test"
BOOK = a_playbook(
    variables=(
        Variable("target", VariableType.URL),
        Variable("commit", VariableType.SHA),
        Variable("focus", VariableType.PATH_LIST),
        Variable("theme", default="light"),
    )
)
VALUES = {
    "target": "{{deploy_url}}",
    "commit": "{{head_sha}}",
    "focus": "{{changed_paths}}",
    "theme": "{{args.theme}}",
}
PLAN = a_plan(playbooks=(BOOK,), variables=VALUES, allowed_hosts=("*.preview.test",))
TRIGGER = a_trigger("on-command", event="issue_comment.created", branches=("main",), plan=PLAN)


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, TRIGGER, organization=Organization(DEFAULT_ORG, sources=(a_source(),)))
    return house


@pytest.fixture
def host() -> RememberedCodeHost:
    host = RememberedCodeHost()
    host.pulls["acme/shop", 7] = ("src/price.py",)
    host.heads["acme/shop", 7] = PullRequest(HEAD, "feature/tax", "main")
    host.previews["acme/shop", HEAD] = [PREVIEW]
    host.comments.add(("acme/shop", 507))
    return host


def a_comment(line: str = "", number: int = 7, **data: object) -> Event:
    told = {
        "command": "/inspect",
        "arguments": line,
        "author_association": "MEMBER",
        "is_pull_request": True,
        "comment_id": 500 + number,
    }
    return a_merge(number, type="issue_comment.created", sha=None, branch=None, paths=None, data=told | data)


def play(house: House, host: RememberedCodeHost, *events: Event) -> list[Run]:
    with house.ledger.write() as ledger:
        for event in events:
            ledger.events.add(event)
    route(house)
    attempts: dict[EventId, Attempts] = {}
    for _ in range(5):
        ask_code_host(house, host, attempts)
        route(house)
    with house.ledger.read() as ledger:
        return ledger.runs.latest()


def stored(house: House, event: Event) -> Event:
    with house.ledger.read() as ledger:
        found = ledger.events.find(event.id)
    assert found is not None
    return found


def test_a_command_knows_head_preview_and_changed_paths_of_its_pull_request(
    house: House, host: RememberedCodeHost
) -> None:
    """A comment's payload has none of them, so that no trigger on comments could open a preview."""
    (run,) = play(house, host, a_comment("on-command theme=dark"))

    assert {
        name: run.variables[name] for name in ("head_sha", "base_branch", "deploy_url", "changed_paths")
    } == {
        "head_sha": HEAD,
        "base_branch": "main",
        "deploy_url": PREVIEW,
        "changed_paths": "src/price.py",
    }
    assert run.variables["args.theme"] == "dark"
    assert run.origin.startswith("event:")


def test_a_preview_that_is_still_being_made_is_waited_for(house: House, host: RememberedCodeHost) -> None:
    host.previews["acme/shop", HEAD] = [None]
    comment = a_comment()

    before = play(house, host, comment)
    house.clock.sleep(600)
    host.previews["acme/shop", HEAD] = [PREVIEW]
    ask_code_host(house, host, {})
    route(house)

    with house.ledger.read() as ledger:
        (run,) = ledger.runs.latest()
    assert (before, run.variables["deploy_url"]) == ([], PREVIEW)


def test_without_a_preview_people_are_told_and_a_replay_asks_again(
    house: House, host: RememberedCodeHost
) -> None:
    host.previews.clear()
    comment = a_comment()

    (told,) = play(house, host, comment)
    host.previews["acme/shop", HEAD] = [PREVIEW]
    replay(house, comment.id)
    runs = play(house, host)

    assert told.reason.startswith("preview of the pull request unknown: asking for the deployments")
    assert stored(house, comment).status is EventStatus.DECIDED
    assert runs[0].origin.rpartition("@")[2] == "r1"


def test_a_preview_on_a_host_that_is_not_allowed_is_never_opened(
    house: House, host: RememberedCodeHost
) -> None:
    host.previews["acme/shop", HEAD] = ["http://169.254.169.254/latest"]

    (run,) = play(house, host, a_comment())

    assert "which is not allowed" in run.reason
    assert "deploy_url" not in run.variables


def test_two_commands_with_other_arguments_are_two_runs(house: House, host: RememberedCodeHost) -> None:
    first, second = a_comment("theme=dark"), a_comment("theme=light")
    second = a_merge(
        8, **{name: getattr(second, name) for name in ("type", "sha", "branch", "paths", "data")}, number=7
    )

    runs = play(house, host, first, second)

    assert sorted(run.variables["args.theme"] for run in runs) == ["dark", "light"]


@pytest.mark.parametrize(
    "comment",
    [
        a_comment("on-comand"),
        a_comment("thme=dark"),
        a_comment("", author_association="NONE"),
        a_comment('a="'),
    ],
)
def test_whoever_gives_a_command_that_nobody_takes_sees_so_under_it(
    house: House, host: RememberedCodeHost, comment: Event
) -> None:
    """A misspelt command looked like one that was still being worked on."""
    runs = play(house, host, comment)

    count = react(house, host, {})
    again = react(house, host, {})

    assert (runs, count, again) == ([], 1, 0)
    assert host.reactions == {("acme/shop", 507, "confused")}
    assert stored(house, comment).data[REACTION] == TOLD


def test_a_command_that_started_something_gets_no_reaction(house: House, host: RememberedCodeHost) -> None:
    apply(house, TRIGGER, a_trigger("other", event="issue_comment.created"))

    (run,) = play(house, host, a_comment("other"))

    assert run.definition_id == "other"
    assert react(house, host, {}) == 0


def test_a_reaction_that_fails_is_tried_again_and_one_that_may_not_be_is_not(
    house: House, host: RememberedCodeHost
) -> None:
    not_before: dict[EventId, datetime] = {}
    late, never = a_comment("nobody"), a_comment("nobody", 9)
    play(house, host, late, never)
    host.is_away = True

    assert react(house, host, not_before) == 0
    host.is_away = False
    too_early = react(house, host, not_before)
    house.clock.sleep(31)

    assert (too_early, react(house, host, not_before)) == (0, 1)
    assert (stored(house, late).data[REACTION], stored(house, never).data[REACTION]) == (TOLD, NOT_TOLD)
    assert react(house, host, not_before) == 0
    assert not_before == {}


def test_a_reaction_is_not_put_under_a_comment_of_yesterday(house: House, host: RememberedCodeHost) -> None:
    play(house, host, a_comment("nobody"))
    house.clock.sleep(timedelta(days=1).total_seconds())

    assert react(house, host, {}) == 0
    assert host.reactions == set()
