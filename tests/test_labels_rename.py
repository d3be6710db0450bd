"""`triage labels rename` on a sandbox's boards and a copy of the shipped rules."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.core.evaluate import evaluate
from app.core.model import Issue, IssueRef
from app.core.ruleset import Ruleset
from app.database import open_database
from app.gitlab.labels import Labels
from app.known import KnownIssues
from app.reconcile import reconcile
from app.renaming import perform, plan
from app.rulebook import load
from app.rulecheck import check
from app.sandbox.scenes import PROJECTS, TRIAGE_GROUP
from app.sandbox.stage import PROJECT
from tests import plain
from tests.conftest import ROOT
from tests.in_process import UNCLOSED, Ran, run
from tests.town import Town

pytestmark = UNCLOSED

LEADERS = "gitlab-com/customer-success/solutions-architecture-leaders"
OLD, NEW = "SA Waiting", "SA On Hold"
DAY = date(2026, 3, 2)


class Place:
    """A sandbox with a copy of the shipped rules beside it; only of these rules unless all are wanted."""

    FEW = ("late-activity", "answered-wait", "extra-state-label", "partner-region", "unexplained-expedite")

    def __init__(self, town: Town, folder: Path, *, whole: bool = False) -> None:
        self.town, self.folder = town, folder
        for name in ("rules", "issue_templates"):
            shutil.copytree(ROOT / name, folder / name)
        if not whole:
            shutil.rmtree(folder / "rules" / "tests")
            kept = {"labels", "quarters", *self.FEW}
            for path in (folder / "rules").glob("*.yaml"):
                if path.stem not in kept:
                    path.unlink()

    def triage(self, *words: str, **more: str) -> Ran:
        environment = {
            "TRIAGE_GITLAB_URL": self.town.url,
            "TRIAGE_GITLAB_TOKEN": "sandbox-triage-bot",
            "TRIAGE_DATABASE_URL": f"sqlite:///{self.folder}/triage.db",
            "TRIAGE_CLOCK": "sandbox",
            **more,
        }
        return run(list(words), environment, self.folder)

    def rename(self, old: str = OLD, new: str = NEW, *words: str, **more: str) -> Ran:
        return self.triage("labels", "rename", old, new, "--yes", *words, **more)

    def files(self) -> dict[str, str]:
        return {
            str(path.relative_to(self.folder)): path.read_text()
            for name in ("rules", "issue_templates")
            for path in sorted((self.folder / name).rglob("*"))
            if path.is_file()
        }

    def labels(self, place: str = PROJECT) -> dict[str, int]:
        return {row.name: row.id for row in self.town.project("root", place).labels.list(get_all=True)}

    def group(self, path: str = TRIAGE_GROUP) -> Any:
        return self.town.person("root").groups.get(path)

    def renames(self) -> list[str]:
        return [w for w in self.town.writes() if "/labels/" in w]


def demote(place: Place, *, to: int = 10) -> None:
    """The bot's access to one of the groups is another from now on."""
    bot = place.town.person("root").users.list(username="triage-bot")[0]
    member = place.group(LEADERS).members.get(bot.id)
    member.access_level = to
    member.save()


@pytest.fixture
def place(town: Town, tmp_path: Path) -> Place:
    return Place(town, tmp_path)


@pytest.fixture
def whole(town: Town, tmp_path: Path) -> Place:
    return Place(town, tmp_path, whole=True)


def a_past(town: Town) -> IssueRef:
    """A request on which somebody waits, and works again, over days."""
    alice = town.project("alice").issues.create({"title": "Acme", "description": "x"})
    sam = town.project("sam").issues.get(alice.iid)
    for add, remove, hours in (
        ("SA Doing", "", "PT5H"),
        (OLD, "SA Doing", "PT20H"),
        ("SA Doing", OLD, "PT9H"),
    ):
        sam.add_labels, sam.remove_labels = add, remove
        sam.save()
        town.set_clock(advance=hours)
    sam.add_labels, sam.remove_labels = OLD, "SA Doing"
    sam.save()
    town.set_clock(advance="PT30H")
    return IssueRef(alice.project_id, alice.iid)


def fetched(town: Town, ruleset: Ruleset, ref: IssueRef) -> Issue:
    return reconcile(ref, gitlab=town.bot, ruleset=ruleset, now=town.clock.now, apply=False).issue


def under_the_old_name(issue: Issue) -> Issue:
    events = tuple(replace(e, label=OLD if e.label == NEW else e.label) for e in issue.label_events)
    labels = frozenset(OLD if label == NEW else label for label in issue.labels)
    return replace(issue, labels=labels, label_events=events)


