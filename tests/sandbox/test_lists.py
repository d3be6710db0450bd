"""Lists of issues: filters, orders, offset and keyset pages."""

from typing import Any

import pytest

from app.sandbox.entities import DEVELOPER


def iids(sandbox: Any, user: str = "sam", **query: Any) -> list[int]:
    found = sandbox.project(user).issues.list(get_all=True, query_parameters={"sort": "asc", **query})
    return [issue.iid for issue in found]


@pytest.fixture
def stocked(sandbox: Any) -> Any:
    """Four issues an hour apart, each with something of its own."""
    sandbox.freeze("2026-03-02T10:00:00Z")
    sandbox.issue(title="Acme demo", labels=["Expedite", "SA POV"], due_date="2026-03-01")
    sandbox.advance("PT1H")
    sandbox.issue(title="Globex audit", description="acme too", labels=["Expedite"], confidential=True)
    sandbox.advance("PT1H")
    sandbox.issue(author="sam", title="Initech", assignee_ids=[4], due_date="2026-03-02")
    sandbox.advance("PT1H")
    closing = sandbox.issue(title="Umbrella", issue_type="task", due_date="2026-03-20")
    closing.state_event = "close"
    closing.save()
    return sandbox


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "opened"}, [1, 2, 3]),
        ({"state": "closed"}, [4]),
        ({"labels": "Expedite"}, [1, 2]),
        ({"labels": "Expedite,SA POV"}, [1]),
        ({"labels": "None"}, [3, 4]),
        ({"labels": "Any"}, [1, 2]),
        ({"not[labels]": "SA POV"}, [2, 3, 4]),
        ({"not[iids][]": [1, 2]}, [3, 4]),
        ({"not[author_username]": "alice"}, [3]),
        ({"not[assignee_id]": 4}, [1, 2, 4]),
        ({"iids[]": [2, 4]}, [2, 4]),
        ({"search": "acme"}, [1, 2]),
        ({"search": "acme", "in": "title"}, [1]),
        ({"author_username": "sam"}, [3]),
        ({"author_id": 2}, [1, 2, 4]),
        ({"assignee_id": "None"}, [1, 2, 4]),
        ({"assignee_id": "Any"}, [3]),
        ({"assignee_id": 4}, [3]),
        ({"assignee_username": "sofia"}, [3]),
        ({"closed_by_id": 3}, [4]),
        ({"confidential": "true"}, [2]),
        ({"confidential": "false"}, [1, 3, 4]),
        ({"issue_type": "task"}, [4]),
        ({"created_after": "2026-03-02T11:00:00Z"}, [2, 3, 4]),
        ({"created_before": "2026-03-02T11:00:00.000Z"}, [1, 2]),
        ({"updated_after": "2026-03-02T13:00:00+00:00"}, [4]),
        ({"updated_before": "2026-03-02T09:59:59Z"}, []),
        ({"due_date": "overdue"}, [1]),
        ({"due_date": "today"}, [3]),
        ({"due_date": "month"}, [1, 3, 4]),
        ({"due_date": "week"}, [3]),
        ({"due_date": "0"}, [2]),
        ({"due_date": "any"}, [1, 3, 4]),
        ({"scope": "created_by_me"}, [3]),
        ({"scope": "assigned_to_me"}, []),
        ({"milestone": "None"}, [1, 2, 3, 4]),
        ({"milestone": "v1"}, []),
    ],
)
def test_a_filter_keeps_exactly_these(stocked, query, found) -> None:
    assert iids(stocked, **query) == found


def test_bounds_in_time_are_inclusive_to_the_very_value_that_was_shown(stocked) -> None:
    shown = stocked.project("sam").issues.get(2).updated_at
    assert 2 in iids(stocked, updated_after=shown)
    assert 2 in iids(stocked, updated_before=shown)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [4, 3, 2, 1]),
        ({"sort": "asc"}, [1, 2, 3, 4]),
        ({"order_by": "title"}, [4, 3, 2, 1]),
        ({"order_by": "updated_at", "sort": "asc"}, [1, 2, 3, 4]),
        ({"order_by": "due_date", "sort": "asc"}, [1, 3, 4, 2]),
        ({"order_by": "relative_position", "sort": "asc"}, [1, 2, 3, 4]),
    ],
)
def test_issues_come_in_the_order_asked_for(stocked, query, found) -> None:
    answer = stocked.call("sam", "GET", "/projects/1/issues", params=query).json()
    assert [issue["iid"] for issue in answer] == found


