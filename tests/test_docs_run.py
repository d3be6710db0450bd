"""What the documentation tells people to do works: commands run, rules hold, texts are what the bot says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gitlab
import pytest

from app.core.example import run_examples
from app.core.lint import Book, behaviour_faults, lint
from app.rulebook import opened, ready
from app.sandbox.scenes import STATE_LABELS, TRIAGE_GROUP, _add_board
from app.sandbox.server import SandboxServer
from app.sandbox.stage import PROJECT
from app.sandbox.story import START
from tests import plain
from tests.conftest import ROOT
from tests.doc_pages import (
    PAGES,
    Command,
    commands,
    copied,
    files,
    laid_over,
    name,
    scenes,
    understood,
    written,
)
from tests.in_process import UNCLOSED, Ran, run

pytestmark = UNCLOSED

# Commands that are only parsed, and why. By the beginning of the line; the longest beginning counts.
ONLY_PARSED = {
    "triage init our-boards --group acme": "it asks on a terminal; docs/first-steps.md says all of it at once",
    "triage serve": "it goes on until it is stopped; tests/test_serve.py starts it",
    "make": "they set up, test or measure this checkout; that the target exists is looked at",
    "triage rules import": "it reads somebody's own policies; tests/test_importing.py has some",
    "triage rules page": "a reduced copy of the rules has another page; make lint runs it",
    "triage rules backtest --since 90d --against origin/main": "it names a branch of somebody's repository",
    "triage rules backtest --against main": "it names a branch of somebody's repository",
    "triage sla restate --since 2026-03-01 --against v1.4": "it names a tag of somebody's repository",
    "triage undo result.json": "the file is that of an earlier run",
    "triage undo 20261126T050312-3fa1": "it names somebody's run; a page with RUN in its place is run",
}
# Commands that run here with another exit code than 0, and why.
OTHER_CODES = {
    "triage rules test --junit junit.xml --min-coverage 90": (1, "only some of the rules are here"),
}
# Pages that are walked as a whole by a test of their own, and by which: their commands are only parsed here.
WALKED = {
    "docs/first-steps.md": "tests/journeys/test_first_steps.py",  # in a shell, on an empty group, with real processes
}
WITH_COMMANDS = [page for page in PAGES if list(commands(page))]
WITH_FILES = [page for page in PAGES if files(page)]
WITH_SCENES = [page for page in PAGES if scenes(page)]
MANY = 10  # a page that names more rules than this is about rules in general
FEW = {"incomplete-request", "extra-state-label"}


def known(command: Command, table: dict[str, Any]) -> str:
    """The longest entry that the command begins with; empty where there is none."""
    line = " ".join(command.words)
    return max((k for k in table if line == k or line.startswith(k + " ")), key=len, default="")


@dataclass
class Desk:
    """A folder with rules, where somebody types commands, and a sandbox for GitLab."""

    folder: Path
    server: SandboxServer

    def type(self, command: Command) -> Ran:
        words = [self._run() if word == "RUN" else word for word in command.words[1:]]
        target = ""
        if ">" in words:
            target, words = words[words.index(">") + 1], words[: words.index(">")]
        environment = {
            "TRIAGE_GITLAB_URL": self.server.url,
            "TRIAGE_GITLAB_TOKEN": "sandbox-triage-bot",
            "TRIAGE_DATABASE_URL": f"sqlite:///{self.folder}/triage.db",
            "TRIAGE_CLOCK": "sandbox",
        }
        done = run(words, environment, self.folder)
        if target:
            (self.folder / target).write_text(done.out)
        return done

    def _run(self) -> str:
        """The last run, as `triage runs` names it."""
        found = re.search(r"\d{8}T\d{6}-\w+", self.type(Command(ROOT, "", ["triage", "runs"])).out)
        assert found, "no run is in the journal"
        return found[0]

    def curl(self, words: list[str]) -> None:
        """What curl would do, on the sandbox."""
        url = next(word for word in words if word.startswith("http"))
        body = words[words.index("-d") + 1] if "-d" in words else None
        url = url.replace("http://127.0.0.1:8929", self.server.url)
        asked = plain.request("POST" if body else "GET", url, content=body)
        asked.raise_for_status()


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with SandboxServer(at=START, templates_dir=ROOT / "issue_templates") as server:
        yield server


@pytest.fixture
def desk(server: SandboxServer, tmp_path: Path) -> Desk:
    """The boards of the demo, one more, and a request of Alice's with gaps that is a day old."""
    server.reset(at=START)
    group = next(g for g in server.world.groups.values() if g.full_path == TRIAGE_GROUP)
    states = [label for label in server.world.labels_in(group) if label.name in STATE_LABELS]
    _add_board(server.world, group, "latam-triage", states)
    text = (ROOT / "issue_templates" / "SA Activity.md").read_text()
    alice = gitlab.Gitlab(server.url, private_token="sandbox-alice")
    for path in (PROJECT, PROJECT.replace("us-east", "us-west"), f"{TRIAGE_GROUP}/emea-triage"):
        alice.projects.get(path, lazy=True).issues.create({"title": "Acme demo", "description": text})
    us_east = next(p for p in server.world.projects.values() if p.full_path == PROJECT)
    us_east.last_iid = 11  # pages speak of us-east#12
    alice.projects.get(PROJECT, lazy=True).issues.create({"title": "Acme POC", "description": text})
    alice.session.close()
    plain.post(f"{server.url}/-/sandbox/clock", json={"advance": "PT24H"}).raise_for_status()
    return Desk(tmp_path, server)


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name)
def test_every_command_of_the_page_runs(page: Path, desk: Desk) -> None:
    text = page.read_text()
    named = {path.stem for path in (ROOT / "rules").glob("*.yaml") if path.stem in text}
    copied(desk.folder, FEW | (named if len(named) < MANY else set()))
    for path in (desk.folder / "rules" / "boards").glob("*.yaml"):
        if (
            path.stem not in text and path.stem != "us-east"
        ):  # boards that the page does not speak of cost time only
            path.write_text(path.read_text() + "active: false\n")
    laid_over(page, desk.folder)
    for command in commands(page):
        if command.words[0] == "curl":
            desk.curl(command.words)
            continue
        if command.words[0] == "triage":
            words = command.words[1:]
            understood(words[: words.index(">")] if ">" in words else words)
        if name(page) in WALKED or known(command, ONLY_PARSED):
            continue
        done = desk.type(command)
        code, _ = OTHER_CODES.get(known(command, OTHER_CODES), (0, ""))
        assert done.code == code, f"{command}\n{done.out}\n{done.err}"
        assert (done.out + done.err).strip(), f"{command} says nothing"
        lines = [line.strip() for line in (done.out + done.err).splitlines()]
        assert [line for line in command.shown if line not in lines] == [], f"{command}\n{done.out}{done.err}"


