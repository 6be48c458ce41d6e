"""What the API can do with baselines. Written by `python docs/client.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.client.pages import Pages
from inspect_pipelines.domain.noise import NoiseFloor
from inspect_pipelines.queries.adoption import AdoptionSummary, RejectionSummary
from inspect_pipelines.queries.baselines import BaselineSummary
from inspect_pipelines.queries.runs import RunSummary
from inspect_pipelines.queries.steadiness import DefinitionSteadiness
from inspect_pipelines.queries.variants import VariantSummary


class Baselines(Noun):
    """`client.baselines`."""

    def list(
        self,
        *,
        set_name: str | None = None,
        branch: str | None = None,
        with_deleted: bool = False,
        page_size: int = 50,
        cursor: str | None = None,
    ) -> Pages[BaselineSummary]:
        """Approved pictures, newest first by (created_at, id); one baseline of each set is active."""
        return self._pages(
            BaselineSummary,
            "/baselines",
            {"set": set_name, "branch": branch, "with_deleted": with_deleted},
            page_size=page_size,
            cursor=cursor,
        )

    def show(self, baseline_id: str) -> BaselineSummary:
        """A baseline with the picture of each view."""
        return self._one(BaselineSummary, "GET", below("/baselines/{baseline_id}", baseline_id=baseline_id))

    def variants(self, set_name: str) -> tuple[VariantSummary, ...]:
        """The approved pictures of each view that has several, when each was shown last, and which nobody needs any more."""
        return self._many(
            VariantSummary, "GET", below("/baseline-sets/{set_name}/variants", set_name=set_name)
        )

    def noise(self, definition_id: str) -> tuple[NoiseFloor, ...]:
        """What each view of a schedule or trigger differs by when nothing is wrong, and a tolerance that fits.

        Over its last 20 runs that passed; empty when none was compared yet.
        """
        return self._many(
            NoiseFloor, "GET", below("/definitions/{definition_id}/noise", definition_id=definition_id)
        )

    def steadiness(self, definition_id: str) -> DefinitionSteadiness:
        """Where each view and playbook of a schedule or trigger stands, the worst first, and what its views have drifted by.

        Over 7 and 30 days of today's approved pictures: broken, unstable, at_risk, noisy or clean.
        """
        return self._one(
            DefinitionSteadiness,
            "GET",
            below("/definitions/{definition_id}/steadiness", definition_id=definition_id),
        )

    def picture(self, baseline_id: str, sha256: str) -> bytes:
        """An approved picture."""
        return self._bytes(
            below("/baselines/{baseline_id}/pictures/{sha256}", baseline_id=baseline_id, sha256=sha256)
        )

    def create(
        self,
        run_id: str,
        *,
        views: Sequence[str] = (),
        force: bool = False,
        note: str = "",
        as_variant: bool = False,
        until: datetime | None = None,
        key: str | None = None,
    ) -> BaselineSummary:
        """Make a run's pictures the approved ones of its set, all but quarantined ones, or those of some views.

        A machine's token, or an agent, may do so only where organization.yaml says `reviews: {finalize: anybody}`.
        """
        return self._one(
            BaselineSummary,
            "POST",
            below("/runs/{run_id}/baseline", run_id=run_id),
            body={"views": views, "force": force, "note": note, "as_variant": as_variant, "until": until},
            headers={"Idempotency-Key": key},
        )

    def adopt(
        self,
        run_id: str,
        *,
        view: str | None = None,
        drop: str | None = None,
        force: bool = False,
        note: str = "",
        as_variant: bool = False,
        until: datetime | None = None,
        key: str | None = None,
    ) -> AdoptionSummary:
        """The same by globs, with what it left: views that were taken, dropped, not seen, or quarantined."""
        return self._one(
            AdoptionSummary,
            "POST",
            below("/runs/{run_id}/adopt", run_id=run_id),
            body={
                "view": view,
                "drop": drop,
                "force": force,
                "note": note,
                "as_variant": as_variant,
                "until": until,
            },
            headers={"Idempotency-Key": key},
        )

    def reject(self, run_id: str, *, note: str, key: str | None = None) -> RejectionSummary:
        """Say that what a run shows is a defect: its incidents are known from now on, and nobody is told again."""
        return self._one(
            RejectionSummary,
            "POST",
            below("/runs/{run_id}/reject", run_id=run_id),
            body={"note": note},
            headers={"Idempotency-Key": key},
        )

    def roll_back(self, set_name: str, *, key: str | None = None) -> BaselineSummary:
        """Put the baseline before the active one of a set back in use."""
        return self._one(
            BaselineSummary,
            "POST",
            below("/baseline-sets/{set_name}/rollback", set_name=set_name),
            headers={"Idempotency-Key": key},
        )

    def take_away(
        self, set_name: str, *, view: str, letter: str, note: str = "", key: str | None = None
    ) -> BaselineSummary:
        """Approve one of several pictures of a view no more; the last one of a view stays."""
        return self._one(
            BaselineSummary,
            "POST",
            below("/baseline-sets/{set_name}/variants/take-away", set_name=set_name),
            body={"view": view, "letter": letter, "note": note},
            headers={"Idempotency-Key": key},
        )

    def use(self, baseline_id: str, *, key: str | None = None) -> BaselineSummary:
        """Put an older or newer baseline of a set in use; words for pictures that go out of use are taken back."""
        return self._one(
            BaselineSummary,
            "POST",
            below("/baselines/{baseline_id}/activate", baseline_id=baseline_id),
            headers={"Idempotency-Key": key},
        )

    def delete(
        self, baseline_id: str, *, confirm: str | None = None, key: str | None = None
    ) -> BaselineSummary:
        """Delete a baseline that is not in use; it is kept out of lists and rollbacks, and can be restored."""
        return self._one(
            BaselineSummary,
            "DELETE",
            below("/baselines/{baseline_id}", baseline_id=baseline_id),
            query={"confirm": confirm},
            headers={"Idempotency-Key": key},
        )

    def restore(self, baseline_id: str, *, key: str | None = None) -> BaselineSummary:
        """Make a deleted baseline one of its set again, out of use."""
        return self._one(
            BaselineSummary,
            "POST",
            below("/baselines/{baseline_id}/restore", baseline_id=baseline_id),
            headers={"Idempotency-Key": key},
        )

    def upload(
        self, set_name: str, *, files: Mapping[str, str], note: str = "", key: str | None = None
    ) -> RunSummary:
        """Propose pictures that were taken elsewhere: a run that waits for a person, and changes nothing before.

        What is not known of them (browser, fonts) is taken from what each view showed last.
        """
        return self._one(
            RunSummary,
            "POST",
            below("/baseline-sets/{set_name}/uploads", set_name=set_name),
            body={"files": files, "note": note},
            headers={"Idempotency-Key": key},
        )
