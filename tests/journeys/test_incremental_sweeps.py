"""Sweeps that know what they saw before: they ask GitLab for little, and come to what one that knows nothing does."""

import re
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from app.core.fuse import Fuse
from app.core.model import IssueRef
from app.database import inbox as inbox_rows
from app.database import known_issues, open_database
from app.inbox import Inbox, failing
from app.journal import Journal
from app.known import KnownIssues
from app.sandbox.stage import PROJECT
from app.sweep import Report, Swept
from tests import plain
from tests.town import Town

READS = re.compile(r"/issues/(\d+)(/resource_label_events|/resource_state_events|/notes|)(?:\?|$)")


@dataclass
class Office:
    """A town whose bot sweeps on a database."""

    town: Town
    engine: Engine

    def sweep(self, *boards: str, **options: Any) -> Report:
        kept = {"known": KnownIssues(self.engine, self.town.url), "inbox": Inbox(self.engine)}
        journal, self.town.journal = self.town.journal, Journal(self.engine)
        try:
            return self.town.sweep(*(boards or ("us-east",)), **kept, **options)
        finally:
            self.town.journal = journal

    def read_by(self, sweep: Any) -> list[str]:
        """What was read of single issues meanwhile: the number, and which part."""
        before = len(self.town.requests())
        sweep()
        seen = [r for r in self.town.requests()[before:] if r["method"] == "GET"]
        found = (READS.search(r["path"]) for r in seen)
        return [f"{m[1]}{m[2].replace('resource_', '')}" for m in found if m]

    def settled(self, number: int = 3) -> list[Any]:
        """So many requests on which nothing is to be done, swept and then left alone for ten minutes."""
        text = self.town.stage().template()
        made = [
            self.town.project("alice").issues.create({"title": f"{n}", "description": text})
            for n in range(number)
        ]
        self.sweep()
        self.town.set_clock(advance="PT10M")
        self.sweep()
        return made


@pytest.fixture
def office(town: Town, tmp_path: Path) -> Iterator[Office]:
    engine = open_database(f"sqlite:///{tmp_path}/triage.db")
    yield Office(town, engine)
    engine.dispose()


def test_what_did_not_change_is_not_read_again(office: Office) -> None:
    office.settled()
    report = Report(False)

    def again() -> None:
        nonlocal report
        report = office.sweep()

    assert office.read_by(again) == []
    assert (report.rows, report.unchanged, report.complete) == ([], 3, True)


def test_a_first_sweep_reads_three_parts_of_each_issue(office: Office) -> None:
    text = office.town.stage().template()
    office.town.project("alice").issues.create({"title": "one", "description": text})
    assert sorted(office.read_by(office.sweep)) == ["1/label_events", "1/notes", "1/state_events"]


def test_only_what_changed_is_read(office: Office) -> None:
    made = office.settled()
    office.town.project("sam").issues.get(made[1].iid).notes.create({"body": "I look into it."})
    assert {part.partition("/")[0] for part in office.read_by(office.sweep)} == {"2"}


def test_a_renamed_label_is_seen_though_gitlab_moves_no_date(office: Office) -> None:
    made = office.settled()
    issue = office.town.project("sam").issues.get(made[0].iid)
    issue.labels = ["partner"]
    issue.save()
    office.town.set_clock(advance="PT10M")
    office.sweep()
    office.sweep()
    office.town.set_clock(advance="P1D")  # all are listed once a day
    label = office.town.project("maria").labels.get("partner")
    label.new_name = "ally"
    label.save()
    office.sweep()
    seen = KnownIssues(office.engine, office.town.url).snapshot(IssueRef(issue.project_id, issue.iid))
    assert seen is not None
    assert seen.row["labels"] == ["ally"]


def test_time_alone_is_noticed_without_reading_the_others(office: Office) -> None:
    made = office.settled(2)
    soon = office.town.clock.now() + timedelta(hours=1)
    with office.engine.begin() as connection:
        mine = known_issues.c.iid == made[0].iid
        connection.execute(known_issues.update().where(mine).values(due_at=soon))
    office.town.set_clock(set=(soon - timedelta(milliseconds=1)).isoformat(), frozen=True)
    assert office.sweep().rows == []
    office.town.set_clock(set=soon.isoformat(), frozen=True)
    assert [row.ref.iid for row in office.sweep().rows] == [made[0].iid]
    assert office.read_by(office.sweep) == []


