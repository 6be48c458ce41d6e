"""A run with as many views as one wants, each changed in its own way, and schedules beside it; what a console has to show."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

from PIL import Image, ImageDraw

from benchmarks.alerting.house import define
from inspect_pipelines.domain.baseline import Baseline, image_of
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Comparison, Outcome, Region
from inspect_pipelines.domain.ids import DEFAULT_ORG, BaselineId, RunId
from inspect_pipelines.domain.run import Run, RunStatus, request_origin
from inspect_pipelines.domain.screenshot import Environment, Screenshot, View
from inspect_pipelines.domain.session import SessionResult, SessionStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.conclude import abort

WIDTH, HEIGHT = 1280, 1600
ENVIRONMENT = Environment("Chromium 156.0.8078.79", "Debian GNU/Linux 12 x86_64", "0123456789abcdef")
SCHEDULES = 100
CHANGED = Box(80, 400, 320, 60)


def make_album(house: House, views: int) -> RunId:
    """The run; every view of it differs, and waits for a person."""
    for number in range(SCHEDULES):
        define(house, f"watch-{number}")
    album = define(house, "album")
    now = house.clock.now()
    run = Run(
        RunId(house.clock.new_id()), DEFAULT_ORG, request_origin("album"), album.id, "schedule", now, now, 30
    )
    old = [_shot(house, number, is_changed=False) for number in range(views)]
    new = [_shot(house, number, is_changed=True) for number in range(views)]
    baseline = Baseline(
        BaselineId(house.clock.new_id()), DEFAULT_ORG, album.id, {one.view: image_of(one, run.id) for one in old},
        now, "user:bench", run.id,
    )  # fmt: skip
    session = SessionResult(
        f"{run.id}.1",
        "tour",
        SessionStatus.COMPLETED,
        now,
        now + timedelta(seconds=9),
        screenshots=tuple(new),
    )
    with house.ledger.write() as ledger:
        ledger.runs.request(run)
        ledger.baselines.add(baseline)
        ledger.evidence.save_session(run.id, session)
        ledger.evidence.save_comparisons(run.id, [_compared(*pair) for pair in zip(old, new, strict=True)])
    abort(house, run.id, RunStatus.FAILED, "every view differs")
    return run.id


def _shot(house: House, number: int, *, is_changed: bool) -> Screenshot:
    view = View("tour", f"view-{number:04}", "desktop")
    shot = Screenshot(
        view, house.gallery.put(_page(number, is_changed)), WIDTH, HEIGHT, ENVIRONMENT, house.clock.now()
    )
    return replace(
        shot, elements=((f"button 'Pay {number}'", CHANGED),), texts=("",), selectors=(f"#pay-{number}",)
    )


def _page(number: int, is_changed: bool) -> bytes:
    """A page with some hundred things on it."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "#ffffff")
    draw = ImageDraw.Draw(image)
    for at in range(120):
        left, top = (at * 311 + number * 7) % 1100, (at * 97 + number * 13) % 1500
        draw.rectangle((left, top, left + 120, top + 18), fill=(40 + at, 90, (number * 29 + at) % 255))
    draw.rectangle(
        (CHANGED.x, CHANGED.y, CHANGED.x + CHANGED.width, CHANGED.y + CHANGED.height),
        fill="#b3261e" if is_changed else "#14724a",
    )
    written = io.BytesIO()
    image.save(written, "PNG", compress_level=1)
    return written.getvalue()


def _compared(old: Screenshot, new: Screenshot) -> Comparison:
    region = Region(CHANGED, CHANGED.area, new.elements[0][0])
    return Comparison(
        new.view, Outcome.CHANGED, False, f"colour of {region.element} changed", 0.3, "bench", 0.02, 0.02, 0,
        (region,), old.sha256, new.sha256,
    )  # fmt: skip
