"""From board to board over real HTTP: a request that is somewhere else better, and a board that is only watched."""

from typing import Any

import pytest

from app.core.model import IssueRef
from app.reconcile import reconcile
from app.reports import as_text
from app.sandbox.stage import PROJECT
from tests.town import Town

EMEA = PROJECT.replace("us-east-enterprise-triage", "emea-triage")
WATCHED = "gitlab-com/marketing/event-staffing"
ECOSYSTEM = "gitlab-com/customer-success/solutions-architecture/ecosystem-triage"
INITIATIVES = "gitlab-com/customer-success/solutions-architecture-leaders/sa-initiatives"


def open_in(town: Town, path: str, text: str, who: str = "alice", **fields: Any) -> Any:
    return town.project(who, path).issues.create({"title": "Acme demo", "description": text, **fields})


def for_emea(town: Town) -> Any:
    """A request on US East that says EMEA, and lacks nothing that is required."""
    return open_in(
        town, PROJECT, town.stage().template() + "\n## Region\n\nEMEA\n\n## Segment\n\nEnterprise\n"
    )


def say(town: Town, issue: Any, who: str, body: str) -> None:
    town.set_clock(advance="PT1M")
    project = town.person(who).projects.get(issue.project_id)
    project.issues.get(issue.iid).notes.create({"body": body})


def now(town: Town, issue: Any) -> Any:
    return town.person("maria").projects.get(issue.project_id).issues.get(issue.iid)


def notes(town: Town, issue: Any) -> list[str]:
    """The bot's notes that are of this very issue, without their hidden first line."""
    found = sorted(now(town, issue).notes.list(get_all=True), key=lambda n: n.id)
    own = f" {issue.project_id}#{issue.iid} -->\n"
    bodies = [n.body for n in found if not n.system and n.author["username"] == "triage-bot"]
    return [body.partition("\n")[2] for body in bodies if own in body[:200]]


def copies(town: Town, path: str) -> list[Any]:
    return list(town.project("maria", path).issues.list(get_all=True, state="all"))


def test_the_right_board_is_named_with_a_link(town: Town) -> None:
    issue = for_emea(town)
    town.look(issue)
    (note,) = notes(town, issue)
    assert f"That sounds like [EMEA]({town.url}/{EMEA}/-/boards), and this is the board US East." in note
    assert "begins with my name and `move`." in note
    assert town.look(issue).plan.actions == ()


def test_an_sa_has_it_moved_with_a_word(town: Town) -> None:
    issue = for_emea(town)
    town.look(issue)
    say(town, issue, "sam", "@triage-bot move")
    town.look(issue)
    (copy,) = copies(town, EMEA)
    assert (now(town, issue).state, now(town, issue).moved_to_id) == ("closed", copy.id)
    assert "This request has moved to another board" in notes(town, issue)[0]
    assert town.look(issue).plan.actions == ()
    assert town.look(issue).plan.actions == ()


def test_on_the_new_board_it_is_looked_at_and_nothing_is_asked_again(town: Town) -> None:
    issue = for_emea(town)
    town.look(issue)
    say(town, issue, "sam", "@triage-bot move")
    town.look(issue)
    (copy,) = copies(town, EMEA)
    looked = town.look(copy)
    assert (looked.plan.board, looked.plan.silent, looked.plan.findings) == ("emea", "", ())
    (note,) = notes(town, copy)  # the one comment came along, and goes on here
    assert "I am the bot of the EMEA board" in note
    assert "That sounds like" not in note
    town.sweep()
    assert town.sweep().pending == 0


def test_what_it_lacks_is_asked_there_in_one_comment(town: Town) -> None:
    text = town.stage().template(("SA Asks",)) + "\n## Region\n\nEMEA\n\n## Segment\n\nEnterprise\n"
    issue = open_in(town, PROJECT, text)
    town.look(issue)
    say(town, issue, "sofia", "@triage-bot move to EMEA")
    town.look(issue)
    (copy,) = copies(town, EMEA)
    town.look(copy)
    town.look(copy)
    (note,) = notes(town, copy)
    assert "one thing is missing" in note
    assert "That sounds like" not in note


@pytest.mark.parametrize("order", ["move", "move to emea"])
def test_a_guest_is_told_who_may_move_it(town: Town, order: str) -> None:
    issue = for_emea(town)
    say(town, issue, "alice", f"@triage-bot {order}")
    town.look(issue)
    town.look(issue)
    answers = [note for note in notes(town, issue) if note.startswith("@alice")]
    assert answers == [
        "@alice: `move` is for the SAs and managers of this board to say. To me you are the requester here."
    ]
    assert (now(town, issue).state, copies(town, EMEA)) == ("opened", [])


