from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from builders import a_run, a_session
from inspect_pipelines.domain.report import Report
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.verdict import Verdict


def test_a_report_is_evidence_and_cannot_be_changed_afterwards() -> None:
    verdict = Verdict(None, RunStatus.ERROR, ("its worker died",))
    report = Report(a_run(), None, (a_session(),), (), verdict, None)

    with pytest.raises(FrozenInstanceError):
        report.verdict = Verdict(None, RunStatus.PASSED, ())  # type: ignore[misc]
    assert report.notifications == ()
