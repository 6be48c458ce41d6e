"""A run as JUnit's XML: a suite a playbook with a case for each step, and one with a case for each picture."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Xml

from inspect_pipelines.cli.reporters.facts import Facts
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.session import SessionResult, StepResult, StepStatus

NOT_XML = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)  # XML 1.0 has no way to write them
MOST_CHARACTERS = 20_000  # of one message


def junit(facts: Facts) -> str:
    """The document."""
    root = Xml.Element("testsuites", name=_clean(facts.dossier.run.definition_id))
    for session in facts.sessions:
        _session(root, facts, session)
    _pictures(root, facts)
    _run(root, facts)
    cases = list(root.iter("testcase"))
    for key, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        root.set(key, str(sum(case.find(kind) is not None for case in cases)))
    root.set("tests", str(len(cases)))
    root.set("time", f"{facts.dossier.elapsed_seconds:.3f}")
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _session(root: Xml.Element, facts: Facts, session: SessionResult) -> None:
    suite = _suite(root, session.playbook, facts)
    for step in session.steps:
        case = Xml.SubElement(
            suite,
            "testcase",
            classname=_clean(f"{facts.dossier.run.definition_id}.{session.playbook}"),
            name=_clean(f"{step.name} ({step.viewport})"),
            time=f"{step.duration_ms / 1000:.3f}",
        )
        said = _said(facts, session, step)
        if step.status is StepStatus.SKIPPED:
            Xml.SubElement(case, "skipped", message=_clean(step.message))
        elif said:
            _told(case, "failure", "step" if step.status is StepStatus.FAILED else "finding", said)
    _count(suite)


def _said(facts: Facts, session: SessionResult, step: StepResult) -> list[str]:
    found = [
        one.sentence
        for one in session.findings
        if one.step_id == step.step_id and one.viewport == step.viewport and one.fails_at(session.fail_on)
    ]
    if step.status is StepStatus.FAILED and step.message not in found:
        found.insert(0, step.message)
    return list(dict.fromkeys(found))


def _pictures(root: Xml.Element, facts: Facts) -> None:
    if not facts.comparisons:
        return
    suite = _suite(root, "pictures", facts)
    for one in facts.comparisons:
        name = f"{one.view.name} ({one.view.viewport})"
        classname = f"{facts.dossier.run.definition_id}.{one.view.playbook}.pictures"
        case = Xml.SubElement(suite, "testcase", classname=_clean(classname), name=_clean(name), time="0.000")
        if not one.was_run:
            Xml.SubElement(case, "skipped", message=_clean(one.sentence))
        elif not one.passed and facts.exit_code == 0:
            Xml.SubElement(
                case, "skipped", message=_clean(one.sentence)
            )  # a person looks at it, and nobody waits
        elif not one.passed:
            _told(case, "failure", one.outcome.value, [one.sentence])
    _count(suite)


def _run(root: Xml.Element, facts: Facts) -> None:
    """A run that no step and no picture explains, so that a red build never has a green report."""
    is_explained = any(
        case.find(kind) is not None for case in root.iter("testcase") for kind in ("failure", "error")
    )
    if facts.exit_code == 0 and facts.status is not RunStatus.SKIPPED:
        return
    if is_explained and facts.exit_code == 1:
        return
    suite = _suite(root, "run", facts)
    case = Xml.SubElement(
        suite, "testcase", classname=_clean(facts.dossier.run.definition_id), name="run", time="0.000"
    )
    reasons = list(facts.reasons) or [facts.status.value]
    if facts.status is RunStatus.SKIPPED:
        Xml.SubElement(case, "skipped", message=_clean(reasons[0]))
    else:
        _told(case, "failure" if facts.exit_code == 1 else "error", facts.status.value, reasons)
    _count(suite)


def _suite(root: Xml.Element, name: str, facts: Facts) -> Xml.Element:
    at = facts.dossier.run.completed_at or facts.dossier.run.requested_at
    return Xml.SubElement(root, "testsuite", name=_clean(name), timestamp=at.strftime("%Y-%m-%dT%H:%M:%S"))


def _told(case: Xml.Element, kind: str, what: str, said: list[str]) -> None:
    told = Xml.SubElement(case, kind, type=what, message=_clean(said[0]))
    told.text = _clean("\n".join(said))


def _count(suite: Xml.Element) -> None:
    for key, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(key, str(sum(case.find(kind) is not None for case in suite)))
    suite.set("tests", str(len(suite)))


def _clean(text: str) -> str:
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text[:MOST_CHARACTERS])
