"""backstop.json as a playbook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from inspect_pipelines.config.imports.draft import Draft, DraftStep
from inspect_pipelines.config.imports.not_yet import OURS, reason
from inspect_pipelines.config.imports.reading import entries, mapping, number, texts
from inspect_pipelines.config.imports.told import Fate
from inspect_pipelines.config.yaml_source import Source, YamlPath
from inspect_pipelines.errors import UsageError

TOOL = "backstop"
OF_THE_TOOL = (
    *("id", "paths", "report", "engine", "engineOptions", "asyncCaptureLimit", "asyncCompareLimit", "debug"),
    *(
        "debugWindow",
        "fileNameTemplate",
        "resembleOutputOptions",
        "dockerCommandTemplate",
        "scenarioLogsInReports",
    ),
    *(
        "archiveReport",
        "openReport",
        "ci",
        "dynamicTestId",
        "outputFormat",
        "gotoParameters",
        "scenarioDefaults",
    ),
)
READ = (
    *("label", "url", "viewports", "readySelector", "readyTimeout", "keyPressSelectors", "clickSelector"),
    *("clickSelectors", "hideSelectors", "removeSelectors", "selectors", "misMatchThreshold"),
    *("hoverSelector", "hoverSelectors", "scrollToSelector", "expect"),
)
ONE_SCREEN = 1024  # px; of a viewport whose height nobody says
MOST_WAIT_SECONDS = 600


def from_backstop(source: Source, identifier: str) -> Draft:
    """The playbook and what became of each key.

    Raises:
        UsageError: It has no scenarios.
    """
    root = mapping(source.value)
    if not isinstance(root.get("scenarios"), list) or not root["scenarios"]:
        raise UsageError(
            f"{source.file!r} cannot be imported: it has no `scenarios`, so it is not BackstopJS's file"
        )
    draft = Draft(
        identifier,
        str(root.get("id") or identifier)[:100],
        f"From {source.file}, a configuration of BackstopJS.",
    )
    reader = _Reader(source, draft)
    reader.viewports(root)
    defaults = mapping(root.get("scenarioDefaults"))
    for line, path, scenario in entries(source, root["scenarios"], ("scenarios",)):
        reader.scenario(line, path, {**_shared(root), **defaults, **scenario}, scenario)
    shared = tuple(reader.names.values())[: reader.shared]
    for step in draft.steps:
        step.only = step.only or (shared if reader.shared < len(reader.names) else ())
    for key in root:
        if key not in ("viewports", "scenarios", *OF_THE_TOOL):
            draft.tell(source.place((key,), at_key=True)[0], key, Fate.LEFT_OUT, reason(TOOL, key))
        elif key in OF_THE_TOOL and key not in ("id", "scenarioDefaults"):
            draft.tell(source.place((key,), at_key=True)[0], key, Fate.LEFT_OUT, OURS)
    if not draft.steps:
        raise UsageError(f"{source.file!r} cannot be imported: no scenario has a `url`")
    draft.told.sort(key=lambda one: one.line)
    return draft


def _shared(root: dict[str, Any]) -> dict[str, Any]:
    return {key: root[key] for key in ("misMatchThreshold", "readyTimeout") if key in root}


class _Reader:
    def __init__(self, source: Source, draft: Draft) -> None:
        self.source, self.draft = source, draft
        self.names: dict[str, str] = {}  # of viewports: theirs, ours
        self.shared = 0  # how many of them are of all scenarios

    def viewports(self, root: dict[str, Any]) -> None:
        for line, path, one in entries(self.source, root.get("viewports"), ("viewports",)):
            self.viewport(line, path, one)
        self.shared = len(self.names)

    def viewport(self, line: int, path: YamlPath, one: dict[str, Any]) -> str:
        width, height = number(one.get("width")), number(one.get("height"))
        label = str(one.get("label") or one.get("name") or f"w{int(width or 0)}")
        name = re.sub(r"[/@\s]+", "-", label).strip("-")[:60] or f"w{int(width or 0)}"
        if not width or not 1 <= width <= 10_000:
            self.draft.tell(line, _key(path), Fate.LEFT_OUT, "has no width")
            return ""
        if label in self.names:
            return self.names[label]
        free, count = name, 1
        while free in self.names.values():
            count += 1
            free = f"{name}-{count}"
        self.names[label] = free
        tall = int(height) if height and 1 <= height <= 10_000 else ONE_SCREEN
        self.draft.viewports.append({"name": free, "width": int(width), "height": tall})
        self.draft.tell(line, _key(path), Fate.CONVERTED, f"viewport {free}, {int(width)} x {tall}")
        return free

    def scenario(self, line: int, path: YamlPath, scenario: dict[str, Any], own: dict[str, Any]) -> None:
        url = scenario.get("url")
        label = str(scenario.get("label") or url or "")
        if not isinstance(url, str) or not url.strip():
            self.draft.tell(line, _key(path), Fate.LEFT_OUT, "has no `url`")
            return
        if url.startswith(("file:", "data:", "javascript:", "about:")):
            self.draft.tell(line, _key(path), Fate.LEFT_OUT, "is no page of a web server")
            return
        step = DraftStep(label or url, only=self.own_viewports(path, scenario))
        step.add({"goto": self.draft.address(url.strip())})
        self.waits(path, scenario, step, "readySelector")
        self.inputs(path, scenario, step)
        self.waits(path, scenario, step, "postInteractionWait")
        self.picture(path, scenario, step, label or url)
        self.draft.steps.append(step)
        self.draft.tell(line, _key(path), Fate.CONVERTED, f"step {step.name!r}")
        for key in own:
            self.rest(path, key, own[key])

    def own_viewports(self, path: YamlPath, scenario: dict[str, Any]) -> tuple[str, ...]:
        found = entries(self.source, scenario.get("viewports"), (*path, "viewports"))
        return tuple(name for line, here, one in found if (name := self.viewport(line, here, one)))

    def waits(self, path: YamlPath, scenario: dict[str, Any], step: DraftStep, key: str) -> None:
        selectors = texts(scenario.get(key))
        timeout = number(scenario.get("readyTimeout"))
        for selector in selectors:
            wait: dict[str, Any] = {"selector": selector}
            if timeout and key == "readySelector":
                wait["timeout"] = f"{min(MOST_WAIT_SECONDS, max(1, round(timeout / 1000)))}s"
            step.add({"wait_for": wait if len(wait) > 1 else selector})
            self.tell(path, key, Fate.CONVERTED, f"wait_for {selector}")

    def inputs(self, path: YamlPath, scenario: dict[str, Any], step: DraftStep) -> None:
        for position, one in enumerate(scenario.get("keyPressSelectors") or ()):
            given = mapping(one)
            if isinstance(given.get("selector"), str) and given.get("keyPress") is not None:
                step.add({"type": {"selector": given["selector"], "value": str(given["keyPress"])}})
                self.tell(
                    (*path, "keyPressSelectors"), position, Fate.CONVERTED, f"type into {given['selector']}"
                )
        for keys, verb in (
            (("hoverSelector", "hoverSelectors"), "hover"),
            (("clickSelector", "clickSelectors"), "click"),
        ):
            for key in keys:
                for selector in texts(scenario.get(key)):
                    step.add({verb: selector})
                    self.tell(path, key, Fate.CONVERTED, f"{verb} {selector}")
        for selector in texts(scenario.get("scrollToSelector")):
            step.add({"scroll": {"selector": selector}})
            self.tell(path, "scrollToSelector", Fate.CONVERTED, f"scroll to {selector}")

    def picture(self, path: YamlPath, scenario: dict[str, Any], step: DraftStep, label: str) -> None:
        shot: dict[str, Any] = {"name": self.draft.view(label)}
        if hidden := texts(scenario.get("hideSelectors")):
            shot["mask"] = hidden
            self.tell(
                path,
                "hideSelectors",
                Fate.APPROXIMATED,
                "mask, which paints over what was hidden and kept its room",
            )
        if removed := texts(scenario.get("removeSelectors")):
            shot["hide"] = removed
            self.tell(path, "removeSelectors", Fate.CONVERTED, "hide, which takes no room either")
        selectors = texts(scenario.get("selectors"))
        elements = [one for one in selectors if one not in ("viewport", "document")]
        if "viewport" in selectors and "document" not in selectors and not elements:
            shot["full_page"] = False
            self.tell(path, "selectors", Fate.CONVERTED, "full_page: false")
        elif elements:
            what = "a picture of each element" if len(elements) > 1 else f"a picture of {elements[0]}"
            self.tell(path, "selectors", Fate.CONVERTED, what)
        expected = number(scenario.get("expect"))
        if elements and expected and expected == int(expected) and expected > 0:
            step.add({"expect_count": {"selector": elements[0], "equals": int(expected)}})
            self.tell(path, "expect", Fate.CONVERTED, f"expect_count of {elements[0]}")
        threshold = number(scenario.get("misMatchThreshold"))
        if threshold is not None:
            tolerance = max(0.0, min(1.0, round(threshold / 100, 6)))
            shot["tolerance"] = tolerance
            what = f"tolerance {tolerance:g}: theirs is a share of pixels, ours a score, in which a small change weighs more"
            self.tell(path, "misMatchThreshold", Fate.APPROXIMATED, what)
        if not elements or "document" in selectors:
            step.add({"screenshot": shot if len(shot) > 1 else shot["name"]})
        for position, element in enumerate(elements):
            is_first = position == 0 and "document" not in selectors
            name = shot["name"] if is_first else self.draft.view(f"{label} {element}")
            step.add({"screenshot": {**shot, "name": name, "element": element}})

    def rest(self, path: YamlPath, key: str, value: Any) -> None:
        """What is not converted, where it says anything."""
        is_wait = key == "postInteractionWait" and isinstance(value, str) and number(value) is None
        if key in READ or is_wait or value in ("", None, 0, False, [], {}) or key.startswith("//"):
            return
        self.tell(path, key, Fate.LEFT_OUT, reason(TOOL, key))

    def tell(self, path: Sequence[str | int], key: str | int, fate: Fate, sentence: str) -> None:
        here = (*path, key)
        line = self.source.place(here, at_key=True)[0]
        self.draft.tell(line, _key(here), fate, sentence)


def _key(path: Sequence[str | int]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")
