"""What the API can do with auth. Written by `python docs/client.py`."""

from __future__ import annotations

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.queries.access import WorkflowToken
from inspect_pipelines.queries.sign_ins import Me, PasswordSet, SignedOut, SignedOutEverywhere, SignInSummary


class Auth(Noun):
    """`client.auth`."""

    def login(self, *, login: str, password: str) -> Me:
        """Sign in with a password: the answer sets a cookie, and is the same 401 for whatever does not fit.

        Where the home has several organisations, `org` says whose member it is.
        """
        return self._one(Me, "POST", "/auth/login", body={"login": login, "password": password})

    def logout(self) -> SignedOut:
        """Sign out: the cookie opens nothing any more, and is taken from the browser."""
        return self._one(SignedOut, "POST", "/auth/logout")

    def me(self) -> Me:
        """Who asks, and what they may."""
        return self._one(Me, "GET", "/me")

    def own_password(self, *, password: str, old: str) -> PasswordSet:
        """Change your own password, signed in and knowing the old one; your other browsers have to sign in again."""
        return self._one(PasswordSet, "POST", "/me/password", body={"password": password, "old": old})

    def password(self, login: str, *, password: str) -> PasswordSet:
        """Set a member's password, as a person: a token could make itself a wider one of it."""
        return self._one(
            PasswordSet, "POST", below("/members/{login}/password", login=login), body={"password": password}
        )

    def sign_out_all(self, login: str) -> SignedOutEverywhere:
        """Sign a member out in every browser."""
        return self._one(SignedOutEverywhere, "POST", below("/members/{login}/sign-out", login=login))

    def own(self) -> tuple[SignInSummary, ...]:
        """The browsers in which you are, or were, signed in; newest first."""
        return self._many(SignInSummary, "GET", "/me/sign-ins")

    def end_own(self, sign_in_id: str) -> SignInSummary:
        """Sign yourself out in another browser."""
        return self._one(SignInSummary, "POST", below("/me/sign-ins/{sign_in_id}/end", sign_in_id=sign_in_id))

    def everybodys(self) -> tuple[SignInSummary, ...]:
        """The browsers in which members are, or were, signed in; newest first."""
        return self._many(SignInSummary, "GET", "/sign-ins")

    def end(self, sign_in_id: str) -> SignInSummary:
        """Sign somebody out in one browser."""
        return self._one(SignInSummary, "POST", below("/sign-ins/{sign_in_id}/end", sign_in_id=sign_in_id))

    def exchange(self, *, token: str) -> WorkflowToken:
        """Exchange the ID token of a GitHub Actions workflow for one of ours: 15 minutes, `runs:write` only, once.

        Which workflows are trusted stands under `workflows` in organization.yaml. Everything else is the same 401, and the
        reason is in the organisation's audit.
        """
        return self._one(WorkflowToken, "POST", "/auth/oidc/exchange", body={"token": token})
