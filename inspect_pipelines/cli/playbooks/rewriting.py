"""A playbook's file, written anew: shown as a diff, read again before it takes the old one's place."""

from __future__ import annotations

import difflib
from datetime import date
from pathlib import Path

from inspect_pipelines.config.one_playbook import read_playbook
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.errors import Refused, UsageError
from resources.channels.registry import CHANNELS


def diff_of(name: str, old: str, new: str) -> str:
    """What differs, as `diff -u` says it."""
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), f"a/{name}", f"b/{name}", lineterm="", n=2
    )
    return "\n".join(lines)


def replaced(file: Path, text: str, wanted: Playbook, today: date) -> None:
    """Put the text into the file's place, at once, if it says exactly the playbook that is wanted.

    Raises:
        ConfigInvalid: It is no playbook.
        Refused: It says something else: the action stands in a fragment.
        UsageError: It cannot be written.
    """
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_text(text, encoding="utf-8")
        after = read_playbook(beside, kinds=CHANNELS, today=today).playbook
        if after != wanted:
            raise Refused(f"{file.name}: what is to be changed stands in a fragment; mend it there by hand")
        beside.replace(file)
    except OSError as error:
        raise UsageError(
            f"{str(file)!r} cannot be written: {(error.strerror or str(error)).lower()}"
        ) from error
    finally:
        beside.unlink(missing_ok=True)
