"""Percy's lists of snapshots as a playbook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from inspect_pipelines.config.imports.draft import Draft, DraftStep
from inspect_pipelines.config.imports.not_yet import reason
from inspect_pipelines.config.imports.reading import mapping, number, texts
from inspect_pipelines.config.imports.told import Fate
from inspect_pipelines.config.yaml_source import Source, YamlPath
from inspect_pipelines.domain.site_path import name_of
from inspect_pipelines.errors import UsageError

TOOL = "percy"
WIDTHS = (375, 1280)  # theirs, where nothing says more
MIN_HEIGHT = 1024
MOST_CSS = 5_000  # characters that are looked at; patterns over it take time that grows with their square
HIDING_RULE = re.compile(
    r"(?P<selectors>[^{}@]+)\{\s*(?P<what>display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0)\s*(?:!important)?\s*;?\s*\}"
)
READ = ("name", "url", "waitForSelector", "widths", "minHeight", "percyCSS", "additionalSnapshots", "scope")


def from_percy(source: Source, identifier: str, settings: Source | None = None) -> Draft:
    """The playbook and what became of each key.

    Args:
        settings: `.percy.yml`, which says what holds for all.

    Raises:
        UsageError: It lists no snapshots.
    """
    root = source.value if isinstance(source.value, list) else mapping(source.value).get("snapshots")
    path: YamlPath = () if isinstance(source.value, list) else ("snapshots",)
    if not isinstance(root, list) or not root:
        raise UsageError(
            f"{source.file!r} cannot be imported: it lists no snapshots; name the file that `percy snapshot` is given, "
            "not .percy.yml, which is read where it lies beside it"
        )
    draft = Draft(identifier, identifier, f"From {source.file}, a list of Percy's snapshots.")
    reader = _Reader(source, draft)
    shared = reader.settings(settings) if settings else {}
    if isinstance(source.value, dict):
        reader.options(source.value)
    for position, one in enumerate(root):
        reader.snapshot(
            (*path, position), {"url": one} if isinstance(one, str) else _camel(mapping(one)), shared
        )
    if not draft.steps:
        raise UsageError(f"{source.file!r} cannot be imported: no snapshot has a `url`")
    for step in draft.steps:
        if set(step.only) == {one["name"] for one in draft.viewports}:
            step.only = ()
    draft.told.sort(key=lambda one: one.line)
    return draft


class _Reader:
    def __init__(self, source: Source, draft: Draft) -> None:
        self.source, self.draft = source, draft
        self.base = ""

    def settings(self, settings: Source) -> dict[str, Any]:
        found = _camel(mapping(mapping(settings.value).get("snapshot")))
        for key in found:
            if key not in READ:
                self.draft.tell(0, f".percy.yml snapshot.{key}", Fate.LEFT_OUT, reason(TOOL, key))
        if mapping(settings.value).get("discovery"):
            self.draft.tell(0, ".percy.yml discovery", Fate.LEFT_OUT, reason(TOOL, "discovery"))
        return found

    def options(self, root: dict[str, Any]) -> None:
        for written, value in root.items():
            key = _camel_key(written)
            if key == "baseUrl" and isinstance(value, str):
                self.base = value.rstrip("/")
                self.tell((written,), Fate.CONVERTED, "base_url")
            elif key != "snapshots":
                self.tell((written,), Fate.LEFT_OUT, reason(TOOL, key))

    def snapshot(self, path: YamlPath, own: dict[str, Any], shared: dict[str, Any]) -> None:
        url = own.get("url")
        if not isinstance(url, str) or not url.strip():
            self.tell(path, Fate.LEFT_OUT, "has no `url`")
            return
        address = (
            url.strip() if re.match(r"https?://", url.strip()) else f"{self.base}/{url.strip().lstrip('/')}"
        )
        if not address.startswith("http"):
            self.tell(path, Fate.LEFT_OUT, f"{url[:60]!r} is relative, and nothing says to what; add baseUrl")
            return
        snapshot = {**shared, **own}
        name = str(snapshot.get("name") or name_of(address))
        step = DraftStep(name, only=self.viewports(path, snapshot))
        step.add({"goto": self.draft.address(address)})
        self.wait(path, snapshot, step)
        hidden: dict[str, Any] = {**self.hidden(path, snapshot)}
        if scope := texts(snapshot.get("scope")):
            hidden["element"] = scope[0]
            self.tell((*path, "scope"), Fate.CONVERTED, f"a picture of {scope[0]}")
        step.add(self.picture(name, hidden))
        self.tell(path, Fate.CONVERTED, f"step {name!r}")
        self.more(path, own, step, name, hidden)
        self.draft.steps.append(step)
        for key in own:
            if key not in READ:
                self.tell((*path, key), Fate.LEFT_OUT, reason(TOOL, key))

    def viewports(self, path: YamlPath, snapshot: dict[str, Any]) -> tuple[str, ...]:
        widths = [
            int(found)
            for one in snapshot.get("widths") or WIDTHS
            if (found := number(one)) and 1 <= found <= 10_000
        ]
        height = int(number(snapshot.get("minHeight")) or MIN_HEIGHT)
        names = []
        for width in widths:
            name = f"w{width}" if height == MIN_HEIGHT else f"w{width}h{height}"
            names.append(name)
            if not any(one["name"] == name for one in self.draft.viewports):
                self.draft.viewports.append(
                    {"name": name, "width": width, "height": min(10_000, max(1, height))}
                )
        if "widths" in snapshot:
            self.tell((*path, "widths"), Fate.CONVERTED, f"viewports {', '.join(names)}")
        return tuple(names)

    def wait(self, path: YamlPath, snapshot: dict[str, Any], step: DraftStep) -> None:
        for selector in texts(snapshot.get("waitForSelector")):
            step.add({"wait_for": selector})
            self.tell((*path, "waitForSelector"), Fate.CONVERTED, f"wait_for {selector}")

    def hidden(self, path: YamlPath, snapshot: dict[str, Any]) -> dict[str, list[str]]:
        css = snapshot.get("percyCSS")
        if not isinstance(css, str) or not css.strip():
            return {}
        if len(css) > MOST_CSS:
            self.tell(
                (*path, "percyCSS"),
                Fate.LEFT_OUT,
                f"is longer than {MOST_CSS:,} characters; write it under page.style",
            )
            return {}
        found: dict[str, list[str]] = {}
        plain = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
        for rule in HIDING_RULE.finditer(plain):
            key = "hide" if rule["what"].startswith("display") else "mask"
            found.setdefault(key, []).extend(
                one.strip() for one in rule["selectors"].split(",") if one.strip()
            )
        rest = HIDING_RULE.sub("", plain).strip()
        if found:
            fate = Fate.APPROXIMATED if rest or "mask" in found else Fate.CONVERTED
            self.tell(
                (*path, "percyCSS"),
                fate,
                f"{' and '.join(found)}{': other rules are left out' if rest else ''}",
            )
        else:
            self.tell((*path, "percyCSS"), Fate.LEFT_OUT, reason(TOOL, "percyCSS"))
        return found

    def more(
        self, path: YamlPath, own: dict[str, Any], step: DraftStep, name: str, hidden: dict[str, Any]
    ) -> None:
        for position, written in enumerate(own.get("additionalSnapshots") or ()):
            one = _camel(mapping(written))
            here = (*path, "additionalSnapshots", position)
            if one.get("execute"):
                self.tell(here, Fate.LEFT_OUT, reason(TOOL, "execute"))
                continue
            self.wait(here, one, step)
            step.add(
                self.picture(
                    str(one.get("name") or f"{one.get('prefix', '')}{name}{one.get('suffix', '')}"), hidden
                )
            )
            self.tell(here, Fate.CONVERTED, "another picture of the step")

    def picture(self, name: str, hidden: dict[str, Any]) -> dict[str, Any]:
        view = self.draft.view(name)
        return {"screenshot": {"name": view, **hidden} if hidden else view}

    def tell(self, path: Sequence[str | int], fate: Fate, sentence: str) -> None:
        here = tuple(path)
        if here not in self.source.keys_at:
            here = tuple(_kebab(part) if isinstance(part, str) else part for part in path)
        text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in here)
        line = self.source.place(here, at_key=True)[0]
        self.draft.tell(line, text.removeprefix("."), fate, sentence)


def _camel(mapped: dict[str, Any]) -> dict[str, Any]:
    return {_camel_key(key): value for key, value in mapped.items()}


def _camel_key(key: str) -> str:
    """`wait-for-selector` is `waitForSelector`, `percy-css` is `percyCSS`."""
    head, *rest = key.split("-")
    return head + "".join("CSS" if part == "css" else part.capitalize() for part in rest)


def _kebab(key: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z]+)", lambda found: f"-{found[1].lower()}", key)
