"""A target or a calendar changes: what would differ is shown, and the past is kept or restated. Over real HTTP."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from app.core.judged import of_kept
from app.core.model import IssueRef
from app.database import open_database
from app.inbox import Inbox
from app.journal import Entry, Journal
from app.restating import Asked, Done, run
from app.restating_text import as_data, as_text
from app.rulebook import load
from app.sandbox.stage import PROJECT
from app.tools import Tools
from tests.conftest import ROOT
from tests.in_process import WIDE_BUDGET
from tests.town import Town

WEST = PROJECT.replace("us-east", "us-west")
SINCE = date(2026, 3, 1)
# The clock's examples, which must hold by the rules as they are changed.
EXAMPLES = """
examples:
  - name: due then, it is a breach
    board: us-east
    timeline: |
      2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled
    now: {due}
    expect: ["+sla::breached", summon]
  - name: closed before, it is none
    board: us-east
    timeline: |
      2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled
      2026-03-02T15:00Z sam closes
    now: {due}
    expect: []
"""
ONE_DAY, TWO_DAYS, A_DAY_OFF = "2026-03-03T14:00Z", "2026-03-04T14:00Z", "2026-03-05T14:00Z"


@dataclass
class Team:
    """Two boards with a history, a journal in which it was judged, and a copy of the rules to be changed."""

    town: Town
    folder: Path
    journal: Journal
    inbox: Inbox
    issues: dict[str, Any]

    def rules(self, file: str = "late-activity.yaml") -> Path:
        return self.folder / file

    def change(self, old: str, new: str, file: str = "late-activity.yaml", due: str = ONE_DAY) -> None:
        """The rules as somebody changes them; the clock's examples with them."""
        text = self.rules(file).read_text()
        assert old in text
        self.rules(file).write_text(text.replace(old, new))
        clock = self.rules("late-activity.yaml")
        clock.write_text(clock.read_text().partition("\nexamples:")[0] + EXAMPLES.format(due=due))

    def asks(self, **asked: Any) -> Done:
        ruleset = load(self.folder, examples=False)
        town = self.town
        tools = Tools(town.bot, ruleset, town.clock, self.folder, self.journal, self.inbox)
        asked = {"since": SINCE, "boards": ("us-east", "us-west"), **asked}
        return run(Asked(quiet=True, **asked), tools)

    def differing(self, done: Done) -> dict[str, list[str]]:
        """What differs, by the names that the requests have here: each cycle as `verdict -> verdict`."""
        names = {issue.references["full"]: name for name, issue in self.issues.items()}
        return {
            names[row["reference"]]: [_verdicts(cycle) for cycle in row["cycles"]]
            for row in as_data(done)["issues"]
        }

    def sweep(self) -> None:
        self.town.ruleset = load(self.folder, examples=False)
        self.town.sweep("us-east", "us-west")

    def entries(self, name: str) -> list[Entry]:
        issue = self.issues[name]
        return self.journal.recent(IssueRef(issue.project_id, issue.iid))


def _verdicts(cycle: dict[str, Any]) -> str:
    before, now = (cycle[side]["verdict"] if cycle[side] else "none" for side in ("before", "now"))
    return f"{before} -> {now}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped rules, to be changed: of the rules themselves only the clock."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    for rule in (tmp_path / "rules").glob("*.yaml"):
        if rule.name not in ("labels.yaml", "late-activity.yaml"):
            rule.unlink()
    shutil.copytree(ROOT / "issue_templates", tmp_path / "issue_templates")
    return tmp_path / "rules"


