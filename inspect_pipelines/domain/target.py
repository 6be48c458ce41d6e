"""Where an action is done: on which viewports, at which element."""

from __future__ import annotations

from dataclasses import dataclass

# Of ARIA, as Playwright finds elements by them; no page has an element of another one.
ROLES = [
    "alert", "alertdialog", "application", "article", "banner", "blockquote", "button", "caption", "cell",
    "checkbox", "code", "columnheader", "combobox", "complementary", "contentinfo", "definition",
    "deletion", "dialog", "directory", "document", "emphasis", "feed", "figure", "form", "generic", "grid",
    "gridcell", "group", "heading", "img", "insertion", "link", "list", "listbox", "listitem", "log",
    "main", "mark", "marquee", "math", "menu", "menubar", "menuitem", "menuitemcheckbox", "menuitemradio",
    "meter", "navigation", "none", "note", "option", "paragraph", "presentation", "progressbar", "radio",
    "radiogroup", "region", "row", "rowgroup", "rowheader", "scrollbar", "search", "searchbox", "separator",
    "slider", "spinbutton", "status", "strong", "subscript", "superscript", "switch", "tab", "table",
    "tablist", "tabpanel", "term", "textbox", "time", "timer", "toolbar", "tooltip", "tree", "treegrid",
    "treeitem",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Somewhere:
    """What every action has."""

    only: tuple[str, ...] = ()  # the viewports on which it is done; empty: on all


@dataclass(frozen=True, slots=True)
class Target:
    """How an element is found; exactly one of selector, role, label, text, placeholder, test_id, title, alt is set."""

    selector: str | None = None
    role: str | None = None
    name: str | None = None  # accessible name, goes with role
    label: str | None = None
    text: str | None = None
    placeholder: str | None = None
    test_id: str | None = None
    frame: str | None = None  # selector of an iframe that holds it
    title: str | None = None
    alt: str | None = None  # of a picture
    nth: int | None = None  # of several, 0 the first, -1 the last
    has: Target | None = None  # something in it
    within: Target | None = None  # something around it

    def __str__(self) -> str:
        having = f" with {self.has}" if self.has else ""
        nth = f" (nth {self.nth})" if self.nth is not None else ""
        around = f" within {self.within}" if self.within else ""
        return f"{self._own()}{having}{nth}{around}"

    def _own(self) -> str:
        if self.role:
            return f"{self.role} {self.name!r}" if self.name else self.role
        for kind in ("label", "text", "placeholder", "test_id", "title", "alt"):
            if value := getattr(self, kind):
                return f"{kind} {value!r}"
        return self.selector or "(nothing)"
