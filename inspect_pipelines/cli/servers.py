"""What `doctor` says of servers elsewhere: the workers' broker, and the control planes of agents."""

from __future__ import annotations

from collections.abc import Iterator

from inspect_pipelines.cli.check import Check, missed
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.engine.instance import CELERY, launcher_of
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.house import House


def broker(settings: Settings) -> Iterator[Check]:
    """The broker of the workers answers, and there are some."""
    try:
        launcher_of(CELERY)  # says what is not installed
    except InspectError as error:
        yield missed("broker", error)
        return
    from inspect_pipelines.engine.celery.survey import survey

    for each in survey(settings):
        yield Check(each.name, each.is_ok, each.found, each.how)


def agents(house: House) -> Iterator[Check]:
    """The control plane of an organisation lets us in: asked with a signed request."""
    for each in house.agents.examine():
        yield Check(each.name, each.is_ok, each.found, each.how)


def every_agent(settings: Settings) -> Iterator[Check]:
    """The same of each organisation of the home that has one; what several have in common is told once."""
    from inspect_pipelines.wiring import estate

    ours = estate(settings)
    houses = [ours.house(org_id) for org_id in ours.publication.organizations() or [DEFAULT_ORG]]
    told = dict.fromkeys(check for house in houses if house.agents.are_set_up for check in agents(house))
    yield from told
