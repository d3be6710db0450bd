"""The past played again comes to what the service did; with other rules, to what they would have done."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from app import backtest_text
from app.backtest import Backtest, run
from app.core.backtest import of_history, of_replay
from app.core.keys import key_of
from app.core.model import Issue, IssueRef
from app.core.replay import replay
from app.reconcile import who_matters
from app.tools import Tools
from tests.conftest import ROOT
from tests.town import Town

DAYS = 90
SECONDS = timedelta(seconds=10)  # between an act and the look, and between a look and what GitLab writes down


class Live:
    """The service on a board: looks after each act, and whenever it wanted to."""

    def __init__(self, town: Town, numbers: int) -> None:
        self.town, self.due = town, dict[int, datetime]()
        self.now = town.clock.now()
        self.issues: list[Any] = []
        text = town.stage().template()
        for n in range(numbers):
            description = text if n % 3 else "Please call me."
            issue = town.project("alice").issues.create({"title": f"{n}", "description": description})
            self.issues.append(issue)
            self.look(issue.iid)

    def look(self, iid: int) -> None:
        recheck_at = self.town.look(self.issues[iid - 1]).plan.recheck_at
        self.due.pop(iid, None)
        if recheck_at:
            self.due[iid] = recheck_at

    def until(self, at: datetime) -> None:
        while self.due and (first := min(self.due.items(), key=lambda each: each[1]))[1] <= at:
            self.town.set_clock(set=max(first[1], self.now).isoformat(), frozen=True)
            self.look(first[0])
        self.now = max(at, self.now)
        self.town.set_clock(set=self.now.isoformat(), frozen=True)

    def act(self, random: Random) -> None:
        iid = random.randrange(len(self.issues)) + 1
        who = random.choice(["alice", "sam", "sam", "sofia"])
        issue = self.town.project(who).issues.get(iid)
        match random.randrange(6):
            case 0 | 1:
                issue.notes.create({"body": "What do they use today?"})
            case 2:
                self._move(iid, random.choice(["SA Triaged", "SA Doing", "SA Waiting", "SA Followup"]))
            case 3:
                self._move(iid, "SA Doing")
            case 4:
                closed = issue.state == "closed"
                issue = self.town.project("sam").issues.get(iid)
                issue.state_event = "reopen" if closed else "close"
                issue.save()
            case 5:
                issue = self.town.project("sam").issues.get(iid)
                issue.labels = [*issue.labels, random.choice(["Expedite", "SA POV", "partner"])]
                issue.save()
        self.look(iid)

    def _move(self, iid: int, label: str) -> None:
        issue = self.town.project("sam").issues.get(iid)
        states = {"SA Triaged", "SA Demo Ready", "SA Doing", "SA Waiting", "SA Followup"}
        issue.labels = [each for each in issue.labels if each not in states] + [label]
        issue.save()


@pytest.fixture
def lived(town: Town) -> Live:
    """A board with ninety days of history, during which the service was there."""
    random = Random(7)
    live = Live(town, 4)
    began = live.now
    for day in sorted(random.uniform(0, DAYS) for _ in range(36)):
        live.until(began + timedelta(days=day))
        live.act(random)
    live.until(began + timedelta(days=DAYS))
    return live


def fetched(live: Live, iid: int) -> Issue:
    ref = IssueRef(live.issues[0].project_id, iid)
    return live.town.bot.fetch(ref, *who_matters(live.town.ruleset))


def test_the_past_played_again_is_what_the_service_did(lived: Live) -> None:
    compared = 0
    for iid in range(1, len(lived.issues) + 1):
        issue = fetched(lived, iid)
        played = replay(issue, lived.town.ruleset, issue.created_at, lived.now)
        wanted = of_history(issue, played.last, issue.created_at)
        found = of_replay(played, issue.created_at)
        by_what = {deed.what: at for deed, at in found.deeds.items()}
        really = {deed.what: at for deed, at in wanted.deeds.items()}
        assert by_what.keys() == really.keys()
        assert all(abs(by_what[what] - really[what]) < SECONDS for what in really)
        assert found.notes == wanted.notes
        assert found.calls == wanted.calls
        assert sum(found.calls.values()) == sum(wanted.calls.values())
        compared += len(really)
        last = {key_of(n, issue): n.body for n in issue.notes if key_of(n, issue)}
        assert set(last) == {what.removeprefix("note ") for what in really if what.startswith("note ")}
    assert compared > 20


def tools(town: Town) -> Tools:
    return Tools(town.bot, town.ruleset, town.clock, ROOT / "rules")


def test_nothing_differs_where_the_rules_are_those_that_ran(lived: Live) -> None:
    found = run(tools(lived.town), ["us-east"], timedelta(days=DAYS), "")
    assert ([row.difference for row in found.differing], found.failed) == ([], [])
    assert len(found.rows) == len(lived.issues)
    assert "incomplete-request" in found.todays_text


def test_other_rules_are_told_apart(lived: Live, tmp_path: Path) -> None:
    for name in ("rules", "issue_templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    late = tmp_path / "rules" / "late-activity.yaml"
    text = late.read_text()
    late.write_text(text.replace("target: 48h", "target: 2h", 1))
    found = run(tools(lived.town), ["us-east"], timedelta(days=DAYS), str(tmp_path / "rules"))
    assert found.failed == []
    assert found.differing
    gone = [deed for row in found.differing for deed, _ in row.difference.fewer]
    assert any(deed.rule == "late-activity" for deed in gone)
    assert any(row.difference.fewer_breaches for row in found.differing)
    shown(found)


def shown(found: Backtest) -> None:
    """Each format tells it, and mentions nobody."""
    text, markdown = backtest_text.as_text(found), backtest_text.as_markdown(found)
    data = backtest_text.as_data(found)
    assert f"{len(found.differing)} requests of {len(found.rows)} would have gone otherwise" in markdown
    assert "promises broken" in text
    assert "@" not in markdown
    assert data["figures"]["promises broken"]["before"] > data["figures"]["promises broken"]["now"]
    assert len(data["issues"]) == len(found.differing)


def test_a_confidential_request_is_only_counted(town: Town) -> None:
    body = {"title": "Secret Corp", "description": "Secret", "confidential": True}
    issue = town.project("alice").issues.create(body)
    town.look(issue)
    town.set_clock(advance="P4D")
    found = run(tools(town), ["us-east"], timedelta(days=30), "")  # nobody looked when it was late
    assert [row.confidential for row in found.differing] == [True]
    for text in (
        backtest_text.as_text(found),
        backtest_text.as_markdown(found),
        str(backtest_text.as_data(found)),
    ):
        assert "Secret" not in text
        assert "late-activity" not in text.partition("By what descriptions")[0].partition("todays_desc")[0]
