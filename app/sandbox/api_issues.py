"""`/issues` of a project, of a group, and of all. Source: https://docs.gitlab.com/api/issues/"""

from app.sandbox import access, issue_changes, moving, shapes, templates
from app.sandbox.commands import Outcome, close_or_move, read_description
from app.sandbox.entities import Issue, Project, User
from app.sandbox.errors import ApiError, bad_parameter, bad_request, invalid
from app.sandbox.issue_changes import Changes
from app.sandbox.issue_finder import KEYSET_ORDERS, TYPES, matching, ordering, readable
from app.sandbox.label_changes import find_or_create
from app.sandbox.mentions import mentioned
from app.sandbox.pagination import by_keyset, by_offset
from app.sandbox.quick_actions import extract
from app.sandbox.routing import Call, Reply, Router
from app.sandbox.shapes import Json

router = Router()
LONGEST_TITLE, LONGEST_DESCRIPTION = 255, 1_048_576
UPDATE_KEYS = (
    "add_labels", "assignee_id", "assignee_ids", "confidential", "description", "discussion_locked", "due_date",
    "issue_type", "labels", "milestone", "milestone_id", "remove_labels", "severity", "start_date", "state_event",
    "title", "updated_at", "weight",
)  # fmt: skip


@router.add("GET", "/projects/:id/issues")
def list_project_issues(call: Call) -> Reply:
    issues = matching(call, readable(call.user, [call.project()]))
    # An order that keyset pages do not know silently gives offset pages.
    asked = call.params.string("pagination") == "keyset" or "cursor" in call.params
    if (
        asked
        and call.world.settings.keyset_issues
        and (call.params.string("order_by") or "created_at") in KEYSET_ORDERS
    ):
        key, descending = ordering(call, keyset=True)
        issues.sort(key=key, reverse=descending)
        return by_keyset(call, issues, key, lambda issue: _row(call, issue), descending)
    return _offset_page(call, issues)


@router.add("GET", "/groups/:id/issues")
def list_group_issues(call: Call) -> Reply:
    return _offset_page(call, matching(call, readable(call.user, call.world.projects_in(call.group()))))


@router.add("GET", "/issues")
def list_issues(call: Call) -> Reply:
    issues = readable(call.me, call.world.projects.values())
    return _offset_page(call, matching(call, issues, default_scope="created_by_me"))


def _offset_page(call: Call, issues: list[Issue]) -> Reply:
    key, descending = ordering(call)
    issues.sort(key=key, reverse=descending)
    return by_offset(call, issues, lambda issue: _row(call, issue), kind="Issue")


def _row(call: Call, issue: Issue) -> Json:
    details = bool(call.params.boolean("with_labels_details"))
    return shapes.issue(call.world, issue, with_labels_details=details)


def _whole(call: Call, issue: Issue) -> Json:
    return shapes.issue(call.world, issue, subscribed=access.takes_part(call.user, issue))


@router.add("GET", "/projects/:id/issues/:iid")
def get_issue(call: Call) -> Reply:
    return Reply(_whole(call, call.issue()))


@router.add("POST", "/projects/:id/issues")
def create_issue(call: Call) -> Reply:
    act, project, params = call.act, call.project(), call.params
    call.need(issue_changes.may_create(act, project))
    params.require("title")
    changes = _changes(call, project)
    if changes.pop("state_event", None):
        raise bad_parameter("state_event is invalid")
    if changes.get("description"):
        extracted, outcome = read_description(act, project, changes["description"] or "")
        changes["description"] = extracted.text
        for_labels = changes.pop("labels", []) + changes.pop("add_labels", [])
        changes = (
            changes | outcome.changes | Changes(add_labels=for_labels + outcome.changes.get("add_labels", []))
        )
    else:
        # The template comes in after the quick actions were read, so its command lines stay as text.
        changes["description"] = templates.default_text(project, call.world.templates_dir)
    dated = issue_changes.may_set_dates(act, project)
    iid = params.integer("iid") if dated else None
    if iid in project.issues:
        raise ApiError(409, {"message": "Duplicated issue"})
    created_at = params.instant("created_at") if dated else None
    return Reply(_whole(call, issue_changes.create(act, project, changes, created_at, iid)), 201)


@router.add("PUT", "/projects/:id/issues/:iid")
def update_issue(call: Call) -> Reply:
    act, issue = call.act, call.issue()
    call.need(access.may_edit_issue(act.user, issue))
    if not any(key in call.params for key in UPDATE_KEYS):
        raise bad_parameter(f"{', '.join(UPDATE_KEYS)} are missing, at least one parameter must be provided")
    changes = _changes(call, issue.project)
    updated_at = call.params.instant("updated_at")
    if updated_at and issue_changes.may_set_dates(act, issue.project):
        changes["updated_at"] = updated_at
    outcome = Outcome()
    if "description" in changes:
        extracted, outcome = read_description(act, issue.project, changes["description"] or "", issue)
        changes["description"] = extracted.text
        add = [*changes.get("add_labels", []), *outcome.changes.get("add_labels", [])]
        changes = changes | outcome.changes
        if add:
            changes["add_labels"] = add
    elif (held := extract(issue.description or "")).commands:
        # Command lines of a description that nobody edited are stripped by any update, and not carried out.
        changes["description"] = held.text
    issue_changes.update(act, issue, changes)
    close_or_move(act, issue, outcome)
    return Reply(_whole(call, issue))


