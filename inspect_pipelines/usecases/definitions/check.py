"""Check: whether a definition that somebody wants made through the API may stand beside all others."""

from __future__ import annotations

import re
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
from inspect_pipelines.domain.revision import ManagedBy
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.stored.serial import dump_json
from inspect_pipelines.usecases.definitions.apply import published_by_others
from inspect_pipelines.usecases.definitions.plan import forecast_of

SECRET = re.compile(r"\$\{(?:env|file):[^}]*\}")
"""A reference that whoever plays the run resolves: with an address beside it, it would be told to anybody."""


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
    _refuse_secrets(ledger, stored, body, dump_json(library))
    _refuse_names(house, ledger, stored, read.definition)
    if not accept_cost:
        _refuse_cost(ledger, stored, read.definition, organization, house.clock.now())
    return read


def _refuse_secrets(
    ledger: LedgerSession, stored: Sequence[Definition], body: Mapping[str, Any], library: str
) -> None:
    """Only references that this organisation's files use: another one could be any variable of the machine."""
    standing = ledger.revisions.standing()
    of_files = [one for one in stored if standing[one.id].managed_by is ManagedBy.FILE]
    known = {*SECRET.findall(library)}.union(*(SECRET.findall(dump_json(one)) for one in of_files))
    wrong = [
        (
            where,
            f"the reference {found!r} is in no file of this organisation; write it in schedules.yaml or a playbook",
        )
        for where, text in _texts(body, "")
        for found in SECRET.findall(text)
        if found not in known
    ]
    if wrong:
        raise DefinitionInvalid(wrong)


def _texts(value: Any, where: str) -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [(where, value)]
    pairs = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    )
    return [found for key, inner in pairs for found in _texts(inner, f"{where}/{key}")]


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
