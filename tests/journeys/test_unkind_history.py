"""What GitLab writes down when people are unkind to a history, and what the clocks make of it, over real HTTP."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.core.board import Manner
from app.core.rule import Rule
from app.core.ruleset import Ruleset
from app.sandbox.stage import PROJECT
from app.sandbox.story import START
from tests.histories import facts_of, lines, staffed, states
from tests.town import Town

GROUP = PROJECT.rpartition("/")[0]
EMEA = f"{GROUP}/emea-triage"
OTHER_GROUP = "gitlab-com/customer-success/solutions-architecture/ecosystem-triage"


@pytest.fixture(autouse=True)
def at_nine(town: Town) -> None:
    """Time stands still on Monday, 2 March 2026, at nine in New York."""
    town.set_clock(frozen=True, set=START.isoformat())


def at(town: Town, text: str) -> None:
    """Goes to that instant of March: `3T14:00`."""
    day, _, time = text.partition("T")
    town.set_clock(set=f"2026-03-{int(day):02d}T{time}Z")


def open_request(town: Town, text: str = "", path: str = PROJECT, who: str = "alice", **fields: Any) -> Any:
    description = town.stage().template() + text
    fields |= {"title": "Acme demo", "description": description}
    return town.project(who, path).issues.create(fields)


def now(town: Town, issue: Any, who: str = "maria") -> Any:
    return town.person(who).projects.get(issue.project_id).issues.get(issue.iid)


def save(town: Town, issue: Any, who: str, **fields: Any) -> None:
    mine = now(town, issue, who)
    for name, value in fields.items():
        setattr(mine, name, value)
    mine.save()


def say(town: Town, issue: Any, who: str, body: str) -> Any:
    return now(town, issue, who).notes.create({"body": body})


def clocks(town: Town, issue: Any) -> list[str]:
    """The 48-hour clock after a look, and that another look changes nothing."""
    found = lines(town.look(issue).plan.clocks)
    again = town.look(issue).plan
    assert (lines(again.clocks), again.actions) == (found, ())
    return found


def move(town: Town, issue: Any, path: str, who: str = "maria") -> Any:
    """The copy that somebody's move makes."""
    target = town.project(who, path)
    now(town, issue, who).move(target.id)
    return max(target.issues.list(get_all=True), key=lambda copy: copy.id)


def group_label(town: Town, name: str) -> Any:
    return town.person("root").groups.get(GROUP).labels.get(name)


# Labels deleted and renamed


def test_a_label_is_deleted_while_the_clock_runs(town: Town) -> None:
    issue = open_request(town)
    at(town, "2T15:00")
    save(town, issue, "sam", add_labels="SA Triaged")
    at(town, "2T16:00")
    say(town, issue, "alice", "And?")
    before = clocks(town, issue)
    updated_at = now(town, issue).updated_at
    group_label(town, "SA Triaged").delete()
    assert now(town, issue).updated_at == updated_at  # nothing tells of it
    assert clocks(town, issue) == before
    assert before[0] == "2T14:00 to 2T15:00: met, due 4T14:00, 1:00 counted"
    assert [u["username"] for u in now(town, issue).assignees] == ["sam"]
    assert now(town, issue).labels == []


def test_sa_waiting_is_deleted_while_it_is_on(town: Town) -> None:
    issue = open_request(town)
    at(town, "3T14:00")
    save(town, issue, "sam", add_labels="SA Waiting")
    assert clocks(town, issue) == ["2T14:00 to now: paused, due when it runs again, 24:00 counted"]
    at(town, "9T14:00")
    group_label(town, "SA Waiting").delete()
    assert clocks(town, issue) == ["2T14:00 to 3T14:00: met, due 4T14:00, 24:00 counted"]
    assert "An SA answered on" in town.bot_notes(issue)[0]
    at(town, "10T14:00")
    say(town, issue, "alice", "Here it is.")
    assert clocks(town, issue)[1:] == ["10T14:00 to now: running, due 12T14:00, 0:00 counted"]