@pytest.fixture
def team(town: Town, folder: Path, tmp_path: Path) -> Iterator[Team]:
    """Opened on Monday at nine in New York: one answered after 20 hours, one after 30, one closed after 30, one never
    answered, and one in the west; judged on Wednesday at eleven. One is opened on Wednesday."""
    engine = open_database(f"sqlite:///{tmp_path}/triage.db")
    town.journal = Journal(engine)
    opens = lambda title, path=PROJECT: town.project("alice", path).issues.create(  # noqa: E731
        {"title": title, "description": "x"}
    )
    issues = {name: opens(name) for name in ("quick", "slow", "closed", "silent")} | {
        "west": opens("west", WEST)
    }
    sam = town.project("sam")
    town.set_clock(advance="PT20H")
    sam.issues.get(issues["quick"].iid).notes.create({"body": "Here I am."})
    town.set_clock(advance="PT10H")
    sam.issues.get(issues["slow"].iid).notes.create({"body": "Here I am."})
    closed = sam.issues.get(issues["closed"].iid)
    closed.state_event = "close"
    closed.save()
    town.set_clock(advance="PT20H")
    issues["new"] = opens("new")
    found = Team(town, folder, town.journal, Inbox(engine), issues)
    found.sweep()
    yield found
    engine.dispose()


SHORTER = {
    "quick": ["met -> met"],
    "slow": ["met -> breached"],
    "closed": ["met -> breached"],
    "silent": ["breached -> breached"],
    "west": ["breached -> breached"],
    "new": ["open -> open"],
}


def test_nothing_differs_as_long_as_nothing_changes(team: Team) -> None:
    writes = team.town.writes()
    done = team.asks()
    assert (team.differing(done), done.found.complete) == ({}, True)
    assert as_data(done)["never_judged"] == []
    assert as_text(done).endswith("Nothing differs.")
    assert team.town.writes() == writes


def test_nor_does_it_by_what_people_did_since(team: Team) -> None:
    sam = team.town.project("sam")
    silent, new = (sam.issues.get(team.issues[name].iid) for name in ("silent", "new"))
    silent.notes.create({"body": "At last."})
    team.town.set_clock(advance="PT5H")
    new.labels = ["SA Waiting"]
    new.save()
    team.town.set_clock(advance="PT30H")
    assert team.differing(team.asks()) == {}


def test_a_preview_shows_exactly_what_a_shorter_target_changes(team: Team) -> None:
    entries, writes = len(team.entries("slow")), team.town.writes()
    team.change("target: 48h", "target: 24h")
    done = team.asks()
    assert team.differing(done) == SHORTER
    slow = next(
        row for row in as_data(done)["issues"] if row["reference"].endswith(f"#{team.issues['slow'].iid}")
    )
    began = datetime.fromisoformat(slow["cycles"][0]["started_at"])
    assert [slow["cycles"][0][side]["due_at"] for side in ("before", "now")] == [
        f"{began.replace(day=day):%Y-%m-%dT%H:%M:%S}.{began.microsecond // 1000:03}Z" for day in (4, 3)
    ]
    assert [slow["cycles"][0]["now"][key] for key in ("spent", "over", "target")] == [
        "PT30H",
        "PT6H",
        "PT24H",
    ]
    east, west = as_data(done)["totals"]
    assert (east["board"], east["differ"], east["breached_only_now"], east["breached_no_longer"]) == (
        ("us-east", 5, 2, 0)
    )
    assert (east["before"], east["now"]) == (
        {"met": 3, "breached": 1, "attained": 0.75},
        {"met": 1, "breached": 3, "attained": 0.25},
    )
    assert (west["before"]["attained"], west["now"]["attained"]) == (0.0, 0.0)
    assert (len(team.entries("slow")), team.town.writes()) == (entries, writes)


def test_the_preview_reads_well(team: Team) -> None:
    team.change("target: 48h", "target: 24h")
    text = as_text(team.asks(boards=("us-east",)))
    past, opened = text.split("\n\nOpen\n")
    assert "due 2026-03-04 09:00 EST → 2026-03-03 09:00 EST; met in 30 hours → breached by 6 hours" in past
    assert "due 2026-03-04 09:00 EST → 2026-03-03 09:00 EST; met in 20 hours" in past
    assert "open and late by 26 hours" in opened
    slow = next(line.strip() for line in past.splitlines() if "met in 30 hours" in line)
    assert any(
        f"    {slow}\n" in page.read_text() for page in (ROOT / "docs").glob("*.md")
    )  # the worked example
    assert "US East, activity: five cycles compared, 5 differ: 2 breached only now, 0 no longer." in opened
    assert "3 of 4 met (75%) → 1 of 4 met (25%)." in opened


