"""A project's webhooks, their log, test and resend. Source: https://docs.gitlab.com/api/project_webhooks/"""

import asyncio
import base64
import binascii
from urllib.parse import urlsplit

from app.sandbox import payloads, place_shapes
from app.sandbox.act import Act
from app.sandbox.entities import MAINTAINER, Hook, HookEvent, Project
from app.sandbox.errors import ApiError, bad_parameter, not_found
from app.sandbox.hook_sender import Delivery
from app.sandbox.pagination import by_offset
from app.sandbox.place_shapes import HOOK_FLAGS
from app.sandbox.routing import Call, Reply, Router
from app.sandbox.shapes import Json

router = Router()
HOOK = "/projects/:id/hooks/:hook"
ON_BY_DEFAULT = ("push_events", "enable_ssl_verification")
TRIGGERS = {
    "issues_events": "issue_hooks",
    "confidential_issues_events": "confidential_issue_hooks",
    "note_events": "note_hooks",
    "confidential_note_events": "confidential_note_hooks",
    "emoji_events": "emoji_hooks",
}


def _project(call: Call) -> Project:
    project = call.project()
    call.need_level(project, MAINTAINER)
    return project


def _hook(call: Call) -> Hook:
    found = _project(call).hooks.get(call.number("hook"))
    if found is None:
        raise not_found()
    return found


def _shown(call: Call, hook: Hook) -> Json:
    return place_shapes.hook(hook, call.world.hooks.now())


@router.add("GET", "/projects/:id/hooks")
def list_hooks(call: Call) -> Reply:
    return by_offset(call, list(_project(call).hooks.values()), lambda hook: _shown(call, hook))


@router.add("GET", HOOK)
def get_hook(call: Call) -> Reply:
    return Reply(_shown(call, _hook(call)))


@router.add("POST", "/projects/:id/hooks")
def create_hook(call: Call) -> Reply:
    project = _project(call)
    call.params.require("url")
    flags = {flag: flag in ON_BY_DEFAULT for flag in HOOK_FLAGS}
    hook = Hook(0, project, "", call.now, flags)
    _set(call, hook)
    hook.id = call.world.next_id("hook")
    project.hooks[hook.id] = hook
    return Reply(_shown(call, hook), 201)


@router.add("PUT", HOOK)
def update_hook(call: Call) -> Reply:
    hook = _hook(call)
    _set(call, hook)
    return Reply(_shown(call, hook))


def _set(call: Call, hook: Hook) -> None:
    """What the parameters name; another URL forgets the secret token."""
    params = call.params
    url = params.string("url")
    if url is not None and url != hook.url:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise ApiError(422, {"error": "Invalid url given"})
        hook.url, hook.token = url, None
    if signing_token := params.string("signing_token"):
        hook.signing_token = _checked(signing_token)
    if "token" in params:
        hook.token = (params.string("token") or "").replace("\n", "").replace("\r", "") or None
    for flag in HOOK_FLAGS:
        if (value := params.boolean(flag)) is not None:
            hook.flags[flag] = value
    hook.name = params.string("name") if "name" in params else hook.name
    hook.description = params.string("description") if "description" in params else hook.description
    if "custom_headers" in params:
        hook.custom_headers = params.pairs("custom_headers")


def _checked(signing_token: str) -> str:
    try:
        key = base64.b64decode(signing_token.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if not signing_token.startswith("whsec_") or len(key) != 32:
        raise ApiError(422, {"error": "Invalid signing token given"})
    return signing_token


@router.add("DELETE", HOOK)
def delete_hook(call: Call) -> Reply:
    hook = _hook(call)
    del hook.project.hooks[hook.id]
    return Reply(status=204)


@router.add("PUT", f"{HOOK}/custom_headers/:key")
def set_custom_header(call: Call) -> Reply:
    hook = _hook(call)
    call.params.require("value")
    hook.custom_headers[call.path["key"]] = call.params.string("value") or ""
    return Reply(status=204)


@router.add("DELETE", f"{HOOK}/custom_headers/:key")
def delete_custom_header(call: Call) -> Reply:
    if _hook(call).custom_headers.pop(call.path["key"], None) is None:
        raise not_found()
    return Reply(status=204)


@router.add("GET", f"{HOOK}/events")
def list_hook_events(call: Call) -> Reply:
    events = _hook(call).events[::-1]
    if status := call.params.string("status"):
        events = [event for event in events if event.response_status == status]
    return by_offset(call, events, place_shapes.hook_event)


@router.add("POST", f"{HOOK}/events/:event/resend")
async def resend(call: Call) -> Reply:
    """The same body with the same Idempotency-Key, at once."""
    hook, number = _hook(call), call.number("event")
    event = next((event for event in hook.events if event.id == number), None)
    if event is None:
        raise not_found()
    if event.url != hook.url:
        raise ApiError(422, {"error": "The hook URL has changed. Please trigger the hook again."})
    again = Delivery(
        hook, event.trigger, event.body, call.world.base_url, idempotency_key=event.idempotency_key
    )
    answer = await _deliver(call, again)
    return Reply({"response_status": answer.response_status}, 201)


@router.add("POST", f"{HOOK}/test/:trigger")
async def trigger_test(call: Call) -> Reply:
    """Sent at once with the newest issue or note, also when the hook is disabled; success switches it on again."""
    hook, flag = _hook(call), call.path["trigger"]
    if flag not in HOOK_FLAGS:
        raise bad_parameter("trigger does not have a valid value")
    body = _sample(call, hook.project, flag)
    if body is None:
        raise ApiError(422, {"message": f"Ensure the project has data for {flag}."})
    answer = await _deliver(call, call.act.delivery(hook, TRIGGERS[flag], body))
    if answer.response_status[:1] not in "23":
        raise ApiError(422, {"message": answer.response_body or f"Hook answered {answer.response_status}"})
    return Reply({"message": "201 Created"}, 201)


async def _deliver(call: Call, delivery: Delivery) -> HookEvent:
    # In a thread: the receiver may call this API back before it answers.
    return await asyncio.to_thread(call.world.hooks.deliver, delivery)


def _sample(call: Call, project: Project, flag: str) -> Json | None:
    act: Act = call.act
    if flag in ("issues_events", "confidential_issues_events"):
        issue = max(project.issues.values(), key=lambda issue: (issue.created_at, issue.id), default=None)
        return payloads.issue_event(act.world, issue, act.user, "open", {}) if issue else None
    if flag in ("note_events", "confidential_note_events"):
        notes = [(n.created_at, n.id, i, n) for i in project.issues.values() for n in i.notes if not n.system]
        return payloads.note_event(act.world, *max(notes)[2:], "create") if notes else None
    if flag == "emoji_events":
        awards = [(a.created_at, a.id, i, a) for i in project.issues.values() for a in i.awards]
        if awards:
            _, _, issue, award = max(awards)
            return payloads.emoji_event(act.world, issue, None, award, act.user, "award")
    return None
