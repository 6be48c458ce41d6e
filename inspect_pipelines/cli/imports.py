"""`import backstop|percy|devtools|sitemap|goldens`: start from what people have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from inspect_pipelines.cli.config import project_option
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.output import cut, printable, say, style
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.config.imports.told import Fate, Told
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.errors import Unreadable, UsageError
from resources.channels.registry import CHANNELS

if TYPE_CHECKING:
    from inspect_pipelines.config.imports.draft import Draft
    from inspect_pipelines.config.yaml_source import Source
    from inspect_pipelines.usecases.pictures.open_upload import File

F = TypeVar("F", bound=Callable[..., Any])

MOST_BYTES = 60_000_000  # a sitemap may have 50
MOST_SHOWN = 60  # characters of an address or a key
COLOURS = {Fate.CONVERTED: "green", Fate.APPROXIMATED: "yellow", Fate.LEFT_OUT: "red"}
MARKS = {Fate.CONVERTED: "✓", Fate.APPROXIMATED: "~", Fate.LEFT_OUT: "✗"}
SIBLING = re.compile(r"[A-Za-z0-9._-]{1,200}")


@click.group("import", cls=Group)
def import_() -> None:
    """Make a playbook of what another tool has, or propose its pictures.

    Prints what was converted, approximated and not converted, with the lines of FILE. Nothing is overwritten; a schedule is
    written switched off.
    """


def file_options(command: F) -> F:
    for option in (
        project_option,
        click.option("--dry-run", is_flag=True, help="Only print what would become of it."),
        click.option("--id", "identifier", metavar="ID", help="Of the playbook (default: the file's name)."),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


@import_.command()
@file_options
def backstop(file: Path, identifier: str | None, dry_run: bool, folder: Path | None) -> None:
    """Read a backstop.json of BackstopJS."""
    from inspect_pipelines.config.imports.backstop import from_backstop

    finish(from_backstop(_values(file), _id(identifier, file)), dry_run=dry_run, folder=folder)


@import_.command()
@file_options
def percy(file: Path, identifier: str | None, dry_run: bool, folder: Path | None) -> None:
    """Read Percy's snapshots.yml or .json.

    A .percy.yml beside FILE is read, too.
    """
    from inspect_pipelines.config.imports.percy import from_percy

    beside = next(
        (
            one
            for name in (".percy.yml", ".percy.yaml", ".percy.json")
            if (one := file.parent / name).is_file()
        ),
        None,
    )
    settings = _values(beside) if beside and beside != file else None
    finish(from_percy(_values(file), _id(identifier, file), settings), dry_run=dry_run, folder=folder)


@import_.command()
@file_options
def devtools(file: Path, identifier: str | None, dry_run: bool, folder: Path | None) -> None:
    """Read a recording of Chrome's DevTools, as JSON.

    What was typed into a password field is not written: it becomes a secret variable.
    """
    from inspect_pipelines.config.imports.devtools import from_devtools

    finish(from_devtools(_values(file), _id(identifier, file)), dry_run=dry_run, folder=folder)


@import_.command()
@file_options
def sitemap(file: Path, identifier: str | None, dry_run: bool, folder: Path | None) -> None:
    """Read a sitemap.xml, also gzipped; one page of each template.

    Of an index the sitemaps that lie beside it are read; nothing is fetched.
    """
    from inspect_pipelines.config.imports.sitemap import from_sitemap

    def beside(name: str) -> bytes | None:
        is_plain = SIBLING.fullmatch(name) and not name.startswith(".") and (file.parent / name).is_file()
        return _bytes(file.parent / name) if is_plain else None

    finish(
        from_sitemap(_bytes(file), file.name, _id(identifier, file), beside), dry_run=dry_run, folder=folder
    )


@import_.command()
@click.argument("pictures", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--set",
    "set_name",
    required=True,
    metavar="ID",
    help="A schedule's or trigger's id, or a shared set's name.",
)
@click.option(
    "--map",
    "map_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="YAML or JSON: a file of FOLDER, and its view.",
)
@click.option("--dry-run", is_flag=True, help="Only print what is a picture of which view.")
def goldens(pictures: Path, set_name: str, map_file: Path | None, dry_run: bool) -> None:
    """Propose the pictures of another tool as baselines.

    FOLDER is Playwright's `NAME-snapshots`, BackstopJS's `bitmaps_reference`, reg-suit's `expected`, or any folder of PNG files whose names hold the
    names of views. All of them wait for one approval, and change nothing before.
    """
    from inspect_pipelines.cli.choice import chosen_house
    from inspect_pipelines.cli.output import user_name
    from inspect_pipelines.usecases.pictures.propose_goldens import match_goldens, propose_goldens

    house = chosen_house(Settings())
    files, told = _pictures(pictures)
    matched = match_goldens(house, set_name, files, _mapping(map_file))
    told += [
        Told(0, name, Fate.CONVERTED, f"proposed for view {view}") for name, view in matched.views.items()
    ]
    told += [Told(0, name, Fate.LEFT_OUT, why) for name, why in matched.others.items()]
    say_told(sorted(told, key=lambda one: one.what))
    if not matched.views:
        raise UsageError(f"{str(pictures)!r} holds no picture of a view of {set_name!r}; nothing was kept")
    if dry_run:
        say("nothing was kept; without --dry-run they wait for one approval")
        return
    run = propose_goldens(
        house, set_name, files, matched, by=f"user:{user_name()}", note=f"imported from {pictures.name}"
    )
    say(
        f"imported as run {run.id}, which needs one approval: look at it with: inspect-pipelines reviews show {run.id}"
    )
    say(f"then: inspect-pipelines baselines adopt {run.id}")


def finish(draft: Draft, *, dry_run: bool, folder: Path | None) -> None:
    """Print what became of what was read, and write the playbook unless it is a dry run."""
    from inspect_pipelines.config.imports.writing import lines_to_schedule, write_draft
    from inspect_pipelines.config.schema import write_schemas

    say_told(draft.told)
    if dry_run:
        say(f"nothing was written; without --dry-run this becomes playbooks/{draft.id}.yaml:\n")
        say(draft.text(), nl=False)
        return
    settings = Settings()
    root, home = folder or settings.project, settings.absolute_home()
    files = write_draft(root, home, draft)
    write_schemas(home, CHANNELS)
    for name in files:
        say(f"wrote {root / name}")
    if "schedules.yaml" not in files:
        say(
            f"{root / 'schedules.yaml'} stays as it is; add under its `schedules:`\n\n{lines_to_schedule(draft.id)}\n"
        )
    say(f"next: inspect-pipelines validate; inspect-pipelines apply; inspect-pipelines run {draft.id} --wait")


def say_told(told: Sequence[Told]) -> None:
    """The table, then how many of each."""
    has_lines = any(one.line for one in told)
    rows = [
        [
            *([str(one.line) if one.line else ""] if has_lines else []),
            cut(printable(one.what), MOST_SHOWN),
            style(f"{MARKS[one.fate]} {one.fate.value}", fg=COLOURS[one.fate]),
            printable(one.sentence),
        ]
        for one in told
    ]
    header = [*(["LINE"] if has_lines else []), "WHAT", "BECAME", "HOW"]
    say(aligned(header, rows, right={0} if has_lines else ()))
    counts = Counter(one.fate for one in told)
    say(f"\n{', '.join(f'{counts[fate]} {fate.value}' for fate in Fate)}")


def _pictures(root: Path) -> tuple[list[File], list[Told]]:
    """The PNG files below a folder, and what else lies there."""
    from inspect_pipelines.usecases.pictures.open_upload import MOST_PICTURES, File
    from resources.gallery.picture_files import folder_of

    found = folder_of(root)
    names = [name for name in found.pictures if name.lower().endswith(".png")]
    if len(names) > MOST_PICTURES:
        raise UsageError(
            f"{str(root)!r} holds more than {MOST_PICTURES} pictures; import it folder by folder"
        )
    others = [name for name in found.pictures if not name.lower().endswith(".png")] + found.other_pictures
    told = [Told(0, name, Fate.LEFT_OUT, "is no PNG file") for name in others]
    told += [
        Told(0, name, Fate.LEFT_OUT, "is a link to a folder, and is not followed") for name in found.links
    ]
    files: list[File] = []
    for name in names:
        try:
            files.append(File(name, found.pictures[name]()))
        except Unreadable as error:
            told.append(Told(0, name, Fate.LEFT_OUT, str(error)))
    return files, told


def _mapping(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    value = _values(file).value
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise UsageError(
            f"--map: {file.name!r} is not a mapping of files to views; write 'home.png: shop/home@desktop'"
        )
    return value


def _values(file: Path) -> Source:
    from inspect_pipelines.config.imports.reading import values_of

    return values_of(_bytes(file), file.name)


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            raw = opened.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise UsageError(f"{str(file)!r} cannot be read: {why.lower()}") from error
    if len(raw) > MOST_BYTES:
        raise UsageError(f"{str(file)!r} cannot be imported: it is larger than {MOST_BYTES // 1_000_000} MB")
    return raw


def _id(identifier: str | None, file: Path) -> str:
    from inspect_pipelines.config.imports.draft import slug
    from inspect_pipelines.domain.ids import NOT_AN_ID, SLUG

    if identifier is not None and not SLUG.match(identifier):
        raise UsageError(f"{identifier!r} {NOT_AN_ID}")
    return identifier or slug(file.name.partition(".")[0], instead="imported")
