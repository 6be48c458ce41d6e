"""Agents of a control plane: sessions that nobody follows any more are stopped, and the way there is examined."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from inspect_pipelines.domain.remote_session import RemoteSession
from inspect_pipelines.errors import InspectError, SetupMissing, UsageError
from inspect_pipelines.ports.agents import Examined
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.ledger import Ledger
from resources.http.trust import Trust
from resources.sessions.open_inspect.access import Access
from resources.sessions.open_inspect.control_plane import ControlPlane
from resources.sessions.open_inspect.refusal import CLOCK, SKEW_SECONDS
from resources.sessions.open_inspect.remote import Remote
from resources.sessions.open_inspect.sessions import HOW

NEAR_SKEW_SECONDS = 60.0  # accepted still, and growing
NAME = "control plane"


class OpenInspectAgents:
    """`ports.Agents`, for one organisation.

    Args:
        access: Where the control plane is, asked each time; None: nobody has said.
        resolve: A secret's value behind its reference.
    """

    def __init__(
        self,
        access: Callable[[], Access | None],
        *,
        ledger: Ledger,
        clock: Clock,
        resolve: Callable[[str], str],
    ) -> None:
        self._access, self._ledger, self._clock, self._resolve = access, ledger, clock, resolve
        self._trust = Trust(clock)

    @property
    def are_set_up(self) -> bool:
        try:
            return self._access() is not None
        except UsageError:  # in part: `examine` says what is lacking
            return True
        except InspectError:  # a ledger that cannot be read has nothing to do with agents
            return False

    @property
    def mends(self) -> bool:
        try:
            access = self._access()
        except UsageError:  # told by whoever needs it: no run of a browser does
            return False
        return access is not None and access.mends

    def stop(self, session: RemoteSession) -> bool:
        access = self._access()
        if access is None:
            raise SetupMissing(f"session {session.id!r} cannot be stopped: there is no control plane; {HOW}")
        plane = ControlPlane(access, self._clock, self._resolve, self._trust)
        remote = Remote(session, plane, self._ledger, self._clock, is_new=False, web_url=access.web_url)
        if not remote.stop_once():
            return False
        remote.end(cost_usd=remote.cost(), archives=access.archives)
        return True

    def examine(self) -> Sequence[Examined]:
        return list(self._examined())

    def _examined(self) -> Iterator[Examined]:
        try:
            access = self._access()
        except UsageError as error:
            wrong, _, how = str(error).rpartition("; ")
            yield Examined(NAME, False, wrong, how)
            return
        if access is None:
            yield Examined(NAME, False, "none is set up", HOW)
            return
        try:
            self._resolve(access.secret)
        except InspectError as error:
            yield Examined("its secret", False, "has no value", str(error))
            return
        yield Examined("its secret", True, f"{access.secret} has a value")
        plane = ControlPlane(access, self._clock, self._resolve, self._trust)
        try:
            skew = plane.skew_seconds()
        except InspectError as error:
            wrong, _, how = str(error).rpartition("; ")
            yield Examined(NAME, False, f"{access.url}: {wrong or error}", how)
            return
        yield Examined(NAME, True, f"{access.url} lets {access.service} in, for {access.actor}")
        if skew is not None:
            found = (
                f"{abs(skew):.0f} s {'behind' if skew > 0 else 'ahead of'} it; {SKEW_SECONDS} s is accepted"
            )
            yield Examined("this machine's clock", abs(skew) <= NEAR_SKEW_SECONDS, found, CLOCK)