def test_sa_waiting_is_renamed_and_renamed_back_between_two_looks(town: Town) -> None:
    issue = open_request(town)
    at(town, "3T14:00")
    save(town, issue, "sam", add_labels="SA Waiting")
    paused = clocks(town, issue)
    label = group_label(town, "SA Waiting")
    label.new_name = "Waiting for sales"
    label.save()
    assert now(town, issue).labels == ["Waiting for sales"]
    assert clocks(town, issue) == ["2T14:00 to 3T14:00: met, due 4T14:00, 24:00 counted"]
    label = group_label(town, "Waiting for sales")
    label.new_name = "SA Waiting"
    label.save()
    assert clocks(town, issue) == paused


def test_expedite_is_renamed(town: Town) -> None:
    issue = open_request(town)
    at(town, "2T14:10")
    save(town, issue, "sofia", add_labels="SA POV")  # an answer
    at(town, "2T14:30")
    say(town, issue, "alice", "Expedite because the board meets tomorrow.")
    at(town, "2T15:00")
    save(town, issue, "root", add_labels="Expedite")  # a bystander may
    at(town, "2T19:00")
    late = clocks(town, issue)
    assert late[-1] == "2T14:30 to now: breached, due 2T19:00, 4:00 counted"
    assert "sla::breached" in now(town, issue).labels
    label = group_label(town, "Expedite")
    label.new_name = "Hurry"
    label.save()
    assert clocks(town, issue)[-1] == "2T14:30 to now: running, due 4T14:30, 4:30 counted"
    assert "sla::breached" not in now(town, issue).labels


def test_a_label_is_renamed_by_which_a_clock_begins(town: Town, audited: Ruleset) -> None:
    town.ruleset = audited
    issue = open_request(town)
    at(town, "2T15:00")
    save(town, issue, "sam", add_labels="Security Audit")

    def audit() -> list[str]:
        return lines(town.look(issue).plan.clocks, "audit")

    assert audit() == ["2T15:00 to now: running, due 4T15:00, 0:00 counted"]
    label = group_label(town, "Security Audit")
    label.new_name = "Audit"
    label.save()
    assert audit() == []
    assert lines(town.look(issue).plan.clocks)[0].startswith(
        "2T14:00 to 2T15:00: met"
    )  # an answer all the same


@pytest.fixture
def audited(ruleset: Ruleset) -> Ruleset:
    """The shipped rules with one more clock: two working days from Security Audit on."""
    late = next(rule for rule in ruleset.rules if rule.id == "late-activity")
    data = late.model_dump(exclude_unset=True) | {
        "id": "late-audit",
        "while_failing": {"labels": ["sla::breached"]},
    }
    data["check"] = {
        "kind": "sla",
        "clock": "audit",
        "starts": ["+Security Audit"],
        "answered_by": ["-Security Audit", "closed"],
        "target": "48h",
    }
    return replace(ruleset, rules=(*ruleset.rules, Rule.model_validate(data)))


# Labels given at creation


