"""A notify rule as it is written."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from inspect_pipelines.config.document import Document, Texts


class RuleDocument(Document):
    """Who is told; the kinds of channels bring a key each, which config/rules.py reads."""

    model_config = ConfigDict(extra="allow")

    mention: Texts = Field(default_factory=list)
