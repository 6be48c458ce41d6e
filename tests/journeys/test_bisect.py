"""`runs bisect` with the real browser: a site that serves each commit at a path of its own, one of them broken, one not there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.pictures.compare_run import compare_run
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import judge
from inspect_pipelines.usecases.runs.play import play_all
from inspect_pipelines.usecases.runs.start import Ticket
from inspect_pipelines.wiring import estate
from journeys_commands import Project
from loopback_site.server import Site

MERGED = DefinitionId("post-merge")
COMMITS = [hashlib.sha256(f"{number}".encode()).hexdigest()[:40] for number in range(6)]
SHOP = "<!doctype html><title>Shop</title><body style='font: 40px monospace; background: {ground}'><h1>{name}</h1>"
PLAYBOOK = """\
apiVersion: v1
kind: Playbook
metadata: {{id: shop, name: Shop}}
spec:
  base_url: {url}/live
  viewports: [{{name: desktop, width: 800, height: 600}}]
  steps:
    - {{id: home, actions: [{{goto: /}}, {{screenshot: home}}]}}
    - {{id: cart, actions: [{{goto: /cart}}, {{screenshot: cart}}]}}
"""
DEFINITIONS = """\
apiVersion: v1
kind: ScheduleConfig
triggers:
  - id: post-merge
    name: After a merge
    event: pull_request.merged
    playbook: shop
    retries: {{infra: 0, finding: 0, visual: 0}}
    preview_url: "{url}/{{{{short_commit}}}}"
"""


@dataclass(frozen=True)
class Case:
    """A project whose site has six commits, and a run of all of them that failed."""

    project: Project
    site: Site
    house: House
    failed: Run

    def state(self) -> Mapping[str, str]:
        """Every table and picture of the home, but for what a reader's connection leaves beside it."""
        files = [each for each in sorted(self.project.home.rglob("*")) if each.is_file()]
        kept = [each for each in files if each.suffix == ".png" or "outbox" in each.parts]
        with self.house.ledger.read() as ledger:
            rows = [
                repr(ledger.runs.latest()),
                repr(ledger.baselines.active(MERGED)),
                repr(ledger.drift_tracks.of(MERGED)),
                repr(ledger.outbox.latest()),
                repr(ledger.incidents.latest()),
            ]
        return {str(each): hashlib.sha256(each.read_bytes()).hexdigest() for each in kept} | {
            "ledger": "".join(rows)
        }


def show(site: Site, place: str, *, cart: str = "white", home: str = "white") -> None:
    site.serve(f"{place}/", SHOP.format(ground=home, name="Chairs"))
    site.serve(f"{place}/cart", SHOP.format(ground=cart, name="Basket"))


def played(house: House, key: str, commits: list[str]) -> Run:
    wish = start.request(house, MERGED, {}, by="user:ada", key=key)
    with house.ledger.write() as ledger:
        ledger.runs.inform(wish.id, {"commit_sha": commits[-1], "commit_shas": "\n".join(commits)})
    run_id = start.admit(house, Ticket(MERGED, f"d-{key}", origin=wish.origin)).run.id
    play_all(house, run_id)
    compare_run(house, run_id)
    return judge(house, run_id).report.run


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """Commit 4 changed the basket, commit 3 was never deployed, commit 1 changed the front page."""
    project, site = Project(tmp_path_factory.mktemp("bisect")), Site()
    (project.root / "playbooks").mkdir()
    (project.root / "playbooks/shop.yaml").write_text(PLAYBOOK.format(url=site.url))
    (project.root / "schedules.yaml").write_text(DEFINITIONS.format(url=site.url))
    assert project.here("apply", "--yes").returncode == 0
    show(site, "/live")
    for number, commit in enumerate(COMMITS):
        if number != 3:
            show(
                site,
                f"/{commit[:7]}",
                cart="white" if number < 4 else "salmon",
                home="white" if number < 1 else "gold",
            )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSPECT_HOME", str(project.home))
        patch.setenv("INSPECT_PROJECT", str(project.root))
        house = next(iter(estate(Settings()).houses()))
    try:
        adopt(house, played(house, "first", COMMITS[:1]).id, by="user:ada")
        show(site, "/live", cart="salmon", home="gold")
        failed = played(house, "second", COMMITS)
        yield Case(project, site, house, failed)
    finally:
        house.sessions.close()
        site.close()


def test_the_commits_that_broke_it_are_named_or_those_that_it_may_be_and_nothing_is_touched(
    case: Case,
) -> None:
    assert case.failed.status is RunStatus.FAILED
    before = case.state()

    done = case.project.here("runs", "bisect", case.failed.id)

    assert done.returncode == 1, (
        done.stderr
    )  # of two changes one has a commit that could not be tried beside it
    told = done.stdout.splitlines()
    failed = f"run {case.failed.id} failed by shop/cart@desktop, shop/home@desktop"
    assert told[0] == f"{failed}; playing 6 commits, the newest first"
    assert told[1].strip() == f"{COMMITS[5][:12]}  shows it: shop/cart@desktop, shop/home@desktop"
    assert f"shop/home@desktop: {COMMITS[1]} shows it first" in told
    assert f"shop/cart@desktop: one of {COMMITS[3][:12]}, {COMMITS[4][:12]} shows it first" in told
    assert told[-2] == "1 of 6 commits could not be tried:"
    assert told[-1].startswith(f"  {COMMITS[3]}: no preview answers: ")
    assert case.state() == before


def test_one_commit_alone_is_to_blame_for_all_of_it_where_its_preview_shows_it(case: Case) -> None:
    done = case.project.here("runs", "bisect", MERGED, "--commit", COMMITS[5], "--json")

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["commits"] == COMMITS[5:]
    assert [one["suspects"] for one in found["culprits"]] == [[0], [0]]
    assert [one["has_good"] for one in found["culprits"]] == [False, False]


def test_what_does_not_show_at_a_preview_comes_of_no_commit(case: Case) -> None:
    words = ("--preview", f"{case.site.url}/{{{{commit}}}}", "--commit", "abcdef0")
    show(case.site, "/abcdef0")

    done = case.project.here("runs", "bisect", case.failed.id, *words)

    assert done.returncode == 1
    assert "the preview of the newest commit, abcdef0, does not show it" in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("--preview", "https://preview.example.com"), 2, "is the same address for all commits"),
        (("--preview", "https://{{commit}}.example.com"), 2, "which is not allowed; add it to allowed_hosts"),
        (("--commit", "main"), 2, "'main'"),
    ],
)
def test_what_cannot_be_followed_is_refused_before_anything_is_played(
    case: Case, words: tuple[str, ...], code: int, why: str
) -> None:
    asked = len(case.site.requests)

    done = case.project.here("runs", "bisect", case.failed.id, *words)

    assert done.returncode == code
    assert why in done.stderr
    assert len(case.site.requests) == asked


def test_a_run_that_did_not_fail_has_no_culprit(case: Case) -> None:
    with case.house.ledger.read() as ledger:
        first = ledger.runs.latest()[-1]

    done = case.project.here("runs", "bisect", first.id)

    assert done.returncode == 2
    assert "is 'needs_review', and only what failed came of a commit" in done.stderr
