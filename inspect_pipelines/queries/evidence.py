"""Files of evidence that a run refers to: traces, films and network logs."""

from __future__ import annotations

from inspect_pipelines.domain.evidence import EvidenceFile
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.run import sessions_of

OPEN_SECONDS = 3600  # of a link into a bucket


def evidence_of_run(house: House, run_id: str, sha256: str) -> tuple[EvidenceFile, bytes] | None:
    """A file with its bytes; None: the run refers to no such file.

    Raises:
        NotFound: It does, and it was pruned.
        Unreadable: The stored bytes are damaged.
    """
    for session in sessions_of(house, RunId(run_id)):
        for file in session.files:
            if file.sha256 is not None and file.sha256 == sha256:
                return file, house.evidence_files.get(file.kind, file.sha256)
    return None


def opened(house: House, file: EvidenceFile) -> str:
    """Where a person opens it, for an hour where it is in a bucket; else why it is not there, in brackets."""
    if file.sha256 is None:
        return f"({file.note})"
    if link := house.evidence_files.link(file.kind, file.sha256, seconds=OPEN_SECONDS):
        return link
    try:
        house.evidence_files.get(file.kind, file.sha256)
    except NotFound:
        return "(it was pruned)"
    return house.evidence_files.url(file.kind, file.sha256)
