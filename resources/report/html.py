"""Reports as HTML: one offline file a run, readable for as long as there are browsers."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from inspect_pipelines.domain.comparison import Region
from inspect_pipelines.domain.ids import RunId, Sha256
from inspect_pipelines.domain.report import Report
from inspect_pipelines.errors import NotFound, Unavailable
from inspect_pipelines.ports.gallery import Gallery
from inspect_pipelines.queries.report import ReportModel, ViewCard, model
from resources.disk.atomic import write_atomically
from resources.report.letting_go import let_go

if TYPE_CHECKING:  # every process that knows a house would wait for what draws reports
    from jinja2 import Environment

    from resources.report.pictures import Pictures, Shown

HERE = Path(__file__).parent
FULL_VIEWS = 40  # differing views in full; a run with more has one cause, and 40 show it
TALL_PX = 2400  # a page so high is shown once more where it changed
CROPS = 3  # regions of a view shown enlarged; the rest is boxed in the picture
CONSOLE_LINES = 500
MOST_REASONS = 12
LARGE = 0.6  # of a picture's sides: such a region is the picture
WIDE_PX = 330  # CSS px of a cut-out; two wider ones stand below each other
COPY_BYTES = 1 << 20
LABELS = {"old": "Approved", "new": "This run"}  # what the two sides are called


@dataclass(frozen=True, slots=True)
class Detail:
    """One changed region, before and after, at its real size."""

    number: int
    name: str
    old: Shown | None
    new: Shown | None

    @property
    def is_stacked(self) -> bool:
        """Whether the two are too wide to stand beside each other."""
        return max(each.css_width for each in (self.old, self.new) if each) > WIDE_PX


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A view with its pictures."""

    card: ViewCard
    old: Shown | None
    new: Shown | None
    overlay: Shown | None
    details: tuple[Detail, ...] = ()
    more_details: int = 0
    aligned: Shown | None = (
        None  # both sides in one picture, where the page itself cannot lay them side by side
    )


class HtmlReports:
    """INSPECT_HOME/reports: `<run id>.html`, and `latest-<definition>.html` for the newest of each definition."""

    def __init__(self, home: Path, gallery: Gallery) -> None:
        self._folder = home / "reports"
        self._gallery = gallery

    def path(self, run_id: RunId) -> Path:
        """Where the report of a run is, or will be."""
        return self._folder / f"{run_id}.html"

    def write(self, report: Report) -> None:
        """Render and store it atomically.

        Raises:
            Unavailable: The disk is full or the folder cannot be written.
        """
        target = self.path(report.run.id)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_atomically(target, self._page(model(report)), mode=0o644)
            latest = self._folder / f"latest-{report.run.definition_id}.html"
            with target.open("rb") as page:  # a copy of what is safe by now
                write_atomically(
                    latest, iter(partial(page.read, COPY_BYTES), b""), mode=0o644, is_durable=False
                )
        except OSError as error:
            raise Unavailable(
                f"report {str(target)!r} cannot be written: {error.strerror}; free the disk and retry"
            ) from error

    def open(self, run_id: RunId) -> BinaryIO:
        """The page as a file.

        Raises:
            NotFound: None was written.
        """
        try:
            return self.path(run_id).open("rb")
        except FileNotFoundError as error:
            raise NotFound(f"run {run_id!r} has no report; one is written when it has ended") from error

    def let_go(
        self, kept: Mapping[RunId, Collection[Sha256]], sentence: str, *, is_dry_run: bool = False
    ) -> tuple[int, int]:
        """Put a sentence in the place of each picture that is not kept; see `ports.Reports`."""
        pages = {self.path(run_id): shas for run_id, shas in kept.items()}
        return let_go(self._folder, pages, sentence, is_dry_run=is_dry_run)

    def is_written(self, run_id: RunId) -> bool:
        """Whether there is a report of the run."""
        return self.path(run_id).is_file()

    def url(self, run_id: RunId) -> str:
        """The path, for a person."""
        return str(self.path(run_id))

    def _page(self, content: ReportModel) -> Iterator[bytes]:
        """The page in pieces; the pictures of one view are in memory at a time."""
        from markupsafe import Markup

        from resources.report.pictures import (
            Pictures,  # OpenCV: a quarter of a second that most commands save
        )

        pictures = Pictures(self._gallery)
        style, script = asset("report.css"), asset("report.js")
        run = content.report.run
        console = [line for session in content.report.sessions for line in session.console]
        source = content.report.baseline and self.path(content.report.baseline.source_run_id)
        return pictures.filled(
            templates()
            .get_template("report.html.j2")
            .generate(
                labels=LABELS,
                page=content,
                report=content.report,
                run=run,
                attention=content.attention,
                not_run=content.not_run,
                exhibits=(exhibit(card, pictures, index) for index, card in enumerate(content.attention)),
                quiet=[
                    Exhibit(card, None, pictures.thumbnail(card.new or card.old), None)
                    for card in content.quiet
                ],
                finding_pictures=_finding_pictures(content, pictures),
                console=console[:CONSOLE_LINES],
                console_count=len(console),
                environments=_environments(content.report),
                source_report=source.name
                if source and source.is_file() and source != self.path(run.id)
                else "",
                verdict_reasons=content.reasons[:MOST_REASONS],
                told={card.finding.message for card in content.findings},
                reason_count=len(content.reasons),
                style=Markup(style),  # noqa: S704 - our own file, shipped beside this one
                script=Markup(script),  # noqa: S704
                style_hash=content_hash(style),
                script_hash=content_hash(script),
            )
        )


