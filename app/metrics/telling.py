"""How the numbers of workers and sweeps reach whoever is asked for them: on the database, since they answer no HTTP.

Calls to GitLab are added up there for ever, whoever made them; how each worker's way to GitLab stands, and by which
rules it goes, is told anew every few seconds, and forgotten of whoever has ended.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import SQLAlchemyError, TimeoutError

from app.database import facts, insert_into
from app.gitlab.line import Line
from app.inbox import Inbox
from app.metrics.rules_state import RulesState

CALLS = "calls to GitLab"
WORKER = "worker: "
SWEPT = "swept: "
EVERY = 5.0  # seconds
AT_LEAST_EVERY = 20.0  # seconds, when there is nothing new: well before it is thought to have ended
FRESH = timedelta(seconds=60)

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


def tell_calls(inbox: Inbox, line: Line) -> None:
    """Adds the calls that this process made since the last time. Errors: SQLAlchemyError, and then they are added
    the next time."""
    made = line.counted.take()
    if not made:
        return
    try:
        with inbox.writing(durable=False) as connection:
            _put_once(connection, CALLS)
            mine = select(facts.c.value).where(facts.c.name == CALLS).with_for_update()
            total = Counter(connection.scalar(mine)) + made
            connection.execute(update(facts).where(facts.c.name == CALLS).values(value=dict(total)))
    except (SQLAlchemyError, TimeoutError):
        line.counted.give_back(made)
        raise


def told_calls(connection: Connection) -> Counter[str]:
    """All calls ever made, by method and answer, as `GET 200`."""
    return Counter(connection.scalar(select(facts.c.value).where(facts.c.name == CALLS)) or {})


def tell_worker(inbox: Inbox, name: str, state: Mapping[str, object]) -> None:
    """The worker stands so (data for JSON). What those told that have ended is forgotten."""
    with inbox.writing(durable=False) as connection:
        now = inbox.clock.of(connection)
        _put(connection, WORKER + name, {"at": now.isoformat(), **state})
        ended = [each for each, value in _named(connection, WORKER) if not _fresh(value, now)]
        connection.execute(delete(facts).where(facts.c.name.in_(ended)))


def forget_worker(inbox: Inbox, name: str) -> None:
    """The worker has ended."""
    with inbox.writing(durable=False) as connection:
        connection.execute(delete(facts).where(facts.c.name == WORKER + name))


def told_workers(connection: Connection, now: datetime) -> dict[str, dict[str, Any]]:
    """By its name what each worker told within the last minute."""
    found = _named(connection, WORKER)
    return {name.removeprefix(WORKER): value for name, value in found if _fresh(value, now)}


def tell_sweep(connection: Connection, board: str, began_at: datetime) -> None:
    """A sweep that writes got through the board; it began then (issue time). Part of a transaction."""
    _put(connection, SWEPT + board, {"began_at": began_at.isoformat()})


def told_sweeps(connection: Connection) -> dict[str, datetime]:
    """By the board's id when the last such sweep began."""
    found = _named(connection, SWEPT)
    return {n.removeprefix(SWEPT): datetime.fromisoformat(value["began_at"]) for n, value in found}


class Teller:
    """Tells of this process every few seconds, in a thread of its own; and a last time when it is told to `end`.

    Without a `name` it tells of its calls alone.
    """

    def __init__(
        self,
        inbox: Inbox,
        line: Line,
        name: str = "",
        rules: Callable[[], RulesState] = RulesState,
        every: float = EVERY,
    ) -> None:
        self._inbox, self._line, self._name, self._rules, self._every = inbox, line, name, rules, every
        self._told: Mapping[str, object] = {}
        self._told_at = float("-inf")
        self._ended = threading.Event()
        threading.Thread(target=self._run, daemon=True, name="numbers").start()

    def end(self) -> None:
        """Tells what is new, and that this process is no more."""
        self._ended.set()
        try:
            tell_calls(self._inbox, self._line)
            if self._name:
                forget_worker(self._inbox, self._name)
        except (SQLAlchemyError, TimeoutError) as error:
            log.warning("the last numbers are lost", error=type(error).__name__)

    def _run(self) -> None:
        while not self._ended.is_set():
            with suppress(
                SQLAlchemyError, TimeoutError
            ):  # who reads the numbers sees that the database is away
                self._tell()
            self._ended.wait(self._every)

    def _tell(self) -> None:
        tell_calls(self._inbox, self._line)
        if not self._name:
            return
        rules = self._rules()
        state = {**asdict(self._line.state), "version": rules.version, "faulty": rules.faulty}
        # What changes by itself from second to second is no news: nobody writes for that.
        news = {key: value for key, value in state.items() if key not in ("probe_in", "paused_for")}
        news["paused"] = self._line.paused_for > 0
        if news != self._told or time.monotonic() - self._told_at >= AT_LEAST_EVERY:
            tell_worker(self._inbox, self._name, state)
            self._told, self._told_at = news, time.monotonic()


def _put_once(connection: Connection, name: str) -> None:
    new = insert_into(facts, connection.dialect.name).values(name=name, value={})
    connection.execute(new.on_conflict_do_nothing())


def _put(connection: Connection, name: str, value: Mapping[str, object]) -> None:
    new = insert_into(facts, connection.dialect.name).values(name=name, value=dict(value))
    connection.execute(new.on_conflict_do_update(index_elements=[facts.c.name], set_={"value": dict(value)}))


def _named(connection: Connection, prefix: str) -> list[tuple[str, dict[str, Any]]]:
    found = select(facts.c.name, facts.c.value).where(facts.c.name.startswith(prefix, autoescape=True))
    return [(name, value) for name, value in connection.execute(found.order_by(facts.c.name))]


def _fresh(told: Mapping[str, Any], now: datetime) -> bool:
    return now - datetime.fromisoformat(told["at"]) < FRESH
