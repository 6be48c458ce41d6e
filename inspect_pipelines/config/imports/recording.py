"""A recording of Playwright's codegen (`--target jsonl`) to a draft of a playbook: pure, and with no typed secret in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from inspect_pipelines.config.hazards import looks_secret
from inspect_pipelines.config.imports.draft import Draft, DraftStep, slug
from inspect_pipelines.config.imports.recorded_action import leads_to, read_action, target_of, typed_secret
from inspect_pipelines.config.imports.told import Fate
from inspect_pipelines.config.yaml_advice import SECRET_NAME
from inspect_pipelines.domain.site_path import name_of
from inspect_pipelines.errors import UsageError

UNSAFE = "would hold what was typed secretly, or what a playbook takes for a variable"
MODIFIERS = ("Alt", "Control", "Meta", "Shift")  # bits 1, 2, 4, 8
NOT_OURS = {
    "setInputFiles": "is left out: a recording has no files; put them into the project and write {upload: ..}",
    "assertChecked": "is nothing that a playbook has; its picture shows it",
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was made of a recording.

    Attributes:
        draft: A step for each page, a picture of it before it is left, and what became of each action.
        typed: Secrets by the names of their variables; for playing it again at once, and for nothing else.
    """

    draft: Draft
    typed: Mapping[str, str] = field(repr=False)


def from_recording(
    lines: Sequence[str], *, identifier: str, start: str, secrets: Collection[str] = ()
) -> Recorded:
    """What becomes of these actions.

    Args:
        lines: Actions, one JSON object each; of several states of one action the last.
        start: The address at which it began.
        secrets: What was typed into password fields, in any state.

    Raises:
        UsageError: Nothing was recorded, or a line is no action.
    """
    draft = Draft(identifier, identifier, f"Recorded at {_origin(start)}.")
    actions = [(number, read_action(number, line)) for number, line in enumerate(lines, start=1)]
    reader = _Reader(draft, {text for _, each in actions if (text := typed_secret(each, secrets))})
    for number, action in actions:
        if "name" in action:  # the first line of codegen's own files has none
            reader.action(number, action)
    reader.shoot()
    if not any("goto" in action for step in draft.steps for action, _ in step.actions):
        raise UsageError(
            "nothing was recorded: no page was opened; click through the site, then close its window"
        )
    return Recorded(draft, {name: text for text, name in reader.names.items()})