@pytest.mark.parametrize("by_template", [False, True], ids=["by the API", "by a line of the template"])
@pytest.mark.parametrize(
    ("labels", "line", "on"),
    [
        (["SA Waiting"], "2T14:00 to now: running, due 4T14:00, 1:00 counted", ["SA Waiting"]),
        (["Expedite"], "2T14:00 to now: running, due 2T18:00, 1:00 counted", ["Expedite"]),
        (["SA Doing", "SA Triaged"], "2T14:00 to now: running, due 4T14:00, 1:00 counted", ["SA Triaged"]),
    ],
)
def test_labels_given_with_the_request(
    town: Town, by_template: bool, labels: list[str], line: str, on: list[str]
) -> None:
    town.set_clock(frozen=False)  # as in life, where the events come a moment after the issue
    town.set_clock(set=START.isoformat())
    if by_template:
        issue = open_request(town, "\n\n/label " + " ".join(f'~"{name}"' for name in labels) + "\n")
    else:
        issue = open_request(town, labels=labels)
    (first, *_) = issue.resourcelabelevents.list(get_all=True)
    assert first.user["username"] == "alice"
    opened = now(town, issue).created_at
    assert first.created_at > opened
    town.set_clock(frozen=True, set=(START + timedelta(hours=1)).isoformat())
    (clock,) = (c for c in town.look(issue).plan.clocks if c.name == "activity")
    begins = START.replace(microsecond=0)
    assert clock.started_at.isoformat(timespec="milliseconds").replace("+00:00", "Z") == opened
    drift = clock.started_at - begins
    shifted = replace(
        clock,
        started_at=begins,
        due_at=clock.due_at - drift if clock.due_at else None,
        spent=clock.spent + drift,
    )
    assert lines([shifted]) == [line]
    town.look(issue)
    assert now(town, issue).labels == on


# Moved between boards


def test_moved_in_the_middle_of_a_cycle(town: Town) -> None:
    """Twenty hours of Thursday in London, Friday's holiday there is a working day in New York: no time is lost."""
    town.set_clock(set="2026-04-02T09:00:00Z")
    issue = open_request(town, path=EMEA)
    town.set_clock(set="2026-04-03T13:00:00Z")
    copy = move(town, issue, PROJECT)
    assert clocks(town, copy) == ["2T09:00 to now: running, due 6T23:00, 14:00 counted"]
    town.set_clock(set="2026-04-06T22:59:59Z")
    town.look(copy)
    assert now(town, copy).labels == ["sla::at-risk"]
    town.set_clock(set="2026-04-06T23:00:00Z")
    town.look(copy)
    assert now(town, copy).labels == ["sla::breached"]
    assert town.look(issue).plan.actions == ()  # nothing is asked on the one that it left


def test_moved_in_the_middle_of_a_wait(town: Town) -> None:
    town.set_clock(set="2026-04-02T09:00:00Z")
    issue = open_request(town, path=EMEA)
    town.set_clock(set="2026-04-02T15:00:00Z")
    save(town, issue, "sam", add_labels="SA Waiting")
    assert clocks(town, issue) == ["2T09:00 to now: paused, due when it runs again, 6:00 counted"]
    town.set_clock(set="2026-04-03T13:00:00Z")
    copy = move(town, issue, PROJECT)
    assert clocks(town, copy) == ["2T09:00 to now: paused, due when it runs again, 6:00 counted"]
    (note,) = _notes(town, copy)  # the one comment came along, and goes on here under its new key
    assert note.startswith(f"<!-- triage:status {copy.project_id}#{copy.iid} -->")
    assert "waiting for your answer since **Thu 2 Apr 2026" in note
    town.set_clock(set="2026-04-03T14:00:00Z")  # ten in New York, a working day; in London it is none
    say(town, copy, "alice", "Here it is.")
    # Fourteen hours of Friday there, twenty-four of Monday and four of Tuesday.
    assert clocks(town, copy) == ["2T09:00 to now: running, due 7T08:00, 6:00 counted"]


def test_moved_by_the_bot_on_an_sas_word(town: Town) -> None:
    issue = open_request(town, "\n## Region\n\nEMEA\n\n## Segment\n\nEnterprise\n")
    town.look(issue)
    at(town, "3T15:00")
    say(town, issue, "sam", "@triage-bot move")
    town.look(issue)
    (copy,) = town.project("maria", EMEA).issues.list(get_all=True)
    found = town.look(copy)
    # The order is no answer, nor is the move; twenty-five hours were counted in New York.
    assert lines(found.plan.clocks) == ["2T14:00 to now: running, due 4T14:00, 25:00 counted"]
    assert [n.author["username"] for n in now(town, copy).notes.list(get_all=True) if n.system] == [
        "triage-bot"
    ]