def test_keeping_writes_the_old_terms_and_nothing_past_differs(team: Team) -> None:
    team.change("  target: 48h\n", "  target: 24h # as agreed in spring\n")
    changed = team.rules().read_text()
    kept = team.asks(act="keep", before=date(2026, 3, 4))
    assert kept.keeping is not None
    assert (kept.keeping.why_not, kept.keeping.written, kept.keeping.later) == ([], True, 1)
    text = team.rules().read_text()
    entry = (
        "    - {before: 2026-03-04, target: 48h, count: working_days, "
        "expedite: {label: Expedite, target: 4h, count: working_hours}}\n"
    )
    assert text == changed.replace(
        "  count: working_days\n", f"  count: working_days\n  earlier:\n{entry}", 1
    )
    assert [(a.file, text.splitlines()[a.line - 1].strip()) for a in kept.keeping.added] == [
        ("late-activity.yaml", entry.strip())
    ]
    assert team.differing(team.asks()) == {}


def test_the_day_of_the_change_is_today_unless_it_is_given(team: Team) -> None:
    team.change("target: 48h", "target: 24h")
    kept = team.asks(act="keep").keeping
    assert kept
    assert (kept.day, kept.later) == (date(2026, 3, 4), 1)


def test_new_cycles_count_by_the_new_terms_after_keeping(team: Team) -> None:
    team.change("target: 48h", "target: 24h")
    team.asks(act="keep")
    slow = team.town.project("alice").issues.get(team.issues["slow"].iid)
    slow.notes.create({"body": "And another thing."})
    team.sweep()
    clocks = of_kept(team.entries("slow")[0].plan)
    assert [(c.started_at.day, c.due_at and c.due_at.day) for c in clocks] == [(2, 4), (4, 5)]


def test_a_dry_run_of_keeping_says_what_it_would_write(team: Team) -> None:
    team.change("target: 48h", "target: 24h")
    text = team.rules().read_text()
    done = team.asks(act="keep", dry_run=True)
    assert "Would keep, and proven: nothing that began before 2026-03-04 is judged otherwise." in as_text(
        done
    )
    assert "late-activity.yaml:15: - {before: 2026-03-04, target: 48h" in as_text(done)
    assert team.rules().read_text() == text


def test_restating_keeps_both_in_the_journal_and_has_open_ones_looked_at(team: Team) -> None:
    team.change("target: 48h", "target: 24h")
    before = team.entries("slow")[0]
    done = team.asks(act="restate")
    after = team.entries("slow")
    assert (done.restated, after[1]) == (6, before)
    assert (after[0].trigger, after[0].outcome, after[0].applied) == ("restate", "done", False)
    assert [c.verdict(after[0].at) for e in after[:2] for c in of_kept(e.plan)] == ["breached", "met"]
    assert [c["state"] for o in after[0].plan["outcomes"] for c in o["clocks"]] == ["breached"]  # type: ignore[attr-defined]
    due = set()
    while lease := team.inbox.take(team.town.clock.now(), "test"):
        due.add(lease.ref.iid)
    east_open = {team.issues[name].iid for name in ("quick", "slow", "silent", "new", "west")}
    assert due == east_open


def test_restating_twice_restates_nothing_the_second_time(team: Team) -> None:
    team.change("target: 48h", "target: 24h")
    assert team.asks(act="restate").restated == 6
    assert team.asks(act="restate").restated == 0
    assert team.differing(team.asks()) == {}


