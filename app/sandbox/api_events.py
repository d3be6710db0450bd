"""Histories, emoji and links of an issue. Source: https://docs.gitlab.com/api/resource_label_events/"""

import random
from typing import Any

from app.sandbox import access, shapes
from app.sandbox.act import touch
from app.sandbox.entities import Award, Issue, IssueLink, LabelEvent, Note
from app.sandbox.errors import ApiError, bad_parameter, not_found
from app.sandbox.pagination import by_offset
from app.sandbox.routing import Call, Reply, Router

router = Router()
ISSUE = "/projects/:id/issues/:iid"
LINK_KINDS = ("relates_to", "blocks", "is_blocked_by")


@router.add("GET", f"{ISSUE}/resource_label_events")
def list_label_events(call: Call) -> Reply:
    """By ascending id, which after a move is not the order in time. Events on unreadable labels leave short pages."""
    issue = call.issue()
    events = sorted(issue.label_events, key=lambda event: event.id)
    user = call.user.username if call.user else None
    if call.world.faults.shuffles(call.method, call.raw_path, user):
        random.Random(issue.id).shuffle(events)
    return by_offset(call, events, lambda event: _label_event(call, issue, event))


def _label_event(call: Call, issue: Issue, event: LabelEvent) -> Any:
    return (
        shapes.label_event(call.world, issue, event)
        if access.may_read_label(call.user, event.label)
        else None
    )


@router.add("GET", f"{ISSUE}/resource_label_events/:event")
def get_label_event(call: Call) -> Reply:
    issue, number = call.issue(), call.number("event")
    found = next((event for event in issue.label_events if event.id == number), None)
    if found is None or not access.may_read_label(call.user, found.label):
        raise not_found("ResourceLabelEvent")
    return Reply(shapes.label_event(call.world, issue, found))


@router.add("GET", f"{ISSUE}/resource_state_events")
def list_state_events(call: Call) -> Reply:
    issue = call.issue()
    events = sorted(issue.state_events, key=lambda event: event.id)
    return by_offset(call, events, lambda event: shapes.state_event(call.world, issue, event))


@router.add("GET", f"{ISSUE}/resource_state_events/:event")
def get_state_event(call: Call) -> Reply:
    issue, number = call.issue(), call.number("event")
    found = next((event for event in issue.state_events if event.id == number), None)
    if found is None:
        raise not_found("ResourceStateEvent")
    return Reply(shapes.state_event(call.world, issue, found))


@router.add("GET", f"{ISSUE}/resource_milestone_events")
@router.add("GET", f"{ISSUE}/resource_weight_events")
@router.add("GET", f"{ISSUE}/resource_iteration_events")
def list_no_events(call: Call) -> Reply:
    """There are no milestones, weights and iterations here."""
    call.issue()
    return by_offset(call, [], lambda event: event)


def _awarded(call: Call) -> tuple[Issue, Note | None, list[Award]]:
    issue = call.issue()
    note = call.note(issue) if "note" in call.path else None
    return issue, note, note.awards if note else issue.awards


@router.add("GET", f"{ISSUE}/award_emoji")
@router.add("GET", f"{ISSUE}/notes/:note/award_emoji")
def list_awards(call: Call) -> Reply:
    issue, note, awards = _awarded(call)
    return by_offset(call, awards, lambda award: _award(call, issue, note, award))


def _award(call: Call, issue: Issue, note: Note | None, award: Award) -> Any:
    return shapes.award(call.world, award, "Note" if note else "Issue", note.id if note else issue.id)


@router.add("POST", f"{ISSUE}/award_emoji")
@router.add("POST", f"{ISSUE}/notes/:note/award_emoji")
def give_award(call: Call) -> Reply:
    """An emoji on a note moves that note's updated_at; one on an issue moves nothing."""
    issue, note, awards = _awarded(call)
    call.need(access.may_comment(call.me, issue))
    call.params.require("name")
    name = (call.params.string("name") or "").strip(":")
    if any(award.user is call.me and award.name == name for award in awards):
        raise ApiError(404, {"message": "404 Award Emoji Name has already been taken Not Found"})
    award = Award(call.world.next_id("award"), name, call.me, call.now)
    awards.append(award)
    if note:
        note.updated_at = call.now
    call.act.tell_emoji_hooks(issue, note, award, "award")
    return Reply(_award(call, issue, note, award), 201)


