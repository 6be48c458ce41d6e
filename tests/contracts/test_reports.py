"""What every store of reports keeps; run over a folder of HTML and over the one in memory that other tests use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from builders import a_run
from galleries import MemoryGallery
from houses import CollectedReports
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.report import Report
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.verdict import Verdict
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.reports import Reports
from object_storage import ObjectServer
from resources.report.html import HtmlReports
from resources.report.objects import ObjectReports


@pytest.fixture(params=["html", "bucket", "memory"])
def reports(request: pytest.FixtureRequest, tmp_path: Path) -> Reports:
    if request.param == "memory":
        return CollectedReports()
    folder = HtmlReports(tmp_path, MemoryGallery())
    if request.param == "html":
        return folder
    server: ObjectServer = request.getfixturevalue("object_server")
    return ObjectReports(server.objects(uuid4().hex), MemoryGallery(), folder)


def a_report(number: int = 1, status: RunStatus = RunStatus.ERROR) -> Report:
    run = replace(a_run(number), status=status, reason="the browser did not start")
    return Report(run, None, (), (), Verdict(None, status, (run.reason,)), None, ())


def page(reports: Reports, run_id: RunId) -> bytes:
    with reports.open(run_id) as file:
        return file.read()


def test_a_written_report_is_read_back_and_is_about_its_run(reports: Reports) -> None:
    reports.write(a_report(1))
    reports.write(a_report(2))

    for report in (a_report(1), a_report(2)):
        assert reports.is_written(report.run.id)
        assert report.run.id.encode() in page(reports, report.run.id)


def test_a_run_without_a_report_has_none_to_open(reports: Reports) -> None:
    reports.write(a_report(1))

    assert not reports.is_written(a_run(2).id)
    with pytest.raises(NotFound, match="has no report"):
        reports.open(a_run(2).id)


def test_a_report_has_an_address_of_its_own_before_it_is_written(reports: Reports) -> None:
    before = reports.url(a_run(1).id)

    reports.write(a_report(1))

    assert before == reports.url(a_run(1).id)
    assert a_run(1).id in before
    assert before != reports.url(a_run(2).id)


def test_a_report_that_is_written_again_is_the_newer_one(reports: Reports) -> None:
    reports.write(a_report(1, RunStatus.ERROR))
    older = page(reports, a_run(1).id)

    reports.write(a_report(1, RunStatus.CANCELLED))

    assert b"cancelled" in page(reports, a_run(1).id).lower()
    assert page(reports, a_run(1).id) != older
