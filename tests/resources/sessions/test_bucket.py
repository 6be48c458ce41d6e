"""A browser's worker stores its pictures in the bucket itself, and says so when it cannot."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.session import SessionStatus
from loopback_site.server import Site
from object_storage import READER_KEY, READER_SECRET, ObjectServer
from patience import allowed
from resources.clock import SystemClock
from resources.gallery.objects import ObjectGallery
from resources.objects.bucket import Bucket
from resources.sessions.browser.sessions import BrowserSessions
from session_requests import a_request


def sessions_into(bucket: Bucket, tmp_path: Path) -> BrowserSessions:
    return BrowserSessions(
        gallery=bucket, logins=tmp_path / "logins", scratch=tmp_path / "scratch", clock=SystemClock()
    )


def test_a_browsers_pictures_are_in_the_bucket_and_one_that_takes_none_is_told_as_ours(
    object_server: ObjectServer, site: Site, tmp_path: Path
) -> None:
    prefix = uuid4().hex
    request = a_request(site.url, Goto("/"), TakeScreenshot("home"))
    deadline = SystemClock().now() + timedelta(seconds=allowed(120))
    willing = sessions_into(object_server.bucket(prefix), tmp_path)
    refusing = sessions_into(object_server.bucket(prefix + "-x", READER_KEY, READER_SECRET), tmp_path)

    stored = willing.play(request, deadline=deadline)
    willing.close()
    refused = refusing.play(request, deadline=deadline)
    refusing.close()

    gallery = ObjectGallery(object_server.objects(prefix), SystemClock())
    assert stored.status is SessionStatus.COMPLETED
    assert [gallery.stat(shot.sha256).width for shot in stored.screenshots] == [1280]
    assert gallery.rows(stored.screenshots[0].sha256) is not None
    assert refused.status is SessionStatus.CRASHED
    assert "the storage refuses it" in (refused.error or "")
    assert "INSPECT_GALLERY_KEY" in (refused.error or "")
    assert not refused.screenshots
    assert not (tmp_path / "gallery").exists()
