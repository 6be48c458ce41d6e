"""Bundle: one run as one signed file, for whoever wants to see years later what was seen, without us."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from inspect_pipelines.domain.bundle import (
    FORMAT,
    MANIFEST,
    PUBLIC,
    README,
    SIGNATURE,
    VERSION,
    Enclosed,
    Lacking,
    Manifest,
    fingerprint,
)
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.evidence import EvidenceKind
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.run import find_run
from inspect_pipelines.stored.comparisons import COMPARISONS, Comparisons
from inspect_pipelines.stored.serial import dump_json
from inspect_pipelines.stored.session import SESSION
from inspect_pipelines.usecases.history.tell_again import facts_of

CHUNK_BYTES = 1 << 20
WORDS = """\
This is what inspect-pipelines saw in run {run}, as it was kept on {made}.

report.html      the run's page; it needs no network
facts.json       what the history keeps of it
evidence/        what each session and each comparison said
pictures/        by their sha256; files/: traces, films and network logs
manifest.json    every file with its sha256 and size, and what was not kept any more; manifest.sig signs exactly its bytes

Check all of it:

  inspect-pipelines verify FILE --key {key}

That is the fingerprint of the key that signed it. Compare it with what its owner gave you, and not with this file:
whoever forges a bundle forges this line, too. Without inspect-pipelines, after unpacking it:

  openssl pkeyutl -verify -pubin -inkey KEY.pem -rawin -in manifest.json -sigfile manifest.sig
  sha256sum of each file is in manifest.json

where KEY.pem is the public key that its owner gave you (inspect-pipelines runs key prints it).
"""


@dataclass(slots=True)
class _Writer:
    """A zip with a list of what was put in."""

    zip: ZipFile
    at: datetime
    files: list[Enclosed] = field(default_factory=list)
    lacking: list[Lacking] = field(default_factory=list)

    def put(self, path: str, data: bytes | BinaryIO, what: str, *, is_packed: bool = False) -> None:
        source = BytesIO(data) if isinstance(data, bytes) else data
        digest, size = hashlib.sha256(), 0
        with self.zip.open(_info(path, self.at, is_packed=is_packed), "w", force_zip64=True) as target:
            while chunk := source.read(CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
        self.files.append(Enclosed(path, digest.hexdigest(), size, what))


def bundle(house: House, text: str, out: BinaryIO, *, by: str) -> Manifest:
    """Write a run's bundle.

    Args:
        house: Whose seal signs it.
        text: A run's id, its beginning, or a definition's: its latest run.
        out: Empty, and to be written.
        by: Who asks.

    Raises:
        Refused: It goes on, or its evidence was kept long enough and is gone.
        Unreadable: A picture is damaged: what is signed is whole.
    """
    run = find_run(house, text, or_definition=True)
    if run.status.is_open or run.completed_at is None:
        raise Refused(f"run {run.id!r} cannot be bundled: it is still {run.status.value!r}; wait for its end")
    with house.ledger.read() as ledger:
        emptied_at = ledger.expiry.emptied_at(run.id)
        days = ledger.organizations.find().retention.evidence
        sessions = ledger.evidence.sessions(run.id)
        comparisons = ledger.evidence.comparisons(run.id)
        facts = facts_of(ledger, run.id, report_url="report.html")
    if emptied_at is not None:
        raise Refused(
            f"run {run.id!r} cannot be bundled: its evidence is kept for {days} days and went on {emptied_at:%Y-%m-%d}; "
            "its facts are in the history; bundle what has to last longer in time, or raise `retention` in organization.yaml"
        )
    now, public = house.clock.now(), house.seal.public()
    with ZipFile(out, "w") as packed:
        writer = _Writer(packed, now)
        _evidence(writer, sessions, comparisons)
        writer.put(
            "facts.json",
            json.dumps(facts, ensure_ascii=False, indent=1).encode(errors="replace"),
            "what the history keeps of the run",
            is_packed=True,
        )
        _report(writer, house, run)
        _pictures(writer, house, sessions, comparisons)
        key = fingerprint(public)
        writer.put(
            README, WORDS.format(run=run.id, made=f"{now:%Y-%m-%d}", key=key).encode(), "how to check it"
        )
        manifest = Manifest(
            FORMAT,
            VERSION,
            run.org_id,
            run.id,
            run.definition_id,
            run.status.value,
            run.reason,
            run.completed_at,
            now,
            by,
            key,
            tuple(writer.files),
            tuple(writer.lacking),
        )
        written = dump_json(manifest).encode()
        for name, data in ((MANIFEST, written), (SIGNATURE, house.seal.sign(written)), (PUBLIC, public)):
            packed.writestr(_info(name, now), data)
    return manifest


def _evidence(writer: _Writer, sessions: list[SessionResult], comparisons: list[Comparison]) -> None:
    for number, session in enumerate(sessions, start=1):
        path, what = f"evidence/session-{number}.json", f"what session {number} ({session.playbook}) saw"
        writer.put(path, SESSION.dump(session).encode(), what, is_packed=True)
    told = COMPARISONS.dump(Comparisons(tuple(comparisons))).encode()
    writer.put("evidence/comparisons.json", told, "how each view compared", is_packed=True)


def _report(writer: _Writer, house: House, run: Run) -> None:
    try:
        with house.reports.open(run.id) as page:
            writer.put("report.html", page, "the run's page", is_packed=True)
    except NotFound:
        writer.lacking.append(Lacking("", "the run's page: none was written, or it was deleted"))


def _pictures(
    writer: _Writer, house: House, sessions: list[SessionResult], comparisons: list[Comparison]
) -> None:
    done = set[Sha256]()
    for sha, what in _named(sessions, comparisons):
        if sha in done:
            continue
        done.add(sha)
        try:
            writer.put(f"pictures/{sha}.png", house.gallery.get(sha), what)
        except NotFound:
            writer.lacking.append(Lacking(sha, what))
    for kind, sha, what in _files(sessions):
        if sha in done:
            continue
        done.add(sha)
        try:
            writer.put(f"files/{sha}{kind.suffix}", house.evidence_files.get(kind, sha), what)
        except NotFound:
            writer.lacking.append(Lacking(sha, what))


def _named(sessions: list[SessionResult], comparisons: list[Comparison]) -> Iterator[tuple[Sha256, str]]:
    for one in comparisons:
        for sha, what in (
            (one.old_sha256, "what was approved of"),
            (one.new_sha256, "what this run shows of"),
            (one.overlay_sha256, "what differs in"),
            (one.side_by_side_sha256, "both sides of"),
        ):
            if sha:
                yield sha, f"{what} {one.view}"
        for other in one.besides:
            yield other.old_sha256, f"what was approved of {one.view} as well, variant {other.variant}"
    for session in sessions:
        beside = session.beside
        for shot in (*session.screenshots, *(beside.screenshots if beside else ())):
            yield shot.sha256, f"what session {session.id} shows of {shot.view}"
        for finding in (*session.findings, *(beside.findings if beside else ())):
            if finding.screenshot:
                yield finding.screenshot, f"the page when this was found: {finding.message}"


def _files(sessions: list[SessionResult]) -> Iterator[tuple[EvidenceKind, Sha256, str]]:
    for session in sessions:
        for file in session.files:
            if file.sha256:
                yield file.kind, file.sha256, f"the {file.kind.value} of {file.viewport}"


def _info(path: str, at: datetime, *, is_packed: bool = False) -> ZipInfo:
    info = ZipInfo(path, at.timetuple()[:6])
    info.compress_type = ZIP_DEFLATED if is_packed else ZIP_STORED
    info.external_attr = 0o644 << 16
    return info