def _changes(call: Call, project: Project) -> Changes:
    """The parameters of creation and update, checked."""
    params, changes = call.params, Changes()
    if "title" in params:
        changes["title"] = _title(params.string("title") or "")
    if "description" in params:
        changes["description"] = params.string("description")
        if len(changes["description"] or "") > LONGEST_DESCRIPTION:
            raise invalid(description=f"is too long (maximum is {LONGEST_DESCRIPTION} characters)")
    if "labels" in params:
        changes["labels"] = find_or_create(call.act, project, params.strings("labels") or [])
    if "add_labels" in params:
        changes["add_labels"] = find_or_create(call.act, project, params.strings("add_labels") or [])
    if "remove_labels" in params:
        named = [call.world.label(project, name) for name in params.strings("remove_labels") or []]
        changes["remove_labels"] = [label for label in named if label]
    if "assignee_ids" in params:
        changes["assignees"] = _users(call, params.integers("assignee_ids") or [])
    elif "assignee_id" in params:
        changes["assignees"] = _users(call, [params.integer("assignee_id") or 0])
    if (confidential := params.boolean("confidential")) is not None:
        changes["confidential"] = confidential
    if (locked := params.boolean("discussion_locked")) is not None:
        changes["discussion_locked"] = locked
    if "due_date" in params:
        changes["due_on"] = params.day("due_date")
    if kind := params.choice("issue_type", TYPES):
        changes["issue_type"] = kind
    if event := params.choice("state_event", ("close", "reopen")):
        changes["state_event"] = "close" if event == "close" else "reopen"
    return changes


def _title(title: str) -> str:
    if not title.strip():
        raise invalid(title="can't be blank")
    if len(title) > LONGEST_TITLE:
        raise invalid(title=f"is too long (maximum is {LONGEST_TITLE} characters)")
    return title.strip()


def _users(call: Call, numbers: list[int]) -> list[User]:
    return [user for number in numbers if (user := call.world.users.get(number))]


@router.add("DELETE", "/projects/:id/issues/:iid")
def delete_issue(call: Call) -> Reply:
    issue = call.issue()
    call.need(access.may_delete_issue(call.me, issue))
    issue_changes.delete(call.act, issue)
    return Reply(status=204)


@router.add("POST", "/projects/:id/issues/:iid/move")
def move_issue(call: Call) -> Reply:
    act, issue = call.act, call.issue()
    call.params.require("to_project_id")
    target = call.world.projects.get(call.params.integer("to_project_id") or 0)
    if target is None or not access.may_read_project(act.user, target):
        raise ApiError(404, {"message": "404 Project Not Found"})
    if problem := moving.obstacle(act, issue, target):
        raise bad_request(problem)
    return Reply(_whole(call, moving.move(act, issue, target)), 201)


@router.add("PUT", "/projects/:id/issues/:iid/reorder")
def reorder_issue(call: Call) -> Reply:
    """Moves a card within its list, which neither updated_by nor updated_at shows."""
    issue = call.issue()
    call.need(access.may_edit_issue(call.me, issue))
    after = call.world.issues.get(call.params.integer("move_after_id") or 0)
    before = call.world.issues.get(call.params.integer("move_before_id") or 0)
    if after is None and before is None:
        raise bad_parameter(
            "move_after_id, move_before_id are missing, at least one parameter must be provided"
        )
    issue.relative_position = (
        after.relative_position + 1 if after else (before.relative_position if before else 1) - 1
    )
    return Reply(_whole(call, issue))


@router.add("GET", "/projects/:id/issues/:iid/participants")
def list_participants(call: Call) -> Reply:
    issue = call.issue()
    texts = [issue.description or "", *(note.body for note in issue.notes if not note.system)]
    named = [call.world.user(name) for text in texts for name in sorted(mentioned(text))]
    writers = [
        note.author
        for note in issue.notes
        if not note.system and access.may_read_note(call.user, issue, note)
    ]
    everyone = [issue.author, *issue.assignees, *writers, *(user for user in named if user)]
    taking_part = [user for user in dict.fromkeys(everyone) if access.may_read_issue(user, issue)]
    return by_offset(call, taking_part, lambda user: shapes.user_basic(call.world, user))


@router.add("GET", "/projects/:id/issues/:iid/closed_by")
@router.add("GET", "/projects/:id/issues/:iid/related_merge_requests")
def list_merge_requests(call: Call) -> Reply:
    call.issue()
    return Reply([])