def test_an_sa_of_the_old_board_answered_there(town: Town) -> None:
    town.ruleset = staffed(town.ruleset, us_east=["sam"], emea=["sofia"])
    issue = open_request(town)
    at(town, "2T15:00")
    save(town, issue, "sam", add_labels="SA Triaged")
    at(town, "2T16:00")
    say(town, issue, "alice", "And?")
    at(town, "3T15:00")
    copy = move(town, issue, EMEA)
    at(town, "3T16:00")
    say(town, copy, "sam", "I know this one.")  # a bystander here
    assert clocks(town, copy) == [
        "2T14:00 to 2T15:00: met, due 4T14:00, 1:00 counted",
        "2T16:00 to now: running, due 4T16:00, 24:00 counted",
    ]
    say(town, copy, "sofia", "I take it from here.")
    assert clocks(town, copy)[1] == "2T16:00 to 3T16:00: met, due 4T16:00, 24:00 counted"


@pytest.mark.parametrize("seen", [True, False], ids=["that the bot may see", "that it may not see"])
def test_an_sa_of_a_group_of_the_old_board(town: Town, seen: bool) -> None:
    group = "gitlab-com/customer-success/solution-architects"
    town.ruleset = staffed(town.ruleset, us_east=[group], emea=["maria"])
    issue = open_request(town)
    at(town, "2T15:00")
    say(town, issue, "sam", "Looking at it.")
    assert clocks(town, issue) == ["2T14:00 to 2T15:00: met, due 4T14:00, 1:00 counted"]
    at(town, "3T15:00")
    copy = move(town, issue, EMEA)
    if not seen:
        members = town.person("root").groups.get(group).members
        members.delete(members.list(query="triage-bot")[0].id)
        town.become("sandbox-triage-bot")  # which has not read them lately
    looked = town.look(copy)
    if seen:
        assert lines(looked.plan.clocks) == ["2T14:00 to 2T15:00: met, due 4T14:00, 1:00 counted"]
        assert looked.plan.unseen == ()
    else:
        assert lines(looked.plan.clocks) == ["2T14:00 to now: running, due 4T14:00, 25:00 counted"]
        assert looked.plan.unseen == (group,)


def test_late_before_it_moved(town: Town) -> None:
    issue = open_request(town)
    at(town, "4T14:00")
    town.look(issue)
    at(town, "5T10:00")
    copy = move(town, issue, EMEA)
    town.look(copy)
    assert lines(town.look(copy).plan.clocks) == ["2T14:00 to now: breached, due 4T14:00, 68:00 counted"]
    assert now(town, copy).labels == ["sla::breached"]
    calls = [n for n in _notes(town, copy) if "triage:late-activity/failing/" in n]
    own = f"triage:late-activity/failing/2026-03-02T14:00:00.000Z {copy.project_id}#{copy.iid} "
    assert len(calls) == 2  # the copied one is the old board's, and the people of this board are called once
    assert [own in call for call in calls] == [False, True]
    at(town, "5T11:00")
    say(town, copy, "sofia", "Sorry.")
    town.look(copy)
    assert now(town, copy).labels == []


@pytest.fixture
def own_labels(ruleset: Ruleset) -> Ruleset:
    """EMEA in a project of another group, whose labels are called the same and are others."""
    emea = ruleset.boards["emea"]
    file = emea.file.model_copy(update={"project": OTHER_GROUP})
    boards = {name: board for name, board in ruleset.boards.items() if name != "ecosystem"}
    return replace(ruleset, boards=boards | {"emea": replace(emea, file=file)})


