"""Which issues a list shows, and in which order. Filters: https://docs.gitlab.com/api/issues/#list-issues"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.sandbox.access import level, may_read_project, takes_part
from app.sandbox.entities import PLANNER, Issue, Project, User
from app.sandbox.params import Params
from app.sandbox.routing import Call

STATES = ("opened", "closed", "all")
SCOPES = ("created_by_me", "created-by-me", "assigned_to_me", "assigned-to-me", "all")
ORDERS = (
    "created_at", "due_date", "label_priority", "milestone_due", "popularity", "priority", "relative_position", "title",
    "updated_at", "weight",
)  # fmt: skip
KEYSET_ORDERS = ("created_at", "updated_at", "title", "id", "weight", "due_date", "relative_position")
DUE = ("0", "any", "today", "tomorrow", "overdue", "week", "month", "next_month_and_previous_two_weeks")
TYPES = ("issue", "incident", "test_case", "requirement", "task", "ticket")
FAR_AWAY = date(9999, 12, 31)

Filter = Callable[[Issue], bool]


def readable(user: User | None, projects: Iterable[Project]) -> list[Issue]:
    """The issues in these projects that the user may see."""
    found: list[Issue] = []
    for project in projects:
        if not may_read_project(user, project):
            continue
        everything = level(user, project) >= PLANNER
        found += [
            issue
            for issue in project.issues.values()
            if everything or not issue.confidential or takes_part(user, issue)
        ]
    return found


def matching(call: Call, issues: Iterable[Issue], default_scope: str = "all") -> list[Issue]:
    """Those that the call's parameters ask for."""
    found = list(issues)
    for keeps in _filters(call, default_scope):
        found = [issue for issue in found if keeps(issue)]
    return found


def ordering(call: Call, keyset: bool = False) -> tuple[Callable[[Issue], tuple[Any, int]], bool]:
    """The sort key, ties by id, and whether it descends; newest first where nothing is asked."""
    orders = tuple(dict.fromkeys(ORDERS + KEYSET_ORDERS)) if keyset else ORDERS
    order = call.params.choice("order_by", orders, "created_at")
    descending = call.params.choice("sort", ("asc", "desc"), "desc") == "desc"
    match order:
        case "updated_at":
            return (lambda issue: (issue.updated_at, issue.id)), descending
        case "title":
            return (lambda issue: (issue.title.lower(), issue.id)), descending
        case "due_date":
            return (lambda issue: ((issue.due_on or FAR_AWAY).isoformat(), issue.id)), descending
        case "relative_position":
            return (lambda issue: (issue.relative_position, issue.id)), descending
        case "id":
            return (lambda issue: (issue.id, issue.id)), descending
        case "popularity":
            return (lambda issue: (len(issue.awards), issue.id)), descending
        case _:
            return (lambda issue: (issue.created_at, issue.id)), descending


def _filters(call: Call, default_scope: str) -> list[Filter]:
    params = call.params
    found = [
        *_label_filters(params),
        *_people_filters(call, default_scope),
        *_time_filters(call),
        *_not_filters(params),
    ]
    state = params.choice("state", STATES, "all")
    if state != "all":
        found.append(lambda issue: issue.state == state)
    if (iids := params.integers("iids")) is not None:
        numbers = set(iids)
        found.append(lambda issue: issue.iid in numbers)
    if (confidential := params.boolean("confidential")) is not None:
        found.append(lambda issue: issue.confidential == confidential)
    if kind := params.choice("issue_type", TYPES):
        found.append(lambda issue: issue.issue_type == kind)
    if milestone := params.string("milestone") or params.string("milestone_id"):
        found.append(lambda issue: milestone == "None")
    if words := params.string("search"):
        found.append(_search(words.lower().split(), params.string("in") or "title,description"))
    return found


def _search(words: list[str], where: str) -> Filter:
    def keeps(issue: Issue) -> bool:
        parts = [
            issue.title if "title" in where else "",
            (issue.description or "") if "description" in where else "",
        ]
        text = "\n".join(parts).lower()
        return all(word in text for word in words)

    return keeps


