"""Evidence and reports in the gallery's bucket, on a real S3 server: stored once, opened by links that end, gone with retention."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from builders import a_run
from galleries import MemoryGallery
from inspect_pipelines.cli.bucket_check import bucket
from inspect_pipelines.cli.check import Check
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.evidence import EvidenceKind
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.report import Report
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.verdict import Verdict
from inspect_pipelines.errors import NotFound, Refused, Unreadable
from object_storage import KEY, READER_KEY, READER_SECRET, SECRET, ObjectServer
from patience import until
from resources.clock import SystemClock
from resources.evidence_files import FolderEvidenceFiles
from resources.evidence_objects import ObjectEvidenceFiles
from resources.objects.store import Objects
from resources.report.html import HtmlReports
from resources.report.objects import ObjectReports

LATER = datetime.now(UTC) + timedelta(days=1)
PAGE = b'<p>Told.</p><img data-picture="%s" src="data:image/png;base64,AAAA" alt="cart">' % (b"a" * 64)
BEFORE = datetime.now(UTC) - timedelta(days=1)
HAR, TRACE = EvidenceKind.HAR, EvidenceKind.TRACE


@pytest.fixture
def objects(object_server: ObjectServer) -> Objects:
    return object_server.objects(uuid4().hex)


@pytest.fixture
def folder(tmp_path: Path) -> FolderEvidenceFiles:
    return FolderEvidenceFiles(tmp_path / "evidence")


@pytest.fixture
def files(objects: Objects, folder: FolderEvidenceFiles) -> ObjectEvidenceFiles:
    return ObjectEvidenceFiles(objects, SystemClock(), folder)


def paths(objects: Objects) -> list[str]:
    return sorted(each.path for each in objects.below(""))


def test_put_twice_is_one_and_damage_is_told(files: ObjectEvidenceFiles, objects: Objects) -> None:
    sha = files.put(HAR, b"{}")

    assert files.put(HAR, b"{}") == sha
    assert paths(objects) == [f"evidence/{sha[:2]}/{sha}.har"]
    assert files.get(HAR, sha) == b"{}"
    objects.replace(paths(objects)[0], b"[]")
    with pytest.raises(Unreadable, match="is damaged"):
        files.get(HAR, sha)
    files.put(HAR, b"{}")
    assert files.get(HAR, sha) == b"{}", "what is stored again is mended"
    with pytest.raises(NotFound, match="names no evidence"):
        files.link(HAR, Sha256("../writable"), seconds=60)


def test_a_link_opens_without_a_key_until_its_time_is_over(files: ObjectEvidenceFiles) -> None:
    sha = files.put(TRACE, b"PK a trace")

    def opened(link: str | None) -> httpx.Response:
        assert link is not None
        return httpx.get(link, trust_env=False, timeout=120)

    long, short = files.link(TRACE, sha, seconds=3600), files.link(TRACE, sha, seconds=1)

    assert opened(long).content == b"PK a trace"
    until(lambda: opened(short).status_code == 403)
    assert opened((long or "").partition("?")[0]).status_code == 403
    assert files.link(HAR, sha, seconds=60) is None, "there is none of that kind"


def test_pruning_takes_what_nobody_refers_to_from_the_bucket_and_from_the_folder_before_it(
    files: ObjectEvidenceFiles, folder: FolderEvidenceFiles, objects: Objects
) -> None:
    kept, gone = files.put(TRACE, b"PK kept"), files.put(HAR, b"gone")
    older, kept_older = folder.put(HAR, b"older"), folder.put(TRACE, b"PK older")
    objects.replace("evidence/notes.txt", b"not ours")

    assert files.prune([kept, kept_older], older_than=BEFORE) == (0, 0)
    assert files.prune([kept, kept_older], older_than=LATER, is_dry_run=True) == (2, 9)
    assert files.prune([kept, kept_older], older_than=LATER) == (2, 9)
    assert files.prune([kept, kept_older], older_than=LATER) == (0, 0)
    assert paths(objects) == [f"evidence/{kept[:2]}/{kept}.zip", "evidence/notes.txt"]
    assert files.get(TRACE, kept_older) == b"PK older"
    assert files.url(TRACE, kept_older).startswith("/")
    for sha in (gone, older):
        with pytest.raises(NotFound, match="was pruned"):
            files.get(HAR, sha)


def test_whoever_may_only_read_is_refused_in_a_sentence(
    object_server: ObjectServer, folder: FolderEvidenceFiles
) -> None:
    reader = object_server.objects(uuid4().hex, READER_KEY, READER_SECRET)

    with pytest.raises(Refused, match="the storage refuses it"):
        ObjectEvidenceFiles(reader, SystemClock(), folder).put(HAR, b"{}")


def test_reports_of_before_are_read_where_they_were_and_new_ones_are_in_the_bucket(
    objects: Objects, tmp_path: Path
) -> None:
    before = HtmlReports(tmp_path, MemoryGallery())
    reports = ObjectReports(objects, MemoryGallery(), before)
    old, new = a_run(1), replace(a_run(2), status=RunStatus.ERROR, reason="the browser did not start")
    before.path(old.id).parent.mkdir()
    before.path(old.id).write_bytes(PAGE)
    reports.write(Report(new, None, (), (), Verdict(None, RunStatus.ERROR, (new.reason,)), None, ()))

    assert paths(objects) == [f"reports/{new.id}.html", f"reports/latest-{new.definition_id}.html"]
    for run in (old, new):
        assert reports.is_written(run.id)
        with reports.open(run.id) as page:
            assert page.read()


def test_pictures_that_are_not_kept_go_from_pages_in_the_bucket_and_their_copies(
    objects: Objects, tmp_path: Path
) -> None:
    reports = ObjectReports(objects, MemoryGallery(), HtmlReports(tmp_path, MemoryGallery()))
    run = a_run(1)
    for name in (f"reports/{run.id}.html", f"reports/latest-{run.definition_id}.html"):
        objects.replace(name, PAGE)

    assert reports.let_go({run.id: ["a" * 64]}, "its days are over") == (0, 0)
    pages, size = reports.let_go({run.id: ()}, "its days are over", is_dry_run=True)
    assert (pages, objects.get(f"reports/{run.id}.html")) == (1, PAGE)
    assert reports.let_go({run.id: ()}, "its days are over") == (1, size)
    for name in (f"reports/{run.id}.html", f"reports/latest-{run.definition_id}.html"):
        assert b"its days are over" in (objects.get(name) or b"")
    assert reports.let_go({run.id: ()}, "its days are over") == (0, 0)


def test_doctor_tells_a_bucket_that_is_well_one_that_is_not_and_a_clock_that_is_off(
    object_server: ObjectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(key: str, secret: str, *, off: timedelta = timedelta()) -> Check:
        where = object_server.bucket(uuid4().hex, key, secret)
        clock = SystemClock()
        monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + off)
        settings = Settings(
            gallery=where.url,
            gallery_endpoint=where.endpoint,
            gallery_region=where.region,
            gallery_key=where.key,
            gallery_secret=where.secret,
        )
        return bucket(settings, clock)

    well, refused = asked(KEY, SECRET), asked(READER_KEY, READER_SECRET)
    late = asked(KEY, SECRET, off=timedelta(hours=1))

    assert well.is_ok
    assert "is reached, written and read" in well.found
    assert (refused.is_ok, "the storage refuses it" in refused.found) == (False, True)
    assert (late.is_ok, "s apart" in late.found, "NTP" in late.how) == (False, True, True)
    assert bucket(Settings()).is_ok
