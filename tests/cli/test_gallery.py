"""`gallery prune|show` as a person uses it."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from builders import ENVIRONMENT, a_baseline, a_finding, a_run, a_schedule, a_screenshot, a_session, a_view
from inspect_pipelines.cli.gallery import gallery, parsed_age
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.baseline import BaselineImage
from inspect_pipelines.domain.evidence import EvidenceFile, EvidenceKind
from inspect_pipelines.errors import NotFound, Refused, Unreadable, UsageError
from inspect_pipelines.wiring import house as wired
from loopback_site.server import png
from object_storage import ObjectServer


@pytest.fixture
def house(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    house = wired(Settings())
    house.ledgers.migrate()
    return house


def call(*arguments: str):
    return CliRunner().invoke(gallery, arguments, catch_exceptions=False)


def test_pruning_keeps_what_baselines_sessions_and_findings_refer_to(house):
    shot, accepted, of_finding, nobodys, young = (
        house.gallery.put(png(10, height)) for height in range(1, 6)
    )
    run = a_run()
    image = BaselineImage(accepted, 10, 2, ENVIRONMENT, run.id)
    with house.ledger.write() as ledger:
        ledger.definitions.save(a_schedule(), by="test", at=run.requested_at)
        ledger.runs.request(run)
        session = a_session(
            screenshots=(a_screenshot(sha256=shot),), findings=(a_finding(screenshot=of_finding),)
        )
        ledger.evidence.save_session(run.id, session)
        ledger.baselines.add(a_baseline(images={a_view(): image}, source_run_id=run.id))
    for sha in (shot, accepted, of_finding, nobodys):
        os.utime(house.gallery.path(sha), (0, 0))

    dry = call("prune", "--dry-run")
    was_there = house.gallery.path(nobodys).exists()
    done = call("prune", "--older-than", "2d")

    assert dry.output == "would delete 1 picture (0.0 MB) older than 30d; 3 are referred to and stay\n"
    assert was_there
    assert done.output == "deleted 1 picture (0.0 MB) older than 2d; 3 are referred to and stay\n"
    assert [house.gallery.path(sha).exists() for sha in (shot, accepted, of_finding, nobodys, young)] == [
        True,
        True,
        True,
        False,
        True,
    ]


def test_after_a_leap_of_the_clock_no_picture_goes_until_a_person_says_that_it_is_right(house):
    old = house.gallery.put(png(10, 10))
    os.utime(house.gallery.path(old), (0, 0))
    with house.ledger.write() as ledger:
        long_ago = house.clock.now() - timedelta(days=300)
        ledger.audit.append("retention.swept", "home", by="service:runs", at=long_ago)

    with pytest.raises(Refused, match=r"300 days after the last sweep.* or now, with --trust-clock"):
        call("prune")
    was_there = house.gallery.path(old).exists()
    done = call("prune", "--trust-clock")

    assert was_there
    assert done.output.startswith("deleted 1 picture ")
    with house.ledger.read() as ledger:
        assert ledger.audit.entries()[0].action == "retention.held"


def test_pictures_that_a_run_may_be_about_to_refer_to_are_not_pruned(house):
    with pytest.raises(Refused, match="younger than 24 hours are not pruned"):
        call("prune", "--older-than", "1h")


@pytest.mark.parametrize("text", ["", "30", "d", "-3d", "1.5d", "3 months"])
def test_an_age_that_is_none_is_a_sentence(text):
    with pytest.raises(UsageError, match="is no age; write a number and h, d or w"):
        parsed_age(text)


def test_show_prints_the_path_of_a_whole_picture_only(house):
    sha = house.gallery.put(png(10, 10))

    assert call("show", sha).output.strip() == str(house.gallery.path(sha))

    house.gallery.path(sha).write_bytes(b"damaged")
    with pytest.raises(Unreadable):
        call("show", sha)
    with pytest.raises(NotFound):
        call("show", "a" * 64)
    with pytest.raises(NotFound):
        call("show", "../ledger.db")


def test_pruning_takes_traces_that_no_session_refers_to_and_leaves_the_others(house):
    kept, gone = (house.evidence_files.put(EvidenceKind.TRACE, data) for data in (b"PK kept", b"PK gone"))
    for sha in (kept, gone):
        os.utime(house.evidence_files.url(EvidenceKind.TRACE, sha), (0, 0))
    run = a_run()
    with house.ledger.write() as ledger:
        ledger.definitions.save(a_schedule(), by="test", at=run.requested_at)
        ledger.runs.request(run)
        file = EvidenceFile(EvidenceKind.TRACE, "desktop", kept, 7)
        ledger.evidence.save_session(run.id, a_session(screenshots=(), files=(file,)))

    done = call("prune", "--older-than", "2d")

    assert "and 1 trace, film or network log (0.0 MB) older than 2d" in done.output
    assert house.evidence_files.get(EvidenceKind.TRACE, kept) == b"PK kept"
    with pytest.raises(NotFound):
        house.evidence_files.get(EvidenceKind.TRACE, gone)


def test_where_pictures_are_in_a_bucket_a_person_gets_a_link_that_opens_for_a_while(
    object_server: ObjectServer, tmp_path: Path, monkeypatch
):
    bucket = object_server.bucket("cli")
    for name, value in {
        "HOME": str(tmp_path / "home"),
        "GALLERY": bucket.url,
        "GALLERY_ENDPOINT": bucket.endpoint,
        "GALLERY_KEY": bucket.key,
        "GALLERY_SECRET": bucket.secret,
    }.items():
        monkeypatch.setenv(f"INSPECT_{name}", str(value))
    in_bucket = wired(Settings())
    in_bucket.ledgers.migrate()
    sha = in_bucket.gallery.put(png(20, 10))

    shown = call("show", sha, "--opens-for", "2h")
    pruned = call("prune", "--dry-run")

    assert httpx.get(shown.output.strip()).content == png(20, 10)
    assert "X-Amz-Expires=7200" in shown.output
    assert "would delete 0 pictures" in pruned.output
    assert in_bucket.gallery.free_bytes() > 0
    assert not list((tmp_path / "home").rglob("*.png"))
    with pytest.raises(UsageError, match="--opens-for 'soon' is no age"):
        call("show", sha, "--opens-for", "soon")
