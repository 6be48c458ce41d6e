"""Where a project keeps what: the names of its files and folders."""

from __future__ import annotations

SCHEDULES = "schedules.yaml"
ORGANIZATION = "organization.yaml"
PLAYBOOKS = "playbooks"
FRAGMENTS = "fragments"