@pytest.mark.parametrize("by_bot", [False, True], ids=["by a person", "by the bot"])
def test_the_pair_of_events_that_a_move_writes(town: Town, own_labels: Ruleset, by_bot: bool) -> None:
    town.ruleset = own_labels
    issue = open_request(town)
    at(town, "2T15:00")
    save(town, issue, "sam", labels=["SA Doing", "SA POV"])
    at(town, "2T16:00")
    say(town, issue, "alice", "Expedite because they sign tomorrow. And?")
    save(town, issue, "maria", add_labels="Expedite")  # an answer too
    say(town, issue, "alice", "When?")
    at(town, "2T19:00")
    town.look(issue)
    if by_bot:
        say(town, issue, "sam", "@triage-bot move to emea")
        town.look(issue)
        (copy,) = town.project("maria", OTHER_GROUP).issues.list(get_all=True)
    else:
        copy = move(town, issue, OTHER_GROUP)
    moved_at = [e for e in now(town, copy).resourcelabelevents.list(get_all=True) if "T19:00" in e.created_at]
    pairs = {(e.label["name"], e.action) for e in moved_at}
    assert {
        (name, action) for name in ("SA Doing", "SA POV", "Expedite") for action in ("add", "remove")
    } <= pairs
    looked = town.look(copy)
    # Three working hours in New York; the fourth from nine on in London.
    assert lines(looked.plan.clocks)[-1] == "2T16:00 to now: off hours, due 3T10:00, 3:00 counted"
    assert states_of(town, copy) == ["Open", "SA Doing by sam"]
    assert set(now(town, copy).labels) == {"SA Doing", "SA POV", "Expedite"}
    assert [u["username"] for u in now(town, copy).assignees] == ["sam"]
    at(town, "3T10:00")
    town.look(copy)
    assert "sla::breached" in now(town, copy).labels


def test_labels_that_the_new_board_has_not(town: Town, own_labels: Ruleset) -> None:
    town.ruleset = own_labels
    labels = town.person("root").groups.get(OTHER_GROUP.rpartition("/")[0]).labels
    for name in ("SA Waiting", "SA POV"):
        labels.get(name).delete()
    issue = open_request(town, labels=["SA POV"])
    at(town, "2T15:00")
    save(town, issue, "sam", add_labels="SA Waiting")
    at(town, "3T10:00")
    copy = move(town, issue, OTHER_GROUP)  # by maria, who is an SA's equal: it is no answer of hers
    assert clocks(town, copy) == ["2T14:00 to now: running, due 5T09:00, 1:00 counted"]
    assert states_of(town, copy) == ["Open", "SA Waiting by sam", "Open"]


def states_of(town: Town, issue: Any) -> list[str]:
    looked = town.look(issue, apply=False)
    return states(facts_of(looked.issue, town.ruleset, looked.plan.at))


# Two things at once


def test_two_people_move_the_card_in_the_same_second(town: Town) -> None:
    issue = open_request(town)
    save(town, issue, "maria", add_labels="SA Triaged")
    at(town, "2T15:00")
    for who, label in (("sam", "SA Waiting"), ("sofia", "SA Doing")):  # each saw SA Triaged
        save(town, issue, who, add_labels=label, remove_labels="SA Triaged")
    assert states_of(town, issue) == ["SA Triaged by maria", "SA Doing by sofia"]
    assert clocks(town, issue) == ["2T14:00 to 2T14:00: met, due 4T14:00, 0:00 counted"]
    assert now(town, issue).labels == ["SA Doing"]
    assert [u["username"] for u in now(town, issue).assignees] == ["sofia"]


def test_a_comment_and_a_label_at_one_instant(town: Town) -> None:
    issue = open_request(town)
    at(town, "2T15:00")
    say(town, issue, "sam", 'Which version do they run?\n\n/label ~"SA Waiting"')
    at(town, "2T16:00")
    say(town, issue, "alice", "18.2.")
    assert clocks(town, issue) == [
        "2T14:00 to 2T15:00: met, due 4T14:00, 1:00 counted",
        "2T16:00 to now: running, due 4T16:00, 0:00 counted",
    ]
    assert now(town, issue).labels == []


