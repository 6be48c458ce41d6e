"""A site whose pictures a test changes, and the runs that look at it: real ledger, gallery and comparing, no browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from builders import a_plan, a_run, a_schedule, a_screenshot, a_session
from houses import apply
from inspect_pipelines.domain.decision import Decision
from inspect_pipelines.domain.ids import DefinitionId, EventId, RunId
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.review import Review
from inspect_pipelines.domain.run import Run, event_origin
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.pictures.compare_run import compare_run
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import judge
from inspect_pipelines.usecases.runs.start import Ticket
from loopback_site.server import png

ADA = "user:ada"


class Site:
    """A site whose two views show what a test says, and the runs that look at it."""

    def __init__(self, house: House, name: str = "nightly-shop") -> None:
        self.house, self.name = house, name
        self._tick = 0

    def look(
        self,
        home: int,
        cart: int | None = 90,
        *,
        variables: Mapping[str, str] | None = None,
        compression: int = -1,
        **taken: Any,
    ) -> Run:
        """The run that sees these shades of grey; two that differ by one are one pixel value apart.

        Args:
            home, cart: None: it does not come to that view.
            variables: Of the event that asked for it.
            compression: Another one makes other bytes of the same pixels.
            taken: What else is otherwise in its screenshots.
        """
        self._tick += 1
        number = f"{self.name}-{self._tick}"
        ticket = Ticket(DefinitionId(self.name), f"d{number}", origin=f"request:{number}")
        if variables:
            origin = event_origin(EventId(number), DefinitionId(self.name))
            self._ask(origin, variables)
            ticket = replace(ticket, origin=origin)
        run_id = start.admit(self.house, ticket).run.id
        shots = tuple(
            a_screenshot(
                name,
                sha256=self.house.gallery.put(png(64, 64, grey, compression=compression)),
                width=64,
                height=64,
                **taken,
            )
            for name, grey in (("home", home), ("cart", cart))
            if grey is not None
        )
        with self.house.ledger.write() as ledger:
            ledger.evidence.save_session(run_id, a_session(id=f"{run_id}.1", screenshots=shots))
        compare_run(self.house, run_id)
        return judge(self.house, run_id).report.run

    def _ask(self, origin: str, variables: Mapping[str, str]) -> None:
        now = self.house.clock.now()
        run = a_run(
            id=RunId(self.house.clock.new_id()),
            origin=origin,
            definition_id=DefinitionId(self.name),
            nominal_at=now,
            requested_at=now,
            variables=dict(variables),
        )
        with self.house.ledger.write() as ledger:
            ledger.runs.request(run)

    def reviews(self, run: Run) -> list[tuple[str, str, str]]:
        with self.house.ledger.read() as ledger:
            return ledger.reviews.of_run(run.id)

    def said(self, run: Run) -> list[str]:
        with self.house.ledger.read() as ledger:
            return [one.said.kind.value if one.said else "" for one in ledger.evidence.comparisons(run.id)]

    def decisions(self, run: Run) -> list[Decision]:
        with self.house.ledger.read() as ledger:
            return ledger.decisions.of_runs([run.id]).get(run.id, [])

    def review(self, run: Run) -> Review | None:
        with self.house.ledger.read() as ledger:
            return ledger.review_queue.find(run.id)


def watched(house: House, name: str, *, is_approved: bool = True, set_name: str | None = None) -> Site:
    """A site that is approved in one shade, or not yet."""
    apply(house, a_schedule(name, plan=a_plan(baseline=BaselinePolicy(set=set_name))))
    site = Site(house, name)
    if is_approved:
        adopt(house, site.look(90).id, by=ADA)
    return site