def test_what_a_running_service_took_up_already_is_still_shown(team: Team) -> None:
    team.change("target: 48h", "target: 24h")
    team.sweep()
    assert team.differing(team.asks()) == SHORTER
    team.asks(act="restate")
    assert team.differing(team.asks()) == {}


def test_keeping_after_a_running_service_took_it_up_is_settled_too(team: Team) -> None:
    team.change("target: 48h", "target: 24h")
    team.sweep()
    kept = team.asks(act="keep", before=date(2026, 3, 5)).keeping
    assert kept
    assert (kept.why_not, kept.later) == ([], 0)
    assert team.differing(team.asks()) == {}
    assert [e.trigger for e in team.entries("slow")] == ["restate", "sweep", "sweep"]


def test_a_change_of_hours_of_the_expedite_promise_is_found_out_and_kept(team: Team) -> None:
    sam = team.town.project("sam")
    urgent = team.town.project("alice").issues.create(
        {"title": "now", "description": "x", "labels": ["Expedite"]}
    )
    team.issues["urgent"] = urgent
    team.town.set_clock(advance="PT3H")
    sam.issues.get(urgent.iid).notes.create({"body": "Here."})
    team.town.set_clock(advance="PT24H")
    team.sweep()
    team.change("{label: Expedite, target: 4h", "{label: Expedite, target: 2h", due=TWO_DAYS)
    assert team.differing(team.asks()) == {"urgent": ["met -> breached"]}
    kept = team.asks(act="keep").keeping
    assert kept
    assert (kept.why_not, kept.written) == ([], True)
    assert team.differing(team.asks()) == {}


HOLIDAY = ("holidays: {country: US}\n", "holidays: {country: US}\nclosed: {2026-03-03: Snow}\n")


def test_a_day_that_was_closed_afterwards_shows_its_requests_and_is_not_kept(
    team: Team, tmp_path: Path
) -> None:
    shutil.copytree(team.folder, tmp_path / "old" / "rules")
    shutil.copytree(tmp_path / "issue_templates", tmp_path / "old" / "issue_templates")
    team.change(*HOLIDAY, file="calendars/us-east.yaml", due=A_DAY_OFF)
    done = team.asks()
    assert team.differing(done) == {
        "quick": ["met -> met"],
        "slow": ["met -> met"],
        "closed": ["met -> met"],
        "silent": ["breached -> open"],
    }
    assert as_data(done)["totals"][0]["breached_no_longer"] == 1
    without = team.asks(act="keep").keeping
    assert without
    assert "give --against" in without.why_not[0]
    old = str(tmp_path / "old" / "rules")
    kept = team.asks(act="keep", against=old).keeping
    assert kept
    assert kept.why_not == [
        "calendars/us-east.yaml: 2026-03-03 was open and is closed now; take that back there to keep the past, or "
        "restate it"
    ]


def test_the_hours_of_before_are_kept_day_by_day(team: Team, tmp_path: Path) -> None:
    old = tmp_path / "old"
    for name in ("rules", "issue_templates"):
        shutil.copytree(tmp_path / name, old / name)
    calendar = "calendars/us-east.yaml"
    team.change('  mon: [["09:00", "17:00"]]\n', "", file=calendar, due="2026-03-05T05:00Z")
    changed = team.rules(calendar).read_text()
    against = str(old / "rules")
    # Monday is no working day any more: what was due on Wednesday is due at the end of it.
    assert team.differing(team.asks(against=against)) == {
        "quick": ["met -> met"],
        "slow": ["met -> met"],
        "closed": ["met -> met"],
        "silent": ["breached -> open"],
    }
    kept = team.asks(act="keep", against=against).keeping
    assert kept
    assert (kept.why_not, kept.written, kept.goes_on) == ([], True, 0)
    (added,) = kept.added
    assert added.file == calendar
    assert added.text.startswith('- {before: 2026-03-04, hours: {mon: [["09:00", "17:00"]], tue:')
    lines = team.rules(calendar).read_text().splitlines(keepends=True)
    del lines[added.line - 2 : added.line]
    assert lines == changed.splitlines(keepends=True)
    assert team.differing(team.asks()) == {}


