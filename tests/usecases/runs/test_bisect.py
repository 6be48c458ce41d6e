"""Bisect: what is played of a failed run, what counts as tried, and that it leaves no trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builders import a_finding, a_plan, a_playbook, a_run, a_schedule, a_session
from ends import NIGHTLY, QA, Watch
from houses import a_house, apply
from inspect_pipelines.domain.action import Goto
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.playbook import Step
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import SessionRequest, SessionResult, SessionStatus
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.bisect import Bisected, bisect, case_of

COMMITS = ("aaaaaaa1", "bbbbbbb2", "ccccccc3", "ddddddd4")
PREVIEW = "http://{{short_commit}}.shop.test"
BROKEN = a_finding()  # at the step `pay` of the playbook `shop`


class Previews:
    """Sessions that show at each address what a test says, and remember where they were."""

    def __init__(self, shows: Callable[[str], dict[str, Any]]) -> None:
        self.played: list[str] = []
        self._shows = shows

    def play(self, request: SessionRequest, **_: Any) -> SessionResult:
        self.played.append(request.playbook.base_url)
        values = {"findings": (), "screenshots": (), **self._shows(request.playbook.base_url)}
        return a_session(id=request.id, playbook=request.playbook.id, **values)


def a_tour() -> Any:
    steps = (Step("look", "Look", (Goto("/"),)), Step("pay", "Pay", (Goto("/pay"),)))
    return replace(a_playbook(), steps=steps, base_url="http://live.shop.test", variables=())


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    plan = a_plan(
        playbooks=(a_tour(),), notify=(QA,), allowed_hosts=("*.shop.test",), preview_url=PREVIEW, variables={}
    )
    apply(house, a_schedule(NIGHTLY, plan=plan))
    return house


def failed(house: House, status: RunStatus = RunStatus.FAILED, **changes: Any) -> Run:
    watch = Watch(house)
    given = {"variables": {"commit_shas": "\n".join(COMMITS)}, **changes}
    watch.end(status, "shop/pay@desktop: it is broken", sessions=[a_session(findings=(BROKEN,))], **given)
    return watch.last_run()


def found(house: House, run: Run, previews: Previews, **how: Any) -> Bisected:
    return bisect(case_of(house, run, **how), previews, house.gallery, house.clock)  # type: ignore[arg-type]


def since(first: str, *, but: Sequence[tuple[str, dict[str, Any]]] = ()) -> Previews:
    """Previews that are broken from a commit on, and otherwise what is said of some."""

    def shows(address: str) -> dict[str, Any]:
        commit = address.removeprefix("http://").partition(".")[0]
        other = dict(but).get(commit)
        return other if other is not None else {"findings": (BROKEN,) if commit >= first else ()}

    return Previews(shows)


def test_the_first_commit_that_shows_a_finding_is_named_and_the_house_is_as_it_was(house: House) -> None:
    run = failed(house)
    with house.ledger.read() as ledger:
        before = (ledger.runs.latest(), ledger.outbox.latest(), ledger.incidents.latest())
    previews = since("bbbbbbb")

    said = found(house, run, previews)

    (culprit,) = said.culprits
    assert (culprit.symptom, said.commits[culprit.first or 0]) == ("shop/pay expectation", "bbbbbbb2")
    assert said.is_named
    assert previews.played[:2] == ["http://ddddddd.shop.test"] * 2  # twice, to be sure
    with house.ledger.read() as ledger:
        after = ledger.runs.latest(), ledger.outbox.latest(), ledger.incidents.latest()
    assert after == before


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        ({"status": SessionStatus.CRASHED, "error": "the browser died"}, "the browser died"),
        ({"status": SessionStatus.SITE_CHANGED, "error": "the site changed"}, "the site changed"),
        (
            {
                "findings": (
                    a_finding(kind=FindingKind.NAVIGATION, step_id="look", message="it answered 404"),
                )
            },
            "no preview answers: it answered 404",
        ),
        ({"build": "fedcba9"}, "its preview says that it is built of 'fedcba9'"),
    ],
)
def test_what_says_nothing_of_its_commit_was_not_tried(house: House, lost: dict[str, Any], why: str) -> None:
    run = failed(house)

    said = found(house, run, since("ccccccc", but=[("bbbbbbb", lost), ("ccccccc", lost)]))

    assert [(trial.at, trial.why) for trial in said.trials if trial.shows is None] == [(1, why), (2, why)]
    assert said.culprits[0].suspects == (1, 2, 3)
    assert said.culprits[0].has_good
    assert not said.is_named


def test_what_shows_once_and_not_again_is_not_shown(house: House) -> None:
    answers = iter([(BROKEN,), ()])
    run = failed(house)

    said = found(house, run, Previews(lambda _: {"findings": next(answers)}), commits=("abcdef1",))

    assert said.culprits[0].is_seen is False
    assert not said.is_named


@pytest.mark.parametrize(
    ("changes", "how", "error", "why"),
    [
        ({"variables": {}}, {}, UsageError, "knows no commits"),
        ({}, {"commits": ("main",)}, UsageError, "main"),
        ({}, {"template": "http://shop.test"}, UsageError, "the same address for all commits"),
        ({"status": RunStatus.PASSED}, {}, Refused, "is 'passed', and only what failed"),
        ({"against": "http://other.shop.test"}, {}, Refused, "was compared with another address"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    house: House, changes: dict[str, Any], how: dict[str, Any], error: type[Exception], why: str
) -> None:
    run = failed(house, **changes)

    with pytest.raises(error) as refused:
        case_of(house, run, **how)

    assert why in str(refused.value)


def test_what_an_agent_plays_is_not_played_at_previews(house: House) -> None:
    run = failed(house)
    tour = replace(a_tour(), runner="open-inspect")
    plan = a_plan(playbooks=(tour,), allowed_hosts=("*.shop.test",), preview_url=PREVIEW, variables={})
    apply(house, a_schedule(NIGHTLY, plan=plan))

    with pytest.raises(
        UsageError, match="is played by 'open-inspect', and only a browser of ours plays it at previews"
    ):
        case_of(house, run)


def test_a_run_whose_definition_is_gone_or_says_nothing_of_previews_is_not_played(house: House) -> None:
    run = failed(house)
    apply(house, a_schedule(NIGHTLY, plan=a_plan(playbooks=(a_tour(),), variables={})))

    with pytest.raises(UsageError, match="nobody said where previews of 'nightly-shop' answer"):
        case_of(house, run)
    with pytest.raises(NotFound, match="its definition 'gone' is gone"):
        case_of(house, replace(a_run(), definition_id="gone"))  # type: ignore[arg-type]
