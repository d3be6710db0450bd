"""Fixtures for what must hold on both databases: `database_url`, `engine`. One PostgreSQL server is started."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.database import connect, metadata, open_database, upgrading
from tests.postgres import MISSING, Cluster, programs

EVERYTHING = "TRIAGE_TEST_ALL"  # set where nothing may be left out


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The server. Where there are no programs of it, the test is left out, or fails if nothing may be."""
    if programs() is None:
        if os.environ.get(EVERYTHING):
            pytest.fail(f"{EVERYTHING} is set, and {MISSING}")
        pytest.skip(MISSING)
    cluster = Cluster()
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def one_database(cluster: Cluster) -> Iterator[tuple[str, Engine]]:
    """A PostgreSQL database with our schema, which the tests empty for each other."""
    url = cluster.new_database()
    upgrader = connect(url)
    upgrading(upgrader)
    yield url, upgrader
    upgrader.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database with our schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/triage.db"
    url, engine = request.getfixturevalue("one_database")
    empty(engine)
    return str(url)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_database(database_url)
    yield engine
    engine.dispose()


def empty(engine: Engine) -> None:
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
