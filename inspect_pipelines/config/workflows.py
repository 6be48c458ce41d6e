"""`workflows:` of organization.yaml: which workflows of CI get a token without a secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Annotated

from pydantic import Field

from inspect_pipelines.config.document import Document, OneOrMany
from inspect_pipelines.config.reading import shown
from inspect_pipelines.domain.workflow import TrustedWorkflow

REPO = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
REF = re.compile(r"refs/(heads|tags|pull)/[^\s~^:\\]{1,250}")

Wrong = Callable[..., None]


class WorkflowDocument(Document):
    repo: str
    refs: Annotated[list[str], OneOrMany(), Field(min_length=1)]
    repo_id: Annotated[int, Field(ge=1)] | None = None
    environment: Annotated[str, Field(min_length=1, max_length=255)] | None = None


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
    return tuple(TrustedWorkflow(one.repo, tuple(one.refs), one.repo_id, one.environment) for one in written)
