"""A project: the folder of schedules.yaml, playbooks/ and organization.yaml, read and checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from inspect_pipelines.config.channel_document import WrittenKinds
from inspect_pipelines.config.definitions import Around, to_definition
from inspect_pipelines.config.fragment_document import FragmentDocument
from inspect_pipelines.config.fragments import Fragment, Fragments, check_fragment
from inspect_pipelines.config.layout import FRAGMENTS, PLAYBOOKS, SCHEDULES
from inspect_pipelines.config.one_definition import as_written
from inspect_pipelines.config.organization import org_id_of, read_organization, with_owners_of_files
from inspect_pipelines.config.playbook_document import PlaybookDocument
from inspect_pipelines.config.playbook_steps import Around as AroundPlaybooks
from inspect_pipelines.config.playbooks import to_playbook
from inspect_pipelines.config.problem import Findings, Problem
from inspect_pipelines.config.reading import read, shown
from inspect_pipelines.config.schedule_document import DefinitionDocument, ScheduleConfigDocument
from inspect_pipelines.config.yaml_source import Source, YamlPath
from inspect_pipelines.domain.calendar import Days
from inspect_pipelines.domain.ids import DefinitionId, OrgId, snake
from inspect_pipelines.domain.library import Library
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.revision import Written
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.errors import ConfigInvalid

NO_SCHEDULES = "is not in {root!r}; go to the folder that holds it, or start one with: inspect-pipelines init"


@dataclass(frozen=True, slots=True)
class Project:
    definitions: tuple[Definition, ...]  # schedules, then triggers, in the file's order
    playbooks: tuple[Playbook, ...]
    organization: Organization
    warnings: tuple[str, ...]  # `file:line:column  path  sentence`, in file order
    files: tuple[str, ...]  # what was read, relative to the project
    written: Mapping[DefinitionId, Written] = field(default_factory=dict)
    calendars: Mapping[str, tuple[Days, ...]] = field(default_factory=dict)
    kinds: WrittenKinds = field(default_factory=dict)  # of channels, by which it was read

    @property
    def ids(self) -> frozenset[DefinitionId]:
        return frozenset(one.id for one in self.definitions)

    @property
    def library(self) -> Library:
        """What its definitions may name."""
        return Library(self.playbooks, self.calendars)

    @property
    def org_id(self) -> OrgId:
        return self.organization.org_id


def load_project(root: Path, *, kinds: WrittenKinds, now: datetime, was_sent: bool = False) -> Project:
    """Everything that a project's files say.

    Args:
        root: The folder that holds schedules.yaml.
        kinds: Of channels.
        now: For the warnings about clock changes that are coming up.
        was_sent: It came as texts.

    Raises:
        ConfigInvalid: All faults of all files at once, sorted by file and line.
    """
    findings, files = Findings(), [SCHEDULES]
    written_organization = read_organization(root, kinds, findings, files, was_sent=was_sent)
    fragments, all_fragments_read = read_fragments(root, findings, files)
    playbooks, playbook_files, all_read = _playbooks(
        root, findings, files, now.date(), AroundPlaybooks(root, fragments, written_organization.may_evaluate)
    )
    organization = with_owners_of_files(written_organization, playbook_files, kinds, findings)
    all_read = all_read and all_fragments_read
    source, document = read(root / SCHEDULES, SCHEDULES, ScheduleConfigDocument, findings)
    if not (root / SCHEDULES).exists():
        findings.problems = [Problem(SCHEDULES, 1, 1, "", NO_SCHEDULES.format(root=str(root.absolute())))]
    definitions: tuple[Definition, ...] = ()
    written: dict[DefinitionId, Written] = {}
    if document is not None:
        org_id = org_id_of(source, document.metadata, findings, organization)
        organization = replace(organization, org_id=org_id)
        around = Around(
            source,
            findings,
            {book.id: book for book in playbooks},
            org_id,
            organization.allowed_hosts,
            now,
            all_read,
            written_organization.calendars,
            written_organization.is_readable,
            {one.id: one.kind for one in organization.sources},
            organization.channels if written_organization.is_readable else None,
            kinds,
        )
        schedules = [to_definition(one, number, around) for number, one in enumerate(document.schedules)]
        triggers = [to_definition(one, number, around) for number, one in enumerate(document.triggers)]
        definitions = (*schedules, *triggers)
        written = _as_written(source, document)
        _note_collisions(source, definitions, len(document.schedules), findings)
    if findings.problems:
        raise ConfigInvalid([str(problem) for problem in sorted(set(findings.problems))])
    warnings = tuple(str(warning) for warning in sorted(set(findings.warnings)))
    return Project(
        definitions,
        playbooks,
        organization,
        warnings,
        tuple(files),
        written,
        written_organization.calendars,
        kinds,
    )


def _as_written(source: Source, document: ScheduleConfigDocument) -> dict[DefinitionId, Written]:
    entries: list[tuple[str, int, DefinitionDocument]] = [
        *(("schedules", number, one) for number, one in enumerate(document.schedules)),
        *(("triggers", number, one) for number, one in enumerate(document.triggers)),
    ]
    return {
        DefinitionId(one.id): Written(as_written(one), f"{source.file}:{source.place((section, number))[0]}")
        for section, number, one in entries
    }


def read_fragments(root: Path, findings: Findings, files: list[str]) -> tuple[Fragments, bool]:
    """The fragments by their ids, and whether every file could be read."""
    found: dict[str, Fragment] = {}
    all_read = True
    for path, file in _files(root, FRAGMENTS):
        files.append(file)
        source, document = read(path, file, FragmentDocument, findings)
        if document is None:
            all_read = False
            continue
        fragment = Fragment(document.metadata.id, document, source)
        if fragment.id in found:
            message = (
                f"{shown(fragment.id)} is the id of the fragment in {found[fragment.id].source.file} already"
            )
            findings.wrong(source, ("metadata", "id"), message)
        found.setdefault(fragment.id, fragment)
    if all_read:
        for fragment in found.values():
            check_fragment(fragment, found, findings)
    return found, all_read


def _files(root: Path, folder: str) -> list[tuple[Path, str]]:
    """The YAML files of a folder of the project, in order, with what messages call them."""
    there = (root / folder).glob("*") if (root / folder).is_dir() else ()
    return [(path, f"{folder}/{path.name}") for path in sorted(there) if path.suffix in (".yaml", ".yml")]


def _playbooks(
    root: Path, findings: Findings, files: list[str], today: date, around: AroundPlaybooks
) -> tuple[tuple[Playbook, ...], Mapping[str, str], bool]:
    """The playbooks in file order, the file of each, and whether every file could be read."""
    found: dict[str, tuple[Playbook, str]] = {}
    all_read = True
    for path, file in _files(root, PLAYBOOKS):
        files.append(file)
        source, document = read(path, file, PlaybookDocument, findings)
        if document is None:
            all_read = False
            continue
        playbook = to_playbook(document, source, findings, today=today, around=around)
        if playbook.id in found:
            message = f"{shown(playbook.id)} is the id of the playbook in {found[playbook.id][1]} already"
            findings.wrong(source, ("metadata", "id"), message)
        found.setdefault(playbook.id, (playbook, file))
    playbooks = tuple(playbook for playbook, _ in found.values())
    return playbooks, {name: file for name, (_, file) in found.items()}, all_read


def _note_collisions(
    source: Source, definitions: Sequence[Definition], schedules: int, findings: Findings
) -> None:
    """Ids are unique over schedules and triggers, and so are the names that Dagster makes of them."""
    first: dict[str, tuple[Definition, int]] = {}
    for position, definition in enumerate(definitions):
        number = position if position < schedules else position - schedules
        path: YamlPath = ("schedules" if position < schedules else "triggers", number, "id")
        name = snake(definition.id)
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