@router.add("GET", f"{ISSUE}/award_emoji/:award")
@router.add("GET", f"{ISSUE}/notes/:note/award_emoji/:award")
def get_award(call: Call) -> Reply:
    issue, note, awards = _awarded(call)
    return Reply(_award(call, issue, note, _one_award(call, awards)))


def _one_award(call: Call, awards: list[Award]) -> Award:
    number = call.number("award")
    found = next((award for award in awards if award.id == number), None)
    if found is None:
        raise not_found("Award Emoji")
    return found


@router.add("DELETE", f"{ISSUE}/award_emoji/:award")
@router.add("DELETE", f"{ISSUE}/notes/:note/award_emoji/:award")
def take_award_back(call: Call) -> Reply:
    issue, note, awards = _awarded(call)
    award = _one_award(call, awards)
    if not (award.user is call.me or call.me.admin):
        raise ApiError(401, {"message": "401 Unauthorized"})
    awards.remove(award)
    call.act.tell_emoji_hooks(issue, note, award, "revoke")
    return Reply(status=204)


@router.add("GET", f"{ISSUE}/links")
def list_links(call: Call) -> Reply:
    issue = call.issue()
    ends = [(link, link.target if link.source is issue else link.source) for link in call.world.links.values()
            if issue in (link.source, link.target)]  # fmt: skip
    return Reply(
        [
            shapes.issue(call.world, other)
            | {"issue_link_id": link.id, "link_type": _kind_seen_from(issue, link)}
            for link, other in ends
            if access.may_read_issue(call.user, other)
        ]
    )


def _kind_seen_from(issue: Issue, link: IssueLink) -> str:
    return "is_blocked_by" if link.kind == "blocks" and link.target is issue else link.kind


@router.add("POST", f"{ISSUE}/links")
def create_link(call: Call) -> Reply:
    source, params = call.issue(), call.params
    for name in ("target_project_id", "target_issue_iid"):
        params.require(name)
    project = call.world.project(params.string("target_project_id") or "")
    target = project.issues.get(params.integer("target_issue_iid") or 0) if project else None
    if target is None or not access.may_read_issue(call.me, target):
        raise not_found("Issue")
    call.need(access.may_comment(call.me, source))
    if target is source:
        raise bad_parameter("target_issue_iid is invalid")
    if any({link.source, link.target} == {source, target} for link in call.world.links.values()):
        raise ApiError(409, {"message": "Issue(s) already assigned"})
    kind = params.choice("link_type", LINK_KINDS, "relates_to") or "relates_to"
    ends = (target, source) if kind == "is_blocked_by" else (source, target)
    link = IssueLink(call.world.next_id("link"), *ends, "blocks" if kind == "is_blocked_by" else kind)
    call.world.links[link.id] = link
    _leave_lines(call, source, target)
    return Reply(_link(call, link, source), 201)


def _leave_lines(call: Call, source: Issue, target: Issue) -> None:
    for here, there in ((source, target), (target, source)):
        line = f"marked this issue as related to {shapes.reference(there, here.project)}"
        call.act.new_note(here, line, call.now, system=True)
        touch(here, call.now)


def _link(call: Call, link: IssueLink, seen_from: Issue) -> Any:
    return {
        "source_issue": shapes.issue(call.world, link.source),
        "target_issue": shapes.issue(call.world, link.target),
        "link_type": _kind_seen_from(seen_from, link),
    }


@router.add("DELETE", f"{ISSUE}/links/:link")
def delete_link(call: Call) -> Reply:
    issue = call.issue()
    link = call.world.links.get(call.number("link"))
    if link is None or issue not in (link.source, link.target):
        raise not_found()
    call.need(access.may_comment(call.me, issue))
    del call.world.links[link.id]
    return Reply(_link(call, link, issue))
