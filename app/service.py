"""Puts the service together: what the receiver and the worker are made of."""

import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy.exc import SQLAlchemyError

from app.background import CatchUp, Identity, LineWatch, Rules
from app.clock import Clock
from app.core.model import IssueRef
from app.database import open_database
from app.gitlab.line import Line
from app.gitlab.webhook import decode_signing_token
from app.inbox import Inbox, Lease, told_lines
from app.journal import Journal
from app.look_line import Telling
from app.metrics import Numbers, Teller, rules_state
from app.reconcile import reconcile
from app.serve import ReceiverParts, Role, WorkerParts, process_name, serve
from app.settings import Settings, read_settings
from app.tools import clock_of, gitlab_of, line_of, restraint_of

RECEIVER_PATIENCE = timedelta(seconds=3)  # GitLab gives up after ten, and must hear of a failure before


def receiver_parts(settings: Settings) -> ReceiverParts:
    """What the receiver is made of."""
    rules = Rules(settings.rules, examples=False).kept_fresh()
    identity = Identity(gitlab_of(settings), settings.bot_users)
    signing = settings.webhook_signing_token
    engine = open_database(settings.database_url, RECEIVER_PATIENCE, hurried=True)
    inbox = Inbox(engine, patience=RECEIVER_PATIENCE)
    line = line_of(settings)
    Teller(inbox, line)
    return ReceiverParts(
        inbox=inbox,
        board_paths=lambda: frozenset(rules.current().boards_by_project),
        bots=identity.bots,
        secret=settings.webhook_secret.get_secret_value().encode() if settings.webhook_secret else None,
        signing_key=decode_signing_token(signing.get_secret_value()) if signing else None,
        readiness=lambda: {
            "gitlab": identity.state,
            "ruleset": rules.current().version,
            "ruleset_error": rules.error,
            **troubled_lines(line, inbox),
        },
        numbers=Numbers(
            inbox, clock_of(settings), lambda: rules_state(rules.current(), rules.error), identity.answered
        )
        .begin()
        .warm(),
    )


def troubled_lines(own: Line, inbox: Inbox) -> dict[str, object]:
    """How the ways to GitLab stand on which calls are held up now: the receiver's own and those of the workers."""
    mine = {"receiver": asdict(own.state)} if own.state.held_up else {}
    try:
        held_up = mine | told_lines(inbox)
    except SQLAlchemyError:  # the probe says so itself
        held_up = mine
    return {"calls_held_up": held_up} if held_up else {}


def worker_parts(settings: Settings) -> WorkerParts:
    """What the worker is made of."""
    engine = open_database(settings.database_url)
    inbox, journal, clock = Inbox(engine), Journal(engine), clock_of(settings)
    rules = CatchUp(settings.rules, inbox, clock, lambda: gitlab_of(settings)).rules
    look = looking(settings, rules, journal, clock)
    line = line_of(settings)
    LineWatch(inbox, line, process_name())
    teller = Teller(inbox, line, process_name(), lambda: rules_state(rules.current(), rules.error))
    return WorkerParts(
        inbox=inbox,
        clock=clock,
        look=look,
        attempts=settings.attempts,
        room=line.room,
        ended=teller.end,
    )


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
            journal=Telling(journal.of(lease)),
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
