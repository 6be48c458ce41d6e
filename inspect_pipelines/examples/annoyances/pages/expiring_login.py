"""A login that holds for two pages and is gone in the middle of a run."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from inspect_pipelines.examples.annoyances.layout import page

COOKIE = "expiring-login"
PAGES_OF_ONE_LOGIN = 2
FORM = "<form method=post action=/expiring-login><label>Word <input name=word></label><button>Sign in</button></form>"
left: dict[str, int] = {}  # token -> pages that it still opens


async def sign_in(request: Request) -> Response:
    """The form; and any word that is sent with it opens two pages."""
    if request.method == "GET":
        return page("Sign in", FORM)
    token = secrets.token_hex()
    left[token] = PAGES_OF_ONE_LOGIN
    answer = RedirectResponse("/expiring-login/orders", status_code=303)
    answer.set_cookie(COOKIE, token, path="/expiring-login", httponly=True, samesite="lax")
    return answer


async def member(request: Request) -> Response:
    """A page for members, or the way back to the form."""
    token = request.cookies.get(COOKIE, "")
    if not left.get(token):
        left.pop(token, None)
        return RedirectResponse("/expiring-login", status_code=303)
    left[token] -= 1
    name = request.path_params["name"]
    return page(f"Your {name}", f"<p class=card>All about your {name}.</p>")


ROUTES = [
    Route("/expiring-login", sign_in, methods=["GET", "POST"]),
    Route("/expiring-login/{name:str}", member),
]
