"""A playbook's file, written anew: shown as a diff, read again before it takes the old one's place."""

from __future__ import annotations

import difflib
from datetime import date
from pathlib import Path

from inspect_pipelines.config.one_playbook import read_playbook
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.repair import NoRepair, refuse_other_changes
from inspect_pipelines.errors import Refused, UsageError
from resources.channels.registry import CHANNELS


def diff_of(name: str, old: str, new: str) -> str:
    """What differs, as `diff -u` says it."""
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), f"a/{name}", f"b/{name}", lineterm="", n=2
    )
    return "\n".join(lines)


def replaced(file: Path, text: str, before: Playbook, today: date) -> None:
    """Put the text into the file's place, at once, if it asks for the same as before.

    Raises:
        ConfigInvalid: It is no playbook.
        Refused: It asks for something else.
        UsageError: It cannot be written.
    """
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_text(text, encoding="utf-8")
        after = read_playbook(beside, kinds=CHANNELS, today=today).playbook
        refuse_other_changes(before, after)
        beside.replace(file)
    except NoRepair as why:
        raise Refused(f"{file.name}: {why}") from why
    except OSError as error:
        raise UsageError(
            f"{str(file)!r} cannot be written: {(error.strerror or str(error)).lower()}"
        ) from error
    finally:
        beside.unlink(missing_ok=True)
