"""`sources:` of organization.yaml to the domain's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from inspect_pipelines.config.problem import did_you_mean
from inspect_pipelines.config.reading import shown
from inspect_pipelines.config.source_document import SourceDocument
from inspect_pipelines.domain.event import SourceKind
from inspect_pipelines.domain.ids import SLUG, SourceId
from inspect_pipelines.domain.sender import NAMED_MAPPINGS
from inspect_pipelines.domain.source import MAPPABLE, Source

REPO_GLOB = re.compile(r"[^/\s]+/[^/\s]+")
LOOPBACK = ("127.0.0.1", "localhost", "::1")

# Keys that only some kinds have a use for.
USED_BY = {
    "token": ("github",),
    "api_url": ("github",),
    "hook": ("github",),
    "rate_per_minute": ("generic",),
    "mapping": ("deploy", "generic"),
}

Wrong = Callable[..., None]


def sources(written: Sequence[SourceDocument], wrong: Wrong) -> tuple[Source, ...]:
    """The sources; their faults are noted.

    Args:
        written: As documents.
        wrong: Notes a fault: its sentence, then the path below `sources`.
    """
    found: dict[str, Source] = {}
    for number, document in enumerate(written):
        source = _source(document, lambda message, *path, at=number: wrong(message, at, *path))
        if source.id in found:
            wrong(f"{shown(source.id)} is the id of another source already", number, "id")
        found[source.id] = source
    return tuple(found.values())


def _source(written: SourceDocument, wrong: Wrong) -> Source:
    if not SLUG.match(written.id):
        wrong(f"{shown(written.id)} is not an id: letters, digits, '-' and '_'", "id")
    for key, kinds in USED_BY.items():
        if key in written.model_fields_set and written.kind not in kinds:
            wrong(f"{key!r} has no use for a {written.kind} source; leave it out", key)
    if len(written.secrets) == 2 and written.secrets[0] == written.secrets[1]:
        wrong("is the first secret once more; name the new one, or keep one", "secrets", 1)
    for number, glob in enumerate(written.repos):
        if not REPO_GLOB.fullmatch(glob):
            wrong(f"{shown(glob)} is not a repository; write 'acme/shop' or 'acme/*'", "repos", number)
    return Source(
        id=SourceId(written.id),
        kind=SourceKind(written.kind),
        secrets=tuple(written.secrets),
        repos=tuple(written.repos),
        token=written.token,
        api_url=_api_url(written.api_url, wrong),
        rate_per_minute=written.rate_per_minute,
        mapping=_mapping(written, wrong),
        hook=written.hook,
    )


def _api_url(text: str, wrong: Wrong) -> str:
    try:
        parts = urlsplit(text)
        is_fit = parts.scheme == "https" and parts.hostname is not None
        is_here = parts.scheme == "http" and parts.hostname in LOOPBACK
    except ValueError:
        is_fit = is_here = False
    if not is_fit and not is_here:
        wrong(f"{shown(text)} is not an https address; a token is not sent over anything else", "api_url")
    return text.rstrip("/")


def _mapping(written: SourceDocument, wrong: Wrong) -> Mapping[str, str]:
    mapping = written.mapping
    if mapping is None or written.kind not in USED_BY["mapping"]:
        return {}
    if isinstance(mapping, str):
        if mapping in NAMED_MAPPINGS and written.kind == "deploy":
            return NAMED_MAPPINGS[mapping]
        why = "is for deploy sources" if mapping in NAMED_MAPPINGS else f"is not {_listed(NAMED_MAPPINGS)}"
        wrong(
            f"{shown(mapping)} {why}; or write an event's fields, like 'repo: project.repository'", "mapping"
        )
        return {}
    if not isinstance(mapping, dict) or not mapping:
        wrong("is not a mapping of an event's fields to JMESPath, like 'repo: project.repository'", "mapping")
        return {}
    needed = "status" if written.kind == "deploy" else "type"
    if needed not in mapping:
        wrong(f"lacks {needed!r}; a text in quotes stands for itself: \"{needed}: 'success'\"", "mapping")
    return {name: _expression(name, mapping[name], wrong) for name in mapping}


def _expression(name: Any, written: Any, wrong: Wrong) -> str:
    if name not in MAPPABLE:
        hint = did_you_mean(str(name), MAPPABLE) or f"; they are {', '.join(MAPPABLE)}"
        wrong(f"{shown(name)} is not a field of an event{hint}", "mapping", name)
    if not isinstance(written, str):
        wrong(f"{shown(written)} is not a JMESPath, like 'project.repository'", "mapping", name)
        return ""
    import jmespath  # here, since hardly any project has a mapping, and every command would wait for it
    from jmespath.exceptions import JMESPathError

    try:
        jmespath.compile(written)
    except JMESPathError as error:
        wrong(f"{shown(written)} is not a JMESPath: {_first_line(error)}", "mapping", name)
    return written


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(":")


def _listed(names: Mapping[str, object]) -> str:
    return " or ".join(repr(name) for name in names)
