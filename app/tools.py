"""What commands work with, put together by the environment: rules, GitLab, database. Everything else is handed it."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from app.background import load_to_stay
from app.clock import Clock, SandboxClock, SystemClock
from app.core.model import IssueRef
from app.core.restraint import Restraint
from app.core.ruleset import Ruleset
from app.database import is_there, open_database
from app.errors import ConfigError, Refused
from app.gitlab.client import GitLab
from app.gitlab.line import Line, line_to
from app.inbox import Deliveries, Inbox
from app.journal import Journal
from app.known import KnownIssues
from app.reconcile import NONE, Looked, reconcile
from app.settings import Settings, read_settings

FEW = 200  # descriptions that a command keeps in mind: it looks at each issue once or twice


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
    known: KnownIssues | None = None


def connect(*, journal: bool | Literal["if there"] = True, examples: bool = True) -> Tools:
    """The tools by the environment, with its database if `journal`, the rules' examples run if `examples`.

    Errors: ConfigError.
    """
    settings = read_settings()
    wanted = is_there(settings.database_url) if journal == "if there" else journal
    engine = open_database(settings.database_url) if wanted else None
    ruleset = load_to_stay(settings.rules, examples=examples)
    ruleset.readings.keep(FEW)
    return Tools(
        gitlab=gitlab_of(settings),
        ruleset=ruleset,
        clock=clock_of(settings),
        folder=settings.rules,
        journal=Journal(engine) if engine else None,
        inbox=Inbox(engine) if engine else None,
        restraint=restraint_of(settings),
        deliveries=Deliveries(engine) if engine else None,
        known=KnownIssues(engine, settings.gitlab_url) if engine else None,
    )


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
    try:
        return IssueRef(tools.gitlab.project_id(board.file.project if board else place), int(number))
    except Refused as error:
        if board is None or board.file.active or error.status != 404:
            raise
        others = ", ".join(sorted(b.id for b in tools.ruleset.boards.values() if b.file.active))
        remedy = f"name one that is active ({others}), or write `active: true` into its file"
        raise ConfigError(
            f"board {place} is switched off, and GitLab has no such project; {remedy}"
        ) from error


def look_only(tools: Tools, ref: IssueRef, named: str = "") -> Looked:
    """What would be done with an issue, and why; nothing is written anywhere. `named` is what whoever asks calls it.
    Errors: Refused, Unavailable."""
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
            raise Refused(
                f"there is no issue {named or ref}, or the bot may not see it (404)", 404
            ) from error
        raise
