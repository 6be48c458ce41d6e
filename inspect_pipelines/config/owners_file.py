"""`owners_file` of organization.yaml: the repository's own CODEOWNERS, as far as it is about this project.

Who owns a playbook's file owns the views of that playbook. Lines about other files say nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from inspect_pipelines.config.layout import ORGANIZATION, PLAYBOOKS
from inspect_pipelines.config.problem import Findings, Problem
from inspect_pipelines.config.reading import read, shown
from inspect_pipelines.config.schedule_document import OrganizationConfigDocument
from inspect_pipelines.config.yaml_source import YamlError, read_bytes
from inspect_pipelines.domain.ownership import ROOTS, OwnerRule, fault, rule_of
from inspect_pipelines.errors import ConfigInvalid

SENT = "CODEOWNERS"  # under which a project that is sent to a server has what the file says of it
OF_A_CHECKOUT = ".git"
EVERYTHING = "*"


def rules_of_project(
    root: Path, written: str, wrong: Callable[[str], None], findings: Findings
) -> tuple[OwnerRule, ...]:
    """What the file says of a project, by the names of its files; its faults noted.

    A line that cannot be followed is a warning with its number, since the file serves others as well.

    Args:
        root: The project's folder.
        written: Where the file is, from there; within the checkout that holds the project.
        wrong: What notes a fault of the path.
    """
    checkout = _checkout(root.resolve())
    path = (root / written).resolve()
    if not path.is_relative_to(checkout):
        wrong(f"{shown(written)} leads out of the repository that holds the project")
        return ()
    try:
        text = read_bytes(path).decode()
    except UnicodeDecodeError:
        wrong(f"{shown(written)} is no text: it is not UTF-8")
        return ()
    except YamlError as error:
        wrong(f"{shown(written)} {error}")
        return ()
    rules = _rules(text, written, findings)
    prefix = "".join(f"{part}/" for part in root.resolve().relative_to(checkout).parts)
    ours = () if prefix else (PLAYBOOKS,)
    foreign = {each for each in ROOTS if each not in ours and (checkout / each).is_dir()}
    return tuple(_of_project(rules, prefix, _playbook_files(root), foreign))


def rules_that_were_sent(root: Path, findings: Findings) -> tuple[OwnerRule, ...]:
    """The same of a project that came as texts, one of which holds them; none where a client knew nothing of it."""
    text = (root / SENT).read_text(encoding="utf-8") if (root / SENT).is_file() else ""
    return tuple(_of_project(_rules(text, SENT, findings), "", _playbook_files(root), ()))


def of_playbooks(rules: Iterable[OwnerRule], files: Mapping[str, str]) -> tuple[OwnerRule, ...]:
    """The rules by what views are called.

    Args:
        files: By a playbook's id: the name of its file, `playbooks/shop.yaml`.
    """
    ids = {f"/{file}": name for name, file in files.items()}
    return tuple(
        OwnerRule(f"{PLAYBOOKS}/{ids[one.pattern]}/", one.owners) if one.pattern in ids else one
        for one in rules
    )


def written_owners(root: Path) -> str | None:
    """What the file says of a project, to be sent with it; None: its organization.yaml names none, or is faulty.

    Raises:
        ConfigInvalid: The file cannot be read.
    """
    if not (root / ORGANIZATION).is_file():
        return None
    findings = Findings()
    source, document = read(root / ORGANIZATION, ORGANIZATION, OrganizationConfigDocument, findings)
    if document is None or document.owners_file is None:
        return None
    faults = Findings()
    rules = rules_of_project(
        root, document.owners_file, lambda said: faults.wrong(source, ("owners_file",), said), faults
    )
    if faults.problems:
        raise ConfigInvalid([str(one) for one in faults.problems])
    return "".join(f"{' '.join([one.pattern, *one.owners])}\n" for one in rules)


def _rules(text: str, file: str, findings: Findings) -> list[OwnerRule]:
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        rule = rule_of(line)
        if rule is None:
            continue
        if problem := _fault(rule):
            message = f"pattern {shown(rule.pattern)} {problem}; the line is left out"
            findings.warnings.append(Problem(file, number, 1, "", message))
        else:
            found.append(rule)
    return found


def _fault(rule: OwnerRule) -> str | None:
    if rule.pattern.startswith(("[", "^[")):
        return "begins a section, which only GitLab has"
    return fault(rule, is_of_files=True)


def _of_project(
    rules: Iterable[OwnerRule], prefix: str, files: Sequence[str], foreign: Iterable[str]
) -> Iterator[OwnerRule]:
    """By the project's own paths: `*`, `routes/..`, `/playbooks/shop.yaml`.

    Args:
        prefix: The project's folder within the checkout, `qa/`; empty: it is the checkout's own.
        foreign: Folders of the checkout that are called like one of ours and are none.
    """
    for rule in rules:
        first = rule.pattern.lstrip("/").partition("/")[0]
        if rule.pattern.strip("/") in (EVERYTHING, "**"):
            yield OwnerRule(EVERYTHING, rule.owners)
            continue
        if first in ROOTS and first not in foreign:
            yield rule
        for file in files:
            if rule.matches(f"{prefix}{file}"):
                yield OwnerRule(f"/{file}", rule.owners)


def _checkout(folder: Path) -> Path:
    """The nearest folder around it that git knows; itself where there is none."""
    return next((each for each in (folder, *folder.parents) if (each / OF_A_CHECKOUT).exists()), folder)


def _playbook_files(root: Path) -> list[str]:
    there = root / PLAYBOOKS
    return sorted(
        f"{PLAYBOOKS}/{one.name}"
        for one in (there.glob("*") if there.is_dir() else ())
        if one.suffix in (".yaml", ".yml")
    )
