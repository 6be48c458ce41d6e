"""Whose project a folder is; apart from what reads the rest of it, since nearly every command asks, and that takes 0.1 s to load."""

from __future__ import annotations

from pathlib import Path

from inspect_pipelines.config.layout import ORGANIZATION, SCHEDULES
from inspect_pipelines.config.yaml_source import YamlError, read_bytes
from inspect_pipelines.config.yaml_text import parse
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId


def project_org(root: Path) -> OrgId | None:
    """Whose project it is, whatever else may be wrong with its files; None when they do not say."""
    found: OrgId | None = None
    for file in (SCHEDULES, ORGANIZATION):  # the latter may be the only one to say it
        try:
            value = parse(read_bytes(root / file), file)[0].value
        except YamlError:
            continue
        metadata = value.get("metadata") if isinstance(value, dict) else None
        written = metadata.get("orgId") if isinstance(metadata, dict) else None
        if isinstance(written, str):
            found = OrgId(written)
        elif file == SCHEDULES and isinstance(value, dict):
            found = DEFAULT_ORG
    return found
