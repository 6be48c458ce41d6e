"""A preview: where a build of one commit answers, as a template says for all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from inspect_pipelines.domain.host import host_of
from inspect_pipelines.domain.playbook import VariableType
from inspect_pipelines.domain.template import fill_address, malformed, placeholders
from inspect_pipelines.domain.variable import EVENT_CONTEXT, host_allowed, normalised
from inspect_pipelines.errors import UsageError

COMMIT, SHORT_COMMIT = "commit", "short_commit"
SHORT = 7  # characters of a commit, as code hosts and deploy services show it
OF_THE_NEWEST = frozenset({"commit_sha", "head_sha", "commit_url", "deploy_url", "commit_shas", "event_time"})
EXAMPLE = "https://{{short_commit}}.preview.example.com"


def preview_problem(template: str) -> str:
    """Why a text is no template of previews; empty: it is one."""
    if broken := malformed(template):
        return f"{broken!r} is no placeholder; write it as {EXAMPLE}"
    names = placeholders(template)
    if not {COMMIT, SHORT_COMMIT} & {*names}:
        return (
            f"{template!r} is the same address for all commits; write {{{{commit}}}} in it, as in {EXAMPLE}"
        )
    if wrong := next((name for name in names if name in OF_THE_NEWEST), None):
        return f"{{{{{wrong}}}}} is of the newest commit alone; write {{{{commit}}}} or {{{{short_commit}}}}"
    unknown = [name for name in names if name not in (COMMIT, SHORT_COMMIT, *EVENT_CONTEXT)]
    if unknown:
        return f"{{{{{unknown[0]}}}}} is known of no event; there are: {_known()}"
    try:
        normalised(VariableType.URL, fill_address(template, dict.fromkeys(names, "1")))
    except (UsageError, ValueError) as error:
        return str(error)
    return ""


def preview_address(
    template: str, commit: str, variables: Mapping[str, str], allowed_hosts: Iterable[str]
) -> str:
    """Where the preview of a commit answers.

    Args:
        variables: Of the run, for what else the template asks.

    Raises:
        UsageError: The template is none, asks for what the run does not know, or leads to a host that is not allowed.
    """
    if problem := preview_problem(template):
        raise UsageError(f"the preview's address cannot be used: {problem}")
    values = {**variables, COMMIT: commit, SHORT_COMMIT: commit[:SHORT]}
    if missing := [name for name in placeholders(template) if not values.get(name)]:
        raise UsageError(
            f"the preview's address {template!r} needs {{{{{missing[0]}}}}}, which the run's event did not bring"
        )
    try:
        address = normalised(VariableType.URL, fill_address(template, values))
    except ValueError as error:
        raise UsageError(f"the preview's address {template!r} cannot be filled: {error}") from error
    if not host_allowed(address, allowed_hosts):
        raise UsageError(
            f"the preview {address!r} is on the host {host_of(address)!r}, which is not allowed; "
            "add it to allowed_hosts in organization.yaml, with a * for what differs"
        )
    return address


def _known() -> str:
    known: Collection[str] = sorted({COMMIT, SHORT_COMMIT, *EVENT_CONTEXT} - OF_THE_NEWEST)
    return ", ".join(known)


def other_build(commit: str, build: str | None) -> str:
    """Why what a preview says of its build is none of this commit; empty: it is, or it names no commit."""
    text = (build or "").lower()
    is_commit = SHORT <= len(text) <= 64 and not text.strip("0123456789abcdef")
    if not is_commit or commit.startswith(text) or text.startswith(commit):
        return ""
    return f"its preview says that it is built of {build!r}"