class _Reader:
    def __init__(self, draft: Draft, secrets: Collection[str]) -> None:
        self.draft, self.secrets = draft, frozenset(secrets)
        self.is_unseen = False  # something was done that no picture shows
        self.page = ""  # the guid of the page on which it goes on
        self.names: dict[str, str] = {}  # of variables, by the secret

    def action(self, number: int, action: Mapping[str, Any]) -> None:
        kind = str(action["name"])
        page = str(action.get("pageGuid", ""))
        if kind == "closePage":
            return
        self.page = self.page or page
        if page != self.page:
            self._tell(
                number,
                kind,
                Fate.LEFT_OUT,
                "was done in another window; write {expect_popup: ..} and what is done there",
            )
            return
        if kind == "openPage":
            kind = "navigate"
            if not str(action.get("url", "")).startswith("http"):
                return  # an empty window, as each begins
        doing = getattr(self, f"_{kind}", None)
        if kind in DONE and doing is not None:
            doing(number, action)
        else:
            self._tell(
                number,
                kind,
                Fate.LEFT_OUT,
                NOT_OURS.get(kind, "is nothing that a playbook has"),
            )

    def shoot(self) -> None:
        """A picture of the page that is there, unless it was taken."""
        if self.draft.steps and self.is_unseen:
            step = self.draft.steps[-1]
            step.add({"screenshot": self.draft.view(step.name)})
        self.is_unseen = False

    def _navigate(self, number: int, action: Mapping[str, Any]) -> None:
        url = str(action.get("url", ""))
        if not url.startswith(("http://", "https://")):
            self._tell(number, "navigate", Fate.LEFT_OUT, "opens no page of a web server")
            return
        self._page(url)
        told = self._safe(self.draft.address(url))
        self.draft.steps[-1].add({"goto": told})
        self._tell(number, "navigate", Fate.CONVERTED, f"goto {told}")

    def _page(self, url: str) -> None:
        """A page begins, and with it a step."""
        self.shoot()
        self.draft.steps.append(DraftStep(name_of(self._safe(url)).capitalize()))
        self.is_unseen = True

    def _click(self, number: int, action: Mapping[str, Any]) -> None:
        verb = "dblclick" if action.get("clickCount") == 2 else "click"
        if action.get("button", "left") != "left" or action.get("modifiers"):
            self._tell(
                number,
                "click",
                Fate.LEFT_OUT,
                "with another button, or a key held, is nothing that a playbook has",
            )
            return
        leads = leads_to(action)
        if leads:
            self.shoot()
        self._do(number, verb, action, {})
        if leads:
            self._follow(leads)

    def _follow(self, url: str) -> None:
        """The page that an action led to: a step of its own, which says where it is."""
        self.draft.steps.append(DraftStep(name_of(self._safe(url)).capitalize()))
        self.draft.address(url)  # decides the base_url, where no page was opened before
        path = self._safe(urlsplit(url).path or "/").replace("…", "*")
        self.draft.steps[-1].add({"expect_url": f"**{path}*"})
        self.is_unseen = True

    def _fill(self, number: int, action: Mapping[str, Any]) -> None:
        target = self._target(number, "fill", action)
        if target is None:
            return
        text = str(action.get("text", ""))
        named = " ".join(str(each) for each in target.values())
        if text in self.secrets:
            text = self._secret(text, named)
            self._add({"fill": {**target, "value": text}})
            self._tell(
                number,
                "fill",
                Fate.APPROXIMATED,
                f"fill with {text}: what was typed is written nowhere; give it by the environment",
            )
            return
        self._add({"fill": {**target, "value": self._safe(text)}})
        self._tell(number, "fill", Fate.CONVERTED, _how(target))

    def _press(self, number: int, action: Mapping[str, Any]) -> None:
        held = int(action.get("modifiers") or 0)
        keys = [each for bit, each in enumerate(MODIFIERS) if held & (1 << bit)]
        key = "+".join([*keys, str(action.get("key", ""))])
        if key == "Tab":
            self._tell(number, "press", Fate.LEFT_OUT, "Tab goes to the next field, which is named by itself")
            return
        leads = leads_to(action)
        if leads:
            self.shoot()
        self._do(number, "press", action, {"key": key})
        if leads:
            self._follow(leads)

    def _select(self, number: int, action: Mapping[str, Any]) -> None:
        options = [str(one) for one in action.get("options") or ()]
        if not options:
            self._tell(number, "select", Fate.LEFT_OUT, "chooses nothing")
            return
        self._do(
            number, "select", action, {"option": options[0]} if len(options) == 1 else {"options": options}
        )

    def _check(self, number: int, action: Mapping[str, Any]) -> None:
        self._do(number, str(action["name"]), action, {})

    _uncheck = _hover = _check

    def _assertVisible(self, number: int, action: Mapping[str, Any]) -> None:
        self._do(number, "expect_visible", action, {})

    def _assertText(self, number: int, action: Mapping[str, Any]) -> None:
        text = str(action.get("text", ""))
        if self._safe(text) != text:
            self._tell(number, "assertText", Fate.LEFT_OUT, UNSAFE)
            return
        wanted = "contains" if action.get("substring", True) else "equals"
        self._do(number, "expect_text", action, {wanted: text})

    def _assertValue(self, number: int, action: Mapping[str, Any]) -> None:
        value = str(action.get("value", ""))
        if value in self.secrets or looks_secret(value):
            self._tell(number, "assertValue", Fate.LEFT_OUT, UNSAFE)
            return
        self._do(number, "expect_value", action, {"equals": value})

    def _assertSnapshot(self, number: int, action: Mapping[str, Any]) -> None:
        snapshot = str(action.get("ariaSnapshot") or action.get("snapshot") or "")
        if not snapshot:
            self._tell(number, "assertSnapshot", Fate.LEFT_OUT, "holds no snapshot")
            return
        self._do(number, "expect_aria", action, {"snapshot": self._safe(snapshot)})

    def _do(self, number: int, verb: str, action: Mapping[str, Any], beside: Mapping[str, Any]) -> None:
        target = self._target(number, verb, action)
        if target is None:
            return
        value: Any = {**target, **beside}
        self._add({verb: value["selector"] if set(value) == {"selector"} else value})
        self._tell(number, verb, Fate.CONVERTED, _how(target))

    def _target(self, number: int, verb: str, action: Mapping[str, Any]) -> dict[str, Any] | None:
        target = target_of(action.get("locator"))
        if target is None:
            self._tell(
                number,
                verb,
                Fate.LEFT_OUT,
                f"names its element in a way that a playbook has not: {self._safe(str(action.get('selector', '')))[:80]}",
            )
            return None
        if any(isinstance(each, str) and self._safe(each) != each for each in target.values()):
            self._tell(number, verb, Fate.LEFT_OUT, UNSAFE)
            return None
        return target

    def _add(self, action: dict[str, Any]) -> None:
        if not self.draft.steps:
            self.draft.steps.append(DraftStep("Start"))
        self.draft.steps[-1].add(action)
        self.is_unseen = True

    def _secret(self, text: str, named: str) -> str:
        """A variable for what was typed; the same text is the same one."""
        if text not in self.names:
            found = SECRET_NAME.search(named)
            base = re.sub(r"\W", "_", found.group().lower()) if found else "secret"
            taken = [*self.names.values()]
            name = base if base not in taken else f"{base}_{len(taken) + 1}"
            self.names[text] = name
            self.draft.variables.append({"name": name, "secret": True, "default": f"${{env:{name.upper()}}}"})
        return f"{{{{{self.names[text]}}}}}"

    def _safe(self, text: str) -> str:
        """A text without what was typed into password fields, wherever the page says it again, and without placeholders."""
        for one in sorted(self.secrets, key=len, reverse=True):
            if len(one) >= SHORT:
                text = text.replace(one, "…").replace(quote(one, safe=""), "…")
        return text.replace("{{", "{ {")

    def _tell(self, number: int, what: str, fate: Fate, sentence: str) -> None:
        self.draft.tell(number, what, fate, sentence)


DONE = (
    *("navigate", "click", "fill", "press", "select", "check", "uncheck", "hover"),
    *("assertVisible", "assertText", "assertValue", "assertSnapshot"),
)
SHORT = 4  # characters; a secret that is shorter stands in too many words to be taken out of them


def _how(target: Mapping[str, Any]) -> str:
    return "by " + ", ".join(f"{key} {value!r}" for key, value in target.items())


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def identifier_of(url: str) -> str:
    """What a playbook of a site is called when nobody says."""
    return slug((urlsplit(url).hostname or "recorded").removeprefix("www."), instead="recorded")