@pytest.mark.parametrize("threads", [1, 6])
def test_it_comes_to_the_same_as_one_that_knows_nothing(office: Office, threads: int) -> None:
    town, text = office.town, office.town.stage().template()
    for n in range(8):
        description = text if n % 2 else "Please call me."
        town.project("alice").issues.create({"title": f"request {n}", "description": description})
    office.sweep(threads=threads)
    for days, iid in enumerate((1, 2, 3, 4, 5, 6), 1):
        issue = town.project("sam").issues.get(iid)
        match days % 3:
            case 0:
                issue.labels = ["SA Triaged", "SA Doing"]
                issue.save()
            case 1:
                issue.notes.create({"body": "What do they use today?"})
            case 2:
                issue.labels = ["SA Waiting"]
                issue.save()
        town.set_clock(advance="PT17H")
        office.sweep(threads=threads)
    assert town.sweep("us-east", apply=False).pending == 0  # reads everything


def test_new_rules_are_applied_to_what_is_known(office: Office) -> None:
    office.settled()
    office.town.ruleset = replace(office.town.ruleset, version="other")
    report = Report(False)

    def again() -> None:
        nonlocal report
        report = office.sweep()

    assert office.read_by(again) == []
    assert len(report.rows) == 3


def test_a_deleted_request_is_forgotten_and_no_failure(office: Office) -> None:
    made = office.settled()
    office.town.project("root").issues.delete(made[0].iid)
    office.town.set_clock(advance="PT72H")  # all are due, and listed
    report = office.sweep()
    assert (report.complete, {row.ref.iid for row in report.rows}) == (True, {2, 3})
    assert KnownIssues(office.engine, office.town.url).issues(made[0].project_id).keys() == {
        IssueRef(made[0].project_id, 2),
        IssueRef(made[0].project_id, 3),
    }


def test_one_that_is_gone_since_it_was_listed_last_is_no_failure(office: Office) -> None:
    made = office.settled()
    office.town.project("root").issues.delete(made[0].iid)
    with office.engine.begin() as connection:
        connection.execute(known_issues.update().values(read_at=None))
    report = office.sweep()
    assert (report.complete, {row.ref.iid for row in report.rows}) == (True, {2, 3})


def test_one_that_failed_for_the_service_and_is_gone_is_no_failure(office: Office) -> None:
    made = office.settled()
    office.town.project("root").issues.delete(made[0].iid)
    with office.engine.begin() as connection:
        mine = inbox_rows.c.iid == made[0].iid
        connection.execute(inbox_rows.update().where(mine).values(error="404", due_at=None))
    assert office.sweep().complete
    assert office.sweep().complete
    assert failing(Inbox(office.engine)) == frozenset()


def test_what_is_known_by_the_former_path_of_a_project_is_read_again(office: Office) -> None:
    ref = IssueRef((made := office.settled(1))[0].project_id, made[0].iid)
    seen = KnownIssues(office.engine, office.town.url).snapshot(ref)
    assert seen is not None
    former = replace(seen, row=seen.row | {"references": {"full": f"former/path#{ref.iid}"}}).packed()
    with (
        office.engine.begin() as connection
    ):  # and the board's file was edited, so that all is decided on again
        connection.execute(known_issues.update().values(content=former, judged_by="rules of before"))
    assert [row.plan.board for row in office.sweep().rows if row.plan] == ["us-east"]


def test_a_project_that_has_another_path_by_now_is_told_of(office: Office) -> None:
    """GitLab still answers the former path; here, a number. All issues would be those of no board."""
    ruleset, number = office.town.ruleset, str(office.settled(1)[0].project_id)
    board = ruleset.boards["us-east"]
    moved = replace(board, file=board.file.model_copy(update={"project": number}))
    office.town.ruleset = replace(ruleset, boards={**ruleset.boards, "us-east": moved})
    report = office.sweep()
    assert not report.complete
    assert f"project {number} is {PROJECT} now" in report.boards_failed["us-east"]


