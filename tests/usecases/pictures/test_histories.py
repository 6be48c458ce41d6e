"""Histories of a repository: whatever commits become, a person is asked once about each change, and about every one."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from builders import a_view
from houses import a_house
from inspect_pipelines.domain.access import LOCAL
from inspect_pipelines.domain.review import ReviewState
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.wish import Wish
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.reviews import list_reviews, review_with
from inspect_pipelines.usecases.pictures.decide import decide
from resources.gallery.folder import FolderGallery
from watched_site import ADA, Site, watched

PERSON = replace(LOCAL, actor=ADA)
ACCEPT, REJECT = DecisionKind.ACCEPT, DecisionKind.REJECT
VIEWS = ("home", "cart")
SHADES = (40, 140, 200, 250)
STEPS = 8
DEEDS = ("commit", "commit", "squash", "rebase", "again", "merge", "revert", "revert of revert")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """One ledger for all histories, each of a definition of its own."""
    path = tmp_path_factory.mktemp("histories")
    return a_house(path, gallery=FolderGallery(path / "gallery"))


@dataclass
class Repository:
    """What `main` and a pull request's branch look like, and what a person has said of it."""

    site: Site
    rng: random.Random
    main: list[dict[str, int]] = field(default_factory=lambda: [dict.fromkeys(VIEWS, 90)])
    branch: dict[str, int] = field(default_factory=dict)  # what it changes
    base: dict[str, int] = field(default_factory=lambda: dict.fromkeys(VIEWS, 90))  # that it stands on
    number: int = 1  # of the pull request
    approved: dict[str, int] = field(default_factory=lambda: dict.fromkeys(VIEWS, 90))
    words: dict[tuple[str, int, int], DecisionKind] = field(default_factory=dict)
    asked: int = 0

    def step(self, deed: str) -> None:
        match deed:
            case "commit":
                self.branch[self.rng.choice(VIEWS)] = self.rng.choice(SHADES)
            case "rebase":
                self.base = dict(self.main[-1])
            case "merge":
                self.main.append(self.main[-1] | self.branch)
                self.branch, self.base, self.number = {}, dict(self.main[-1]), self.number + 1
            case "revert" | "revert of revert" if len(self.main) > 1:
                self.main.append(dict(self.main[-2]))
            case _:
                pass  # squashed, or run again: another commit, the same pictures
        if deed in ("merge", "revert", "revert of revert"):
            self.look(self.main[-1], {"branch": "main"})
        else:
            self.look(self.base | self.branch, {"branch": "feature", "pr_number": str(self.number)})

    def look(self, shades: Mapping[str, int], variables: Mapping[str, str]) -> None:
        variables = {"repo": "acme/shop", **variables}
        run = self.site.look(shades["home"], shades["cart"], variables=variables)
        changes = {name: (name, self.approved[name], shades[name]) for name in VIEWS}
        differing = {name: change for name, change in changes.items() if change[1] != change[2]}
        new = {a_view(name) for name, change in differing.items() if change not in self.words}

        found = review_with(self.site.house, run.id)
        assert (set(found.waiting_views) if found else set()) == new, run.reason
        is_right = not new and all(self.words[change] is ACCEPT for change in differing.values())
        assert run.status is (RunStatus.PASSED if is_right else RunStatus.FAILED)
        if new:
            self.asked += 1
            self.answer(run, differing, shades, is_final="pr_number" not in variables)

    def answer(
        self,
        run: Run,
        differing: Mapping[str, tuple[str, int, int]],
        shades: Mapping[str, int],
        *,
        is_final: bool,
    ) -> None:
        """A person rejects one in three, and accepts the others; on `main` they become the approved pictures."""
        fresh = {change for change in differing.values() if change not in self.words}
        if self.rng.random() < 0.3:
            decide(self.site.house, run.id, Wish(REJECT, note="ticket 7"), caller=PERSON)
            self.words |= dict.fromkeys(fresh, REJECT)
            return
        decide(self.site.house, run.id, Wish(ACCEPT, finalizes=is_final), caller=PERSON)
        self.words |= dict.fromkeys(fresh, ACCEPT)
        if is_final:
            self.approved |= {
                name: shades[name] for name, change in differing.items() if self.words[change] is ACCEPT
            }


@pytest.mark.parametrize("seed", range(50))
def test_a_history_asks_about_every_new_change_once_and_about_none_twice(house: House, seed: int) -> None:
    """Commits come, are squashed, rebased, merged, run again and reverted, on a branch and on `main`."""
    rng = random.Random(seed)
    repository = Repository(watched(house, f"history-{seed}"), rng)

    for deed in ("commit", *rng.choices(DEEDS, k=STEPS)):
        repository.step(deed)

    assert repository.asked
    waiting = list_reviews(house, ReviewState.WAITING, limit=1000).items
    assert [one for one in waiting if one.review.definition_id == f"history-{seed}"] == []
