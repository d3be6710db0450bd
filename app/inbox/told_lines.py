"""Which workers' calls are held up, for the receiver's probe: workers answer no HTTP. Facts on the database."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select

from app.database import facts, insert_into
from app.inbox.inbox import Inbox

PREFIX = "held up: "
FRESH = timedelta(seconds=60)  # who has told nothing for so long has ended


def tell_line(inbox: Inbox, worker: str, state: Mapping[str, object]) -> None:
    """The worker's way to GitLab stands so (data for JSON). What those told that have ended is forgotten."""
    with inbox.writing(durable=False) as connection:
        now = inbox.clock.of(connection)
        value = {"at": now.isoformat(), **state}
        new = insert_into(facts, connection.dialect.name).values(name=PREFIX + worker, value=value)
        connection.execute(new.on_conflict_do_update(index_elements=[facts.c.name], set_={"value": value}))
        ended = [name for name, told in _all(connection) if not _fresh(told, now)]
        connection.execute(delete(facts).where(facts.c.name.in_(ended)))


def forget_line(inbox: Inbox, worker: str) -> None:
    """The worker's calls get through again."""
    with inbox.writing(durable=False) as connection:
        connection.execute(delete(facts).where(facts.c.name == PREFIX + worker))


def told_lines(inbox: Inbox) -> dict[str, dict[str, Any]]:
    """By worker what it told within the last minute, as data for JSON."""
    with inbox.engine.connect() as connection:
        now = inbox.clock.of(connection)
        return {name.removeprefix(PREFIX): told for name, told in _all(connection) if _fresh(told, now)}


def _all(connection: Connection) -> list[tuple[str, dict[str, Any]]]:
    found = select(facts.c.name, facts.c.value).where(facts.c.name.startswith(PREFIX)).order_by(facts.c.name)
    return [(name, value) for name, value in connection.execute(found)]


def _fresh(told: dict[str, Any], now: datetime) -> bool:
    return now - datetime.fromisoformat(told["at"]) < FRESH
