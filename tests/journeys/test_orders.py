"""Orders in comments over real HTTP: who reads the answers, what is done, and what taking a comment back does."""

from typing import Any

import pytest

from app.sandbox.stage import PROJECT
from tests.journeys.test_requests import now, open_request, say
from tests.town import Town


def notes(town: Town, issue: Any, who: str) -> list[str]:
    """What somebody can read of the bot's notes."""
    mine = town.project(who).issues.get(issue.iid)
    found = sorted(mine.notes.list(get_all=True), key=lambda n: n.id)
    return [n.body.partition("\n")[2] for n in found if n.author["username"] == "triage-bot"]


def test_an_sas_explanation_is_for_sas_and_the_requesters_for_all(town: Town) -> None:
    issue = open_request(town)
    say(town, issue, "sam", "@triage-bot explain")
    town.look(issue)
    say(town, issue, "alice", "@triage-bot explain")
    town.look(issue)
    assert town.look(issue).plan.actions == ()
    assert len(notes(town, issue, "sam")) == 2
    (said,) = notes(town, issue, "alice")
    assert "`alice` asked me how my rules stand" in said


def test_the_requester_marks_a_request_and_takes_it_back(town: Town) -> None:
    issue = open_request(town)
    comment = (
        town.project("alice")
        .issues.get(issue.iid)
        .notes.create({"body": "@triage-bot expedite because they decide tomorrow"})
    )
    asked_at = town.clock.now()
    town.set_clock(advance="PT30M")
    looked = town.look(issue)
    assert now(town, issue).labels == ["Expedite"]
    (clock,) = [c for o in looked.plan.outcomes if o.rule == "late-activity" for c in o.clocks]
    assert clock.due_at is not None
    assert abs((clock.due_at - asked_at).total_seconds() - 4 * 3600) < 60  # from when she said so
    assert town.look(issue).plan.actions == ()
    town.project("alice").issues.get(issue.iid).notes.get(comment.id).delete()
    town.look(issue)
    assert now(town, issue).labels == []
    assert town.look(issue).plan.actions == ()


def test_a_label_that_a_person_took_off_stays_off(town: Town) -> None:
    issue = open_request(town)
    say(town, issue, "alice", "@triage-bot expedite because they decide tomorrow")
    town.look(issue)
    mine = town.project("sam").issues.get(issue.iid)
    mine.remove_labels = "Expedite"
    mine.save()
    town.look(issue)
    assert now(town, issue).labels == []


def test_snoozed_nobody_is_called_until_it_is_over(town: Town) -> None:
    issue = open_request(town)
    town.set_clock(advance="PT30H")
    town.look(issue)
    say(town, issue, "sam", "@triage-bot snooze 3d because /close @maria knows")
    town.look(issue)
    town.set_clock(advance="PT20H")
    looked = town.look(issue)
    assert "sla::breached" in now(town, issue).labels
    assert not [n for n in notes(town, issue, "sam") if n.startswith("@maria")]
    town.set_clock(advance="PT100H")
    assert looked.plan.recheck_at is not None
    town.look(issue)
    assert [n for n in notes(town, issue, "sam") if n.startswith("@maria")]
    assert now(town, issue).state == "opened"


def test_on_hold_the_issue_is_left_alone_and_an_edited_order_ends_it(town: Town) -> None:
    issue = open_request(town, "SA Asks")
    comment = (
        town.project("sam")
        .issues.get(issue.iid)
        .notes.create({"body": "@triage-bot hold because legal looks at it until 2026-04-01"})
    )
    looked = town.look(issue)
    assert looked.plan.silent == "an SA has put it on hold"
    assert len(town.bot_notes(issue)) == 1
    report = town.sweep("us-east")
    assert [row.plan.silent for row in report.rows if row.plan] == ["an SA has put it on hold"]
    comment.body = "Legal looks at it."
    comment.save()
    town.look(issue)
    assert any("SA Asks" in note for note in town.bot_notes(issue))


@pytest.mark.parametrize("name", ["triage-bot", "Triage-Bot", "old-bot"])
def test_any_name_of_the_bots_will_do(town: Town, name: str) -> None:
    town.become("sandbox-triage-bot", frozenset({"old-bot"}))
    issue = open_request(town)
    say(town, issue, "alice", f"@{name} help")
    town.look(issue)
    assert "each at the beginning of a line" in notes(town, issue, "alice")[-1]


def test_what_was_explained_is_in_the_journals_plan_too(town: Town) -> None:
    issue = open_request(town)
    data = town.look(issue).plan.as_dict()
    silent = [o for o in data["outcomes"] if o["verdict"] in ("fine", "not for this issue")]
    assert all(o["clauses"][o["failed"]]["holds"] is False for o in silent)
    assert PROJECT in data["reference"]
