from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import due_date
from app.core.model import Issue, IssueRef, Note, User
from app.core.retelling import render
from app.core.timeline import TimelineError, parse
from app.sandbox.system_notes import due_date_change

OPENS = '2026-03-02T14:00Z alice opens "Acme demo"'


def read(lines: str) -> Issue:
    return parse(lines, {}, project="group/board")


def test_every_verb_is_read() -> None:
    issue = read(
        f"""{OPENS}
          | First line
          |   indented
        2026-03-02T15:00Z sam adds "SA Triaged" "Expedite"
        2026-03-02T15:01Z sam removes "Expedite"
        2026-03-02T15:02Z sam comments "Hi"
        2026-03-02T15:03Z sam comments internally "Psst"
        2026-03-02T15:04Z alice edits the description
        2026-03-02T15:05Z maria assigns sam
        2026-03-02T15:06Z maria says "assigned to @sofia and unassigned @sam"
        2026-03-02T15:06Z maria sets the due date to 2026-03-20
        2026-03-02T15:07Z alice closes
        2026-03-02T15:08Z alice reopens
        """
    )
    assert issue.description == "First line\n  indented"
    assert issue.labels == {"SA Triaged"}
    assert [u.username for u in issue.assignees] == ["sofia"]
    assert [n.internal for n in issue.notes if not n.system] == [False, True]
    assert (issue.state, len(issue.state_events)) == ("opened", 2)
    assert (issue.due_date, issue.notes[-1].body) == (date(2026, 3, 20), "changed due date to March 20, 2026")


@pytest.mark.parametrize(
    ("lines", "line", "said"),
    [
        ("nonsense", 1, "no line of a timeline"),
        ("2026-03-02T14:00Z alice closes", 1, "before anybody opens"),
        (f"{OPENS}\n2026-03-02 sam closes", 2, "no zone"),
        (f"{OPENS}\nyesterday sam closes", 2, "no instant"),
        (
            f"{OPENS}\n2026-03-02T15:00Z sam sets the due date to Friday",
            2,
            "'Friday' is no day; write",
        ),
        (f"{OPENS}\n2026-03-02T15:00Z sam sets the due date to 2026-02-30", 2, "'2026-02-30' is no day"),
        (f"{OPENS}\n2026-03-02T15:00Z sam sets the date to 2026-03-20", 2, "cannot read 'sets'"),
        (f"{OPENS}\n2026-03-02T15:00Z sam dances", 2, "cannot read 'dances'"),
        ('2026-03-02T14:00Z alice opens "x" from "Nothing"', 1, 'unknown template "Nothing"'),
        ("", 1, "begins with somebody who opens"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(lines: str, line: int, said: str) -> None:
    with pytest.raises(TimelineError, match=said) as caught:
        read(lines)
    assert caught.value.line == line


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=40), st.lists(st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]), max_size=20), max_size=3))  # fmt: skip
def test_what_is_written_is_read_back(title: str, lines: list[str]) -> None:
    at = datetime(2026, 3, 2, 14, tzinfo=UTC)
    alice = User(1, "alice", "Alice")
    issue = Issue(IssueRef(1, 1), 1, "group/board", title, "\n".join(lines), alice, at, at)
    again = read(render(issue))
    assert (again.title, again.description) == (issue.title, issue.description)


def test_a_whole_history_is_written_and_read_back(issue_of: Callable[..., Issue]) -> None:
    issue = issue_of(
        '2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity"\n'
        '2026-03-02T15:00Z sam adds "SA Triaged"\n2026-03-02T15:00Z sam comments "two"\n  | lines\n'
        "2026-03-02T16:00Z maria assigns sofia\n2026-03-02T17:00Z alice edits the description\n"
        "2026-03-02T18:00Z sam closes"
    )
    again = read(render(issue))
    assert render(again) == render(issue)
    assert (again.labels, again.state) == (issue.labels, issue.state)
    assert [n.body for n in again.notes] == [n.body for n in issue.notes]


DUE = "2026-03-02T15:00Z maria sets the due date to 2026-03-20\n"
OFF = "2026-03-02T16:00Z maria removes the due date\n"


@pytest.mark.parametrize(
    ("lines", "due"),
    [
        ("", None),
        (DUE, "2026-03-20"),
        (DUE + OFF, None),
        (DUE + OFF + "2026-03-02T17:00Z sam sets the due date to 2026-04-05", "2026-04-05"),
        ('2026-03-02T15:00Z maria says "changed due date to April  5, 2026"', "2026-04-05"),
        ('2026-03-02T15:00Z maria says "changed start date to April 2, 2026 and changed due date to April 5, 2026"',
         "2026-04-05"),
        (DUE + '2026-03-02T16:00Z maria says "changed start date to April 2, 2026"', "2026-03-20"),
        (DUE + '2026-03-02T16:00Z maria says "removed start date and removed due date"', None),
        (DUE + '2026-03-02T16:00Z maria says "changed due date to February 30, 2026"', "2026-03-20"),
        (DUE + '2026-03-02T16:00Z maria comments "removed due date"', "2026-03-20"),
    ],
)  # fmt: skip
def test_the_due_date_is_what_was_set_last_and_is_read_back(lines: str, due: str | None) -> None:
    issue = read(f"{OPENS}\n{lines}")
    assert issue.due_date == (date.fromisoformat(due) if due else None)
    again = read(render(issue))
    assert again.due_date == issue.due_date
    assert [n.body for n in again.notes] == [n.body for n in issue.notes]
    assert render(again) == render(issue)


@pytest.mark.parametrize("due", [None, date(2026, 4, 5)])
def test_a_due_date_of_which_no_line_tells_is_kept(due: date | None) -> None:
    issue = replace(read(f"{OPENS}\n{DUE}"), due_date=due)
    assert read(render(issue)).due_date == due


@given(st.dates(date(1970, 1, 1), date(2100, 1, 1)))
def test_gitlabs_line_about_a_due_date_is_the_sandboxes(day: date) -> None:
    assert due_date.line(day) == due_date_change(day)
    assert due_date.told(due_date_change(day), None) == day
    assert due_date.told(due_date_change(None), day) is None


def test_a_comment_that_looks_like_a_line_stays_a_comment() -> None:
    issue = read(OPENS)
    sam = User(2, "sam", "Sam")
    note = Note(1, datetime(2026, 3, 2, 15, tzinfo=UTC), sam, "2026-03-02T16:00Z sam closes\n| x")
    again = read(render(replace(issue, notes=(note,))))
    assert (again.state, again.notes[0].body) == ("opened", note.body)
