"""Each single condition at its edges: what it finds, since when, and when time alone changes it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest

from app.core.evaluate import facts_of
from app.core.model import Issue, Milestone
from app.core.months import Months, read_long
from app.core.ruleset import Ruleset
from app.core.timeline import read_instant
from tests.own_rules import condition

OPENS = '2026-03-02T14:00Z alice opens "Acme PoC: demo"'  # a Monday, nine o'clock in New York
MON, TUE = "2026-03-02T14:00Z", "2026-03-03T14:00Z"


def at(text: str) -> datetime:
    return read_instant(f"2026-03-{text}")


Look = Callable[..., tuple[bool | None, datetime, datetime | None]]


@pytest.fixture
def look(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> Look:
    def make(
        when: str, lines: str, now: str, **fields: object
    ) -> tuple[bool | None, datetime, datetime | None]:
        issue = replace(issue_of(f"{OPENS}\n{lines}"), **fields)  # type: ignore[arg-type]
        board = ruleset.boards["us-east"]
        facts = facts_of(issue, board, ruleset, read_instant(now))
        seen = condition(when).found(facts).seen
        return seen.holds, seen.since, seen.again_at

    return make


WORKFLOW = '2026-03-02T15:00Z sam adds "workflow::a"'
TABLE = [
    # labels
    ("a label is on", "{label: workflow::a}", WORKFLOW, True, "02T15:00Z"),
    ("case counts", "{label: Workflow::a}", WORKFLOW, False, "02T14:00Z"),
    ("a pattern fits", '{label: "workflow::*"}', WORKFLOW, True, "02T15:00Z"),
    ("a question mark is one character", '{label: "workflow::?"}', WORKFLOW, True, "02T15:00Z"),
    ("and not two", '{label: "workflow:?"}', WORKFLOW, False, "02T14:00Z"),
    ("a bracket is itself", '{label: "[a-z]*"}', WORKFLOW, False, "02T14:00Z"),
    ("off since it came off", "{label: workflow::a, on: false}",
     WORKFLOW + '\n2026-03-02T16:00Z sam removes "workflow::a"', True, "02T16:00Z"),
    ("a swap is no break", '{label: "workflow::*"}',
     WORKFLOW + '\n2026-03-02T16:00Z sam removes "workflow::a"\n2026-03-02T16:01Z sam adds "workflow::b"',
     True, "02T15:00Z"),
    ("more than a minute is", '{label: "workflow::*"}',
     WORKFLOW + '\n2026-03-02T16:00Z sam removes "workflow::a"\n2026-03-02T16:01:01Z sam adds "workflow::b"',
     True, "02T16:01:01Z"),
    ("no labels", "{labels: none}", "", True, "02T14:00Z"),
    ("any", "{labels: any}", WORKFLOW, True, "02T15:00Z"),
    ("only these", '{labels: {only: ["workflow::*"]}}', WORKFLOW, True, "02T14:00Z"),
    ("and another", '{labels: {only: ["type::*"]}}', WORKFLOW, False, "02T15:00Z"),
    # what it is
    ("open", "{state: opened}", "", True, "02T14:00Z"),
    ("closed", "{state: closed}", "2026-03-02T15:00Z sam closes", True, "02T15:00Z"),
    ("opened again", "{state: opened}",
     "2026-03-02T15:00Z sam closes\n2026-03-02T16:00Z sam reopens", True, "02T16:00Z"),
    ("confidential", "{confidential: true}", "2026-03-02T15:00Z sam makes it confidential", True, "02T15:00Z"),
    ("visible again", "{confidential: false}",
     "2026-03-02T15:00Z sam makes it confidential\n2026-03-02T16:00Z sam makes it visible", True, "02T16:00Z"),
    ("an issue", "{type: issue}", "", True, "02T14:00Z"),
    ("an incident", "{type: incident}", "", False, "02T14:00Z"),
    ("one thumb is too few", "{upvotes: {at_least: 2}}", "2026-03-02T15:00Z sam likes it", False, "02T14:00Z"),
    ("two are enough", "{upvotes: {at_least: 2}}",
     "2026-03-02T15:00Z sam likes it\n2026-03-02T15:00Z maria likes it", True, "02T14:00Z"),
    ("no thumb down", "{downvotes: {at_most: 0}}", "2026-03-02T15:00Z sam dislikes it", False, "02T14:00Z"),
    # people
    ("the author", "{author: Alice}", "", True, "02T14:00Z"),
    ("another author", "{author: [bob, carol]}", "", False, "02T14:00Z"),
    ("the author is no SA", "{author_in: sas}", "", False, "02T14:00Z"),
    ("the author is the requester", "{author_in: requester}", "", True, "02T14:00Z"),
    ("nobody is assigned", "{assignee: none}", "", True, "02T14:00Z"),
    ("somebody is", "{assignee: any}", "2026-03-02T15:00Z sam assigns sofia", True, "02T15:00Z"),
    ("sofia is", "{assignee: [sam, Sofia]}", "2026-03-02T15:00Z sam assigns sofia", True, "02T15:00Z"),
    ("nobody is any more", "{assignee: none}",
     "2026-03-02T15:00Z sam assigns sofia\n2026-03-02T16:00Z sam unassigns sofia", True, "02T16:00Z"),
    ("nobody is one of the escalation", "{assignee_in: board.escalation}", "", False, "02T14:00Z"),
    # words
    ("a phrase in the title", "{text: {in: title, contains: poc}}", "", True, "02T14:00Z"),
    ("a word in the title", "{text: {in: title, words: [pilot, poc]}}", "", True, "02T14:00Z"),
    ("half a word is none", "{text: {in: title, words: po}}", "", False, "02T14:00Z"),
    ("like", '{text: {in: title, like: "acme * demo"}}', "", True, "02T14:00Z"),
    ("not like", '{text: {in: title, like: "acme"}}', "", False, "02T14:00Z"),
    ("renamed", "{text: {in: title, words: rfp}}", '2026-03-02T15:00Z alice renames it to "RFP"', True, "02T15:00Z"),
    ("the description", "{text: {in: description, contains: jenkins}}",
     "2026-03-02T15:00Z alice edits the description\n  | They use  Jenkins.", True, "02T15:00Z"),
    ("a comment", "{text: {in: comments, words: thank you}}",
     '2026-03-02T15:00Z sam comments "Hi"\n2026-03-02T16:00Z alice comments "Thank  YOU!"', True, "02T16:00Z"),
    ("not the bot's", "{text: {in: comments, words: hi}}",
     '2026-03-02T15:00Z triage-bot comments "Hi"', False, "02T14:00Z"),
    # counts
    ("no comment by an SA", "{count: {of: comments, by: sa, at_most: 0}}",
     '2026-03-02T15:00Z alice comments "x"', True, "02T14:00Z"),
    ("two comments since the second", "{count: {of: comments, at_least: 2}}",
     '2026-03-02T15:00Z alice comments "x"\n2026-03-02T16:00Z sam comments "y"\n2026-03-02T17:00Z sam comments "z"',
     True, "02T16:00Z"),
    ("too many since the third", "{count: {of: comments, at_most: 2}}",
     '2026-03-02T15:00Z alice comments "x"\n2026-03-02T16:00Z sam comments "y"\n2026-03-02T17:00Z sam comments "z"',
     False, "02T17:00Z"),
    ("notes count GitLab's lines", "{count: {of: notes, at_least: 1}}",
     "2026-03-02T15:00Z sam assigns sofia", True, "02T15:00Z"),
    ("two types", '{count: {of: labels, matching: "type::*", at_least: 2}}',
     '2026-03-02T15:00Z sam adds "type::a"\n2026-03-02T16:00Z sam adds "type::b"', True, "02T16:00Z"),
    ("one type", '{count: {of: labels, matching: "type::*", at_least: 2}}',
     '2026-03-02T15:00Z sam adds "type::a"', False, "02T15:00Z"),
    ("label events", "{count: {of: label_events, at_least: 2}}",
     WORKFLOW + '\n2026-03-02T16:00Z sam removes "workflow::a"', True, "02T16:00Z"),
    ("the bot's are none", "{count: {of: label_events, at_least: 1}}",
     '2026-03-02T15:00Z triage-bot adds "x"', False, "02T14:00Z"),
    ("assignees", "{count: {of: assignees, at_most: 0}}", "2026-03-02T15:00Z sam assigns sofia", False, "02T15:00Z"),
    # days without time
    ("no due date", "{due_date: none}", "", True, "02T14:00Z"),
    ("a due date", "{due_date: any}", "2026-03-02T15:00Z sam sets the due date to 2026-03-20", True, "02T15:00Z"),
    ("no milestone", "{milestone: none}", "", True, "02T14:00Z"),
    ("any milestone", "{milestone: any}", '2026-03-02T15:00Z sam sets the milestone to "18.1"', True, "02T14:00Z"),
    ("that milestone", '{milestone: "18.*"}',
     '2026-03-02T15:00Z sam sets the milestone to "18.1"', True, "02T14:00Z"),
    ("another milestone", "{milestone: '18.1'}",
     '2026-03-02T15:00Z sam sets the milestone to "18.10"', False, "02T14:00Z"),
    # CEL
    ("a clause", "{cel: 'title.matches(\"(?i)poc: \")'}", "", True, "02T14:00Z"),
    ("an error is unknown", "{cel: 'title.matches(\"[\")'}", "", None, "02T14:00Z"),
    ("so is its contrary", "{not: {cel: '1 / 0 == 1'}}", "", None, "02T14:00Z"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("when", "lines", "holds", "since"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE]
)
def test_a_single_condition(look: Look, when: str, lines: str, holds: bool | None, since: str) -> None:
    if "cel" in when:
        pytest.importorskip("cel_expr_python")
    assert look(when, lines, TUE) == (holds, at(since), None)


AGES = [
    ("created", "created", "", "02T14:00Z"),
    ("a person's comment", "updated", '2026-03-02T15:00Z bob comments "x"', "02T15:00Z"),
    ("a title", "updated", '2026-03-02T15:00Z bob renames it to "x"', "02T15:00Z"),
    ("not the bot's comment", "updated", '2026-03-02T15:00Z triage-bot comments "x"', "02T14:00Z"),
    ("nor its label", "updated", '2026-03-02T15:00Z triage-bot adds "x"', "02T14:00Z"),
    ("nor its closing", "updated",
     "2026-03-02T15:00Z triage-bot closes\n2026-03-02T15:30Z triage-bot reopens", "02T14:00Z"),
    ("nor a mention", "updated", '2026-03-02T15:00Z bob says "mentioned in issue #7"', "02T14:00Z"),
    ("nor an order", "updated", '2026-03-02T15:00Z bob comments "@triage-bot help"', "02T14:00Z"),
    ("GitLab's updated_at", "updated_at", "", "02T14:00Z"),
    ("which a comment moves", "updated_at", '2026-03-02T15:00Z bob comments "x"', "02T15:00Z"),
    ("also the bot's", "updated_at", '2026-03-02T15:00Z triage-bot comments "x"', "02T15:00Z"),
    ("and its label", "updated_at", '2026-03-02T15:00Z triage-bot adds "x"', "02T15:00Z"),
    ("and a mention elsewhere", "updated_at", '2026-03-02T15:00Z bob says "mentioned in issue #7"', "02T15:00Z"),
    ("closed", "closed", "2026-03-02T15:00Z sam closes", "02T15:00Z"),
    ("edited", "edited", "2026-03-02T15:00Z alice edits the description\n  | x", "02T15:00Z"),
    ("last note", "last_note", '2026-03-02T15:00Z sam comments "x"\n2026-03-02T16:00Z bob comments "y"', "02T16:00Z"),
    ("by an SA", "last_note_by_sa",
     '2026-03-02T15:00Z sam comments "x"\n2026-03-02T16:00Z bob comments "y"', "02T15:00Z"),
    ("by the requester", "last_note_by_requester",
     '2026-03-02T15:00Z alice comments "x"\n2026-03-02T16:00Z sam comments "y"', "02T15:00Z"),
    ("the state label", "state_label", '2026-03-02T15:00Z sam adds "SA Triaged"', "02T15:00Z"),
]  # fmt: skip


@pytest.mark.parametrize(("since", "lines", "start"), [row[1:] for row in AGES], ids=[r[0] for r in AGES])
def test_an_age_below_at_and_above_its_length(look: Look, since: str, lines: str, start: str) -> None:
    begins = at(start)
    due = begins.replace(day=begins.day + 1)  # Monday to Tuesday: a day is a day, however it is counted
    for now, reached in (
        (due.replace(second=0, minute=due.minute), True),
        (at("04T10:00Z"), True),
        (at("03T13:59:59Z"), False),
    ):
        age = f"{{since: {since}, at_least: 1d, count: wall}}"
        again = None if reached else due
        assert look(f"{{age: {age}}}", lines, now.isoformat()) == (reached, due if reached else begins, again)
        young = age.replace("at_least", "less_than")
        assert look(f"{{age: {young}}}", lines, now.isoformat()) == (
            not reached,
            due if reached else begins,
            again,
        )


def test_an_age_counts_by_the_boards_calendar(look: Look) -> None:
    """Opened on a Friday at noon in New York: two working days later it is Tuesday noon, and clocks went forward."""
    friday = "2026-03-06T17:00Z"
    when = "{age: {since: label_on, label_on: x, at_least: 2d}}".replace("since: label_on, ", "")
    lines = f'{friday} sam adds "x"'
    assert look(when, lines, "2026-03-10T15:59:59Z") == (False, read_instant(friday), at("10T16:00Z"))
    assert look(when, lines, "2026-03-10T16:00Z") == (True, at("10T16:00Z"), None)
    hours = when.replace("2d", "8h, count: working_hours")
    assert look(hours, lines, "2026-03-09T16:00Z")[0] is True
    assert look(hours, lines, "2026-03-09T15:59:59Z")[0] is False


@pytest.mark.parametrize(
    ("length", "opened", "due"),
    [
        ("1mo", "2026-02-02T14:00Z", "2026-03-02T14:00Z"),
        ("1mo", "2026-01-31T14:00Z", "2026-03-01T00:00Z"),  # February has no such day
        ("1mo", "2024-01-31T14:00Z", "2024-03-01T00:00Z"),
        ("1mo", "2024-01-29T14:00Z", "2024-02-29T14:00Z"),
        ("11mo", "2026-02-28T14:00Z", "2027-01-28T14:00Z"),
        ("1y", "2024-02-29T14:00Z", "2025-03-01T00:00Z"),
        ("2y", "2026-03-02T14:00Z", "2028-03-02T14:00Z"),
    ],
)
def test_a_month_is_as_long_as_the_calendar_makes_it(length: str, opened: str, due: str) -> None:
    found = read_long(length)
    assert isinstance(found, Months)
    assert found.after(read_instant(opened)) == read_instant(due)


@pytest.mark.parametrize("length", ["13y", "121mo", "0mo", "6 months", 6])
def test_what_is_no_length_by_the_calendar(length: object) -> None:
    with pytest.raises(ValueError, match=r"no length of time|more than ten years"):
        read_long(length)


@pytest.mark.parametrize("since", ["closed", "last_note", "last_note_by_sa", "last_note_by_requester"])
@pytest.mark.parametrize("length", ["at_least", "less_than"])
def test_what_never_was_has_no_age(look: Look, since: str, length: str) -> None:
    assert look(f"{{age: {{since: {since}, {length}: 1d}}}}", "", TUE) == (False, at("02T14:00Z"), None)


def test_a_label_that_is_off_has_no_age(look: Look) -> None:
    lines = WORKFLOW + '\n2026-03-02T16:00Z sam removes "workflow::a"'
    assert look('{age: {label_on: "workflow::*", at_least: 1d}}', lines, TUE) == (
        False,
        at("02T16:00Z"),
        None,
    )


def test_the_bots_warning_counts_from_the_warning(look: Look) -> None:
    lines = '2026-03-02T15:00Z triage-bot adds "stale"'
    assert look("{age: {label_on: stale, at_least: 1d}}", lines, "2026-03-03T15:00Z")[:2] == (
        True,
        at("03T15:00Z"),
    )


DUE = "2026-03-02T15:00Z sam sets the due date to 2026-03-06"  # New York is five hours behind UTC then


@pytest.mark.parametrize(
    ("when", "now", "holds", "since", "again"),
    [
        ("overdue", "2026-03-07T04:59:59Z", False, "02T15:00Z", "07T05:00Z"),
        ("overdue", "2026-03-07T05:00Z", True, "07T05:00Z", None),
        ("{within: 3d}", "2026-03-03T04:59:59Z", False, "02T15:00Z", "03T05:00Z"),
        ("{within: 3d}", "2026-03-03T05:00Z", True, "03T05:00Z", "07T05:00Z"),
        ("{within: 3d}", "2026-03-07T04:59:59Z", True, "03T05:00Z", "07T05:00Z"),
        ("{within: 3d}", "2026-03-07T05:00Z", False, "07T05:00Z", None),
        ("{in_days: 0}", "2026-03-05T23:59:59Z", False, "02T15:00Z", "06T00:00Z"),
        ("{in_days: 0}", "2026-03-06T00:00Z", True, "06T00:00Z", None),
        ("{in_days: 3}", "2026-03-03T00:00Z", True, "03T00:00Z", None),
        ("{in_days: 30}", "2026-03-09T00:00Z", True, "02T15:00Z", None),
    ],
)
def test_a_due_date_at_midnight_where_the_board_is(
    look: Look, when: str, now: str, holds: bool, since: str, again: str | None
) -> None:
    assert look(f"{{due_date: {when}}}", DUE, now) == (holds, at(since), at(again) if again else None)


def test_a_milestone_starts_with_its_first_day(look: Look) -> None:
    planned = Milestone("18.1", date(2026, 3, 6))
    before, start = "2026-03-06T04:59:59Z", "2026-03-06T05:00Z"
    for word, soon in (("upcoming", True), ("started", False)):
        assert look(f"{{milestone: {word}}}", "", before, milestone=planned)[::2] == (soon, at("06T05:00Z"))
        assert look(f"{{milestone: {word}}}", "", start, milestone=planned)[::2] == (not soon, None)
        assert look(f"{{milestone: {word}}}", "", start, milestone=Milestone("x"))[0] is False


def test_a_weight(look: Look) -> None:
    assert look("{weight: none}", "", TUE)[0] is True
    for when, holds in (("any", True), ("none", False), ("{at_least: 3}", True), ("{at_least: 4}", False)):
        assert look(f"{{weight: {when}}}", "", TUE, weight=3)[0] is holds


def test_a_group_that_cannot_be_read_is_unknown_whichever_way_one_asks(look: Look) -> None:
    when = "{author_in: some/group}"
    assert look(when, "", TUE)[0] is None
    assert look(f"{{not: {when}}}", "", TUE)[0] is None
    assert look(f"{{any: [{when}, {{state: opened}}]}}", "", TUE)[0] is True
    assert look(f"{{all: [{when}, {{state: closed}}]}}", "", TUE)[0] is False
    assert look("{author_in: [some/group, requester]}", "", TUE)[0] is True
    known = {"some/group": frozenset({"ALICE"})}
    assert look(when, "", TUE, groups=known)[0] is True
    assert look(f"{{not: {when}}}", "", TUE, groups={"some/group": frozenset()})[0] is True


def test_a_field(look: Look) -> None:
    text = '2026-03-02T15:00Z alice edits the description from "SA Activity" filled except "SA Asks"'
    assert look("{field: {block: SA Asks, filled: false}}", text, TUE)[:2] == (True, at("02T15:00Z"))
    assert look("{field: {block: Opportunity Size, filled: true}}", text, TUE)[0] is True
    assert look('{field: {block: Opportunity Size, at_least: "USD 1"}}', text, TUE)[0] is True
    assert look('{field: {block: Opportunity Size, at_least: "EUR 1"}}', text, TUE)[0] is False
    assert look("{field: {block: SA Asks, enough: true}}", text, TUE)[0] is False
    assert look("{field: {block: No Such Block, filled: true}}", text, TUE)[0] is False
