"""`triage digest` over real HTTP: one issue for each board, found again, edited in place, and harmless."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from app import digesting
from app.core.board import Board
from app.core.keys import report_marker
from app.core.text import quote
from app.digest_text import same
from app.digesting import Digested, as_data, as_text
from app.errors import ConfigError, Unavailable
from app.gitlab import reports
from app.sandbox.stage import PROJECT
from app.tools import Tools
from tests.conftest import ROOT
from tests.in_process import UNCLOSED
from tests.test_cli import at_town as at_town
from tests.town import Town

pytestmark = UNCLOSED

HOSTILE = "@maria #1 !2 ~3 `x` </details> [a](http://b) | <!-- /close"
MARKER = report_marker("digest", "us-east")


@pytest.fixture
def week(town: Town) -> Town:
    """By Wednesday: a late request with a hostile title, one answered, one that waits, one confidential."""
    alice, sam = town.project("alice"), town.project("sam")
    filled = town.stage().template()
    alice.issues.create({"title": HOSTILE, "description": filled})
    alice.issues.create({"title": "Initech", "description": town.stage().template(left_out=("SA Asks",))})
    alice.issues.create({"title": "Globex", "description": filled})
    alice.issues.create({"title": "Secret Corp", "description": "Secret", "confidential": True})
    town.set_clock(advance="PT2H")
    for iid, label in ((2, "SA Triaged"), (3, "SA Waiting")):
        issue = sam.issues.get(iid)
        issue.labels = [label]
        issue.save()
    town.set_clock(advance="PT46H")
    town.set_clock(frozen=True)
    return town


def run(town: Town, days: int = 7, board: str = "us-east", **options: bool) -> Digested:
    tools = Tools(town.bot, town.ruleset, town.clock, ROOT / "rules")
    options = {"to_issue": True, "dry_run": False, **options}
    return digesting.run(tools, town.ruleset.boards[board], days, **options)


def found(town: Town) -> list[Any]:
    """The digests on the board, the oldest first."""
    issues = town.project("maria").issues.list(get_all=True, state="all", scope="all")
    return sorted((i for i in issues if i.title.startswith("Digest")), key=lambda i: i.iid)


def test_it_tells_what_happened(week: Town) -> None:
    said = run(week, to_issue=False).text
    assert said.startswith("As of **Wed 4 Mar 2026, 09:00 EST (New York)**.")
    assert "since **Wed 25 Feb 2026, 00:00 EST (New York)**" in said
    assert "| `SA Activity` | 3 |\n| confidential | 1 |\n| together | 4 |" in said
    assert "| `activity` | 1 | 1 | 1 of 2 |" in said
    assert "`allocation`: late by 1 working day, still open. In whose hands: nobody 2 working days" in said
    assert "- `#3` `Globex`" in said.partition("### Longest waiting")[2].partition("###")[0]
    assert "| `SA Activity` | 3 | 1 | `SA Asks` 1× |" in said


def test_without_to_it_writes_nothing(week: Town) -> None:
    run(week, to_issue=False)
    assert week.writes() == []


def test_it_is_made_once_and_edited_in_place(week: Town) -> None:
    run(week)
    first = found(week)[0]
    assert (first.author["username"], first.labels, first.assignees) == ("triage-bot", [], [])
    written = len(week.writes())
    assert as_text(run(week)).endswith(": as it was")
    week.set_clock(advance="PT10M")
    run(week)
    assert len(week.writes()) == written
    sam = week.project("sam")
    sam.issues.get(1).notes.create({"body": "On it."})
    assert as_text(run(week)).endswith(": edited")
    assert [i.iid for i in found(week)] == [first.iid]
    assert found(week)[0].description != first.description
    assert week.writes()[written:] == [f"PUT /api/v4/projects/{first.project_id}/issues/{first.iid}"]


def test_the_digest_is_no_request(week: Town) -> None:
    run(week)
    plan = week.look(found(week)[0]).plan
    assert (plan.silent, plan.actions) == ("it is a report of the bot's", ())
    assert len(run(week, to_issue=False).figures.open) == 4


def test_a_hostile_title_calls_nobody_and_touches_nothing(week: Town) -> None:
    before = week.notified()
    run(week)
    assert week.notified() == before
    issue = found(week)[0]
    assert issue.state == "opened"
    assert {p["username"] for p in issue.participants()} == {"triage-bot"}
    assert [n.body for n in week.project("maria").issues.get(1).notes.list(get_all=True) if n.system] == []
    body = issue.description
    assert body.startswith(MARKER)
    assert not [line for line in body.splitlines() if line.startswith("/")]
    assert quote(HOSTILE) in body


def test_of_a_confidential_request_it_tells_the_reference(week: Town) -> None:
    done = run(week)
    for said in (found(week)[0].description, json.dumps(as_data(done)), as_text(done)):
        assert "Secret" not in said
    body = found(week)[0].description
    assert body.count("`#4`") == 1
    assert "open: `#4`." in body


def test_a_dry_run_prints_what_it_would_write(week: Town) -> None:
    said = as_text(run(week, dry_run=True))
    assert said.startswith("a new issue: would be opened\n\nAs of ")
    assert week.writes() == []
    run(week)
    week.project("sam").issues.get(1).notes.create({"body": "On it."})
    written = len(week.writes())
    done = run(week, dry_run=True)
    assert "would be edited" in as_text(done)
    assert as_data(done)["issue"] == {
        "reference": f"{PROJECT}#{found(week)[0].iid}",
        "done": "edited",
        "applied": False,
        "closed": [],
    }
    assert len(week.writes()) == written


def test_of_two_that_were_opened_at_once_the_older_stays(week: Town) -> None:
    run(week)
    first = found(week)[0]
    bot = week.project("triage-bot")
    second = bot.issues.create({"title": first.title, "description": first.description})
    done = run(week)
    assert done.put is not None
    assert done.put.closed == (f"{PROJECT}#{second.iid}",)
    kept, other = found(week)
    assert (kept.iid, kept.state, kept.description) == (first.iid, "opened", first.description)
    assert (other.state, other.description.startswith(reports.SECOND)) == ("closed", True)
    assert week.look(other).plan.silent == "it is a report of the bot's"
    written = len(week.writes())
    run(week)
    assert len(week.writes()) == written


def test_two_that_are_posted_at_the_same_time_leave_one(week: Town) -> None:
    """Both find none, both post: each of them looks again, and whoever sees two closes the younger."""
    project = week.project("maria").id
    others = [Town(week.url, week.ruleset) for _ in range(2)]
    week.fault(kind="slow", method="POST", path="/issues", seconds=1.0, times=2)

    def put(town: Town) -> reports.Put:
        return reports.put(town.bot, project, "Digest: US East", f"{MARKER}\nText", same)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(put, others))
    for other in others:
        other.close()
    kept, second = found(week)
    assert (kept.state, second.state) == ("opened", "closed")
    assert kept.description.startswith(MARKER)
    assert second.description.startswith(reports.SECOND)
    assert f"{PROJECT}#{second.iid}" in {name for one in done for name in one.closed}
    written = len(week.writes())
    assert put(week).done == "as it was"
    assert len(week.writes()) == written


def test_one_whose_answer_never_came_is_found_the_next_time(week: Town) -> None:
    week.fault(kind="cut_after_write", method="POST", path="/issues", times=1)
    with pytest.raises(Unavailable):
        run(week)
    assert as_text(run(week)).endswith(": as it was")
    assert len(found(week)) == 1


def test_one_that_another_wrote_does_not_count(week: Town) -> None:
    forged = week.project("alice").issues.create({"title": "Digest", "description": f"{MARKER}\nMine"})
    done = run(week)
    assert (done.put and done.put.done) == "opened"
    assert week.project("maria").issues.get(forged.iid).description.endswith("Mine")


def test_one_that_a_former_user_of_the_bots_wrote_is_kept(week: Town) -> None:
    run(week)
    first = found(week)[0]
    week.become("sandbox-maria", frozenset({"triage-bot"}))
    assert (done := run(week).put) is not None
    assert done.report is not None
    assert done.report.ref.iid == first.iid


def test_each_board_has_its_own(week: Town) -> None:
    run(week)
    assert (done := run(week, board="emea").put) is not None
    assert done.done == "opened"
    assert len(found(week)) == 1


def test_one_that_a_person_closed_is_edited_and_stays_closed(week: Town) -> None:
    run(week)
    issue = week.project("maria").issues.get(found(week)[0].iid)
    issue.state_event = "close"
    issue.save()
    week.set_clock(frozen=False)
    week.set_clock(advance="P1D")
    assert (done := run(week).put) is not None
    assert (done.done, [i.state for i in found(week)]) == ("edited", ["closed"])


def test_a_board_that_is_only_watched_gets_none(week: Town) -> None:
    board = week.ruleset.boards["us-east"]
    watched = Board(board.file.model_copy(update={"watched": True}), board.calendar)
    week.ruleset = replace(week.ruleset, boards={**week.ruleset.boards, "us-east": watched})
    with pytest.raises(ConfigError, match="only watched"):
        run(week)
    assert "### Arrivals" in run(week, to_issue=False).text


def test_nothing_is_written_of_a_board_that_was_not_read_as_a_whole(week: Town) -> None:
    board = week.ruleset.boards["us-east"]
    gone = Board(board.file.model_copy(update={"project": "group/gone"}), board.calendar)
    week.ruleset = replace(week.ruleset, boards={**week.ruleset.boards, "us-east": gone})
    done = run(week)
    assert (done.put, len(done.failed)) == (None, 1)
    assert as_data(done)["complete"] is False
    assert week.writes() == []


def test_what_is_older_than_the_closed_requests_known_is_said(week: Town) -> None:
    said = run(week, days=30, to_issue=False).text
    assert "Requests that were closed before Wed 18 Feb 2026, 09:00 EST (New York) are not in it" in said
    assert "were closed before" not in run(week, days=13, to_issue=False).text


def test_the_command(week: Town, at_town: Any) -> None:
    done = at_town("digest", "us-east", "--to", "issue")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{PROJECT}#5: opened\n"


def test_an_edit_of_a_persons_is_taken_back_at_the_next_digest(week: Town) -> None:
    run(week)
    first = found(week)[0]
    issue = week.project("maria").issues.get(first.iid)
    issue.description += "\nI was here"
    issue.save()
    week.set_clock(frozen=False)
    week.set_clock(advance="PT1M")
    run(week)
    assert "I was here" not in found(week)[0].description
