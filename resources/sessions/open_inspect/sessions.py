"""Open-Inspect sessions: a playbook is played by an agent on a control plane, which we prompt, follow and collect from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.remote_session import RemoteSession, title_of
from inspect_pipelines.domain.session import (
    Agent,
    SessionRequest,
    SessionResult,
    SessionStatus,
    StepResult,
)
from inspect_pipelines.domain.trace import Trace, did, without_secrets
from inspect_pipelines.errors import InspectError, SetupMissing, Unavailable, UsageError
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.gallery import Pictures
from inspect_pipelines.ports.ledger import Ledger
from resources.http.trust import Trust
from resources.sessions.open_inspect.access import Access
from resources.sessions.open_inspect.collection import MOST_PICTURES, Collection, of_message
from resources.sessions.open_inspect.control_plane import ControlPlane
from resources.sessions.open_inspect.halted import Halted
from resources.sessions.open_inspect.orders import orders
from resources.sessions.open_inspect.outcome import ended_by, outcome
from resources.sessions.open_inspect.pace import Pace
from resources.sessions.open_inspect.progress import Progress
from resources.sessions.open_inspect.refusal import SessionGone
from resources.sessions.open_inspect.remote import Remote
from resources.sessions.open_inspect.told import Message
from resources.sessions.open_inspect.watch import Watch
from resources.sessions.wire import End

ANSWER_KEYS = ("content", "text")  # of a token event
COUNTED_SECONDS = 5.0
FETCHING_SECONDS = 60.0  # a picture, with what is tried again
HOW = "say where it is with open_inspect in organization.yaml, or with INSPECT_OPEN_INSPECT_URL, _SECRET and _ACTOR; see docs/remote.md"


class OpenInspectSessions:
    """`ports.Sessions` over a control plane, for one organisation.

    Args:
        access: Where the control plane is, asked for each session; None: nobody has said, and playing says how to.
        resolve: A secret's value behind its reference.
    """

    def __init__(
        self,
        access: Callable[[], Access | None],
        *,
        ledger: Ledger,
        gallery: Pictures,
        clock: Clock,
        resolve: Callable[[str], str],
        pace: Pace | None = None,
    ) -> None:
        self._access, self._ledger, self._gallery, self._clock = access, ledger, gallery, clock
        self._resolve, self._pace, self._trust = resolve, pace or Pace(), Trust(clock)
        self._counted: tuple[float, int] | None = None

    def play(
        self,
        request: SessionRequest,
        *,
        deadline: datetime,
        cancelled: Callable[[], bool] = lambda: False,
        told: Callable[[StepResult], None] = lambda step: None,
    ) -> SessionResult:
        """Have an agent play a playbook, and return what it showed, also when it ended early; it is stopped then.

        A session that was opened or prompted for this request before is found again, never opened a second time.

        Raises:
            SetupMissing: Nobody has said where a control plane is.
        """
        access = self._access()
        if access is None:
            raise SetupMissing(
                f"playbook {request.playbook.id!r} is for an agent, and there is no control plane; {HOW}"
            )
        now = self._clock.now()
        give_up_at = self._clock.monotonic() + (deadline - now).total_seconds()
        watch = Watch(self._clock, self._pace, give_up_at, cancelled, self._are_open)
        plane = ControlPlane(access, self._clock, self._resolve, self._trust)
        playing = _Playing(
            request, self._remote(request, plane, access, now), plane, watch, self._clock, self._gallery, told
        )
        result = playing.play(now, archives=access.archives)
        self._keep_trace(request, playing.answer)
        for step in result.steps:
            told(step)
        return result

    def are_elsewhere(self, playbook: Playbook) -> bool:
        return True

    def close(self) -> None:
        """Nothing is kept here."""

    def _are_open(self) -> int:
        """Agents' sessions that go on now; known for some seconds, since every request wants to know it."""
        now = self._clock.monotonic()
        if self._counted is None or now - self._counted[0] >= COUNTED_SECONDS:
            with self._ledger.read() as ledger:
                self._counted = now, max(1, len(ledger.remote_sessions.open()))
        return self._counted[1]

    def _keep_trace(self, request: SessionRequest, answer: str) -> None:
        """What the agent says that it did, for whoever makes steps of a browser of it; no value of a secret that is known here."""
        if not (steps := did(answer)):
            return
        secrets = []
        for value in request.values.values():
            if value.is_secret_reference:
                with suppress(InspectError):  # only the agent's place has it
                    secrets.append(self._resolve(value.text))
        steps = without_secrets(steps, tuple(filter(None, secrets)))
        trace = Trace(request.id, request.run_id, request.playbook.id, self._clock.now(), steps)
        with suppress(InspectError), self._ledger.write() as ledger:  # it is not worth the session
            ledger.repairs.keep_trace(trace)

    def _remote(self, request: SessionRequest, plane: ControlPlane, access: Access, now: datetime) -> Remote:
        with self._ledger.read() as ledger:
            kept = ledger.remote_sessions.find(request.id)
        wanted = kept or RemoteSession(
            request.id,
            request.run_id,
            request.playbook.id,
            title_of(request.definition or request.playbook.name, request.run_id, request.id),
            opened_at=now,
        )
        return Remote(wanted, plane, self._ledger, self._clock, is_new=kept is None, web_url=access.web_url)


