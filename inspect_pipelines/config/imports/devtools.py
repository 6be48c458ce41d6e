"""A recording of Chrome's DevTools as a playbook: the first of its selectors that reads like a person's, the others as a comment."""

from __future__ import annotations

import re
from typing import Any

from inspect_pipelines.config.imports.devtools_target import Target, target_of
from inspect_pipelines.config.imports.draft import Draft, DraftStep
from inspect_pipelines.config.imports.not_yet import reason
from inspect_pipelines.config.imports.reading import entries, mapping, number
from inspect_pipelines.config.imports.told import Fate
from inspect_pipelines.config.yaml_advice import SECRET_NAME
from inspect_pipelines.config.yaml_source import Source, YamlPath
from inspect_pipelines.domain.site_path import name_of
from inspect_pipelines.errors import UsageError

TOOL = "devtools"
FIELDS = re.compile(r"(?:^|[\s>])(?:input|textarea)(?![\w-])")
LISTS = re.compile(r"(?:^|[\s>])select(?![\w-])")


def from_devtools(source: Source, identifier: str) -> Draft:
    """The playbook and what became of each step.

    Raises:
        UsageError: It has no steps, or opens no page.
    """
    root = mapping(source.value)
    if not isinstance(root.get("steps"), list) or not root["steps"]:
        raise UsageError(
            f"{source.file!r} cannot be imported: it has no `steps`, so it is no recording of Chrome's DevTools"
        )
    draft = Draft(
        identifier,
        str(root.get("title") or identifier)[:100],
        f"From {source.file}, a recording of Chrome's DevTools.",
    )
    reader = _Reader(source, draft)
    for line, path, step in entries(source, root["steps"], ("steps",)):
        reader.step(line, path, step)
    reader.shoot()
    if not any("goto" in action for step in draft.steps for action, _ in step.actions):
        raise UsageError(f"{source.file!r} cannot be imported: it opens no page of a web server")
    draft.tell(
        0,
        "pictures",
        Fate.APPROXIMATED,
        "a recording takes none: one is taken of each page, before it is left",
    )
    return draft


