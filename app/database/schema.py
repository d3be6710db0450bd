"""Which version the schema has, and how it comes to the newest. The steps themselves are in `migrations/versions`."""

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from app.errors import ConfigError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0003"  # a test compares it with the migrations: so that a plain start need not read them
FIRST = "0001"  # what was there before there were versions
LOCK = 0x7472_6961  # of PostgreSQL's advisory locks: two upgrades at once wait for each other


_ONE_AT_A_TIME = Lock()  # in this process, for alembic keeps what it does in a global


def current(connection: Connection) -> str | None:
    """The version of the schema; None for an empty database, and `0001` for one from before there were versions."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return version
    return FIRST if "inbox" in tables else None


def upgrade(connection: Connection) -> str | None:
    """Brings the schema to HEAD within the caller's transaction, and says what it was before.

    What stands in the tables stays. ConfigError when the schema is newer than this program.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))  # a large table takes its time
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    before = current(connection)
    if before == HEAD:
        return before
    from alembic import command

    config = _config(connection)
    _refuse_newer(config, before)
    with _ONE_AT_A_TIME:
        if before == FIRST:
            command.stamp(config, FIRST)
        command.upgrade(config, "head")
    return before


def check(connection: Connection) -> None:
    """Returns when the schema is at HEAD; ConfigError, with the remedy, when it is not."""
    before = current(connection)
    if before == HEAD:
        return
    _refuse_newer(_config(connection), before)
    what = f"has version {before}" if before else "is empty"
    raise ConfigError(
        f"TRIAGE_DATABASE_URL: the schema {what}, and {HEAD} is needed; run `triage db upgrade`"
    )


def _refuse_newer(config: "Config", version: str | None) -> None:
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise ConfigError(
            f"TRIAGE_DATABASE_URL: the schema has version {version}, made by the `triage db upgrade` of a newer"
            f" triage, and this one knows {HEAD} at most; run the newer one, or restore a backup"
        )


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
