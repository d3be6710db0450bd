"""What is on our side: rules, calendars, the database and what waits in it."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from app.calendars import YEARS
from app.core.ruleset import Ruleset
from app.database import HEAD, connect, is_there, version
from app.doctor.line import Line
from app.errors import ConfigError
from app.inbox import Inbox


def rules(ruleset: Ruleset) -> Iterator[Line]:
    """What there is of rules, and whether calendars know the years to come."""
    boards = len(ruleset.active_boards)
    yield Line("rules", "fine", f"{len(ruleset.rules)} rules on {boards} boards (version {ruleset.version})")
    yield calendars(datetime.now(UTC).year)


def calendars(year: int) -> Line:
    """Whether holidays are known for this year and the next."""
    last = YEARS[-1]
    if year + 1 <= last:
        return Line("calendars", "fine", f"holidays are known up to {last}")
    remedy = "install a newer version of triage"
    return Line(
        "calendars", "wrong" if year > last else "warning", f"holidays are known up to {last} only", remedy
    )


def database(url: str) -> Iterator[Line]:
    """Whether the database can be opened, is of this program's version, and what does not go on in it."""
    if not is_there(url):
        yield Line("database", "fine", "there is none yet; the first command that needs it makes it")
        return
    engine = None
    try:
        engine = connect(url)
        found = version(engine)
        if found != HEAD:
            verdict = "warning" if engine.dialect.name == "sqlite" else "wrong"
            remedy = "stop the service and run: triage db upgrade"
            yield Line("database", verdict, f"its schema has version {found}, and {HEAD} is needed", remedy)  # type: ignore[arg-type]
            return
        yield Line("database", "fine", f"schema {HEAD}")
        yield from _inbox(Inbox(engine))
    except (ConfigError, SQLAlchemyError) as error:
        said = str(error) if isinstance(error, ConfigError) else type(error).__name__
        yield Line("database", "wrong", said, "mend TRIAGE_DATABASE_URL, or start the database")
    finally:
        if engine is not None:
            engine.dispose()


def _inbox(inbox: Inbox) -> Iterator[Line]:
    stats, pause = inbox.stats(), inbox.paused()
    if pause:
        said = f"all work is paused until {pause.until:%H:%M:%SZ}: {pause.reason}"
        yield Line("inbox", "wrong", said, "mend what it says")
    if stats.parked:
        yield Line("inbox", "warning", f"{stats.parked} issues are parked", "triage inbox list --failed")
    if not (pause or stats.parked):
        yield Line("inbox", "fine", f"{stats.depth} issues wait, none is parked")
