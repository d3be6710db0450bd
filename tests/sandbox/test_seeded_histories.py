"""Seeding issues with histories of their own: all that is told comes back over the API, and nobody hears of it."""

from typing import Any

import pytest

STORY: dict[str, Any] = {
    "title": "Acme demo",
    "author": "alice",
    "created_at": "2026-03-02T10:00:00Z",
    "description": "They want to see it.",
    "assignees": ["sam", "sofia"],
    "label_events": [
        {"created_at": "2026-03-02T11:00:00Z", "user": "sam", "action": "add", "label": "SA Triaged"},
        {"created_at": "2026-03-02T12:00:00Z", "user": "sofia", "action": "remove", "label": "SA Triaged"},
        {"created_at": "2026-03-02T12:00:00Z", "user": "sofia", "action": "add", "label": "SA Doing"},
        {"created_at": "2026-03-02T12:30:00Z", "user": "sam", "action": "add", "label": "all new"},
    ],
    "notes": [
        {"created_at": "2026-03-02T12:10:00Z", "author": "maria", "body": "assigned to @sam", "system": True},
        {
            "created_at": "2026-03-02T13:00:00Z",
            "author": "sam",
            "body": "@maria, see #1\n/close",
            "internal": True,
        },
    ],
}
BARE = {"title": "Bare", "author": "sam", "created_at": "2026-03-02T10:00:00Z"}
CLOSED = [
    {"created_at": "2026-03-02T11:00:00Z", "user": "sam", "state": "closed"},
    {"created_at": "2026-03-02T12:00:00Z", "user": "sam", "state": "reopened"},
    {"created_at": "2026-03-02T13:30:00Z", "user": "maria", "state": "closed"},
]


def test_what_is_told_comes_back_and_nobody_hears_of_it(sandbox, receiver, hooked) -> None:
    sandbox.freeze()
    hooked()
    assert sandbox.control("seed", {"project": 1, "histories": [STORY, BARE]}) == {"iids": [1, 2]}
    issue = sandbox.project("sam").issues.get(1)
    assert (issue.title, issue.description) == ("Acme demo", "They want to see it.")
    assert (issue.state, issue.created_at) == ("opened", "2026-03-02T10:00:00.000Z")
    assert issue.updated_at == "2026-03-02T13:00:00.000Z"
    assert [user["username"] for user in issue.assignees] == ["sam", "sofia"]
    assert issue.labels == ["all new", "SA Doing"]
    events = issue.resourcelabelevents.list(get_all=True)
    assert [
        {"created_at": e.created_at, "user": e.user["username"], "action": e.action, "label": e.label["name"]}
        for e in events
    ] == [each | {"created_at": each["created_at"].replace("Z", ".000Z")} for each in STORY["label_events"]]
    assert [event.id for event in events] == sorted(event.id for event in events)
    notes = issue.notes.list(get_all=True, sort="asc", order_by="created_at")
    assert [(n.author["username"], n.body, n.system, n.internal) for n in notes] == [
        ("maria", "assigned to @sam", True, False),
        ("sam", "@maria, see #1\n/close", False, True),
    ]
    assert sandbox.world.hooks.wait_idle(1)
    assert receiver.received == []
    assert sandbox.http.get("/-/sandbox/notifications").json() == []


def test_the_last_state_told_is_the_one_in_force(sandbox) -> None:
    sandbox.freeze()
    reopened = BARE | {"state_events": CLOSED[:2]}
    sandbox.control("seed", {"project": 1, "histories": [BARE | {"state_events": CLOSED}, reopened]})
    closed, opened = (sandbox.project("sam").issues.get(iid) for iid in (1, 2))
    assert (closed.state, closed.closed_at) == ("closed", "2026-03-02T13:30:00.000Z")
    assert (closed.attributes["closed_by"]["username"], closed.updated_at) == ("maria", closed.closed_at)
    assert [event.state for event in closed.resourcestateevents.list()] == ["closed", "reopened", "closed"]
    assert (opened.state, opened.closed_at, opened.attributes["closed_by"]) == ("opened", None, None)


def test_the_next_issue_is_numbered_on_and_a_new_label_is_the_projects(sandbox) -> None:
    sandbox.freeze()
    sandbox.control("seed", {"project": 1, "histories": [STORY, STORY]})
    assert sandbox.issue().iid == 3
    labels = [label for label in sandbox.project("sam").labels.list(get_all=True) if label.name == "all new"]
    assert [label.is_project_label for label in labels] == [True]


@pytest.mark.parametrize(
    ("history", "where"),
    [
        ("a story", "histories[1]"),
        (BARE | {"colour": 1}, "histories[1]: unknown key 'colour'"),
        ({"title": "Bare", "author": "sam"}, "histories[1]: created_at"),
        (BARE | {"created_at": "2026-03-02T14:00:01Z"}, "is after the sandbox's time"),
        (BARE | {"author": "nobody"}, "histories[1].author: there is no user 'nobody'"),
        (BARE | {"assignees": [["sam"]]}, "histories[1].assignees"),
        (BARE | {"title": 3}, "histories[1]: title must be a string"),
        (BARE | {"notes": "none"}, "histories[1].notes must be a list"),
        (BARE | {"notes": [STORY["notes"][0], {"body": "x"}]}, "histories[1].notes[1]: created_at"),
        (BARE | {"notes": [STORY["notes"][0] | {"system": 1}]}, "system must be true or false"),
        (BARE | {"label_events": [STORY["label_events"][1]]}, "'SA Triaged' is not on"),
        (BARE | {"label_events": [STORY["label_events"][0]] * 2}, "'SA Triaged' is on already"),
        (
            BARE | {"label_events": [STORY["label_events"][0] | {"action": "put"}]},
            "action must be add or remove",
        ),
        (BARE | {"state_events": [CLOSED[0] | {"state": "locked"}]}, "state must be closed or reopened"),
    ],
)
def test_a_wrong_history_is_refused_with_its_place_and_the_others_with_it(sandbox, history, where) -> None:
    sandbox.freeze()
    answer = sandbox.http.post("/-/sandbox/seed", json={"project": 1, "histories": [BARE, history]})
    assert answer.status_code == 400
    assert where in answer.json()["error"]
    assert sandbox.project("sam").issues.list(get_all=True) == []
    assert sandbox.issue().iid == 1


def test_histories_say_everything_for_themselves(sandbox) -> None:
    answer = sandbox.http.post("/-/sandbox/seed", json={"project": 1, "histories": [BARE], "issues": 3})
    assert answer.status_code == 400
    assert "'issues' and histories do not go together" in answer.json()["error"]
