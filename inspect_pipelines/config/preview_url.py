"""Where previews of commits answer, as a definition says it."""

from __future__ import annotations

from collections.abc import Callable

from inspect_pipelines.config.schedule_document import DefinitionDocument
from inspect_pipelines.domain.preview import preview_problem


def preview_url(written: DefinitionDocument, wrong: Callable[..., None]) -> str:
    """The template; empty: nobody said one."""
    text = written.preview_url.strip()
    if text and (problem := preview_problem(text)):
        wrong(problem, "preview_url")
    return text
