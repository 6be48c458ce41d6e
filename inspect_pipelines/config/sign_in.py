"""`sign_in:` of organization.yaml: the OpenID provider of its people, and whom it may send."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field

from inspect_pipelines.config.document import Document, Texts
from inspect_pipelines.config.reading import shown
from inspect_pipelines.config.source_document import SecretReference
from inspect_pipelines.domain.access import Role
from inspect_pipelines.domain.channel import url_problem
from inspect_pipelines.domain.identity import GROUPS, Provider

DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")

RoleName = Literal["viewer", "operator", "reviewer", "admin"]
Wrong = Callable[..., None]


class SignInDocument(Document):
    issuer: str
    client_id: Annotated[str, Field(min_length=1, max_length=255)]
    client_secret: SecretReference
    domains: Texts = Field(default_factory=list)
    groups: dict[str, RoleName] = Field(default_factory=dict)
    groups_claim: Annotated[str, Field(min_length=1, max_length=255)] = GROUPS
    role: RoleName | None = None
    allow_private: Texts = Field(default_factory=list)


def sign_in(written: SignInDocument | None, public_url: str | None, wrong: Wrong) -> Provider | None:
    """The provider; its faults are noted.

    Args:
        written: As a document.
        public_url: Of the same file.
        wrong: Notes a fault: its sentence, then the path below `sign_in`.
    """
    if written is None:
        return None
    if not public_url:
        wrong("needs 'public_url': the provider sends people back to us under this address")
    problem = url_problem(written.issuer, written.allow_private)
    if problem:
        wrong(f"{shown(written.issuer)} {problem}", "issuer")
    for number, domain in enumerate(written.domains):
        if not DOMAIN.fullmatch(domain):
            wrong(
                f"{shown(domain)} is not a domain of e-mail addresses; write 'acme.example'",
                "domains",
                number,
            )
    if written.role is not None and not written.domains:
        wrong(
            "lets in whoever has an account with the provider; say whose with 'domains', or name 'groups' instead",
            "role",
        )
    if written.role is None and not written.groups:
        wrong("lets nobody in: say 'role', what whoever comes is, or 'groups', what members of each are")
    return Provider(
        issuer=written.issuer,
        client_id=written.client_id,
        client_secret=written.client_secret,
        domains=tuple(written.domains),
        groups=tuple((group, Role(role)) for group, role in written.groups.items()),
        groups_claim=written.groups_claim,
        role=None if written.role is None else Role(written.role),
        allow_private=tuple(written.allow_private),
    )
