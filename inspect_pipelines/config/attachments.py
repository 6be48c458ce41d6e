"""Files that a playbook uploads: read from the project's own folder, and kept with what was applied."""

from __future__ import annotations

import base64
import hashlib
import stat
from pathlib import Path, PurePosixPath

from inspect_pipelines.domain.gesture import Attachment
from inspect_pipelines.errors import UsageError

MOST_BYTES = 500_000  # of one; it stands in every definition that plays the playbook
IN_PROJECT = "only files of the project's own folder are uploaded"


def attachment(root: Path, name: str) -> Attachment:
    """A file of a project.

    Args:
        root: The project's folder.
        name: The file's path in it.

    Raises:
        UsageError: It is not there, not a file, too large, or leads out of the folder, by `..` or by a link.
    """
    parts = PurePosixPath(name).parts
    if not parts or name.startswith(("/", "~")) or ".." in parts or "\\" in name or "\0" in name:
        raise UsageError(f"{name!r} leads out of the project; {IN_PROJECT}, as 'files/cv.pdf'")
    try:
        home = root.resolve(strict=True)
        path = (home / name).resolve(strict=True)
        if not path.is_relative_to(home):
            raise UsageError(f"{name!r} is a link that leads out of the project; {IN_PROJECT}")
        if not stat.S_ISREG(path.stat().st_mode):
            raise UsageError(f"{name!r} is no file; name the files that are uploaded one by one")
        with path.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except (OSError, RuntimeError) as error:
        why = (getattr(error, "strerror", None) or str(error)).lower()
        raise UsageError(f"{name!r} cannot be read: {why}; {IN_PROJECT}") from error
    if len(content) > MOST_BYTES:
        raise UsageError(f"{name!r} has more than {MOST_BYTES:,} bytes; a smaller file shows the same")
    return Attachment(
        PurePosixPath(name).name, hashlib.sha256(content).hexdigest(), base64.b64encode(content).decode()
    )
