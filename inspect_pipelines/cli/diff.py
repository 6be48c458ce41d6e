"""`diff OLD NEW`: two pictures compared, without a home, a baseline or a run."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from inspect_pipelines.cli.diff_options import check_target, judging, policy, quiet_decoders, write
from inspect_pipelines.cli.output import marked, print_json, say
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Outcome
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.usecases.pictures.diff import Difference, Looked, Rules, exit_code, unreadable
from inspect_pipelines.usecases.pictures.diff import diff as compared

MARKED = {
    Outcome.UNCHANGED: marked("passed"),
    Outcome.CHANGED: marked("failed"),
    Outcome.UNREADABLE: "! unreadable",
}


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@judging
@click.option("--ssim", "wants_ssim", is_flag=True, help="Compute scikit-image's SSIM too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write one offline page.")
@click.option(
    "--overlay", type=click.Path(path_type=Path), metavar="FILE", help="Write a PNG that shows what differs."
)
def diff(
    old: Path,
    new: Path,
    tolerance: float,
    masks: tuple[Box, ...],
    layout_budget: int,
    region_budget: int | None,
    wants_ssim: bool,
    as_json: bool,
    html: Path | None,
    overlay: Path | None,
) -> None:
    """Compare two pictures: PNG, JPEG or WebP.

    Needs no INSPECT_HOME, and writes nothing but what --html and --overlay name.

    Exit codes: 0 passed, 1 failed, 2 usage, 3 a file is there but cannot be read as a picture.
    """
    quiet_decoders()
    check_target("--html", html, (old, new))
    check_target("--overlay", overlay, (old, new))
    rules = Rules(policy(tolerance, layout_budget, region_budget), masks, wants_ssim)
    sides, problem = _read(old, new)
    refused = Looked(unreadable(problem, tolerance))
    looked = refused if problem else compared(sides[0], sides[1], rules)
    found = looked.difference
    if html:
        write(html, _page(old, new, sides, found).encode())
    if overlay and found.differs:
        write(overlay, _overlay(looked))
    if as_json:
        print_json(found.as_json(), on_one_line=True)
    else:
        _print(old, new, found)
        if overlay and not found.differs:
            say("    no overlay was written: there is nothing to show on it")
    sys.exit(exit_code([found]))


def _read(old: Path, new: Path) -> tuple[list[bytes], str]:
    """Both files, empty where one cannot be read, and why."""
    from resources.gallery.picture_files import read_file

    sides, problem = [], ""
    for path in (old, new):
        try:
            sides.append(read_file(path))
        except Unreadable as error:
            sides.append(b"")
            problem = problem or str(error)
    return sides, problem


def _page(old: Path, new: Path, sides: list[bytes], found: Difference) -> str:
    from resources.report.diff_page import Item, page

    item = Item(new.name, found, lambda: sides[0], lambda: sides[1])
    return page(f"{old.name} and {new.name}", [item])


def _overlay(looked: Looked) -> bytes:
    from inspect_pipelines.imaging.overlay import overlay

    found = looked.difference.measurement
    assert found is not None  # what differs was measured
    assert looked.pixels is not None
    return overlay(looked.pixels[1], found.regions, found.bands)


def _print(old: Path, new: Path, found: Difference) -> None:
    say(f"{MARKED[found.outcome]}  {click.format_filename(old)} → {click.format_filename(new)}")
    say(f"    {found.sentence}")
    measured = found.measurement
    if measured and found.differs:
        ssim = "" if found.ssim is None else f", SSIM {found.ssim:.6f}"
        say(
            f"    {measured.changed_ratio:.2%} of the pixels differ, {min(measured.visible_ratio, measured.changed_ratio):.2%} visibly{ssim}"
        )
    elif found.ssim is not None:
        say(f"    SSIM {found.ssim:.6f}")