def test_whoever_had_it_moved_may_leave_it_there(town: Town) -> None:
    issue = open_in(town, EMEA, town.stage().template() + "\n## Region\n\nEMEA\n")
    now(town, issue).move(town.project("maria").id)
    (copy,) = copies(town, PROJECT)
    assert town.look(copy).plan.findings == ()
    town.set_clock(advance="PT1H")
    copy = town.project("alice").issues.get(copy.iid)
    copy.description += "\nMore."
    copy.save()
    assert {o.rule for o in town.look(copy).plan.findings} == {"wrong-board"}


def test_where_gitlab_does_not_let_the_bot_move_it_it_says_so(town: Town) -> None:
    issue = for_emea(town)
    town.look(issue)
    say(town, issue, "sam", "@triage-bot move")
    people, group = town.person("root"), PROJECT.rpartition("/")[0]
    bot = people.users.list(username="triage-bot")[0].id
    town.project("root").members.create({"user_id": bot, "access_level": 15})  # a Planner here, a Guest there
    town.project("root", EMEA).members.create({"user_id": bot, "access_level": 10})
    people.groups.get(group).members.delete(bot)
    town.look(issue)
    assert [note for note in notes(town, issue) if "GitLab does not let me move" in note]
    assert now(town, issue).state == "opened"


def test_on_the_watched_board_nothing_is_written_and_all_is_reported(town: Town) -> None:
    told = open_in(town, WATCHED, "Two SAs for Berlin, please. CC @maria")
    silent = open_in(town, WATCHED, "Two SAs for Berlin, please.")
    say(town, silent, "sam", "@triage-bot move to events")
    report = town.sweep("event-staffing")
    assert (town.writes(), report.pending, report.complete) == ([], 0, True)
    found = {row.ref.iid: [o.rule for o in row.plan.findings] for row in report.rows if row.plan}
    assert found == {told.iid: [], silent.iid: ["managers-not-told"]}
    assert "2 left alone: the board Event Staffing is only watched" in as_text(report)


def test_nor_by_adopting_it_nor_by_a_look_at_one_issue(town: Town) -> None:
    issue = open_in(town, WATCHED, "Two SAs for Berlin, please.")
    town.sweep("event-staffing", adopt=True)
    looked = reconcile(
        IssueRef(issue.project_id, issue.iid), gitlab=town.bot, ruleset=town.ruleset, now=town.clock.now
    )
    assert [o.rule for o in looked.plan.findings] == ["managers-not-told"]
    assert town.writes() == []


def test_no_request_is_moved_to_the_watched_board(town: Town) -> None:
    issue = for_emea(town)
    say(town, issue, "sam", "@triage-bot move to event-staffing")
    town.look(issue)
    (answer,) = (note for note in notes(town, issue) if note.startswith("@sam"))
    assert "I know no board `event-staffing`" in answer
    assert now(town, issue).state == "opened"


def test_a_partners_region_and_an_okrs_quarter_get_their_labels(town: Town) -> None:
    tracking = town.ruleset.templates["Partner Tracking"].text.replace(
        "## Partner Region", "## Partner Region\n\nEMEA"
    )
    okr = town.ruleset.templates["OKR"].text.replace("## Quarter", "## Quarter\n\nFY27 Q3")
    for path, text, label in (
        (ECOSYSTEM, tracking, "Partner Region-EMEA"),
        (INITIATIVES, okr, "quarter::Q3"),
    ):
        issue = open_in(town, path, text, who="sam")
        town.look(issue)
        assert label in now(town, issue).labels
        fresh = town.project("sam", path).issues.get(issue.iid)
        fresh.labels = [name for name in fresh.labels if name != label]
        town.set_clock(advance="PT1M")
        fresh.save()
        town.look(issue)
        assert label not in now(town, issue).labels  # an SA's word


def test_two_orders_to_move_do_not_end_in_a_refusal(town: Town) -> None:
    issue = for_emea(town)
    say(town, issue, "sam", "@triage-bot move to us-west")
    say(town, issue, "sofia", "@triage-bot move to emea")
    town.look(issue)
    assert len(copies(town, EMEA)) == 1
    assert not [n for n in notes(town, issue) if "does not let me" in n]


def test_a_sweep_tells_in_words_what_it_found_on_a_watched_board(town: Town) -> None:
    open_in(town, WATCHED, "Two SAs for Berlin, please.")
    assert "  found managers-not-told: " in as_text(town.sweep("event-staffing"))
