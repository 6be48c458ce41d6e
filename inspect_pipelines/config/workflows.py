"""`workflows:` of organization.yaml: which workflows of CI get a token without a secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Annotated

from pydantic import Field

from inspect_pipelines.config.document import Document, OneOrMany, Texts
from inspect_pipelines.config.reading import shown
from inspect_pipelines.domain.channel import url_problem
from inspect_pipelines.domain.workflow import ISSUER, SERVERS, Issuer, TrustedWorkflow

REPO = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
ISSUERS = re.compile(rf"{re.escape(ISSUER)}(/[A-Za-z0-9-]{{1,100}})?|https?://[^/?#@\s]{{1,300}}{SERVERS}")
REF = re.compile(r"refs/(heads|tags|pull)/[^\s~^:\\]{1,250}")

Wrong = Callable[..., None]


class WorkflowDocument(Document):
    repo: str
    refs: Annotated[list[str], OneOrMany(), Field(min_length=1)]
    repo_id: Annotated[int, Field(ge=1)] | None = None
    environment: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    issuer: str = ISSUER
    allow_private: Texts = Field(default_factory=list)


def workflows(
    written: Sequence[WorkflowDocument], public_url: str | None, wrong: Wrong
) -> tuple[TrustedWorkflow, ...]:
    """The entries; their faults are noted.

    Args:
        written: As documents.
        public_url: Of the same file.
        wrong: Notes a fault: its sentence, then the path below `workflows`.
    """
    if written and not public_url:
        wrong(
            "needs 'public_url': GitHub signs for whom a workflow's token is, and that is us under this address"
        )
    for number, one in enumerate(written):
        if problem := _issuer_problem(one):
            wrong(f"{shown(one.issuer)} {problem}", number, "issuer")
        if not REPO.fullmatch(one.repo):
            wrong(
                f"{shown(one.repo)} is not a repository; write 'acme/shop', each in an entry of its own",
                number,
                "repo",
            )
        for at, ref in enumerate(one.refs):
            if not REF.fullmatch(ref):
                wrong(
                    f"{shown(ref)} is not a ref; write 'refs/heads/main' or 'refs/tags/v*'",
                    number,
                    "refs",
                    at,
                )
    return tuple(
        TrustedWorkflow(
            one.repo,
            tuple(one.refs),
            one.repo_id,
            one.environment,
            Issuer(one.issuer, tuple(one.allow_private)),
        )
        for one in written
    )


def _issuer_problem(one: WorkflowDocument) -> str:
    """Why nobody signs workflows of GitHub under that address: what follows it in a sentence; empty: somebody may."""
    if problem := url_problem(one.issuer, one.allow_private):
        return problem
    if not ISSUERS.fullmatch(one.issuer):
        return (
            f"signs no workflows; a GitHub Enterprise server does as 'https://HOST{SERVERS}', an enterprise of github.com "
            f"as '{ISSUER}/ENTERPRISE'"
        )
    return ""
