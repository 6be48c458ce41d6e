"""One playbook by its file, for whoever writes it: read without the project's schedules, with the fragments that it uses."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from inspect_pipelines.config.brittleness import warn_of_brittleness
from inspect_pipelines.config.channel_document import WrittenKinds
from inspect_pipelines.config.fragments import Fragments
from inspect_pipelines.config.layout import FRAGMENTS, ORGANIZATION, PLAYBOOKS, SCHEDULES
from inspect_pipelines.config.organization import read_organization
from inspect_pipelines.config.playbook_document import PlaybookDocument
from inspect_pipelines.config.playbook_steps import Around
from inspect_pipelines.config.playbooks import to_playbook
from inspect_pipelines.config.problem import Findings, Problem
from inspect_pipelines.config.project import read_fragments
from inspect_pipelines.config.reading import read
from inspect_pipelines.config.yaml_source import YamlError, read_bytes
from inspect_pipelines.config.yaml_text import parse
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.errors import ConfigInvalid, UsageError


@dataclass(frozen=True, slots=True)
class OnePlaybook:
    """What was read.

    Attributes:
        allowed_hosts: Of organization.yaml: what its pages may reach besides the hosts that it names.
        warnings: What works and may not be meant, in file order.
        files: All that it is made of: when one of them changes, it is another playbook.
    """

    playbook: Playbook
    allowed_hosts: tuple[str, ...]
    warnings: tuple[Problem, ...]
    files: tuple[Path, ...]


def read_playbook(file: Path, *, kinds: WrittenKinds, today: date) -> OnePlaybook:
    """The playbook of a file, checked as `validate` checks it; what is wrong with other playbooks is of no interest.

    Args:
        kinds: Of channels, which organization.yaml may name.
        today: For ignored findings that have ended.

    Raises:
        UsageError: There is no such file.
        ConfigInvalid: All its faults at once, and those of the fragments that it uses.
    """
    if not file.is_file():
        raise UsageError(f"{str(file)!r} is no file; name a playbook, as in: playbooks/nightly.yaml")
    root, name = root_of(file), file.name
    findings, read_files = Findings(), list[str]()
    organization = read_organization(root, kinds, findings, read_files)
    fragments, all_read = read_fragments(root, findings, read_files)
    around = Around(root, fragments, organization.may_evaluate)
    source, document = read(file, name, PlaybookDocument, findings)
    if document is None:
        raise ConfigInvalid([str(one) for one in sorted(set(findings.problems)) if one.file == name])
    playbook = to_playbook(document, source, findings, today=today, around=around)
    used = _used(source.value, fragments)
    concerned = {name, ORGANIZATION, *(fragments[one].source.file for one in used)}
    if not all_read and any(
        True for _ in _named(source.value)
    ):  # a file whose id nobody knows may be the one
        concerned |= {one.file for one in findings.problems}
    faults = sorted({one for one in findings.problems if one.file in concerned})
    if faults:
        raise ConfigInvalid([str(one) for one in faults])
    warn_of_brittleness(source, playbook, findings)
    return OnePlaybook(
        playbook,
        organization.organization.allowed_hosts,
        tuple(sorted({one for one in findings.warnings if one.file in concerned - {ORGANIZATION}})),
        (file, *(root / fragments[one].source.file for one in used)),
    )


def root_of(file: Path) -> Path:
    """The folder of its project: that of schedules.yaml, or what holds `playbooks`, or the file's own."""
    folder = file.absolute().parent
    for one in (folder, *folder.parents):
        if (one / SCHEDULES).is_file() or (one / FRAGMENTS).is_dir():
            return one
    return folder.parent if folder.name == PLAYBOOKS else folder


def file_of(root: Path, playbook_id: str) -> Path:
    """The file of a project that says a playbook.

    Raises:
        UsageError: None does, or several do.
    """
    found = [file for file in sorted((root / PLAYBOOKS).glob("*.y*ml")) if _id_in(file) == playbook_id]
    if len(found) != 1:
        raise UsageError(
            f"{len(found) or 'no'} file{'s' if len(found) > 1 else ''} in {str(root / PLAYBOOKS)!r} "
            f"say{'' if len(found) > 1 else 's'} the playbook {playbook_id!r}; give the command in the project's folder"
        )
    return found[0]


def _id_in(file: Path) -> str:
    with suppress(YamlError):
        source, _ = parse(read_bytes(file), file.name)
        metadata = source.value.get("metadata") if isinstance(source.value, dict) else None
        return str(metadata.get("id", "")) if isinstance(metadata, dict) else ""
    return ""


def _used(value: object, fragments: Fragments) -> list[str]:
    """The fragments that a document uses, and those that these use, each once."""
    found: list[str] = []
    waiting = list(_named(value))
    while waiting:
        name = waiting.pop(0)
        if name in found or name not in fragments:
            continue
        found.append(name)
        waiting += _named(fragments[name].source.value)
    return found


def _named(value: object) -> Iterable[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "use":
                yield str(inner.get("fragment") if isinstance(inner, dict) else inner)
            else:
                yield from _named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner)
