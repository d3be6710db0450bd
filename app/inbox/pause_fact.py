"""The pause of all work, as a fact that the processes on one database share. Each function is part of a transaction."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from app.database import facts, insert_into
from app.inbox.state import Pause

NAME = "pause"


def read(connection: Connection, now: datetime, *, to_write: bool = False) -> Pause | None:
    """The pause as it was announced, its end included, or None; `over` is as of `now`."""
    found = select(facts.c.value).where(facts.c.name == NAME)
    value = connection.scalar(found.with_for_update() if to_write else found)
    if value is None:
        return None
    until = datetime.fromisoformat(value["until"])
    at = datetime.fromisoformat(value.get("at", value["until"]))
    return Pause(until, value["reason"], at, value.get("times", 1), over=until <= now)


def write(connection: Connection, pause: Pause) -> None:
    value = {
        "until": pause.until.isoformat(),
        "reason": pause.reason,
        "at": pause.at.isoformat(),
        "times": pause.times,
    }
    new = insert_into(facts, connection.dialect.name).values(name=NAME, value=value)
    connection.execute(new.on_conflict_do_update(index_elements=[facts.c.name], set_={"value": value}))


def clear(connection: Connection) -> None:
    connection.execute(delete(facts).where(facts.c.name == NAME))


def prolong(
    connection: Connection,
    now: datetime,
    first: timedelta,
    longest: timedelta,
    reason: str,
    since: datetime,
) -> Pause:
    """The pause in force, if it was announced after `since`; else a new one, twice as long as the one before."""
    last = read(connection, now, to_write=True)
    if last and not last.over and last.at >= since:
        return last
    times = last.times + 1 if last else 1
    pause = Pause(now + min(first * 2 ** min(times - 1, 20), longest), reason, now, times)
    write(connection, pause)
    return pause
