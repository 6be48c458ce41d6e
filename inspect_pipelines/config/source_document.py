"""`sources:` of organization.yaml as they are written."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from inspect_pipelines.config.document import Document, OneOrMany, Texts
from inspect_pipelines.domain.sender import NAMED_MAPPINGS
from inspect_pipelines.domain.source import GITHUB_API, MAPPABLE, RATE_PER_MINUTE
from inspect_pipelines.domain.variable import SECRET_REFERENCE

HOOK = r"^(repos/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+|orgs/[A-Za-z0-9_.-]+)/hooks/[0-9]+$"


def _reference(value: object) -> object:
    if not isinstance(value, str) or not SECRET_REFERENCE.match(value):
        raise ValueError("a secret is written as '${env:NAME}' or '${file:/path}', never as its value")
    return value


SecretReference = Annotated[str, BeforeValidator(_reference)]

MAPPING_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"enum": [*NAMED_MAPPINGS]},
        {
            "type": "object",
            "properties": {name: {"type": "string"} for name in MAPPABLE},
            "additionalProperties": False,
        },
    ]
}


class SourceDocument(Document):
    id: str
    kind: Literal[
        "github", "deploy", "generic", "vercel", "netlify", "heroku", "gitlab", "bitbucket", "gitea"
    ]
    secrets: Annotated[list[SecretReference], OneOrMany(), Field(min_length=1, max_length=2)]
    repos: Texts = Field(default_factory=list)
    token: SecretReference | None = None
    api_url: str = GITHUB_API
    rate_per_minute: Annotated[int, Field(ge=1, le=100_000)] = RATE_PER_MINUTE
    mapping: Annotated[Any, WithJsonSchema(MAPPING_SCHEMA)] = None
    hook: Annotated[str, Field(pattern=HOOK)] | None = None
