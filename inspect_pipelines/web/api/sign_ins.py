"""`/auth/login`, `/auth/logout`, `/me` and `/sign-ins`: people and the browsers in which they are known."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.password import MOST
from inspect_pipelines.domain.sign_in import signed_in
from inspect_pipelines.queries.access import list_members
from inspect_pipelines.queries.sign_ins import (
    Me,
    PasswordSet,
    SignedOut,
    SignedOutEverywhere,
    SignInSummary,
    list_sign_ins,
    sign_in_summary,
    who_asks,
)
from inspect_pipelines.usecases.access.set_password import change_password, set_password
from inspect_pipelines.usecases.access.sign_out import end_sign_in, sign_out, sign_out_everywhere
from inspect_pipelines.web.access import cookie
from inspect_pipelines.web.access.declaration import ENTRANTS, KNOWN, permitted
from inspect_pipelines.web.access.gate import Gate, is_local
from inspect_pipelines.web.access.password_entry import enter
from inspect_pipelines.web.access.rates import LOGIN
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.route import Answer, Asked, AskedBy, Routes
from inspect_pipelines.web.api.wishes import Wish


class LoginWish(Wish):
    login: str = Field(min_length=1, max_length=64, examples=["grace"])
    password: str = Field(min_length=1, max_length=4 * MOST, examples=["kettle of brave otters"])


class PasswordWish(Wish):
    password: str = Field(min_length=1, max_length=4 * MOST, examples=["kettle of brave otters"])


class OwnPasswordWish(PasswordWish):
    old: str = Field(min_length=1, max_length=4 * MOST, description="The one of now.")


def sign_ins(gate: Gate) -> Routes:
    routes = Routes(gate, "auth")
    may = permitted(Permission.ACCESS_ADMIN)

    # answers that hold or follow a secret are kept under no key; the use cases tell the audit
    @routes.post("/auth/login", ENTRANTS, Answer(Me), Deed("sign_in.begin", is_kept=False, is_secret=True))
    def login(asked: AskedBy, wish: LoginWish) -> Response:
        """Sign in with a password: the answer sets a cookie, and is the same 401 for whatever does not fit.

        Where the home has several organisations, `org` says whose member it is.
        """
        request = asked.request
        org = request.query_params.get("org")
        begun = enter(gate, request, asked.house, org, wish.login, wish.password)
        caller = signed_in(begun.sign_in, begun.member)
        response = asked.answer(who_asks(gate.house(caller, None), caller))
        cookie.give(response, begun.text, encrypted=cookie.is_encrypted(request))
        return response

    @routes.post("/auth/logout", ENTRANTS, Answer(SignedOut), Deed("sign_in.end", is_kept=False))
    def logout(asked: AskedBy) -> Response:
        """Sign out: the cookie opens nothing any more, and is taken from the browser."""
        text = cookie.shown(asked.request, is_local=is_local(asked.request))
        response = asked.answer(SignedOut(text is not None and sign_out(asked.house, text)))
        cookie.take(response, encrypted=cookie.is_encrypted(asked.request))
        return response

    @routes.get("/me", KNOWN, Answer(Me))
    def me(asked: AskedBy) -> Response:
        """Who asks, and what they may."""
        return asked.answer(who_asks(asked.house, asked.caller))

    @routes.post(
        "/me/password", KNOWN, Answer(PasswordSet), Deed("password.set", is_kept=False, is_secret=True)
    )
    def own_password(asked: AskedBy, wish: OwnPasswordWish) -> Response:
        """Change your own password, signed in and knowing the old one; your other browsers have to sign in again."""
        caller = asked.caller
        asked.rates.spend(LOGIN, f"{caller.org_id}/{caller.actor}", "whoever changes their password")
        ended = change_password(asked.house, caller, wish.old, wish.password)
        return asked.answer(PasswordSet(caller.actor.removeprefix("user:"), ended))

    @routes.post(
        "/members/{login}/password",
        may,
        Answer(PasswordSet),
        Deed("password.set", is_kept=False, is_secret=True),
    )
    def password(asked: AskedBy, login: str, wish: PasswordWish) -> Response:
        """Set a member's password, as a person: a token could make itself a wider one of it."""
        by = asked.caller.actor
        ended = set_password(asked.house, login, wish.password, by=by, caller=asked.caller)
        return asked.answer(PasswordSet(login, ended))

    @routes.post(
        "/members/{login}/sign-out",
        may,
        Answer(SignedOutEverywhere),
        Deed("sign_in.end", "login", is_kept=False),
    )
    def sign_out_all(asked: AskedBy, login: str) -> Response:
        """Sign a member out in every browser."""
        present(next((one for one in list_members(asked.house) if one.login == login), None), "member", login)
        ended = sign_out_everywhere(asked.house, login, by=asked.caller.actor)
        return asked.answer(SignedOutEverywhere(login, ended))

    @routes.get("/me/sign-ins", KNOWN, Answer(SignInSummary, is_list=True))
    def own(asked: AskedBy) -> Response:
        """The browsers in which you are, or were, signed in; newest first."""
        return asked.list(list_sign_ins(asked.house, asked.caller, is_own=True))

    @routes.post(
        "/me/sign-ins/{sign_in_id}/end", KNOWN, Answer(SignInSummary), Deed("sign_in.end", is_kept=False)
    )
    def end_own(asked: AskedBy, sign_in_id: str) -> Response:
        """Sign yourself out in another browser."""
        return _ended(asked, sign_in_id, is_own=True)

    @routes.get("/sign-ins", may, Answer(SignInSummary, is_list=True))
    def everybodys(asked: AskedBy) -> Response:
        """The browsers in which members are, or were, signed in; newest first."""
        return asked.list(list_sign_ins(asked.house, asked.caller, is_own=False))

    @routes.post("/sign-ins/{sign_in_id}/end", may, Answer(SignInSummary), Deed("sign_in.end", is_kept=False))
    def end(asked: AskedBy, sign_in_id: str) -> Response:
        """Sign somebody out in one browser."""
        return _ended(asked, sign_in_id, is_own=False)

    return routes


def _ended(asked: Asked, sign_in_id: str, *, is_own: bool) -> Response:
    ended = end_sign_in(asked.house, asked.caller, sign_in_id, is_own=is_own)
    return asked.answer(sign_in_summary(ended, asked.caller, asked.house.clock.now()))