def test_question_and_answer_at_one_instant(town: Town) -> None:
    issue = open_request(town)
    say(town, issue, "sam", "On it.")
    at(town, "2T15:00")
    save(town, issue, "sam", add_labels="SA Waiting")
    say(town, issue, "alice", "Here it is.")
    assert clocks(town, issue)[1:] == ["2T15:00 to now: running, due 4T15:00, 0:00 counted"]
    assert now(town, issue).labels == []


# Reopened


def test_reopened_after_a_breach_with_its_labels_on(town: Town) -> None:
    issue = open_request(town, labels=["Expedite"])
    say(town, issue, "alice", "Expedite because they sign tomorrow.")
    at(town, "2T18:00")
    town.look(issue)
    assert now(town, issue).labels == ["Expedite", "sla::breached"]
    at(town, "2T19:00")
    save(town, issue, "maria", state_event="close")
    town.look(issue)
    assert now(town, issue).labels == ["Expedite"]
    at(town, "3T14:00")
    save(town, issue, "alice", state_event="reopen")
    assert clocks(town, issue) == [
        "2T14:00 to 2T19:00: breached, due 2T18:00, 5:00 counted",
        "3T14:00 to now: running, due 3T18:00, 0:00 counted",
    ]
    at(town, "3T18:00")
    town.look(issue)
    calls = [n for n in town.bot_notes(issue) if "triage:late-activity/failing/" in n]
    assert len(calls) == 2  # each cause calls once


@pytest.mark.parametrize(
    ("who", "line"),
    [
        ("alice", "4T14:00 to now: running, due 6T14:00, 0:00 counted"),
        ("sofia", "4T14:00 to now: paused, due when it runs again, 0:00 counted"),
    ],
)
def test_reopened_with_sa_waiting_on(town: Town, who: str, line: str) -> None:
    issue = open_request(town)
    at(town, "2T15:00")
    save(town, issue, "sam", add_labels="SA Waiting")
    at(town, "3T14:00")
    save(town, issue, "sam", state_event="close")
    town.look(issue)
    at(town, "4T14:00")
    save(town, issue, who, state_event="reopen")
    found = clocks(town, issue)
    assert found == ["2T14:00 to 3T14:00: met, due 5T13:00, 1:00 counted", line]
    assert now(town, issue).labels == ([] if who == "alice" else ["SA Waiting"])


def test_reopened_by_the_bot_it_ran_on(town: Town, ruleset: Ruleset) -> None:
    manner: Manner = "put_back"
    board = ruleset.boards["us-east"]
    file = board.file.model_copy(update={"manners": {"unexpected-move": manner}})
    town.ruleset = replace(ruleset, boards=ruleset.boards | {"us-east": replace(board, file=file)})
    issue = open_request(town)
    at(town, "2T14:30")
    save(town, issue, "sam", add_labels="SA Doing")
    at(town, "2T15:00")
    say(town, issue, "alice", "And?")
    at(town, "2T16:00")
    save(town, issue, "sam", state_event="close")  # without a word of the sales team or the customer
    at(town, "2T17:00")
    town.look(issue)
    assert now(town, issue).state == "opened"
    assert clocks(town, issue)[1:] == ["2T15:00 to now: running, due 4T15:00, 2:00 counted"]


# People and comments that go


def test_an_assignee_is_removed_while_the_clock_runs(town: Town) -> None:
    issue = open_request(town)
    at(town, "2T15:00")
    save(town, issue, "sam", add_labels="SA Triaged")
    town.look(issue)
    assert [u["username"] for u in now(town, issue).assignees] == ["sam"]
    at(town, "2T16:00")
    say(town, issue, "alice", "And?")
    at(town, "3T14:00")
    save(town, issue, "sofia", assignee_ids=[0])
    assert clocks(town, issue)[1] == "2T16:00 to now: running, due 4T16:00, 22:00 counted"
    assert now(town, issue).assignees == []  # and is not assigned again
    at(town, "4T16:00")
    looked = town.look(issue)
    late = [c for c in looked.plan.clocks if c.state == "breached"]
    assert late[0].shares == {"sa": timedelta(hours=22), "nobody": timedelta(hours=26)}
    assert "@maria: no SA has answered" in town.bot_notes(issue)[-1]