class _Playing:
    """One session from its beginning to what it leaves behind."""

    def __init__(
        self,
        request: SessionRequest,
        remote: Remote,
        plane: ControlPlane,
        watch: Watch,
        clock: Clock,
        gallery: Pictures,
        told: Callable[[StepResult], None],
    ) -> None:
        self._progress = Progress(request, told)
        self._request, self._remote, self._plane, self._watch = request, remote, plane, watch
        self._clock, self._gallery = clock, gallery
        self._message: Message | None = None
        self.answer = ""

    def play(self, started_at: datetime, *, archives: bool) -> SessionResult:
        seen = Collection(self._request)
        has_stopped = True
        try:
            end = self._to_its_end()
        except Halted as halted:
            has_stopped = self._remote.stop(self._watch)
            late = f"; it has not stopped within {self._watch.pace.stopping:g} s, and is told to again"
            end = End(halted.end.status, f"{halted.end.error}{'' if has_stopped else late}")
        except (
            UsageError
        ) as refused:  # a person has to change something: asked again, it would be refused alike
            end = End(SessionStatus.CRASHED, str(refused), retry_may_help=isinstance(refused, SessionGone))
            has_stopped = isinstance(refused, SessionGone) or self._remote.kept.remote_id is None
        except Unavailable as fault:
            end = End(SessionStatus.CRASHED, str(fault))
            has_stopped = False
        end = self._collected(seen, end)
        cost = self._remote.cost()
        if has_stopped:
            self._remote.end(cost_usd=cost, pictures=len(seen.shots), archives=archives)
        kept = self._remote.kept
        return outcome(
            self._request,
            end,
            self.answer,
            seen,
            Agent(kept.remote_id or "", kept.url, cost),
            started_at=started_at,
            completed_at=self._clock.now(),
            worked_ms=_worked_ms(self._message),
        )

    def _to_its_end(self) -> End:
        """Open, prompt and follow it."""
        request, watch, opening = self._request, self._watch, self._watch.pace.opening
        prompt = orders(request, self._clock.new_id().replace("-", "")[-16:])
        watch.persist(lambda: self._remote.open(request.repo, request.branch), opening)
        watch.persist(lambda: self._remote.prompt(prompt), opening)
        pause, looks = watch.pace.first, 0
        while True:
            self._message = watch.persist(self._remote.look)
            if self._message.has_ended:
                return self._end(self._message)
            looks += 1
            if looks % watch.pace.pictures_every == 0:
                self._progress.look(watch.persist(self._remote.count))
            watch.wait(pause)
            pause = watch.pace.later(pause)

    def _end(self, message: Message) -> End:
        session_id, message_id = self._remote.kept.remote_id or "", message.id
        last = self._watch.persist(
            lambda: self._plane.events(session_id, message_id, "execution_complete", most=1)
        )
        data = last[0].data if last else {}
        success = data.get("success")
        error = data.get("error")
        return ended_by(
            message,
            error if isinstance(error, str) else "",
            is_success=success if isinstance(success, bool) else None,
        )

    def _collected(self, seen: Collection, end: End) -> End:
        """The end, which becomes a crash when what there is to judge could not be fetched."""
        kept = self._remote.kept
        if kept.remote_id is None or kept.message_id is None or not end.retry_may_help:
            return end
        try:
            self._collect(seen, kept.remote_id, kept.message_id)
        except (Unavailable, UsageError) as fault:
            if end.status is SessionStatus.COMPLETED:
                return End(SessionStatus.CRASHED, f"what the agent showed could not be collected: {fault}")
        return end

    def _collect(self, seen: Collection, session_id: str, message_id: str) -> None:
        pace = self._watch.pace
        long_enough = pace.collecting + MOST_PICTURES * pace.apart(self._watch.are_open())
        patient = Watch(
            self._clock, pace, self._clock.monotonic() + long_enough, lambda: False, self._watch.are_open
        )
        try:
            if self._message is None or not self._message.has_ended:
                messages = patient.persist(lambda: self._plane.messages(session_id))
                self._message = next((each for each in messages if each.id == message_id), self._message)
            said = patient.persist(lambda: self._plane.events(session_id, message_id, "token", most=1))
            self.answer = next(
                (text for each in said for key in ANSWER_KEYS if isinstance(text := each.data.get(key), str)),
                "",
            )
            artifacts = patient.persist(lambda: self._plane.artifacts(session_id))
            shown = of_message(artifacts, self._message) if self._message else ()
            for artifact in [*shown][-MOST_PICTURES:]:
                fetch = partial(self._plane.media, session_id, artifact.id)
                patiently = partial(patient.persist, fetch, FETCHING_SECONDS)
                seen.add(artifact, patiently, self._gallery, self._clock.now())
        except Halted:
            raise Unavailable(f"it took longer than {long_enough:g} s") from None


def _worked_ms(message: Message | None) -> int:
    """From its begin to its end, by the control plane's clock; 0: it has not ended."""
    if message is None or message.completed_ms is None:
        return 0
    return max(0, message.completed_ms - (message.started_ms or message.created_ms or message.completed_ms))
