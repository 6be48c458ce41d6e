"""The shell: what every page of the console has round it, and who is looking at it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from inspect_pipelines.domain.access import Caller, Permission
from inspect_pipelines.domain.branch import named
from inspect_pipelines.domain.way import CONSOLE
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.definitions import definition_names
from inspect_pipelines.queries.page import Page
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.console import words
from inspect_pipelines.web.console.files import Files
from inspect_pipelines.web.console.looks import Looks, looks_of

T = TypeVar("T")
PACKAGE = "inspect_pipelines.web.console"  # whose `templates` are read
# to our own addresses only: a browser that keeps it from everybody sends forms with no origin at all
OF_PAGES = {"Referrer-Policy": "same-origin"}
LEAST_PACKED = 1400  # bytes; less is one packet anyway
PACKING = 5  # of 9: a tenth larger than the most, in a third of the time
ORG = "org"  # the parameter that names the organisation, on every page


@dataclass(frozen=True, slots=True)
class Seen:
    """A page that is asked for, by somebody who may."""

    request: Request
    caller: Caller
    house: House
    houses: Sequence[House]  # of the organisations that they may look at

    def may(self, permission: Permission) -> bool:
        """Whether a button makes sense for them; the gate decides when it is pressed."""
        return permission in self.caller.rights

    @property
    def org(self) -> str | None:
        """What links have to name; None: there is one organisation only."""
        return self.house.org_id if len(self.houses) > 1 else None

    def find(self, look: Callable[[House], T | None]) -> tuple[Seen, T] | None:
        """What an address without an organisation means: links in messages name none.

        Args:
            look: Says what a house has of it.

        Returns:
            The page as one of the organisation that has it, and what that has; None: nobody does.
        """
        is_named = ORG in self.request.query_params
        others = () if is_named else (one for one in self.houses if one.org_id != self.house.org_id)
        for house in (self.house, *others):
            found = look(house)
            if found is not None:
                return replace(self, house=house.by_way_of(CONSOLE)), found
        return None

    def link(self, path: str, **parts: object) -> str:
        """An address of the console, in the same organisation."""
        return f"{path}{words.query(**{ORG: self.org}, **parts)}"


class Shell:
    """Renders pages.

    Args:
        gate: Whom it lets in.
        files: Style sheets and scripts.
    """

    def __init__(self, gate: Gate, files: Files) -> None:
        self.gate = gate
        self._environment = Environment(
            loader=PackageLoader(PACKAGE),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            at=_at,
            took=words.took,
            word=words.word,
            tone=words.tone,
            who=words.who,
            set_name=named,
            spaced=words.spaced,
        )
        self._environment.globals.update(static=files.url, Permission=Permission, count=words.count)

    def see(self, request: Request) -> Seen:
        """Who asks for which organisation's page; raises as `Gate.visitor` and `Gate.house`.

        Where there are several organisations and none is named, it is the first of them: the switch is on each page.
        """
        caller = self.gate.visitor(request)
        houses = self.gate.houses(caller)
        named = request.query_params.get(ORG)
        try:
            house = self.gate.house(caller, named)
        except UsageError:
            if named is not None:
                raise
            house = houses[0]
        return Seen(request, caller, house.by_way_of(CONSOLE), houses)

    def page(self, seen: Seen, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """A page as HTML."""
        now, looks = seen.house.clock.now(), looks_of(seen.request)
        text = self._environment.get_template(template).render(
            seen=seen,
            link=seen.link,
            path=seen.request.url.path,
            now=now,
            looks=looks,
            when=partial(_when, now, looks),
            fresh_key=seen.house.clock.new_id,
            **context,
        )
        return _packed(seen.request, text, status)

    def listing(
        self,
        seen: Seen,
        template: str,
        found: Page[Any],
        *,
        tabs: Mapping[str, str],
        chosen: str,
        tones: Mapping[str, str],
        **context: Any,
    ) -> HTMLResponse:
        """A page of a list with its tabs, where what it holds names definitions.

        Args:
            tabs: What each is called, by what it stands for in the address.
            chosen: Of them.
            tones: Of the states of what it holds.
        """
        return self.page(
            seen,
            template,
            found=found,
            names=definition_names(seen.house),
            chosen=chosen,
            tabs_of_states=tabs,
            tones=tones,
            is_first="cursor" not in seen.request.query_params,
            **context,
        )

    def plain(self, request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """A page for whoever may have no right to see anything else."""
        looks = looks_of(request)
        text = self._environment.get_template(template).render(status=status, looks=looks, **context)
        return _packed(request, text, status)


def _packed(request: Request, text: str, status: int) -> HTMLResponse:
    """A page as its reader takes it: rows are alike, so that a list of 500 shrinks to a twentieth."""
    content = text.encode()
    headers = {**OF_PAGES, "Vary": "Accept-Encoding, Cookie"}
    if len(content) < LEAST_PACKED or "gzip" not in request.headers.get("accept-encoding", ""):
        return HTMLResponse(content, status, headers)
    packed = gzip.compress(content, PACKING, mtime=0)
    return HTMLResponse(packed, status, {**headers, "Content-Encoding": "gzip"})


@pass_context
def _at(context: Context, moment: datetime | None) -> str:
    return words.at(moment, context["looks"].zone)


def _when(now: datetime, looks: Looks, moment: datetime | None) -> Markup:
    return words.when(moment, now, looks.zone)
