"""What all tests share: the shipped ruleset, and histories written as lines."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from app.core.model import Issue
from app.core.plan import Plan
from app.core.ruleset import Ruleset
from app.core.timeline import parse, read_instant
from app.rulebook import load
from app.sandbox.server import SandboxServer
from app.sandbox.story import START
from tests.databases import cluster as cluster
from tests.databases import database_url as database_url
from tests.databases import engine as engine
from tests.databases import one_database as one_database
from tests.postgres import MISSING, programs
from tests.town import Town

ROOT = Path(__file__).parent.parent

# What lands is judged by the same cases each time. `make explore` looks for others.
settings.register_profile("same", derandomize=True)
settings.register_profile("explore", derandomize=False, print_blob=True)
settings.load_profile("explore" if os.environ.get("TRIAGE_EXPLORE") else "same")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says in one line what was left out."""
    if programs() is None:
        terminalreporter.write_line(f"LEFT OUT: the tests on PostgreSQL; {MISSING}")


@pytest.fixture(scope="session")
def ruleset() -> Ruleset:
    """The rules that we ship."""
    return load(ROOT / "rules")


@pytest.fixture(scope="session")
def issue_of(ruleset: Ruleset) -> Callable[..., Issue]:
    """Makes an issue of lines; on the US East board unless another is named."""

    def make(lines: str, board: str = "us-east") -> Issue:
        return parse(lines, ruleset.templates, project=ruleset.boards[board].file.project)

    return make


@pytest.fixture(scope="session")
def plan_of(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> Callable[..., Plan]:
    """Evaluates the lines at an instant."""
    from app.core.evaluate import evaluate

    def make(lines: str, now: str, board: str = "us-east", **options: bool) -> Plan:
        return evaluate(issue_of(lines, board), ruleset, read_instant(now), **options)

    return make


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[SandboxServer]:
    """One sandbox for all journeys; each test starts its scene again."""
    with SandboxServer(at=START, templates_dir=ROOT / "issue_templates") as server:
        yield server


@pytest.fixture
def town(sandbox_server: SandboxServer, ruleset: Ruleset) -> Iterator[Town]:
    """A fresh sandbox on a Monday morning, nine o'clock in New York, and a bot that looks when it is told to."""
    sandbox_server.reset(at=START)
    town = Town(sandbox_server.url, ruleset)
    yield town
    town.close()
