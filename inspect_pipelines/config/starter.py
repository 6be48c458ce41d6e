"""The first files of a project, with comments that say what each line is for."""

from __future__ import annotations

import json
import os
from pathlib import Path, PurePosixPath

from inspect_pipelines.domain.ids import NOT_AN_ID, SLUG
from inspect_pipelines.domain.playbook import VariableType
from inspect_pipelines.domain.variable import normalised
from inspect_pipelines.errors import Refused, UsageError

SCHEDULES = """\
# yaml-language-server: $schema={schema}
# When to look, at what, and whom to tell. `inspect-pipelines validate` checks it, `apply` puts it to work.
apiVersion: v1
kind: ScheduleConfig
metadata:
  orgId: default

schedules:
{schedule}
    # notify:
    #   on_failure:
    #     slack_channel: "#qa-alerts"
"""

SCHEDULE = """\
  - id: {id}
    name: {name}
    cron: "0 2 * * *" # minute, hour, day of month, month, day of week: every night at two ..
    timezone: UTC # .. in this zone, for example Europe/Berlin
    playbook: {id} # playbooks/{id}.yaml
    timeout_minutes: 10
    baseline:
      tolerance: 0.02 # how different a picture may be, 0 to 1, before the run fails"""

PLAYBOOK = """\
# yaml-language-server: $schema={schema}
# What to do and what to photograph, in each viewport, from top to bottom.
apiVersion: v1
kind: Playbook
metadata:
  id: {id}
  name: {name}
spec:
  base_url: {url} # relative addresses start here
  viewports:
    - {{name: desktop, width: 1280, height: 800}}
    - {{name: phone, device: iPhone 13}}
  # page:
  #   mask: [".clock"] # parts that always differ, painted over in every picture
  steps:
    - id: home
      name: Open the home page
      actions:
        - goto: {path}
        - screenshot: home
    # - id: search
    #   name: Look for something
    #   actions:
    #     - fill: {{label: Search, value: chair}}
    #     - press: Enter
    #     - expect_text: {{contains: chair}}
    #     - screenshot: search
"""

ORGANIZATION = """\
# yaml-language-server: $schema={schema}
# What all definitions share.
apiVersion: v1
kind: OrganizationConfig
metadata:
  orgId: default
# Hosts that an address from an event may point to, besides those that the files name themselves:
# allowed_hosts: ["*.staging.acme.com"]
"""


def write_starter(root: Path, home: Path, *, identifier: str, url: str) -> list[str]:
    """Write the first files and return their names, relative to the project; where one is begun, its next playbook only.

    Args:
        root: The project's folder; made when it is not there.
        home: Where the schemas are, for the comment that editors read.
        identifier: Of the schedule and of its playbook.
        url: The page to watch.

    Raises:
        UsageError: The id or the address is none.
        Refused: One of the files exists already; nothing was written.
    """
    if not SLUG.match(identifier):
        raise UsageError(f"{identifier!r} {NOT_AN_ID}")
    url = normalised(VariableType.URL, url)
    base, path = _split(url)
    playbook = f"playbooks/{identifier}.yaml"
    values = {
        "id": identifier,
        "name": _name(identifier),
        "url": json.dumps(base),
        "path": json.dumps(path),
    }
    texts = {
        "schedules.yaml": SCHEDULES.format(
            schedule=schedule_of(identifier), schema=reach(root, home, "schedules.schema.json")
        ),
        playbook: PLAYBOOK.format(**values, schema=reach(root / "playbooks", home, "playbook.schema.json")),
        "organization.yaml": ORGANIZATION.format(schema=reach(root, home, "organization.schema.json")),
    }
    if (root / "schedules.yaml").exists():
        texts = {playbook: texts[playbook]}
    if there := [file for file in texts if (root / file).exists()]:
        raise Refused(
            f"{', '.join(repr(file) for file in there)} in {str(root)!r} would be overwritten; "
            "nothing was written: name another playbook with --id, or an empty folder with --project"
        )
    try:
        for file, text in texts.items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{str(root)!r} cannot be written: {(error.strerror or str(error)).lower()}"
        ) from error
    return list(texts)


def schedule_of(identifier: str) -> str:
    """The lines under `schedules:` that play a playbook of the same id."""
    return SCHEDULE.format(id=identifier, name=_name(identifier))


def _name(identifier: str) -> str:
    return json.dumps(identifier.replace("-", " ").replace("_", " ").capitalize())


def _split(url: str) -> tuple[str, str]:
    """`https://acme.com/shop?a=1` as `https://acme.com` and `/shop?a=1`."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}", f"{slash or '/'}{path}"


def reach(folder: Path, home: Path, name: str) -> str:
    """A schema of the home as it is named from a folder."""
    return str(PurePosixPath(os.path.relpath(home, folder.absolute())) / name)