class _Reader:
    def __init__(self, source: Source, draft: Draft) -> None:
        self.source, self.draft = source, draft
        self.waits_for_page = False

    def step(self, line: int, path: YamlPath, step: dict[str, Any]) -> None:
        kind = str(step.get("type", ""))
        doing = getattr(self, f"_{kind}", None) if kind in DONE else None
        if doing is None:
            self._tell(line, kind or "step", Fate.LEFT_OUT, reason(TOOL, kind))
        elif step.get("frame"):
            self._tell(line, kind, Fate.LEFT_OUT, reason(TOOL, "frame"))
        elif step.get("target") not in (None, "main"):
            self._tell(line, kind, Fate.LEFT_OUT, reason(TOOL, "target"))
        else:
            doing(line, step)

    def shoot(self) -> None:
        """A picture of the page that is there, unless it was taken."""
        if self.draft.steps and self.waits_for_page:
            step = self.draft.steps[-1]
            step.add({"screenshot": self.draft.view(step.name)})
        self.waits_for_page = False

    def _setViewport(self, line: int, step: dict[str, Any]) -> None:
        width, height = number(step.get("width")), number(step.get("height"))
        if (
            not width
            or not height
            or not (1 <= width <= 10_000 and 1 <= height <= 10_000)
            or self.draft.viewports
        ):
            self._tell(
                line,
                "setViewport",
                Fate.LEFT_OUT,
                "a playbook has its viewports for all steps; the first one counts",
            )
            return
        viewport: dict[str, Any] = {"name": "recorded", "width": int(width), "height": int(height)}
        scale = number(step.get("deviceScaleFactor"))
        if scale and scale != 1 and 0 < scale <= 4:
            viewport["scale"] = int(scale) if scale == int(scale) else scale
        if step.get("isMobile") is True:
            viewport["mobile"] = True
        self.draft.viewports.append(viewport)
        self._tell(line, "setViewport", Fate.CONVERTED, f"viewport of {int(width)} x {int(height)}")

    def _navigate(self, line: int, step: dict[str, Any]) -> None:
        url = str(step.get("url") or "")
        if not re.match(r"https?://", url):
            self._tell(line, "navigate", Fate.LEFT_OUT, "opens no page of a web server")
            return
        self.shoot()
        self.draft.steps.append(DraftStep(name_of(url).capitalize()))
        self.draft.steps[-1].add({"goto": self.draft.address(url)})
        self.waits_for_page = True
        self._tell(line, "navigate", Fate.CONVERTED, f"goto {self.draft.address(url)}")

    def _click(self, line: int, step: dict[str, Any]) -> None:
        target = self._target(line, "click", step)
        if target is None:
            return
        if leaves := self._navigation(step):
            self.shoot()
            self.draft.steps.append(DraftStep(name_of(leaves).capitalize()))
        self._add({"click": _short(target.keys)}, target)
        if leaves:
            pattern = f"**{re.split(r'[?#]', self.draft.address(leaves), maxsplit=1)[0]}*"
            self._add({"expect_url": pattern.replace("://", "**") if "://" in pattern else pattern})
        self._say(line, "click", target)

    def _hover(self, line: int, step: dict[str, Any]) -> None:
        self._point(line, step, "hover")

    def _doubleClick(self, line: int, step: dict[str, Any]) -> None:
        self._point(line, step, "dblclick")

    def _point(self, line: int, step: dict[str, Any], verb: str) -> None:
        target = self._target(line, str(step["type"]), step)
        if target is not None:
            self._add({verb: _short(target.keys)}, target)
            self._say(line, str(step["type"]), target)

    def _change(self, line: int, step: dict[str, Any]) -> None:
        target = self._target(line, "change", step, named="label")
        if target is None:
            return
        value = str(step.get("value", ""))
        if any(LISTS.search(one) for one in (*target.others, *target.keys.values())):
            self._add({"select": {**target.keys, "option": value}}, target)
            self._tell(line, "change", Fate.CONVERTED, f"select {value!r}")
            return
        named = " ".join((*target.keys.values(), *target.others))
        if SECRET_NAME.search(named):
            value = self._secret(named)
            self._tell(
                line,
                "change",
                Fate.APPROXIMATED,
                f"fill with {value}: what was typed is not written; give it by the environment",
            )
        else:
            self._say(line, "change", target)
        self._add({"fill": {**target.keys, "value": value}}, target)

    def _keyDown(self, line: int, step: dict[str, Any]) -> None:
        key = str(step.get("key", ""))
        if not key or len(key) > 20:
            self._tell(line, "keyDown", Fate.LEFT_OUT, "names no key")
            return
        self._add({"press": key})
        self._tell(line, "keyDown", Fate.CONVERTED, f"press {key}")

    def _waitForElement(self, line: int, step: dict[str, Any]) -> None:
        target = self._target(line, "waitForElement", step)
        if target is None:
            return
        count = number(step.get("count"))
        if count is not None and count > 1 and step.get("visible") is not False:
            wanted = COUNTED.get(str(step.get("operator", "==")), "equals")
            self._add({"expect_count": {**target.keys, wanted: int(count)}}, target)
            self._tell(line, "waitForElement", Fate.CONVERTED, f"expect_count, {wanted} {int(count)}")
            return
        state = {"state": "hidden"} if step.get("visible") is False or count == 0 else {}
        self._add({"wait_for": {**target.keys, **state} if state else _short(target.keys)}, target)
        self._say(line, "waitForElement", target)

    def _add(self, action: dict[str, Any], target: Target | None = None) -> None:
        if not self.draft.steps:
            self.draft.steps.append(DraftStep("Start"))
        self.draft.steps[-1].add(
            action, f"or: {' | '.join(target.others)}" if target and target.others else ""
        )
        self.waits_for_page = True

    def _secret(self, named: str) -> str:
        found = SECRET_NAME.search(named)
        name = re.sub(r"\W", "_", found.group().lower()) if found else "secret"
        if not any(one["name"] == name for one in self.draft.variables):
            self.draft.variables.append({"name": name, "secret": True, "default": f"${{env:{name.upper()}}}"})
        return f"{{{{{name}}}}}"

    def _navigation(self, step: dict[str, Any]) -> str:
        """Where a click leads, as far as the recording says."""
        events = step.get("assertedEvents")
        for one in events if isinstance(events, list) else []:
            url = mapping(one).get("url")
            if mapping(one).get("type") == "navigation" and isinstance(url, str) and url.startswith("http"):
                return url
        return ""

    def _target(self, line: int, kind: str, step: dict[str, Any], *, named: str = "text") -> Target | None:
        target = target_of(step.get("selectors"), named=named)
        if target is None:
            has_one = bool(step.get("selectors"))
            self._tell(line, kind, Fate.LEFT_OUT, reason(TOOL, "xpath" if has_one else "offset"))
        return target

    def _say(self, line: int, kind: str, target: Target) -> None:
        how = ", ".join(f"{key} {value!r}" for key, value in target.keys.items())
        if target.is_guessed:
            self._tell(
                line, kind, Fate.APPROXIMATED, f"by {how}: the recording has no role, this is the likeliest"
            )
        else:
            self._tell(line, kind, Fate.CONVERTED, f"by {how}")

    def _tell(self, line: int, what: str, fate: Fate, sentence: str) -> None:
        self.draft.tell(line, what, fate, sentence)


DONE = ("setViewport", "navigate", "click", "doubleClick", "hover", "change", "keyDown", "waitForElement")
COUNTED = {"==": "equals", ">=": "at_least", "<=": "at_most"}


def _short(keys: dict[str, str]) -> Any:
    return keys["selector"] if set(keys) == {"selector"} else keys
