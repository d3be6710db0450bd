from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.model import Issue, IssueRef, Note, User
from app.core.timeline import TimelineError, parse, render

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
        2026-03-02T15:07Z alice closes
        2026-03-02T15:08Z alice reopens
        """
    )
    assert issue.description == "First line\n  indented"
    assert issue.labels == {"SA Triaged"}
    assert [u.username for u in issue.assignees] == ["sofia"]
    assert [n.internal for n in issue.notes if not n.system] == [False, True]
    assert (issue.state, len(issue.state_events)) == ("opened", 2)


@pytest.mark.parametrize(
    ("lines", "line", "said"),
    [
        ("nonsense", 1, "no line of a timeline"),
        ("2026-03-02T14:00Z alice closes", 1, "before anybody opens"),
        (f"{OPENS}\n2026-03-02 sam closes", 2, "no zone"),
        (f"{OPENS}\nyesterday sam closes", 2, "no instant"),
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


def test_a_comment_that_looks_like_a_line_stays_a_comment() -> None:
    issue = read(OPENS)
    sam = User(2, "sam", "Sam")
    note = Note(1, datetime(2026, 3, 2, 15, tzinfo=UTC), sam, "2026-03-02T16:00Z sam closes\n| x")
    again = read(render(replace(issue, notes=(note,))))
    assert (again.state, again.notes[0].body) == ("opened", note.body)
