"""`/-/sandbox/`: what no GitLab has. The clock, faults, settings, seeding, and what the sandbox saw."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

from app.sandbox import scenes
from app.sandbox.clock import Clock, parse_duration, parse_instant, stamp
from app.sandbox.errors import ApiError
from app.sandbox.faults import fault_from
from app.sandbox.histories import relive
from app.sandbox.routing import Reply
from app.sandbox.seeding import Seed, sow
from app.sandbox.world import TokenFacts, World

INDEX = {
    "GET /-/sandbox/clock": "the sandbox's time",
    "POST /-/sandbox/clock": 'any of {"set": "2026-03-02T14:00Z", "advance": "PT50H", "frozen": true}',
    "GET, POST, DELETE /-/sandbox/faults": (
        'one or a list of {"kind": "429", "path": "/notes", "times": 2, ...}, or {"kind": "any", "rate": 0.2}'
    ),
    "GET, DELETE /-/sandbox/requests": "every API call, oldest first; ?since=INDEX",
    "GET /-/sandbox/notifications": "who was told of which text; ?since=INDEX",
    "GET /-/sandbox/idle": "how many webhook deliveries are waiting or under way",
    "GET, POST /-/sandbox/settings": (
        '{"tier": "premium", "notes_per_minute": 60, "requests_per_minute": 600, "latency_ms": 50, '
        '"keyset_issues": false}'
    ),
    "POST /-/sandbox/tokens": (
        'what a token may do: {"token": "sandbox-triage-bot", "scopes": ["read_api"], "expires_at": "2026-04-01"}'
    ),
    "POST /-/sandbox/seed": (
        '{"project": "group/project", "issues": 300, "label_events": 4, "notes": 2}, or {"project": ..., "histories": '
        '[{"title": ..., "author": "alice", "created_at": ..., "description": ..., "label_events": [...], ...}]}'
    ),
    "POST /-/sandbox/reset": 'start again: {"scene": "default"}',
}
SEED_KEYS = {
    "project", "issues", "author", "label_events", "notes", "created_from", "created_to", "template", "state"
}  # fmt: skip


def answer(world: World, method: str, path: str, query: dict[str, Any], body: Any) -> Reply:
    """Answer one control call; what is wrong with it comes back as 400 with the reason."""
    name = path.removeprefix("/-/sandbox").strip("/")
    action = ACTIONS.get((method, name))
    if action is None:
        known = any(each == name for _, each in ACTIONS)
        raise ApiError(405 if known else 404, {"error": "no such control; see GET /-/sandbox/"})
    try:
        return Reply(action(world, query, body))
    except ValueError as error:
        raise ApiError(400, {"error": str(error)}) from error


def _object(body: Any, keys: set[str]) -> dict[str, Any]:
    if not isinstance(body, dict) or not body:
        raise ValueError(f"send a JSON object with any of: {', '.join(sorted(keys))}")
    if unknown := set(body) - keys:
        raise ValueError(f"unknown key {sorted(unknown)[0]!r}; known are {', '.join(sorted(keys))}")
    return body


def _text(found: Any, name: str) -> str:
    if not isinstance(found, str):
        raise ValueError(f"{name} must be a string")
    return found


def _index(_world: World, _query: dict[str, Any], _body: Any) -> Any:
    return INDEX


def _clock(clock: Clock) -> dict[str, Any]:
    now = clock.now().isoformat().replace("+00:00", "Z")
    return {"now": now, "frozen": clock.frozen, "offset_seconds": round(clock.offset.total_seconds(), 3)}


def _get_clock(world: World, _query: dict[str, Any], _body: Any) -> Any:
    return _clock(world.clock)


def _set_clock(world: World, _query: dict[str, Any], body: Any) -> Any:
    """All or nothing: what is wrong is found before anything moves."""
    values, clock = _object(body, {"set", "advance", "frozen"}), world.clock
    at = parse_instant(_text(values["set"], "set")) if "set" in values else None
    by = parse_duration(_text(values["advance"], "advance")) if "advance" in values else None
    frozen = values.get("frozen", clock.frozen)
    if not isinstance(frozen, bool):
        raise ValueError("frozen must be true or false")
    try:
        if by:
            _ = (at or clock.now()) + by
    except OverflowError as error:
        raise ValueError("that is too far away") from error
    if frozen:
        clock.freeze(True)
    if at:
        clock.set(at)
    if by:
        clock.advance(by)
    clock.freeze(frozen)
    return _clock(clock)


def _change_token(world: World, _query: dict[str, Any], body: Any) -> Any:
    values = _object(body, {"token", "scopes", "expires_at"})
    token, scopes, ends = str(values.get("token")), values.get("scopes", ["api"]), values.get("expires_at")
    if token not in world.tokens:
        raise ValueError(f"there is no token {token!r}")
    if not isinstance(scopes, list) or not set(scopes) <= {"api", "read_api", "read_user"}:
        raise ValueError("scopes is a list of api, read_api, read_user")
    world.token_facts[token] = TokenFacts(tuple(scopes), date.fromisoformat(ends) if ends else None)
    return {"token": token, "scopes": scopes, "expires_at": ends}


def _get_faults(world: World, _query: dict[str, Any], _body: Any) -> Any:
    return world.faults.as_json()


def _add_faults(world: World, query: dict[str, Any], body: Any) -> Any:
    world.faults.add([fault_from(each) for each in (body if isinstance(body, list) else [body])])
    return _get_faults(world, query, body)


def _clear_faults(world: World, query: dict[str, Any], body: Any) -> Any:
    world.faults.clear()
    return _get_faults(world, query, body)


def _since(query: dict[str, Any]) -> int:
    text = str(query.get("since", "0"))
    if not text.isdigit():
        raise ValueError("since is the index of an entry")
    return int(text)


def _get_requests(world: World, query: dict[str, Any], _body: Any) -> Any:
    since = _since(query)
    return [each for each in world.requests if each["index"] >= since]


def _clear_requests(world: World, _query: dict[str, Any], _body: Any) -> Any:
    world.requests.clear()
    return []


def _get_notifications(world: World, query: dict[str, Any], _body: Any) -> Any:
    told = list(enumerate(world.notifications))[_since(query) :]
    return [asdict(each) | {"index": index, "at": stamp(each.at)} for index, each in told]


def _get_idle(world: World, _query: dict[str, Any], _body: Any) -> Any:
    return {"pending": world.hooks.pending}


def _get_settings(world: World, _query: dict[str, Any], _body: Any) -> Any:
    return asdict(world.settings)


def _change_settings(world: World, query: dict[str, Any], body: Any) -> Any:
    values = _object(body, set(asdict(world.settings)))
    if values.get("tier", "free") not in ("free", "premium"):
        raise ValueError("tier is free or premium")
    if not isinstance(values.get("keyset_issues", True), bool):
        raise ValueError("keyset_issues is true or false")
    for name in ("notes_per_minute", "requests_per_minute", "latency_ms"):
        found = values.get(name)
        if (name in values and found is None and name == "latency_ms") or not (
            found is None or (isinstance(found, int) and not isinstance(found, bool) and found >= 0)
        ):
            raise ValueError(f"{name} must be a whole number, 0 or more")
    for name, found in values.items():
        setattr(world.settings, name, found)
    return _get_settings(world, query, body)


def _seed(world: World, _query: dict[str, Any], body: Any) -> Any:
    values = _object(body, SEED_KEYS | {"histories"})
    project = world.project(str(values.get("project")))
    if project and "histories" in values:
        if more := set(values) - {"project", "histories"}:
            raise ValueError(
                f"{min(more)!r} and histories do not go together: each history says it for itself"
            )
        return {"iids": relive(world, project, values["histories"])}
    author = world.user(str(values.get("author", "alice")))
    if project is None or author is None:
        raise ValueError(f"there is no such {'author' if project else 'project'}")
    counts = {name: values.get(name, 0) for name in ("issues", "label_events", "notes")}
    for name, count in counts.items():
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise ValueError(f"{name} must be a whole number, 0 or more")
    state = values.get("state", "opened")
    if state not in ("opened", "closed"):
        raise ValueError("state is opened or closed")
    first, last = (
        parse_instant(_text(values[name], name)) if values.get(name) else None
        for name in ("created_from", "created_to")
    )
    template = _text(values["template"], "template") if values.get("template") else None
    seed = Seed(
        project=project,
        author=author,
        created_from=first,
        created_to=last,
        template=template,
        state=state,
        **counts,
    )
    return {"iids": sow(world, seed)}


def _reset(world: World, query: dict[str, Any], body: Any) -> Any:
    values = body if isinstance(body, dict) else {}
    at = parse_instant(_text(values["at"], "at")) if "at" in values else None
    scenes.load(world, _text(values.get("scene", "default"), "scene"), at)
    return _get_clock(world, query, body)


Action = Callable[[World, dict[str, Any], Any], Any]
ACTIONS: dict[tuple[str, str], Action] = {
    ("GET", ""): _index,
    ("GET", "clock"): _get_clock,
    ("POST", "clock"): _set_clock,
    ("GET", "faults"): _get_faults,
    ("POST", "faults"): _add_faults,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "requests"): _get_requests,
    ("DELETE", "requests"): _clear_requests,
    ("GET", "notifications"): _get_notifications,
    ("GET", "idle"): _get_idle,
    ("GET", "settings"): _get_settings,
    ("POST", "settings"): _change_settings,
    ("POST", "tokens"): _change_token,
    ("POST", "seed"): _seed,
    ("POST", "reset"): _reset,
}