def test_what_runs_on_the_day_of_the_change_goes_on_by_the_new_hours(team: Team, tmp_path: Path) -> None:
    old = tmp_path / "old"
    for name in ("rules", "issue_templates"):
        shutil.copytree(tmp_path / name, old / name)
    calendar = "calendars/us-east.yaml"
    team.change('  thu: [["09:00", "17:00"]]\n', "", file=calendar, due=TWO_DAYS)
    kept = team.asks(act="keep", against=str(old / "rules"), before=date(2026, 3, 5)).keeping
    assert kept
    # The newest one was opened on Wednesday, and Thursday does not count for it any more.
    assert (kept.why_not, kept.written, kept.goes_on) == ([], True, 1)


def test_against_a_folder_and_against_a_git_ref_is_the_same_and_so_is_the_journal(
    team: Team, tmp_path: Path
) -> None:
    old = tmp_path / "old"
    for name in ("rules", "issue_templates"):
        shutil.copytree(tmp_path / name, old / name)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "rules", "issue_templates")
    git(
        tmp_path,
        "-c",
        "user.name=x",
        "-c",
        "user.email=x@example.com",
        "commit",
        "--quiet",
        "-m",
        "as it was",
    )
    git(tmp_path, "tag", "spring")
    team.change("target: 48h", "target: 24h")
    by_folder, by_ref = (team.asks(against=name) for name in (str(old / "rules"), "spring"))
    assert team.differing(by_folder) == team.differing(by_ref) == SHORTER
    frozen = lambda done: [replace_spent(row) for row in as_data(done)["issues"]]  # noqa: E731
    assert frozen(by_folder) == frozen(by_ref)
    assert "a breach" not in as_text(by_ref)
    assert "as they were judged by the rules of spring" in as_text(by_ref)


def replace_spent(row: dict[str, Any]) -> dict[str, Any]:
    """Without what grows while the clock runs on between two looks."""
    sides = [cycle[side] for cycle in row["cycles"] for side in ("before", "now")]
    for side in sides:
        if side["ended_at"] is None:
            side["spent"] = side["over"] = None
    return row


def git(where: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(where), *words], check=True, capture_output=True)


def test_keeping_against_a_ref_writes_what_stood_there(team: Team, tmp_path: Path) -> None:
    old = tmp_path / "old"
    for name in ("rules", "issue_templates"):
        shutil.copytree(tmp_path / name, old / name)
    text = (old / "rules" / "late-activity.yaml").read_text()
    (old / "rules" / "late-activity.yaml").write_text(text.replace("target: 48h", "target: 2d"))
    team.change("target: 48h", "target: 24h")
    kept = team.asks(act="keep", against=str(old / "rules"), before=date(2026, 3, 4)).keeping
    assert kept
    assert (kept.why_not, kept.later) == ([], 1)
    assert [a.text for a in kept.added] == [
        "- {before: 2026-03-04, target: 2d, count: working_days, "
        "expedite: {label: Expedite, target: 4h, count: working_hours}}"
    ]
    assert team.differing(team.asks(against=str(old / "rules"))) == {"new": ["open -> open"]}


def test_what_begins_and_ends_a_clock_is_shown_and_not_kept(team: Team) -> None:
    team.change("answered_by: [sa_activity, closed]", "answered_by: [closed]", due=TWO_DAYS)
    assert team.differing(team.asks()) == {"quick": ["met -> breached"], "slow": ["met -> breached"]}
    before = team.rules().read_text()
    kept = team.asks(act="keep").keeping
    assert kept
    assert (bool(kept.why_not), kept.written) == (True, False)
    assert team.rules().read_text() == before


