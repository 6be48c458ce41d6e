"""A draft as files of a project; nothing that is there is overwritten."""

from __future__ import annotations

from pathlib import Path

from inspect_pipelines.config.imports.draft import Draft
from inspect_pipelines.config.layout import SCHEDULES
from inspect_pipelines.config.starter import ORGANIZATION, reach, schedule_of
from inspect_pipelines.config.starter import SCHEDULES as FIRST_SCHEDULES
from inspect_pipelines.errors import Refused, UsageError

OFF = "    enabled: false # look at the playbook and at a first run; then take this line out\n"


def write_draft(root: Path, home: Path, draft: Draft) -> list[str]:
    """Write the playbook, and where the project is not begun, a schedule that is switched off; return their names.

    Args:
        root: The project's folder; made when it is not there.
        home: Where the schemas are, for the comment that editors read.

    Raises:
        Refused: A file of that name is there; nothing was written.
        UsageError: The folder cannot be written.
    """
    playbook = f"playbooks/{draft.id}.yaml"
    schema = f"# yaml-language-server: $schema={reach(root / 'playbooks', home, 'playbook.schema.json')}\n"
    texts = {playbook: schema + draft.text()}
    if not (root / SCHEDULES).exists():
        texts[SCHEDULES] = FIRST_SCHEDULES.format(
            schedule=lines_to_schedule(draft.id), schema=reach(root, home, "schedules.schema.json")
        )
        if not (root / "organization.yaml").exists():
            texts["organization.yaml"] = ORGANIZATION.format(
                schema=reach(root, home, "organization.schema.json")
            )
    if (root / playbook).exists():
        raise Refused(
            f"{playbook!r} in {str(root)!r} would be overwritten; nothing was written: name another with --id"
        )
    try:
        for file, text in texts.items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            with (root / file).open("x", encoding="utf-8") as opened:
                opened.write(text)
    except OSError as error:
        raise UsageError(
            f"{str(root)!r} cannot be written: {(error.strerror or str(error)).lower()}"
        ) from error
    return list(texts)


def lines_to_schedule(identifier: str) -> str:
    """The lines under `schedules:` that play the playbook, once somebody switches them on."""
    head, _, rest = schedule_of(identifier).partition("    cron:")
    return f"{head}{OFF}    cron:{rest}"
