"""Reports of a run, written where they were asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from inspect_pipelines.cli.output import say
from inspect_pipelines.cli.reporters.asked import GITHUB, PICTURES, Asked
from inspect_pipelines.cli.reporters.facts import facts_of
from inspect_pipelines.cli.reporters.github import commands_of
from inspect_pipelines.cli.reporters.junit import junit
from inspect_pipelines.cli.reporters.markdown import markdown
from inspect_pipelines.cli.reporters.pictures import Fetch, write_pictures
from inspect_pipelines.config.settings import github_step_summary
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.queries.dossier import Dossier
from inspect_pipelines.queries.json_shape import to_json


def write_reports(wanted: Sequence[Asked], dossier: Dossier, *, allows_review: bool, fetch: Fetch) -> None:
    """Write each; annotations go to standard output, their summary where GitHub wants it.

    Args:
        fetch: The run's picture of a hash.

    Raises:
        Unavailable: A file cannot be written.
    """
    facts = facts_of(dossier, allows_review=allows_review)
    folder = next((one.file for one in wanted if one.kind == PICTURES), None)
    files = write_pictures(folder, facts, fetch) if folder is not None else {}
    for one in wanted:
        if one.kind == GITHUB:
            for line in commands_of(facts):
                say(line)
            if (summary := github_step_summary()) is not None:
                _write(summary, markdown(facts, files), mode="a")
        elif one.file is not None and one.kind != PICTURES:
            text = {
                "junit": lambda: junit(facts),
                "markdown": lambda: markdown(facts, files),
                "json": lambda: json.dumps(to_json(dossier), indent=2) + "\n",
            }[one.kind]()
            _write(one.file, text, mode="w")


def _write(file: Path, text: str, *, mode: str) -> None:
    try:
        with file.open(mode, encoding="utf-8", errors="replace", newline="\n") as opened:
            opened.write(text)
    except OSError as error:
        raise Unavailable(
            f"the report {str(file)!r} cannot be written: {(error.strerror or str(error)).lower()}; the run has ended all the same"
        ) from error
