"""Gather the secrets that an organisation's files refer to: whoever asks over the network may use no others.

A reference is resolved by whoever plays a run or sends a message; with an address beside it, any variable of the machine
would be told to anybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from inspect_pipelines.config.layout import ORGANIZATION, SCHEDULES
from inspect_pipelines.config.project import Project
from inspect_pipelines.domain.library import library_of
from inspect_pipelines.domain.revision import ManagedBy
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.stored.serial import dump_json

SECRET = re.compile(r"\$\{(?:env|file):[^}]*\}")


def secrets_of_definitions(ledger: LedgerSession) -> frozenset[str]:
    """What schedules.yaml and playbooks refer to, as last applied."""
    stored, standing = ledger.definitions.all(), ledger.revisions.standing()
    library = ledger.revisions.library() or library_of(stored)
    of_files = [one for one in stored if standing[one.id].managed_by is ManagedBy.FILE]
    texts = [dump_json(library), *(dump_json(one) for one in of_files)]
    return frozenset(found for text in texts for found in SECRET.findall(text))


def secrets_of_organization(ledger: LedgerSession) -> frozenset[str]:
    """What organization.yaml refers to, as last applied."""
    return frozenset(SECRET.findall(dump_json(ledger.organizations.find())))


def strange_secrets(value: Any, known: frozenset[str]) -> list[tuple[str, str]]:
    """(JSON pointer, sentence) of each reference in a definition that is none of the known ones."""
    return [
        (
            where,
            f"the reference {found!r} is in no file of this organisation; write it in schedules.yaml or a playbook",
        )
        for where, text in _texts(value, "")
        for found in SECRET.findall(text)
        if found not in known
    ]


def strange_in_project(ledger: LedgerSession, project: Project) -> list[str]:
    """A sentence for each reference of a project that the files applied last do not have.

    Values are looked at and not texts, in which YAML could spell a reference otherwise. What organization.yaml refers to is
    for organization.yaml only: in a playbook it would be typed into pages.
    """
    definitions = [dump_json(project.library), *(dump_json(one) for one in project.definitions)]
    found = {
        f"{SCHEDULES} or a playbook": _strange(definitions, secrets_of_definitions(ledger)),
        ORGANIZATION: _strange([dump_json(project.organization)], secrets_of_organization(ledger)),
    }
    return [
        f"{place}: the reference {one!r} was not applied there before, so it may be any secret of the server's machine; "
        "apply these files there once"
        for place, ones in found.items()
        for one in ones
    ]


def _strange(texts: Sequence[str], known: frozenset[str]) -> list[str]:
    return sorted({one for text in texts for one in SECRET.findall(text)} - known)


def _texts(value: Any, where: str) -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [(where, value)]
    pairs = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    )
    return [found for key, inner in pairs for found in _texts(inner, f"{where}/{key}")]