def test_histories_and_clocks_are_as_before_but_for_the_name(whole: Place) -> None:
    town, ref = whole.town, a_past(whole.town)
    town.set_clock(frozen=True)
    rules = load(whole.folder / "rules")
    before = fetched(town, rules, ref)
    assert whole.rename().code == 0
    renamed = load(whole.folder / "rules")
    after = fetched(town, renamed, ref)
    assert OLD in before.labels
    assert NEW in after.labels
    assert [e.label for e in after.label_events].count(NEW) == 3
    assert under_the_old_name(after) == before
    now = town.clock.now()
    was, judged = evaluate(before, rules, now), evaluate(after, renamed, now)
    assert str(judged).replace(NEW, OLD).replace(renamed.version, rules.version) == str(was)
    assert judged.recheck_at == was.recheck_at
    assert any(o.clocks for o in judged.outcomes)
    assert [o.clocks for o in judged.outcomes] == [o.clocks for o in was.outcomes]


def test_the_label_keeps_its_id_and_the_group_is_told_once(place: Place) -> None:
    before = {path: place.labels(path)[OLD] for path in (PROJECT, f"{TRIAGE_GROUP}/apac-triage")}
    assert place.rename().code == 0
    for path, number in before.items():
        assert place.labels(path)[NEW] == number
        assert OLD not in place.labels(path)
    # Three groups of boards that are not only watched hold it, and one of them is above seven boards.
    assert len(place.renames()) == len(set(place.renames())) == 3
    assert all("/groups/" in write for write in place.renames())


def test_the_rules_are_green_and_only_lines_with_the_label_differ(whole: Place) -> None:
    before = whole.files()
    assert whole.rename("SA Doing", "SA Working").code == 0
    after = whole.files()
    assert before.keys() == after.keys()
    for name in before:
        was, now = before[name].split("\n"), after[name].split("\n")
        assert len(was) == len(now), name
        for old, new in zip(was, now, strict=True):
            assert old == new or old.replace("SA Doing", "SA Working") == new, name
    checked = check(whole.folder / "rules", DAY)
    assert not checked.problems
    assert whole.triage("rules", "test").code == 0
    assert whole.triage("rules", "page", "--check").code == 0
    assert "claiming: [SA Triaged, SA Working] # whoever" in after["rules/labels.yaml"]


def test_a_second_run_changes_nothing(place: Place) -> None:
    assert place.rename().code == 0
    files, writes = place.files(), place.town.writes()
    again = place.rename()
    assert (again.code, "Nothing is to be done." in again.out) == (0, True)
    assert (place.files(), place.town.writes()) == (files, writes)


def test_a_dry_run_tells_all_and_changes_nothing(place: Place) -> None:
    files = place.files()
    done = place.triage("labels", "rename", OLD, NEW, "--dry-run")
    assert done.code == 0
    assert "a dry run" in done.out
    assert f"group {TRIAGE_GROUP}: label {place.labels()[OLD]}, for " in done.out
    assert "rules/labels.yaml:3:10: waiting: SA Waiting" in done.out
    assert (place.files(), place.renames()) == (files, [])
    data = json.loads(place.triage("labels", "rename", OLD, NEW, "--dry-run", "--format", "json").out)
    assert len(data["labels"]) == 3
    assert data["written"] == []
    assert not data["applied"]
    assert {m["file"] for m in data["changed"]} >= {"rules/labels.yaml", "rules/late-activity.yaml"}


def test_without_a_terminal_somebody_has_to_say_yes(place: Place) -> None:
    done = place.triage("labels", "rename", OLD, NEW)
    assert (done.code, "--yes" in done.err, place.renames()) == (2, True, [])


def test_a_project_label_is_renamed_in_its_project(place: Place) -> None:
    place.group().labels.delete("SA POV")
    made = place.town.project("root").labels.create({"name": "SA POV", "color": "#112233"})
    done = place.rename("SA POV", "SA Proof")
    assert done.code == 0
    assert "apac" in done.out
    assert "no such label there; left alone" in done.out
    assert place.labels()["SA Proof"] == made.id
    assert f"PUT /api/v4/projects/{PROJECT.replace('/', '%2F')}/labels/{made.id}" in place.renames()
    assert "SA Proof" not in place.labels(f"{TRIAGE_GROUP}/apac-triage")


@pytest.mark.parametrize("level", ["project", "group"])
def test_two_labels_are_not_made_one(place: Place, level: str) -> None:
    owner = place.town.project("root") if level == "project" else place.group()
    owner.labels.create({"name": NEW, "color": "#112233"})
    files = place.files()
    done = place.rename()
    assert done.code == 1
    assert f'us-east: there is a label "{NEW}" beside "{OLD}"' in done.out
    assert (place.files(), place.renames()) == (files, [])


