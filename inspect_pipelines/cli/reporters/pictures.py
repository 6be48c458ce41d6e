"""The pictures that people are asked about, as files: approved, now, and what differs; a build keeps them as its artifact."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from inspect_pipelines.cli.output import say
from inspect_pipelines.cli.reporters.facts import Facts
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.errors import InspectError, Unavailable

MOST_VIEWS = 100  # as many as the report's table has rows
NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._@-]+")
MOST_CHARACTERS = 150  # of a name: an artifact may be unpacked on any file system

Fetch = Callable[[str], bytes]  # the picture of that hash; raises an error of ours where it is gone


def write_pictures(folder: Path, facts: Facts, fetch: Fetch) -> dict[View, tuple[str, ...]]:
    """Write them into the folder, which is made; returns the names of each view's, in that folder's parent.

    A picture that is gone or damaged is told and left out: the run has ended all the same.

    Raises:
        Unavailable: The folder cannot be written.
    """
    names: dict[View, tuple[str, ...]] = {}
    for number, (view, shas) in enumerate(_wanted(facts).items()):
        if number == MOST_VIEWS:
            break
        stem = f"{number + 1:03d}-{NOT_IN_NAMES.sub('-', str(view))[:MOST_CHARACTERS]}"  # two views may clean to one name
        found = [
            name for word, sha in shas.items() if (name := _write(folder, f"{stem}-{word}.png", sha, fetch))
        ]
        names[view] = tuple(found)
    return names


def _wanted(facts: Facts) -> Mapping[View, dict[str, str]]:
    if facts.is_unapproved:
        shots = (shot for session in facts.sessions for shot in session.screenshots)
        return {shot.view: {"now": shot.sha256} for shot in shots}
    return {
        one.view: {
            word: sha
            for word, sha in (
                ("approved", one.old_sha256),
                ("now", one.new_sha256),
                ("differs", one.overlay_sha256),
            )
            if sha
        }
        for one in facts.differing
    }


def _write(folder: Path, name: str, sha256: str, fetch: Fetch) -> str | None:
    try:
        png = fetch(sha256)
    except InspectError as error:
        say(f"a picture is missing among the reports: {error}", err=True)
        return None
    try:
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(png)
    except OSError as error:
        raise Unavailable(
            f"the picture {str(folder / name)!r} cannot be written: {(error.strerror or str(error)).lower()}; "
            "the run has ended all the same"
        ) from error
    return f"{folder.name}/{name}"
