"""What is kept of an issue is all that is decided on, and no more."""

import json
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.model import IssueRef, Milestone
from app.gitlab.snapshot import Snapshot, kept_row, row_mark, unpacked
from tests.town import Town


def busy(town: Town) -> IssueRef:
    """A request with some of everything."""
    project = town.project("alice")
    issue = project.issues.create({"title": "Acme “demo”", "description": town.stage().template()})
    sam = town.project("sam").issues.get(issue.iid)
    sam.labels = ["SA Triaged", "partner"]
    sam.assignee_ids = [town.person("sam").users.list(username="sam")[0].id]
    sam.due_date = "2026-03-20"
    sam.save()
    sam.notes.create({"body": "What do they use *today*? 🙂", "internal": True})
    issue.notes.create({"body": "Jenkins."})
    sam.state_event = "close"
    sam.save()
    town.project("maria").labels.delete("partner")
    sam.state_event = "reopen"
    sam.save()
    return IssueRef(issue.project_id, issue.iid)


def test_it_is_the_same_issue_after_it_was_kept(town: Town) -> None:
    ref = busy(town)
    seen = town.bot.read(ref)
    none: Any = lambda _issue: frozenset()  # noqa: E731
    assert town.bot.issue_of(unpacked(seen.packed()), none) == town.bot.fetch(ref, none)


def test_a_row_of_the_list_is_as_good_as_the_issue_itself(town: Town) -> None:
    ref = busy(town)
    (row,) = town.bot.issues(ref.project_id, state="opened")
    none: Any = lambda _issue: frozenset()  # noqa: E731
    assert town.bot.issue_of(town.bot.read(ref, row), none) == town.bot.fetch(ref, none)
    assert row_mark(row) == row_mark(town.bot.read(ref).row)


def test_the_mark_of_a_row_changes_with_what_matters_and_with_nothing_else(town: Town) -> None:
    row = town.bot.read(busy(town)).row
    same = {**row, "user_notes_count": 9, "time_stats": {}}
    assert row_mark(same) == row_mark(row)
    other: dict[str, Any] = {"labels": ["x"], "assignees": [], "author": {"id": 9}, "confidential": True}
    other |= {"milestone": {"title": "18.1"}, "weight": 3, "upvotes": 2, "downvotes": 1}
    for name in kept_row(row).keys() - {"references"}:
        assert row_mark({**row, name: other.get(name, "other")}) != row_mark(row), name


def test_it_is_small(town: Town) -> None:
    seen = town.bot.read(busy(town))
    whole = len(json.dumps([seen.row, seen.label_events, seen.state_events, seen.notes]))
    assert len(seen.packed()) < whole / 3


@pytest.mark.parametrize("data", [b"", b"x", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_what_is_no_snapshot_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        unpacked(data)


@given(st.binary(max_size=200))
def test_and_never_raises_anything_else(data: bytes) -> None:
    with suppress(ValueError):
        unpacked(data)


@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_text_comes_back(text: str, bodies: list[str]) -> None:
    author = {"id": 1, "username": "alice", "name": text, "avatar_url": "x"}
    text, bodies = (_encodable(text), [_encodable(each) for each in bodies])
    row = {"iid": 1, "title": text, "author": {**author, "name": text}, "references": {"full": "g/p#1"}}
    notes = [{"id": n, "author": {**author, "name": text}, "body": body} for n, body in enumerate(bodies)]
    found = unpacked(Snapshot(row, [], [], notes).packed())
    assert (found.row["title"], [note["body"] for note in found.notes]) == (text, bodies)
    assert found.row["author"] == {"id": 1, "username": "alice", "name": text}


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def test_a_milestone_is_kept_without_what_changes_by_itself(town: Town) -> None:
    row = town.bot.read(busy(town)).row
    milestone = {
        "title": "18.1",
        "start_date": "2026-03-01",
        "due_date": None,
        "updated_at": "2026-03-02T00:00:00Z",
    }
    planned = {**row, "milestone": milestone, "weight": 3}
    assert row_mark({**planned, "milestone": {**milestone, "updated_at": "later"}}) == row_mark(planned)
    none: Any = lambda _issue: frozenset()  # noqa: E731
    issue = town.bot.issue_of(unpacked(Snapshot(planned, [], [], []).packed()), none)
    assert (issue.milestone, issue.weight) == (Milestone("18.1", date(2026, 3, 1)), 3)