def _label_filters(params: Params) -> list[Filter]:
    names = params.strings("labels")
    if not names:
        return []
    if names[0].lower() == "none":
        return [lambda issue: not issue.labels]
    if names[0].lower() == "any":
        return [lambda issue: bool(issue.labels)]
    wanted = set(names)
    return [lambda issue: wanted <= {label.name for label in issue.labels}]


def _is_nobody(text: str) -> bool:
    return text.lower() in ("none", "0")


def _people_filters(call: Call, default_scope: str) -> list[Filter]:
    params, user = call.params, call.user
    found: list[Filter] = []
    scope = (params.choice("scope", SCOPES, default_scope) or default_scope).replace("-", "_")
    if scope == "created_by_me":
        found.append(lambda issue: issue.author is user)
    elif scope == "assigned_to_me":
        found.append(lambda issue: user in issue.assignees)
    if (author_id := params.integer("author_id")) is not None:
        found.append(lambda issue: issue.author.id == author_id)
    if author := params.string("author_username"):
        found.append(lambda issue: issue.author.username == author)
    if assignee_id := params.string("assignee_id"):
        if _is_nobody(assignee_id):
            found.append(lambda issue: not issue.assignees)
        elif assignee_id.lower() == "any":
            found.append(lambda issue: bool(issue.assignees))
        else:
            number = params.integer("assignee_id")
            found.append(lambda issue: any(user.id == number for user in issue.assignees))
    if assignees := params.strings("assignee_username"):
        names = set(assignees)
        found.append(lambda issue: names <= {user.username for user in issue.assignees})
    if (closer_id := params.integer("closed_by_id")) is not None:
        found.append(lambda issue: issue.closed_by is not None and issue.closed_by.id == closer_id)
    return found


def _time_filters(call: Call) -> list[Filter]:
    """All bounds are inclusive; they compare microseconds with the milliseconds that the API shows."""
    params = call.params
    found: list[Filter] = []
    if created_after := params.instant("created_after"):
        found.append(lambda issue: issue.created_at >= created_after)
    if created_before := params.instant("created_before"):
        found.append(lambda issue: issue.created_at <= created_before)
    if updated_after := params.instant("updated_after"):
        found.append(lambda issue: issue.updated_at >= updated_after)
    if updated_before := params.instant("updated_before"):
        found.append(lambda issue: issue.updated_at <= updated_before)
    if due := params.choice("due_date", DUE):
        found.append(_due(due, call.now))
    return found


def _due(due: str, now: datetime) -> Filter:
    today = now.astimezone(UTC).date()
    if due in ("0", "any"):
        return lambda issue: (issue.due_on is not None) == (due == "any")
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    next_first = (first + timedelta(days=32)).replace(day=1)
    after_next = (next_first + timedelta(days=32)).replace(day=1)
    since, until = {
        "today": (today, today),
        "tomorrow": (today + timedelta(days=1), today + timedelta(days=1)),
        "overdue": (date.min, today - timedelta(days=1)),
        "week": (monday, monday + timedelta(days=6)),
        "month": (first, next_first - timedelta(days=1)),
        "next_month_and_previous_two_weeks": (today - timedelta(days=14), after_next - timedelta(days=1)),
    }[due]
    return lambda issue: issue.due_on is not None and since <= issue.due_on <= until


def _not_filters(params: Params) -> list[Filter]:
    """`not[...]`: an issue with any of the labels named is left out."""
    unwanted = params.inner("not")
    found: list[Filter] = []
    if labels := unwanted.strings("labels"):
        names = set(labels)
        found.append(lambda issue: not any(label.name in names for label in issue.labels))
    if iids := unwanted.integers("iids"):
        numbers = set(iids)
        found.append(lambda issue: issue.iid not in numbers)
    if (author_id := unwanted.integer("author_id")) is not None:
        found.append(lambda issue: issue.author.id != author_id)
    if author := unwanted.string("author_username"):
        found.append(lambda issue: issue.author.username != author)
    if (assignee_id := unwanted.integer("assignee_id")) is not None:
        found.append(lambda issue: all(user.id != assignee_id for user in issue.assignees))
    if assignees := unwanted.strings("assignee_username"):
        people = set(assignees)
        found.append(lambda issue: not any(user.username in people for user in issue.assignees))
    return found
