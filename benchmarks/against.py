"""Two live environments beside each other: seeded differences are found, and equal builds show none; `make bench-against`."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import monotonic

from benchmarks import report
from inspect_pipelines.config.project import load_project
from inspect_pipelines.domain.against import side_faults, with_other_side
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, RunId
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.playbook import Playbook, Viewport
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.session import SessionRequest, SessionStatus, Value
from inspect_pipelines.examples.shop.server import Shop
from inspect_pipelines.examples.shop.site import Answer, Request, Site
from inspect_pipelines.usecases.pictures.compare_sides import compare_sides
from resources.channels.registry import CHANNELS
from resources.clock import SystemClock
from resources.gallery.folder import FolderGallery
from resources.sessions.browser.sessions import BrowserSessions

EXAMPLES = Path(__file__).parents[1] / "inspect_pipelines" / "examples"
MOST_SECONDS = 600
DESKTOP = (Viewport("desktop", 1280, 800),)
# A text, a colour and a block that is gone, each on a page of its own.
SEEDED = {
    "/products/chair": (b">Add to basket<", b">Add to cart<"),
    "/about": (b"<h1>", b"<h1 style='color:#b00020'>"),
    "/": (b'class="wide', b'style="margin-top:40px" class="wide'),
}
WANTED = {
    "seeded_differences_found": (">=", 3.0),
    "seeded_views_wrongly_named": ("<=", 0.0),
    "equal_builds_false_differences": ("<=", 0.0),
    "equal_builds_errors": ("<=", 0.0),
}


class Seeded(Site):
    """A shop some of whose pages say something else."""

    def __init__(self, changes: Mapping[str, tuple[bytes, bytes]]) -> None:
        super().__init__()
        self._changes = changes

    def answer(self, request: Request) -> Answer:
        answer = super().answer(request)
        old, new = self._changes.get(request.path, (b"", b""))
        return replace(answer, body=answer.body.replace(old, new, 1)) if old else answer


class Pair:
    """Plays the shop's tour at two addresses.

    Args:
        folder: For pictures; removed by whoever made it.
        viewports: On which it is played; None: the playbook's own.
    """

    def __init__(self, folder: Path, viewports: tuple[Viewport, ...] | None = None) -> None:
        self._clock = SystemClock()
        self._gallery = FolderGallery(folder / "gallery")
        self._sessions = BrowserSessions(
            gallery=folder / "gallery", scratch=folder / "run", clock=self._clock
        )
        project = load_project(EXAMPLES, kinds=CHANNELS, now=self._clock.now())
        (tour,) = [each for each in project.playbooks if each.id == "shop-tour"]
        self._tour: Playbook = replace(tour, viewports=viewports) if viewports else tour

    def compared(self, own: Shop, other: Shop) -> tuple[list[Comparison], tuple[str, ...]]:
        """The comparisons of one run without another look, and what kept its sides from being compared."""
        run_id = self._clock.new_id()
        request = SessionRequest(
            f"{run_id}.1", run_id, self._tour, {"shop_url": Value(own.url), "buyer": Value("Ada Berg")}
        )
        session = self._sessions.play(
            with_other_side(request, other.url),
            deadline=self._clock.now() + timedelta(seconds=MOST_SECONDS),
        )
        self._sessions.close()
        faults = side_faults([session])
        if session.status is not SessionStatus.COMPLETED:
            faults = (*faults, session.error or session.status.value)
        now = self._clock.now()
        run = Run(
            RunId(run_id), DEFAULT_ORG, f"request:{run_id}", DefinitionId("tour"), "schedule", now, now, 30,
            against=other.url,
        )  # fmt: skip
        return compare_sides(self._gallery, run, BaselinePolicy(), [session]), faults


def measure(folder: Path, rounds: int) -> dict[str, float]:
    """The figures of one seeded run and of so many runs of equal builds."""
    with Shop() as own, Shop() as other:
        own.site = Seeded(SEEDED)  # what has begun to serve goes on with it
        own._server.site = own.site  # type: ignore[union-attr]
        found, faults = Pair(folder / "seeded", DESKTOP).compared(own, other)
        named = {each.view.name for each in found if not each.passed}
        for each in found:
            print(f"{'✗' if not each.passed else '✓'} {each.view}: {each.reason}")
        print(*faults, sep="\n")
    wanted = {"product", "about", "home"}
    false = errors = views = 0
    took = 0.0
    with Shop() as own, Shop() as other:
        pair = Pair(folder / "equal")
        for number in range(rounds):
            began = monotonic()
            compared, faults = pair.compared(own, other)
            took += monotonic() - began
            views += len(compared)
            errors += bool(faults)
            false += sum(1 for each in compared if not each.passed)
            print(
                f"round {number + 1}: {len(compared)} views, {false} false differences so far",
                *faults,
                flush=True,
            )
    return {
        "seeded_differences_found": float(len(named & wanted)),
        "seeded_views_wrongly_named": float(len(named - wanted)),
        "equal_builds_rounds": float(rounds),
        "equal_builds_views": float(views),
        "equal_builds_false_differences": float(false),
        "equal_builds_errors": float(errors),
        "view_pair_s": took / max(views, 1),
    }


def main() -> None:
    """Measure, print, write benchmarks/results/against.json (only with all rounds)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="of equal builds; fewer write nothing")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-against-") as folder:
        figures = measure(Path(folder), arguments.rounds)
    goals = report.goals_of(figures, WANTED)
    if arguments.rounds >= 20:
        report.write("against", figures, goals)
    else:
        report.show(figures, goals)


if __name__ == "__main__":
    main()
