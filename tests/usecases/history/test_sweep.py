"""The sweep over a real ledger and a real gallery: what it says it would do is what it does, and nothing referred to goes."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import ENVIRONMENT, NOW, a_baseline, a_delivery, a_run, a_screenshot, a_session, a_view
from history_builders import a_comparison
from houses import CollectedReports, NoHistory, a_house, of_another
from inspect_pipelines.domain.baseline import BaselineImage
from inspect_pipelines.domain.comparison import Outcome
from inspect_pipelines.domain.ids import BaselineId, OrgId, RunId, Sha256
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.retention import Kind, Retention
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import Unavailable, Unreadable
from inspect_pipelines.ports.history import OldFacts
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.history.sweep import sweep
from loopback_site.server import png
from resources.gallery.folder import FolderGallery

OTHER = OrgId("other")


class Died(BaseException):
    """The process is gone."""


def a_home(path: Path) -> tuple[House, House]:
    house = a_house(path, gallery=FolderGallery(path / "gallery"))
    return house, of_another(house, OTHER)


def shot(house: House, number: int, *, days: float) -> Sha256:
    """A picture that was stored so many days ago; the same for the same number."""
    sha = house.gallery.put(png(10, number))
    at = (house.clock.now() - timedelta(days=days)).timestamp()
    os.utime(house.gallery.path(sha), (at, at))  # type: ignore[attr-defined]
    return sha


def ended(
    house: House, number: int, *, days: float, has_passed: bool, calm: Sha256, odd: Sha256 | None
) -> None:
    at = house.clock.now() - timedelta(days=days)
    run = a_run(number, org_id=house.org_id, requested_at=at)
    views = [
        a_comparison(
            "calm",
            outcome=Outcome.UNCHANGED,
            passed=True,
            old_sha256=None,
            new_sha256=calm,
            overlay_sha256=None,
        )
    ]
    if odd:
        views.append(a_comparison("odd", old_sha256=None, new_sha256=odd, overlay_sha256=None))
    shots = [a_screenshot("calm", sha256=calm), *([a_screenshot("odd", sha256=odd)] if odd else [])]
    status = RunStatus.PASSED if has_passed else RunStatus.FAILED
    with house.ledger.write() as ledger:
        ledger.runs.request(run)
        ledger.evidence.save_session(run.id, a_session(screenshots=tuple(shots)))
        ledger.evidence.save_comparisons(run.id, views)
        ledger.runs.conclude(replace(run, status=status, reason="so", completed_at=at))


def approved(house: House, number: int, sha: Sha256, *, days: float) -> None:
    image = BaselineImage(sha, 10, 2, ENVIRONMENT, a_run(number).id)
    with house.ledger.write() as ledger:
        ledger.baselines.add(
            a_baseline(
                id=BaselineId(f"b-{number}"),
                org_id=house.org_id,
                images={a_view("calm"): image},
                created_at=house.clock.now() - timedelta(days=days),
                created_by="policy:auto",
                source_run_id=a_run(number).id,
            )
        )


def is_there(house: House, sha: Sha256) -> bool:
    return house.gallery.path(sha).exists()  # type: ignore[attr-defined]


def counted(swept: Any) -> dict[Kind, int]:
    return {one.kind: one.count for one in swept.gone}


def test_passing_pictures_go_first_then_failing_ones_with_the_evidence(tmp_path: Path):
    house, _ = a_home(tmp_path)
    calm, odd, nobodys = (shot(house, number, days=20) for number in (1, 2, 3))
    young = shot(house, 4, days=0.5)
    ended(house, 1, days=20, has_passed=False, calm=calm, odd=odd)

    done = sweep([house], now=house.clock.now())

    assert [is_there(house, sha) for sha in (calm, odd, nobodys, young)] == [False, True, False, True]
    assert counted(done)[Kind.PICTURES] == 2
    house.clock.sleep(timedelta(days=71).total_seconds())
    done = sweep([house], now=house.clock.now(), trusts_clock=True)
    assert [is_there(house, sha) for sha in (odd, young)] == [False, False]
    assert counted(done) == {
        Kind.PICTURES: 2,
        Kind.FILES: 0,
        Kind.REPORTS: 0,
        Kind.EVIDENCE: 1,
        Kind.BASELINES: 0,
        Kind.EVENTS: 0,
        Kind.MESSAGES: 0,
        Kind.PAYLOADS: 0,
        Kind.FACTS: 0,
    }
    assert done.size_bytes > 500


def test_a_clock_that_leaps_lets_nothing_go_until_it_has_stayed_there_for_a_night(tmp_path: Path):
    """A machine woke up in 2027, and its nightly sweep took every picture that nobody had approved."""
    house, other = a_home(tmp_path)
    here = house.clock.now()
    kept = shot(house, 1, days=2)
    ended(house, 1, days=2, has_passed=True, calm=kept, odd=None)
    sweep([house, other], now=here)
    wrong = here + timedelta(days=365)

    leapt = sweep([house, other], now=wrong)
    soon = sweep([house, other], now=wrong + timedelta(hours=1))
    set_right = sweep([house, other], now=here + timedelta(days=1))
    leapt_again = sweep([house, other], now=wrong + timedelta(days=1))
    was_there = is_there(house, kept)
    stayed = sweep([house, other], now=wrong + timedelta(days=2))

    assert leapt.held.startswith(
        "the clock says 2027-11-22 07:00 UTC, 365 days after the last sweep, of 2026-11-22"
    )
    assert (leapt.gone, soon.gone, leapt_again.gone) == ((), (), ())
    assert (set_right.held, stayed.held) == ("", "")
    assert was_there
    assert not is_there(house, kept)
    with other.ledger.read() as ledger:
        assert [one.action for one in ledger.audit.entries()][:2] == ["retention.swept", "retention.held"]


def test_a_failing_picture_may_go_before_what_the_run_said(tmp_path: Path):
    house, _ = a_home(tmp_path)
    calm, odd = shot(house, 1, days=40), shot(house, 2, days=40)
    with house.ledger.write() as ledger:
        shorter = Organization(house.org_id, retention=Retention(failing_pictures=30))
        ledger.organizations.save(shorter, at=NOW)
    ended(house, 1, days=25, has_passed=False, calm=calm, odd=odd)

    sweep([house], now=house.clock.now())
    was_there = is_there(house, odd)
    house.clock.sleep(timedelta(days=6).total_seconds())
    sweep([house], now=house.clock.now())

    assert (was_there, is_there(house, odd)) == (True, False)
    with house.ledger.read() as ledger:
        assert ledger.evidence.comparisons(a_run(1).id)[1].new_sha256 == odd, "its hash is told for longer"


def test_what_another_organisation_refers_to_stays(tmp_path: Path):
    house, other = a_home(tmp_path)
    shared = shot(house, 1, days=50)
    ended(house, 1, days=50, has_passed=True, calm=shared, odd=None)
    ended(other, 2, days=5, has_passed=True, calm=shared, odd=None)

    sweep([house, other], now=house.clock.now())

    assert is_there(house, shared)


def test_a_picture_that_is_approved_while_the_sweep_goes_on_stays(tmp_path: Path):
    """It was due at the sweep's first look; the approval makes it young, as a run's own pictures are."""
    house, _ = a_home(tmp_path)
    calm = shot(house, 1, days=20)
    ended(house, 1, days=20, has_passed=True, calm=calm, odd=None)

    class Slow(FolderGallery):
        def prune(self, keep: Any, **how: Any) -> tuple[int, int]:
            assert self.keep(calm)
            os.utime(
                self.path(calm), (house.clock.now().timestamp(),) * 2
            )  # the clock of this test stands still
            return super().prune(keep, **how)

    sweep([replace(house, gallery=Slow(tmp_path / "gallery"))], now=house.clock.now())

    assert is_there(house, calm)


@pytest.mark.parametrize("dies_at", range(1, 4))
def test_whoever_dies_in_a_sweep_leaves_nothing_without_its_picture_and_the_next_one_goes_on(
    tmp_path: Path, dies_at: int
):
    house, _ = a_home(tmp_path)
    calm, odd, old, used = (shot(house, number, days=500) for number in (1, 2, 3, 4))
    ended(house, 1, days=20, has_passed=False, calm=calm, odd=odd)
    approved(house, 2, old, days=500)
    approved(house, 3, used, days=400)
    dry = sweep([house], now=house.clock.now(), is_dry_run=True)
    writes = 0

    class Mortal:
        def __getattr__(self, name: str) -> Any:
            return getattr(house.ledger, name)

        def write(self) -> Any:
            nonlocal writes
            writes += 1
            if writes == dies_at:
                raise Died
            return house.ledger.write()

    class DiesBeforeFiles(FolderGallery):
        def prune(self, keep: Any, **how: Any) -> tuple[int, int]:
            raise Died

    mortal = replace(house, ledger=Mortal(), gallery=DiesBeforeFiles(tmp_path / "gallery"))
    with pytest.raises(Died):
        sweep([mortal], now=house.clock.now())

    assert all(is_there(house, sha) for sha in (calm, odd, old, used))
    done = sweep([house], now=house.clock.now())
    assert [is_there(house, sha) for sha in (calm, odd, old, used)] == [False, True, False, True]
    assert counted(done)[Kind.PICTURES] == counted(dry)[Kind.PICTURES] == 2


RUNS = st.lists(
    st.tuples(
        st.sampled_from((0.2, 1.5, 13.9, 14.1, 89.9, 90.1, 400)),  # days ago
        st.booleans(),  # passed
        st.integers(1, 6),  # the picture of its calm view
        st.none() | st.integers(1, 6),  # of its odd one
        st.booleans(),  # of the other organisation
    ),
    max_size=8,
)
BASELINES = st.lists(st.tuples(st.integers(1, 8), st.booleans()), max_size=5)


@settings(max_examples=15, deadline=None)
@given(RUNS, BASELINES, st.sampled_from((0.5, 30.0, 500.0)))
def test_a_dry_run_says_exactly_what_a_sweep_does_and_nothing_referred_to_ever_goes(
    runs: list[tuple[float, bool, int, int | None, bool]], baselines: list[tuple[int, bool]], stored: float
):
    with TemporaryDirectory() as path:
        house, other = a_home(Path(path))
        shas = {number: shot(house, number, days=stored) for number in range(1, 10)}
        for number, (days, has_passed, calm, odd, is_other) in enumerate(runs, start=1):
            ended(
                other if is_other else house,
                number,
                days=days,
                has_passed=has_passed,
                calm=shas[calm],
                odd=shas[odd] if odd else None,
            )
        for number, (picture, is_other) in enumerate(baselines, start=1):
            approved(other if is_other else house, number, shas[picture], days=500 - number * 99)
        now = house.clock.now()

        dry = sweep([house, other], now=now, is_dry_run=True)
        before = {number for number, sha in shas.items() if is_there(house, sha)}
        done = sweep([house, other], now=now)
        again = sweep([house, other], now=now)

        assert before == set(shas)
        assert done == dry
        assert set(counted(again).values()) == {0}
        with house.ledgers.read() as ledgers:
            kept = ledgers.pictures.referenced()
        assert all(is_there(house, sha) for sha in kept)
        assert done.kept == again.kept == len(kept)
        fresh = {
            shas[number]
            for days, has_passed, calm, odd, _ in runs
            for number in (calm if days < 14 else None, odd if days < 90 else None)
            if number
        }
        assert fresh <= kept
        left = {sha for sha in shas.values() if is_there(house, sha)}
        assert left == kept or stored < 1, "what nothing refers to is gone, once it is a day old"
        house.ledgers.close()


class Years(NoHistory):
    """A history of two years ago, or one that cannot be read."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[tuple[OrgId, datetime]] = []
        self._error = error

    def old_facts(self, org_id: OrgId, before: datetime) -> OldFacts:
        self.asked.append((org_id, before))
        if self._error:
            raise self._error
        return OldFacts((datetime(2024, 9, 1, tzinfo=UTC), datetime(2024, 10, 1, tzinfo=UTC)), 12, 3400)


