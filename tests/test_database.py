"""The schema's versions: new databases, old ones, newer ones; and servers that go away and come back."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from typer.testing import CliRunner

from app.cli import app
from app.core.model import IssueRef
from app.database import HEAD, connect, metadata, open_database, schema, shown, upgrading, version
from app.errors import ConfigError
from app.inbox import Inbox
from app.journal import Journal

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
A = IssueRef(1, 1)


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request, tmp_path):
    """A database in which nothing is."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new.db"
    return request.getfixturevalue("cluster").new_database()


def run(arguments, url, monkeypatch):
    monkeypatch.setenv("TRIAGE_DATABASE_URL", url)
    return CliRunner().invoke(app, arguments)


def test_the_newest_version_is_what_the_code_says(engine):
    with engine.connect() as connection:
        script = ScriptDirectory.from_config(schema._config(connection))
        assert script.get_current_head() == HEAD
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_new_database_is_upgraded_once_and_then_left_alone(new_url):
    engine = connect(new_url)
    assert [upgrading(engine), upgrading(engine)] == [None, HEAD]
    assert version(engine) == HEAD
    engine.dispose()


def test_a_file_from_before_there_were_versions_is_adopted_with_all_that_is_in_it(tmp_path):
    url = f"sqlite:///{tmp_path}/old.db"
    old = create_engine(url)
    with old.begin() as connection:
        for statement in OLD:
            connection.execute(text(statement))
    old.dispose()
    engine = open_database(url)
    lease = Inbox(engine).take(NOW, "w")
    assert (lease.ref, lease.attempts, lease.failures) == (A, 3, 0)
    (entry,) = Journal(engine).recent(A)
    assert (entry.trigger, entry.worker, entry.held_until) == ("worker", "", None)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_postgresql_is_upgraded_by_command_only(cluster, monkeypatch):
    url = cluster.new_database()
    with pytest.raises(ConfigError, match=r"is empty.*run `triage db upgrade`"):
        open_database(url)
    refused = run(["inbox", "list"], url, monkeypatch)
    assert isinstance(refused.exception, ConfigError)
    assert "triage db upgrade" in str(refused.exception)
    assert "none, needed" in run(["db", "current"], url, monkeypatch).output
    assert f"version {HEAD} now (it was empty)" in run(["db", "upgrade"], url, monkeypatch).output
    assert f"version {HEAD} already" in run(["db", "upgrade"], url, monkeypatch).output
    engine = open_database(url)
    Inbox(engine).put(A)
    engine.dispose()


def test_an_older_and_a_newer_schema_are_told_apart(new_url):
    engine = connect(new_url)
    upgrading(engine)
    for found, said in (("9999", "of a newer triage"), ("0001", "has version 0001.*run `triage db upgrade`")):
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": found})
        if new_url.startswith("sqlite") and found == "0001":
            continue
        with pytest.raises(ConfigError, match=said) as refusal:
            open_database(new_url)
        assert "triage db upgrade" in str(refusal.value)
    engine.dispose()


def test_upgrades_at_once_wait_for_each_other(new_url):
    before = []

    def upgrade_it():
        engine = connect(new_url)
        before.append(upgrading(engine))
        engine.dispose()

    threads = [threading.Thread(target=upgrade_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(before, key=str) == [HEAD, HEAD, HEAD, None]


def test_an_upgrade_that_fails_leaves_the_schema_as_it_was(new_url):
    engine = connect(new_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE journal (id INTEGER)"))  # in the way of the first step
    with pytest.raises(ConfigError):
        upgrading(engine)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["journal"]
    engine.dispose()


def test_a_password_is_shown_nowhere():
    url = "postgres://triage:pferd@127.0.0.1:1/triage"
    with pytest.raises(ConfigError, match=r"postgresql://triage:\*\*\*@127") as refusal:
        open_database(url, patience=timedelta(seconds=0.1))
    assert "pferd" not in str(refusal.value)
    assert "pferd" not in shown(connect(url).url)


def test_a_server_that_starts_this_moment_is_waited_for(cluster):
    url = cluster.new_database()
    engine = connect(url)
    upgrading(engine)
    engine.dispose()
    cluster.stop()
    starting = threading.Timer(0.5, cluster.start)
    starting.start()
    opened = open_database(url)
    starting.join()
    opened.dispose()


def test_a_restart_of_the_server_is_survived(engine, database_url, request):
    inbox = Inbox(engine)
    inbox.put(A)
    if database_url.startswith("postgresql"):
        request.getfixturevalue("cluster").restart()
    lease = inbox.take(NOW, "w")
    assert lease.ref == A
    assert inbox.done(lease)


def test_acknowledged_means_on_disk(engine):
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        else:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_machine_time_is_the_databases_where_that_is_on_another_machine(engine):
    before = time.time()
    now = Inbox(engine).now().timestamp()
    assert before - 0.001 <= now <= time.time() + 0.001


OLD = (
    "CREATE TABLE inbox (project_id BIGINT NOT NULL, iid BIGINT NOT NULL, due_at BIGINT, queued_at BIGINT NOT NULL,"
    " generation INTEGER NOT NULL, lease_token TEXT, lease_worker TEXT, lease_until BIGINT, not_before BIGINT,"
    " attempts INTEGER NOT NULL, error TEXT, PRIMARY KEY (project_id, iid))",
    "CREATE INDEX ix_inbox_due_at ON inbox (due_at)",
    "CREATE TABLE facts (name TEXT NOT NULL, value JSON NOT NULL, PRIMARY KEY (name))",
    "CREATE TABLE journal (id INTEGER NOT NULL, at BIGINT NOT NULL, started_at BIGINT NOT NULL, ended_at BIGINT NOT"
    ' NULL, project_id BIGINT NOT NULL, iid BIGINT NOT NULL, board TEXT NOT NULL, "trigger" TEXT NOT NULL, ruleset'
    " TEXT NOT NULL, outcome TEXT NOT NULL, applied BOOLEAN NOT NULL, plan JSON NOT NULL, error TEXT NOT NULL,"
    " PRIMARY KEY (id))",
    "CREATE INDEX journal_by_issue ON journal (project_id, iid, id)",
    "INSERT INTO inbox VALUES (1, 1, 0, 5, 2, NULL, NULL, NULL, NULL, 3, 'down')",
    "INSERT INTO journal VALUES (1, 0, 0, 0, 1, 1, 'b', 'worker', 'r', 'done', 1, '{}', '')",
)
