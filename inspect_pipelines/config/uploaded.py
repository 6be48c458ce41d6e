"""A project that came as texts: the same files in a folder of their own, for as long as it takes to read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from inspect_pipelines.config.channel_document import WrittenKinds
from inspect_pipelines.config.layout import FRAGMENTS, ORGANIZATION, PLAYBOOKS, SCHEDULES
from inspect_pipelines.config.owners_file import SENT
from inspect_pipelines.config.project import Project, load_project
from inspect_pipelines.errors import ConfigInvalid

MOST_FILES = 1000
MOST_BYTES = 1_000_000  # of all together
# A name is one of these and nothing else, so that none leads out of the folder.
NAME = re.compile(
    rf"{re.escape(SCHEDULES)}|{re.escape(ORGANIZATION)}|{SENT}|(?:{PLAYBOOKS}|{FRAGMENTS})/[^/\\\x00-\x1f\x7f.][^/\\\x00-\x1f\x7f]{{0,99}}\.ya?ml"
)


def uploaded_project(files: Mapping[str, str], *, kinds: WrittenKinds, now: datetime) -> Project:
    """Everything that the files of a project say.

    Args:
        files: Texts by their names in the project's folder: `schedules.yaml`, `organization.yaml`, `playbooks/NAME.yaml`,
            `fragments/NAME.yaml`, and `CODEOWNERS` for what an `owners_file` says of them.
        kinds: Of channels.
        now: For warnings.

    Raises:
        ConfigInvalid: All faults of all files, or names that no project has.
    """
    if problems := _problems(files):
        raise ConfigInvalid(problems)
    with TemporaryDirectory(prefix="inspect-uploaded-") as folder:
        root = Path(folder)
        (root / PLAYBOOKS).mkdir()
        (root / FRAGMENTS).mkdir()
        for name, text in files.items():
            (root / name).write_bytes(text.encode())
        return load_project(root, kinds=kinds, now=now, was_sent=True)


def is_of_project(name: str) -> bool:
    """Whether a project has a file of that name."""
    return bool(NAME.fullmatch(name))


def _problems(files: Mapping[str, str]) -> list[str]:
    if SCHEDULES not in files:
        return [f"{SCHEDULES} is not among the files; a project has one"]
    if len(files) > MOST_FILES:
        return [f"{len(files)} files came; a project has {MOST_FILES} at most"]
    found = [
        f"{name[:150]!r} is no file of a project; it has {SCHEDULES}, {ORGANIZATION}, {PLAYBOOKS}/NAME.yaml and {FRAGMENTS}/NAME.yaml"
        for name in files
        if not is_of_project(name) or not _is_utf8(name)
    ]
    found += [
        f"{name} is no text: it holds half a character" for name, text in files.items() if not _is_utf8(text)
    ]
    if not found and sum(len(text.encode()) for text in files.values()) > MOST_BYTES:
        found.append(
            f"the files have more than {MOST_BYTES:,} bytes together; apply them on the server's machine"
        )
    return found


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
