"""Settings -> House: the only place that picks concrete classes. Building a House opens nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from inspect_pipelines.config.settings import Settings, resolve_secret
from inspect_pipelines.domain.control_plane import USUAL_SERVICE, ControlPlane
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId, SourceId
from inspect_pipelines.domain.playbook import BROWSER, OPEN_INSPECT
from inspect_pipelines.domain.source import Source
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.code_host import CodeHost
from inspect_pipelines.ports.estate import Estate
from inspect_pipelines.ports.house import House
from resources.channels.files.channel import FileChannel
from resources.channels.opening import Opener
from resources.channels.registry import CHANNELS
from resources.channels.routed import RoutedChannel
from resources.clock import SystemClock
from resources.code_host.github import GitHub
from resources.code_host.workflows import GitHubWorkflows
from resources.gallery.opening import evidence_at, gallery_at, place, reports_at
from resources.hashes import Argon2Hashes
from resources.history.opening import history_at
from resources.identities.oidc import OidcIdentities
from resources.inbox.store import create_inbox
from resources.ledger.store import SqlLedgers, create_ledgers
from resources.live_frames import FolderLiveFrames
from resources.logins.folder import FolderLogins
from resources.publication import FilePublication
from resources.seal import FileSeal
from resources.sessions.browser.sessions import BrowserSessions
from resources.sessions.open_inspect.access import Access
from resources.sessions.open_inspect.agents import OpenInspectAgents
from resources.sessions.open_inspect.sessions import OpenInspectSessions
from resources.sessions.routed import RoutedSessions
from resources.shared_publication import SharedPublication
from resources.shared_workers import SharedWorkers
from resources.workers import WorkerLocks

if TYPE_CHECKING:  # most commands count nothing
    from limits.strategies import RateLimiter


def estate(settings: Settings | None = None) -> Estate:
    """Every organisation's house, under INSPECT_HOME."""
    settings = settings or Settings()
    home = settings.absolute_home()
    clock = SystemClock()
    database = settings.database_url.get_secret_value() if settings.database_url else home / "ledger.db"
    ledgers = create_ledgers(database)
    publication = SharedPublication(home, ledgers) if ledgers.is_shared else FilePublication(home)
    inbox = create_inbox(database if settings.database_url else home / "inbox.db", ledgers)
    pictures = place(settings)
    gallery = gallery_at(pictures, clock, home)
    files = home / "outbox"
    opener = Opener(CHANNELS, gallery, clock, resolve_secret, files)
    channel = RoutedChannel(publication.channels, opener, FileChannel(files, gallery))
    evidence_files = evidence_at(pictures, home / "evidence", clock)
    live_frames = FolderLiveFrames(home / "run" / "live", clock.now)
    key = settings.logins_key.get_secret_value() if settings.logins_key else None
    browser = BrowserSessions(
        gallery=pictures,
        scratch=home / "run",
        logins=home / "logins",
        clock=clock,
        browser=settings.chromium,
        no_sandbox=settings.no_sandbox,
        memory_mb=settings.session_memory_mb,
        live=live_frames if settings.live_frames else None,
        evidence=home / "evidence",
    )
    workers = workers_of(home, ledgers)
    if isinstance(workers, SharedWorkers):
        ledgers.held_by_run = workers.held
    shared = House(
        home=str(home),
        org_id=DEFAULT_ORG,
        clock=clock,
        publication=publication,
        ledger=ledgers.of(DEFAULT_ORG),
        ledgers=ledgers,
        inbox=inbox,
        history=history_at(settings, ledgers, clock),
        gallery=gallery,
        evidence_files=evidence_files,
        sessions=RoutedSessions({BROWSER: browser}),  # and agents, by each organisation's own ledger
        agents=OpenInspectAgents(
            lambda: None, ledger=ledgers.of(DEFAULT_ORG), clock=clock, resolve=resolve_secret
        ),
        live_frames=live_frames,
        workers=workers,
        logins=FolderLogins(home / "logins", key),
        reports=reports_at(pictures, home, gallery),
        seal=FileSeal(home / "keys"),
        hasher=Argon2Hashes(),
        identities=OidcIdentities(clock),
        workflows=GitHubWorkflows(clock),
        channels=[("*", channel)],
        kinds=CHANNELS,
        keeps_history=not (settings.plays_elsewhere and settings.database_url and settings.history is None),
    )

    def house_of(org_id: OrgId) -> House:
        ledger = ledgers.of(org_id)

        def access() -> Access | None:
            if isinstance(database, Path) and not database.exists():
                return access_of(settings)  # nothing was applied here, and asking must not make a ledger
            with ledger.read() as reading:
                return access_of(settings, reading.organizations.find().open_inspect)

        playing = OpenInspectSessions(
            access, ledger=ledger, gallery=gallery, clock=clock, resolve=resolve_secret
        )
        agents = OpenInspectAgents(access, ledger=ledger, clock=clock, resolve=resolve_secret)
        sessions = RoutedSessions({BROWSER: browser, OPEN_INSPECT: playing}, settings.runner)
        return replace(shared, org_id=org_id, ledger=ledger, sessions=sessions, agents=agents)

    return Estate(
        clock=clock,
        publication=publication,
        workers=workers,
        organizations=publication.organizations,
        house=house_of,
    )