def exhibit(card: ViewCard, pictures: Pictures, index: int) -> Exhibit:
    """A view's pictures; in full for the first views of a page, small for the rest."""
    if index >= FULL_VIEWS:
        return Exhibit(card, pictures.thumbnail(card.old), pictures.thumbnail(card.new), None)
    enlarged = card.regions[:CROPS]
    # All of one side before the other: only one picture is decoded at a time.
    new_parts = [pictures.crop(card.new, region.box, card.new_scale) for region in enlarged]
    new = pictures.full(card.new, card.new_scale)
    old_parts = [
        pictures.crop(card.old, each.box, card.old_scale) if card.regions_fit_old else None
        for each in enlarged
    ]
    old = pictures.full(card.old, card.old_scale)
    details = tuple(
        Detail(number, region.element or "", *parts)
        for number, (region, *parts) in enumerate(zip(enlarged, old_parts, new_parts, strict=True), start=1)
    )
    is_apart = not card.regions_fit_old or bool(new and new.height > TALL_PX)
    return Exhibit(
        card,
        old,
        new,
        pictures.full(card.overlay, card.new_scale),
        tuple(
            detail
            for detail, region in zip(details, enlarged, strict=True)
            if detail.new and new and not _is_nearly_all(region, new)
        ),
        max(len(card.regions) - CROPS, 0),
        pictures.full(card.side_by_side) if is_apart else None,
    )


def _is_nearly_all(region: Region, picture: Shown) -> bool:
    """Whether a cut-out would be nearly the picture itself, which stands below."""
    return region.box.width > LARGE * picture.width and region.box.height > LARGE * picture.height


def _finding_pictures(content: ReportModel, pictures: Pictures) -> dict[str, Shown | None]:
    shas = [card.finding.screenshot for card in content.findings if card.finding.screenshot]
    return {sha: pictures.thumbnail(sha) for sha in dict.fromkeys(shas)}


def _environments(report: Report) -> list[tuple[str, str]]:
    shots = [shot for session in report.sessions for shot in session.screenshots]
    found = [session.environment for session in report.sessions if session.environment]
    environments = [*found, *(shot.environment for shot in shots)]
    scales = dict.fromkeys(f"{shot.environment.scale:g} ({shot.view.viewport})" for shot in shots)
    rows = [
        ("Build of the site", (each.build for each in report.sessions if each.build)),
        ("Browser", (each.browser for each in environments)),
        ("System", (each.os for each in environments)),
        ("Fonts", (each.fonts_hash for each in environments)),
        ("Scale", scales or (f"{each.scale:g}" for each in found)),
    ]
    return [(name, value) for name, values in rows for value in dict.fromkeys(values)]


def templates() -> Environment:
    """The pages of this folder, everything escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"at": moment, "took": duration, "link": web_link}
    return environment


def moment(at: datetime | None) -> str:
    """`22 Nov 2026, 07:00:03 UTC`; a dash for never."""
    return f"{at.day} {at:%b %Y, %H:%M:%S} UTC" if at else "–"


def duration(milliseconds: float) -> str:
    """`84 ms`, `3.2 s`, `2 min 05 s`."""
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60):02d} s"


def web_link(url: str) -> str:
    """The URL when a click on it is harmless, else nothing: `javascript:` and `data:` are text, never links."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def asset(name: str) -> str:
    """A file of this folder as text."""
    return (HERE / name).read_text("utf-8")


def content_hash(text: str) -> str:
    """As a content security policy names an inline style or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
