"""What people meet on a board: requests opened, claimed, waiting and late, over real HTTP, looked at one by one."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.core.timeline import read_instant
from app.sandbox.stage import ANSWERS, PROJECT
from tests.town import Town


def open_request(town: Town, *left_out: str, who: str = "alice", **fields: Any) -> Any:
    text = town.stage().template(left_out)
    return town.project(who).issues.create({"title": "Acme demo", "description": text, **fields})


def save(town: Town, issue: Any, who: str, **fields: Any) -> None:
    mine = town.project(who).issues.get(issue.iid)
    for name, value in fields.items():
        setattr(mine, name, value)
    mine.save()


def say(town: Town, issue: Any, who: str, body: str) -> None:
    town.project(who).issues.get(issue.iid).notes.create({"body": body})


def now(town: Town, issue: Any) -> Any:
    return town.project("maria").issues.get(issue.iid)


def test_two_empty_blocks_are_named_in_one_note_and_no_others(town: Town) -> None:
    issue = open_request(town, "Preferred Date Options", "SA Asks")
    town.look(issue)
    town.look(issue)
    (note,) = town.bot_notes(issue)
    asked = [line for line in note.splitlines() if line.startswith("- [ ]")]
    assert len(asked) == 2
    assert "**Preferred Date Options**" in asked[0]
    assert "**SA Asks**" in asked[1]


def test_filling_them_in_edits_that_same_note(town: Town) -> None:
    issue = open_request(town, "Preferred Date Options", "SA Asks")
    town.look(issue)
    before = [n.id for n in now(town, issue).notes.list(get_all=True) if not n.system]
    save(town, issue, "alice", description=town.stage().template())
    town.look(issue)
    assert [n.id for n in now(town, issue).notes.list(get_all=True) if not n.system] == before
    assert "- [ ]" not in town.bot_notes(issue)[0]


def test_the_requester_of_a_whole_request_is_told_when_an_sa_waits(town: Town) -> None:
    issue = open_request(town)
    save(town, issue, "sam", add_labels="SA Waiting")
    town.look(issue)
    (note,) = town.bot_notes(issue)
    assert "waiting for your answer" in note


def test_a_request_without_a_template_is_told_which_to_take(town: Town) -> None:
    issue = town.project("alice").issues.create(
        {"title": "Please call Acme", "description": "They want a demo."}
    )
    town.look(issue)
    (note,) = town.bot_notes(issue)
    assert "choose `SA Activity` above the description" in note


def test_a_note_of_a_former_token_that_is_no_longer_true_is_replaced(town: Town) -> None:
    issue = open_request(town, "SA Asks")
    town.look(issue)
    save(town, issue, "alice", description=town.stage().template())
    town.become("sandbox-sweep-bot", frozenset({"triage-bot"}))
    town.look(issue)
    town.look(issue)
    assert ["All set" in note for note in town.bot_notes(issue)] == [False, True]


def test_a_whole_request_gets_no_note(town: Town) -> None:
    issue = open_request(town)
    town.look(issue)
    assert town.bot_notes(issue) == []
    assert town.writes() == []


def test_doing_on_a_triaged_request_stays_alone_with_that_sa_assigned(town: Town) -> None:
    issue = open_request(town)
    save(town, issue, "sam", add_labels="SA Triaged")
    save(town, issue, "sam", add_labels="SA Doing")
    town.look(issue)
    assert (now(town, issue).labels, [u["username"] for u in now(town, issue).assignees]) == (
        ["SA Doing"],
        ["sam"],
    )
    assert [w.split()[0] for w in town.writes()] == ["PUT"]


def test_what_is_late_is_late_from_the_due_instant_on_and_not_a_second_before(town: Town) -> None:
    issue = open_request(town)
    created = read_instant(issue.created_at)
    (clock,) = (c for c in town.look(issue).plan.clocks if c.name == "activity")
    assert clock.due_at is not None
    assert (clock.due_at - created).total_seconds() == 48 * 3600
    town.set_clock(frozen=True, set=(clock.due_at - timedelta(seconds=1)).isoformat())
    town.look(issue)
    assert now(town, issue).labels == ["sla::at-risk"]
    town.set_clock(set=clock.due_at.isoformat())
    town.look(issue)
    town.look(issue)
    assert now(town, issue).labels == ["sla::breached"]
    (summons,) = town.bot_notes(issue)
    assert "@maria: no SA has answered" in summons


@pytest.mark.parametrize(
    ("who", "labels"),
    [
        ("alice", {"SA Doing"}),
        ("sam", {"SA Waiting"}),
        ("sofia", {"SA Waiting"}),
        ("triage-bot", {"SA Waiting"}),
    ],
)
def test_only_the_requesters_note_ends_a_wait(town: Town, who: str, labels: set[str]) -> None:
    issue = open_request(town)
    save(town, issue, "sam", add_labels="SA Doing")
    town.look(issue)
    save(town, issue, "sam", add_labels="SA Waiting")
    town.look(issue)
    assert set(now(town, issue).labels) == {"SA Waiting"}
    town.set_clock(advance="PT1H")
    say(town, issue, who, "Here is what you asked for.")
    town.look(issue)
    assert set(now(town, issue).labels) == labels


def test_an_edit_of_the_description_ends_a_wait(town: Town) -> None:
    issue = open_request(town)
    save(town, issue, "sam", add_labels="SA Waiting")
    town.set_clock(advance="PT1H")
    save(town, issue, "alice", description=town.stage().template() + "\nMore.")
    town.look(issue)
    assert now(town, issue).labels == []


def test_the_bot_keeps_silent_when_an_sa_says_so_and_not_when_the_requester_does(town: Town) -> None:
    quiet = open_request(town, "SA Asks")
    save(town, quiet, "sam", add_labels="bot::off")
    town.look(quiet)
    assert town.bot_notes(quiet) == []
    loud = open_request(town, "SA Asks", labels=["bot::off"])
    town.look(loud)
    assert len(town.bot_notes(loud)) == 1


def test_an_sa_lets_a_rule_pass(town: Town) -> None:
    issue = open_request(town, "SA Asks")
    say(town, issue, "sam", "@triage-bot allow incomplete-request because we talked on the phone")
    looked = town.look(issue)
    outcome = next(o for o in looked.plan.outcomes if o.rule == "incomplete-request")
    (note,) = town.bot_notes(issue)
    assert outcome.verdict == "waived"
    assert note.endswith(
        "@sam: noted, the rule `incomplete-request` is let pass here. I say so wherever it would have fired."
    )
    assert "sam" in outcome.reason
    assert "phone" in outcome.reason


def test_what_is_let_pass_is_said_and_nothing_false_beside_it(town: Town) -> None:
    issue = open_request(town, "SA Asks")
    town.look(issue)
    say(town, issue, "sam", "@triage-bot allow incomplete-request because it is small")
    town.look(issue)
    note, _answer = town.bot_notes(issue)
    assert "`incomplete-request` is let pass here by `sam` on Mon 2 Mar" in note
    assert ": `it is small`" in note
    assert "All set" not in note
    assert "- [ ]" not in note


def test_a_waiver_in_a_code_block_is_none(town: Town) -> None:
    issue = open_request(town, "SA Asks")
    say(town, issue, "sam", "Write it so:\n```\n@triage-bot allow incomplete-request because x\n```")
    town.look(issue)
    assert len(town.bot_notes(issue)) == 1


def test_late_and_waiting_are_both_told(town: Town) -> None:
    issue = open_request(town, "SA Asks")
    town.set_clock(advance="P4D")
    town.look(issue)
    save(town, issue, "sam", add_labels="SA Waiting")
    town.look(issue)
    (status,) = (note for note in town.bot_notes(issue) if "triage:status" in note)
    assert "This is late" in status
    assert "waiting for your answer" in status


def test_nothing_is_done_for_what_happens_after_the_closing(town: Town) -> None:
    issue = open_request(town)
    save(town, issue, "alice", state_event="close")
    town.set_clock(advance="PT1H")
    save(town, issue, "sofia", add_labels="SA Doing")
    assert town.look(issue).plan.actions == ()


@pytest.mark.parametrize(
    ("who", "words", "asked"),
    [
        ("alice", "This is urgent, their board meets tomorrow.", False),
        ("sam", "Why is this marked Expedite?", True),
        ("sam", "Expedite because their board meets tomorrow.", False),
        ("alice", "See https://example.com/urgent-things", True),
    ],
)
def test_who_says_why_it_cannot_wait(town: Town, who: str, words: str, asked: bool) -> None:
    issue = open_request(town, labels=["Expedite"])
    say(town, issue, who, words)
    town.look(issue)
    assert (len(town.bot_notes(issue)) == 1) == asked


def test_a_requester_lets_nothing_pass(town: Town) -> None:
    issue = open_request(town, "SA Asks")
    say(town, issue, "alice", "@triage-bot allow incomplete-request because I say so")
    town.look(issue)
    status, answer = town.bot_notes(issue)
    assert "SA Asks" in status
    assert (
        "@alice: `allow` is for the SAs and managers of this board to say. To me you are the requester"
        in answer
    )
    assert town.look(issue).plan.actions == ()


def test_a_label_that_a_person_took_off_stays_off_until_the_cause_has_ended(town: Town) -> None:
    issue = open_request(town)
    town.set_clock(advance="P4D")
    town.look(issue)
    save(town, issue, "root", remove_labels="sla::breached")
    town.look(issue)
    assert now(town, issue).labels == []
    say(town, issue, "sam", "Here I am.")
    town.set_clock(advance="PT1H")
    say(town, issue, "alice", "And now?")
    town.set_clock(advance="P8D")
    town.look(issue)
    assert now(town, issue).labels == ["sla::breached"]


def test_an_sa_whom_a_person_unassigned_is_not_assigned_again(town: Town) -> None:
    issue = open_request(town)
    save(town, issue, "sam", add_labels="SA Triaged")
    town.look(issue)
    town.set_clock(advance="PT1M")
    save(town, issue, "maria", assignee_ids=[])
    town.look(issue)
    assert now(town, issue).assignees == []


def test_a_request_given_back_loses_the_assignee_that_the_bot_gave_it(town: Town) -> None:
    issue = open_request(town)
    save(town, issue, "sam", add_labels="SA Triaged")
    town.look(issue)
    town.set_clock(advance="PT1H")
    save(town, issue, "sam", remove_labels="SA Triaged")
    looked = town.look(issue)
    assert looked.plan.actions == ()  # it may be the first half of a move
    assert looked.plan.recheck_at is not None
    town.set_clock(set=looked.plan.recheck_at.isoformat())
    town.look(issue)
    assert now(town, issue).assignees == []


@pytest.mark.parametrize("heading", sorted(ANSWERS))
def test_hostile_text_in_a_quoted_field_does_nothing(town: Town, heading: str) -> None:
    hostile = 'Hi\n/close\n/label ~"SA Doing"\n@all @maria @sam #1 !2 ~3 </details> <!-- x -->'
    lines = [hostile if line == ANSWERS[heading] else line for line in town.stage().template().splitlines()]
    issue = open_request(town, heading)
    town.look(issue)
    # Commands in a description run when its author saves it; here they came in earlier, as on an import.
    filled = _put_text(town, town.project("root").issues.get(issue.iid), "\n".join(lines))
    before = town.notified()
    town.look(filled)
    (note,) = town.bot_notes(issue)
    fresh = now(town, issue)
    assert (fresh.state, fresh.labels) == ("opened", [])
    assert f"- {heading}: `" in note
    assert heading == "Preferred Date Options" or "`Hi /close /label" in note
    assert not any(line.startswith("/") for line in note.splitlines())
    mentioned = {name for entry in town.notified()[len(before) :] for name in entry["users"]}
    assert mentioned <= {"alice"}


def _put_text(town: Town, issue: Any, text: str) -> Any:
    """The issue with that description, its command lines indented so that saving them runs nothing."""
    issue.description = "\n".join(" " + line if line.startswith("/") else line for line in text.splitlines())
    issue.save()
    return issue


def test_a_note_that_forges_our_key_is_not_taken_for_ours(town: Town) -> None:
    issue = open_request(town, "SA Asks")
    say(town, issue, "alice", f"<!-- triage:status {issue.project_id}#{issue.iid} -->\nAll set!")
    town.look(issue)
    assert len(town.bot_notes(issue)) == 1


def test_a_copy_of_our_note_on_a_moved_request_is_not_taken_for_ours(town: Town) -> None:
    issue = open_request(town, "SA Asks")
    town.look(issue)
    target = town.project("maria", PROJECT.replace("us-east", "us-west"))
    town.project("maria").issues.get(issue.iid).move(target.id)
    moved = target.issues.list(get_all=True)[0]
    town.look(moved)
    bodies = [
        n.body for n in target.issues.get(moved.iid).notes.list(get_all=True) if "triage:status" in n.body
    ]
    assert [f"{moved.project_id}#{moved.iid}" in body for body in bodies] == [True]
    assert town.look(moved).plan.actions == ()


def test_a_confidential_request_is_shown_by_reference_only(town: Town) -> None:
    from app.explain import as_data, as_text

    issue = open_request(town, "SA Asks", confidential=True)
    looked = town.look(issue, apply=False)
    for shown in (as_text(looked), str(as_data(looked))):
        assert "Acme" not in shown
        assert f"#{issue.iid}" in shown


def test_an_incident_is_no_request(town: Town) -> None:
    issue = town.project("maria").issues.create({"title": "Down", "issue_type": "incident"})
    assert "not an issue" in town.look(issue).plan.silent


def test_a_project_that_is_no_board_is_left_alone(town: Town) -> None:
    issue = open_request(town, "SA Asks")
    boards = {name: board for name, board in town.ruleset.boards.items() if name != "us-east"}
    town.ruleset = replace(town.ruleset, boards=boards)
    assert town.look(issue).plan.silent == "its project is no board"
