"""`kind: Fragment` as it is written: actions that several playbooks share, with parameters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from inspect_pipelines.config.action_document import ActionDocument
from inspect_pipelines.config.document import Document, Shorthand


class ParameterDocument(Document):
    name: str
    description: str = ""
    default: str | None = None


class FragmentMetadata(Document):
    id: str
    name: str | None = None
    description: str = ""


class FragmentSpec(Document):
    parameters: list[Annotated[ParameterDocument, Shorthand("name")]] = Field(default_factory=list)
    actions: Annotated[list[ActionDocument], Field(min_length=1)]


class FragmentDocument(Document):
    api_version: Annotated[Literal["v1"], Field(alias="apiVersion")]
    kind: Literal["Fragment"]
    metadata: FragmentMetadata
    spec: FragmentSpec
