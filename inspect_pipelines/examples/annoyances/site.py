"""The site: every annoyance has a module in `pages/`, and is found by its name."""

from __future__ import annotations

import pkgutil
from html import escape
from importlib import import_module
from types import ModuleType

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from inspect_pipelines.examples.annoyances import pages
from inspect_pipelines.examples.annoyances.layout import page


def annoyances() -> dict[str, str]:
    """What there is, by the path of its page without the slash, and what is annoying about it."""
    return {name: (module.__doc__ or "").strip() for name, module in _modules().items()}


def site() -> Starlette:
    """All pages, and `/` that lists them."""

    async def index(request: Request) -> Response:
        listed = "".join(
            f"<li><a href=/{name}>{name}</a> {escape(about)}</li>" for name, about in annoyances().items()
        )
        return page("Every annoyance", f"<ul>{listed}</ul>")

    routes = [route for module in _modules().values() for route in module.ROUTES]
    return Starlette(routes=[Route("/", index), *routes])


def _modules() -> dict[str, ModuleType]:
    names = sorted(each.name for each in pkgutil.iter_modules(pages.__path__))
    return {name.replace("_", "-"): import_module(f"{pages.__name__}.{name}") for name in names}
