"""Check: whether a definition that somebody wants made through the API may stand beside all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from inspect_pipelines.config.channel_document import WrittenKinds
from inspect_pipelines.config.one_definition import DefinitionInvalid, Grounds, Read, read_definition
from inspect_pipelines.domain.forecast import overruns
from inspect_pipelines.domain.ids import snake
from inspect_pipelines.domain.library import library_of
from inspect_pipelines.domain.naming import clashes
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.definitions.apply import published_by_others
from inspect_pipelines.usecases.definitions.gather_secrets import secrets_of_definitions, strange_secrets
from inspect_pipelines.usecases.definitions.plan import forecast_of


def checked(
    house: House, ledger: LedgerSession, kind: str, body: Mapping[str, Any], *, accept_cost: bool
) -> Read:
    """What the body says, as it may be stored.

    Args:
        house: Ports.
        ledger: The transaction.
        kind: schedule | trigger.
        body: An entry of schedules.yaml in JSON's values.
        accept_cost: Also when the forecast goes over a budget.

    Raises:
        DefinitionInvalid: All that is wrong with the body.
        Refused: Its name in Dagster is another's, or it would cost more than a budget.
    """
    stored = ledger.definitions.all()
    organization = ledger.organizations.find()
    library = ledger.revisions.library() or library_of(stored)
    kinds = cast("WrittenKinds", house.kinds)  # wiring gives the registry's, which files are read by too
    read = read_definition(kind, body, Grounds(organization, library, kinds, house.clock.now()))
    if wrong := strange_secrets(body, secrets_of_definitions(ledger)):
        raise DefinitionInvalid(wrong)
    _refuse_names(house, ledger, stored, read.definition)
    if not accept_cost:
        _refuse_cost(ledger, stored, read.definition, organization, house.clock.now())
    return read


def _refuse_names(
    house: House, ledger: LedgerSession, stored: Sequence[Definition], wanted: Definition
) -> None:
    for one in stored:
        if one.id != wanted.id and snake(one.id) == snake(wanted.id):
            raise Refused(
                f"{wanted.kind} {wanted.id!r} and {one.kind} {one.id!r} would both be {snake(one.id)!r} in Dagster; "
                "choose an id that differs by more than '-' and '_'"
            )
    naming = ledger.organizations.naming()
    others = [(one.naming, one.definitions) for one in published_by_others(house, house.org_id)]
    if clashes(naming, [wanted], others):  # whose it is, is not for this organisation to know
        raise Refused(
            f"the name {naming.job(wanted.id)!r} in Dagster is taken in this home; choose another id"
        )


def _refuse_cost(
    ledger: LedgerSession,
    stored: Sequence[Definition],
    wanted: Definition,
    organization: Organization,
    now: datetime,
) -> None:
    definitions = [*(one for one in stored if one.id != wanted.id), wanted]
    forecasts = {one.id: forecast_of(ledger, one, now) for one in definitions}
    if over := overruns(organization, definitions, forecasts):
        raise Refused(
            f"{'; '.join(over)}; nothing was changed: raise the budget, run less often, or say ?accept_cost=true"
        )
