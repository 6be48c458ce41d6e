"""Whatever people, machines and sites do in whatever order: one baseline is active, and no word is lost."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from houses import a_house
from inspect_pipelines.domain.access import LOCAL, REVIEWING, Caller, local_person
from inspect_pipelines.domain.decision import Decision
from inspect_pipelines.domain.ids import DEFAULT_ORG, DecisionId
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.wish import Wish
from inspect_pipelines.errors import Forbidden, Refused
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.pictures.decide import decide
from inspect_pipelines.usecases.pictures.go_back import activate, roll_back
from inspect_pipelines.usecases.pictures.withdraw import withdraw
from resources.gallery.folder import FolderGallery
from watched_site import ADA, watched

PERSON = replace(LOCAL, actor=ADA)
MACHINE = Caller("user:ci", DEFAULT_ORG, REVIEWING, token_id="t1")
AGENT = local_person("ada", is_agent=True)  # with nothing of its own to show
SHADES = st.sampled_from([40, 90, 140, 200])
ACCEPT, REJECT = DecisionKind.ACCEPT, DecisionKind.REJECT


class Decisions(RuleBasedStateMachine):
    """One view changes; what stands for each change is kept beside the ledger, as a person would remember it."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        home = Path(self._folder.name)
        self.house = a_house(home, gallery=FolderGallery(home / "gallery"))
        self.site = watched(self.house, "nightly-shop")
        self.approved = [90]  # of the baselines, oldest first
        self.active = 0
        self.words: dict[tuple[int, int], DecisionKind] = {}  # that stand, by the change
        self.made: dict[DecisionId, Decision] = {}
        self.changes: dict[DecisionId, tuple[int, int]] = {}
        self.last: tuple[Run, tuple[int, int]] | None = None
        self.before: tuple[Run, tuple[int, int]] | None = None  # the run that the last one took the place of

    def teardown(self) -> None:
        self.house.ledgers.close()
        self._folder.cleanup()

    @rule(shade=SHADES)
    def look(self, shade: int) -> None:
        change = (self.approved[self.active], shade)
        run = self.site.look(shade)
        self.before, self.last = self.last, (run, change)

        word = self.words.get(change)
        is_right = change[0] == shade or word is ACCEPT
        assert run.status is (RunStatus.PASSED if is_right else RunStatus.FAILED)
        review = self.site.review(run)
        assert (review is not None) == (not is_right and word is None), (
            "asked about what is known, or not about what is new"
        )

    @precondition(lambda self: self.last is not None)
    @rule(
        kind=st.sampled_from([ACCEPT, REJECT]),
        caller=st.sampled_from([PERSON, MACHINE, AGENT]),
        is_proposal=st.booleans(),
        is_late=st.booleans(),
    )
    def say(self, kind: DecisionKind, caller: Caller, is_proposal: bool, is_late: bool) -> None:
        """Also about a run whose place a newer one has taken, which counts where that one shows the same."""
        assert self.last is not None
        run, change = self.before if is_late and self.before is not None else self.last
        try:
            made = decide(
                self.house, run.id, Wish(kind, note="because", is_proposal=is_proposal), caller=caller
            )
        except Forbidden:
            assert caller is AGENT
            assert not is_proposal
            return
        except Refused:
            return
        assert is_proposal or caller is not AGENT
        review = self.site.review(run)
        assert review is not None
        if review.superseded_by is not None:
            assert self.last[1][1] == change[1], "said of pictures that are not what there is any more"
        self._remember(made, change)
        if made and not is_proposal:
            self.words[change] = kind

    @precondition(lambda self: self.last is not None)
    @rule(caller=st.sampled_from([PERSON, MACHINE, AGENT]))
    def finalise(self, caller: Caller) -> None:
        assert self.last is not None
        run, change = self.last
        try:
            made = decide(self.house, run.id, Wish(ACCEPT, finalizes=True), caller=caller)
        except Forbidden:
            assert caller is not PERSON
            return
        except Refused:
            return
        self._adopted(made, change)

    @precondition(lambda self: self.last is not None)
    @rule()
    def adopt_anew(self) -> None:
        """The run that somebody names, however old it is."""
        assert self.last is not None
        run, change = self.last
        adopt(self.house, run.id, by=ADA)
        self._adopted([one for one in self.site.decisions(run) if one.id not in self.made], change)

    @rule()
    def go_back(self) -> None:
        if self.active == 0:
            return
        gone = self.approved[self.active]
        roll_back(self.house, "nightly-shop", by=ADA)
        self.active -= 1
        if self.approved[self.active] != gone:
            for change in [one for one in self.words if one[1] == gone]:
                self._stands_now(change)

    @rule(data=st.data())
    def activate_any(self, data: st.DataObject) -> None:
        """An older or a newer one; the one in use stays in use."""
        wanted = data.draw(st.integers(0, len(self.approved) - 1))
        gone = self.approved[self.active]
        with self.house.ledger.read() as ledger:
            baselines = ledger.baselines.all("nightly-shop")[::-1]
        activate(self.house, baselines[wanted].id, by=ADA)
        self.active = wanted
        if self.approved[wanted] != gone:
            for change in [one for one in self.words if one[1] == gone]:
                self._stands_now(change)

    @precondition(lambda self: self.made)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        decision_id = data.draw(st.sampled_from(sorted(self.made)))
        with self.house.ledger.read() as ledger:
            before = ledger.decisions.find(decision_id)
        assert before is not None
        try:
            withdraw(self.house, decision_id, caller=PERSON)
        except Refused:
            return
        change = self.changes[decision_id]
        if not before.is_proposal:
            self._stands_now(change)

    @invariant()
    def one_baseline_is_active(self) -> None:
        with self.house.ledger.read() as ledger:
            baselines = ledger.baselines.all("nightly-shop")[::-1]
        assert [one.is_active for one in baselines].count(True) == 1
        assert len(baselines) == len(self.approved)

    @invariant()
    def every_word_is_kept_as_it_was_said(self) -> None:
        with self.house.ledger.read() as ledger:
            for decision_id, said in self.made.items():
                kept = ledger.decisions.find(decision_id)
                assert kept is not None
                assert replace(kept, withdrawn_at=None, withdrawn_by="") == said

    def _adopted(self, made: list[Decision], change: tuple[int, int]) -> None:
        self._remember(made, change)
        self.approved.append(change[1])
        self.active = len(self.approved) - 1
        if made:
            self.words[change] = ACCEPT

    def _remember(self, made: list[Decision], change: tuple[int, int]) -> None:
        self.made |= {one.id: one for one in made}
        self.changes |= {one.id: change for one in made}

    def _stands_now(self, change: tuple[int, int]) -> None:
        """The newest word about a change that nobody has taken back."""
        self.words.pop(change, None)
        with self.house.ledger.read() as ledger:
            for decision_id in sorted(self.made):
                kept = ledger.decisions.find(decision_id)
                assert kept is not None
                if self.changes[decision_id] == change and kept.withdrawn_at is None and not kept.is_proposal:
                    self.words[change] = kept.kind


TestDecisions = Decisions.TestCase
TestDecisions.settings = settings(
    max_examples=12,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