@pytest.mark.parametrize(
    "query", ["state=odd", "order_by=colour", "sort=up", "created_after=soon", "per_page=0", "page=0"]
)
def test_a_wrong_parameter_is_400(stocked, query) -> None:
    answer = stocked.call("sam", "GET", f"/projects/1/issues?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(query.split("=")[0])


def test_labels_come_with_details_when_asked(stocked) -> None:
    issue = stocked.project("sam").issues.list(iids=[1], with_labels_details=True)[0]
    assert issue.labels[0]["name"] == "Expedite"
    assert issue.labels[0]["color"].startswith("#")
    assert "subscribed" not in issue.attributes


def test_a_groups_issues_are_those_of_all_its_projects_and_all_issues_are_ones_own(sandbox) -> None:
    sandbox.issue()
    sandbox.project("sam", sandbox.world.projects[3].full_path).issues.create({"title": "in EMEA"})
    group = sandbox.gitlab("sam").groups.get("gitlab-com/customer-success")
    assert {issue.title for issue in group.issues.list(get_all=True)} == {"Acme demo", "in EMEA"}
    assert [issue.title for issue in sandbox.gitlab("sam").issues.list(get_all=True)] == ["in EMEA"]
    assert len(sandbox.gitlab("sam").issues.list(get_all=True, scope="all")) == 2


def test_offset_pages_have_totals_and_links(sandbox) -> None:
    sandbox.control("seed", {"project": 1, "issues": 45})
    answer = sandbox.call("sam", "GET", "/projects/1/issues?page=2&labels=None")
    shown = {name: answer.headers[name] for name in ("X-Page", "X-Per-Page", "X-Next-Page", "X-Prev-Page")}
    assert shown == {"X-Page": "2", "X-Per-Page": "20", "X-Next-Page": "3", "X-Prev-Page": "1"}
    assert (answer.headers["X-Total"], answer.headers["X-Total-Pages"]) == ("45", "3")
    assert {"next", "prev", "first", "last"} == set(answer.links)
    assert "labels=None" in answer.links["next"]["url"]
    last = sandbox.call("sam", "GET", "/projects/1/issues?page=3")
    assert (len(last.json()), last.headers["X-Next-Page"]) == (5, "")
    assert len(sandbox.project("sam").issues.list(iterator=True)) == 45


def test_pages_hold_at_most_a_hundred_and_over_ten_thousand_items_are_not_counted(sandbox) -> None:
    sandbox.control("seed", {"project": 1, "issues": 10_001})
    answer = sandbox.call("sam", "GET", "/projects/1/issues?per_page=500")
    assert len(answer.json()) == 100
    assert "X-Total" not in answer.headers
    assert "last" not in answer.links


def test_too_far_an_offset_is_405_with_advice(sandbox) -> None:
    answer = sandbox.call("sam", "GET", "/projects/1/issues?page=501&per_page=100")
    assert answer.status_code == 405
    assert "keyset pagination" in answer.json()["error"]


@pytest.mark.parametrize("sort", ["asc", "desc"])
@pytest.mark.parametrize(
    "order_by", ["created_at", "updated_at", "title", "id", "due_date", "relative_position"]
)
def test_keyset_pages_give_every_issue_once(sandbox, order_by, sort) -> None:
    sandbox.control("seed", {"project": 1, "issues": 25, "notes": 1})
    listed = sandbox.project("sam").issues.list(
        iterator=True, pagination="keyset", order_by=order_by, sort=sort, per_page=10
    )
    assert sorted(issue.iid for issue in listed) == list(range(1, 26))


def test_keyset_pages_have_a_cursor_and_no_totals_and_end_without_a_link(sandbox) -> None:
    sandbox.control("seed", {"project": 1, "issues": 15})
    first = sandbox.call("sam", "GET", "/projects/1/issues?pagination=keyset&order_by=updated_at&per_page=10")
    assert set(first.links) == {"next"}
    assert "X-Total" not in first.headers
    assert first.headers["X-Next-Cursor"]
    second = sandbox.http.get(first.links["next"]["url"], headers={"PRIVATE-TOKEN": "sandbox-sam"})
    assert len(second.json()) == 5
    assert "Link" not in second.headers
    assert (
        sandbox.call("sam", "GET", "/projects/1/issues?pagination=keyset&cursor=nonsense").status_code == 400
    )


def test_an_issue_that_changes_while_paging_upwards_is_read_again_and_none_is_lost(sandbox) -> None:
    sandbox.freeze()
    sandbox.control("seed", {"project": 1, "issues": 20})
    query = "pagination=keyset&order_by=updated_at&sort=asc&per_page=10"
    first = sandbox.call("sam", "GET", f"/projects/1/issues?{query}")
    sandbox.call("sam", "PUT", "/projects/1/issues/3", json={"title": "changed"})
    found = [issue["iid"] for issue in first.json()]
    while "next" in first.links:
        first = sandbox.http.get(first.links["next"]["url"], headers={"PRIVATE-TOKEN": "sandbox-sam"})
        found += [issue["iid"] for issue in first.json()]
    assert sorted(found) == sorted([*range(1, 21), 3])


def test_an_order_without_keyset_gives_offset_pages(sandbox) -> None:
    sandbox.issue()
    answer = sandbox.call("sam", "GET", "/projects/1/issues?pagination=keyset&order_by=priority")
    assert answer.headers["X-Total"] == "1"


def test_a_member_of_one_project_lists_only_that_one(sandbox) -> None:
    eve = sandbox.world.add_user("eve", "Eve")
    sandbox.world.add_member(sandbox.world.projects[2], eve, DEVELOPER)
    assert [project.id for project in sandbox.gitlab("eve").projects.list(get_all=True)] == [2]
    group = sandbox.gitlab("eve").groups.get("gitlab-com")
    assert [project.id for project in group.projects.list(include_subgroups=True)] == [2]