def workers_of(home: Path, ledgers: SqlLedgers | None = None) -> WorkerLocks:
    """Which runs have a living worker, as far as a home can know.

    Args:
        home: INSPECT_HOME.
        ledgers: Its ledgers; None: those of the settings.
    """
    if ledgers is None:
        url = Settings().database_url
        ledgers = create_ledgers(url.get_secret_value()) if url else None
    folder = home / "run" / "workers"
    return SharedWorkers(folder, ledgers.leases) if ledgers and ledgers.is_shared else WorkerLocks(folder)


def house(settings: Settings | None = None, org_id: OrgId = DEFAULT_ORG) -> House:
    """One organisation's."""
    return estate(settings).house(org_id)


def limiter(house: House) -> RateLimiter | None:
    """Who counts how often somebody asks, for all web processes of a shared ledger; None: each process for itself."""
    if not isinstance(house.ledgers, SqlLedgers) or not house.ledgers.is_shared:
        return None
    from limits.strategies import SlidingWindowCounterRateLimiter

    from resources.ledger.rates import SqlRateStorage

    return SlidingWindowCounterRateLimiter(SqlRateStorage(house.ledgers))


def access_of(settings: Settings, said: ControlPlane | None = None) -> Access | None:
    """Where the control plane is, and as whom it is asked: each variable that is set wins over its key; None: nobody said.

    Args:
        said: What the organisation says of it.

    Raises:
        UsageError: Some of it is said, and not all.
    """
    said = said or ControlPlane()
    needed = {
        "url": (settings.open_inspect_url or "").rstrip("/") or said.url,
        "secret": settings.open_inspect_secret or said.secret,
        "actor": settings.open_inspect_actor or said.actor,
    }
    if not any(needed.values()):
        return None
    if lacking := [key for key, value in needed.items() if not value]:
        raise UsageError(
            f"a control plane is set up in part only; say {' and '.join(lacking)} too, under open_inspect in "
            f"organization.yaml or with {' and '.join(f'INSPECT_OPEN_INSPECT_{key.upper()}' for key in lacking)}"
        )
    private = tuple(host for each in settings.open_inspect_private.split(",") if (host := each.strip()))
    archives, mends = settings.open_inspect_archive, settings.open_inspect_mends
    return Access(
        **needed,
        service=settings.open_inspect_service or said.service or USUAL_SERVICE,
        model=settings.open_inspect_model or said.model,
        effort=settings.open_inspect_effort or said.effort,
        web_url=(settings.open_inspect_web_url or "").rstrip("/") or said.web_url,
        allow_private=private or said.allow_private,
        archives=archives if archives is not None else said.archive is not False,
        mends=mends if mends is not None else bool(said.mends),
    )


def code_host(house: House) -> CodeHost:
    """GitHub, asked with the tokens of the sources that are applied."""

    def source(source_id: SourceId) -> Source | None:
        with house.ledger.read() as ledger:
            sources = ledger.organizations.find().sources
        return next((one for one in sources if one.id == source_id), None)

    return GitHub(source, house.clock)