def test_a_name_that_the_rules_have_already_is_refused(place: Place) -> None:
    done = place.rename("SA POV", "Partner-SA")  # of another board's
    assert done.code == 1
    assert "Refused:" in done.out
    assert place.renames() == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("sla::breached", "late::breached", 'the scope "sla"'),
        ("Expedite", "speed::high", "no scope"),
        ("Expedite", "Expedite", "the same"),
        ("Expedite", "Now, please", "no label of a board may"),
        ("Expedit", "Urgent", 'did you mean "Expedite"?'),
    ],
)
def test_names_that_will_not_do(place: Place, old: str, new: str, told: str) -> None:
    done = place.rename(old, new)
    assert (done.code, told in done.err, place.renames()) == (2, True, [])


def test_within_its_scope_a_label_may_change(place: Place) -> None:
    assert place.rename("sla::breached", "sla::late").code == 0
    assert "sla::late" in place.labels()
    assert not check(place.folder / "rules", DAY).problems


def test_a_bot_that_may_not_change_labels_changes_nothing(place: Place) -> None:
    demote(place)
    files = place.files()
    done = place.rename()
    assert done.code == 1
    assert (
        "group gitlab-com/customer-success/solutions-architecture-leaders: the bot has access level 10"
        in done.out
    )
    assert "make it a Planner (15)" in done.out
    assert (place.files(), place.renames()) == (files, [])


def test_a_refusal_half_way_leaves_the_files_and_the_next_run_goes_on(place: Place) -> None:
    files = place.files()
    labels = Labels(place.town.bot.calls)
    found = plan(OLD, NEW, place.folder / "rules", labels)
    demote(place)
    perform(found, place.folder / "rules", labels, None, lambda _: None)
    assert "403" in found.refused
    assert LEADERS in found.refused
    assert found.done
    assert not found.written
    assert place.files() == files
    half = len(place.renames())
    demote(place, to=15)
    again = place.rename()
    assert again.code == 0
    assert "done already" in again.out
    assert len(place.renames()) == half + 3 - len(found.done)
    assert all(NEW in place.labels(f"{TRIAGE_GROUP}/{name}") for name in PROJECTS)
    assert not check(place.folder / "rules", DAY).problems


def test_gitlab_being_down_half_way_is_incomplete_and_the_next_run_goes_on(place: Place) -> None:
    files = place.files()
    place.town.fault(kind="500", method="PUT", path="architecture-leaders")
    done = place.rename()
    assert done.code == 4
    assert f"It went no further: group {LEADERS}" in done.out
    assert place.files() == files
    plain.delete(f"{place.town.url}/-/sandbox/faults").raise_for_status()
    assert place.rename().code == 0
    assert not check(place.folder / "rules", DAY).problems


def test_files_that_cannot_be_written_are_told_and_the_next_run_writes_them(place: Place) -> None:
    before = place.files()
    in_the_way = place.folder / "rules" / ".labels.yaml.new"
    in_the_way.mkdir()
    ran = place.rename()
    assert ran.code == 4
    assert ".labels.yaml.new cannot be written" in ran.out
    assert place.files() == before
    in_the_way.rmdir()
    assert place.rename().code == 0
    assert f'"{OLD}"' not in place.files()["rules/labels.yaml"]
    assert not list(place.folder.rglob(".*.new"))


def test_what_sweeps_know_of_those_boards_is_forgotten(place: Place) -> None:
    ref = a_past(place.town)
    assert place.triage("sweep", "--board", "us-east", "--alone").code == 0
    known = KnownIssues(open_database(f"sqlite:///{place.folder}/triage.db"), place.town.url)
    assert ref in known.issues(ref.project_id)
    assert place.rename().code == 0
    assert known.issues(ref.project_id) == {}


def test_rules_that_would_not_hold_are_told_and_nothing_is_done(place: Place) -> None:
    path = place.folder / "rules" / "late-activity.yaml"
    path.write_text(
        path.read_text().replace("no SA has answered since", "no SA (SA Waiting) has answered since")
    )
    note = path.read_text().replace("| @maria: no SA has", "| @maria: no SA (SA Waiting) has")
    path.write_text(note)
    assert place.triage("rules", "check").code == 0
    assert place.rename().code == 0  # prose stays on both sides
    path.write_text(path.read_text().replace("paused_while: [SA On Hold]", 'paused_while: ["SA On *"]'))
    done = place.rename(NEW, "SA Pause")
    assert (done.code, len(place.renames())) == (2, 3)
