"""The gate: who asks, and whether they may; before anything else is looked at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from ipaddress import ip_address

from starlette.requests import HTTPConnection, Request

from inspect_pipelines.domain.access import LOCAL, NOBODY, Caller, Permission, why
from inspect_pipelines.domain.ids import DEFAULT_ORG, SLUG
from inspect_pipelines.errors import Forbidden, NotFound, Unauthenticated, UsageError
from inspect_pipelines.ports.estate import Estate
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.access import has_administrator
from inspect_pipelines.queries.choice import chosen_org
from inspect_pipelines.usecases.access.recognise import recognise, recognise_browser, revoke_exposed
from inspect_pipelines.usecases.access.sign_out import sign_out
from inspect_pipelines.web.access.cookie import exposed, is_encrypted, shown
from inspect_pipelines.web.access.declaration import Declaration, For
from inspect_pipelines.web.access.rates import Rates

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")
# A proxy brings somebody else's request, and says so by any of these; one that is told to set the scheme only, as tokens ask for,
# may name 127.0.0.1 as the host that it asks.
FORWARDED = (
    *("forwarded", "via", "x-real-ip", "cdn-loop", "true-client-ip", "cf-connecting-ip", "fly-client-ip"),
    *("x-client-ip", "x-cluster-client-ip", "x-envoy-external-address", "x-original-forwarded-for"),
    *(
        f"x-forwarded-{what}"
        for what in ("for", "proto", "protocol", "ssl", "scheme", "host", "port", "server", "by")
    ),
)
AGENT = "agent/"  # how the User-Agent of an agent begins
FROM_ELSEWHERE = ("cross-site", "same-site")
HOW = "send a token: `Authorization: Bearer insp_pat_..`, made with: inspect-pipelines tokens create; people sign in"
NOBODY_YET = (
    "this server is open to other machines, so it answers nobody before there is an administrator; make one on its own "
    "machine with: inspect-pipelines users add NAME --role admin"
)


class Gate:
    """Decides about each request by its route's declaration.

    Args:
        estate: Of whose organisations there are members and tokens.
        is_open: Other machines can reach us by themselves, not only through a proxy on this one.
        rates: How often they may ask; None: as often as is usual.
        origins: Under which browsers reach us beside the Host that they ask, where a proxy stands in front.
    """

    def __init__(
        self,
        estate: Estate,
        *,
        is_open: bool = False,
        rates: Rates | None = None,
        origins: Collection[str] = (),
    ) -> None:
        self._estate, self._is_open, self.origins = estate, is_open, origins
        self.any_house = estate.house(DEFAULT_ORG)  # of what all of them share
        self._has_administrator = False
        self.rates = rates or Rates()

    def admit(self, asking: HTTPConnection, declared: Declaration) -> Caller | None:
        """Who asks; None: the route does not ask for that.

        Raises:
            Unauthenticated: Nobody whom we know asks; a token that opens nothing is never anonymous.
            Forbidden: They may not.
        """
        if declared.whom in (For.ANYBODY, For.SIGNERS, For.HOLDERS):
            return None
        if declared.whom is For.PROVERS:
            self._refuse_before_administrator()
            self._refuse_clear_proof(asking)
            return NOBODY
        if declared.whom is For.ENTRANTS:
            self._refuse_before_administrator()
            if not is_encrypted(asking) and not is_local(asking):
                raise Unauthenticated(
                    "this came over clear HTTP from another machine, where others may have read it; use HTTPS, and change "
                    "the password if you sent it; a proxy with TLS in front has to set X-Forwarded-Proto"
                )
            return NOBODY
        caller = self._caller(asking)
        if _is_agent(asking):
            caller = replace(caller, is_agent=True)
        _refuse_unwritable(asking)
        wanted = declared.permission
        if wanted is not None and not declared.admits(caller.rights):
            raise Forbidden(f"{asking.url.path!r} is not for you: {why(caller, wanted)}")
        if wanted is not None and wanted.is_of_deployment and caller.org_id is not None:
            self._refuse_others(asking, caller)
        return caller

    def sees_the_machine(self, asking: HTTPConnection) -> bool:
        """Whether what is told of the machine (paths, what fails and why) is for whoever asks for what is open to anybody.

        Raises:
            Unauthenticated: They show a token that opens nothing.
        """
        if _token(asking) is None:
            return is_local(asking)
        caller = self._caller(asking)
        return Permission.DEPLOYMENT_ADMIN in caller.rights and not self._has_others(caller)

    def visitor(self, request: Request) -> Caller:
        """Whoever asks for a page, by what its route declares; raises as `admit`."""
        declared: Declaration = request.scope["endpoint"].declaration
        caller = self.admit(request, declared)
        assert caller is not None  # only routes that take somebody ask
        return caller

    def house(self, caller: Caller, org: str | None) -> House:
        """The organisation that is asked about.

        Args:
            caller: Whoever asks.
            org: As they name it; None: their own, or the only one.

        Raises:
            NotFound: There is none of that name, or it is not theirs, which sounds the same.
            UsageError: There are several, and none is named.
        """
        if caller is NOBODY:
            return self.any_house  # which it is asked about, nobody learns before there is a proof
        if org is not None and (not SLUG.fullmatch(org) or caller.org_id not in (None, org)):
            raise NotFound(f"there is no organisation {org[:100]!r}; leave `org` out, or name your own")
        if caller.org_id is not None:
            return self._estate.house(caller.org_id)
        return self._estate.house(chosen_org(self._estate.organizations(), org, lambda: None, how="?org=ID"))

    def house_named(self, org: str | None) -> House | None:
        """The organisation of that name, for whoever has yet to prove who they are.

        Args:
            org: Its id; None: the only one.

        Returns:
            None: There is none, or there are several and none is named.
        """
        known = self._estate.organizations()
        found = [one for one in known if org in (None, one)]
        return self._estate.house(found[0]) if len(found) == 1 else None

    def houses(self, caller: Caller) -> list[House]:
        """Of every organisation that they may see."""
        if caller.org_id is None:
            return self._estate.houses()
        return [self._estate.house(caller.org_id)]

    def _caller(self, asking: HTTPConnection) -> Caller:
        self._refuse_before_administrator()
        token = _token(asking)
        if token is not None:
            self._refuse_clear(asking, token)
            return recognise(self.any_house, token)
        browsers = self._browser(asking)
        if browsers is not None:
            return recognise_browser(self.any_house, browsers)
        if self._is_open or not is_local(asking):
            raise Unauthenticated(f"{asking.url.path!r} asks who you are; {HOW}")
        _refuse_pages_elsewhere(asking)
        return LOCAL

    def _browser(self, asking: HTTPConnection) -> str | None:
        """What a browser shows of whoever is signed in with it; None: nobody is.

        Raises:
            Forbidden: A page elsewhere had it show that; or nobody can tell, which is no browser of today.
        """
        seen = exposed(asking, is_local=is_local(asking))
        if seen is not None and not _is_loopback(asking):
            sign_out(self.any_house, seen, by="system:clear-http")
        found = shown(asking, is_local=is_local(asking))
        if found is None:
            return None
        _refuse_pages_elsewhere(asking)
        says = {"origin", "sec-fetch-site"} & {*asking.headers}
        if asking.scope.get("method") not in ("GET", "HEAD") and not says:
            raise Forbidden(
                "a browser says from which page it asks, and this says nothing; programs use a token"
            )
        return found

    def _refuse_before_administrator(self) -> None:
        """Once there is one there always is: the last one cannot be removed."""
        if self._is_open and not self._has_administrator:
            self._has_administrator = has_administrator(self.any_house)
            if not self._has_administrator:
                raise Forbidden(NOBODY_YET)

    def _refuse_clear(self, asking: HTTPConnection, token: str) -> None:
        """A token that crossed a network unencrypted may have been read on its way."""
        if asking.url.scheme in ("https", "wss") or _is_loopback(asking):
            return
        if "x-forwarded-for" in asking.headers and "x-forwarded-proto" not in asking.headers:
            raise Unauthenticated(
                "a proxy brought this token and does not say whether it came encrypted; have it set X-Forwarded-Proto",
                is_bad_token=True,
            )
        revoke_exposed(self.any_house, token)
        raise Unauthenticated(
            "this token came over clear HTTP from another machine, so it opens nothing any more; use HTTPS, and create "
            "another one with: inspect-pipelines tokens create",
            is_bad_token=True,
        )

    def _refuse_clear_proof(self, asking: HTTPConnection) -> None:
        if asking.url.scheme != "https" and not _is_loopback(asking):
            raise Unauthenticated(
                "this came over clear HTTP from another machine, where others may have read it; use HTTPS, and ask your "
                "code host for another token",
                is_bad_token=True,
            )

    def _refuse_others(self, asking: HTTPConnection, caller: Caller) -> None:
        if self._has_others(caller):
            raise Forbidden(
                f"{asking.url.path!r} shows all organisations of this home, and {caller.actor} belongs to one; "
                "use it on the machine itself"
            )

    def _has_others(self, caller: Caller) -> bool:
        """Whether the home is not theirs alone."""
        return [*self._estate.organizations()] not in ([], [caller.org_id])


def _refuse_unwritable(asking: HTTPConnection) -> None:
    """PostgreSQL knows no such text, and would break where it is looked for; an organisation is looked for by its letters first."""
    said = [name + text for name, text in asking.query_params.multi_items() if name != "org"]
    if any("\0" in one for one in (asking.scope["path"], *said)):
        raise UsageError("the address has the character U+0000 in it, which names nothing; write it without")


def _refuse_pages_elsewhere(asking: HTTPConnection) -> None:
    if asking.headers.get("sec-fetch-site") in FROM_ELSEWHERE and not _is_link(asking):
        raise Forbidden("a page elsewhere asked for this; only programs and our own pages may")


def is_local(asking: HTTPConnection) -> bool:
    """Whether a program of this very machine asks, under the machine's own name, and for nobody else."""
    host = asking.url.hostname or ""
    return (
        _is_loopback(asking)
        and host in LOOPBACK_NAMES
        and not any(name in asking.headers for name in FORWARDED)
    )


def _is_loopback(asking: HTTPConnection) -> bool:
    try:
        return asking.client is not None and ip_address(asking.client.host).is_loopback
    except ValueError:
        return False


def _is_agent(asking: HTTPConnection) -> bool:
    return asking.headers.get("user-agent", "").startswith(AGENT)


def _is_link(asking: HTTPConnection) -> bool:
    headers = asking.headers
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"


def _token(asking: HTTPConnection) -> str | None:
    """What stands behind `Bearer`; None: there is no such header.

    Raises:
        Unauthenticated: There are several, or it is another scheme.
    """
    found = asking.headers.getlist("authorization")
    if not found:
        return None
    scheme, _, token = found[0].partition(" ")
    if len(found) > 1 or scheme.lower() != "bearer":
        raise Unauthenticated(
            f"the header Authorization is there once, and reads Bearer; {HOW}", is_bad_token=True
        )
    return token.strip()
