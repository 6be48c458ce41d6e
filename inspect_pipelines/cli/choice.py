"""Which organisation a command works for: `--org`, the only one, or the one of the project here."""

from __future__ import annotations

import click

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.way import CLI, agent
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.choice import chosen_org

HOW = "--org ID or INSPECT_ORG, or go to the folder of its project"


def chosen_house(settings: Settings) -> House:
    """The house of the organisation that a person means.

    Raises:
        NotFound: They named one that has not been applied to this home.
        UsageError: This home has several, and nothing says which one.
    """
    from inspect_pipelines.config.project import project_org
    from inspect_pipelines.wiring import estate

    ours = estate(settings)
    known = ours.publication.organizations()
    org_id = chosen_org(known, named_org(settings), lambda: project_org(settings.project), how=HOW)
    return ours.house(org_id).by_way_of(way(settings))


def way(settings: Settings) -> str:
    """By what way whoever gives the command comes: an agent says so by INSPECT_AGENT."""
    return CLI if settings.agent is None else agent(settings.agent)


def named_org(settings: Settings) -> str | None:
    """By `--org`, which stands before the command, or INSPECT_ORG."""
    context = click.get_current_context(silent=True)
    named: str | None = context.find_root().params.get("org") if context else None
    return settings.org if named is None else named
