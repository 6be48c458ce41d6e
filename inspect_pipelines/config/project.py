"""A project: the folder of schedules.yaml, playbooks/ and organization.yaml, read and checked as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from inspect_pipelines.config.definitions import Around, to_definition
from inspect_pipelines.config.playbook_document import PlaybookDocument
from inspect_pipelines.config.playbooks import to_playbook
from inspect_pipelines.config.problem import Findings, Problem
from inspect_pipelines.config.reading import read, shown
from inspect_pipelines.config.schedule_document import (
    NOT_YET_USED,
    OrganizationConfigDocument,
    OrganizationMetadata,
    ScheduleConfigDocument,
)
from inspect_pipelines.config.settings import SECRET_REFERENCE
from inspect_pipelines.config.yaml_text import Source, YamlPath
from inspect_pipelines.domain.ids import SLUG, OrgId, dagster_name
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.errors import ConfigInvalid

SCHEDULES = "schedules.yaml"
ORGANIZATION = "organization.yaml"
PLAYBOOKS = "playbooks"
NO_SCHEDULES = "is not in {root!r}; go to the folder that holds it, or start one with: inspect-pipelines init"
SECRET_KEYS = ("secret", "token", "password", "api_key", "routing_key", "private_key")


@dataclass(frozen=True, slots=True)
class Organization:
    """What organization.yaml says, as far as it has an effect yet."""

    org_id: OrgId
    name: str = ""
    allowed_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    definitions: tuple[Definition, ...]  # schedules, then triggers, in the file's order
    playbooks: tuple[Playbook, ...]
    organization: Organization
    warnings: tuple[str, ...]  # `file:line:column  path  sentence`, in file order
    files: tuple[str, ...]  # what was read, relative to the project

    @property
    def org_id(self) -> OrgId:
        return self.organization.org_id


def load_project(root: Path, *, now: datetime) -> Project:
    """Everything that a project's files say.

    Args:
        root: The folder that holds schedules.yaml.
        now: For the warnings about clock changes that are coming up.

    Raises:
        ConfigInvalid: All faults of all files at once, sorted by file and line.
    """
    findings, files = Findings(), [SCHEDULES]
    organization = _organization(root, findings, files)
    playbooks, all_read = _playbooks(root, findings, files)
    source, document = read(root / SCHEDULES, SCHEDULES, ScheduleConfigDocument, findings)
    if not (root / SCHEDULES).exists():
        findings.problems = [Problem(SCHEDULES, 1, 1, "", NO_SCHEDULES.format(root=str(root.absolute())))]
    definitions: tuple[Definition, ...] = ()
    if document is not None:
        org_id = _org_id(source, document.metadata, findings, organization)
        organization = Organization(org_id, organization.name, organization.allowed_hosts)
        around = Around(
            source,
            findings,
            {book.id: book for book in playbooks},
            org_id,
            organization.allowed_hosts,
            now,
            all_read,
        )
        schedules = [
            to_definition(written, number, around) for number, written in enumerate(document.schedules)
        ]
        triggers = [
            to_definition(written, number, around) for number, written in enumerate(document.triggers)
        ]
        definitions = (*schedules, *triggers)
        _note_collisions(source, definitions, len(document.schedules), findings)
    if findings.problems:
        raise ConfigInvalid([str(problem) for problem in sorted(set(findings.problems))])
    warnings = tuple(str(warning) for warning in sorted(set(findings.warnings)))
    return Project(definitions, playbooks, organization, warnings, tuple(files))


def _organization(root: Path, findings: Findings, files: list[str]) -> Organization:
    if not (root / ORGANIZATION).exists():
        return Organization(OrgId(""))
    files.append(ORGANIZATION)
    source, document = read(root / ORGANIZATION, ORGANIZATION, OrganizationConfigDocument, findings)
    if document is None:
        return Organization(OrgId(""))
    for key in NOT_YET_USED:
        if getattr(document, key) is not None:
            findings.warn(source, (key,), f"{key!r} is kept, but has no effect yet")
    _refuse_secrets(source, source.value, (), findings)
    for number, host in enumerate(document.allowed_hosts):
        if not host or "/" in host or " " in host:
            message = f"{shown(host)} is not a host; write 'app.acme.com', '*.acme.com' or 'localhost:8000'"
            findings.wrong(source, ("allowed_hosts", number), message)
    named = "orgId" in document.metadata.model_fields_set
    org_id = _org_id(source, document.metadata, findings, None) if named else OrgId("")
    return Organization(org_id, document.metadata.name, tuple(document.allowed_hosts))


def _playbooks(root: Path, findings: Findings, files: list[str]) -> tuple[tuple[Playbook, ...], bool]:
    """The playbooks in file order, and whether every file could be read."""
    found: dict[str, tuple[Playbook, str]] = {}
    all_read = True
    folder = root / PLAYBOOKS
    paths = (
        sorted(path for path in folder.glob("*") if path.suffix in (".yaml", ".yml"))
        if folder.is_dir()
        else []
    )
    for path in paths:
        file = f"{PLAYBOOKS}/{path.name}"
        files.append(file)
        source, document = read(path, file, PlaybookDocument, findings)
        if document is None:
            all_read = False
            continue
        playbook = to_playbook(document, source, findings)
        if playbook.id in found:
            message = f"{shown(playbook.id)} is the id of the playbook in {found[playbook.id][1]} already"
            findings.wrong(source, ("metadata", "id"), message)
        found.setdefault(playbook.id, (playbook, file))
    return tuple(playbook for playbook, _ in found.values()), all_read


def _org_id(
    source: Source, written: OrganizationMetadata, findings: Findings, other: Organization | None
) -> OrgId:
    if not SLUG.match(written.orgId):
        findings.wrong(
            source,
            ("metadata", "orgId"),
            f"{shown(written.orgId)} is not an id: letters, digits, '-' and '_'",
        )
    if "orgId" not in written.model_fields_set and other is not None and other.org_id:
        return other.org_id
    if other is not None and other.org_id and other.org_id != written.orgId:
        message = (
            f"{shown(written.orgId)} is not the organisation of {ORGANIZATION}, which is {other.org_id!r}"
        )
        findings.wrong(source, ("metadata", "orgId"), message)
    return OrgId(written.orgId)


def _note_collisions(
    source: Source, definitions: Sequence[Definition], schedules: int, findings: Findings
) -> None:
    """Ids are unique over schedules and triggers, and so are the names that Dagster makes of them."""
    first: dict[str, tuple[Definition, int]] = {}
    for position, definition in enumerate(definitions):
        number = position if position < schedules else position - schedules
        path: YamlPath = ("schedules" if position < schedules else "triggers", number, "id")
        name = dagster_name(definition.id)
        if name not in first:
            first[name] = (definition, source.place(path)[0])
            continue
        other, line = first[name]
        if other.id == definition.id:
            findings.wrong(
                source, path, f"{shown(definition.id)} is the id of the {other.kind} on line {line} already"
            )
        else:
            message = (
                f"{shown(definition.id)} and {other.id!r} on line {line} would both be {name!r} in Dagster; "
                "change one of them by more than '-' and '_'"
            )
            findings.wrong(source, path, message)


def _refuse_secrets(source: Source, value: object, path: YamlPath, findings: Findings) -> None:
    """A literal secret in the parts that have no shape yet, found by the name of its key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            secret = str(key).lower().endswith(SECRET_KEYS) and isinstance(inner, (str, int))
            if secret and not SECRET_REFERENCE.match(str(inner)):
                message = "a secret is written as '${env:NAME}' or '${file:/path}', never as its value"
                findings.wrong(source, (*path, key), message)
            _refuse_secrets(source, inner, (*path, key), findings)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            _refuse_secrets(source, inner, (*path, number), findings)
