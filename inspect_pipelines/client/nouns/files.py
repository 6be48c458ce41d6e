"""What the API can do with files. Written by `python docs/client.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inspect_pipelines.client.noun import Noun
from inspect_pipelines.queries.proposal import AppliedSummary, ProposalSummary


class Files(Noun):
    """`client.files`."""

    def plan(self, *, files: Mapping[str, str], key: str | None = None) -> ProposalSummary:
        """What the files would change, when each schedule fires next, and what it costs; changes nothing.

        All faults of all files are told at once, each with its file, line and column.
        """
        return self._one(
            ProposalSummary, "POST", "/plan", body={"files": files}, headers={"Idempotency-Key": key}
        )

    def apply(
        self,
        *,
        files: Mapping[str, str],
        delete: Sequence[str] = (),
        accept_cost: bool = False,
        key: str | None = None,
    ) -> AppliedSummary:
        """Store what the files say and publish it to Dagster; a second time changes nothing.

        What they no longer hold is deleted only when `delete` names it. What the API made stays. A reference to a secret is
        taken only where an earlier apply had it. Files that change organization.yaml take `access:admin` besides.
        """
        return self._one(
            AppliedSummary,
            "POST",
            "/apply",
            body={"files": files, "delete": delete, "accept_cost": accept_cost},
            headers={"Idempotency-Key": key},
        )
