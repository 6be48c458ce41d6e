"""Files of evidence: stored once, verified when they are read, and gone when nobody refers to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inspect_pipelines.domain.evidence import EvidenceKind
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.errors import NotFound, Unavailable, Unreadable
from resources.evidence_files import FolderEvidenceFiles

LATER = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def files(tmp_path: Path) -> FolderEvidenceFiles:
    return FolderEvidenceFiles(tmp_path / "evidence")


def test_what_is_stored_is_read_back_and_damage_is_told(files: FolderEvidenceFiles) -> None:
    sha = files.put(EvidenceKind.HAR, b"{}")

    assert files.put(EvidenceKind.HAR, b"{}") == sha
    assert files.get(EvidenceKind.HAR, sha) == b"{}"
    path = Path(files.url(EvidenceKind.HAR, sha))
    assert path.stat().st_mode & 0o077 == 0, "nobody else of the machine reads it"
    path.write_bytes(b"[]")
    with pytest.raises(Unreadable, match="is damaged"):
        files.get(EvidenceKind.HAR, sha)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64])
def test_no_name_leads_out_of_the_folder(files: FolderEvidenceFiles, name: str) -> None:
    with pytest.raises(NotFound, match="names no evidence"):
        files.url(EvidenceKind.TRACE, Sha256(name))


def test_what_is_not_there_or_cannot_be_stored_is_a_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder would be")

    with pytest.raises(NotFound, match="was pruned"):
        FolderEvidenceFiles(tmp_path).get(EvidenceKind.TRACE, Sha256("0" * 64))
    with pytest.raises(Unavailable, match="cannot be stored"):
        FolderEvidenceFiles(blocked).put(EvidenceKind.TRACE, b"x")


def test_pruning_takes_what_is_old_and_that_nobody_refers_to(files: FolderEvidenceFiles) -> None:
    kept, gone = files.put(EvidenceKind.TRACE, b"PK kept"), files.put(EvidenceKind.VIDEO, b"RIFF gone")

    assert files.prune([kept], older_than=LATER - timedelta(days=2)) == (0, 0)
    assert files.prune([kept], older_than=LATER, is_dry_run=True) == (1, 9)
    assert files.prune([kept], older_than=LATER) == (1, 9)
    assert files.prune([kept], older_than=LATER) == (0, 0)
    assert files.get(EvidenceKind.TRACE, kept) == b"PK kept"
    with pytest.raises(NotFound):
        files.get(EvidenceKind.VIDEO, gone)
