"""A run as Markdown, for a step summary or a comment: what a site says is text there, whatever it looks like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from inspect_pipelines.cli.output import MARKS
from inspect_pipelines.cli.reporters.facts import Facts
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.queries.duration import short_duration

MOST_ROWS = 100  # of a table: GitHub takes 1 MiB of a step's summary, and nobody reads more
MOST_CHARACTERS = 300  # of a cell
SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>$^=:])")
MAY_LINK = re.compile(r"https?://[^\s<>()\[\]\"'`\\]{1,500}")


def markdown(facts: Facts, files: Mapping[View, Sequence[str]] = MappingProxyType({})) -> str:
    """The text.

    Nothing in it shows a picture: a step's summary renders neither files nor `data:` addresses, and an address that needs no
    signing in would be everybody's where the repository is public. It names the files that the build keeps instead.

    Args:
        files: Of each view, the pictures that were written.
    """
    return "\n".join([*_head(facts), *_pictures(facts, files), *_findings(facts), ""])


def _head(facts: Facts) -> Iterator[str]:
    run = facts.dossier.run
    yield f"## {MARKS.get(facts.status.value, '')} {plain(facts.title)}"
    yield ""
    for reason in facts.reasons[:MOST_ROWS]:
        yield f"- {plain(reason)}"
    if facts.reasons:
        yield ""
    steps = sum(len(session.steps) for session in facts.sessions)
    took = short_duration(max(0.0, facts.dossier.elapsed_seconds))
    passed = len(facts.comparisons) - len(facts.differing)
    like = "the same on both sides" if run.against else "as approved"
    compared = f", {passed} of {len(facts.comparisons)} pictures {like}" if facts.comparisons else ""
    yield f"{steps} steps{compared}, {took}. Run `{plain_code(run.id)}`{_link(run.report)}."
    if facts.status is RunStatus.NEEDS_REVIEW:
        yield ""
        yield f"A person has to look at it; accept its pictures with `inspect-pipelines baselines adopt {plain_code(run.id)}`."


def _pictures(facts: Facts, files: Mapping[View, Sequence[str]]) -> Iterator[str]:
    rows = [[str(one.view), one.outcome.value, f"{one.score:.3f}", one.sentence] for one in facts.differing]
    header = ["View", "Outcome", "Score", "What"]
    if facts.is_unapproved:
        rows, header = [[str(view), "not approved yet"] for view in files], header[:2]
    if files:
        header = [*header, "Files"]
        names = {str(view): ", ".join(found) for view, found in files.items()}
        rows = [[*row, names.get(row[0], "")] for row in rows]
    yield from _table("Pictures", header, rows)


def _findings(facts: Facts) -> Iterator[str]:
    rows = [
        [
            f"{one.playbook}/{one.step_id}@{one.viewport}",
            "fails" if fails else one.severity.value,
            one.kind.value,
            one.sentence,
        ]
        for one, fails in facts.findings()
    ]
    yield from _table("Findings", ["Where", "", "Kind", "What"], rows)


def _table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if not rows:
        return
    yield from ("", f"### {title}", "", f"| {' | '.join(header)} |", "|" + "---|" * len(header))
    for row in rows[:MOST_ROWS]:
        yield f"| {' | '.join(plain(cell) for cell in row)} |"
    if len(rows) > MOST_ROWS:
        yield ""
        yield f"and {len(rows) - MOST_ROWS} more, in the report"


def _link(url: str) -> str:
    """Only an address that can be nothing else becomes a link; the report of this machine is a path, which nobody else can open."""
    return f", [report](<{url}>)" if MAY_LINK.fullmatch(url) else ""


def plain(text: str) -> str:
    """The text on one line, with nothing in it that Markdown or HTML would take for its own; nobody is mentioned by it."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    cut = line if len(line) <= MOST_CHARACTERS else line[: MOST_CHARACTERS - 1] + "…"
    escaped = SPECIAL.sub(r"\\\1", cut.replace("&", "&amp;").replace("<", "&lt;"))
    return escaped.replace("@", "&#64;")


def plain_code(text: str) -> str:
    """The text as it may stand between backticks."""
    return re.sub(r"[^A-Za-z0-9_.-]", "", text)
