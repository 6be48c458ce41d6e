"""Whatever people and sites do on the target and on branches in whatever order: the target's approved picture changes only by a
person's word on the target, or by the promotion of a picture that somebody approved on a branch."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from builders import a_merge
from houses import a_house
from inspect_pipelines.domain.branch import layer
from inspect_pipelines.domain.layer import PROMOTION
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.pictures.close_layers import close_layers, expire_layers
from loopback_site.server import png
from resources.gallery.folder import FolderGallery
from watched_site import ADA, watched

TARGET, BRANCHES = "", ("feature/pay", "fix")
SHADES = st.sampled_from([40, 90, 140, 200])
REST = timedelta(days=14)


class Branches(RuleBasedStateMachine):
    """One view; what is approved where is kept beside the ledger, as people would remember it."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        home = Path(self._folder.name)
        self.house = a_house(home, gallery=FolderGallery(home / "gallery"))
        self.site = watched(self.house, "nightly-shop")
        self.approved = {TARGET: 90}  # of a branch only what is its own
        self.words: set[tuple[str, int, int]] = set()  # where, and from what to what
        self.seen: dict[
            str, tuple[Run, int, int, bool]
        ] = {}  # the last run, its change, whether a branch's word let it pass
        self.closed: set[str] = set()
        self.changed_by: list[str] = []  # each change of the target's picture

    def teardown(self) -> None:
        self.house.ledgers.close()
        self._folder.cleanup()

    @rule(branch=st.sampled_from(BRANCHES), shade=SHADES)
    def look_on_a_branch(self, branch: str, shade: int) -> None:
        old = self.approved.get(branch, self.approved[TARGET])
        run = self.site.look(shade, variables={"head_branch": branch})
        self.seen[branch] = (run, old, shade, False)

        is_right = shade == old or (branch, old, shade) in self.words
        assert run.status is (RunStatus.PASSED if is_right else RunStatus.FAILED)

    @rule(shade=SHADES)
    def look_on_the_target(self, shade: int) -> None:
        old = self.approved[TARGET]
        holders = [one for one in BRANCHES if self.approved.get(one) == shade]
        is_known = shade == old or (TARGET, old, shade) in self.words

        run = self.site.look(shade)

        assert run.status is (RunStatus.PASSED if is_known or holders else RunStatus.FAILED)
        is_promoted = bool(holders) and not is_known
        assert ("promoted" in run.reason) == is_promoted
        self.seen[TARGET] = (run, old, shade, is_promoted)
        if is_promoted:
            self._target_shows(shade, PROMOTION)

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def approve(self, data: st.DataObject) -> None:
        where = data.draw(st.sampled_from(sorted(self.seen)))
        run, old, shade, is_promoted = self.seen[where]
        adopt(self.house, run.id, by=f"user:{where or 'ada'}")
        if shade != old and not is_promoted:
            self.words.add((where, old, shade))
        if where == TARGET:
            self._target_shows(shade, ADA)
        elif shade == self.approved[TARGET]:
            self.approved.pop(where, None)
        else:
            self.approved[where] = shade
        self.closed.discard(where)

    @rule(branch=st.sampled_from(BRANCHES), is_merged=st.booleans())
    def close(self, branch: str, is_merged: bool) -> None:
        kind = "merged" if is_merged else "closed"
        event = a_merge(
            type=f"pull_request.{kind}",
            repo="acme/shop",
            data={"head_branch": branch, "head_repo": "acme/shop"},
        )
        with self.house.ledger.write() as ledger:
            close_layers(ledger, event, at=self.house.clock.now())
            is_there = ledger.baselines.active(layer("nightly-shop", branch)) is not None
        if is_there:
            self.closed.add(branch)

    @precondition(lambda self: self.closed)
    @rule()
    def let_time_pass(self) -> None:
        """The branches that are still worked on are looked at meanwhile."""
        self.house.clock.sleep(REST.total_seconds() + 60)
        for branch in sorted({*self.approved} - {TARGET} - self.closed):
            self.look_on_a_branch(branch, self.approved[branch])

        expired = set(expire_layers(self.house, after=REST))

        assert {layer("nightly-shop", one) for one in self.closed} <= expired
        for branch in self.closed:
            self.approved.pop(branch, None)
        self.closed.clear()

    @invariant()
    def what_is_approved_is_what_people_said(self) -> None:
        for where in (TARGET, *BRANCHES):
            with self.house.ledger.read() as ledger:
                found = ledger.baselines.active(layer("nightly-shop", where))
            shas = {view.name: one.sha256 for view, one in found.images.items()} if found else {}
            said = self.approved.get(where)
            assert shas.get("home") == (None if said is None else self._sha(said)), where or "the target"
            assert shas.get("cart") == (self._sha(90) if where == TARGET else None)

    @invariant()
    def the_target_changes_by_words_and_promotions_only(self) -> None:
        with self.house.ledger.read() as ledger:
            found = ledger.baselines.all("nightly-shop")[::-1]
            every = ledger.baselines.all(with_deleted=True)
        approved = {
            one.sha256
            for each in every
            if each.created_by.startswith("user:")
            for one in each.images.values()
        }
        pictures = [
            next(one.sha256 for view, one in each.images.items() if view.name == "home") for each in found
        ]
        moves = [
            each.created_by.partition(":")[0]
            for each, before, now in zip(found[1:], pictures, pictures[1:], strict=False)
            if before != now
        ]
        assert moves == [one.partition(":")[0] for one in self.changed_by]
        assert {*pictures} <= approved

    def _target_shows(self, shade: int, by: str) -> None:
        if self.approved[TARGET] == shade:
            return
        self.approved = {TARGET: shade}
        self.changed_by.append(by)

    def _sha(self, shade: int) -> str:
        return self.house.gallery.put(png(64, 64, shade))


TestBranches = Branches.TestCase
TestBranches.settings = settings(
    max_examples=10,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
