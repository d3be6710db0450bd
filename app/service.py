"""Puts the parts together: settings, rules, GitLab, database. Everything else is handed what it needs."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import structlog

from app import memory
from app.clock import Clock, SandboxClock, SystemClock
from app.core.model import IssueRef
from app.core.restraint import Restraint
from app.core.ruleset import Ruleset
from app.database import open_database
from app.errors import ConfigError, Refused, TriageError
from app.gitlab.client import GitLab
from app.gitlab.line import Line, line_to
from app.gitlab.webhook import decode_signing_token
from app.inbox import Deliveries, Inbox, Lease
from app.journal import Journal
from app.reconcile import NONE, Looked, reconcile
from app.rulebook import fingerprint, load
from app.serve import ReceiverParts, Role, WorkerParts, serve
from app.settings import Settings, read_settings
from app.sweep import issues_of

RELOAD_SECONDS = 2.0
ASK_AGAIN_SECONDS = 15.0
RECEIVER_PATIENCE = timedelta(seconds=3)  # GitLab gives up after ten, and must hear of a failure before

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True)
class Tools:
    """What a command needs to look at issues."""

    gitlab: GitLab
    ruleset: Ruleset
    clock: Clock
    folder: Path
    journal: Journal | None = None
    inbox: Inbox | None = None
    restraint: Restraint = NONE
    deliveries: Deliveries | None = None


def connect(*, journal: bool = True, examples: bool = True) -> Tools:
    """The tools by the environment, with its database if `journal`, the rules' examples run if `examples`.

    Errors: ConfigError.
    """
    settings = read_settings()
    engine = open_database(settings.database_url) if journal else None
    return Tools(
        gitlab=gitlab_of(settings),
        ruleset=_loaded(settings.rules, examples=examples),
        clock=clock_of(settings),
        folder=settings.rules,
        journal=Journal(engine) if engine else None,
        inbox=Inbox(engine) if engine else None,
        restraint=restraint_of(settings),
        deliveries=Deliveries(engine) if engine else None,
    )


def _loaded(folder: Path, *, examples: bool = True) -> Ruleset:
    """The rules, which stay from now on."""
    ruleset = load(folder, examples=examples)
    memory.settle()
    return ruleset


def gitlab_of(settings: Settings) -> GitLab:
    """A client of its own: one per thread. All of a process share one line."""
    url, token = settings.gitlab_url, settings.gitlab_token.get_secret_value()
    return GitLab(url, token, settings.bot_users, line_of(settings))


def line_of(settings: Settings) -> Line:
    """What the clients of this process share: budgets, pauses, the circuit, and how these stand."""
    return line_to(settings.gitlab_url, settings.requests_per_minute, settings.notes_per_minute)


def restraint_of(settings: Settings) -> Restraint:
    """How much the bot may write on one issue."""
    return Restraint(settings.issue_writes, timedelta(minutes=settings.issue_window_minutes))


def clock_of(settings: Settings) -> Clock:
    return SandboxClock(settings.gitlab_url) if settings.clock == "sandbox" else SystemClock()


def read_reference(tools: Tools, text: str) -> IssueRef:
    """The issue that `group/project#12`, `board#12` or `34#12` names. Errors: ConfigError, Refused, Unavailable."""
    place, mark, number = text.rpartition("#")
    if not (mark and number.isdecimal() and place):
        raise ConfigError(f"{text!r} names no issue; write it as group/project#12, us-east#12 or 34#12")
    if place.isdecimal():
        return IssueRef(int(place), int(number))
    board = tools.ruleset.boards.get(place)
    return IssueRef(tools.gitlab.project_id(board.file.project if board else place), int(number))


def look_only(tools: Tools, ref: IssueRef) -> Looked:
    """What would be done with an issue, and why; nothing is written anywhere. Errors: Refused, Unavailable."""
    try:
        return reconcile(
            ref,
            gitlab=tools.gitlab,
            ruleset=tools.ruleset,
            now=tools.clock.now,
            trigger="explain",
            apply=False,
            restraint=tools.restraint,
        )
    except Refused as error:
        if error.status == 404:
            raise Refused(f"there is no issue {ref}, or the bot may not see it (404)", 404) from error
        raise


class Rules:
    """The last good ruleset of a folder. A change on disk is taken up within seconds; a faulty one is only told."""

    def __init__(
        self, folder: Path, on_change: Callable[[], None] = lambda: None, every: float = RELOAD_SECONDS
    ) -> None:
        self._folder = folder
        self._every = every
        self._ruleset = _loaded(folder)
        self._seen = fingerprint(folder)
        self._looked = time.monotonic()
        self._lock = threading.Lock()
        self._on_change = on_change
        self.error = ""

    def current(self) -> Ruleset:
        """The rules that hold now."""
        with self._lock:
            if time.monotonic() - self._looked >= self._every:
                self._looked = time.monotonic()
                self._reload()
            return self._ruleset

    def _reload(self) -> None:
        try:
            seen = fingerprint(self._folder)
            if seen == self._seen:
                return
            self._ruleset, self.error = _loaded(self._folder), ""
            self._seen = seen
            log.info("rules taken up", version=self._ruleset.version)
            self._on_change()
        except Exception as error:  # whatever is wrong with the files, the service goes on with what it has
            if self.error != str(error):
                kept = self._ruleset.version
                log.error("rules are faulty, the last good ones hold", version=kept, error=str(error))
            self.error = str(error)


class Identity:
    """Who the bot is, and whether GitLab answers: asked in the background, so that the receiver takes events although
    GitLab is down."""

    def __init__(self, gitlab: GitLab, bot_users: frozenset[str]) -> None:
        self._gitlab = gitlab
        self._bots = bot_users
        self.state = "not asked yet"
        threading.Thread(target=self._keep_asking, daemon=True, name="identity").start()

    def bots(self) -> frozenset[str]:
        """The bot's usernames as far as they are known: those of the settings at least."""
        return self._bots

    def _keep_asking(self) -> None:
        while True:
            try:
                self._bots |= {self._gitlab.ask_me().username}
                self.state = "ok"
            except Exception as error:  # the thread must live as long as the receiver
                self.state = str(error) if isinstance(error, TriageError) else type(error).__name__
            time.sleep(ASK_AGAIN_SECONDS)


