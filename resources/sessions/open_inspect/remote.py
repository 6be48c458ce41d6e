"""One session on a control plane, from its intent to its end; each step is kept before the next one is made."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from inspect_pipelines.domain.remote_session import RemoteSession, RemoteStatus, key_of
from inspect_pipelines.errors import Unavailable, UsageError
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.ledger import Ledger
from resources.sessions.open_inspect import told
from resources.sessions.open_inspect.busy import Busy
from resources.sessions.open_inspect.control_plane import LISTED, ControlPlane
from resources.sessions.open_inspect.refusal import SKEW_SECONDS, ControlPlaneRefused, SessionGone
from resources.sessions.open_inspect.watch import Watch

STATUSES = {"pending": RemoteStatus.WAITING, "processing": RemoteStatus.WORKING}


class Remote:
    """What is done with it, and what is kept of it.

    Args:
        kept: As the ledger has it; new ones are not there yet.
        is_new: Nobody has tried to open it before.
        web_url: As in Access.
    """

    def __init__(
        self,
        kept: RemoteSession,
        plane: ControlPlane,
        ledger: Ledger,
        clock: Clock,
        *,
        is_new: bool,
        web_url: str,
    ) -> None:
        self.kept = kept
        self._plane, self._ledger, self._clock = plane, ledger, clock
        self._is_new, self._web_url = is_new, web_url

    def open(self, repo: str | None, branch: str | None) -> None:
        """Open it there, unless it is there already."""
        if self.kept.remote_id is not None:
            return
        if self._is_new:
            self._keep()
            self._is_new = False  # whatever comes of it: from now on it may be there
            remote_id = self._plane.create(self.kept.title, repo, branch)
        else:
            remote_id = self.found() or self._plane.create(self.kept.title, repo, branch)
        self._keep(remote_id=remote_id, url=f"{self._web_url}/session/{remote_id}" if self._web_url else "")

    def found(self) -> str | None:
        """The id of the one that has our key in its title; None: there is none.

        Raises:
            Busy: Those listed are all newer, so that nobody can tell.
        """
        listed = self._plane.listed()
        key = key_of(self.kept.run_id, self.kept.id)
        for each in listed:
            if key in each.title:
                return each.id
        since = (self.kept.opened_at - timedelta(seconds=SKEW_SECONDS)).timestamp() * 1000
        if len(listed) >= LISTED and all((each.created_ms or 0) > since for each in listed):
            raise Busy(
                f"whether session {self.kept.id!r} is open already cannot be told: the control plane lists {LISTED} sessions, "
                "all of them newer; nothing was opened a second time"
            )
        return None

    def prompt(self, content: str) -> None:
        """Tell it what to do, unless it was told already."""
        if self.kept.message_id is not None:
            return
        session_id = self._id()
        messages = self._plane.messages(session_id)  # an id that is not known would be accepted by `prompt`
        message_id = messages[0].id if messages else self._plane.prompt(session_id, content)
        self._keep(message_id=message_id, status=RemoteStatus.WAITING)

    def look(self) -> told.Message:
        """How far it has come.

        Raises:
            SessionGone: It is not there any more, or has forgotten what it was told.
        """
        message = self._message()
        status = STATUSES.get(message.status)
        if status is not None and self.kept.status not in (status, RemoteStatus.STOPPING):
            self._keep(status=status)
        return message

    def count(self) -> list[told.Artifact]:
        """What there is by now; how many pictures is kept, for whoever watches."""
        artifacts = self._plane.artifacts(self._id())
        shots = sum(each.kind == "screenshot" for each in artifacts)
        if shots != self.kept.pictures:
            self._keep(pictures=shots)
        return artifacts

    def cost(self) -> float | None:
        """What the control plane tells of its cost, in US dollars; None: nothing."""
        kept = self.kept
        if kept.remote_id is None or kept.message_id is None:
            return None
        try:
            events = self._plane.events(kept.remote_id, kept.message_id, "step_finish")
        except (Unavailable, UsageError):
            return kept.cost_usd
        costs = [cost for each in events if isinstance(cost := each.data.get("cost"), int | float)]
        return round(sum(costs), 6) if costs else None

    def stop(self, watch: Watch) -> bool:
        """Stop it, again until it has; whether it has in time."""
        if self.kept.remote_id is None:
            return self._is_new  # nothing was tried; else only a look at what is listed can tell
        self._keep(status=RemoteStatus.STOPPING)
        try:
            return watch.insist(self._has_stopped, watch.pace.stopping)
        except ControlPlaneRefused as refused:
            return isinstance(refused, SessionGone)

    def stop_once(self) -> bool:
        """One try to find it, to stop it and to see that it has; whether nothing of it goes on."""
        if self.kept.remote_id is None:
            remote_id = self.found()
            if remote_id is None:
                return True
            self._keep(remote_id=remote_id)
        try:
            return self._has_stopped()
        except SessionGone:
            return True

    def end(
        self, *, cost_usd: float | None = None, pictures: int | None = None, archives: bool = False
    ) -> None:
        """Keep that nothing of it goes on."""
        if archives and self.kept.remote_id is not None and not self.kept.is_archived:
            try:
                self._plane.archive(self.kept.remote_id)
                self._keep(is_archived=True)
            except (Busy, ControlPlaneRefused):
                pass  # an archive is tidiness: what was collected is here already
        self._keep(
            status=RemoteStatus.ENDED,
            ended_at=self._clock.now(),
            cost_usd=self.kept.cost_usd if cost_usd is None else cost_usd,
            pictures=self.kept.pictures if pictures is None else pictures,
        )

    def _has_stopped(self) -> bool:
        messages = self._plane.messages(self._id())
        if all(each.has_ended for each in messages):
            return True
        self._plane.stop(self._id())
        return all(each.has_ended for each in self._plane.messages(self._id()))

    def _message(self) -> told.Message:
        for each in self._plane.messages(self._id()):
            if each.id == self.kept.message_id:
                return each
        raise SessionGone(
            f"asking after session {self._id()!r}: the control plane has forgotten what it was told; another try may help",
            404,
        )

    def _id(self) -> str:
        assert self.kept.remote_id is not None  # it was opened
        return self.kept.remote_id

    def _keep(self, **changes: Any) -> None:
        self.kept = replace(self.kept, **changes)
        with self._ledger.write() as ledger:
            ledger.remote_sessions.save(self.kept)