def keeping_facts(house: House, months: int) -> None:
    with house.ledger.write() as ledger:
        ledger.organizations.save(
            Organization(house.org_id, retention=Retention(facts=months)), at=house.clock.now()
        )


def told(house: House) -> list[tuple[str, str]]:
    with house.ledgers.read() as ledgers:
        return [(kind, body) for _, kind, body in ledgers.journal.after(0)]


def test_facts_go_where_their_organisation_says_so_a_month_a_row_of_the_journal(tmp_path: Path):
    house, other = a_home(tmp_path)
    years = Years()
    house, other = replace(house, history=years), replace(other, history=years)
    keeping_facts(house, 24)

    would = sweep([house, other], now=NOW, is_dry_run=True)
    untold = told(house)
    done = sweep([house, other], now=NOW)

    assert years.asked == [(house.org_id, datetime(2024, 11, 1, tzinfo=UTC))] * 2
    assert counted(would)[Kind.FACTS] == counted(done)[Kind.FACTS] == 12
    assert (would.size_bytes, untold) == (3400, [])
    assert told(house) == [
        ("forgotten", '{"forgotten":{"org_id":"default","before":"2024-10-01T00:00:00+00:00"}}'),
        ("forgotten", '{"forgotten":{"org_id":"default","before":"2024-11-01T00:00:00+00:00"}}'),
    ]
    with house.ledger.read() as ledger:
        assert ledger.expiry.facts_forgotten() == datetime(2024, 11, 1, tzinfo=UTC)
        assert "runs' facts: 12" in ledger.audit.entries()[0].detail
    with other.ledger.read() as ledger:
        assert ledger.expiry.facts_forgotten() is None