@cache
def rules_of(page: Path) -> tuple[Book | None, list[str]]:
    """The shipped rules with what the page lays over them, read once; and what is wrong with the files."""
    with TemporaryDirectory() as place:
        copied(Path(place))
        laid_over(page, Path(place))
        book, problems = opened(Path(place) / "rules")
    return book, [str(problem) for problem in problems]


@pytest.mark.parametrize("page", WITH_FILES, ids=name)
def test_the_rules_are_right_with_what_the_page_lays_over_them(page: Path) -> None:
    book, found = rules_of(page)
    assert book is not None, found
    changed = files(page)
    problems = [*behaviour_faults(book), *lint(book, date(2026, 3, 2))]
    rules = [rule for rule in book.ruleset.rules if f"rules/{rule.id}.yaml" in changed]
    problems += [problem for rule in rules for problem in run_examples(book.ruleset, rule)]
    assert [*found, *map(str, problems)] == []
    assert len(rules) == sum(
        f.startswith("rules/") and f.count("/") == 1 and "labels" not in f for f in changed
    )


@pytest.mark.parametrize("page", WITH_SCENES, ids=name)
def test_what_people_see_is_what_the_bot_says(page: Path) -> None:
    book, found = rules_of(page)
    assert book is not None, found
    for scene in scenes(page):
        said = [" ".join(text.split()) for text in written(scene, ready(book))]
        told = " ".join(scene.text.text.split())
        assert told
        assert any(told in text for text in said), f"{name(page)}:{scene.text.line}: {said}"


def test_the_lists_of_exceptions_name_nothing_that_is_gone() -> None:
    there = [command for page in PAGES if name(page) not in WALKED for command in commands(page)]
    used = {known(c, ONLY_PARSED) for c in there}
    assert sorted(set(ONLY_PARSED) - used) == []
    run_here = [c for c in there if not known(c, ONLY_PARSED)]
    assert sorted(set(OTHER_CODES) - {known(c, OTHER_CODES) for c in run_here}) == []
    assert sorted(set(WALKED) - set(map(name, WITH_COMMANDS))) == []
    for page, test in WALKED.items():
        walk = (ROOT / test).read_text()
        assert page in walk, f"{test} does not speak of {page}"
        assert Path(page).name in walk.partition('"""')[2].partition('"""')[2], f"{test} does not read {page}"


def test_make_is_asked_for_targets_that_exist() -> None:
    targets = set(re.findall(r"^([\w.$()/-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        w
        for page in PAGES
        for c in commands(page)
        if c.words[0] == "make"
        for w in c.words[1:]
        if "=" not in w
    }
    assert named
    assert named <= targets