def test_a_request_that_nobody_judged_is_counted_and_named(team: Team) -> None:
    fresh = team.town.project("alice").issues.create({"title": "fresh", "description": "x"})
    team.change("target: 48h", "target: 24h")
    done = team.asks()
    assert as_data(done)["never_judged"] == [fresh.references["full"]]
    assert as_data(done)["totals"][0]["never_judged"] == 1
    assert f"One cycle of one request had never been judged, and cannot be compared: {PROJECT}#" in as_text(
        done
    )


def test_a_request_that_moved_on_is_judged_where_it_lives_now(team: Team) -> None:
    target = team.town.project("sam", WEST).id
    team.town.project("sam").issues.get(team.issues["silent"].iid).move(target)
    team.change("target: 48h", "target: 24h")
    done = team.asks()
    assert set(team.differing(done)) == set(SHORTER) - {"silent"}
    assert as_data(done)["moved"] == [team.issues["silent"].references["full"]]
    assert len(as_data(done)["never_judged"]) == 1  # its copy, at which nobody has looked yet
    assert "One request moved on, and is judged where it is now." in as_text(done)


def test_a_confidential_request_is_named_by_its_reference_only(team: Team, tmp_path: Path) -> None:
    silent = team.town.project("maria").issues.get(team.issues["silent"].iid)
    silent.confidential = True
    silent.save()
    old = tmp_path / "old"
    for name in ("rules", "issue_templates"):
        shutil.copytree(tmp_path / name, old / name)
    team.change("target: 48h", "target: 24h")
    done = team.asks(against=str(old / "rules"), boards=("us-east",))
    reference = team.issues["silent"].references["full"]
    assert f"{reference}: one cycle differs, not shown: the issue is confidential" in as_text(done)
    assert {"reference": reference, "confidential": True, "differ": 1} in as_data(done)["issues"]
    assert as_data(done)["totals"][0]["before"] == {"met": 3, "breached": 0, "attained": 1.0}
    number = len(team.entries("silent"))
    team.asks(act="restate", against=str(old / "rules"))
    assert len(team.entries("silent")) == number


def test_closed_before_the_day_is_left_out(team: Team) -> None:
    team.change("target: 48h", "target: 24h")
    done = team.asks(since=date(2026, 3, 4))
    assert set(team.differing(done)) == {"silent", "west", "new"}


def test_what_was_read_is_shown_when_gitlab_fails_on_the_way(team: Team) -> None:
    team.change("target: 48h", "target: 24h")
    team.town.fault(kind="401", path=f"/issues/{team.issues['slow'].iid}$")
    text = team.rules().read_text()
    done = team.asks(act="keep", boards=("us-east",))
    assert (done.found.complete, done.keeping, team.rules().read_text()) == (False, None, text)
    assert set(team.differing(done)) == {"quick"}
    assert "Incomplete: GitLab does not accept the token" in as_text(done)


def test_the_command_shows_keeps_and_tells_by_its_exit_code(team: Team, tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TRIAGE_")} | {
        "TRIAGE_GITLAB_URL": team.town.url,
        "TRIAGE_GITLAB_TOKEN": "sandbox-triage-bot",
        "TRIAGE_DATABASE_URL": f"sqlite:///{tmp_path}/triage.db",
        "TRIAGE_CLOCK": "sandbox",
        **WIDE_BUDGET,
        "TRIAGE_RULES": str(team.folder),
    }

    def command(*words: str) -> subprocess.CompletedProcess[str]:
        whole = [sys.executable, "-m", "app", "sla", "restate", "--board", "us-east", *words]
        return subprocess.run(whole, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60)

    day = ("--since", "2026-03-01")
    team.change("target: 48h", "target: 24h")
    shown = command(*day, "--detailed-exitcode", "--format", "json")
    assert (shown.returncode, json.loads(shown.stdout)["differ"]) == (3, 5)
    assert command(*day, "--keep", "--restate").returncode == 2
    assert command("--since", "yesterday").returncode == 2
    kept = command(*day, "--keep", "--before", "2026-03-05", "--detailed-exitcode")
    assert (kept.returncode, "Kept, and proven" in kept.stdout) == (0, True)