def test_a_history_that_cannot_be_read_keeps_no_picture(tmp_path: Path):
    house, _ = a_home(tmp_path)
    house = replace(house, history=Years(Unreadable("the copy is damaged")))
    keeping_facts(house, 24)
    nobodys = shot(house, 1, days=20)

    done = sweep([house], now=NOW)

    assert done.problem == "old facts of 'default' were left alone: the copy is damaged"
    assert not is_there(house, nobodys)


class Pages(CollectedReports):
    """Reports with pictures, on a disk that may be full."""

    def __init__(self) -> None:
        super().__init__()
        self.is_full = False
        self.asked: list[tuple[Mapping[RunId, Collection[str]], str, bool]] = []

    def let_go(
        self, kept: Mapping[RunId, Collection[str]], sentence: str, *, is_dry_run: bool = False
    ) -> tuple[int, int]:
        if self.is_full:
            raise Unavailable("the disk is full")
        self.asked.append((kept, sentence, is_dry_run))
        return len(kept), 1000 * len(kept)


def test_reports_lose_the_pictures_that_their_runs_let_go_of(tmp_path: Path):
    pages = Pages()
    house, _ = a_home(tmp_path)
    house = replace(house, reports=pages)
    calm, odd = shot(house, 1, days=100), shot(house, 2, days=100)
    ended(house, 1, days=20, has_passed=False, calm=calm, odd=odd)
    ended(house, 2, days=100, has_passed=False, calm=calm, odd=odd)

    done = sweep([house], now=house.clock.now())

    kept = {a_run(1).id: {odd}, a_run(2).id: frozenset()}
    sentence = "Reports show pictures of views that passed for 14 days, of failures for 90"
    assert pages.asked == [(kept, sentence, False)]
    assert counted(done)[Kind.REPORTS] == 2


