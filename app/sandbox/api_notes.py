"""Notes and discussions of an issue. Source: https://docs.gitlab.com/api/notes/ and https://docs.gitlab.com/api/discussions/"""

import time
from typing import Any

from app.sandbox import access, note_changes, shapes
from app.sandbox.entities import Issue, Note
from app.sandbox.errors import bad_request, not_found, too_many_requests
from app.sandbox.issue_changes import may_set_dates
from app.sandbox.note_changes import Written
from app.sandbox.pagination import by_offset
from app.sandbox.routing import Call, Reply, Router

router = Router()
LONGEST_NOTE, MOST_COMMENTS = 1_000_000, 5_000
ISSUE = "/projects/:id/issues/:iid"


@router.add("GET", f"{ISSUE}/notes")
def list_notes(call: Call) -> Reply:
    """Newest first; internal notes that the user may not read are left out after paging, so a page can be short."""
    issue, params = call.issue(), call.params
    order = params.choice("order_by", ("created_at", "updated_at"), "created_at")
    descending = params.choice("sort", ("asc", "desc"), "desc") == "desc"
    kept = params.choice("activity_filter", ("all_notes", "only_comments", "only_activity"), "all_notes")
    notes = [note for note in issue.notes if kept == "all_notes" or note.system == (kept == "only_activity")]
    notes.sort(
        key=lambda n: (n.updated_at if order == "updated_at" else n.created_at, n.id), reverse=descending
    )
    return by_offset(call, notes, lambda note: _readable(call, issue, note))


def _readable(call: Call, issue: Issue, note: Note) -> Any:
    return shapes.note(call.world, issue, note) if access.may_read_note(call.user, issue, note) else None


@router.add("GET", f"{ISSUE}/notes/:note")
def get_note(call: Call) -> Reply:
    issue = call.issue()
    return Reply(shapes.note(call.world, issue, call.note(issue)))


@router.add("POST", f"{ISSUE}/notes")
def create_note(call: Call) -> Reply:
    return _write(call)


def _write(call: Call, thread: str | None = None, opens_thread: bool = False) -> Reply:
    _spend_note(call)
    issue = call.issue()
    body = _body(call)
    call.need(access.may_comment(call.me, issue))
    internal = bool(call.params.boolean("internal") or call.params.boolean("confidential"))
    call.need(not internal or access.may_plan(call.me, issue.project))
    if sum(not note.system for note in issue.notes) >= MOST_COMMENTS:
        raise bad_request('Note {:noteable=>["Maximum number of comments exceeded"]}')
    created_at = call.params.instant("created_at") if may_set_dates(call.act, issue.project) else None
    written = note_changes.create(call.act, issue, body, internal, created_at, thread, opens_thread)
    if written.note is None:
        return _only_commands(written)
    changes = written.outcome.as_json()
    if opens_thread:
        return Reply(shapes.discussion(call.world, issue, [written.note]), 201)
    return Reply(shapes.note(call.world, issue, written.note, changes), 201)


def _only_commands(written: Written) -> Reply:
    """No note, so no id: 202 when a command could be applied, 400 when none could."""
    if not written.had_commands:
        raise bad_request('Note {:note=>["can\'t be blank"]}')
    if not written.outcome.messages:
        raise bad_request("Failed to apply commands.")
    return Reply({"commands_changes": written.outcome.as_json(), "summary": written.outcome.messages}, 202)


def _body(call: Call) -> str:
    call.params.require("body")
    body = call.params.string("body") or ""
    if not body.strip():
        raise bad_request('Note {:note=>["can\'t be blank"]}')
    if len(body) > LONGEST_NOTE:
        raise bad_request(f'Note {{:note=>["is too long (maximum is {LONGEST_NOTE} characters)"]}}')
    return body


def _spend_note(call: Call) -> None:
    """The limit per user and minute (of machine time), which GitLab checks before it even looks for the issue."""
    limit = call.world.settings.notes_per_minute
    if limit is None:
        return
    times, now = call.world.note_times[call.me.id], time.monotonic()
    while times and now - times[0] >= 60:
        times.popleft()
    if len(times) >= limit:
        raise too_many_requests()
    times.append(now)


@router.add("PUT", f"{ISSUE}/notes/:note")
def edit_note(call: Call) -> Reply:
    issue = call.issue()
    note = call.note(issue)
    body = _body(call)
    call.need(access.may_edit_note(call.me, issue, note))
    written = note_changes.edit(call.act, issue, note, body)
    if written.note is None:
        raise bad_request(f"Failed to save note {{:commands_only=>{written.outcome.messages}}}")
    return Reply(shapes.note(call.world, issue, note, written.outcome.as_json()))


@router.add("DELETE", f"{ISSUE}/notes/:note")
def delete_note(call: Call) -> Reply:
    issue = call.issue()
    note = call.note(issue)
    call.need(access.may_edit_note(call.me, issue, note))
    note_changes.delete(issue, note)
    return Reply(status=204)


def _threads(call: Call, issue: Issue) -> dict[str, list[Note]]:
    """The notes that the user may read, by discussion, in their order."""
    threads: dict[str, list[Note]] = {}
    for note in sorted(issue.notes, key=lambda n: (n.created_at, n.id)):
        if access.may_read_note(call.user, issue, note):
            threads.setdefault(note.discussion_id, []).append(note)
    return threads


def _thread(call: Call, issue: Issue) -> list[Note]:
    found = _threads(call, issue).get(call.path["discussion"])
    if not found:
        raise not_found("Discussion")
    return found


@router.add("GET", f"{ISSUE}/discussions")
def list_discussions(call: Call) -> Reply:
    issue = call.issue()
    threads = list(_threads(call, issue).values())
    return by_offset(call, threads, lambda notes: shapes.discussion(call.world, issue, notes))


@router.add("GET", f"{ISSUE}/discussions/:discussion")
def get_discussion(call: Call) -> Reply:
    issue = call.issue()
    return Reply(shapes.discussion(call.world, issue, _thread(call, issue)))


@router.add("POST", f"{ISSUE}/discussions")
def create_discussion(call: Call) -> Reply:
    return _write(call, opens_thread=True)


@router.add("POST", f"{ISSUE}/discussions/:discussion/notes")
def reply_to_discussion(call: Call) -> Reply:
    """An answer makes a thread of a single comment."""
    first = _thread(call, call.issue())[0]
    if first.system:
        raise bad_request("Discussion does not support replies")
    reply = _write(call, thread=first.discussion_id)
    if reply.status == 201:
        first.threaded = True
    return reply


@router.add("GET", f"{ISSUE}/discussions/:discussion/notes")
def list_discussion_notes(call: Call) -> Reply:
    issue = call.issue()
    return Reply([shapes.note(call.world, issue, note) for note in _thread(call, issue)])


router.add("GET", f"{ISSUE}/discussions/:discussion/notes/:note")(get_note)
router.add("PUT", f"{ISSUE}/discussions/:discussion/notes/:note")(edit_note)
router.add("DELETE", f"{ISSUE}/discussions/:discussion/notes/:note")(delete_note)
