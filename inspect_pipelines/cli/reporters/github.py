"""A run as annotations of a GitHub Actions job: workflow commands, in which nothing that a site says is one.

The runner takes any line of output that begins with `::` for a command, blanks before it or not, so what is printed while a run is
waited for stands between `::stop-commands::` and its end, a word that no site can know.
"""

from __future__ import annotations

from collections.abc import Iterator

from inspect_pipelines.cli.reporters.facts import Facts
from inspect_pipelines.domain.run import RunStatus

MOST_ANNOTATIONS = 10  # of a kind; GitHub shows no more of a step
MOST_CHARACTERS = 4_000  # of a message


def commands_of(facts: Facts) -> Iterator[str]:
    """The commands, a line each; the run's own first."""
    reasons = " | ".join(facts.reasons) or facts.status.value
    if facts.exit_code:
        yield command("error", facts.title, reasons)
    elif facts.status is not RunStatus.PASSED or facts.dossier.flaky:
        yield command("warning", facts.title, reasons)
    else:
        yield command("notice", facts.title, reasons)
    kind = "error" if facts.exit_code else "warning"
    for one in facts.differing[: MOST_ANNOTATIONS - 1]:
        yield command(kind, f"{one.view} {one.outcome.value}", one.sentence)
    for finding, fails in facts.findings()[: MOST_ANNOTATIONS - 1]:
        title = f"{finding.playbook}/{finding.step_id}@{finding.viewport} {finding.kind.value}"
        yield command("error" if fails and facts.exit_code else "warning", title, finding.sentence)


def command(kind: str, title: str, message: str) -> str:
    """`::error title=..::..`, as the runner reads it back."""
    return f"::{kind} title={_property(title[:200])}::{_data(message[:MOST_CHARACTERS])}"


def stopped(word: str) -> str:
    """From here on nothing is a command."""
    return f"::stop-commands::{word}"


def resumed(word: str) -> str:
    """From here on commands are commands."""
    return f"::{word}::"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
