"""What all pages of the site share: how they look, and the short ways to a route."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

STYLE = (
    "*{box-sizing:border-box}body{margin:0;font:16px/1.5 sans-serif;color:#22303a;background:#fbfaf7}"
    "main{max-width:720px;margin:0 auto;padding:24px}h1{margin:0 0 12px;font-size:28px}"
    "button,input{font:inherit;padding:8px 12px;border:1px solid #7a8b96;border-radius:6px;background:#fff}"
    "button{background:#20506a;color:#fff;border-color:#20506a;cursor:pointer}label{display:block;margin:12px 0}"
    ".card{background:#fff;border:1px solid #ddd8cc;border-radius:8px;padding:16px;margin:12px 0}"
)


def page(title: str, body: str, *, head: str = "", status: int = 200) -> HTMLResponse:
    """A whole page; `head` is what one annoyance adds to it."""
    return HTMLResponse(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<link rel=icon href='data:,'><title>{title}</title><style>{STYLE}</style>{head}"
        f"<main><h1>{title}</h1>{body}</main></html>",
        status_code=status,
        headers={"Cache-Control": "no-store"},
    )


def shown(path: str, title: str, body: str, *, head: str = "") -> BaseRoute:
    """The route of a page that is the same for everybody."""

    async def answer(request: Request) -> Response:
        return page(title, body, head=head)

    return Route(path, answer)