class CatchUp:
    """Puts every issue of every board into the inbox: when it is empty, since then nobody knows what is due; and when
    the rules have changed, since then another instant may be."""

    def __init__(self, settings: Settings, inbox: Inbox, clock: Clock) -> None:
        self._settings, self._inbox, self._clock = settings, inbox, clock
        self._again = threading.Event()
        self.rules = Rules(settings.rules, on_change=self._again.set)
        if inbox.stats().depth == 0:
            self._again.set()
        threading.Thread(target=self._run, daemon=True, name="catch-up").start()

    def _run(self) -> None:
        gitlab = gitlab_of(self._settings)
        while True:
            if not self._again.wait(RELOAD_SECONDS):
                self.rules.current()  # a change must be noticed although nothing is looked at meanwhile
                continue
            self._again.clear()
            try:
                log.info("caught up", issues=self._put_all(gitlab))
            except Exception as error:  # the thread must live as long as the worker
                log.warning("could not catch up", error=str(error), again_in=ASK_AGAIN_SECONDS)
                time.sleep(ASK_AGAIN_SECONDS)
                self._again.set()

    def _put_all(self, gitlab: GitLab) -> int:
        number = 0
        for board in self.rules.current().active_boards.values():
            try:
                for ref, _reference in issues_of(gitlab, board, self._clock.now()):
                    self._inbox.put(ref)
                    number += 1
            except Refused as error:
                log.error("a board cannot be read", board=board.id, error=str(error))
        return number


def receiver_parts(settings: Settings) -> ReceiverParts:
    """What the receiver is made of."""
    rules = Rules(settings.rules)
    identity = Identity(gitlab_of(settings), settings.bot_users)
    signing = settings.webhook_signing_token
    return ReceiverParts(
        inbox=Inbox(open_database(settings.database_url, RECEIVER_PATIENCE), patience=RECEIVER_PATIENCE),
        board_paths=lambda: frozenset(rules.current().boards_by_project),
        bots=identity.bots,
        secret=settings.webhook_secret.get_secret_value().encode() if settings.webhook_secret else None,
        signing_key=decode_signing_token(signing.get_secret_value()) if signing else None,
        readiness=lambda: {
            "gitlab": identity.state,
            "ruleset": rules.current().version,
            "ruleset_error": rules.error,
        },
    )


def worker_parts(settings: Settings) -> WorkerParts:
    """What the worker is made of."""
    engine = open_database(settings.database_url)
    inbox, journal, clock = Inbox(engine), Journal(engine), clock_of(settings)
    rules = CatchUp(settings, inbox, clock).rules
    look = looking(settings, rules, journal, clock)
    return WorkerParts(inbox=inbox, clock=clock, look=look, attempts=settings.attempts)


def looking(
    settings: Settings, rules: Rules, journal: Journal, clock: Clock
) -> Callable[[IssueRef, Lease], datetime | None]:
    """The look that workers take: a reconcile with a GitLab client for each thread. Gives the instant of the next."""
    mine = threading.local()

    def look(ref: IssueRef, lease: Lease) -> datetime | None:
        if not hasattr(mine, "gitlab"):
            mine.gitlab = gitlab_of(settings)
        looked = reconcile(
            ref,
            gitlab=mine.gitlab,
            ruleset=rules.current(),
            now=clock.now,
            journal=journal.of(lease),
            restraint=restraint_of(settings),
            still_held=lease.still_held,
        )
        return looked.plan.recheck_at.astimezone(UTC) if looked.plan.recheck_at else None

    return look


def run_service(host: str, port: int, role: Literal["all", "receiver", "worker"]) -> None:
    """Runs that part of the service until it is told to stop."""
    settings = read_settings()
    chosen: Role = role
    serve(
        chosen,
        host,
        port,
        receiver=lambda: receiver_parts(settings),
        worker=lambda: worker_parts(settings),
    )
