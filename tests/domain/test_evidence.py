"""What of a session's evidence is kept, and when."""

from __future__ import annotations

import pytest

from builders import a_finding
from inspect_pipelines.domain.evidence import EvidenceKind, EvidenceRules, Keep, has_failed
from inspect_pipelines.domain.finding import Severity


@pytest.mark.parametrize(
    ("keep", "of_failed", "of_passed"),
    [(Keep.OFF, False, False), (Keep.ON_FAILURE, True, False), (Keep.ALWAYS, True, True)],
)
def test_each_kind_is_kept_as_the_playbook_says(keep: Keep, of_failed: bool, of_passed: bool) -> None:
    assert keep.holds(has_failed=True) is of_failed
    assert keep.holds(has_failed=False) is of_passed


def test_a_session_has_failed_when_it_was_cut_short_or_a_finding_fails_it() -> None:
    found = a_finding(severity=Severity.WARNING)

    assert has_failed((), "error", is_whole=False)
    assert has_failed((found,), "warning", is_whole=True)
    assert not has_failed((found,), "error", is_whole=True)
    assert not has_failed((found,), None, is_whole=True)


def test_what_pages_log_is_kept_by_default_and_no_file_is() -> None:
    assert EvidenceRules().console is Keep.ALWAYS
    assert not EvidenceRules().needs_files
    assert EvidenceRules(har=Keep.ON_FAILURE).needs_files
    assert [kind.suffix for kind in EvidenceKind] == [".zip", ".webp", ".har"]
    assert [kind.most_bytes for kind in EvidenceKind] == [50_000_000, 8_000_000, 20_000_000]