def test_a_report_that_cannot_be_written_keeps_all_of_its_run_until_another_night(tmp_path: Path):
    pages = Pages()
    house, _ = a_home(tmp_path)
    house = replace(house, reports=pages)
    calm = shot(house, 1, days=20)
    ended(house, 1, days=20, has_passed=True, calm=calm, odd=None)
    pages.is_full = True

    full = sweep([house], now=house.clock.now())
    was_there = is_there(house, calm)
    pages.is_full = False
    next_night = sweep([house], now=house.clock.now() + timedelta(days=1))

    assert (full.problem, was_there) == ("1 of the runs keep their pictures: the disk is full", True)
    assert (next_night.problem, is_there(house, calm)) == ("", False)
    assert counted(full)[Kind.REPORTS] == 0


def a_handled(house: House, *ages: float) -> list[Any]:
    """Deliveries of so many days ago, whose events are in the ledger."""
    kept = [
        a_delivery(number, received_at=NOW - timedelta(days=days))
        for number, days in enumerate(ages, start=1)
    ]
    house.inbox.store(kept)
    house.inbox.handled([one.id for one in kept])
    return kept


def ids_known(house: House, deliveries: list[Any]) -> list[bool]:
    names = [one.source_delivery_id for one in deliveries]
    known = house.inbox.known(house.org_id, deliveries[0].source_id, names)
    return [name in known for name in names]


@pytest.mark.parametrize(("payload_days", "kept"), [(None, [True, False, False]), (1, [False, False, False])])
def test_payloads_go_after_their_days_and_their_ids_not_before_a_week(tmp_path: Path, payload_days, kept):
    house, other = a_home(tmp_path)
    for one, days in ((house, 3), (other, 2)):
        with one.ledger.write() as ledger:
            ledger.organizations.save(Organization(one.org_id, retention=Retention(payloads=days)), at=NOW)
    old = a_handled(house, 2.5, 6, 8)

    would = sweep([house, other], now=NOW, is_dry_run=True, payload_days=payload_days)
    done = sweep([house, other], now=NOW, payload_days=payload_days)

    assert [house.inbox.find(house.org_id, one.id) is not None for one in old] == kept
    assert ids_known(house, old) == [True, True, False]
    assert counted(done)[Kind.PAYLOADS] == counted(would)[Kind.PAYLOADS] == 3 - sum(kept)


def test_a_clock_that_leaps_takes_no_payload(tmp_path: Path):
    """The web process forgot them each hour, by whatever the clock said."""
    house, _ = a_home(tmp_path)
    young = a_handled(house, 1)
    sweep([house], now=NOW)

    held = sweep([house], now=NOW + timedelta(days=365))

    assert held.held
    assert house.inbox.find(house.org_id, young[0].id) == young[0]
