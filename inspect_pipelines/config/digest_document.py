"""`digest` of organization.yaml as it is written."""

from __future__ import annotations

from pydantic import Field

from inspect_pipelines.config.document import Document
from inspect_pipelines.config.rule_document import RuleDocument
from inspect_pipelines.domain.digest_policy import MONDAY_MORNING


class DigestDocument(Document):
    cron: str = MONDAY_MORNING
    timezone: str = "UTC"
    default: RuleDocument | None = None
    owners: dict[str, RuleDocument] = Field(default_factory=dict)
