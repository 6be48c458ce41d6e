"""Runs of drawn pages for the review room: what changed on each is chosen, and all of it is really compared."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace

from PIL import Image, ImageDraw, ImageFont

from builders import ENVIRONMENT, a_baseline, a_schedule, a_screenshot, a_session, a_view
from houses import apply
from inspect_pipelines.domain.baseline import image_of
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.ids import BaselineId, DefinitionId
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.screenshot import Environment, Screenshot, View
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.compare import compare
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort

WIDTH = 480
# what a page may show otherwise: where, what it is, what it says before and after, and in which colour
CHANGES = {
    "header": (Box(20, 10, 160, 30), "heading", "Our shop", "Our store", None),
    "button": (Box(300, 200, 120, 36), "button 'Pay'", "Pay", "Pay", "#b3261e"),
    "footer": (Box(20, 310, 200, 24), "link", "Imprint", "Legal notice", None),
    "price": (Box(40, 120, 120, 30), "text", "Total 8 EUR", "Total 1,200 EUR", None),
}
GONE, NEW, FAINT = "gone", "new", "faint"  # only before, only now, within the tolerance
BANNER, BANNER_Y, BANNER_PX = "banner", 50, 84  # came in below the header, and moved what is below it
INK, GROUND, GREEN = "#14161a", "#ffffff", "#14724a"


def page(
    title: str, changed: str = "", height: int = 360
) -> tuple[bytes, tuple[tuple[str, Box], ...], tuple[str, ...]]:
    """A PNG, its elements and what they say."""
    image = Image.new("RGB", (WIDTH, height), GROUND)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(18)
    draw.text((240, 60), title, INK, font)
    elements, texts = [], []
    for name, (box, kind, before, after, colour) in CHANGES.items():
        says = after if changed == name else before
        fill = colour if changed == name and colour else GREEN if name == "button" else GROUND
        draw.rectangle((box.x, box.y, box.x + box.width, box.y + box.height), fill)
        draw.text((box.x + 6, box.y + 4), says, GROUND if name == "button" else INK, font)
        elements.append((kind if "'" in kind else f"{kind} '{says}'", box))
        texts.append(says)
    if changed == FAINT:
        draw.point((470, 5), "#fefefe")
    if changed == BANNER:
        image, elements = _with_banner(image, elements)
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue(), tuple(elements), tuple(texts)


def _with_banner(
    image: Image.Image, elements: list[tuple[str, Box]]
) -> tuple[Image.Image, list[tuple[str, Box]]]:
    taller = Image.new("RGB", (WIDTH, image.height + BANNER_PX), "#f0bd58")
    taller.paste(image.crop((0, 0, WIDTH, BANNER_Y)), (0, 0))
    taller.paste(image.crop((0, BANNER_Y, WIDTH, image.height)), (0, BANNER_Y + BANNER_PX))
    return taller, [
        (name, replace(box, y=box.y + BANNER_PX) if box.y >= BANNER_Y else box) for name, box in elements
    ]


def a_shot(house: House, view: View, changed: str = "", height: int = 360) -> Screenshot:
    png, elements, texts = page(view.name, changed, height)
    return a_screenshot(
        view=view,
        sha256=house.gallery.put(png),
        width=WIDTH,
        height=height + BANNER_PX * (changed == BANNER),
        elements=elements,
        texts=texts,
        selectors=tuple(f"#{name}" for name in CHANGES),
    )


def a_reviewed_run(
    house: House,
    changes: Mapping[View, str] | Sequence[str],
    *,
    name: str = "Nightly shop tour",
    definition_id: str = "nightly-shop",
    heights: Mapping[View, int] | None = None,
    beside: Sequence[Definition] = (),
    environment: Environment = ENVIRONMENT,
    status: RunStatus = RunStatus.FAILED,
    keeps_baseline: bool = False,
) -> Run:
    """A failed run of these views, each changed as it says; empty: it looks as approved.

    Args:
        changes: By view; or what changed on `page-01`, `page-02`, ..
        heights: In px; 360 without.
        beside: Definitions that are applied, too.
        environment: In which it took its pictures.
        status: How it ended.
        keeps_baseline: It is compared with what is approved, which stays.
    """
    if not isinstance(changes, Mapping):
        changes = {a_view(f"page-{at + 1:02}"): changed for at, changed in enumerate(changes)}
    apply(house, a_schedule(definition_id, name=name), *beside)
    run = start.request(house, DefinitionId(definition_id), {}, by="user:ada", key=house.clock.new_id())
    tall = heights or {}
    old = [a_shot(house, view, height=tall.get(view, 360)) for view, one in changes.items() if one != NEW]
    new = [a_shot(house, view, one, tall.get(view, 360)) for view, one in changes.items() if one != GONE]
    new = [replace(shot, environment=environment) for shot in new]
    baseline = replace(
        a_baseline(views=()),
        id=BaselineId(house.clock.new_id()),
        org_id=house.org_id,
        set=definition_id,
        images={shot.view: image_of(shot, run.id) for shot in old},
    )
    with house.ledger.write() as ledger:
        active = ledger.baselines.active(definition_id) if keeps_baseline else None
        if active is None:
            ledger.baselines.add(baseline)
        baseline = active or baseline
        ledger.evidence.save_session(run.id, a_session(id=f"{run.id}.1", screenshots=tuple(new)))
        ledger.evidence.save_comparisons(run.id, compare(house.gallery, baseline, new, BaselinePolicy()))
    abort(house, run.id, status, "the pages differ")
    return run