def test_a_comment_that_somebody_else_edits_is_nobodys_activity(town: Town) -> None:
    issue = open_request(town)
    at(town, "2T15:00")
    said = say(town, issue, "alice", "And please before noon.")
    before = clocks(town, issue)
    at(town, "3T14:00")
    note = now(town, issue).notes.get(said.id)  # maria, a Maintainer
    note.body = "And please before 12:00 ET."
    note.save()
    assert now(town, issue).notes.get(said.id).author["username"] == "alice"
    assert clocks(town, issue) == ["2T14:00 to now: running, due 4T14:00, 24:00 counted"]
    assert before == ["2T14:00 to now: running, due 4T14:00, 1:00 counted"]


def test_a_comment_of_the_bots_that_a_person_edits_is_mended_by_the_next_look(town: Town) -> None:
    issue = open_request(town)
    save(town, issue, "sam", add_labels="SA Waiting")
    town.look(issue)
    (before,) = _notes(town, issue)
    (note,) = [n for n in now(town, issue).notes.list(get_all=True) if not n.system]
    note.body = "Nothing to see here."
    note.save()
    town.look(issue)
    assert before in _notes(town, issue)


def test_an_answer_that_is_deleted_was_never_given(town: Town) -> None:
    issue = open_request(town)
    at(town, "3T14:00")
    said = say(town, issue, "sam", "Looking at it.")
    assert clocks(town, issue) == ["2T14:00 to 3T14:00: met, due 4T14:00, 24:00 counted"]
    at(town, "4T20:00")
    updated_at = now(town, issue).updated_at
    now(town, issue, "sam").notes.get(said.id).delete()
    assert now(town, issue).updated_at == updated_at  # nothing tells of it: the next look finds it
    assert clocks(town, issue) == ["2T14:00 to now: breached, due 4T14:00, 54:00 counted"]
    assert now(town, issue).labels == ["sla::breached"]


def test_a_question_that_is_deleted_began_nothing(town: Town) -> None:
    issue = open_request(town)
    at(town, "2T15:00")
    save(town, issue, "sam", labels=["SA Doing"])
    at(town, "2T15:30")
    save(town, issue, "sam", add_labels="SA Waiting", remove_labels="SA Doing")
    at(town, "2T16:00")
    said = say(town, issue, "alice", "Here it is.")
    town.look(issue)
    assert now(town, issue).labels == ["SA Doing"]
    now(town, issue, "alice").notes.get(said.id).delete()
    assert clocks(town, issue) == ["2T14:00 to 2T15:00: met, due 4T14:00, 1:00 counted"]
    assert now(town, issue).labels == ["SA Doing"]  # what the bot brought back is not taken away again


def _notes(town: Town, issue: Any) -> list[str]:
    """The bot's comments on the request, oldest first."""
    found = sorted(now(town, issue).notes.list(get_all=True), key=lambda n: n.id)
    return [n.body for n in found if not n.system and n.author["username"] == "triage-bot"]


def test_in_whatever_order_gitlab_lists_the_events(town: Town) -> None:
    issue = open_request(town)
    for n, label in enumerate(["SA Triaged", "SA Doing", "SA Waiting", "SA Doing", "SA Followup"]):
        at(town, f"2T15:0{n}")
        save(town, issue, "sam", labels=[label, "SA POV"])
        at(town, f"2T15:0{n}:30")
        say(town, issue, "alice", "And?")
    found = clocks(town, issue)
    town.fault(shuffle_label_events=True)
    assert clocks(town, issue) == found
    assert len(found) == 5  # a move to SA Waiting only pauses