@pytest.mark.parametrize("threads", [0, 2])
def test_a_database_that_is_locked_ends_the_sweep_with_its_report(office: Office, threads: int) -> None:
    for n in range(9):
        office.town.project("alice").issues.create({"title": f"{n}", "description": "Call me."})
    office.sweep("us-west")
    path = office.engine.url.database
    office.engine.dispose()
    office.engine = open_database(f"sqlite:///{path}", timedelta(seconds=0.5))
    KnownIssues(office.engine, office.town.url).board(1)
    with closing(sqlite3.connect(str(path), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        report = office.sweep(threads=threads)
    assert report.stopped == "the database: database is locked"
    assert 0 < report.done == len(office.town.writes()) < 9  # all that was done is told
    assert office.sweep().complete


def test_an_interruption_lets_one_hand_finish(office: Office) -> None:
    town = office.town
    for n in range(3):
        town.project("alice").issues.create({"title": f"{n}", "description": "Call me."})
    town.set_clock(advance="P9D")
    town.fault(kind="slow", seconds=0.5, path="/notes")

    def interrupt() -> None:
        while not town.writes():
            time.sleep(0.02)
        signal.pthread_kill(caller, signal.SIGINT)

    caller, other = threading.get_ident(), threading.Thread(target=interrupt)
    # Whoever runs the tests in the background may have them ignore what Ctrl-C sends.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        other.start()
        report = office.sweep(threads=1)
        other.join()
    finally:
        signal.signal(signal.SIGINT, before)
    assert report.stopped == "it was interrupted"
    assert [row.error for row in report.rows] == [""]
    assert report.done == len(report.rows[0].plan.actions) > 1  # type: ignore[union-attr]


def test_nothing_of_a_confidential_request_is_kept(office: Office) -> None:
    body = {"title": "Secret Corp", "description": "Secret", "confidential": True}
    office.town.project("alice").issues.create(body)
    for _ in range(2):
        office.sweep()
        office.town.set_clock(advance="PT10M")
    parts = office.read_by(office.sweep)
    assert sorted(parts) == ["1", "1/label_events", "1/notes", "1/state_events"]  # each time anew
    with office.engine.connect() as connection:
        assert connection.execute(select(known_issues.c.content)).scalars().all() == [None]
    assert b"Secret" not in b"".join(path.read_bytes() for path in database_files(office))


def database_files(office: Office) -> list[Path]:
    path = Path(str(office.engine.url.database))
    return sorted(path.parent.glob("triage.db*"))


def test_another_gitlab_is_not_known(office: Office) -> None:
    made = office.settled()
    other = KnownIssues(office.engine, "https://gitlab.example.com")
    assert other.board(made[0].project_id).complete_from is None
    assert other.issues(made[0].project_id) == {}


def test_a_dry_run_keeps_what_it_read_and_decides_nothing_for_others(office: Office) -> None:
    text = office.town.stage().template()
    office.town.project("alice").issues.create({"title": "one", "description": text})
    office.town.set_clock(advance="PT10M")
    office.sweep(apply=False)
    report = Report(False)

    def again() -> None:
        nonlocal report
        report = office.sweep()

    assert office.read_by(again) == []
    assert len(report.rows) == 1
    with office.engine.connect() as connection:
        assert connection.execute(select(known_issues.c.judged_by)).scalar_one() != ""


def test_what_runs_out_of_time_says_so_and_the_next_one_goes_on(office: Office) -> None:
    text = office.town.stage().template()
    for n in range(6):
        office.town.project("alice").issues.create({"title": f"{n}", "description": text})
    office.town.set_clock(advance="PT10M")
    slow = [{"kind": "slow", "seconds": 0.2, "path": "/notes"}]
    for fault in slow:
        office.town.fault(**fault)
    report = office.sweep(max_seconds=0.5)
    assert "--max-time" in report.stopped
    assert not report.complete
    looked_at = {row.ref.iid for row in report.rows}
    assert 0 < len(looked_at) < 6
    rest = office.sweep()
    assert rest.complete
    assert {row.ref.iid for row in rest.rows} == set(range(1, 7)) - looked_at
    assert rest.unchanged == len(looked_at)


def test_one_that_is_killed_in_the_middle_is_made_up_for(office: Office) -> None:
    for n in range(6):
        office.town.project("alice").issues.create({"title": f"{n}", "description": "Call me."})

    class Killed(BaseException):
        pass

    def kill(row: Swept) -> None:
        if row.ref.iid == 3:
            raise Killed

    with pytest.raises(Killed):
        office.sweep(seen=kill, threads=2)
    assert office.sweep(threads=2).complete
    notes = [len(office.town.bot_notes(office.town.project("maria").issues.get(n))) for n in range(1, 7)]
    assert notes == [1] * 6
    assert office.town.sweep("us-east", apply=False).pending == 0


def test_a_fuse_blows_before_the_first_write(office: Office) -> None:
    for n in range(4):
        office.town.project("alice").issues.create({"title": f"{n}", "description": "Call me."})
    report = office.sweep(fuse=Fuse(3), threads=3)
    assert office.town.writes() == []
    assert report.stopped.startswith("nothing was written: there is more to do (4)")
    assert (report.pending, report.done, report.complete) == (4, 0, False)
    assert office.sweep(fuse=Fuse(4)).done == 4
    assert office.town.sweep("us-east", apply=False).pending == 0


def test_calls_of_one_person_blow_it_as_well(office: Office) -> None:
    office.settled(3)
    office.town.set_clock(advance="P4D")
    report = office.sweep(fuse=Fuse(calls=2))
    assert office.town.writes() == []
    assert re.search(r"maria would be called \d+ times", report.stopped)
    assert office.sweep(fuse=Fuse(calls=1000)).complete


def test_boards_take_turns(office: Office) -> None:
    for path in (PROJECT, PROJECT.replace("us-east", "us-west")):
        for n in range(3):
            office.town.project("alice", path).issues.create({"title": f"{n}", "description": "x"})
    rows = office.sweep("us-east", "us-west").rows
    assert [row.board for row in rows] == ["us-east", "us-west"] * 3


def test_several_hands_share_one_budget_and_do_everything_once(office: Office) -> None:
    for n in range(20):
        office.town.project("alice").issues.create({"title": f"{n}", "description": "Call me."})
    at_work: set[str] = set()

    def seen(_looked: Any, _board: Any) -> None:
        at_work.add(threading.current_thread().name)

    report = office.sweep(threads=5, see=seen)
    assert len(at_work) > 1
    assert sorted(row.ref.iid for row in report.rows) == list(range(1, 21))
    notes = [len(office.town.bot_notes(office.town.project("maria").issues.get(n))) for n in range(1, 21)]
    assert notes == [1] * 20


def test_a_look_that_found_nothing_is_in_the_journal_in_brief(office: Office) -> None:
    made = office.settled(1)
    entries = Journal(office.engine).recent(IssueRef(made[0].project_id, made[0].iid))
    assert [entry.outcome for entry in entries] == ["done"] * len(entries)
    outcomes: Any = entries[0].plan["outcomes"]
    assert [each for each in outcomes if each["clocks"]]
    assert not [each for each in outcomes if each["clauses"]]


def test_an_old_gitlab_that_numbers_its_pages_loses_nothing(office: Office) -> None:
    """What we write moves an issue to the end of the list, and shifts all that come after it by one."""
    town = office.town
    for path, body in (
        ("settings", {"keyset_issues": False}),
        ("seed", {"project": PROJECT, "issues": 103}),
    ):
        plain.post(f"{town.url}/-/sandbox/{path}", json=body).raise_for_status()
    report = office.sweep(threads=4)
    assert len(report.rows) == 103
    assert town.sweep("us-east", apply=False).pending == 0


def test_the_instant_of_reading_is_issue_time(office: Office) -> None:
    made = office.settled(1)
    known = KnownIssues(office.engine, office.town.url).issues(made[0].project_id)
    (read_at,) = [each.read_at for each in known.values()]
    assert read_at is not None
    assert abs(read_at - office.town.clock.now()) < timedelta(hours=1)
    assert read_at < datetime.now(UTC)
