"""What every repository of the ledger is: the rows of one organisation, in one transaction."""

from __future__ import annotations

from typing import Protocol

import sqlalchemy as sa

from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.way import ITSELF
from inspect_pipelines.ports.organizations import WrongOrganization


class OfAnOrganization(Protocol):
    @property
    def org_id(self) -> OrgId: ...


class Owned:
    """It puts its organisation into every statement by itself; nobody can name another one.

    Args:
        via: By what way whoever changes something came; it stands in the audit.
    """

    def __init__(self, connection: sa.Connection, org_id: OrgId, via: str = ITSELF) -> None:
        self._connection, self._org_id, self._via = connection, org_id, via

    def _own(self, value: OfAnOrganization) -> None:
        if value.org_id != self._org_id:
            raise WrongOrganization(value.org_id, self._org_id)
