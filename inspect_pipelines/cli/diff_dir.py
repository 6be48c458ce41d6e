"""`diff-dir A B`: two folders of pictures compared, pair by pair."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspect_pipelines.cli.diff_options import check_target, judging, policy, quiet_decoders, write
from inspect_pipelines.cli.output import print_json, say
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Outcome
from inspect_pipelines.errors import UsageError
from inspect_pipelines.usecases.pictures.diff import Difference, Rules, diff_folders, exit_code

if TYPE_CHECKING:
    from resources.gallery.picture_files import Folder

WORDS = {
    Outcome.CHANGED: "✗ changed",
    Outcome.REMOVED: "✗ removed",
    Outcome.ADDED: "✗ added",
    Outcome.UNREADABLE: "! unreadable",
    Outcome.UNCHANGED: "✓ unchanged",
}  # in the order in which they are listed
MOST_NAMED = 3  # files that a note names

Differences = Sequence[tuple[str, Difference]]


@click.command("diff-dir")
@click.argument("old", metavar="A", type=click.Path(path_type=Path))
@click.argument("new", metavar="B", type=click.Path(path_type=Path))
@judging
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--html",
    type=click.Path(path_type=Path),
    metavar="REPORT",
    help="Write one offline page with every picture.",
)
@click.option("--all", "shows_all", is_flag=True, help="List what is unchanged too.")
def diff_dir(
    old: Path,
    new: Path,
    tolerance: float,
    masks: tuple[Box, ...],
    layout_budget: int,
    region_budget: int | None,
    as_json: bool,
    html: Path | None,
    shows_all: bool,
) -> None:
    """Compare two folders of pictures.

    Pictures pair by their path below the folder. One that only A has is removed, one that only B has is added; both
    fail.

    Exit codes: 0 all passed, 1 something differs, 2 usage, 3 nothing differs but something could not be read.
    """
    from resources.gallery.picture_files import folder_of

    quiet_decoders()
    check_target("--html", html, ())
    sides = (folder_of(old), folder_of(new))
    if not sides[0].pictures and not sides[1].pictures:
        raise UsageError(
            f"neither {str(old)!r} nor {str(new)!r} holds a PNG, JPEG or WebP file: nothing was compared"
        )
    rules = Rules(policy(tolerance, layout_budget, region_budget), masks)
    found = list(diff_folders(sides[0].pictures, sides[1].pictures, rules))
    notes = [note for root, side in zip((old, new), sides, strict=True) for note in _notes(root, side)]
    notes = list(dict.fromkeys(notes))  # `diff-dir A A` says it once
    order = list(WORDS)
    found.sort(key=lambda each: (order.index(each[1].outcome), -each[1].score, each[0]))
    if html:
        write(html, _page(old, new, sides, found, notes).encode())
    if as_json:
        print_json(_as_json(found, notes))
    else:
        _print(found, notes, shows_all=shows_all)
    sys.exit(exit_code(difference for _, difference in found))


def _notes(root: Path, folder: Folder) -> list[str]:
    """What was left out of a folder, one sentence each; a comparison must not keep quiet about that."""
    notes = []
    if folder.other_pictures:
        named = _named(folder.other_pictures)
        notes.append(f"{root}: {named} left out: only PNG, JPEG and WebP can be compared")
    if folder.links:
        notes.append(f"{root}: {_named(folder.links)} left out: links to folders are not followed")
    if folder.closed:
        notes.append(f"{root}: {_named(folder.closed)} left out: the folder may not be read")
    if folder.other_files:
        count = folder.other_files
        notes.append(f"{root}: {count} other {'file' if count == 1 else 'files'} left out")
    return notes


def _named(paths: Sequence[str]) -> str:
    rest = len(paths) - MOST_NAMED
    return ", ".join(paths[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _print(found: Differences, notes: Sequence[str], *, shows_all: bool) -> None:
    listed = [each for each in found if shows_all or not each[1].passed]
    if listed:
        rows = [
            [
                WORDS[difference.outcome],
                f"{difference.score:.3f}" if difference.measurement else "",
                name,
                difference.sentence.rpartition(" (score ")[0] or difference.sentence,
            ]
            for name, difference in listed
        ]
        say(aligned(["OUTCOME", "SCORE", "PICTURE", "WHAT"], rows))
        say()
    for note in notes:
        say(f"note: {note}")
    say(_summary(found))


def _summary(found: Differences) -> str:
    """`✗ 2 of 40 pictures differ: 1 changed, 1 added`."""
    total = f"{len(found)} {'picture' if len(found) == 1 else 'pictures'}"
    counts = {outcome: sum(difference.outcome is outcome for _, difference in found) for outcome in WORDS}
    told = ", ".join(f"{count} {outcome.value}" for outcome, count in counts.items() if count)
    mark = {0: "✓", 1: "✗", 3: "!"}[exit_code(difference for _, difference in found)]
    return f"{mark} {total} compared: {told}"


def _as_json(found: Differences, notes: Sequence[str]) -> dict[str, object]:
    differences = [difference for _, difference in found]
    return {
        "passed": exit_code(differences) == 0,
        "counts": {outcome.value: sum(each.outcome is outcome for each in differences) for outcome in WORDS},
        "notes": list(notes),
        "pictures": [{"path": name, **difference.as_json()} for name, difference in found],
    }


def _page(
    old: Path, new: Path, sides: tuple[Folder, Folder], found: Differences, notes: Sequence[str]
) -> str:
    from resources.report.diff_page import Item, page

    items = [
        Item(name, difference, sides[0].pictures.get(name), sides[1].pictures.get(name))
        for name, difference in found
    ]
    return page(f"{old} and {new}", items, notes)
