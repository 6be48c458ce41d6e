"""How an organisation is kept: what organization.yaml says."""

from __future__ import annotations

from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.stored.shape import Shape

ORGANIZATION = Shape("an organisation", Organization)
